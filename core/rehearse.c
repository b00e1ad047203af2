/*
 * rehearse: the loop that plays days. What is known ahead (chats, turns) is
 * taken in order; what follows from it (an answer, an end, giving up) waits in
 * a set by its time. After each, routing is asked until it has nothing more to
 * say, and what it decides is carried out at once.
 */
#include "core/rehearse_inner.h"
#include "core/slab.h"
#include "core/sorted.h"

#include <stdlib.h>

#define IGNORE_PERCENT 5
#define ACCEPT_MEAN_MS (8 * REHEARSE_SECOND)
#define BACK_AFTER_MS (10 * REHEARSE_MINUTE) /* who was set away */
#define SPEAKS_EVERY_MS (90 * REHEARSE_SECOND)
#define TALK_PERCENT 80 /* of a chat; then the customer is silent */
#define NOTS_MAX 8u

enum purpose {
	CHANCE_IGNORE = 100, /* apart from those of rehearse_days.c */
	CHANCE_ACCEPT,
};

/* A chat as the store would know it. */
struct live {
	const struct rehearse_chat *chat;
	struct routing_chat fact;
	struct routing_not nots[NOTS_MAX];
	unsigned offers;
	int64_t accepted_at;
};

struct actor {
	struct routing_seller fact;
	bool off; /* is away by what the days say, whatever else */
	uint64_t accepted;
};

enum later_kind {
	LATER_ANSWER,
	LATER_SPEAK,
	LATER_END,
	LATER_GIVE_UP,
	LATER_BACK
};

/* Something to come; void when the chat has changed since. */
struct later {
	enum later_kind kind;
	uint32_t who; /* chat, or seller */
	uint64_t seq; /* of the chat; 0: whatever it is */
};

struct play {
	const struct rehearse_days *days;
	const struct company *company;
	uint64_t seed;
	struct routing *r;
	struct rehearse_figures *figures;
	struct live *lives;
	struct actor *actors;
	uint32_t actor_count;
	struct idmap actor_of;
	int64_t *waits; /* of those accepted */
	size_t wait_count;
	struct slab laters;
	struct sorted queue;
	uint32_t due; /* set */
	int64_t now, order;
	enum err err;
};

/* The first error is the one that is told. */
static void
note(struct play *p, enum err e)
{
	if (p->err == OK)
		p->err = e;
}

static void
later(struct play *p, int64_t at, struct later l)
{
	uint32_t n = slab_take(&p->laters);

	if (n == SLAB_NONE ||
	    sorted_reserve(&p->queue, p->laters.count, 1) != OK) {
		note(p, E_NOMEM);
		return;
	}
	*(struct later *)slab_at(&p->laters, n) = l;
	sorted_add(&p->queue, &p->due, (struct sorted_item){at, ++p->order, n});
}

/* ---- facts ------------------------------------------------------------- */

static uint32_t
chat_number(const struct play *p, const struct live *l)
{
	return (uint32_t)(l - p->lives);
}

static void
tell(struct play *p, struct live *l, enum routing_place place)
{
	l->fact.seq++;
	l->fact.place = place;
	l->fact.nots = l->nots;
	note(p, routing_put_chat(p->r, &l->fact, p->now));
}

static void
tell_seller(struct play *p, struct actor *a)
{
	if (!a->fact.online && a->fact.offline_at == 0)
		a->fact.offline_at = p->now;
	if (a->fact.online)
		a->fact.offline_at = 0;
	note(p, routing_put_seller(p->r, &a->fact, p->now));
}

static struct actor *
actor_find(const struct play *p, int64_t seller)
{
	uint32_t n = idmap_get(&p->actor_of, (uint64_t)seller);

	return n == IDMAP_NONE ? NULL : &p->actors[n];
}

