/* seller_talk: keys are put into the store as the API would. */
#include "tests/gateway/seller_talk.h"
#include "bus/publish.h"
#include "tests/lib/cmocka.h"

#include <sodium.h>
#include <stdio.h>
#include <time.h>

static void
make_key(struct rig *r, int64_t company, struct talker *t, const char *role)
{
	struct store_op op = {.verb = STORE_PASS};
	unsigned char random[16];
	char data[64];

	randombytes_buf(random, sizeof(random));
	memcpy(t->key, "fdk_", 5);
	sodium_bin2hex(t->key + 4, sizeof(t->key) - 4, random, sizeof(random));
	snprintf(data, sizeof(data), "{\"role\":\"%s\",\"by\":%lld}", role,
	    (long long)t->id);
	op.pass = (struct store_pass){.deed = PASS_BEGIN,
	    .row = {.kind = PASS_KEY,
		.company = company,
		.agent = t->id,
		.name = STR("a test"),
		.data = str_from(data),
		.created_at = clock_wall(&r->clock)}};
	crypto_hash_sha256(
	    op.pass.row.hash, (unsigned char *)t->key, strlen(t->key));
	assert_int_equal(store_submit_wait(r->gateway.store, &op), OK);
}

void
talker_new(struct rig *r, struct talker *t, const char *name, const char *role)
{
	*t = (struct talker){.id = rig_seller(r, name, role)};
	make_key(r, r->company, t, role);
}

void
talker_of_others(struct rig *r, struct talker *t)
{
	struct store_op op = {.verb = STORE_COMPANY_PUT,
	    .company_put = {.key = STR("others"),
		.document = STR("{\"name\":\"Others\"}")}};
	int64_t mine = r->company;

	assert_int_equal(store_submit_wait(r->gateway.store, &op), OK);
	r->company = op.company_put.id;
	talker_new(r, t, "Zoe", "admin");
	r->company = mine;
}

void
talker_connect(struct rig *r, struct talker *t)
{
	ws_client_open(&t->ws, gateway_port(&r->gateway), "/v1/staff/socket");
}

void
talker_hello(struct rig *r, struct talker *t)
{
	talker_connect(r, t);
	ws_client_say(&t->ws, "{\"type\":\"hello\",\"key\":\"%s\"}", t->key);
	ws_client_until(&t->ws, "\"welcome\"");
	ws_client_until(&t->ws, "\"list\":\"mine\"");
}

void
talker_watch(struct talker *t, int64_t conversation, uint64_t after)
{
	ws_client_say(&t->ws,
	    "{\"type\":\"watch\",\"conversation\":%lld,\"after\":%llu}",
	    (long long)conversation, (unsigned long long)after);
	ws_client_say(&t->ws, "{\"type\":\"ping\"}");
	ws_client_until(&t->ws, "\"pong\"");
}

bool
reply_has(struct ws_reply r, const char *word)
{
	return memmem(r.text.p, r.text.n, word, strlen(word)) != NULL;
}

/* ---- what the desk does -------------------------------------------------- */

void
rig_act(struct rig *r, int64_t conversation, struct act act)
{
	static const struct policy policy = {.offer_ms = 30000};
	struct arena a = {0};
	struct store_op op = {.verb = STORE_ACT};
	unsigned i;

	act.now = clock_wall(&r->clock);
	act.policy = &policy;
	op.act = (struct store_act){.conversation = conversation,
	    .company = r->company,
	    .arena = &a,
	    .act = act};
	assert_int_equal(store_submit_wait(r->gateway.store, &op), OK);
	for (i = 0; i < op.act.acted.decision.event_count; i++)
		publish_event(r->gateway.publisher, &op.act.state,
		    &op.act.acted.decision.events[i], 0);
	bus_flush(r->gateway.publisher);
	arena_free(&a);
}

void
rig_queue(struct rig *r, int64_t conversation)
{
	rig_act(r, conversation,
	    (struct act){
		.kind = ACT_QUEUE, .body = STR("{\"why\":\"asked\"}")});
}

void
rig_offer(struct rig *r, int64_t conversation, int64_t agent)
{
	rig_act(r, conversation,
	    (struct act){.kind = ACT_OFFER,
		.to_agent = agent,
		.body = STR("{\"why\":\"best\"}")});
}

static bool
audited(struct rig *r, const char *what, const char *outcome)
{
	struct store_reader *reader;
	struct arena a = {0};
	struct audit_row row;
	size_t n = 1;
	bool is;

	assert_int_equal(store_reader_open(r->gateway.store, &reader), OK);
	assert_int_equal(
	    store_list_audit(reader, &(struct audit_ask){.company = r->company},
		&a, &row, &n),
	    OK);
	is = n == 1 && str_eq(row.what, str_from(what)) &&
	     str_eq(row.outcome, str_from(outcome));
	store_reader_close(reader);
	arena_free(&a);
	return is;
}

void
rig_audited(struct rig *r, const char *what, const char *outcome)
{
	const struct timespec pause = {.tv_nsec = 1000000};
	int i;

	for (i = 0; i < RIG_WAIT_MS && !audited(r, what, outcome); i++)
		nanosleep(&pause, NULL);
	if (i == RIG_WAIT_MS)
		fail_msg("the audit says nothing of %s: %s", what, outcome);
}

/* ---- fixtures ---------------------------------------------------------- */

struct talker ben, ann;

static void
nothing(struct hub *h, void *arg)
{
	(void)h;
	(void)arg;
}

/*
 * Of a publisher that is heard for the first time nobody knows what it said
 * before, so lists are sent once more. When this returns that is over, on
 * each hub.
 */
static void
know_publisher(struct talker *t)
{
	unsigned i;

	talker_hello(&rig, t);
	ws_client_until(&t->ws, "\"list\":\"mine\"");
	for (i = 0; i < rig.gateway.conf.hub_threads; i++)
		rig_on_hub(rig.gateway.hubs[i], nothing, NULL);
	ws_client_close(&t->ws);
	assert_true(rig_metric_becomes(&rig, METRIC_WS_OPEN, 0));
}

int
talk_set_up(void **state)
{
	(void)state;
	rig_new(&rig);
	rig.gateway.conf.hub_threads = 2;
	rig_open(&rig);
	rig_start(&rig);
	talker_new(&rig, &ben, "Ben", "seller");
	talker_new(&rig, &ann, "Ann", "supervisor");
	know_publisher(&ben);
	return 0;
}
