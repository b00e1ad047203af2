/*
 * trigger: does the bot give up, and why; and who shall have the chat then.
 * Pure, as is all of deciding.
 *
 * It is looked at twice in a turn: before the brain is asked (answer NULL), for
 * what the customer says, and again with what the brain found. The first that
 * is so counts:
 *
 *	ASKED    they ask for a person: in words (core/asked.h, and those of
 *	         the company), by a button or a command ("/human")
 *	SELLER   they want a certain seller
 *	RULE     a rule of the company says so ("when": "always")
 *	MOOD     they are angry for the mood_after-th time
 *	with an answer:
 *	FAILED   the bot was broken for the failed_after-th time in a row
 *	UNKNOWN  it did not know for the unknown_after-th time in a row
 *	UNSURE   it is less sure than `confidence`
 *
 * In each case the first rule that fits, whatever its "when", says who shall
 * have it.
 */
#ifndef CORE_TRIGGER_H
#define CORE_TRIGGER_H

#include "core/company.h"
#include "core/phrase.h"

enum trigger {
	TRIGGER_NONE,
	TRIGGER_ASKED,
	TRIGGER_SELLER,
	TRIGGER_RULE,
	TRIGGER_MOOD,
	TRIGGER_UNSURE,
	TRIGGER_UNKNOWN,
	TRIGGER_FAILED,
	TRIGGERS
};

/*
 * Which words matter at all, so that most messages take no time: made once, and
 * then only read.
 */
struct trigger_spots {
	struct phrase_spots asked, angry;
};

void trigger_spots_make(struct trigger_spots *out);

/*
 * What has gone on since the bot began, folded from the events since, in order;
 * begin with {0}. Looks into the bodies of messages. spots: or NULL: it takes
 * longer then.
 */
struct trigger_runs {
	unsigned unknown, failed; /* answers in a row, the newest ones */
	unsigned angry;		  /* messages of the customer */
};

void trigger_follow(struct trigger_runs *runs,
    const struct trigger_spots *spots, const struct event *e);

/* A message of the customer. */
struct trigger_text {
	struct str text;
	struct str button; /* its value, if one was pressed */
};

struct trigger_case {
	const struct company *company;
	const struct trigger_spots *spots; /* NULL: it takes longer */
	struct str channel;		   /* the row's name */
	const struct trigger_text *texts;  /* of this turn, the oldest first */
	size_t count;
	/* What they said before it: by this, too, a rule says who shall have
	 * it. May be none. */
	const struct str *earlier;
	size_t earlier_count;
	int64_t wanted;		     /* the seller they ask for; 0: none */
	struct trigger_runs before;  /* up to this turn */
	const struct answer *answer; /* NULL: the brain was not asked yet */
};

struct triggered {
	enum trigger trigger;
	/* Who shall have it, if it is handed over now; NULL: nothing special. */
	const struct company_rule *rule;
	/*
	 * True: what the brain found is said as well. Not what is unsure,
	 * unknown or broken: the customer is told of the hand-over instead.
	 */
	bool answers;
};

void trigger_look(const struct trigger_case *t, struct triggered *out);

/*
 * The body of the EVENT_ROUTE: {"skills":[..],"prefer":[..],"language":"de"};
 * E_NOMEM. language may be empty.
 */
enum err trigger_route(const struct company_rule *rule, struct str language,
    struct arena *a, struct str *out) MUST_USE;

/* The body of the EVENT_HOLDER: {"why":"asked"}. It lives for ever. */
struct str trigger_body(enum trigger t);

const char *trigger_name(enum trigger t); /* "asked" */

#endif
