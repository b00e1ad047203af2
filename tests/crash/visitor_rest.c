/*
 * Session, POST, long poll; every failure ends the connection and everything
 * is asked again on the next.
 */
#include "tests/crash/visitor_rest.h"
#include "tests/bench/lib/figures.h"

#define RETRY_US 5000
#define POLL_S 2

bool
code_means_later(const char *code)
{
	static const char *const later[] = {
	    "busy", "no_room", "too_slow", "going_away"};
	size_t i;

	for (i = 0; code != NULL && i < ARRAY_LEN(later); i++)
		if (strcmp(later[i], code) == 0)
			return true;
	return false;
}

static void
send_request(struct visitor *v, struct wire *c, const char *method,
    const char *path, struct str body)
{
	struct buf b = {0};

	request_add(&b, method, path, str_from(v->token), body);
	wire_send(c, buf_view(&b));
	buf_free(&b);
}

static json_t *
parsed(const struct visitor *v, struct str body)
{
	json_t *j = json_loadb(body.p, body.n, JSON_REJECT_DUPLICATES, NULL);

	if (j == NULL)
		story_wrong(WRONG_BEHAVIOUR, v->ledger.visitor,
		    "not JSON: %.*s", STR_FMT(body));
	return j;
}

/* The server is not well, or says no: again later, on a new connection. */
static void
refused(struct visitor *v, struct wire *c, const json_t *problem)
{
	const char *code = json_string_value(json_object_get(problem, "code"));

	if (!code_means_later(code))
		story_wrong(WRONG_BEHAVIOUR, v->ledger.visitor,
		    "status %u, code %s", c->status,
		    code == NULL ? "none" : code);
	wire_close(c);
}

/* ---- what POSTs -------------------------------------------------------- */

static void
post_session(struct visitor *v)
{
	char body[96];

	snprintf(body, sizeof(body), "{\"company\":\"%s\"}", v->town->company);
	v->post_busy = true;
	send_request(
	    v, &v->talk, "POST", "/v1/visitor/session", str_from(body));
}

static void
post_message(struct visitor *v, size_t n)
{
	struct buf b = {0};
	char id[32], text[96];

	ledger_id(&v->ledger, n, id);
	ledger_text(&v->ledger, n, text);
	buf_addf(&b, "{\"id\":\"%s\",\"text\":", id);
	buf_json(&b, str_from(text));
	buf_char(&b, '}');
	v->post_busy = true;
	send_request(v, &v->talk, "POST", "/v1/visitor/messages", buf_view(&b));
	buf_free(&b);
}

static void
on_posted(struct wire *c, struct str text)
{
	struct visitor *v = c->arg;
	json_t *body = parsed(v, text);
	const char *token = json_string_value(json_object_get(body, "token"));

	v->post_busy = false;
	if (c->status / 100 != 2)
		refused(v, c, body);
	else if (token != NULL)
		snprintf(v->token, sizeof(v->token), "%s", token);
	else
		ledger_ack(&v->ledger, body);
	json_decref(body);
}

static void
post_next(struct visitor *v)
{
	const struct ledger *l = &v->ledger;

	if (v->post_busy)
		return;
	if (v->token[0] == '\0') {
		post_session(v);
		return;
	}
	v->online = true;
	while (v->posting < l->said_count && l->said[v->posting].acked)
		v->posting++;
	if (v->posting < l->said_count)
		post_message(v, v->posting);
}

/* ---- the long poll ------------------------------------------------------ */

static void
ask_events(struct visitor *v)
{
	char path[96];

	snprintf(path, sizeof(path), "/v1/visitor/events?after=%zu&wait=%d",
	    v->ledger.heard_count, POLL_S);
	send_request(v, &v->poll, "GET", path, STR(""));
}

static void
on_polled(struct wire *c, struct str text)
{
	struct visitor *v = c->arg;
	json_t *body = parsed(v, text),
	       *events = json_object_get(body, "events");
	size_t i;

	for (i = 0; c->status == 200 && i < json_array_size(events); i++)
		ledger_hear(&v->ledger, json_array_get(events, i));
	if (c->status != 200)
		refused(v, c, body);
	else
		ask_events(v);
	json_decref(body);
}

/* ---- both ---------------------------------------------------------------- */

static void
on_post_closed(struct wire *c)
{
	struct visitor *v = c->arg;

	v->online = false;
}

static void
on_poll_closed(struct wire *c)
{
	(void)c;
}

void
rest_start(struct visitor *v)
{
	static const struct wire_calls post = {
	    .text = on_posted, .closed = on_post_closed};
	static const struct wire_calls poll = {
	    .text = on_polled, .closed = on_poll_closed};

	v->talk.calls = &post;
	v->poll.calls = &poll;
}

static void
connect_if_closed(
    struct visitor *v, struct wire *c, void (*begin)(struct visitor *v))
{
	if (!c->open && wire_open(c, &v->town->client, v->town->port, 0))
		begin(v);
}

static void
begin_posting(struct visitor *v)
{
	v->post_busy = false;
	v->online = false;
}

void
rest_tick(struct visitor *v)
{
	bool known = v->token[0] != '\0';

	if (!v->talk.open || (known && !v->poll.open)) {
		if (now_us() < v->retry_us || v->town->port == 0)
			return;
		v->retry_us = now_us() + RETRY_US;
		connect_if_closed(v, &v->talk, begin_posting);
		if (known)
			connect_if_closed(v, &v->poll, ask_events);
	}
	if (v->talk.open)
		post_next(v);
}
