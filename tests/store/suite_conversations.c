/* suite, conversations: addresses, what customers do, who they are. */
#include "tests/store/suite.h"

#include <stdlib.h>

/* ---- open -------------------------------------------------------------- */

static void
open_makes_contact_conversation_and_first_event(struct fixture *f)
{
	struct store_op op = open_op(f->company, "bob");
	struct conversation read;
	struct event e;

	must(store_submit_wait(f->store, &op));
	assert_true(op.open.created);
	assert_true(op.open.conversation.id > 0);
	assert_true(op.open.conversation.contact > 0);
	assert_int_equal(op.open.conversation.company, f->company);
	assert_int_equal(op.open.conversation.seq, 1);
	assert_int_equal(op.open.conversation.opened_at, 1000);
	read = state_of(f, op.open.conversation.id);
	assert_true(same_state(&read, &op.open.conversation));
	assert_int_equal(events_of(f, read.id, &e, 1), 1);
	assert_int_equal(e.kind, EVENT_OPENED);
	assert_int_equal(e.seq, 1);
}

static void
open_finds_what_was_opened(struct fixture *f)
{
	struct store_op first = open_op(f->company, "bob");
	struct store_op again = open_op(f->company, "bob");

	must(store_submit_wait(f->store, &first));
	must(say(f, first.open.conversation.id, NULL));
	must(store_submit_wait(f->store, &again));
	assert_false(again.open.created);
	assert_int_equal(
	    again.open.conversation.id, first.open.conversation.id);
	assert_int_equal(again.open.conversation.seq, 2);
}

static void
open_tells_addresses_apart(struct fixture *f)
{
	int64_t other = put_company(f->store, "other", "{}");
	struct store_op ops[] = {
	    open_op(f->company, "bob"),
	    open_op(f->company, "Bob"),
	    open_op(other, "bob"),
	    open_op(f->company, "bob"),
	    open_op(f->company, "bob"),
	};

	ops[3].open.address.channel = STR("slack");
	ops[4].open.address.account = STR("T1");
	for (size_t i = 0; i < ARRAY_LEN(ops); i++) {
		must(store_submit_wait(f->store, &ops[i]));
		assert_true(ops[i].open.created);
	}
}

static void
open_for_no_company_leaves_nothing(struct fixture *f)
{
	int64_t nobody = f->company + 1, made;
	struct store_op op = open_op(nobody, "bob");

	assert_int_equal(store_submit_wait(f->store, &op), E_NOTFOUND);
	made = put_company(f->store, "late", "{}");
	assert_int_equal(made, nobody);
	op = open_op(made, "bob");
	must(store_submit_wait(f->store, &op));
	assert_true(op.open.created);
}

/* ---- inbound ----------------------------------------------------------- */

static void
inbound_appends_and_folds(struct fixture *f)
{
	int64_t id = open_conversation(f, "bob");
	struct store_op op = message_op(id, "s1");
	struct conversation read;
	struct event e[3];

	must(store_submit_wait(f->store, &op));
	assert_int_equal(op.inbound.seq, 2);
	assert_int_equal(op.inbound.event.seq, 2);
	assert_int_equal(op.inbound.at, 2000);
	assert_false(op.inbound.duplicate);
	assert_true(conversation_pending(&op.inbound.state));
	read = state_of(f, id);
	assert_true(same_state(&read, &op.inbound.state));
	assert_int_equal(events_of(f, id, e, ARRAY_LEN(e)), 2);
	assert_int_equal(e[1].author, AUTHOR_CUSTOMER);
	assert_int_equal(e[1].at, 2000);
	assert_true(str_eq(e[1].source, STR("s1")));
	assert_true(str_eq(e[1].body, STR("{\"text\":\"hello\"}")));
}

static void
inbound_repeated_gives_the_first_ones_numbers(struct fixture *f)
{
	int64_t id = open_conversation(f, "bob");
	int64_t elsewhere = open_conversation(f, "eve");
	struct store_op again = message_op(id, "s1");
	struct store_op astray = message_op(elsewhere, "s1");

	must(say(f, id, "s1"));
	must(say(f, id, "s2"));
	again.inbound.event.at = 9999;
	must(store_submit_wait(f->store, &again));
	assert_true(again.inbound.duplicate);
	assert_int_equal(again.inbound.seq, 2);
	assert_int_equal(again.inbound.at, 2000);
	assert_int_equal(again.inbound.state.seq, 3);
	must(store_submit_wait(f->store, &astray));
	assert_true(astray.inbound.duplicate);
	assert_int_equal(astray.inbound.state.id, id);
	assert_int_equal(state_of(f, id).seq, 3);
	assert_int_equal(state_of(f, elsewhere).seq, 1);
}

