/*
 * write: the verbs, one function each, run inside the group's transaction.
 *
 * A function that refuses its op (store_is_refusal()) has not written
 * anything before: it reads and checks, then writes. (An act that is refused
 * leaves its line in the audit.) Any other error means that the whole
 * transaction must be rolled back.
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
enum err write_take(struct conn *c, struct store_take *in) MUST_USE;
enum err write_settle(struct conn *c, struct store_settle *in) MUST_USE;
enum err write_receipt(struct conn *c, struct store_receipt *in) MUST_USE;
enum err write_replay(struct conn *c, struct store_replay *in) MUST_USE;
enum err write_lane(struct conn *c, struct store_lane *in) MUST_USE;

enum err write_act(struct conn *c, struct store_act *in) MUST_USE;
enum err write_feed(struct conn *c, struct store_feed *in) MUST_USE;
enum err write_place(struct conn *c, const struct store_place *in) MUST_USE;
enum err write_agent(struct conn *c, struct store_agent *in) MUST_USE;
enum err write_presence(struct conn *c, struct store_presence *in) MUST_USE;
enum err write_pass(struct conn *c, struct store_pass *in) MUST_USE;
enum err write_item(struct conn *c, struct store_item *in) MUST_USE;
enum err write_audit(struct conn *c, struct store_audit *in) MUST_USE;

/* ---- the audit --------------------------------------------------------- */

/* The company is there. An empty detail is {}. */
enum err audit_append(struct conn *c, const struct audit_row *row) MUST_USE;
/* This one did something at that time; see struct store_presence. */
enum err agent_acted(struct conn *c, int64_t agent, int64_t at) MUST_USE;

/* ---- addresses and persons --------------------------------------------- */

struct whose {
	int64_t conversation, contact;
};

/* What is known of whoever wrote; 0: nothing. */
struct known {
	struct whose address, alias;
	int64_t person; /* their contact */
};

enum err known_find(
    struct conn *c, const struct store_inbound *in, struct known *out) MUST_USE;

/*
 * Adds to what is known what the message taught: the address or the alias, the
 * person, the name, how to answer. row: the conversation that the message went
 * to, which is the one of known->address, or else of known->alias.
 */
enum err known_store(struct conn *c, const struct store_inbound *in,
    const struct known *known, const struct conversation *row) MUST_USE;

/* The address that was written in the message, if any, becomes the contact's. */
enum err said_store(
    struct conn *c, const struct store_inbound *in, int64_t contact) MUST_USE;

/* E_NOTFOUND. */
enum err company_exists(struct conn *c, int64_t id) MUST_USE;

/*
 * A conversation at this address, opened at `at`, of the contact, or of a new
 * one if that is 0. E_NOTFOUND: no such company.
 */
enum err address_create(struct conn *c, const struct store_address *a,
    int64_t contact, int64_t at, struct conversation *out) MUST_USE;

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

/* ---- outbox ------------------------------------------------------------ */

/* E_BADINPUT: one of them cannot be stored. */
enum err outbox_check(const struct outbox_row *rows, unsigned n) MUST_USE;

/*
 * Stores the rows that the event `cause` of the conversation `of` causes, and
 * makes the lanes they lack. They get ids that follow one another.
 */
enum err outbox_append(struct conn *c, const struct conversation *of,
    const struct event *cause, struct outbox_row *rows, unsigned n) MUST_USE;

/* E_NOTFOUND. a->address is not looked at. */
enum err lane_find(
    struct conn *c, const struct store_address *a, int64_t *out) MUST_USE;

#endif
