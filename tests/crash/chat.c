/*
 * chat MODE KILLS SEED LEDGER STAFF DESK BINARY COMPANY FLAG...
 *
 * Visitors chat, with the bot and with sellers, while the server is ended
 * again and again at moments that the seed decides, and started again at
 * once. At the end all fall silent, every message must be acknowledged and
 * answered, what each visitor and seller heard is held against what the server
 * has, and the ledger is written for the checker, which looks into the
 * database. STAFF is a file of crash_staff, DESK the port of robin.mjs.
 * Whatever hangs, it ends itself in the end, and with it the server.
 *
 * MODE is serve (one process) or split (gateway and worker in turn), which get
 * SIGKILL, or term or term-split, which get SIGTERM: they must end by
 * themselves, with status 0, and what was acknowledged must be answered soon
 * after they are back. FLAGs go to the binary.
 */
#include "tests/bench/lib/figures.h"
#include "tests/bench/lib/process.h"
#include "tests/crash/after.h"
#include "tests/crash/silence.h"

#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <time.h>
#include <unistd.h>

#define VISITORS 32u
#define STAFF_MAX 16u
#define FLAGS_MAX 48
#define START_MS 20000
#define STOP_US 10000000
#define SETTLE_US 30000000
#define OWED_US 3000000
#define RUN_S 180u /* at most, and so much more for each kill */
#define KILL_S 4u
/* Who waits for as long as one may is waited for in long runs only. */
#define LONG_KILLS 50u
#define BOUND_US 85000000

static const struct {
	enum plan plan;
	unsigned count, rest;
} mix[] = {
    {PLAN_BOT, 17, 4},
    {PLAN_PEOPLE, 8, 1},
    {PLAN_MAIL, 4, 1},
    {PLAN_LINE, 3, 0},
};

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
	struct seller sellers[STAFF_MAX];
	struct silence silence;
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
	for (i = 0; i < all.town.visitor_count; i++)
		visitor_tick(&all.visitors[i]);
	for (i = 0; i < all.town.seller_count; i++)
		seller_tick(&all.sellers[i]);
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

/* For the checker: "kill", which part, wall ms. */
static void
note_kill(const char *part)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	fprintf(all.town.book, "kill\t%s\t%lld\n", part,
	    (long long)now.tv_sec * 1000 + now.tv_nsec / 1000000);
}

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
	for (i = 0; i < all.town.visitor_count; i++)
		visitor_note_kill(&all.visitors[i]);
	expect_status(part, all.mode->signal, end_part(part, all.mode->signal));
	note_kill(all.mode->parts[part]);
	start_part(part);
}

/* ---- the end ------------------------------------------------------------ */

/*
 * Silence: everything said is acknowledged and answered. One seller closes
 * the lid over what is theirs: before they open it, others have got it.
 */
static void
settle(void)
{
	int64_t end = now_us() + SETTLE_US;
	bool over = false;
	unsigned i;

	for (i = 0; i < all.mode->part_count; i++)
		live_until_ready(i);
	live_for(100000);
	story_scene("silence, and looking at what is there");
	all.town.quiet = true;
	seller_leave(&all.sellers[0], SETTLE_US);
	while (!(over = silence_reached(&all.silence, &all.town)) &&
	       now_us() < end) {
		if (silence_of_visitors(&all.town))
			seller_come(&all.sellers[0]);
		live_once();
	}
	if (!over)
		silence_broken(&all.town);
}

/* Nobody has time for those in the workshop's line: they are written to. */
static void
wait_for_line(void)
{
	int64_t end = now_us() + BOUND_US;
	unsigned i = 0;

	while (i < all.town.visitor_count) {
		const struct visitor *v = &all.visitors[i];

		live_once();
		if (v->plan != PLAN_LINE || !ledger_with(&v->ledger, "queue")) {
			i++;
		} else if (now_us() > end) {
			story_wrong(WRONG_UNANSWERED, i++,
			    "in line for more than %d s, and not written to",
			    BOUND_US / 1000000);
		}
	}
}

/* On disk before anything is believed of it. */
static void
close_book(void)
{
	unsigned i;

	for (i = 0; i < all.town.visitor_count; i++)
		ledger_write(&all.visitors[i].ledger,
		    visitor_conversation(&all.visitors[i]), all.town.book);
	if (fflush(all.town.book) != 0 || fsync(fileno(all.town.book)) != 0 ||
	    fclose(all.town.book) != 0)
		die("the ledger cannot be written: %s", strerror(errno));
}

static void
stop_parts(void)
{
	unsigned i;

	for (i = all.mode->part_count; i-- > 0;)
		expect_status(i, SIGTERM, end_part(i, SIGTERM));
}

