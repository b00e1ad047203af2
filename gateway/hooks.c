/*
 * hooks: one request of a vendor, from its path to its answer. What it brought
 * and what is to be answered live in the request's arena until then.
 */
#include "gateway/hooks.h"
#include "gateway/hook_accounts.h"
#include "gateway/tally.h"
#include "intake/intake.h"

#include <stdlib.h>

#define PREFIX "/hooks/"

struct hooks {
	_Atomic unsigned refs; /* the gateway's, and of what is being stored */
	struct hook_accounts *accounts;
	struct tally outcomes, ignored;
};

/* Held while the handler runs. */
struct holding {
	struct company *company;
	const struct hook_account *account;
};

/* Of the request's arena: it may be gone as soon as it is answered. */
struct visit {
	struct request *request;
	struct gateway *gateway;
	struct hooks *hooks;
	const struct channel *channel;
	struct holding *held; /* the handler's own */
	struct hook hook;
	struct arrival arrival;
	const char *why;
};

static void
unref(struct hooks *h)
{
	if (h == NULL ||
	    atomic_fetch_sub_explicit(&h->refs, 1, memory_order_acq_rel) > 1)
		return;
	hook_accounts_free(h->accounts);
	tally_close(&h->outcomes);
	tally_close(&h->ignored);
	free(h);
}

/* ---- what is told of it ------------------------------------------------ */

static void
count(const struct visit *v, const char *outcome)
{
	tally_add(&v->hooks->outcomes,
	    v->channel == NULL ? "" : v->channel->name, outcome);
}

static void
note(const struct visit *v, enum log_level level, const char *event)
{
	const struct company_account *doc = v->held->account->account.doc;
	struct log_line l;

	if (!log_begin(v->gateway->log, level, event, &l))
		return;
	log_str(&l, "id", request_id(v->request));
	log_str(&l, "channel", str_from(v->channel->name));
	log_str(&l, "company", v->held->company->key);
	log_str(&l, "account", doc->name);
	log_str(&l, "why", str_from(v->why == NULL ? "" : v->why));
	log_end(&l);
}

/* ---- answers ----------------------------------------------------------- */

static void
fault(struct request *r, enum fault_code code, const char *detail)
{
	struct frame_error error = {.code = code, .detail = str_from(detail)};

	request_fault(r, &error);
}

/* Retry-After comes with it. */
static void
put_off(struct visit *v, enum err e)
{
	enum fault_code code = fault_of_err(e);

	if (fault_row(code)->http_status != 503)
		code = FAULT_NO_ROOM;
	count(v, "put_off");
	fault(v->request, code, "it was not stored; send it again");
}

static void
unknown(struct visit *v)
{
	count(v, "unknown");
	fault(v->request, FAULT_NOT_FOUND, "there is nothing at this address");
}

static void
add_header(struct visit *v)
{
	const struct arrival *a = &v->arrival;

	if (a->header != NULL)
		request_add_header(
		    v->request, a->header, str_from(a->header_value));
}

static void
answer(struct visit *v)
{
	const struct arrival *a = &v->arrival;

	add_header(v);
	request_reply(
	    v->request, a->status == 0 ? 200 : a->status, a->type, a->answer);
}

/* On the store's thread; perhaps after the gateway has ended. */
static void
on_stored(void *visit, enum err e, unsigned fresh)
{
	struct visit *v = visit;
	struct hooks *h = v->hooks;

	if (e != OK) {
		put_off(v, e);
	} else {
		count(v, fresh > 0 ? "stored" : "known");
		answer(v);
	}
	unref(h);
}

/* ---- whose it is ------------------------------------------------------- */

struct place {
	struct str channel, company, account, tail;
};

