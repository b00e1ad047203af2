/*
 * mailbox: a list under a lock and an eventfd. Only the first letter into an
 * empty box writes the descriptor, so a burst costs one system call.
 */
#include "bus/mailbox.h"

#include <sys/eventfd.h>
#include <unistd.h>

enum err
mailbox_open(struct mailbox *b)
{
	*b = (struct mailbox){.fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)};
	if (b->fd < 0)
		return E_IO;
	pthread_mutex_init(&b->lock, NULL);
	b->last = &b->first;
	return OK;
}

void
mailbox_close(struct mailbox *b)
{
	close(b->fd);
	pthread_mutex_destroy(&b->lock);
}

int
mailbox_fd(const struct mailbox *b)
{
	return b->fd;
}

void
mailbox_post(struct mailbox *b, struct mail *m)
{
	bool wake;

	m->next = NULL;
	pthread_mutex_lock(&b->lock);
	wake = b->first == NULL;
	*b->last = m;
	b->last = &m->next;
	if (wake)
		eventfd_write(b->fd, 1);
	pthread_mutex_unlock(&b->lock);
}

bool
mailbox_run(struct mailbox *b, void *owner)
{
	struct mail *m, *next;
	eventfd_t n;

	pthread_mutex_lock(&b->lock);
	m = b->first;
	b->first = NULL;
	b->last = &b->first;
	if (m != NULL)
		eventfd_read(b->fd, &n);
	pthread_mutex_unlock(&b->lock);
	if (m == NULL)
		return false;
	for (; m != NULL; m = next) {
		next = m->next;
		m->fn(owner, m);
	}
	return true;
}
