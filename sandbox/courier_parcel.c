/*
 * courier_parcel: one webhook from being posted to its end: what rules do to
 * it, its tries, its line in the ledger.
 */
#include "sandbox/courier_inside.h"

#include <stdio.h>
#include <stdlib.h>

#define ANSWER_MAX 65536u
#define HELD_MS 2000

struct parcel_job {
	struct job job;
	struct parcel p;
	const struct parcel_kind *kind;
	struct strike strike;
	uint64_t record; /* its number in the ledger; 0: none */
	bool clone;	 /* the second of two: not tried again */
	bool plain, was_held;
	size_t answer_max;
	unsigned (*ended)(void *arg, const struct parcel_end *end);
	void *arg;
	unsigned code; /* what it returned */
	struct fetch fetch;
	struct arena arena; /* of one try */
	struct str headers[COURIER_HEADERS + 2];
	char bytes[]; /* url, id, body */
};

/* ---- posting ------------------------------------------------------------ */

static struct str
keep(char **at, struct str s)
{
	struct str copy = {*at, s.n};

	if (s.n > 0)
		memcpy(*at, s.p, s.n);
	*at += s.n;
	return copy;
}

static void parcel_run(struct courier *c, struct job *j);
static void parcel_drop(struct courier *c, struct job *j);

static struct parcel_job *
parcel_new(const struct parcel_order *o)
{
	struct parcel_job *p = calloc(
	    1, sizeof(*p) + o->url.n + o->id.n + o->body.n);
	char *at;

	if (p == NULL)
		return NULL;
	at = p->bytes;
	p->p.url = keep(&at, o->url);
	p->p.id = keep(&at, o->id);
	p->p.body = keep(&at, o->body);
	p->p.account = o->account;
	p->kind = o->kind;
	p->plain = o->plain;
	p->answer_max = o->answer_max == 0 ? ANSWER_MAX : o->answer_max;
	p->ended = o->ended;
	p->arg = o->arg;
	p->job.run = parcel_run;
	p->job.drop = parcel_drop;
	return p;
}

static void
note(struct sandbox *s, struct parcel_job *p, const struct parcel_order *o)
{
	struct record r = {.at = clock_wall(s->conf.clock),
	    .vendor = o->kind->vendor,
	    .kind = o->what,
	    .word = "pending"};
	struct buf b = {0};

	sb_put_text(&b, "to", o->url);
	sb_put_text(&b, "id", o->id);
	if (p->clone)
		sb_put_raw(&b, "duplicate", STR("true"));
	p->record = sb_ledger_add(&s->webhooks, &r, buf_view(&b));
	buf_free(&b);
}

/* The path of a URL, for the rules. */
static struct str
path_of(struct str url)
{
	const char *end = url.p + url.n, *host, *path;

	host = memmem(url.p, url.n, "://", 3);
	if (host == NULL)
		return url;
	path = memchr(host + 3, '/', (size_t)(end - host - 3));
	return path == NULL ? STR("/")
			    : (struct str){path, (size_t)(end - path)};
}

static void
make_token(struct sandbox *s, char out[COURIER_TOKEN + 1])
{
	char hex[33];

	sandbox_hex(s, hex, 32);
	(void)snprintf(out, COURIER_TOKEN + 1, "%.8s-%.4s-%.4s-%.4s-%.12s", hex,
	    hex + 8, hex + 12, hex + 16, hex + 20);
}

static enum err
hand_over(struct courier *c, struct parcel_job *p, const struct parcel_order *o)
{
	struct sandbox *s = c->sandbox;
	enum err e;

	p->job.errand.due = clock_steady(s->conf.clock);
	if (p->strike.kind == RULE_DELAY)
		p->job.errand.due += p->strike.ms;
	/* Under the sandbox's lock, so before the courier can look. */
	if ((e = sb_courier_hand(c, &p->job)) != OK)
		return e;
	c->pending++;
	if (!p->plain)
		note(s, p, o);
	return OK;
}

