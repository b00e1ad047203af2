/*
 * frames: the words between a visitor's browser and the gateway.
 *
 * schemas/visitor.schema.json has every frame; tests hold real traffic
 * against it. This file is the C side of it: bytes in, a struct or a fault
 * out; and the other way the text of a frame. Pure; any thread.
 *
 * A visitor says hello first, on a WebSocket:
 *	{"type":"hello","company":"demo","token":"...","after":12}
 * without a token (a new visitor) or with the one it was given. `after` is
 * the newest seq it has (0 or absent: from the start); more than there is
 * counts as the newest there is, for the client remembers another log. The
 * answer, whose seq is that newest:
 *	{"type":"welcome","token":"...","seq":15,
 *	 "seen":{"customer":12,"company":13},
 *	 "company":{"key":"demo","name":"...","welcome":"...",
 *	  "suggestions":["a question to begin with", ...]},
 *	 "limits":{"text":4000,"frame":65536}}
 * then events after+1, after+2 ... as they are and as they come:
 *	{"type":"event","event":{"seq":13,"kind":"message","author":"bot",
 *	 "at":1790000000000,"ref":12,"body":{"text":"..."}}}
 * Of each they see what event_show() passes on; events a visitor may not see
 * come as {"seq":14,"kind":"hidden"}, so the sequence has no gap. `id` in an
 * event is the client's own id of a message.
 *
 * Sending: {"type":"send","id":"<1..64 of A-Za-z0-9._~-, chosen by the
 * client, unique in its conversation>","text":"..."}. When it is on disk:
 *	{"type":"ack","id":"...","seq":16,"at":1790000000000}
 * The ack stands in for the event to the connection that sent it: that seq
 * is not sent to it again. The same id again, even years later, gives the
 * first one's numbers and "duplicate":true, and changes nothing. While a
 * connection catches up, a message's event may come before its ack; then the
 * ack says "duplicate":true, too, and stands in for nothing.
 *
 * Also from the visitor: {"type":"typing","on":true},
 * {"type":"seen","seq":16}, {"type":"ping"} and
 * {"type":"identify","user":"u42","hmac":"<hex HMAC-SHA256(identity_secret,
 * user)>","name":"Ann","email":"ann@example.org"}; name and email are
 * optional; the answer is the event "identified". Only `user` is proven by
 * the hmac: name and email are claims of the visitor's browser, and whoever
 * must rely on them looks them up at the company by `user`.
 *
 * {"type":"handoff","seller":7} asks for a person instead of the bot; seller
 * (optional, here or in hello of a new visitor): whom they would rather have.
 * The answer is what happens then; while a person has it already, nothing. In
 * line a visitor is told their place as it changes, and, where that is known,
 * how long it may take: {"type":"queue","position":3,"wait_s":240}. It is not
 * stored, and ends with the next event "holder".
 *
 * {"type":"leave"} ends the chat on the visitor's side: sellers see that they
 * have left, and what is answered then goes by mail soon, where there is an
 * address. Who writes again is back. A page that is closed does not say it: it
 * may be opened again. There is no answer, but "ended" where it is over.
 *
 * Also to the visitor: {"type":"typing","author":"bot","on":true},
 * {"type":"seen","author":"company","seq":16} ("customer": from another of
 * the visitor's tabs), {"type":"pong"},
 * {"type":"draft","turn":"7-16","text":"the answer so far"} which is never
 * stored, replaces the draft before it, and ends with the bot's next event, or
 * with an event "holder" that names another;
 * {"type":"error","code":"too_long","title":"...","detail":"...","id":"..."}
 * where id names the send it refuses. Error codes stand in the table in
 * fault.c. An error after which the connection cannot go on is followed by
 * a close.
 *
 * Over HTTP the same, one request a frame (schemas/openapi.json):
 *	POST /v1/visitor/session  {"company":"demo","token":"...optional"}
 *	     -> the welcome
 *	POST /v1/visitor/messages {"id":"...","text":"..."} -> the ack
 *	POST /v1/visitor/typing   {"on":true}            -> 204
 *	POST /v1/visitor/seen     {"seq":16}             -> 204
 *	POST /v1/visitor/identify {"user":...}           -> the ack
 *	POST /v1/visitor/handoff  {"seller":7}           -> 204
 *	POST /v1/visitor/leave    {}                     -> 204
 *	GET  /v1/visitor/events?after=12&wait=25  long poll ->
 *	     {"events":[...],"seq":15}; at once when there are any, else empty
 *	     after `wait` seconds (0..30, default 0); seq is where to go on, and
 *	     less than `after` if that was more than there is. A draft,
 *	     typing or seen that comes meanwhile ends the wait, too, and is
 *	     in "frames":[...]; between two polls it is missed
 *	GET  /v1/visitor/stream?after=12  server-sent events: each frame is a
 *	     `data:` line, events carry `id: <seq>`; Last-Event-ID works like
 *	     after. If that was more than there is, the stream begins with
 *	     `id: <newest seq>` alone
 *	GET  /v1/visitor/socket?company=demo  the WebSocket
 * with the header Authorization: Bearer <token> where there is no hello.
 * Faults come as application/problem+json with the same codes.
 */
