/*
 * charset: UTF-8 and windows-1252 are read here, the rest by libc's iconv, but
 * only what the table names: iconv knows hundreds, and some are a risk.
 */
#include "channels/email/charset.h"
#include "channels/email/lex.h"
#include "core/utf8.h"

#include <errno.h>
#include <iconv.h>

#define ROOM 4096u
#define REPLACEMENT "\xef\xbf\xbd"

/* ---- the table ---------------------------------------------------------- */

enum way { WAY_UTF8, WAY_1252, WAY_ICONV };

static const struct {
	const char *name;
	enum way way;
	const char *is; /* for iconv; NULL: its own name */
} charsets[] = {
    {"utf-8", WAY_UTF8, NULL},
    {"utf8", WAY_UTF8, NULL},
    {"unicode-1-1-utf-8", WAY_UTF8, NULL},
    {"us-ascii", WAY_1252, NULL},
    {"ascii", WAY_1252, NULL},
    {"ansi_x3.4-1968", WAY_1252, NULL},
    {"iso-8859-1", WAY_1252, NULL},
    {"iso8859-1", WAY_1252, NULL},
    {"latin1", WAY_1252, NULL},
    {"windows-1252", WAY_1252, NULL},
    {"cp1252", WAY_1252, NULL},
    {"iso-8859-2", WAY_ICONV, NULL},
    {"iso-8859-3", WAY_ICONV, NULL},
    {"iso-8859-4", WAY_ICONV, NULL},
    {"iso-8859-5", WAY_ICONV, NULL},
    {"iso-8859-6", WAY_ICONV, NULL},
    {"iso-8859-7", WAY_ICONV, NULL},
    {"iso-8859-8", WAY_ICONV, NULL},
    {"iso-8859-8-i", WAY_ICONV, "iso-8859-8"},
    {"iso-8859-9", WAY_ICONV, "windows-1254"},
    {"iso-8859-10", WAY_ICONV, NULL},
    {"iso-8859-13", WAY_ICONV, NULL},
    {"iso-8859-14", WAY_ICONV, NULL},
    {"iso-8859-15", WAY_ICONV, NULL},
    {"iso-8859-16", WAY_ICONV, NULL},
    {"windows-1250", WAY_ICONV, NULL},
    {"windows-1251", WAY_ICONV, NULL},
    {"windows-1253", WAY_ICONV, NULL},
    {"windows-1254", WAY_ICONV, NULL},
    {"windows-1255", WAY_ICONV, NULL},
    {"windows-1256", WAY_ICONV, NULL},
    {"windows-1257", WAY_ICONV, NULL},
    {"windows-1258", WAY_ICONV, NULL},
    {"cp1250", WAY_ICONV, "windows-1250"},
    {"cp1251", WAY_ICONV, "windows-1251"},
    {"windows-874", WAY_ICONV, "cp874"},
    {"tis-620", WAY_ICONV, "cp874"},
    {"koi8-r", WAY_ICONV, NULL},
    {"koi8-u", WAY_ICONV, NULL},
    {"ibm866", WAY_ICONV, NULL},
    {"macintosh", WAY_ICONV, NULL},
    {"gb2312", WAY_ICONV, "gb18030"},
    {"gbk", WAY_ICONV, "gb18030"},
    {"gb18030", WAY_ICONV, NULL},
    {"big5", WAY_ICONV, "big5-hkscs"},
    {"big5-hkscs", WAY_ICONV, NULL},
    {"shift_jis", WAY_ICONV, "cp932"},
    {"shift-jis", WAY_ICONV, "cp932"},
    {"windows-31j", WAY_ICONV, "cp932"},
    {"euc-jp", WAY_ICONV, NULL},
    {"iso-2022-jp", WAY_ICONV, NULL},
    {"euc-kr", WAY_ICONV, "uhc"},
    {"ks_c_5601-1987", WAY_ICONV, "uhc"},
    {"utf-7", WAY_ICONV, NULL},
    {"utf-16", WAY_ICONV, NULL},
    {"utf-16le", WAY_ICONV, NULL},
    {"utf-16be", WAY_ICONV, NULL},
};

/* ---- our own ------------------------------------------------------------ */

