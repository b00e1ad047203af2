/*
 * check: what the files of the checker share. A check is one question, whose
 * answer must be no row.
 */
#ifndef TESTS_CRASH_CHECK_H
#define TESTS_CRASH_CHECK_H

#include <stddef.h>

struct check {
	const char *promise, *sql;
};

/* A kind of line of the ledger, and what becomes of its fields. */
struct line_kind {
	const char *word, *insert;
};

/* ---- check_people.c: sellers, mail, who holds what ------------------------ */

/* Before the ledger is read, and after. */
extern const char people_prepare_sql[], people_derive_sql[];
extern const struct line_kind people_lines[]; /* word NULL: end */
extern const struct check people_checks[];    /* promise NULL: end */
/* What there was of it: each question has one number for an answer. */
extern const struct check people_figures[];

#endif
