/*
 * visitor: one customer who chats, loses the connection, comes back with
 * after=N and says again what was not acknowledged.
 *
 * Half of the visitors on WebSocket wait for their answer before they go on,
 * the others do not; now and then each says several things at once, or says
 * an acknowledged message again, which must change nothing. Some use no
 * WebSocket but POST and a long poll.
 */
#ifndef TESTS_CRASH_VISITOR_H
#define TESTS_CRASH_VISITOR_H

#include "tests/bench/lib/client.h"
#include "tests/crash/ledger.h"

/* What all visitors share; the kills change it. */
struct town {
	struct client client;
	uint64_t chance;      /* the seeded generator's state */
	unsigned port;	      /* of the server; 0: it is down */
	int64_t listening_us; /* since when */
	int64_t slowest_us;   /* the longest that one owed from before a kill
			       * took after it */
	const char *company;
	bool quiet; /* nobody begins anything new */
};

/* A number from low to high. */
unsigned town_chance(struct town *t, unsigned low, unsigned high);

struct visitor {
	struct town *town;
	struct ledger ledger;
	struct wire talk; /* the WebSocket, or what POSTs */
	struct wire poll; /* long poll */
	bool rest, patient;
	bool online; /* welcome on this connection */
	char token[256];
	size_t posting; /* REST: the message under way */
	bool post_busy;
	uint64_t owed; /* acknowledged before a kill, not answered yet */
	int64_t next_us, retry_us;
};

void visitor_start(
    struct visitor *v, struct town *t, unsigned number, bool rest);
/* Connects, speaks, gives up: whatever is due. */
void visitor_tick(struct visitor *v);
/* The server is about to be ended: what is acknowledged now must be answered
 * soon after it is back. */
void visitor_note_kill(struct visitor *v);
/* From the token; 0: none yet. */
int64_t visitor_conversation(const struct visitor *v);
void visitor_stop(struct visitor *v);

#endif
