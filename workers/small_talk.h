/*
 * small_talk: is a message only a courtesy, and does it ask something.
 *
 * "Hi there!", "Thank you so much", "ok great" carry no question: every word
 * of theirs is in a short list. One word that is not makes it a message like
 * any other.
 */
#ifndef WORKERS_SMALL_TALK_H
#define WORKERS_SMALL_TALK_H

#include "core/base.h"

enum small_talk {
	TALK_NONE,     /* it says something */
	TALK_SILENCE,  /* no words, nothing asked: "!!", a thumb */
	TALK_OK,       /* "ok", "great" */
	TALK_GREETING, /* "hello" */
	TALK_BYE,      /* "bye" */
	TALK_THANKS,   /* "thank you" */
	TALKS
};

/*
 * What a message is, by its weightiest word: "ok, thanks, bye" is thanks.
 * *reply is a fitting answer in the language of that word; empty where none
 * is needed.
 */
enum small_talk small_talk_find(struct str message, struct str *reply);

/* Does it end with a question mark or begin like a question? */
bool small_talk_asks(struct str message);

#endif
