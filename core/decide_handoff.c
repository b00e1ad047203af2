/*
 * decide_handoff: the turn in which the bot gives up. People get a chat in one
 * way only, by an act; here one joins what the bot has said.
 */
#include "core/handoff.h"

/* What the bot says before it gives up, and the state after that. */
static enum err
say_first(const struct handover *h, struct arena *a, struct conversation *c,
    struct decision *out)
{
	struct event said;
	enum err e;

	*out = (struct decision){
	    .kind = DECIDE_COMMIT, .seq = c->seq, .epoch = c->epoch};
	if (c->holder != HOLDER_BOT || c->epoch != h->asked->epoch)
		return E_STALE;
	if (h->answer == NULL)
		return OK;
	e = decide_answer(
	    c, h->asked, h->answer, h->act->policy, h->act->now, a, out);
	if (e != OK)
		return e;
	said = out->events[0];
	said.seq = c->seq + 1;
	return conversation_fold(c, &said);
}

/* The act's word on a timer comes after the bot's. */
static void
join(struct decision *out, const struct decision *act)
{
	unsigned i, k;

	for (i = 0; i < act->event_count; i++)
		out->events[out->event_count++] = act->events[i];
	for (i = 0; i < act->timer_count; i++) {
		k = 0;
		while (k < out->timer_count &&
		       out->timers[k].kind != act->timers[i].kind)
			k++;
		if (k == out->timer_count)
			out->timer_count++;
		out->timers[k] = act->timers[i];
	}
}

enum err
decide_handoff(const struct conversation *c, const struct handover *h,
    struct arena *a, struct decision *out)
{
	struct conversation said = *c;
	struct acted acted;
	enum err e = say_first(h, a, &said, out);

	if (e == OK)
		e = handoff_act(&said, h->act, a, &acted);
	if (e == OK && acted.refusal != ACT_FINE)
		e = E_DENIED;
	if (e == OK)
		join(out, &acted.decision);
	return e;
}
