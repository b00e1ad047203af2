/*
 * intake: what a channel brought is in the log once, in order, with its files
 * to be fetched and its news told, however often and in whatever state it is
 * brought again.
 */
#include "core/conversation.h"
#include "tests/intake/fixture.h"
#include "tests/lib/cmocka.h"

#include <stdio.h>
#include <stdlib.h>

#define MANY 400u

static struct fixture f;

static int
set_up(void **state)
{
	(void)state;
	fixture_open(&f, 10000);
	return 0;
}

static int
set_up_small(void **state)
{
	(void)state;
	fixture_open(&f, 16);
	return 0;
}

static int
tear_down(void **state)
{
	(void)state;
	fixture_close(&f);
	return 0;
}

/* Takes one envelope and gives the conversation that it made work for. */
static int64_t
take_new(struct envelope v)
{
	struct news n;

	assert_int_equal(fixture_take(&f, &v, 1), OK);
	assert_int_equal(f.fresh, 1);
	n = fixture_news(&f);
	assert_int_equal(n.kind, NEWS_EVENT);
	return n.conversation;
}

/* ---- messages ---------------------------------------------------------- */

static void
test_message(void **state)
{
	struct envelope v = fixture_message("A1", "pigeon:1", "hello");
	struct event events[4];
	struct reach reach;
	struct news n;
	int64_t id;

	(void)state;
	assert_int_equal(fixture_take(&f, &v, 1), OK);
	assert_int_equal(f.fresh, 1);
	n = fixture_news(&f);
	id = n.conversation;
	assert_int_equal(n.seq, 2);
	assert_non_null(memmem(n.body.p, n.body.n, "\"text\":\"hello\"", 14));
	assert_int_equal(fixture_work(&f), id);
	assert_int_equal(fixture_events(&f, id, events, 4), 2);
	assert_int_equal(events[0].kind, EVENT_OPENED);
	assert_int_equal(events[1].kind, EVENT_MESSAGE);
	assert_int_equal(events[1].author, AUTHOR_CUSTOMER);
	assert_int_equal(events[1].at, FIXTURE_NOW - 5000);
	assert_true(str_eq(events[1].source, STR("pigeon:1")));
	assert_true(str_eq(events[1].body, STR("{\"text\":\"hello\"}")));
	assert_int_equal(store_read_reach(f.reader, id, &f.arena, &reach), OK);
	assert_true(str_eq(reach.channel, STR("pigeon")));
	assert_true(str_eq(reach.account, STR("loft")));
	assert_true(str_eq(reach.address, STR("A1")));
	assert_true(str_eq(reach.reply, STR("{\"to\":\"ann\"}")));
	assert_int_equal(fixture_metric(&f, METRIC_MESSAGES_IN), 1);
	fixture_silent(&f);
}

/* A vendor's clock may be wrong; nothing is later than now. */
static void
test_time(void **state)
{
	static const int64_t wrong[] = {0, -1, FIXTURE_NOW + 1, INT64_MAX};
	struct event events[2 + ARRAY_LEN(wrong)];
	char source[32];
	int64_t id = 0;
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_LEN(wrong); i++) {
		struct envelope v;

		snprintf(source, sizeof(source), "pigeon:%zu", i);
		v = fixture_message("A1", source, "hello");
		v.at = wrong[i];
		id = take_new(v);
		assert_int_equal(
		    fixture_events(&f, id, events, ARRAY_LEN(events)), i + 2);
		assert_int_equal(events[i + 1].at, FIXTURE_NOW);
	}
}

static void
test_again(void **state)
{
	struct envelope v = fixture_message("A1", "pigeon:1", "hello");
	struct event events[4];
	int64_t id = take_new(v);

	(void)state;
	assert_int_equal(fixture_work(&f), id);
	assert_int_equal(fixture_take(&f, &v, 1), OK);
	assert_int_equal(f.fresh, 0);
	assert_int_equal(fixture_events(&f, id, events, 4), 2);
	assert_int_equal(fixture_metric(&f, METRIC_MESSAGES_IN), 1);
	assert_int_equal(fixture_metric(&f, METRIC_MESSAGES_DUPLICATE), 1);
	fixture_silent(&f);
}

