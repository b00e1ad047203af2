/*
 * log: a line is built in the caller's buffer and written under a lock.
 * Repeats are counted in a small table by the event's word.
 */
#include "core/log.h"

#include <pthread.h>
#include <stdlib.h>
#include <time.h>

#define EVENTS_WATCHED 64u

struct watched {
	const char *event; /* string literals: compared by address */
	int64_t second;
	unsigned count, left_out;
};

struct log {
	const struct clock *clock;
	enum log_level least;
	void (*write)(void *arg, struct str line);
	void *arg;
	pthread_mutex_t lock;
	struct watched watched[EVENTS_WATCHED];
};

static const char *const levels[LOG_LEVELS] = {
    [LOG_DEBUG] = "debug",
    [LOG_INFO] = "info",
    [LOG_WARN] = "warn",
    [LOG_ERROR] = "error",
};

const char *
log_level_name(enum log_level level)
{
	return (unsigned)level < LOG_LEVELS ? levels[level] : "unknown";
}

struct log *
log_new(const struct clock *clock, enum log_level least,
    void (*write)(void *arg, struct str line), void *arg)
{
	struct log *log = calloc(1, sizeof(*log));

	if (log == NULL)
		return NULL;
	log->clock = clock;
	log->least = least;
	log->write = write;
	log->arg = arg;
	pthread_mutex_init(&log->lock, NULL);
	return log;
}

void
log_free(struct log *log)
{
	if (log == NULL)
		return;
	pthread_mutex_destroy(&log->lock);
	free(log);
}

static struct watched *
watch(struct log *log, const char *event)
{
	size_t i;

	for (i = 0; i < EVENTS_WATCHED; i++) {
		struct watched *w = &log->watched[i];
		if (w->event == NULL)
			w->event = event;
		if (w->event == event)
			return w;
	}
	return NULL;
}

/* May this line go out; *left_out of its kind did not since the last one. */
static bool
admit(struct log *log, const char *event, unsigned *left_out)
{
	int64_t second = clock_steady(log->clock) / 1000;
	struct watched *w;
	bool yes = true;

	*left_out = 0;
	pthread_mutex_lock(&log->lock);
	w = watch(log, event);
	if (w != NULL && w->second != second) {
		*left_out = w->left_out;
		*w = (struct watched){.event = event, .second = second};
	}
	if (w != NULL && ++w->count > LOG_BURST) {
		w->left_out++;
		yes = false;
	}
	pthread_mutex_unlock(&log->lock);
	return yes;
}

static void
line_time(struct buf *b, int64_t wall_ms)
{
	time_t seconds = (time_t)(wall_ms / 1000);
	struct tm tm;
	char text[32];

	gmtime_r(&seconds, &tm);
	strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%S", &tm);
	buf_addf(b, "{\"at\":\"%s.%03dZ\"", text, (int)(wall_ms % 1000));
}

bool
log_begin(struct log *log, enum log_level level, const char *event,
    struct log_line *l)
{
	unsigned left_out;

	if (level < log->least || !admit(log, event, &left_out))
		return false;
	*l = (struct log_line){.log = log};
	line_time(&l->text, clock_wall(log->clock));
	log_str(l, "level", str_from(levels[level]));
	log_str(l, "event", str_from(event));
	if (left_out > 0)
		log_num(l, "left_out", left_out);
	return true;
}

static void
line_key(struct log_line *l, const char *key)
{
	buf_str(&l->text, ",\"");
	buf_str(&l->text, key);
	buf_str(&l->text, "\":");
}

void
log_str(struct log_line *l, const char *key, struct str value)
{
	line_key(l, key);
	buf_json(&l->text, value);
}

void
log_num(struct log_line *l, const char *key, int64_t value)
{
	line_key(l, key);
	buf_i64(&l->text, value);
}

void
log_end(struct log_line *l)
{
	struct log *log = l->log;

	buf_str(&l->text, "}\n");
	if (!l->text.failed) {
		pthread_mutex_lock(&log->lock);
		log->write(log->arg, buf_view(&l->text));
		pthread_mutex_unlock(&log->lock);
	}
	buf_free(&l->text);
}

void
log_note(struct log *log, enum log_level level, const char *event,
    const char *key, struct str value)
{
	struct log_line l;

	if (!log_begin(log, level, event, &l))
		return;
	log_str(&l, key, value);
	log_end(&l);
}