static void
add_not(struct live *l, int64_t seller)
{
	if (l->fact.not_count == NOTS_MAX)
		memmove(l->nots, l->nots + 1,
		    --l->fact.not_count * sizeof(*l->nots));
	l->nots[l->fact.not_count++] = (struct routing_not){seller, true};
}

/* ---- what happens to a chat -------------------------------------------- */

static void
waited(struct play *p, const struct live *l)
{
	int64_t ms = p->now - l->chat->at;

	if (ms > p->figures->wait_most)
		p->figures->wait_most = ms;
}

static void
arrive(struct play *p, struct live *l, const struct rehearse_chat *c)
{
	l->chat = c;
	l->fact = (struct routing_chat){.id = chat_number(p, l) + 1,
	    .team = c->team,
	    .since = p->now,
	    .priority = c->priority,
	    .language = c->language,
	    .wanted = c->wanted,
	    .last = c->last,
	    .required = c->required,
	    .preferred = c->preferred,
	    .weight = company_chat_weight(p->company, c->channel)};
	p->figures->chats++;
	tell(p, l, ROUTING_WAITS);
	if (c->patience_ms > 0)
		later(p, p->now + c->patience_ms,
		    (struct later){LATER_GIVE_UP, chat_number(p, l), 0});
}

/* When the customer says the next word, or that it is over. */
static void
go_on(struct play *p, struct live *l)
{
	int64_t end = l->accepted_at + l->chat->handling_ms;
	int64_t quiet = l->accepted_at +
			l->chat->handling_ms / 100 * TALK_PERCENT;
	int64_t next = p->now + SPEAKS_EVERY_MS;
	enum later_kind kind = next < quiet ? LATER_SPEAK : LATER_END;

	later(p, kind == LATER_END ? end : next,
	    (struct later){kind, chat_number(p, l), l->fact.seq});
}

/* Who drops and takes it up again begins anew. */
static void
take(struct play *p, struct live *l)
{
	struct actor *a = actor_find(p, l->fact.seller);

	if (l->accepted_at == 0) {
		p->figures->accepted++;
		p->waits[p->wait_count++] = p->now - l->chat->at;
		waited(p, l);
		a->accepted++;
	}
	l->accepted_at = p->now;
	l->fact.held_at = l->fact.spoke_at = p->now;
	l->fact.not_count = 0;
	tell(p, l, ROUTING_HELD);
	go_on(p, l);
}

static void
speak(struct play *p, struct live *l)
{
	l->fact.spoke_at = p->now;
	tell(p, l, ROUTING_HELD);
	go_on(p, l);
}

static void
end(struct play *p, struct live *l)
{
	l->fact.wrap = true;
	l->fact.ended_at = p->now;
	tell(p, l, ROUTING_GONE);
}

static void
give_up(struct play *p, struct live *l)
{
	if (l->accepted_at != 0 || l->fact.place == ROUTING_GONE)
		return;
	p->figures->gave_up++;
	waited(p, l);
	tell(p, l, ROUTING_GONE);
}

static void
happen(struct play *p, const struct later *what)
{
	static void (*const happens[])(struct play *, struct live *) = {
	    [LATER_ANSWER] = take,
	    [LATER_SPEAK] = speak,
	    [LATER_END] = end,
	    [LATER_GIVE_UP] = give_up};
	struct live *l;

	if (what->kind == LATER_BACK) {
		p->actors[what->who].fact.away = p->actors[what->who].off;
		tell_seller(p, &p->actors[what->who]);
		return;
	}
	l = &p->lives[what->who];
	if (what->seq == 0 || what->seq == l->fact.seq)
		happens[what->kind](p, l);
}

/* ---- what is decided --------------------------------------------------- */

