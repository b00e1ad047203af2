/*
 * seller_room: what sellers are told without having asked: offers, rows as
 * they change, colleagues. The desk's part is the test's; the clock is set
 * ahead where one would have to wait.
 */
#include "tests/gateway/seller_talk.h"
#include "tests/gateway/visitor_talk.h"
#include "tests/lib/cmocka.h"

#include <stdio.h>

/* ---- offers -------------------------------------------------------------- */

static void
test_offer(void **state)
{
	int64_t c = rig_conversation(&rig);
	struct talker tab = ben;
	struct ws_reply r;

	(void)state;
	rig_say(&rig, c, "help", RIG_SILENT, 0);
	rig_queue(&rig, c);
	talker_hello(&rig, &ben);
	rig_offer(&rig, c, ben.id);
	r = UNTIL(&ben, "{\"type\":\"offer\",");
	assert_true(reply_has(r, "\"reason\":{\"why\":\"best\"}"));
	assert_true(reply_has(r, "\"until\":"));
	assert_true(reply_has(r, "\"text\":\"help\""));
	/* It is in the list, and a new tab is told, too. */
	UNTIL(&ben, "\"mine\":true");
	tab.ws = (struct ws_client){0};
	talker_hello(&rig, &tab);
	UNTIL(&tab, "{\"type\":\"offer\",");
	SAY(&tab, "{\"type\":\"act\",\"act\":\"accept\",\"conversation\":%lld}",
	    (long long)c);
	UNTIL(&tab, "\"end\":\"accepted\"");
	UNTIL(&ben, "\"end\":\"accepted\"");
	SAY(&ben, "{\"type\":\"act\",\"act\":\"accept\",\"conversation\":%lld}",
	    (long long)c);
	UNTIL(&ben, "\"code\":\"no_change\"");
	ws_client_close(&ben.ws);
	ws_client_close(&tab.ws);
}

static void
test_offer_ends(void **state)
{
	int64_t c = rig_conversation(&rig);

	(void)state;
	rig_queue(&rig, c);
	talker_hello(&rig, &ben);
	rig_offer(&rig, c, ben.id);
	UNTIL(&ben, "{\"type\":\"offer\",");
	SAY(&ben,
	    "{\"type\":\"act\",\"act\":\"decline\",\"conversation\":%lld}",
	    (long long)c);
	UNTIL(&ben, "\"end\":\"declined\"");
	UNTIL(&ben, "\"type\":\"row_gone\"");
	SAY(&ben, "{\"type\":\"act\",\"act\":\"accept\",\"conversation\":%lld}",
	    (long long)c);
	UNTIL(&ben, "\"code\":\"over\"");
	rig_audited(&rig, "accept", "over");
	rig_offer(&rig, c, ben.id);
	UNTIL(&ben, "{\"type\":\"offer\",");
	rig_act(&rig, c, (struct act){.kind = ACT_EXPIRE});
	UNTIL(&ben, "\"end\":\"expired\"");
	rig_offer(&rig, c, ben.id);
	UNTIL(&ben, "{\"type\":\"offer\",");
	talker_hello(&rig, &ann);
	SAY(&ann,
	    "{\"type\":\"act\",\"act\":\"take_over\",\"conversation\":%lld}",
	    (long long)c);
	UNTIL(&ben, "\"end\":\"withdrawn\"");
	ws_client_close(&ben.ws);
	ws_client_close(&ann.ws);
}

