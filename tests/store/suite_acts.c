/* suite, acts: offers, holders, and who is in the way of whom. */
#include "tests/store/acts.h"
#include "tests/store/staff.h"
#include "tests/store/suite.h"

#include <stdio.h>

/* ---- who gets it --------------------------------------------------------- */

static void
what_was_offered_is_accepted(struct fixture *f)
{
	int64_t anna = make_agent(f, "anna"), id = queued(f, "bob");
	struct store_op op = act_op(ACT_ACCEPT, id, anna);

	offer(f, id, anna);
	assert_int_equal(state_of(f, id).offered, anna);
	must(store_submit_wait(f->store, &op));
	assert_int_equal(op.act.state.holder, HOLDER_AGENT);
	assert_int_equal(op.act.state.agent, anna);
	assert_int_equal(op.act.acted.refusal, ACT_FINE);
	assert_int_equal(op.act.seq, state_of(f, id).seq);
	assert_false(op.act.duplicate);
	assert_true(is_consistent(f, id));
}

static void
who_comes_second_is_told_who_holds(struct fixture *f)
{
	int64_t anna = make_agent(f, "anna"), bert = make_agent(f, "bert");
	int64_t id = held(f, "bob", anna);
	struct conversation was = state_of(f, id);
	struct store_op op = act_op(ACT_ACCEPT, id, bert);

	refuse(f, &op, ACT_IS_HELD);
	assert_int_equal(op.act.state.agent, anna);
	assert_true(same_state(&op.act.state, &was));
	op = act_op(ACT_PULL, id, bert);
	refuse(f, &op, ACT_IS_HELD);
}

static void
an_offer_that_was_withdrawn_is_over(struct fixture *f)
{
	int64_t anna = make_agent(f, "anna"), id = queued(f, "bob");
	struct store_op op = act_op(ACT_ACCEPT, id, anna);

	offer(f, id, anna);
	must(act(f, ACT_EXPIRE, id, 0));
	refuse(f, &op, ACT_IS_OVER);
}

static void
a_claim_ends_when_people_take_over(struct fixture *f)
{
	int64_t id = open_conversation(f, "bob");
	struct store_op claim = {.verb = STORE_CLAIM};
	struct store_claim now;

	claim.claim.conversation = id;
	claim.claim.seq = 1;
	claim.claim.worker = 7;
	must(store_submit_wait(f->store, &claim));
	must(act(f, ACT_QUEUE, id, 0));
	must(store_read_claim(f->reader, id, &now));
	assert_int_equal(now.worker, 0);
}

/* ---- how many they have -------------------------------------------------- */

static void
chats_are_what_is_held_or_offered(struct fixture *f)
{
	int64_t anna = make_agent(f, "anna"), bert = make_agent(f, "bert");
	int64_t id = queued(f, "bob"), other = queued(f, "eve");
	struct store_op pass;

	offer(f, id, anna);
	assert_int_equal(chats_of(f, anna), 1);
	must(act(f, ACT_ACCEPT, id, anna));
	assert_int_equal(chats_of(f, anna), 1);
	offer(f, other, anna);
	assert_int_equal(chats_of(f, anna), 2);
	must(act(f, ACT_DECLINE, other, anna));
	assert_int_equal(chats_of(f, anna), 1);
	pass = act_op(ACT_TRANSFER, id, anna);
	pass.act.act.to_agent = bert;
	must(store_submit_wait(f->store, &pass));
	assert_int_equal(chats_of(f, anna), 0);
	assert_int_equal(chats_of(f, bert), 1);
	must(act(f, ACT_ACCEPT, id, bert));
	assert_int_equal(chats_of(f, bert), 1);
	must(act(f, ACT_RESOLVE, id, bert));
	assert_int_equal(chats_of(f, bert), 0);
	assert_true(is_consistent(f, id));
}

