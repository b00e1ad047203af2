/*
 * hook: a request of Twilio's as fields, whichever way they came.
 */
#ifndef CHANNELS_TWILIO_HOOK_H
#define CHANNELS_TWILIO_HOOK_H

#include "channels/channel.h"
#include "channels/form.h"

struct twilio_hook {
	struct form fields;	   /* of the body, or of a GET's query */
	struct form signed_fields; /* those that are signed beside the URL; a
				    * list of its own, in any order */
	bool json;
};

/* E_BADINPUT, *why: it is neither GET nor a form nor JSON. E_NOMEM. */
enum err twilio_hook_read(const struct hook *h, struct arena *a,
    struct twilio_hook *out, const char **why) MUST_USE;

#endif
