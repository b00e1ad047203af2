/*
 * suite, staff: sellers. Nobody else's ids work, and what may be used once is
 * used once.
 */
#include "tests/store/staff.h"
#include "tests/store/suite.h"

/* ---- sellers ----------------------------------------------------------- */

static void
agent_is_found_by_id_and_by_mail(struct fixture *f)
{
	int64_t id = make_agent(f, "anna@shop.example");
	struct agent_ask ask = {f->company, STR("anna@shop.example")};
	struct agent_row row = read_agent(f, id), found;

	must(store_find_agent(f->reader, &ask, &f->arena, &found));
	assert_int_equal(found.id, id);
	assert_int_equal(row.company, f->company);
	assert_true(str_eq(row.name, STR("Anna")));
	assert_true(str_eq(row.role, STR("seller")));
	assert_true(str_eq(row.password, STR("$argon2id$")));
	assert_true(str_eq(row.skills, STR("[\"returns\"]")));
	assert_true(str_eq(row.teams, STR("[]")));
	assert_true(str_eq(row.backup, STR("[]")));
	assert_int_equal(row.state, AGENT_ACTIVE);
	assert_int_equal(row.capacity, 300);
	assert_int_equal(row.created_at, 1000);
	assert_int_equal(row.chats, 0);
	assert_false(row.online);
	ask.email = STR("bert@shop.example");
	assert_int_equal(
	    store_find_agent(f->reader, &ask, &f->arena, &found), E_NOTFOUND);
	assert_int_equal(
	    store_read_agent(f->reader, id + 1, &f->arena, &found), E_NOTFOUND);
}

static void
agent_mail_is_unique_in_a_company(struct fixture *f)
{
	int64_t other = put_company(f->store, "other", "{}");
	int64_t bert = make_agent(f, "bert@shop.example");
	struct store_op again = agent_op(f->company, "anna@shop.example");
	struct store_op there = agent_op(other, "anna@shop.example");
	struct store_op nowhere = agent_op(other + 1, "anna@shop.example");
	struct store_op nobody = agent_op(f->company, "");
	struct store_op move = change_op(bert, AGENT_EMAIL);

	(void)make_agent(f, "anna@shop.example");
	assert_int_equal(store_submit_wait(f->store, &again), E_CLAIMED);
	must(store_submit_wait(f->store, &there));
	assert_int_equal(store_submit_wait(f->store, &nowhere), E_NOTFOUND);
	assert_int_equal(store_submit_wait(f->store, &nobody), E_BADINPUT);
	move.agent.row.email = STR("anna@shop.example");
	assert_int_equal(store_submit_wait(f->store, &move), E_CLAIMED);
	assert_true(
	    str_eq(read_agent(f, bert).email, STR("bert@shop.example")));
	assert_int_equal(read_agent(f, bert).version, 1);
}

static void
agent_changes_only_as_said(struct fixture *f)
{
	int64_t id = make_agent(f, "anna@shop.example");
	struct store_op op = change_op(id, AGENT_NAME | AGENT_TEAMS);
	struct agent_row row;

	op.agent.row.name = STR("Anne");
	op.agent.row.teams = STR("[\"sales\"]");
	op.agent.row.role = STR("admin");
	op.agent.version = 1;
	must(store_submit_wait(f->store, &op));
	assert_int_equal(op.agent.row.version, 2);
	row = read_agent(f, id);
	assert_true(str_eq(row.name, STR("Anne")));
	assert_true(str_eq(row.teams, STR("[\"sales\"]")));
	assert_true(str_eq(row.role, STR("seller")));
	assert_true(str_eq(row.email, STR("anna@shop.example")));
	assert_int_equal(row.version, 2);
	assert_int_equal(store_submit_wait(f->store, &op), E_STALE);
}

static void
agent_of_another_company_cannot_be_changed(struct fixture *f)
{
	int64_t other = put_company(f->store, "other", "{}");
	int64_t id = make_agent(f, "anna@shop.example");
	struct store_op op = change_op(id, AGENT_ROLE);

	op.agent.row.company = other;
	op.agent.row.role = STR("admin");
	assert_int_equal(store_submit_wait(f->store, &op), E_NOTFOUND);
	op = change_op(id + 1, AGENT_ROLE);
	assert_int_equal(store_submit_wait(f->store, &op), E_NOTFOUND);
	assert_true(str_eq(read_agent(f, id).role, STR("seller")));
}

