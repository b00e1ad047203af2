/*
 * write: the verbs, one function each, run inside the group's transaction.
 *
 * A function that refuses its op (store_is_refusal()) has not written
 * anything before: it reads and checks, then writes. Any other error means
 * that the whole transaction must be rolled back.
 */
#ifndef STORE_SQLITE_WRITE_H
#define STORE_SQLITE_WRITE_H

#include "store/sqlite/conn.h"
#include "store/store.h"

enum err write_op(struct conn *c, struct store_op *op) MUST_USE;

enum err write_company_put(
    struct conn *c, struct store_company_put *in) MUST_USE;
enum err write_open(struct conn *c, struct store_open *in) MUST_USE;
enum err write_inbound(struct conn *c, struct store_inbound *in) MUST_USE;
enum err write_commit(struct conn *c, struct store_commit *in) MUST_USE;
enum err write_claim(struct conn *c, struct store_claim *in) MUST_USE;
enum err write_seen(struct conn *c, struct store_seen *in) MUST_USE;

/* The conversation of an address; E_NOTFOUND. */
enum err address_find(
    struct conn *c, const struct store_address *a, int64_t *out) MUST_USE;

/*
 * A new contact with this address and a conversation, opened at `at`.
 * E_NOTFOUND: no such company.
 */
enum err address_create(struct conn *c, const struct store_address *a,
    int64_t at, struct conversation *out) MUST_USE;

/* E_DENIED: the contact bears another external_id already. */
enum err contact_check(
    struct conn *c, int64_t contact, struct str external_id) MUST_USE;

/*
 * The customer of the conversation proved who they are. If the company knows
 * that person already, the conversation and its address become theirs. Sets
 * row->contact. contact_check() comes first.
 */
enum err contact_identify(struct conn *c, struct conversation *row,
    const struct store_inbound *in) MUST_USE;

#endif