/* One arrival: what is new of it counts, in its order. */
static void
test_several(void **state)
{
	struct envelope v[] = {fixture_message("A1", "pigeon:1", "one"),
	    fixture_message("A1", "pigeon:2", "two"),
	    fixture_message("A1", "pigeon:1", "one"),
	    fixture_message("A2", "pigeon:3", "elsewhere"),
	    fixture_message("A1", "pigeon:4", "three")};
	struct event events[6];
	struct conversation a, b;
	int64_t id = take_new(v[0]);

	(void)state;
	assert_int_equal(fixture_take(&f, v, ARRAY_LEN(v)), OK);
	assert_int_equal(f.fresh, 3);
	assert_int_equal(fixture_events(&f, id, events, 6), 4);
	assert_true(str_eq(events[1].source, STR("pigeon:1")));
	assert_true(str_eq(events[2].source, STR("pigeon:2")));
	assert_true(str_eq(events[3].source, STR("pigeon:4")));
	assert_int_equal(store_read_conversation(f.reader, id, &a), OK);
	assert_int_equal(store_read_conversation(f.reader, id + 1, &b), OK);
	assert_int_equal(a.contact, b.contact);
}

static void
test_nothing(void **state)
{
	struct arrival a = {.ignored = "of no concern"};

	(void)state;
	assert_int_equal(fixture_submit(&f, &a), OK);
	assert_int_equal(f.calls, 1);
	assert_int_equal(f.err, OK);
	assert_int_equal(f.fresh, 0);
}

/* What was given may go at once. */
static void
test_copies(void **state)
{
	char bytes[512];
	struct envelope v = {.kind = EVENT_MESSAGE};
	struct arrival a = {.envelopes = &v, .envelope_count = 1};
	struct event events[2];

	(void)state;
	memset(bytes, 'x', sizeof(bytes));
	v.address = v.person = v.alias = v.name = v.reply = v.source =
	    (struct str){bytes, 100};
	v.body = STR("{\"text\":\"x\"}");
	v.file_count = 1;
	v.files[0].payload = (struct str){bytes, 200};
	assert_int_equal(fixture_submit(&f, &a), OK);
	memset(bytes, 'y', sizeof(bytes));
	memset(&v, 0, sizeof(v));
	assert_int_equal(fixture_wait(&f), OK);
	assert_int_equal(
	    fixture_events(&f, fixture_news(&f).conversation, events, 2), 2);
	assert_int_equal(events[1].source.n, 100);
	assert_int_equal(events[1].source.p[99], 'x');
}

static void
test_opened(void **state)
{
	struct envelope v = {.kind = EVENT_OPENED, .address = STR("A1")};
	struct event events[2];
	int64_t id;

	(void)state;
	assert_int_equal(fixture_take(&f, &v, 1), OK);
	assert_int_equal(f.fresh, 1);
	assert_int_equal(fixture_take(&f, &v, 1), OK);
	assert_int_equal(f.fresh, 0);
	fixture_silent(&f);
	id = take_new(fixture_message("A1", "pigeon:1", "hello"));
	assert_int_equal(fixture_events(&f, id, events, 2), 2);
}

/* ---- files ------------------------------------------------------------- */

