/*
 * channel: where customers write from.
 *
 * A channel is one struct channel in one file, entered in the table in
 * table.c. Nothing outside that file and the table knows its name. The row of
 * capabilities drives splitting, refusals and docs.
 */
#ifndef CHANNELS_CHANNEL_H
#define CHANNELS_CHANNEL_H

#include "core/base.h"

struct channel {
	const char *name;  /* in the store, the documents and the logs */
	const char *title; /* for people */
	size_t text_max;   /* characters in one message */
	bool typing;	   /* can show that somebody types */
	bool receipts;	   /* tells how far the customer has read */
	bool drafts;	   /* can show an answer while it grows */
};

/* Ends with NULL. */
extern const struct channel *const channels[];

const struct channel *channel_find(struct str name);

/* The channel of the website widget: visitors' sessions are on it. */
const struct channel *channel_of_visitors(void);

#endif
