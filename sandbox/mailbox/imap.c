/* imap: lines and literals, what rules do to commands, a session's life. */
#include "sandbox/mailbox/imap.h"

#define IDLE_MS 1800000u
#define BAD_MOST 50u

/* ---- literals ----------------------------------------------------------- */

/* Of a line "... {12}" or "... {12+}": 12. False: it does not end so. */
static bool
ends_in_literal(struct str line, uint64_t *n, bool *waits)
{
	const char *brace;
	struct str digits;

	if (line.n < 3 || line.p[line.n - 1] != '}')
		return false;
	brace = memrchr(line.p, '{', line.n);
	if (brace == NULL)
		return false;
	digits = (struct str){brace + 1, line.n - 2 - (size_t)(brace - line.p)};
	*waits = digits.n == 0 || digits.p[digits.n - 1] != '+';
	digits.n -= *waits ? 0 : 1;
	return str_to_u64(digits, UINT32_MAX - 1, n);
}

static void
part(struct imap *s, const char *words)
{
	buf_addf(&s->talk->out, "* BYE %s\r\n", words);
	s->talk->then = TALK_CLOSE;
}

static void
too_much(struct imap *s)
{
	part(s, "[TOOBIG] that is too much");
}

static void
begin_literal(struct imap *s, uint64_t n, bool waits)
{
	if (n > IMAP_LITERAL_MOST ||
	    s->command.len + n > IMAP_COMMAND_MOST - IMAP_LINE_MOST) {
		too_much(s);
		return;
	}
	buf_str(&s->command, "\r\n");
	s->literal = (size_t)n;
	s->step = n > 0 ? IMAP_LITERAL : IMAP_COMMAND;
	if (waits)
		buf_str(&s->talk->out, "+ go ahead\r\n");
}

static size_t
take_literal(struct imap *s, struct str bytes)
{
	size_t n = bytes.n < s->literal ? bytes.n : s->literal;

	buf_add(&s->command, bytes.p, n);
	s->literal -= n;
	if (s->literal == 0)
		s->step = IMAP_COMMAND;
	return n;
}

/* ---- lines -------------------------------------------------------------- */

/* What a fetch asks for lives in both until it is over. */
static void
forget_command(struct imap *s)
{
	if (s->fetch != NULL)
		return;
	buf_free(&s->command);
	arena_reset(&s->arena);
}

static void
command_line(struct imap *s, struct str line)
{
	uint64_t n = 0;
	bool waits = false;

	buf_add(&s->command, line.p, line.n);
	if (ends_in_literal(line, &n, &waits)) {
		begin_literal(s, n, waits);
		return;
	}
	if (s->command.failed)
		too_much(s);
	else
		sb_imap_command(s, buf_view(&s->command));
	forget_command(s);
}

static void (*const line_takers[IMAP_STEPS])(
    struct imap *s, struct str line) = {
    [IMAP_COMMAND] = command_line,
    [IMAP_PLAIN] = sb_imap_plain,
    [IMAP_IDLING] = sb_imap_idle_end,
};

static size_t
take_line(struct imap *s, struct str bytes)
{
	struct str line;
	size_t size = 0;
	enum line kind = sb_talk_line(bytes, &line, &size);

	if ((kind == LINE_PART ? bytes.n : size) > IMAP_LINE_MOST) {
		too_much(s);
		return bytes.n;
	}
	s->behind = size > 0 ? bytes.n - size : 0;
	if (kind == LINE_BARE)
		part(s, "lines end with CR LF, and only there");
	if (kind == LINE_OK)
		line_takers[s->step](s, line);
	return size;
}

static size_t
feed(void *session, struct str bytes)
{
	struct imap *s = session;
	size_t all = 0, n = 1;

	while (n > 0 && all < bytes.n && s->talk->then == TALK_ON &&
	       s->talk->hold_ms == 0 && s->fetch == NULL) {
		struct str rest = {bytes.p + all, bytes.n - all};

		n = s->step == IMAP_LITERAL ? take_literal(s, rest)
					    : take_line(s, rest);
		all += n;
	}
	return all;
}

/* ---- the last line ------------------------------------------------------ */

void
sb_imap_finish(struct imap *s, enum imap_result result)
{
	static const char *const names[] = {
	    [IMAP_OK] = "OK", [IMAP_NO] = "NO", [IMAP_BAD] = "BAD"};

	buf_addf(
	    &s->talk->out, "%s %s %s\r\n", s->tag, names[result], s->words);
	if (result == IMAP_BAD && ++s->bad >= BAD_MOST)
		part(s, "too many errors");
}

/* ---- a session ---------------------------------------------------------- */

static void
begin(void *session, struct talk *t, const struct mail_world *world)
{
	struct mail_deed deed = {
	    .kind = "IMAP", .path = STR("/imap/connect"), .status = 200};
	struct strike strike = {0};
	struct imap *s = session;

	s->talk = t;
	s->world = world;
	s->state = IMAP_FRESH;
	world->strike(world->arg, deed.path, &s->arena, &strike);
	if (strike.kind == RULE_STATUS) {
		buf_str(&t->out, "* BYE a rule says so\r\n");
		t->then = TALK_CLOSE;
		deed.error = "rule";
		deed.status = strike.status;
	}
	if (!sb_talk_struck(t, &strike))
		buf_str(&t->out, "* OK IMAP4rev1 sandbox\r\n");
	sb_talk_spoil(t, 0, &strike);
	world->note(world->arg, &deed);
	arena_reset(&s->arena);
}

static bool
more(void *session)
{
	struct imap *s = session;
	bool wrote;

	/* Else a command may be on its way in. */
	if (s->fetch == NULL)
		return false;
	wrote = sb_imap_fetch_more(s);
	forget_command(s);
	return wrote;
}

static void
news(void *session)
{
	struct imap *s = session;

	if (s->step == IMAP_IDLING && s->talk->then == TALK_ON)
		sb_imap_sync(s);
}

static void
end(void *session)
{
	struct imap *s = session;

	sb_imap_fetch_drop(s);
	buf_free(&s->command);
	arena_free(&s->arena);
	arena_free(&s->scratch);
}

const struct talk_kind sb_imap_kind = {
    .full = "* BYE too many connections\r\n",
    .size = sizeof(struct imap),
    .idle_ms = IDLE_MS,
    .begin = begin,
    .feed = feed,
    .more = more,
    .news = news,
    .end = end,
};