/* Some let it run out; the others take a while. */
static void
do_offer(struct play *p, struct live *l, const struct routing_decision *d)
{
	uint64_t id = (uint64_t)d->chat, seller = (uint64_t)d->seller;
	uint64_t ignore, answer;

	ignore = rehearse_chance((struct chance){p->seed, CHANCE_IGNORE},
	    id * NOTS_MAX + l->offers % NOTS_MAX, seller);
	answer = rehearse_chance(
	    (struct chance){p->seed, CHANCE_ACCEPT}, id, seller);
	l->offers++;
	p->figures->offers++;
	l->fact.seller = d->seller;
	l->fact.until = d->until;
	tell(p, l, ROUTING_OFFERED);
	if (!rehearse_percent(ignore, IGNORE_PERCENT))
		later(p, p->now + rehearse_time(answer, ACCEPT_MEAN_MS),
		    (struct later){
			LATER_ANSWER, chat_number(p, l), l->fact.seq});
}

static void
do_expire(struct play *p, struct live *l, const struct routing_decision *d)
{
	if (d->why == ROUTING_RAN_OUT) {
		p->figures->ignored++;
		add_not(l, d->seller);
	}
	tell(p, l, ROUTING_WAITS);
}

static void
do_drop(struct play *p, struct live *l, const struct routing_decision *d)
{
	(void)d;
	p->figures->dropped++;
	l->fact.front = true;
	l->fact.team_since = p->now;
	tell(p, l, ROUTING_WAITS);
}

static void
do_overflow(struct play *p, struct live *l, const struct routing_decision *d)
{
	p->figures->overflowed++;
	l->fact.team = d->team;
	l->fact.team_since = p->now;
	tell(p, l, ROUTING_WAITS);
}

static void
do_mail(struct play *p, struct live *l, const struct routing_decision *d)
{
	(void)d;
	p->figures->by_mail++;
	if (l->accepted_at == 0)
		waited(p, l);
	tell(p, l, ROUTING_GONE);
}

static void
do_away(struct play *p, const struct routing_decision *d)
{
	struct actor *a = actor_find(p, d->seller);

	p->figures->set_away++;
	a->fact.away = true;
	tell_seller(p, a);
	later(p, p->now + BACK_AFTER_MS,
	    (struct later){LATER_BACK, (uint32_t)(a - p->actors), 0});
}

/* Returns when to ask again. */
static int64_t
ask(struct play *p)
{
	static void (*const doing[ROUTING_ACTS])(struct play *, struct live *,
	    const struct routing_decision *) = {[ROUTING_EXPIRE] = do_expire,
	    [ROUTING_DROP] = do_drop,
	    [ROUTING_OVERFLOW] = do_overflow,
	    [ROUTING_TO_EMAIL] = do_mail,
	    [ROUTING_OFFER] = do_offer};
	struct routing_decision d;

	while (p->err == OK) {
		routing_next(p->r, p->now, &d);
		if (d.act == ROUTING_NONE)
			return d.until;
		if (d.act == ROUTING_AWAY)
			do_away(p, &d);
		else
			doing[d.act](p, &p->lives[d.chat - 1], &d);
	}
	return INT64_MAX;
}

/* ---- the loop ---------------------------------------------------------- */

static void
turn(struct play *p, const struct rehearse_turn *t)
{
	struct actor *a = actor_find(p, t->seller.id);
	int64_t offline_at = a->fact.offline_at;

	a->fact = t->seller;
	a->fact.offline_at = offline_at;
	a->fact.idle_since = 0;
	a->off = t->seller.away;
	tell_seller(p, a);
}

