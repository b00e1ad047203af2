/*
 * wire_line: one connection. What is received is fed to its talk; what the
 * talk says is sent before it is fed again, so nothing piles up here.
 */
#include "sandbox/mailbox/wire_inside.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#define PARTING_MS 1000

/* ---- its life ----------------------------------------------------------- */

static void
finish(struct wire_line *l)
{
	const struct mail_world *world = l->wire->conf.world;

	if (l->over)
		return;
	l->over = true;
	/* A process that is just being started has a copy of the descriptor,
	 * and epoll would go on naming a line that is gone. */
	(void)epoll_ctl(l->wire->epoll, EPOLL_CTL_DEL, l->fd, NULL);
	close(l->fd);
	if (l->talk.effect != 0)
		world->untold(world->arg, l->talk.effect);
}

void
sb_line_free(struct wire_line *l)
{
	finish(l);
	if (l->prev != NULL)
		l->prev->next = l->next;
	else
		l->wire->first = l->next;
	if (l->next != NULL)
		l->next->prev = l->prev;
	l->wire->count--;
	l->kind->end(l->session);
	sb_tls_end(l->tls);
	buf_free(&l->talk.out);
	buf_free(&l->in);
	buf_free(&l->sent);
	free(l->session);
	free(l);
}

static void
link_in(struct wire *w, struct wire_line *l)
{
	l->next = w->first;
	if (l->next != NULL)
		l->next->prev = l;
	w->first = l;
	w->count++;
}

struct wire_line *
sb_line_open(struct wire *w, enum wire_port which, int fd)
{
	struct wire_line *l = calloc(1, sizeof(*l));
	struct epoll_event e = {.data = {.ptr = l}};

	if (l != NULL) {
		l->kind = which == WIRE_SMTP ? &sb_smtp_kind : &sb_imap_kind;
		l->session = calloc(1, l->kind->size);
	}
	if (l == NULL || l->session == NULL ||
	    epoll_ctl(w->epoll, EPOLL_CTL_ADD, fd, &e) != 0) {
		free(l == NULL ? NULL : l->session);
		free(l);
		close(fd);
		return NULL;
	}
	l->wire = w;
	l->fd = fd;
	l->close_at = clock_steady(w->conf.clock) + l->kind->idle_ms;
	link_in(w, l);
	l->kind->begin(l->session, &l->talk, w->conf.world);
	return l;
}

/* ---- receiving ---------------------------------------------------------- */

static void
take_in(struct wire_line *l, struct str bytes)
{
	enum err e = OK;

	if (l->tls == NULL) {
		buf_add(&l->in, bytes.p, bytes.n);
	} else {
		e = sb_tls_receive(l->tls, bytes, &l->in);
		sb_tls_collect(l->tls, &l->sent);
	}
	l->ended = l->ended || e == E_CLOSED;
	if (e == E_IO || l->in.failed || l->sent.failed)
		finish(l);
}

static void
receive(struct wire_line *l, int64_t now)
{
	char bytes[LINE_READ_BYTES];
	ssize_t n = recv(l->fd, bytes, sizeof(bytes), 0);

	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n < 0 || (n == 0 && l->parting)) {
		finish(l);
		return;
	}
	l->ended = l->ended || n == 0;
	if (n == 0 || l->parting)
		return;
	l->close_at = now + l->kind->idle_ms;
	take_in(l, (struct str){bytes, (size_t)n});
}

/* ---- sending ------------------------------------------------------------ */

static void
encrypt(struct wire_line *l)
{
	struct buf *out = &l->talk.out;

	if (l->tls == NULL)
		buf_add(&l->sent, out->data, out->len);
	else if (sb_tls_send(l->tls, buf_view(out)) != OK)
		finish(l);
	if (l->tls != NULL)
		sb_tls_collect(l->tls, &l->sent);
	if (out->failed || l->sent.failed)
		finish(l);
	buf_clear(out);
}

/* True: nothing is left to be sent. */
static bool
transmit(struct wire_line *l)
{
	ssize_t n;

	while (!l->over && l->written < l->sent.len) {
		n = send(l->fd, l->sent.data + l->written,
		    l->sent.len - l->written, MSG_NOSIGNAL);
		if (n < 0 && errno == EAGAIN)
			return false;
		if (n < 0 && errno != EINTR)
			finish(l);
		l->written += n > 0 ? (size_t)n : 0;
	}
	buf_clear(&l->sent);
	l->written = 0;
	return !l->over;
}

