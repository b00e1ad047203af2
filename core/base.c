/* base: names of the errors, and what strings need so often. */
#include "core/base.h"

static const char *const names[ERRS] = {
    [OK] = "ok",
    [E_BADINPUT] = "badinput",
    [E_NOTFOUND] = "notfound",
    [E_DENIED] = "denied",
    [E_STALE] = "stale",
    [E_CLAIMED] = "claimed",
    [E_LIMIT] = "limit",
    [E_FULL] = "full",
    [E_IO] = "io",
    [E_NOMEM] = "nomem",
    [E_CLOSED] = "closed",
    [E_VERSION] = "version",
};

const char *
err_name(enum err e)
{
	return (unsigned)e < ERRS ? names[e] : "unknown";
}

static bool
is_blank(char c)
{
	return c == ' ' || c == '\t';
}

struct str
str_trim(struct str s)
{
	while (s.n > 0 && is_blank(s.p[0]))
		s = (struct str){s.p + 1, s.n - 1};
	while (s.n > 0 && is_blank(s.p[s.n - 1]))
		s.n--;
	return s;
}

bool
str_to_u64(struct str s, uint64_t max, uint64_t *out)
{
	uint64_t n = 0, digit;
	size_t i;

	for (i = 0; i < s.n; i++) {
		if (s.p[i] < '0' || s.p[i] > '9')
			return false;
		digit = (uint64_t)(s.p[i] - '0');
		if (digit > max || n > (max - digit) / 10)
			return false;
		n = n * 10 + digit;
	}
	*out = n;
	return s.n > 0;
}
