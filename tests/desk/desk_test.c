/*
 * desk: a real store, a real bus, the thread as it runs; sellers who come and
 * go by a word of the test.
 */
#include "desk/desk.h"
#include "bus/publish.h"
#include "tests/lib/cmocka.h"
#include "tests/workers/fixture.h"

#include <pthread.h>
#include <stdio.h>
#include <time.h>

#define SELLERS_MAX 8u

/*
 * Offers last 5 s by the wall clock, which the tests move; nobody is called
 * away but in the test of that.
 */
#define SHOP \
	"{\"name\":\"Shop\",\"routing\":{\"offer_seconds\":5," \
	"\"grace_seconds\":10,\"ignore_max\":0,\"sticky_seconds\":0}"
static const char without_mail[] = SHOP "}";
static const char with_mail[] = SHOP
    ",\"accounts\":[{\"channel\":\"email\",\"name\":\"support\","
    "\"sender\":\"shop@shop.example\",\"token\":\"t\","
    "\"smtp\":\"smtp://127.0.0.1:1\"}]"
    ",\"support\":{\"to\":[{\"address\":"
    "\"desk@shop.example\",\"name\":\"Sam\"}]}}";

struct office {
	struct fixture f; /* first: clocks find the rest by it */
	struct desk *desk;
	int64_t sellers[SELLERS_MAX];
	_Atomic bool online[SELLERS_MAX];
	_Atomic int64_t acted_at; /* wall ms; of all of them */
	unsigned count;
	pthread_t pump;
	_Atomic bool closing;
};

static bool
is_online(void *arg, int64_t agent)
{
	struct office *o = arg;
	unsigned i;

	for (i = 0; i < o->count; i++)
		if (o->sellers[i] == agent)
			return o->online[i];
	return false;
}

static int64_t
acted_at(void *arg, int64_t agent)
{
	struct office *o = arg;

	(void)agent;
	return o->acted_at;
}

/* What the gateway's hub does: the desk is shown all news. */
static void *
pump(void *arg)
{
	struct office *o = arg;
	const struct timespec nap = {.tv_nsec = 1000000};
	struct str frame;

	while (!o->closing) {
		while (bus_read(o->f.news, &frame) == OK)
			desk_news(o->desk, frame);
		nanosleep(&nap, NULL);
	}
	return NULL;
}

static void
start_desk(struct office *o)
{
	const struct desk_conf conf = {.clock = &o->f.clock,
	    .log = o->f.log,
	    .metrics = &o->f.metrics,
	    .store = o->f.store,
	    .companies = o->f.companies,
	    .publisher = o->f.publisher,
	    .online = is_online,
	    .acted_at = acted_at,
	    .online_arg = o,
	    .reread_ms = 200,
	    .seed = 1};

	o->closing = false;
	assert_int_equal(desk_start(&conf, &o->desk), OK);
	assert_int_equal(pthread_create(&o->pump, NULL, pump, o), 0);
}

static void
stop_desk(struct office *o)
{
	o->closing = true;
	pthread_join(o->pump, NULL);
	desk_stop(o->desk);
}

static int64_t
hire(struct office *o, const char *name, bool online)
{
	struct store_op op = {.verb = STORE_AGENT,
	    .agent = {.row = {.company = o->f.company,
			  .name = str_from(name),
			  .role = STR("seller"),
			  .state = AGENT_ACTIVE,
			  .capacity = 200,
			  .skills = STR("[]"),
			  .languages = STR("[]"),
			  .teams = STR("[]"),
			  .backup = STR("[]"),
			  .created_at = 1}}};
	char address[64];

	snprintf(address, sizeof(address), "%s@shop.example", name);
	op.agent.row.email = str_from(address);
	assert_int_equal(store_submit_wait(o->f.store, &op), OK);
	o->online[o->count] = online;
	o->sellers[o->count++] = op.agent.row.id;
	return op.agent.row.id;
}

