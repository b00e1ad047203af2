/*
 * presence: a table of sellers under one lock. A seller is in it while they
 * have a WebSocket, or something of theirs is still to be stored, or for some
 * hours after they asked for something without one.
 */
#include "gateway/presence.h"

#include <pthread.h>
#include <stdlib.h>

#define CHAINS 1024u
/* How often it is stored that somebody does things without a WebSocket. */
#define ACTED_MS 5000
/* Longer than any company waits for a seller to come back. */
#define KEPT_MS ((int64_t)2 * 3600 * 1000)

struct seller {
	struct presence *presence;
	int64_t agent;
	unsigned sockets;
	int64_t acted_at;  /* wall ms; 0: not lately */
	int64_t stored_at; /* wall ms; the one that was to be stored */
	/* To be stored. */
	bool moved; /* came or went */
	bool acted;
	bool said; /* that they are away, or not: */
	bool away;
	struct store_op *op; /* under way; or NULL */
	struct seller *next;
};

struct presence {
	struct presence_conf conf;
	pthread_mutex_t lock;
	pthread_cond_t idle;
	unsigned busy, waiting; /* sellers with an op; with what was not
				 * taken */
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

static bool
is_idle(const struct seller *s)
{
	return s->sockets == 0 && s->op == NULL && !s->moved && !s->said &&
	       !s->acted;
}

/* Those of whom nothing was heard for hours. */
static void
sweep(struct seller **at, int64_t now)
{
	struct seller *s;

	while ((s = *at) != NULL) {
		if (!is_idle(s) || now - s->acted_at < KEPT_MS) {
			at = &s->next;
			continue;
		}
		*at = s->next;
		free(s);
	}
}

static struct seller *
make(struct presence *p, int64_t agent)
{
	struct seller **at = place_of(p, agent);

	if (*at != NULL)
		return *at;
	sweep(&p->chains[(uint64_t)agent % CHAINS], clock_wall(p->conf.clock));
	at = place_of(p, agent);
	if ((*at = calloc(1, sizeof(**at))) != NULL) {
		(*at)->presence = p;
		(*at)->agent = agent;
	}
	return *at;
}

static void
forget_if_idle(struct presence *p, struct seller *s)
{
	struct seller **at = place_of(p, s->agent);

	if (!is_idle(s) || s->acted_at != 0)
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
	struct store_op *op;

	if (s->op != NULL || p->frozen || (!s->moved && !s->said && !s->acted))
		return;
	op = calloc(1, sizeof(*op));
	if (op == NULL) {
		p->waiting++;
		return;
	}
	*op = (struct store_op){.verb = STORE_PRESENCE,
	    .presence = {.agent = s->agent,
		.set_online = s->moved,
		.online = s->sockets > 0,
		.set_away = s->said,
		.away = s->away,
		.acted = s->acted,
		.at = clock_wall(p->conf.clock)},
	    .done = stored,
	    .arg = s};
	if (store_submit(p->conf.store, op) != OK) {
		free(op);
		p->waiting++;
		return;
	}
	s->op = op;
	s->moved = false;
	s->said = false;
	s->acted = false;
	p->busy++;
}

/* It is not lost unless there is nobody to whom it belongs. */
static void
put_back(struct presence *p, struct seller *s, const struct store_op *op)
{
	const struct store_presence *in = &op->presence;

	if (op->err == E_NOTFOUND)
		return;
	s->moved |= in->set_online;
	if (in->set_away && !s->said)
		s->away = in->away;
	s->said |= in->set_away;
	s->acted |= in->acted;
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
	s->op = NULL;
	if (op->err == OK)
		store(p, s);
	else
		put_back(p, s, op);
	forget_if_idle(p, s);
	if (--p->busy == 0)
		pthread_cond_broadcast(&p->idle);
	pthread_mutex_unlock(&p->lock);
	free(op);
}

/* ---- what may be said ---------------------------------------------------- */

/* Under the lock. */
static void
move(struct presence *p, struct seller *s)
{
	if (s->agent < 0)
		return;
	s->moved = true;
	store(p, s);
}

enum err
presence_enter(struct presence *p, int64_t agent)
{
	struct seller *s;
	enum err e = E_NOMEM;

	pthread_mutex_lock(&p->lock);
	s = make(p, agent);
	if (s != NULL)
		e = s->sockets < PRESENCE_SOCKETS ? OK : E_LIMIT;
	if (e == OK && s->sockets++ == 0)
		move(p, s);
	pthread_mutex_unlock(&p->lock);
	return e;
}

void
presence_leave(struct presence *p, int64_t agent)
{
	struct seller *s;

	pthread_mutex_lock(&p->lock);
	s = *place_of(p, agent);
	if (--s->sockets == 0)
		move(p, s);
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
presence_absent(struct presence *p, int64_t agent)
{
	struct seller *s;

	pthread_mutex_lock(&p->lock);
	s = make(p, agent);
	if (s != NULL && s->sockets == 0)
		move(p, s);
	pthread_mutex_unlock(&p->lock);
}

void
presence_acted(struct presence *p, int64_t agent)
{
	int64_t now = clock_wall(p->conf.clock);
	struct seller *s;

	pthread_mutex_lock(&p->lock);
	s = make(p, agent);
	if (s != NULL)
		s->acted_at = now;
	if (s != NULL && s->sockets == 0 &&
	    (now < s->stored_at || now - s->stored_at >= ACTED_MS)) {
		s->stored_at = now;
		s->acted = true;
		store(p, s);
	}
	pthread_mutex_unlock(&p->lock);
}

int64_t
presence_acted_at(struct presence *p, int64_t agent)
{
	struct seller *s;
	int64_t at;

	pthread_mutex_lock(&p->lock);
	s = *place_of(p, agent);
	at = s == NULL ? 0 : s->acted_at;
	pthread_mutex_unlock(&p->lock);
	return at;
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
