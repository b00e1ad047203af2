/*
 * staff_cache: callers of a moment ago, by the hash of what they showed. One
 * lock, and a reader of its own under it: a miss may block for a few point
 * reads, as in store/company_cache.c. What is fresh costs no read.
 */
#include "gateway/staff_inside.h"
#include "core/json.h"

#include <pthread.h>
#include <stdlib.h>

#define CHAINS 2048u
#define ENTRIES_MAX 8192u
/* How often it is written down that a pass was used. */
#define SEEN_MS 60000

struct entry {
	struct caller who;
	int64_t created_at, seen_at; /* wall ms */
	int64_t checked;	     /* steady ms */
	struct entry *next;
};

struct staff_cache {
	struct staff *staff;
	struct store_reader *reader;
	pthread_mutex_t lock;
	struct arena arena; /* of one look-up */
	struct entry *chains[CHAINS];
	unsigned count;
};

/* ---- the table --------------------------------------------------------- */

static struct entry **
chain_of(struct staff_cache *c, const unsigned char hash[PASS_HASH])
{
	uint32_t n;

	memcpy(&n, hash, sizeof(n));
	return &c->chains[n % CHAINS];
}

/* Where the pointer to it is; to NULL, if there is none. */
static struct entry **
find(struct staff_cache *c, const unsigned char hash[PASS_HASH])
{
	struct entry **at = chain_of(c, hash);

	while (*at != NULL && memcmp((*at)->who.hash, hash, PASS_HASH) != 0)
		at = &(*at)->next;
	return at;
}

static void
remove_at(struct staff_cache *c, struct entry **at)
{
	struct entry *e = *at;

	*at = e->next;
	free(e);
	c->count--;
}

/* What is set counts; nothing set: all. */
struct which {
	int64_t company, agent, pass;
};

static bool
is_one(const struct caller *who, const struct which *w)
{
	return (w->company == 0 || who->company == w->company) &&
	       (w->agent == 0 || who->agent == w->agent) &&
	       (w->pass == 0 || who->pass == w->pass);
}

static void
drop(struct staff_cache *c, const struct which *w)
{
	struct entry **at;
	size_t i;

	for (i = 0; i < CHAINS; i++)
		for (at = &c->chains[i]; *at != NULL;)
			if (is_one(&(*at)->who, w))
				remove_at(c, at);
			else
				at = &(*at)->next;
}

static void
drop_locked(struct staff_cache *c, const struct which *w)
{
	pthread_mutex_lock(&c->lock);
	drop(c, w);
	pthread_mutex_unlock(&c->lock);
}

void
staff_cache_drop(struct staff_cache *c, int64_t agent, int64_t pass)
{
	drop_locked(
	    c, &(struct which){.agent = pass == 0 ? agent : 0, .pass = pass});
}

void
staff_cache_forget(struct staff_cache *c, int64_t company)
{
	drop_locked(c, &(struct which){.company = company});
}

/* ---- looking up -------------------------------------------------------- */

enum err
staff_role(struct store_reader *r, int64_t company, struct str role,
    struct arena *a, unsigned *permissions)
{
	struct item which = {
	    .company = company, .kind = ITEM_ROLE, .key = role};
	struct item item;
	enum err e;

	*permissions = 0;
	if (role_builtin(role, permissions))
		return OK;
	e = store_read_item(r, &which, a, &item);
	if (e == OK && !permissions_read(item.value, permissions))
		*permissions = 0;
	return e == E_NOTFOUND ? OK : e;
}

static void
put_text(char *out, size_t size, struct str s)
{
	size_t n = s.n < size - 1 ? s.n : size - 1;

	if (n > 0)
		memcpy(out, s.p, n);
	out[n] = '\0';
}

int64_t
staff_key_from(const struct pass_row *row)
{
	json_t *data = json_read(row->data);
	int64_t from = json_integer_value(json_object_get(data, "from"));

	json_decref(data);
	return from;
}

static bool
is_over(int64_t expires_at, int64_t now)
{
	return expires_at != 0 && now >= expires_at;
}

/* What a key made lets in as long as that key does. */
static enum err
check_makers(struct staff_cache *c, const struct pass_row *row)
{
	int64_t now = clock_wall(c->staff->gateway->clock);
	struct pass_ask ask = {.company = row->company, .kind = PASS_KEY};
	struct pass_row key = *row;
	int64_t from;
	enum err e = OK;
	size_t n = 1;

	/* Each is older than what it made, so this ends. */
	while (e == OK && (from = staff_key_from(&key)) != 0) {
		if (from >= key.id)
			return E_DENIED;
		ask.after = from - 1;
		e = store_list_passes(c->reader, &ask, &c->arena, &key, &n);
		if (e == OK &&
		    (n == 0 || key.id != from || is_over(key.expires_at, now)))
			e = E_DENIED;
	}
	return e;
}

/* A key's own role narrows what its maker may. */
static enum err
add_key(struct staff_cache *c, const struct pass_row *row, struct caller *who)
{
	json_t *data = json_read(row->data);
	struct str role = json_text(data, "role");
	unsigned may = 0;
	enum err e = staff_role(c->reader, row->company, role, &c->arena, &may);

	who->permissions = row->agent == 0 ? may : who->permissions & may;
	put_text(who->role, sizeof(who->role), role);
	/* What is done with a key of one's own has one's own name on it. */
	if (row->agent == 0)
		put_text(who->name, sizeof(who->name), row->name);
	json_decref(data);
	return e;
}

