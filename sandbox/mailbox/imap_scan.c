/* imap_scan: see the header. */
#include "sandbox/mailbox/imap_scan.h"

#include <stdio.h>
#include <strings.h>
#include <time.h>

#define DAY_S 86400

static const char *const months[12] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
    "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};

bool
sb_scan_is(struct scan *s, char c)
{
	if (s->p == s->end || *s->p != c)
		return false;
	s->p++;
	return true;
}

bool
sb_scan_end(const struct scan *s)
{
	return s->p == s->end;
}

static bool
is_atom(char c)
{
	return c > ' ' && c < 127 && strchr("(){%*\"\\", c) == NULL;
}

bool
sb_scan_atom(struct scan *s, struct str *out)
{
	const char *from = s->p;

	while (s->p < s->end && is_atom(*s->p))
		s->p++;
	*out = (struct str){from, (size_t)(s->p - from)};
	return out->n > 0;
}

bool
sb_scan_word(struct scan *s, const char *word)
{
	struct scan try = *s;
	struct str atom;

	if (!sb_scan_atom(&try, &atom) || atom.n != strlen(word) ||
	    strncasecmp(atom.p, word, atom.n) != 0)
		return false;
	*s = try;
	return true;
}

bool
sb_scan_flag(struct scan *s, struct str *out)
{
	struct scan try = *s;

	if (!sb_scan_is(&try, '\\') || !sb_scan_atom(&try, out))
		return false;
	*s = try;
	return true;
}

static size_t
count_digits(const struct scan *s)
{
	size_t n = 0;

	while (n < (size_t)(s->end - s->p) && s->p[n] >= '0' && s->p[n] <= '9')
		n++;
	return n;
}

bool
sb_scan_number(struct scan *s, uint32_t *out)
{
	struct str digits = {s->p, count_digits(s)};
	uint64_t n;

	if (!str_to_u64(digits, UINT32_MAX - 1, &n))
		return false;
	s->p += digits.n;
	*out = (uint32_t)n;
	return true;
}

/* ---- strings ------------------------------------------------------------ */

/* Up to the quote that ends it; 0: there is none on the line. */
static size_t
quoted_size(const struct scan *s)
{
	size_t n = 1, all = (size_t)(s->end - s->p);

	while (n < all && s->p[n] != '"') {
		n += s->p[n] == '\\' ? 1 : 0;
		if (n >= all || s->p[n] == '\r' || s->p[n] == '\n')
			return 0;
		n++;
	}
	return n < all ? n : 0;
}

static bool
take_quoted(struct scan *s, struct arena *a, struct str *out)
{
	size_t size = quoted_size(s), i, n = 0;
	char *copy = size == 0 ? NULL : arena_alloc(a, size);

	if (copy == NULL)
		return false;
	for (i = 1; i < size; i++) {
		i += s->p[i] == '\\' ? 1 : 0;
		copy[n++] = s->p[i];
	}
	*out = (struct str){copy, n};
	s->p += size + 1;
	return true;
}

static bool
take_literal(struct scan *s, struct str *out)
{
	uint32_t n;

	if (!sb_scan_is(s, '{') || !sb_scan_number(s, &n))
		return false;
	if (s->p < s->end && *s->p == '+')
		s->p++;
	if (!sb_scan_is(s, '}') || !sb_scan_is(s, '\r') ||
	    !sb_scan_is(s, '\n') || (size_t)(s->end - s->p) < n)
		return false;
	*out = (struct str){s->p, n};
	s->p += n;
	return true;
}

bool
sb_scan_astring(struct scan *s, struct arena *a, struct str *out)
{
	struct scan try = *s;
	bool found;

	if (s->p < s->end && *s->p == '"')
		found = take_quoted(&try, a, out);
	else if (s->p < s->end && *s->p == '{')
		found = take_literal(&try, out);
	else
		found = sb_scan_atom(&try, out);
	if (found)
		*s = try;
	return found;
}

/* ---- sets --------------------------------------------------------------- */

static bool
take_bound(struct scan *s, uint32_t *out)
{
	if (sb_scan_is(s, '*')) {
		*out = SET_STAR;
		return true;
	}
	return sb_scan_number(s, out) && *out > 0;
}

static bool
take_range(struct scan *s, struct range *r)
{
	if (!take_bound(s, &r->from))
		return false;
	r->to = r->from;
	return !sb_scan_is(s, ':') || take_bound(s, &r->to);
}

bool
sb_scan_set(struct scan *s, struct arena *a, struct set *out)
{
	struct scan try = *s;

	out->count = 0;
	out->list = arena_alloc(a, SET_MOST * sizeof(*out->list));
	if (out->list == NULL)
		return false;
	do {
		if (out->count == SET_MOST ||
		    !take_range(&try, &out->list[out->count++]))
			return false;
	} while (sb_scan_is(&try, ','));
	*s = try;
	return true;
}

bool
sb_set_has(const struct set *set, uint32_t n, uint32_t star)
{
	size_t i;

	for (i = 0; i < set->count; i++) {
		uint32_t from = set->list[i].from, to = set->list[i].to;

		from = from == SET_STAR ? star : from;
		to = to == SET_STAR ? star : to;
		if ((n >= from && n <= to) || (n >= to && n <= from))
			return true;
	}
	return false;
}

/* ---- dates -------------------------------------------------------------- */

static int
month_of(struct str name)
{
	int m;

	for (m = 0; m < 12; m++)
		if (name.n == 3 && strncasecmp(name.p, months[m], 3) == 0)
			return m;
	return -1;
}

/* "1-Jan-2026" */
static bool
read_date(struct str text, struct tm *t)
{
	const char *one = memchr(text.p, '-', text.n), *two;
	uint64_t day, year;

	if (one == NULL)
		return false;
	two = memchr(one + 1, '-', text.n - (size_t)(one + 1 - text.p));
	if (two == NULL ||
	    !str_to_u64(
		(struct str){text.p, (size_t)(one - text.p)}, 31, &day) ||
	    !str_to_u64(
		(struct str){two + 1, text.n - (size_t)(two + 1 - text.p)},
		9999, &year))
		return false;
	t->tm_mday = (int)day;
	t->tm_mon = month_of((struct str){one + 1, (size_t)(two - one - 1)});
	t->tm_year = (int)year - 1900;
	return t->tm_mon >= 0 && day > 0 && year >= 1970;
}

bool
sb_scan_date(struct scan *s, struct arena *a, int64_t *day)
{
	struct tm t = {0};
	struct str text;

	if (!sb_scan_astring(s, a, &text) || text.n == 0 ||
	    !read_date(text, &t))
		return false;
	*day = (int64_t)timegm(&t) / DAY_S;
	return true;
}

void
sb_imap_date(int64_t wall_ms, char *out)
{
	time_t seconds = (time_t)(wall_ms / 1000);
	struct tm t = {0};

	(void)gmtime_r(&seconds, &t);
	(void)snprintf(out, IMAP_DATE, "%02d-%s-%04d %02d:%02d:%02d +0000",
	    t.tm_mday, months[t.tm_mon], (t.tm_year + 1900) % 10000, t.tm_hour,
	    t.tm_min, t.tm_sec);
}
