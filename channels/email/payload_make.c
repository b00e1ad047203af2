/*
 * payload_make: the mail of a payload, with what only the moment of sending
 * knows: the row's id, the account's keys, and so tokens and message ids.
 */
#include "channels/email/html.h"
#include "channels/email/lex.h"
#include "channels/email/markup.h"
#include "channels/email/payload.h"

struct making {
	const struct mail_payload *p;
	const struct mail_of *of;
	struct arena *arena;
	struct str local, domain; /* of the account's address */
};

/* ---- stamps ------------------------------------------------------------- */

static struct str
taken(struct buf *b, bool good, struct arena *a)
{
	struct str s = {0};

	if (good && !b->failed)
		s = arena_copy(a, buf_view(b));
	buf_free(b);
	return s;
}

static struct str
make_id(const struct making *m, uint64_t number)
{
	struct stamp stamp = {.role = m->p->role,
	    .id = m->p->id,
	    .number = number,
	    .address = m->p->recipient};
	struct buf b = {0};
	bool good = stamp_write_id(
	    &m->of->account->keys, &stamp, m->domain, &b);

	return taken(&b, good, m->arena);
}

/* An address of ours with a token: local+token@domain. */
static struct str
make_address(const struct making *m, enum stamp_role role, uint64_t id)
{
	struct stamp stamp = {.role = role,
	    .id = id,
	    .expires_s = m->of->at / 1000 + MAIL_TOKEN_S,
	    .address = m->p->recipient};
	struct buf b = {0};
	bool good;

	buf_addf(&b, "%.*s+", STR_FMT(m->local));
	good = stamp_write_token(&m->of->account->keys, &stamp, &b);
	buf_addf(&b, "@%.*s", STR_FMT(m->domain));
	return taken(&b, good, m->arena);
}

static uint64_t
number_of(const struct making *m)
{
	return m->p->number == 0 ? m->of->row : m->p->number;
}

/* ---- the chain ---------------------------------------------------------- */

/* What is no id is left out: it came from elsewhere. */
static enum err
make_references(const struct making *m, struct letter *l)
{
	size_t n = m->p->reference_count + m->p->earlier_count, i;
	struct str *list = arena_alloc(m->arena, (n + 1) * sizeof(*list));

	if (list == NULL)
		return E_NOMEM;
	l->references = list;
	for (i = 0; i < m->p->reference_count; i++)
		if (letter_id_valid(m->p->references[i]))
			list[l->reference_count++] = m->p->references[i];
	for (i = 0; i < m->p->earlier_count; i++) {
		struct str id = make_id(m, m->p->earlier[i]);

		if (id.p == NULL)
			return E_NOMEM;
		list[l->reference_count++] = id;
	}
	l->in_reply_to = m->p->in_reply_to;
	if (!letter_id_valid(l->in_reply_to))
		l->in_reply_to = (struct str){"", 0};
	if (l->in_reply_to.n == 0 && l->reference_count > 0)
		l->in_reply_to = list[l->reference_count - 1];
	return OK;
}

/* ---- texts -------------------------------------------------------------- */

/* Signs alone would leave nothing. */
static void
put_plain(struct str markdown, struct buf *out)
{
	size_t had = out->len;

	markup_plain(markdown, out);
	if (!out->failed && lex_blank(lex_from(buf_view(out), had))) {
		out->len = had;
		buf_add(out, markdown.p, markdown.n);
	}
}

static struct str
make_text(const struct making *m)
{
	struct buf b = {0};

	buf_str(&b, LETTER_MARKER "\n\n");
	if (m->p->html.n > 0)
		buf_add(&b, m->p->text.p, m->p->text.n);
	else
		put_plain(m->p->text, &b);
	return taken(&b, true, m->arena);
}

/* Colours come from the reader's own mail program, light or dark. */
static const char page_top[] =
    "<!DOCTYPE html>\n<html><head><meta charset=\"utf-8\">\n"
    "<meta name=\"viewport\" content=\"width=device-width\">\n"
    "<meta name=\"color-scheme\" content=\"light dark\">\n"
    "<meta name=\"supported-color-schemes\" content=\"light dark\">\n"
    "</head><body style=\"margin:0;padding:0\">\n"
    "<table role=\"presentation\" width=\"100%\" cellpadding=\"0\" "
    "cellspacing=\"0\" border=\"0\"><tr><td style=\"padding:16px;"
    "font-family:-apple-system,'Segoe UI',Roboto,Helvetica,Arial,"
    "sans-serif;font-size:15px;line-height:1.5;overflow-wrap:anywhere;"
    "word-break:break-word\">\n"
    "<div style=\"color:#80868b;font-size:12px;margin:0 0 16px\">" LETTER_MARKER
    "</div>\n<div style=\"max-width:640px\">\n";
static const char page_end[] = "</div>\n</td></tr></table>\n</body></html>\n";

