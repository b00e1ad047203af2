/*
 * seller_talk: sellers of the rig's company on WebSockets, and the desk's
 * part played by the test. Whatever does not go as it should fails the test.
 */
#ifndef TESTS_GATEWAY_SELLER_TALK_H
#define TESTS_GATEWAY_SELLER_TALK_H

#include "tests/gateway/rig.h"
#include "tests/gateway/ws_client.h"

/* A seller, and a key of theirs. */
struct talker {
	int64_t id;
	char key[48];
	struct ws_client ws;
};

/* With a key, and not connected yet. */
void talker_new(
    struct rig *r, struct talker *t, const char *name, const char *role);
/* Another company, and a seller of it. */
void talker_of_others(struct rig *r, struct talker *t);

/* A WebSocket on which nothing was said; and one up to the list of mine. */
void talker_connect(struct rig *r, struct talker *t);
void talker_hello(struct rig *r, struct talker *t);
/* Follows it from there on; all that there is has come. */
void talker_watch(struct talker *t, int64_t conversation, uint64_t after);

bool reply_has(struct ws_reply r, const char *word);

/* Fixtures: a gateway with two hubs, a seller and a supervisor. */
extern struct talker ben, ann;
int talk_set_up(void **state);

#define SAY(t, ...) ws_client_say(&(t)->ws, __VA_ARGS__)
#define UNTIL(t, word) ws_client_until(&(t)->ws, word)

/* ---- what the desk does -------------------------------------------------- */

/* An act of the system; it is told. */
void rig_act(struct rig *r, int64_t conversation, struct act act);
/* Asks for a person, and gets in line. */
void rig_queue(struct rig *r, int64_t conversation);
void rig_offer(struct rig *r, int64_t conversation, int64_t agent);
/* The newest line of the audit is that. Polls. */
void rig_audited(struct rig *r, const char *what, const char *outcome);

#endif
