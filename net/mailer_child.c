/*
 * mailer_child: a child process and the socket to it.
 *
 * It gets one descriptor, three if the null device and our stderr are counted,
 * no argument but "mailer", and of our variables those that say where
 * certificates are. That it is gone is seen by its end of the socket: after a
 * kill all that it had said can still be read, up to the end.
 */
#include "net/mailer_inner.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#define READ_BYTES 16384u
/* For saying goodbye to the server after the verdict. */
#define ENDING_MS 10000
/* For ending by itself. */
#define LEAVING_MS 5000
#define VARIABLES_MAX 8u

extern char **environ;

/* ---- starting ------------------------------------------------------------ */

static bool
is_kept(const char *variable)
{
	static const char *const kept[] = {
	    "SSL_CERT_FILE=", "SSL_CERT_DIR=", "ASAN_OPTIONS=",
	    "UBSAN_OPTIONS=", "TSAN_OPTIONS=", "LSAN_OPTIONS="};
	size_t i;

	for (i = 0; i < ARRAY_LEN(kept); i++)
		if (strncmp(variable, kept[i], strlen(kept[i])) == 0)
			return true;
	return false;
}

static void
pick_variables(char *out[VARIABLES_MAX])
{
	size_t n = 0, i;

	for (i = 0; environ[i] != NULL && n + 1 < VARIABLES_MAX; i++)
		if (is_kept(environ[i]))
			out[n++] = environ[i];
	out[n] = NULL;
}

static int
spawn_with(struct child *c, int end, const posix_spawnattr_t *attributes,
    posix_spawn_file_actions_t *actions)
{
	char name[] = "frontdesk", word[] = "mailer";
	char *arguments[] = {name, word, NULL}, *variables[VARIABLES_MAX];
	int error;

	pick_variables(variables);
	if ((error = posix_spawn_file_actions_adddup2(actions, end, 0)) != 0 ||
	    (error = posix_spawn_file_actions_addopen(
		 actions, 1, "/dev/null", O_WRONLY, 0)) != 0 ||
	    (error = posix_spawn_file_actions_addclosefrom_np(actions, 3)) != 0)
		return error;
	return posix_spawn(&c->pid, c->mailer->program, actions, attributes,
	    arguments, variables);
}

/* Signals that are blocked here would be so there. */
static int
spawn(struct child *c, int end)
{
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attributes;
	sigset_t none;
	int error;

	sigemptyset(&none);
	if ((error = posix_spawn_file_actions_init(&actions)) != 0)
		return error;
	if ((error = posix_spawnattr_init(&attributes)) == 0) {
		posix_spawnattr_setsigmask(&attributes, &none);
		posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK);
		error = spawn_with(c, end, &attributes, &actions);
		posix_spawnattr_destroy(&attributes);
	}
	posix_spawn_file_actions_destroy(&actions);
	return error;
}

static bool
watch(struct child *c, int op, bool writes)
{
	struct epoll_event e = {.events = EPOLLIN, .data = {.ptr = c}};

	if (writes)
		e.events |= EPOLLOUT;
	c->writes = writes;
	return epoll_ctl(c->mailer->epoll, op, c->fd, &e) == 0;
}

enum err
child_spawn(struct child *c)
{
	int ends[2], error;

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0)
		return E_IO;
	c->fd = ends[0];
	error = fcntl(c->fd, F_SETFL, O_NONBLOCK) != 0 ||
			!watch(c, EPOLL_CTL_ADD, false)
		    ? EIO
		    : spawn(c, ends[1]);
	close(ends[1]);
	if (error != 0) {
		close(c->fd);
		c->fd = -1;
		return error == ENOMEM ? E_NOMEM : E_IO;
	}
	c->state = CHILD_IDLE;
	c->killed = c->deaf = false;
	c->postings = 0;
	return OK;
}

/* ---- ending -------------------------------------------------------------- */

void
child_kill(struct child *c)
{
	if (!c->killed)
		kill(c->pid, SIGKILL);
	c->killed = true;
	c->until = INT64_MAX;
}

/* It holds a secret. */
static void
forget_job(struct child *c)
{
	if (c->job.data != NULL)
		explicit_bzero(c->job.data, c->job.cap);
	buf_free(&c->job);
}

void
child_let_go(struct child *c)
{
	/* Another child that is just being started has a copy of it. */
	(void)epoll_ctl(c->mailer->epoll, EPOLL_CTL_DEL, c->fd, NULL);
	close(c->fd);
	c->fd = -1;
	forget_job(c);
	buf_free(&c->in);
	c->state = CHILD_LEAVING;
	if (!c->killed)
		c->until = steady_ms() + LEAVING_MS;
}

void
child_reap(struct child *c)
{
	pid_t gone;

	do
		gone = waitpid(c->pid, NULL, WNOHANG);
	while (gone < 0 && errno == EINTR);
	if (gone == 0)
		return;
	c->state = CHILD_EMPTY;
	c->pid = 0;
}

