/* utf8: RFC 3629, by ranges of the first two bytes. */
#include "core/utf8.h"

static bool
tail(unsigned char c)
{
	return (c & 0xc0) == 0x80;
}

static size_t
step3(const unsigned char *u)
{
	if (u[0] == 0xe0 && u[1] < 0xa0)
		return 0; /* overlong */
	if (u[0] == 0xed && u[1] > 0x9f)
		return 0; /* surrogate */
	return tail(u[1]) && tail(u[2]) ? 3 : 0;
}

static size_t
step4(const unsigned char *u)
{
	if (u[0] == 0xf0 && u[1] < 0x90)
		return 0; /* overlong */
	if (u[0] == 0xf4 && u[1] > 0x8f)
		return 0; /* above U+10FFFF */
	return tail(u[1]) && tail(u[2]) && tail(u[3]) ? 4 : 0;
}

size_t
utf8_step(const char *p, size_t n)
{
	const unsigned char *u = (const unsigned char *)p;

	if (n == 0)
		return 0;
	if (u[0] < 0x80)
		return 1;
	if (u[0] >= 0xc2 && u[0] <= 0xdf)
		return n >= 2 && tail(u[1]) ? 2 : 0;
	if (u[0] >= 0xe0 && u[0] <= 0xef)
		return n >= 3 ? step3(u) : 0;
	if (u[0] >= 0xf0 && u[0] <= 0xf4)
		return n >= 4 ? step4(u) : 0;
	return 0;
}

size_t
utf8_step_shown(struct str s)
{
	const unsigned char *u = (const unsigned char *)s.p;
	size_t n = utf8_step(s.p, s.n);

	if (n == 1 && (u[0] < 0x20 || u[0] == 0x7f))
		return 0;
	if (n == 2 && u[0] == 0xc2 && u[1] < 0xa0)
		return 0;
	return n;
}

bool
utf8_valid(struct str s)
{
	size_t i = 0, step;

	for (; i < s.n; i += step) {
		step = utf8_step(s.p + i, s.n - i);
		if (step == 0)
			return false;
	}
	return true;
}

bool
utf8_one_line(struct str s)
{
	size_t i;

	for (i = 0; i < s.n; i++)
		if ((unsigned char)s.p[i] < 0x20 || s.p[i] == 0x7f)
			return false;
	return true;
}

size_t
utf8_count(struct str s)
{
	size_t count = 0, i;

	for (i = 0; i < s.n; i++)
		count += !tail((unsigned char)s.p[i]);
	return count;
}

struct str
utf8_prefix(struct str s, size_t max)
{
	size_t i = 0, step;

	while (i < s.n && max > 0) {
		step = utf8_step(s.p + i, s.n - i);
		if (step == 0)
			break;
		i += step;
		max--;
	}
	return (struct str){s.p, i};
}