static void
report_people(void)
{
	size_t told = 0, refused = 0, took = 0, came_back = 0;
	unsigned i;

	for (i = 0; i < all.town.seller_count; i++) {
		told += all.sellers[i].acked;
		refused += all.sellers[i].refused;
		took += all.sellers[i].took;
		came_back += all.sellers[i].came_back;
	}
	printf("crash %s sellers %u acked %zu refused %zu acts %zu "
	       "came-back %zu longest-in-line-ms %lld\n",
	    all.mode->name, all.town.seller_count, told, refused, took,
	    came_back, (long long)all.town.longest_us / 1000);
}

static void
report(uint64_t seed)
{
	size_t acked = 0;
	unsigned i;

	for (i = 0; i < all.town.visitor_count; i++)
		acked += all.visitors[i].ledger.acked;
	if (all.mode->signal == SIGTERM && all.town.slowest_us > OWED_US)
		story_wrong(WRONG_UNANSWERED, ~0u,
		    "an answer came %lld ms after the restart",
		    (long long)all.town.slowest_us / 1000);
	report_people();
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
open_book(const char *path)
{
	all.town.book = fopen(path, "w");
	if (all.town.book == NULL)
		die("%s: %s", path, strerror(errno));
}

static void
people_start(const char *staff)
{
	struct town *t = &all.town;
	unsigned m, i;

	t->visitors = all.visitors;
	t->sellers = all.sellers;
	for (m = 0; m < ARRAY_LEN(mix); m++)
		for (i = 0; i < mix[m].count; i++) {
			const struct visitor_of of = {
			    .number = t->visitor_count,
			    .plan = mix[m].plan,
			    .rest = i < mix[m].rest};

			visitor_start(
			    &all.visitors[t->visitor_count++], t, &of);
		}
	t->seller_count = sellers_start(all.sellers, STAFF_MAX, t, staff);
}

/* Who asks for people before there are any is written to by mail. */
static void
open_town(void)
{
	int64_t end = now_us() + START_MS * INT64_C(1000);
	unsigned i = 0;

	while (i < all.town.seller_count) {
		live_once();
		if (all.sellers[i].online)
			i++;
		else if (now_us() > end)
			die("crash: seller %u is not let in", i);
	}
	all.town.open = true;
}

static bool
people_talked(void)
{
	bool wrote = false;
	size_t told = 0;
	unsigned i;

	for (i = 0; i < all.town.seller_count; i++)
		told += all.sellers[i].acked;
	for (i = 0; i < all.town.visitor_count; i++)
		wrote |= ledger_with(&all.visitors[i].ledger, "email");
	return told > 0 && wrote;
}

/* So that the first kill finds something under way. */
static void
live_until_talked(void)
{
	int64_t end = now_us() + START_MS * INT64_C(1000);

	while (!people_talked() && now_us() < end)
		live_once();
}

/* The signal ends us, and our end the server. */
static void
bound_time(void)
{
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	alarm(RUN_S + KILL_S * all.kills);
}

static void
prepare(int argc, char **argv)
{
	int i;

	if (argc < 9 || argc - 9 + 3 > FLAGS_MAX)
		die("usage: chat mode kills seed ledger staff desk binary "
		    "company flag...");
	all.mode = find_mode(argv[1]);
	all.kills = (unsigned)number_from(argv[2], 100000);
	bound_time();
	all.town.chance = number_from(argv[3], UINT64_MAX);
	all.silence.desk_port = (unsigned)number_from(argv[6], 65535);
	all.argv[0] = argv[7];
	all.town.company = argv[8];
	for (i = 9; i < argc; i++)
		all.argv[i - 7] = argv[i];
	client_init(&all.town.client);
	open_book(argv[4]);
}

int
main(int argc, char **argv)
{
	unsigned i;

	prepare(argc, argv);
	for (i = 0; i < all.mode->part_count; i++)
		start_part(i);
	people_start(argv[5]);
	open_town();
	live_until_talked();
	for (i = 0; i < all.kills; i++)
		kill_once(i);
	settle();
	if (all.kills >= LONG_KILLS) {
		wait_for_line();
		settle();
	}
	after_compare(&all.town);
	close_book();
	stop_parts();
	report(number_from(argv[3], UINT64_MAX));
	for (i = 0; i < all.town.visitor_count; i++)
		visitor_stop(&all.visitors[i]);
	for (i = 0; i < all.town.seller_count; i++)
		seller_stop(&all.sellers[i]);
	return story_total() == 0 ? 0 : 1;
}
