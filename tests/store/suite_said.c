/* suite, said: what acts leave in the log, the outbox, timers and labels. */
#include "tests/store/acts.h"
#include "tests/store/staff.h"
#include "tests/store/suite.h"

#include <stdio.h>

/* ---- what is said -------------------------------------------------------- */

static struct store_op
say_op(int64_t id, int64_t agent, const char *source)
{
	struct store_op op = act_op(ACT_SAY, id, agent);

	op.act.act.body = STR("{\"text\":\"hi\"}");
	op.act.act.source = str_from(source);
	op.act.act.seen_seq = UINT64_MAX;
	return op;
}

static void
what_is_said_twice_is_stored_once(struct fixture *f)
{
	int64_t anna = make_agent(f, "anna"), id = held(f, "bob", anna);
	struct store_op op = say_op(id, anna, "a1");
	size_t lines;
	uint64_t seq;

	must(store_submit_wait(f->store, &op));
	seq = op.act.seq;
	assert_int_equal(
	    op.act.acted.decision.events[op.act.acted.said].seq, seq);
	lines = audit_lines(f);
	op = say_op(id, anna, "a1");
	must(store_submit_wait(f->store, &op));
	assert_true(op.act.duplicate);
	assert_int_equal(op.act.seq, seq);
	assert_int_equal(op.act.acted.decision.event_count, 0);
	assert_int_equal(op.act.acted.said, DECISION_EVENTS_MAX);
	assert_int_equal(state_of(f, id).seq, seq);
	assert_int_equal(audit_lines(f), lines);
}

static void
ask_at(struct fixture *f, int64_t conversation, int64_t at)
{
	struct store_op op = {.verb = STORE_INBOUND,
	    .inbound = {.conversation = conversation,
		.event = {.kind = EVENT_MESSAGE,
		    .author = AUTHOR_CUSTOMER,
		    .at = at}}};

	must(store_submit_wait(f->store, &op));
}

/* The only one there is. */
static int64_t
timer_due(struct fixture *f)
{
	struct timer_row rows[2];
	size_t n = ARRAY_LEN(rows);

	must(store_list_timers(f->reader, INT64_MAX, rows, &n));
	assert_int_equal(n, 1);
	assert_int_equal(rows[0].kind, TIMER_NEXT_RESPONSE);
	return rows[0].due;
}

/* A timer that stands still starts with the word that begins a wait. */
static void
a_parked_timer_starts_when_they_wait(struct fixture *f)
{
	static const struct policy policy = {.next_response_ms = 70};
	int64_t anna = make_agent(f, "anna"), id = held(f, "bob", anna);
	struct store_op op = say_op(id, anna, "a1");

	op.act.act.policy = &policy;
	must(store_submit_wait(f->store, &op));
	assert_int_equal(timer_due(f), TIMER_PARKED + 70);
	ask_at(f, id, 5000);
	assert_int_equal(timer_due(f), 5070);
	ask_at(f, id, 6000); /* it is the first one that waits */
	assert_int_equal(timer_due(f), 5070);
}

/* Each act on a chat of its own, and then once more. */
static void
an_act_with_an_id_is_done_once(struct fixture *f)
{
	static const struct act acts[] = {
	    {.kind = ACT_NOTE, .body = STR("{\"text\":\"a note\"}")},
	    {.kind = ACT_PRIORITY, .priority = 2},
	    {.kind = ACT_LABEL, .body = STR("{\"add\":[\"vip\"]}")},
	    {.kind = ACT_SNOOZE, .until = ACT_NOW + 1000},
	    {.kind = ACT_TRANSFER,
		.to_team = 5,
		.body = STR("{\"text\":\"\"}")},
	    {.kind = ACT_RESOLVE},
	};
	int64_t anna = make_agent(f, "anna");
	char name[16];

	for (size_t i = 0; i < ARRAY_LEN(acts); i++) {
		struct store_op op;
		struct conversation was;
		uint64_t seq;

		(void)snprintf(name, sizeof(name), "bob%zu", i);
		op = act_op(acts[i].kind, held(f, name, anna), anna);
		op.act.act = acts[i];
		op.act.act.agent = anna;
		op.act.act.now = ACT_NOW;
		op.act.act.source = str_from(name);
		must(store_submit_wait(f->store, &op));
		assert_false(op.act.duplicate);
		seq = op.act.seq;
		was = state_of(f, op.act.conversation);
		must(store_submit_wait(f->store, &op));
		assert_true(op.act.duplicate);
		assert_int_equal(op.act.seq, seq);
		assert_true(same_state(&op.act.state, &was));
		assert_int_equal(state_of(f, op.act.conversation).seq, was.seq);
	}
}

