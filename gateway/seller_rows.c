/*
 * seller_rows: what goes out, what did not, and who did what: rows of the
 * outbox, accounts and webhooks as they do, the audit.
 */
#include "gateway/seller_http.h"

#define LANES "/v1/staff/lanes"
#define OUTBOX "/v1/staff/outbox/"
#define ROWS_MAX 200u
#define LANES_PAGE 100u

static const struct seller_span rows_span = {50, ROWS_MAX};

/* The words of the store's enum receipt_rank. */
static const char *
receipt_name(enum receipt_rank rank)
{
	static const char *const names[RECEIPTS] = {
	    [RECEIPT_ACCEPTED] = "accepted",
	    [RECEIPT_SENT] = "sent",
	    [RECEIPT_DELIVERED] = "delivered",
	    [RECEIPT_READ] = "read",
	    [RECEIPT_FAILED] = "failed",
	};

	return (unsigned)rank < RECEIPTS ? names[rank] : NULL;
}

/* Without its payload, which is for the vendor. */
static void
write_row(struct buf *out, const struct outbox_row *row)
{
	buf_addf(out, "{\"row\":%lld,\"conversation\":%lld,\"seq\":%llu",
	    (long long)row->id, (long long)row->conversation,
	    (unsigned long long)row->seq);
	buf_member(out, "channel", row->channel);
	buf_member(out, "account", row->account);
	buf_member(out, "state", str_from(outbox_state_name(row->state)));
	buf_addf(out, ",\"attempts\":%u,\"at\":%lld,\"due\":%lld",
	    row->attempts, (long long)row->at, (long long)row->due);
	buf_member(out, "receipt", str_from(receipt_name(row->receipt)));
	buf_member(out, "vendor_id", row->vendor_id);
	buf_member(out, "code", row->code);
	buf_member(out, "reason", row->reason);
	buf_char(out, '}');
}

static void
answer_rows(
    struct staff_work *w, const struct outbox_row *rows, size_t n, bool more)
{
	struct buf text = {0};
	size_t i;

	buf_str(&text, "{\"rows\":[");
	for (i = 0; i < n; i++) {
		if (i > 0)
			buf_char(&text, ',');
		write_row(&text, &rows[i]);
	}
	buf_char(&text, ']');
	if (more)
		buf_addf(&text, ",\"next\":%lld", (long long)rows[n - 1].id);
	buf_char(&text, '}');
	staff_answer(w->request, 200, &text);
}

/* ---- of one event -------------------------------------------------------- */

void
seller_outbox_run(struct staff_work *w)
{
	const struct seller_request *q = w->arg;
	struct seller_ask ask = seller_ask_of(w);
	struct seller_refusal no = {0};
	size_t n = ROWS_MAX;
	struct outbox_row *rows = arena_alloc(ask.arena, n * sizeof(*rows));
	struct conversation c;
	enum err e = E_NOMEM;

	if (!seller_conversation(&ask, q->number, &c, &no)) {
		seller_refuse(w->request, &no);
		return;
	}
	if (rows != NULL)
		e = store_list_outbox_of(w->reader,
		    &(struct cause_ask){c.id, q->seq}, ask.arena, rows, &n);
	if (e != OK)
		staff_store_fault(w->request, e);
	else
		answer_rows(w, rows, n, false);
}

/* ---- of one account ------------------------------------------------------ */

static void
write_lane(struct buf *out, const struct lane *lane)
{
	buf_addf(out, "{\"lane\":%lld", (long long)lane->id);
	buf_member(out, "channel", lane->channel);
	buf_member(out, "account", lane->account);
	buf_member(out, "state", str_from(lane_state_name(lane->state)));
	buf_member(out, "detail", lane->detail);
	buf_addf(out,
	    ",\"since\":%lld,\"open\":%llu,\"unknown\":%llu,\"dead\":%llu}",
	    (long long)lane->since, (unsigned long long)lane->open,
	    (unsigned long long)lane->unknown, (unsigned long long)lane->dead);
}

/* Calls fn for each lane of their company until it says that it is done. */
static enum err
each_lane(struct staff_work *w, bool (*fn)(void *arg, const struct lane *lane),
    void *arg)
{
	struct arena *a = request_arena(w->request);
	struct lane *page = arena_alloc(a, LANES_PAGE * sizeof(*page));
	size_t n = LANES_PAGE, i;
	int64_t after = 0;
	enum err e = page == NULL ? E_NOMEM : OK;

	while (e == OK && n == LANES_PAGE) {
		e = store_list_lanes(w->reader, after, a, page, &n);
		for (i = 0; e == OK && i < n; i++) {
			after = page[i].id;
			if (page[i].company == w->who.company &&
			    fn(arg, &page[i]))
				return OK;
		}
	}
	return e;
}

