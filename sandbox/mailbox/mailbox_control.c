/* mailbox_control: /control/mail/...: putting in, and looking. */
#include "sandbox/mailbox/address.h"
#include "core/json.h"
#include "sandbox/mailbox/letter.h"
#include "sandbox/mailbox/mailbox.h"
#include "sandbox/mailbox/mailbox_inside.h"
#include "sandbox/shape.h"

#define ID_DIGITS 20u

static const struct shape message_shape[] = {
    {"raw", SHAPE_TEXT, false},
    {"base64", SHAPE_TEXT, false},
    {"from", SHAPE_TEXT, false},
    {"to", SHAPE_TEXT, false},
    {"subject", SHAPE_TEXT, false},
    {"text", SHAPE_TEXT, false},
    {"in_reply_to", SHAPE_TEXT, false},
    {"references", SHAPE_TEXT, false},
    {NULL, SHAPE_ANY, false},
};

/* What a POST puts in. */
struct posting {
	struct ask *ask;
	struct mail_door *door;
	struct buf added, text;
	char id[ID_DIGITS + 32];
};

static struct str
given(const struct posting *p, const char *name)
{
	return json_text(p->ask->body, name);
}

/* ---- putting a mail in -------------------------------------------------- */

/* A line may end in LF alone. */
static void
put_lines(struct buf *out, struct str raw)
{
	size_t i;

	for (i = 0; i < raw.n; i++) {
		if (raw.p[i] == '\n' && (i == 0 || raw.p[i - 1] != '\r'))
			buf_char(out, '\r');
		buf_char(out, raw.p[i]);
	}
}

static bool
is_one_line(struct str s)
{
	size_t i;

	for (i = 0; i < s.n; i++)
		if ((unsigned char)s.p[i] < 32 || s.p[i] == 127)
			return false;
	return true;
}

/* Of "Ann <ann@shop.example>" or "ann@shop.example": what is in < and >. */
static bool
address_in(struct str s, struct mail_address *out)
{
	const char *from = s.n > 0 ? memchr(s.p, '<', s.n) : NULL;

	if (from == NULL)
		return sb_address_read_bare(s, out);
	s = (struct str){from, s.n - (size_t)(from - s.p)};
	return sb_address_take(&s, false, out) && s.n == 0;
}

static void
check(const struct posting *p, struct faults *faults)
{
	static const char *const lines[] = {
	    "from", "to", "subject", "in_reply_to", "references"};
	struct mail_address address;
	size_t i;

	for (i = 0; i < ARRAY_LEN(lines); i++)
		if (!is_one_line(given(p, lines[i])))
			faults_add(faults, lines[i], "is not one line");
	for (i = 0; i < 2; i++)
		if (!address_in(given(p, lines[i]), &address))
			faults_add(faults, lines[i], "is no address");
}

static void
write_draft(struct posting *p)
{
	struct mail_address from = {0}, to = {0};
	struct sandbox *s = p->ask->sandbox;
	char digits[ID_DIGITS + 1];
	struct letter_draft d = {.from = given(p, "from"),
	    .to = given(p, "to"),
	    .subject = given(p, "subject"),
	    .text = given(p, "text"),
	    .in_reply_to = given(p, "in_reply_to"),
	    .references = given(p, "references"),
	    .at = clock_wall(s->conf.clock)};

	sandbox_lock(s);
	sandbox_hex(s, digits, ID_DIGITS);
	sandbox_unlock(s);
	(void)snprintf(p->id, sizeof(p->id), "%s@mail.sandbox.example", digits);
	d.id = str_from(p->id);
	if (address_in(d.from, &from) && address_in(d.to, &to))
		buf_addf(&p->added,
		    "Return-Path: <%.*s>\r\nDelivered-To: %.*s\r\n",
		    STR_FMT(from.whole), STR_FMT(to.whole));
	sb_letter_write(&d, &p->text);
}

/* False: something is wrong, and was said. */
static bool
write_posting(struct posting *p)
{
	struct str raw = given(p, "raw"), base64 = given(p, "base64");
	struct faults faults = {0};
	struct str bytes;

	if (raw.n > 0) {
		put_lines(&p->text, raw);
		return true;
	}
	if (base64.n > 0) {
		bytes = sb_talk_decode(base64, p->ask->arena);
		buf_add(&p->text, bytes.p, bytes.n);
		if (bytes.p == NULL)
			sb_ask_refuse(p->ask, 400, "base64: it is none");
		return bytes.p != NULL;
	}
	check(p, &faults);
	if (faults.count > 0) {
		sb_ask_faults(p->ask, &faults);
		return false;
	}
	write_draft(p);
	return true;
}

