/*
 * Children: how they begin, are used again and end; what they may not have;
 * and that the clock and a kill -9 at any phase leave no doubt but the one
 * that there is.
 */
#include "tests/mail/fake.h"
#include "tests/mail/post.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define PATIENCE_S 30

static struct fake *server;

static int
tear_down(void **state)
{
	post_close(state);
	fake_close(server);
	server = NULL;
	return 0;
}

static void
prepare(struct letter *l, const char *scheme, const struct fake_plan *plan)
{
	server = fake_open(plan);
	post_letter(l, scheme, fake_port(server), fake_ca(server));
}

static const struct child *
child(unsigned i)
{
	return &post.mailer->children[i];
}

/* Until the mailer sees it so. */
static void
run_until_state(unsigned i, enum child_state state)
{
	time_t until = time(NULL) + PATIENCE_S;

	while (child(i)->state != state) {
		assert_true(time(NULL) < until);
		post_turn();
	}
}

static void
reopen(unsigned children, unsigned idle_ms, unsigned postings)
{
	mailer_close(post.mailer);
	post_open_with(&(struct mailer_conf){.children_max = children,
	    .idle_ms = idle_ms,
	    .postings_max = postings});
}

/* ---- used again ------------------------------------------------------------ */

static void
one_child_sends_one_mail_after_the_other(void **state)
{
	struct letter l;
	pid_t pid;
	int i;

	(void)state;
	prepare(&l, "smtp", &(struct fake_plan){0});
	assert_ended(&l, POSTING_SENT);
	pid = child(0)->pid;
	for (i = 0; i < 5; i++) {
		run_until_state(0, CHILD_IDLE);
		assert_ended(&l, POSTING_SENT);
		assert_int_equal(child(0)->pid, pid);
	}
	assert_int_equal(post_children(), 1);
	assert_int_equal(fake_mails(server), 6);
}

static void
a_child_ends_when_spent_or_idle(void **state)
{
	struct letter l;
	pid_t pid;

	(void)state;
	reopen(2, 60000, 2);
	prepare(&l, "smtp", &(struct fake_plan){0});
	assert_ended(&l, POSTING_SENT);
	pid = child(0)->pid;
	run_until_state(0, CHILD_IDLE);
	assert_ended(&l, POSTING_SENT);
	assert_int_equal(child(0)->pid, pid);
	run_until_state(0, CHILD_EMPTY);
	assert_int_equal(post_children(), 0);
	reopen(2, 1, 100);
	assert_ended(&l, POSTING_SENT);
	run_until_state(0, CHILD_EMPTY);
	assert_int_equal(post_children(), 0);
	assert_int_equal(mailer_wait_ms(post.mailer), -1);
}

static void
no_more_at_once_than_there_may_be(void **state)
{
	struct letter a, b, c;

	(void)state;
	reopen(2, 60000, 100);
	prepare(&a, "smtp",
	    &(struct fake_plan){.answers = {{"hello", "", FAKE_HANG, 0}}});
	b = c = a;
	b.posting.to = b.to;
	c.posting.to = c.to;
	b.posting.server.url = str_from(b.url);
	c.posting.server.url = str_from(c.url);
	assert_int_equal(mailer_room(post.mailer), 2);
	post_start(&a);
	post_start(&b);
	assert_int_equal(mailer_room(post.mailer), 0);
	assert_int_equal(mailer_under_way(post.mailer), 2);
	assert_int_equal(mailer_start(post.mailer, &c.posting), E_LIMIT);
	mailer_cancel(post.mailer, &a.posting);
	assert_int_equal(post.done, 1);
	assert_int_equal(a.posting.end, POSTING_UNSENT);
	run_until_state(0, CHILD_EMPTY);
	post_start(&c);
	mailer_close(post.mailer);
	post.mailer = NULL;
	assert_int_equal(post.done, 3);
	assert_int_equal(c.posting.end, POSTING_UNSENT);
	assert_int_equal(post_children(), 0);
}

/* ---- what a child has ------------------------------------------------------- */

static const char *
content(pid_t pid, const char *file)
{
	static char bytes[4096];
	char path[64];
	size_t n = 0, i;
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%d/%s", (int)pid, file);
	f = fopen(path, "r");
	assert_non_null(f);
	n = fread(bytes, 1, sizeof(bytes) - 1, f);
	fclose(f);
	for (i = 0; i < n; i++)
		if (bytes[i] == '\0')
			bytes[i] = ' ';
	bytes[n] = '\0';
	return bytes;
}

static bool
has_descriptor(pid_t pid, int fd)
{
	char path[64];

	snprintf(path, sizeof(path), "/proc/%d/fd/%d", (int)pid, fd);
	return access(path, F_OK) == 0;
}

