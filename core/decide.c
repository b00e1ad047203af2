/*
 * decide: the turn of a worker: the bot's, and the support desk's. What sellers
 * do is in handoff, what timers do in decide_timer.
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
	if (c->holder == HOLDER_EMAIL) {
		d.kind = DECIDE_MAIL;
		d.asked_from = c->mailed_seq;
		d.asked_to = c->seq;
		return d;
	}
	d.kind = DECIDE_ASK;
	d.asked_from = c->handled_seq;
	d.asked_to = c->last_customer_seq;
	return d;
}

bool
decide_mail_goes_on(const struct conversation *c)
{
	return c->mailed_seq > 0 && c->mailed_seq >= c->holder_seq;
}

bool
decide_mail_waits(const struct conversation *c, const struct policy *policy,
    int64_t now, struct decision *out)
{
	int64_t ms = policy->mail_pause_ms < MAIL_SETTLE_MS
			 ? policy->mail_pause_ms
			 : MAIL_SETTLE_MS;

	if (ms == 0 || !decide_mail_goes_on(c))
		return false;
	*out = (struct decision){
	    .kind = DECIDE_COMMIT, .seq = c->seq, .epoch = c->epoch};
	decision_set_timer(out, TIMER_MAIL, now + ms);
	return true;
}

enum err
decide_mailed(const struct conversation *c, const struct decision *asked,
    const struct policy *policy, int64_t now, struct decision *out)
{
	if (c->holder != HOLDER_EMAIL || c->epoch != asked->epoch)
		return E_STALE;
	*out = (struct decision){.kind = DECIDE_COMMIT,
	    .seq = c->seq,
	    .epoch = c->epoch,
	    .events = {{.kind = EVENT_MAILED,
		.author = AUTHOR_SYSTEM,
		.ref = asked->asked_to,
		.at = now}},
	    .event_count = 1};
	if (policy->mail_pause_ms > 0)
		decision_set_timer(
		    out, TIMER_MAIL, now + policy->mail_pause_ms);
	return OK;
}

/* The body of the bot's message, as schemas/event.schema.json has it. */
static enum err
answer_body(const struct answer *answer, struct arena *a, struct str *out)
{
	struct buf b = {0};

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
	*out = buf_take(&b, a);
	return out->p == NULL ? E_NOMEM : OK;
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
