/*
 * names: how Twilio calls things: sids ("SM" and 32 hexadecimal digits) and
 * addresses.
 */
#ifndef CHANNELS_TWILIO_NAMES_H
#define CHANNELS_TWILIO_NAMES_H

#include "channels/twilio/twilio.h"

/* kind: its two letters. */
bool twilio_sid(struct str s, const char *kind);
/* SM... or MM... */
bool twilio_message_sid(struct str s);

enum twilio_who {
	TWILIO_NOBODY, /* no such address */
	TWILIO_PHONE,  /* +15551230001 */
	TWILIO_USER,   /* US.1349...: somebody who hides their number */
	TWILIO_SENDER, /* 12345, SHOP: without a prefix only; what operators
			* and companies write from */
};

/* bare: without the prefix. */
enum twilio_who twilio_address(
    const struct twilio *t, struct str s, struct str *bare);

/* Is it what an account may have as its sender? */
bool twilio_sender(const struct twilio *t, struct str s);
/* A Messaging Service, which picks the number itself. */
bool twilio_service(struct str s);

/* Twilio's address without "/" at the end. */
struct str twilio_api(const struct company_account *a);

/* "Sat, 21 Nov 2026 10:00:00 +0000" in wall ms; 0: no such time. */
int64_t twilio_time(struct str text);
/* "2026-11-21" of that moment in UTC; TWILIO_DAY bytes with the NUL. */
#define TWILIO_DAY 16u
void twilio_day(int64_t wall_ms, char out[TWILIO_DAY]);

#endif
