/*
 * turn: see turn.h for the states. Each `*_done` runs on the worker's thread
 * when a letter from the store's thread has come.
 */
#include "workers/internal.h"
#include "bus/publish.h"
#include "channels/web/frames.h"

#include <jansson.h>

/* A sweep leaves younger work to its notice, which is on the way. */
#define SWEEP_GRACE_MS 1000

static void turn_read(struct turn *t);

/* ---- the end ----------------------------------------------------------- */

/* Drops what one try gathered; the claim, if any, stays. */
static void
turn_drop_try(struct turn *t)
{
	if (t->asked)
		t->brain->cancel(t->knowledge, &t->ask);
	t->asked = false;
	if (t->knowledge != NULL)
		knowledge_put(&t->worker->knowledge, t->knowledge);
	t->knowledge = NULL;
	company_unref(t->company);
	t->company = NULL;
	t->typed = 0;
	arena_reset(&t->arena);
}

void
turn_end(struct turn *t)
{
	turn_drop_try(t);
	slow_leave(t);
	worker_turn_free(t);
}

void
turn_restart(struct turn *t)
{
	turn_drop_try(t);
	t->again = false;
	t->cause = TURN_NOTICE;
	turn_read(t);
}

/* Ends, or begins again if something came meanwhile. */
static void
turn_finish(struct turn *t, bool more)
{
	if ((t->again || more) && !atomic_load(&t->worker->stopping))
		turn_restart(t);
	else
		turn_end(t);
}

/* ---- commit ------------------------------------------------------------ */

static void
count_answer(struct turn *t)
{
	struct metrics *m = t->worker->conf.metrics;

	if (t->cause == TURN_TIMER) {
		metric_add(m, METRIC_TIMERS_FIRED, 1);
		return;
	}
	metric_add(m, METRIC_TURNS, 1);
	if (t->answer.kind == ANSWER_FOUND)
		metric_add(m, METRIC_ANSWERS_FOUND, 1);
	if (t->answer.kind == ANSWER_UNKNOWN)
		metric_add(m, METRIC_ANSWERS_UNKNOWN, 1);
}

/*
 * The conversation moved on under a finished answer: commit it against the
 * newer state if it still stands, else begin again with all there is.
 */
static void
turn_stale(struct turn *t)
{
	struct worker *w = t->worker;
	struct conversation c;

	metric_add(w->conf.metrics, METRIC_TURNS_STALE, 1);
	t->tries++;
	if (t->cause == TURN_TIMER) {
		turn_finish(t, false); /* the timer comes again */
		return;
	}
	if (store_read_conversation(w->reader, t->conversation, &c) != OK) {
		turn_end(t);
		return;
	}
	if (!decide_keep_answer(&c, &t->question, t->slow, t->tries)) {
		turn_restart(t);
		return;
	}
	t->c = c;
	turn_commit(t);
}

static void
commit_done(void *owner, struct mail *m)
{
	struct turn *t = CONTAINER_OF(m, struct turn, mail);
	enum err e = t->op.err;

	(void)owner;
	if (e == E_STALE) {
		turn_stale(t);
		return;
	}
	if (e != OK) { /* still pending: the sweeper comes back to it */
		turn_end(t);
		return;
	}
	count_answer(t);
	t->tries = 0;
	t->claimed = false;
	claims_forget(&t->worker->claims, t->conversation);
	slow_leave(t);
	turn_finish(t, conversation_pending(&t->op.commit.state));
}

/* On the store's thread. */
static void
commit_stored(struct store_op *op)
{
	struct turn *t = op->arg;
	struct decision *d = &op->commit.decision;
	unsigned i;

	for (i = 0; op->err == OK && i < d->event_count; i++)
		publish_event(t->worker->conf.publisher,
		    frame_write_event_object, op->commit.conversation,
		    &d->events[i], 0);
	mailbox_post(&t->worker->mailbox, &t->mail);
}

static void
turn_submit(struct turn *t)
{
	t->state = TURN_COMMIT;
	t->mail.fn = commit_done;
	t->op = (struct store_op){.verb = STORE_COMMIT,
	    .commit = {.conversation = t->conversation,
		.decision = t->decision},
	    .done = commit_stored,
	    .arg = t};
	if (store_submit(t->worker->conf.store, &t->op) != OK)
		turn_end(t);
}

void
turn_commit(struct turn *t)
{
	enum err e;

	t->state = TURN_COMMIT;
	if (t->renewing)
		return; /* goes on when the renewal is back */
	e = decide_answer(&t->c, &t->question, &t->answer, &t->company->policy,
	    clock_wall(t->worker->conf.clock), &t->arena, &t->decision);
	if (e != OK)
		turn_end(t);
	else
		turn_submit(t);
}

