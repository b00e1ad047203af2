/* staff: set-up of the tests on sellers. */
#include "tests/store/staff.h"
#include "tests/lib/cmocka.h"

struct store_op
agent_op(int64_t company, const char *email)
{
	struct store_op op = {.verb = STORE_AGENT};

	op.agent.row = (struct agent_row){.company = company,
	    .email = str_from(email),
	    .name = STR("Anna"),
	    .role = STR("seller"),
	    .state = AGENT_ACTIVE,
	    .password = STR("$argon2id$"),
	    .capacity = 300,
	    .skills = STR("[\"returns\"]"),
	    .created_at = 1000};
	return op;
}

int64_t
make_agent(struct fixture *f, const char *email)
{
	struct store_op op = agent_op(f->company, email);

	must(store_submit_wait(f->store, &op));
	assert_int_equal(op.agent.row.version, 1);
	return op.agent.row.id;
}

struct agent_row
read_agent(struct fixture *f, int64_t id)
{
	struct agent_row row;

	must(store_read_agent(f->reader, id, &f->arena, &row));
	return row;
}

struct store_op
change_op(int64_t id, unsigned set)
{
	struct store_op op = {.verb = STORE_AGENT};

	op.agent.row.id = id;
	op.agent.set = set;
	return op;
}

struct store_op
pass_op(struct fixture *f, enum pass_kind kind, int64_t agent, int mark)
{
	struct store_op op = {.verb = STORE_PASS};

	op.pass.row = (struct pass_row){.kind = kind,
	    .company = f->company,
	    .agent = agent,
	    .name = STR("Firefox"),
	    .data = STR("{}"),
	    .created_at = 1,
	    .seen_at = 1,
	    .expires_at = 100};
	memset(op.pass.row.hash, mark, PASS_HASH);
	return op;
}

int64_t
begin_pass(struct fixture *f, enum pass_kind kind, int64_t agent, int mark)
{
	struct store_op op = pass_op(f, kind, agent, mark);

	must(store_submit_wait(f->store, &op));
	return op.pass.row.id;
}

struct store_op
item_op(struct fixture *f, enum item_kind kind, const char *key)
{
	struct store_op op = {.verb = STORE_ITEM};

	op.item.item = (struct item){.company = f->company,
	    .kind = kind,
	    .key = str_from(key),
	    .value = STR("{}"),
	    .at = 5};
	return op;
}
