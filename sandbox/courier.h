/*
 * courier: what the sandbox does by itself, on one thread: webhooks with
 * their retries, and answers that are held back.
 *
 * A webhook is tried until it is accepted or its kind says that was enough;
 * the waits are multiplied by the setup's retry_scale, the time-outs by
 * timeout_scale. It stands in the ledger of webhooks from the moment it is
 * posted. At most COURIER_MOST are under way or waiting.
 */
#ifndef SANDBOX_COURIER_H
#define SANDBOX_COURIER_H

#include "net/fetch.h"
#include "sandbox/inside.h"

#define COURIER_MOST 100000u
#define COURIER_HEADERS 8u
#define COURIER_TOKEN 36u

/* One webhook, as its kind sees it. */
struct parcel {
	struct str url, id, body; /* url: as configured, with its fragment */
	const void *account;
	char token[COURIER_TOKEN + 1]; /* made once; the same in each try */
	unsigned tries; /* that were made, or (sign) are being made */
	int64_t now;	/* wall ms */
	/* again: how the last try ended. sign: how the one before it did. */
	enum fetch_end end;
	bool timed_out;
	unsigned status;
	bool stopped; /* the answer asked for no retries */
};

struct parcel_kind {
	const char *vendor; /* a literal */
	const char *method, *type;
	const char *agent; /* "User-Agent: ..." */
	unsigned timeout_ms;
	/* The headers of this try, "Name: value", into the arena. */
	void (*sign)(const struct parcel *p, struct arena *a,
	    struct str headers[COURIER_HEADERS], unsigned *count);
	/* ms until the next try, before scaling; -1: no more. */
	int64_t (*again)(const struct parcel *p);
};

/* How it ended; valid during the call. */
struct parcel_end {
	bool delivered;
	enum fetch_end end;
	unsigned status; /* 0: no answer */
	struct str type, body;
};

struct parcel_order {
	const struct parcel_kind *kind;
	const char *what; /* in the ledger: "event"; a literal */
	struct str url, id, body;
	const void *account;
	size_t answer_max; /* 0: 64 KiB */
	bool plain;	   /* no rule strikes it, no ledger has it */
	/*
	 * On the courier's thread, without the lock, perhaps before
	 * sb_courier_post() has returned; or NULL. What it posts is counted as
	 * pending before this one is not any more. Returns what the vendor's
	 * console would say of the answer, by number, or 0.
	 */
	unsigned (*ended)(void *arg, const struct parcel_end *end);
	void *arg;
};

enum err sb_courier_start(struct sandbox *s, struct courier **out) MUST_USE;
/* Gives up on everything: all `ended` and `run` are called, then no more. */
void sb_courier_stop(struct courier *c);
void sb_courier_free(struct courier *c);

/*
 * With the sandbox's lock. Copies what it needs. E_LIMIT: there are too many;
 * E_NOMEM; E_CLOSED: it has stopped. `ended` is not called then.
 */
enum err sb_courier_post(
    struct courier *c, const struct parcel_order *order) MUST_USE;

/* run(arg) on the courier's thread after ms. The same errors. Any thread. */
enum err sb_courier_later(
    struct courier *c, unsigned ms, void (*run)(void *arg), void *arg) MUST_USE;

/* Webhooks that are not over. With the lock. */
unsigned sb_courier_pending(const struct courier *c);

#endif
