/* http_inbox: nothing lost, nothing twice, in order, and nobody sleeps on. */
#include "gateway/http_inbox.h"
#include "tests/lib/cmocka.h"

#include <poll.h>
#include <pthread.h>
#include <stdlib.h>

#define PUTTERS 4u
#define EACH 20000u

struct item {
	struct task task;
	unsigned putter, number;
};

struct putter {
	pthread_t thread;
	struct inbox *in;
	unsigned which;
	struct item *items;
};

static void
test_order(void **state)
{
	struct task tasks[3] = {{0}}, *t;
	struct inbox in;
	size_t i;

	(void)state;
	assert_int_equal(inbox_open(&in), OK);
	assert_null(inbox_take(&in));
	for (i = 0; i < 3; i++)
		inbox_put(&in, &tasks[i]);
	t = inbox_take(&in);
	for (i = 0; i < 3; i++, t = t->next)
		assert_ptr_equal(t, &tasks[i]);
	assert_null(t);
	assert_null(inbox_take(&in));
	inbox_wait(&in);
	inbox_close(&in);
}

static bool
rings(const struct inbox *in, int ms)
{
	struct pollfd p = {.fd = in->wake_fd, .events = POLLIN};

	return poll(&p, 1, ms) == 1;
}

static void
test_bell(void **state)
{
	struct task task = {0};
	struct inbox in;

	(void)state;
	assert_int_equal(inbox_open(&in), OK);
	assert_false(rings(&in, 0));
	inbox_put(&in, &task);
	assert_true(rings(&in, 0));
	assert_ptr_equal(inbox_take(&in), &task);
	assert_false(rings(&in, 0));
	inbox_wake(&in);
	assert_true(rings(&in, 0));
	assert_null(inbox_take(&in));
	assert_false(rings(&in, 0));
	inbox_close(&in);
}

static void *
put_all(void *putter)
{
	struct putter *p = putter;
	unsigned i;

	for (i = 0; i < EACH; i++) {
		p->items[i].putter = p->which;
		p->items[i].number = i;
		inbox_put(p->in, &p->items[i].task);
	}
	return NULL;
}

static void
test_threads(void **state)
{
	struct putter putters[PUTTERS];
	unsigned next[PUTTERS] = {0}, all = 0, i;
	struct inbox in;
	struct task *t, *after;

	(void)state;
	assert_int_equal(inbox_open(&in), OK);
	for (i = 0; i < PUTTERS; i++) {
		putters[i] = (struct putter){.in = &in, .which = i};
		putters[i].items = calloc(EACH, sizeof(struct item));
		assert_non_null(putters[i].items);
		assert_int_equal(pthread_create(&putters[i].thread, NULL,
				     put_all, &putters[i]),
		    0);
	}
	while (all < PUTTERS * EACH) {
		assert_true(rings(&in, 5000));
		for (t = inbox_take(&in); t != NULL; t = after, all++) {
			struct item *it = CONTAINER_OF(t, struct item, task);

			after = t->next;
			assert_int_equal(it->number, next[it->putter]++);
		}
	}
	inbox_wait(&in);
	inbox_close(&in);
	for (i = 0; i < PUTTERS; i++) {
		pthread_join(putters[i].thread, NULL);
		free(putters[i].items);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_order),
	    cmocka_unit_test(test_bell),
	    cmocka_unit_test(test_threads),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
