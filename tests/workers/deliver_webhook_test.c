/*
 * Webhooks go out like messages do, but again where nobody knows whether they
 * arrived, and no customer hears of it.
 */
#include "tests/workers/deliver_rig.h"

#include "channels/webhook/webhook.h"

#include <stdio.h>
#include <stdlib.h>

#define SECRET "a secret of sixteen"
#define BIG (1024 * 1024)

/* The company's own system. */
static struct receiver {
	struct stub *stub;
	_Atomic unsigned status; /* 0: no answer, the connection is cut */
	_Atomic int times;	 /* so often; then 200. -1: for ever */
	_Atomic bool big;	 /* with a long answer */
	_Atomic unsigned requests, forged;
	char last_id[32];
} receiver;

/* ---- the receiver ---------------------------------------------------------- */

static bool
is_signed(const struct stub_request *r)
{
	struct str time = stub_header(r, "X-Frontdesk-Timestamp");
	struct str given = stub_header(r, "X-Frontdesk-Signature");
	struct arena a = {0};
	struct str text = arena_printf(
	    &a, "%.*s.%.*s", STR_FMT(time), STR_FMT(r->body));
	bool right;

	assert_true(given.n > 3 && memcmp(given.p, "v1=", 3) == 0);
	given.p += 3;
	given.n -= 3;
	right = hmac_hex_matches(STR(SECRET), text, given);
	arena_free(&a);
	return right;
}

static void
receive(void *arg, const struct stub_request *r, struct stub_reply *reply)
{
	static char page[BIG];
	struct receiver *v = arg;
	struct str id = stub_header(r, "X-Frontdesk-Delivery");
	unsigned status = atomic_load(&v->status);

	atomic_fetch_add(&v->forged, !is_signed(r));
	snprintf(v->last_id, sizeof(v->last_id), "%.*s", STR_FMT(id));
	if (atomic_load(&v->times) == 0)
		status = 200;
	else if (atomic_load(&v->times) > 0)
		atomic_fetch_sub(&v->times, 1);
	memset(page, 'x', sizeof(page));
	if (status == 0)
		reply->then = STUB_CLOSE;
	else
		stub_answer(reply, status, "text/plain",
		    (struct str){page, atomic_load(&v->big) ? BIG : 2});
	atomic_fetch_add(&v->requests, 1);
}

static void
answers(unsigned status, int times)
{
	atomic_store(&receiver.status, status);
	atomic_store(&receiver.times, times);
}

/* ---- the rig --------------------------------------------------------------- */

static const struct channel *
find_either(struct str name)
{
	const struct channel *c = test_channel_find(name);

	return c != NULL ? c : channel_find(name);
}

/* It is seen at once. */
static void
apply(const char *document)
{
	struct store_op op = {.verb = STORE_COMPANY_PUT,
	    .company_put = {
		.key = STR("shop"), .document = str_from(document)}};

	assert_int_equal(store_submit_wait(rig.f.store, &op), OK);
	later(COMPANY_FRESH_MS + 1);
}

static char rig_document[600];

static int
set_up(void **state)
{
	deliver_set_up(state);
	memset(&receiver, 0, sizeof(receiver));
	receiver.stub = stub_open(receive, &receiver);
	snprintf(rig_document, sizeof(rig_document),
	    "{\"name\":\"Shop\",\"accounts\":[{\"channel\":\"test\","
	    "\"name\":\"main\",\"token\":\"secret\",\"api\":\"%s\"}],"
	    "\"webhooks\":[{\"name\":\"crm\",\"url\":\"%s/hook\","
	    "\"secret\":\"" SECRET "\"}]}",
	    stub_url(rig.vendor.stub), stub_url(receiver.stub));
	apply(rig_document);
	rig.conf.find = find_either;
	rig.conf.webhooks_private = true;
	return 0;
}

static int
tear_down(void **state)
{
	deliver_tear_down(state);
	stub_close(receiver.stub);
	return 0;
}

static struct outbox_row
row_of(const char *account)
{
	return (struct outbox_row){.kind = OUTBOX_SEND,
	    .channel = str_from(channel_webhook.name),
	    .account = str_from(account),
	    .recipient = STR("message_created"),
	    .payload = STR("{\"event\":\"message_created\"}")};
}

static int64_t
write_event(unsigned c)
{
	struct outbox_row row = row_of("crm");

	write_ready_rows("main", c, &row, 1);
	return row.id;
}

/* The conversation says nothing of it. */
static void
assert_untold(unsigned c)
{
	assert_string_equal(newest_body(c, EVENT_DELIVERY), "");
}

/* ---- the way there --------------------------------------------------------- */

static void
it_arrives_signed_with_its_number(void **state)
{
	int64_t row = write_event(1);
	char id[32];

	(void)state;
	deliver_begin();
	row_becomes(row, OUTBOX_SENT);
	snprintf(id, sizeof(id), "%lld", (long long)row);
	assert_string_equal(receiver.last_id, id);
	assert_int_equal(atomic_load(&receiver.requests), 1);
	assert_int_equal(atomic_load(&receiver.forged), 0);
}

static void
what_got_no_answer_is_sent_again(void **state)
{
	int64_t row = write_event(1);

	(void)state;
	answers(0, 2);
	deliver_begin();
	row_becomes_later(row, OUTBOX_SENT);
	assert_int_equal(atomic_load(&receiver.requests), 3);
	assert_int_equal(row_read(row).attempts, 3);
	assert_int_equal(metric_get(&rig.f.metrics, METRIC_DELIVER_UNKNOWN), 0);
	assert_untold(1);
}

