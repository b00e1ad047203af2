/*
 * email_render: an answer to who wrote by mail becomes payloads. Where it goes
 * stands in what was kept of their mail; the conversation's address is the
 * second best.
 */
#include "channels/email/email_inner.h"
#include "channels/email/lex.h"
#include "channels/email/payload.h"
#include "channels/split.h"
#include "core/json.h"

#define REFERENCES_MAX 40u

struct rendering {
	const struct outgoing *m;
	struct arena *arena;
	struct faults *faults;
	struct mail_payload payload;
	struct mail_address to;
};

/* ---- where -------------------------------------------------------------- */

/* What their mail named, and then itself. */
static enum err
read_references(struct rendering *r, const json_t *list, struct str id)
{
	struct mail_payload *p = &r->payload;
	size_t n = json_array_size(list), i;

	n = n > REFERENCES_MAX ? REFERENCES_MAX : n;
	p->references = arena_alloc(r->arena, (n + 1) * sizeof(*p->references));
	if (p->references == NULL)
		return E_NOMEM;
	for (i = 0; i < n; i++) {
		const json_t *one = json_array_get(list, i);

		if (json_is_string(one))
			p->references[p->reference_count++] = json_text_copy_of(
			    one, r->arena);
	}
	if (id.n > 0)
		p->references[p->reference_count++] = id;
	p->in_reply_to = id;
	return OK;
}

static enum err
read_reply(struct rendering *r)
{
	json_t *root = json_read(r->m->reply);
	enum err e;

	r->to.address = json_text_copy(root, "to", r->arena);
	r->to.name = json_text_copy(root, "name", r->arena);
	r->payload.subject = json_text_copy(root, "subject", r->arena);
	e = read_references(r, json_object_get(root, "references"),
	    json_text_copy(root, "id", r->arena));
	json_decref(root);
	if (r->to.address.p == NULL || r->to.name.p == NULL ||
	    r->payload.subject.p == NULL)
		return E_NOMEM;
	return e;
}

/* "ann@example.com/2u7s4kq6pl5wc" or "ann@example.com/=17" */
static bool
read_address(struct rendering *r)
{
	struct str s = r->m->address, address;
	size_t at = s.n;

	while (at > 0 && s.p[at - 1] != '/')
		at--;
	address = lex_upto(s, at == 0 ? 0 : at - 1);
	s = lex_from(s, at);
	if (r->to.address.n == 0)
		r->to.address = address;
	r->payload.role = STAMP_THREAD;
	if (s.n > 1 && s.p[0] == '=') {
		r->payload.role = STAMP_CUSTOMER;
		return str_to_u64(lex_from(s, 1), UINT64_MAX, &r->payload.id);
	}
	return stamp_get_id(s, &r->payload.id);
}

static enum err
name_recipient(struct rendering *r)
{
	enum err e = read_reply(r);

	if (e != OK)
		return e;
	if (!read_address(r) || !address_valid(r->to.address)) {
		faults_add(r->faults, "address", "is none of this channel");
		return E_BADINPUT;
	}
	r->payload.to = &r->to;
	r->payload.to_count = 1;
	r->payload.recipient = r->to.address;
	return OK;
}

/* ---- the subject -------------------------------------------------------- */

static const char *const answers[] = {
    "Re:", "AW:", "SV:", "Antw:", "RE :", "Odp:", "Vs:", "R:", "Ynt:", "Rif:"};

/* What a program put in front of it once need not stand there twice. */
static enum err
name_subject(struct rendering *r)
{
	struct str *subject = &r->payload.subject;
	size_t i;

	if (lex_blank(*subject))
		*subject = STR("Your message");
	for (i = 0; i < ARRAY_LEN(answers); i++)
		if (lex_begins(*subject, str_from(answers[i])))
			return OK;
	*subject = arena_printf(r->arena, "Re: %.*s", STR_FMT(*subject));
	return subject->p == NULL ? E_NOMEM : OK;
}

/* ---- texts -------------------------------------------------------------- */

static struct str
write_text(const struct rendering *r)
{
	const struct outgoing *m = r->m;
	struct buf b = {0};
	struct str text = {0};
	size_t i;

	buf_add(&b, m->text.p, m->text.n);
	for (i = 0; i < m->button_count; i++)
		buf_addf(&b, "%s%zu. %.*s", i == 0 ? "\n\n" : "\n", i + 1,
		    STR_FMT(m->buttons[i].text));
	if (!b.failed)
		text = arena_copy(
		    r->arena, b.len == 0 ? STR("") : buf_view(&b));
	buf_free(&b);
	return text;
}

static enum err
split(struct rendering *r, struct text_parts *parts)
{
	struct str text = write_text(r);

	*parts = (struct text_parts){.count = 0};
	if (text.p == NULL)
		return E_NOMEM;
	if (text.n > 0)
		return channel_split(
		    &channel_email, text, r->arena, parts, r->faults);
	parts->list[parts->count++] = STR("");
	return OK;
}

/* In the last: attached, as long as they are small together, or as links. */
static enum err
add_files(struct rendering *r)
{
	struct mail_payload *p = &r->payload;
	uint64_t attached = 0;
	size_t i;

	p->files = arena_alloc(
	    r->arena, (r->m->file_count + 1) * sizeof(*p->files));
	if (p->files == NULL)
		return E_NOMEM;
	for (i = 0; i < r->m->file_count; i++) {
		const struct outgoing_file *f = &r->m->files[i];
		uint64_t most = f->url.n > 0 ? MAIL_ATTACH_MAX
					     : MAIL_ATTACH_MOST;
		bool fits = f->hash.n > 0 && attached + f->size <= most;

		p->files[p->file_count] = (struct mail_file){
		    .name = mail_file_name(f->name, f->type, r->arena),
		    .type = f->type,
		    .url = fits ? STR("") : f->url,
		    .hash = fits ? f->hash : STR("")};
		attached += fits ? f->size : 0;
		if (p->files[p->file_count++].name.p == NULL)
			return E_NOMEM;
	}
	return OK;
}

static enum err
add_payloads(struct rendering *r, struct payloads *out)
{
	struct text_parts parts;
	enum err e = split(r, &parts);
	size_t i;

	for (i = 0; e == OK && i < parts.count; i++) {
		struct payload *one = &out->list[out->count];

		if (i + 1 == parts.count)
			e = add_files(r);
		r->payload.text = parts.list[i];
		one->recipient = r->payload.recipient;
		one->text = mail_payload_write(&r->payload, r->arena);
		if (one->text.p == NULL)
			e = E_NOMEM;
		out->count++;
	}
	return e;
}

enum err
email_render(const struct company_account *account, const struct outgoing *m,
    struct arena *a, struct payloads *out, struct faults *faults)
{
	struct rendering r = {.m = m,
	    .arena = a,
	    .faults = faults,
	    .payload = {.by = m->by,
		.origin = m->by.n > 0 ? LETTER_BY_HAND : LETTER_AUTOMATIC}};
	enum err e;

	out->count = 0;
	if (channel_refuses(&channel_email, account, m, faults))
		return E_BADINPUT;
	e = name_recipient(&r);
	if (e == OK)
		e = name_subject(&r);
	if (e == OK)
		e = add_payloads(&r, out);
	if (e != OK)
		out->count = 0;
	return e;
}
