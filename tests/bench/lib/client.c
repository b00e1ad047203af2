/*
 * The connections and what goes over them. Building and looking at text is
 * in text.c.
 */
#include "tests/bench/lib/client.h"
#include "tests/bench/lib/figures.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#define READ_SIZE (256u * 1024)
#define EVENTS 256

void
client_init(struct client *cl)
{
	cl->epoll = epoll_create1(EPOLL_CLOEXEC);
	cl->bytes = malloc(READ_SIZE);
	if (cl->epoll < 0 || cl->bytes == NULL)
		die("no epoll or no memory");
}

void
client_free(struct client *cl)
{
	close(cl->epoll);
	free(cl->bytes);
}

/* ---- opening and closing ----------------------------------------------- */

static struct sockaddr_in
loopback(unsigned host, unsigned port)
{
	return (struct sockaddr_in){.sin_family = AF_INET,
	    .sin_port = htons((uint16_t)port),
	    .sin_addr.s_addr = htonl(0x7f000000u + host)};
}

static bool
connect_from(int fd, unsigned port, unsigned source)
{
	struct sockaddr_in to = loopback(1, port), from = loopback(source, 0);
	int on = 1;

	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	if (source != 0) {
		setsockopt(
		    fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &on, sizeof(on));
		if (bind(fd, (struct sockaddr *)&from, sizeof(from)) < 0)
			return false;
	}
	return connect(fd, (struct sockaddr *)&to, sizeof(to)) == 0;
}

bool
wire_open(struct wire *c, struct client *cl, unsigned port, unsigned source)
{
	struct epoll_event ev = {.events = EPOLLIN, .data.ptr = c};
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (fd < 0)
		die("socket: %s", strerror(errno));
	if (!connect_from(fd, port, source) ||
	    epoll_ctl(cl->epoll, EPOLL_CTL_ADD, fd, &ev) < 0) {
		close(fd);
		return false;
	}
	c->client = cl;
	c->fd = fd;
	c->life++;
	c->open = true;
	c->upgraded = false;
	return true;
}

void
wire_close(struct wire *c)
{
	if (!c->open)
		return;
	c->open = false;
	close(c->fd);
	buf_free(&c->in);
	buf_free(&c->out);
}

static void
lose(struct wire *c)
{
	wire_close(c);
	if (c->calls->closed != NULL)
		c->calls->closed(c);
}

/* ---- writing ----------------------------------------------------------- */

static void
watch(struct wire *c, uint32_t events)
{
	struct epoll_event ev = {.events = events, .data.ptr = c};

	epoll_ctl(c->client->epoll, EPOLL_CTL_MOD, c->fd, &ev);
}

/* How much went. A failure shows when the connection is read. */
static size_t
write_some(struct wire *c, struct str bytes)
{
	ssize_t n = send(c->fd, bytes.p, bytes.n, MSG_NOSIGNAL | MSG_DONTWAIT);

	return n < 0 ? 0 : (size_t)n;
}

void
wire_send(struct wire *c, struct str bytes)
{
	size_t n = 0;

	if (!c->open)
		return;
	if (c->out.len == 0)
		n = write_some(c, bytes);
	if (n == bytes.n)
		return;
	if (c->out.len == 0)
		watch(c, EPOLLIN | EPOLLOUT);
	buf_add(&c->out, bytes.p + n, bytes.n - n);
}

static void
forget(struct buf *b, size_t n)
{
	memmove(b->data, b->data + n, b->len - n);
	b->len -= n;
}

static void
write_rest(struct wire *c)
{
	forget(&c->out, write_some(c, buf_view(&c->out)));
	if (c->out.len == 0)
		watch(c, EPOLLIN);
}

void
wire_upgrade(struct wire *c, const char *path)
{
	struct buf b = {0};

	buf_addf(&b,
	    "GET %s HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\n"
	    "Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
	    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n",
	    path);
	wire_send(c, buf_view(&b));
	buf_free(&b);
}

void
wire_send_frame(struct wire *c, struct str text)
{
	struct buf b = {0};

	frame_add(&b, text);
	wire_send(c, buf_view(&b));
	buf_free(&b);
}

/* ---- reading ----------------------------------------------------------- */

#define BROKEN ((size_t)-1)

/*
 * Chunks are handed on as they are, with their sizes: nobody reads the bodies
 * of those who answer so.
 */
