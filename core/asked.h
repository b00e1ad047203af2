/*
 * asked: does a customer ask for a person? "Can I talk to a human?" does, "is
 * the agent included in the price" and "I do not want a human" do not.
 *
 * In English, German, French, Spanish, Italian, Dutch, Polish, Portuguese,
 * Swedish and Turkish: a verb of asking or talking and a word for a person,
 * with nothing but small words between; or nothing but such words at all. What
 * is denied ("I don't want to ...") is not asked for.
 */
#ifndef CORE_ASKED_H
#define CORE_ASKED_H

#include "core/phrase.h"

/* How the words of a language are used; each a list (core/phrase.h). */
struct asked_tongue {
	const char *language;
	const char *talk;    /* "speak", "connect": to whom */
	const char *want;    /* "want", "need": whom, and no more than that */
	const char *person;  /* "agent" */
	const char *anybody; /* "someone": is not enough by itself */
	const char *office;  /* "sales": one may talk to */
	const char *small;   /* may stand between */
	const char *after;   /* what one does with a person named before */
	const char *helps;   /* the same, but not with anybody */
	const char *then;    /* may follow whom one wants */
	const char *polite;  /* says nothing by itself: "please", "now" */
	const char *denies;  /* what follows: "not" */
	const char *denies_next;   /* the next word: "no agent" */
	const char *denies_before; /* what is before */
};

/* The i-th or NULL past the last. */
const struct asked_tongue *asked_tongue(size_t i);

/* In any of the languages. */
bool asked_for_person(const struct phrase *p);

/* What has none of these does not ask. */
void asked_spots(struct phrase_spots *out);

/*
 * Words of the company's own by which customers ask for a person: is one of
 * them in p, and not denied?
 */
bool asked_in_words(
    const struct phrase *p, const struct str *words, size_t count);

/* The same of what a button or a command says: "talk_to_human", "agent". */
bool asked_by_button(struct str value);

#endif
