/*
 * Sweeps of requests, and the two things they are for: opening sessions and
 * whatever a program does with each of them.
 */
#include "tests/bench/lib/sessions.h"
#include "tests/bench/lib/figures.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

struct lane {
	struct wire wire;
	struct run *run;
	size_t i; /* the number under way */
};

struct run {
	const struct sweep *sweep;
	struct client client;
	size_t next, finished;
	struct buf request;
};

static void
lane_next(struct lane *l)
{
	struct run *r = l->run;

	if (r->next == r->sweep->count)
		return;
	l->i = r->next++;
	buf_clear(&r->request);
	r->sweep->write(r->sweep->arg, l->i, &r->request);
	wire_send(&l->wire, buf_view(&r->request));
}

static void
on_text(struct wire *c, struct str body)
{
	struct lane *l = CONTAINER_OF(c, struct lane, wire);
	struct run *r = l->run;

	if (c->status / 100 != 2)
		die("status %u: %.*s", c->status, STR_FMT(body));
	if (r->sweep->answer != NULL)
		r->sweep->answer(r->sweep->arg, l->i, body);
	r->finished++;
	lane_next(l);
}

static void
on_closed(struct wire *c)
{
	(void)c;
	die("the server closed a connection");
}

void
sweep_run(const struct sweep *s)
{
	static const struct wire_calls calls = {
	    .text = on_text, .closed = on_closed};
	struct run r = {.sweep = s};
	struct lane *lanes = calloc(s->connections, sizeof(*lanes));
	unsigned i;

	if (lanes == NULL)
		die("no memory");
	client_init(&r.client);
	for (i = 0; i < s->connections; i++) {
		lanes[i].run = &r;
		lanes[i].wire.calls = &calls;
		if (!wire_open(&lanes[i].wire, &r.client, s->port, 0))
			die("the server refused a connection");
		lane_next(&lanes[i]);
	}
	while (r.finished < s->count)
		client_poll(&r.client, -1);
	for (i = 0; i < s->connections; i++)
		wire_close(&lanes[i].wire);
	client_free(&r.client);
	buf_free(&r.request);
	free(lanes);
}

/* ---- sessions ---------------------------------------------------------- */

struct opening {
	struct sessions *sessions;
	struct str company;
};

static void
write_open(void *arg, size_t i, struct buf *request)
{
	const struct opening *o = arg;
	struct buf body = {0};

	(void)i;
	buf_str(&body, "{\"company\":");
	buf_json(&body, o->company);
	buf_char(&body, '}');
	request_add(
	    request, "POST", "/v1/visitor/session", STR(""), buf_view(&body));
	buf_free(&body);
}

static void
keep(struct sessions *s, size_t i, struct str token)
{
	char *copy = strndup(token.p, token.n);

	if (copy == NULL || token.n == 0)
		die("no token");
	s->tokens[i] = (struct str){copy, token.n};
}

static void
on_open(void *arg, size_t i, struct str body)
{
	const struct opening *o = arg;

	keep(o->sessions, i, text_word(body, STR("\"token\":\"")));
}

void
sessions_open(struct sessions *s, unsigned port, struct str company, size_t n)
{
	struct opening o = {s, company};

	*s = (struct sessions){calloc(n, sizeof(*s->tokens)), n};
	if (s->tokens == NULL)
		die("no memory");
	sweep_run(&(struct sweep){.port = port,
	    .connections = n < 64 ? (unsigned)n : 64,
	    .count = n,
	    .write = write_open,
	    .answer = on_open,
	    .arg = &o});
}

void
sessions_save(const struct sessions *s, const char *path)
{
	FILE *f = fopen(path, "w");
	size_t i;

	if (f == NULL)
		die("%s: %s", path, strerror(errno));
	for (i = 0; i < s->n; i++)
		fprintf(f, "%s\n", s->tokens[i].p);
	if (fclose(f) != 0)
		die("%s: %s", path, strerror(errno));
}

void
sessions_load(struct sessions *s, const char *path)
{
	FILE *f = fopen(path, "r");
	char line[512];

	if (f == NULL)
		die("%s: %s", path, strerror(errno));
	*s = (struct sessions){0};
	while (fgets(line, sizeof(line), f) != NULL) {
		s->tokens = realloc(s->tokens, (s->n + 1) * sizeof(*s->tokens));
		if (s->tokens == NULL)
			die("no memory");
		keep(s, s->n++, (struct str){line, strcspn(line, "\n")});
	}
	fclose(f);
}

void
sessions_free(struct sessions *s)
{
	size_t i;

	for (i = 0; i < s->n; i++)
		/* keep() made it. */
		free((char *)(uintptr_t)s->tokens[i].p);
	free(s->tokens);
	*s = (struct sessions){0};
}
