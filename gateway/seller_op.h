/*
 * seller_op: what a seller does to a conversation becomes an op of the store;
 * when it is on disk, its events become news, rows of the outbox are looked
 * for, and work goes to the bot where there is any.
 *
 *	o = seller_op_new(&ask, &no)     reads; NULL: refused, `no` says why
 *	seller_op_submit(o)              o->finish() on the store's thread
 *	seller_op_answer(o, &ask, out)   reads; the ack, or what was refused
 */
#ifndef GATEWAY_SELLER_OP_H
#define GATEWAY_SELLER_OP_H

#include "bus/mailbox.h"
#include "gateway/seller_frames.h"
#include "gateway/seller_write.h"
#include "gateway/staff.h"

/* What is asked, by whom, and what it may be read with. */
struct seller_ask {
	struct gateway *gateway;
	struct store_reader *reader;
	struct arena *arena; /* of what is given back */
	const struct caller *who;
};

struct seller_op {
	struct store_op op;
	struct gateway *gateway;
	struct caller who;
	struct str id; /* the client's own; may be empty */
	struct arena arena;
	struct company *company; /* a reference; or NULL */
	struct policy policy;
	/* Once, on the store's thread, after the news was added. */
	void (*finish)(struct seller_op *o);

	/* The caller's: whoever waits for it. */
	struct mail mail;
	void *owner;
};

/*
 * f->conversation is whose; f->deed what. On a conversation of another company
 * the store says that it is not there.
 */
struct seller_op *seller_op_new(const struct seller_ask *ask,
    const struct seller_frame *f, struct seller_refusal *no);

/* How far the company has read; of their own company's conversations. */
struct seller_op *seller_op_seen(const struct seller_ask *ask,
    const struct seller_frame *f, struct seller_refusal *no);

void seller_op_free(struct seller_op *o); /* NULL is fine */

/* Never blocks. On an error finish() is not called and o is the caller's. */
enum err seller_op_submit(struct seller_op *o) MUST_USE;

/*
 * o came home. True: *ack is what to say; false: *no is. Both point into o and
 * ask->arena.
 */
bool seller_op_answer(const struct seller_op *o, const struct seller_ask *ask,
    struct seller_ack *ack, struct seller_refusal *no) MUST_USE;

/* The conversation, if it is theirs; else *no. */
bool seller_conversation(const struct seller_ask *ask, int64_t id,
    struct conversation *out, struct seller_refusal *no) MUST_USE;

/* What the store, or the way there, said. */
struct seller_refusal seller_store_refusal(enum err e);
struct seller_refusal seller_fault_refusal(const struct frame_error *error);

/* They type, or stopped; only colleagues are told where another holds it. */
void seller_types(const struct seller_ask *ask, const struct conversation *c,
    bool on, uint64_t origin);

/* How much they may say, and do. */
bool seller_may_speak(struct gateway *g, const struct caller *who, bool message,
    struct frame_error *error) MUST_USE;

#endif
