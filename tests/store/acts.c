/* acts: set-up of the tests on what people do. */
#include "tests/store/acts.h"
#include "tests/lib/cmocka.h"
#include "tests/store/staff.h"

struct store_op
act_op(enum act_kind kind, int64_t conversation, int64_t agent)
{
	struct store_op op = {.verb = STORE_ACT};

	op.act.conversation = conversation;
	op.act.act = (struct act){.kind = kind, .agent = agent, .now = ACT_NOW};
	op.act.audit = true;
	return op;
}

enum err
act(struct fixture *f, enum act_kind kind, int64_t conversation, int64_t agent)
{
	struct store_op op = act_op(kind, conversation, agent);

	return store_submit_wait(f->store, &op);
}

struct store_op
offer_op(int64_t conversation, int64_t to_agent)
{
	struct store_op op = act_op(ACT_OFFER, conversation, 0);

	op.act.act.to_agent = to_agent;
	op.act.act.body = STR("{\"why\":\"idle\"}");
	return op;
}

struct store_op
label_op(int64_t conversation, const char *body)
{
	struct store_op op = act_op(ACT_LABEL, conversation, 0);

	op.act.act.body = str_from(body);
	return op;
}

void
offer(struct fixture *f, int64_t conversation, int64_t to_agent)
{
	struct store_op op = offer_op(conversation, to_agent);

	must(store_submit_wait(f->store, &op));
}

int64_t
queued(struct fixture *f, const char *who)
{
	int64_t id = open_conversation(f, who);

	must(say(f, id, NULL));
	must(act(f, ACT_QUEUE, id, 0));
	return id;
}

int64_t
held(struct fixture *f, const char *who, int64_t agent)
{
	int64_t id = queued(f, who);

	must(act(f, ACT_PULL, id, agent));
	return id;
}

void
refuse(struct fixture *f, struct store_op *op, enum act_refusal why)
{
	assert_int_equal(store_submit_wait(f->store, op), E_DENIED);
	assert_string_equal(
	    act_refusal_name(op->act.acted.refusal), act_refusal_name(why));
	assert_int_equal(op->act.acted.decision.event_count, 0);
}

uint64_t
chats_of(struct fixture *f, int64_t agent)
{
	return read_agent(f, agent).chats;
}

static size_t
read_audit(struct fixture *f, struct audit_row *out, size_t max)
{
	struct audit_ask ask = {.company = f->company};
	size_t n = max;

	must(store_list_audit(f->reader, &ask, &f->arena, out, &n));
	return n;
}

struct audit_row
last_audit(struct fixture *f)
{
	struct audit_row row;

	assert_int_equal(read_audit(f, &row, 1), 1);
	return row;
}

size_t
audit_lines(struct fixture *f)
{
	struct audit_row rows[64];

	return read_audit(f, rows, ARRAY_LEN(rows));
}
