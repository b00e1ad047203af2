/*
 * seller: one of the company's people on a WebSocket, who takes what is
 * offered, or not; says things; gives back, ends, hands on, puts off; loses
 * the connection and comes back for what was theirs.
 *
 * What they know goes into the town's book as it happens, a line each, for the
 * checker (check_people.c); tabs between, texts as JSON:
 *	told CONVERSATION SEQ AGENT SEEN TEXT	said, and acknowledged so
 *	never AGENT TEXT			said, and refused
 *	state CONVERSATION SEQ HOLDER AGENT	so it was when an act was done
 *	saw CONVERSATION SEQ KIND AUTHOR AGENT TEXT	of what they follow
 */
#ifndef TESTS_CRASH_SELLER_H
#define TESTS_CRASH_SELLER_H

#include "tests/crash/visitor.h"

#define CHATS_MAX 40u /* no more than there are visitors */

/* A conversation as a seller knows it. */
struct chat {
	int64_t conversation;
	uint64_t seq;	/* newest event that came */
	uint64_t known; /* newest that an acknowledgement named */
	uint64_t asked; /* newest message of the customer */
	uint64_t told;	/* and of a person to them */
	bool follows;	/* its events are wanted */
	bool mine;	/* by the events */
	bool missing;	/* theirs, but not in their list when they came back */
	bool offered, taking;
	uint64_t offer_seq;
	bool acting;	   /* an act is under way */
	unsigned speaking; /* so many words are */
	int64_t decide_us; /* when they take or decline */
};

/* What they said: `n`-th of all. */
struct word {
	int64_t conversation;
	bool barge;
	bool acked, refused;
	uint64_t seen, seq;
	bool found; /* afterwards, in what the server has */
};

struct seller {
	struct town *town;
	struct wire wire;
	unsigned number;
	int64_t agent;
	char name[16], key[80];
	bool supervises; /* may take over and barge in */
	bool faithful;	 /* takes whatever is offered */
	bool stubborn;	 /* and never lets it go */
	bool online;	 /* welcome on this connection */
	int64_t retry_us, next_us;
	struct chat chats[CHATS_MAX];
	unsigned chat_count;
	struct word *words;
	size_t word_count, word_room, acked, refused;
	size_t acts, took, came_back;
};

/* One for each line of the file that crash_staff wrote. */
unsigned sellers_start(
    struct seller *list, unsigned most, struct town *t, const char *path);
/* Connects, and does whatever is due. */
void seller_tick(struct seller *s);
/* The lid is closed for so long. */
void seller_leave(struct seller *s, int64_t us);
void seller_come(struct seller *s);
/* Nothing under way, and nothing theirs that should not stay so. */
bool seller_settled(const struct seller *s);
void seller_stop(struct seller *s);

void seller_text(const struct seller *s, size_t n, char out[96]);

/* ---- seller_deeds.c: what they do, once they are there -------------------- */

/* NULL: it is not known, and there is no room. */
struct chat *seller_chat(struct seller *s, int64_t conversation);
void seller_send_word(struct seller *s, size_t n);
/* Whatever is due of takes and declines, words, acts. */
void seller_deeds(struct seller *s);

#endif