/* Somebody asks for a person. */
static int64_t
ask(struct office *o, const char *address)
{
	int64_t id = fixture_visitor(&o->f, address);
	struct arena arena = {0};
	struct policy policy = {.offer_ms = 5000, .queue_ms = 600000};
	struct store_op op = {.verb = STORE_ACT,
	    .act = {.conversation = id,
		.arena = &arena,
		.act = {.kind = ACT_QUEUE,
		    .now = clock_wall(&o->f.clock),
		    .policy = &policy}}};
	unsigned i;

	fixture_say(&o->f, id, "human please", false);
	assert_int_equal(store_submit_wait(o->f.store, &op), OK);
	for (i = 0; i < op.act.acted.decision.event_count; i++)
		publish_event(o->f.publisher, &op.act.state,
		    &op.act.acted.decision.events[i], 0);
	bus_flush(o->f.publisher);
	arena_free(&arena);
	return id;
}

/* Waits until the conversation is as wanted; fails the test if it is not. */
static struct conversation
wait_for(struct office *o, int64_t id,
    bool (*right)(const struct conversation *c, int64_t want), int64_t want)
{
	int64_t end = clock_steady(&o->f.clock) + FIXTURE_WAIT_MS;
	const struct timespec nap = {.tv_nsec = 2000000};
	struct conversation c;

	for (;;) {
		fixture_state(&o->f, id, &c);
		if (right(&c, want))
			return c;
		if (clock_steady(&o->f.clock) > end)
			fail_msg("holder %s, offered %lld, wanted %lld",
			    holder_name(c.holder), (long long)c.offered,
			    (long long)want);
		nanosleep(&nap, NULL);
	}
}

static bool
is_offered(const struct conversation *c, int64_t to)
{
	return c->holder == HOLDER_QUEUE && c->offered == to;
}

static bool
is_with(const struct conversation *c, int64_t holder)
{
	return (int64_t)c->holder == holder;
}

static bool
was_told(const struct conversation *c, int64_t notice)
{
	return c->notice_seq > 0 && (int64_t)c->notice == notice;
}

static unsigned
count_notices(struct office *o, int64_t id)
{
	struct event events[64];
	struct arena a = {0};
	size_t n = ARRAY_LEN(events), i;
	unsigned count = 0;

	assert_int_equal(
	    store_read_events(o->f.reader, id, 0, &a, events, &n), OK);
	for (i = 0; i < n; i++)
		count += events[i].kind == EVENT_MESSAGE &&
			 events[i].author == AUTHOR_SYSTEM;
	arena_free(&a);
	return count;
}

static void
act(struct office *o, int64_t id, enum act_kind kind, int64_t agent)
{
	struct arena arena = {0};
	struct store_op op = {.verb = STORE_ACT,
	    .act = {.conversation = id,
		.arena = &arena,
		.act = {.kind = kind,
		    .agent = agent,
		    .now = clock_wall(&o->f.clock)}}};
	unsigned i;

	assert_int_equal(store_submit_wait(o->f.store, &op), OK);
	for (i = 0; i < op.act.acted.decision.event_count; i++)
		publish_event(o->f.publisher, &op.act.state,
		    &op.act.acted.decision.events[i], 0);
	bus_flush(o->f.publisher);
	arena_free(&arena);
}

static void
open_office(struct office *o, const char *document)
{
	memset(o, 0, sizeof(*o));
	fixture_open(&o->f, document);
}

static void
close_office(struct office *o)
{
	stop_desk(o);
	fixture_close(&o->f);
}

/* ---- tests ----------------------------------------------------------------- */

static void
offers_to_who_is_there(void **state)
{
	struct office o;
	struct conversation c;
	int64_t ann, id;

	(void)state;
	open_office(&o, with_mail);
	(void)hire(&o, "off", false);
	ann = hire(&o, "ann", true);
	start_desk(&o);
	id = ask(&o, "v1");
	c = wait_for(&o, id, is_offered, ann);
	assert_int_equal(c.notice, NOTICE_WAITING);
	assert_int_equal(count_notices(&o, id), 1);
	close_office(&o);
}

static void
writes_to_the_desk_where_nobody_is(void **state)
{
	struct office o;
	int64_t id;

	(void)state;
	open_office(&o, with_mail);
	(void)hire(&o, "off", false);
	start_desk(&o);
	id = ask(&o, "v1");
	(void)wait_for(&o, id, is_with, HOLDER_EMAIL);
	(void)wait_for(&o, id, was_told, NOTICE_NOBODY);
	assert_int_equal(count_notices(&o, id), 1);
	close_office(&o);
}

