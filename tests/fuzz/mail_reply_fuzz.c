/* mail_reply: any text as a reply: what is said stood in it, line by line. */
#include "channels/email/cut.h"
#include "channels/email/lex.h"
#include "core/utf8.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Does the line come in text, after what was found before? */
static void
find_line(struct str *text, struct str line)
{
	while (text->n > 0)
		if (str_eq(lex_trim(lex_line(text)), lex_trim(line)))
			return;
	abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str text = {(const char *)data, size}, rest = text, said;
	struct arena a = {0};
	struct cut cut;

	if (utf8_valid(text) && cut_reply(text, &a, &cut) == OK) {
		if (!utf8_valid(cut.said) || cut.rule >= CUT_RULES ||
		    (!lex_blank(text) && cut.said.n == 0))
			abort();
		said = cut.said;
		while (said.n > 0) {
			struct str line = lex_line(&said);

			if (!lex_blank(line))
				find_line(&rest, line);
		}
	}
	arena_free(&a);
	return 0;
}
