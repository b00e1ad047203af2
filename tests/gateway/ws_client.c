/* ws_client: frames with a mask of zeros, which is a mask too. */
#include "tests/gateway/ws_client.h"
#include "tests/lib/cmocka.h"

#include <arpa/inet.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#define WAIT_MS 5000

void
ws_client_take(struct ws_client *c, int fd)
{
	*c = (struct ws_client){.fd = fd};
}

void
ws_client_close(struct ws_client *c)
{
	close(c->fd);
	buf_free(&c->in);
}

static void
write_all(struct ws_client *c, struct str bytes)
{
	ssize_t n;

	while (bytes.n > 0) {
		n = send(c->fd, bytes.p, bytes.n, MSG_NOSIGNAL);
		if (n <= 0)
			fail_msg("the client cannot write");
		bytes.p += n;
		bytes.n -= (size_t)n;
	}
}

/* More bytes; false at the end, or after ms without any. */
static bool
read_more(struct ws_client *c, int ms)
{
	struct pollfd p = {.fd = c->fd, .events = POLLIN};
	char *room = buf_room(&c->in, 65536);
	ssize_t n;

	assert_non_null(room);
	if (poll(&p, 1, ms) <= 0)
		return false;
	n = recv(c->fd, room, 65536, 0);
	if (n <= 0)
		return false;
	c->in.len += (size_t)n;
	return true;
}

void
ws_client_open(struct ws_client *c, unsigned port, const char *path)
{
	struct sockaddr_in to = {.sin_family = AF_INET,
	    .sin_port = htons((uint16_t)port),
	    .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	struct buf ask = {0};
	char *end = NULL;

	ws_client_take(c, socket(AF_INET, SOCK_STREAM, 0));
	assert_int_equal(connect(c->fd, (struct sockaddr *)&to, sizeof(to)), 0);
	buf_addf(&ask,
	    "GET %s HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\n"
	    "Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
	    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n",
	    path);
	write_all(c, buf_view(&ask));
	buf_free(&ask);
	while (end == NULL && read_more(c, WAIT_MS))
		end = memmem(c->in.data, c->in.len, "\r\n\r\n", 4);
	if (end == NULL || memcmp(c->in.data, "HTTP/1.1 101 ", 13) != 0)
		fail_msg(
		    "no handshake, but \"%.*s\"", STR_FMT(buf_view(&c->in)));
	c->used = (size_t)(end - c->in.data) + 4;
}

void
ws_client_send(struct ws_client *c, unsigned first, struct str payload)
{
	struct buf b = {0};

	buf_char(&b, (char)first);
	if (payload.n < 126) {
		buf_char(&b, (char)(0x80 | payload.n));
	} else {
		assert_true(payload.n < 65536);
		buf_char(&b, (char)(0x80 | 126));
		buf_char(&b, (char)(payload.n >> 8));
		buf_char(&b, (char)payload.n);
	}
	buf_add(&b, "\0\0\0\0", 4);
	buf_add(&b, payload.p, payload.n);
	write_all(c, buf_view(&b));
	buf_free(&b);
}

void
ws_client_say(struct ws_client *c, const char *fmt, ...)
{
	char *text = NULL;
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vasprintf(&text, fmt, ap);
	va_end(ap);
	assert_true(n >= 0);
	ws_client_send(c, CLIENT_TEXT, (struct str){text, (size_t)n});
	free(text);
}

/* A frame that has come whole, or false. */
static bool
take_frame(struct ws_client *c, struct ws_reply *r)
{
	const unsigned char *p = (const unsigned char *)c->in.data + c->used;
	size_t n = c->in.len - c->used, head = 2, size, i;

	if (n < 2)
		return false;
	head += p[1] == 126 ? 2 : p[1] == 127 ? 8 : 0;
	if (n < head)
		return false;
	for (i = 2, size = head == 2 ? p[1] : 0; i < head; i++)
		size = size << 8 | p[i];
	if (n < head + size)
		return false;
	*r = (struct ws_reply){p[0], 0, {(const char *)p + head, size}};
	if (p[0] == CLIENT_CLOSE && size >= 2) {
		r->code = (unsigned)p[head] << 8 | p[head + 1];
		r->text = (struct str){r->text.p + 2, size - 2};
	}
	c->used += head + size;
	return true;
}

static void
forget_used(struct ws_client *c)
{
	if (c->used < 65536)
		return;
	memmove(c->in.data, c->in.data + c->used, c->in.len - c->used);
	c->in.len -= c->used;
	c->used = 0;
}

struct ws_reply
ws_client_next(struct ws_client *c)
{
	struct ws_reply r = {0};
	struct pollfd p = {.fd = c->fd, .events = POLLIN};

	forget_used(c);
	while (!take_frame(c, &r))
		if (!read_more(c, WAIT_MS)) {
			if (poll(&p, 1, 0) == 0)
				fail_msg("nothing came");
			return (struct ws_reply){0};
		}
	return r;
}

struct ws_reply
ws_client_until(struct ws_client *c, const char *word)
{
	struct ws_reply r;

	do {
		r = ws_client_next(c);
		if (r.first == 0 || r.first == CLIENT_CLOSE)
			fail_msg("it ended (%u %.*s) without \"%s\"", r.code,
			    STR_FMT(r.text), word);
	} while (memmem(r.text.p, r.text.n, word, strlen(word)) == NULL);
	return r;
}

struct ws_reply
ws_client_closed(struct ws_client *c)
{
	struct ws_reply r;

	do {
		r = ws_client_next(c);
		if (r.first == 0)
			fail_msg("it ended without a close");
	} while (r.first != CLIENT_CLOSE);
	return r;
}

bool
ws_client_quiet(struct ws_client *c, int ms)
{
	struct ws_reply r;

	return !take_frame(c, &r) && !read_more(c, ms);
}

void
json_word(struct str json, const char *name, char *out, size_t size)
{
	char key[64];
	const char *from, *to;

	snprintf(key, sizeof(key), "\"%s\":\"", name);
	from = memmem(json.p, json.n, key, strlen(key));
	assert_non_null(from);
	from += strlen(key);
	to = memchr(from, '"', (size_t)(json.p + json.n - from));
	assert_non_null(to);
	assert_true((size_t)(to - from) < size);
	memcpy(out, from, (size_t)(to - from));
	out[to - from] = '\0';
}