static void
post(struct posting *p)
{
	struct mail_door *d = p->door;
	enum err e = E_NOMEM;
	struct buf b = {0};
	struct letter *l = NULL;
	uint32_t uid = 0;

	if (!p->added.failed && !p->text.failed)
		l = sb_letter_new(
		    buf_view(&p->added), buf_view(&p->text), d->world.now(d));
	if (l != NULL)
		e = l->size > LETTER_BYTES ? E_LIMIT
					   : sb_box_add(d->box, l, &uid);
	sb_letter_unref(l);
	if (e != OK) {
		sb_ask_refuse(p->ask, 503, "the inbox has no room for it");
		return;
	}
	buf_addf(&b, "{\"uid\":%u", uid);
	if (p->id[0] != '\0')
		sb_put_text(&b, "message_id", str_from(p->id));
	buf_char(&b, '}');
	sb_ask_reply(p->ask, &b);
	buf_free(&b);
}

/* False: there is no mail here, and that was said. */
static bool
has_door(struct ask *a)
{
	if (a->state == NULL)
		sb_ask_refuse(a, 404, "the setup has no part \"mail\"");
	return a->state != NULL;
}

static void
on_message(struct ask *a)
{
	struct posting p = {.ask = a, .door = a->state};
	struct faults faults = {0};

	if (!has_door(a))
		return;
	if (!sb_shape_check(a->body, "", message_shape, &faults)) {
		sb_ask_faults(a, &faults);
		return;
	}
	if (write_posting(&p))
		post(&p);
	buf_free(&p.added);
	buf_free(&p.text);
}

/* ---- looking ------------------------------------------------------------ */

static void
on_messages(struct ask *a)
{
	struct mail_door *d = a->state;
	struct buf b = {0};
	uint64_t after;

	if (!has_door(a))
		return;
	if (!str_to_u64(
		request_query(a->request, "after"), UINT64_MAX - 1, &after))
		after = 0;
	sb_kept_write(d->kept, after, &b);
	sb_ask_reply(a, &b);
	buf_free(&b);
}

static void
put_slot(struct mail_door *d, const struct slot *slot, struct buf *b)
{
	static const struct {
		const char *name;
		unsigned flag;
	} flags[] = {
	    {"seen", FLAG_SEEN},
	    {"answered", FLAG_ANSWERED},
	    {"flagged", FLAG_FLAGGED},
	    {"deleted", FLAG_DELETED},
	};
	struct letter *l = sb_box_letter(d->box, slot->uid);
	size_t i;

	buf_char(b, '{');
	sb_put_number(b, "uid", slot->uid);
	for (i = 0; i < ARRAY_LEN(flags); i++)
		sb_put_raw(b, flags[i].name,
		    (slot->flags & flags[i].flag) != 0 ? STR("true")
						       : STR("false"));
	if (l != NULL)
		sb_put_number(b, "size", (int64_t)l->size);
	buf_char(b, '}');
	sb_letter_unref(l);
}

static void
on_inbox(struct ask *a)
{
	struct mail_door *d = a->state;
	struct slot slots[BOX_LETTERS];
	struct buf b = {0};
	size_t n, i;

	if (!has_door(a))
		return;
	n = sb_box_read(d->box, slots);
	buf_str(&b, "{\"messages\":[");
	for (i = 0; i < n; i++) {
		buf_str(&b, i == 0 ? "" : ",");
		put_slot(d, &slots[i], &b);
	}
	buf_char(&b, ']');
	sb_put_number(&b, "uidvalidity", sb_box_validity(d->box));
	sb_put_number(&b, "uidnext", sb_box_next(d->box));
	buf_char(&b, '}');
	sb_ask_reply(a, &b);
	buf_free(&b);
}

static void
on_ca(struct ask *a)
{
	struct mail_door *d = a->state;

	if (has_door(a))
		request_reply(a->request, 200, "application/x-pem-file",
		    sb_tls_pem(d->tls));
}

const struct control sb_mail_door_controls[] = {
    {"POST", "/control/mail/message", on_message},
    {"GET", "/control/mail/messages", on_messages},
    {"GET", "/control/mail/inbox", on_inbox},
    {"GET", "/control/mail/ca", on_ca},
    {NULL, NULL, NULL},
};
