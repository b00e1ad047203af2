/*
 * http: answers that come later: from other threads, after the deadline,
 * after the client has gone, after the front itself is gone.
 */
#include "tests/gateway/http_client.h"
#include "tests/lib/cmocka.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#define HELD_MAX 256u
#define GET(path) "GET " path " HTTP/1.1\r\nHost: t\r\n\r\n"

/* Requests whose answer is due, for any thread to take. */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct request *held[HELD_MAX];
static _Atomic unsigned held_count, all_held;
static _Atomic bool done;

static void
on_hold(struct request *r)
{
	pthread_mutex_lock(&lock);
	assert_in_range(held_count, 0, HELD_MAX - 1);
	held[held_count] = r;
	atomic_fetch_add(&held_count, 1);
	pthread_mutex_unlock(&lock);
	atomic_fetch_add(&all_held, 1);
}

static void
on_patient(struct request *r)
{
	request_wait_longer(r, 60000);
	on_hold(r);
}

static struct request *
take_held(void)
{
	struct request *r = NULL;

	pthread_mutex_lock(&lock);
	if (held_count > 0)
		r = held[atomic_fetch_sub(&held_count, 1) - 1];
	pthread_mutex_unlock(&lock);
	return r;
}

static void
answer(struct request *r)
{
	struct str id = request_id(r);

	request_add_header(r, "X-Late", STR("yes"));
	assert_int_equal(id.n, 16);
	assert_non_null(arena_alloc(request_arena(r), 5000));
	request_reply(r, 200, "text/plain", STR("later\n"));
}

static void
on_hello(struct request *r)
{
	request_reply(r, 200, "text/plain", STR("hello\n"));
}

static _Atomic unsigned inside, stopping;

/* Still at work when something else begins. */
static void
on_slow(struct request *r)
{
	const struct timespec moment = {.tv_nsec = 50000000};

	atomic_store(&inside, 1);
	(void)client_until(&stopping, 1);
	nanosleep(&moment, NULL);
	on_hold(r);
}

static const struct route routes[] = {
    {.method = "GET", .path = "/slow", .handle = on_slow},
    {.method = "GET", .path = "/hold", .handle = on_hold},
    {.method = "GET", .path = "/patient", .handle = on_patient},
    {.method = "GET", .path = "/hello", .handle = on_hello},
    {.path = NULL},
};

static struct http *
front(unsigned reply_ms)
{
	struct http_conf conf = client_conf(routes, NULL);

	held_count = all_held = 0;
	done = false;
	conf.reply_ms = reply_ms;
	return client_front(&conf);
}

static void
test_later(void **state)
{
	struct http *h = front(5000);
	int fd = client_connect(h);
	const char *got;

	(void)state;
	client_send(fd, GET("/hold") GET("/hello"));
	assert_true(client_until(&all_held, 1));
	answer(take_held());
	got = client_read(fd, "hello\n", NULL);
	assert_non_null(strstr(got, "later\n"));
	assert_non_null(strstr(got, "X-Late: yes"));
	assert_true(strstr(got, "later\n") < strstr(got, "hello\n"));
	close(fd);
	http_stop(h);
}

/* The client is told; the connection serves on; the answer goes nowhere. */
static void
test_deadline(void **state)
{
	struct http *h = front(100);
	int fd = client_connect(h);
	const char *got;

	(void)state;
	client_send(fd, GET("/hold"));
	got = client_read(fd, "}", NULL);
	assert_memory_equal(got, "HTTP/1.1 503", 12);
	assert_non_null(strstr(got, "\"urn:frontdesk:fault:busy\""));
	assert_non_null(strstr(got, "Retry-After: 1"));
	client_send(fd, GET("/hello"));
	assert_non_null(strstr(client_read(fd, "hello\n", NULL), " 200 "));
	answer(take_held());
	client_send(fd, GET("/hello"));
	got = client_read(fd, "hello\n", NULL);
	assert_null(strstr(got, "later"));
	close(fd);
	http_stop(h);
}

static void
test_patience(void **state)
{
	struct http *h = front(50);
	const struct timespec longer = {.tv_nsec = 200000000};
	int fd = client_connect(h), other = client_connect(h);

	(void)state;
	client_send(fd, GET("/patient"));
	assert_true(client_until(&all_held, 1));
	nanosleep(&longer, NULL);
	answer(take_held());
	assert_non_null(strstr(client_read(fd, "\n\r\n", NULL), " 200 "));
	close(fd);
	close(other);
	http_stop(h);
}

/* Nobody is there any more when the answer comes. */
static void
test_client_left(void **state)
{
	struct http *h = front(5000);
	int fd = client_connect(h);

	(void)state;
	client_send(fd, GET("/hold"));
	assert_true(client_until(&all_held, 1));
	close(fd);
	answer(take_held());
	assert_non_null(strstr(
	    client_ask(h,
		"GET /hello HTTP/1.1\r\nHost: t\r\nConnection: close\r\n\r\n"),
	    "hello\n"));
	http_stop(h);
}

