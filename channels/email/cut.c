/*
 * cut: one walk down the lines. What is new is kept; within a quote only the
 * lines that nobody quoted, so that answers between its lines stay.
 */
#include "channels/email/cut_inner.h"

enum mode {
	MODE_TEXT,
	MODE_QUOTE,	/* lines with ">" go, others stay */
	MODE_SIGNATURE, /* all goes, but a quote may follow */
	MODE_END
};

struct cutting {
	bool below;	   /* the marker, answers count, too */
	struct ours *ours; /* what must not get through; or NULL */
	struct buf kept;
	enum mode mode;
	enum cut_rule rule;
	size_t paragraph; /* where the last one begins in kept */
};

static void
first_rule(struct cutting *c, enum cut_rule rule)
{
	if (c->rule == CUT_NOTHING)
		c->rule = rule;
}

static void
keep(struct cutting *c, struct str line)
{
	bool blank = lex_blank(line);

	if (c->mode == MODE_SIGNATURE)
		return;
	if (c->ours != NULL && ours_has(c->ours, line))
		return;
	if (c->mode == MODE_QUOTE && blank && c->paragraph == c->kept.len)
		return; /* around lines that went */
	buf_add(&c->kept, line.p, line.n);
	buf_char(&c->kept, '\n');
	if (blank)
		c->paragraph = c->kept.len;
}

/* The line above a quote, in a language that no table has. */
static void
drop_introduction(struct cutting *c)
{
	struct str last = {"", 0};
	size_t from = c->paragraph;

	if (c->kept.len == 0 || c->mode != MODE_TEXT)
		return;
	if (from == c->kept.len) { /* blank lines between */
		last = lex_trim(buf_view(&c->kept));
		for (from = last.n; from > 0; from--)
			if (last.p[from - 1] == '\n' &&
			    (from < 2 || last.p[from - 2] == '\n'))
				break;
		from += (size_t)(last.p - c->kept.data);
	}
	if (cut_may_introduce(lex_from(buf_view(&c->kept), from)))
		c->kept.len = from;
}

static void
skip_lines(struct str *rest, unsigned n)
{
	for (; n > 0; n--)
		(void)lex_line(rest);
}

/* Is what comes next, blank lines aside, a quote? */
static bool
quote_follows(struct str rest)
{
	struct str line = {"", 0};

	while (rest.n > 0 && lex_blank(line))
		line = lex_line(&rest);
	return cut_is_quoted(line);
}

/* Each gives how many lines it dealt with; 0: it is not that. */

static unsigned
try_marker(struct cutting *c, struct str rest)
{
	unsigned n = cut_marker(rest);
	bool quoted = cut_is_quoted(lex_line(&rest));

	if (n == 0)
		return 0;
	first_rule(c, CUT_MARKER);
	drop_introduction(c);
	c->mode = c->below && quoted ? MODE_QUOTE : MODE_END;
	return n;
}

static unsigned
try_wrote(struct cutting *c, struct str rest)
{
	unsigned n = cut_wrote(rest);

	if (n == 0)
		return 0;
	first_rule(c, CUT_WROTE);
	skip_lines(&rest, n);
	c->mode = quote_follows(rest) ? MODE_QUOTE : MODE_END;
	return n;
}

static unsigned
try_old_mail(struct cutting *c, struct str rest)
{
	unsigned n = cut_old_mail(rest);

	if (n == 0)
		return 0;
	first_rule(c, CUT_OLD_MAIL);
	c->mode = MODE_END;
	return n;
}

static unsigned
try_quote(struct cutting *c, struct str rest)
{
	struct str line = lex_line(&rest);

	if (!cut_is_quoted(line))
		return 0;
	if (c->ours != NULL)
		ours_quoted(c->ours, line);
	first_rule(c, CUT_QUOTE);
	drop_introduction(c);
	c->mode = MODE_QUOTE;
	return 1;
}

static unsigned
try_signature(struct cutting *c, struct str rest)
{
	struct str line = lex_line(&rest);

	if (cut_is_advert(line)) {
		first_rule(c, CUT_SIGNATURE);
		return 1;
	}
	if (line.n > 3 || !str_eq(lex_trim(line), STR("--")))
		return 0;
	first_rule(c, CUT_SIGNATURE);
	c->mode = MODE_SIGNATURE;
	return 1;
}

static unsigned (*const tries[])(struct cutting *c, struct str rest) = {
    try_marker, try_wrote, try_old_mail, try_quote, try_signature};

static void
cut_some(struct cutting *c, struct str *rest)
{
	unsigned n = 0;
	size_t i;

	for (i = 0; i < ARRAY_LEN(tries) && n == 0; i++)
		n = tries[i](c, *rest);
	if (n == 0)
		keep(c, lex_line(rest));
	else
		skip_lines(rest, n);
}

/* Blank lines at both ends go, but not the spaces before a first word. */
static struct str
without_blank_ends(struct str s)
{
	struct str rest = s;

	while (rest.n > 0 && lex_blank(lex_line(&rest)))
		s = rest;
	while (s.n > 0 && lex_space(s.p[s.n - 1]))
		s.n--;
	return s;
}

static enum err
run(struct cutting *c, struct str text, struct arena *a, struct cut *out)
{
	struct str rest = text;
	enum err e = OK;

	while (rest.n > 0 && c->mode != MODE_END)
		cut_some(c, &rest);
	*out = (struct cut){.said = STR(""), .rule = c->rule};
	if (c->kept.len > 0)
		out->said = arena_copy(
		    a, without_blank_ends(buf_view(&c->kept)));
	if (c->kept.failed || out->said.p == NULL)
		e = E_NOMEM;
	buf_free(&c->kept);
	return e;
}

static enum err
cut(struct str text, bool below, struct arena *a, struct cut *out)
{
	struct cutting c = {.below = below};

	return run(&c, text, a, out);
}

enum err
cut_below(struct str text, struct str ours, struct arena *a, struct cut *out)
{
	struct ours o;
	struct cutting c = {.below = true, .ours = &o};
	enum err e;

	ours_read(ours, &o);
	e = run(&c, text, a, out);
	if (o.whole.failed || o.lines.failed || o.above.failed)
		e = E_NOMEM;
	ours_free(&o);
	return e;
}

enum err
cut_strictly(struct str text, struct arena *a, struct cut *out)
{
	return cut(text, false, a, out);
}

enum err
cut_reply(struct str text, struct arena *a, struct cut *out)
{
	enum err e = cut(text, false, a, out);

	if (e == OK && out->said.n == 0 && out->rule != CUT_NOTHING)
		e = cut(text, true, a, out);
	if (e == OK && out->said.n == 0) {
		out->said = without_blank_ends(text);
		out->unstripped = out->said.n > 0;
	}
	return e;
}

static const char *const names[CUT_RULES] = {
    "nothing", "marker", "wrote", "old_mail", "quote", "signature"};

const char *
cut_rule_name(enum cut_rule rule)
{
	return names[rule];
}
