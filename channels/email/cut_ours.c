/*
 * cut_ours: lines that stand there as if somebody had just written them, and
 * are of our own mail: what a program left unquoted, or broke off the end of a
 * line that it quoted.
 */
#include "channels/email/cut_inner.h"

#define ABOVE_MAX 40u /* bytes of a quoted line that are remembered */
#define ABOVE_LEAST 8u
#define LONG_LINE 50u  /* so long that its rest may be on the next */
#define LINE_LEAST 12u /* a shorter line may be the same by chance */

static void
squeeze(struct str s, struct buf *out)
{
	size_t i;

	for (i = 0; i < s.n; i++)
		if (lex_alnum(s.p[i]) || (unsigned char)s.p[i] >= 0x80)
			buf_char(out, lex_lower(s.p[i]));
}

static bool
holds(const struct buf *in, const struct buf *what)
{
	return in->len > 0 && what->len > 0 && !what->failed &&
	       memmem(in->data, in->len, what->data, what->len) != NULL;
}

void
ours_read(struct str text, struct ours *o)
{
	*o = (struct ours){.known = text.n > 0};
	squeeze(text, &o->whole);
	buf_char(&o->lines, '\n');
	while (text.n > 0) {
		squeeze(lex_line(&text), &o->lines);
		buf_char(&o->lines, '\n');
	}
}

void
ours_free(struct ours *o)
{
	buf_free(&o->whole);
	buf_free(&o->lines);
	buf_free(&o->above);
}

/* Only its end counts. */
static void
bound_above(struct ours *o)
{
	size_t more = o->above.len;

	if (more <= ABOVE_MAX)
		return;
	more -= ABOVE_MAX;
	memmove(o->above.data, o->above.data + more, ABOVE_MAX);
	o->above.len = ABOVE_MAX;
}

void
ours_quoted(struct ours *o, struct str line)
{
	o->above_long = line.n >= LONG_LINE;
	buf_clear(&o->above);
	squeeze(line, &o->above);
	bound_above(o);
}

/* The marker, and whatever else is long enough to be no chance. */
static bool
is_line(const struct ours *o, struct str line)
{
	struct buf b = {0};
	bool found;

	if (cut_marker(line) > 0)
		return true;
	buf_char(&b, '\n');
	squeeze(line, &b);
	buf_char(&b, '\n');
	found = b.len >= LINE_LEAST + 2 && holds(&o->lines, &b);
	buf_free(&b);
	return found;
}

/* Does it go on where the quoted line above ends? */
static bool
is_rest(struct ours *o, struct str line)
{
	size_t had = o->above.len;

	if (had < ABOVE_LEAST)
		return false;
	if (!o->known)
		return o->above_long;
	squeeze(line, &o->above);
	return o->above.len > had && holds(&o->whole, &o->above);
}

bool
ours_has(struct ours *o, struct str line)
{
	if (!lex_blank(line) && is_rest(o, line)) {
		bound_above(o);
		return true;
	}
	buf_clear(&o->above);
	return is_line(o, line);
}