static void
check_rows(
    struct fixture *f, int64_t id, uint64_t seq, const char *payload, size_t n)
{
	struct outbox_row rows[4];
	size_t found = ARRAY_LEN(rows);

	must(store_list_outbox_of(
	    f->reader, &(struct cause_ask){id, seq}, &f->arena, rows, &found));
	assert_int_equal(found, n);
	for (size_t i = 0; i < n; i++)
		assert_true(str_eq(rows[i].payload, str_from(payload)));
}

static void
rows_go_with_what_caused_them(struct fixture *f)
{
	static const struct policy policy = {.notice_ms = 1};
	struct outbox_row said[2] = {
	    {.channel = STR("chat"), .payload = STR("said")},
	    {.channel = STR("chat"), .payload = STR("said")}};
	struct outbox_row notice = {
	    .channel = STR("chat"), .payload = STR("notice")};
	int64_t anna = make_agent(f, "anna"), id = held(f, "bob", anna);
	struct store_op op = say_op(id, anna, "a1");

	op.act.said_rows = said;
	op.act.said_count = 2;
	op.act.notice_rows = &notice;
	op.act.notice_count = 1;
	must(store_submit_wait(f->store, &op));
	check_rows(f, id, op.act.seq, "said", 2);
	assert_int_equal(op.act.acted.noticed, DECISION_EVENTS_MAX);
	assert_int_equal(said[0].conversation, id);

	op.act.act = (struct act){.kind = ACT_GIVE_BACK,
	    .agent = anna,
	    .now = ACT_NOW,
	    .policy = &policy,
	    .notice = NOTICE_BACK,
	    .notice_body = STR("{\"text\":\"The bot is back.\"}")};
	must(store_submit_wait(f->store, &op));
	assert_int_equal(op.act.acted.said, DECISION_EVENTS_MAX);
	assert_true(op.act.acted.noticed < DECISION_EVENTS_MAX);
	check_rows(f, id,
	    op.act.acted.decision.events[op.act.acted.noticed].seq, "notice",
	    1);
	check_rows(f, id, op.act.state.holder_seq, "", 0);
	assert_true(is_consistent(f, id));
}

/* More may follow it in the same act. */
static void
the_number_told_is_that_of_what_was_said(struct fixture *f)
{
	int64_t id = open_conversation(f, "bob");
	struct store_op op = act_op(ACT_DESK_SAY, id, 0);
	struct event e[8];

	op.act.act.body = STR("{\"text\":\"late\"}");
	must(store_submit_wait(f->store, &op));
	assert_int_equal(op.act.state.holder, HOLDER_EMAIL);
	assert_true(op.act.seq < op.act.state.seq);
	assert_true(op.act.seq <= events_of(f, id, e, ARRAY_LEN(e)));
	assert_true(str_eq(e[op.act.seq - 1].body, op.act.act.body));
}

static void
acts_arm_timers(struct fixture *f)
{
	static const struct policy policy = {.offer_ms = 30};
	int64_t anna = make_agent(f, "anna"), id = queued(f, "bob");
	struct store_op op = offer_op(id, anna);
	struct timer_row row;
	size_t n = 1;

	op.act.act.policy = &policy;
	must(store_submit_wait(f->store, &op));
	must(store_list_timers(f->reader, ACT_NOW + 30, &row, &n));
	assert_int_equal(n, 1);
	assert_int_equal(row.conversation, id);
	assert_int_equal(row.kind, TIMER_OFFER);
	assert_int_equal(row.due, ACT_NOW + 30);
	op = act_op(ACT_ACCEPT, id, anna);
	op.act.act.policy = &policy;
	must(store_submit_wait(f->store, &op));
	n = 1;
	must(store_list_timers(f->reader, INT64_MAX, &row, &n));
	assert_int_equal(n, 0);
}