static bool
flush(struct wire_line *l)
{
	if (l->talk.out.len > 0)
		encrypt(l);
	if (l->over || !transmit(l))
		return false;
	l->talk.effect = 0;
	return true;
}

/* ---- what the talk wants ------------------------------------------------ */

static void
go_on(struct wire_line *l, int64_t now)
{
	(void)now;
	l->talk.then = TALK_ON;
}

static void
secure(struct wire_line *l, int64_t now)
{
	go_on(l, now);
	l->tls = sb_tls_begin(l->wire->conf.tls);
	l->talk.secure = true;
	if (l->tls == NULL)
		finish(l);
}

/* Waits for the peer to go, so that it surely reads what was said last. */
static void
part(struct wire_line *l, int64_t now)
{
	if (l->parting)
		return;
	l->parting = true;
	l->close_at = now + PARTING_MS;
	buf_clear(&l->in);
	if (l->tls != NULL) {
		sb_tls_finish(l->tls);
		sb_tls_collect(l->tls, &l->sent);
		(void)transmit(l);
	}
	if (!l->over)
		(void)shutdown(l->fd, SHUT_WR);
}

static void
cut(struct wire_line *l, int64_t now)
{
	(void)now;
	finish(l);
}

static void (*const nexts[])(struct wire_line *l, int64_t now) = {
    [TALK_ON] = go_on,
    [TALK_TLS] = secure,
    [TALK_CLOSE] = part,
    [TALK_CUT] = cut,
};

/* Gives the talk what has come. True: something came of it. */
static bool
feed(struct wire_line *l)
{
	size_t n;

	if (l->in.len == 0)
		return false;
	n = l->kind->feed(l->session, buf_view(&l->in));
	l->in.len -= n;
	memmove(l->in.data, l->in.data + n, l->in.len);
	return n > 0;
}

/* True: it is held back, up to a time that is known. */
static bool
is_held(struct wire_line *l, int64_t now)
{
	if (l->talk.hold_ms > 0)
		l->held_until = now + l->talk.hold_ms;
	l->talk.hold_ms = 0;
	if (l->held_until <= now)
		l->held_until = 0;
	return l->held_until != 0;
}

static void
advance(struct wire_line *l, int64_t now)
{
	bool moved = true;

	while (moved && !l->over && !is_held(l, now)) {
		if (l->talk.then == TALK_CUT)
			finish(l);
		if (l->over || !flush(l))
			return;
		nexts[l->talk.then](l, now);
		moved = !l->over && !l->parting &&
			(l->kind->more(l->session) || feed(l));
	}
	if (!l->over && !l->parting && l->ended && l->held_until == 0)
		finish(l);
}

/* ---- its turns ---------------------------------------------------------- */

static void
watch(struct wire_line *l)
{
	struct epoll_event e = {.data = {.ptr = l}};

	if (l->over)
		return;
	if (l->held_until != 0)
		e.events = EPOLLRDHUP;
	else if (l->written < l->sent.len)
		e.events = EPOLLOUT;
	else
		e.events = EPOLLIN;
	if (e.events != l->events &&
	    epoll_ctl(l->wire->epoll, EPOLL_CTL_MOD, l->fd, &e) != 0)
		finish(l);
	l->events = e.events;
}

/* It left, or it waits for an answer that is held back and left meanwhile. */
static bool
has_left(const struct wire_line *l, uint32_t events)
{
	return (events & (EPOLLHUP | EPOLLERR)) != 0 ||
	       (l->held_until != 0 && (events & EPOLLRDHUP) != 0);
}

void
sb_line_run(struct wire_line *l, uint32_t events, int64_t now)
{
	if (l->over)
		return;
	if (has_left(l, events) || l->close_at <= now)
		finish(l);
	else if ((events & EPOLLIN) != 0)
		receive(l, now);
	if (!l->over)
		advance(l, now);
	watch(l);
}

void
sb_line_news(struct wire_line *l, int64_t now)
{
	if (l->over)
		return;
	l->kind->news(l->session);
	advance(l, now);
	watch(l);
}
