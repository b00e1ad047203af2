/*
 * Several processes on one file, as gateway and worker are, and processes
 * that are killed: what each was told is what the file holds.
 */
#include "tests/lib/cmocka.h"
#include "tests/lib/random.h"
#include "tests/store/acts.h"
#include "tests/store/recount.h"
#include "tests/store/sqlite_file.h"
#include "tests/store/staff.h"

#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define PROCESSES 3
#define MESSAGES 300
#define KILLS 5
#define ACKS 100000

/* What all processes see. */
struct shared {
	atomic_uint stored, repeated, answered, stale;
	atomic_uint tries;	 /* of the process that gets killed */
	atomic_bool acked[ACKS]; /* message n was reported stored */
};

static struct shared *
share(void)
{
	struct shared *s = mmap(NULL, sizeof(*s), PROT_READ | PROT_WRITE,
	    MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	must(s == MAP_FAILED ? E_NOMEM : OK);
	return s;
}

/* The store must not be open: it does not survive a fork. */
static pid_t
start(void (*work)(struct fixture *, int64_t, struct shared *),
    struct fixture *f, int64_t id, struct shared *s)
{
	pid_t pid = fork();

	if (pid != 0)
		return pid;
	fixture_start(f);
	work(f, id, s);
	fixture_stop(f);
	_exit(0);
}

static void
finish(pid_t pid)
{
	int status = -1;

	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 0);
}

/* ---- together ---------------------------------------------------------- */

/* All send the same messages; all try to answer them. */
static void
talk(struct fixture *f, int64_t id, struct shared *s)
{
	for (unsigned i = 0; i < MESSAGES; i++) {
		struct store_op op;
		char source[16];
		enum err e;

		(void)snprintf(source, sizeof(source), "s%u", i);
		op = message_op(id, source);
		must(store_submit_wait(f->store, &op));
		if (op.inbound.duplicate)
			s->repeated++;
		else
			s->stored++;
		e = answer(f, id);
		must(e == E_STALE ? OK : e);
		if (e == OK)
			s->answered++;
		else
			s->stale++;
	}
}

static void
several_processes_agree(void **state)
{
	struct shared *s = share();
	pid_t pids[PROCESSES];
	struct fixture f;
	int64_t id;

	(void)state;
	fixture_open(&f, &store_engine_sqlite);
	id = open_conversation(&f, "bob");
	fixture_stop(&f);
	for (size_t i = 0; i < PROCESSES; i++)
		pids[i] = start(talk, &f, id, s);
	for (size_t i = 0; i < PROCESSES; i++)
		finish(pids[i]);
	assert_int_equal(s->stored, MESSAGES);
	assert_int_equal(s->repeated, MESSAGES * (PROCESSES - 1));
	fixture_start(&f);
	assert_int_equal(state_of(&f, id).seq, 1 + s->stored + s->answered);
	assert_true(is_consistent(&f, id));
	fixture_stop(&f);
	assert_true(file_is_whole(f.path));
	fixture_remove(&f);
	(void)munmap(s, sizeof(*s));
}

/* ---- killed ------------------------------------------------------------ */

struct numbered {
	struct store_op op;
	struct shared *shared;
	unsigned number;
	char source[16];
};

static void
note_ack(struct store_op *op)
{
	struct numbered *n = CONTAINER_OF(op, struct numbered, op);

	if (op->err == OK)
		n->shared->acked[n->number] = true;
}

/* Messages without end, several in each group. */
static void
talk_on(struct fixture *f, int64_t id, struct shared *s)
{
	static struct numbered all[ACKS];

	while (s->tries < ACKS) {
		unsigned i = s->tries++;

		all[i].shared = s;
		all[i].number = i;
		(void)snprintf(all[i].source, sizeof(all[i].source), "s%u", i);
		all[i].op = message_op(id, all[i].source);
		all[i].op.done = note_ack;
		if (i % 7 == 0)
			all[i].op.err = store_submit_wait(f->store, &all[i].op);
		else
			must(store_submit(f->store, &all[i].op));
		if (i % 7 == 0)
			note_ack(&all[i].op);
	}
}

