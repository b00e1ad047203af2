/* write: the table of verbs, and the small ones: company, claim, seen. */
#include "store/company_cache.h"
#include "store/sqlite/rows.h"
#include "store/sqlite/write.h"

/* ---- company ----------------------------------------------------------- */

static enum err
company_find(struct conn *c, struct store_company_put *in)
{
	sqlite3_stmt *q;
	enum err e = CONN_QUERY(c, SQL_COMPANY_BY_KEY, &q, TEXT(in->key));

	if (e == OK && (e = conn_row(c, q)) == OK) {
		in->id = sqlite3_column_int64(q, 0);
		in->version = (uint64_t)sqlite3_column_int64(q, 1);
		in->changed = !str_eq(conn_text(q, 3), in->document);
	}
	conn_reset(q);
	return e;
}

static enum err
company_insert(struct conn *c, struct store_company_put *in)
{
	enum err e = CONN_CHANGE(
	    c, SQL_COMPANY_INSERT, NULL, TEXT(in->key), TEXT(in->document));

	in->id = sqlite3_last_insert_rowid(c->db);
	in->version = 1;
	in->changed = true;
	return e;
}

/* So long a reader may take the old document for the newest, and longer. */
#define RINGS_AFTER_MS (3 * (int64_t)COMPANY_FRESH_MS)

static enum err
company_rings(struct conn *c, const struct store_company_put *in)
{
	if (in->at == 0)
		return OK;
	return CONN_CHANGE(c, SQL_COMPANY_RINGS, NULL, NUM(in->id),
	    NUM(in->at + RINGS_AFTER_MS), NUM(COMPANY_PUT_RINGS_MAX));
}

enum err
write_company_put(struct conn *c, struct store_company_put *in)
{
	enum err e;

	if (in->key.n == 0)
		return E_BADINPUT;
	e = company_find(c, in);
	if (e == E_NOTFOUND)
		return company_insert(c, in);
	if (e != OK || !in->changed)
		return e;
	in->version++;
	e = CONN_CHANGE(c, SQL_COMPANY_UPDATE, NULL, NUM(in->id),
	    NUM(in->version), TEXT(in->document));
	return e == OK ? company_rings(c, in) : e;
}

/* ---- claim ------------------------------------------------------------- */

static enum err
claim_store(
    struct conn *c, struct store_claim *in, uint64_t worker, uint64_t beat)
{
	in->worker = worker;
	in->beat = beat;
	return CONN_CHANGE(c, SQL_CLAIM_UPDATE, NULL, NUM(in->conversation),
	    NUM(worker), NUM(beat));
}

static enum err
claim_refused(struct store_claim *in, const struct store_claim *now)
{
	in->worker = now->worker;
	in->beat = now->beat;
	return E_CLAIMED;
}

/* Giving back needs no fence: what moved on is not the claimer's matter. */
static enum err
claim_release(
    struct conn *c, struct store_claim *in, const struct store_claim *now)
{
	if (now->worker != 0 &&
	    (now->worker != in->worker || now->beat != in->beat))
		return claim_refused(in, now);
	return claim_store(c, in, 0, now->beat);
}

enum err
write_claim(struct conn *c, struct store_claim *in)
{
	struct store_claim now;
	enum err e = claim_load(c, in->conversation, &now);

	if (e != OK)
		return e;
	if (in->worker == 0)
		return E_BADINPUT;
	if (in->release)
		return claim_release(c, in, &now);
	if (now.seq != in->seq || now.epoch != in->epoch)
		return E_STALE;
	if (now.worker != 0 && now.beat != in->beat)
		return claim_refused(in, &now);
	return claim_store(c, in, in->worker, now.beat + 1);
}

/* ---- seen -------------------------------------------------------------- */

/* The higher mark, but never beyond what there is to see. */
static uint64_t
mark_raised(uint64_t mark, uint64_t wanted, uint64_t seq)
{
	if (wanted > seq)
		wanted = seq;
	return wanted > mark ? wanted : mark;
}

