/*
 * twilio: what all channels share that go through Twilio's Messages API. A
 * channel of that kind is one struct twilio and one row (channels/whatsapp,
 * channels/sms); all differences stand in those two.
 *
 * Hooks: an account's address takes what customers write; the same with
 * "/status" takes what became of our messages. We ask for the latter with each
 * message, and put the outbox row's id into it, so that a status is found
 * before, after and without the answer to our request. Forms by POST or GET;
 * JSON is verified and then not for us.
 *
 * The account's members:
 *	id        AccountSid, AC...
 *	token     its auth token; or an API key's secret
 *	user      then the key's sid, SK...; else empty
 *	signing   auth tokens that sign webhooks. Only auth tokens sign, so with
 *	          an API key they must be given
 *	sender    "+15551230001", or a Messaging Service, MG...
 *	api       another base URL for all of Twilio's hosts
 *	template  HX...: an approved template with the one variable {{1}}
 *
 * What is kept between calls, as JSON:
 *	reply     {"to":"<prefix>+1555...","sid":"SM..."}: whom to answer, and
 *	          their newest message, which the typing indicator names
 *	payload   {"to":...,"text":...} or {"to":...,"url":...,"name":...} of a
 *	          message; {"url":...} or {"message":"SM...","n":0} of a file
 */
#ifndef CHANNELS_TWILIO_TWILIO_H
#define CHANNELS_TWILIO_TWILIO_H

#include "channels/channel.h"

struct twilio {
	const struct channel *channel;
	const char *prefix; /* of every address; "" for plain numbers */
	const char *typing; /* the typing indicator's name for it, or NULL */
};

struct twilio_answer {
	const struct company_account *account;
	const struct outgoing *m;
};

/* A channel's callbacks, with the struct that makes the difference. */
void twilio_check(const struct twilio *t, const struct company_account *a,
    const char *path, struct faults *faults);
enum err twilio_verify(
    const struct hook *h, struct arena *a, const char **why) MUST_USE;
enum err twilio_parse(const struct twilio *t, const struct hook *h,
    struct arena *a, struct arrival *out, const char **why) MUST_USE;
enum err twilio_render(const struct twilio *t, const struct twilio_answer *w,
    struct arena *a, struct payloads *out, struct faults *faults) MUST_USE;
enum err twilio_call(const struct twilio *t, const struct job *job,
    struct arena *a, struct call *out, struct outcome *instead) MUST_USE;
void twilio_result(const struct twilio *t, const struct job *job,
    const struct reply *r, struct arena *a, struct outcome *out);

#endif