static void
test_files(void **state)
{
	struct envelope v = fixture_message("A1", "pigeon:1", "look");
	struct outbox_row rows[4];
	size_t n = ARRAY_LEN(rows);
	int64_t id;

	(void)state;
	v.files[0].payload = STR("{\"url\":\"a\"}");
	v.files[1].payload = STR("{\"url\":\"b\"}");
	v.file_count = 2;
	id = take_new(v);
	assert_int_equal(fixture_take(&f, &v, 1), OK);
	assert_int_equal(store_list_outbox_of(f.reader,
			     &(struct cause_ask){id, 2}, &f.arena, rows, &n),
	    OK);
	assert_int_equal(n, 2);
	assert_int_equal(rows[1].kind, OUTBOX_FETCH);
	assert_int_equal(rows[1].state, OUTBOX_READY);
	assert_true(str_eq(rows[1].channel, STR("pigeon")));
	assert_true(str_eq(rows[1].account, STR("loft")));
	assert_true(str_eq(rows[0].payload, STR("{\"url\":\"a\"}")));
	assert_true(str_eq(rows[1].payload, STR("{\"url\":\"b\"}")));
}

/* ---- changes of messages ----------------------------------------------- */

static void
test_edited(void **state)
{
	struct envelope v = fixture_message("A1", "pigeon:1", "helo");
	struct event events[4];
	int64_t id = take_new(v);
	struct news n;

	(void)state;
	v = fixture_message("A1", "pigeon:1:edit", "hello");
	v.kind = EVENT_EDITED;
	v.about = STR("pigeon:1");
	assert_int_equal(fixture_take(&f, &v, 1), OK);
	assert_int_equal(f.fresh, 1);
	n = fixture_news(&f);
	assert_non_null(memmem(n.body.p, n.body.n, "\"ref\":2", 7));
	v = (struct envelope){.kind = EVENT_DELETED,
	    .address = STR("A1"),
	    .source = STR("pigeon:1:deleted"),
	    .about = STR("pigeon:1"),
	    .body = STR("{}")};
	assert_int_equal(fixture_take(&f, &v, 1), OK);
	assert_int_equal(fixture_events(&f, id, events, 4), 4);
	assert_int_equal(events[2].kind, EVENT_EDITED);
	assert_int_equal(events[2].ref, 2);
	assert_int_equal(events[3].kind, EVENT_DELETED);
	assert_int_equal(events[3].ref, 2);
}

static void
test_edit_of_nothing(void **state)
{
	struct envelope v[] = {fixture_message("A1", "pigeon:9:edit", "hello"),
	    fixture_message("A1", "pigeon:1", "hello")};

	(void)state;
	v[0].kind = EVENT_EDITED;
	v[0].about = STR("pigeon:9");
	v[0].at = FIXTURE_NOW - 10 * 60 * 1000;
	assert_int_equal(fixture_take(&f, v, 2), OK);
	assert_int_equal(f.fresh, 1);
	assert_int_equal(fixture_metric(&f, METRIC_ARRIVALS_IGNORED), 1);
}

/* Its message was not taken, and comes again: so must this. */
static void
comes_early(enum event_kind kind)
{
	struct envelope v = fixture_message("A1", "pigeon:1:more", "hello");
	struct event events[4];
	int64_t id;

	v.kind = kind;
	v.about = STR("pigeon:1");
	assert_int_equal(fixture_take(&f, &v, 1), E_LIMIT);
	fixture_silent(&f);
	id = take_new(fixture_message("A1", "pigeon:1", "helo"));
	assert_int_equal(fixture_take(&f, &v, 1), OK);
	assert_int_equal(f.fresh, 1);
	assert_int_equal(fixture_events(&f, id, events, 4), 3);
	assert_int_equal(events[2].kind, kind);
}

static void
test_edit_before_its_message(void **state)
{
	(void)state;
	comes_early(EVENT_EDITED);
}

static void
test_deletion_before_its_message(void **state)
{
	(void)state;
	comes_early(EVENT_DELETED);
}

/* Of others' talk nothing will come; of one that we take part in it may. */
static void
test_early_edit_of_others(void **state)
{
	struct envelope v = fixture_message("A1", "pigeon:2:edit", "hello");

	(void)state;
	v.kind = EVENT_EDITED;
	v.about = STR("pigeon:2");
	v.known_only = true;
	assert_int_equal(fixture_take(&f, &v, 1), OK);
	assert_int_equal(f.fresh, 0);
	assert_int_equal(fixture_metric(&f, METRIC_ARRIVALS_IGNORED), 1);
	(void)take_new(fixture_message("A1", "pigeon:1", "bot?"));
	assert_int_equal(fixture_take(&f, &v, 1), E_LIMIT);
}

