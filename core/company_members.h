/*
 * company_members: the one table of what a company's document may hold.
 *
 * Rows stand in the order of the documentation, each object or list right
 * before what is in it. A path names members by "." and the elements of a
 * list by "[]": "faq", "faq[]", "faq[].question".
 */
#ifndef CORE_COMPANY_MEMBERS_H
#define CORE_COMPANY_MEMBERS_H

#include "core/buf.h"

enum member_type {
	MEMBER_OBJECT,
	MEMBER_LIST,
	MEMBER_STRING,
	MEMBER_INTEGER,
	MEMBER_TYPES
};

struct member {
	const char *path;
	enum member_type type;
	int64_t min, max; /* characters, elements, or the number itself */
	bool required, secret;
	const char *fallback; /* the default, as text; NULL: none */
	const char *help;     /* one line for people; NULL: none needed */

	/* Where it goes in struct company, or in the list's element. */
	size_t offset;
	size_t count_offset; /* of a list: where its length goes */
	size_t size;	     /* of a list's element */
	int64_t scale;	     /* an integer is multiplied by it; 0: by 1 */

	/*
	 * What a string must look like: NULL if this one does, else what
	 * would be right. And the same as a pattern, for the schema.
	 */
	const char *(*wrong)(struct str s);
	const char *pattern;
};

/* The i-th row, or NULL past the last. Row 0 is the document: path "". */
const struct member *company_member(size_t i);

/* The rows right inside the one at `parent`: give 0 first; 0 ends. */
size_t company_member_inside(size_t parent, size_t last);

/* The last word of its path: "question". "" for the document. */
struct str member_name(const struct member *m);

/* "a string of 1 to 200 characters", as in "write ...". */
void member_expects(const struct member *m, struct buf *out);

#endif
