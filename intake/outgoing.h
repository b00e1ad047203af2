/*
 * outgoing: what somebody says and a vendor must carry becomes rows of the
 * outbox, written in the commit that says it. Channels without a vendor (the website)
 * are told by the hubs and have no rows.
 */
#ifndef INTAKE_OUTGOING_H
#define INTAKE_OUTGOING_H

#include "channels/channel.h"
#include "core/decide.h"
#include "intake/hourly.h"
#include "store/store.h"

/* A file that is kept, by the SHA-256 of its bytes; empty: it is not. */
struct outgoing_stored {
	struct str name, type, hash;
	uint64_t size;
};

struct outgoing_of {
	const struct company *company;
	const struct channel *channel; /* with a vendor */
	const struct reach *reach;
	int64_t now;

	/*
	 * Files that go with the message: as files where the channel takes
	 * them, else as signed links in the text. A vendor, and a customer,
	 * must be able to reach public_url for that; where they cannot, or
	 * where there is none, the text says that a file was there.
	 */
	const struct outgoing_stored *files;
	size_t file_count;
	struct str public_url;
	const struct token_keys *keys;

	/* outgoing_rows(): what no person said, by recipient; or NULL. */
	struct hourly *sent;
};

/* Grows. */
struct outgoing_list {
	struct outbox_row *rows;
	unsigned count;
	bool bounded; /* outgoing_rows(): a recipient had had too many */
};

/*
 * The channel of a reach, if a vendor carries what goes there; else NULL.
 */
const struct channel *outgoing_channel(const struct reach *reach);

/*
 * Rows for one message, whose event has this body, into the arena. E_NOMEM;
 * E_BADINPUT: the channel refuses it, `faults` says why. With OK `faults` name
 * the files that could not go with it.
 */
enum err outgoing_message(const struct outgoing_of *of, struct str body,
    struct arena *a, struct outgoing_list *out, struct faults *faults) MUST_USE;

/*
 * Rows for the messages among the decision's events, into the arena. A message
 * that the channel refuses, or of which its recipient had too many within an
 * hour (`automatic_per_hour` of the row; of what no person says), gets an
 * EVENT_DELIVERY instead, after the decision's events, that says why. E_NOMEM; E_LIMIT: the decision has no room for it.
 */
enum err outgoing_rows(const struct outgoing_of *of, struct decision *d,
    struct arena *a, struct outgoing_list *out) MUST_USE;

#endif
