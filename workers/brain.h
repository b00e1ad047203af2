/*
 * brain: what finds the words. The turn (turn.h) asks, a brain answers.
 *
 * A brain is one struct brain_kind in one file, entered in the table in
 * brain.c and chosen by the company document's bot.brain. It may answer at
 * once or much later (a model call), and may stream drafts meanwhile; it
 * must end each question with exactly one answer, or be cancelled.
 *
 * All calls come from the one worker thread that owns the brain; a brain that
 * waits for the network does so through the worker's loop (worker.h).
 */
#ifndef WORKERS_BRAIN_H
#define WORKERS_BRAIN_H

#include "core/arena.h"
#include "core/buf.h"
#include "core/decide.h"

struct company; /* the parsed company document, core/company.h */

/* One message of the customer, oldest first. */
struct brain_question {
	const struct company
	    *company;		    /* borrowed until answered or cancelled */
	const struct str *messages; /* the burst; borrowed likewise */
	size_t count;
	struct arena *arena; /* the turn's; the answer's text goes here */

	/*
	 * Text so far, for the customer to watch; best effort, never stored.
	 * May be called any number of times before `answer`.
	 */
	void (*draft)(struct brain_question *q, struct str text_so_far);
	/* Exactly once. q is gone when it returns. */
	void (*answer)(struct brain_question *q, const struct answer *answer);
};

struct brain_kind {
	const char *name;
	/*
	 * Slow ones are claimed in the store before they are asked, so that
	 * no other worker does the same work twice.
	 */
	bool slow;

	/*
	 * Prepares a company's knowledge once per version of its document;
	 * *out is handed to ask() and freed by forget(). E_NOMEM.
	 */
	enum err (*learn)(const struct company *company, void **out);
	void (*forget)(void *knowledge);

	/* May call q->answer before it returns. */
	void (*ask)(void *knowledge, struct brain_question *q);
	/* q will not be answered; let go of it. Only between ask and answer. */
	void (*cancel)(void *knowledge, struct brain_question *q);
};

/* The kind of that name, or NULL. */
const struct brain_kind *brain_find(struct str name);

/* "faq, ..." for people. */
void brain_write_names(struct buf *out);

#endif
