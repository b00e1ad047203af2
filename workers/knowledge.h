/*
 * knowledge: what brains have learnt of each company, kept while its document
 * stays the same. Bounded: the least recently used is forgotten.
 */
#ifndef WORKERS_KNOWLEDGE_H
#define WORKERS_KNOWLEDGE_H

#include "workers/brain.h"
#include "core/company.h"

#define KNOWLEDGE_MAX 64u

struct knowledge {
	struct company *company; /* NULL: free; a reference of its own */
	const struct brain_kind *brain;
	void *learnt;
	unsigned users; /* turns that hold it; not forgotten while > 0 */
	uint64_t used;	/* when last, by the cache's own count */
};

struct knowledge_cache {
	struct knowledge slot[KNOWLEDGE_MAX];
	uint64_t clock;
};

/*
 * What `brain` knows of the company; learnt now if it must be. Held until
 * knowledge_put(). E_NOMEM; E_LIMIT: all slots are in use.
 */
enum err knowledge_get(struct knowledge_cache *k,
    const struct brain_kind *brain, struct company *company,
    void **learnt) MUST_USE;
void knowledge_put(struct knowledge_cache *k, const void *learnt);
void knowledge_free(struct knowledge_cache *k);

#endif
