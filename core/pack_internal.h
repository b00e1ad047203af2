/*
 * pack_internal: what the files of pack share.
 */
#ifndef CORE_PACK_INTERNAL_H
#define CORE_PACK_INTERNAL_H

#include "core/pack.h"
#include "core/phrase.h"

/* A customer's sentence, with what tells it from others. */
struct sentence {
	struct str text;
	unsigned words;
	bool asks, has_number;
};

#define SENTENCES_MAX 200u

/* All that a customer said, cut into sentences; the newest, if there are more. */
struct sentences {
	struct sentence list[SENTENCES_MAX]; /* a ring, until it is complete */
	size_t n;
	size_t next; /* where the next one goes */
};

/* In pack_sentence.c. text must live as long as out. */
void sentences_add(struct sentences *out, struct str text);
void sentences_choose(struct sentences *s, struct pack *out);

/* In pack_fact.c: addresses and numbers in a text. */
void facts_find(struct str text, struct pack *out);
/* The next run of characters without white space or brackets; its ends are
 * without what ends a sentence. */
bool fact_token(struct str *text, struct str *out);
bool fact_is_address(struct str token);

/* At most PACK_LINE_MAX bytes of it, whole characters, without white space at
 * the ends. */
struct str pack_line(struct str text);

#endif
