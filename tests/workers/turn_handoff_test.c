/*
 * The worker gives up: only for a reason, only where there is somebody, and
 * however long the bot has been at it.
 */
#include "tests/lib/cmocka.h"
#include "tests/workers/fixture.h"

#define KNOWN "when do you open"
#define UNKNOWN "how many moons has the planet of the emperor"
#define LONG 30 /* questions; more than is looked at first */

static const char shop[] =
    "{\"name\":\"Shop\",\"teams\":[{\"key\":\"desk\",\"name\":\"Desk\"}],"
    "\"handoff\":{\"team\":\"desk\",\"unknown_after\":2},"
    "\"faq\":[{\"question\":\"When do you open?\","
    "\"answer\":\"We open at nine every day of the week.\"}]}";

static struct fixture f;

static int
set_up(void **state)
{
	(void)state;
	fixture_open(&f, shop);
	return 0;
}

static int
tear_down(void **state)
{
	(void)state;
	fixture_close(&f);
	return 0;
}

static void
add_seller(void)
{
	struct store_op op = {.verb = STORE_AGENT,
	    .agent = {.row = {.company = f.company,
			  .email = STR("anna@shop.example"),
			  .name = STR("Anna"),
			  .role = STR("seller"),
			  .state = AGENT_ACTIVE}}};

	assert_int_equal(store_submit_wait(f.store, &op), OK);
}

static enum holder
ask(int64_t id, const char *text)
{
	struct conversation c;

	fixture_wait_handled(&f, id, fixture_say(&f, id, text, true));
	fixture_state(&f, id, &c);
	return c.holder;
}

static void
nobody_is_handed_to_nobody(void **state)
{
	int64_t id;

	(void)state;
	fixture_start_worker(&f);
	id = fixture_visitor(&f, "a");
	for (unsigned i = 0; i < 4; i++)
		assert_int_equal(ask(id, UNKNOWN), HOLDER_BOT);
	assert_int_equal(ask(id, "I want to talk to a human"), HOLDER_BOT);
	add_seller();
	assert_int_equal(ask(id, UNKNOWN), HOLDER_QUEUE);
}

/* One that is known begins the count anew. */
static void
two_in_a_row_are_enough(void **state)
{
	int64_t id;

	(void)state;
	add_seller();
	fixture_start_worker(&f);
	id = fixture_visitor(&f, "a");
	assert_int_equal(ask(id, UNKNOWN), HOLDER_BOT);
	assert_int_equal(ask(id, KNOWN), HOLDER_BOT);
	assert_int_equal(ask(id, UNKNOWN), HOLDER_BOT);
	assert_int_equal(ask(id, UNKNOWN), HOLDER_QUEUE);
}

static void
they_are_after_a_long_talk_too(void **state)
{
	int64_t id;

	(void)state;
	add_seller();
	fixture_start_worker(&f);
	id = fixture_visitor(&f, "a");
	for (unsigned i = 0; i < LONG; i++)
		assert_int_equal(
		    ask(id, i % 3 == 0 ? UNKNOWN : KNOWN), HOLDER_BOT);
	assert_int_equal(ask(id, UNKNOWN), HOLDER_BOT);
	assert_int_equal(ask(id, UNKNOWN), HOLDER_QUEUE);
}

/* The newest events are words of the customer, and tell nothing of the bot. */
static void
they_are_where_much_is_asked_at_once(void **state)
{
	struct conversation c;
	uint64_t seq = 0;
	int64_t id;

	(void)state;
	add_seller();
	fixture_start_worker(&f);
	id = fixture_visitor(&f, "a");
	assert_int_equal(ask(id, KNOWN), HOLDER_BOT);
	assert_int_equal(ask(id, UNKNOWN), HOLDER_BOT);
	fixture_stop_workers(&f);
	for (unsigned i = 0; i < LONG; i++)
		seq = fixture_say(&f, id, UNKNOWN, false);
	fixture_start_worker(&f);
	fixture_wait_handled(&f, id, seq);
	fixture_state(&f, id, &c);
	assert_int_equal(c.holder, HOLDER_QUEUE);
}

static void
anger_counts_from_the_beginning(void **state)
{
	static const char *const angry =
	    "This is absolutely terrible, I am furious!!";
	int64_t id;

	(void)state;
	add_seller();
	fixture_start_worker(&f);
	id = fixture_visitor(&f, "a");
	assert_int_equal(ask(id, angry), HOLDER_BOT);
	for (unsigned i = 0; i < LONG; i++)
		assert_int_equal(ask(id, KNOWN), HOLDER_BOT);
	assert_int_equal(ask(id, angry), HOLDER_QUEUE);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	    TEST(nobody_is_handed_to_nobody),
	    TEST(two_in_a_row_are_enough),
	    TEST(they_are_after_a_long_talk_too),
	    TEST(they_are_where_much_is_asked_at_once),
	    TEST(anger_counts_from_the_beginning),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