#ifndef CHANNELS_WEB_FRAMES_H
#define CHANNELS_WEB_FRAMES_H

#include "core/arena.h"
#include "core/buf.h"
#include "core/conversation.h"

enum frame_type {
	FRAME_HELLO,
	FRAME_SEND,
	FRAME_TYPING,
	FRAME_SEEN,
	FRAME_IDENTIFY,
	FRAME_HANDOFF,
	FRAME_LEAVE,
	FRAME_PING,
	FRAME_TYPES
};

/* Only the members of its type are set; text lives in the arena. */
struct frame {
	enum frame_type type;
	struct str company, token;	    /* hello */
	uint64_t after;			    /* hello */
	struct str id, text;		    /* send */
	bool on;			    /* typing */
	uint64_t seq;			    /* seen */
	struct str user, hmac, name, email; /* identify */
	uint64_t seller;		    /* hello, handoff */
};

/* One row per code: what is wrong, as a word, a title, an HTTP status and,
 * where a WebSocket cannot go on after it, a close code. */
enum fault_code {
	FAULT_NONE,
	FAULT_BAD_JSON,	  /* not JSON, not an object, doubled members */
	FAULT_BAD_FRAME,  /* unknown type; a member wrong or missing */
	FAULT_BAD_TEXT,	  /* not UTF-8, or holds NUL */
	FAULT_TOO_LONG,	  /* text above the channel's limit */
	FAULT_TOO_BIG,	  /* frame or body above the limit in bytes */
	FAULT_NOT_BINARY, /* a binary WebSocket message */
	FAULT_NO_HELLO,	  /* something else came before hello */
	FAULT_HELLO_AGAIN,
	FAULT_UNKNOWN_COMPANY,
	FAULT_BAD_TOKEN, /* missing, forged, expired, another company's */
	FAULT_BAD_ORIGIN,
	FAULT_BAD_IDENTITY, /* hmac wrong, or the company has no secret */
	FAULT_TOO_MANY,	    /* too fast, or too many connections */
	FAULT_BUSY,	    /* a queue is full */
	FAULT_NO_ROOM,	    /* the store cannot write now */
	FAULT_TOO_SLOW,	    /* did not read, or did not say hello in time */
	FAULT_GOING_AWAY,   /* the server stops */
	FAULT_NOT_FOUND,    /* no such route */
	FAULT_BAD_METHOD,
	FAULT_BAD_REQUEST, /* a header or parameter is wrong */
	FAULT_BAD_TYPE,	   /* Content-Type is not application/json */
	FAULT_NO_UPGRADE,  /* the WebSocket handshake is wrong */
	FAULT_BAD_LINK,	   /* of a file: forged, changed or expired */
	FAULT_ENDED,	   /* there is nothing left to leave */
	FAULTS
};

struct fault_row {
	const char *code, *title;
	unsigned http_status;
	unsigned close_code; /* 0: the WebSocket goes on */
};

const struct fault_row *fault_row(enum fault_code f);

/* The row of an error, whichever table it is in. */
struct frame_error;
const struct fault_row *fault_row_of(const struct frame_error *error);

/* What the store said, as a fault for the client. */
enum fault_code fault_of_err(enum err e);

struct frame_error {
	enum fault_code code;
	const struct fault_row *row; /* of another table, instead; or NULL */
	struct str detail; /* what is wrong and what would be right; arena */
	struct str id;	   /* of the send it refuses; may be empty */
};

/*
 * Reads one frame. expect: FRAME_TYPES for "look at type" (WebSocket), else
 * the type that the route means (HTTP bodies have no "type"). False: `error`
 * says why. Unknown members are ignored; doubled ones are refused.
 */
bool frame_read(struct str text, enum frame_type expect, struct arena *a,
    struct frame *out, struct frame_error *error) MUST_USE;

/* ---- to the visitor ---------------------------------------------------- */

#define WELCOME_SUGGESTIONS 3u

struct welcome {
	struct str token, key, name, text;
	/* Questions to begin with; the company knows their answers. */
	struct str suggestions[WELCOME_SUGGESTIONS];
	size_t suggestion_count;
	uint64_t seq, seen_customer, seen_company;
	size_t text_max, frame_max;
};

void frame_write_welcome(struct buf *out, const struct welcome *w);
/* The event object as a visitor sees it: what is theirs to know, or hidden. */
void frame_write_event_object(struct buf *out, const struct event *e);
/* {"type":"event","event":OBJECT}, of what event_write() or the above wrote. */
void frame_write_event(struct buf *out, struct str object);
/* id empty: what it acknowledges was no message, and has none. */
void frame_write_ack(
    struct buf *out, struct str id, uint64_t seq, int64_t at, bool duplicate);
void frame_write_typing(struct buf *out, enum author author, bool on);
void frame_write_seen(struct buf *out, enum author side, uint64_t seq);
void frame_write_draft(struct buf *out, struct str turn, struct str text);
void frame_write_pong(struct buf *out);
void frame_write_error(struct buf *out, const struct frame_error *error);

/* The stored body of a customer's message: {"text":"...","id":"..."}. */
void frame_write_message_body(struct buf *out, const struct frame *send);

/* RFC 9457 problem JSON with the same code. */
void frame_write_problem(struct buf *out, const struct frame_error *error);

#endif
