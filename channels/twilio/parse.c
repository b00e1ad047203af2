/*
 * parse: a verified request becomes what it brought. What customers write
 * comes to the account's own address, what became of our messages to
 * "/status"; a Messaging Service that was told one address for both is
 * understood, too.
 */
#include "channels/twilio/hook.h"
#include "channels/twilio/said.h"
#include "channels/twilio/trouble.h"

#include <stdio.h>

#define ROW_MAX 9007199254740991u

/* enum receipt_rank of the store. */
enum rank {
	RANK_ACCEPTED = 1,
	RANK_SENT,
	RANK_DELIVERED,
	RANK_READ,
	RANK_FAILED
};

struct reading {
	const struct twilio *t;
	const struct hook *h;
	struct arena *arena;
	const struct form *fields;
	struct arrival *out;
	const char **why;
};

static enum err
refuse(const struct reading *r, const char *words)
{
	*r->why = words;
	return E_BADINPUT;
}

static struct str
field(const struct reading *r, const char *name)
{
	return form_get(r->fields, name);
}

/* The first of two that is not empty. */
static struct str
field_or(const struct reading *r, const char *name, const char *other)
{
	struct str s = field(r, name);

	return s.n > 0 ? s : field(r, other);
}

static struct str
field_at(const struct reading *r, const char *name, unsigned i)
{
	char numbered[32];

	snprintf(numbered, sizeof(numbered), "%s%u", name, i);
	return field(r, numbered);
}

/* ---- what a customer wrote ---------------------------------------------- */

static void
answer_message(struct arrival *out)
{
	out->status = 200;
	out->type = "text/xml";
	out->answer = STR("<Response/>");
}

/* Without a byte that could end a line of a request. */
static bool
is_web_url(struct str url)
{
	size_t i;

	for (i = 0; i < url.n; i++)
		if (url.p[i] <= ' ' || url.p[i] > '~')
			return false;
	return (url.n > 8 && memcmp(url.p, "https://", 8) == 0) ||
	       (url.n > 7 && memcmp(url.p, "http://", 7) == 0);
}

static void
read_files(const struct reading *r, struct twilio_said *said)
{
	uint64_t n = 0;
	unsigned i;

	if (!str_to_u64(field(r, "NumMedia"), UINT32_MAX, &n))
		return;
	for (i = 0; i < n && i < ENVELOPE_FILES_MAX; i++) {
		struct twilio_file f = {
		    .type = field_at(r, "MediaContentType", i),
		    .url = field_at(r, "MediaUrl", i)};

		if (is_web_url(f.url))
			said->files[said->file_count++] = f;
	}
}

static struct twilio_said
read_said(const struct reading *r)
{
	struct twilio_said said = {.sid = field(r, "MessageSid"),
	    .from = field(r, "From"),
	    .user = field(r, "ExternalUserId"),
	    .number = field(r, "WaId"),
	    .name = field(r, "ProfileName"),
	    .text = field(r, "Body"),
	    .button = field_or(r, "ButtonPayload", "ListId"),
	    .reply_to = field(r, "OriginalRepliedMessageSid"),
	    .latitude = field(r, "Latitude"),
	    .longitude = field(r, "Longitude"),
	    .label = field(r, "Label"),
	    .place = field(r, "Address"),
	    .at = r->h->now};

	if (said.text.n == 0)
		said.text = field_or(r, "ButtonText", "ListTitle");
	if (!twilio_message_sid(said.reply_to))
		said.reply_to = (struct str){0};
	read_files(r, &said);
	return said;
}

static enum err
read_message(const struct reading *r)
{
	struct twilio_inbox in = {r->t, r->h->account->doc, r->arena};
	struct twilio_said said = read_said(r);
	struct envelope *envelope;
	enum err e;

	if (!twilio_message_sid(said.sid))
		return refuse(r, "MessageSid is missing or none");
	envelope = arena_alloc(r->arena, sizeof(*envelope));
	if (envelope == NULL)
		return E_NOMEM;
	e = twilio_envelope(&in, &said, envelope);
	if (e == E_BADINPUT)
		return refuse(r, "From is no address of this channel");
	answer_message(r->out);
	if (e == E_NOTFOUND) {
		r->out->ignored = "empty";
		return OK;
	}
	r->out->envelopes = envelope;
	r->out->envelope_count = 1;
	return e;
}

