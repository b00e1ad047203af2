/*
 * staff_work: the rest of a request on one of the staff's threads, and what
 * most of them do there.
 */
#include "gateway/limits.h"
#include "gateway/staff_body.h"
#include "gateway/staff_inside.h"
#include "gateway/visitor.h"

#define JSON "application/json"

/* ---- answers ----------------------------------------------------------- */

void
staff_error(struct request *r, const struct frame_error *error)
{
	request_fault(r, error);
}

void
staff_fault(struct request *r, enum staff_fault f, const char *detail)
{
	struct frame_error error = {.code = FAULT_NONE};

	(void)staff_refuse(&error, f, detail);
	request_fault(r, &error);
}

void
staff_store_fault(struct request *r, enum err e)
{
	struct frame_error error = staff_store_error(e);

	request_fault(r, &error);
}

void
staff_answer(struct request *r, unsigned status, struct buf *text)
{
	if (text->failed)
		staff_store_fault(r, E_NOMEM);
	else
		request_reply(r, status, JSON, buf_view(text));
	buf_free(text);
}

void *
staff_alloc(struct request *r, size_t size)
{
	void *p = arena_alloc(request_arena(r), size);

	if (p == NULL)
		staff_store_fault(r, E_NOMEM);
	return p;
}

bool
staff_done(struct staff_work *w, struct store_op *op)
{
	enum err e = store_submit_wait(w->gateway->store, op);

	if (e == OK)
		return true;
	staff_store_fault(w->request, e);
	return false;
}

void
staff_missing(struct staff_work *w, const char *what, int64_t id)
{
	const struct staff_refused refused = {.what = what,
	    .outcome = "not_found",
	    .detail = arena_printf(
		request_arena(w->request), "{\"id\":%lld}", (long long)id)};

	staff_note(w->staff, &w->who, &refused);
	staff_store_fault(w->request, E_NOTFOUND);
}

/* ---- running ----------------------------------------------------------- */

static void
run(struct pool_job *j, void *own, enum err e)
{
	struct staff_work *w = CONTAINER_OF(j, struct staff_work, job);

	w->reader = own;
	/* After it w may be gone, or at work elsewhere. */
	if (e == OK)
		w->run(w);
	else
		staff_store_fault(w->request, e);
}

bool
staff_run(struct staff_work *w)
{
	enum err e;

	w->gateway = request_context(w->request);
	w->staff = w->gateway->staff;
	w->job.run = run;
	e = pool_put(w->staff->pool, &w->job);
	if (e != OK)
		staff_store_fault(w->request, e);
	return e == OK;
}

/* So that one session or key keeps nobody else waiting. */
static bool
may_ask(struct request *r, const struct caller *who, struct frame_error *error)
{
	const struct gateway *g = request_context(r);
	struct str key = {(const char *)&who->pass, sizeof(who->pass)};
	int64_t wait = 0;

	if (limits_take(g->limits, LIMIT_STAFF_ASKS, key,
		clock_steady(g->clock), &wait))
		return true;
	request_add_header(r, "Retry-After",
	    arena_printf(
		request_arena(r), "%lld", (long long)((wait + 999) / 1000)));
	error->code = FAULT_TOO_MANY;
	error->detail = STR("too many requests; wait as Retry-After says");
	return false;
}

bool
staff_enter(
    struct request *r, unsigned permission, bool session, struct caller *out)
{
	struct frame_error error = {.code = FAULT_NONE};
	bool good = staff_caller(r, permission, out, &error) &&
		    may_ask(r, out, &error);

	if (good && session && out->kind != PASS_SESSION)
		good = staff_refuse(&error, STAFF_SESSION_NEEDED,
		    "a key cannot do this; log in with a browser");
	if (!good)
		request_fault(r, &error);
	return good;
}

/* A work for the caller; NULL: the request is answered. */
static struct staff_work *
work_new(struct request *r, unsigned permission, bool session)
{
	struct staff_work *w = staff_alloc(r, sizeof(*w));

	if (w == NULL)
		return NULL;
	w->request = r;
	return staff_enter(r, permission, session, &w->who) ? w : NULL;
}

static void
begin(struct staff_work *w, void (*fn)(struct staff_work *w), void *arg)
{
	if (w == NULL)
		return;
	w->run = fn;
	w->arg = arg;
	(void)staff_run(w);
}

void
staff_begin(struct request *r, unsigned permission,
    void (*fn)(struct staff_work *w), void *arg)
{
	begin(work_new(r, permission, false), fn, arg);
}

void
staff_begin_session(
    struct request *r, void (*fn)(struct staff_work *w), void *arg)
{
	begin(work_new(r, 0, true), fn, arg);
}

void
staff_begin_form(struct request *r, const struct staff_form *form,
    void (*fn)(struct staff_work *w))
{
	struct frame_error error = {.code = FAULT_NONE};
	struct staff_work *w = work_new(r, form->permission, form->session);

	if (w == NULL)
		return;
	if (body_read(r, form->members, form->into, form->set, &error))
		begin(w, fn, form->into);
	else
		request_fault(r, &error);
}

/* ---- hashing ----------------------------------------------------------- */

/* On a thread of the hasher. */
static void
hashed(struct hash_op *op)
{
	struct staff_hashing *h = CONTAINER_OF(op, struct staff_hashing, op);

	if (op->err != OK) {
		staff_store_fault(h->work->request, op->err);
		return;
	}
	h->work->run = h->then;
	(void)staff_run(h->work);
}

enum err
staff_hash(struct staff_hashing *h)
{
	h->op.done = hashed;
	return hasher_submit(h->work->staff->hasher, &h->op);
}

void
staff_hash_fault(struct request *r, enum err e)
{
	const struct frame_error full = {.code = FAULT_TOO_MANY,
	    .detail = STR("too many log in at once; try again in a moment")};

	if (e == E_LIMIT)
		request_fault(r, &full);
	else
		staff_store_fault(r, e);
}

/* ---- paths ------------------------------------------------------------- */

struct str
staff_path_rest(struct request *r, const char *before)
{
	struct str path = request_path(r);
	size_t n = strlen(before);

	return path.n < n ? (struct str){path.p, 0}
			  : (struct str){path.p + n, path.n - n};
}

bool
staff_path(
    struct request *r, const char *before, int64_t *id, const char *after)
{
	struct str rest = staff_path_rest(r, before), tail = str_from(after);
	uint64_t n = 0;

	if (rest.n > tail.n &&
	    memcmp(rest.p + rest.n - tail.n, after, tail.n) == 0) {
		rest.n -= tail.n;
		if (str_to_u64(rest, INT64_MAX, &n) && n > 0) {
			*id = (int64_t)n;
			return true;
		}
	}
	staff_store_fault(r, E_NOTFOUND);
	return false;
}