static unsigned
count_acked(const struct shared *s)
{
	unsigned n = 0;

	for (size_t i = 0; i < ACKS; i++)
		n += s->acked[i];
	return n;
}

static void
check_acked(struct fixture *f, int64_t id, const struct shared *s)
{
	for (unsigned i = 0; i < s->tries; i++) {
		struct store_op op;
		char source[16];

		if (!s->acked[i])
			continue;
		(void)snprintf(source, sizeof(source), "s%u", i);
		op = message_op(id, source);
		must(store_submit_wait(f->store, &op));
		assert_true(op.inbound.duplicate);
	}
}

static void
kill_after(pid_t pid, uint64_t ms)
{
	struct timespec nap = {0, (long)ms * 1000000L};

	nanosleep(&nap, NULL);
	(void)kill(pid, SIGKILL);
	(void)waitpid(pid, NULL, 0);
}

static void
what_a_killed_process_reported_is_there(void **state)
{
	struct test_random r = test_random_new("process");
	struct shared *s = share();
	struct fixture f;
	int64_t id;

	(void)state;
	fixture_open(&f, &store_engine_sqlite);
	id = open_conversation(&f, "bob");
	fixture_stop(&f);
	for (unsigned i = 0; i < KILLS; i++) {
		unsigned before = count_acked(s);
		pid_t pid = start(talk_on, &f, id, s);

		while (count_acked(s) < before + 20)
			continue;
		kill_after(pid, test_random_below(&r, 20));
	}
	fixture_start(&f);
	check_acked(&f, id, s);
	assert_true(is_consistent(&f, id));
	assert_true(count_acked(s) >= KILLS * 20);
	fixture_stop(&f);
	assert_true(file_is_whole(f.path));
	fixture_remove(&f);
	(void)munmap(s, sizeof(*s));
}

/* ---- killed among people ------------------------------------------------ */

#define HANDED_TALKS 6
#define HANDED_AGENTS 3

/* Acts without end; conversations and agents have the first numbers. */
static void
act_on(struct fixture *f, int64_t id, struct shared *s)
{
	struct test_random r = test_random_new("acts");

	for (;;) {
		int64_t agent = 1 +
				(int64_t)test_random_below(&r, HANDED_AGENTS);
		struct store_op op = act_op(
		    (enum act_kind)test_random_below(&r, ACTS),
		    id + (int64_t)test_random_below(&r, HANDED_TALKS),
		    test_random_below(&r, 3) == 0 ? 0 : agent);
		enum err e;

		op.act.act.to_agent = agent;
		op.act.act.may_supervise = true;
		op.act.act.body = STR("{\"add\":[\"a\"]}");
		op.act.chats_max = 4;
		e = store_submit_wait(f->store, &op);
		must(e == OK || store_is_refusal(e) ? OK : e);
		s->tries += e == OK;
	}
}

static void
check_people(struct fixture *f, int64_t first)
{
	struct list_ask ask = {.company = f->company};
	int64_t ids[HANDED_TALKS];

	for (int64_t i = 0; i < HANDED_TALKS; i++) {
		ids[i] = first + i;
		assert_true(is_consistent(f, ids[i]));
	}
	for (int64_t agent = 1; agent <= HANDED_AGENTS; agent++)
		recount_chats(f, agent, ids, HANDED_TALKS);
	recount_handed(f, ids, HANDED_TALKS);
	for (unsigned v = 0; v < VIEWS; v++) {
		ask.view = (enum view)v;
		ask.agent = 1 + v % HANDED_AGENTS;
		recount_view(f, &ask, ids, HANDED_TALKS);
	}
}

static void
a_killed_process_leaves_the_counts_right(void **state)
{
	struct test_random r = test_random_new("killed acts");
	struct shared *s = share();
	struct fixture f;
	char who[2] = "a";
	int64_t first;

	(void)state;
	fixture_open(&f, &store_engine_sqlite);
	for (unsigned i = 0; i < HANDED_AGENTS; i++, who[0]++)
		(void)make_agent(&f, who);
	first = open_conversation(&f, who);
	for (unsigned i = 1; i < HANDED_TALKS; i++) {
		who[0]++;
		(void)open_conversation(&f, who);
	}
	for (unsigned i = 0; i < KILLS; i++) {
		unsigned before = s->tries;
		pid_t pid;

		fixture_stop(&f);
		pid = start(act_on, &f, first, s);
		while (s->tries < before + 20)
			continue;
		kill_after(pid, test_random_below(&r, 20));
		fixture_start(&f);
		check_people(&f, first);
	}
	fixture_close(&f);
	(void)munmap(s, sizeof(*s));
}