static void
test_offer_by_transfer(void **state)
{
	int64_t c = rig_conversation(&rig);
	struct ws_reply r;

	(void)state;
	rig_queue(&rig, c);
	talker_hello(&rig, &ben);
	talker_hello(&rig, &ann);
	SAY(&ben, "{\"type\":\"act\",\"act\":\"pull\",\"conversation\":%lld}",
	    (long long)c);
	UNTIL(&ben, "\"ack\"");
	SAY(&ben,
	    "{\"type\":\"act\",\"act\":\"transfer\",\"agent\":%lld,"
	    "\"note\":\"yours\",\"conversation\":%lld}",
	    (long long)ann.id, (long long)c);
	r = UNTIL(&ann, "{\"type\":\"offer\",");
	assert_true(reply_has(r, "\"reason\":{\"why\":\"transfer\"}"));
	UNTIL(&ben, "\"type\":\"row_gone\"");
	ws_client_close(&ben.ws);
	ws_client_close(&ann.ws);
}

/* ---- lists --------------------------------------------------------------- */

static void
test_rows(void **state)
{
	int64_t c = rig_conversation(&rig);
	struct ws_reply r;
	char gone[64];

	(void)state;
	talker_hello(&rig, &ben);
	SAY(&ben, "{\"type\":\"view\",\"view\":\"queue\",\"limit\":10}");
	UNTIL(&ben, "\"list\":\"view\",\"view\":\"queue\",\"rows\":[]}");
	rig_queue(&rig, c);
	r = UNTIL(&ben, "{\"type\":\"row\",");
	assert_true(reply_has(r, "\"holder\":\"queue\""));
	assert_true(reply_has(r, "\"view\":true}"));
	assert_false(reply_has(r, "\"mine\""));
	UNTIL(&ben, "{\"type\":\"counts\",\"queue\":1,\"open\":1");
	SAY(&ben, "{\"type\":\"act\",\"act\":\"pull\",\"conversation\":%lld}",
	    (long long)c);
	r = UNTIL(&ben, "{\"type\":\"row\",");
	assert_true(reply_has(r, "\"mine\":true}"));
	SAY(&ben, "{\"type\":\"view\"}");
	rig_say(&rig, c, "newest words", RIG_TOLD, 0);
	r = UNTIL(&ben, "newest words");
	assert_true(reply_has(r, "\"unread\":true"));
	SAY(&ben,
	    "{\"type\":\"act\",\"act\":\"resolve\",\"conversation\":%lld}",
	    (long long)c);
	snprintf(gone, sizeof(gone), "\"row_gone\",\"id\":%lld}", (long long)c);
	UNTIL(&ben, gone);
	SAY(&ben, "{\"type\":\"view\",\"view\":\"nonsense\"}");
	UNTIL(&ben, "\"error\"");
	ws_client_close(&ben.ws);
}

/* Who looks at one sees its row, whatever lists they follow. */
static void
test_watched_row(void **state)
{
	int64_t c = rig_conversation(&rig);
	struct ws_reply r;

	(void)state;
	rig_queue(&rig, c);
	talker_hello(&rig, &ann);
	talker_hello(&rig, &ben);
	talker_watch(&ann, c, 2);
	SAY(&ben, "{\"type\":\"act\",\"act\":\"pull\",\"conversation\":%lld}",
	    (long long)c);
	r = UNTIL(&ann, "{\"type\":\"row\",");
	assert_true(reply_has(r, "\"holder\":\"agent\""));
	assert_false(reply_has(r, "\"mine\""));
	assert_false(reply_has(r, "\"view\""));
	SAY(&ben,
	    "{\"type\":\"act\",\"act\":\"give_back\",\"conversation\":%lld}",
	    (long long)c);
	/* Also while the bot has it, whom else nobody looks at. */
	r = UNTIL(&ann, "\"holder\":\"bot\"");
	rig_say(&rig, c, "hello, bot", RIG_TOLD, 0);
	do
		r = UNTIL(&ann, "hello, bot");
	while (!reply_has(r, "{\"type\":\"row\","));
	ws_client_close(&ben.ws);
	ws_client_close(&ann.ws);
}

