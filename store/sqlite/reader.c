/*
 * reader: the life of a reading connection. The mutex of a reader is there
 * only for readers_expire(), so it is nearly always free.
 */
#include "store/sqlite/reader.h"

#include <stdlib.h>
#include <time.h>

static int64_t
machine_steady(const struct clock *c)
{
	struct timespec t;

	(void)c;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static const struct clock machine_clock = {.steady_ms = machine_steady};

void
readers_init(struct readers *all, const char *path, const char *vfs,
    const struct clock *clock)
{
	*all = (struct readers){.path = path, .vfs = vfs};
	all->clock = clock != NULL ? clock : &machine_clock;
	pthread_mutex_init(&all->lock, NULL);
}

void
readers_free(struct readers *all)
{
	pthread_mutex_destroy(&all->lock);
}

/* ---- one reader -------------------------------------------------------- */

static enum err
connect_reader(struct reader *r)
{
	enum err e = conn_open(&r->conn, r->all->path, r->all->vfs, false);

	return e == OK ? conn_exec(&r->conn, "PRAGMA query_only = ON") : e;
}

static void
enlist(struct readers *all, struct reader *r)
{
	pthread_mutex_lock(&all->lock);
	r->next = all->first;
	r->prev = &all->first;
	if (r->next != NULL)
		r->next->prev = &r->next;
	all->first = r;
	pthread_mutex_unlock(&all->lock);
}

static void
delist(struct reader *r)
{
	pthread_mutex_lock(&r->all->lock);
	*r->prev = r->next;
	if (r->next != NULL)
		r->next->prev = r->prev;
	pthread_mutex_unlock(&r->all->lock);
}

enum err
reader_open(struct readers *all, struct reader **out)
{
	struct reader *r = calloc(1, sizeof(*r));
	enum err e;

	if (r == NULL)
		return E_NOMEM;
	r->all = all;
	pthread_mutex_init(&r->use, NULL);
	enlist(all, r);
	e = connect_reader(r);
	if (e == OK)
		*out = r;
	else
		reader_close(r);
	return e;
}

void
reader_close(struct reader *r)
{
	delist(r);
	conn_close(&r->conn);
	pthread_mutex_destroy(&r->use);
	free(r);
}

/* ---- moments ----------------------------------------------------------- */

static enum err
begin_locked(struct reader *r)
{
	enum err e = conn_run(&r->conn, SQL_BEGIN_READ);

	r->begun = e == OK;
	r->expired = false;
	r->begun_steady = clock_steady(r->all->clock);
	return e;
}

enum err
reader_begin(struct reader *r)
{
	enum err e = reader_enter(r);

	return e == OK ? reader_leave(r, begin_locked(r)) : e;
}

static void
end_moment(struct reader *r)
{
	if (sqlite3_get_autocommit(r->conn.db))
		return;
	if (conn_run(&r->conn, SQL_ROLLBACK) != OK)
		r->conn.failed = true;
}

void
reader_end(struct reader *r)
{
	pthread_mutex_lock(&r->use);
	end_moment(r);
	r->begun = r->expired = false;
	pthread_mutex_unlock(&r->use);
}

enum err
reader_enter(struct reader *r)
{
	pthread_mutex_lock(&r->use);
	if (r->expired)
		return reader_leave(r, E_LIMIT);
	if (!r->conn.failed || r->begun)
		return OK;
	/* After an I/O error nothing that it knows of the file counts. */
	conn_close(&r->conn);
	if (connect_reader(r) == OK)
		return OK;
	r->conn.failed = true;
	return reader_leave(r, E_IO);
}

enum err
reader_leave(struct reader *r, enum err e)
{
	pthread_mutex_unlock(&r->use);
	return e;
}

static void
expire_one(struct reader *r, int64_t now)
{
	/* One that is at work gives its moment up soon, or next time. */
	if (pthread_mutex_trylock(&r->use) != 0)
		return;
	if (r->begun && now - r->begun_steady >= READER_MS_MAX) {
		end_moment(r);
		r->expired = true;
	}
	pthread_mutex_unlock(&r->use);
}

void
readers_expire(struct readers *all)
{
	int64_t now = clock_steady(all->clock);

	pthread_mutex_lock(&all->lock);
	for (struct reader *r = all->first; r != NULL; r = r->next)
		expire_one(r, now);
	pthread_mutex_unlock(&all->lock);
}