static void
an_act_that_cannot_be_is_refused(struct fixture *f)
{
	struct outbox_row row = {.kind = OUTBOX_KINDS};
	int64_t anna = make_agent(f, "anna"), id = held(f, "bob", anna);
	struct store_op op = act_op(ACTS, id, anna);

	refuse(f, &op, ACT_MALFORMED);
	op = say_op(id, anna, "a1");
	op.act.said_rows = &row;
	op.act.said_count = 1;
	assert_int_equal(store_submit_wait(f->store, &op), E_BADINPUT);
	assert_true(is_consistent(f, id));
}

/* ---- labels -------------------------------------------------------------- */

static void
check_labels(struct fixture *f, int64_t id, const char *labels)
{
	struct list_row row;

	must(store_read_row(f->reader, f->company, id, &f->arena, &row));
	assert_true(str_eq(row.labels, str_from(labels)));
}

static void
labels_come_and_go(struct fixture *f)
{
	int64_t id = open_conversation(f, "bob");
	struct store_op op = label_op(id, "{\"add\":[\"vip\",\"late\"]}");

	check_labels(f, id, "[]");
	must(store_submit_wait(f->store, &op));
	check_labels(f, id, "[\"late\",\"vip\"]");
	op = label_op(id, "{\"add\":[\"late\"],\"remove\":[\"none\"]}");
	refuse(f, &op, ACT_NO_CHANGE);
	op = label_op(id, "{\"add\":[\"new\"],\"remove\":[\"vip\"]}");
	must(store_submit_wait(f->store, &op));
	check_labels(f, id, "[\"late\",\"new\"]");
	assert_true(is_consistent(f, id));
}

static void
labels_that_cannot_be_are_refused(struct fixture *f)
{
	static const char *const bodies[] = {"[]", "{\"add\":\"vip\"}",
	    "{\"add\":[1]}", "{\"add\":[\"\"]}", "{\"add\":[",
	    "{\"add\":[\"vip\"],\"remove\":7}",
	    "{\"add\":[\"0123456789012345678901234567890123456789"
	    "0123456789012345678901234\"]}"};
	int64_t id = open_conversation(f, "bob");

	for (size_t i = 0; i < ARRAY_LEN(bodies); i++) {
		struct store_op op = label_op(id, bodies[i]);

		refuse(f, &op, ACT_MALFORMED);
	}
	check_labels(f, id, "[]");
	assert_int_equal(state_of(f, id).seq, 1);
}

/* So many that one more is too many, but not if one goes. */
static void
labels_are_bounded(struct fixture *f)
{
	int64_t id = open_conversation(f, "bob");
	struct store_op op;

	for (int i = 0; i < 50; i++) {
		char body[40];

		(void)snprintf(body, sizeof(body), "{\"add\":[\"l%d\"]}", i);
		op = label_op(id, body);
		must(store_submit_wait(f->store, &op));
	}
	op = label_op(id, "{\"add\":[\"more\"]}");
	refuse(f, &op, ACT_MALFORMED);
	op = label_op(id, "{\"add\":[\"more\"],\"remove\":[\"l7\"]}");
	must(store_submit_wait(f->store, &op));
	op = label_op(id, "{\"add\":[\"yet more\"]}");
	refuse(f, &op, ACT_MALFORMED);
}

static void
decisions_may_label_too(struct fixture *f)
{
	int64_t id = open_conversation(f, "bob");
	struct conversation c = state_of(f, id);
	struct store_op op = answer_op(&c);
	struct decision *d = &op.commit.decision;

	d->event_count = 2;
	d->events[1] = (struct event){
	    .kind = EVENT_LABELS, .body = STR("{\"add\":[\"angry\"]}")};
	must(store_submit_wait(f->store, &op));
	check_labels(f, id, "[\"angry\"]");
	op = answer_op(&op.commit.state);
	op.commit.decision.events[0] = (struct event){
	    .kind = EVENT_LABELS, .body = STR("{\"add\":7}")};
	assert_int_equal(store_submit_wait(f->store, &op), E_BADINPUT);
	op = message_op(id, NULL);
	op.inbound.event.kind = EVENT_LABELS;
	assert_int_equal(store_submit_wait(f->store, &op), E_BADINPUT);
	check_labels(f, id, "[\"angry\"]");
}

