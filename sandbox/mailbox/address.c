/* address: one pass, character by character. */
#include "sandbox/mailbox/address.h"
#include "core/utf8.h"

#define LOCAL_MOST 64u
#define DOMAIN_MOST 255u
#define LABEL_MOST 63u

struct reader {
	const char *p, *end;
	bool utf8;
};

static bool
is_alnum(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') ||
	       (c >= 'A' && c <= 'Z');
}

static bool
next_is(struct reader *r, char c)
{
	if (r->p == r->end || *r->p != c)
		return false;
	r->p++;
	return true;
}

/* One character that is a letter, a digit, one of `also`, or not ASCII. */
static bool
one_of(struct reader *r, const char *also)
{
	size_t n = 1;

	if (r->p == r->end)
		return false;
	if ((unsigned char)*r->p >= 128)
		n = r->utf8 ? utf8_step(r->p, (size_t)(r->end - r->p)) : 0;
	else if (!is_alnum(*r->p) &&
		 (*r->p == '\0' || strchr(also, *r->p) == NULL))
		n = 0;
	r->p += n;
	return n > 0;
}

static bool
dotted(struct reader *r, const char *also, size_t most)
{
	const char *from;

	do {
		from = r->p;
		while (one_of(r, also))
			;
		if (r->p == from || (size_t)(r->p - from) > most)
			return false;
	} while (next_is(r, '.'));
	return true;
}

static bool
quoted(struct reader *r)
{
	if (!next_is(r, '"'))
		return false;
	while (r->p < r->end && *r->p != '"') {
		(void)next_is(r, '\\');
		if (r->p == r->end || (unsigned char)*r->p < 32 ||
		    (unsigned char)*r->p >= 127)
			return false;
		r->p++;
	}
	return next_is(r, '"');
}

static bool
literal(struct reader *r)
{
	if (!next_is(r, '['))
		return false;
	while (one_of(r, ".:"))
		;
	return next_is(r, ']');
}

/* No label begins or ends with a hyphen. */
static bool
hyphens_fit(struct str domain)
{
	size_t i;

	for (i = 0; i < domain.n; i++)
		if (domain.p[i] == '-' &&
		    (i == 0 || i + 1 == domain.n || domain.p[i - 1] == '.' ||
			domain.p[i + 1] == '.'))
			return false;
	return true;
}

static struct str
since(const struct reader *r, const char *from)
{
	return (struct str){from, (size_t)(r->p - from)};
}

static bool
read_parts(struct reader *r, struct mail_address *out)
{
	const char *from = r->p;

	if (!quoted(r) &&
	    (r->p != from || !dotted(r, "!#$%&'*+-/=?^_`{|}~", LOCAL_MOST)))
		return false;
	out->local = since(r, from);
	if (!next_is(r, '@'))
		return false;
	from = r->p;
	if (!literal(r) && (r->p != from || !dotted(r, "-", LABEL_MOST)))
		return false;
	out->domain = since(r, from);
	return out->local.n <= LOCAL_MOST && out->domain.n <= DOMAIN_MOST &&
	       hyphens_fit(out->domain);
}

bool
sb_address_take(struct str *text, bool utf8, struct mail_address *out)
{
	struct reader r = {text->p, text->p + text->n, utf8};
	const char *from;

	*out = (struct mail_address){{"", 0}, {"", 0}, {"", 0}};
	if (!next_is(&r, '<'))
		return false;
	from = r.p;
	if (!next_is(&r, '>')) {
		if (!read_parts(&r, out))
			return false;
		out->whole = since(&r, from);
		if (!next_is(&r, '>'))
			return false;
	}
	*text = (struct str){r.p, (size_t)(r.end - r.p)};
	return true;
}

bool
sb_address_read_bare(struct str text, struct mail_address *out)
{
	struct reader r = {text.p, text.p + text.n, false};

	out->whole = text;
	return text.n > 0 && read_parts(&r, out) && r.p == r.end;
}
