/* http_inbox: a stack by compare and exchange, turned around when taken. */
#include "gateway/http_inbox.h"

#include <sched.h>
#include <sys/eventfd.h>
#include <unistd.h>

enum err
inbox_open(struct inbox *in)
{
	in->newest = NULL;
	in->putting = 0;
	in->wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	return in->wake_fd < 0 ? E_IO : OK;
}

void
inbox_close(struct inbox *in)
{
	if (in->wake_fd >= 0)
		close(in->wake_fd);
	in->wake_fd = -1;
}

void
inbox_wake(struct inbox *in)
{
	uint64_t one = 1;

	/* Full means that it is awake. */
	if (write(in->wake_fd, &one, sizeof(one)) < 0)
		return;
}

void
inbox_put(struct inbox *in, struct task *t)
{
	struct task *newest;

	atomic_fetch_add(&in->putting, 1);
	newest = atomic_load_explicit(&in->newest, memory_order_relaxed);
	do
		t->next = newest;
	while (!atomic_compare_exchange_weak(&in->newest, &newest, t));
	if (newest == NULL)
		inbox_wake(in);
	atomic_fetch_sub(&in->putting, 1);
}

struct task *
inbox_take(struct inbox *in)
{
	struct task *t, *next, *oldest = NULL;
	uint64_t count;

	/* First the bell, then the box: a bell after that is not lost. */
	if (read(in->wake_fd, &count, sizeof(count)) < 0)
		count = 0;
	for (t = atomic_exchange(&in->newest, NULL); t != NULL; t = next) {
		next = t->next;
		t->next = oldest;
		oldest = t;
	}
	return oldest;
}

void
inbox_wait(const struct inbox *in)
{
	while (atomic_load(&in->putting) > 0)
		sched_yield();
}
