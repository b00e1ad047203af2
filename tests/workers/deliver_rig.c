/* deliver_rig: see the header. */
#include "tests/workers/deliver_rig.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#define PATIENCE_MS 20000

struct rig rig;

static const struct capabilities capabilities = {
    .text_max = 1000,
    .part_max = 1000,
    .parts_max = 16,
    .lookup = true,
    .typing = true,
    .drafts = true,
    .retry_hours = 48,
};

static int64_t
steady(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

void
patience(struct patience *p, const char *what)
{
	if (p->began == 0)
		p->began = steady();
	if (steady() - p->began > PATIENCE_MS)
		fail_msg("in vain: %s", what);
	usleep(500);
}

void
later(int64_t ms)
{
	atomic_fetch_add(&rig.f.steady_offset, ms);
	atomic_fetch_add(&rig.f.wall_offset, ms);
	/* So that it looks at its clock; of nobody, so that it does no more. */
	if (rig.deliver != NULL)
		deliver_typing(rig.deliver, 0);
}

/* ---- life ---------------------------------------------------------------- */

void
deliver_document(const char *accounts)
{
	struct buf b = {0};
	struct store_op op = {.verb = STORE_COMPANY_PUT};

	buf_addf(&b, "{\"name\":\"Shop\",\"accounts\":[%s]}", accounts);
	op.company_put.key = STR("shop");
	op.company_put.document = buf_view(&b);
	assert_int_equal(store_submit_wait(rig.f.store, &op), OK);
	buf_free(&b);
}

static void
to_nowhere(void *arg, struct str line)
{
	if (getenv("FD_LOG") != NULL)
		fwrite(line.p, 1, line.n, stderr);
	(void)arg;
}

static struct token_keys keys = {.count = 1};

int
deliver_set_up(void **state)
{
	char accounts[400];

	(void)state;
	memset(&rig, 0, sizeof(rig));
	test_channel.can = capabilities;
	vendor_open(&rig.vendor);
	fixture_open(&rig.f, "{\"name\":\"Shop\"}");
	log_free(rig.f.log);
	rig.f.log = log_new(&rig.f.clock, LOG_INFO, to_nowhere, NULL);
	snprintf(accounts, sizeof(accounts),
	    "{\"channel\":\"test\",\"name\":\"main\",\"token\":\"secret\","
	    "\"api\":\"%s\"},"
	    "{\"channel\":\"test\",\"name\":\"other\",\"token\":\"secret\","
	    "\"api\":\"%s\"}",
	    stub_url(rig.vendor.stub), stub_url(rig.vendor.stub));
	deliver_document(accounts);
	deliver_rig_conf();
	return 0;
}

void
deliver_rig_conf(void)
{
	rig.conf = (struct deliver_conf){.in_flight_max = 100,
	    .lane_window = 1000,
	    .timeout_ms = 5000,
	    .doubt_ms = 30000,
	    .public_url = "http://localhost",
	    .keys = &keys,
	    .clock = &rig.f.clock,
	    .log = rig.f.log,
	    .metrics = &rig.f.metrics,
	    .store = rig.f.store,
	    .companies = rig.f.companies,
	    .publisher = rig.f.publisher,
	    .find = test_channel_find};
}

void
deliver_begin(void)
{
	assert_int_equal(deliver_start(&rig.conf, &rig.deliver), OK);
}

void
deliver_end(void)
{
	deliver_stop(rig.deliver);
	rig.deliver = NULL;
}

struct ending {
	struct deliver *deliver;
	_Atomic bool *done;
};

static void *
end_it(void *arg)
{
	struct ending *e = arg;

	deliver_stop(e->deliver);
	atomic_store(e->done, true);
	free(e);
	return NULL;
}

void
deliver_end_begins(pthread_t *thread, _Atomic bool *done)
{
	struct ending *e = malloc(sizeof(*e));

	assert_non_null(e);
	*e = (struct ending){rig.deliver, done};
	rig.deliver = NULL;
	assert_int_equal(pthread_create(thread, NULL, end_it, e), 0);
}

int
deliver_tear_down(void **state)
{
	(void)state;
	deliver_end();
	fixture_close(&rig.f);
	vendor_close(&rig.vendor);
	arena_free(&rig.arena);
	return 0;
}

/* ---- rows ---------------------------------------------------------------- */

uint64_t
write_ready_rows(
    const char *account, unsigned c, struct outbox_row *rows, unsigned n)
{
	struct store_op op = {.verb = STORE_INBOUND};
	char address[16];

	snprintf(address, sizeof(address), "c%u", c);
	op.inbound = (struct store_inbound){
	    .address = {.company = rig.f.company,
		.channel = STR("test"),
		.account = str_from(account),
		.address = str_from(address)},
	    .reply = STR("reply"),
	    .event = {.kind = EVENT_MESSAGE,
		.author = AUTHOR_CUSTOMER,
		.at = clock_wall(&rig.f.clock),
		.body = STR("{\"text\":\"hi\",\"files\":"
			    "[{\"name\":\"a.bin\"},{\"name\":\"b.bin\"}]}")},
	    .outbox = rows,
	    .outbox_count = n};
	assert_int_equal(store_submit_wait(rig.f.store, &op), OK);
	rig.conversations[c] = op.inbound.state.id;
	if (rig.deliver != NULL)
		deliver_poke(rig.deliver);
	return op.inbound.seq;
}

uint64_t
write_rows(const char *account, unsigned c, const char *payload, unsigned n,
    int64_t *row)
{
	struct outbox_row *rows = calloc(n, sizeof(*rows));
	struct arena a = {0};
	char recipient[16];
	uint64_t seq;
	unsigned i;

	snprintf(recipient, sizeof(recipient), "r%u", c);
	for (i = 0; i < n; i++)
		rows[i] = (struct outbox_row){.kind = OUTBOX_SEND,
		    .channel = STR("test"),
		    .account = str_from(account),
		    .recipient = str_from(recipient),
		    .payload = arena_printf(&a, "%s %u", payload, i)};
	if (n == 1)
		rows[0].payload = str_from(payload);
	seq = write_ready_rows(account, c, rows, n);
	if (row != NULL)
		*row = rows[0].id;
	arena_free(&a);
	free(rows);
	return seq;
}

int64_t
write_file(unsigned c, const char *payload)
{
	struct outbox_row row = {.kind = OUTBOX_FETCH,
	    .channel = STR("test"),
	    .account = STR("main"),
	    .payload = str_from(payload)};

	write_ready_rows("main", c, &row, 1);
	return row.id;
}

struct outbox_row
row_read(int64_t row)
{
	struct outbox_row r;

	assert_int_equal(
	    store_read_outbox(rig.f.reader, row, &rig.arena, &r), OK);
	return r;
}

void
row_becomes(int64_t row, enum outbox_state state)
{
	struct patience p = {0};
	char what[80];

	while (row_read(row).state != state) {
		snprintf(what, sizeof(what), "row %d to become %d, is %d",
		    (int)row, (int)state, (int)row_read(row).state);
		patience(&p, what);
	}
}

void
row_becomes_later(int64_t row, enum outbox_state state)
{
	struct patience p = {0};

	while (row_read(row).state != state) {
		patience(&p, "the row's state, later");
		later(200);
	}
}

void
row_is_put_off(int64_t row)
{
	struct patience p = {0};

	while (row_read(row).state != OUTBOX_READY || row_read(row).due == 0)
		patience(&p, "a row to be put off");
}

/* ---- lanes --------------------------------------------------------------- */

struct lane
lane_read(const char *account)
{
	struct lane lanes[8];
	size_t n = 8, i;

	assert_int_equal(
	    store_list_lanes(rig.f.reader, 0, &rig.arena, lanes, &n), OK);
	for (i = 0; i < n; i++)
		if (str_eq(lanes[i].account, str_from(account)))
			return lanes[i];
	return (struct lane){0};
}

void
lane_becomes(const char *account, enum lane_state state)
{
	struct patience p = {0};

	while (lane_read(account).state != state)
		patience(&p, "the lane's state");
}

void
lane_becomes_later(const char *account, enum lane_state state)
{
	struct patience p = {0};

	while (lane_read(account).state != state) {
		patience(&p, "the lane's state, later");
		later(200);
	}
}

void
rows_open(uint64_t n)
{
	struct patience p = {0};

	while (lane_read("main").open + lane_read("other").open != n)
		patience(&p, "so many open rows");
}

/* ---- what happens -------------------------------------------------------- */

void
reaches(_Atomic unsigned *n, unsigned least)
{
	struct patience p = {0};

	while (atomic_load(n) < least)
		patience(&p, "a count");
}

void
reaches_later(_Atomic unsigned *n, unsigned least)
{
	struct patience p = {0};

	while (atomic_load(n) < least) {
		patience(&p, "a count, later");
		later(200);
	}
}

void
effects_reach(size_t n)
{
	struct patience p = {0};

	while (vendor_effects(&rig.vendor) < n)
		patience(&p, "effects at the vendor");
}

void
assert_in_order(unsigned conversations)
{
	unsigned next[64] = {0}, c, n;
	size_t i;

	for (i = 0; i < vendor_effects(&rig.vendor); i++) {
		struct effect e = vendor_effect(&rig.vendor, i);

		assert_int_equal(sscanf(e.text, "c%u %u", &c, &n), 2);
		assert_true(c < conversations);
		assert_int_equal(n, next[c]);
		next[c]++;
	}
}

const char *
newest_body(unsigned c, enum event_kind kind)
{
	struct event events[200];
	size_t n = 200;

	assert_int_equal(store_read_events(rig.f.reader, rig.conversations[c],
			     0, &rig.arena, events, &n),
	    OK);
	if (n == 0 || events[n - 1].kind != kind)
		return "";
	return arena_copy(&rig.arena, events[n - 1].body).p;
}
