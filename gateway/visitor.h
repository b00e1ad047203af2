/*
 * visitor: what a visitor may do, over WebSocket and over HTTP alike.
 *
 *	visitor_op.c      frames become ops of the store, and their news
 *	visitor_who.c     company, origin, token, welcome
 *	visitor_socket.c  frames on a WebSocket
 *	visitor_http.c    one request a frame
 *	visitor_follow.c  long polls and streams
 *
 * The protocol itself stands in channels/web/frames.h.
 */
#ifndef GATEWAY_VISITOR_H
#define GATEWAY_VISITOR_H

#include "channels/web/frames.h"
#include "core/company.h"
#include "gateway/address.h"
#include "gateway/gateway.h"
#include "gateway/http.h"
#include "gateway/hub.h"

/* Numbers of the rules in gateway.limits; see gateway.c. */
enum visitor_limit {
	LIMIT_MESSAGES, /* of one conversation */
	LIMIT_FRAMES,	/* of one conversation, what is no message */
	LIMIT_SESSIONS, /* new ones from one address */
	/* Of sellers: gateway/seller_op.h. */
	LIMIT_STAFF_MESSAGES, /* of one session or key */
	LIMIT_STAFF_FRAMES,   /* the same, what is no message */
	LIMIT_STAFF_ASKS,     /* the same, requests of whatever kind */
	VISITOR_LIMITS
};

/* ---- visitor_op.c: any thread ------------------------------------------ */

/*
 * An op of the store that a visitor caused. finish() is called exactly once
 * on the store's thread, after the news was added to the publisher; it takes
 * the op over. In between the op must be left alone.
 */
struct visitor_op {
	struct store_op op;
	struct gateway *gateway;
	uint64_t origin; /* of the news; 0: nobody's */
	struct str id;	 /* the client's own, of a message; else empty */
	void (*finish)(struct visitor_op *o);

	/* The caller's: whoever waits for it. */
	struct mail mail;
	struct request *request;
	struct hub *hub;
	struct visitor_socket *socket;
	struct company *company; /* a reference, given back by free */
	uint64_t seller;	 /* whom they want; of who opens: at once */
	struct policy policy;	 /* of an act */
	struct arena arena;	 /* the store's, for what an act writes */
	struct visitor_op *next;

	char text[]; /* what the op's strings point into */
};

/* NULL: no memory. `who` says whose conversation. */
struct visitor_op *visitor_op_message(
    struct gateway *g, const struct token *who, const struct frame *f);
struct visitor_op *visitor_op_identify(
    struct gateway *g, const struct token *who, const struct frame *f);
struct visitor_op *visitor_op_seen(
    struct gateway *g, const struct token *who, const struct frame *f);
/*
 * To people instead of the bot; seller: whom they would rather have, or 0. By
 * their choice nothing is refused: with people already, it changes nothing.
 * reader: of the thread, which reads what was said (intake/handover.h); NULL:
 * nothing was yet, for the conversation was opened a moment ago.
 * company: theirs; NULL: it is looked up, which may block for a read.
 */
struct visitor_op *visitor_op_handoff(struct gateway *g,
    struct store_reader *reader, const struct token *who,
    struct company *company, uint64_t seller);
/*
 * They close the chat. Once more changes nothing; what has ended is refused
 * by E_STALE. The company is looked up, which may block for a read.
 */
struct visitor_op *visitor_op_leave(struct gateway *g, const struct token *who);
/* A conversation for somebody new. */
struct visitor_op *visitor_op_open(struct gateway *g, int64_t company);
void visitor_op_free(struct visitor_op *o);

/* Never blocks. On an error finish() is not called and o is the caller's. */
enum err visitor_op_submit(struct visitor_op *o) MUST_USE;

/* What an op's error means to the visitor; id: of the send, or empty. */
struct frame_error visitor_store_error(enum err e, struct str id);

/* News that is not stored: the visitor types. Then flush the publisher. */
void visitor_types(
    struct gateway *g, int64_t conversation, bool on, uint64_t origin);

/* ---- visitor_who.c: any thread ----------------------------------------- */

/*
 * The company of that key, if pages of this origin may talk to it. On failure
 * *error is set and false returned. *out is a reference.
 */
bool visitor_company(struct request *r, struct str key, struct company **out,
    struct frame_error *error) MUST_USE;

/* Whose token this is; company 0: any. May be used from any thread. */
bool visitor_token(struct gateway *g, struct str text, int64_t company,
    struct token *out, struct frame_error *error) MUST_USE;

/* The token and the origin of a request with "Authorization: Bearer". */
bool visitor_caller(
    struct request *r, struct token *out, struct frame_error *error) MUST_USE;

/* Is the identity in f proven to this company? */
bool visitor_identity(struct gateway *g, const struct token *who,
    const struct frame *f, struct frame_error *error) MUST_USE;

/* May one more be? A message or another frame of this visitor. */
bool visitor_may_speak(struct gateway *g, enum visitor_limit limit,
    const struct token *who, struct frame_error *error) MUST_USE;
/* Where the client is; all zeros if that cannot be said. */
struct address visitor_address(struct request *r);
/* A new session from there. */
bool visitor_may_open(struct gateway *g, const struct address *from,
    struct frame_error *error) MUST_USE;

/* Who a visitor is in a conversation that was just opened or read. */
struct token visitor_of(struct gateway *g, const struct conversation *c);

/* Whom a welcome is for. */
struct welcomed {
	const struct company *company;
	const struct conversation *conversation;
	struct seen seen;
	struct token who; /* of shown, if it is there */
	struct str shown; /* the token they brought; .p NULL: none */
};

/*
 * The welcome. A token that was shown is given back while more than half of
 * its life is left; else there is a fresh one.
 */
void visitor_welcome(
    struct buf *out, struct gateway *g, const struct welcomed *w);

/*
 * From where on a client is brought events: after what it says it has, but
 * not beyond `newest`, which is what it is told of. More than there is means
 * that it remembers another log.
 */
static inline uint64_t
visitor_after(uint64_t said, uint64_t newest)
{
	return said < newest ? said : newest;
}

/* The hub that follows this conversation for HTTP clients. */
struct hub *visitor_hub(struct gateway *g, int64_t conversation);

/* ---- routes: on HTTP threads ------------------------------------------- */

void visitor_session(struct request *r);
void visitor_messages(struct request *r);
void visitor_typing(struct request *r);
void visitor_seen(struct request *r);
void visitor_identify(struct request *r);
void visitor_handoff(struct request *r);
void visitor_leave(struct request *r);
void visitor_events(struct request *r);
void visitor_stream(struct request *r);
void visitor_connect(struct request *r);

#endif
