/*
 * escalation: what the mails to people say, section by section, and the
 * payloads of them.
 */
#include "channels/email/escalation.h"
#include "channels/email/escalation_inner.h"
#include "channels/email/lex.h"
#include "channels/email/payload.h"
#include "core/utf8.h"

#include <stdio.h>
#include <time.h>

#define LIST_MAX 20u
#define ITEM_MAX 500u /* characters */
#define NAME_SHOWN 60u

struct writing {
	const struct escalation *e;
	struct arena *arena;
	struct pages pages;
};

/* ---- pieces ------------------------------------------------------------- */

/* UTF-8 whatever came, and not longer than that. */
static struct str
bounded(struct str s, size_t most, struct arena *a)
{
	struct str cut;

	if (!utf8_valid(s))
		return (struct str){"(unreadable)", 12};
	cut = utf8_prefix(s, most);
	if (cut.n == s.n)
		return s;
	return arena_printf(a, "%.*s \xe2\x80\xa6", STR_FMT(cut));
}

/* "21 Nov 2026, 12:14 CET", by the company's clock. */
static struct str
time_words(const struct writing *w, int64_t at)
{
	static const char *const months[] = {"Jan", "Feb", "Mar", "Apr", "May",
	    "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
	time_t seconds = (time_t)(at / 1000 + w->e->zone_minutes * 60);
	struct tm t = {0};

	(void)gmtime_r(&seconds, &t);
	return arena_printf(w->arena, "%d %s %d, %02d:%02d%s%.*s", t.tm_mday,
	    months[t.tm_mon], t.tm_year + 1900, t.tm_hour, t.tm_min,
	    w->e->zone.n > 0 ? " " : "", STR_FMT(w->e->zone));
}

/* In a subject no control character may stand, and they chose it. */
static bool
is_name(struct str s)
{
	size_t i;

	for (i = 0; i < s.n; i++)
		if ((unsigned char)s.p[i] < ' ' || s.p[i] == 0x7f)
			return false;
	return !lex_blank(s);
}

static struct str
customer_of(const struct writing *w)
{
	struct str name = w->e->customer_name;

	if (!is_name(name))
		name = w->e->customer_email;
	if (!is_name(name))
		return (struct str){"A customer", 10};
	return bounded(lex_trim(name), NAME_SHOWN, w->arena);
}

static void
write_list(
    struct writing *w, const char *heading, const struct str *list, size_t n)
{
	struct str items[LIST_MAX];
	size_t i, count = 0;

	for (i = 0; i < n && count < LIST_MAX; i++)
		if (!lex_blank(list[i]))
			items[count++] = bounded(list[i], ITEM_MAX, w->arena);
	if (count == 0)
		return;
	page_heading(&w->pages, heading);
	page_list(&w->pages, items, count);
}

/* ---- sections ----------------------------------------------------------- */

static void
write_customer(struct writing *w)
{
	const struct escalation *e = w->e;

	page_heading(&w->pages, "Customer");
	page_begin_table(&w->pages);
	page_row(&w->pages, "Name", bounded(e->customer_name, 200, w->arena));
	page_row(
	    &w->pages, "E-mail", bounded(e->customer_email, 300, w->arena));
	page_row(&w->pages, "Phone", bounded(e->customer_phone, 100, w->arena));
	page_row(&w->pages, "Writes on", e->channel);
	page_row(&w->pages, "Handed over", time_words(w, e->now));
	page_end_table(&w->pages);
}

/* The newest that fit. */
static size_t
first_shown(const struct escalation *e)
{
	size_t i = e->transcript_count, bytes = 0;

	while (i > 0 && e->transcript_count - i < ESCALATION_LINES_MAX) {
		size_t n = e->transcript[i - 1].text.n;

		n = n > 4 * ESCALATION_TEXT_MAX ? 4 * ESCALATION_TEXT_MAX : n;
		bytes += n;
		if (bytes > ESCALATION_BYTES_MAX && i < e->transcript_count)
			break;
		i--;
	}
	return i;
}

static void
write_transcript(struct writing *w, const char *heading)
{
	const struct escalation *e = w->e;
	size_t i = first_shown(e);
	char more[80];

	if (e->transcript_count == 0)
		return;
	page_heading(&w->pages, heading);
	if (i > 0) {
		snprintf(more, sizeof(more),
		    "(%zu earlier messages are not shown here.)", i);
		page_words(&w->pages, str_from(more));
	}
	for (; i < e->transcript_count; i++) {
		struct escalation_line line = e->transcript[i];

		line.text = bounded(line.text, ESCALATION_TEXT_MAX, w->arena);
		line.who = bounded(line.who, NAME_SHOWN, w->arena);
		page_said(&w->pages, &line, time_words(w, line.at));
	}
}

static void
write_first(struct writing *w)
{
	const struct escalation *e = w->e;

	page_title(&w->pages,
	    arena_printf(w->arena, "%.*s needs an answer from a person",
		STR_FMT(customer_of(w))));
	page_words(&w->pages,
	    STR("Answer this mail: what you write above the line goes to the "
		"customer."));
	if (!lex_blank(e->why))
		page_words(&w->pages, bounded(e->why, ITEM_MAX, w->arena));
	write_list(w, "Summary", e->summary, e->summary_count);
	write_customer(w);
	write_list(w, "What was tried", e->tried, e->tried_count);
	write_transcript(w, "Conversation");
	page_link(&w->pages, "Open the conversation", e->link);
}

static void
write_follow_up(struct writing *w)
{
	page_title(&w->pages, arena_printf(w->arena, "%.*s wrote again",
				  STR_FMT(customer_of(w))));
	write_transcript(w, "New messages");
	page_link(&w->pages, "Open the conversation", w->e->link);
}

/* ---- payloads ----------------------------------------------------------- */

/* One subject for all mails of the thread: programs compare it. */
static struct str
subject_of(const struct writing *w)
{
	return arena_printf(w->arena, "%.*s: %.*s (#%llu)",
	    STR_FMT(bounded(w->e->company, NAME_SHOWN, w->arena)),
	    STR_FMT(customer_of(w)), (unsigned long long)w->e->conversation);
}

static enum err
take_pages(struct pages *p, struct arena *a, struct mail_payload *out)
{
	enum err e = p->text.failed || p->html.failed ? E_NOMEM : OK;

	if (e == OK) {
		out->text = arena_copy(a, buf_view(&p->text));
		out->html = arena_copy(a, buf_view(&p->html));
		e = out->text.p == NULL || out->html.p == NULL ? E_NOMEM : OK;
	}
	buf_free(&p->text);
	buf_free(&p->html);
	return e;
}

static bool
people_are_valid(const struct escalation *e, struct faults *faults)
{
	size_t had = faults->count, i;
	char where[40];

	if (e->to_count == 0 || e->to_count > PAYLOADS_MAX)
		faults_add(
		    faults, "to", "is nobody, or more than %u", PAYLOADS_MAX);
	for (i = 0; i < e->to_count && i < PAYLOADS_MAX; i++) {
		if (address_valid(e->to[i].address))
			continue;
		snprintf(where, sizeof(where), "to[%zu].address", i);
		faults_add(
		    faults, where, "is no address that can be written to");
	}
	return faults->count == had;
}

static enum err
copy_people(const struct escalation *e, struct arena *a, struct mail_payload *p)
{
	size_t i;

	p->to_count = e->to_count;
	p->to = arena_alloc(a, e->to_count * sizeof(*p->to));
	for (i = 0; p->to != NULL && i < e->to_count; i++)
		p->to[i] = (struct mail_address){
		    .name = e->to[i].name, .address = e->to[i].address};
	return p->to == NULL ? E_NOMEM : OK;
}

static enum err
write_payloads(struct mail_payload *p, struct arena *a, struct payloads *out)
{
	size_t i;

	for (i = 0; i < p->to_count; i++) {
		struct payload *one = &out->list[out->count];

		p->recipient = p->to[i].address;
		one->recipient = p->recipient;
		one->text = mail_payload_write(p, a);
		if (one->text.p == NULL)
			return E_NOMEM;
		out->count++;
	}
	return OK;
}

enum err
escalation_write(const struct escalation *e, struct arena *a,
    struct payloads *out, struct faults *faults)
{
	struct writing w = {.e = e, .arena = a};
	struct mail_payload p = {.role = STAMP_DESK,
	    .id = e->conversation,
	    .number = e->number,
	    .earlier = (uint64_t *)(uintptr_t)e->earlier,
	    .earlier_count = e->earlier_count,
	    .origin = LETTER_NOTICE};
	enum err err;

	out->count = 0;
	if (!people_are_valid(e, faults))
		return E_BADINPUT;
	if (e->earlier_count == 0)
		write_first(&w);
	else
		write_follow_up(&w);
	page_note(&w.pages,
	    STR("Only addresses on the company's list can answer. The "
		"customer sees your name, not your address."));
	err = take_pages(&w.pages, a, &p);
	p.subject = subject_of(&w);
	if (err == OK && p.subject.p == NULL)
		err = E_NOMEM;
	if (err == OK)
		err = copy_people(e, a, &p);
	return err == OK ? write_payloads(&p, a, out) : err;
}

/* ---- to a customer who left --------------------------------------------- */

static void
write_answer(struct pages *p, const struct answer_mail *m, struct arena *a)
{
	page_markdown(p, m->text);
	buf_char(&p->text, '\n');
	if (!lex_blank(m->question)) {
		const struct escalation_line line = {.who = STR("You wrote"),
		    .text = bounded(m->question, ESCALATION_TEXT_MAX, a),
		    .customer = true};

		page_said(p, &line, STR("on our website"));
	}
	page_link(p, "Back to the chat", m->link);
	page_note(
	    p, STR("You left the chat before this answer came. You can answer "
		   "this mail."));
}

enum err
answer_mail_write(const struct answer_mail *m, struct arena *a,
    struct payload *out, struct faults *faults)
{
	struct mail_address to = m->to;
	struct mail_payload p = {.role = STAMP_CUSTOMER,
	    .id = m->conversation,
	    .number = m->number,
	    .earlier = (uint64_t *)(uintptr_t)m->earlier,
	    .earlier_count = m->earlier_count,
	    .to = &to,
	    .to_count = 1,
	    .recipient = m->to.address,
	    .by = m->by,
	    .origin = m->by.n > 0 ? LETTER_BY_HAND : LETTER_AUTOMATIC};
	struct pages pages = {.text = {0}};
	enum err e;

	if (!address_valid(m->to.address)) {
		faults_add(faults, "to.address",
		    "is no address that can be written to");
		return E_BADINPUT;
	}
	write_answer(&pages, m, a);
	e = take_pages(&pages, a, &p);
	p.subject = arena_printf(a, "Your chat with %.*s (#%llu)",
	    STR_FMT(bounded(m->company, NAME_SHOWN, a)),
	    (unsigned long long)m->conversation);
	if (e == OK && p.subject.p != NULL) {
		out->recipient = arena_copy(a, m->to.address);
		out->text = mail_payload_write(&p, a);
	}
	return e != OK || p.subject.p == NULL || out->text.p == NULL ? E_NOMEM
								     : OK;
}
