/*
 * escalation: the mails to people as payloads: to whom, under which subject,
 * with which files. What they say stands in escalation_write.c.
 */
#include "channels/email/escalation.h"
#include "channels/email/escalation_inner.h"
#include "channels/email/lex.h"
#include "core/blank.h"
#include "core/company.h"

#include <stdio.h>

#define NAME_SHOWN 60u

/* ---- payloads ----------------------------------------------------------- */

/* One subject for all mails of the thread: programs compare it. */
static struct str
subject_of(const struct escalation *e, struct arena *a)
{
	struct str topic = words_line(e->topic, ESCALATION_TOPIC_MAX, a);
	struct str who = escalation_customer(e, a);

	if (topic.n == 0)
		return arena_printf(a, "%.*s needs an answer (#%llu)",
		    STR_FMT(who), (unsigned long long)e->conversation);
	return arena_printf(a, "%.*s: %.*s (#%llu)", STR_FMT(who),
	    STR_FMT(topic), (unsigned long long)e->conversation);
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
	struct pages pages = {.text = {0}};
	struct mail_payload p = {.role = STAMP_DESK,
	    .id = e->conversation,
	    .number = e->number,
	    .earlier = (uint64_t *)(uintptr_t)e->earlier,
	    .earlier_count = e->earlier_count,
	    .origin = LETTER_NOTICE,
	    .files = (struct mail_file *)(uintptr_t)e->files,
	    .file_count = e->file_count};
	enum err err;

	out->count = 0;
	if (!people_are_valid(e, faults))
		return E_BADINPUT;
	escalation_put(e, &pages, a);
	err = take_pages(&pages, a, &p);
	p.subject = subject_of(e, a);
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
		const struct escalation_line line = {
		    .who = words_line(m->texts->mail_you, NAME_SHOWN, a),
		    .text = words_bounded(m->question, ESCALATION_TEXT_MAX, a),
		    .customer = true};

		page_said(
		    p, &line, words_line(m->texts->mail_where, NAME_SHOWN, a));
	}
	page_small(p, m->texts->mail_why);
}

static struct str
answer_subject(const struct answer_mail *m, struct arena *a)
{
	const struct blank company = {
	    "{company}", words_line(m->company, NAME_SHOWN, a)};
	struct str about = blanks_fill(m->texts->mail_subject, &company, 1, a);

	return arena_printf(a, "%.*s (#%llu)",
	    STR_FMT(words_line(about, ESCALATION_TOPIC_MAX, a)),
	    (unsigned long long)m->conversation);
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
	    .origin = m->by.n > 0 ? LETTER_BY_HAND : LETTER_AUTOMATIC,
	    .files = (struct mail_file *)(uintptr_t)m->files,
	    .file_count = m->file_count};
	struct pages pages = {.text = {0}};
	enum err e;

	if (!address_valid(m->to.address)) {
		faults_add(faults, "to.address",
		    "is no address that can be written to");
		return E_BADINPUT;
	}
	write_answer(&pages, m, a);
	e = take_pages(&pages, a, &p);
	p.subject = answer_subject(m, a);
	if (e == OK && p.subject.p != NULL) {
		out->recipient = arena_copy(a, m->to.address);
		out->text = mail_payload_write(&p, a);
	}
	return e != OK || p.subject.p == NULL || out->text.p == NULL ? E_NOMEM
								     : OK;
}
