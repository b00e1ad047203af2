/*
 * visitor: one customer who chats, loses the connection, comes back with
 * after=N and says again what was not acknowledged.
 *
 * Half of the visitors on WebSocket wait for their answer before they go on,
 * the others do not; now and then each says several things at once, or says
 * an acknowledged message again, which must change nothing. Some use no
 * WebSocket but POST and a long poll.
 *
 * Most only ask the bot. Some want people: whoever sells, or a team that is
 * written to by mail, or one where they stay in line.
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
	int64_t longest_us;   /* and that one in line waited to be offered to
			       * somebody, or written of */
	const char *company;
	bool open;  /* the sellers have come */
	bool quiet; /* nobody begins anything new */
	struct visitor *visitors;
	unsigned visitor_count;
	struct seller *sellers;
	unsigned seller_count;
	FILE *book; /* what sellers know, as it happens */
};

/* The key of who may ask everything. */
struct str town_key(const struct town *t);
/* A number from low to high. */
unsigned town_chance(struct town *t, unsigned low, unsigned high);
/* Whose conversation it is; NULL: nobody's. */
struct visitor *town_visitor(struct town *t, int64_t conversation);

enum plan { PLAN_BOT, PLAN_PEOPLE, PLAN_MAIL, PLAN_LINE };

struct visitor {
	struct town *town;
	enum plan plan;
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
	/* In line: since when nobody was offered it; 0: not so. */
	int64_t waits_us;
	uint64_t waits_seq, offer_seq; /* the newest that are known */
	bool forgotten;		       /* for too long; told */
};

struct visitor_of {
	unsigned number;
	enum plan plan;
	bool rest;
};

void visitor_start(
    struct visitor *v, struct town *t, const struct visitor_of *of);
/* Connects, speaks, gives up: whatever is due. */
void visitor_tick(struct visitor *v);
/* The server is about to be ended: what is acknowledged now must be answered
 * soon after it is back. */
void visitor_note_kill(struct visitor *v);
/* A seller was offered it with event seq; that came to nothing. */
void visitor_offered(struct visitor *v, uint64_t seq);
void visitor_offer_ended(struct visitor *v);
/* Nothing more is to come. */
bool visitor_settled(const struct visitor *v);
/* From the token; 0: none yet. */
int64_t visitor_conversation(const struct visitor *v);
void visitor_stop(struct visitor *v);

#endif
