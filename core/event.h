/*
 * event: what can happen in a conversation.
 *
 * A conversation is a log of events numbered 1, 2, 3 ... without a gap. An
 * event never changes once stored. What everyone needs to decide with stands
 * in typed fields; what only people read stands in `body`, a JSON object
 * whose members schemas/event.schema.json lists by kind.
 *
 * Names here are the words in the store, on the wire and in logs.
 */
#ifndef CORE_EVENT_H
#define CORE_EVENT_H

#include "core/base.h"
#include "core/buf.h"

enum event_kind {
	EVENT_OPENED,	  /* always seq 1; ref: 0 */
	EVENT_MESSAGE,	  /* ref: for bot and agent, the last customer seq it
			   * answers; for the system, enum notice; else 0 */
	EVENT_IDENTIFIED, /* the customer proved who they are; ref: 0 */
	EVENT_HOLDER,	  /* ref: enum holder; author_id: who holds: which
			   * agent, or which team's queue; else 0 */
	EVENT_HANDLED,	  /* decided to say nothing; ref: up to which seq */
	EVENT_TIMER,	  /* a timer fired; ref: enum timer_kind */
	EVENT_RESOLVED,	  /* ended; a new customer message reopens it */
	EVENT_EDITED,	  /* the customer changed a message; ref: its seq */
	EVENT_DELETED,	  /* the customer took one back; ref: its seq */
	EVENT_FILE,	  /* a file of a message is here, or was refused;
			   * ref: the message */
	EVENT_DELIVERY,	  /* a message did not arrive, or nobody knows whether
			   * it did, or it did after all; ref: the message */
	EVENT_ROUTE,	  /* what it takes to answer; ref: priority;
			   * author_id: the seller who is wanted, or 0 */
	EVENT_OFFER,	  /* offered to the agent author_id; ref: up to
			   * how many chats they may have with it */
	EVENT_OFFER_END,  /* of the agent author_id; ref: enum offer_end */
	EVENT_NOTE,	  /* people among themselves; ref: enum note_kind */
	EVENT_PACK,	  /* the hand-over pack; ref: newest message in it */
	EVENT_MAILED,	  /* sent to the support desk; ref: up to which seq */
	EVENT_SNOOZED,	  /* put off by an agent; ref: until, wall ms */
	EVENT_REOPENED,	  /* taken up again by an agent; ref: 0 */
	EVENT_LABELS,	  /* ref: 0 */
	EVENT_PRIORITY,	  /* ref: 0 to PRIORITY_MAX */
	EVENT_GONE,	  /* the customer closed the chat; ref: 0 */
	EVENT_KINDS
};

enum author {
	AUTHOR_SYSTEM,
	AUTHOR_CUSTOMER,
	AUTHOR_BOT,
	AUTHOR_AGENT,
	AUTHORS
};

enum timer_kind {
	TIMER_IDLE,  /* nobody has written for the company's bot.idle_minutes */
	TIMER_OFFER, /* a seller has not taken what was offered */
	TIMER_QUEUE, /* it has waited as long as it may */
	TIMER_FIRST_RESPONSE, /* no person has said a word yet */
	TIMER_NEXT_RESPONSE,  /* nor to the customer's next one */
	TIMER_SNOOZE,	      /* what was put off comes up again */
	TIMER_WINDOW,	      /* soon only a template may be sent */
	TIMER_UNREAD, /* an answer on the website that nobody has read */
	TIMER_MAIL,   /* the support desk may be written to again */
	TIMER_KINDS
};

/* Why an offer is over without the agent's having accepted it. */
enum offer_end {
	OFFER_DECLINED,
	OFFER_EXPIRED,
	OFFER_WITHDRAWN, /* the agent, or the conversation, is elsewhere */
	OFFER_ENDS
};

enum note_kind {
	NOTE_PLAIN,
	NOTE_WHISPER,	/* a supervisor's word to who holds */
	NOTE_TRANSFER,	/* why it was passed on */
	NOTE_REFUSED,	/* something came in and was not taken; why */
	NOTE_UNREACHED, /* no mail gets through to the support desk; why */
	NOTE_KINDS
};

#define PRIORITY_MAX 3u /* 0: as all others; 3: first of all */

struct event {
	uint64_t seq; /* 0 while it is only intended */
	enum event_kind kind;
	enum author author;
	int64_t author_id; /* which agent; 0 for the others */
	uint64_t ref;	   /* see enum event_kind */
	int64_t at;	   /* wall ms; for reading, never for order */
	struct str source; /* unique id given by the sender; empty: none */
	struct str body;   /* JSON object; empty: {} */
};

const char *event_kind_name(enum event_kind kind);
const char *author_name(enum author author);
const char *timer_kind_name(enum timer_kind kind);
const char *offer_end_name(enum offer_end end);
const char *note_kind_name(enum note_kind kind);

/* The enum for a word, or the count (EVENT_KINDS, AUTHORS) if unknown. */
enum event_kind event_kind_find(struct str name);
enum author author_find(struct str name);

/*
 * May the customer see it? Of what they may, they see the members that
 * event_show() passes on. What they may not is shown to them as
 * {"seq":n,"kind":"hidden"}, so that their sequence has no gap either.
 */
bool event_is_public(enum event_kind kind);

/*
 * An event as a JSON object, as schemas/event.schema.json has it: the whole,
 * for the company's side; and what stands for it where it is not to be seen.
 */
void event_write(struct buf *out, const struct event *e);
void event_write_hidden(struct buf *out, uint64_t seq);

/*
 * Of an object that event_write() wrote, or that had an address added to it,
 * what the customer may see ("visible" in the schema), or what stands for it.
 * Of what was shown already, the same. out->failed: it is no event.
 */
void event_show(struct buf *out, struct str whole);

#endif
