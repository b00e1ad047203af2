/*
 * routing_choose: the best of those who may take a chat, and why not the
 * others. Looking for one goes over those with room only; the reason goes over
 * all, once for each offer.
 */
#include "core/routing_inner.h"

/* What decides between two who may take it, the first thing first. */
struct score {
	bool wanted, last, fresh; /* fresh: did not let it run out before */
	unsigned preferred;
};

static struct score
score_of(const struct routing *r, const struct chat *c, const struct seat *s)
{
	const struct need *need = need_at(r, c->need);
	struct score score = {.wanted = s->slot == c->tied[TIE_WANTED],
	    .last = s->slot == c->tied[TIE_LAST],
	    .fresh = c->not_count == 0 ||
		     route_chat_not(c, seller_at(r, s->slot)->id) == NULL};

	if (need->preferred_count > 0)
		score.preferred = traits_count(&s->traits, &need->preferred);
	return score;
}

/* Between equals by score: policy, then the seed. */
static bool
seat_is_before(const struct seat *a, const struct seat *b)
{
	if (a->key[0] != b->key[0])
		return a->key[0] < b->key[0];
	if (a->key[1] != b->key[1])
		return a->key[1] < b->key[1];
	return a->tie < b->tie;
}

static bool
is_better(const struct score *a, const struct seat *x, const struct score *b,
    const struct seat *y)
{
	if (a->wanted != b->wanted)
		return a->wanted;
	if (a->last != b->last)
		return a->last;
	if (a->fresh != b->fresh)
		return a->fresh;
	if (a->preferred != b->preferred)
		return a->preferred > b->preferred;
	return seat_is_before(x, y);
}

/* Has it declined the chat? */
static bool
declined(const struct routing *r, const struct chat *c, const struct seat *s)
{
	const struct routing_not *against;

	if (c->not_count == 0)
		return false;
	against = route_chat_not(c, seller_at(r, s->slot)->id);
	return against != NULL && !against->ignored;
}

static struct choice
choose_tied(
    const struct routing *r, const struct group *g, const struct chat *c)
{
	uint32_t at = seller_at(r, g->tie)->seat;
	const struct seat *s = &r->seats[at];

	/* It is on duty and has nothing against it: else this were no tie. */
	if (s->room < need_at(r, c->need)->weight)
		return (struct choice){NONE, 0};
	return (struct choice){at, 1};
}

