/*
 * sniff_zip: documents that are zips. Which one it is stands in the names of
 * its entries, and those in the directory at its end:
 *
 *	PK\3\4 entry ... PK\1\2 name ... PK\1\2 name ... PK\5\6 end
 *
 * All of that must fit: a zip with something before it, behind it or between
 * is something else to another reader.
 */
#include "workers/sniff_inner.h"

#define END 22u	    /* bytes of the end, without a comment */
#define ENTRY 46u   /* of an entry of the directory, without its name */
#define LOCAL 30u   /* of what stands before an entry, without its name */
#define NAMES 4096u /* looked at */

static size_t
number(struct str s, size_t at, unsigned bytes)
{
	size_t n = 0;

	while (bytes-- > 0)
		n = n << 8 | (unsigned char)s.p[at + bytes];
	return n;
}

struct names {
	bool types, word, sheet, slides, macros;
};

static const struct {
	const char *begin;
	size_t member;
} known[] = {
    {"[Content_Types].xml", offsetof(struct names, types)},
    {"word/", offsetof(struct names, word)},
    {"xl/", offsetof(struct names, sheet)},
    {"ppt/", offsetof(struct names, slides)},
    {"Basic/", offsetof(struct names, macros)},
    {"Scripts/", offsetof(struct names, macros)},
};

static void
look_at_name(struct str name, struct names *out)
{
	size_t i, n;

	for (i = 0; i < ARRAY_LEN(known); i++) {
		n = strlen(known[i].begin);
		if (sniff_at(name, 0, known[i].begin, n))
			*(bool *)((char *)out + known[i].member) = true;
	}
	if (name.n > 0 && memmem(name.p, name.n, "vbaProject", 10) != NULL)
		out->macros = true;
}

/* How long the entry at `at` is, and its name; 0: there is none. */
static size_t
read_entry(struct str s, size_t at, size_t end, struct str *name)
{
	size_t n, all;

	if (end - at < ENTRY || !sniff_at(s, at, "PK\1\2", 4))
		return 0;
	n = number(s, at + 28, 2);
	all = ENTRY + n + number(s, at + 30, 2) + number(s, at + 32, 2);
	*name = (struct str){s.p + at + ENTRY, n};
	return end - at < all ? 0 : all;
}

/* False: the directory is not what it should be. */
static bool
read_directory(struct str s, struct names *out)
{
	size_t end = s.n - END, at = number(s, end + 16, 4), n = 1;
	size_t left = number(s, end + 10, 2);
	struct str name;

	if (left > NAMES || at > end || number(s, end + 12, 4) != end - at)
		return false;
	while (left-- > 0 && (n = read_entry(s, at, end, &name)) > 0) {
		look_at_name(name, out);
		at += n;
	}
	return n > 0 && at == end;
}

/* The first entry of these says in plain words what it is. */
static const char *
open_document(struct str s)
{
	static const char *const types[] = {
	    "application/vnd.oasis.opendocument.text",
	    "application/vnd.oasis.opendocument.spreadsheet",
	    "application/vnd.oasis.opendocument.presentation",
	};
	size_t i, at = LOCAL + 8;

	if (s.n < at || number(s, 8, 2) != 0 || number(s, 26, 2) != 8 ||
	    number(s, 28, 2) != 0 || !sniff_at(s, LOCAL, "mimetype", 8))
		return NULL;
	for (i = 0; i < ARRAY_LEN(types); i++)
		if (number(s, 18, 4) == strlen(types[i]) &&
		    sniff_at(s, at, types[i], strlen(types[i])))
			return types[i];
	return NULL;
}

#define OFFICE "application/vnd.openxmlformats-officedocument."

const char *
sniff_zip(struct str s)
{
	struct names names = {0};

	if (!sniff_at(s, 0, "PK\3\4", 4) || s.n < LOCAL + END ||
	    !sniff_at(s, s.n - END, "PK\5\6", 4) ||
	    !read_directory(s, &names) || names.macros)
		return NULL;
	if (!names.types)
		return open_document(s);
	if (names.word + names.sheet + names.slides != 1)
		return NULL;
	if (names.word)
		return OFFICE "wordprocessingml.document";
	return names.sheet ? OFFICE "spreadsheetml.sheet"
			   : OFFICE "presentationml.presentation";
}
