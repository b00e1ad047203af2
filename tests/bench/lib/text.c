/*
 * Building requests and frames, and finding the few fields that matter in
 * what comes back, without parsing it.
 */
#include "tests/bench/lib/client.h"

#include <time.h>

void
frame_add(struct buf *out, struct str text)
{
	static const char mask[4] = {0};

	buf_char(out, (char)0x81);
	if (text.n < 126) {
		buf_char(out, (char)(0x80 | text.n));
	} else {
		buf_char(out, (char)(0x80 | 126));
		buf_char(out, (char)(text.n >> 8));
		buf_char(out, (char)(text.n & 0xff));
	}
	buf_add(out, mask, sizeof(mask));
	buf_add(out, text.p, text.n);
}

void
request_add(struct buf *out, const char *method, const char *path,
    struct str token, struct str body)
{
	buf_addf(out, "%s %s HTTP/1.1\r\nHost: 127.0.0.1\r\n", method, path);
	if (token.n > 0)
		buf_addf(out, "Authorization: Bearer %.*s\r\n", STR_FMT(token));
	if (body.n > 0)
		buf_addf(out,
		    "Content-Type: application/json\r\n"
		    "Content-Length: %zu\r\n",
		    body.n);
	buf_str(out, "\r\n");
	buf_add(out, body.p, body.n);
}

static const char *
after(struct str text, struct str key)
{
	const char *p = memmem(text.p, text.n, key.p, key.n);

	return p == NULL ? NULL : p + key.n;
}

bool
text_has(struct str text, struct str what)
{
	return after(text, what) != NULL;
}

uint64_t
text_number(struct str text, struct str key)
{
	const char *p = after(text, key), *end = text.p + text.n;
	uint64_t n = 0;

	for (; p != NULL && p < end && *p >= '0' && *p <= '9'; p++)
		n = n * 10 + (uint64_t)(*p - '0');
	return n;
}

struct str
text_word(struct str text, struct str key)
{
	const char *p = after(text, key), *end;

	if (p == NULL)
		return (struct str){0};
	end = memchr(p, '"', (size_t)(text.p + text.n - p));
	return (struct str){p, end == NULL ? 0 : (size_t)(end - p)};
}

void
text_patch(char *at, unsigned digits, uint64_t n)
{
	while (digits-- > 0) {
		at[digits] = (char)('0' + n % 10);
		n /= 10;
	}
}

/* The mixer of splitmix64, which maps different numbers to different ones. */
static uint64_t
scatter(uint64_t n)
{
	n = (n ^ n >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	n = (n ^ n >> 27) * UINT64_C(0x94d049bb133111eb);
	return n ^ n >> 31;
}

uint64_t
fresh_id(void)
{
	static uint64_t count;
	struct timespec t;

	if (count == 0) {
		clock_gettime(CLOCK_REALTIME, &t);
		count = (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
	}
	return scatter(count++);
}
