/*
 * routing_choose: the best of those who may take a chat, and why not the
 * others. Looking for one goes over those with room only; the reason goes over
 * all, once for each offer.
 */
#include "core/routing_inner.h"

/* What decides between two who may take it, the first thing first. */
struct score {
	bool wanted, last;
	unsigned after; /* all who are 0: 1: let it run out, 2: gave it away */
	unsigned preferred;
};

static unsigned
after_of(const struct chat *c, uint32_t slot, const struct seller *s)
{
	if (chat_is_from(c, slot))
		return 2;
	return c->not_count > 0 && route_chat_not(c, s->id) != NULL;
}

static struct score
score_of(const struct routing *r, const struct chat *c, uint32_t slot)
{
	const struct seller *s = seller_at(r, slot);
	const struct need *need = need_at(r, c->need);
	struct score score = {.wanted = slot == c->tied[TIE_WANTED],
	    .last = slot == c->tied[TIE_LAST] && !c->given,
	    .after = after_of(c, slot, s)};

	if (need->preferred_count > 0)
		score.preferred = traits_count(&s->traits, &need->preferred);
	return score;
}

/* Between equals by score: policy, then the seed. */
static bool
seller_is_before(const struct seller *a, const struct seller *b)
{
	if (a->key[0] != b->key[0])
		return a->key[0] < b->key[0];
	if (a->key[1] != b->key[1])
		return a->key[1] < b->key[1];
	return a->tie < b->tie;
}

static bool
is_better(const struct score *a, const struct seller *x, const struct score *b,
    const struct seller *y)
{
	if (a->wanted != b->wanted)
		return a->wanted;
	if (a->last != b->last)
		return a->last;
	if (a->after != b->after)
		return a->after < b->after;
	if (a->preferred != b->preferred)
		return a->preferred > b->preferred;
	return seller_is_before(x, y);
}

/* It is on duty and has nothing against it: else this were no tie. */
static struct choice
choose_tied(const struct routing *r, const struct group *g)
{
	if (seller_at(r, g->tie)->room < g->weight)
		return (struct choice){NONE, 0};
	return (struct choice){g->tie, 1};
}

/* Those of its team, or those with room: whoever are fewer. */
static const struct list *
eligible(const struct routing *r, const struct group *g)
{
	const struct team *t = team_at(r, need_at(r, g->need)->team);

	return t->members.n < r->free.n ? &t->members : &r->free;
}

struct choice
route_choose(
    const struct routing *r, const struct group *g, const struct chat *c)
{
	const struct list *list = eligible(r, g);
	struct choice best = {NONE, 0};
	struct score best_score = {0}, score;
	uint32_t i;

	if (g->tie != NONE)
		return choose_tied(r, g);
	for (i = 0; i < list->n; i++) {
		const struct seller *s = seller_at(r, list->slots[i]);

		if (s->room < g->weight || s->seat != SEAT_ON ||
		    !traits_grant(&s->traits, &g->must) ||
		    ((c->not_count > 0 || c->barred) &&
			route_chat_refuses(r, c, s)))
			continue;
		best.candidates++;
		score = score_of(r, c, list->slots[i]);
		if (best.seller == NONE || is_better(&score, s, &best_score,
					       seller_at(r, best.seller))) {
			best.seller = list->slots[i];
			best_score = score;
		}
	}
	return best;
}

/* ---- the reason -------------------------------------------------------- */

struct asking {
	const struct routing *r;
	const struct group *g;
	const struct chat *c;
	const struct need *need;
	/* All of it, also where only who is asked for may have it. */
	struct traits must;
	struct wish wish;
};

/* Of a seller of its team. */
static enum routing_cause
cause_of(const struct asking *a, uint32_t slot)
{
	const struct seller *s = seller_at(a->r, slot);
	bool from = chat_is_from(a->c, slot);
	int64_t weight = a->g->weight;

	if (a->need->language != NONE && !a->g->relaxed &&
	    !traits_has(&s->traits, a->need->language))
		return ROUTING_OTHER_LANGUAGE;
	if (!traits_grant(&s->traits, &a->wish))
		return ROUTING_LACKS_SKILL;
	if (s->seat != SEAT_ON)
		return s->seat == SEAT_AWAY ? ROUTING_SELLER_AWAY
					    : ROUTING_OFFLINE;
	if (route_chat_declined(a->c, s))
		return ROUTING_DECLINED;
	if (route_chat_refuses(a->r, a->c, s))
		return ROUTING_GAVE_AWAY;
	if (a->g->tie != NONE)
		return ROUTING_WAITS_FOR;
	if (s->room < weight)
		return s->room + s->wrapping >= weight ? ROUTING_WRAPPING_UP
						       : ROUTING_FULL;
	if (from)
		return ROUTING_GAVE_AWAY;
	if (a->c->not_count > 0 && route_chat_not(a->c, s->id) != NULL)
		return ROUTING_IGNORED;
	return ROUTING_RANKED_LOWER;
}