/* ---- what it is given ---------------------------------------------------- */

/* What is left of the job and the text: 0, 1 or 2 pieces. */
static size_t
unsent(const struct child *c, struct iovec out[2])
{
	struct str text = c->posting->text;
	size_t at = c->job_sent, n = 0;

	if (at < c->job.len) {
		out[n++] = (struct iovec){c->job.data + at, c->job.len - at};
		at = c->job.len;
	}
	at -= c->job.len;
	if (at < text.n)
		out[n++] = (struct iovec){
		    (char *)(uintptr_t)text.p + at, text.n - at};
	return n;
}

/* Where it fails the child is gone, and its end of the socket will say so. */
static void
send_job(struct child *c)
{
	struct iovec pieces[2];
	struct msghdr m = {.msg_iov = pieces};
	bool full = false;
	ssize_t n;

	while (!full && (m.msg_iovlen = unsent(c, pieces)) > 0) {
		n = sendmsg(c->fd, &m, MSG_NOSIGNAL);
		full = n < 0 && errno == EAGAIN;
		if (n < 0 && !full && errno != EINTR)
			break;
		c->job_sent += n > 0 ? (size_t)n : 0;
	}
	if (full != c->writes)
		(void)watch(c, EPOLL_CTL_MOD, full);
}

enum err
child_give(struct child *c, struct posting *p)
{
	wire_put_job(&c->job, p);
	if (c->job.failed) {
		forget_job(c);
		return E_NOMEM;
	}
	c->posting = p;
	c->job_sent = 0;
	c->phase = PHASE_START;
	c->started = steady_ms();
	c->until = c->started + p->timeout_ms;
	c->postings++;
	c->state = CHILD_BUSY;
	send_job(c);
	return OK;
}

/* ---- what it says -------------------------------------------------------- */

static bool
on_phase(struct child *c, struct str rest)
{
	enum mail_phase phase;

	if (c->state != CHILD_BUSY || !wire_get_phase(rest, &phase) ||
	    phase <= c->phase)
		return false;
	c->phase = phase;
	return true;
}

static bool
on_result(struct child *c, struct str rest)
{
	if (c->state != CHILD_BUSY || !wire_get_result(rest, c->posting))
		return false;
	c->state = CHILD_ENDING;
	forget_job(c);
	if (!c->killed)
		c->until = steady_ms() + ENDING_MS;
	mailer_told(c);
	return true;
}

static bool
on_ready(struct child *c, struct str rest)
{
	if (c->state != CHILD_ENDING || rest.n > 0)
		return false;
	c->state = CHILD_IDLE;
	if (!c->killed)
		c->until = steady_ms() + c->mailer->conf.idle_ms;
	return true;
}

static bool (*const hears[WIRE_KINDS])(struct child *c, struct str rest) = {
    [WIRE_PHASE] = on_phase,
    [WIRE_RESULT] = on_result,
    [WIRE_READY] = on_ready,
};

/* The first whole frame, taken off; false: it is malformed. */
static bool
hear_one(struct child *c, bool *heard)
{
	struct str in = buf_view(&c->in);
	enum wire_kind kind;
	size_t n, all;
	bool fine;

	*heard = false;
	if (!wire_head(in, &n, &kind))
		return true;
	if (n == 0 || n > WIRE_REPORT_MAX || kind >= WIRE_KINDS ||
	    hears[kind] == NULL)
		return false;
	all = n + WIRE_HEAD - 1;
	if (in.n < all)
		return true;
	*heard = true;
	fine = hears[kind](c, (struct str){in.p + WIRE_HEAD, n - 1});
	memmove(c->in.data, c->in.data + all, c->in.len - all);
	c->in.len -= all;
	return fine;
}

/* Who says what is malformed may have done anything. */
static void
distrust(struct child *c)
{
	child_kill(c);
	c->deaf = true;
	c->phase = PHASE_HANDED;
}

static void
hear(struct child *c)
{
	bool heard = true;

	while (heard && !c->deaf && c->fd >= 0)
		if (!hear_one(c, &heard))
			distrust(c);
}

static void
at_end(struct child *c)
{
	bool busy = c->state == CHILD_BUSY, by_us = c->killed;

	child_kill(c);
	child_let_go(c);
	if (busy)
		mailer_lost(c, by_us);
}

/* Returns false when there is no more for now. */
static bool
listen_once(struct child *c)
{
	char piece[READ_BYTES];
	ssize_t n = recv(c->fd, piece, sizeof(piece), 0);

	if (n < 0 && errno == EINTR)
		return true;
	if (n < 0 && errno == EAGAIN)
		return false;
	if (n <= 0) {
		at_end(c);
		return false;
	}
	if (c->deaf)
		return true;
	buf_add(&c->in, piece, (size_t)n);
	if (c->in.failed)
		distrust(c);
	hear(c);
	return c->fd >= 0;
}

void
child_run(struct child *c)
{
	if (c->state == CHILD_BUSY)
		send_job(c);
	while (listen_once(c))
		;
}
