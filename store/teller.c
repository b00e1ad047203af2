/*
 * teller: one place under a lock. Whoever waits for it to be full is never
 * there at the same time as whoever waits for it to be empty, so one condition
 * serves both.
 */
#include "store/teller.h"

#include <stdlib.h>

/* With the lock held, but for the telling. */
static void
tell_given(struct teller *t)
{
	pthread_mutex_unlock(&t->lock);
	t->tell(t->arg, t->ops, t->n);
	pthread_mutex_lock(&t->lock);
	t->n = 0;
	pthread_cond_signal(&t->changed);
}

static void *
teller_main(void *teller)
{
	struct teller *t = teller;

	(void)pthread_setname_np(pthread_self(), "fd-teller");
	pthread_mutex_lock(&t->lock);
	while (t->n > 0 || !t->ending) {
		if (t->n > 0)
			tell_given(t);
		else
			pthread_cond_wait(&t->changed, &t->lock);
	}
	pthread_mutex_unlock(&t->lock);
	return NULL;
}

enum err
teller_start(struct teller *t, size_t group_max)
{
	t->n = 0;
	t->ending = false;
	t->ops = calloc(group_max, sizeof(struct store_op *));
	if (t->ops == NULL)
		return E_NOMEM;
	pthread_mutex_init(&t->lock, NULL);
	pthread_cond_init(&t->changed, NULL);
	if (pthread_create(&t->thread, NULL, teller_main, t) == 0)
		return OK;
	pthread_cond_destroy(&t->changed);
	pthread_mutex_destroy(&t->lock);
	free(t->ops);
	return E_NOMEM;
}

static void
wait_locked(struct teller *t)
{
	while (t->n > 0)
		pthread_cond_wait(&t->changed, &t->lock);
}

void
teller_wait(struct teller *t)
{
	pthread_mutex_lock(&t->lock);
	wait_locked(t);
	pthread_mutex_unlock(&t->lock);
}

struct store_op **
teller_give(struct teller *t, struct store_op **ops, size_t n)
{
	struct store_op **other;

	pthread_mutex_lock(&t->lock);
	wait_locked(t);
	other = t->ops;
	t->ops = ops;
	t->n = n;
	pthread_cond_signal(&t->changed);
	pthread_mutex_unlock(&t->lock);
	return other;
}

void
teller_stop(struct teller *t)
{
	pthread_mutex_lock(&t->lock);
	t->ending = true;
	pthread_cond_signal(&t->changed);
	pthread_mutex_unlock(&t->lock);
	pthread_join(t->thread, NULL);
	pthread_cond_destroy(&t->changed);
	pthread_mutex_destroy(&t->lock);
	free(t->ops);
}