static void
post_clone(struct courier *c, const struct parcel_order *o,
    const struct parcel_job *first)
{
	struct parcel_job *p = parcel_new(o);

	if (p == NULL)
		return;
	p->clone = true;
	p->ended = NULL;
	memcpy(p->p.token, first->p.token, sizeof(p->p.token));
	if (hand_over(c, p, o) != OK)
		free(p);
}

enum err
sb_courier_post(struct courier *c, const struct parcel_order *o)
{
	struct sandbox *s = c->sandbox;
	const struct suspect suspect = {
	    SIDE_WEBHOOK, o->kind->vendor, path_of(o->url)};
	struct parcel_job *p;
	enum err e;

	if (c->pending >= COURIER_MOST)
		return E_LIMIT;
	if ((p = parcel_new(o)) == NULL)
		return E_NOMEM;
	make_token(s, p->p.token);
	if (!o->plain)
		sb_rules_strike(&s->rules, &suspect, &p->arena, &p->strike);
	if ((e = hand_over(c, p, o)) != OK) {
		arena_free(&p->arena);
		free(p);
		return e;
	}
	if (p->strike.kind == RULE_DUPLICATE)
		post_clone(c, o, p);
	return OK;
}

/* ---- the end ------------------------------------------------------------ */

/* What the ledger says of it. */
static void
update(struct courier *c, struct parcel_job *p, const char *state)
{
	struct sandbox *s = c->sandbox;
	struct record *r;

	sandbox_lock(s);
	if (strcmp(state, "pending") != 0)
		c->pending--;
	r = p->record == 0 ? NULL : sb_ledger_get(&s->webhooks, p->record);
	if (r != NULL) {
		r->word = state;
		r->code = p->code;
		if (p->p.tries > r->tries && r->tries < RECORD_TRIES)
			r->statuses[r->tries] = p->p.status;
		r->tries = p->p.tries;
	}
	sandbox_unlock(s);
}

static void
over(struct courier *c, struct parcel_job *p, const char *state)
{
	struct parcel_end end = {.delivered = strcmp(state, "delivered") == 0,
	    .end = p->p.end,
	    .status = p->p.status,
	    .type = p->fetch.type,
	    .body = p->fetch.body_in};

	if (p->ended != NULL)
		p->code = p->ended(p->arg, &end);
	update(c, p, state);
	fetch_clear(&p->fetch);
	arena_free(&p->arena);
	free(p);
}

static void
parcel_drop(struct courier *c, struct job *j)
{
	over(c, CONTAINER_OF(j, struct parcel_job, job), "failed");
}

/* ---- one try ------------------------------------------------------------ */

static int64_t
until_next(struct courier *c, const struct parcel_job *p)
{
	int64_t ms;

	if (p->clone || c->ending)
		return -1;
	ms = p->kind->again(&p->p);
	return ms < 0 ? -1 : (int64_t)((double)ms * c->sandbox->retry_scale);
}

static void
try_over(struct courier *c, struct parcel_job *p)
{
	bool delivered = p->p.end == FETCH_ANSWERED && p->p.status >= 200 &&
			 p->p.status < 300;
	int64_t ms = delivered ? -1 : until_next(c, p);

	if (delivered || ms < 0) {
		over(c, p, delivered ? "delivered" : "failed");
		return;
	}
	update(c, p, "pending");
	fetch_clear(&p->fetch);
	sb_courier_put(c, &p->job, clock_steady(c->sandbox->conf.clock) + ms);
}

static void
on_done(struct fetch *f)
{
	struct parcel_job *p = CONTAINER_OF(f, struct parcel_job, fetch);

	p->p.end = f->end;
	p->p.status = f->end == FETCH_ANSWERED ? f->status : 0;
	p->p.timed_out = f->end != FETCH_ANSWERED &&
			 f->took_ms >= f->timeout_ms;
	p->p.stopped = f->end == FETCH_ANSWERED && f->header_in.n > 0;
	try_over(f->arg, p);
}

