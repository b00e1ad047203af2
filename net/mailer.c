/*
 * mailer: the life of postings: checked, given to a child, watched by the
 * clock, ended. A child's process and socket are in mailer_child.c.
 */
#include "net/mailer_inner.h"

#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/wait.h>
#include <unistd.h>

#define EVENTS 32
/* How often a process that is on its way out is looked for. */
#define REAP_MS 10

const char *
posting_end_name(enum posting_end end)
{
	static const char *const names[POSTING_ENDS] = {
	    [POSTING_SENT] = "sent",
	    [POSTING_REFUSED] = "refused",
	    [POSTING_LATER] = "later",
	    [POSTING_UNSENT] = "unsent",
	    [POSTING_BLOCKED] = "blocked",
	    [POSTING_CUT] = "cut",
	};

	return end < POSTING_ENDS ? names[end] : "?";
}

/* ---- the end of a posting ------------------------------------------------ */

/* The child may have another one from within done. */
static void
finish(struct child *c)
{
	struct posting *p = c->posting;

	p->took_ms = (unsigned)(steady_ms() - c->started);
	p->inner = NULL;
	c->posting = NULL;
	p->done(p);
}

void
mailer_told(struct child *c)
{
	finish(c);
}

void
mailer_lost(struct child *c, bool by_us)
{
	struct posting *p = c->posting;
	bool late = steady_ms() - c->started >= p->timeout_ms;
	unsigned i;

	p->end = c->phase >= PHASE_HANDED ? POSTING_CUT : POSTING_UNSENT;
	p->reply = (struct mail_reply){0};
	p->lost = !by_us;
	if (by_us && late)
		(void)snprintf(p->why, sizeof(p->why),
		    "the time of %u ms was over %s", p->timeout_ms,
		    mail_phase_words(c->phase));
	else
		(void)snprintf(p->why, sizeof(p->why), "%s %s",
		    by_us ? "it was given up" : "its process ended",
		    mail_phase_words(c->phase));
	for (i = 0; i < p->to_count; i++) {
		p->to[i].end = p->end;
		p->to[i].reply = (struct mail_reply){0};
	}
	finish(c);
}

/* ---- a posting begins ---------------------------------------------------- */

static const char *
wrong_envelope(const struct posting *p)
{
	unsigned i;

	if (!mail_host_valid(p->hello))
		return "our own name for EHLO is no host's name";
	if (p->from.n > 0 && !mail_address_valid(p->from))
		return "the sender is no address that can be sent to";
	if (p->to_count == 0 || p->to_count > MAIL_RECIPIENTS_MAX)
		return "a mail has 1 to 100 recipients";
	for (i = 0; i < p->to_count; i++)
		if (!mail_address_valid(p->to[i].address))
			return "a recipient is no address that can be sent to";
	if (p->timeout_ms == 0 || p->timeout_ms > MAILER_TIMEOUT_MAX_MS)
		return "the time for a mail is 1 ms to 30 minutes";
	return NULL;
}

static enum err
check(struct posting *p)
{
	const char *why = wrong_envelope(p);
	struct mail_place place;
	enum err e = why == NULL ? OK : E_BADINPUT;

	if (e == OK)
		e = mail_server_read(&p->server, MAIL_SMTP, &place, &why);
	if (e == OK)
		e = mail_text_check(p->text, &why);
	if (e != OK)
		(void)snprintf(p->why, sizeof(p->why), "%s", why);
	return e;
}

static bool
is_room(const struct child *c)
{
	return c->state == CHILD_EMPTY ||
	       (c->state == CHILD_IDLE && !c->killed &&
		   c->postings < c->mailer->conf.postings_max);
}

/* One that waits, the newest first; else an empty place; else NULL. */
static struct child *
find_room(struct mailer *m)
{
	struct child *best = NULL, *c;

	for (c = m->children; c < m->children + m->conf.children_max; c++)
		if (is_room(c) &&
		    (best == NULL || c->state > best->state ||
			(c->state == best->state && c->until > best->until)))
			best = c;
	return best;
}

enum err
mailer_start(struct mailer *m, struct posting *p)
{
	enum err e = m->closing ? E_CLOSED : check(p);
	struct child *c;

	if (e != OK)
		return e;
	p->lost = false;
	c = find_room(m);
	if (c == NULL)
		return E_LIMIT;
	if (c->state == CHILD_EMPTY && (e = child_spawn(c)) != OK)
		return e;
	c->until = steady_ms() + m->conf.idle_ms;
	if ((e = child_give(c, p)) == OK)
		p->inner = c;
	return e;
}

