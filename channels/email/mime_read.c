/*
 * mime_read: the tree of parts. A multipart's body is cut at its boundary
 * before its parts are looked at, so that none reaches out of the part it is
 * in; each byte is passed once for each level.
 */
#include "channels/email/mime_inner.h"

static enum err read_part(
    struct mime *m, struct mime_part *p, struct str bytes, unsigned depth);

/* ---- one part ----------------------------------------------------------- */

static struct str
cut_lowered(struct str value, char stop, struct arena *a)
{
	return lex_lowered(lex_trim(lex_cut(&value, stop)), a);
}

static const struct {
	const char *name;
	enum mime_coding coding;
} codings[] = {
    {"", CODING_NONE},
    {"7bit", CODING_NONE},
    {"8bit", CODING_NONE},
    {"binary", CODING_NONE},
    {"quoted-printable", CODING_QUOTED},
    {"base64", CODING_BASE64},
};

static enum mime_coding
coding_of(struct mime *m, struct str name)
{
	size_t i;

	for (i = 0; i < ARRAY_LEN(codings); i++)
		if (lex_same(name, str_from(codings[i].name)))
			return codings[i].coding;
	m->odd |= MIME_ODD_CODING;
	return CODING_NONE;
}

static struct str
or_empty(struct str s)
{
	return s.p == NULL ? STR("") : s;
}

static bool
is_multipart(const struct mime_part *p)
{
	return lex_begins(p->type, STR("multipart/"));
}

/* What is said nowhere: in a digest mails, else plain text. */
static struct str
usual_type(const struct mime_part *p)
{
	if (p->parent != NULL &&
	    str_eq(p->parent->type, STR("multipart/digest")))
		return STR("message/rfc822");
	return STR("text/plain");
}

static void
read_type(struct mime *m, struct mime_part *p)
{
	struct str value = or_empty(mime_field(m, p, "Content-Type"));
	struct str flow = or_empty(mime_param(value, "format", m->arena));
	struct str delsp = or_empty(mime_param(value, "delsp", m->arena));

	p->type = or_empty(cut_lowered(value, ';', m->arena));
	if (p->type.n == 0 || memchr(p->type.p, '/', p->type.n) == NULL)
		p->type = usual_type(p);
	p->charset = or_empty(mime_param(value, "charset", m->arena));
	p->name = or_empty(mime_param(value, "name", m->arena));
	p->report = or_empty(mime_param(value, "report-type", m->arena));
	p->flowed = lex_same(flow, STR("flowed"));
	p->delsp = lex_same(delsp, STR("yes"));
}

static void
read_disposition(struct mime *m, struct mime_part *p)
{
	struct str value = or_empty(mime_field(m, p, "Content-Disposition"));
	struct str name = mime_param(value, "filename", m->arena);
	struct str rest = value;

	p->attachment = lex_same(
	    lex_trim(lex_cut(&rest, ';')), STR("attachment"));
	if (name.n > 0)
		p->name = name;
}

static void
read_fields(struct mime *m, struct mime_part *p)
{
	struct str coding = or_empty(
	    mime_field(m, p, "Content-Transfer-Encoding"));

	read_type(m, p);
	read_disposition(m, p);
	p->coding = CODING_NONE;
	if (!is_multipart(p)) /* of a multipart it may only be none */
		p->coding = coding_of(
		    m, lex_trim(cut_lowered(coding, ';', m->arena)));
}

/* ---- its parts ---------------------------------------------------------- */

/* A line at the boundary: 1 begins a part, 2 ends them all, 0 is none. */
static unsigned
boundary_kind(struct str line, struct str boundary)
{
	if (line.n < boundary.n + 2 || line.p[0] != '-' || line.p[1] != '-' ||
	    memcmp(line.p + 2, boundary.p, boundary.n) != 0)
		return 0;
	line = lex_trim(lex_from(line, boundary.n + 2));
	if (line.n == 0)
		return 1;
	return str_eq(line, STR("--")) ? 2 : 0;
}

/* Up to the next line at the boundary, which goes, too; .p is NULL at the
 * end. *last: no more come. */
static struct str
take_body(struct str *rest, struct str boundary, unsigned *kind)
{
	struct str all = *rest, line;
	size_t end = 0; /* of the line before, without what ended it */

	*kind = 0;
	while (rest->n > 0) {
		line = lex_line(rest);
		*kind = boundary_kind(line, boundary);
		if (*kind > 0)
			return lex_upto(all, end);
		end = (size_t)(line.p + line.n - all.p);
	}
	return all;
}

