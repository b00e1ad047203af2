/*
 * outgoing: what somebody says and a vendor must carry becomes rows of the
 * outbox, written in the commit that says it. Channels without a vendor (the website)
 * are told by the hubs and have no rows.
 */
#ifndef INTAKE_OUTGOING_H
#define INTAKE_OUTGOING_H

#include "channels/channel.h"
#include "core/decide.h"
#include "store/store.h"

struct outgoing_of {
	const struct company *company;
	const struct channel *channel; /* with a vendor */
	const struct reach *reach;
	int64_t now;
};

/* Grows. */
struct outgoing_list {
	struct outbox_row *rows;
	unsigned count;
};

/*
 * The channel of a reach, if a vendor carries what goes there; else NULL.
 */
const struct channel *outgoing_channel(const struct reach *reach);

/*
 * Rows for one message, whose event has this body, into the arena. E_NOMEM;
 * E_BADINPUT: the channel refuses it, `faults` says why.
 */
enum err outgoing_message(const struct outgoing_of *of, struct str body,
    struct arena *a, struct outgoing_list *out, struct faults *faults) MUST_USE;

/*
 * Rows for the messages among the decision's events, into the arena. A message
 * that the channel refuses gets an EVENT_DELIVERY instead, after the decision's
 * events, that says why. E_NOMEM; E_LIMIT: the decision has no room for it.
 */
enum err outgoing_rows(const struct outgoing_of *of, struct decision *d,
    struct arena *a, struct outgoing_list *out) MUST_USE;

#endif
