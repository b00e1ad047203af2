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
/* Longer than the desk needs to read all anew, and to believe that an act was
 * lost, on a busy machine. */
#define LINE_US 12000000

unsigned
town_chance(struct town *t, unsigned low, unsigned high)
{
	uint64_t n = t->chance += UINT64_C(0x9e3779b97f4a7c15);

	n = (n ^ n >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	n = (n ^ n >> 27) * UINT64_C(0x94d049bb133111eb);
	return low + (unsigned)((n ^ n >> 31) % (high - low + 1));
}

struct visitor *
town_visitor(struct town *t, int64_t conversation)
{
	unsigned i;

	for (i = 0; i < t->visitor_count; i++)
		if (conversation != 0 &&
		    visitor_conversation(&t->visitors[i]) == conversation)
			return &t->visitors[i];
	return NULL;
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

/* How often they ask for people, in percent; how they speak to them, in ms. */
static const struct manner {
	enum words words;
	unsigned asks, low, high;
} manners[] = {
    [PLAN_BOT] = {WORDS_QUESTION, 0, 0, 40},
    [PLAN_PEOPLE] = {WORDS_HUMAN, 25, 30, 200},
    [PLAN_MAIL] = {WORDS_MAIL, 30, 100, 600},
    [PLAN_LINE] = {WORDS_LINE, 100, 500, 1500},
};

static enum words
choose_words(struct visitor *v)
{
	const struct manner *m = &manners[v->plan];

	if (!ledger_with(&v->ledger, "bot"))
		return WORDS_MORE;
	return m->asks > town_chance(v->town, 0, 99) ? m->words
						     : WORDS_QUESTION;
}

static void
say(struct visitor *v)
{
	size_t n = ledger_say(&v->ledger, choose_words(v));

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
	const struct manner *m = &manners[v->plan];
	unsigned i, count = town_chance(t, 0, 9) < 7 ? 1 : town_chance(t, 2, 5);

	if (v->plan == PLAN_LINE)
		count = 1;
	for (i = 0; i < count; i++)
		say(v);
	if (town_chance(t, 0, 29) == 0)
		say_again(v);
	v->next_us = now_us();
	if (v->plan == PLAN_BOT || ledger_with(&v->ledger, "bot"))
		v->next_us += town_chance(t, 0, v->patient ? 15 : 40) * 1000;
	else
		v->next_us += town_chance(t, m->low, m->high) * 1000;
}

/* People are given time: who writes by mail always waits for the answer. */
static bool
is_patient(const struct visitor *v)
{
	return v->patient || v->plan == PLAN_MAIL;
}

static bool
may_speak(const struct visitor *v)
{
	const struct ledger *l = &v->ledger;

	if (v->town->quiet || !v->town->open || !v->online ||
	    now_us() < v->next_us)
		return false;
	if (v->plan != PLAN_LINE && is_patient(v))
		return l->acked == l->said_count &&
		       (l->answered >= l->last_own ||
			   (ledger_with(l, "bot") && ledger_settled(l)));
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
    {"queue", on_nothing},
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

/* ---- in line ------------------------------------------------------------- */

/* Whoever is next is at least being asked, once the server is up. */
static void
look_at_line(struct visitor *v)
{
	const struct ledger *l = &v->ledger;
	int64_t us, from = v->waits_us > v->town->listening_us
			       ? v->waits_us
			       : v->town->listening_us;

	if (l->holder_seq > v->waits_seq) {
		v->waits_seq = l->holder_seq;
		v->waits_us = 0;
		if (ledger_with(l, "queue") && v->offer_seq < l->holder_seq)
			v->waits_us = now_us();
		return;
	}
	if (v->waits_us == 0 || v->town->port == 0 || v->plan == PLAN_LINE)
		return;
	us = now_us() - from;
	if (us > v->town->longest_us)
		v->town->longest_us = us;
	if (us > LINE_US && !v->forgotten) {
		v->forgotten = true;
		story_wrong(WRONG_UNANSWERED, l->visitor,
		    "%lld ms in line, and nobody was offered it or written to",
		    (long long)us / 1000);
	}
}

void
visitor_offered(struct visitor *v, uint64_t seq)
{
	v->offer_seq = seq;
	v->waits_us = 0;
}

void
visitor_offer_ended(struct visitor *v)
{
	if (ledger_with(&v->ledger, "queue"))
		v->waits_us = now_us();
}

/* ---- life -------------------------------------------------------------- */

void
visitor_start(struct visitor *v, struct town *t, const struct visitor_of *of)
{
	*v = (struct visitor){.town = t,
	    .plan = of->plan,
	    .ledger = {.visitor = of->number, .stands_in = !of->rest},
	    .rest = of->rest,
	    .patient = of->number % 2 == 0};
	v->talk.arg = v->poll.arg = v;
	v->talk.calls = &calls;
	if (of->rest)
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
	look_at_line(v);
}

/* People take their time; the bot does not. */
void
visitor_note_kill(struct visitor *v)
{
	if (v->plan == PLAN_BOT && v->ledger.answered < v->ledger.last_own)
		v->owed = v->ledger.last_own;
}

bool
visitor_settled(const struct visitor *v)
{
	if (v->plan == PLAN_LINE)
		return v->ledger.acked == v->ledger.said_count;
	return ledger_settled(&v->ledger);
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