static void
inbound_sources_belong_to_a_company(struct fixture *f)
{
	int64_t other = put_company(f->store, "other", "{}");
	struct store_op op = open_op(other, "bob");

	must(say(f, open_conversation(f, "bob"), "s1"));
	must(store_submit_wait(f->store, &op));
	op = message_op(op.open.conversation.id, "s1");
	must(store_submit_wait(f->store, &op));
	assert_false(op.inbound.duplicate);
}

static void
inbound_without_source_is_always_new(struct fixture *f)
{
	int64_t id = open_conversation(f, "bob");

	for (unsigned i = 0; i < 3; i++)
		must(say(f, id, NULL));
	assert_int_equal(state_of(f, id).seq, 4);
}

static void
inbound_opens_the_address(struct fixture *f)
{
	struct store_op first = message_op(0, "s1");
	struct store_op second = message_op(0, "s2");

	first.inbound.address = address_of(f->company, "bob");
	second.inbound.address = first.inbound.address;
	must(store_submit_wait(f->store, &first));
	assert_int_equal(first.inbound.seq, 2);
	assert_int_equal(first.inbound.state.seq, 2);
	must(store_submit_wait(f->store, &second));
	assert_int_equal(second.inbound.state.id, first.inbound.state.id);
	assert_int_equal(second.inbound.seq, 3);
	assert_true(is_consistent(f, first.inbound.state.id));
}

static void
inbound_repeated_from_a_new_address_opens_nothing(struct fixture *f)
{
	struct store_op op = message_op(0, "s1");
	struct store_op opened = open_op(f->company, "eve");

	must(say(f, open_conversation(f, "bob"), "s1"));
	op.inbound.address = address_of(f->company, "eve");
	must(store_submit_wait(f->store, &op));
	assert_true(op.inbound.duplicate);
	must(store_submit_wait(f->store, &opened));
	assert_true(opened.open.created);
}

static void
inbound_refusals_leave_nothing(struct fixture *f)
{
	int64_t id = open_conversation(f, "bob");
	struct store_op ops[5], opened = open_op(f->company, "eve");
	static const enum err expected[ARRAY_LEN(ops)] = {
	    E_NOTFOUND, E_NOTFOUND, E_BADINPUT, E_BADINPUT, E_BADINPUT};

	for (size_t i = 0; i < ARRAY_LEN(ops); i++)
		ops[i] = message_op(id, "s1");
	ops[0].inbound.conversation = id + 1;
	ops[1].inbound.conversation = 0;
	ops[1].inbound.address = address_of(f->company + 1, "bob");
	ops[2].inbound.event.kind = EVENT_OPENED;
	ops[3].inbound.event.author = AUTHORS;
	ops[4].inbound.conversation = 0;
	ops[4].inbound.address = address_of(f->company, "eve");
	ops[4].inbound.event.kind = EVENT_KINDS;
	for (size_t i = 0; i < ARRAY_LEN(ops); i++)
		assert_int_equal(
		    store_submit_wait(f->store, &ops[i]), expected[i]);
	assert_int_equal(state_of(f, id).seq, 1);
	must(store_submit_wait(f->store, &opened));
	assert_true(opened.open.created);
	ops[0] = message_op(id, "s1");
	must(store_submit_wait(f->store, &ops[0]));
	assert_false(ops[0].inbound.duplicate);
}

static void
inbound_keeps_every_byte(struct fixture *f)
{
	enum { BIG = 1 << 20 };
	int64_t id = open_conversation(f, "bob");
	struct store_op op = message_op(id, NULL);
	char *big = malloc(BIG), odd[] = "a\0b\xff\xfe'";
	struct event e[3];

	if (big == NULL)
		must(E_NOMEM);
	for (size_t i = 0; i < BIG; i++)
		big[i] = (char)(i * 31);
	op.inbound.event.body = (struct str){big, BIG};
	op.inbound.event.source = (struct str){odd, sizeof(odd)};
	must(store_submit_wait(f->store, &op));
	assert_int_equal(events_of(f, id, e, ARRAY_LEN(e)), 2);
	assert_true(str_eq(e[1].body, op.inbound.event.body));
	assert_true(str_eq(e[1].source, op.inbound.event.source));
	must(store_submit_wait(f->store, &op));
	assert_true(op.inbound.duplicate);
	free(big);
}