static void
keeps_in_line_without_a_desk(void **state)
{
	struct office o;
	int64_t ann, id;

	(void)state;
	open_office(&o, without_mail);
	ann = hire(&o, "ann", false);
	start_desk(&o);
	id = ask(&o, "v1");
	(void)wait_for(&o, id, was_told, NOTICE_NOBODY);
	o.online[0] = true;
	(void)wait_for(&o, id, is_offered, ann);
	close_office(&o);
}

static void
asks_the_next_when_one_does_not_answer(void **state)
{
	struct office o;
	struct conversation c;
	int64_t first, second, id;

	(void)state;
	open_office(&o, with_mail);
	first = hire(&o, "ann", true);
	second = hire(&o, "ben", true);
	start_desk(&o);
	id = ask(&o, "v1");
	do
		fixture_state(&o.f, id, &c);
	while (c.offered == 0);
	o.f.wall_offset += 6000;
	(void)wait_for(&o, id, is_offered, c.offered == first ? second : first);
	close_office(&o);
}

/* However long a chat is, it is read no more than once because of that. */
static void
reads_no_chat_again_for_who_declined(void **state)
{
	const unsigned lines = 100;
	struct office o;
	int64_t ann, ben, id;
	size_t read;
	unsigned i;

	(void)state;
	open_office(&o, without_mail);
	ann = hire(&o, "ann", true);
	ben = hire(&o, "ben", false);
	start_desk(&o);
	id = ask(&o, "v1");
	(void)wait_for(&o, id, is_offered, ann);
	act(&o, id, ACT_DECLINE, ann);
	for (i = 0; i < lines; i++)
		fixture_say(&o.f, id, "hello?", true);
	read = fixture_events_read();
	o.online[1] = true; /* seen when all is read anew */
	(void)wait_for(&o, id, is_offered, ben);
	assert_in_range(fixture_events_read() - read, 0, lines / 2);
	act(&o, id, ACT_DECLINE, ben);
	/* Nobody is left; a desk that begins anew knows that, too. */
	stop_desk(&o);
	start_desk(&o);
	(void)wait_for(&o, ask(&o, "v2"), is_offered, ann);
	(void)wait_for(&o, id, is_offered, 0);
	close_office(&o);
}

/* No offer lasts an hour longer because of that. */
static void
asks_the_next_when_the_clock_is_put_back(void **state)
{
	const struct timespec nap = {.tv_nsec = 10000000};
	const int64_t jump = -3600 * 1000;
	struct office o;
	struct conversation c;
	int64_t first, id;

	(void)state;
	open_office(&o, with_mail);
	(void)hire(&o, "ann", true);
	(void)hire(&o, "ben", true);
	start_desk(&o);
	id = ask(&o, "v1");
	do
		fixture_state(&o.f, id, &c);
	while (c.offered == 0);
	first = c.offered;
	o.f.wall_offset += jump;
	do {
		nanosleep(&nap, NULL);
		o.f.wall_offset += 200;
		fixture_state(&o.f, id, &c);
	} while ((c.offered == first || c.offered == 0) &&
		 o.f.wall_offset < jump + 600 * 1000);
	assert_int_equal(c.holder, HOLDER_QUEUE);
	assert_int_not_equal(c.offered, 0);
	assert_int_not_equal(c.offered, first);
	close_office(&o);
}

static void
gives_chats_of_a_seller_who_left_to_another(void **state)
{
	struct office o;
	const struct timespec nap = {.tv_nsec = 10000000};
	struct conversation c;
	int64_t ann, ben, id;

	(void)state;
	open_office(&o, with_mail);
	ann = hire(&o, "ann", true);
	ben = hire(&o, "ben", false);
	start_desk(&o);
	id = ask(&o, "v1");
	(void)wait_for(&o, id, is_offered, ann);
	act(&o, id, ACT_ACCEPT, ann);
	(void)wait_for(&o, id, is_with, HOLDER_AGENT);
	o.online[1] = true;
	o.online[0] = false;
	/* Seen to be gone first; then the grace passes. */
	do {
		nanosleep(&nap, NULL);
		o.f.wall_offset += 200;
		fixture_state(&o.f, id, &c);
	} while (c.holder == HOLDER_AGENT && o.f.wall_offset < 600 * 1000);
	c = wait_for(&o, id, is_offered, ben);
	assert_true(c.front);
	close_office(&o);
}

