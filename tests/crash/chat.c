/*
 * chat MODE KILLS SEED LEDGER BINARY COMPANY FLAG...
 *
 * Visitors chat while the server is ended again and again at moments that the
 * seed decides, and started again at once. At the end all fall silent, every
 * message must be acknowledged and answered, what each visitor heard is held
 * against what the server has, and the ledger is written for the checker,
 * which looks into the database.
 *
 * MODE is serve (one process) or split (gateway and worker in turn), which get
 * SIGKILL, or term or term-split, which get SIGTERM: they must end by
 * themselves, with status 0, and what was acknowledged must be answered soon
 * after they are back. FLAGs go to the binary.
 */
#include "tests/bench/lib/figures.h"
#include "tests/bench/lib/process.h"
#include "tests/bench/lib/sessions.h"
#include "tests/crash/visitor.h"

#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdlib.h>

#define VISITORS 26u
#define ON_REST 6u /* of them */
#define FLAGS_MAX 40
#define START_MS 20000
#define STOP_US 10000000
#define SETTLE_US 30000000
#define OWED_US 3000000

static const struct mode {
	const char *name;
	const char *parts[2]; /* subcommands, each a process */
	unsigned part_count;
	int signal;
} modes[] = {
    {"serve", {"serve"}, 1, SIGKILL},
    {"split", {"gateway", "worker"}, 2, SIGKILL},
    {"term", {"serve"}, 1, SIGTERM},
    {"term-split", {"gateway", "worker"}, 2, SIGTERM},
};

static struct {
	const struct mode *mode;
	struct town town;
	struct visitor visitors[VISITORS];
	struct process parts[2];
	char *argv[FLAGS_MAX]; /* argv[1] is the subcommand */
	unsigned kills;
} all;

/* ---- the server -------------------------------------------------------- */

static void
start_part(unsigned part)
{
	/* execv wants char *; it changes nothing. */
	all.argv[1] = (char *)(uintptr_t)all.mode->parts[part];
	process_start(&all.parts[part], all.argv);
}

/* What the processes say; the first of them is the one that listens. */
static void
look_at_parts(void)
{
	unsigned i;

	for (i = 0; i < all.mode->part_count; i++) {
		struct process *p = &all.parts[i];

		if (p->pid == 0 || p->ready)
			continue;
		process_look(p, 0);
		if (!p->ready)
			continue;
		all.town.listening_us = now_us();
		if (i == 0)
			all.town.port = p->port;
	}
}

static void
live_once(void)
{
	unsigned i;

	look_at_parts();
	for (i = 0; i < VISITORS; i++)
		visitor_tick(&all.visitors[i]);
	client_poll(&all.town.client, 1);
}

static void
live_for(int64_t us)
{
	int64_t end = now_us() + us;

	while (now_us() < end)
		live_once();
}

static void
live_until_ready(unsigned part)
{
	struct process *p = &all.parts[part];
	int64_t end = now_us() + START_MS * INT64_C(1000);

	while (!p->ready) {
		live_once();
		if (now_us() > end)
			die("crash: '%s' is not ready after %d s",
			    all.mode->parts[part], START_MS / 1000);
	}
}

/* Signals a part and lives on until it has ended: its status. */
static int
end_part(unsigned part, int signal)
{
	struct process *p = &all.parts[part];
	int64_t end = now_us() + STOP_US;
	int status;

	kill(p->pid, signal);
	while (!process_ended(p, &status)) {
		if (part == 0)
			all.town.port = 0;
		live_once();
		if (now_us() < end)
			continue;
		story_wrong(WRONG_BEHAVIOUR, ~0u, "'%s' ignores signal %d",
		    all.mode->parts[part], signal);
		return process_end(p, SIGKILL, 1000);
	}
	if (part == 0)
		all.town.port = 0;
	return status;
}

static void
expect_status(unsigned part, int signal, int status)
{
	int right = signal == SIGKILL ? 128 + SIGKILL : 0;

	if (status != right)
		story_wrong(WRONG_BEHAVIOUR, ~0u,
		    "'%s' ended with status %d on signal %d",
		    all.mode->parts[part], status, signal);
}

/* ---- the kills --------------------------------------------------------- */

/* One in eight comes while it starts, which SIGTERM need not survive. */
static void
wait_for_moment(unsigned part)
{
	struct town *t = &all.town;
	bool early = all.mode->signal == SIGKILL && town_chance(t, 0, 7) == 0;

	if (early) {
		live_for(town_chance(t, 1, 60) * 1000);
		return;
	}
	live_until_ready(part);
	live_for(town_chance(t, 20, 300) * 1000);
}

static void
kill_once(unsigned k)
{
	unsigned i, part = k % all.mode->part_count;

	wait_for_moment(part);
	story_scene("%s ended for the %uth time, %lld ms after its start",
	    all.mode->parts[part], k / all.mode->part_count + 1,
	    (long long)(now_us() - all.parts[part].began_us) / 1000);
	for (i = 0; i < VISITORS; i++)
		visitor_note_kill(&all.visitors[i]);
	expect_status(part, all.mode->signal, end_part(part, all.mode->signal));
	start_part(part);
}

