/*
 * ws: the life of a WebSocket. What leaves is in ws_queue.c, what the bytes
 * mean to the protocol in ws_in.c.
 */
#include "gateway/ws.h"
#include "gateway/hub_inner.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>
#include <wslay/wslay.h>

#define READ_PER_TURN 16384u /* so that one client does not starve others */
#define CLOSE_MS 5000
#define MESSAGE_MS 60000
#define REASON_MAX 123u
#define KERNEL_QUEUE 65536

/* ---- the end ----------------------------------------------------------- */

static void
end_kind(struct ws *w)
{
	unsigned i;

	for (i = 0; i < WS_DUES; i++)
		w->due[i] = 0;
	w->paused = false;
	w->kind->ended(w);
}

static void
mark_dead(struct ws *w)
{
	if (w->is_dead || w->refs > 0)
		return;
	w->is_dead = true;
	w->next_dead = w->hub->dead;
	w->hub->dead = w;
}

void
ws_gone(struct ws *w, const char *why)
{
	struct gateway *g = w->hub->gateway;

	if (w->state == WS_GONE)
		return;
	if (w->state == WS_OPEN)
		end_kind(w);
	w->state = WS_GONE;
	log_note(g->log, LOG_DEBUG, "ws.gone", "why", str_from(why));
	hub_timer_stop(w->hub, &w->timer);
	/* The front's duplicate may outlive ours, and epoll watches both. */
	(void)epoll_ctl(w->hub->epoll, EPOLL_CTL_DEL, w->fd, NULL);
	close(w->fd);
	ws_queue_free(w);
	ws_in_free(w->in);
	w->in = NULL;
	*w->link = w->next;
	if (w->next != NULL)
		w->next->link = w->link;
	metric_add(g->metrics, METRIC_WS_CLOSED, 1);
	metric_sub(g->metrics, METRIC_WS_OPEN, 1);
	mark_dead(w);
}

/* Events of this turn may still name it; so it is freed at the turn's end. */
void
ws_bury(struct hub *h)
{
	struct ws *w;

	while ((w = h->dead) != NULL) {
		h->dead = w->next_dead;
		w->kind->freed(w);
	}
}

void
ws_ref(struct ws *w)
{
	w->refs++;
}

void
ws_unref(struct ws *w)
{
	w->refs--;
	if (w->state == WS_GONE)
		mark_dead(w);
}

/*
 * Closing at once could make the kernel throw away what was just sent, if
 * bytes of theirs are unread. So our side ends, and theirs is read to its
 * end, for a while.
 */
void
ws_said_all(struct ws *w)
{
	(void)shutdown(w->fd, SHUT_WR);
	if (w->due[WS_DUE_CLOSE] == 0)
		ws_expect(w, WS_DUE_CLOSE, CLOSE_MS);
}

static bool
queue_close(struct ws *w, uint16_t code, struct str reason)
{
	char payload[2 + REASON_MAX];
	size_t n = reason.n < REASON_MAX ? reason.n : REASON_MAX;
	struct piece *p;
	bool queued;

	payload[0] = (char)(code >> 8);
	payload[1] = (char)(code & 0xff);
	if (n > 0)
		memcpy(payload + 2, reason.p, n);
	p = piece_frame(WSLAY_CONNECTION_CLOSE,
	    (struct str){payload, code == 0 ? 0 : 2 + n});
	queued = p != NULL && ws_queue_add(w, p);
	piece_unref(p);
	return queued;
}

static void
log_close(struct ws *w, const char *who, uint16_t code, struct str reason)
{
	struct log_line l;

	if (!log_begin(w->hub->gateway->log, LOG_DEBUG, "ws.close", &l))
		return;
	log_str(&l, "kind", str_from(w->kind->name));
	log_str(&l, "by", str_from(who));
	log_num(&l, "code", code);
	log_str(&l, "reason", reason);
	log_end(&l);
}

/* Ours is queued; next says whether theirs is waited for. */
static void
close_with(struct ws *w, uint16_t code, struct str reason, enum ws_state next)
{
	end_kind(w);
	w->state = (uint8_t)next;
	if (!queue_close(w, code, reason)) {
		ws_gone(w, "no memory");
		return;
	}
	ws_expect(w, WS_DUE_CLOSE, CLOSE_MS);
}