static enum err
add_agent(struct staff_cache *c, const struct pass_row *row, struct caller *who)
{
	struct agent_row agent;
	enum err e = store_read_agent(c->reader, row->agent, &c->arena, &agent);

	if (e == OK &&
	    (agent.state != AGENT_ACTIVE || agent.company != row->company))
		e = E_DENIED;
	if (e != OK)
		return e;
	put_text(who->name, sizeof(who->name), agent.name);
	put_text(who->role, sizeof(who->role), agent.role);
	return staff_role(
	    c->reader, row->company, agent.role, &c->arena, &who->permissions);
}

static enum err
look_up(struct staff_cache *c, const unsigned char hash[PASS_HASH],
    struct entry *out)
{
	const struct clock *clock = c->staff->gateway->clock;
	struct pass_row row;
	enum err e = store_find_pass(c->reader, hash, &c->arena, &row);

	if (e != OK)
		return e;
	if ((row.kind != PASS_SESSION && row.kind != PASS_KEY) ||
	    is_over(row.expires_at, clock_wall(clock)))
		return E_DENIED;
	*out = (struct entry){.who = {.company = row.company,
				  .agent = row.agent,
				  .pass = row.id,
				  .kind = row.kind,
				  .expires_at = row.expires_at},
	    .created_at = row.created_at,
	    .seen_at = row.seen_at,
	    .checked = clock_steady(clock)};
	memcpy(out->who.hash, hash, PASS_HASH);
	if (row.agent != 0)
		e = add_agent(c, &row, &out->who);
	if (e == OK && row.kind == PASS_KEY)
		e = add_key(c, &row, &out->who);
	if (e == OK && row.kind == PASS_KEY)
		e = check_makers(c, &row);
	return e;
}

/* ---- use --------------------------------------------------------------- */

static void
seen_done(struct store_op *op)
{
	free(op);
}

/* Not waited for: what is lost is told with the next use. */
static void
write_seen(struct staff_cache *c, const struct entry *e)
{
	struct store_op *op = calloc(1, sizeof(*op));

	if (op == NULL)
		return;
	op->verb = STORE_PASS;
	op->done = seen_done;
	op->pass.deed = PASS_SEEN;
	op->pass.row.id = e->who.pass;
	op->pass.row.seen_at = e->seen_at;
	op->pass.row.expires_at = e->who.expires_at;
	if (store_submit(c->staff->gateway->store, op) != OK)
		free(op);
}

static int64_t
smaller(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

/* A session lives on from its use, a key as long as it was made for. */
static void
use(struct staff_cache *c, struct entry *e)
{
	const struct gateway_conf *conf = &c->staff->gateway->conf;
	int64_t now = clock_wall(c->staff->gateway->clock), until;

	if (now - e->seen_at < smaller(SEEN_MS, conf->session_idle_ms / 8))
		return;
	e->seen_at = now;
	if (e->who.kind == PASS_SESSION) {
		until = smaller(now + conf->session_idle_ms,
		    e->created_at + conf->session_life_ms);
		if (until > e->who.expires_at)
			e->who.expires_at = until;
	}
	write_seen(c, e);
}

/* ---- get --------------------------------------------------------------- */

static bool
is_fresh(const struct staff_cache *c, const struct entry *e)
{
	const struct clock *clock = c->staff->gateway->clock;

	return clock_steady(clock) - e->checked < STAFF_FRESH_MS &&
	       !is_over(e->who.expires_at, clock_wall(clock));
}

/* Under the lock: *at is there and as the store has it, or this fails. */
static enum err
refresh(struct staff_cache *c, const unsigned char hash[PASS_HASH],
    struct entry **at)
{
	struct entry fresh;
	enum err e = look_up(c, hash, &fresh);

	arena_reset(&c->arena);
	if (e != OK) {
		if (*at != NULL)
			remove_at(c, at);
		return e == E_NOTFOUND ? E_DENIED : e;
	}
	if (*at == NULL) {
		*at = calloc(1, sizeof(**at));
		if (*at == NULL)
			return E_NOMEM;
		c->count++;
	}
	fresh.next = (*at)->next;
	**at = fresh;
	return OK;
}

static enum err
get(struct staff_cache *c, const unsigned char hash[PASS_HASH],
    struct caller *out)
{
	struct entry **at;
	enum err e = OK;

	if (c->count >= ENTRIES_MAX)
		drop(c, &(struct which){.pass = 0});
	at = find(c, hash);
	if (*at == NULL || !is_fresh(c, *at))
		e = refresh(c, hash, at);
	if (e != OK)
		return e;
	use(c, *at);
	*out = (*at)->who;
	return OK;
}

enum err
staff_cache_get(struct staff_cache *c, const unsigned char hash[PASS_HASH],
    struct caller *out)
{
	enum err e;

	pthread_mutex_lock(&c->lock);
	e = get(c, hash, out);
	pthread_mutex_unlock(&c->lock);
	return e;
}

/* ---- life -------------------------------------------------------------- */

enum err
staff_cache_open(struct staff *s, struct staff_cache **out)
{
	struct staff_cache *c = calloc(1, sizeof(*c));
	enum err e;

	if (c == NULL)
		return E_NOMEM;
	e = store_reader_open(s->gateway->store, &c->reader);
	if (e != OK) {
		free(c);
		return e;
	}
	c->staff = s;
	pthread_mutex_init(&c->lock, NULL);
	*out = c;
	return OK;
}

void
staff_cache_close(struct staff_cache *c)
{
	if (c == NULL)
		return;
	drop(c, &(struct which){.pass = 0});
	store_reader_close(c->reader);
	arena_free(&c->arena);
	pthread_mutex_destroy(&c->lock);
	free(c);
}