static void
a_child_has_no_more_than_it_needs(void **state)
{
	int extra = dup(STDERR_FILENO); /* would be inherited */
	struct letter l;
	pid_t pid;

	(void)state;
	setenv("HOME", "/tmp", 1);
	setenv("FRONTDESK_SECRET_KEY", "0123", 1);
	prepare(&l, "smtp", &(struct fake_plan){0});
	assert_ended(&l, POSTING_SENT);
	run_until_state(0, CHILD_IDLE);
	pid = child(0)->pid;
	assert_true(extra > 2 && has_descriptor(pid, 2));
	assert_false(has_descriptor(pid, extra));
	assert_string_equal(content(pid, "cmdline"), "frontdesk mailer ");
	assert_null(strstr(content(pid, "environ"), "HOME"));
	assert_null(strstr(content(pid, "environ"), "FRONTDESK"));
	assert_non_null(strstr(content(pid, "status"), "NoNewPrivs:\t1"));
	assert_non_null(
	    strstr(content(pid, "limits"), "Max core file size        0"));
	assert_int_equal(kill(pid, SIGTERM), 0);
	assert_int_equal(kill(pid, SIGINT), 0);
	assert_ended(&l, POSTING_SENT);
	assert_int_equal(child(0)->pid, pid);
	close(extra);
	unsetenv("FRONTDESK_SECRET_KEY");
}

/* Neither gone nor a zombie that nobody has looked at. */
static bool
is_there(pid_t pid)
{
	char path[64], line[200] = "";
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%d/stat", (int)pid);
	f = fopen(path, "r");
	if (f == NULL)
		return false;
	if (fgets(line, sizeof(line), f) == NULL)
		line[0] = '\0';
	fclose(f);
	return line[0] != '\0' && strstr(line, ") Z ") == NULL;
}

/* The mailer's process is killed; its children follow at once. */
static void
a_child_dies_with_its_parent(void **state)
{
	struct letter l;
	int pipe_[2];
	time_t until = time(NULL) + PATIENCE_S;
	pid_t parent, orphan = 0;
	char byte;

	(void)state;
	assert_int_equal(pipe(pipe_), 0);
	prepare(&l, "smtp",
	    &(struct fake_plan){.answers = {{"MAIL", "", FAKE_HANG, 0}}});
	parent = fork();
	if (parent == 0) {
		reopen(1, 60000, 10);
		post_start(&l);
		post_run_to(&l, PHASE_ENVELOPE);
		orphan = child(0)->pid;
		if (write(pipe_[1], &orphan, sizeof(orphan)) > 0)
			kill(getpid(), SIGKILL);
		_exit(1);
	}
	close(pipe_[1]);
	assert_int_equal(
	    read(pipe_[0], &orphan, sizeof(orphan)), sizeof(orphan));
	assert_int_equal(waitpid(parent, NULL, 0), parent);
	while (is_there(orphan))
		assert_true(time(NULL) < until);
	assert_int_equal(read(pipe_[0], &byte, 1), 0);
	close(pipe_[0]);
	assert_int_equal(fake_mails(server), 0);
}

/* ---- the clock, and kill -9 -------------------------------------------------- */

/* The server says nothing more from that word on. */
static const struct {
	const char *word;
	enum mail_phase phase;
	enum posting_end end;
	const char *why;
} hangs[] = {
    {"hello", PHASE_GREETING, POSTING_UNSENT, "greeting"},
    {"EHLO", PHASE_GREETING, POSTING_UNSENT, "greeting"},
    {"STARTTLS", PHASE_TLS, POSTING_UNSENT, "beginning TLS"},
    {"AUTH", PHASE_LOGIN, POSTING_UNSENT, "logging in"},
    {"MAIL", PHASE_ENVELOPE, POSTING_UNSENT, "naming"},
    {"RCPT", PHASE_ENVELOPE, POSTING_UNSENT, "naming"},
    {"DATA", PHASE_ENVELOPE, POSTING_UNSENT, "naming"},
    {".", PHASE_HANDED, POSTING_CUT, "took it"},
};

static void
a_kill_in_each_phase_is_told_apart(void **state)
{
	struct fake_plan plan = {0};
	struct letter l;
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_LEN(hangs); i++) {
		plan.answers[0] = (struct fake_answer){
		    hangs[i].word, "", FAKE_HANG, 0};
		prepare(&l, "smtp", &plan);
		post_start(&l);
		post_run_to(&l, hangs[i].phase);
		assert_int_equal(kill(post_child_of(&l)->pid, SIGKILL), 0);
		post_run_until((unsigned)i + 1);
		assert_int_equal(l.posting.end, hangs[i].end);
		assert_int_equal(l.to[0].end, hangs[i].end);
		assert_non_null(strstr(l.posting.why, "process ended"));
		assert_true(l.posting.lost);
		fake_close(server);
	}
	server = NULL;
}

