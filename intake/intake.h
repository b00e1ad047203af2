/*
 * intake: from what a channel parsed to the store, and the news of it. Used
 * by the gateway (hooks) and by the deliverer (what we missed).
 *
 * An arrival becomes ops: one INBOUND for each envelope, in order, with a row
 * to fetch each file; one RECEIPT for each receipt. When all are on disk or
 * one has failed, `done` is called once. An envelope that was stored before
 * is fine; a receipt of a row we do not know, and an edit of a message we never
 * saw, are ignored and counted; but an edit of the last ten minutes whose
 * message may still come (its own delivery failed) is E_LIMIT. After an error the vendor must be made to send
 * it again: what was stored of it will then fall out as a duplicate.
 */
#ifndef INTAKE_INTAKE_H
#define INTAKE_INTAKE_H

#include "bus/bus.h"
#include "channels/channel.h"
#include "core/log.h"
#include "core/metrics.h"
#include "store/store.h"

struct intake_conf {
	struct store *store;
	struct bus_publisher *publisher;
	struct metrics *metrics;
	struct log *log;
	const struct clock *clock;
};

struct intake;

struct intake_of {
	int64_t company;
	const struct channel *channel;
	struct str account; /* its name in the document */
	/* Borrowed. NULL: addresses in what is said are not looked for. */
	const struct company *document;
};

/*
 * Copies what it needs; the arrival may go after it returns. done is called
 * exactly once unless an error is returned: on the store's thread, or before
 * this returns where nothing was to be stored. err: the first that no vendor's
 * retry can be spared for (E_FULL, E_IO, E_LIMIT ...); fresh: how many
 * envelopes were new. E_NOMEM, E_LIMIT, E_CLOSED: nothing was submitted and
 * done is not called.
 */
enum err intake_submit(const struct intake_conf *conf,
    const struct intake_of *of, const struct arrival *arrival,
    void (*done)(void *arg, enum err e, unsigned fresh), void *arg) MUST_USE;

#endif