void
ws_close(struct ws *w, uint16_t code, struct str reason)
{
	if (w->state != WS_OPEN)
		return;
	log_close(w, "gateway", code, reason);
	close_with(w, code, reason, WS_CLOSING);
}

void
ws_close_slow(struct ws *w)
{
	if (w->state != WS_OPEN)
		return;
	metric_add(w->hub->gateway->metrics, METRIC_WS_SLOW, 1);
	ws_queue_cut(w);
	ws_close(w, 1008, STR("too_slow"));
}

void
ws_close_all(struct hub *h, uint16_t code, struct str reason)
{
	struct ws *w, *next;

	for (w = h->sockets; w != NULL; w = next) {
		next = w->next;
		ws_close(w, code, reason);
	}
}

void
ws_cut_all(struct hub *h)
{
	while (h->sockets != NULL)
		ws_gone(h->sockets, "the server stops");
}

/* ---- messages ---------------------------------------------------------- */

void
ws_send(struct ws *w, struct piece *p)
{
	if (w->state == WS_OPEN && !ws_queue_add(w, p))
		ws_gone(w, "no memory");
}

void
ws_send_text(struct ws *w, struct str text)
{
	struct piece *p = piece_new(text);

	if (p == NULL)
		ws_gone(w, "no memory");
	else
		ws_send(w, p);
	piece_unref(p);
}

static void
on_data(struct ws *w, const struct ws_message *m)
{
	w->due[WS_DUE_MESSAGE] = 0;
	if (w->state == WS_OPEN)
		w->kind->message(w, m->what, m->payload);
}

static void
on_ping(struct ws *w, const struct ws_message *m)
{
	struct piece *p = piece_frame(WSLAY_PONG, m->payload);

	if (p == NULL)
		ws_gone(w, "no memory");
	else
		ws_send(w, p);
	piece_unref(p);
}

static void
on_pong(struct ws *w, const struct ws_message *m)
{
	(void)m;
	w->due[WS_DUE_PONG] = 0;
}

/* Theirs answers ours, or is answered with the same code. */
static void
on_close(struct ws *w, const struct ws_message *m)
{
	if (w->state == WS_OPEN) {
		log_close(w, "client", m->code, STR(""));
		close_with(w, m->code, STR(""), WS_ENDING);
	} else if (w->queue.count == 0) {
		w->state = WS_ENDING;
		ws_said_all(w);
	} else {
		w->state = WS_ENDING;
	}
}

/* What was queued before, such as answers to good messages, goes first. */
static void
on_fail(struct ws *w, const struct ws_message *m)
{
	if (w->state == WS_OPEN) {
		log_close(w, "gateway", m->code, m->payload);
		close_with(w, m->code, m->payload, WS_ENDING);
	} else {
		ws_gone(w, "broke the protocol after our close");
	}
}

static void (*const on_message[])(struct ws *, const struct ws_message *) = {
    [WS_TEXT] = on_data,
    [WS_BINARY] = on_data,
    [WS_PING] = on_ping,
    [WS_PONG] = on_pong,
    [WS_CLOSE] = on_close,
    [WS_FAIL] = on_fail,
};

static bool
may_read(const struct ws *w)
{
	return w->state <= WS_CLOSING && !w->paused;
}

/* An idle reader goes back to the hub, for the next who needs one. */
static void
give_reader_back(struct ws *w)
{
	if (w->state <= WS_CLOSING && !ws_in_idle(w->in)) {
		if (w->due[WS_DUE_MESSAGE] == 0 && w->state == WS_OPEN &&
		    !w->paused)
			ws_expect(w, WS_DUE_MESSAGE, MESSAGE_MS);
		return;
	}
	w->due[WS_DUE_MESSAGE] = 0;
	if (w->hub->spare == NULL && ws_in_idle(w->in))
		w->hub->spare = w->in;
	else
		ws_in_free(w->in);
	w->in = NULL;
}

static void
read_messages(struct ws *w)
{
	struct ws_message m = {.what = WS_PING};

	w->reading = true;
	while (may_read(w) && m.what != WS_NEED_BYTES) {
		m = ws_in_next(w->in, &w->kind->limits);
		if (m.what != WS_NEED_BYTES)
			on_message[m.what](w, &m);
	}
	w->reading = false;
	if (w->state == WS_GONE)
		return;
	if (ws_in_keep(w->in) != OK)
		ws_gone(w, "no memory");
	else
		give_reader_back(w);
}