static void
test_stop(void **state)
{
	struct http *h = front(60000);
	int waiting = client_connect(h), half = client_connect(h);
	int64_t begin = client_now();
	const char *got;
	bool closed;

	(void)state;
	client_send(waiting, GET("/patient"));
	assert_true(client_until(&all_held, 1));
	client_send(half, "GET /hello HTTP/1.1\r\nHo");
	http_stop(h);
	assert_in_range(client_now() - begin, 0, 4000);
	got = client_read(waiting, NULL, &closed);
	assert_true(closed);
	assert_memory_equal(got, "HTTP/1.1 503", 12);
	assert_non_null(strstr(got, "going_away"));
	assert_non_null(strstr(got, "Connection: close"));
	got = client_read(half, NULL, &closed);
	assert_true(closed);
	/* The front is gone; its request may still be answered. */
	answer(take_held());
	close(waiting);
	close(half);
}

/*
 * As many requests at once as the library takes from the kernel in one go,
 * and no more events after them.
 */
static void
test_full_batch(void **state)
{
	struct http_conf conf = client_conf(routes, NULL);
	int first, fds[128];
	struct http *h;
	size_t i;

	(void)state;
	inside = stopping = held_count = all_held = 0;
	conf.threads = 1;
	h = client_front(&conf);
	first = client_connect(h);
	for (i = 0; i < ARRAY_LEN(fds); i++) {
		fds[i] = client_connect(h);
		client_send(fds[i], GET("/hello"));
		client_read(fds[i], "hello\n", NULL);
	}
	client_send(first, GET("/slow"));
	assert_true(client_until(&inside, 1));
	for (i = 0; i < ARRAY_LEN(fds); i++)
		client_send(fds[i], GET("/hello"));
	atomic_store(&stopping, 1);
	for (i = 0; i < ARRAY_LEN(fds); i++) {
		assert_non_null(
		    strstr(client_read(fds[i], "hello\n", NULL), " 200 "));
		close(fds[i]);
	}
	answer(take_held());
	close(first);
	http_stop(h);
}

static void
test_stop_in_handler(void **state)
{
	struct http *h = front(60000);
	int fd = client_connect(h);
	bool closed;

	(void)state;
	inside = stopping = 0;
	client_send(fd, GET("/slow"));
	assert_true(client_until(&inside, 1));
	atomic_store(&stopping, 1);
	http_stop(h);
	client_read(fd, NULL, &closed);
	assert_true(closed);
	answer(take_held());
	close(fd);
}

/* ---- many at once ------------------------------------------------------ */

static void *
answer_all(void *seed)
{
	unsigned random = (unsigned)(uintptr_t)seed;
	struct request *r;

	while ((r = take_held()) != NULL || !atomic_load(&done)) {
		struct timespec t = {.tv_nsec = rand_r(&random) % 3000000};

		if (r == NULL || rand_r(&random) % 4 == 0)
			nanosleep(&t, NULL);
		if (r != NULL)
			answer(r);
	}
	return NULL;
}

struct asker {
	const struct http *h;
	unsigned random, later, busy, wrong;
};

static void *
ask_on(void *arg)
{
	struct asker *a = arg;
	char got[1024];
	int i, fd = client_connect(a->h);

	for (i = 0; i < 150; i++) {
		ssize_t n;

		client_send(fd, GET("/hold"));
		if (rand_r(&a->random) % 16 == 0) {
			close(fd);
			fd = client_connect(a->h);
			continue;
		}
		n = read(fd, got, sizeof(got) - 1);
		got[n < 0 ? 0 : n] = '\0';
		if (strncmp(got, "HTTP/1.1 200", 12) == 0)
			a->later++;
		else if (strncmp(got, "HTTP/1.1 503", 12) == 0)
			a->busy++;
		else
			a->wrong++;
	}
	close(fd);
	return NULL;
}

/* Answers race with the deadline, with clients that leave, and the stop. */
static void
test_races(void **state)
{
	struct http *h = front(2);
	unsigned seed = (unsigned)time(NULL);
	struct asker askers[8];
	pthread_t threads[8], answerers[2];
	size_t i;

	(void)state;
	print_message("seed %u\n", seed);
	for (i = 0; i < ARRAY_LEN(answerers); i++)
		pthread_create(&answerers[i], NULL, answer_all,
		    (void *)(uintptr_t)(seed + i));
	for (i = 0; i < ARRAY_LEN(askers); i++) {
		askers[i] = (struct asker){
		    .h = h, .random = seed + 100 + (unsigned)i};
		pthread_create(&threads[i], NULL, ask_on, &askers[i]);
	}
	for (i = 0; i < ARRAY_LEN(askers); i++) {
		pthread_join(threads[i], NULL);
		assert_int_equal(askers[i].wrong, 0);
		assert_true(askers[i].later > 0);
	}
	http_stop(h);
	atomic_store(&done, true);
	for (i = 0; i < ARRAY_LEN(answerers); i++)
		pthread_join(answerers[i], NULL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_later),
	    cmocka_unit_test(test_deadline),
	    cmocka_unit_test(test_patience),
	    cmocka_unit_test(test_client_left),
	    cmocka_unit_test(test_stop),
	    cmocka_unit_test(test_full_batch),
	    cmocka_unit_test(test_stop_in_handler),
	    cmocka_unit_test(test_races),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
