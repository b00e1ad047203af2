/*
 * mailbox_arrival: what becomes of a mail that SMTP brought: into the inbox,
 * if it is for somebody there; into the list; into the ledger of effects.
 */
#include "sandbox/mailbox/address.h"
#include "sandbox/mailbox/letter.h"
#include "sandbox/mailbox/mailbox_inside.h"

#define TEXT_MOST 16384u

/* ---- the inbox ---------------------------------------------------------- */

static struct str
user_of(struct str address)
{
	const char *at = memrchr(address.p, '@', address.n);
	const char *plus;

	if (at != NULL)
		address.n = (size_t)(at - address.p);
	plus = memchr(address.p, '+', address.n);
	if (plus != NULL && plus != address.p)
		address.n = (size_t)(plus - address.p);
	return address;
}

static bool
has_inbox(const struct mail_setup *setup, struct str address)
{
	size_t i;

	for (i = 0; i < setup->inbox_count && setup->inbox_count != SIZE_MAX;
	     i++)
		if (sb_talk_same(setup->inbox[i], user_of(address)))
			return true;
	return setup->inbox_count == SIZE_MAX;
}

static bool
is_for_inbox(const struct mail_setup *setup, const struct smtp_mail *m)
{
	size_t i;

	for (i = 0; i < m->to_count; i++)
		if (has_inbox(setup, m->to[i]))
			return true;
	return false;
}

/* What the last server puts before a mail. */
static void
put_trace(
    struct buf *b, const struct mail_setup *setup, const struct smtp_mail *m)
{
	size_t i;

	buf_addf(b, "Return-Path: <%.*s>\r\n", STR_FMT(m->from));
	for (i = 0; i < m->to_count; i++)
		if (has_inbox(setup, m->to[i]))
			buf_addf(
			    b, "Delivered-To: %.*s\r\n", STR_FMT(m->to[i]));
	buf_addf(b, "Received: from %.*s by localhost with %s\r\n",
	    STR_FMT(m->helo), m->tls ? "ESMTPS" : "ESMTP");
}

/* ---- the ledgers -------------------------------------------------------- */

static void
put_recipients(struct buf *b, const struct smtp_mail *m)
{
	size_t i;

	buf_str(b, ",\"to\":[");
	for (i = 0; i < m->to_count; i++) {
		buf_str(b, i == 0 ? "" : ",");
		buf_json(b, m->to[i]);
	}
	buf_char(b, ']');
}

static enum err
keep(struct mail_door *d, const struct smtp_mail *m, struct letter *l,
    uint32_t uid)
{
	struct buf b = {0};
	enum err e = E_NOMEM;

	buf_str(&b, "\"from\":");
	buf_json(&b, m->from);
	put_recipients(&b, m);
	sb_put_text(&b, "helo", m->helo);
	sb_put_text(&b, "user", m->user);
	buf_str(&b, m->tls ? ",\"tls\":true" : ",\"tls\":false");
	sb_put_number(&b, "size", (int64_t)m->raw.n);
	sb_put_number(&b, "at", l->at);
	if (uid > 0)
		sb_put_number(&b, "uid", uid);
	if (!b.failed)
		e = sb_kept_add(d->kept, l, buf_view(&b));
	buf_free(&b);
	return e;
}

static void
put_all_to(struct buf *b, const struct smtp_mail *m)
{
	size_t i;

	for (i = 0; i < m->to_count; i++) {
		buf_str(b, i == 0 ? "" : ", ");
		buf_add(b, m->to[i].p, m->to[i].n);
	}
}

static void
fill_effect(struct effect *e, const struct smtp_mail *m, struct arena *a)
{
	struct str row = sb_letter_field(m->raw, "X-Frontdesk-Row", a);

	e->vendor = "mail";
	e->kind = "mail";
	e->account = m->user;
	e->from = m->from;
	e->text = sb_letter_text(m->raw, a);
	if (e->text.n > TEXT_MOST)
		e->text.n = TEXT_MOST;
	e->id = sb_letter_field(m->raw, "Message-ID", a);
	if (!str_to_u64(row, UINT64_MAX, &e->row))
		e->row = 0;
}

/* Returns its number; 0: there was no memory. */
static uint64_t
note_effect(struct mail_door *d, const struct smtp_mail *m)
{
	struct sandbox *s = d->sandbox;
	struct buf to = {0}, more = {0};
	struct effect e = {0};
	struct arena a = {0};
	uint64_t n;

	fill_effect(&e, m, &a);
	put_all_to(&to, m);
	e.to = buf_view(&to);
	sb_put_text(&more, "subject", sb_letter_words(m->raw, "Subject", &a));
	e.more = buf_view(&more);
	sandbox_lock(s);
	n = s->effects.next;
	sandbox_effect(s, NULL, &e);
	n = s->effects.next > n ? n : 0;
	if (n > 0 && !m->told)
		sb_ledger_get(&s->effects, n)->told = false;
	sandbox_unlock(s);
	buf_free(&to);
	buf_free(&more);
	arena_free(&a);
	return n;
}

/* ---- all of it ---------------------------------------------------------- */

enum err
sb_mail_accept(void *door, const struct smtp_mail *m, uint64_t *effect)
{
	struct mail_door *d = door;
	bool inbox = is_for_inbox(&d->setup, m);
	struct buf trace = {0};
	struct letter *l = NULL;
	uint32_t uid = 0;
	uint64_t n;
	enum err e = E_NOMEM;

	put_trace(&trace, &d->setup, m);
	if (!trace.failed)
		l = sb_letter_new(
		    buf_view(&trace), m->raw, d->world.now(d->world.arg));
	buf_free(&trace);
	if (l != NULL)
		e = inbox ? sb_box_add(d->box, l, &uid) : OK;
	/* From here on it is there, listed or not. */
	if (e == OK && keep(d, m, l, uid) == OK) {
		n = note_effect(d, m);
		*effect = m->told ? n : 0;
	}
	sb_letter_unref(l);
	return e;
}