unsigned
mailer_room(const struct mailer *m)
{
	const struct child *c;
	unsigned n = 0;

	for (c = m->children; c < m->children + m->conf.children_max; c++)
		n += is_room(c);
	return n;
}

unsigned
mailer_under_way(const struct mailer *m)
{
	const struct child *c;
	unsigned n = 0;

	for (c = m->children; c < m->children + m->conf.children_max; c++)
		n += c->state == CHILD_BUSY;
	return n;
}

/* ---- the clock ----------------------------------------------------------- */

static void
look_at_clock(struct child *c, int64_t now)
{
	if (c->state == CHILD_IDLE && !is_room(c))
		child_let_go(c);
	if (c->state == CHILD_LEAVING)
		child_reap(c);
	if (c->state == CHILD_EMPTY || now < c->until)
		return;
	if (c->state == CHILD_IDLE)
		child_let_go(c);
	else
		child_kill(c);
}

int
mailer_wait_ms(const struct mailer *m)
{
	int64_t now = steady_ms(), least = INT64_MAX;
	const struct child *c;

	for (c = m->children; c < m->children + m->conf.children_max; c++) {
		int64_t until = c->state == CHILD_EMPTY	    ? INT64_MAX
				: c->state == CHILD_LEAVING ? now + REAP_MS
							    : c->until;

		least = until < least ? until : least;
	}
	if (least == INT64_MAX)
		return -1;
	return least <= now		 ? 0
	       : least - now > INT32_MAX ? INT32_MAX
					 : (int)(least - now);
}

int
mailer_fd(const struct mailer *m)
{
	return m->epoll;
}

void
mailer_run(struct mailer *m)
{
	struct epoll_event events[EVENTS];
	int n = epoll_wait(m->epoll, events, EVENTS, 0), i;
	int64_t now = steady_ms();
	struct child *c;

	for (i = 0; i < n; i++) {
		c = events[i].data.ptr;
		if (c->fd >= 0)
			child_run(c);
	}
	for (c = m->children; c < m->children + m->conf.children_max; c++)
		look_at_clock(c, now);
}

/* ---- giving up ----------------------------------------------------------- */

/* Reads what a killed child had said, up to its end. */
static void
drain(struct child *c)
{
	struct pollfd p = {.fd = c->fd, .events = POLLIN};

	while (c->fd >= 0) {
		(void)poll(&p, 1, -1);
		child_run(c);
	}
}

void
mailer_cancel(struct mailer *m, struct posting *p)
{
	struct child *c = p->inner;

	(void)m;
	if (c == NULL)
		return;
	child_kill(c);
	drain(c);
}

enum err
mailer_open(const struct mailer_conf *conf, struct mailer **out)
{
	struct mailer *m;
	unsigned i;

	if (conf->children_max == 0 ||
	    conf->children_max > MAILER_CHILDREN_MAX || conf->postings_max == 0)
		return E_BADINPUT;
	m = calloc(1, sizeof(*m));
	if (m == NULL)
		return E_NOMEM;
	m->conf = *conf;
	m->program = strdup(
	    conf->program == NULL ? "/proc/self/exe" : conf->program);
	m->children = calloc(conf->children_max, sizeof(*m->children));
	m->epoll = epoll_create1(EPOLL_CLOEXEC);
	for (i = 0; m->children != NULL && i < conf->children_max; i++) {
		m->children[i].mailer = m;
		m->children[i].fd = -1;
	}
	if (m->program != NULL && m->children != NULL && m->epoll >= 0) {
		*out = m;
		return OK;
	}
	mailer_close(m);
	return E_NOMEM;
}

static void
end_child(struct child *c)
{
	if (c->state == CHILD_EMPTY)
		return;
	child_kill(c);
	drain(c);
	while (c->state == CHILD_LEAVING) {
		(void)waitpid(c->pid, NULL, 0);
		child_reap(c);
	}
}

void
mailer_close(struct mailer *m)
{
	unsigned i;

	if (m == NULL)
		return;
	m->closing = true;
	for (i = 0; m->children != NULL && i < m->conf.children_max; i++)
		end_child(&m->children[i]);
	if (m->epoll >= 0)
		close(m->epoll);
	free(m->children);
	free(m->program);
	free(m);
}
