/* stub: one thread, one epoll, non-blocking sockets. See the header. */
#include "tests/lib/stub.h"
#include "tests/lib/cmocka.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <strings.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

struct connection {
	struct stub *stub;
	struct connection *prev, *next;
	int fd;
	unsigned number, requests;
	struct buf in, out;
	size_t sent;
	bool held, ending;
	enum stub_then then;
};

struct stub {
	stub_handler *handle;
	void *arg;
	int listener, epoll, bell;
	unsigned port;
	char url[40];
	pthread_t thread;
	_Atomic bool stopping, releasing;
	_Atomic unsigned requests, connections, open, held;
	struct connection *first;
};

static void
stop_connection(struct connection *c, bool reset)
{
	const struct linger hard = {.l_onoff = 1, .l_linger = 0};

	if (reset)
		setsockopt(c->fd, SOL_SOCKET, SO_LINGER, &hard, sizeof(hard));
	/* A fork on its way to exec holds the socket a moment longer. */
	epoll_ctl(c->stub->epoll, EPOLL_CTL_DEL, c->fd, NULL);
	close(c->fd);
	if (c->prev != NULL)
		c->prev->next = c->next;
	else
		c->stub->first = c->next;
	if (c->next != NULL)
		c->next->prev = c->prev;
	if (c->held)
		atomic_fetch_sub(&c->stub->held, 1);
	atomic_fetch_sub(&c->stub->open, 1);
	buf_free(&c->in);
	buf_free(&c->out);
	free(c);
}

static void
watch(struct connection *c, int op, uint32_t events)
{
	struct epoll_event e = {.events = events, .data = {.ptr = c}};

	epoll_ctl(c->stub->epoll, op, c->fd, &e);
}

/* False: the connection is gone. */
static bool
flush(struct connection *c)
{
	while (c->sent < c->out.len) {
		ssize_t n = send(c->fd, c->out.data + c->sent,
		    c->out.len - c->sent, MSG_NOSIGNAL);

		if (n < 0) {
			watch(c, EPOLL_CTL_MOD, EPOLLIN | EPOLLOUT);
			return true;
		}
		c->sent += (size_t)n;
	}
	if (c->ending) {
		stop_connection(c, c->then == STUB_RESET);
		return false;
	}
	c->sent = 0;
	buf_clear(&c->out);
	return true;
}

struct str
stub_header(const struct stub_request *r, const char *name)
{
	size_t n = strlen(name), i;

	for (i = 0; i + n + 2 < r->head.n; i++) {
		const char *at = r->head.p + i, *end;

		if (at[0] != '\n' || strncasecmp(at + 1, name, n) != 0 ||
		    at[n + 1] != ':')
			continue;
		at += n + 2;
		end = memchr(at, '\r', (size_t)(r->head.p + r->head.n - at));
		return end == NULL
			   ? (struct str){0}
			   : str_trim((struct str){at, (size_t)(end - at)});
	}
	return (struct str){0};
}

/* The first request in `in`: how long it is; 0: it is not all there. */
static size_t
read_request(const struct buf *in, struct stub_request *r)
{
	const char *end = memmem(in->data, in->len, "\r\n\r\n", 4);
	const char *space, *second;
	uint64_t body = 0;
	struct str length;

	if (end == NULL)
		return 0;
	r->head = (struct str){in->data, (size_t)(end + 2 - in->data)};
	length = stub_header(r, "content-length");
	if (length.n > 0 && !str_to_u64(length, 1 << 30, &body))
		return 0;
	if (in->len < r->head.n + 2 + body)
		return 0;
	space = memchr(in->data, ' ', r->head.n);
	second = space == NULL
		     ? NULL
		     : memchr(space + 1, ' ',
			   r->head.n - (size_t)(space + 1 - in->data));
	if (second == NULL)
		return 0;
	r->method = (struct str){in->data, (size_t)(space - in->data)};
	r->path = (struct str){space + 1, (size_t)(second - space - 1)};
	r->body = (struct str){r->head.p + r->head.n + 2, body};
	return r->head.n + 2 + body;
}

/* False: the connection is gone. */
static bool
serve(struct connection *c, bool released)
{
	struct stub *s = c->stub;
	struct stub_request r = {
	    .connection = c->number, .nth = c->requests, .released = released};
	struct stub_reply reply = {.bytes = c->out};
	size_t n = c->in.len == 0 ? 0 : read_request(&c->in, &r);

	if (n == 0)
		return true;
	if (!released)
		atomic_fetch_add(&s->requests, 1);
	s->handle(s->arg, &r, &reply);
	c->out = reply.bytes;
	if (reply.then == STUB_HOLD) {
		if (!c->held)
			atomic_fetch_add(&s->held, 1);
		c->held = true;
		return true;
	}
	if (c->held)
		atomic_fetch_sub(&s->held, 1);
	c->held = false;
	c->requests++;
	memmove(c->in.data, c->in.data + n, c->in.len - n);
	c->in.len -= n;
	c->then = reply.then;
	c->ending = reply.then != STUB_KEEP;
	return flush(c);
}

