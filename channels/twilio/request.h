/*
 * request: what all requests to Twilio have in common.
 */
#ifndef CHANNELS_TWILIO_REQUEST_H
#define CHANNELS_TWILIO_REQUEST_H

#include "channels/twilio/names.h"

/* Lists of messages, and files. */
#define TWILIO_LIST_MAX ((size_t)8 * 1024 * 1024)
#define TWILIO_FILE_MAX ((size_t)16 * 1024 * 1024)

struct twilio_request {
	const struct job *job;
	struct arena *arena;
	struct call *out;
};

/* "<api>/2010-04-01/Accounts/AC..." */
void twilio_account_url(const struct job *job, struct buf *out);

/* method and url, which it takes; Basic auth beside it. E_NOMEM. */
enum err twilio_request(const struct twilio_request *r, const char *method,
    struct buf *url) MUST_USE;

/* body, which it takes. type: of the content, a literal. E_NOMEM. */
enum err twilio_request_body(const struct twilio_request *r, const char *type,
    struct buf *body) MUST_USE;

#endif
