/* suite, passes: what one shows to be let in, and when it ends. */
#include "tests/store/staff.h"
#include "tests/store/suite.h"

/* ---- passes ------------------------------------------------------------ */

static enum err
find_pass(struct fixture *f, int mark, struct pass_row *out)
{
	unsigned char hash[PASS_HASH];

	memset(hash, mark, sizeof(hash));
	return store_find_pass(f->reader, hash, &f->arena, out);
}

static bool
has_pass(struct fixture *f, int mark)
{
	struct pass_row row;

	return find_pass(f, mark, &row) == OK;
}

static void
pass_is_found_by_its_hash(struct fixture *f)
{
	int64_t anna = make_agent(f, "anna@shop.example");
	int64_t id = begin_pass(f, PASS_SESSION, anna, 0xa1);
	struct store_op again = pass_op(f, PASS_KEY, anna, 0xa1);
	struct pass_row row;

	must(find_pass(f, 0xa1, &row));
	assert_int_equal(row.id, id);
	assert_int_equal(row.kind, PASS_SESSION);
	assert_int_equal(row.company, f->company);
	assert_int_equal(row.agent, anna);
	assert_true(str_eq(row.name, STR("Firefox")));
	assert_true(str_eq(row.data, STR("{}")));
	assert_int_equal(row.expires_at, 100);
	assert_int_equal(row.hash[31], 0xa1);
	assert_int_equal(find_pass(f, 0xa2, &row), E_NOTFOUND);
	assert_int_equal(store_submit_wait(f->store, &again), E_CLAIMED);
}

static void
pass_begins_only_for_who_may_come_in(struct fixture *f)
{
	int64_t other = put_company(f->store, "other", "{}");
	int64_t anna = make_agent(f, "anna@shop.example");
	struct store_op op = change_op(anna, AGENT_STATE);
	struct store_op session = pass_op(f, PASS_SESSION, anna, 1);
	struct store_op invitation = pass_op(f, PASS_INVITATION, anna, 2);

	session.pass.row.company = other;
	assert_int_equal(store_submit_wait(f->store, &session), E_NOTFOUND);
	session.pass.row.company = f->company;
	session.pass.version = 2;
	assert_int_equal(store_submit_wait(f->store, &session), E_STALE);
	session.pass.version = 0;
	op.agent.row.state = AGENT_INVITED;
	must(store_submit_wait(f->store, &op));
	assert_int_equal(store_submit_wait(f->store, &session), E_DENIED);
	must(store_submit_wait(f->store, &invitation));
	op.agent.row.state = AGENT_DISABLED;
	must(store_submit_wait(f->store, &op));
	invitation = pass_op(f, PASS_INVITATION, anna, 3);
	assert_int_equal(store_submit_wait(f->store, &invitation), E_DENIED);
	session = pass_op(f, PASS_SESSION, anna + 1, 4);
	assert_int_equal(store_submit_wait(f->store, &session), E_NOTFOUND);
}

static void
disabling_ends_all_passes(struct fixture *f)
{
	int64_t anna = make_agent(f, "anna@shop.example");
	int64_t bert = make_agent(f, "bert@shop.example");
	struct store_op op = change_op(anna, AGENT_STATE);

	(void)begin_pass(f, PASS_SESSION, anna, 1);
	(void)begin_pass(f, PASS_KEY, anna, 2);
	(void)begin_pass(f, PASS_SESSION, bert, 3);
	op.agent.row.state = AGENT_DISABLED;
	must(store_submit_wait(f->store, &op));
	assert_false(has_pass(f, 1));
	assert_false(has_pass(f, 2));
	assert_true(has_pass(f, 3));
}

static void
a_new_password_ends_what_the_old_one_opened(struct fixture *f)
{
	int64_t anna = make_agent(f, "anna@shop.example");
	struct store_op op = change_op(anna, AGENT_PASSWORD);

	(void)begin_pass(f, PASS_SESSION, anna, 1);
	(void)begin_pass(f, PASS_KEY, anna, 2);
	(void)begin_pass(f, PASS_RESET, anna, 3);
	op.agent.row.password = STR("$argon2id$new");
	must(store_submit_wait(f->store, &op));
	assert_false(has_pass(f, 1));
	assert_true(has_pass(f, 2));
	assert_false(has_pass(f, 3));
}

static void
pass_lives_longer_when_it_is_seen(struct fixture *f)
{
	int64_t anna = make_agent(f, "anna@shop.example");
	struct store_op op = {.verb = STORE_PASS};
	struct pass_row row;

	op.pass.deed = PASS_SEEN;
	op.pass.row.id = begin_pass(f, PASS_SESSION, anna, 1);
	op.pass.row.seen_at = 50;
	op.pass.row.expires_at = 150;
	must(store_submit_wait(f->store, &op));
	op.pass.row.seen_at = 40;
	op.pass.row.expires_at = 140;
	must(store_submit_wait(f->store, &op));
	must(find_pass(f, 1, &row));
	assert_int_equal(row.seen_at, 50);
	assert_int_equal(row.expires_at, 150);
	op.pass.row.id++;
	assert_int_equal(store_submit_wait(f->store, &op), E_NOTFOUND);
}

static enum err
end_pass(struct fixture *f, struct pass_row row)
{
	struct store_op op = {.verb = STORE_PASS};

	op.pass.deed = PASS_END;
	op.pass.row = row;
	op.err = store_submit_wait(f->store, &op);
	if (op.err == OK)
		assert_int_equal(op.pass.ended, 1);
	return op.err;
}

