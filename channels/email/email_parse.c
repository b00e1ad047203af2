/* email_parse: a mail that was posted, as what it brought. */
#include "channels/email/email_inner.h"
#include "channels/email/letter_in.h"
#include "channels/email/lex.h"

#include <sodium.h>

/* enum receipt_rank of the store. */
#define RANK_FAILED 5u

#define BASE64 sodium_base64_VARIANT_ORIGINAL

static enum err
refuse(const char **why, const char *words)
{
	*why = words;
	return E_BADINPUT;
}

/* Whoever brought it keeps it: it is for another door. */
static void
send_back(struct arrival *out, const char *word)
{
	out->ignored = word;
	out->status = 422;
}

/* ---- files -------------------------------------------------------------- */

/* The file itself: the mail will not be there to be asked for it. */
static enum err
write_file(struct letter_in *in, unsigned i, struct arena *a)
{
	struct str bytes;
	struct buf b = {0};
	size_t room;
	char *text;
	enum err e = mime_bytes(&in->mime, in->files[i].part, &bytes);

	if (e != OK)
		return e;
	room = sodium_base64_encoded_len(bytes.n, BASE64);
	buf_str(&b, "{\"type\":");
	buf_json(&b, in->files[i].type);
	buf_str(&b, ",\"base64\":\"");
	text = buf_room(&b, room);
	if (text != NULL) {
		sodium_bin2base64(text, room, (const unsigned char *)bytes.p,
		    bytes.n, BASE64);
		b.len += room - 1; /* without its NUL */
	}
	buf_str(&b, "\"}");
	in->envelope.files[i].payload = buf_take(&b, a);
	return in->envelope.files[i].payload.p == NULL ? E_NOMEM : OK;
}

/* ---- kinds -------------------------------------------------------------- */

static enum err
on_bounce(struct letter_in *in, struct arena *a, struct arrival *out)
{
	const struct letter_bounce *b = &in->bounce;
	struct receipt *receipt;

	if (!b->failed) {
		out->ignored = report_action_name(b->recipient.action);
		return OK;
	}
	receipt = arena_alloc(a, sizeof(*receipt));
	if (receipt == NULL)
		return E_NOMEM;
	*receipt = (struct receipt){.row = b->row,
	    .vendor_id = b->row == 0 ? b->id : STR(""),
	    .rank = RANK_FAILED,
	    .code = b->recipient.status,
	    .reason = b->reason};
	out->receipts = receipt;
	out->receipt_count = 1;
	return OK;
}

static enum err
on_machine(struct letter_in *in, struct arena *a, struct arrival *out)
{
	(void)a;
	out->ignored = automatic_name(in->rule);
	return OK;
}

/* Of the desk nothing is known here, so all of its answers come to this. */
static enum err
on_refused(struct letter_in *in, struct arena *a, struct arrival *out)
{
	(void)a;
	if (in->conversation != 0)
		send_back(out, "desk");
	else
		out->ignored = in->refused;
	return OK;
}

static enum err
on_answer(struct letter_in *in, struct arena *a, struct arrival *out)
{
	(void)in;
	(void)a;
	send_back(out, "desk");
	return OK;
}

static enum err
on_customer(struct letter_in *in, struct arena *a, struct arrival *out)
{
	struct envelope *v;
	enum err e = OK;
	unsigned i;

	if (in->conversation != 0) {
		send_back(out, "elsewhere");
		return OK;
	}
	for (i = 0; e == OK && i < in->file_count; i++)
		e = write_file(in, i, a);
	v = arena_alloc(a, sizeof(*v));
	if (e != OK || v == NULL)
		return E_NOMEM;
	*v = in->envelope;
	out->envelopes = v;
	out->envelope_count = 1;
	return OK;
}

static enum err (*const kinds[LETTER_KINDS])(
    struct letter_in *in, struct arena *a, struct arrival *out) = {
    [LETTER_BOUNCE] = on_bounce,
    [LETTER_MACHINE] = on_machine,
    [LETTER_REFUSED] = on_refused,
    [LETTER_ANSWER] = on_answer,
    [LETTER_CUSTOMER] = on_customer,
};

static bool
is_mail(struct str type)
{
	return lex_same(lex_trim(lex_cut(&type, ';')), STR("message/rfc822"));
}

enum err
email_parse(const struct hook *h, struct arena *a, struct arrival *out,
    const char **why)
{
	const struct letter_ask ask = {
	    .account = h->account, .mail = h->body, .now = h->now};
	struct letter_in *in = arena_alloc(a, sizeof(*in));
	enum err e;

	*out = (struct arrival){0};
	if (in == NULL)
		return E_NOMEM;
	if (!str_eq(h->method, STR("POST")))
		return refuse(why, "the method is not POST");
	if (h->tail.n > 0)
		return refuse(why, "there is nothing at this address");
	if (!is_mail(h->type))
		return refuse(why, "the content type is not message/rfc822");
	if (lex_blank(h->body))
		return refuse(why, "the mail is empty");
	e = letter_in_read(&ask, a, in);
	if (e == E_LIMIT)
		return refuse(why, "the mail is too long");
	return e == OK ? kinds[in->kind](in, a, out) : e;
}
