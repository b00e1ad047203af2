/* watch_lanes: see watch_lanes.h. */
#include "cmd/watch_lanes.h"

#define LANES_PAGE 64u
/* Lanes that /health names; figures are of all. */
#define LANES_NAMED 100u
/* So many wait only where it goes too slowly. */
#define OPEN_MANY 10000u

#define DAY_MS ((int64_t)24 * 3600 * 1000)

struct look {
	struct buf text;
	int64_t now; /* wall ms */
	unsigned named;
	uint64_t in_state[LANE_STATES];
	uint64_t open, unknown, dead, unreached;
};

void
watch_lanes_open(struct watch_lanes *w)
{
	*w = (struct watch_lanes){.well = true};
	pthread_mutex_init(&w->lock, NULL);
}

void
watch_lanes_close(struct watch_lanes *w)
{
	pthread_mutex_destroy(&w->lock);
	buf_free(&w->text);
	arena_free(&w->arena);
}

static void
add_str(struct buf *out, const char *name, struct str s)
{
	buf_str(out, name);
	buf_json(out, s);
}

static bool
is_unreached(const struct look *l, const struct lane *lane)
{
	return lane->unreached_at != 0 && l->now - lane->unreached_at < DAY_MS;
}

static void
name_lane(struct look *l, const struct lane *lane)
{
	struct buf *b = &l->text;

	if (lane->state == LANE_FLOWS && lane->unknown + lane->dead == 0 &&
	    lane->open < OPEN_MANY && !is_unreached(l, lane))
		return;
	if (l->named++ >= LANES_NAMED)
		return;
	if (b->len > 1)
		buf_char(b, ',');
	add_str(b, "{\"channel\":", lane->channel);
	add_str(b, ",\"account\":", lane->account);
	buf_addf(b, ",\"company\":%lld,\"lane\":%lld,\"state\":\"%s\"",
	    (long long)lane->company, (long long)lane->id,
	    lane_state_name(lane->state));
	if (lane->state != LANE_FLOWS) {
		add_str(b, ",\"detail\":", lane->detail);
		buf_addf(b, ",\"since\":%lld", (long long)lane->since);
	}
	if (is_unreached(l, lane)) {
		add_str(b, ",\"desk_unreached\":{\"detail\":", lane->unreached);
		buf_addf(b, ",\"at\":%lld}", (long long)lane->unreached_at);
	}
	buf_addf(b, ",\"open\":%llu,\"unknown\":%llu,\"dead\":%llu}",
	    (unsigned long long)lane->open, (unsigned long long)lane->unknown,
	    (unsigned long long)lane->dead);
}

static void
add_lane(struct look *l, const struct lane *lane)
{
	l->in_state[lane->state]++;
	l->open += lane->open;
	l->unknown += lane->unknown;
	l->dead += lane->dead;
	l->unreached += is_unreached(l, lane);
	name_lane(l, lane);
}

static enum err
look_at_all(struct watch_lanes *w, struct store_reader *r, struct look *l)
{
	struct lane lanes[LANES_PAGE];
	size_t n = LANES_PAGE, i;
	int64_t after = 0;
	enum err e = OK;

	while (e == OK && n == LANES_PAGE) {
		e = store_list_lanes(r, after, &w->arena, lanes, &n);
		for (i = 0; e == OK && i < n; i++) {
			add_lane(l, &lanes[i]);
			after = lanes[i].id;
		}
		arena_reset(&w->arena);
	}
	return e;
}

static void
set_figures(struct metrics *m, const struct look *l)
{
	metric_set(m, METRIC_LANES_DOWN, l->in_state[LANE_DOWN]);
	metric_set(m, METRIC_LANES_BLOCKED, l->in_state[LANE_BLOCKED]);
	metric_set(m, METRIC_LANES_UNREACHED, l->unreached);
	metric_set(m, METRIC_OUTBOX_OPEN, l->open);
	metric_set(m, METRIC_OUTBOX_UNKNOWN, l->unknown);
	metric_set(m, METRIC_OUTBOX_DEAD, l->dead);
}

void
watch_lanes_look(struct watch_lanes *w, struct store_reader *r,
    const struct clock *clock, struct metrics *m)
{
	struct look l = {.now = clock_wall(clock)};
	struct buf old;

	buf_char(&l.text, '[');
	if (look_at_all(w, r, &l) != OK) {
		buf_free(&l.text);
		return;
	}
	buf_char(&l.text, ']');
	set_figures(m, &l);
	pthread_mutex_lock(&w->lock);
	old = w->text;
	w->text = l.text;
	w->well =
	    l.unreached + l.in_state[LANE_DOWN] + l.in_state[LANE_BLOCKED] == 0;
	pthread_mutex_unlock(&w->lock);
	buf_free(&old);
}

bool
watch_lanes_write(struct watch_lanes *w, struct buf *out)
{
	bool well;

	pthread_mutex_lock(&w->lock);
	well = w->well;
	if (w->text.len > 0 && !w->text.failed)
		buf_add(out, w->text.data, w->text.len);
	else
		buf_str(out, "[]");
	pthread_mutex_unlock(&w->lock);
	return well;
}
