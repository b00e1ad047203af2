/*
 * test_channel: a channel for tests, and the vendor behind it.
 *
 * The vendor is a stub (tests/lib/stub.h) that keeps what it received: a
 * ledger of effects. What is wrong with it is set by the test: a fault, and
 * for how many requests to send.
 */
#ifndef TESTS_WORKERS_TEST_CHANNEL_H
#define TESTS_WORKERS_TEST_CHANNEL_H

#include "channels/channel.h"
#include "tests/lib/stub.h"

#include <pthread.h>

/* Its capabilities are the test's to set, before anything runs. */
extern struct channel test_channel;

const struct channel *test_channel_find(struct str name);

enum ailment {
	FAULT_NONE,
	FAULT_CUT_BEFORE,   /* no effect, no answer */
	FAULT_CUT_AFTER,    /* an effect, no answer */
	FAULT_HOLD,	    /* an effect, no answer for now */
	FAULT_BUSY,	    /* 429, Retry-After: `wish` */
	FAULT_BUSY_ACCOUNT, /* ... all of the account */
	FAULT_BROKEN,	    /* 503 */
	FAULT_REFUSED,	    /* 400: never */
	FAULT_DENIED,	    /* 401: the account */
	FAULT_UNSURE,	    /* 409: the vendor does not know */
	FAULTS
};

struct effect {
	uint64_t row;
	char text[64];	/* of the payload */
	char extra[64]; /* live, state */
	int64_t at;	/* steady ms */
};

struct vendor {
	struct stub *stub;
	pthread_mutex_t lock;
	_Atomic int fault, check_fault, lookup_fault, draft_fault;
	_Atomic int faults_left; /* -1: for ever */
	_Atomic unsigned wish;	 /* seconds, of those that are busy; 0: 1 */
	_Atomic bool forgets;	 /* lookups find nothing */
	_Atomic unsigned sends, lookups, checks, typings, drafts, pages;
	struct effect *effects;
	size_t count, room;
	/* What GET /file answers. */
	const char *file_type;
	struct str file;
	/* What came in meanwhile: messages of the history, see BACKFILL. */
	_Atomic unsigned history, history_page;
	_Atomic unsigned first_pages;
	_Atomic unsigned refused_page; /* 1, 2 ...; 0: none */
	_Atomic unsigned refused_status;
	const char *refused_place;
	bool pages_empty; /* nothing on them concerns us */
	_Atomic int64_t asked_since;
	char last_draft[200];
};

/* What the channel knows of a draft that got no answer; empty: nothing. */
extern struct str test_unsure;
/* A place that every other one names, when asked; empty: none. */
extern struct str test_also;

void vendor_open(struct vendor *v);
void vendor_close(struct vendor *v);
void vendor_fault(struct vendor *v, enum ailment fault, int times);
size_t vendor_effects(struct vendor *v);
/* A copy; valid until the next call. */
struct effect vendor_effect(struct vendor *v, size_t i);
unsigned vendor_effects_of(struct vendor *v, uint64_t row);

#endif