static void
turn_timer(struct turn *t)
{
	enum err e = decide_timer(&t->c, t->timer, &t->company->policy,
	    clock_wall(t->worker->conf.clock), &t->arena, &t->decision);

	if (e != OK)
		turn_end(t);
	else
		turn_submit(t);
}

/* ---- ask --------------------------------------------------------------- */

static void
brain_drafts(struct brain_question *q, struct str text)
{
	slow_draft(CONTAINER_OF(q, struct turn, ask), text);
}

static void
brain_answers(struct brain_question *q, const struct answer *answer)
{
	struct turn *t = CONTAINER_OF(q, struct turn, ask);

	t->asked = false;
	t->answer = *answer;
	t->began_steady = clock_steady(t->worker->conf.clock);
	if (t->claimed && t->company->words_per_second > 0 &&
	    answer->kind != ANSWER_NOTHING)
		t->state = TURN_TYPE;
	else
		turn_commit(t);
}

void
turn_ask(struct turn *t)
{
	t->state = TURN_ASK;
	t->ask.company = t->company;
	t->ask.messages = t->messages;
	t->ask.arena = &t->arena;
	t->ask.draft = brain_drafts;
	t->ask.answer = brain_answers;
	if (t->slow)
		slow_typing(t);
	t->asked = true;
	t->brain->ask(t->knowledge, &t->ask);
}

/* ---- read -------------------------------------------------------------- */

/* The text of a customer's message; empty if there is none. */
static struct str
message_text(struct arena *a, const struct event *e)
{
	json_t *body = json_loadb(
	    e->body.p, e->body.n, JSON_REJECT_DUPLICATES, NULL);
	const json_t *text = json_object_get(body, "text");
	struct str s = {0};

	if (json_is_string(text))
		s = arena_copy(a, (struct str){json_string_value(text),
				      json_string_length(text)});
	json_decref(body);
	return s;
}

/*
 * The customer's messages that wait, at most TURN_MESSAGES_MAX; asked_to
 * becomes the last one taken.
 */
static enum err
read_messages(struct turn *t)
{
	struct event events[TURN_MESSAGES_MAX];
	size_t n = ARRAY_LEN(events), i;
	enum err e = store_read_events(t->worker->reader, t->conversation,
	    t->question.asked_from, &t->arena, events, &n);

	t->ask.count = 0;
	for (i = 0; e == OK && i < n; i++) {
		if (events[i].seq > t->question.asked_to)
			break;
		if (events[i].kind != EVENT_MESSAGE ||
		    events[i].author != AUTHOR_CUSTOMER)
			continue;
		t->messages[t->ask.count++] = message_text(
		    &t->arena, &events[i]);
	}
	if (e == OK && i == ARRAY_LEN(events))
		t->question.asked_to = events[i - 1].seq;
	return e;
}

static enum err
read_company(struct turn *t)
{
	struct worker *w = t->worker;
	enum err e = company_cache_by_id(
	    w->conf.companies, t->c.company, &t->company);

	if (e != OK)
		return e;
	t->brain = brain_find(t->company->brain);
	if (t->brain == NULL)
		return E_NOTFOUND;
	t->slow = t->brain->slow || t->company->words_per_second > 0;
	return knowledge_get(
	    &w->knowledge, t->brain, t->company, &t->knowledge);
}

static bool
leave_to_notice(const struct turn *t)
{
	const struct worker *w = t->worker;
	int64_t age = clock_wall(w->conf.clock) - t->c.last_at;

	return t->cause == TURN_SWEPT && !w->sweep.first && age >= 0 &&
	       age < SWEEP_GRACE_MS;
}

static void
turn_read(struct turn *t)
{
	struct worker *w = t->worker;

	t->state = TURN_READ;
	if (store_read_conversation(w->reader, t->conversation, &t->c) != OK)
		goto end;
	t->question = decide(&t->c);
	if (t->cause != TURN_TIMER &&
	    (t->question.kind == DECIDE_NOTHING || leave_to_notice(t)))
		goto end;
	if (read_company(t) != OK)
		goto end;
	if (t->cause == TURN_TIMER) {
		turn_timer(t);
		return;
	}
	if (read_messages(t) != OK)
		goto end;
	if (t->cause == TURN_SWEPT)
		metric_add(w->conf.metrics, METRIC_SWEPT, 1);
	if (t->slow)
		slow_claim(t, t->claimed ? t->beat : 0);
	else
		turn_ask(t);
	return;
end:
	turn_end(t);
}

void
turn_begin(struct worker *w, int64_t conversation, enum turn_cause cause,
    enum timer_kind timer)
{
	struct turn *t = worker_turn(w, conversation);

	if (t != NULL) {
		t->again |= cause == TURN_NOTICE;
		return;
	}
	t = worker_turn_new(w, conversation);
	if (t == NULL)
		return; /* still pending: the sweeper comes back to it */
	t->cause = cause;
	t->timer = timer;
	turn_read(t);
}
