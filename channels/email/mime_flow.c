/*
 * mime_flow: format=flowed (RFC 3676). A line that ends with a space goes on in
 * the next one of the same quote depth; "-- " never does.
 */
#include "channels/email/mime_inner.h"

struct flow {
	struct buf *out;
	bool open;    /* the last line goes on */
	size_t depth; /* of its quote */
};

static size_t
quote_depth(struct str line)
{
	size_t n = 0;

	while (n < line.n && line.p[n] == '>')
		n++;
	return n;
}

static void
end_line(struct flow *f)
{
	if (f->open)
		buf_char(f->out, '\n');
	f->open = false;
}

static void
begin_line(struct flow *f, size_t depth)
{
	size_t i;

	for (i = 0; i < depth; i++)
		buf_char(f->out, '>');
	if (depth > 0)
		buf_char(f->out, ' ');
	f->depth = depth;
}

static void
put_line(struct flow *f, struct str line, bool delsp)
{
	size_t depth = quote_depth(line);
	struct str text = lex_from(line, depth);
	bool goes_on;

	if (text.n > 0 && text.p[0] == ' ') /* stuffed */
		text = lex_from(text, 1);
	goes_on = text.n > 0 && text.p[text.n - 1] == ' ' &&
		  !str_eq(text, STR("-- "));
	if (!f->open || depth != f->depth || str_eq(text, STR("-- "))) {
		end_line(f);
		begin_line(f, depth);
	}
	buf_add(f->out, text.p, text.n - (goes_on && delsp));
	f->open = true;
	if (!goes_on)
		end_line(f);
}

void
mime_unflow(struct str text, bool delsp, struct buf *out)
{
	struct flow f = {.out = out};

	while (text.n > 0)
		put_line(&f, lex_line(&text), delsp);
	end_line(&f);
}
