/*
 * suite, known: how a customer is found again: by address, alias, person; what
 * is kept of how to answer; edits; files that come with a message.
 */
#include "tests/store/suite.h"

static struct store_address
at(struct fixture *f, const char *address)
{
	return (struct store_address){.company = f->company,
	    .channel = STR("chat"),
	    .account = STR("T1"),
	    .address = str_from(address)};
}

static struct store_op
from(struct fixture *f, const char *address, const char *alias,
    const char *person)
{
	struct store_op op = message_op(0, NULL);

	op.inbound.address = at(f, address);
	op.inbound.alias = str_from(alias);
	op.inbound.person = str_from(person);
	return op;
}

/* Says it; the state after. */
static struct conversation
said(struct fixture *f, const char *address, const char *alias,
    const char *person)
{
	struct store_op op = from(f, address, alias, person);

	must(store_submit_wait(f->store, &op));
	assert_false(op.inbound.duplicate);
	return op.inbound.state;
}

static struct reach
reach_of(struct fixture *f, int64_t conversation)
{
	struct reach r;

	must(store_read_reach(f->reader, conversation, &f->arena, &r));
	return r;
}

/* Was nothing opened there so far? It is now. */
static bool
is_new(struct fixture *f, const char *address)
{
	struct store_op op = {.verb = STORE_OPEN};

	op.open.address = at(f, address);
	must(store_submit_wait(f->store, &op));
	return op.open.created;
}

/* ---- alias ------------------------------------------------------------- */

static void
an_alias_leads_to_the_same_conversation(struct fixture *f)
{
	struct conversation first = said(f, "A", "B", NULL);

	assert_int_equal(said(f, "B", NULL, NULL).id, first.id);
	assert_int_equal(said(f, "A", "B", NULL).id, first.id);
	assert_int_equal(said(f, "B", "A", NULL).id, first.id);
	assert_int_equal(said(f, "A", "A", NULL).seq, 6);
	assert_true(is_consistent(f, first.id));
}

static void
what_is_known_by_its_alias_gets_its_address(struct fixture *f)
{
	struct conversation first = said(f, "B", NULL, NULL);

	assert_true(str_eq(reach_of(f, first.id).address, STR("B")));
	assert_int_equal(said(f, "A", "B", NULL).id, first.id);
	assert_true(str_eq(reach_of(f, first.id).address, STR("A")));
	assert_int_equal(said(f, "A", NULL, NULL).id, first.id);
	assert_int_equal(said(f, "B", NULL, NULL).id, first.id);
}

static void
an_alias_of_another_conversation_joins_their_contacts(struct fixture *f)
{
	struct conversation a = said(f, "A", NULL, "p");
	struct conversation b = said(f, "B", NULL, "q");

	assert_int_not_equal(a.contact, b.contact);
	assert_int_equal(said(f, "A", "B", NULL).id, a.id);
	assert_int_equal(said(f, "B", NULL, NULL).id, b.id);
	assert_int_equal(state_of(f, b.id).contact, a.contact);
	assert_int_equal(state_of(f, a.id).contact, a.contact);
	/* Whoever was b's person is the joint contact's. */
	assert_int_equal(said(f, "C", NULL, "q").contact, a.contact);
	assert_int_equal(said(f, "A", "B", NULL).id, a.id);
	assert_true(is_consistent(f, b.id));
}

static void
a_contact_joined_keeps_its_own_name_at_the_company(struct fixture *f)
{
	struct conversation a = said(f, "A", NULL, NULL);
	struct conversation b = said(f, "B", NULL, NULL);
	struct store_op op = message_op(b.id, NULL);

	op.inbound.event.kind = EVENT_IDENTIFIED;
	op.inbound.external_id = STR("7");
	must(store_submit_wait(f->store, &op));
	assert_int_equal(said(f, "A", "B", NULL).id, a.id);
	op.inbound.conversation = said(f, "C", NULL, NULL).id;
	must(store_submit_wait(f->store, &op));
	assert_int_equal(op.inbound.state.contact, b.contact);
}

/* ---- persons ----------------------------------------------------------- */