static bool
borrow_reader(struct ws *w)
{
	if (w->in != NULL)
		return true;
	w->in = w->hub->spare;
	w->hub->spare = NULL;
	if (w->in == NULL)
		w->in = ws_in_new();
	return w->in != NULL;
}

void
ws_receive(struct ws *w, struct str bytes)
{
	/* What was kept when its kind paused it, and then closed it. */
	if (w->in != NULL && w->state <= WS_CLOSING)
		read_messages(w);
	/* Ending: read to its end, for nobody. */
	if (!may_read(w))
		return;
	if (!borrow_reader(w)) {
		ws_gone(w, "no memory");
		return;
	}
	ws_in_feed(w->in, bytes);
	read_messages(w);
}

void
ws_pause(struct ws *w)
{
	w->paused = true;
}

void
ws_resume(struct ws *w)
{
	if (!w->paused)
		return;
	w->paused = false;
	/* In the middle of a message: whoever reads goes on by himself. */
	if (w->in != NULL && !w->reading)
		read_messages(w);
	if (w->state != WS_GONE)
		ws_watch_events(w);
}

/* ---- the descriptor ---------------------------------------------------- */

void
ws_watch_events(struct ws *w)
{
	struct epoll_event event = {.data.ptr = &w->poll};
	bool full = w->queue.bytes > ws_budget(w);

	if (w->state == WS_ENDING || (!w->paused && !full))
		event.events |= EPOLLIN;
	if (w->queue.count > 0)
		event.events |= EPOLLOUT;
	if (event.events == w->events)
		return;
	w->events = event.events;
	if (epoll_ctl(w->hub->epoll, EPOLL_CTL_MOD, w->fd, &event) != 0)
		ws_gone(w, "cannot be watched");
}

static void
read_socket(struct ws *w)
{
	ssize_t n;

	if (w->paused)
		return;
	do
		n = recv(w->fd, w->hub->scratch, READ_PER_TURN, MSG_DONTWAIT);
	while (n < 0 && errno == EINTR);
	if (n > 0)
		ws_receive(w, (struct str){w->hub->scratch, (size_t)n});
	else if (n == 0)
		ws_gone(w, "the client ended it");
	else if (errno != EAGAIN && errno != EWOULDBLOCK)
		ws_gone(w, "the connection broke");
}

static void
ready(struct hub *h, struct hub_poll *p, uint32_t events)
{
	struct ws *w = CONTAINER_OF(p, struct ws, poll);

	if (w->state == WS_GONE)
		return;
	if ((events & EPOLLERR) != 0 ||
	    ((events & EPOLLHUP) != 0 && (w->events & EPOLLIN) == 0)) {
		ws_gone(w, "the connection broke");
		return;
	}
	if ((events & (EPOLLIN | EPOLLHUP)) != 0)
		read_socket(w);
	if (w->state != WS_GONE && !w->is_dirty) {
		w->is_dirty = true;
		w->next_dirty = h->dirty;
		h->dirty = w;
	}
}

static bool
poll_begin(struct ws *w)
{
	struct epoll_event event = {.events = EPOLLIN, .data.ptr = &w->poll};

	w->poll.ready = ready;
	w->events = EPOLLIN;
	return epoll_ctl(w->hub->epoll, EPOLL_CTL_ADD, w->fd, &event) == 0;
}

void
ws_open(struct hub *h, struct ws *w, int fd)
{
	const int one = 1, size = KERNEL_QUEUE;

	w->hub = h;
	w->fd = fd;
	(void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
	(void)setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &size, sizeof(size));
	w->next = h->sockets;
	w->link = &h->sockets;
	if (w->next != NULL)
		w->next->link = &w->next;
	h->sockets = w;
	metric_add(h->gateway->metrics, METRIC_WS_OPENED, 1);
	metric_add(h->gateway->metrics, METRIC_WS_OPEN, 1);
	if (!poll_begin(w)) {
		ws_gone(w, "cannot be watched");
		return;
	}
	ws_keep_time(w);
	if (hub_ending(h))
		ws_close(w, 1012, STR("the server restarts"));
}
