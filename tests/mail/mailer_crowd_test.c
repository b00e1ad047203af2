/*
 * Many mails at once to the sandbox's server, which tells afterwards which it
 * took: a thousand without a leak, and mails whose children are killed at
 * times that nobody chose.
 */
#include "tests/lib/random.h"
#include "tests/mail/post.h"
#include "tests/sandbox/mail_client.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#define CHILDREN 4u
#define MANY 1000u
#define KILLED 200u
#define WARM_UP 16u

static struct {
	unsigned port;
	char ca[64];
	unsigned next, all; /* mails begun, and to be sent */
	unsigned ends[POSTING_ENDS];
	enum posting_end end[MANY];
	bool taken[MANY], twice;
	struct test_random random;
	unsigned longest_ms;
} crowd;

struct place {
	struct letter letter;
	char text[300];
	unsigned n;
	int64_t kill_at_us; /* 0: not */
};

static struct place places[CHILDREN];

/* ---- the server ------------------------------------------------------------ */

static void
write_ca(void)
{
	const struct question q = {.method = "GET", .path = "/control/mail/ca"};
	struct str pem = rig_ask(&q)->body;
	FILE *f;

	snprintf(crowd.ca, sizeof(crowd.ca), "/tmp/frontdesk-test-ca-XXXXXX");
	f = fdopen(mkstemp(crowd.ca), "w");
	assert_non_null(f);
	assert_int_equal(fwrite(pem.p, 1, pem.n, f), pem.n);
	fclose(f);
}

static int
set_up(void **state)
{
	memset(&crowd, 0, sizeof(crowd));
	memset(places, 0, sizeof(places));
	mail_open_with(
	    MAIL(",\"require_tls\":true,\"require_auth\":true,\"inbox\":[]"));
	control("/control/accounts", NULL);
	crowd.port = (unsigned)strtoul(
	    strchr(said("mail.smtp"), ':') + 1, NULL, 10);
	write_ca();
	return post_open(state);
}

static int
tear_down(void **state)
{
	post_close(state);
	unlink(crowd.ca);
	return rig_close(state);
}

/* Which mails it took, and whether any twice. */
static void
ask_what_was_taken(void)
{
	json_t *list, *one;
	size_t i, n;

	list = json_object_get(
	    rig_ask(&(struct question){.method = "GET",
			.path = "/control/effects?vendor=mail"})
		->json,
	    "effects");
	json_array_foreach(list, i, one)
	{
		n = (size_t)json_integer_value(json_object_get(one, "row"));
		assert_true(n < crowd.all);
		crowd.twice = crowd.twice || crowd.taken[n];
		crowd.taken[n] = true;
	}
}

/* ---- mails, as places get free --------------------------------------------- */