/* What it was signed with is not what goes out. */
static struct str
tampered(struct parcel_job *p)
{
	static const struct str marks[] = {{"\"text\":\"", 8}, {"Body=", 5}};
	struct str body = p->p.body;
	struct buf b = {0};
	struct str copy;
	size_t i, at = 0;

	for (i = 0; i < ARRAY_LEN(marks) && at == 0; i++) {
		const char *found = memmem(
		    body.p, body.n, marks[i].p, marks[i].n);

		if (found != NULL)
			at = (size_t)(found - body.p) + marks[i].n;
	}
	buf_add(&b, body.p, at);
	buf_str(&b, at == 0 ? " " : "x");
	buf_add(&b, body.p + at, body.n - at);
	copy = b.failed ? body : arena_copy(&p->arena, buf_view(&b));
	buf_free(&b);
	return copy;
}

static void
address(struct parcel_job *p)
{
	const struct parcel_kind *k = p->kind;
	unsigned n = 0;

	if (p->p.body.n > 0)
		p->headers[n++] = arena_printf(
		    &p->arena, "Content-Type: %s", k->type);
	p->headers[n++] = str_from(k->agent);
	p->fetch.header_count = 0;
	k->sign(&p->p, &p->arena, p->headers + n, &p->fetch.header_count);
	p->fetch.header_count += n;
}

/* Without the fragment, which is not sent. */
static struct str
without_fragment(struct str url)
{
	const char *hash = memchr(url.p, '#', url.n);

	return hash == NULL ? url : (struct str){url.p, (size_t)(hash - url.p)};
}

static void
go(struct courier *c, struct parcel_job *p)
{
	const struct parcel_kind *k = p->kind;
	enum err e;

	arena_reset(&p->arena);
	p->p.now = clock_wall(c->sandbox->conf.clock);
	p->fetch = (struct fetch){.method = k->method,
	    .url = without_fragment(p->p.url),
	    .headers = p->headers,
	    .body = p->p.body,
	    .answer_max = p->answer_max,
	    .timeout_ms = (unsigned)((double)k->timeout_ms *
				     c->sandbox->timeout_scale),
	    .keep_header = "X-Slack-No-Retry",
	    .done = on_done,
	    .arg = c};
	p->p.tries++;
	address(p);
	if (p->strike.kind == RULE_TAMPER && p->p.tries == 1)
		p->fetch.body = tampered(p);
	if ((e = fetch_start(c->fetcher, &p->fetch)) == OK)
		return;
	p->p.end = FETCH_UNSENT;
	p->p.status = 0;
	try_over(c, p);
}

/* A lost try looks to the vendor like a host that is not there. */
static void
lose(struct courier *c, struct parcel_job *p)
{
	p->p.tries++;
	p->p.end = FETCH_UNSENT;
	p->p.status = 0;
	try_over(c, p);
}

void
sb_parcel_release_held(struct courier *c)
{
	int64_t now = clock_steady(c->sandbox->conf.clock);
	struct job *j, *next;

	for (j = c->held; j != NULL; j = next) {
		next = j->next;
		sb_courier_put(c, j, now);
	}
	c->held = NULL;
}

static void
release(void *courier)
{
	sb_parcel_release_held(courier);
}

/* Until a later one goes, or for a while. */
static bool
hold(struct courier *c, struct parcel_job *p)
{
	if (p->was_held || sb_courier_later(c, HELD_MS, release, c) != OK)
		return false;
	p->was_held = true;
	p->job.next = c->held;
	c->held = &p->job;
	return true;
}

static void
parcel_run(struct courier *c, struct job *j)
{
	struct parcel_job *p = CONTAINER_OF(j, struct parcel_job, job);
	bool first = p->p.tries == 0;

	if (first && p->strike.kind == RULE_DROP) {
		over(c, p, "dropped");
	} else if (first && p->strike.kind == RULE_LOSE) {
		lose(c, p);
	} else if (first && p->strike.kind == RULE_REORDER && hold(c, p)) {
		return;
	} else {
		bool later = !p->was_held && !p->plain;

		go(c, p);
		if (later)
			sb_parcel_release_held(c);
	}
}
