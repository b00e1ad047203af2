/*
 * brain_faq: answers from the questions and answers in the company's
 * document, at once, or says that it does not know.
 *
 * The burst is cut into parts: each message is one, and one that asks several
 * things ("Do you ship abroad? And what does it cost?") is cut after each
 * question mark. Then:
 *
 *	- A part whose best entry reaches RANK_SURE is answered with it. What
 *	  several parts find is said in their order, each entry once, with a
 *	  blank line between. Beside a part that asks something, one that
 *	  only tells something ("I bought a bike last week") must be surer.
 *	- If no part finds anything, all of them together are tried: people
 *	  write one question in several messages.
 *	- If that finds nothing either, the answer is the company's
 *	  `bot.unknown`. So it is when there are no entries at all.
 *	- If some parts were answered and another clearly asks something else,
 *	  `bot.unknown` follows the answers. Courtesies and scraps do not ask.
 *
 * Courtesies: beside anything else they are passed over. When the burst is
 * nothing but courtesies, an entry for just that word is the answer; else a
 * greeting gets the company's welcome (or "Hello! How can I help you?", in
 * the language of the greeting), thanks get "You're welcome!", a farewell
 * gets one back; "ok" and a thumb get nothing.
 *
 * The confidence is that of the answer it is least sure of; of
 * ANSWER_UNKNOWN, that of the best entry, which was too low. The source is
 * the question of each entry used, one a line.
 */
#ifndef WORKERS_BRAIN_FAQ_H
#define WORKERS_BRAIN_FAQ_H

#include "workers/brain.h"

/* Of more parts than this, the oldest are only read together with the rest. */
#define BRAIN_FAQ_PARTS_MAX 16u

extern const struct brain_kind brain_faq;

#endif
