/*
 * twilio: the door of Twilio: messages over WhatsApp and SMS, their media,
 * typing indicators; webhooks of what comes in and of what became of a
 * message. What the table of sb_doors needs; the rest is in inner.h.
 */
#ifndef SANDBOX_TWILIO_TWILIO_H
#define SANDBOX_TWILIO_TWILIO_H

#include "sandbox/inside.h"

enum err sb_twilio_open(struct sandbox *s, const json_t *part,
    struct faults *faults, void **state) MUST_USE;
void sb_twilio_close(void *state);
void sb_twilio_serve(struct visit *v);
const char *sb_twilio_failure(unsigned status, struct buf *out);
void sb_twilio_describe(void *state, struct buf *out);
extern const struct control sb_twilio_controls[];

#endif