/* Many changes of one row at once are few frames, and the last is the last. */
static void
test_rows_are_coalesced(void **state)
{
	int64_t c = rig_conversation(&rig);
	unsigned rows = 0, i;
	struct ws_reply r;
	bool last = false;

	(void)state;
	rig_queue(&rig, c);
	talker_hello(&rig, &ben);
	SAY(&ben, "{\"type\":\"view\",\"view\":\"queue\"}");
	UNTIL(&ben, "\"list\":\"view\"");
	for (i = 0; i < 100; i++)
		rig_say(&rig, c, i < 99 ? "words" : "the end", RIG_TOLD, 0);
	while (!last) {
		r = ws_client_next(&ben.ws);
		rows += reply_has(r, "{\"type\":\"row\",");
		last = reply_has(r, "the end");
	}
	assert_true(rows <= 20);
	ws_client_close(&ben.ws);
}

/* News was lost: the lists come again, and offers that nobody told of. */
static void
test_lost_news(void **state)
{
	int64_t c = rig_conversation(&rig);
	struct arena a = {0};
	struct store_op op = {.verb = STORE_ACT};
	struct ws_reply r;

	(void)state;
	rig_queue(&rig, c);
	talker_hello(&rig, &ben);
	SAY(&ben, "{\"type\":\"view\",\"view\":\"queue\"}");
	UNTIL(&ben, "\"list\":\"view\"");
	op.act = (struct store_act){.conversation = c,
	    .company = rig.company,
	    .arena = &a,
	    .act = {.kind = ACT_OFFER,
		.to_agent = ben.id,
		.now = clock_wall(&rig.clock),
		.body = STR("{}")}};
	assert_int_equal(store_submit_wait(rig.gateway.store, &op), OK);
	arena_free(&a);
	SAY(&ben, "{\"type\":\"ping\"}");
	do {
		r = ws_client_next(&ben.ws);
		assert_false(reply_has(r, "offer"));
	} while (!reply_has(r, "pong"));
	/* The publisher is heard of no more, as if it had died. */
	rig_ahead(&rig, 4000);
	UNTIL(&ben, "{\"type\":\"offer\",");
	UNTIL(&ben, "\"list\":\"view\",\"view\":\"queue\",\"rows\":[{");
	op.act.act = (struct act){
	    .kind = ACT_EXPIRE, .now = clock_wall(&rig.clock)};
	assert_int_equal(store_submit_wait(rig.gateway.store, &op), OK);
	bus_beat(rig.gateway.publisher);
	rig_ahead(&rig, 8000);
	UNTIL(&ben, "\"end\":\"withdrawn\"");
	ws_client_close(&ben.ws);
	arena_free(&a);
}

/* ---- limits -------------------------------------------------------------- */

/* A laptop sleeps: no pong. Its seller is offline, and so in the store. */
static void
test_sleep(void **state)
{
	(void)state;
	talker_hello(&rig, &ann);
	talker_hello(&rig, &ben);
	UNTIL(&ann, "\"name\":\"Ben\",\"online\":true");
	rig_ahead(&rig, 25001);
	while (ws_client_next(&ben.ws).first != CLIENT_PING)
		;
	while (ws_client_next(&ann.ws).first != CLIENT_PING)
		;
	ws_client_send(&ann.ws, CLIENT_PONG, STR(""));
	SAY(&ann, "{\"type\":\"ping\"}");
	UNTIL(&ann, "\"pong\"");
	rig_ahead(&rig, 15001);
	closes_with(&ben.ws, 1008, "no pong in time");
	UNTIL(&ann, "\"name\":\"Ben\",\"online\":false");
	ws_client_close(&ann.ws);
}

#define TEST(t) cmocka_unit_test_setup_teardown(t, talk_set_up, rig_tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(test_offer),
	    TEST(test_offer_ends),
	    TEST(test_offer_by_transfer),
	    TEST(test_rows),
	    TEST(test_watched_row),
	    TEST(test_rows_are_coalesced),
	    TEST(test_lost_news),
	    TEST(test_sleep),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