/* ---- an address that a customer left ------------------------------------- */

static void
the_first_address_left_is_kept(struct fixture *f)
{
	static const char *const given[] = {"bob@a.example", "bob@b.example"};
	int64_t id = open_conversation(f, "bob");
	struct list_row row;

	for (size_t i = 0; i < ARRAY_LEN(given); i++) {
		struct conversation c = state_of(f, id);
		struct store_op op = answer_op(&c);

		op.commit.email = str_from(given[i]);
		must(store_submit_wait(f->store, &op));
	}
	must(store_read_row(f->reader, f->company, id, &f->arena, &row));
	assert_true(str_eq(row.contact.email, str_from(given[0])));
}

/* What they say (kind MESSAGE), or what an identity says of them. */
static void
leave(struct fixture *f, int64_t id, enum event_kind kind, const char *user,
    const char *email)
{
	struct store_op op = {.verb = STORE_INBOUND,
	    .inbound = {.conversation = id,
		.event = {.kind = kind, .author = AUTHOR_CUSTOMER, .at = 9},
		.external_id = str_from(user),
		.email = str_from(email)}};

	must(store_submit_wait(f->store, &op));
}

static void
check_email(struct fixture *f, int64_t id, const char *email)
{
	struct list_row row;

	must(store_read_row(f->reader, f->company, id, &f->arena, &row));
	assert_true(str_eq(row.contact.email, str_from(email)));
}

/* Whoever holds; their own latest words win. */
static void
an_address_in_a_message_is_kept(struct fixture *f)
{
	int64_t anna = make_agent(f, "anna"), id = held(f, "bob", anna);
	struct conversation c;
	struct store_op op;

	leave(f, id, EVENT_MESSAGE, "", "bob@a.example");
	check_email(f, id, "bob@a.example");
	leave(f, id, EVENT_MESSAGE, "", "");
	leave(f, id, EVENT_MESSAGE, "", "bob@b.example");
	check_email(f, id, "bob@b.example");
	must(act(f, ACT_GIVE_BACK, id, anna));
	leave(f, id, EVENT_MESSAGE, "", "bob@c.example");
	c = state_of(f, id);
	op = answer_op(&c);
	op.commit.email = STR("bob@d.example"); /* it has one */
	must(store_submit_wait(f->store, &op));
	check_email(f, id, "bob@c.example");
}

static void
an_identity_is_not_spoken_away(struct fixture *f)
{
	int64_t bob = open_conversation(f, "bob"), eve, too;

	leave(f, bob, EVENT_MESSAGE, "", "bob@a.example");
	leave(f, bob, EVENT_IDENTIFIED, "7", ""); /* it has no address */
	leave(f, bob, EVENT_MESSAGE, "", "bob@b.example");
	check_email(f, bob, "bob@b.example");
	leave(f, bob, EVENT_IDENTIFIED, "7", "bob@shop.example");
	leave(f, bob, EVENT_MESSAGE, "", "bob@c.example");
	check_email(f, bob, "bob@shop.example");
	/* What they said before they were known stays theirs. */
	eve = open_conversation(f, "eve");
	leave(f, eve, EVENT_IDENTIFIED, "8", "");
	too = open_conversation(f, "eve at home");
	leave(f, too, EVENT_MESSAGE, "", "eve@a.example");
	leave(f, too, EVENT_IDENTIFIED, "8", "");
	assert_int_equal(state_of(f, eve).contact, state_of(f, too).contact);
	check_email(f, eve, "eve@a.example");
}

const struct suite_case suite_said[] = {
    CASE(what_is_said_twice_is_stored_once),
    CASE(an_act_with_an_id_is_done_once),
    CASE(a_parked_timer_starts_when_they_wait),
    CASE(rows_go_with_what_caused_them),
    CASE(the_number_told_is_that_of_what_was_said),
    CASE(acts_arm_timers),
    CASE(an_act_that_cannot_be_is_refused),
    CASE(labels_come_and_go),
    CASE(labels_that_cannot_be_are_refused),
    CASE(labels_are_bounded),
    CASE(decisions_may_label_too),
    CASE(the_first_address_left_is_kept),
    CASE(an_address_in_a_message_is_kept),
    CASE(an_identity_is_not_spoken_away),
    {0},
};
