/*
 * deliver: the outbox goes out.
 *
 * One thread per process; one of all processes leads (store_lead()), the
 * others wait to take over. The leader
 *
 *	looks   every account with rows to go out is a lane; a bounded window
 *		of each lane's rows is in memory, in order
 *	takes   rows whose turn it is: the oldest of their conversation, within
 *		the paces of account and recipient, in one op for many
 *	calls   the channel makes the request, net/fetch carries it
 *	settles what became of them, in one op for many
 *
 * A row is SENDING on disk before its request leaves, so after a crash at any
 * instruction nothing that may have gone out is taken for unsent. Messages and
 * files of a conversation do not wait for each other.
 *
 * Outcomes: ok -> SENT. later -> READY, due after the vendor's wish or a back-
 * off (2 s doubling to 30 min, with jitter), until the row is older than the
 * channel's retry_hours -> DEAD. No wish counts for more than 6 hours. never
 * -> DEAD with code and reason. doubt -> looked up after a moment, and again
 * with back-off while the vendor does not answer. Lists are late, and the
 * vendor may still be at work: that a row is absent is believed when it was
 * said twice, the second time doubt_ms after the attempt ended or was found ->
 * READY like later. Where the row cannot be looked up -> UNKNOWN at once; where
 * it may be repeated (`repeats`) -> READY like later, without a doubt. DEAD and UNKNOWN
 * append EVENT_DELIVERY to the conversation, if they were for a customer. A job
 * of several requests is begun anew when it is to be tried again; only the last
 * may have an effect that others see.
 *
 * A lane whose sends fail again and again (BREAKER_FAILURES in a row without
 * an answer, with 5xx, or with what cannot be understood; what else is asked of
 * the vendor does not count; of a process of ours that died, two in a row) is
 * DOWN: it is probed (JOB_CHECK) with back-off,
 * and when that went well one row at a time is tried until one comes through;
 * its rows keep their attempts. A lane whose account is refused is BLOCKED, and
 * probed ever more seldom, at last every ten minutes. A change of the company's
 * document has either probed at once. One that the vendor wants to wait for
 * more than a minute is DOWN until then, without being probed. All are written to the lane (store) and logged once. Other lanes notice
 * nothing: none may have more requests under way than it leaves to all others.
 * A webhook that is not in the document any more is no trouble: its rows are
 * DEAD.
 *
 * Files that customers sent are fetched through the same lanes (OUTBOX_FETCH):
 * at most FILE_MAX bytes, only types on the list, told by their first bytes
 * and not by their name; stored as blobs; EVENT_FILE says what came of it.
 * A file that may not be kept is done with (SENT, with code and reason): there
 * is nothing to replay. One that could not be fetched is DEAD.
 *
 * After a start, and every backfill_minutes, each account whose channel can
 * be asked is asked what came in since lane.heard_at (less a margin), page by
 * page; what we have falls out as duplicate (intake/). Then heard_at rises,
 * unless a page could not be read; only a conversation that the vendor will
 * tell nothing of is passed over.
 *
 * Typing and drafts are told to channels that can show them, as they come;
 * none is kept or repeated, and a row to be sent goes before them.
 */
#ifndef WORKERS_DELIVER_H
#define WORKERS_DELIVER_H

#include "bus/bus.h"
#include "core/clock.h"
#include "core/log.h"
#include "core/metrics.h"
#include "core/token.h"
#include "store/company_cache.h"
#include "store/store.h"

struct channel;
struct deliver;

struct deliver_conf {
	unsigned in_flight_max;	   /* requests at once, all lanes */
	unsigned lane_window;	   /* rows of a lane in memory */
	unsigned backfill_minutes; /* 0: never */
	unsigned timeout_ms;	   /* of one request */
	unsigned doubt_ms;	   /* until what is absent is absent; first
				    * asked after a tenth of it */
	const char *public_url;
	bool webhooks_private; /* they may be at private addresses */
	/* Of mail: authorities beside the system's (PEM) or NULL; without TLS,
	 * only to stand-ins on this machine; our name; how long one may take. */
	const char *mail_ca;
	bool mail_plain;
	const char *mail_hello;
	unsigned mail_timeout_ms;
	const struct token_keys *keys;
	const struct clock *clock;
	struct log *log;
	struct metrics *metrics;
	struct store *store;
	struct company_cache *companies;
	struct bus_publisher *publisher;
	/* Where channels are found; NULL: in the table (channel_find()). */
	const struct channel *(*find)(struct str name);
};

enum err deliver_start(
    const struct deliver_conf *conf, struct deliver **out) MUST_USE;
/*
 * Takes no more rows, waits a moment (at most 5 s) for what is on its way,
 * settles it, ends. What got no answer until then is in doubt.
 */
void deliver_stop(struct deliver *d);

/* Any thread, cheap: there may be new rows. */
void deliver_poke(struct deliver *d);

/*
 * Any thread, any time, never blocks; may be dropped. The conversation's bot
 * is at work; the answer so far (Markdown).
 */
void deliver_typing(struct deliver *d, int64_t conversation);
void deliver_draft(struct deliver *d, int64_t conversation, struct str text);

/* Any thread: when the loop last came round, steady ms. For /health. */
int64_t deliver_alive_at(const struct deliver *d);

#endif