/* Others' talk goes on without us; one that we take part in, with us. */
static void
test_known_only(void **state)
{
	struct envelope v = fixture_message("A1", "pigeon:1", "lunch?");
	struct event events[4];
	int64_t id;

	(void)state;
	v.known_only = true;
	assert_int_equal(fixture_take(&f, &v, 1), OK);
	assert_int_equal(f.fresh, 0);
	assert_int_equal(fixture_metric(&f, METRIC_ARRIVALS_IGNORED), 1);
	id = take_new(fixture_message("A1", "pigeon:2", "bot?"));
	v = fixture_message("A1", "pigeon:3", "and on Sunday?");
	v.known_only = true;
	assert_int_equal(fixture_take(&f, &v, 1), OK);
	assert_int_equal(f.fresh, 1);
	assert_int_equal(fixture_events(&f, id, events, 4), 3);
}

/* ---- receipts ---------------------------------------------------------- */

/* A row that ended so and that the vendor calls "V1"; its id. */
static int64_t
ended_row(int64_t conversation, enum outbox_state end)
{
	struct outbox_row row = {.channel = STR("pigeon"),
	    .account = STR("loft"),
	    .recipient = STR("ann"),
	    .payload = STR("{}")};
	struct store_op op = {.verb = STORE_COMMIT,
	    .commit = {.conversation = conversation,
		.decision = {.seq = 2,
		    .event_count = 1,
		    .events = {{.kind = EVENT_MESSAGE,
			.author = AUTHOR_BOT,
			.ref = 2,
			.at = FIXTURE_NOW,
			.body = STR("{\"text\":\"coo\"}")}}},
		.outbox = &row,
		.outbox_count = 1}};
	struct settled settled = {.state = end,
	    .vendor_id = STR("V1"),
	    .event = {.kind = EVENT_OPENED}};
	struct conversation c;
	bool taken;

	assert_int_equal(
	    store_read_conversation(f.reader, conversation, &c), OK);
	op.commit.decision.epoch = c.epoch;
	assert_int_equal(store_submit_wait(f.store, &op), OK);
	settled.row = row.id;
	op = (struct store_op){.verb = STORE_TAKE,
	    .take = {
		.rows = &row.id, .n = 1, .at = FIXTURE_NOW, .taken = &taken}};
	assert_int_equal(store_submit_wait(f.store, &op), OK);
	op = (struct store_op){
	    .verb = STORE_SETTLE, .settle = {.rows = &settled, .n = 1}};
	assert_int_equal(store_submit_wait(f.store, &op), OK);
	return row.id;
}

static int64_t
with_row(enum outbox_state end, int64_t *row)
{
	int64_t id = take_new(fixture_message("A1", "pigeon:1", "hello"));

	assert_int_equal(fixture_work(&f), id);
	*row = ended_row(id, end);
	return id;
}

static int64_t
with_sent_row(int64_t *row)
{
	return with_row(OUTBOX_SENT, row);
}

static enum receipt_rank
rank_of(int64_t row)
{
	struct outbox_row r;

	assert_int_equal(store_read_outbox(f.reader, row, &f.arena, &r), OK);
	return r.receipt;
}

static void
test_receipts(void **state)
{
	struct receipt delivered = {
	    .vendor_id = STR("V1"), .rank = RECEIPT_DELIVERED};
	struct receipt read = {.rank = RECEIPT_READ};
	int64_t row;

	(void)state;
	(void)with_sent_row(&row);
	assert_int_equal(fixture_take_receipt(&f, delivered), OK);
	assert_int_equal(rank_of(row), RECEIPT_DELIVERED);
	read.row = (uint64_t)row;
	assert_int_equal(fixture_take_receipt(&f, read), OK);
	assert_int_equal(fixture_take_receipt(&f, delivered), OK);
	assert_int_equal(rank_of(row), RECEIPT_READ);
	assert_int_equal(f.fresh, 0);
	assert_int_equal(fixture_metric(&f, METRIC_RECEIPTS), 3);
	fixture_silent(&f);
}