struct choice
route_choose(
    const struct routing *r, const struct group *g, const struct chat *c)
{
	struct choice best = {NONE, 0};
	struct score best_score = {0}, score;
	int64_t weight = need_at(r, c->need)->weight;
	uint32_t i;

	if (g->tie != NONE)
		return choose_tied(r, g, c);
	for (i = 0; i < r->free_count; i++) {
		const struct seat *s = &r->seats[i];

		if (s->room < weight || !traits_cover(&s->traits, &g->must) ||
		    declined(r, c, s))
			continue;
		best.candidates++;
		score = score_of(r, c, s);
		if (best.seat == NONE ||
		    is_better(&score, s, &best_score, &r->seats[best.seat])) {
			best.seat = i;
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
	struct traits must; /* also where only who is asked for may have it */
};

/* The first trait that is missing says it; teams come before languages. */
static enum routing_cause
lacking(const struct asking *a, const struct seat *s, uint32_t *trait)
{
	uint32_t team = team_at(a->r, a->need->team)->trait;
	uint32_t language = a->need->language;

	if (team != NONE && !traits_has(&s->traits, team))
		return ROUTING_OTHER_TEAM;
	if (language != NONE && !traits_has(&s->traits, language))
		return ROUTING_OTHER_LANGUAGE;
	*trait = route_traits_lacks(&s->traits, &a->must);
	return ROUTING_LACKS_SKILL;
}

static enum routing_cause
cause_of(const struct asking *a, const struct seat *s, uint32_t *trait)
{
	int64_t weight = a->need->weight;

	if (!traits_cover(&s->traits, &a->must))
		return lacking(a, s, trait);
	if (s->status != SEAT_ON)
		return s->status == SEAT_AWAY ? ROUTING_SELLER_AWAY
					      : ROUTING_OFFLINE;
	if (declined(a->r, a->c, s))
		return ROUTING_DECLINED;
	if (a->g->tie != NONE)
		return ROUTING_WAITS_FOR;
	if (s->room < weight)
		return s->room + s->wrapping >= weight ? ROUTING_WRAPPING_UP
						       : ROUTING_FULL;
	if (a->c->not_count > 0 &&
	    route_chat_not(a->c, seller_at(a->r, s->slot)->id) != NULL)
		return ROUTING_IGNORED;
	return ROUTING_RANKED_LOWER;
}

static struct routing_figures
figures_of(const struct asking *a, const struct seat *seat)
{
	const struct seller *s = seller_at(a->r, seat->slot);

	return (struct routing_figures){.idle_since = s->idle_since,
	    .taken = (unsigned)(s->taken + s->wrapping),
	    .capacity = s->capacity,
	    .preferred = traits_count(&s->traits, &a->need->preferred),
	    .turn = s->turn};
}

/* Those who came closest, as they are found: seats, the closest first. */
struct nearest {
	uint32_t seats[ROUTING_NEAR_MAX];
	enum routing_cause causes[ROUTING_NEAR_MAX];
	uint32_t traits[ROUTING_NEAR_MAX];
	size_t n;
};

static bool
is_nearer(const struct routing *r, const struct nearest *near, size_t i,
    enum routing_cause cause, uint32_t seat)
{
	if (near->causes[i] != cause)
		return cause > near->causes[i];
	return seat_is_before(&r->seats[seat], &r->seats[near->seats[i]]);
}

static void
consider(const struct routing *r, struct nearest *near,
    enum routing_cause cause, uint32_t seat, uint32_t trait)
{
	size_t i = near->n;

	while (i > 0 && is_nearer(r, near, i - 1, cause, seat))
		i--;
	if (i == ROUTING_NEAR_MAX)
		return;
	if (near->n < ROUTING_NEAR_MAX)
		near->n++;
	memmove(&near->seats[i + 1], &near->seats[i],
	    (near->n - i - 1) * sizeof(near->seats[0]));
	memmove(&near->causes[i + 1], &near->causes[i],
	    (near->n - i - 1) * sizeof(near->causes[0]));
	memmove(&near->traits[i + 1], &near->traits[i],
	    (near->n - i - 1) * sizeof(near->traits[0]));
	near->seats[i] = seat;
	near->causes[i] = cause;
	near->traits[i] = trait;
}

static void
write_nearest(const struct asking *a, const struct nearest *near,
    struct routing_reason *out)
{
	size_t i;

	for (i = 0; i < near->n; i++) {
		const struct seat *s = &a->r->seats[near->seats[i]];

		out->near[i] = (struct routing_near){
		    .seller = seller_at(a->r, s->slot)->id,
		    .cause = near->causes[i],
		    .figures = figures_of(a, s)};
		if (near->causes[i] == ROUTING_LACKS_SKILL)
			out->near[i].skill = a->r->traits[near->traits[i]].id;
	}
	out->near_count = near->n;
}

void
route_explain(const struct routing *r, const struct group *g,
    const struct chat *c, struct choice choice, struct routing_reason *out)
{
	struct asking a = {r, g, c, need_at(r, c->need), {{0}}};
	struct nearest near = {.n = 0};
	uint32_t i, trait = 0;

	a.must = a.need->must;
	if (!g->relaxed)
		traits_add(&a.must, &a.need->preferred);
	*out = (struct routing_reason){.order = r->policy.order,
	    .figures = figures_of(&a, &r->seats[choice.seat]),
	    .preferred_of = a.need->preferred_count,
	    .sellers = r->seat_count};
	for (i = 0; i < r->seat_count; i++) {
		enum routing_cause cause;

		if (i == choice.seat)
			continue;
		cause = cause_of(&a, &r->seats[i], &trait);
		out->counts[cause]++;
		consider(r, &near, cause, i, trait);
	}
	write_nearest(&a, &near, out);
}
