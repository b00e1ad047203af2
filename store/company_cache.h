/*
 * company_cache: parsed company documents, shared by threads.
 *
 * A document is read and parsed once per version. Whether there is a newer
 * version is looked up at most once in COMPANY_FRESH_MS, so an applied change
 * is seen within that time. A version that cannot be read or parsed leaves the
 * one before it in force. Has its own reader of the store, under a lock: a
 * miss may block for one read.
 */
#ifndef STORE_COMPANY_CACHE_H
#define STORE_COMPANY_CACHE_H

#include "core/company.h"
#include "core/log.h"
#include "store/store.h"

#define COMPANY_FRESH_MS 1000

struct company_cache;

enum err company_cache_open(struct store *s, const struct clock *clock,
    struct log *log, struct company_cache **out) MUST_USE;
void company_cache_close(struct company_cache *c);

/* E_NOTFOUND; E_IO. *out has a reference of its own: company_unref() it. */
enum err company_cache_by_key(
    struct company_cache *c, struct str key, struct company **out) MUST_USE;
enum err company_cache_by_id(
    struct company_cache *c, int64_t id, struct company **out) MUST_USE;

#endif
