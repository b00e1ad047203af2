/*
 * letter_told: what a mail brings, once it is clear what it is: its words, its
 * files, its name in the store, and where a customer's conversation is.
 */
#include "channels/email/letter_in_inner.h"
#include "core/utf8.h"

#include <sodium.h>

#define KEPT_REFERENCES 20u
#define NAME_CHARACTERS 100u
#define TYPE_MAX 100u
#define PERSON_HASH 8u

/* ---- words -------------------------------------------------------------- */

static struct str
bounded(struct str s, size_t bytes)
{
	size_t n = bytes;

	if (s.n <= bytes)
		return s;
	while (n > 0 && (s.p[n] & 0xc0) == 0x80)
		n--;
	return lex_upto(s, n);
}

static void
bound_reply(struct letter_in *in)
{
	in->cut_short = in->reply.said.n > LETTER_IN_SAID_MAX;
	in->reply.said = bounded(in->reply.said, LETTER_IN_SAID_MAX);
}

static enum err
read_words(struct judging *j)
{
	struct letter_in *in = j->out;
	enum err e = mime_text(&in->mime, false, &in->fresh);

	if (e == OK)
		e = cut_reply(in->fresh, j->arena, &in->reply);
	if (e == OK)
		e = mime_text(&in->mime, true, &in->text);
	if (e == OK)
		bound_reply(in);
	return e;
}

enum err
told_strictly(struct judging *j)
{
	struct letter_in *in = j->out;
	enum err e = cut_strictly(in->fresh, j->arena, &in->reply);

	if (e == OK)
		bound_reply(in);
	return e;
}

enum err
letter_in_below(struct letter_in *in, struct str ours, struct arena *a)
{
	enum err e = cut_below(in->fresh, ours, a, &in->reply);

	if (e == OK)
		bound_reply(in);
	return e;
}

/* ---- files -------------------------------------------------------------- */

/* "image/png"; else nobody knows. */
static struct str
type_of(const struct mime_part *p)
{
	size_t i;

	for (i = 0; i < p->type.n; i++)
		if (!lex_alnum(p->type.p[i]) &&
		    memchr("!#$&^_.+-/", p->type.p[i], 10) == NULL)
			break;
	return i < p->type.n || i > TYPE_MAX ? STR("application/octet-stream")
					     : p->type;
}

static enum err
add_file(struct judging *j, const struct mime_part *p)
{
	struct letter_in *in = j->out;
	struct letter_in_file *f = &in->files[in->file_count];

	if (in->file_count == LETTER_IN_FILES_MAX) {
		in->file_more++;
		return OK;
	}
	f->name = utf8_prefix(p->name, NAME_CHARACTERS);
	f->type = type_of(p);
	if (f->name.n == 0)
		f->name = arena_printf(j->arena, "file-%u%s", p->number,
		    str_eq(p->type, STR("message/rfc822")) ? ".eml" : "");
	f->part = p;
	in->file_count++;
	return f->name.p == NULL ? E_NOMEM : OK;
}

/* Attachments first: pictures of a signature may be many. */
static enum err
read_files(struct judging *j)
{
	struct mime_part *p;
	enum err e = OK;
	unsigned turn;

	for (turn = 0; turn < 2; turn++)
		for (p = NULL;
		     e == OK && (p = mime_next(&j->out->mime, p)) != NULL;)
			if (mime_is_file(p) && p->attachment == (turn == 0))
				e = add_file(j, p);
	return e;
}

/* ---- names -------------------------------------------------------------- */

/* Eight bytes of a hash, as base32. */
static uint64_t
hash_of(struct str a, struct str b)
{
	unsigned char hash[crypto_hash_sha256_BYTES];
	crypto_hash_sha256_state state;
	uint64_t n = 0;
	size_t i;

	crypto_hash_sha256_init(&state);
	crypto_hash_sha256_update(&state, (const unsigned char *)a.p, a.n);
	crypto_hash_sha256_update(&state, (const unsigned char *)"", 1);
	crypto_hash_sha256_update(&state, (const unsigned char *)b.p, b.n);
	crypto_hash_sha256_final(&state, hash);
	for (i = 0; i < 8; i++)
		n = n << 8 | hash[i];
	return n;
}

/*
 * By its message id; and by From and Date, for there are programs that give
 * all their mails the same id. A mail without one is known by all of it.
 */
static enum err
read_source(struct judging *j)
{
	struct buf b = {0};

	buf_addf(&b, "%.*s:%.*s:", STR_FMT(j->ask->account->doc->channel),
	    STR_FMT(j->ask->account->doc->name));
	if (j->id.n > 0)
		buf_add(&b, j->id.p, j->id.n);
	else
		stamp_put_id(hash_of(j->ask->mail, STR("mail")), &b);
	buf_char(&b, ':');
	stamp_put_id(
	    hash_of(judge_field(j, "From"), judge_field(j, "Date")), &b);
	j->out->source = buf_take(&b, j->arena);
	return j->out->source.p == NULL ? E_NOMEM : OK;
}

/* A sender's clock may be dead, and a Date may say anything: a time that no
 * queue explains would make others wait, or nobody. */
static int64_t
time_of(struct judging *j)
{
	int64_t at, now = j->ask->now;

	if (!mime_date(judge_field(j, "Date"), &at) || at > now ||
	    at < now - LETTER_IN_LATE_MS)
		return now;
	return at;
}

