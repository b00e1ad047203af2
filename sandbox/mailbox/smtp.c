/* smtp: lines, replies, what rules do to them, and a session's life. */
#include "sandbox/mailbox/smtp.h"

#include <stdio.h>

#define IDLE_MS 300000u
#define REFUSALS_MOST 50u

/* ---- replies ------------------------------------------------------------ */

void
sb_smtp_say(struct smtp *s, unsigned code, const char *words)
{
	buf_addf(&s->talk->out, "%u %s\r\n", code, words);
	s->code = code;
	if (code == 421 || code == 221)
		s->talk->then = TALK_CLOSE;
	if (code >= 500 && ++s->refused >= REFUSALS_MOST)
		sb_smtp_say(s, 421, "4.7.0 too many errors");
}

static void
fail_as_asked(struct smtp *s, const struct strike *strike)
{
	char words[512];

	if (strike->body.p != NULL)
		(void)snprintf(
		    words, sizeof(words), "%.*s", STR_FMT(strike->body));
	else
		(void)snprintf(words, sizeof(words), "%u.3.0 a rule says so",
		    strike->status / 100);
	sb_smtp_say(s, strike->status, words);
}

static const char *
error_of(const struct strike *strike)
{
	static const char *const words[RULE_KINDS] = {
	    [RULE_STATUS] = "rule",
	    [RULE_CUT_BEFORE] = "cut",
	    [RULE_CUT_AFTER] = "cut",
	    [RULE_GARBAGE] = "garbage",
	};

	return words[strike->kind];
}

void
sb_smtp_perform(struct smtp *s, const char *path,
    void (*act)(struct smtp *s, struct str args), struct str args)
{
	struct mail_deed deed = {.kind = "SMTP", .path = str_from(path)};
	size_t mark = s->talk->out.len;
	struct strike strike = {0};

	s->world->strike(s->world->arg, deed.path, &s->scratch, &strike);
	s->told = strike.kind != RULE_CUT_AFTER && strike.kind != RULE_GARBAGE;
	s->code = 0;
	if (strike.kind == RULE_STATUS)
		fail_as_asked(s, &strike);
	if (!sb_talk_struck(s->talk, &strike))
		act(s, args);
	sb_talk_spoil(s->talk, mark, &strike);
	deed.error = error_of(&strike);
	if (deed.error == NULL && s->code >= 400)
		deed.error = "refused";
	deed.status = s->talk->then == TALK_CUT ? 0 : s->code;
	s->world->note(s->world->arg, &deed);
}

/* ---- lines -------------------------------------------------------------- */

/* What is too long is passed over up to its end. */
static size_t
pass_over(struct smtp *s, struct str bytes)
{
	const char *end = memchr(bytes.p, '\n', bytes.n);

	s->skips = end == NULL;
	if (!s->skips)
		sb_smtp_say(s, 500, "5.5.6 the line is too long");
	return s->skips ? bytes.n : (size_t)(end - bytes.p) + 1;
}

static void
handle(struct smtp *s, struct str line)
{
	if (s->step == SMTP_COMMAND)
		sb_smtp_command(s, line);
	else
		sb_smtp_auth_line(s, line);
	arena_reset(&s->scratch);
}

static size_t
take_line(struct smtp *s, struct str bytes)
{
	struct str line;
	size_t size = 0;
	enum line kind = sb_talk_line(bytes, &line, &size);

	if (s->skips || (kind == LINE_PART ? bytes.n : size) > TALK_LINE_MOST)
		return pass_over(s, bytes);
	if (kind == LINE_PART)
		return 0;
	s->behind = bytes.n - size;
	if (kind == LINE_BARE) {
		sb_smtp_say(
		    s, 500, "5.5.2 lines end with CR LF, and only there");
		s->talk->then = TALK_CLOSE;
	} else {
		handle(s, line);
	}
	return size;
}

static size_t
feed(void *session, struct str bytes)
{
	struct smtp *s = session;
	size_t all = 0, n = 1;

	while (n > 0 && all < bytes.n && s->talk->then == TALK_ON &&
	       s->talk->hold_ms == 0) {
		struct str rest = {bytes.p + all, bytes.n - all};

		n = s->step == SMTP_DATA ? sb_smtp_data(s, rest)
					 : take_line(s, rest);
		all += n;
	}
	return all;
}

/* ---- a session ---------------------------------------------------------- */

static void
greet(struct smtp *s, struct str args)
{
	(void)args;
	sb_smtp_say(s, 220, "localhost ESMTP sandbox");
}

static void
begin(void *session, struct talk *t, const struct mail_world *world)
{
	struct smtp *s = session;

	s->talk = t;
	s->world = world;
	sb_smtp_perform(s, "/smtp/connect", greet, STR(""));
	if (s->code >= 500)
		t->then = TALK_CLOSE;
}

void
sb_smtp_forget(struct smtp *s)
{
	arena_reset(&s->mail);
	buf_free(&s->raw);
	s->world->give_back(s->world->arg, s->spent);
	s->spent = s->line = s->to_count = 0;
	s->has_from = s->eight_bit = s->utf8 = false;
	memset(s->wrong, 0, sizeof(s->wrong));
}

static void
end(void *session)
{
	struct smtp *s = session;

	sb_smtp_forget(s);
	arena_free(&s->mail);
	arena_free(&s->scratch);
}

static bool
no_more(void *session)
{
	(void)session;
	return false;
}

static void
no_news(void *session)
{
	(void)session;
}

const struct talk_kind sb_smtp_kind = {
    .full = "421 4.3.2 too many connections\r\n",
    .size = sizeof(struct smtp),
    .idle_ms = IDLE_MS,
    .begin = begin,
    .feed = feed,
    .more = no_more,
    .news = no_news,
    .end = end,
};
