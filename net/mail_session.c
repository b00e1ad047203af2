/*
 * mail_session: the loop of a child, and what holds whichever library sends:
 * each phase is told as it begins, nothing is sent after a login that failed,
 * nothing is handed over twice, and the first verdict is the last.
 *
 * Libraries cannot be stopped from within their callbacks. Where a session
 * must not go on, the verdict is told and the process ends.
 */
#include "net/mail_session.h"
#include "net/mail_session_inner.h"

#include <errno.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

/* Behind the mailer's clock, in case the mailer stands still. */
#define ALARM_EXTRA_S 10u
#define MEMORY_MAX (512u << 20)
#define CPU_SECONDS_MAX 600
#define DESCRIPTORS_MAX 64

/* ---- to the mailer ------------------------------------------------------- */

static void
tell(struct session *s, struct buf *b)
{
	size_t at = 0;

	while (!b->failed && at < b->len) {
		ssize_t n = send(
		    s->fd, b->data + at, b->len - at, MSG_NOSIGNAL);

		if (n < 0 && errno != EINTR)
			_exit(1);
		at += n > 0 ? (size_t)n : 0;
	}
	if (b->failed)
		_exit(1);
	buf_free(b);
}

void
session_reach(struct session *s, enum mail_phase phase)
{
	struct buf b = {0};

	if (phase <= s->phase || s->told)
		return;
	s->phase = phase;
	wire_put_phase(&b, phase);
	tell(s, &b);
}

void
session_fail(struct session *s, bool blocked, const char *fmt, ...)
{
	char words[2 * MAIL_WORDS_MAX];
	va_list ap;

	if (s->trouble[0] != '\0')
		return;
	va_start(ap, fmt);
	(void)vsnprintf(words, sizeof(words), fmt, ap);
	va_end(ap);
	mail_words_clean(str_from(words), s->trouble, sizeof(s->trouble));
	s->blocked = blocked;
}

/* What the dialog cannot know of. */
static void
amend(struct session *s)
{
	struct posting *p = &s->posting;
	unsigned i;

	if (p->end == POSTING_UNSENT && s->blocked && !s->dialog.garbled)
		p->end = POSTING_BLOCKED;
	else if (p->end == POSTING_SENT && s->wants_proof && !s->proven)
		p->end = POSTING_CUT;
	else
		return;
	for (i = 0; i < p->to_count; i++)
		if (p->to[i].reply.code == 0 || p->end == POSTING_CUT)
			p->to[i].end = p->end;
}

void
session_tell(struct session *s)
{
	struct buf b = {0};

	if (s->told)
		return;
	dialog_judge(&s->dialog, s->trouble);
	amend(s);
	s->told = true;
	wire_put_result(&b, &s->posting);
	tell(s, &b);
}

/* Does not return. */
static void
stop(struct session *s)
{
	session_tell(s);
	_exit(0);
}

void
session_no_login(struct session *s)
{
	session_fail(s, true, "%s",
	    s->dialog.login_offered
		? "the server offers no way to log in that is known here"
		: "the server offers no login; is it the right port?");
}

/* ---- what the ways report ------------------------------------------------ */

static void
on_said(struct dialog *d, enum dialog_verb verb)
{
	static const enum mail_phase phases[VERBS] = {
	    [VERB_EHLO] = PHASE_GREETING,
	    [VERB_STARTTLS] = PHASE_TLS,
	    [VERB_AUTH] = PHASE_LOGIN,
	    [VERB_MAIL] = PHASE_ENVELOPE,
	    [VERB_RCPT] = PHASE_ENVELOPE,
	    [VERB_DATA] = PHASE_ENVELOPE,
	};
	struct session *s = CONTAINER_OF(d, struct session, dialog);

	session_reach(s, phases[verb]);
	if (verb != VERB_MAIL || d->logged_in ||
	    s->posting.server.auth == MAIL_AUTH_NONE)
		return;
	session_no_login(s);
	stop(s);
}

static void
on_heard(struct dialog *d, enum dialog_verb verb)
{
	struct session *s = CONTAINER_OF(d, struct session, dialog);

	if (verb == VERB_TEXT && d->handed && !s->wants_proof)
		session_tell(s);
}

void
session_said(struct session *s, struct str bytes)
{
	dialog_said(&s->dialog, bytes);
}

void
session_heard(struct session *s, struct str bytes)
{
	dialog_heard(&s->dialog, bytes);
	if (s->dialog.injected)
		session_fail(s, true,
		    "the server said more before TLS began: somebody may "
		    "stand between");
	/* Libraries may wait on behind what is no SMTP. */
	if (s->dialog.injected || s->dialog.garbled)
		stop(s);
}