/* Up to the next "/", which goes, too. False: there is none. */
static bool
take_word(struct str *s, struct str *word)
{
	const char *end = s->n == 0 ? NULL : memchr(s->p, '/', s->n);

	if (end == NULL)
		return false;
	*word = (struct str){s->p, (size_t)(end - s->p)};
	s->n -= word->n + 1;
	s->p = end + 1;
	return true;
}

/* The last word may end the path; what follows it keeps its "/". */
static bool
read_place(struct str path, struct place *out)
{
	const size_t before = sizeof(PREFIX) - 1;
	struct str rest = {path.p + before, path.n - before};
	const char *end;

	if (!take_word(&rest, &out->channel) ||
	    !take_word(&rest, &out->company))
		return false;
	end = rest.n == 0 ? NULL : memchr(rest.p, '/', rest.n);
	out->account = rest;
	if (end != NULL)
		out->account.n = (size_t)(end - rest.p);
	out->tail = (struct str){
	    rest.p + out->account.n, rest.n - out->account.n};
	return company_key_valid(out->company) &&
	       company_key_valid(out->account);
}

static enum err
find_account(struct visit *v, const struct place *p)
{
	struct gateway *g = v->gateway;
	const char *base = atomic_load_explicit(
	    &g->public_url, memory_order_acquire);
	const struct company_account *doc;
	enum err e;

	v->channel = channel_find(p->channel);
	if (v->channel == NULL || v->channel->verify == NULL) {
		v->channel = NULL;
		return E_NOTFOUND;
	}
	e = company_cache_by_key(g->companies, p->company, &v->held->company);
	if (e != OK)
		return e;
	doc = company_account(v->held->company, p->channel, p->account);
	if (doc == NULL)
		return E_NOTFOUND;
	if (base == NULL)
		return E_LIMIT; /* the front has only just begun */
	return hook_account_get(v->hooks->accounts, v->held->company, doc,
	    str_from(base), &v->held->account);
}

/* ---- the request ------------------------------------------------------- */

static struct str
header_of(const struct hook *h, const char *name)
{
	return request_header(h->arg, name);
}

static struct str
no_null(struct str s)
{
	return s.p == NULL ? STR("") : s;
}

/* False: no memory. */
static bool
fill_hook(struct visit *v, const struct place *p, const char *method)
{
	const struct account *a = &v->held->account->account;
	struct str query = request_query_text(v->request);

	v->hook = (struct hook){.account = a,
	    .method = str_from(method),
	    .tail = p->tail,
	    .query = no_null(query),
	    .type = no_null(request_header(v->request, "Content-Type")),
	    .body = no_null(request_body(v->request)),
	    .now = clock_wall(v->gateway->clock),
	    .header = header_of,
	    .arg = v->request};
	v->hook.url = arena_printf(request_arena(v->request), "%.*s%.*s%s%.*s",
	    STR_FMT(a->hook_url), STR_FMT(p->tail), query.p == NULL ? "" : "?",
	    STR_FMT(v->hook.query));
	return v->hook.url.p != NULL;
}

static void
refuse(struct visit *v)
{
	note(v, LOG_WARN, "hook.refused");
	count(v, "refused");
	request_reply(v->request, 403, NULL, STR(""));
}

/* The vendor may want a header with it: never to send this again. */
static void
malformed(struct visit *v)
{
	note(v, LOG_WARN, "hook.malformed");
	count(v, "malformed");
	add_header(v);
	fault(v->request, FAULT_BAD_REQUEST,
	    v->why == NULL ? "it cannot be read" : v->why);
}