/* ---- what became of a message of ours ----------------------------------- */

static const struct {
	const char *word;
	enum rank rank;
	const char *reason; /* where there is no code */
} statuses[] = {
    {"accepted", RANK_ACCEPTED, NULL},
    {"scheduled", RANK_ACCEPTED, NULL},
    {"queued", RANK_ACCEPTED, NULL},
    {"sending", RANK_ACCEPTED, NULL},
    {"sent", RANK_SENT, NULL},
    {"delivered", RANK_DELIVERED, NULL},
    {"read", RANK_READ, NULL},
    {"undelivered", RANK_FAILED, "The message could not be delivered."},
    {"failed", RANK_FAILED, "The message could not be sent."},
    {"canceled", RANK_FAILED, "The message was canceled before it left."},
};

static void
read_failure(const struct reading *r, const char *reason, struct receipt *out)
{
	uint64_t code = 0;
	struct str said = field_or(r, "ChannelStatusMessage", "ErrorMessage");

	out->code = field(r, "ErrorCode");
	if (str_to_u64(out->code, UINT32_MAX, &code) && code > 0) {
		out->reason = twilio_reason((unsigned)code, said, r->arena);
		return;
	}
	out->code = field(r, "MessageStatus");
	out->reason = str_from(reason);
}

/* The row's id, which we put into the address; 0: there is none. */
static enum err
read_row(const struct reading *r, uint64_t *row)
{
	struct form query;
	struct str value;

	*row = 0;
	if (form_parse(r->h->query, r->arena, &query) != OK)
		return refuse(r, "the query is not well written");
	value = form_get(&query, "row");
	if (value.p != NULL && !str_to_u64(value, ROW_MAX, row))
		return refuse(r, "row is not an outbox row's id");
	return OK;
}

static enum err
read_status(const struct reading *r)
{
	struct str word = field(r, "MessageStatus");
	struct receipt *receipt = arena_alloc(r->arena, sizeof(*receipt));
	size_t i;
	enum err e;

	if (receipt == NULL)
		return E_NOMEM;
	receipt->vendor_id = field(r, "MessageSid");
	if (!twilio_message_sid(receipt->vendor_id))
		return refuse(r, "MessageSid is missing or none");
	if ((e = read_row(r, &receipt->row)) != OK)
		return e;
	r->out->status = 204;
	for (i = 0; i < ARRAY_LEN(statuses); i++)
		if (str_eq(word, str_from(statuses[i].word)))
			break;
	if (i == ARRAY_LEN(statuses)) {
		r->out->ignored = "status";
		return OK;
	}
	receipt->rank = statuses[i].rank;
	if (statuses[i].reason != NULL)
		read_failure(r, statuses[i].reason, receipt);
	r->out->receipts = receipt;
	r->out->receipt_count = 1;
	return OK;
}

/* ---- which -------------------------------------------------------------- */

static enum err
read_fields(const struct reading *r)
{
	bool status = str_eq(r->h->tail, STR("/status"));

	if (!str_eq(field(r, "AccountSid"), r->h->account->doc->id))
		return refuse(r, "AccountSid is missing or another's");
	if (!status && r->h->tail.n > 0)
		return refuse(r, "there is nothing at this address");
	if (status || field(r, "MessageStatus").n > 0)
		return read_status(r);
	return read_message(r);
}

enum err
twilio_parse(const struct twilio *t, const struct hook *h, struct arena *a,
    struct arrival *out, const char **why)
{
	struct twilio_hook in;
	struct reading r = {t, h, a, &in.fields, out, why};
	enum err e;

	*out = (struct arrival){0};
	e = twilio_hook_read(h, a, &in, why);
	if (e != OK)
		return e;
	if (in.json) {
		out->status = 204;
		out->ignored = "json";
		return OK;
	}
	e = read_fields(&r);
	if (e != OK)
		*out = (struct arrival){0};
	return e;
}