static void
on_readable(struct connection *c)
{
	char *room = buf_room(&c->in, 65536);
	ssize_t n = room == NULL ? 0 : recv(c->fd, room, 65536, 0);

	if (n <= 0) {
		stop_connection(c, false);
		return;
	}
	c->in.len += (size_t)n;
	if (!c->held)
		serve(c, false);
}

static void
on_accept(struct stub *s)
{
	int fd = accept4(s->listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
	struct connection *c = fd < 0 ? NULL : calloc(1, sizeof(*c));
	const int on = 1;

	if (c == NULL)
		return;
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	c->stub = s;
	c->fd = fd;
	atomic_fetch_add(&s->open, 1);
	c->number = atomic_fetch_add(&s->connections, 1);
	c->next = s->first;
	if (s->first != NULL)
		s->first->prev = c;
	s->first = c;
	watch(c, EPOLL_CTL_ADD, EPOLLIN);
}

static void
release(struct stub *s)
{
	struct connection *c, *next;

	for (c = s->first; c != NULL; c = next) {
		next = c->next;
		if (c->held)
			serve(c, true);
	}
}

static void
on_event(struct stub *s, const struct epoll_event *e)
{
	struct connection *c = e->data.ptr;
	eventfd_t n;

	if (e->data.ptr == s)
		on_accept(s);
	else if (e->data.ptr == &s->bell)
		eventfd_read(s->bell, &n);
	else if (c->sent < c->out.len)
		flush(c);
	else
		on_readable(c);
}

static void *
loop(void *arg)
{
	struct stub *s = arg;
	struct epoll_event events[256];
	int n, i;

	while (!atomic_load(&s->stopping)) {
		if (atomic_exchange(&s->releasing, false))
			release(s);
		n = epoll_wait(s->epoll, events, 256, -1);
		for (i = 0; i < n; i++)
			on_event(s, &events[i]);
	}
	while (s->first != NULL)
		stop_connection(s->first, false);
	return NULL;
}

struct stub *
stub_open(stub_handler *handle, void *arg)
{
	struct sockaddr_in a = {
	    .sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
	socklen_t size = sizeof(a);
	struct stub *s = calloc(1, sizeof(*s));
	struct epoll_event e = {.events = EPOLLIN, .data = {.ptr = s}};

	assert_non_null(s);
	s->handle = handle;
	s->arg = arg;
	s->listener = socket(
	    AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	assert_int_equal(bind(s->listener, (struct sockaddr *)&a, size), 0);
	assert_int_equal(listen(s->listener, 4096), 0);
	getsockname(s->listener, (struct sockaddr *)&a, &size);
	s->port = ntohs(a.sin_port);
	snprintf(s->url, sizeof(s->url), "http://127.0.0.1:%u", s->port);
	s->epoll = epoll_create1(EPOLL_CLOEXEC);
	s->bell = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
	epoll_ctl(s->epoll, EPOLL_CTL_ADD, s->listener, &e);
	e.data.ptr = &s->bell;
	epoll_ctl(s->epoll, EPOLL_CTL_ADD, s->bell, &e);
	assert_int_equal(pthread_create(&s->thread, NULL, loop, s), 0);
	return s;
}

void
stub_close(struct stub *s)
{
	if (s == NULL)
		return;
	atomic_store(&s->stopping, true);
	eventfd_write(s->bell, 1);
	pthread_join(s->thread, NULL);
	close(s->listener);
	close(s->epoll);
	close(s->bell);
	free(s);
}

void
stub_release(struct stub *s)
{
	atomic_store(&s->releasing, true);
	eventfd_write(s->bell, 1);
}

const char *
stub_url(const struct stub *s)
{
	return s->url;
}

unsigned
stub_port(const struct stub *s)
{
	return s->port;
}

unsigned
stub_requests(const struct stub *s)
{
	return atomic_load(&s->requests);
}

unsigned
stub_connections(const struct stub *s)
{
	return atomic_load(&s->connections);
}

unsigned
stub_open_now(const struct stub *s)
{
	return atomic_load(&s->open);
}

unsigned
stub_held(const struct stub *s)
{
	return atomic_load(&s->held);
}

void
stub_answer(struct stub_reply *reply, unsigned status, const char *type,
    struct str body)
{
	buf_addf(&reply->bytes,
	    "HTTP/1.1 %u X\r\nContent-Type: %s\r\nContent-Length: %zu\r\n\r\n",
	    status, type, body.n);
	buf_add(&reply->bytes, body.p, body.n);
}
