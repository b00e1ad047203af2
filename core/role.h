/*
 * role: what a seller may do. Pure.
 *
 * A permission is a bit with a word; a role is a name for a set of them. Three
 * roles are built in and cannot be changed:
 *
 *	admin		everything
 *	supervisor	answer, take, supervise, read_audit, export
 *	seller		answer, take
 *
 * A company may make more (ITEM_ROLE of store/staff.h): JSON arrays of the
 * permissions' words. Who may give roles away gives none that may more than
 * they do themselves.
 *
 * One table in role.c has every permission with its help; docs/roles.md is
 * printed from it.
 */
#ifndef CORE_ROLE_H
#define CORE_ROLE_H

#include "core/buf.h"

enum permission {
	MAY_ANSWER = 1 << 0,	   /* see and work on what is theirs */
	MAY_TAKE = 1 << 1,	   /* take from the queue by themselves */
	MAY_SUPERVISE = 1 << 2,	   /* observe, whisper, barge, take over */
	MAY_READ_AUDIT = 1 << 3,   /* who did what */
	MAY_EXPORT = 1 << 4,	   /* conversations and figures in bulk */
	MAY_MANAGE_STAFF = 1 << 5, /* sellers and roles */
	MAY_MANAGE_COMPANY = 1
			     << 6, /* the company's document; what is shared */
	MAY_MANAGE_KEYS = 1 << 7,  /* keys of the API */
};

#define MAY_ALL 0xffu

struct permission_row {
	enum permission bit;
	const char *word, *help;
};

/* Ends with word NULL. */
extern const struct permission_row permission_rows[];

/* The words of a set as a JSON array. */
void permissions_write(struct buf *out, unsigned set);
/* The bit of that word; 0: there is none such. */
unsigned permission_find(struct str word);
/* A JSON array of words, each at most once. False: it is none such. */
bool permissions_read(struct str json, unsigned *out) MUST_USE;

/* The permissions of a role that is built in. False: there is none such. */
bool role_builtin(struct str name, unsigned *out);
/* The i-th of them; NULL: there are no more. */
const char *role_builtin_name(size_t i);

/* 1 to 40 of a-z, 0-9, "_", "-"; the first a letter. */
#define ROLE_NAME_MAX 40u
bool role_name_valid(struct str name);

/* The table as Markdown. */
void roles_describe(struct buf *out);

#endif
