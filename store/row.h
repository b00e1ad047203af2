/*
 * row: what the store keeps of companies, deliveries and customers, as rows.
 * Part of the contract in store.h.
 */
#ifndef STORE_ROW_H
#define STORE_ROW_H

#include "core/base.h"
#include "core/event.h"

struct company_row {
	int64_t id;
	struct str key;	     /* what people and URLs call it */
	uint64_t version;    /* 1, 2, ...: raised by each apply that changes */
	struct str document; /* JSON, secrets sealed */
};

/*
 * What is to go out, or to be fetched, through a vendor. A row is written in
 * the commit that decided it and lives through these states:
 *
 *	READY    waits for its due time, and for the rows of its conversation
 *	         that are older
 *	SENDING  on its way since a TAKE; whoever starts to deliver and finds
 *	         one like this cannot know whether it went out: DOUBT
 *	DOUBT    the request may have gone out, nobody knows; the vendor is to
 *	         be asked at its due time. Younger rows wait
 *	SENT     the vendor has it (vendor_id), or what was fetched is stored
 *	UNKNOWN  in doubt for good: it could not be learnt. For people to see
 *	DEAD     given up: code and reason say why. For people to see
 *
 * UNKNOWN and DEAD stay until somebody replays or deletes them.
 */
enum outbox_state {
	OUTBOX_READY,
	OUTBOX_SENDING,
	OUTBOX_DOUBT,
	OUTBOX_SENT,
	OUTBOX_UNKNOWN,
	OUTBOX_DEAD,
	OUTBOX_STATES
};

/* How far the vendor says it came; it never goes down. */
enum receipt_rank {
	RECEIPT_NONE,
	RECEIPT_ACCEPTED,
	RECEIPT_SENT,
	RECEIPT_DELIVERED,
	RECEIPT_READ,
	RECEIPT_FAILED, /* final, unless it was read */
	RECEIPTS
};

enum outbox_kind {
	OUTBOX_SEND,
	OUTBOX_FETCH, /* a file that came with a customer's message */
	OUTBOX_KINDS
};

struct outbox_row {
	enum outbox_kind kind;
	struct str channel, account; /* the company's account it goes through */
	struct str recipient;	     /* paced and logged by; may be empty */
	struct str payload; /* the channel's own words for what to send */
	/* Set by the store. */
	int64_t id, lane, conversation;
	uint64_t seq; /* of the event that caused it */
	enum outbox_state state;
	unsigned attempts; /* since it was written or replayed */
	int64_t at;	   /* wall ms; when it was written */
	int64_t due;	   /* wall ms; not before; 0: at once */
	struct str vendor_id, code, reason;
	enum receipt_rank receipt;
};

/*
 * One account of one company at one vendor, as far as delivery is concerned;
 * made by the store when the first row for it is written, or by LANE.
 */
enum lane_state {
	LANE_FLOWS,
	LANE_DOWN,    /* the vendor does not answer; tried again by itself */
	LANE_BLOCKED, /* the vendor refuses the account: somebody must act */
	LANE_STATES
};

const char *outbox_state_name(enum outbox_state s);
const char *lane_state_name(enum lane_state s);

struct lane {
	int64_t id, company;
	struct str channel, account;
	enum lane_state state;
	struct str detail; /* why it is not flowing */
	int64_t since;	   /* wall ms; of the state */
	int64_t heard_at;  /* wall ms: all that came in before it is stored;
				* 0: never asked */
	uint64_t open;	   /* rows that are to go out */
	uint64_t unknown, dead; /* rows for people to see */
	/*
	 * Of the newest mail through it to a support desk that failed for all
	 * whom it was written to, if none has gone out to a desk since: when
	 * (wall ms; 0: none), and why.
	 */
	int64_t unreached_at;
	struct str unreached;
};

/* Where a customer is, and the channel's own words on how to answer there. */
struct reach {
	struct str channel, account, address;
	struct str reply;    /* of the newest message that said so */
	int64_t customer_at; /* wall ms: when the customer wrote last; or 0 */
};

struct timer_row {
	int64_t conversation;
	enum timer_kind kind;
	int64_t due; /* wall ms */
};

/* How far each side has read; only ever rises, and is no event. */
struct seen {
	uint64_t customer, company;
};

#endif
