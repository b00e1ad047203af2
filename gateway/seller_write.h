/*
 * seller_write: what sellers are told, as JSON text; seller.h says what it
 * means. Pure; any thread.
 */
#ifndef GATEWAY_SELLER_WRITE_H
#define GATEWAY_SELLER_WRITE_H

#include "channels/web/frames.h"
#include "core/company.h"
#include "core/handoff.h"
#include "store/store.h"

/* ---- of a watched conversation ------------------------------------------- */

/* object: the event, whole. */
void seller_write_event(
    struct buf *out, int64_t conversation, struct str object);
/* who: as in NEWS_TYPING: "customer", "agent 7". */
void seller_write_typing(
    struct buf *out, int64_t conversation, struct str who, bool on);
void seller_write_seen(
    struct buf *out, int64_t conversation, enum author side, uint64_t seq);
/* frame: the draft as visitors get it. */
void seller_write_draft(
    struct buf *out, int64_t conversation, struct str frame);

/* ---- lists --------------------------------------------------------------- */

/* The row's object. company: for the keys of teams. */
void seller_write_row(
    struct buf *out, const struct company *company, const struct list_row *row);

/* Is it in that list? agent: whose, for VIEW_MINE. */
bool seller_in_view(
    const struct conversation *c, enum view view, int64_t agent);

/* Where a list goes on behind this row; seller_cursor_read() understands it. */
void seller_write_cursor(
    struct buf *out, enum view view, const struct conversation *last);
/* Into ask->at and ->id; false: it is none, or of another list than ask's. */
bool seller_cursor_read(struct str text, struct list_ask *ask) MUST_USE;

/* {"mine":2,...}, without its braces. from: VIEW_MINE, or VIEW_QUEUE. */
void seller_write_counts(
    struct buf *out, const uint64_t counts[VIEWS], enum view from);

/* "agent":4,"name":...: without braces. */
void seller_write_colleague(struct buf *out, const struct agent_row *row);

/* ---- what came of an act ------------------------------------------------- */

struct seller_ack {
	struct str id; /* may be empty */
	const struct conversation *is;
	uint64_t seq;
	int64_t at;
	bool duplicate;
};

/* frame: with its type, for the WebSocket. */
void seller_write_ack(
    struct buf *out, const struct seller_ack *ack, bool frame);

/* One thing that was refused. */
struct seller_refusal {
	const struct fault_row *row;
	struct str detail, id; /* may be empty */
	int64_t conversation;  /* 0: none in particular */
	/* Who has it; NULL: not said. name: of that agent. */
	const struct conversation *is;
	struct str name;
	struct str events; /* JSON array; or empty */
	struct str faults; /* JSON array; or empty */
};

const struct fault_row *seller_act_row(enum act_refusal r);
/* "channel": the channel does not take it. */
extern const struct fault_row seller_channel_row;

/* The error frame, or the problem (RFC 9457). */
void seller_write_error(struct buf *out, const struct seller_refusal *r);
void seller_write_problem(struct buf *out, const struct seller_refusal *r);

#endif
