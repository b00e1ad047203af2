/*
 * post: a mailer whose children are this very program, started again with the
 * word "mailer", and the mails that tests give it.
 */
#ifndef TESTS_MAIL_POST_H
#define TESTS_MAIL_POST_H

#include "net/mailer_inner.h"
#include "tests/lib/cmocka.h"

/* The main of each test that has children: runs the tests, or is a child. */
#define POST_MAIN(tests) \
	int main(int argc, char **argv) \
	{ \
		return post_is_child(argc, argv) \
			   ? post_child() \
			   : cmocka_run_group_tests(tests, NULL, NULL); \
	}

bool post_is_child(int argc, char **argv);
int post_child(void);

#define POST_TO "desk@support.example"
#define POST_TEXT \
	"From: Gateway <gw@gw.example>\r\nTo: desk@support.example\r\n" \
	"Subject: x\r\nMessage-ID: <one@gw.example>\r\n" \
	"Date: Sat, 21 Nov 2026 11:12:18 +0000\r\n\r\n" \
	"Hello\r\n.\r\n..two dots\r\n\r\n"

struct post {
	struct mailer *mailer;
	unsigned done;
};

extern struct post post;

/* Fixtures: four children at most, kept for a minute. */
int post_open(void **state);
int post_close(void **state);
void post_open_with(const struct mailer_conf *conf);

/*
 * A mail to POST_TO, by desk's login. url: "smtp://localhost:25"; ca: a file,
 * or NULL: without TLS. Nothing of it needs to be kept by the caller.
 */
struct letter {
	struct posting posting;
	struct posting_recipient to[4];
	char url[100];
};
void post_letter(
    struct letter *l, const char *scheme, unsigned port, const char *ca);

/* Starts it and waits until it has ended. */
void post_now(struct letter *l);
void post_start(struct letter *l);
/* Runs the mailer until so many have ended in all. */
void post_run_until(unsigned done);
/* The child that has it; NULL: it has ended. */
struct child *post_child_of(const struct letter *l);
/* Until its child has told that phase. */
void post_run_to(const struct letter *l, enum mail_phase phase);
void post_turn(void);

#define assert_ended(l, as) \
	do { \
		post_now(l); \
		if ((l)->posting.end != (as)) \
			fail_msg("ended %s, not %s: %s", \
			    posting_end_name((l)->posting.end), \
			    posting_end_name(as), (l)->posting.why); \
	} while (0)

/* How many of our children there are, zombies too. */
unsigned post_children(void);
/* How many descriptors this process has. */
unsigned post_descriptors(void);

#endif