static void
a_server_that_hangs_costs_the_time_and_no_more(void **state)
{
	struct fake_plan plan = {0};
	struct letter l;
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_LEN(hangs); i++) {
		plan.answers[0] = (struct fake_answer){
		    hangs[i].word, "", FAKE_HANG, 0};
		prepare(&l, "smtp", &plan);
		post_start(&l);
		post_run_to(&l, hangs[i].phase);
		/* It is there; that the time is over shall not take long. */
		post_child_of(&l)->started -= l.posting.timeout_ms;
		post_child_of(&l)->until -= l.posting.timeout_ms;
		post_run_until((unsigned)i + 1);
		assert_int_equal(l.posting.end, hangs[i].end);
		assert_non_null(strstr(l.posting.why, "time of 20000 ms"));
		assert_non_null(strstr(l.posting.why, hangs[i].why));
		assert_false(l.posting.lost);
		fake_close(server);
	}
	server = NULL;
}

static void
the_clock_is_real(void **state)
{
	static const char *const schemes[] = {"smtp", "smtps"};
	struct letter l;
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_LEN(schemes); i++) {
		prepare(&l, schemes[i],
		    &(struct fake_plan){.tls_first = i == 1,
			.answers = {{"EHLO", "250-x\r\n", FAKE_DRIP, 0}}});
		l.posting.timeout_ms = 200;
		assert_ended(&l, POSTING_UNSENT);
		assert_in_range(l.posting.took_ms, 190, 5000);
		fake_close(server);
	}
	server = NULL;
}

static void
a_goodbye_that_hangs_does_no_harm(void **state)
{
	struct letter l;

	(void)state;
	prepare(&l, "smtp",
	    &(struct fake_plan){.answers = {{"QUIT", "", FAKE_HANG, 0}}});
	assert_ended(&l, POSTING_SENT);
	assert_int_equal(child(0)->state, CHILD_ENDING);
	post.mailer->children[0].until = 0;
	run_until_state(0, CHILD_EMPTY);
	assert_int_equal(post.done, 1);
}

/* ---- what is large, what is malformed ---------------------------------------- */

#define LARGE (8u << 20)

static char *
large_text(void)
{
	static const char head[] = "Subject: large\r\n\r\n";
	char *text = malloc(LARGE);
	size_t i;

	assert_non_null(text);
	memset(text, 'x', LARGE);
	memcpy(text, head, sizeof(head) - 1);
	for (i = 1000; i < LARGE; i += 900)
		memcpy(text + i, "\r\n", 2);
	memcpy(text + LARGE - 2, "\r\n", 2);
	return text;
}

static void
a_large_mail_and_a_child_that_dies_of_it(void **state)
{
	static const char *const schemes[] = {"smtp", "smtps"};
	char *text = large_text();
	struct letter l;
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_LEN(schemes); i++) {
		prepare(
		    &l, schemes[i], &(struct fake_plan){.tls_first = i == 1});
		l.posting.text = (struct str){text, LARGE};
		assert_ended(&l, POSTING_SENT);
		/* Killed before it has read all: a write finds nobody. */
		post_start(&l);
		assert_true(
		    child(0)->job_sent < LARGE || child(1)->job_sent < LARGE);
		kill(
		    l.posting.inner == child(0) ? child(0)->pid : child(1)->pid,
		    SIGKILL);
		post_run_until(post.done + 1);
		assert_int_equal(l.posting.end, POSTING_UNSENT);
		assert_int_equal(fake_mails(server), 1);
		fake_close(server);
	}
	server = NULL;
	free(text);
}

