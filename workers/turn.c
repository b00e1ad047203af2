/*
 * turn: see turn.h for the states. Each `*_done` runs on the worker's thread
 * when a letter from the store's thread has come.
 */
#include "workers/internal.h"
#include "bus/publish.h"
#include "channels/web/frames.h"
#include "core/json.h"
#include "workers/deliver.h"

/* A sweep leaves younger work to its notice, which is on the way. */
#define SWEEP_GRACE_MS 1000
#define TIMER_PUT_OFF_MS ((int64_t)10 * 60 * 1000)

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
	t->vendor = NULL;
	t->typed = 0;
	t->gives_up = (struct triggered){.trigger = TRIGGER_NONE};
	t->calm = false;
	t->found = NULL;
	t->rows = (struct outgoing_list){0};
	t->found_email = (struct str){0};
	t->unwritten = (struct str){0};
	t->doubtful = false;
	arena_reset(&t->arena);
}

void
turn_end(struct turn *t)
{
	turn_drop_try(t);
	slow_leave(t);
	if (t->claimed)
		slow_release(t); /* and ends then */
	else
		worker_turn_free(t);
}

void
turn_fail(struct turn *t, const char *doing, enum err e)
{
	struct log_line l;

	if (log_begin(t->worker->conf.log, LOG_WARN, "turn.failed", &l)) {
		log_str(&l, "doing", str_from(doing));
		log_str(&l, "error", str_from(err_name(e)));
		log_num(&l, "conversation", t->conversation);
		log_num(&l, "company", t->c.company);
		log_end(&l);
	}
	turn_end(t);
}

void
turn_restart(struct turn *t)
{
	turn_drop_try(t);
	t->again = false;
	t->cause = TURN_NOTICE;
	turn_read(t);
}

void
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

static void
count_unreached(const struct turn *t)
{
	const struct event *e = t->decision.events;
	unsigned i;

	for (i = 0; i < t->decision.event_count; i++)
		metric_add(t->worker->conf.metrics, METRIC_DESK_UNREACHED,
		    e[i].kind == EVENT_NOTE && e[i].ref == NOTE_UNREACHED);
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
		turn_fail(t, "commit", e);
		return;
	}
	count_answer(t);
	count_unreached(t);
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
		publish_event(t->worker->conf.publisher, &op->commit.state,
		    &d->events[i], 0);
	if (op->err == OK && op->commit.outbox_count > 0 &&
	    t->worker->conf.deliver != NULL)
		deliver_poke(t->worker->conf.deliver);
	mailbox_post(&t->worker->mailbox, &t->mail);
}

/* What the decision says to a customer whom a vendor reaches. */
static enum err
turn_outgoing(struct turn *t, struct store_commit *commit)
{
	const struct outgoing_of of = {.company = t->company,
	    .channel = t->vendor,
	    .reach = &t->reach,
	    .now = clock_wall(t->worker->conf.clock),
	    .sent = t->worker->sent};
	struct outgoing_list list = t->rows;
	enum err e = OK;

	if (t->vendor != NULL && list.count == 0)
		e = outgoing_rows(&of, &commit->decision, &t->arena, &list);
	if (list.bounded)
		log_note(t->worker->conf.log, LOG_WARN, "turn.too_many", "why",
		    STR("an address had too many automatic answers"));
	commit->outbox = list.rows;
	commit->outbox_count = list.count;
	return e;
}

void
turn_submit(struct turn *t)
{
	enum err e;

	t->state = TURN_COMMIT;
	t->mail.fn = commit_done;
	t->op = (struct store_op){.verb = STORE_COMMIT,
	    .commit = {.conversation = t->conversation,
		.decision = t->decision,
		.email = t->found_email},
	    .done = commit_stored,
	    .arg = t};
	e = turn_outgoing(t, &t->op.commit);
	if (e == OK)
		e = store_submit(t->worker->conf.store, &t->op);
	if (e != OK)
		turn_fail(t, "commit", e);
}

void
turn_commit(struct turn *t)
{
	enum err e;

	t->state = TURN_COMMIT;
	if (t->renewing)
		return; /* goes on when the renewal is back */
	if (t->gives_up.trigger != TRIGGER_NONE) {
		turn_give_up(t);
		return;
	}
	e = decide_answer(&t->c, &t->question, &t->answer, &t->company->policy,
	    clock_wall(t->worker->conf.clock), &t->arena, &t->decision);
	if (e != OK)
		turn_end(t);
	else
		turn_submit(t);
}

enum err
turn_read_reach(struct turn *t)
{
	enum err e = store_read_reach(
	    t->worker->reader, t->conversation, &t->arena, &t->reach);

	t->vendor = e == OK ? outgoing_channel(&t->reach) : NULL;
	return e;
}

struct str
turn_notice(struct turn *t, enum notice notice, struct str text)
{
	struct buf b = {0};

	buf_str(&b, "{\"text\":");
	buf_json(&b, text);
	buf_addf(&b, ",\"notice\":\"%s\"}", notice_name(notice));
	return buf_take(&b, &t->arena);
}

/* Has who closed the chat left an address, or are they where a vendor is? */
static bool
is_reachable(struct turn *t)
{
	struct list_row row;

	return t->vendor != NULL ||
	       (t->c.gone &&
		   store_read_row(t->worker->reader, t->c.company,
		       t->conversation, &t->arena, &row) == OK &&
		   row.contact.email.n > 0);
}