/* Of what was withdrawn nobody knows whether they would have taken it. */
static void
who_did_not_take_it_is_listed(struct fixture *f)
{
	int64_t anna = make_agent(f, "anna"), bert = make_agent(f, "bert");
	int64_t id = queued(f, "bob"), other = queued(f, "eve");
	struct not_taken list[2];
	size_t n = ARRAY_LEN(list);
	uint64_t since = state_of(f, id).holder_seq;

	offer(f, other, anna);
	must(act(f, ACT_DECLINE, other, anna));
	must(store_list_not_taken(f->reader, id, since, list, &n));
	assert_int_equal(n, 0);
	offer(f, id, anna);
	must(act(f, ACT_DECLINE, id, anna));
	offer(f, id, bert);
	must(act(f, ACT_EXPIRE, id, 0));
	offer(f, id, anna);
	must(act(f, ACT_WITHDRAW, id, 0));
	n = ARRAY_LEN(list);
	must(store_list_not_taken(f->reader, id, since, list, &n));
	assert_int_equal(n, 2);
	assert_int_equal(list[0].agent, bert);
	assert_int_equal(list[0].end, OFFER_EXPIRED);
	assert_int_equal(list[1].agent, anna);
	assert_int_equal(list[1].end, OFFER_DECLINED);
	n = 1;
	must(store_list_not_taken(f->reader, id, since, list, &n));
	assert_int_equal(n, 1);
	assert_int_equal(list[0].agent, bert);
	n = 1;
	must(
	    store_list_not_taken(f->reader, id, state_of(f, id).seq, list, &n));
	assert_int_equal(n, 0);
}

static int64_t
seen_at(struct fixture *f, int64_t agent)
{
	return read_agent(f, agent).presence_at;
}

/* Without a socket, too, as long as they have a chat. */
static void
who_acts_is_there(struct fixture *f)
{
	int64_t anna = make_agent(f, "anna"), id = queued(f, "bob");
	struct store_op op = {.verb = STORE_PRESENCE,
	    .presence = {.agent = anna, .acted = true, .at = 5}};

	must(store_submit_wait(f->store, &op));
	assert_int_equal(seen_at(f, anna), 0);
	must(act(f, ACT_PULL, id, anna));
	assert_int_equal(seen_at(f, anna), ACT_NOW);
	must(store_submit_wait(f->store, &op)); /* it never falls */
	assert_int_equal(seen_at(f, anna), ACT_NOW);
	op.presence.at = ACT_NOW + 5;
	must(store_submit_wait(f->store, &op));
	assert_false(op.presence.changed);
	assert_int_equal(seen_at(f, anna), ACT_NOW + 5);
	op.presence = (struct store_presence){.agent = anna,
	    .set_online = true,
	    .online = true,
	    .acted = true,
	    .at = ACT_NOW + 6};
	must(store_submit_wait(f->store, &op));
	op.presence.at = ACT_NOW + 7; /* when they came */
	must(store_submit_wait(f->store, &op));
	assert_int_equal(seen_at(f, anna), ACT_NOW + 6);
}

/* By whatever verb the holder changes. */
static void
chats_move_with_commits_too(struct fixture *f)
{
	int64_t anna = make_agent(f, "anna"), id = open_conversation(f, "bob");
	struct conversation c = state_of(f, id);
	struct store_op op = answer_op(&c);

	op.commit.decision.events[0] = (struct event){
	    .kind = EVENT_HOLDER, .ref = HOLDER_AGENT, .author_id = anna};
	must(store_submit_wait(f->store, &op));
	assert_int_equal(chats_of(f, anna), 1);
	op = message_op(id, NULL);
	op.inbound.event.kind = EVENT_HOLDER;
	op.inbound.event.ref = HOLDER_BOT;
	must(store_submit_wait(f->store, &op));
	assert_int_equal(chats_of(f, anna), 0);
}

