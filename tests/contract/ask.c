/* ask: a walk over the steps of a job. */
#include "tests/contract/ask.h"

#include <stdio.h>
#include <stdlib.h>

#define STEPS_DEEP 3u
#define STATES_MAX 32u

static const char *const job_names[JOBS] = {
    [JOB_SEND] = "send",
    [JOB_LOOKUP] = "lookup",
    [JOB_FETCH] = "fetch",
    [JOB_BACKFILL] = "backfill",
    [JOB_TYPING] = "typing",
    [JOB_DRAFT] = "draft",
    [JOB_CHECK] = "check",
};

static const char *const end_names[OUTCOMES] = {
    [OUTCOME_OK] = "ok",
    [OUTCOME_NEXT] = "next",
    [OUTCOME_LATER] = "later",
    [OUTCOME_NEVER] = "never",
    [OUTCOME_BLOCKED] = "blocked",
    [OUTCOME_DOUBT] = "doubt",
    [OUTCOME_ABSENT] = "absent",
};

struct walk {
	const struct talk *talk;
	const char *what;
	const struct job *job;
	struct str states[STATES_MAX]; /* gone into */
	unsigned state_count;
	size_t brought;
	struct outcome *end;
	bool called;
};

/* ---- lines -------------------------------------------------------------- */

static void
put(struct buf *b, const char *name, struct str value)
{
	buf_addf(b, ",\"%s\":", name);
	buf_json(b, value);
}

static void
begin_line(const struct walk *w, struct buf *b)
{
	buf_str(b, "{\"channel\":");
	buf_json(b, str_from(w->talk->channel->name));
	put(b, "account", w->talk->account.doc->name);
	put(b, "job", str_from(job_names[w->job->kind]));
	put(b, "what", str_from(w->what));
}

static void
end_line(struct buf *b)
{
	buf_str(b, "}\n");
	if (b->failed)
		give_up("no memory");
	fwrite(b->data, 1, b->len, stdout);
	fflush(stdout);
	buf_free(b);
}

static void
write_call(const struct walk *w, const struct call *c)
{
	struct buf b = {0};
	unsigned i;

	begin_line(w, &b);
	put(&b, "method", str_from(c->method));
	put(&b, "url", c->url);
	buf_str(&b, ",\"headers\":[");
	for (i = 0; i < c->header_count; i++) {
		buf_str(&b, i == 0 ? "" : ",");
		buf_json(&b, c->headers[i]);
	}
	buf_str(&b, c->follow ? "],\"follow\":true" : "],\"follow\":false");
	put(&b, "body", c->body);
	end_line(&b);
}

static void
write_end(const struct walk *w)
{
	struct buf b = {0};

	begin_line(w, &b);
	put(&b, "end", str_from(end_names[w->end->kind]));
	put(&b, "code", w->end->code);
	buf_addf(&b, ",\"brought\":%zu", w->brought);
	end_line(&b);
}

static struct reply
reply_of(const struct walk *w, const json_t *answer)
{
	struct arena *a = &w->talk->world->arena;

	return (struct reply){.status = (unsigned)json_integer_value(
				  json_object_get(answer, "status")),
	    .type = arena_copy(a, world_text(answer, "type")),
	    .body = arena_copy(a, world_text(answer, "body")),
	    .retry_after_ms = -1};
}

static struct reply
read_reply(const struct walk *w)
{
	char *line = NULL;
	size_t room = 0;
	ssize_t n = getline(&line, &room, stdin);
	json_t *answer;
	struct reply r;

	if (n <= 0)
		give_up("nobody answers");
	answer = json_loadb(line, (size_t)n, JSON_ALLOW_NUL, NULL);
	if (answer == NULL)
		give_up("an answer is no JSON: %.*s", (int)n, line);
	r = reply_of(w, answer);
	json_decref(answer);
	free(line);
	return r;
}

/* ---- steps -------------------------------------------------------------- */

static bool
is_new(struct walk *w, struct str state)
{
	unsigned i;

	for (i = 0; i < w->state_count; i++)
		if (str_eq(w->states[i], state))
			return false;
	if (w->state_count == STATES_MAX)
		give_up("%s: there is no end of steps", w->what);
	w->states[w->state_count++] = state;
	return true;
}

/* How far a step is from the first; of answers that were really given? */
struct place {
	struct str state;
	unsigned depth;
	bool real;
};

static void step(struct walk *w, struct place at);

static void
end_here(struct walk *w, struct place at, const struct outcome *o)
{
	if (!at.real)
		return;
	w->brought += o->arrival.envelope_count;
	*w->end = *o;
}

static void
go_on(struct walk *w, struct place at, const struct outcome *o)
{
	const struct place next = {o->state, at.depth + 1, at.real};

	end_here(w, at, o);
	if (o->kind == OUTCOME_NEXT && at.depth < STEPS_DEEP &&
	    is_new(w, o->state))
		step(w, next);
}

/* What the vendor may answer in its place. */
static void
go_elsewhere(struct walk *w, struct place at, const struct job *job)
{
	struct world *world = w->talk->world;
	const json_t *answers = json_object_get(
	    json_object_get(world->root, "answers"), w->talk->channel->name);
	size_t i;

	at.real = false;
	for (i = 0; i < json_array_size(answers); i++) {
		struct reply r = reply_of(w, json_array_get(answers, i));
		struct outcome o = {.kind = OUTCOMES};

		w->talk->channel->result(job, &r, &world->arena, &o);
		go_on(w, at, &o);
	}
}

static void
step(struct walk *w, struct place at)
{
	const struct channel *c = w->talk->channel;
	struct arena *a = &w->talk->world->arena;
	struct outcome o = {.kind = OUTCOMES};
	struct job job = *w->job;
	struct call call = {0};
	struct reply r;
	enum err e;

	job.state = at.state;
	e = c->call(&job, a, &call, &o);
	if (e == E_DENIED) {
		end_here(w, at, &o);
		return;
	}
	if (e != OK)
		give_up("%s: no call: %s", w->what, err_name(e));
	w->called = true;
	write_call(w, &call);
	r = read_reply(w);
	c->result(&job, &r, a, &o);
	go_on(w, at, &o);
	go_elsewhere(w, at, &job);
}

void
ask(const struct talk *t, const char *what, const struct job *job,
    struct outcome *out)
{
	struct walk w = {.talk = t, .what = what, .job = job, .end = out};

	*out = (struct outcome){.kind = OUTCOMES};
	(void)is_new(&w, job->state);
	step(&w, (struct place){job->state, 0, true});
	if (out->kind >= OUTCOMES)
		give_up("%s: nothing came of it", what);
	if (w.called)
		write_end(&w);
}
