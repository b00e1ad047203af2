/*
 * media: files that customers sent. Where a webhook told the file's address it
 * takes one request; where only a list of messages did, one more before it.
 */
#ifndef CHANNELS_TWILIO_MEDIA_H
#define CHANNELS_TWILIO_MEDIA_H

#include "channels/twilio/request.h"

/* E_BADINPUT: the payload is none. */
enum err twilio_media_call(const struct twilio_request *r) MUST_USE;

/* r: an answer with a status of 2xx. */
void twilio_media_result(const struct job *job, const struct reply *r,
    struct arena *a, struct outcome *out);

#endif
