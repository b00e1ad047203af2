/*
 * decide: the bot's part. Queue, agents and e-mail are holders like it; their
 * decisions join here, one function per holder.
 */
#include "core/decide.h"
#include "core/buf.h"

#define TRIES_BEFORE_KEEPING 2u

static const char *const answer_kinds[ANSWERS] = {
    [ANSWER_FOUND] = "found",
    [ANSWER_UNKNOWN] = "unknown",
    [ANSWER_FAILED] = "failed",
    [ANSWER_NOTHING] = "nothing",
};

const char *
answer_kind_name(enum answer_kind kind)
{
	return (unsigned)kind < ANSWERS ? answer_kinds[kind] : "unknown";
}

struct decision
decide(const struct conversation *c)
{
	struct decision d = {
	    .kind = DECIDE_NOTHING, .seq = c->seq, .epoch = c->epoch};

	if (!conversation_pending(c))
		return d;
	d.kind = DECIDE_ASK;
	d.asked_from = c->handled_seq;
	d.asked_to = c->last_customer_seq;
	return d;
}

/* The body of the bot's message, as schemas/event.schema.json has it. */
static enum err
answer_body(const struct answer *answer, struct arena *a, struct str *out)
{
	struct buf b = {0};
	enum err e = E_NOMEM;

	buf_str(&b, "{\"text\":");
	buf_json(&b, answer->text);
	buf_str(&b, ",\"answer\":\"");
	buf_str(&b, answer_kind_name(answer->kind));
	buf_str(&b, "\",\"confidence\":");
	buf_u64(&b, answer->confidence);
	if (answer->source.n > 0) {
		buf_str(&b, ",\"cites\":");
		buf_json(&b, answer->source);
	}
	buf_char(&b, '}');
	if (b.failed)
		goto done;
	*out = arena_copy(a, buf_view(&b));
	if (out->p != NULL)
		e = OK;
done:
	buf_free(&b);
	return e;
}

enum err
decide_answer(const struct conversation *c, const struct decision *asked,
    const struct answer *answer, const struct policy *policy, int64_t now,
    struct arena *a, struct decision *out)
{
	struct event *e = &out->events[0];

	if (c->holder != HOLDER_BOT || c->epoch != asked->epoch)
		return E_STALE;
	*out = (struct decision){.kind = DECIDE_COMMIT,
	    .seq = c->seq,
	    .epoch = c->epoch,
	    .event_count = 1};
	*e = (struct event){.kind = EVENT_MESSAGE,
	    .author = AUTHOR_BOT,
	    .ref = asked->asked_to,
	    .at = now};
	if (asked->asked_from <= c->resolved_seq && policy->idle_ms > 0)
		decision_set_timer(out, TIMER_IDLE, now + policy->idle_ms);
	if (answer->kind != ANSWER_NOTHING)
		return answer_body(answer, a, &e->body);
	e->kind = EVENT_HANDLED;
	return OK;
}

bool
decide_keep_answer(const struct conversation *c, const struct decision *asked,
    bool slow, unsigned tries)
{
	if (c->holder != HOLDER_BOT || c->epoch != asked->epoch)
		return false;
	if (c->handled_seq != asked->asked_from)
		return false;
	return slow || tries >= TRIES_BEFORE_KEEPING;
}

static enum err
decide_idle(const struct conversation *c, const struct policy *policy,
    int64_t now, struct decision *out)
{
	int64_t due = c->last_at + policy->idle_ms;

	if (policy->idle_ms == 0 || c->status == STATUS_RESOLVED) {
		decision_set_timer(out, TIMER_IDLE, 0);
		return OK;
	}
	if (due > now || c->holder != HOLDER_BOT || conversation_pending(c)) {
		decision_set_timer(
		    out, TIMER_IDLE, due > now ? due : now + policy->idle_ms);
		return OK;
	}
	decision_set_timer(out, TIMER_IDLE, 0);
	out->events[0] = (struct event){.kind = EVENT_TIMER,
	    .author = AUTHOR_SYSTEM,
	    .ref = TIMER_IDLE,
	    .at = now};
	out->events[1] = (struct event){
	    .kind = EVENT_RESOLVED, .author = AUTHOR_SYSTEM, .at = now};
	out->event_count = 2;
	return OK;
}

enum err
decide_timer(const struct conversation *c, enum timer_kind kind,
    const struct policy *policy, int64_t now, struct decision *out)
{
	*out = (struct decision){
	    .kind = DECIDE_COMMIT, .seq = c->seq, .epoch = c->epoch};
	if (kind == TIMER_IDLE)
		return decide_idle(c, policy, now, out);
	return E_BADINPUT;
}
