/* talk: what SMTP and IMAP have in common. */
#include "sandbox/mailbox/talk.h"

#include <sodium.h>
#include <strings.h>

static const char garbage[] = "\x7b\x22ok\x22:tr\xff\xfe <html>\r\n";

static bool
is_clean(struct str s)
{
	return memchr(s.p, '\r', s.n) == NULL && memchr(s.p, '\0', s.n) == NULL;
}

enum line
sb_talk_line(struct str bytes, struct str *line, size_t *size)
{
	const char *end = bytes.n > 0 ? memchr(bytes.p, '\n', bytes.n) : NULL;

	if (end == NULL)
		return LINE_PART;
	*size = (size_t)(end - bytes.p) + 1;
	if (*size < 2 || end[-1] != '\r')
		return LINE_BARE;
	*line = (struct str){bytes.p, *size - 2};
	return is_clean(*line) ? LINE_OK : LINE_BARE;
}

bool
sb_talk_struck(struct talk *t, const struct strike *strike)
{
	if (strike->kind == RULE_CUT_BEFORE)
		t->then = TALK_CUT;
	return strike->kind == RULE_CUT_BEFORE || strike->kind == RULE_STATUS;
}

void
sb_talk_spoil(struct talk *t, size_t mark, const struct strike *strike)
{
	bool cut = strike->kind == RULE_CUT_AFTER;

	if (cut || strike->kind == RULE_GARBAGE)
		t->out.len = mark;
	if (cut)
		t->then = TALK_CUT;
	if (strike->kind == RULE_GARBAGE)
		buf_str(&t->out, garbage);
	if (strike->kind == RULE_DELAY)
		t->hold_ms = strike->ms;
}

bool
sb_talk_same(struct str a, struct str b)
{
	return a.n == b.n && (a.n == 0 || strncasecmp(a.p, b.p, a.n) == 0);
}

struct str
sb_talk_decode(struct str base64, struct arena *a)
{
	size_t room = base64.n / 4 * 3 + 3, n;
	unsigned char *out = arena_alloc(a, room);

	if (out == NULL ||
	    sodium_base642bin(out, room, base64.p, base64.n, NULL, &n, NULL,
		sodium_base64_VARIANT_ORIGINAL) != 0)
		return (struct str){0};
	return (struct str){(const char *)out, n};
}

static struct str
until_nul(struct str *rest)
{
	const char *end = rest->n > 0 ? memchr(rest->p, '\0', rest->n) : NULL;
	struct str part = *rest;

	if (end != NULL)
		part.n = (size_t)(end - rest->p);
	*rest = (struct str){part.p + part.n, rest->n - part.n};
	if (end != NULL)
		*rest = (struct str){rest->p + 1, rest->n - 1};
	return part;
}

bool
sb_talk_plain_ok(
    const struct mail_setup *setup, struct str base64, struct arena *a)
{
	struct str rest = sb_talk_decode(base64, a), as, user;

	if (rest.p == NULL)
		return false;
	as = until_nul(&rest);
	user = until_nul(&rest);
	return (as.n == 0 || str_eq(as, user)) && str_eq(user, setup->user) &&
	       str_eq(rest, setup->password);
}
