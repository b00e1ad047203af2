/*
 * http: answers that are files: every byte of them, to those who read slowly,
 * leave half-way or come too late; and no descriptor stays behind.
 */
#include "tests/gateway/http_client.h"
#include "tests/lib/cmocka.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define SIZE ((size_t)5 << 20)
#define GET(path) "GET " path " HTTP/1.1\r\nHost: t\r\n\r\n"

static struct request *held;
static _Atomic unsigned held_count;

/* The byte at place i of the file. */
static char
byte_at(size_t i)
{
	return (char)((i * 2654435761u) >> 13);
}

static int
make_file(size_t size)
{
	int fd = memfd_create("file", MFD_CLOEXEC);
	char *bytes = malloc(size + 1);
	size_t i;

	assert_true(fd >= 0);
	assert_non_null(bytes);
	for (i = 0; i < size; i++)
		bytes[i] = byte_at(i);
	assert_int_equal(write(fd, bytes, size), size);
	free(bytes);
	return fd;
}

static void
on_file(struct request *r)
{
	request_add_header(r, "X-Extra", STR("yes"));
	request_send_file(r, "image/png", make_file(SIZE), SIZE);
}

static void
on_empty(struct request *r)
{
	request_send_file(r, "image/png", make_file(0), 0);
}

static void
on_late(struct request *r)
{
	held = r;
	atomic_fetch_add(&held_count, 1);
}

static void
on_hello(struct request *r)
{
	request_reply(r, 200, "text/plain", STR("hello\n"));
}

static const struct route routes[] = {
    {.method = "GET", .path = "/file", .handle = on_file},
    {.method = "GET", .path = "/empty", .handle = on_empty},
    {.method = "GET", .path = "/late", .handle = on_late},
    {.method = "GET", .path = "/hello", .handle = on_hello},
    {.path = NULL},
};

static struct http *
front(unsigned reply_ms)
{
	struct http_conf conf = client_conf(routes, NULL);

	held_count = 0;
	conf.reply_ms = reply_ms;
	return client_front(&conf);
}

/* ---- descriptors ------------------------------------------------------- */

static unsigned
count_files(void)
{
	DIR *d = opendir("/proc/self/fd");
	char path[300], name[64];
	struct dirent *e;
	unsigned n = 0;
	ssize_t size;

	assert_non_null(d);
	while ((e = readdir(d)) != NULL) {
		snprintf(path, sizeof(path), "/proc/self/fd/%s", e->d_name);
		size = readlink(path, name, sizeof(name) - 1);
		n += size > 6 && strncmp(name, "/memfd", 6) == 0;
	}
	closedir(d);
	return n;
}

static void
none_left(void)
{
	const struct timespec moment = {.tv_nsec = 1000000};
	int64_t until = client_now() + CLIENT_WAIT_MS;

	while (count_files() > 0 && client_now() < until)
		nanosleep(&moment, NULL);
	assert_int_equal(count_files(), 0);
}

/* ---- reading ----------------------------------------------------------- */

/* Reads n bytes of the file from its beginning and compares them. */
static void
read_file(int fd, const char *begun, size_t n)
{
	char piece[1u << 16];
	size_t at = strlen(begun), i;
	ssize_t more;

	for (i = 0; i < at; i++)
		assert_int_equal(begun[i], byte_at(i));
	for (; at < n; at += (size_t)more) {
		more = recv(fd, piece,
		    n - at < sizeof(piece) ? n - at : sizeof(piece), 0);
		assert_true(more > 0);
		for (i = 0; i < (size_t)more; i++)
			if (piece[i] != byte_at(at + i))
				fail_msg("byte %zu is wrong", at + i);
	}
}

/* The head of the answer, byte by byte, so that nothing of the file goes. */
static const char *
read_head(int fd)
{
	static char head[4096];
	size_t n = 0;

	while (n < sizeof(head) - 1 && recv(fd, head + n, 1, 0) == 1) {
		head[++n] = '\0';
		if (n >= 4 && strcmp(head + n - 4, "\r\n\r\n") == 0)
			return head;
	}
	fail_msg("no head, but %s", head);
	return NULL;
}

static void
test_whole(void **state)
{
	struct http *h = front(5000);
	int fd = client_connect(h);
	const char *head;

	(void)state;
	client_send(fd, GET("/file") GET("/hello"));
	head = read_head(fd);
	assert_non_null(strstr(head, "HTTP/1.1 200"));
	assert_non_null(strstr(head, "\r\nContent-Length: 5242880\r\n"));
	assert_non_null(strstr(head, "\r\nContent-Type: image/png\r\n"));
	assert_non_null(strstr(head, "\r\nX-Content-Type-Options: nosniff"));
	assert_non_null(strstr(head, "\r\nX-Extra: yes\r\n"));
	read_file(fd, "", SIZE);
	assert_non_null(strstr(client_read(fd, "hello\n", NULL), "200"));
	close(fd);
	none_left();
	http_stop(h);
}

static void
test_head_alone(void **state)
{
	struct http *h = front(5000);
	int fd = client_connect(h);

	(void)state;
	client_send(fd, "HEAD /file HTTP/1.1\r\nHost: t\r\n\r\n" GET("/empty"));
	assert_non_null(
	    strstr(read_head(fd), "\r\nContent-Length: 5242880\r\n"));
	assert_non_null(strstr(read_head(fd), "\r\nContent-Length: 0\r\n"));
	close(fd);
	none_left();
	http_stop(h);
}

static void
test_leaves_half_way(void **state)
{
	struct http *h = front(5000);
	int fd = client_connect(h);

	(void)state;
	client_send(fd, GET("/file"));
	(void)read_head(fd);
	read_file(fd, "", 100000);
	assert_int_equal(count_files(), 1);
	close(fd);
	none_left();
	http_stop(h);
}

/* Whoever waited has had 503 by then. */
static void
test_late(void **state)
{
	struct http *h = front(50);
	int fd = client_connect(h);

	(void)state;
	client_send(fd, GET("/late"));
	assert_non_null(strstr(client_read(fd, "}", NULL), "503"));
	assert_true(client_until(&held_count, 1));
	request_send_file(held, "image/png", make_file(SIZE), SIZE);
	none_left();
	close(fd);
	http_stop(h);
}

static void
test_after_stop(void **state)
{
	struct http *h = front(5000);
	int fd = client_connect(h);

	(void)state;
	client_send(fd, GET("/late"));
	assert_true(client_until(&held_count, 1));
	http_stop(h);
	request_send_file(held, "image/png", make_file(SIZE), SIZE);
	none_left();
	close(fd);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_whole),
	    cmocka_unit_test(test_head_alone),
	    cmocka_unit_test(test_leaves_half_way),
	    cmocka_unit_test(test_late),
	    cmocka_unit_test(test_after_stop),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
