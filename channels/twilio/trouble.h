/*
 * trouble: Twilio's error codes, one table: what is to be done, and what to
 * tell a seller. The same codes come as answers to requests and, later, in
 * status callbacks.
 */
#ifndef CHANNELS_TWILIO_TROUBLE_H
#define CHANNELS_TWILIO_TROUBLE_H

#include "channels/channel.h"

struct twilio_trouble {
	unsigned code;
	/* OUTCOME_NEXT: it is the file that is refused; go on without it. */
	enum outcome_kind kind;
	enum outcome_scope scope;
	int64_t after_ms;
	const char *words;
};

/* NULL: not a code that we know. */
const struct twilio_trouble *twilio_trouble(unsigned code);

/* The table's words for it, or else what Twilio itself said. */
struct str twilio_reason(unsigned code, struct str said, struct arena *a);

#endif