/* Without a socket they keep it for the grace from what they did last. */
static void
keeps_chats_of_who_acts(void **state)
{
	struct office o;
	const struct timespec nap = {.tv_nsec = 10000000};
	struct conversation c;
	int64_t ann, id, until;

	(void)state;
	open_office(&o, with_mail);
	ann = hire(&o, "ann", false);
	start_desk(&o);
	id = ask(&o, "v1");
	(void)wait_for(&o, id, is_with, HOLDER_EMAIL);
	o.acted_at = clock_wall(&o.f.clock);
	act(&o, id, ACT_PULL, ann);
	until = o.f.wall_offset + 60 * 1000;
	while (o.f.wall_offset < until) {
		o.f.wall_offset += 1000;
		o.acted_at = clock_wall(&o.f.clock);
		nanosleep(&nap, NULL);
		fixture_state(&o.f, id, &c);
		assert_int_equal(c.agent, ann);
	}
	o.f.wall_offset += 11 * 1000;
	c = wait_for(&o, id, is_with, HOLDER_EMAIL);
	assert_int_equal(c.last_agent, ann);
	(void)wait_for(&o, id, was_told, NOTICE_NOBODY);
	close_office(&o);
}

/* How long a seller had it does not count as waiting in line. */
static void
lets_a_chat_that_comes_back_wait_anew(void **state)
{
	struct office o;
	const struct timespec nap = {.tv_nsec = 10000000};
	struct conversation c;
	int64_t ann, ben, id;

	(void)state;
	open_office(&o, with_mail);
	ann = hire(&o, "ann", true);
	ben = hire(&o, "ben", false);
	start_desk(&o);
	id = ask(&o, "v1");
	(void)wait_for(&o, id, is_offered, ann);
	act(&o, id, ACT_ACCEPT, ann);
	(void)wait_for(&o, id, is_with, HOLDER_AGENT);
	/* Longer than routing.queue_minutes. */
	o.f.wall_offset += 30 * 60 * 1000;
	o.online[1] = true;
	o.online[0] = false;
	do {
		nanosleep(&nap, NULL);
		o.f.wall_offset += 200;
		fixture_state(&o.f, id, &c);
	} while (c.holder == HOLDER_AGENT && o.f.wall_offset < 3600 * 1000);
	(void)wait_for(&o, id, is_offered, ben);
	close_office(&o);
}

static void
goes_on_after_a_restart(void **state)
{
	struct office o;
	int64_t ann, id[3];
	unsigned i;

	(void)state;
	open_office(&o, without_mail);
	ann = hire(&o, "ann", false);
	start_desk(&o);
	for (i = 0; i < 3; i++) {
		char name[8];

		snprintf(name, sizeof(name), "v%u", i);
		id[i] = ask(&o, name);
	}
	stop_desk(&o);
	o.online[0] = true;
	start_desk(&o);
	/* Two fit; the first who asked are the first who are offered. */
	(void)wait_for(&o, id[0], is_offered, ann);
	(void)wait_for(&o, id[1], is_offered, ann);
	(void)wait_for(&o, id[2], is_offered, 0);
	close_office(&o);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(offers_to_who_is_there),
	    cmocka_unit_test(writes_to_the_desk_where_nobody_is),
	    cmocka_unit_test(keeps_in_line_without_a_desk),
	    cmocka_unit_test(asks_the_next_when_one_does_not_answer),
	    cmocka_unit_test(reads_no_chat_again_for_who_declined),
	    cmocka_unit_test(asks_the_next_when_the_clock_is_put_back),
	    cmocka_unit_test(gives_chats_of_a_seller_who_left_to_another),
	    cmocka_unit_test(keeps_chats_of_who_acts),
	    cmocka_unit_test(lets_a_chat_that_comes_back_wait_anew),
	    cmocka_unit_test(goes_on_after_a_restart),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
