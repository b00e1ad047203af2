/*
 * ingest FRONT BARE COMPANY SESSIONS CONNECTIONS ROUNDS SECONDS
 *
 * Messages sent over REST and acknowledged, per second, to the server on port
 * FRONT; and the same requests to the bare server on port BARE. Rounds
 * alternate between the two; the share is the median of the shares of pairs,
 * so that what else the machine does meets both.
 */
#include "tests/bench/lib/figures.h"
#include "tests/bench/lib/sessions.h"

#include <stdio.h>
#include <stdlib.h>

#define ROUNDS_MAX 99
#define WARM_US 300000

static const char blank[] = "00000000000000000000";

/* A connection and its request, built once; only the id changes. */
struct lane {
	struct wire wire;
	struct buf request;
	char *id;
};

static struct {
	size_t acked;
	struct lane *lanes;
	size_t count;
} all;

static void
lane_send(struct lane *l)
{
	text_patch(l->id, FRESH_ID_DIGITS, fresh_id());
	wire_send(&l->wire, buf_view(&l->request));
}

static void
on_text(struct wire *c, struct str body)
{
	if (c->status != 200)
		die("status %u: %.*s", c->status, STR_FMT(body));
	all.acked++;
	lane_send(CONTAINER_OF(c, struct lane, wire));
}

static void
on_closed(struct wire *c)
{
	(void)c;
	die("the server closed a connection");
}

static void
lane_build(struct lane *l, struct str token)
{
	static const struct wire_calls calls = {
	    .text = on_text, .closed = on_closed};
	struct buf body = {0};

	l->wire.calls = &calls;
	buf_addf(&body,
	    "{\"id\":\"%s\",\"text\":\"Can I return a bicycle that I have "
	    "ridden, and who pays for the way back?\"}",
	    blank);
	request_add(&l->request, "POST", "/v1/visitor/messages", token,
	    buf_view(&body));
	l->id = memmem(l->request.data, l->request.len, blank, FRESH_ID_DIGITS);
	buf_free(&body);
}

static void
run_for(struct client *cl, int64_t us)
{
	int64_t end = now_us() + us;

	while (now_us() < end)
		client_poll(cl, 100);
}

/* One round against one server: acknowledged per second. */
static double
round_rate(unsigned port, int64_t us)
{
	struct client cl;
	int64_t begin;
	size_t i, before;
	double rate;

	client_init(&cl);
	for (i = 0; i < all.count; i++) {
		if (!wire_open(&all.lanes[i].wire, &cl, port, 0))
			die("the server refused a connection");
		lane_send(&all.lanes[i]);
	}
	run_for(&cl, WARM_US);
	begin = now_us();
	before = all.acked;
	run_for(&cl, us);
	rate = (double)(all.acked - before) * 1e6 / (double)(now_us() - begin);
	for (i = 0; i < all.count; i++)
		wire_close(&all.lanes[i].wire);
	client_free(&cl);
	return rate;
}

static void
prepare(unsigned front, const char *company, size_t visitors, size_t lanes)
{
	struct sessions s;
	size_t i;

	sessions_open(&s, front, str_from(company), visitors);
	all.count = lanes;
	all.lanes = calloc(lanes, sizeof(*all.lanes));
	if (all.lanes == NULL)
		die("no memory");
	for (i = 0; i < lanes; i++)
		lane_build(&all.lanes[i], s.tokens[i % s.n]);
	sessions_free(&s);
}

int
main(int argc, char **argv)
{
	double front[ROUNDS_MAX], bare[ROUNDS_MAX], share[ROUNDS_MAX];
	size_t i, rounds;
	unsigned ports[2];
	int64_t us;

	if (argc != 8)
		die("usage: ingest front bare company sessions connections "
		    "rounds seconds");
	ports[0] = (unsigned)number_from(argv[1], 65535);
	ports[1] = (unsigned)number_from(argv[2], 65535);
	rounds = number_from(argv[6], ROUNDS_MAX);
	us = (int64_t)number_from(argv[7], 3600) * 1000000;
	prepare(ports[0], argv[3], number_from(argv[4], 100000),
	    number_from(argv[5], 10000));
	for (i = 0; i < rounds; i++) {
		bare[i] = round_rate(ports[1], us);
		front[i] = round_rate(ports[0], us);
		share[i] = front[i] / bare[i];
	}
	printf("front_per_s %.0f\n", median(front, rounds));
	printf("bare_per_s %.0f\n", median(bare, rounds));
	printf("share %.3f\n", median(share, rounds));
	for (i = 0; i < all.count; i++)
		buf_free(&all.lanes[i].request);
	free(all.lanes);
	return 0;
}
