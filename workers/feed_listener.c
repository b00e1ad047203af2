/*
 * feed_listener: webhooks as the feed knows them: which lane is theirs, whether
 * it is full, and who has been left behind.
 */
#include "workers/feed_inner.h"

#include <stdio.h>
#include <stdlib.h>

#define LOOK_MS 1000
#define LANES_PAGE 32u

/* ---- the table ----------------------------------------------------------- */

static struct listener **
chain_of(struct listeners *all, int64_t company, struct str name)
{
	uint64_t h = (uint64_t)company;
	size_t i;

	for (i = 0; i < name.n; i++)
		h = (h ^ (unsigned char)name.p[i]) * UINT64_C(0x100000001b3);
	return &all->chains[h % LISTENER_CHAINS];
}

static struct listener *
listener_new(int64_t company, struct str name)
{
	struct listener *l = calloc(1, sizeof(*l) + name.n + 1);

	if (l == NULL)
		return NULL;
	memcpy(l->text, name.p, name.n);
	l->name = (struct str){l->text, name.n};
	l->company = company;
	return l;
}

struct listener *
listener_of(struct listeners *all, int64_t company, struct str name)
{
	struct listener **chain = chain_of(all, company, name), *l = *chain;

	while (l != NULL && (l->company != company || !str_eq(l->name, name)))
		l = l->next;
	if (l == NULL && (l = listener_new(company, name)) != NULL) {
		l->next = *chain;
		*chain = l;
	}
	return l;
}

void
listeners_free(struct listeners *all)
{
	struct listener *l, *next;
	size_t i;

	for (i = 0; i < LISTENER_CHAINS; i++)
		for (l = all->chains[i]; l != NULL; l = next) {
			next = l->next;
			free(l);
		}
	*all = (struct listeners){0};
}

/* ---- late or not --------------------------------------------------------- */

bool
listener_is_late(const struct listener *l)
{
	return l->late > l->back;
}

struct str
listener_place(
    const struct listener *l, const char *word, char text[PLACE_NAME_MAX])
{
	int n = snprintf(text, PLACE_NAME_MAX, "%s/%lld/%.*s", word,
	    (long long)l->company, STR_FMT(l->name));

	return (struct str){text, (size_t)n};
}

static struct listener **
find_late(struct listeners *all, const struct listener *l)
{
	struct listener **at = &all->late;

	while (*at != NULL && *at != l)
		at = &(*at)->next_late;
	return at;
}

static void
log_moved(struct feed *f, const struct listener *l, bool late)
{
	struct log_line line;

	if (!log_begin(f->conf.log, late ? LOG_WARN : LOG_INFO,
		late ? "feed.late" : "feed.caught_up", &line))
		return;
	log_num(&line, "company", l->company);
	log_str(&line, "account", l->name);
	log_num(&line, "place", (int64_t)(late ? l->late : l->back));
	log_end(&line);
}

void
listener_moved(struct feed *f, struct listener *l)
{
	struct listeners *all = &f->listeners;
	struct listener **at = find_late(all, l);
	bool late = listener_is_late(l);

	if (late == (*at != NULL))
		return;
	if (late) {
		l->next_late = all->late;
		all->late = l;
		all->late_count++;
	} else {
		*at = l->next_late;
		all->late_count--;
	}
	f->late_next = NULL;
	l->looked_at = f->now - LOOK_MS;
	l->full = false;
	metric_set(f->conf.metrics, METRIC_WEBHOOKS_LATE, all->late_count);
	log_moved(f, l, late);
}

bool
listener_has_open(struct feed *f, struct listener *l, uint64_t rows)
{
	const struct excess_ask ask = {l->lane, INT64_MAX, rows - 1};

	if (l->lane == 0 || f->now < l->looked_at + LOOK_MS)
		return l->lane != 0 && l->full;
	if (store_read_excess(f->reader, &ask, &l->full) == OK)
		l->looked_at = f->now;
	return l->full;
}

/* ---- what the store has -------------------------------------------------- */

static enum err
read_places(struct feed *f, struct listener *l)
{
	char text[PLACE_NAME_MAX];
	enum err e = store_read_place(
	    f->reader, listener_place(l, "late", text), &l->late);

	if (e == OK)
		e = store_read_place(
		    f->reader, listener_place(l, "back", text), &l->back);
	if (e == OK)
		listener_moved(f, l);
	return e;
}

static enum err
read_lane(struct feed *f, const struct lane *lane)
{
	struct listener *l;

	if (!str_eq(lane->channel, str_from(channel_webhook.name)))
		return OK;
	l = listener_of(&f->listeners, lane->company, lane->account);
	if (l == NULL)
		return E_NOMEM;
	l->lane = lane->id;
	return read_places(f, l);
}

enum err
listeners_read(struct feed *f)
{
	struct lane lanes[LANES_PAGE];
	struct arena a = {0};
	int64_t after = 0;
	size_t n = LANES_PAGE, i;
	enum err e = OK;

	while (e == OK && n == LANES_PAGE) {
		e = store_list_lanes(f->reader, after, &a, lanes, &n);
		for (i = 0; e == OK && i < n; i++) {
			e = read_lane(f, &lanes[i]);
			after = lanes[i].id;
		}
		arena_reset(&a);
	}
	arena_free(&a);
	return e;
}
