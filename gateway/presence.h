/*
 * presence: how many WebSockets each seller has in this process, whatever hub,
 * tab or device. The first makes them online and the last one that goes makes
 * them offline, in the store, and then everybody is told (NEWS_STAFF).
 *
 * Of one seller one op is under way at a time, and the next one says how it is
 * by then; so what is stored in the end is what is so. What the store refuses
 * is tried again with presence_retry(); until then, and for who was online
 * when the process died, whoever decides asks presence_has(), too.
 *
 * Who works without a WebSocket is seen by what they ask: presence_acted().
 * That makes nobody online, but who has customers keeps them by it; see
 * desk/desk.h. It is stored for the case that the process dies, now and then.
 *
 * Any thread.
 */
#ifndef GATEWAY_PRESENCE_H
#define GATEWAY_PRESENCE_H

#include "bus/bus.h"
#include "core/clock.h"
#include "store/store.h"

struct presence;

struct presence_conf {
	struct store *store;
	struct bus_publisher *publisher;
	const struct clock *clock;
};

/* E_NOMEM. */
enum err presence_open(
    const struct presence_conf *conf, struct presence **out) MUST_USE;
/* Waits for what is under way. NULL is fine. */
void presence_close(struct presence *p);

/*
 * One more WebSocket. E_NOMEM; E_LIMIT: they have PRESENCE_SOCKETS: it is not
 * counted. A negative number is nobody: something that is only counted.
 */
#define PRESENCE_SOCKETS 32u
enum err presence_enter(struct presence *p, int64_t agent) MUST_USE;
/* One less. */
void presence_leave(struct presence *p, int64_t agent);
/* By their own word. They must have a WebSocket. */
void presence_set_away(struct presence *p, int64_t agent, bool away);

bool presence_has(struct presence *p, int64_t agent);

/*
 * The store says that they are online, and they did not come back since the
 * process began. Where they have no WebSocket they are stored as offline.
 */
void presence_absent(struct presence *p, int64_t agent);

/* They asked for something, or did it, by a request of their own. */
void presence_acted(struct presence *p, int64_t agent);
/* When that was last, wall ms; 0: not in the last hours. */
int64_t presence_acted_at(struct presence *p, int64_t agent);

/*
 * From here on who leaves stays online in the store: the process ends, and
 * they will be back in a moment.
 */
void presence_freeze(struct presence *p);

/* What the store refused is tried again. Cheap where there is nothing. */
void presence_retry(struct presence *p);

#endif