static void
agents_are_listed_in_pages(struct fixture *f)
{
	int64_t other = put_company(f->store, "other", "{}");
	struct store_op there = agent_op(other, "a@other.example");
	struct agents_ask ask = {f->company, 0};
	int64_t first = make_agent(f, "z@shop.example");
	struct agent_row page[2];
	size_t n = 2;

	must(store_submit_wait(f->store, &there));
	(void)make_agent(f, "y@shop.example");
	(void)make_agent(f, "x@shop.example");
	must(store_list_agents(f->reader, &ask, &f->arena, page, &n));
	assert_int_equal(n, 2);
	assert_int_equal(page[0].id, first);
	ask.after = page[1].id;
	must(store_list_agents(f->reader, &ask, &f->arena, page, &n));
	assert_int_equal(n, 1);
	assert_true(str_eq(page[0].email, STR("x@shop.example")));
	n = 2;
	ask = (struct agents_ask){0, first};
	must(store_list_agents(f->reader, &ask, &f->arena, page, &n));
	assert_int_equal(n, 2);
	assert_int_equal(page[0].company, other);
}

/* ---- what is used up --------------------------------------------------- */

static void
a_step_is_used_once(struct fixture *f)
{
	int64_t id = make_agent(f, "anna@shop.example");
	struct store_op op = change_op(id, AGENT_STEP);

	op.agent.row.totp_step = 70;
	must(store_submit_wait(f->store, &op));
	assert_int_equal(store_submit_wait(f->store, &op), E_STALE);
	op.agent.row.totp_step = 69;
	assert_int_equal(store_submit_wait(f->store, &op), E_STALE);
	op.agent.row.totp_step = 71;
	must(store_submit_wait(f->store, &op));
	assert_int_equal(read_agent(f, id).totp_step, 71);
	/* It is no change that an open form would have to know of. */
	assert_int_equal(read_agent(f, id).version, 1);
}

static void
a_backup_code_is_used_once(struct fixture *f)
{
	int64_t id = make_agent(f, "anna@shop.example");
	struct store_op op = change_op(id, AGENT_TOTP);

	op.agent.row.totp = STR("sealed:x");
	op.agent.row.backup = STR("[\"a\",\"b\"]");
	op.agent.row.totp_step = 5;
	must(store_submit_wait(f->store, &op));
	assert_int_equal(read_agent(f, id).version, 2);
	op = change_op(id, AGENT_BACKUP);
	op.agent.backup_was = STR("[\"a\",\"b\"]");
	op.agent.row.backup = STR("[\"b\"]");
	must(store_submit_wait(f->store, &op));
	assert_int_equal(store_submit_wait(f->store, &op), E_STALE);
	assert_true(str_eq(read_agent(f, id).backup, STR("[\"b\"]")));
	assert_true(str_eq(read_agent(f, id).totp, STR("sealed:x")));
	assert_int_equal(read_agent(f, id).totp_step, 5);
	assert_int_equal(read_agent(f, id).version, 2);
}

/* ---- presence ---------------------------------------------------------- */

static void
presence_changes_when_it_changes(struct fixture *f)
{
	int64_t id = make_agent(f, "anna@shop.example");
	struct store_op op = {.verb = STORE_PRESENCE};

	op.presence = (struct store_presence){
	    .agent = id, .set_online = true, .online = true, .at = 7};
	must(store_submit_wait(f->store, &op));
	assert_true(op.presence.changed);
	assert_int_equal(op.presence.company, f->company);
	op.presence.at = 8;
	must(store_submit_wait(f->store, &op));
	assert_false(op.presence.changed);
	assert_int_equal(read_agent(f, id).presence_at, 7);
	op.presence = (struct store_presence){
	    .agent = id, .set_away = true, .away = true, .at = 9};
	must(store_submit_wait(f->store, &op));
	assert_true(op.presence.changed);
	assert_true(op.presence.online);
	assert_true(read_agent(f, id).online);
	assert_true(read_agent(f, id).away);
	assert_int_equal(read_agent(f, id).presence_at, 9);
	assert_int_equal(read_agent(f, id).version, 1);
	op.presence.agent = id + 1;
	assert_int_equal(store_submit_wait(f->store, &op), E_NOTFOUND);
}

const struct suite_case suite_staff[] = {
    CASE(agent_is_found_by_id_and_by_mail),
    CASE(agent_mail_is_unique_in_a_company),
    CASE(agent_changes_only_as_said),
    CASE(agent_of_another_company_cannot_be_changed),
    CASE(agents_are_listed_in_pages),
    CASE(a_step_is_used_once),
    CASE(a_backup_code_is_used_once),
    CASE(presence_changes_when_it_changes),
    {0},
};
