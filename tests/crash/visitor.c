/*
 * What a visitor does by itself, and over a WebSocket. POST and long poll are
 * in visitor_rest.c.
 */
#include "tests/crash/visitor.h"
#include "tests/bench/lib/figures.h"
#include "tests/crash/visitor_rest.h"

#include <stdlib.h>

#define RETRY_US 5000
#define UNACKED_MAX 8u

unsigned
town_chance(struct town *t, unsigned low, unsigned high)
{
	uint64_t n = t->chance += UINT64_C(0x9e3779b97f4a7c15);

	n = (n ^ n >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	n = (n ^ n >> 27) * UINT64_C(0x94d049bb133111eb);
	return low + (unsigned)((n ^ n >> 31) % (high - low + 1));
}

/* ---- speaking ---------------------------------------------------------- */

static void
send_message(struct visitor *v, size_t n)
{
	struct buf b = {0};
	char id[32], text[96];

	ledger_id(&v->ledger, n, id);
	ledger_text(&v->ledger, n, text);
	buf_addf(&b, "{\"type\":\"send\",\"id\":\"%s\",\"text\":", id);
	buf_json(&b, str_from(text));
	buf_char(&b, '}');
	wire_send_frame(&v->talk, buf_view(&b));
	buf_free(&b);
}

static void
say(struct visitor *v)
{
	size_t n = ledger_say(&v->ledger);

	if (!v->rest)
		send_message(v, n);
}

/* What was acknowledged long ago, once more. */
static void
say_again(struct visitor *v)
{
	size_t n;

	if (v->rest || v->ledger.said_count == 0)
		return;
	n = town_chance(v->town, 0, (unsigned)v->ledger.said_count - 1);
	if (v->ledger.said[n].acked)
		send_message(v, n);
}

static void
speak(struct visitor *v)
{
	struct town *t = v->town;
	unsigned i, count = town_chance(t, 0, 9) < 7 ? 1 : town_chance(t, 2, 5);

	for (i = 0; i < count; i++)
		say(v);
	if (town_chance(t, 0, 29) == 0)
		say_again(v);
	v->next_us = now_us() + town_chance(t, 0, v->patient ? 15 : 40) * 1000;
}

static bool
may_speak(const struct visitor *v)
{
	const struct ledger *l = &v->ledger;

	if (v->town->quiet || !v->online || now_us() < v->next_us)
		return false;
	if (v->patient)
		return ledger_settled(l);
	return l->said_count - l->acked < UNACKED_MAX;
}

/* ---- listening, on a WebSocket ------------------------------------------ */

static void
on_welcome(struct visitor *v, const json_t *frame)
{
	const char *token = json_string_value(json_object_get(frame, "token"));
	size_t i;

	snprintf(v->token, sizeof(v->token), "%s", token == NULL ? "" : token);
	v->online = true;
	v->ledger.back_at = v->ledger.heard_count;
	for (i = 0; i < v->ledger.said_count; i++)
		if (!v->ledger.said[i].acked)
			send_message(v, i);
}

static void
on_ack(struct visitor *v, const json_t *frame)
{
	ledger_ack(&v->ledger, frame);
}

static void
on_event(struct visitor *v, const json_t *frame)
{
	ledger_hear(&v->ledger, json_object_get(frame, "event"));
}

static void
on_nothing(struct visitor *v, const json_t *frame)
{
	(void)v;
	(void)frame;
}

/* Only what says "later" is right; then later it is. */
static void
on_error(struct visitor *v, const json_t *frame)
{
	const char *code = json_string_value(json_object_get(frame, "code"));

	if (!code_means_later(code))
		story_wrong(WRONG_BEHAVIOUR, v->ledger.visitor,
		    "the server says %s", code == NULL ? "nothing" : code);
	wire_close(&v->talk);
	v->online = false;
}

static const struct {
	const char *type;
	void (*handle)(struct visitor *v, const json_t *frame);
} frames[] = {
    {"welcome", on_welcome},
    {"ack", on_ack},
    {"event", on_event},
    {"error", on_error},
    {"typing", on_nothing},
    {"seen", on_nothing},
    {"draft", on_nothing},
};

static void
on_text(struct wire *c, struct str text)
{
	struct visitor *v = c->arg;
	json_t *frame = json_loadb(
	    text.p, text.n, JSON_REJECT_DUPLICATES, NULL);
	const char *type = json_string_value(json_object_get(frame, "type"));
	size_t i = 0;

	while (type != NULL && i < ARRAY_LEN(frames) &&
	       strcmp(frames[i].type, type) != 0)
		i++;
	if (!c->upgraded)
		on_error(v, frame);
	else if (type == NULL || i == ARRAY_LEN(frames))
		story_wrong(WRONG_BEHAVIOUR, v->ledger.visitor,
		    "a frame it does not know: %.*s", STR_FMT(text));
	else
		frames[i].handle(v, frame);
	json_decref(frame);
}

static void
on_opened(struct wire *c)
{
	struct visitor *v = c->arg;
	struct buf b = {0};

	buf_addf(
	    &b, "{\"type\":\"hello\",\"company\":\"%s\"", v->town->company);
	if (v->token[0] != '\0')
		buf_addf(&b, ",\"token\":\"%s\",\"after\":%zu", v->token,
		    v->ledger.heard_count);
	buf_char(&b, '}');
	wire_send_frame(c, buf_view(&b));
	buf_free(&b);
}

static void
on_closed(struct wire *c)
{
	struct visitor *v = c->arg;

	v->online = false;
}

static const struct wire_calls calls = {
    .opened = on_opened, .text = on_text, .closed = on_closed};

static void
socket_tick(struct visitor *v)
{
	char path[96];

	if (v->talk.open || now_us() < v->retry_us || v->town->port == 0)
		return;
	v->retry_us = now_us() + RETRY_US;
	if (!wire_open(&v->talk, &v->town->client, v->town->port, 0))
		return;
	snprintf(path, sizeof(path), "/v1/visitor/socket?company=%s",
	    v->town->company);
	wire_upgrade(&v->talk, path);
}

/* ---- life -------------------------------------------------------------- */

void
visitor_start(struct visitor *v, struct town *t, unsigned n, bool rest)
{
	*v = (struct visitor){.town = t,
	    .ledger = {.visitor = n, .stands_in = !rest},
	    .rest = rest,
	    .patient = n % 2 == 0};
	v->talk.arg = v->poll.arg = v;
	v->talk.calls = &calls;
	if (rest)
		rest_start(v);
}

static void
look_at_debts(struct visitor *v)
{
	int64_t us = now_us() - v->town->listening_us;

	if (v->owed == 0 || v->ledger.answered < v->owed)
		return;
	v->owed = 0;
	if (us > v->town->slowest_us)
		v->town->slowest_us = us;
}

void
visitor_tick(struct visitor *v)
{
	if (v->rest)
		rest_tick(v);
	else
		socket_tick(v);
	if (may_speak(v))
		speak(v);
	look_at_debts(v);
}

void
visitor_note_kill(struct visitor *v)
{
	if (v->ledger.answered < v->ledger.last_own)
		v->owed = v->ledger.last_own;
}

int64_t
visitor_conversation(const struct visitor *v)
{
	const char *dot = strchr(v->token, '.');

	dot = dot == NULL ? NULL : strchr(dot + 1, '.');
	return dot == NULL ? 0 : strtoll(dot + 1, NULL, 10);
}

void
visitor_stop(struct visitor *v)
{
	wire_close(&v->talk);
	wire_close(&v->poll);
	ledger_free(&v->ledger);
}