static void
test_failed(void **state)
{
	struct receipt failed = {.vendor_id = STR("V1"),
	    .rank = RECEIPT_FAILED,
	    .code = STR("63016"),
	    .reason = STR("The \"window\" is closed.")};
	struct event events[4];
	int64_t row, id = with_sent_row(&row);
	struct news n;

	(void)state;
	assert_int_equal(fixture_take_receipt(&f, failed), OK);
	assert_int_equal(fixture_events(&f, id, events, 4), 4);
	assert_int_equal(events[3].kind, EVENT_DELIVERY);
	assert_int_equal(events[3].author, AUTHOR_SYSTEM);
	assert_int_equal(events[3].ref, 3);
	assert_true(str_eq(events[3].body,
	    STR("{\"state\":\"failed\",\"channel\":\"pigeon\","
		"\"code\":\"63016\","
		"\"reason\":\"The \\\"window\\\" is closed.\"}")));
	n = fixture_news(&f);
	assert_int_equal(n.conversation, id);
	assert_int_equal(n.seq, 4);
	assert_int_equal(fixture_take_receipt(&f, failed), OK);
	assert_int_equal(fixture_events(&f, id, events, 4), 4);
	fixture_silent(&f);
}

/* Given up, and there after all: people are told. */
static void
arrives_after_all(enum outbox_state end)
{
	struct receipt delivered = {
	    .vendor_id = STR("V1"), .rank = RECEIPT_DELIVERED};
	struct event events[5];
	int64_t row, id = with_row(end, &row);
	struct news n;

	assert_int_equal(fixture_take_receipt(&f, delivered), OK);
	assert_int_equal(fixture_events(&f, id, events, 5), 4);
	assert_int_equal(events[3].kind, EVENT_DELIVERY);
	assert_int_equal(events[3].ref, 3);
	assert_true(str_eq(events[3].body,
	    STR("{\"state\":\"sent\",\"channel\":\"pigeon\"}")));
	n = fixture_news(&f);
	assert_int_equal(n.conversation, id);
	assert_int_equal(n.seq, 4);
	fixture_silent(&f);
}

static void
test_unknown_arrives(void **state)
{
	(void)state;
	arrives_after_all(OUTBOX_UNKNOWN);
}

static void
test_dead_arrives(void **state)
{
	(void)state;
	arrives_after_all(OUTBOX_DEAD);
}

/* The store knew; what it did not append is not told. */
static void
test_failed_again(void **state)
{
	struct receipt failed = {
	    .vendor_id = STR("V1"), .rank = RECEIPT_FAILED};
	struct event events[5];
	int64_t row, id = with_row(OUTBOX_DEAD, &row);

	(void)state;
	assert_int_equal(fixture_take_receipt(&f, failed), OK);
	assert_int_equal(rank_of(row), RECEIPT_FAILED);
	assert_int_equal(fixture_events(&f, id, events, 5), 3);
	fixture_silent(&f);
}

static void
test_receipt_of_nothing(void **state)
{
	const struct receipt unknown[] = {
	    {.vendor_id = STR("V9"), .rank = RECEIPT_READ},
	    {.row = 77, .rank = RECEIPT_FAILED},
	    {.row = UINT64_MAX, .rank = RECEIPT_READ}};
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_LEN(unknown); i++)
		assert_int_equal(fixture_take_receipt(&f, unknown[i]), OK);
	assert_int_equal(fixture_metric(&f, METRIC_ARRIVALS_IGNORED), i);
}

