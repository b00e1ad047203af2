/*
 * chat: one conversation under test, with all that happened to it, and the
 * acts on it.
 */
#ifndef TESTS_CORE_CHAT_H
#define TESTS_CORE_CHAT_H

#include "core/handoff.h"
#include "tests/lib/cmocka.h"

#define ANNA 7
#define BEN 8
#define BOSS 9
#define SALES 1001
#define MINUTE ((int64_t)60000)
#define NOW (1000 * MINUTE)

/* Each figure is another. */
extern const struct policy policy;

struct chat {
	struct conversation c;
	struct acted acted; /* by the last act */
	struct arena arena;
	int64_t now;
};

/* Folds e, which happens now unless it says when. */
void chat_fold(struct chat *chat, struct event e);
/* The customer says something. */
void chat_ask(struct chat *chat);

struct chat chat_new(void); /* one question, the bot holds */
struct chat chat_queued(void);
struct chat chat_of(int64_t agent);

/* What handoff_act() says of it; folded where it is done. */
enum act_refusal does(struct chat *chat, struct act act);

#define FINE(chat, ...) \
	assert_string_equal( \
	    act_refusal_name(does(chat, (struct act){__VA_ARGS__})), "fine")
#define REFUSED(chat, word, ...) \
	assert_string_equal( \
	    act_refusal_name(does(chat, (struct act){__VA_ARGS__})), word)

/* The kinds of a decision's events: "note route holder offer". */
const char *kinds(const struct decision *d);

/* When it sets this timer to; 0: removed, -1: left alone. */
int64_t timer(const struct decision *d, enum timer_kind kind);

/* What holds of every state that acts lead to. */
void chat_check(const struct conversation *c);

#endif