static size_t
take_chunks(struct wire *c, struct str in, size_t head)
{
	static const char last[] = "0\r\n\r\n";
	const char *end = memmem(
	    in.p + head, in.n - head, last, sizeof(last) - 1);

	if (end == NULL)
		return 0;
	c->calls->text(
	    c, (struct str){in.p + head, (size_t)(end - in.p) - head});
	return (size_t)(end - in.p) + sizeof(last) - 1;
}

/* Takes an HTTP answer off; 0: it is not all there yet. */
static size_t
take_answer(struct wire *c, struct str in)
{
	const char *end = memmem(in.p, in.n, "\r\n\r\n", 4);
	struct str head, body;

	if (end == NULL)
		return 0;
	head = (struct str){in.p, (size_t)(end - in.p) + 4};
	c->status = (unsigned)text_number(head, STR("HTTP/1.1 "));
	if (c->status == 101) {
		c->upgraded = true;
		c->calls->opened(c);
		return head.n;
	}
	if (text_has(head, STR("\r\nTransfer-Encoding: chunked\r\n")))
		return take_chunks(c, in, head.n);
	body = (struct str){
	    in.p + head.n, text_number(head, STR("\r\nContent-Length: "))};
	if (in.n < head.n + body.n)
		return 0;
	c->calls->text(c, body);
	return head.n + body.n;
}

#define OP_TEXT 0x81u
#define OP_CLOSE 0x88u
#define OP_PING 0x89u

static void
on_frame(struct wire *c, unsigned op, struct str payload)
{
	static const char pong[] = "\x8a\x80\0\0\0\0";

	if (op == OP_TEXT)
		c->calls->text(c, payload);
	else if (op == OP_PING && payload.n == 0)
		wire_send(c, STR(pong));
	else
		lose(c);
}

/* Takes a frame of the server off: no mask, one piece. */
static size_t
take_frame(struct wire *c, struct str in)
{
	const unsigned char *p = (const unsigned char *)in.p;
	size_t head = 2, n, i;

	if (in.n < 2)
		return 0;
	n = p[1];
	if (n == 126)
		head = 4;
	else if (n > 126)
		return BROKEN;
	if (in.n < head)
		return 0;
	for (i = 2, n = head > 2 ? 0 : n; i < head; i++)
		n = n << 8 | p[i];
	if (in.n < head + n)
		return 0;
	on_frame(c, p[0], (struct str){in.p + head, n});
	return head + n;
}

/* Is it still the connection it was? A call may have closed or reopened it. */
static bool
lives(const struct wire *c, unsigned life)
{
	return c->open && c->life == life;
}

/* Handles what is complete; returns how many bytes that were. */
static size_t
take_all(struct wire *c, struct str in)
{
	size_t used = 0, n;
	unsigned life = c->life;

	while (lives(c, life) && used < in.n) {
		struct str rest = {in.p + used, in.n - used};

		n = c->upgraded ? take_frame(c, rest) : take_answer(c, rest);
		if (n == 0)
			break;
		if (n == BROKEN) {
			lose(c);
			break;
		}
		used += n;
	}
	return used;
}

static void
read_some(struct wire *c)
{
	ssize_t got = recv(c->fd, c->client->bytes, READ_SIZE, MSG_DONTWAIT);
	struct str in = {c->client->bytes, (size_t)got};
	unsigned life = c->life;
	size_t used;

	if (got < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (got <= 0) {
		lose(c);
		return;
	}
	if (c->in.len > 0) {
		buf_add(&c->in, in.p, in.n);
		used = take_all(c, buf_view(&c->in));
		if (lives(c, life))
			forget(&c->in, used);
		return;
	}
	used = take_all(c, in);
	if (lives(c, life) && used < in.n)
		buf_add(&c->in, in.p + used, in.n - used);
}

void
client_poll(struct client *cl, int timeout_ms)
{
	struct epoll_event events[EVENTS];
	int i, n = epoll_wait(cl->epoll, events, EVENTS, timeout_ms);

	for (i = 0; i < n; i++) {
		struct wire *c = events[i].data.ptr;

		if (c->open && (events[i].events & EPOLLOUT) != 0)
			write_rest(c);
		if (c->open && (events[i].events & ~(uint32_t)EPOLLOUT) != 0)
			read_some(c);
	}
}
