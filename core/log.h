/*
 * log: one JSON object a line, for machines first.
 *
 *	struct log_line l;
 *	if (log_begin(log, LOG_INFO, "ws.close", &l)) {
 *		log_num(&l, "code", 1008);
 *		log_str(&l, "reason", reason);
 *		log_end(&l);
 *	}
 * gives {"at":"2026-01-02T03:04:05.678Z","level":"info","event":"ws.close",
 * "code":1008,"reason":"..."}.
 *
 * The event is a stable word with dots; it never carries data. Bodies of
 * messages, tokens and secrets are never logged. Error means that a person
 * must act. An event that repeats is let through LOG_BURST times a second;
 * the next line says how many were left out, so a flood cannot fill a disk.
 * Any thread.
 */
#ifndef CORE_LOG_H
#define CORE_LOG_H

#include "core/buf.h"
#include "core/clock.h"

enum log_level { LOG_DEBUG, LOG_INFO, LOG_WARN, LOG_ERROR, LOG_LEVELS };

#define LOG_BURST 50u /* lines a second of one event */

struct log;

struct log_line {
	struct log *log;
	struct buf text;
};

/* write gets whole lines, one call at a time; it is the caller's. NULL: no
 * memory. */
struct log *log_new(const struct clock *clock, enum log_level least,
    void (*write)(void *arg, struct str line), void *arg);
void log_free(struct log *log);

/* False: not wanted at this level, or too often; then do not end it. */
bool log_begin(struct log *log, enum log_level level, const char *event,
    struct log_line *l);
void log_str(struct log_line *l, const char *key, struct str value);
void log_num(struct log_line *l, const char *key, int64_t value);
void log_end(struct log_line *l);

/* The common short forms: an event, and one named text or number. */
void log_note(struct log *log, enum log_level level, const char *event,
    const char *key, struct str value);

const char *log_level_name(enum log_level level);

#endif
