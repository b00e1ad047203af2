/* watch: see watch.h. The figures are kept among the metrics. */
#include "cmd/watch.h"
#include "store/spool.h"

/* Waiting questions that are counted; more are shown as this many. */
#define WAITING_MAX 1000u
/* The oldest of so many is looked for; their ids rise with their age. */
#define LOOKED_AT 32u
/* Nobody thinks for so long. */
#define FORGOTTEN_MS 60000
/* A folder of thousands is not read each second. */
#define SPOOL_LOOKS 5u

enum err
watch_open(struct watch *w, struct process *p)
{
	*w = (struct watch){.process = p};
	watch_lanes_open(&w->lanes);
	return store_reader_open(p->store, &w->reader);
}

void
watch_close(struct watch *w)
{
	if (w->reader != NULL)
		store_reader_close(w->reader);
	w->reader = NULL;
	watch_lanes_close(&w->lanes);
}

static void
look_at_store(struct watch *w)
{
	struct store_stats stats;
	struct log_line l;
	enum log_level level;

	store_stats(w->process->store, &stats);
	if (stats.state == w->store)
		return;
	w->store = stats.state;
	level = stats.state == OK ? LOG_INFO : LOG_ERROR;
	if (!log_begin(w->process->log, level, "store.state", &l))
		return;
	log_str(&l, "state", str_from(err_name(stats.state)));
	log_num(&l, "failed_groups", (int64_t)stats.failed_groups);
	log_end(&l);
}

static int64_t
age_of(struct watch *w, int64_t conversation)
{
	struct conversation c;

	if (store_read_conversation(w->reader, conversation, &c) != OK ||
	    !conversation_pending(&c))
		return 0;
	return clock_wall(&w->process->clock) - c.last_at;
}

static void
look_at_questions(struct watch *w)
{
	struct metrics *m = &w->process->metrics;
	int64_t ids[WAITING_MAX], oldest = 0, age;
	size_t n = WAITING_MAX, i;

	if (store_list_pending(w->reader, 0, ids, &n) != OK)
		return;
	for (i = 0; i < n && i < LOOKED_AT; i++) {
		age = age_of(w, ids[i]);
		oldest = age > oldest ? age : oldest;
	}
	metric_set(m, METRIC_WAITING, n);
	metric_set(m, METRIC_WAITING_OLDEST_MS, (uint64_t)oldest);
}

static void
look_at_spools(struct watch *w)
{
	struct metrics *m = &w->process->metrics;
	int64_t now = clock_wall(&w->process->clock);
	struct spool_weight all;

	if (w->looks++ % SPOOL_LOOKS != 0 ||
	    spool_weigh(w->process->settings->data_dir, &all) != OK)
		return;
	metric_set(m, METRIC_MAIL_SPOOLED, all.waiting);
	metric_set(m, METRIC_MAIL_SPOOLED_OLDEST_MS,
	    all.waiting == 0 || all.oldest >= now
		? 0
		: (uint64_t)(now - all.oldest));
	metric_set(m, METRIC_MAIL_SPOOLS_FULL, all.full);
	metric_set(m, METRIC_MAIL_ASIDE, all.aside);
}

void
watch_look(struct watch *w)
{
	look_at_store(w);
	look_at_questions(w);
	look_at_spools(w);
	watch_lanes_look(
	    &w->lanes, w->reader, &w->process->clock, &w->process->metrics);
}

bool
watch_healthy(const struct watch *w, struct buf *detail)
{
	const struct metrics *m = &w->process->metrics;
	uint64_t oldest = metric_get(m, METRIC_WAITING_OLDEST_MS);

	buf_addf(detail, "%llu questions wait, the oldest %llu ms",
	    (unsigned long long)metric_get(m, METRIC_WAITING),
	    (unsigned long long)oldest);
	return oldest < FORGOTTEN_MS;
}
