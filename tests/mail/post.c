/* post: see post.h. */
#include "tests/mail/post.h"
#include "net/mail_session.h"

#include <dirent.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#define PATIENCE_S 30

struct post post;

bool
post_is_child(int argc, char **argv)
{
	return argc == 2 && strcmp(argv[1], "mailer") == 0;
}

int
post_child(void)
{
	return mail_session_run(STDIN_FILENO);
}

/* ---- the mailer ----------------------------------------------------------- */

void
post_open_with(const struct mailer_conf *conf)
{
	post = (struct post){0};
	assert_int_equal(mailer_open(conf, &post.mailer), OK);
}

int
post_open(void **state)
{
	(void)state;
	post_open_with(&(struct mailer_conf){
	    .children_max = 4, .idle_ms = 60000, .postings_max = 1000});
	return 0;
}

int
post_close(void **state)
{
	(void)state;
	mailer_close(post.mailer);
	post.mailer = NULL;
	assert_int_equal(post_children(), 0);
	return 0;
}

void
post_turn(void)
{
	struct pollfd p = {.fd = mailer_fd(post.mailer), .events = POLLIN};
	int ms = mailer_wait_ms(post.mailer);

	poll(&p, 1, ms < 0 || ms > 20 ? 20 : ms);
	mailer_run(post.mailer);
}

void
post_run_until(unsigned done)
{
	time_t until = time(NULL) + PATIENCE_S;

	while (post.done < done) {
		assert_true(time(NULL) < until);
		post_turn();
	}
}

struct child *
post_child_of(const struct letter *l)
{
	return l->posting.inner;
}

void
post_run_to(const struct letter *l, enum mail_phase phase)
{
	time_t until = time(NULL) + PATIENCE_S;

	while (post_child_of(l) != NULL && post_child_of(l)->phase < phase) {
		assert_true(time(NULL) < until);
		post_turn();
	}
}

/* ---- letters -------------------------------------------------------------- */

static void
on_done(struct posting *p)
{
	(void)p;
	post.done++;
}

void
post_letter(struct letter *l, const char *scheme, unsigned port, const char *ca)
{
	snprintf(l->url, sizeof(l->url), "%s://localhost:%u", scheme, port);
	l->to[0] = (struct posting_recipient){.address = STR(POST_TO)};
	l->posting = (struct posting){.server = {.url = str_from(l->url),
					  .auth = MAIL_AUTH_PASSWORD,
					  .user = STR("desk"),
					  .secret = STR("pass word"),
					  .ca_file = ca,
					  .plain = ca == NULL},
	    .hello = STR("gw.example"),
	    .from = STR("bounces+t@gw.example"),
	    .to = l->to,
	    .to_count = 1,
	    .text = STR(POST_TEXT),
	    .timeout_ms = 20000,
	    .done = on_done};
}

void
post_start(struct letter *l)
{
	enum err e = mailer_start(post.mailer, &l->posting);

	if (e != OK)
		fail_msg("%s: %s", err_name(e), l->posting.why);
}

void
post_now(struct letter *l)
{
	post_start(l);
	post_run_until(post.done + 1);
}

/* ---- what there is -------------------------------------------------------- */

static bool
is_ours(const char *pid)
{
	char path[300], line[400] = "";
	const char *behind;
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%s/stat", pid);
	f = fopen(path, "r");
	if (f == NULL)
		return false;
	if (fgets(line, sizeof(line), f) == NULL)
		line[0] = '\0';
	fclose(f);
	behind = strrchr(line, ')'); /* "pid (name) S parent ..." */
	return behind != NULL && strlen(behind) > 4 &&
	       strtol(behind + 4, NULL, 10) == getpid();
}

static unsigned
count(const char *folder, bool (*counts)(const char *name))
{
	DIR *d = opendir(folder);
	struct dirent *e;
	unsigned n = 0;

	assert_non_null(d);
	while ((e = readdir(d)) != NULL)
		n += e->d_name[0] >= '0' && e->d_name[0] <= '9' &&
		     (counts == NULL || counts(e->d_name));
	closedir(d);
	return n;
}

unsigned
post_children(void)
{
	return count("/proc", is_ours);
}

unsigned
post_descriptors(void)
{
	return count("/proc/self/fd", NULL);
}
