/* What a file is, by its bytes; and that nothing gets in by its name. */
#include "tests/lib/cmocka.h"
#include "workers/sniff.h"

#include "core/buf.h"

#include <stdio.h>
#include <stdlib.h>

#define BYTES(literal) \
	{ \
		(literal), sizeof(literal) - 1 \
	}

static const struct {
	struct str bytes;
	const char *type; /* NULL: refused */
} rows[] = {
    {BYTES("\xff\xd8\xff\xe0\0\x10JFIF"), "image/jpeg"},
    {BYTES("\x89PNG\r\n\x1a\n\0\0\0\rIHDR"), "image/png"},
    {BYTES("\x89PNG\n\x1a\n"), NULL},
    {BYTES("GIF89a\1\0\1\0"), "image/gif"},
    {BYTES("GIF88a\1\0\1\0"), NULL},
    {BYTES("RIFF\x24\0\0\0WEBPVP8 "), "image/webp"},
    {BYTES("RIFF\x24\0\0\0WAVEfmt "), NULL},
    {BYTES("%PDF-1.7\n%\xe2\xe3\xcf\xd3\n"), "application/pdf"},
    {BYTES("\0\0\0\x18"
	   "ftypmp42\0\0\0\0"),
	"video/mp4"},
    {BYTES("\0\0\0\x18"
	   "ftypM4A \0\0\0\0"),
	"audio/mp4"},
    {BYTES("\0\0\0\x18"
	   "ftyp3gp5\0\0\0\0"),
	"video/3gpp"},
    {BYTES("\0\0\0\x18"
	   "ftypheic\0\0\0\0"),
	NULL},
    {BYTES("\0\0\0\x14"
	   "ftypqt  \0\0\0\0"),
	NULL},
    {BYTES("OggS\0\2\0\0\0\0\0\0\0\0\1\2\3\4\0\0\0\0\5\6\7\x08\1\x13OpusHead"),
	"audio/ogg"},
    {BYTES("OggS\0\2\0\0\0\0\0\0\0\0\1\2\3\4\0\0\0\0\5\6\7\x08\1\x13"
	   "\x80theora"),
	NULL},
    {BYTES("#!AMR\n<\x91"), "audio/amr"},
    {BYTES("#!AMR-WB\n<"), "audio/amr-wb"},
    {BYTES("plain words\nand more\t\xe2\x82\xac"), "text/plain"},
    {BYTES("\xef\xbb\xbfwith a mark"), "text/plain"},
    {BYTES("a < b, c <3"), "text/plain"},
    {BYTES("<3"), "text/plain"},
    {BYTES("BEGIN:VCARD\r\nVERSION:3.0\r\nFN:Ann\r\nEND:VCARD\r\n"),
	"text/vcard"},
    {BYTES("begin:vcard\nfn:x\nend:vcard\n"), "text/vcard"},
    {BYTES(""), NULL},
    {BYTES(" \n\t"), NULL},
    {BYTES("caf\xe9"), NULL},
    {BYTES("a\0b"), NULL},
    {BYTES("a\x1b[31m"), NULL},
    {BYTES("<html><script>alert(1)</script>"), NULL},
    {BYTES("  \n<!DOCTYPE html>"), NULL},
    {BYTES("\xef\xbb\xbf <svg xmlns='http://www.w3.org/2000/svg'>"), NULL},
    {BYTES("<?xml version='1.0'?><svg/>"), NULL},
    {BYTES("#!/bin/sh\nrm -rf ~\n"), NULL},
    {BYTES("MZ\x90\0\3\0\0\0\4\0\0\0\xff\xff"), NULL},
    {BYTES("\x7f"
	   "ELF\2\1\1\0"),
	NULL},
    {BYTES("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"), NULL},
    {BYTES("Rar!\x1a\7\0"), NULL},
    {BYTES("\x1f\x8b\x08\0"), NULL},
    {BYTES("PK\3\4"), NULL},
    {BYTES("\xff\xfb"), NULL},
    {BYTES("ID3\4\0\0\x7f\x7f\x7f\x7f"), NULL},
};

static void
assert_is(struct str bytes, const char *type, const char *what)
{
	/* A copy of just that length: a byte too far is seen. */
	char *exact = malloc(bytes.n + !bytes.n);
	const char *is;

	memcpy(exact, bytes.p, bytes.n);
	is = sniff((struct str){exact, bytes.n});
	free(exact);
	if ((is == NULL) != (type == NULL) ||
	    (is != NULL && strcmp(is, type) != 0))
		fail_msg("%s is %s, not %s", what, is == NULL ? "refused" : is,
		    type == NULL ? "refused" : type);
}

static void
knows_what_begins_so(void **state)
{
	char what[20];
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_LEN(rows); i++) {
		snprintf(what, sizeof(what), "row %zu", i);
		assert_is(rows[i].bytes, rows[i].type, what);
	}
}

/* ---- sound ------------------------------------------------------------------ */

static void
put(struct buf *b, const char *bytes, size_t n, size_t padded)
{
	buf_add(b, bytes, n);
	while (padded-- > n)
		buf_char(b, '\0');
}