static void
nobody_gets_more_than_they_may(struct fixture *f)
{
	int64_t anna = make_agent(f, "anna"), ids[3];
	char who[2] = "a";
	struct store_op op;

	for (size_t i = 0; i < ARRAY_LEN(ids); i++, who[0]++)
		ids[i] = queued(f, who);
	for (size_t i = 0; i < ARRAY_LEN(ids); i++) {
		op = offer_op(ids[i], anna);
		op.act.chats_max = 2;
		if (i < 2)
			must(store_submit_wait(f->store, &op));
	}
	refuse(f, &op, ACT_IS_FULL);
	assert_int_equal(op.act.state.offered, 0);
	op = act_op(ACT_PULL, ids[2], anna);
	op.act.chats_max = 2;
	refuse(f, &op, ACT_IS_FULL);
	/* What they have already, they may take. */
	op = act_op(ACT_ACCEPT, ids[0], anna);
	op.act.chats_max = 2;
	must(store_submit_wait(f->store, &op));
	op = act_op(ACT_PULL, ids[2], anna);
	must(store_submit_wait(f->store, &op));
	assert_int_equal(chats_of(f, anna), 3);
	/* Nor does it keep them from having fewer. */
	op = act_op(ACT_GIVE_BACK, ids[2], anna);
	op.act.chats_max = 2;
	must(store_submit_wait(f->store, &op));
	assert_int_equal(chats_of(f, anna), 2);
}

/* ---- who may not --------------------------------------------------------- */

static void
check_not_found(struct fixture *f, struct store_op *op)
{
	struct conversation was = state_of(f, op->act.conversation);
	struct conversation is;

	assert_int_equal(store_submit_wait(f->store, op), E_NOTFOUND);
	is = state_of(f, op->act.conversation);
	assert_true(same_state(&was, &is));
}

static void
strangers_change_nothing(struct fixture *f)
{
	int64_t other = put_company(f->store, "other", "{}"), id;
	struct store_op make = agent_op(other, "mallory"), op;
	struct store_op off = agent_op(f->company, "off");

	id = queued(f, "bob");
	off.agent.row.state = AGENT_DISABLED;
	must(store_submit_wait(f->store, &make));
	must(store_submit_wait(f->store, &off));
	op = act_op(ACT_PULL, id, make.agent.row.id);
	check_not_found(f, &op);
	assert_true(str_eq(last_audit(f).outcome, STR("not_found")));
	op = act_op(ACT_PULL, id, off.agent.row.id);
	check_not_found(f, &op);
	op = act_op(ACT_PULL, id, 777);
	check_not_found(f, &op);
	op = offer_op(id, make.agent.row.id);
	check_not_found(f, &op);
	op = offer_op(id, off.agent.row.id);
	check_not_found(f, &op);
	op = act_op(ACT_GIVE_BACK, id, 0);
	op.act.company = other;
	check_not_found(f, &op);
	assert_int_equal(op.act.state.id, 0);
	op.act.conversation = 777;
	assert_int_equal(store_submit_wait(f->store, &op), E_NOTFOUND);
	op = act_op(ACT_GIVE_BACK, id, 0);
	op.act.company = f->company;
	must(store_submit_wait(f->store, &op));
}

static void
who_is_disabled_can_still_be_dropped(struct fixture *f)
{
	int64_t anna = make_agent(f, "anna"), id = held(f, "bob", anna);
	struct store_op change = change_op(anna, AGENT_STATE);
	struct store_op op = act_op(ACT_DROP, id, 0);

	change.agent.row.state = AGENT_DISABLED;
	must(store_submit_wait(f->store, &change));
	op.act.act.to_agent = anna;
	must(store_submit_wait(f->store, &op));
	assert_int_equal(op.act.state.holder, HOLDER_QUEUE);
	assert_true(op.act.state.front);
	assert_int_equal(chats_of(f, anna), 0);
}