static void
a_person_is_one_contact_in_all_conversations(struct fixture *f)
{
	struct conversation a = said(f, "A", NULL, "p");
	struct conversation b = said(f, "B", NULL, "p");
	struct conversation other = said(f, "C", NULL, "q");

	assert_int_not_equal(a.id, b.id);
	assert_int_equal(a.contact, b.contact);
	assert_int_not_equal(other.contact, a.contact);
	assert_int_equal(said(f, "A", NULL, "p").contact, a.contact);
	assert_int_equal(said(f, "A", NULL, NULL).contact, a.contact);
}

static void
a_second_person_in_a_conversation_is_a_contact_of_their_own(struct fixture *f)
{
	struct conversation a = said(f, "A", NULL, "p");

	assert_int_equal(said(f, "A", NULL, "q").contact, a.contact);
	assert_int_not_equal(said(f, "B", NULL, "q").contact, a.contact);
	assert_int_equal(said(f, "C", NULL, "p").contact, a.contact);
	assert_int_equal(
	    said(f, "D", NULL, "q").contact, said(f, "B", NULL, NULL).contact);
}

static void
a_person_seen_late_is_the_conversations_contact(struct fixture *f)
{
	struct conversation a = said(f, "A", NULL, NULL);

	assert_int_equal(said(f, "A", NULL, "p").contact, a.contact);
	assert_int_equal(said(f, "B", NULL, "p").contact, a.contact);
}

/* A number and an id seen in one message are one person, in any order. */
static void
two_names_seen_together_are_one_person(struct fixture *f)
{
	static const struct {
		const char *address, *alias, *person;
	} seen[][3] = {
	    {{"id1", "+1", "id1"}, {"+1", NULL, "+1"}, {"id1", NULL, "id1"}},
	    {{"+2", NULL, "+2"}, {"id2", "+2", "id2"}, {"id2", NULL, "id2"}},
	};
	static const char *const names[][2] = {{"id1", "+1"}, {"id2", "+2"}};

	for (size_t i = 0; i < ARRAY_LEN(seen); i++) {
		struct conversation c = {.id = 0};

		for (size_t k = 0; k < ARRAY_LEN(seen[i]); k++)
			c = said(f, seen[i][k].address, seen[i][k].alias,
			    seen[i][k].person);
		/* Wherever else they write, by either name. */
		assert_int_equal(
		    said(f, i ? "X2" : "X1", NULL, names[i][0]).contact,
		    c.contact);
		assert_int_equal(
		    said(f, i ? "Y2" : "Y1", NULL, names[i][1]).contact,
		    c.contact);
	}
}

static void
persons_belong_to_a_channel_of_a_company(struct fixture *f)
{
	int64_t here = said(f, "A", NULL, "p").contact;
	struct store_op op = from(f, "A", NULL, "p");

	op.inbound.address.channel = STR("phone");
	must(store_submit_wait(f->store, &op));
	assert_int_not_equal(op.inbound.state.contact, here);
	op = from(f, "A", NULL, "p");
	op.inbound.address.account = STR("T2");
	must(store_submit_wait(f->store, &op));
	assert_int_equal(op.inbound.state.contact, here);
	op = from(f, "A", NULL, "p");
	op.inbound.address.company = put_company(f->store, "other", "{}");
	must(store_submit_wait(f->store, &op));
	assert_int_not_equal(op.inbound.state.contact, here);
}

static void
nothing_is_learnt_from_a_duplicate(struct fixture *f)
{
	struct store_op op = from(f, "A", NULL, NULL);

	op.inbound.event.source = STR("s1");
	must(store_submit_wait(f->store, &op));
	op.inbound.alias = STR("B");
	op.inbound.person = STR("p");
	op.inbound.reply = STR("there");
	must(store_submit_wait(f->store, &op));
	assert_true(op.inbound.duplicate);
	assert_int_not_equal(
	    said(f, "B", NULL, "p").contact, op.inbound.state.contact);
	assert_int_equal(reach_of(f, op.inbound.state.id).reply.n, 0);
}

