/* rig: opens what the product's own start opens, in the same order. */
#include "tests/gateway/rig.h"
#include "bus/publish.h"
#include "channels/web/frames.h"
#include "gateway/presence.h"
#include "tests/lib/cmocka.h"

#include <pthread.h>
#include <semaphore.h>
#include <sodium.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

static const char document[] =
    "{\"name\":\"Acme\",\"faq\":[{\"question\":\"When are you open?\","
    "\"answer\":\"From nine to five.\"}],"
    "\"bot\":{\"welcome\":\"Hello.\"},"
    "\"web\":{\"origins\":[\"https://shop.example\"],"
    "\"identity_secret\":\"" RIG_SECRET "\"}}";

/* ---- clock ------------------------------------------------------------- */

static int64_t
read_clock(const struct clock *c, clockid_t id)
{
	const struct rig *r = (const struct rig *)(const void *)c;
	struct timespec t;

	clock_gettime(id, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000 +
	       atomic_load(&r->ahead);
}

static int64_t
wall(const struct clock *c)
{
	return read_clock(c, CLOCK_REALTIME);
}

static int64_t
steady(const struct clock *c)
{
	return read_clock(c, CLOCK_MONOTONIC);
}

void
rig_ahead(struct rig *r, int64_t ms)
{
	atomic_fetch_add(&r->ahead, ms);
}

/* ---- open and close ---------------------------------------------------- */

static void
no_log(void *arg, struct str line)
{
	(void)arg;
	(void)line;
}

void
rig_new(struct rig *r)
{
	*r = (struct rig){.clock = {wall, steady}, .store_queue = 4096};
	r->bus = (struct bus_conf){.work = "inproc://work",
	    .news = "inproc://news",
	    .high_water = 1000,
	    .metrics = &r->metrics};
	r->gateway.conf = (struct gateway_conf){.listen = "127.0.0.1:0",
	    .listen_ops = "",
	    .http_threads = 1,
	    .hub_threads = 1,
	    .connections_max = 1000,
	    .request_ms = 10000,
	    .reply_ms = 10000,
	    .idle_ms = 60000,
	    .ping_ms = 25000,
	    .pong_ms = 15000,
	    .hello_ms = 10000,
	    .socket_queue_bytes = 256 * 1024,
	    .session_idle_ms = 3600000,
	    .session_life_ms = 36000000,
	    .trusted_proxies = "",
	    .public_url = "",
	    .echo = true};
	randombytes_buf(r->keys.key, sizeof(r->keys.key));
	r->keys.count = 1;
}

static void
flush(void *publisher)
{
	bus_flush(publisher);
}

static void
put_company(struct rig *r)
{
	struct store_op op = {.verb = STORE_COMPANY_PUT,
	    .company_put = {.key = STR("acme"), .document = STR(document)}};

	assert_int_equal(store_submit_wait(r->gateway.store, &op), OK);
	r->company = op.company_put.id;
}

void
rig_open(struct rig *r)
{
	struct gateway *g = &r->gateway;
	struct store_conf store = {
	    .queue_max = r->store_queue, .group_max = 256, .clock = &r->clock};
	char why[512];

	strncpy(r->dir, "/tmp/frontdesk-rig-XXXXXX", sizeof(r->dir) - 1);
	assert_non_null(mkdtemp(r->dir));
	snprintf(r->path, sizeof(r->path), "%s/data.db", r->dir);
	store.path = r->path;
	g->clock = &r->clock;
	g->metrics = &r->metrics;
	g->keys = &r->keys;
	g->log = log_new(&r->clock, LOG_ERROR, no_log, NULL);
	assert_non_null(g->log);
	assert_int_equal(store_open(&store, &g->store, why, sizeof(why)), OK);
	assert_int_equal(
	    company_cache_open(g->store, &r->clock, g->log, &g->companies), OK);
	assert_int_equal(bus_open(&r->bus, &g->bus), OK);
	assert_int_equal(
	    bus_publisher_open(g->bus, BUS_GATEWAY, true, &g->publisher), OK);
	store_on_group(g->store, flush, g->publisher);
	assert_int_equal(presence_open(&(struct presence_conf){g->store,
					   g->publisher, &r->clock},
			     &g->presence),
	    OK);
	put_company(r);
}

/* With the files that customers attached. */
static void
remove_dir(const char *dir)
{
	char command[128];

	snprintf(command, sizeof(command), "rm -r %s", dir);
	assert_int_equal(system(command), 0);
}

void
rig_close(struct rig *r)
{
	struct gateway *g = &r->gateway;

	presence_close(g->presence);
	company_cache_close(g->companies);
	store_close(g->store);
	bus_publisher_close(g->publisher);
	bus_close(g->bus);
	log_free(g->log);
	remove_dir(r->dir);
}

void
rig_start(struct rig *r)
{
	char why[512] = "";

	if (gateway_start(&r->gateway, why, sizeof(why)) != OK)
		fail_msg("the gateway does not start: %s", why);
}

void
rig_stop(struct rig *r)
{
	gateway_stop(&r->gateway);
}

struct rig rig;

int
rig_set_up(void **state)
{
	(void)state;
	rig_new(&rig);
	rig_open(&rig);
	rig_start(&rig);
	return 0;
}

int
rig_tear_down(void **state)
{
	(void)state;
	rig_stop(&rig);
	rig_close(&rig);
	return 0;
}

void
rig_start_hubs(struct rig *r, unsigned count, size_t queue_total)
{
	struct gateway *g = &r->gateway;
	struct hub_conf conf = {.gateway = g, .queue_total = queue_total};
	unsigned i;

	g->conf.hub_threads = count;
	g->hubs = calloc(count, sizeof(struct hub *));
	assert_non_null(g->hubs);
	for (i = count; i > 0; i--) {
		conf.index = i - 1;
		assert_int_equal(hub_start(&conf, &g->hubs[i - 1]), OK);
	}
}

void
rig_stop_hubs(struct rig *r)
{
	struct gateway *g = &r->gateway;
	unsigned i;

	if (g->hubs == NULL)
		return;
	for (i = 0; i < g->conf.hub_threads; i++)
		hub_drain(g->hubs[i]);
	for (i = 0; i < g->conf.hub_threads; i++)
		hub_drained(g->hubs[i]);
	for (i = 0; i < g->conf.hub_threads; i++)
		hub_stop(g->hubs[i]);
	free(g->hubs);
	g->hubs = NULL;
}

/* ---- looking ----------------------------------------------------------- */

uint64_t
rig_metric(const struct rig *r, enum metric m)
{
	return metric_get(&r->metrics, m);
}

bool
rig_metric_becomes(const struct rig *r, enum metric m, uint64_t n)
{
	const struct timespec pause = {.tv_nsec = 1000000};
	int i;

	for (i = 0; i < RIG_WAIT_MS && rig_metric(r, m) != n; i++)
		nanosleep(&pause, NULL);
	return rig_metric(r, m) == n;
}

struct errand {
	struct mail mail;
	void (*fn)(struct hub *h, void *arg);
	void *arg;
	sem_t done;
};

static void
run_errand(void *hub, struct mail *m)
{
	struct errand *e = CONTAINER_OF(m, struct errand, mail);

	e->fn(hub, e->arg);
	sem_post(&e->done);
}

void
rig_on_hub(struct hub *h, void (*fn)(struct hub *h, void *arg), void *arg)
{
	struct errand e = {.mail.fn = run_errand, .fn = fn, .arg = arg};

	sem_init(&e.done, 0, 0);
	hub_post(h, &e.mail);
	while (sem_wait(&e.done) != 0)
		;
	sem_destroy(&e.done);
}

int64_t
rig_seller(struct rig *r, const char *name, const char *role)
{
	struct store_op op = {.verb = STORE_AGENT};
	char email[80];

	snprintf(email, sizeof(email), "%s@shop.example", name);
	op.agent.row = (struct agent_row){.company = r->company,
	    .email = str_from(email),
	    .name = str_from(name),
	    .role = str_from(role),
	    .state = AGENT_ACTIVE,
	    .capacity = 300,
	    .created_at = clock_wall(&r->clock)};
	assert_int_equal(store_submit_wait(r->gateway.store, &op), OK);
	return op.agent.row.id;
}

/* ---- events ------------------------------------------------------------ */

int64_t
rig_conversation(struct rig *r)
{
	char who[33];
	unsigned char bytes[16];
	struct store_op op = {.verb = STORE_OPEN};

	randombytes_buf(bytes, sizeof(bytes));
	sodium_bin2hex(who, sizeof(who), bytes, sizeof(bytes));
	op.open.address = (struct store_address){
	    r->company, STR("web"), STR(""), str_from(who)};
	op.open.at = clock_wall(&r->clock);
	assert_int_equal(store_submit_wait(r->gateway.store, &op), OK);
	return op.open.conversation.id;
}

struct conversation
rig_state(struct rig *r, int64_t conversation)
{
	struct store_reader *reader;
	struct conversation c;

	assert_int_equal(store_reader_open(r->gateway.store, &reader), OK);
	assert_int_equal(store_read_conversation(reader, conversation, &c), OK);
	store_reader_close(reader);
	return c;
}

static void
tell(struct rig *r, const struct store_inbound *in, uint64_t origin)
{
	struct event e = in->event;

	e.seq = in->seq;
	e.at = in->at;
	publish_event(r->gateway.publisher, &in->state, &e, origin);
	bus_flush(r->gateway.publisher);
}

static uint64_t
append(struct rig *r, int64_t conversation, struct event e, enum rig_news news,
    uint64_t origin)
{
	struct store_op op = {.verb = STORE_INBOUND,
	    .inbound = {.conversation = conversation, .event = e}};

	assert_int_equal(store_submit_wait(r->gateway.store, &op), OK);
	if (news == RIG_TOLD)
		tell(r, &op.inbound, origin);
	return op.inbound.seq;
}

static void
count_down(struct store_op *op)
{
	sem_post(op->arg);
}

static void
write_body(struct buf *out, const char *text)
{
	buf_str(out, "{\"text\":");
	buf_json(out, str_from(text));
	buf_char(out, '}');
}

void
rig_say_many(struct rig *r, int64_t conversation, const char *text, unsigned n,
    enum rig_news news)
{
	struct store_op *ops = calloc(n + 1, sizeof(*ops));
	struct buf body = {0};
	sem_t done;
	unsigned i;

	assert_non_null(ops);
	sem_init(&done, 0, 0);
	write_body(&body, text);
	for (i = 0; i < n; i++) {
		ops[i] = (struct store_op){.verb = STORE_INBOUND,
		    .inbound = {.conversation = conversation,
			.event = {.kind = EVENT_MESSAGE,
			    .author = AUTHOR_CUSTOMER,
			    .body = buf_view(&body)}},
		    .done = count_down,
		    .arg = &done};
		assert_int_equal(store_submit(r->gateway.store, &ops[i]), OK);
	}
	for (i = 0; i < n; i++)
		while (sem_wait(&done) != 0)
			;
	for (i = 0; i < n && news == RIG_TOLD; i++)
		tell(r, &ops[i].inbound, 0);
	sem_destroy(&done);
	buf_free(&body);
	free(ops);
}

uint64_t
rig_say(struct rig *r, int64_t conversation, const char *text,
    enum rig_news news, uint64_t origin)
{
	struct buf body = {0};
	uint64_t seq;

	write_body(&body, text);
	seq = append(r, conversation,
	    (struct event){.kind = EVENT_MESSAGE,
		.author = AUTHOR_CUSTOMER,
		.at = clock_wall(&r->clock),
		.body = buf_view(&body)},
	    news, origin);
	buf_free(&body);
	return seq;
}

uint64_t
rig_handle(struct rig *r, int64_t conversation, enum rig_news news)
{
	return append(r, conversation,
	    (struct event){.kind = EVENT_HANDLED,
		.author = AUTHOR_BOT,
		.at = clock_wall(&r->clock)},
	    news, 0);
}

struct event
rig_event(struct rig *r, int64_t conversation, uint64_t seq, struct arena *a)
{
	struct store_reader *reader;
	struct event e = {0};
	size_t n = 1;

	assert_int_equal(store_reader_open(r->gateway.store, &reader), OK);
	assert_int_equal(
	    store_read_events(reader, conversation, seq - 1, a, &e, &n), OK);
	store_reader_close(reader);
	return e;
}