static void
a_wanted_seller_who_is_not_there_is_not_waited_for(struct fixture *f)
{
	int64_t anna = make_agent(f, "anna"), id;
	const int64_t wanted[] = {anna, 777};

	for (size_t i = 0; i < ARRAY_LEN(wanted); i++) {
		struct store_op op;

		id = open_conversation(f, i == 0 ? "bob" : "eve");
		op = act_op(ACT_QUEUE, id, 0);
		op.act.act.wanted = wanted[i];
		op.act.act.route = STR("{\"skills\":[]}");
		must(store_submit_wait(f->store, &op));
		assert_int_equal(op.act.state.wanted, i == 0 ? anna : 0);
		assert_int_equal(op.act.act.wanted, wanted[i]);
	}
}

/* ---- the audit ----------------------------------------------------------- */

static void
a_refusal_writes_nothing_but_the_audit(struct fixture *f)
{
	struct outbox_row row = {.channel = STR("chat")};
	int64_t anna = make_agent(f, "anna"), bert = make_agent(f, "bert");
	int64_t id = held(f, "bob", anna);
	size_t lines = audit_lines(f);
	struct store_op op = act_op(ACT_SAY, id, bert);
	struct outbox_row found[1];
	struct audit_row line;

	op.act.act.body = STR("{\"text\":\"hi\"}");
	op.act.act.source = STR("b1");
	op.act.act.seen_seq = UINT64_MAX;
	op.act.said_rows = &row;
	op.act.said_count = 1;
	refuse(f, &op, ACT_IS_HELD);
	assert_int_equal(audit_lines(f), lines + 1);
	line = last_audit(f);
	assert_true(str_eq(line.what, STR("say")));
	assert_true(str_eq(line.outcome, STR("held")));
	assert_int_equal(line.agent, bert);
	assert_int_equal(line.conversation, id);
	assert_int_equal(line.at, ACT_NOW);
	assert_int_equal(outbox_of(f, found, 1), 0);
	assert_int_equal(chats_of(f, anna), 1);
	assert_int_equal(chats_of(f, bert), 0);
	assert_true(is_consistent(f, id));
	/* What it would have said may still be said. */
	op.act.act.agent = anna;
	must(store_submit_wait(f->store, &op));
	assert_false(op.act.duplicate);
}

static void
the_audit_says_what_was_done_by_whom(struct fixture *f)
{
	int64_t anna = make_agent(f, "anna"), bert = make_agent(f, "bert");
	int64_t id = held(f, "bob", anna);
	struct store_op op = act_op(ACT_TRANSFER, id, anna);
	struct audit_row line;
	char detail[80];
	size_t lines;

	op.act.act.to_agent = bert;
	must(store_submit_wait(f->store, &op));
	line = last_audit(f);
	(void)snprintf(detail, sizeof(detail), "{\"to_agent\":%d,\"seq\":%d}",
	    (int)bert, (int)op.act.seq);
	assert_true(str_eq(line.what, STR("transfer")));
	assert_true(str_eq(line.outcome, STR("ok")));
	assert_true(str_eq(line.detail, str_from(detail)));
	lines = audit_lines(f);
	op = act_op(ACT_ACCEPT, id, bert);
	op.act.audit = false;
	must(store_submit_wait(f->store, &op));
	must(act(f, ACT_GIVE_BACK, id, 0));
	assert_int_equal(audit_lines(f), lines);
}

const struct suite_case suite_acts[] = {
    CASE(what_was_offered_is_accepted),
    CASE(who_comes_second_is_told_who_holds),
    CASE(an_offer_that_was_withdrawn_is_over),
    CASE(a_claim_ends_when_people_take_over),
    CASE(chats_are_what_is_held_or_offered),
    CASE(who_acts_is_there),
    CASE(chats_move_with_commits_too),
    CASE(nobody_gets_more_than_they_may),
    CASE(who_did_not_take_it_is_listed),
    CASE(strangers_change_nothing),
    CASE(who_is_disabled_can_still_be_dropped),
    CASE(a_wanted_seller_who_is_not_there_is_not_waited_for),
    CASE(a_refusal_writes_nothing_but_the_audit),
    CASE(the_audit_says_what_was_done_by_whom),
    {0},
};