enum err
told_read(struct judging *j)
{
	struct letter_in *in = j->out;
	enum err e;

	in->subject = mime_field_text(&in->mime, in->mime.root, "Subject");
	if (in->subject.p == NULL)
		in->subject = STR("");
	in->at = time_of(j);
	e = read_words(j);
	if (e == OK)
		e = read_files(j);
	return e == OK ? read_source(j) : e;
}

/* ---- where -------------------------------------------------------------- */

static struct str
place_of(struct judging *j, uint64_t key)
{
	struct buf b = {0};

	buf_addf(&b, "%.*s/", STR_FMT(j->out->from));
	stamp_put_id(key, &b);
	return buf_take(&b, j->arena);
}

static struct str
own_name(const struct judging *j)
{
	return j->id.n > 0 ? j->id : j->ask->mail;
}

/* The first mail of the thread that it names, or itself. */
static struct str
thread_root(const struct judging *j)
{
	return j->ref_count > 0 ? j->refs[0] : own_name(j);
}

static enum err
read_place(struct judging *j)
{
	struct letter_in *in = j->out;
	struct envelope *v = &in->envelope;

	v->alias = place_of(j, hash_of(own_name(j), STR("thread")));
	if (j->match.role == STAMP_CUSTOMER)
		v->address = arena_printf(j->arena, "%.*s/=%llu",
		    STR_FMT(in->from), (unsigned long long)j->match.id);
	else if (j->match.role == STAMP_THREAD)
		v->address = place_of(j, j->match.id);
	else
		v->address = place_of(
		    j, hash_of(thread_root(j), STR("thread")));
	if (v->address.p == NULL || v->alias.p == NULL)
		return E_NOMEM;
	if (str_eq(v->address, v->alias))
		v->alias = STR("");
	return OK;
}

/* ---- what --------------------------------------------------------------- */

/* The first mail of a thread says much in its subject. */
static void
write_text(struct judging *j, struct buf *out)
{
	struct letter_in *in = j->out;
	struct str said = in->reply.said;
	bool first = j->match.role == STAMP_ROLES && j->ref_count == 0;

	if ((first || said.n == 0) && in->subject.n > 0) {
		buf_add(out, in->subject.p, in->subject.n);
		if (said.n > 0)
			buf_str(out, "\n\n");
	}
	buf_add(out, said.p, said.n);
	if (in->cut_short)
		buf_str(out, "\n[...]");
	if (out->len == 0 && in->file_count == 0)
		buf_str(out, "(an empty mail)");
}

static void
write_files(const struct letter_in *in, struct buf *out)
{
	unsigned i;

	for (i = 0; i < in->file_count; i++) {
		buf_str(out, i == 0 ? ",\"files\":[{\"name\":" : ",{\"name\":");
		buf_json(out, in->files[i].name);
		buf_str(out, ",\"type\":");
		buf_json(out, in->files[i].type);
		buf_char(out, '}');
	}
	if (in->file_count > 0)
		buf_char(out, ']');
}

static enum err
write_body(struct judging *j)
{
	struct buf text = {0}, body = {0};
	struct str *out = &j->out->envelope.body;

	write_text(j, &text);
	buf_str(&body, "{\"text\":");
	buf_json(&body, text.len == 0 ? STR("") : buf_view(&text));
	write_files(j->out, &body);
	if (j->out->rule != AUTOMATIC_NOT)
		buf_addf(&body, ",\"automatic\":\"%s\"",
		    automatic_name(j->out->rule));
	buf_char(&body, '}');
	if (!text.failed && !body.failed)
		*out = arena_copy(j->arena, buf_view(&body));
	buf_free(&text);
	buf_free(&body);
	return out->p == NULL ? E_NOMEM : OK;
}

/* How to answer in their thread: to whom, under which subject, to which mails:
 * the first ten and the last ten, as we write them, and this one. */
static enum err
write_reply(struct judging *j)
{
	const size_t half = KEPT_REFERENCES / 2;
	struct letter_in *in = j->out;
	size_t n = j->ref_count - j->reply_count, i;
	struct buf b = {0};

	buf_str(&b, "{\"to\":");
	buf_json(&b, in->from);
	buf_str(&b, ",\"name\":");
	buf_json(&b, in->from_name);
	buf_str(&b, ",\"subject\":");
	buf_json(&b, in->subject);
	buf_str(&b, ",\"id\":");
	buf_json(&b, j->id);
	buf_str(&b, ",\"references\":[");
	for (i = 0; i < n; i++) {
		if (i >= half && i + half < n)
			continue;
		buf_str(&b, i == 0 ? "" : ",");
		buf_json(&b, j->refs[i]);
	}
	buf_str(&b, "]}");
	in->envelope.reply = buf_take(&b, j->arena);
	return in->envelope.reply.p == NULL ? E_NOMEM : OK;
}

enum err
told_envelope(struct judging *j)
{
	struct letter_in *in = j->out;
	struct envelope *v = &in->envelope;
	unsigned i;
	enum err e;

	*v = (struct envelope){.kind = EVENT_MESSAGE,
	    .person = in->from,
	    .name = in->from_name,
	    .source = in->source,
	    .about = STR(""),
	    .at = in->at,
	    .file_count = in->file_count};
	for (i = 0; i < in->file_count; i++)
		v->files[i] = (struct envelope_file){
		    .name = in->files[i].name, .type = in->files[i].type};
	e = read_place(j);
	if (e == OK)
		e = write_body(j);
	return e == OK ? write_reply(j) : e;
}
