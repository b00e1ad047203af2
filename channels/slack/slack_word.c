/*
 * slack_word: Slack's small words: ids, timestamps, members of JSON, and which
 * URLs may be asked. A timestamp names a message and is never made a number
 * but for the time that people read.
 */
#include "channels/slack/slack_inner.h"

#include <strings.h>

#define ID_MAX 64u
#define SECONDS_DIGITS 12u /* far beyond any year that matters */
#define FRACTION_DIGITS 9u

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool
is_alnum(char c)
{
	return is_digit(c) || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

bool
slack_id_ok(struct str s)
{
	size_t i;

	for (i = 0; i < s.n; i++)
		if (!is_alnum(s.p[i]))
			return false;
	return s.n > 0 && s.n <= ID_MAX;
}

/* ---- timestamps --------------------------------------------------------- */

static size_t
digits(struct str s, size_t from)
{
	size_t n = 0;

	while (from + n < s.n && is_digit(s.p[from + n]))
		n++;
	return n;
}

bool
slack_ts_ok(struct str s)
{
	size_t seconds = digits(s, 0), fraction;

	if (seconds == 0 || seconds > SECONDS_DIGITS || seconds == s.n ||
	    s.p[seconds] != '.')
		return false;
	fraction = digits(s, seconds + 1);
	return fraction > 0 && fraction <= FRACTION_DIGITS &&
	       seconds + 1 + fraction == s.n;
}

int64_t
slack_ts_ms(struct str ts)
{
	int64_t ms = 0, scale = 100;
	size_t i = 0;

	for (; ts.p[i] != '.'; i++)
		ms = ms * 10 + (ts.p[i] - '0');
	ms *= 1000;
	for (i++; i < ts.n && scale > 0; i++, scale /= 10)
		ms += (ts.p[i] - '0') * scale;
	return ms;
}

struct str
slack_ts_of(int64_t ms, struct arena *a)
{
	long long at = ms < 0 ? 0 : ms;

	return arena_printf(a, "%lld.%03lld000", at / 1000, at % 1000);
}

/* ---- JSON --------------------------------------------------------------- */

size_t
slack_run(struct str s, size_t i)
{
	size_t n = 0;

	while (i + n < s.n && s.p[i + n] == s.p[i])
		n++;
	return n;
}

/* ---- URLs --------------------------------------------------------------- */

/* "https://host:1" of "https://host:1/path"; empty if it is no such thing. */
static struct str
origin(struct str url)
{
	const char *host = url.n == 0 ? NULL : memmem(url.p, url.n, "://", 3);
	const char *end;
	size_t left;

	if (host == NULL)
		return STR("");
	host += 3;
	left = url.n - (size_t)(host - url.p);
	end = left == 0 ? NULL : memchr(host, '/', left);
	return (struct str){url.p, end == NULL ? url.n : (size_t)(end - url.p)};
}

bool
slack_same_origin(struct str base, struct str url)
{
	struct str own = origin(base);

	return own.n > 0 && url.n > own.n && str_eq(own, origin(url));
}

static bool
host_ok(struct str host)
{
	size_t i;

	for (i = 0; i < host.n; i++)
		if (!is_alnum(host.p[i]) && host.p[i] != '.' &&
		    host.p[i] != '-')
			return false;
	return host.n > 0;
}

/* https, no port, no user, and a host that is or ends with `tail`. */
static bool
is_at(struct str url, struct str tail)
{
	static const struct str scheme = {"https://", 8};
	struct str host = origin(url);

	if (host.n <= scheme.n || url.n == host.n ||
	    memcmp(host.p, scheme.p, scheme.n) != 0)
		return false;
	host.p += scheme.n;
	host.n -= scheme.n;
	return host_ok(host) && host.n >= tail.n &&
	       strncasecmp(host.p + host.n - tail.n, tail.p, tail.n) == 0 &&
	       (tail.p[0] == '.' || host.n == tail.n);
}

/* Nothing that could end a line or the URL. */
static bool
is_printable(struct str s)
{
	size_t i;

	for (i = 0; i < s.n; i++)
		if (s.p[i] <= ' ' || s.p[i] > '~')
			return false;
	return true;
}

bool
slack_url_of_files(const struct company_account *doc, struct str url)
{
	return is_printable(url) && (is_at(url, STR(".slack.com")) ||
					slack_same_origin(doc->api, url));
}

bool
slack_url_of_responses(const struct company_account *doc, struct str url)
{
	return is_printable(url) && (is_at(url, STR("hooks.slack.com")) ||
					slack_same_origin(doc->api, url));
}
