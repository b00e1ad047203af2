/*
 * pack: the hand-over pack: what a person should know before they answer, taken
 * from what was said; no model is asked, and nothing is made up.
 *
 *	summary   the customer's own sentences that say most, in their order:
 *	          the first question, the newest one, the longest one with
 *	          numbers, then the longest others; none twice
 *	tried     what the bot was asked, and what it found
 *	open      questions that got no answer
 *	contact   who they are, and telephone numbers that they wrote
 *	mentioned mail addresses that they wrote, of whomever
 *	language, angry: guesses, by the newest messages
 *
 * It takes time in the length of what was said, up to a bound; so does the
 * pack.
 */
#ifndef CORE_PACK_H
#define CORE_PACK_H

#include "core/arena.h"
#include "core/buf.h"
#include "core/decide.h"

#define PACK_EVENTS_MAX 400u /* of more, the newest count */
#define PACK_BYTES_MAX (16u * 1024)

#define PACK_SUMMARY_MAX 5u
#define PACK_TRIED_MAX 6u
#define PACK_OPEN_MAX 4u
#define PACK_NUMBERS_MAX 6u
#define PACK_MENTIONED_MAX 4u
#define PACK_LINE_MAX 300u /* bytes of any of its texts; the rest is cut */

struct pack_source {
	const struct event *events; /* since it was opened, or resolved last,
				     * in order; others than messages do not
				     * matter */
	size_t count;
	/* What the bot found and did not say; NULL: nothing. */
	const struct answer *answer;
	struct str why;		/* "asked": trigger_name() */
	struct str name, email; /* as is known of the customer; or empty */
};

struct pack_try {
	struct str question;
	struct str answer; /* answer_kind_name() */
	struct str cites;  /* may be empty */
	int64_t confidence;
};

struct pack {
	struct str why;
	struct str summary[PACK_SUMMARY_MAX];
	struct pack_try tried[PACK_TRIED_MAX];	  /* the newest, in order */
	struct str open[PACK_OPEN_MAX];		  /* the newest, in order */
	struct str name, email, phone;		  /* may be empty */
	struct str numbers[PACK_NUMBERS_MAX];	  /* of orders and the like */
	struct str mentioned[PACK_MENTIONED_MAX]; /* but for theirs */
	size_t summary_count, tried_count, open_count, number_count;
	size_t mentioned_count;
	struct str language; /* core/language.h; may be empty */
	bool angry;
	uint64_t messages; /* how many the customer wrote */
};

/* E_NOMEM. It lives in the arena, and in what src points to. */
enum err pack_make(
    const struct pack_source *src, struct arena *a, struct pack *out) MUST_USE;

/*
 * The body of an EVENT_PACK, at most PACK_BYTES_MAX bytes; what is empty is
 * left out:
 *
 *	{"why":"unknown","summary":["..."],"tried":[{"question":"...",
 *	"answer":"unknown","confidence":12,"cites":"..."}],"open":["..."],
 *	"contact":{"name":"...","email":"...","phone":"..."},
 *	"numbers":["A-4711"],"mentioned":["b@y.example"],"language":"en","angry":true,"messages":3}
 */
void pack_write(const struct pack *p, struct buf *out);

#endif