/* Whose contact is another already is told before anything is written. */
static void
a_first_message_that_is_refused_leaves_nothing(struct fixture *f)
{
	struct store_op op = from(f, "A", NULL, "p");

	op.inbound.event.kind = EVENT_IDENTIFIED;
	op.inbound.external_id = STR("7");
	must(store_submit_wait(f->store, &op));
	op.inbound.address = at(f, "B");
	op.inbound.external_id = STR("8");
	assert_int_equal(store_submit_wait(f->store, &op), E_DENIED);
	assert_true(is_new(f, "B"));
}

/* ---- where to answer --------------------------------------------------- */

static void
reach_is_what_the_newest_message_said(struct fixture *f)
{
	struct store_op op = from(f, "A", NULL, NULL);
	struct reach r;

	op.inbound.reply = STR("{\"thread\":1}");
	must(store_submit_wait(f->store, &op));
	op.inbound.reply = STR("");
	op.inbound.event.at = 7000;
	must(store_submit_wait(f->store, &op));
	r = reach_of(f, op.inbound.state.id);
	assert_true(str_eq(r.channel, STR("chat")));
	assert_true(str_eq(r.account, STR("T1")));
	assert_true(str_eq(r.address, STR("A")));
	assert_true(str_eq(r.reply, STR("{\"thread\":1}")));
	assert_int_equal(r.customer_at, 7000);
	op.inbound.reply = STR("{\"thread\":2}");
	op.inbound.event.at = 3000; /* missed, and stored late */
	must(store_submit_wait(f->store, &op));
	must(answer(f, op.inbound.state.id));
	r = reach_of(f, op.inbound.state.id);
	assert_true(str_eq(r.reply, STR("{\"thread\":2}")));
	assert_int_equal(r.customer_at, 7000);
	assert_int_equal(
	    store_read_reach(f->reader, 77, &f->arena, &r), E_NOTFOUND);
}

static void
reach_is_known_of_whoever_only_opened(struct fixture *f)
{
	struct reach r = reach_of(f, open_conversation(f, "bob"));

	assert_true(str_eq(r.channel, STR("web")));
	assert_true(str_eq(r.address, STR("bob")));
	assert_int_equal(r.customer_at, 0);
}

/* ---- edits ------------------------------------------------------------- */

static struct store_op
edit_op(struct fixture *f, const char *about)
{
	struct store_op op = from(f, "elsewhere", "alias", "p");

	op.inbound.event.kind = EVENT_EDITED;
	op.inbound.event.source = STR("edit");
	op.inbound.about = str_from(about);
	op.inbound.reply = STR("nowhere");
	return op;
}

static void
an_edit_goes_to_the_message_it_is_about(struct fixture *f)
{
	int64_t id = open_conversation(f, "bob");
	struct store_op op = edit_op(f, "s1");
	struct conversation before;
	struct event e[4];

	must(say(f, id, "s0"));
	must(say(f, id, "s1"));
	before = state_of(f, id);
	must(store_submit_wait(f->store, &op));
	assert_int_equal(op.inbound.state.id, id);
	assert_int_equal(op.inbound.event.ref, 3);
	assert_int_equal(events_of(f, id, e, ARRAY_LEN(e)), 4);
	assert_int_equal(e[3].kind, EVENT_EDITED);
	assert_int_equal(e[3].ref, 3);
	assert_int_equal(
	    op.inbound.state.last_customer_seq, before.last_customer_seq);
	assert_int_equal(reach_of(f, id).reply.n, 0);
	must(store_submit_wait(f->store, &op));
	assert_true(op.inbound.duplicate);
	assert_true(is_consistent(f, id));
	/* Neither the address nor the alias was opened for it. */
	assert_true(is_new(f, "elsewhere") && is_new(f, "alias"));
}