static void
pass_ends_only_as_said(struct fixture *f)
{
	int64_t other = put_company(f->store, "other", "{}");
	int64_t anna = make_agent(f, "anna@shop.example");
	int64_t bert = make_agent(f, "bert@shop.example");
	int64_t id = begin_pass(f, PASS_SESSION, anna, 1);
	const struct pass_row right = {
	    .id = id, .company = f->company, .kind = PASS_SESSION};
	struct pass_row wrong = right;

	wrong.company = other;
	assert_int_equal(end_pass(f, wrong), E_NOTFOUND);
	wrong = right;
	wrong.kind = PASS_KEY;
	assert_int_equal(end_pass(f, wrong), E_NOTFOUND);
	wrong = right;
	wrong.agent = bert;
	assert_int_equal(end_pass(f, wrong), E_NOTFOUND);
	assert_true(has_pass(f, 1));
	must(end_pass(f, right));
	assert_false(has_pass(f, 1));
	assert_int_equal(end_pass(f, right), E_NOTFOUND);
	/* And its number is nobody else's. */
	assert_true(begin_pass(f, PASS_SESSION, anna, 2) > id);
}

static void
all_passes_end_but_one(struct fixture *f)
{
	int64_t anna = make_agent(f, "anna@shop.example");
	int64_t bert = make_agent(f, "bert@shop.example");
	struct store_op op = {.verb = STORE_PASS};

	(void)begin_pass(f, PASS_SESSION, anna, 1);
	op.pass.deed = PASS_END_ALL;
	op.pass.row = (struct pass_row){.company = f->company,
	    .agent = anna,
	    .kind = PASS_SESSION,
	    .id = begin_pass(f, PASS_SESSION, anna, 2)};
	(void)begin_pass(f, PASS_KEY, anna, 3);
	(void)begin_pass(f, PASS_SESSION, bert, 4);
	must(store_submit_wait(f->store, &op));
	assert_int_equal(op.pass.ended, 1);
	assert_false(has_pass(f, 1));
	for (int mark = 2; mark <= 4; mark++)
		assert_true(has_pass(f, mark));
}

static void
of_too_many_passes_the_oldest_end(struct fixture *f)
{
	int64_t anna = make_agent(f, "anna@shop.example");
	struct store_op op;
	int mark;

	(void)begin_pass(f, PASS_KEY, anna, 9);
	for (mark = 1; mark <= 4; mark++) {
		op = pass_op(f, PASS_SESSION, anna, mark);
		op.pass.most = 2;
		must(store_submit_wait(f->store, &op));
		assert_int_equal(op.pass.ended, mark > 2);
	}
	assert_false(has_pass(f, 1));
	assert_false(has_pass(f, 2));
	assert_true(has_pass(f, 3));
	assert_true(has_pass(f, 4));
	assert_true(has_pass(f, 9));
}

static void
expired_passes_are_swept(struct fixture *f)
{
	int64_t anna = make_agent(f, "anna@shop.example");
	struct store_op op = {.verb = STORE_PASS};
	struct store_op eternal = pass_op(f, PASS_KEY, anna, 2);

	(void)begin_pass(f, PASS_SESSION, anna, 1);
	eternal.pass.row.expires_at = 0;
	must(store_submit_wait(f->store, &eternal));
	op.pass.deed = PASS_SWEEP;
	op.pass.at = 99;
	must(store_submit_wait(f->store, &op));
	assert_int_equal(op.pass.ended, 0);
	op.pass.at = 100;
	must(store_submit_wait(f->store, &op));
	assert_int_equal(op.pass.ended, 1);
	assert_false(has_pass(f, 1));
	assert_true(has_pass(f, 2));
}

static void
passes_are_listed_in_pages(struct fixture *f)
{
	int64_t other = put_company(f->store, "other", "{}");
	int64_t anna = make_agent(f, "anna@shop.example");
	struct pass_ask ask = {.company = f->company, .kind = PASS_KEY};
	struct pass_row page[2];
	size_t n = 2;
	int64_t first = begin_pass(f, PASS_KEY, anna, 1);

	(void)begin_pass(f, PASS_KEY, 0, 2);
	(void)begin_pass(f, PASS_SESSION, anna, 3);
	(void)begin_pass(f, PASS_KEY, anna, 4);
	must(store_list_passes(f->reader, &ask, &f->arena, page, &n));
	assert_int_equal(n, 2);
	assert_int_equal(page[0].id, first);
	assert_int_equal(page[1].agent, 0);
	ask.after = page[1].id;
	must(store_list_passes(f->reader, &ask, &f->arena, page, &n));
	assert_int_equal(n, 1);
	n = 2;
	ask = (struct pass_ask){
	    .company = f->company, .kind = PASS_KEY, .agent = anna};
	must(store_list_passes(f->reader, &ask, &f->arena, page, &n));
	assert_int_equal(n, 2);
	assert_int_equal(page[1].agent, anna);
	ask.company = other;
	must(store_list_passes(f->reader, &ask, &f->arena, page, &n));
	assert_int_equal(n, 0);
}

const struct suite_case suite_passes[] = {
    CASE(pass_is_found_by_its_hash),
    CASE(pass_begins_only_for_who_may_come_in),
    CASE(disabling_ends_all_passes),
    CASE(a_new_password_ends_what_the_old_one_opened),
    CASE(pass_lives_longer_when_it_is_seen),
    CASE(pass_ends_only_as_said),
    CASE(all_passes_end_but_one),
    CASE(of_too_many_passes_the_oldest_end),
    CASE(expired_passes_are_swept),
    CASE(passes_are_listed_in_pages),
    {0},
};