/* 0x80 to 0x9f; what Windows leaves free means itself. */
static const unsigned short high_1252[32] = {0x20ac, 0x81, 0x201a, 0x0192,
    0x201e, 0x2026, 0x2020, 0x2021, 0x02c6, 0x2030, 0x0160, 0x2039, 0x0152,
    0x8d, 0x017d, 0x8f, 0x90, 0x2018, 0x2019, 0x201c, 0x201d, 0x2022, 0x2013,
    0x2014, 0x02dc, 0x2122, 0x0161, 0x203a, 0x0153, 0x9d, 0x017e, 0x0178};

static void
put_short(struct buf *out, unsigned code)
{
	if (code >= 0x800)
		buf_char(out, (char)(0xe0 | code >> 12));
	if (code >= 0x800)
		buf_char(out, (char)(0x80 | (code >> 6 & 63)));
	else
		buf_char(out, (char)(0xc0 | code >> 6));
	buf_char(out, (char)(0x80 | (code & 63)));
}

/* How many bytes at the front are ASCII. */
static size_t
plain_run(struct str s)
{
	size_t n = 0;

	while (n < s.n && (s.p[n] & 0x80) == 0)
		n++;
	return n;
}

static void
read_1252(struct str s, struct buf *out)
{
	size_t n;

	for (; s.n > 0; s = lex_from(s, n + 1)) {
		unsigned char c;

		n = plain_run(s);
		buf_add(out, s.p, n);
		if (n == s.n)
			return;
		c = (unsigned char)s.p[n];
		put_short(out, c < 0xa0 ? high_1252[c - 0x80] : c);
	}
}

static bool
read_utf8(struct str s, struct buf *out)
{
	bool good = true;

	while (s.n > 0) {
		size_t n = plain_run(s);

		if (n == 0)
			n = utf8_step(s.p, s.n);
		if (n > 0)
			buf_add(out, s.p, n);
		else
			buf_str(out, REPLACEMENT);
		good = good && n > 0;
		s = lex_from(s, n > 0 ? n : 1);
	}
	return good;
}

/* ---- iconv -------------------------------------------------------------- */

/* One step; false: at a byte that means nothing there. */
static bool
convert_some(iconv_t cd, struct str *s, struct buf *out)
{
	char room[ROOM], *to = room, *from = (char *)(uintptr_t)s->p;
	size_t left = sizeof(room), n = s->n;
	size_t result = iconv(cd, &from, &n, &to, &left);
	bool good = result != (size_t)-1 || errno == E2BIG;

	buf_add(out, room, sizeof(room) - left);
	*s = (struct str){from, n};
	return good;
}

/* Each step takes a byte at least or writes one. */
static bool
read_iconv(const char *name, struct str s, struct buf *out)
{
	iconv_t cd = iconv_open("UTF-8", name);
	bool good = cd != (iconv_t)-1;

	if (!good) {
		read_1252(s, out);
		return false;
	}
	while (s.n > 0 && !out->failed) {
		size_t had = s.n, len = out->len;

		if (convert_some(cd, &s, out) && (s.n < had || out->len > len))
			continue;
		buf_str(out, REPLACEMENT);
		s = lex_from(s, 1);
		good = false;
	}
	(void)iconv_close(cd);
	return good;
}

/* ---- which -------------------------------------------------------------- */

static bool
read_unknown(struct str bytes, struct buf *out)
{
	if (utf8_valid(bytes))
		buf_add(out, bytes.p, bytes.n);
	else
		read_1252(bytes, out);
	return false;
}

static bool
read_known(size_t which, struct str bytes, struct buf *out)
{
	const char *is = charsets[which].is;

	if (charsets[which].way == WAY_UTF8)
		return read_utf8(bytes, out);
	if (charsets[which].way == WAY_ICONV)
		return read_iconv(
		    is == NULL ? charsets[which].name : is, bytes, out);
	/* Many programs say ASCII and write UTF-8. */
	if (utf8_valid(bytes)) {
		buf_add(out, bytes.p, bytes.n);
		return true;
	}
	read_1252(bytes, out);
	return true;
}

bool
charset_read(struct str bytes, struct str charset, struct buf *out)
{
	struct str name = charset.n == 0 ? STR("us-ascii") : charset;
	size_t i;

	if (bytes.n == 0)
		return true;
	for (i = 0; i < ARRAY_LEN(charsets); i++)
		if (lex_same(name, str_from(charsets[i].name)))
			return read_known(i, bytes, out);
	return read_unknown(bytes, out);
}