/* Silence: everything said is acknowledged and answered. */
static void
settle(void)
{
	int64_t end = now_us() + SETTLE_US;
	unsigned i, left = VISITORS;

	for (i = 0; i < all.mode->part_count; i++)
		live_until_ready(i);
	live_for(100000);
	story_scene("silence, and looking at what is there");
	all.town.quiet = true;
	while (left > 0 && now_us() < end) {
		live_once();
		for (left = 0, i = 0; i < VISITORS; i++)
			left += !ledger_settled(&all.visitors[i].ledger);
	}
	for (i = 0; i < VISITORS && left > 0; i++) {
		const struct ledger *l = &all.visitors[i].ledger;

		if (!ledger_settled(l))
			story_wrong(WRONG_UNANSWERED, i,
			    "said %zu, acknowledged %zu; newest %" PRIu64
			    ", answered up to %" PRIu64,
			    l->said_count, l->acked, l->last_own, l->answered);
	}
}

/* ---- afterwards -------------------------------------------------------- */

struct reading {
	size_t after[VISITORS];
	size_t news; /* events that came in this round */
};

static void
write_read(void *arg, size_t i, struct buf *request)
{
	const struct reading *r = arg;
	char path[96];

	snprintf(
	    path, sizeof(path), "/v1/visitor/events?after=%zu", r->after[i]);
	request_add(
	    request, "GET", path, str_from(all.visitors[i].token), STR(""));
}

static void
on_read(void *arg, size_t i, struct str body)
{
	struct reading *r = arg;
	json_t *page = json_loadb(body.p, body.n, JSON_REJECT_DUPLICATES, NULL);
	json_t *event, *events = json_object_get(page, "events");
	size_t at;

	json_array_foreach(events, at, event)
	    ledger_compare(&all.visitors[i].ledger, event);
	r->after[i] += json_array_size(events);
	r->news += json_array_size(events);
	json_decref(page);
}

/* Every visitor's transcript from the start, as the server tells it now. */
static void
read_back(void)
{
	struct reading r = {.news = 1};
	unsigned i;

	while (r.news > 0) {
		r.news = 0;
		sweep_run(&(struct sweep){.port = all.town.port,
		    .connections = 4,
		    .count = VISITORS,
		    .write = write_read,
		    .answer = on_read,
		    .arg = &r});
	}
	for (i = 0; i < VISITORS; i++)
		ledger_compared(&all.visitors[i].ledger, r.after[i]);
}

static void
write_ledger(const char *path)
{
	FILE *f = fopen(path, "w");
	unsigned i;

	if (f == NULL)
		die("%s: %s", path, strerror(errno));
	for (i = 0; i < VISITORS; i++)
		ledger_write(&all.visitors[i].ledger,
		    visitor_conversation(&all.visitors[i]), f);
	if (fclose(f) != 0)
		die("%s: %s", path, strerror(errno));
}

static void
stop_parts(void)
{
	unsigned i;

	for (i = all.mode->part_count; i-- > 0;)
		expect_status(i, SIGTERM, end_part(i, SIGTERM));
}

static void
report(uint64_t seed)
{
	size_t acked = 0;
	unsigned i;

	for (i = 0; i < VISITORS; i++)
		acked += all.visitors[i].ledger.acked;
	if (all.mode->signal == SIGTERM && all.town.slowest_us > OWED_US)
		story_wrong(WRONG_UNANSWERED, ~0u,
		    "an answer came %lld ms after the restart",
		    (long long)all.town.slowest_us / 1000);
	printf("crash %s kills %u acked %zu lost %zu doubled %zu "
	       "out-of-order %zu unanswered %zu misbehaved %zu "
	       "slowest-ms %lld seed %" PRIu64 "\n",
	    all.mode->name, all.kills, acked, story_count(WRONG_LOST),
	    story_count(WRONG_DOUBLED), story_count(WRONG_ORDER),
	    story_count(WRONG_UNANSWERED), story_count(WRONG_BEHAVIOUR),
	    (long long)all.town.slowest_us / 1000, seed);
}

static const struct mode *
find_mode(const char *name)
{
	size_t i;

	for (i = 0; i < ARRAY_LEN(modes); i++)
		if (strcmp(modes[i].name, name) == 0)
			return &modes[i];
	die("no mode '%s'", name);
}

static void
prepare(int argc, char **argv)
{
	int i;

	if (argc < 7 || argc - 7 + 3 > FLAGS_MAX)
		die("usage: chat mode kills seed ledger binary company "
		    "flag...");
	all.mode = find_mode(argv[1]);
	all.kills = (unsigned)number_from(argv[2], 100000);
	all.town.chance = number_from(argv[3], UINT64_MAX);
	all.town.company = argv[6];
	all.argv[0] = argv[5];
	for (i = 7; i < argc; i++)
		all.argv[i - 5] = argv[i];
	client_init(&all.town.client);
}

int
main(int argc, char **argv)
{
	unsigned i;

	prepare(argc, argv);
	for (i = 0; i < all.mode->part_count; i++)
		start_part(i);
	for (i = 0; i < VISITORS; i++)
		visitor_start(
		    &all.visitors[i], &all.town, i, i >= VISITORS - ON_REST);
	for (i = 0; i < all.kills; i++)
		kill_once(i);
	settle();
	read_back();
	write_ledger(argv[4]);
	stop_parts();
	report(number_from(argv[3], UINT64_MAX));
	for (i = 0; i < VISITORS; i++)
		visitor_stop(&all.visitors[i]);
	return story_total() == 0 ? 0 : 1;
}
