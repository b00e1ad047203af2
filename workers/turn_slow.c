/*
 * turn_slow: what only slow turns do: claim the work and keep the claim
 * alive, show that somebody types and what there is so far, let go.
 */
#include "workers/internal.h"
#include "channels/web/frames.h"
#include "workers/deliver.h"

#include <stdio.h>

void
slow_leave(struct turn *t)
{
	if (t->link_slow == NULL)
		return;
	*t->link_slow = t->next_slow;
	if (t->next_slow != NULL)
		t->next_slow->link_slow = t->link_slow;
	t->link_slow = NULL;
}

static void
slow_join(struct turn *t)
{
	struct worker *w = t->worker;

	if (t->link_slow != NULL)
		return;
	t->next_slow = w->slow;
	t->link_slow = &w->slow;
	if (w->slow != NULL)
		w->slow->link_slow = &t->next_slow;
	w->slow = t;
}

/* ---- drafts ------------------------------------------------------------ */

static void
publish_news(struct turn *t, enum news_kind kind, uint64_t seq, struct str body)
{
	struct bus_publisher *p = t->worker->conf.publisher;

	bus_add_news(p, &(struct news){.kind = kind,
			    .conversation = t->conversation,
			    .seq = seq,
			    .body = body});
	bus_flush(p);
}

void
slow_draft(struct turn *t, struct str text)
{
	struct deliver *deliver = t->worker->conf.deliver;
	struct buf frame = {0};
	char turn[48];
	int n = snprintf(turn, sizeof(turn), "%lld-%llu",
	    (long long)t->conversation,
	    (unsigned long long)t->question.asked_to);

	if (t->vendor != NULL && t->vendor->can.drafts && deliver != NULL)
		deliver_draft(deliver, t->conversation, text);
	frame_write_draft(&frame, (struct str){turn, (size_t)n}, text);
	if (!frame.failed)
		publish_news(t, NEWS_DRAFT, 0, buf_view(&frame));
	buf_free(&frame);
}

void
slow_typing(struct turn *t)
{
	struct deliver *deliver = t->worker->conf.deliver;

	if (t->vendor != NULL && t->vendor->can.typing && deliver != NULL)
		deliver_typing(deliver, t->conversation);
	publish_news(t, NEWS_TYPING, 1, str_from(author_name(AUTHOR_BOT)));
}

/* Where the n-th word of the text ends; the whole length if it has fewer. */
static size_t
words_end(struct str text, int64_t n)
{
	size_t i = 0;

	while (i < text.n && n-- > 0) {
		while (i < text.n && text.p[i] == ' ')
			i++;
		while (i < text.n && text.p[i] != ' ')
			i++;
	}
	return i;
}

static void
turn_type(struct turn *t, int64_t now)
{
	int64_t words = (now - t->began_steady) * t->company->words_per_second /
			1000;
	size_t end = words_end(t->answer.text, words);

	if (end >= t->answer.text.n) {
		turn_commit(t);
		return;
	}
	if (end == t->typed)
		return;
	t->typed = end;
	slow_draft(t, (struct str){t->answer.text.p, end});
}

/* ---- claim ------------------------------------------------------------- */

static void
claim_stored(struct store_op *op)
{
	struct turn *t = op->arg;

	mailbox_post(&t->worker->mailbox, &t->claim_mail);
}

static void
claim_submit(struct turn *t, uint64_t beat, bool release)
{
	t->claim_op = (struct store_op){.verb = STORE_CLAIM,
	    .claim = {.conversation = t->conversation,
		.seq = t->c.seq,
		.epoch = t->c.epoch,
		.worker = t->worker->id,
		.beat = beat,
		.release = release},
	    .done = claim_stored,
	    .arg = t};
	if (store_submit(t->worker->conf.store, &t->claim_op) == OK)
		return;
	t->claim_op.err = E_LIMIT;
	mailbox_post(&t->worker->mailbox, &t->claim_mail);
}

/* Another has it: take it over if its beat has stood still too long. */
static void
turn_claimed_by_other(struct turn *t)
{
	struct worker *w = t->worker;
	const struct store_claim *c = &t->claim_op.claim;
	struct claim_seen seen = {.conversation = t->conversation,
	    .worker = c->worker,
	    .beat = c->beat,
	    .seen_steady = clock_steady(w->conf.clock)};

	/* Our own, from a turn that ended without giving it back, is ours. */
	if (c->worker == w->id ||
	    claims_expired(&w->claims, &seen, w->conf.lease_ms)) {
		claims_forget(&w->claims, t->conversation);
		slow_claim(t, c->beat);
	} else {
		turn_end(t);
	}
}

static void
claim_done(void *owner, struct mail *m)
{
	struct turn *t = CONTAINER_OF(m, struct turn, claim_mail);
	struct worker *w = owner;

	switch (t->claim_op.err) {
	case OK:
		t->claimed = true;
		t->beat = t->claim_op.claim.beat;
		t->renewed_steady = clock_steady(w->conf.clock);
		slow_join(t);
		turn_ask(t);
		break;
	case E_STALE:
		turn_restart(t);
		break;
	case E_CLAIMED:
		turn_claimed_by_other(t);
		break;
	default:
		turn_end(t);
	}
}

void
slow_claim(struct turn *t, uint64_t beat)
{
	t->state = TURN_CLAIM;
	t->claim_mail.fn = claim_done;
	claim_submit(t, beat, false);
}

/*
 * The renewal is back. Moved on: the work goes on if its answer will still
 * stand. Lost to another: let go.
 */
static void
renew_done(void *owner, struct mail *m)
{
	struct turn *t = CONTAINER_OF(m, struct turn, claim_mail);
	struct worker *w = owner;
	enum err e = t->claim_op.err;

	t->renewing = false;
	if (e == OK)
		t->beat = t->claim_op.claim.beat;
	if (e == E_CLAIMED) {
		t->claimed = false;
		turn_end(t);
		return;
	}
	if (e == E_STALE &&
	    (store_read_conversation(w->reader, t->conversation, &t->c) != OK ||
		!decide_keep_answer(&t->c, &t->question, true, 0))) {
		turn_restart(t);
		return;
	}
	if (t->state == TURN_COMMIT)
		turn_commit(t);
}

static void
turn_renew(struct turn *t, int64_t now)
{
	if (t->renewing ||
	    now - t->renewed_steady < (int64_t)t->worker->conf.lease_ms / 3)
		return;
	t->renewed_steady = now;
	t->renewing = true;
	t->claim_mail.fn = renew_done;
	claim_submit(t, t->beat, false);
}

void
turn_tick(struct turn *t, int64_t now)
{
	if (t->state != TURN_ASK && t->state != TURN_TYPE)
		return;
	turn_renew(t, now);
	if (t->state == TURN_TYPE)
		turn_type(t, now);
}

static void
release_done(void *owner, struct mail *m)
{
	(void)owner;
	turn_finish(CONTAINER_OF(m, struct turn, claim_mail), false);
}

void
slow_release(struct turn *t)
{
	t->state = TURN_RELEASE;
	t->claimed = false;
	t->claim_mail.fn = release_done;
	claim_submit(t, t->beat, true);
}

void
turn_abandon(struct turn *t)
{
	if ((t->state != TURN_ASK && t->state != TURN_TYPE) || t->renewing)
		return;
	if (t->state == TURN_TYPE)
		turn_commit(t); /* it is complete; only the show was not */
	else
		turn_end(t);
}
