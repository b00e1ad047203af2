/*
 * hub_staff: the same news for two audiences. Sellers are brought everything
 * whole, visitors only what they may see, whether it comes as news or from
 * the store; and whoever listens hears of all of it, and of what was lost.
 */
#include "tests/gateway/listener.h"
#include "tests/lib/cmocka.h"

#include <stdatomic.h>
#include <stdio.h>

static struct listener *
seller(int64_t conversation, uint64_t after)
{
	struct listener *l = listener_new(conversation, after);

	l->watcher.audience = AUDIENCE_STAFF;
	return l;
}

static void
test_hidden_from_the_store(void **state)
{
	int64_t c = rig_conversation(&rig);
	struct listener *visitor = listener_new(c, 1), *staff = seller(c, 1);
	char wanted[128];

	(void)state;
	rig_handle(&rig, c, RIG_SILENT);
	listen_on(visitor, rig.gateway.hubs[0]);
	listen_on(staff, rig.gateway.hubs[0]);
	assert_true(hears(visitor, 2));
	assert_true(hears(staff, 2));
	heard(visitor, "{\"type\":\"event\",\"event\":{\"seq\":2,"
		       "\"kind\":\"hidden\"}}");
	snprintf(wanted, sizeof(wanted),
	    "{\"type\":\"event\",\"conversation\":%lld,\"event\":{\"seq\":2,"
	    "\"kind\":\"handled\",\"author\":\"bot\",",
	    (long long)c);
	heard_of(staff, wanted);
	leave(visitor);
	leave(staff);
}

static void
test_hidden_in_news(void **state)
{
	int64_t c = rig_conversation(&rig);
	struct listener *visitor = listener_new(c, 1), *staff = seller(c, 1);

	(void)state;
	listen_now(visitor, rig.gateway.hubs[0]);
	listen_now(staff, rig.gateway.hubs[0]);
	know_publisher(visitor);
	rig_handle(&rig, c, RIG_TOLD);
	assert_true(hears(visitor, 2));
	assert_true(hears(staff, 2));
	assert_int_equal(rig_metric(&rig, METRIC_GAPS_FILLED), 0);
	heard(visitor, "{\"type\":\"event\",\"event\":{\"seq\":2,"
		       "\"kind\":\"hidden\"}}");
	heard_of(staff, "\"kind\":\"handled\"");
	leave(visitor);
	leave(staff);
}

/* What is not stored, as each of them gets it. */
static void
test_passing_words(void **state)
{
	static const struct {
		enum news_kind kind;
		const char *body, *visitor, *staff;
	} words[] = {
	    {NEWS_TYPING, "agent 7", "\"typing\",\"author\":\"agent\",\"on\"",
		"\"author\":\"agent\",\"agent\":7,\"on\":true}"},
	    {NEWS_TYPING, "customer", "\"typing\",\"author\":\"customer\"",
		"\"author\":\"customer\",\"on\":true}"},
	    {NEWS_SEEN, "agent", "\"seen\",\"author\":\"company\",\"seq\":1}",
		"\"author\":\"company\",\"seq\":1}"},
	    {NEWS_DRAFT, "{\"type\":\"draft\",\"turn\":\"1-1\",\"text\":\"\"}",
		"{\"type\":\"draft\",\"turn\"", "\"turn\":\"1-1\",\"text\""},
	};
	int64_t c = rig_conversation(&rig);
	struct listener *visitor = listener_new(c, 1), *staff = seller(c, 1);
	char conversation[40];
	unsigned i;

	(void)state;
	snprintf(conversation, sizeof(conversation), "\"conversation\":%lld",
	    (long long)c);
	listen_now(visitor, rig.gateway.hubs[0]);
	listen_now(staff, rig.gateway.hubs[0]);
	for (i = 0; i < ARRAY_LEN(words); i++) {
		tell(c, words[i].kind, 1, 0, words[i].body);
		assert_true(becomes(&visitor->words, i + 1));
		assert_true(becomes(&staff->words, i + 1));
		heard_of(visitor, words[i].visitor);
		heard_nothing_of(visitor, "conversation");
		heard_of(staff, words[i].staff);
		heard_of(staff, conversation);
	}
	leave(visitor);
	leave(staff);
}

/* A place in line is for visitors; a colleague at a note is for staff. */
static void
test_for_one_of_them(void **state)
{
	int64_t c = rig_conversation(&rig);
	struct listener *visitor = listener_new(c, 1), *staff = seller(c, 1);

	(void)state;
	listen_now(visitor, rig.gateway.hubs[0]);
	listen_now(staff, rig.gateway.hubs[0]);
	tell(c, NEWS_QUEUE, 0, 0, "{\"type\":\"queue\",\"position\":3}");
	assert_true(becomes(&visitor->words, 1));
	heard(visitor, "{\"type\":\"queue\",\"position\":3}");
	assert_int_equal(atomic_load(&staff->words), 0);
	bus_add_news(rig.gateway.publisher, &(struct news){.kind = NEWS_TYPING,
						.conversation = c,
						.hidden = true,
						.seq = 1,
						.body = STR("agent 7")});
	bus_flush(rig.gateway.publisher);
	assert_true(becomes(&staff->words, 1));
	assert_int_equal(atomic_load(&visitor->words), 1);
	leave(visitor);
	leave(staff);
}

/* ---- who listens --------------------------------------------------------- */

static struct {
	_Atomic unsigned news, lost, ended;
	_Atomic int64_t conversation;
} ear;

static void
news(struct hub *h, const struct news *n)
{
	assert_ptr_equal(hub_listener_arg(h), &ear);
	atomic_store(&ear.conversation, n->conversation);
	atomic_fetch_add(&ear.news, 1);
}

static void
lost(struct hub *h)
{
	(void)h;
	atomic_fetch_add(&ear.lost, 1);
}

static bool
step(struct hub *h)
{
	(void)h;
	return false;
}

static void
ended(struct hub *h)
{
	(void)h;
	atomic_fetch_add(&ear.ended, 1);
}

static const struct hub_listener ears = {news, lost, step, ended};

static void
begin_to_listen(struct hub *h, void *arg)
{
	hub_listen(h, &ears, arg);
}

static void
test_listener(void **state)
{
	int64_t c = rig_conversation(&rig);
	unsigned before;

	(void)state;
	rig_on_hub(rig.gateway.hubs[0], begin_to_listen, &ear);
	tell(c, NEWS_TYPING, 1, 0, "bot");
	assert_true(becomes(&ear.news, 1));
	assert_int_equal(atomic_load(&ear.conversation), c);
	/* Of a new publisher it is not known what came before. */
	assert_true(becomes(&ear.lost, 1));
	tell(c, NEWS_TYPING, 1, 0, "bot");
	assert_true(becomes(&ear.news, 2));
	assert_int_equal(atomic_load(&ear.lost), 1);
	before = atomic_load(&ear.lost);
	rig_ahead(&rig, 60000);
	assert_true(becomes(&ear.lost, before + 1));
	rig_stop_hubs(&rig);
	assert_int_equal(atomic_load(&ear.ended), 1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(
		test_hidden_from_the_store, set_up_one, tear_down),
	    cmocka_unit_test_setup_teardown(
		test_hidden_in_news, set_up_one, tear_down),
	    cmocka_unit_test_setup_teardown(
		test_passing_words, set_up_one, tear_down),
	    cmocka_unit_test_setup_teardown(
		test_for_one_of_them, set_up_one, tear_down),
	    cmocka_unit_test_setup_teardown(
		test_listener, set_up_one, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