static struct str
make_html(const struct making *m)
{
	struct buf b = {0};

	buf_str(&b, page_top);
	if (m->p->html.n > 0)
		buf_add(&b, m->p->html.p, m->p->html.n);
	else
		markup_html(m->p->text, &b);
	buf_str(&b, page_end);
	return taken(&b, true, m->arena);
}

/* "Anna (Shop)", or the company alone. */
static struct str
make_name(const struct making *m)
{
	struct str title = m->of->account->title;

	if (m->p->by.n == 0)
		return title.p == NULL ? STR("") : title;
	if (title.n == 0)
		return m->p->by;
	return arena_printf(
	    m->arena, "%.*s (%.*s)", STR_FMT(m->p->by), STR_FMT(title));
}

/* ---- files --------------------------------------------------------------- */

/* E_NOTFOUND leaves it without bytes, which is said in the mail. */
static enum err
read_file(const struct making *m, struct str hash, struct letter_file *f)
{
	const struct job *job = m->of->job;
	enum err e = E_NOTFOUND;

	if (job != NULL && job->read_file != NULL)
		e = job->read_file(
		    job, hash, MAIL_ATTACH_MOST, &f->bytes, m->arena);
	return e == E_NOTFOUND || e == E_LIMIT || e == E_BADINPUT ? OK : e;
}

static enum err
make_files(const struct making *m, struct letter *l)
{
	size_t n = m->p->file_count, i;
	struct letter_file *list = arena_alloc(
	    m->arena, (n + 1) * sizeof(*list));
	enum err e = list == NULL ? E_NOMEM : OK;

	for (i = 0; e == OK && i < n; i++) {
		const struct mail_file *f = &m->p->files[i];

		list[i] = (struct letter_file){.name = f->name,
		    .type = f->type.n > 0 ? f->type
					  : STR("application/octet-stream"),
		    .url = f->url};
		if (f->url.n == 0 && f->hash.n > 0)
			e = read_file(m, f->hash, &list[i]);
	}
	l->files = list;
	l->file_count = n;
	return e;
}

/* ---- all of it ---------------------------------------------------------- */

static enum err
make_random(const struct making *m, struct letter *l)
{
	struct str text = arena_printf(m->arena, "boundary %llu %.*s",
	    (unsigned long long)m->of->row, STR_FMT(l->id));

	if (text.p == NULL ||
	    !key_stamp(&m->of->account->keys, text, l->random, LETTER_RANDOM))
		return E_NOMEM;
	return OK;
}

static enum err
make_letter(const struct making *m, struct letter *l)
{
	enum err e;

	*l = (struct letter){
	    .from = {make_name(m), m->of->account->doc->sender},
	    .reply_to = {make_name(m), make_address(m, m->p->role, m->p->id)},
	    .to = m->p->to,
	    .to_count = m->p->to_count,
	    .subject = m->p->subject,
	    .id = make_id(m, number_of(m)),
	    .origin = m->p->origin,
	    .row = m->of->row,
	    .at = m->of->at,
	    .text = make_text(m),
	    .html = make_html(m)};
	if (l->from.name.p == NULL || l->reply_to.address.p == NULL ||
	    l->id.p == NULL || l->text.p == NULL || l->html.p == NULL)
		return E_NOMEM;
	e = make_references(m, l);
	if (e == OK)
		e = make_files(m, l);
	return e == OK ? make_random(m, l) : e;
}

static enum err
write_letter(const struct making *m, const struct letter *l,
    struct faults *faults, struct mail_made *out)
{
	struct buf b = {0};
	enum err e = letter_write(l, faults, &b);

	if (e == OK) {
		out->text = arena_copy(m->arena, buf_view(&b));
		out->envelope_from = make_address(m, STAMP_BOUNCE, m->of->row);
		out->id = l->id;
		e = out->text.p == NULL || out->envelope_from.p == NULL
			? E_NOMEM
			: OK;
	}
	buf_free(&b);
	return e;
}

enum err
mail_make(const struct mail_payload *p, const struct mail_of *of,
    struct arena *a, struct faults *faults, struct mail_made *out)
{
	struct str sender = of->account->doc->sender;
	struct making m = {
	    p, of, a, address_local(sender), address_domain(sender)};
	struct letter l;
	enum err e;

	*out = (struct mail_made){.id = {"", 0}};
	if (of->account->keys.count == 0)
		return E_DENIED;
	if (!address_valid(p->recipient)) {
		faults_add(faults, "recipient",
		    "is no address that can be written to");
		return E_BADINPUT;
	}
	e = make_letter(&m, &l);
	return e == OK ? write_letter(&m, &l, faults, out) : e;
}

struct str
mail_message_id(
    const struct mail_payload *p, const struct mail_of *of, struct arena *a)
{
	struct str sender = of->account->doc->sender;
	struct making m = {
	    p, of, a, address_local(sender), address_domain(sender)};

	return make_id(&m, number_of(&m));
}
