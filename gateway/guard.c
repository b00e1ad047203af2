/*
 * guard: the checks, in the order in which a reader meets them: request
 * line, each header by itself, then what headers say together (RFC 9112,
 * sections 2.3, 3, 5 and 6).
 */
#include "gateway/guard.h"

/* More than anybody sends, and sure to fit. */
#define LENGTH_DIGITS 18u

/* RFC 9110 section 5.6.2: what a method or a header's name may be made of. */
static bool
token_char(unsigned char c)
{
	static const char marks[] = "!#$%&'*+-.^_`|~";

	if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	    (c >= '0' && c <= '9'))
		return true;
	return c != '\0' && strchr(marks, c) != NULL;
}

static bool
is_token(struct str s)
{
	size_t i;

	for (i = 0; i < s.n; i++)
		if (!token_char((unsigned char)s.p[i]))
			return false;
	return s.n > 0;
}

static bool
is_control(unsigned char c)
{
	return c < 0x20 || c == 0x7f;
}

static bool
plain_target(struct str s)
{
	size_t i;

	for (i = 0; i < s.n; i++)
		if (is_control((unsigned char)s.p[i]) || s.p[i] == ' ')
			return false;
	return s.n > 0 && (s.p[0] == '/' || str_eq(s, STR("*")));
}

/* A tab is the one control byte that a value may hold. */
static bool
plain_value(struct str s)
{
	size_t i;

	for (i = 0; i < s.n; i++)
		if (is_control((unsigned char)s.p[i]) && s.p[i] != '\t')
			return false;
	return true;
}

static char
lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c + ('a' - 'A')) : c;
}

bool
guard_same_name(struct str a, struct str b)
{
	size_t i;

	if (a.n != b.n)
		return false;
	for (i = 0; i < a.n; i++)
		if (lower(a.p[i]) != lower(b.p[i]))
			return false;
	return true;
}

/* ---- headers that decide where a request ends -------------------------- */

struct seen {
	struct guard_facts *facts;
	unsigned hosts, lengths, codings;
};

static const char *
on_host(struct seen *seen, struct str value)
{
	size_t i;

	if (seen->hosts++ > 0)
		return "there is more than one Host";
	for (i = 0; i < value.n; i++)
		if (memchr("/\\@?#, \t", value.p[i], 8) != NULL)
			return "Host is not a host";
	return NULL;
}

static const char *
on_length(struct seen *seen, struct str value)
{
	if (seen->lengths++ > 0)
		return "there is more than one Content-Length";
	if (value.n > LENGTH_DIGITS ||
	    !str_to_u64(value, UINT64_MAX, &seen->facts->length))
		return "Content-Length is not a number of bytes";
	seen->facts->has_length = true;
	return NULL;
}

static const char *
on_coding(struct seen *seen, struct str value)
{
	if (seen->codings++ > 0)
		return "there is more than one Transfer-Encoding";
	if (!guard_same_name(value, STR("chunked")))
		return "Transfer-Encoding is not chunked";
	seen->facts->chunked = true;
	return NULL;
}

static const struct {
	struct str name;
	const char *(*on)(struct seen *seen, struct str value);
} watched[] = {
    {{"host", 4}, on_host},
    {{"content-length", 14}, on_length},
    {{"transfer-encoding", 17}, on_coding},
};

static const char *
header_fault(struct seen *seen, const struct guard_header *h)
{
	size_t i;

	if (!is_token(h->name))
		return "the name of a header is not a token";
	if (!plain_value(h->value))
		return "a header holds a control byte";
	for (i = 0; i < ARRAY_LEN(watched); i++)
		if (guard_same_name(h->name, watched[i].name))
			return watched[i].on(seen, str_trim(h->value));
	return NULL;
}

static const char *
together_fault(const struct guard_request *r, const struct seen *seen)
{
	bool old = str_eq(r->version, STR("HTTP/1.0"));

	if (!old && seen->hosts == 0)
		return "there is no Host";
	if (seen->codings > 0 && seen->lengths > 0)
		return "there are both Content-Length and Transfer-Encoding";
	if (old && seen->codings > 0)
		return "HTTP/1.0 has no Transfer-Encoding";
	return NULL;
}

/* Are all parts one after another, with nothing hidden between them? */
static bool
is_whole(const struct guard_request *r)
{
	const char *at = r->method.p + r->method.n + 1;
	size_t i;

	if (r->layout.end == NULL)
		return true;
	if (r->layout.target != at || r->version.p != at + r->target.n + 1)
		return false;
	at = r->version.p + r->version.n + 2;
	for (i = 0; i < r->count; i++) {
		const struct guard_header *h = &r->headers[i];

		if (h->name.p != at || h->value.p < at + h->name.n + 1)
			return false;
		at = h->value.p + h->value.n + 2;
	}
	return at + 2 == r->layout.end;
}

const char *
guard_fault(const struct guard_request *r, struct guard_facts *facts)
{
	struct seen seen = {.facts = facts};
	const char *fault;
	size_t i;

	*facts = (struct guard_facts){0};
	if (!str_eq(r->version, STR("HTTP/1.1")) &&
	    !str_eq(r->version, STR("HTTP/1.0")))
		return "the version is neither HTTP/1.0 nor HTTP/1.1";
	if (!is_token(r->method))
		return "the method is not a token";
	if (!plain_target(r->target))
		return "the path is not one, or holds control bytes or spaces";
	if (!is_whole(r))
		return "the head holds a NUL, a folded line or a bare line end";
	for (i = 0; i < r->count; i++)
		if ((fault = header_fault(&seen, &r->headers[i])) != NULL)
			return fault;
	return together_fault(r, &seen);
}