static bool
add_lane(void *arg, const struct lane *lane)
{
	struct buf *out = arg;

	if (out->len > 0 && out->data[out->len - 1] == '}')
		buf_char(out, ',');
	write_lane(out, lane);
	return false;
}

static void
lanes_run(struct staff_work *w)
{
	struct buf text = {0};
	enum err e;

	buf_str(&text, "{\"lanes\":[");
	e = each_lane(w, add_lane, &text);
	buf_str(&text, "]}");
	if (e == OK) {
		staff_answer(w->request, 200, &text);
		return;
	}
	buf_free(&text);
	staff_store_fault(w->request, e);
}

void
seller_lanes(struct request *r)
{
	staff_begin(r, MAY_MANAGE_COMPANY, lanes_run, NULL);
}

struct wanted_lane {
	int64_t id;
	bool found;
};

static bool
is_wanted(void *arg, const struct lane *lane)
{
	struct wanted_lane *wanted = arg;

	wanted->found = lane->id == wanted->id;
	return wanted->found;
}

/* Is that lane theirs? Else w is answered. */
static bool
owns_lane(struct staff_work *w, int64_t id)
{
	struct wanted_lane wanted = {.id = id};
	enum err e = each_lane(w, is_wanted, &wanted);

	if (e == OK && wanted.found)
		return true;
	staff_store_fault(w->request, e == OK ? E_NOTFOUND : e);
	return false;
}

static void
lane_rows_run(struct staff_work *w)
{
	const struct seller_request *q = w->arg;
	struct arena *a = request_arena(w->request);
	const struct outbox_ask ask = {
	    q->number, q->given_up, (int64_t)q->after};
	struct outbox_row *rows;
	enum err e = E_NOMEM;
	size_t limit, n;

	if (!seller_limit(w, &rows_span, &limit) || !owns_lane(w, q->number))
		return;
	n = limit;
	rows = arena_alloc(a, n * sizeof(*rows));
	if (rows != NULL)
		e = store_list_outbox(w->reader, &ask, a, rows, &n);
	if (e != OK)
		staff_store_fault(w->request, e);
	else
		answer_rows(w, rows, n, n == limit);
}

void
seller_lane_get(struct request *r)
{
	struct str what;
	struct seller_request *q = seller_request_read(r, LANES "/", &what);

	if (q == NULL)
		return;
	if (str_eq(what, STR("outbox")))
		staff_begin(r, MAY_MANAGE_COMPANY, lane_rows_run, q);
	else
		seller_nothing(r);
}

/* ---- again --------------------------------------------------------------- */

static void
note_replay(struct staff_work *w, const struct store_replay *in)
{
	struct audit_row line = {.at = in->at,
	    .company = w->who.company,
	    .agent = w->who.agent,
	    .what = in->drop ? STR("outbox.drop") : STR("outbox.replay"),
	    .outcome = STR("ok"),
	    .detail = arena_printf(request_arena(w->request),
		"{\"row\":%lld,\"lane\":%lld,\"rows\":%llu}",
		(long long)in->row, (long long)in->lane,
		(unsigned long long)in->rows)};

	/* Without memory there is no detail, but still who and when. */
	staff_write_line(w->staff, &line);
}

static void
replay(struct staff_work *w, int64_t row, int64_t lane)
{
	struct store_op op = {.verb = STORE_REPLAY};
	struct seller_frame f;
	struct buf text = {0};
	enum err e;

	if (!seller_body(w, seller_replay_fields, &f))
		return;
	op.replay = (struct store_replay){.row = row,
	    .lane = lane,
	    .at = clock_wall(w->gateway->clock),
	    .drop = f.drop};
	e = store_submit_wait(w->gateway->store, &op);
	if (e == E_STALE)
		staff_fault(w->request, STAFF_CHANGED,
		    "it is not among those that were given up");
	else if (e != OK)
		staff_store_fault(w->request, e);
	if (e != OK)
		return;
	note_replay(w, &op.replay);
	buf_addf(&text, "{\"rows\":%llu}", (unsigned long long)op.replay.rows);
	staff_answer(w->request, 200, &text);
}