static struct routing_figures
figures_of(const struct asking *a, const struct seller *s)
{
	return (struct routing_figures){.idle_since = s->idle_since,
	    .taken = (unsigned)(s->taken + s->wrapping),
	    .capacity = s->capacity,
	    .preferred = traits_count(&s->traits, &a->need->preferred),
	    .turn = s->turn};
}

/* Those who came closest, the closest first. */
struct nearest {
	const struct need *need;
	const struct seller *sellers[ROUTING_NEAR_MAX];
	enum routing_cause causes[ROUTING_NEAR_MAX];
	size_t n;
};

static bool
is_nearer(const struct nearest *near, size_t i, enum routing_cause cause,
    const struct seller *s)
{
	const struct traits *likes = &near->need->preferred;
	unsigned mine, theirs;

	if (near->causes[i] != cause)
		return cause > near->causes[i];
	if (near->need->preferred_count > 0) {
		mine = traits_count(&s->traits, likes);
		theirs = traits_count(&near->sellers[i]->traits, likes);
		if (mine != theirs)
			return mine > theirs;
	}
	return seller_is_before(s, near->sellers[i]);
}

static void
consider(struct nearest *near, enum routing_cause cause, const struct seller *s)
{
	size_t i = near->n;

	while (i > 0 && is_nearer(near, i - 1, cause, s))
		i--;
	if (i == ROUTING_NEAR_MAX)
		return;
	if (near->n < ROUTING_NEAR_MAX)
		near->n++;
	memmove(&near->sellers[i + 1], &near->sellers[i],
	    (near->n - i - 1) * sizeof(near->sellers[0]));
	memmove(&near->causes[i + 1], &near->causes[i],
	    (near->n - i - 1) * sizeof(near->causes[0]));
	near->sellers[i] = s;
	near->causes[i] = cause;
}

static void
write_nearest(const struct asking *a, const struct nearest *near,
    struct routing_reason *out)
{
	size_t i;

	for (i = 0; i < near->n; i++) {
		const struct seller *s = near->sellers[i];
		uint32_t lacks = route_traits_lacks(&s->traits, &a->must);

		out->near[i] = (struct routing_near){.seller = s->id,
		    .cause = near->causes[i],
		    .figures = figures_of(a, s)};
		if (near->causes[i] == ROUTING_LACKS_SKILL)
			out->near[i].skill = a->r->traits[lacks].id;
	}
	out->near_count = near->n;
}

/* Those of other teams are counted, not looked at. */
void
route_explain(const struct routing *r, const struct group *g,
    const struct chat *c, struct choice choice, struct routing_reason *out)
{
	struct asking a = {.r = r, .g = g, .c = c, .need = need_at(r, c->need)};
	const struct list *members = &team_at(r, a.need->team)->members;
	unsigned others = team_at(r, TEAM_ALL)->members.n - 1;
	struct nearest near = {.need = a.need};
	enum routing_cause cause;
	uint32_t i;

	a.must = a.need->must;
	if (!g->relaxed)
		traits_add(&a.must, &a.need->preferred);
	a.wish = route_wish(&a.must);
	*out = (struct routing_reason){.order = r->policy.order,
	    .figures = figures_of(&a, seller_at(r, choice.seller)),
	    .preferred_of = a.need->preferred_count,
	    .sellers = others + 1};
	for (i = 0; i < members->n; i++) {
		const struct seller *s = seller_at(r, members->slots[i]);

		if (members->slots[i] == choice.seller)
			continue;
		cause = cause_of(&a, members->slots[i]);
		out->counts[cause]++;
		consider(&near, cause, s);
		others--;
	}
	out->counts[ROUTING_OTHER_TEAM] = others;
	write_nearest(&a, &near, out);
}
