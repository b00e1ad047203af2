/*
 * inside: what the files of the sandbox share.
 *
 * A door is one vendor: a row in sb_doors.c with a name, the prefix of its
 * paths, and what it does. To add one: write the callbacks, add the row.
 *
 * A request to a door becomes a visit. Before the door is asked, a rule may
 * strike (rules.h): then the door is not asked at all, or it is asked and its
 * answer is cut, spoiled or held back. The door does not notice.
 *
 * What is global here begins with sandbox_ or sb_, for the other folders of
 * the program have words like these, too.
 *
 * One lock, sandbox_lock(), is over all that changes: accounts, messages,
 * ledgers, rules. It is held for microseconds; what takes longer (reading and
 * writing JSON) is done outside.
 */
#ifndef SANDBOX_INSIDE_H
#define SANDBOX_INSIDE_H

#include "core/arena.h"
#include "core/buf.h"
#include "core/faults.h"
#include "gateway/http.h"
#include "gateway/limits.h"
#include "sandbox/ledger.h"
#include "sandbox/rules.h"
#include "sandbox/sandbox.h"
#include "sandbox/table.h"

#include <jansson.h>
#include <pthread.h>

#define DOORS_MOST 8u
#define DOOR_METHODS 5u /* GET, POST, PUT, PATCH, DELETE */
#define ROUTES_MOST (DOORS_MOST * DOOR_METHODS + 16u)
#define ROUTE_PATH_MAX 32u
#define BASE_MAX 64u

struct courier;
struct visit;
struct ask;

/* A path of /control that a door adds. */
struct control {
	const char *method, *path; /* "POST", "/control/x/message" */
	void (*handle)(struct ask *a);
};

struct door {
	const char *name;   /* in ledgers and rules; also its part of the
			     * setup file */
	const char *prefix; /* "/x/"; NULL: none, it is no HTTP vendor */
	size_t body_max;
	/*
	 * part: its member of the setup file, NULL when there is none. What it
	 * returns in *state is the visit's and the ask's `state`. Mistakes are
	 * named in `faults`; if there are any, close is called all the same.
	 */
	enum err (*open)(struct sandbox *s, const json_t *part,
	    struct faults *faults, void **state);
	void (*close)(void *state);
	/* Must end in sb_visit_reply(), now or later, from any thread. */
	void (*handle)(struct visit *v);
	/* The body of a failure that a rule asks for; returns its type. */
	const char *(*failure)(unsigned status, struct buf *out);
	const struct control *controls; /* ends with path NULL; NULL: none */
	/* Members of GET /control/accounts; NULL: none. Nothing secret. */
	void (*describe)(void *state, struct buf *out);
};

extern const struct door sb_doors[];
extern const unsigned sb_door_count;

enum rate {
	RATE_TIER_1, /* calls of one method in one workspace */
	RATE_TIER_2,
	RATE_TIER_3,
	RATE_TIER_4,
	RATE_OFTEN,   /* 600 a minute */
	RATE_POSTS,   /* in one workspace */
	RATE_CHANNEL, /* posts in one channel */
	RATE_PAIR,    /* messages from one number to one person */
	RATES
};

struct sandbox {
	struct sandbox_conf conf;
	char base[BASE_MAX]; /* "http://127.0.0.1:8090" */
	bool strict_rates;
	double retry_scale, timeout_scale;
	struct http *front;
	struct route routes[ROUTES_MOST];
	char route_paths[DOORS_MOST][ROUTE_PATH_MAX];
	struct courier *courier;
	struct limits *limits;
	void *states[DOORS_MOST]; /* of the sb_doors, by their place */

	pthread_mutex_t lock; /* over what follows, and the sb_doors' states */
	struct ledger effects, requests, webhooks;
	struct rules rules;
	uint64_t random;
};

static inline void
sandbox_lock(struct sandbox *s)
{
	pthread_mutex_lock(&s->lock);
}

static inline void
sandbox_unlock(struct sandbox *s)
{
	pthread_mutex_unlock(&s->lock);
}

/* For ids; with the lock. */
uint64_t sandbox_random(struct sandbox *s);
/* n hex digits and a NUL. With the lock. */
void sandbox_hex(struct sandbox *s, char *out, size_t n);
/*
 * True: it may go on. Always true without strict_rates. False: *wait_s is when
 * to come again, in whole seconds, at least 1.
 */
bool sandbox_rate(struct sandbox *s, enum rate rate, struct str key,
    unsigned *wait_s) MUST_USE;

/* ---- a request to a door ------------------------------------------------ */

#define VISIT_EFFECTS 4u

struct visit {
	struct sandbox *sandbox;
	struct request *request;
	struct arena *arena; /* the request's */
	const struct door *door;
	void *state;
	const char *method;
	struct str path; /* as sent, without the query */
	struct str tail; /* of it, behind the door's prefix */
	int64_t now;	 /* wall ms */
	/* For the ledger of requests; the vendor's, set before the reply. */
	const char *error; /* a literal, or NULL */
	unsigned code;
	/* Lowered by one when the answer goes: how many are at work. */
	_Atomic unsigned *busy;

	struct strike strike;
	uint64_t effects[VISIT_EFFECTS];
	unsigned effect_count;
};

/*
 * Exactly once, any thread, without the lock. type is a literal or lives as
 * long as the sandbox; NULL: no body. body is copied.
 */
void sb_visit_reply(
    struct visit *v, unsigned status, const char *type, struct str body);

/*
 * The same with a stream for an answer (request_stream() of gateway/http.h):
 * v stays until request_stream_end(). What a rule does to a stream is for the
 * door to do.
 */
void sb_visit_stream(struct visit *v, const char *type, size_t queue_max,
    void (*closed)(void *arg), void *arg);
/* Its caller did not learn of what it changed. */
void sb_visit_untold(struct visit *v);

/* Notes what the visit changed, or (visit NULL) what came of itself. */
struct effect {
	const char *vendor, *kind; /* literals */
	struct str account, from, to, thread, text, id;
	uint64_t row;	 /* 0: the caller put none into it */
	struct str more; /* further JSON members, without comma; or empty */
};

/* With the lock. */
void sandbox_effect(struct sandbox *s, struct visit *v, const struct effect *e);

/* ---- a request to /control ---------------------------------------------- */

struct ask {
	struct sandbox *sandbox;
	struct request *request;
	struct arena *arena;
	void *state;  /* of the door whose control it is */
	json_t *body; /* of a POST: an object; the handler's until it returns */
};

/* Exactly once, any thread, without the lock. */
void sb_ask_reply(struct ask *a, const struct buf *json);
/* status and {"error":"..."}. */
void sb_ask_refuse(struct ask *a, unsigned status, const char *words);
/* What is wrong with the body; frees the faults. */
void sb_ask_faults(struct ask *a, struct faults *faults);
struct shape;
/* False: the body is not of that shape, and that was answered. */
bool sb_ask_shaped(struct ask *a, const struct shape *shapes) MUST_USE;
/* A text of the body; "" when it is not there. */
struct str sb_ask_text(const struct ask *a, const char *name);

void sb_control_serve(struct sandbox *s, struct request *r, const char *method);
void sb_page_serve(struct request *r);

/* ---- JSON, written ------------------------------------------------------ */

/* "name":"value" with a comma before it unless a brace or bracket is. */
void sb_put_text(struct buf *b, const char *name, struct str value);
void sb_put_raw(struct buf *b, const char *name, struct str json);
void sb_put_number(struct buf *b, const char *name, int64_t value);

#endif
