/*
 * mail_below: any text as an answer below our mail, which stands before it, up
 * to a NUL: what is found stood in it, unquoted, and is no line of ours.
 */
#include "channels/email/cut_inner.h"
#include "core/utf8.h"

#include <stdlib.h>

#define LONG_LINE 40u /* by no chance the same */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Does the line come in text, after what was found before? */
static bool
comes(struct str *text, struct str line)
{
	while (text->n > 0)
		if (str_eq(lex_trim(lex_line(text)), lex_trim(line)))
			return true;
	return false;
}

static bool
is_plain(struct str s)
{
	size_t i;

	for (i = 0; i < s.n; i++)
		if (!lex_alnum(s.p[i]))
			return false;
	return true;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str all = {(const char *)data, size}, ours, text, said;
	struct arena a = {0};
	struct cut cut;

	text = all;
	ours = lex_cut(&text, '\0');
	if (!utf8_valid(all) || cut_below(text, ours, &a, &cut) != OK)
		goto done;
	for (said = cut.said; said.n > 0;) {
		struct str line = lex_line(&said), own = ours;

		if (lex_blank(line))
			continue;
		if (!comes(&text, line) || cut_is_quoted(line) ||
		    (line.n > LONG_LINE && is_plain(line) && comes(&own, line)))
			abort();
	}
done:
	arena_free(&a);
	return 0;
}
