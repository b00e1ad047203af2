/*
 * hooks VENDOR PORT PATH SECRET SANDBOX USERS CONNECTIONS SECONDS [RATE]
 *
 * Customers of one vendor. Each sends its next message, a signed webhook, when
 * the reply to the last one was posted at the stand-in on port SANDBOX, whose
 * ledger tells. With RATE so many a second are sent instead, whoever replies.
 * Replies per second after a warm-up of a fifth of the time, and how long the
 * webhook's 200 took.
 */
#include "tests/bench/lib/client.h"
#include "tests/bench/lib/figures.h"
#include "tests/bench/lib/vendor.h"

#include <stdio.h>
#include <stdlib.h>

#define STALL_US 20000000
#define LOOK_US 2000

struct post {
	struct wire wire;
	bool busy;
	int64_t sent_us;
};

static struct {
	struct client client;
	const struct vendor *vendor;
	struct vendor_of of;
	struct post *posts;
	size_t post_count;
	unsigned *ready; /* a ring of users whose turn it is */
	size_t ready_head, ready_count, users;
	bool *waits; /* by user: for a reply */
	struct wire ledger;
	uint64_t after;
	bool asked;
	int64_t asked_us, last_us;
	bool measuring, at_rate;
	size_t replies, acks;
	struct samples samples;
} all;

/* ---- whose turn it is -------------------------------------------------- */

static void
ready_add(unsigned user)
{
	all.ready[(all.ready_head + all.ready_count) % all.users] = user;
	all.ready_count++;
}

static unsigned
ready_take(void)
{
	unsigned user = all.ready[all.ready_head];

	all.ready_head = (all.ready_head + 1) % all.users;
	all.ready_count--;
	return user;
}

static void
post_next(struct post *p)
{
	struct buf request = {0};
	unsigned user;

	if (p->busy || all.ready_count == 0)
		return;
	user = ready_take();
	all.waits[user] = true;
	vendor_message(all.vendor, &all.of, user, &request);
	p->busy = true;
	p->sent_us = now_us();
	wire_send(&p->wire, buf_view(&request));
	buf_free(&request);
	if (all.at_rate)
		ready_add(user);
}

static void
on_ack(struct wire *c, struct str body)
{
	struct post *p = CONTAINER_OF(c, struct post, wire);
	int64_t now = now_us();

	if (c->status < 200 || c->status > 299)
		die("status %u: %.*s", c->status, STR_FMT(body));
	p->busy = false;
	all.acks++;
	if (all.measuring)
		samples_add(&all.samples, now - p->sent_us);
	if (!all.at_rate)
		post_next(p);
}

static void
on_closed(struct wire *c)
{
	(void)c;
	die("a connection was closed");
}

/* ---- the stand-in's ledger --------------------------------------------- */

static void
reply_seen(struct str recipient)
{
	unsigned user = vendor_user(all.vendor, recipient);

	if (user == 0 || user > all.users)
		return;
	all.replies++;
	all.last_us = now_us();
	if (!all.waits[user] || all.at_rate)
		return;
	all.waits[user] = false;
	ready_add(user);
}

static void
on_ledger(struct wire *c, struct str body)
{
	static const struct str key = STR("\"to\":\"");
	struct str rest = body;
	const char *at, *end;
	size_t i;

	if (c->status != 200)
		die("the ledger: status %u: %.*s", c->status, STR_FMT(body));
	while ((at = memmem(rest.p, rest.n, key.p, key.n)) != NULL) {
		at += key.n;
		end = memchr(at, '"', (size_t)(rest.p + rest.n - at));
		if (end == NULL)
			break;
		reply_seen((struct str){at, (size_t)(end - at)});
		rest.n -= (size_t)(end - rest.p);
		rest.p = end;
	}
	all.after = text_number(body, STR("\"next\":"));
	all.asked = false;
	for (i = 0; i < all.post_count && all.ready_count > 0; i++)
		post_next(&all.posts[i]);
}

