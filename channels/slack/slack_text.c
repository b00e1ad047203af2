/*
 * slack_text: what Slack sends as plain text. One pass: what stands in <...>
 * is taken apart where it stands, and each entity is decoded once, so that
 * what a user typed as "&lt;" is never made a "<" again.
 */
#include "channels/slack/slack_inner.h"

static const struct {
	struct str code;
	char is;
} entities[] = {
    {{"&amp;", 5}, '&'},
    {{"&lt;", 4}, '<'},
    {{"&gt;", 4}, '>'},
};

static bool
begins(struct str s, struct str with)
{
	return s.n >= with.n && memcmp(s.p, with.p, with.n) == 0;
}

static struct str
from(struct str s, size_t i)
{
	return (struct str){s.p + i, s.n - i};
}

/* One character or one entity; how much of s it was. */
static size_t
decode_one(struct str s, struct buf *out)
{
	size_t i;

	for (i = 0; s.p[0] == '&' && i < ARRAY_LEN(entities); i++)
		if (begins(s, entities[i].code)) {
			buf_char(out, entities[i].is);
			return entities[i].code.n;
		}
	buf_char(out, s.p[0]);
	return 1;
}

static void
decode(struct str s, struct buf *out)
{
	size_t i;

	for (i = 0; i < s.n;)
		i += decode_one(from(s, i), out);
}

/* ---- <...> -------------------------------------------------------------- */

/* What stands between "<" and ">": "what|label". */
struct mark {
	struct str what, label;
};

static struct mark
token_of(struct str inner)
{
	const char *bar = memchr(inner.p, '|', inner.n);
	struct mark t = {inner, STR("")};

	if (bar != NULL) {
		t.what.n = (size_t)(bar - inner.p);
		t.label = from(inner, t.what.n + 1);
	}
	return t;
}

/* "<@U1|ann>" is "@ann", "<#C1|help>" is "#help". */
static void
write_named(const struct mark *t, struct buf *out)
{
	buf_char(out, t->what.p[0]);
	decode(t->label.n > 0 ? t->label : from(t->what, 1), out);
}

/* "<!here>" is "@here", "<!subteam^S1|@shop>" "@shop", a date its words. */
static void
write_special(const struct mark *t, struct buf *out)
{
	if (t->label.n > 0) {
		decode(t->label, out);
		return;
	}
	buf_char(out, '@');
	decode(from(t->what, 1), out);
}

/* The label where it says the same as the URL, else both. */
static void
write_link(const struct mark *t, struct buf *out)
{
	static const char *const schemes[] = {
	    "mailto:", "tel:", "https://", "http://"};
	struct str bare = t->what;
	size_t i;

	for (i = 0; i < ARRAY_LEN(schemes); i++)
		if (begins(bare, str_from(schemes[i]))) {
			bare = from(bare, strlen(schemes[i]));
			break;
		}
	if (i < 2) {
		decode(t->label.n > 0 ? t->label : bare, out);
		return;
	}
	if (t->label.n > 0 && !str_eq(t->label, bare) &&
	    !str_eq(t->label, t->what)) {
		decode(t->label, out);
		buf_str(out, " (");
		decode(t->what, out);
		buf_char(out, ')');
		return;
	}
	decode(t->what, out);
}

static const struct {
	char mark;
	void (*write)(const struct mark *t, struct buf *out);
} marks[] = {
    {'@', write_named},
    {'#', write_named},
    {'!', write_special},
};

/*
 * Where the "<" at the start of s is closed, or 0. Slack escapes every "<" that
 * a person wrote, so another one before the end means that it is none.
 */
static size_t
closed_at(struct str s)
{
	size_t i;

	for (i = 1; i < s.n && s.p[i] != '<'; i++)
		if (s.p[i] == '>')
			return i;
	return 0;
}

/* Writes "<...>" at s; 0: it is none. */
static size_t
write_token(struct str s, struct buf *out)
{
	size_t n = closed_at(s), i;
	struct mark t;

	if (n < 2)
		return 0;
	t = token_of((struct str){s.p + 1, n - 1});
	for (i = 0; t.what.n > 0 && i < ARRAY_LEN(marks); i++)
		if (t.what.p[0] == marks[i].mark) {
			marks[i].write(&t, out);
			return n + 1;
		}
	write_link(&t, out);
	return n + 1;
}

static void
write_plain(struct str s, struct buf *out)
{
	size_t i = 0, n;

	while (i < s.n) {
		n = s.p[i] == '<' ? write_token(from(s, i), out) : 0;
		i += n > 0 ? n : decode_one(from(s, i), out);
	}
}

/* ---- mentions ----------------------------------------------------------- */

/* Is there a mention of bot (any: of anybody) at s? Its length, or 0. */
static size_t
mention_at(struct str s, struct str bot, bool any)
{
	struct mark t;
	size_t n;

	if (!begins(s, STR("<@")))
		return 0;
	n = closed_at(s);
	if (n < 3)
		return 0;
	t = token_of((struct str){s.p + 2, n - 2});
	return (any && slack_id_ok(t.what)) ||
		       (bot.n > 0 && str_eq(t.what, bot))
		   ? n + 1
		   : 0;
}

static struct str
trim(struct str s)
{
	static const char blank[] = " \t\r\n";

	while (s.n > 0 && memchr(blank, s.p[0], 4) != NULL)
		s = from(s, 1);
	while (s.n > 0 && memchr(blank, s.p[s.n - 1], 4) != NULL)
		s.n--;
	return s;
}

bool
slack_text_mentions(struct str text, struct str bot, bool any)
{
	const char *at;
	struct str s = trim(text);

	if (any)
		return mention_at(s, bot, true) > 0;
	while (s.n > 0 && (at = memmem(s.p, s.n, "<@", 2)) != NULL) {
		s = from(s, (size_t)(at - s.p));
		if (mention_at(s, bot, false) > 0)
			return true;
		s = from(s, 2);
	}
	return false;
}

static struct str
without_mention(struct str text, struct str bot, bool any)
{
	size_t n = mention_at(text, bot, any);
	struct str rest;

	if (n == 0)
		return text;
	rest = trim(from(text, n));
	/* "@bot: when ..." */
	if (rest.n > 0 && (rest.p[0] == ':' || rest.p[0] == ','))
		rest = trim(from(rest, 1));
	return rest.n > 0 ? rest : text;
}

struct str
slack_text_read(struct str text, struct str bot, bool any, struct arena *a)
{
	struct buf b = {0};

	if (text.n > 0)
		write_plain(without_mention(trim(text), bot, any), &b);
	return buf_take(&b, a);
}