/* Another account's row is not ours to speak of. */
static void
test_receipt_of_others(void **state)
{
	struct receipt read = {.rank = RECEIPT_READ};
	int64_t row;

	(void)state;
	(void)with_sent_row(&row);
	read.row = (uint64_t)row;
	f.of.account = STR("tower");
	assert_int_equal(fixture_take_receipt(&f, read), OK);
	assert_int_not_equal(rank_of(row), RECEIPT_READ);
	assert_int_equal(fixture_metric(&f, METRIC_ARRIVALS_IGNORED), 1);
}

/* ---- what goes wrong --------------------------------------------------- */

/* More than the queue takes: some of it is stored, and said not to be. */
static void
test_too_many(void **state)
{
	static struct envelope v[MANY];
	static char sources[MANY][32];
	static struct event events[MANY + 2];
	unsigned i, tries = 0;
	enum err e;

	(void)state;
	for (i = 0; i < MANY; i++) {
		snprintf(sources[i], sizeof(sources[i]), "pigeon:%u", i);
		v[i] = fixture_message("A1", sources[i], "hello");
	}
	assert_int_equal(fixture_take(&f, v, MANY), E_LIMIT);
	assert_true(f.fresh < MANY);
	assert_true(fixture_metric(&f, METRIC_MESSAGES_REFUSED) > 0);
	/* The vendor sends it again, in pieces that fit. */
	for (i = 0; i < MANY; i += 10) {
		do
			e = fixture_take(&f, v + i, 10);
		while (e == E_LIMIT && tries++ < 10000);
		assert_int_equal(e, OK);
	}
	assert_int_equal(
	    fixture_events(&f, fixture_work(&f), events, MANY + 2), MANY + 1);
	assert_int_equal(fixture_metric(&f, METRIC_MESSAGES_IN), MANY);
}

static void
test_no_company(void **state)
{
	struct envelope v = fixture_message("A1", "pigeon:1", "hello");

	(void)state;
	f.of.company = 77;
	assert_int_equal(fixture_take(&f, &v, 1), E_NOTFOUND);
	assert_int_equal(f.fresh, 0);
	assert_int_equal(fixture_metric(&f, METRIC_MESSAGES_REFUSED), 1);
}

/* Whoever holds the conversation. */
static void
test_an_address_that_they_leave(void **state)
{
	static const char *const texts[] = {
	    "bob@a.example", "hello", "no: \\\"bob@b.example\\\""};
	struct faults faults = {0};
	struct list_row row;
	struct company *c;
	struct envelope v;
	int64_t id = 0;
	char source[16];

	(void)state;
	assert_int_equal(
	    company_parse(STR("{\"name\":\"Shop\"}"), &faults, &c), OK);
	f.of.document = c;
	for (unsigned i = 0; i < ARRAY_LEN(texts); i++) {
		(void)snprintf(source, sizeof(source), "pigeon:%u", i);
		v = fixture_message("A1", source, texts[i]);
		id = take_new(v);
	}
	assert_int_equal(
	    store_read_row(f.reader, f.company, id, &f.arena, &row), OK);
	assert_true(str_eq(row.contact.email, STR("bob@b.example")));
	f.of.document = NULL;
	company_unref(c);
}

int
main(void)
{
#define CASE(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)
	const struct CMUnitTest tests[] = {
	    CASE(test_message),
	    CASE(test_an_address_that_they_leave),
	    CASE(test_time),
	    CASE(test_again),
	    CASE(test_several),
	    CASE(test_nothing),
	    CASE(test_copies),
	    CASE(test_opened),
	    CASE(test_files),
	    CASE(test_edited),
	    CASE(test_edit_of_nothing),
	    CASE(test_edit_before_its_message),
	    CASE(test_deletion_before_its_message),
	    CASE(test_early_edit_of_others),
	    CASE(test_known_only),
	    CASE(test_receipts),
	    CASE(test_failed),
	    CASE(test_unknown_arrives),
	    CASE(test_dead_arrives),
	    CASE(test_failed_again),
	    CASE(test_receipt_of_nothing),
	    CASE(test_receipt_of_others),
	    cmocka_unit_test_setup_teardown(
		test_too_many, set_up_small, tear_down),
	    CASE(test_no_company),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
