/*
 * roundtrip PORT COMPANY CONVERSATIONS SECONDS [TOKENS]
 *
 * So many visitors on WebSockets, each asks its next question when the answer
 * to the last one came. Answers per second, after a warm-up of a fifth of the
 * time. With a file of tokens the visitors are those, else new ones.
 */
#include "tests/bench/lib/figures.h"
#include "tests/bench/lib/sessions.h"
#include "tests/bench/lib/talker.h"

#include <stdio.h>
#include <stdlib.h>

#define STALL_US 20000000

static struct {
	size_t welcomed, answers;
	int64_t last_us;
	bool measuring;
	struct samples samples;
} all;

static void
welcomed(struct talker *t)
{
	(void)t;
	all.welcomed++;
}

static void
answered(struct talker *t, int64_t us)
{
	all.answers++;
	all.last_us = t->sent_us + us;
	if (all.measuring)
		samples_add(&all.samples, us);
	talker_ask(t);
}

/* Ends the program when nothing is answered any more. */
static void
poll_once(struct client *cl)
{
	client_poll(cl, 100);
	if (now_us() - all.last_us > STALL_US)
		die("no answer for %d s; welcomed %zu, answers %zu",
		    STALL_US / 1000000, all.welcomed, all.answers);
}

static void
run_for(struct client *cl, int64_t us)
{
	int64_t end = now_us() + us;

	while (now_us() < end)
		poll_once(cl);
}

static void
measure(struct client *cl, int64_t us)
{
	int64_t begin = now_us();
	size_t before = all.answers;

	all.measuring = true;
	run_for(cl, us);
	printf("answers_per_s %.0f\n",
	    (double)(all.answers - before) * 1e6 / (double)(now_us() - begin));
	printf("p50_us %lld\n", (long long)samples_at(&all.samples, 0.5));
	printf("p99_us %lld\n", (long long)samples_at(&all.samples, 0.99));
}

int
main(int argc, char **argv)
{
	struct sessions sessions = {0};
	struct talker *talkers;
	struct client cl;
	size_t i, n;

	if (argc < 5)
		die("usage: roundtrip port company conversations s [tokens]");
	n = number_from(argv[3], 20000);
	talkers = calloc(n, sizeof(*talkers));
	if (talkers == NULL)
		die("no memory");
	if (argc > 5)
		sessions_load(&sessions, argv[5]);
	client_init(&cl);
	all.last_us = now_us();
	for (i = 0; i < n; i++) {
		talkers[i].welcomed = welcomed;
		talkers[i].answered = answered;
		talker_open(&talkers[i], &cl,
		    (unsigned)number_from(argv[1], 65535), str_from(argv[2]),
		    i < sessions.n ? sessions.tokens[i] : STR(""));
	}
	while (all.welcomed < n)
		poll_once(&cl);
	for (i = 0; i < n; i++)
		talker_ask(&talkers[i]);
	run_for(&cl, (int64_t)number_from(argv[4], 3600) * 200000);
	measure(&cl, (int64_t)number_from(argv[4], 3600) * 1000000);
	for (i = 0; i < n; i++)
		wire_close(&talkers[i].wire);
	client_free(&cl);
	samples_free(&all.samples);
	sessions_free(&sessions);
	free(talkers);
	return 0;
}
