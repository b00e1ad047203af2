/* html_entity: "&auml;", "&#228;", "&#xe4;", and the way back. */
#include "channels/email/html_inner.h"

#define LENGTH_MAX 12u
#define REPLACEMENT 0xfffdu

static const struct {
	const char *name;
	uint32_t code;
} entities[] = {
    {"amp", '&'},
    {"lt", '<'},
    {"gt", '>'},
    {"quot", '"'},
    {"apos", '\''},
    {"nbsp", 0xa0},
    {"iexcl", 0xa1},
    {"cent", 0xa2},
    {"pound", 0xa3},
    {"yen", 0xa5},
    {"sect", 0xa7},
    {"uml", 0xa8},
    {"copy", 0xa9},
    {"laquo", 0xab},
    {"shy", 0xad},
    {"reg", 0xae},
    {"deg", 0xb0},
    {"plusmn", 0xb1},
    {"acute", 0xb4},
    {"micro", 0xb5},
    {"para", 0xb6},
    {"middot", 0xb7},
    {"raquo", 0xbb},
    {"frac12", 0xbd},
    {"iquest", 0xbf},
    {"Agrave", 0xc0},
    {"Aacute", 0xc1},
    {"Acirc", 0xc2},
    {"Atilde", 0xc3},
    {"Auml", 0xc4},
    {"Aring", 0xc5},
    {"AElig", 0xc6},
    {"Ccedil", 0xc7},
    {"Egrave", 0xc8},
    {"Eacute", 0xc9},
    {"Ecirc", 0xca},
    {"Ntilde", 0xd1},
    {"Oacute", 0xd3},
    {"Ocirc", 0xd4},
    {"Otilde", 0xd5},
    {"Ouml", 0xd6},
    {"times", 0xd7},
    {"Oslash", 0xd8},
    {"Uacute", 0xda},
    {"Uuml", 0xdc},
    {"szlig", 0xdf},
    {"agrave", 0xe0},
    {"aacute", 0xe1},
    {"acirc", 0xe2},
    {"atilde", 0xe3},
    {"auml", 0xe4},
    {"aring", 0xe5},
    {"aelig", 0xe6},
    {"ccedil", 0xe7},
    {"egrave", 0xe8},
    {"eacute", 0xe9},
    {"ecirc", 0xea},
    {"euml", 0xeb},
    {"igrave", 0xec},
    {"iacute", 0xed},
    {"icirc", 0xee},
    {"iuml", 0xef},
    {"ntilde", 0xf1},
    {"ograve", 0xf2},
    {"oacute", 0xf3},
    {"ocirc", 0xf4},
    {"otilde", 0xf5},
    {"ouml", 0xf6},
    {"divide", 0xf7},
    {"oslash", 0xf8},
    {"ugrave", 0xf9},
    {"uacute", 0xfa},
    {"ucirc", 0xfb},
    {"uuml", 0xfc},
    {"yuml", 0xff},
    {"OElig", 0x152},
    {"oelig", 0x153},
    {"ensp", 0x2002},
    {"emsp", 0x2003},
    {"thinsp", 0x2009},
    {"zwnj", 0x200c},
    {"ndash", 0x2013},
    {"mdash", 0x2014},
    {"lsquo", 0x2018},
    {"rsquo", 0x2019},
    {"sbquo", 0x201a},
    {"ldquo", 0x201c},
    {"rdquo", 0x201d},
    {"bdquo", 0x201e},
    {"bull", 0x2022},
    {"hellip", 0x2026},
    {"lsaquo", 0x2039},
    {"rsaquo", 0x203a},
    {"euro", 0x20ac},
    {"trade", 0x2122},
    {"larr", 0x2190},
    {"rarr", 0x2192},
};

/* "#228" and "#xe4"; what no text may hold becomes a sign for it. */
static bool
read_number(struct str name, uint32_t *code)
{
	bool hex = name.n > 1 && lex_lower(name.p[1]) == 'x';
	uint32_t n = 0;
	size_t i;

	if (name.n < 2u + hex)
		return false;
	for (i = 1u + hex; i < name.n; i++) {
		int value = lex_hex(name.p[i]);

		if (value < 0 || (!hex && value > 9))
			return false;
		n = n * (hex ? 16u : 10u) + (uint32_t)value;
		n = n > 0x110000 ? 0x110000 : n;
	}
	if (n == 0 || n > 0x10ffff || (n >= 0xd800 && n < 0xe000) ||
	    (n < ' ' && n != '\t' && n != '\n') || (n >= 0x7f && n < 0xa0))
		n = REPLACEMENT;
	*code = n;
	return true;
}

static bool
read_name(struct str name, uint32_t *code)
{
	size_t i;

	for (i = 0; i < ARRAY_LEN(entities); i++)
		if (str_eq(name, str_from(entities[i].name))) {
			*code = entities[i].code;
			return true;
		}
	return false;
}

size_t
html_entity(struct str s, uint32_t *code)
{
	struct str name = lex_from(lex_upto(s, LENGTH_MAX), 1);
	const char *end = name.n == 0 ? NULL : memchr(name.p, ';', name.n);

	if (end == NULL)
		return 0;
	name.n = (size_t)(end - name.p);
	if (name.n == 0 || !(name.p[0] == '#' ? read_number(name, code)
					      : read_name(name, code)))
		return 0;
	return name.n + 2;
}

void
html_put_code(struct buf *out, uint32_t code)
{
	if (code < 0x80) {
		buf_char(out, (char)code);
		return;
	}
	if (code >= 0x10000)
		buf_char(out, (char)(0xf0 | code >> 18));
	if (code >= 0x10000)
		buf_char(out, (char)(0x80 | (code >> 12 & 63)));
	else if (code >= 0x800)
		buf_char(out, (char)(0xe0 | code >> 12));
	if (code >= 0x800)
		buf_char(out, (char)(0x80 | (code >> 6 & 63)));
	else
		buf_char(out, (char)(0xc0 | code >> 6));
	buf_char(out, (char)(0x80 | (code & 63)));
}

static const struct {
	char sign;
	const char *as;
} escapes[] = {
    {'&', "&amp;"},
    {'<', "&lt;"},
    {'>', "&gt;"},
    {'"', "&quot;"},
    {'\'', "&#39;"},
};

static const char *
escape_of(char c)
{
	size_t i;

	for (i = 0; i < ARRAY_LEN(escapes); i++)
		if (escapes[i].sign == c)
			return escapes[i].as;
	return NULL;
}

void
html_escape(struct buf *out, struct str text)
{
	size_t i;

	for (i = 0; i < text.n; i++) {
		char c = text.p[i];
		const char *as = escape_of(c);

		if (as != NULL)
			buf_str(out, as);
		else if (((unsigned char)c >= ' ' && c != 0x7f) || c == '\n' ||
			 c == '\t')
			buf_char(out, c);
	}
}