static void
lane_replay_run(struct staff_work *w)
{
	const struct seller_request *q = w->arg;

	if (owns_lane(w, q->number))
		replay(w, 0, q->number);
}

void
seller_lane_post(struct request *r)
{
	struct str what;
	struct seller_request *q = seller_request_read(r, LANES "/", &what);

	if (q == NULL)
		return;
	if (str_eq(what, STR("replay")))
		staff_begin(r, MAY_MANAGE_COMPANY, lane_replay_run, q);
	else
		seller_nothing(r);
}

static void
row_replay_run(struct staff_work *w)
{
	const struct seller_request *q = w->arg;
	struct outbox_row row;
	enum err e = store_read_outbox(
	    w->reader, q->number, request_arena(w->request), &row);

	if (e != OK)
		staff_store_fault(w->request, e);
	else if (owns_lane(w, row.lane))
		replay(w, row.id, 0);
}

void
seller_row_post(struct request *r)
{
	struct str what;
	struct seller_request *q = seller_request_read(r, OUTBOX, &what);

	if (q == NULL)
		return;
	if (str_eq(what, STR("replay")) && q->number != 0)
		staff_begin(r, MAY_MANAGE_COMPANY, row_replay_run, q);
	else
		seller_nothing(r);
}

/* ---- the audit ----------------------------------------------------------- */

static void
write_line(struct buf *out, const struct audit_row *row)
{
	buf_addf(out, "{\"id\":%lld,\"at\":%lld", (long long)row->id,
	    (long long)row->at);
	if (row->agent != 0)
		buf_addf(out, ",\"agent\":%lld", (long long)row->agent);
	if (row->conversation != 0)
		buf_addf(out, ",\"conversation\":%lld",
		    (long long)row->conversation);
	buf_member(out, "what", row->what);
	buf_member(out, "outcome", row->outcome);
	buf_str(out, ",\"detail\":");
	if (row->detail.n > 0)
		buf_add(out, row->detail.p, row->detail.n);
	else
		buf_str(out, "{}");
	buf_char(out, '}');
}

static void
answer_lines(
    struct staff_work *w, const struct audit_row *rows, size_t n, size_t limit)
{
	struct buf text = {0};
	size_t i;

	buf_str(&text, "{\"lines\":[");
	for (i = 0; i < n; i++) {
		buf_str(&text, i == 0 ? "" : ",");
		write_line(&text, &rows[i]);
	}
	buf_char(&text, ']');
	if (n == limit)
		buf_addf(&text, ",\"next\":%lld", (long long)rows[n - 1].id);
	buf_char(&text, '}');
	staff_answer(w->request, 200, &text);
}

/* False: it is no number of a line, and w is answered. */
static bool
read_before(struct staff_work *w, int64_t *out)
{
	static const struct frame_error wrong = {.code = FAULT_BAD_REQUEST,
	    .detail = STR("before: write what stood in \"next\", a number, or "
			  "leave it out")};
	const struct seller_request *q = w->arg;
	uint64_t n = 0;

	if (q->before.n > 0 &&
	    (!str_to_u64(q->before, INT64_MAX, &n) || n == 0)) {
		request_fault(w->request, &wrong);
		return false;
	}
	*out = (int64_t)n;
	return true;
}

static void
audit_run(struct staff_work *w)
{
	const struct seller_request *q = w->arg;
	struct arena *a = request_arena(w->request);
	struct audit_ask ask = {.company = w->who.company,
	    .agent = (int64_t)q->agent,
	    .conversation = (int64_t)q->conversation};
	struct audit_row *rows;
	enum err e = E_NOMEM;
	size_t limit, n;

	if (!seller_limit(w, &rows_span, &limit) ||
	    !read_before(w, &ask.before))
		return;
	n = limit;
	rows = arena_alloc(a, n * sizeof(*rows));
	if (rows != NULL)
		e = store_list_audit(w->reader, &ask, a, rows, &n);
	if (e == OK)
		answer_lines(w, rows, n, limit);
	else
		staff_store_fault(w->request, e);
}

void
seller_audit(struct request *r)
{
	struct str rest;
	struct seller_request *q = seller_request_read(
	    r, "/v1/staff/audit", &rest);

	if (q != NULL)
		staff_begin(r, MAY_READ_AUDIT, audit_run, q);
}