static void
what_cannot_be_is_not_begun(void **state)
{
	static const char *const addresses[] = {"", "x", "@x", "x@", "x@y\r\nz",
	    "x@y>\r\nRSET", "x y@z", "<x@y>", "x@y,z@y", "x@-y", "x@y..z",
	    "\"x\"@y", "x@[127.0.0.1]", "gr\xc3\xbc\xc3\x9f@y"};
	static const char *const texts[] = {"", "x", "Subject: x\r\n",
	    "Subject: x\n\nx\n", "Subject: x\r\n\r\nx", "\r\nx\r\n",
	    "Subject: x\r\n\r\nx\ry\r\n", "Subject: x\r\n\r\nx\n.\r\n",
	    "Subject: \xc3\xbc\r\n\r\n"};
	struct letter l;
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_LEN(addresses); i++) {
		post_letter(&l, "smtp", 1, NULL);
		l.to[0].address = str_from(addresses[i]);
		assert_int_equal(
		    mailer_start(post.mailer, &l.posting), E_BADINPUT);
		assert_true(l.posting.why[0] != '\0');
		post_letter(&l, "smtp", 1, NULL);
		l.posting.from = str_from(addresses[i]);
		if (addresses[i][0] != '\0')
			assert_int_equal(
			    mailer_start(post.mailer, &l.posting), E_BADINPUT);
	}
	for (i = 0; i < ARRAY_LEN(texts); i++) {
		post_letter(&l, "smtp", 1, NULL);
		l.posting.text = str_from(texts[i]);
		assert_int_equal(
		    mailer_start(post.mailer, &l.posting), E_BADINPUT);
	}
	post_letter(&l, "smtp", 1, NULL);
	l.posting.hello = STR("gw\r\nMAIL FROM:<>");
	assert_int_equal(mailer_start(post.mailer, &l.posting), E_BADINPUT);
	post_letter(&l, "imap", 1, NULL);
	assert_int_equal(mailer_start(post.mailer, &l.posting), E_BADINPUT);
	post_letter(&l, "smtp", 1, NULL);
	l.posting.server.url = STR("smtp://mail.example");
	assert_int_equal(mailer_start(post.mailer, &l.posting), E_BADINPUT);
	assert_int_equal(post_children(), 0);
}

/* What a child says that is not to be believed leaves every doubt. */
static void
a_stranger_is_not_believed(void **state)
{
	static const struct {
		const char *script;
		enum posting_end end;
	} rows[] = {
	    {"exit 0", POSTING_UNSENT},
	    {"echo 0123456789012345 >&0; exec sleep 60", POSTING_CUT},
	    /* READY, PHASE 99, PHASE 0, a RESULT that is empty */
	    {"printf '\\001\\000\\000\\000\\004' >&0; exec sleep 60",
		POSTING_CUT},
	    {"printf '\\002\\000\\000\\000\\002c' >&0; exec sleep 60",
		POSTING_CUT},
	    {"printf '\\002\\000\\000\\000\\002\\000' >&0; exec sleep 60",
		POSTING_CUT},
	    {"printf '\\001\\000\\000\\000\\003' >&0; exec sleep 60",
		POSTING_CUT},
	    /* half a frame */
	    {"printf '\\377\\000\\000\\000\\003' >&0", POSTING_UNSENT},
	};
	char path[] = "/tmp/frontdesk-test-stranger-XXXXXX";
	struct letter l;
	FILE *f;
	size_t i;
	int fd = mkstemp(path);

	(void)state;
	close(fd);
	for (i = 0; i < ARRAY_LEN(rows); i++) {
		f = fopen(path, "w");
		fprintf(f, "#!/bin/sh\n%s\n", rows[i].script);
		fclose(f);
		assert_int_equal(chmod(path, 0700), 0);
		mailer_close(post.mailer);
		post_open_with(&(struct mailer_conf){.program = path,
		    .children_max = 1,
		    .idle_ms = 1,
		    .postings_max = 1});
		post_letter(&l, "smtp", 1, NULL);
		post_now(&l);
		if (l.posting.end != rows[i].end)
			fail_msg("%s: %s", rows[i].script,
			    posting_end_name(l.posting.end));
	}
	unlink(path);
	run_until_state(0, CHILD_EMPTY);
	assert_int_equal(mailer_start(post.mailer, &l.posting), E_IO);
	assert_int_equal(mailer_room(post.mailer), 1);
}

#define A_TEST(fn) cmocka_unit_test_setup_teardown(fn, post_open, tear_down)

static const struct CMUnitTest tests[] = {
    A_TEST(one_child_sends_one_mail_after_the_other),
    A_TEST(a_child_ends_when_spent_or_idle),
    A_TEST(no_more_at_once_than_there_may_be),
    A_TEST(a_child_has_no_more_than_it_needs),
    A_TEST(a_child_dies_with_its_parent),
    A_TEST(a_kill_in_each_phase_is_told_apart),
    A_TEST(a_server_that_hangs_costs_the_time_and_no_more),
    A_TEST(the_clock_is_real),
    A_TEST(a_goodbye_that_hangs_does_no_harm),
    A_TEST(a_large_mail_and_a_child_that_dies_of_it),
    A_TEST(what_cannot_be_is_not_begun),
    A_TEST(a_stranger_is_not_believed),
};

POST_MAIN(tests)
