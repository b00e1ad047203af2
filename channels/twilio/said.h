/*
 * said: a customer's message, however it was learnt of, becomes an envelope.
 */
#ifndef CHANNELS_TWILIO_SAID_H
#define CHANNELS_TWILIO_SAID_H

#include "channels/twilio/names.h"

struct twilio_file {
	struct str type, url; /* url empty: to be looked up in Media.json */
};

/* As Twilio says it, unchecked but for sid. */
struct twilio_said {
	struct str sid;
	struct str from;   /* with its prefix */
	struct str user;   /* ExternalUserId, with its prefix; or empty */
	struct str number; /* WaId: digits; or empty */
	struct str name;
	struct str text, button, reply_to;
	struct str latitude, longitude, label, place;
	struct twilio_file files[ENVELOPE_FILES_MAX];
	unsigned file_count;
	int64_t at;
};

/* What the accounts of a channel have in common with their messages. */
struct twilio_inbox {
	const struct twilio *channel;
	const struct company_account *account;
	struct arena *arena;
};

/*
 * E_BADINPUT: from is no address of this channel. E_NOTFOUND: there is nothing
 * in it that could be shown. E_NOMEM.
 */
enum err twilio_envelope(const struct twilio_inbox *in,
    const struct twilio_said *said, struct envelope *out) MUST_USE;

#endif