static void
store_it(struct visit *v)
{
	struct gateway *g = v->gateway;
	const struct intake_conf conf = {.store = g->store,
	    .publisher = g->publisher,
	    .metrics = g->metrics,
	    .log = g->log,
	    .clock = g->clock};
	struct hooks *hooks = v->hooks;
	const struct intake_of of = {.company = v->held->company->id,
	    .channel = v->channel,
	    .account = v->held->account->account.doc->name,
	    .document = v->held->company};
	enum err e;

	if (v->arrival.notice != NULL) {
		v->why = v->arrival.notice;
		note(v, LOG_WARN, "hook.notice");
	}
	if (v->arrival.ignored != NULL)
		tally_add(
		    &v->hooks->ignored, v->channel->name, v->arrival.ignored);
	if (v->arrival.envelope_count + v->arrival.receipt_count == 0) {
		count(v, "ignored");
		answer(v);
		return;
	}
	atomic_fetch_add_explicit(&v->hooks->refs, 1, memory_order_relaxed);
	e = intake_submit(&conf, &of, &v->arrival, on_stored, v);
	if (e == OK)
		return;
	put_off(v, e);
	unref(hooks);
}

static void
believe(struct visit *v)
{
	struct arena *a = request_arena(v->request);
	enum err e = v->channel->parse(&v->hook, a, &v->arrival, &v->why);

	if (e == OK)
		store_it(v);
	else if (e == E_BADINPUT)
		malformed(v);
	else
		put_off(v, e);
}

static void
check(struct visit *v)
{
	struct arena *a = request_arena(v->request);
	enum err e = v->channel->verify(&v->hook, a, &v->why);

	if (e == OK)
		believe(v);
	else if (e == E_NOMEM)
		put_off(v, e);
	else
		refuse(v);
}

static void
run(struct visit *v, const char *method)
{
	struct place p;
	enum err e = E_NOTFOUND;

	if (read_place(request_path(v->request), &p))
		e = find_account(v, &p);
	if (e == OK && !fill_hook(v, &p, method))
		e = E_NOMEM;
	if (e ==
	    E_DENIED) /* sealed by another installation, or there are none */
		log_note(v->gateway->log, LOG_ERROR, "hook.no_secrets",
		    "company", v->held->company->key);
	if (e == OK)
		check(v);
	else if (e == E_NOTFOUND)
		unknown(v);
	else
		put_off(v, e);
}

static void
take(struct request *r, const char *method)
{
	struct visit *v = arena_alloc(request_arena(r), sizeof(*v));
	struct holding held = {.company = NULL};

	if (v == NULL) {
		fault(r, FAULT_BUSY, "no memory; try again");
		return;
	}
	v->request = r;
	v->gateway = request_context(r);
	v->hooks = v->gateway->hooks;
	v->held = &held;
	run(v, method);
	if (held.account != NULL)
		hook_account_drop(held.account);
	company_unref(held.company);
}

void
hooks_post(struct request *r)
{
	take(r, "POST");
}

/* HEAD would do all that GET does, and tell nothing of it. */
void
hooks_get(struct request *r)
{
	if (request_is_head(r))
		fault(r, FAULT_BAD_METHOD, "what is here takes GET, POST");
	else
		take(r, "GET");
}

/* ---- life -------------------------------------------------------------- */

enum err
hooks_start(struct gateway *g, struct hooks **out)
{
	struct hooks *h = calloc(1, sizeof(*h));
	enum err e;

	if (h == NULL)
		return E_NOMEM;
	e = hook_accounts_new(g->keys, &h->accounts);
	if (e != OK) {
		free(h);
		return e;
	}
	atomic_store(&h->refs, 1);
	tally_open(&h->outcomes);
	tally_open(&h->ignored);
	*out = h;
	return OK;
}

void
hooks_stop(struct hooks *h)
{
	unref(h);
}

void
hooks_write_metrics(struct hooks *h, struct buf *out)
{
	static const struct tally_title outcomes = {.name = "hooks_total",
	    .help = "webhooks, by what became of them",
	    .label = "outcome"};
	static const struct tally_title ignored = {
	    .name = "hooks_ignored_total",
	    .help = "signed webhooks that do not concern us, by why",
	    .label = "why"};

	if (h == NULL)
		return;
	tally_write(&h->outcomes, &outcomes, out);
	tally_write(&h->ignored, &ignored, out);
}