static void
knows_sound_by_two_frames(void **state)
{
	struct buf b = {0};

	(void)state;
	/* MPEG 1 layer III, 128 kbit/s, 44.1 kHz: 417 bytes a frame. */
	put(&b, "\xff\xfb\x90\x64", 4, 417);
	put(&b, "\xff\xfb\x90\x64", 4, 417);
	assert_is(buf_view(&b), "audio/mpeg", "two frames");
	b.data[417] = 'x';
	assert_is(buf_view(&b), NULL, "one frame and something else");
	buf_clear(&b);
	put(&b, "ID3\4\0\0\0\0\0\5", 10, 15);
	put(&b, "\xff\xfb\x90\x64", 4, 417);
	assert_is(buf_view(&b), "audio/mpeg", "a tag and one frame");
	buf_clear(&b);
	/* ADTS: 16 bytes a frame. */
	put(&b, "\xff\xf1\x50\x80\x02\x1f\xfc", 7, 16);
	put(&b, "\xff\xf1\x50\x80\x02\x1f\xfc", 7, 16);
	assert_is(buf_view(&b), "audio/aac", "two frames");
	b.data[16] = 'x';
	assert_is(buf_view(&b), NULL, "one frame and something else");
	buf_free(&b);
}

/* ---- zips ------------------------------------------------------------------- */

static void
little(struct buf *b, size_t n, unsigned bytes)
{
	while (bytes-- > 0) {
		buf_char(b, (char)(n & 0xff));
		n >>= 8;
	}
}

/* A zip of stored entries, each of them the same few bytes. */
static void
zip(struct buf *b, const char *const *names, const char *bytes)
{
	size_t n = strlen(bytes), i, at[8], dir;

	buf_clear(b);
	for (i = 0; names[i] != NULL; i++) {
		at[i] = b->len;
		buf_add(b, "PK\3\4\x14\0\0\0\0\0\0\0\0\0\0\0\0\0", 18);
		little(b, n, 4);
		little(b, n, 4);
		little(b, strlen(names[i]), 2);
		little(b, 0, 2);
		buf_str(b, names[i]);
		buf_str(b, bytes);
	}
	dir = b->len;
	for (i = 0; names[i] != NULL; i++) {
		buf_add(b, "PK\1\2\x14\0\x14\0\0\0\0\0\0\0\0\0\0\0\0\0", 20);
		little(b, n, 4);
		little(b, n, 4);
		little(b, strlen(names[i]), 2);
		little(b, 0, 12);
		little(b, at[i], 4);
		buf_str(b, names[i]);
	}
	n = b->len - dir;
	buf_add(b, "PK\5\6\0\0\0\0", 8);
	little(b, i, 2);
	little(b, i, 2);
	little(b, n, 4);
	little(b, dir, 4);
	little(b, 0, 2);
}

#define OFFICE "application/vnd.openxmlformats-officedocument."
#define ODF "application/vnd.oasis.opendocument."

static const struct {
	const char *names[4], *bytes, *type;
} zips[] = {
    {{"[Content_Types].xml", "word/document.xml"}, "x",
	OFFICE "wordprocessingml.document"},
    {{"xl/workbook.xml", "[Content_Types].xml"}, "x",
	OFFICE "spreadsheetml.sheet"},
    {{"[Content_Types].xml", "ppt/slides/1.xml"}, "x",
	OFFICE "presentationml.presentation"},
    {{"mimetype", "content.xml"}, ODF "text", ODF "text"},
    {{"mimetype", "content.xml"}, ODF "spreadsheet", ODF "spreadsheet"},
    {{"mimetype", "Basic/x/script.xml"}, ODF "text", NULL},
    {{"mimetype", "content.xml"}, "application/epub+zip", NULL},
    {{"[Content_Types].xml", "word/document.xml", "word/vbaProject.bin"}, "x",
	NULL},
    {{"[Content_Types].xml", "word/document.xml", "xl/workbook.xml"}, "x",
	NULL},
    {{"word/document.xml"}, "x", NULL},
    {{"[Content_Types].xml"}, "x", NULL},
    {{"a.txt", "b.exe"}, "x", NULL},
    {{NULL}, "", NULL},
};

static void
knows_documents_that_are_zips(void **state)
{
	struct buf b = {0};
	char what[20];
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_LEN(zips); i++) {
		zip(&b, zips[i].names, zips[i].bytes);
		snprintf(what, sizeof(what), "zip %zu", i);
		assert_is(buf_view(&b), zips[i].type, what);
	}
	buf_free(&b);
}

/* Something before, behind or between: another reader sees something else. */
static void
refuses_zips_with_more_in_them(void **state)
{
	struct buf b = {0}, more = {0};
	size_t i;

	(void)state;
	zip(&b, zips[0].names, "x");
	buf_str(&more, "PK\3\4");
	buf_add(&more, b.data, b.len);
	assert_is(buf_view(&more), NULL, "something before");
	for (i = 4; i < b.len; i++)
		assert_is((struct str){b.data, i}, NULL, "cut off");
	buf_char(&b, '\0');
	assert_is(buf_view(&b), NULL, "something behind");
	buf_free(&b);
	buf_free(&more);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(knows_what_begins_so),
	    cmocka_unit_test(knows_sound_by_two_frames),
	    cmocka_unit_test(knows_documents_that_are_zips),
	    cmocka_unit_test(refuses_zips_with_more_in_them),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