/* ---- followed ------------------------------------------------------------ */

#define FOLLOWED 300

/* Each process in a conversation of its own. */
static void
talk_alone(struct fixture *f, int64_t id, struct shared *s)
{
	for (unsigned i = 0; i < FOLLOWED; i++)
		must(say(f, id, NULL));
	s->stored++;
}

/* From where it left off; the next places of the conversations. */
static uint64_t
follow(struct fixture *f, uint64_t place, uint64_t *seqs)
{
	struct store_op op = {.verb = STORE_FEED};
	struct feed_row rows[50];
	size_t n = ARRAY_LEN(rows);

	must(store_read_feed(f->reader, place, &f->arena, rows, &n));
	op.feed.follower = STR("test");
	op.feed.from = op.feed.upto = place;
	for (size_t i = 0; i < n; i++) {
		assert_true(rows[i].position > op.feed.upto);
		op.feed.upto = rows[i].position;
		assert_int_equal(
		    rows[i].event.seq, ++seqs[rows[i].conversation]);
	}
	arena_reset(&f->arena);
	must(store_submit_wait(f->store, &op));
	return op.feed.upto;
}

static void
a_follower_sees_what_several_processes_write_once(void **state)
{
	uint64_t seqs[PROCESSES + 1] = {0}, place = 0, stored;
	struct shared *s = share();
	pid_t pids[PROCESSES];
	struct fixture f;
	char who[2] = "a";

	(void)state;
	fixture_open(&f, &store_engine_sqlite);
	for (size_t i = 0; i < PROCESSES; i++, who[0]++)
		assert_int_equal(open_conversation(&f, who), i + 1);
	fixture_stop(&f);
	for (size_t i = 0; i < PROCESSES; i++)
		pids[i] = start(talk_alone, &f, (int64_t)i + 1, s);
	fixture_start(&f);
	do {
		stored = s->stored;
		place = follow(&f, place, seqs);
	} while (stored < PROCESSES);
	for (size_t i = 0; i < PROCESSES; i++)
		finish(pids[i]);
	for (uint64_t was = 0; was != place;) {
		was = place;
		place = follow(&f, place, seqs);
	}
	for (size_t i = 1; i <= PROCESSES; i++)
		assert_int_equal(seqs[i], FOLLOWED + 1);
	fixture_close(&f);
	(void)munmap(s, sizeof(*s));
}

/* ---- who delivers ------------------------------------------------------ */

/* Says so, and then stands until it is killed. */
static void
lead_on(struct fixture *f, int64_t id, struct shared *s)
{
	(void)id;
	must(store_lead(f->store, ROLE_DELIVER));
	s->tries = 1;
	for (;;)
		(void)pause();
}

static void
a_leader_that_is_killed_makes_room(void **state)
{
	struct shared *s = share();
	struct fixture f;
	pid_t pid;

	(void)state;
	fixture_open(&f, &store_engine_sqlite);
	fixture_stop(&f);
	pid = start(lead_on, &f, 0, s);
	while (s->tries == 0)
		continue;
	fixture_start(&f);
	assert_int_equal(store_lead(f.store, ROLE_DELIVER), E_CLAIMED);
	kill_after(pid, 0);
	must(store_lead(f.store, ROLE_DELIVER));
	fixture_close(&f);
	(void)munmap(s, sizeof(*s));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(several_processes_agree),
	    cmocka_unit_test(what_a_killed_process_reported_is_there),
	    cmocka_unit_test(a_killed_process_leaves_the_counts_right),
	    cmocka_unit_test(a_follower_sees_what_several_processes_write_once),
	    cmocka_unit_test(a_leader_that_is_killed_makes_room),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