struct str
session_text(struct session *s, size_t most)
{
	struct str text = s->posting.text, piece;

	piece = (struct str){text.p + s->text_at, text.n - s->text_at};
	if (piece.n > most)
		piece.n = most;
	s->text_at += piece.n;
	session_reach(s, piece.n > 0 ? PHASE_TEXT : PHASE_HANDED);
	s->dialog.handed = piece.n == 0;
	return piece;
}

void
session_rewind(struct session *s)
{
	if (s->dialog.handed)
		stop(s);
	s->text_at = 0;
}

/* ---- one mail ------------------------------------------------------------ */

static const struct {
	bool tls;
	enum mail_auth auth;
	void (*send)(struct session *s);
} ways[] = {
    {false, MAIL_AUTH_NONE, mail_by_esmtp},
    {false, MAIL_AUTH_PASSWORD, mail_by_esmtp},
    {false, MAIL_AUTH_OAUTH2, mail_by_curl},
    {true, MAIL_AUTH_NONE, mail_by_curl},
    {true, MAIL_AUTH_PASSWORD, mail_by_curl},
    {true, MAIL_AUTH_OAUTH2, mail_by_curl},
};

static void
send_one(struct session *s)
{
	size_t i = 0;

	while (ways[i].tls != s->place.tls ||
	       ways[i].auth != s->posting.server.auth)
		i++;
	alarm(s->posting.timeout_ms / 1000 + ALARM_EXTRA_S);
	session_reach(s, PHASE_CONNECT);
	ways[i].send(s);
	session_tell(s);
	alarm(0);
}

static void
forget(struct str secret)
{
	/* Ours, though it is handed around as read only. */
	explicit_bzero((char *)(uintptr_t)secret.p, secret.n);
}

/* False: the mailer sent what it never sends. */
static bool
serve(struct session *s, struct str rest)
{
	const char *why;
	struct buf b = {0};
	bool fine = wire_get_job(rest, &s->arena, s->to, &s->posting) &&
		    mail_server_read(
			&s->posting.server, MAIL_SMTP, &s->place, &why) == OK;

	if (fine) {
		s->dialog = (struct dialog){
		    .posting = &s->posting, .said = on_said, .heard = on_heard};
		send_one(s);
		wire_put_ready(&b);
		tell(s, &b);
	}
	forget(s->posting.server.secret);
	arena_free(&s->arena);
	return fine;
}

/* ---- the loop ------------------------------------------------------------ */

/* False: the socket ended. */
static bool
receive(int fd, char *to, size_t n)
{
	while (n > 0) {
		ssize_t got = recv(fd, to, n, 0);

		if (got == 0 || (got < 0 && errno != EINTR))
			return false;
		to += got > 0 ? got : 0;
		n -= got > 0 ? (size_t)got : 0;
	}
	return true;
}

static bool
serve_next(int fd, bool *fine)
{
	char head[WIRE_HEAD], *rest = NULL;
	enum wire_kind kind;
	struct session *s;
	size_t n;
	bool more = receive(fd, head, sizeof(head));

	if (!more)
		return false;
	*fine = wire_head((struct str){head, sizeof(head)}, &n, &kind) &&
		kind == WIRE_JOB && n > 0 && n <= WIRE_JOB_MAX;
	s = *fine ? calloc(1, sizeof(*s)) : NULL;
	rest = s == NULL ? NULL : malloc(n);
	if (rest != NULL && (more = receive(fd, rest, n - 1))) {
		s->fd = fd;
		*fine = serve(s, (struct str){rest, n - 1});
		explicit_bzero(rest, n);
	}
	more = more && rest != NULL && *fine;
	free(rest);
	free(s);
	return more;
}

static void
limit(__rlimit_resource_t what, rlim_t most)
{
	const struct rlimit l = {most, most};

	(void)setrlimit(what, &l);
}

static void
settle_in(void)
{
	static const int ignored[] = {
	    SIGPIPE, SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGXFSZ};
	size_t i;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
	for (i = 0; i < ARRAY_LEN(ignored); i++)
		signal(ignored[i], SIG_IGN);
	(void)signal(SIGALRM, SIG_DFL);
	unsetenv("HOME");
	if (chdir("/") != 0)
		_exit(1);
	limit(RLIMIT_CORE, 0);
	limit(RLIMIT_CPU, CPU_SECONDS_MAX);
	limit(RLIMIT_NOFILE, DESCRIPTORS_MAX);
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
	/* Sanitizers map more than any machine has. */
	limit(RLIMIT_AS, MEMORY_MAX);
#endif
}

int
mail_session_run(int fd)
{
	bool fine = true;

	settle_in();
	while (serve_next(fd, &fine))
		;
	return fine ? 0 : 1;
}
