/*
 * process: what every subcommand that touches data needs, opened in order and
 * closed in the reverse: folder, key, log, store, companies, bus.
 */
#ifndef CMD_PROCESS_H
#define CMD_PROCESS_H

#include "bus/bus.h"
#include "cmd/settings.h"
#include "core/log.h"
#include "core/metrics.h"
#include "core/token.h"
#include "store/company_cache.h"
#include "store/store.h"

enum process_parts {
	PROCESS_STORE = 0,	  /* the least */
	PROCESS_GATEWAY = 1 << 0, /* binds the bus; one of it per data_dir */
	PROCESS_WORKER = 1 << 1,
	PROCESS_BARE = 1 << 2, /* not even the store: clock and log */
};

struct process {
	const struct settings *settings;
	unsigned parts;
	struct clock clock;
	struct metrics metrics;
	struct token_keys keys;
	struct log *log;
	struct store *store;
	struct company_cache *companies;
	struct bus *bus;
	struct bus_publisher *publisher;
	char hostname[256]; /* as we call ourselves to mail servers */
	int lock;	    /* of the gateway's role; -1: none */
};

/* On failure `why` holds one line and nothing stays open. */
enum err process_open(struct process *p, const struct settings *s,
    unsigned parts, char *why, size_t why_size) MUST_USE;
void process_close(struct process *p);

/*
 * Sleeps until SIGINT or SIGTERM; once a second `beat` is called. Signals
 * must have been blocked by process_signals() before any thread began.
 */
void process_signals(void);
void process_wait(void (*beat)(void *arg), void *arg);

#endif