static void
look(void)
{
	struct buf request = {0};
	int64_t now = now_us();

	if (all.asked || now - all.asked_us < LOOK_US)
		return;
	all.asked = true;
	all.asked_us = now;
	buf_addf(&request,
	    "GET /control/effects?after=%llu&vendor=%s HTTP/1.1\r\n"
	    "Host: 127.0.0.1\r\n\r\n",
	    (unsigned long long)all.after, vendor_ledger(all.vendor));
	wire_send(&all.ledger, buf_view(&request));
	buf_free(&request);
}

/* ---- rounds ------------------------------------------------------------ */

static void
run_for(int64_t us, double rate)
{
	int64_t begin = now_us(), now = begin;
	size_t sent = 0, i = 0;

	while (now < begin + us) {
		client_poll(&all.client, 1);
		look();
		now = now_us();
		while (rate > 0 &&
		       (double)sent * 1e6 < rate * (double)(now - begin)) {
			post_next(&all.posts[i++ % all.post_count]);
			sent++;
		}
		if (now - all.last_us > STALL_US && !all.at_rate)
			die("no reply for %d s; %zu acknowledged, %zu replies",
			    STALL_US / 1000000, all.acks, all.replies);
	}
}

static void
open_all(unsigned sandbox)
{
	static const struct wire_calls acks = {
	    .text = on_ack, .closed = on_closed};
	static const struct wire_calls ledger = {
	    .text = on_ledger, .closed = on_closed};
	size_t i;

	client_init(&all.client);
	for (i = 0; i < all.post_count; i++) {
		all.posts[i].wire.calls = &acks;
		if (!wire_open(&all.posts[i].wire, &all.client, all.of.port, 0))
			die("a connection was refused");
	}
	all.ledger.calls = &ledger;
	if (!wire_open(&all.ledger, &all.client, sandbox, 0))
		die("the sandbox refused a connection");
	for (i = 1; i <= all.users; i++)
		ready_add((unsigned)i);
}

static void
read_words(char **argv)
{
	all.vendor = vendor_find(argv[1]);
	if (all.vendor == NULL)
		die("\"%s\" is no vendor", argv[1]);
	all.of = (struct vendor_of){
	    .port = (unsigned)number_from(argv[2], 65535),
	    .path = argv[3],
	    .secret = argv[4]};
	all.users = number_from(argv[6], 100000);
	all.post_count = number_from(argv[7], 10000);
	all.posts = calloc(all.post_count, sizeof(*all.posts));
	all.ready = calloc(all.users + 1, sizeof(*all.ready));
	all.waits = calloc(all.users + 1, sizeof(*all.waits));
	if (all.posts == NULL || all.ready == NULL || all.waits == NULL)
		die("no memory");
}

int
main(int argc, char **argv)
{
	int64_t us, begin;
	double rate = 0;
	size_t i, before;

	if (argc != 9 && argc != 10)
		die("usage: hooks vendor port path secret sandbox users "
		    "connections seconds [rate]");
	read_words(argv);
	us = (int64_t)number_from(argv[8], 3600) * 1000000;
	if (argc == 10)
		rate = (double)number_from(argv[9], 1000000);
	all.at_rate = rate > 0;
	open_all((unsigned)number_from(argv[5], 65535));
	all.last_us = now_us();
	for (i = 0; i < all.post_count && !all.at_rate; i++)
		post_next(&all.posts[i]);
	run_for(us / 5, rate);
	begin = now_us();
	before = all.replies;
	all.measuring = true;
	run_for(us, rate);
	printf("per_s %.0f\n",
	    (double)(all.replies - before) * 1e6 / (double)(now_us() - begin));
	printf("ack_p50_us %lld\n", (long long)samples_at(&all.samples, 0.5));
	printf("ack_p99_us %lld\n", (long long)samples_at(&all.samples, 0.99));
	return 0;
}