static int64_t
now_us(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

static void
on_done(struct posting *p)
{
	struct place *at = p->arg;

	crowd.end[at->n] = p->end;
	crowd.ends[p->end]++;
	if (p->took_ms > crowd.longest_ms)
		crowd.longest_ms = p->took_ms;
	at->kill_at_us = 0;
	post.done++;
}

static void
begin(struct place *at, bool to_be_killed)
{
	post_letter(&at->letter, "smtp", crowd.port, crowd.ca);
	at->n = crowd.next++;
	snprintf(at->text, sizeof(at->text),
	    "Subject: x\r\nX-Frontdesk-Row: %u\r\nMessage-ID: <%u@x>\r\n"
	    "From: a@b\r\nDate: Sat, 21 Nov 2026 11:12:18 +0000\r\n\r\nx\r\n",
	    at->n, at->n);
	at->letter.posting.text = str_from(at->text);
	at->letter.posting.done = on_done;
	at->letter.posting.arg = at;
	at->kill_at_us = to_be_killed ? now_us() + (int64_t)test_random_below(
						       &crowd.random,
						       1300 * crowd.longest_ms)
				      : 0;
	post_start(&at->letter);
}

static void
kill_who_is_due(void)
{
	struct child *c;
	unsigned i;

	for (i = 0; i < CHILDREN; i++) {
		c = post_child_of(&places[i].letter);
		if (c == NULL || places[i].kill_at_us == 0 ||
		    now_us() < places[i].kill_at_us)
			continue;
		kill(c->pid, SIGKILL);
		places[i].kill_at_us = 0;
	}
}

static void
send_all(unsigned all, bool to_be_killed)
{
	time_t until = time(NULL) + 100;
	unsigned i;

	crowd.all = all;
	while (post.done < all) {
		assert_true(time(NULL) < until);
		for (i = 0; i < CHILDREN; i++)
			if (places[i].letter.posting.inner == NULL &&
			    crowd.next < all && mailer_room(post.mailer) > 0)
				begin(&places[i], to_be_killed);
		if (to_be_killed) {
			kill_who_is_due();
			mailer_run(post.mailer);
		} else {
			post_turn();
		}
	}
}

/* ---- the tests -------------------------------------------------------------- */

/* What the kernel counts for the children, in kB. */
static unsigned long
memory_of_children(void)
{
	unsigned long sum = 0, kb;
	char path[64], line[200];
	unsigned i;
	FILE *f;

	for (i = 0; i < CHILDREN; i++) {
		snprintf(path, sizeof(path), "/proc/%d/status",
		    (int)post.mailer->children[i].pid);
		f = fopen(path, "r");
		while (f != NULL && fgets(line, sizeof(line), f) != NULL)
			if (sscanf(line, "RssAnon: %lu", &kb) == 1)
				sum += kb;
		if (f != NULL)
			fclose(f);
	}
	return sum;
}

static void
a_thousand_mails_leave_nothing_behind(void **state)
{
	unsigned descriptors = post_descriptors(), i;
	unsigned long before, after;
	time_t until;

	(void)state;
	send_all(200, false);
	before = memory_of_children();
	send_all(MANY, false);
	after = memory_of_children();
	printf("children: %lu kB after 200 mails, %lu kB after %u\n", before,
	    after, MANY);
	assert_int_equal(crowd.ends[POSTING_SENT], MANY);
	assert_true(post_children() <= CHILDREN);
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
	assert_true(after < before + 1024);
#endif
	ask_what_was_taken();
	for (i = 0; i < MANY; i++)
		assert_true(crowd.taken[i]);
	assert_false(crowd.twice);
	mailer_close(post.mailer);
	post.mailer = NULL;
	/* The server is in this process, too, and closes its ends. */
	until = time(NULL) + 20;
	while (post_descriptors() > descriptors - 1)
		assert_true(time(NULL) < until);
}

static void
kills_at_any_time_are_told_as_they_were(void **state)
{
	unsigned i;

	(void)state;
	crowd.random = test_random_new("mailer_crowd");
	/* It takes a mail, and says so a little later. */
	mail_rule("\"path\":\"/smtp/message\",\"kind\":\"delay\",\"ms\":8");
	mailer_close(post.mailer);
	post_open_with(&(struct mailer_conf){
	    .children_max = CHILDREN, .idle_ms = 1000, .postings_max = 1});
	send_all(WARM_UP, false); /* how long it takes here */
	send_all(WARM_UP + KILLED, true);
	ask_what_was_taken();
	printf("of %u killed within %u ms: %u sent, %u unsent, %u cut\n",
	    KILLED, crowd.longest_ms * 13 / 10, crowd.ends[POSTING_SENT],
	    crowd.ends[POSTING_UNSENT], crowd.ends[POSTING_CUT]);
	for (i = 0; i < WARM_UP + KILLED; i++) {
		if (crowd.end[i] == POSTING_SENT)
			assert_true(crowd.taken[i]);
		else if (crowd.end[i] == POSTING_UNSENT)
			assert_false(crowd.taken[i]);
		else
			assert_int_equal(crowd.end[i], POSTING_CUT);
	}
	assert_false(crowd.twice);
	assert_true(crowd.ends[POSTING_UNSENT] > 0);
}

#define A_TEST(fn) cmocka_unit_test_setup_teardown(fn, set_up, tear_down)

static const struct CMUnitTest tests[] = {
    A_TEST(a_thousand_mails_leave_nothing_behind),
    A_TEST(kills_at_any_time_are_told_as_they_were),
};

POST_MAIN(tests)