static void
an_edit_of_what_is_not_known_changes_nothing(struct fixture *f)
{
	int64_t id = open_conversation(f, "bob");
	int64_t other = open_conversation(f, "eve");
	struct store_op op = edit_op(f, "s2");

	must(say(f, id, "s1"));
	op.inbound.state.id = 99;
	assert_int_equal(store_submit_wait(f->store, &op), E_NOTFOUND);
	assert_int_equal(op.inbound.state.id, 0);
	op.inbound.address.channel = STR("web");
	op.inbound.address.account = STR("");
	op.inbound.address.address = STR("bob");
	assert_int_equal(store_submit_wait(f->store, &op), E_NOTFOUND);
	assert_int_equal(op.inbound.state.id, id);
	op = edit_op(f, "s2");
	op.inbound.conversation = other;
	op.inbound.about = STR("s1");
	assert_int_equal(store_submit_wait(f->store, &op), E_NOTFOUND);
	op.inbound.conversation = 0;
	op.inbound.address.company = put_company(f->store, "other", "{}");
	assert_int_equal(store_submit_wait(f->store, &op), E_NOTFOUND);
	assert_int_equal(state_of(f, id).seq, 2);
	assert_int_equal(state_of(f, other).seq, 1);
	assert_true(is_new(f, "elsewhere"));
	op.inbound.conversation = id;
	must(store_submit_wait(f->store, &op));
	assert_int_equal(op.inbound.event.ref, 2);
}

/* ---- what a message brings along --------------------------------------- */

static void
files_to_fetch_come_with_a_message_once(struct fixture *f)
{
	struct outbox_row files[2] = {{.kind = OUTBOX_FETCH}, {.due = 5}},
			  out[3];
	struct store_op op = from(f, "A", NULL, NULL);
	size_t n = ARRAY_LEN(out);

	for (size_t i = 0; i < ARRAY_LEN(files); i++) {
		files[i].channel = STR("chat");
		files[i].account = STR("T1");
		files[i].payload = STR("{}");
	}
	op.inbound.event.source = STR("s1");
	op.inbound.outbox = files;
	op.inbound.outbox_count = ARRAY_LEN(files);
	must(store_submit_wait(f->store, &op));
	assert_int_equal(files[0].seq, 2);
	assert_int_equal(files[0].at, 2000);
	assert_int_equal(files[1].due, 0);
	assert_int_equal(files[1].id, files[0].id + 1);
	must(store_submit_wait(f->store, &op));
	assert_true(op.inbound.duplicate);
	assert_int_equal(outbox_of(f, out, ARRAY_LEN(out)), 2);
	assert_int_equal(out[0].kind, OUTBOX_FETCH);
	assert_int_equal(out[1].kind, OUTBOX_SEND);
	must(store_list_outbox_of(f->reader,
	    &(struct cause_ask){op.inbound.state.id, 2}, &f->arena, out, &n));
	assert_int_equal(n, 2);
}

static void
rows_that_cannot_be_refuse_their_message(struct fixture *f)
{
	struct outbox_row row = {.kind = OUTBOX_KINDS, .channel = STR("chat")};
	struct store_op op = from(f, "A", NULL, "p");

	op.inbound.outbox = &row;
	op.inbound.outbox_count = 1;
	assert_int_equal(store_submit_wait(f->store, &op), E_BADINPUT);
	assert_true(is_new(f, "A"));
	assert_int_equal(outbox_of(f, &row, 1), 0);
}

const struct suite_case suite_known[] = {
    CASE(an_alias_leads_to_the_same_conversation),
    CASE(what_is_known_by_its_alias_gets_its_address),
    CASE(an_alias_of_another_conversation_joins_their_contacts),
    CASE(a_contact_joined_keeps_its_own_name_at_the_company),
    CASE(a_person_is_one_contact_in_all_conversations),
    CASE(a_second_person_in_a_conversation_is_a_contact_of_their_own),
    CASE(a_person_seen_late_is_the_conversations_contact),
    CASE(two_names_seen_together_are_one_person),
    CASE(persons_belong_to_a_channel_of_a_company),
    CASE(nothing_is_learnt_from_a_duplicate),
    CASE(a_first_message_that_is_refused_leaves_nothing),
    CASE(reach_is_what_the_newest_message_said),
    CASE(reach_is_known_of_whoever_only_opened),
    CASE(an_edit_goes_to_the_message_it_is_about),
    CASE(an_edit_of_what_is_not_known_changes_nothing),
    CASE(files_to_fetch_come_with_a_message_once),
    CASE(rows_that_cannot_be_refuse_their_message),
    {0},
};