enum err
write_seen(struct conn *c, struct store_seen *in)
{
	struct seen now, was;
	uint64_t seq;
	enum err e = seen_load(c, in->conversation, &was, &seq);

	if (e != OK)
		return e;
	now.customer = mark_raised(was.customer, in->seen.customer, seq);
	now.company = mark_raised(was.company, in->seen.company, seq);
	in->seen = now;
	in->changed = now.customer != was.customer ||
		      now.company != was.company;
	if (!in->changed)
		return OK;
	return CONN_CHANGE(c, SQL_SEEN_UPDATE, NULL, NUM(in->conversation),
	    NUM(now.customer), NUM(now.company));
}

/* ---- the table --------------------------------------------------------- */

static enum err
do_company_put(struct conn *c, struct store_op *op)
{
	return write_company_put(c, &op->company_put);
}

static enum err
do_open(struct conn *c, struct store_op *op)
{
	return write_open(c, &op->open);
}

static enum err
do_inbound(struct conn *c, struct store_op *op)
{
	return write_inbound(c, &op->inbound);
}

static enum err
do_commit(struct conn *c, struct store_op *op)
{
	return write_commit(c, &op->commit);
}

static enum err
do_claim(struct conn *c, struct store_op *op)
{
	return write_claim(c, &op->claim);
}

static enum err
do_seen(struct conn *c, struct store_op *op)
{
	return write_seen(c, &op->seen);
}

static enum err
do_take(struct conn *c, struct store_op *op)
{
	return write_take(c, &op->take);
}

static enum err
do_settle(struct conn *c, struct store_op *op)
{
	return write_settle(c, &op->settle);
}

static enum err
do_receipt(struct conn *c, struct store_op *op)
{
	return write_receipt(c, &op->receipt);
}

static enum err
do_replay(struct conn *c, struct store_op *op)
{
	return write_replay(c, &op->replay);
}

static enum err
do_lane(struct conn *c, struct store_op *op)
{
	return write_lane(c, &op->lane);
}

static enum err
do_act(struct conn *c, struct store_op *op)
{
	return write_act(c, &op->act);
}

static enum err
do_feed(struct conn *c, struct store_op *op)
{
	return write_feed(c, &op->feed);
}

static enum err
do_place(struct conn *c, struct store_op *op)
{
	return write_place(c, &op->place);
}

static enum err
do_agent(struct conn *c, struct store_op *op)
{
	return write_agent(c, &op->agent);
}

static enum err
do_presence(struct conn *c, struct store_op *op)
{
	return write_presence(c, &op->presence);
}

static enum err
do_pass(struct conn *c, struct store_op *op)
{
	return write_pass(c, &op->pass);
}

static enum err
do_item(struct conn *c, struct store_op *op)
{
	return write_item(c, &op->item);
}

static enum err
do_audit(struct conn *c, struct store_op *op)
{
	return write_audit(c, &op->audit);
}

static enum err (*const verbs[STORE_VERBS])(
    struct conn *, struct store_op *) = {
    [STORE_COMPANY_PUT] = do_company_put,
    [STORE_OPEN] = do_open,
    [STORE_INBOUND] = do_inbound,
    [STORE_COMMIT] = do_commit,
    [STORE_CLAIM] = do_claim,
    [STORE_SEEN] = do_seen,
    [STORE_TAKE] = do_take,
    [STORE_SETTLE] = do_settle,
    [STORE_RECEIPT] = do_receipt,
    [STORE_REPLAY] = do_replay,
    [STORE_LANE] = do_lane,
    [STORE_ACT] = do_act,
    [STORE_FEED] = do_feed,
    [STORE_PLACE] = do_place,
    [STORE_AGENT] = do_agent,
    [STORE_PRESENCE] = do_presence,
    [STORE_PASS] = do_pass,
    [STORE_ITEM] = do_item,
    [STORE_AUDIT] = do_audit,
};

enum err
write_op(struct conn *c, struct store_op *op)
{
	if ((unsigned)op->verb >= STORE_VERBS)
		return E_BADINPUT;
	return verbs[op->verb] == NULL ? E_BADINPUT : verbs[op->verb](c, op);
}
