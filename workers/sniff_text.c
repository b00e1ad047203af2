/*
 * sniff_text: text is UTF-8 that one can read. What a browser or a shell would
 * take for something to carry out is none.
 */
#include "core/utf8.h"
#include "workers/sniff_inner.h"

#include <strings.h>

static bool
readable(struct str s)
{
	size_t i = 0, step;

	while (i < s.n) {
		unsigned char c = (unsigned char)s.p[i];

		if (c == 0x7f || (c < 0x20 && strchr("\t\n\f\r", c) == NULL))
			return false;
		step = c < 0x80 ? 1 : utf8_step(s.p + i, s.n - i);
		if (step == 0 || c == 0)
			return false;
		i += step;
	}
	return true;
}

static bool
is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* <html, <!doctype, <?xml, <svg ... and what begins as a script does. */
static bool
is_code(struct str s)
{
	if (sniff_at(s, 0, "#!", 2))
		return true;
	return s.n > 1 && s.p[0] == '<' &&
	       (is_letter(s.p[1]) || s.p[1] == '!' || s.p[1] == '?');
}

const char *
sniff_text(struct str s)
{
	static const char card[] = "BEGIN:VCARD";
	struct str first;

	if (sniff_at(s, 0, "\xef\xbb\xbf", 3))
		s = (struct str){s.p + 3, s.n - 3};
	if (!readable(s))
		return NULL;
	first = s;
	while (first.n > 0 && strchr(" \t\n\f\r", first.p[0]) != NULL)
		first = (struct str){first.p + 1, first.n - 1};
	if (first.n == 0 || is_code(first))
		return NULL;
	if (first.n >= sizeof(card) - 1 &&
	    strncasecmp(first.p, card, sizeof(card) - 1) == 0)
		return "text/vcard";
	return "text/plain";
}