/* Some leave the boundary out of the header: the first line may show it. */
static struct str
guess_boundary(struct str body)
{
	struct str line = {"", 0};

	while (body.n > 0 && line.n == 0)
		line = lex_trim(lex_line(&body));
	if (line.n < 3 || line.p[0] != '-' || line.p[1] != '-')
		return (struct str){"", 0};
	return lex_from(line, 2);
}

static struct str
boundary_of(struct mime *m, const struct mime_part *p, struct str body)
{
	struct str value = or_empty(mime_field(m, p, "Content-Type"));
	struct str boundary = or_empty(mime_param(value, "boundary", m->arena));

	if (boundary.n > 0)
		return boundary;
	m->odd |= MIME_ODD_BOUNDARY;
	return guess_boundary(body);
}

static enum err
add_part(struct mime *m, struct mime_part *p, struct str bytes, unsigned depth)
{
	struct mime_part *child, **last = &p->child;
	enum err e;

	if (m->part_count >= MIME_PARTS_MAX) {
		m->odd |= MIME_ODD_PARTS;
		return OK;
	}
	child = arena_alloc(m->arena, sizeof(*child));
	if (child == NULL)
		return E_NOMEM;
	child->parent = p;
	e = read_part(m, child, bytes, depth + 1);
	while (*last != NULL)
		last = &(*last)->next;
	*last = child;
	return e;
}

static enum err
read_parts(struct mime *m, struct mime_part *p, unsigned depth)
{
	struct str rest = p->body, body;
	struct str boundary = boundary_of(m, p, rest);
	unsigned kind = 0;
	enum err e = OK;

	if (boundary.n == 0)
		return OK;
	(void)take_body(&rest, boundary, &kind); /* the preamble */
	while (e == OK && kind == 1) {
		body = take_body(&rest, boundary, &kind);
		e = add_part(m, p, body, depth);
	}
	if (kind != 2)
		m->odd |= MIME_ODD_BOUNDARY;
	return e;
}

static enum err
read_part(struct mime *m, struct mime_part *p, struct str bytes, unsigned depth)
{
	enum err e;

	p->number = m->part_count++;
	e = mime_header_read(m, &bytes, p);
	if (e != OK)
		return e;
	p->body = bytes;
	read_fields(m, p);
	if (!is_multipart(p))
		return OK;
	if (depth < MIME_DEPTH_MAX)
		return read_parts(m, p, depth);
	m->odd |= MIME_ODD_DEPTH;
	return OK;
}

enum err
mime_read(struct str mail, struct arena *a, struct mime *out)
{
	*out = (struct mime){.arena = a};
	if (mail.n > MIME_MAIL_MAX)
		return E_LIMIT;
	out->root = arena_alloc(a, sizeof(*out->root));
	if (out->root == NULL)
		return E_NOMEM;
	if (mail.p == NULL)
		mail = STR("");
	return read_part(out, out->root, mail, 0);
}

/* ---- what others ask ---------------------------------------------------- */

struct mime_part *
mime_next(const struct mime *m, struct mime_part *after)
{
	if (after == NULL)
		return m->root;
	if (after->child != NULL)
		return after->child;
	while (after != NULL && after->next == NULL)
		after = after->parent;
	return after == NULL ? NULL : after->next;
}

enum err
mime_bytes(struct mime *m, const struct mime_part *p, struct str *out)
{
	struct buf b = {0};
	bool good = true;

	*out = p->body;
	if (p->coding == CODING_NONE || p->body.n == 0)
		return OK;
	if (p->coding == CODING_BASE64)
		good = mime_unbase64(p->body, &b);
	else
		good = mime_unquote(p->body, &b);
	if (!good)
		m->odd |= MIME_ODD_CODING;
	*out = (struct str){0};
	if (!b.failed)
		*out = arena_copy(
		    m->arena, b.len == 0 ? STR("") : buf_view(&b));
	buf_free(&b);
	return out->p == NULL ? E_NOMEM : OK;
}

static const char *const odd_names[MIME_ODDS] = {"header", "long_header",
    "boundary", "parts", "depth", "coding", "charset", "long_text", "zero"};

const char *
mime_odd_name(unsigned odd)
{
	size_t i;

	for (i = 0; i < MIME_ODDS; i++)
		if ((odd & 1u << i) != 0)
			return odd_names[i];
	return "";
}