static void
what_was_under_way_at_a_crash_is_sent_again(void **state)
{
	int64_t row = write_event(1);
	bool taken;
	struct store_op op = {.verb = STORE_TAKE,
	    .take = {.rows = &row,
		.n = 1,
		.at = clock_wall(&rig.f.clock),
		.taken = &taken}};

	(void)state;
	assert_int_equal(store_submit_wait(rig.f.store, &op), OK);
	assert_int_equal(row_read(row).state, OUTBOX_SENDING);
	deliver_begin();
	row_becomes(row, OUTBOX_SENT);
	assert_int_equal(atomic_load(&receiver.requests), 1);
}

static void
failures_are_tried_again(void **state)
{
	int64_t row = write_event(1);

	(void)state;
	answers(400, 3);
	deliver_begin();
	row_becomes_later(row, OUTBOX_SENT);
	assert_int_equal(atomic_load(&receiver.requests), 4);
	assert_int_equal(lane_read("crm").state, LANE_FLOWS);
}

static void
a_long_answer_is_an_answer(void **state)
{
	int64_t row = write_event(1);

	(void)state;
	atomic_store(&receiver.big, true);
	deliver_begin();
	row_becomes(row, OUTBOX_SENT);
	assert_int_equal(atomic_load(&receiver.requests), 1);
}

/* ---- the end --------------------------------------------------------------- */

static void
what_is_given_up_is_no_event(void **state)
{
	int64_t row = write_event(1);

	(void)state;
	answers(400, -1);
	deliver_begin();
	row_is_put_off(row);
	later((int64_t)73 * 3600 * 1000);
	row_becomes_later(row, OUTBOX_DEAD);
	assert_true(str_eq(row_read(row).code, STR("400")));
	assert_untold(1);
}

static void
who_is_down_is_told_later(void **state)
{
	int64_t rows[20];
	unsigned i;

	(void)state;
	answers(503, -1);
	for (i = 0; i < ARRAY_LEN(rows); i++)
		rows[i] = write_event(i);
	deliver_begin();
	lane_becomes_later("crm", LANE_DOWN);
	answers(200, -1);
	for (i = 0; i < ARRAY_LEN(rows); i++)
		row_becomes_later(rows[i], OUTBOX_SENT);
	assert_int_equal(lane_read("crm").state, LANE_FLOWS);
}

static void
who_is_gone_is_blocked(void **state)
{
	int64_t row = write_event(1);

	(void)state;
	answers(410, -1);
	deliver_begin();
	lane_becomes("crm", LANE_BLOCKED);
	row_becomes(row, OUTBOX_READY);
	assert_int_equal(row_read(row).attempts, 0);
	answers(200, -1);
	row_becomes_later(row, OUTBOX_SENT);
	lane_becomes_later("crm", LANE_FLOWS);
}

static void
private_addresses_are_refused(void **state)
{
	int64_t row = write_event(1);

	(void)state;
	rig.conf.webhooks_private = false;
	deliver_begin();
	lane_becomes("crm", LANE_BLOCKED);
	later(60000);
	assert_int_equal(atomic_load(&receiver.requests), 0);
	row_becomes(row, OUTBOX_READY);
	assert_untold(1);
}

/* What waited for who was removed is for people to see; nobody waits. */
static void
who_is_removed_is_given_up(void **state)
{
	struct store_op op = {.verb = STORE_REPLAY};
	int64_t row = write_event(1), held;

	(void)state;
	answers(410, -1);
	deliver_begin();
	lane_becomes("crm", LANE_BLOCKED);
	apply("{\"name\":\"Shop\"}");
	row_becomes_later(row, OUTBOX_DEAD);
	assert_true(str_eq(row_read(row).code, STR("removed")));
	lane_becomes("crm", LANE_FLOWS);
	held = write_event(2);
	row_becomes_later(held, OUTBOX_DEAD);
	assert_untold(1);
	answers(200, -1);
	apply(rig_document);
	op.replay = (struct store_replay){
	    .lane = lane_read("crm").id, .at = clock_wall(&rig.f.clock)};
	assert_int_equal(store_submit_wait(rig.f.store, &op), OK);
	row_becomes_later(row, OUTBOX_SENT);
	row_becomes_later(held, OUTBOX_SENT);
}

/* ---- beside messages ------------------------------------------------------- */

static void
messages_have_their_own_parts(void **state)
{
	struct outbox_row rows[2] = {[1] = row_of("crm")};

	(void)state;
	rows[0] = (struct outbox_row){.kind = OUTBOX_SEND,
	    .channel = STR("test"),
	    .account = STR("main"),
	    .payload = STR("a")};
	vendor_fault(&rig.vendor, FAULT_REFUSED, -1);
	write_ready_rows("main", 1, rows, 2);
	deliver_begin();
	row_becomes(rows[0].id, OUTBOX_DEAD);
	row_becomes(rows[1].id, OUTBOX_SENT);
	assert_non_null(strstr(newest_body(1, EVENT_DELIVERY), "failed"));
	assert_null(strstr(newest_body(1, EVENT_DELIVERY), "part"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	    TEST(it_arrives_signed_with_its_number),
	    TEST(what_got_no_answer_is_sent_again),
	    TEST(what_was_under_way_at_a_crash_is_sent_again),
	    TEST(failures_are_tried_again),
	    TEST(a_long_answer_is_an_answer),
	    TEST(what_is_given_up_is_no_event),
	    TEST(who_is_down_is_told_later),
	    TEST(who_is_gone_is_blocked),
	    TEST(private_addresses_are_refused),
	    TEST(who_is_removed_is_given_up),
	    TEST(messages_have_their_own_parts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
