/*
 * presence: a table of sellers under one lock. A seller is in it while they
 * have a WebSocket, or something of theirs is still to be stored.
 */
#include "gateway/presence.h"

#include <pthread.h>
#include <stdlib.h>

#define CHAINS 1024u

struct seller {
	struct presence *presence;
	int64_t agent;
	unsigned sockets;
	/* To be stored. */
	bool moved; /* came or went */
	bool said;  /* that they are away, or not: */
	bool away;
	bool busy; /* op is under way */
	struct store_op op;
	struct seller *next;
};

struct presence {
	struct presence_conf conf;
	pthread_mutex_t lock;
	pthread_cond_t idle;
	unsigned busy, waiting; /* sellers with an op; with what was refused */
	bool frozen;
	struct seller *chains[CHAINS];
};

/* ---- the table; under the lock ------------------------------------------- */

static struct seller **
place_of(struct presence *p, int64_t agent)
{
	struct seller **at = &p->chains[(uint64_t)agent % CHAINS];

	while (*at != NULL && (*at)->agent != agent)
		at = &(*at)->next;
	return at;
}

static struct seller *
make(struct presence *p, int64_t agent)
{
	struct seller **at = place_of(p, agent);

	if (*at == NULL && (*at = calloc(1, sizeof(**at))) != NULL) {
		(*at)->presence = p;
		(*at)->agent = agent;
	}
	return *at;
}

static void
forget_if_idle(struct presence *p, struct seller *s)
{
	struct seller **at = place_of(p, s->agent);

	if (s->sockets > 0 || s->busy || s->moved || s->said)
		return;
	*at = s->next;
	free(s);
}

/* ---- storing ------------------------------------------------------------- */

static void
tell(struct presence *p, const struct store_presence *in)
{
	struct buf body = {0};

	buf_addf(&body, "{\"agent\":%lld,\"online\":%s,\"away\":%s}",
	    (long long)in->agent, in->online ? "true" : "false",
	    in->away ? "true" : "false");
	if (!body.failed)
		bus_add_news(
		    p->conf.publisher, &(struct news){.kind = NEWS_STAFF,
					   .company = in->company,
					   .seq = (uint64_t)in->agent,
					   .body = buf_view(&body)});
	buf_free(&body);
}

static void stored(struct store_op *op);

/* Under the lock. */
static void
store(struct presence *p, struct seller *s)
{
	if (s->busy || p->frozen || (!s->moved && !s->said))
		return;
	s->op = (struct store_op){.verb = STORE_PRESENCE,
	    .presence = {.agent = s->agent,
		.set_online = s->moved,
		.online = s->sockets > 0,
		.set_away = s->said,
		.away = s->away,
		.at = clock_wall(p->conf.clock)},
	    .done = stored,
	    .arg = s};
	if (store_submit(p->conf.store, &s->op) != OK) {
		p->waiting++;
		return;
	}
	s->busy = true;
	s->moved = false;
	s->said = false;
	p->busy++;
}

/* It is not lost unless there is nobody to whom it belongs. */
static void
put_back(struct presence *p, struct seller *s)
{
	const struct store_presence *in = &s->op.presence;

	if (s->op.err == E_NOTFOUND)
		return;
	s->moved |= in->set_online;
	if (in->set_away && !s->said)
		s->away = in->away;
	s->said |= in->set_away;
	p->waiting++;
}

/*
 * Who was online when a process died is so in the store: that they came again
 * changes nothing there, but those who watched them go hear of it.
 */
static bool
is_news(const struct store_presence *in)
{
	return in->changed || (in->set_online && in->online);
}

/* On the store's thread. */
static void
stored(struct store_op *op)
{
	struct seller *s = op->arg;
	struct presence *p = s->presence;

	pthread_mutex_lock(&p->lock);
	if (op->err == OK && is_news(&op->presence))
		tell(p, &op->presence);
	s->busy = false;
	if (op->err == OK)
		store(p, s);
	else
		put_back(p, s);
	forget_if_idle(p, s);
	if (--p->busy == 0)
		pthread_cond_broadcast(&p->idle);
	pthread_mutex_unlock(&p->lock);
}

/* ---- what may be said ---------------------------------------------------- */

enum err
presence_enter(struct presence *p, int64_t agent)
{
	struct seller *s;

	pthread_mutex_lock(&p->lock);
	s = make(p, agent);
	if (s != NULL && s->sockets++ == 0) {
		s->moved = true;
		store(p, s);
	}
	pthread_mutex_unlock(&p->lock);
	return s == NULL ? E_NOMEM : OK;
}

void
presence_leave(struct presence *p, int64_t agent)
{
	struct seller *s;

	pthread_mutex_lock(&p->lock);
	s = *place_of(p, agent);
	if (--s->sockets == 0) {
		s->moved = true;
		store(p, s);
	}
	forget_if_idle(p, s);
	pthread_mutex_unlock(&p->lock);
}

void
presence_set_away(struct presence *p, int64_t agent, bool away)
{
	struct seller *s;

	pthread_mutex_lock(&p->lock);
	s = *place_of(p, agent);
	s->said = true;
	s->away = away;
	store(p, s);
	pthread_mutex_unlock(&p->lock);
}

bool
presence_has(struct presence *p, int64_t agent)
{
	struct seller *s;
	bool has;

	pthread_mutex_lock(&p->lock);
	s = *place_of(p, agent);
	has = s != NULL && s->sockets > 0;
	pthread_mutex_unlock(&p->lock);
	return has;
}

void
presence_freeze(struct presence *p)
{
	pthread_mutex_lock(&p->lock);
	p->frozen = true;
	pthread_mutex_unlock(&p->lock);
}

static void
retry_chain(struct presence *p, struct seller **at)
{
	struct seller *s;

	for (s = *at; s != NULL; s = s->next)
		store(p, s);
}

void
presence_retry(struct presence *p)
{
	size_t i;

	pthread_mutex_lock(&p->lock);
	if (p->waiting > 0) {
		p->waiting = 0;
		for (i = 0; i < CHAINS; i++)
			retry_chain(p, &p->chains[i]);
	}
	pthread_mutex_unlock(&p->lock);
}

/* ---- life ---------------------------------------------------------------- */

enum err
presence_open(const struct presence_conf *conf, struct presence **out)
{
	struct presence *p = calloc(1, sizeof(*p));

	if (p == NULL)
		return E_NOMEM;
	p->conf = *conf;
	pthread_mutex_init(&p->lock, NULL);
	pthread_cond_init(&p->idle, NULL);
	*out = p;
	return OK;
}

void
presence_close(struct presence *p)
{
	struct seller *s;
	size_t i;

	if (p == NULL)
		return;
	pthread_mutex_lock(&p->lock);
	while (p->busy > 0)
		pthread_cond_wait(&p->idle, &p->lock);
	pthread_mutex_unlock(&p->lock);
	for (i = 0; i < CHAINS; i++)
		while ((s = p->chains[i]) != NULL) {
			p->chains[i] = s->next;
			free(s);
		}
	pthread_cond_destroy(&p->idle);
	pthread_mutex_destroy(&p->lock);
	free(p);
}