/* ---- identified -------------------------------------------------------- */

static int64_t
identify(struct fixture *f, int64_t id, const char *external_id)
{
	struct store_op op = message_op(id, NULL);

	op.inbound.event.kind = EVENT_IDENTIFIED;
	op.inbound.external_id = str_from(external_id);
	op.inbound.name = STR("Bob");
	must(store_submit_wait(f->store, &op));
	assert_int_equal(op.inbound.state.contact, state_of(f, id).contact);
	return op.inbound.state.contact;
}

static void
identified_names_the_contact(struct fixture *f)
{
	int64_t id = open_conversation(f, "bob");
	int64_t contact = state_of(f, id).contact;

	assert_int_equal(identify(f, id, ""), contact);
	assert_int_equal(identify(f, id, "7"), contact);
	assert_int_equal(identify(f, id, "7"), contact);
	assert_int_equal(identify(f, id, ""), contact);
	assert_int_equal(
	    identify(f, open_conversation(f, "eve"), "7"), contact);
	assert_true(is_consistent(f, id));
}

static void
identified_as_one_already_known_moves_there(struct fixture *f)
{
	int64_t phone = open_conversation(f, "phone");
	int64_t laptop = open_conversation(f, "laptop");
	int64_t contact = identify(f, phone, "7");
	struct store_op again = open_op(f->company, "laptop");

	assert_int_not_equal(state_of(f, laptop).contact, contact);
	assert_int_equal(identify(f, laptop, "7"), contact);
	assert_int_equal(state_of(f, phone).contact, contact);
	must(store_submit_wait(f->store, &again));
	assert_int_equal(again.open.conversation.id, laptop);
	assert_int_equal(again.open.conversation.contact, contact);
}

static void
identified_as_another_is_refused(struct fixture *f)
{
	int64_t phone = open_conversation(f, "phone");
	int64_t seven = identify(f, phone, "7");
	struct store_op op = message_op(phone, "as-eight");
	uint64_t seq = state_of(f, phone).seq;

	op.inbound.event.kind = EVENT_IDENTIFIED;
	op.inbound.external_id = STR("8");
	op.inbound.email = STR("eight@example.org");
	assert_int_equal(store_submit_wait(f->store, &op), E_DENIED);
	assert_int_equal(state_of(f, phone).contact, seven);
	assert_int_equal(state_of(f, phone).seq, seq);
	assert_int_equal(identify(f, phone, "7"), seven);
	assert_int_not_equal(
	    identify(f, open_conversation(f, "laptop"), "8"), seven);
	assert_true(is_consistent(f, phone));
}

static void
identified_within_a_company_only(struct fixture *f)
{
	struct store_op op = open_op(
	    put_company(f->store, "other", "{}"), "bob");
	int64_t here = identify(f, open_conversation(f, "bob"), "7");

	must(store_submit_wait(f->store, &op));
	assert_int_not_equal(identify(f, op.open.conversation.id, "7"), here);
}

const struct suite_case suite_conversations[] = {
    CASE(open_makes_contact_conversation_and_first_event),
    CASE(open_finds_what_was_opened),
    CASE(open_tells_addresses_apart),
    CASE(open_for_no_company_leaves_nothing),
    CASE(inbound_appends_and_folds),
    CASE(inbound_repeated_gives_the_first_ones_numbers),
    CASE(inbound_sources_belong_to_a_company),
    CASE(inbound_without_source_is_always_new),
    CASE(inbound_opens_the_address),
    CASE(inbound_repeated_from_a_new_address_opens_nothing),
    CASE(inbound_refusals_leave_nothing),
    CASE(inbound_keeps_every_byte),
    CASE(identified_names_the_contact),
    CASE(identified_as_one_already_known_moves_there),
    CASE(identified_as_another_is_refused),
    CASE(identified_within_a_company_only),
    {0},
};
