/* world: time, chance, the queue of what happens, and a company at random. */
#include "tests/simulation/world.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#define MORNING (INT64_C(1767225600000) + 7 * HOUR) /* 2026-01-01 07:00 UTC */

int64_t
world_wall(const struct world *w)
{
	return w->steady + w->offset;
}

uint64_t
pick(struct world *w, uint64_t below)
{
	return test_random_below(&w->random, below);
}

bool
chance(struct world *w, unsigned per_cent)
{
	return pick(w, 100) < per_cent;
}

int64_t
between(struct world *w, int64_t least, int64_t most)
{
	return least + (int64_t)pick(w, (uint64_t)(most - least + 1));
}

void
tell(struct world *w, const char *format, ...)
{
	int64_t ms = world_wall(w);
	va_list args;

	if (w->story == NULL)
		return;
	fprintf(w->story, "%02d:%02d:%02d.%03d ", (int)(ms / HOUR % 24),
	    (int)(ms / MINUTE % 60), (int)(ms / SECOND % 60), (int)(ms % 1000));
	va_start(args, format);
	vfprintf(w->story, format, args);
	va_end(args);
	fputc('\n', w->story);
}

void
broken(struct world *w, const char *format, ...)
{
	va_list args;

	if (w->broken[0] != '\0')
		return;
	va_start(args, format);
	vsnprintf(w->broken, sizeof(w->broken), format, args);
	va_end(args);
	tell(w, "BROKEN: %s", w->broken);
}

/* ---- the queue: a heap by time and number ----------------------------------- */

static bool
before(const struct moment *a, const struct moment *b)
{
	return a->at != b->at ? a->at < b->at : a->number < b->number;
}

void
later(struct world *w, int64_t ms, struct moment m)
{
	size_t i = w->queued++, up;

	m.at = w->steady + (ms < 0 ? 0 : ms);
	m.number = w->happened++;
	if (w->queued > w->room) {
		w->room = w->room == 0 ? 1024 : 2 * w->room;
		w->queue = realloc(w->queue, w->room * sizeof(*w->queue));
		if (w->queue == NULL)
			abort();
	}
	for (; i > 0 && before(&m, &w->queue[up = (i - 1) / 2]); i = up)
		w->queue[i] = w->queue[up];
	w->queue[i] = m;
}

static struct moment
next(struct world *w)
{
	struct moment first = w->queue[0], last = w->queue[--w->queued];
	size_t i = 0, down;

	while ((down = 2 * i + 1) < w->queued) {
		if (down + 1 < w->queued &&
		    before(&w->queue[down + 1], &w->queue[down]))
			down++;
		if (!before(&w->queue[down], &last))
			break;
		w->queue[i] = w->queue[down];
		i = down;
	}
	w->queue[i] = last;
	return first;
}

/* ---- a company --------------------------------------------------------------- */

static void
found_policy(struct world *w)
{
	struct routing_policy *r = &w->routing_policy;

	w->policy = (struct policy){.idle_ms = 24 * HOUR,
	    .offer_ms = between(w, 10, 60) * SECOND,
	    .queue_ms = between(w, 2, 15) * MINUTE,
	    .keep_ms = between(w, 1, 30) * HOUR,
	    .ended = STR("{\"text\":\"Sorry.\"}"),
	    .first_response_ms = 5 * MINUTE,
	    .next_response_ms = 10 * MINUTE,
	    .unread_ms = 3 * MINUTE,
	    .mail_pause_ms = chance(w, 70) ? between(w, 0, 10) * MINUTE : 0,
	    .notice_ms = 3 * MINUTE,
	    .has_desk = chance(w, 80),
	    .unknown_after = 2,
	    .failed_after = 1};
	w->bounces = chance(w, 50) ? (unsigned)between(w, 1, 30)
				   : (chance(w, 20) ? 100 : 0);
	*r = (struct routing_policy){
	    .order = (enum routing_order)pick(w, ROUTING_ORDERS),
	    .offer_ms = w->policy.offer_ms,
	    .queue_ms = w->policy.queue_ms,
	    .relax_ms = between(w, 0, 120) * SECOND,
	    .grace_ms = between(w, 5, 60) * SECOND,
	    .wrap_ms = chance(w, 50) ? between(w, 0, 60) * SECOND : 0,
	    .priority_ms = 10 * MINUTE,
	    .silent_ms = chance(w, 50) ? 5 * MINUTE : 0,
	    .silent_percent = 50,
	    .sticky_ms = chance(w, 50) ? 20 * SECOND : 0,
	    .wanted_ms = 20 * SECOND,
	    .ignore_max = (unsigned)pick(w, 4)};
	w->team_count = (unsigned)pick(w, TEAMS_MAX + 1);
	for (unsigned i = 0; i < w->team_count; i++)
		w->teams[i] = (struct routing_team){.id = 101 + i,
		    .overflow = i + 1 < w->team_count && chance(w, 50) ? 102 + i
								       : 0};
	r->teams = w->teams;
	r->team_count = w->team_count;
}

static void
hire(struct world *w)
{
	unsigned i;

	w->seller_count = 1 + (unsigned)pick(w, SELLERS_MAX);
	for (i = 0; i < w->seller_count; i++) {
		w->sellers[i] = (struct seller){.id = 1 + i,
		    .exists = true,
		    .capacity = 50 * (unsigned)between(w, 1, 8),
		    .teams = (unsigned)pick(w, 1u << TEAMS_MAX),
		    .skills = (unsigned)pick(w, 1u << SKILLS_MAX),
		    .ignores = chance(w, 30) ? 60 : 5,
		    .declines = 5,
		    .typing_ms = between(w, 3, 60) * SECOND};
		later(w, between(w, 0, 3 * HOUR),
		    (struct moment){.what = H_COMES, .seller = i});
	}
}

void
world_open(struct world *w, uint64_t seed, uint64_t without, FILE *story)
{
	memset(w, 0, sizeof(*w));
	w->random.state = seed;
	w->seed = seed;
	w->without = without;
	w->story = story;
	w->offset = MORNING;
	w->digest = UINT64_C(0xcbf29ce484222325);
	w->chats_a_day = 4 + (unsigned)pick(w, 24);
	w->calm = chance(w, 20);
	found_policy(w);
	if (routing_new(seed, &w->routing) != OK ||
	    routing_set_policy(w->routing, &w->routing_policy, world_wall(w)) !=
		OK)
		abort();
	w->desk_up = true;
	hire(w);
	later(w, 0, (struct moment){.what = H_ARRIVES});
	if (!w->calm) {
		later(w, between(w, 0, DAY), (struct moment){.what = H_CRASH});
		later(w, between(w, 0, DAY), (struct moment){.what = H_CLOCK});
	}
}

void
world_close(struct world *w)
{
	routing_free(w->routing);
	arena_free(&w->arena);
	free(w->queue);
}

bool
world_run(struct world *w, unsigned days)
{
	struct moment m;

	w->end += (int64_t)days * DAY;
	while (
	    w->broken[0] == '\0' && w->queued > 0 && w->queue[0].at < w->end) {
		m = next(w);
		w->steady = m.at;
		w->steps++;
		happenings[m.what](w, &m);
		office_run(w);
		check_step(w);
		arena_reset(&w->arena);
	}
	return w->broken[0] == '\0';
}
