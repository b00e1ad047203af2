/* delivery: short words for the outbox. */
#include "tests/store/delivery.h"

int64_t
new_row_in(struct fixture *f, int64_t conversation, const char *account)
{
	struct conversation c = state_of(f, conversation);
	struct store_op op = answer_op(&c);
	struct outbox_row row = {.channel = STR("chat"),
	    .account = str_from(account),
	    .recipient = STR("C1"),
	    .payload = STR("{\"text\":\"hi\"}")};

	op.commit.outbox = &row;
	op.commit.outbox_count = 1;
	must(store_submit_wait(f->store, &op));
	return row.id;
}

int64_t
new_row(struct fixture *f, const char *account)
{
	return new_row_in(f, open_conversation(f, "somebody"), account);
}

size_t
take_rows(
    struct fixture *f, const int64_t *rows, size_t n, int64_t now, bool *taken)
{
	struct store_op op = {.verb = STORE_TAKE};
	size_t count = 0;

	op.take.rows = rows;
	op.take.n = (unsigned)n;
	op.take.at = now;
	op.take.taken = taken;
	must(store_submit_wait(f->store, &op));
	for (size_t i = 0; i < n; i++)
		count += taken[i];
	return count;
}

void
take_all(struct fixture *f, const int64_t *rows, size_t n)
{
	bool taken[STORE_ROWS_MAX];

	must(n <= STORE_ROWS_MAX ? OK : E_LIMIT);
	must(take_rows(f, rows, n, DELIVERY_NOW, taken) == n ? OK : E_STALE);
}

void
settle(struct fixture *f, struct settled *rows, size_t n)
{
	struct store_op op = {.verb = STORE_SETTLE};

	op.settle.rows = rows;
	op.settle.n = (unsigned)n;
	must(store_submit_wait(f->store, &op));
}

void
end_row(struct fixture *f, int64_t row, enum outbox_state state)
{
	struct settled s = {.row = row,
	    .state = state,
	    .vendor_id = STR("v"),
	    .code = STR("30003"),
	    .reason = STR("The phone is off.")};

	take_all(f, &row, 1);
	settle(f, &s, 1);
}

struct outbox_row
row_of(struct fixture *f, int64_t row)
{
	struct outbox_row out;

	must(store_read_outbox(f->reader, row, &f->arena, &out));
	return out;
}

struct store_address
account_of(struct fixture *f, const char *account)
{
	return (struct store_address){.company = f->company,
	    .channel = STR("chat"),
	    .account = str_from(account)};
}

int64_t
lane_of(struct fixture *f, const char *account)
{
	struct store_op op = {.verb = STORE_LANE};

	op.lane.account = account_of(f, account);
	must(store_submit_wait(f->store, &op));
	return op.lane.lane;
}
