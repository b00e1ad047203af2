/*
 * payload: what render leaves for call: one message of ours, or one file of
 * theirs.
 */
#ifndef CHANNELS_TWILIO_PAYLOAD_H
#define CHANNELS_TWILIO_PAYLOAD_H

#include "channels/twilio/twilio.h"

struct twilio_payload {
	struct str to;	      /* with its prefix */
	struct str text;      /* or: */
	struct str url, name; /* a file */
};

/* Into the arena. E_BADINPUT: it is none. */
enum err twilio_payload_read(
    struct str json, struct arena *a, struct twilio_payload *out) MUST_USE;
/* .p is NULL when memory is out. */
struct str twilio_payload_write(
    const struct twilio_payload *p, struct arena *a);

/* The same without its file: a text that leads to it. E_NOMEM. */
enum err twilio_payload_unfile(
    struct twilio_payload *p, struct arena *a) MUST_USE;

/*
 * What a template's variable may hold, in UTF-16 units: the template, filled,
 * may have 1,024.
 */
#define TWILIO_VARIABLE_MAX 900u

/*
 * A text as a template's variable must be: one line, without runs of spaces.
 * .p is NULL when memory is out.
 */
struct str twilio_variable(struct str text, struct arena *a);

/* Whom to answer, and their newest message; empty where reply does not say. */
struct twilio_reply {
	struct str to, sid;
};
struct twilio_reply twilio_reply_read(struct str json, struct arena *a);

#endif
