/* pool: a list under a mutex, and the threads that take from it. */
#include "gateway/pool.h"

#include <pthread.h>
#include <stdlib.h>

struct pool_thread {
	struct pool *pool;
	pthread_t thread;
	void *own;
};

struct pool {
	struct pool_conf conf;
	pthread_mutex_t lock;
	pthread_cond_t more;
	struct pool_job *first, **last; /* under lock */
	unsigned waiting;		/* under lock */
	bool closed;			/* under lock */
	unsigned running;		/* threads that were begun */
	struct pool_thread threads[];
};

/* NULL: the pool has ended, and nothing waits. */
static struct pool_job *
take(struct pool *p, enum err *e)
{
	struct pool_job *j;

	pthread_mutex_lock(&p->lock);
	while (p->first == NULL && !p->closed)
		pthread_cond_wait(&p->more, &p->lock);
	*e = p->closed ? E_CLOSED : OK;
	if ((j = p->first) != NULL) {
		p->first = j->next;
		if (p->first == NULL)
			p->last = &p->first;
		p->waiting--;
	}
	pthread_mutex_unlock(&p->lock);
	return j;
}

static void *
pool_main(void *arg)
{
	struct pool_thread *t = arg;
	struct pool_job *j;
	enum err e;

	(void)pthread_setname_np(pthread_self(), t->pool->conf.name);
	while ((j = take(t->pool, &e)) != NULL)
		j->run(j, t->own, e);
	return NULL;
}

static enum err
thread_start(struct pool *p, struct pool_thread *t)
{
	enum err e = OK;

	t->pool = p;
	if (p->conf.begin != NULL)
		e = p->conf.begin(p->conf.arg, &t->own);
	if (e != OK)
		return e;
	if (pthread_create(&t->thread, NULL, pool_main, t) == 0)
		return OK;
	if (p->conf.end != NULL)
		p->conf.end(t->own);
	return E_NOMEM;
}

enum err
pool_start(const struct pool_conf *conf, struct pool **out)
{
	struct pool *p = calloc(
	    1, sizeof(*p) + conf->threads * sizeof(p->threads[0]));
	enum err e = OK;

	if (p == NULL)
		return E_NOMEM;
	p->conf = *conf;
	p->last = &p->first;
	pthread_mutex_init(&p->lock, NULL);
	pthread_cond_init(&p->more, NULL);
	while (e == OK && p->running < conf->threads)
		if ((e = thread_start(p, &p->threads[p->running])) == OK)
			p->running++;
	if (e == OK) {
		*out = p;
	} else {
		pool_end(p);
		pool_free(p);
	}
	return e;
}

enum err
pool_put(struct pool *p, struct pool_job *j)
{
	enum err e = OK;

	j->next = NULL;
	pthread_mutex_lock(&p->lock);
	if (p->closed) {
		e = E_CLOSED;
	} else if (p->waiting >= p->conf.waiting_max) {
		e = E_LIMIT;
	} else {
		*p->last = j;
		p->last = &j->next;
		p->waiting++;
		pthread_cond_signal(&p->more);
	}
	pthread_mutex_unlock(&p->lock);
	return e;
}

void
pool_end(struct pool *p)
{
	if (p == NULL)
		return;
	pthread_mutex_lock(&p->lock);
	p->closed = true;
	pthread_cond_broadcast(&p->more);
	pthread_mutex_unlock(&p->lock);
	for (; p->running > 0; p->running--) {
		struct pool_thread *t = &p->threads[p->running - 1];

		pthread_join(t->thread, NULL);
		if (p->conf.end != NULL)
			p->conf.end(t->own);
	}
}

void
pool_free(struct pool *p)
{
	if (p == NULL)
		return;
	pthread_cond_destroy(&p->more);
	pthread_mutex_destroy(&p->lock);
	free(p);
}
