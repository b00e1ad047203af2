/*
 * list: lists of messages, asked page by page: to find one of ours that may
 * have gone out (lookup.c), and what customers wrote while we were away
 * (backfill.c).
 */
#ifndef CHANNELS_TWILIO_LIST_H
#define CHANNELS_TWILIO_LIST_H

#include "channels/twilio/request.h"
#include "core/json.h"

#include <jansson.h>

/* The first page of what the job asks for, or where its state says. */
enum err twilio_list_call(
    const struct twilio *t, const struct twilio_request *r) MUST_USE;

/* r: an answer with a status of 2xx. */
void twilio_lookup_result(const struct job *job, const struct reply *r,
    struct arena *a, struct outcome *out);
void twilio_backfill_result(const struct twilio *t, const struct job *job,
    const struct reply *r, struct arena *a, struct outcome *out);

/* ---- the cursor, which a job's state keeps between pages ----------------- */

struct twilio_cursor {
	json_t *state;	 /* owns the rest */
	struct str page; /* a path; empty: the first page */
	/* LOOKUP: whatever its day. A message that still waits at Twilio has
	 * no day on which it was sent. */
	bool wide;
	bool back;     /* BACKFILL: on the way back to the newest */
	json_t *pages; /* BACKFILL: what was passed on the way to the oldest */
	/* BACKFILL: the oldest message of the first page, when it was passed.
	 * What came since then has pushed it on to later pages. */
	struct str anchor;
	uint64_t steps;
};

/* E_NOMEM. Give it back to cursor_free(). */
enum err twilio_cursor_read(
    struct str state, struct twilio_cursor *out) MUST_USE;
void twilio_cursor_free(struct twilio_cursor *c);

/* Makes the outcome say: go on at c. */
void twilio_cursor_next(
    struct twilio_cursor *c, struct arena *a, struct outcome *out);

/* ---- an answer ---------------------------------------------------------- */

/* Owned by the caller; NULL: it is not a list, and the outcome says so. */
json_t *twilio_list_load(const struct reply *r, struct outcome *out);

/*
 * The page after it, for c to go on at; empty: there is none. False: there is
 * one that cannot be followed, so the list is not at its end.
 */
bool twilio_list_after(const struct twilio_cursor *c, const struct job *job,
    const json_t *list, struct str *out) MUST_USE;

/* Makes the outcome say so: later, from the first page. */
void twilio_list_lost(struct outcome *out);

/* When it was, by the first of two members that says. 0: neither. */
int64_t twilio_member_time(
    const json_t *message, const char *name, const char *other);

#endif