/*
 * A timer of a company that cannot be read, or of a kind we do not know, is
 * put off: it must not stand before those that can be carried out.
 */
static void
turn_timer(struct turn *t)
{
	int64_t now = clock_wall(t->worker->conf.clock);
	enum err e = t->company == NULL ? E_NOTFOUND : turn_read_reach(t);
	struct policy policy;

	if (e == OK && t->timer == TIMER_MAIL && turn_leaves_desk(t))
		return;
	if (e == OK) {
		policy = channel_policy(t->company, t->vendor);
		policy.mailed = turn_notice(
		    t, NOTICE_MAILED, t->company->texts.mailed);
		policy.ended = turn_notice(
		    t, NOTICE_ENDED, t->company->texts.ended);
		policy.reachable = is_reachable(t);
		e = decide_timer(&t->c, t->timer, &policy, now, &t->decision);
	}
	if (e == OK && t->decision.kind == DECIDE_UNREAD) {
		turn_mail_customer(t);
		return;
	}
	if (e == OK && t->decision.kind == DECIDE_MAIL) {
		t->question = t->decision;
		turn_with_desk(t);
		return;
	}
	if (e != OK)
		t->decision = (struct decision){.kind = DECIDE_COMMIT,
		    .seq = t->c.seq,
		    .epoch = t->c.epoch,
		    .timers = {{now + TIMER_PUT_OFF_MS, t->timer}},
		    .timer_count = 1};
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
	if (turn_gives_up(t, &t->answer))
		turn_commit(t);
	else if (t->claimed && t->company->words_per_second > 0 &&
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

/*
 * The text of a customer's message; empty if there is none. False: it is not
 * for the bot to answer, for it asks for no more messages, or a machine may
 * have sent it; people may see which.
 */
static bool
message_text(struct turn *t, const struct event *e, struct trigger_text *out)
{
	json_t *body = json_read(e->body);
	bool doubtful = json_object_get(body, "automatic") != NULL;
	bool wanted = !json_is_true(json_object_get(body, "opt_out"));

	*out = (struct trigger_text){json_text_copy(body, "text", &t->arena),
	    json_text_copy(body, "button", &t->arena)};
	json_decref(body);
	t->doubtful |= doubtful;
	return wanted && !doubtful;
}

/* Takes the messages among n events; false: there is no room for more. */
static bool
take_messages(
    struct turn *t, const struct event *events, size_t n, uint64_t *upto)
{
	size_t i;

	for (i = 0; i < n && events[i].seq <= t->question.asked_to; i++) {
		if (t->ask.count == TURN_MESSAGES_MAX)
			return false;
		*upto = events[i].seq;
		if (events[i].kind == EVENT_MESSAGE &&
		    events[i].author == AUTHOR_CUSTOMER &&
		    message_text(t, &events[i], &t->texts[t->ask.count])) {
			t->messages[t->ask.count] = t->texts[t->ask.count].text;
			t->ask.count++;
		}
	}
	return true;
}

/*
 * The customer's messages that wait, at most TURN_MESSAGES_MAX; asked_to
 * becomes the last event looked at.
 */
static enum err
read_messages(struct turn *t)
{
	uint64_t upto = t->question.asked_from;
	struct event events[TURN_MESSAGES_MAX];
	bool more = true;
	enum err e = OK;
	size_t n;

	t->ask.count = 0;
	while (e == OK && more && upto < t->question.asked_to) {
		n = ARRAY_LEN(events);
		e = store_read_events(t->worker->reader, t->conversation, upto,
		    &t->arena, events, &n);
		more = e == OK && n > 0 && take_messages(t, events, n, &upto);
	}
	t->question.asked_to = upto;
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

/* Asks the brain, after a claim where that takes long. */
static void
turn_question(struct turn *t)
{
	const struct answer nothing = {.kind = ANSWER_NOTHING};
	enum err e = read_messages(t);

	if (e == OK)
		e = turn_read_reach(t);
	if (e != OK) {
		turn_fail(t, "read", e);
		return;
	}
	if (t->cause == TURN_SWEPT)
		metric_add(t->worker->conf.metrics, METRIC_SWEPT, 1);
	if (t->ask.count == 0) {
		t->answer = nothing;
		if (t->doubtful && turn_has_people(t))
			t->gives_up.trigger = TRIGGER_UNSURE;
		turn_commit(t);
	} else if (turn_gives_up(t, NULL)) {
		turn_commit(t);
	} else if (t->slow) {
		slow_claim(t, t->claimed ? t->beat : 0);
	} else {
		turn_ask(t);
	}
}

static void
turn_read(struct turn *t)
{
	enum err e = store_read_conversation(
	    t->worker->reader, t->conversation, &t->c);

	t->state = TURN_READ;
	if (e != OK) {
		turn_fail(t, "read", e);
		return;
	}
	t->question = decide(&t->c);
	if (t->cause != TURN_TIMER &&
	    (t->question.kind == DECIDE_NOTHING || leave_to_notice(t))) {
		/* What is announced and not ours is rows to go out. */
		if (t->cause == TURN_NOTICE && t->worker->conf.deliver != NULL)
			deliver_poke(t->worker->conf.deliver);
		turn_end(t);
		return;
	}
	e = read_company(t);
	if (t->cause == TURN_TIMER)
		turn_timer(t);
	else if (e != OK)
		turn_fail(t, "company", e);
	else if (t->question.kind == DECIDE_MAIL)
		turn_with_desk(t);
	else
		turn_question(t);
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