/* Whatever comes first; false: nothing will come any more. */
static bool
step(struct play *p, size_t *chat, size_t *next_turn, int64_t ask_at)
{
	const struct rehearse_days *d = p->days;
	int64_t chat_at = *chat < d->chat_count ? d->chats[*chat].at
						: INT64_MAX;
	int64_t turn_at = *next_turn < d->turn_count ? d->turns[*next_turn].at
						     : INT64_MAX;
	struct sorted_item first = {.key = INT64_MAX};
	struct later what;

	(void)sorted_first(&p->queue, p->due, &first);
	p->now = first.key < ask_at ? first.key : ask_at;
	if (chat_at <= p->now || turn_at <= p->now)
		p->now = turn_at <= chat_at ? turn_at : chat_at;
	if (p->now == INT64_MAX)
		return false;
	if (turn_at == p->now)
		turn(p, &d->turns[(*next_turn)++]);
	else if (chat_at == p->now) {
		arrive(p, &p->lives[*chat], &d->chats[*chat]);
		(*chat)++;
	} else if (first.key == p->now) {
		what = *(struct later *)slab_at(&p->laters, first.value);
		sorted_remove(&p->queue, &p->due, first);
		slab_give(&p->laters, first.value);
		happen(p, &what);
	}
	return true;
}

/* Until all chats are over; who waits for nothing is left. */
static void
play(struct play *p)
{
	size_t chat = 0, next_turn = 0;
	int64_t ask_at = INT64_MAX;
	struct routing_tally tally;

	do {
		if (!step(p, &chat, &next_turn, ask_at))
			break;
		ask_at = ask(p);
		routing_tally(p->r, &tally);
	} while (p->err == OK &&
		 (chat < p->days->chat_count ||
		     tally.waiting + tally.offered + tally.held > 0));
	routing_tally(p->r, &tally);
	p->figures->left = tally.waiting + tally.offered + tally.held;
}

/* ---- the whole --------------------------------------------------------- */

static enum err
find_actors(struct play *p)
{
	size_t i;

	for (i = 0; i < p->days->turn_count; i++) {
		uint64_t id = (uint64_t)p->days->turns[i].seller.id;

		if (idmap_get(&p->actor_of, id) != IDMAP_NONE)
			continue;
		if (p->actor_count == REHEARSE_SELLERS_MAX)
			return E_LIMIT;
		if (idmap_reserve(&p->actor_of, p->actor_count + 1) != OK)
			return E_NOMEM;
		idmap_put(&p->actor_of, id, p->actor_count++);
	}
	return OK;
}

static enum err
set_up(struct play *p, struct arena *a)
{
	size_t n = p->days->chat_count + REHEARSE_SELLERS_MAX;
	struct routing_policy policy;
	enum err e;

	p->laters.size = sizeof(struct later);
	p->lives = calloc(n, sizeof(*p->lives));
	p->waits = calloc(n, sizeof(*p->waits));
	p->actors = calloc(REHEARSE_SELLERS_MAX, sizeof(*p->actors));
	if (p->lives == NULL || p->waits == NULL || p->actors == NULL)
		return E_NOMEM;
	e = find_actors(p);
	if (e == OK)
		e = routing_new(p->seed, &p->r);
	if (e == OK)
		e = company_routing_policy(p->company, a, &policy);
	if (e == OK && p->days->chat_count > 0)
		p->now = p->days->chats[0].at;
	if (e == OK)
		e = routing_set_policy(p->r, &policy, p->now);
	return e;
}

enum err
rehearse_run(const struct rehearse_days *days, const struct company *company,
    uint64_t seed, struct rehearse_figures *out)
{
	struct play p = {
	    .days = days, .company = company, .seed = seed, .figures = out};
	struct arena a = {0};
	uint32_t i;

	*out = (struct rehearse_figures){0};
	note(&p, set_up(&p, &a));
	if (p.err == OK)
		play(&p);
	if (p.err == OK) {
		rehearse_waits(p.waits, p.wait_count, out);
		/* They are counted, so there is room. */
		for (i = 0; i < p.actor_count; i++)
			p.waits[i] = (int64_t)p.actors[i].accepted;
		rehearse_loads(p.waits, p.actor_count, out);
	}
	routing_free(p.r);
	free(p.lives);
	free(p.waits);
	free(p.actors);
	idmap_free(&p.actor_of);
	slab_free(&p.laters);
	sorted_free(&p.queue);
	arena_free(&a);
	return p.err;
}
