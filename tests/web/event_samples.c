/*
 * event_samples: events of every kind as they are written, a line each, for
 * event_test.mjs to hold against the schema: the whole event, and what customers
 * see of it. They come from random acts, the same in each run.
 */
#include "core/handoff.h"
#include "core/pack.h"
#include "core/trigger.h"

#include <stdio.h>
#include <stdlib.h>

#define RUNS 300
#define STEPS 30
#define NOW INT64_C(1700000000000)

static const struct policy policy = {.idle_ms = 40,
    .offer_ms = 10,
    .queue_ms = 500,
    .first_response_ms = 50,
    .next_response_ms = 70,
    .unread_ms = 30,
    .notice_ms = 20,
    .window_ms = 900,
    .has_desk = true};

static uint64_t
below(uint64_t *state, uint64_t n)
{
	uint64_t z = *state += UINT64_C(0x9e3779b97f4a7c15);

	z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
	return (z ^ z >> 31) % n;
}

struct sampling {
	struct conversation c;
	struct arena arena;
	int64_t now;
	uint64_t random;
	struct str pack, route;
};

static void
must(bool holds)
{
	if (!holds)
		abort();
}

static void
tell(struct sampling *s, struct event e)
{
	struct buf b = {0}, shown = {0};
	size_t at;

	e.seq = s->c.seq + 1;
	e.at = s->now;
	must(conversation_fold(&s->c, &e) == OK);
	buf_str(&b, "{\"whole\":");
	at = b.len;
	event_write(&b, &e);
	event_show(&shown, (struct str){b.data + at, b.len - at});
	buf_str(&b, ",\"shown\":");
	buf_add(&b, shown.data, shown.len);
	must(!b.failed && !shown.failed);
	printf("%.*s}\n", (int)b.len, b.data);
	buf_free(&b);
	buf_free(&shown);
}

static void
tell_all(struct sampling *s, const struct decision *d)
{
	for (unsigned i = 0; i < d->event_count; i++)
		tell(s, d->events[i]);
}

static struct str
body_of(enum act_kind kind)
{
	static const struct {
		enum act_kind kind;
		const char *body;
	} bodies[] = {
	    {ACT_OFFER, "{\"why\":\"best\",\"waited_ms\":4000}"},
	    {ACT_WITHDRAW, "{\"why\":\"seller_gone\"}"},
	    {ACT_EXPIRE, "{\"why\":\"ran_out\"}"},
	    {ACT_OVERFLOW, "{\"why\":\"too_long\"}"},
	    {ACT_SAY, "{\"text\":\"Hi\",\"name\":\"Anna\",\"id\":\"m1\"}"},
	    {ACT_BARGE, "{\"text\":\"Hi\"}"},
	    {ACT_DESK_SAY, "{\"text\":\"\",\"files\":[{\"name\":\"a.pdf\"}]}"},
	    {ACT_LABEL, "{\"add\":[\"vip\"],\"remove\":[]}"},
	    {ACT_NOTE, "{\"text\":\"n\"}"},
	    {ACT_WHISPER, "{\"text\":\"n\"}"},
	    {ACT_REFUSED, "{\"why\":\"held\"}"},
	    {ACT_TRANSFER, "{\"text\":\"n\"}"},
	};

	for (size_t i = 0; i < ARRAY_LEN(bodies); i++)
		if (bodies[i].kind == kind)
			return str_from(bodies[i].body);
	return trigger_body(TRIGGER_ASKED);
}

/* Left to chance alone, few chats get far. */
static void
prefer_people(struct sampling *s, struct act *a)
{
	if (below(&s->random, 3) != 0)
		return;
	if (s->c.holder == HOLDER_BOT) {
		a->kind = ACT_QUEUE;
	} else if (s->c.offered != 0) {
		a->kind = below(&s->random, 2) == 0 ? ACT_DECLINE : ACT_ACCEPT;
		a->agent = s->c.offered;
	} else if (s->c.holder == HOLDER_QUEUE) {
		a->kind = ACT_OFFER;
		a->agent = 0;
		a->to_agent = 1;
	}
}

static void
act(struct sampling *s)
{
	static const char *const notices[NOTICES] = {"",
	    "{\"text\":\"t\",\"notice\":\"waiting\",\"position\":2}",
	    "{\"text\":\"t\",\"notice\":\"closed\"}",
	    "{\"text\":\"t\",\"notice\":\"nobody\"}",
	    "{\"text\":\"t\",\"notice\":\"mailed\"}",
	    "{\"text\":\"t\",\"notice\":\"passed\"}",
	    "{\"text\":\"t\",\"notice\":\"back\"}",
	    "{\"text\":\"t\",\"notice\":\"ended\"}"};
	struct act a = {.kind = (enum act_kind)below(&s->random, ACTS),
	    .agent = (int64_t)below(&s->random, 3),
	    .may_supervise = below(&s->random, 2) == 0,
	    .to_agent = (int64_t)below(&s->random, 3),
	    .to_team = (int64_t)below(&s->random, 2) * (INT64_C(1) << 52),
	    .chats_max = (unsigned)below(&s->random, 3),
	    .seen_seq = UINT64_MAX,
	    .priority = below(&s->random, 4),
	    .timer = (enum timer_kind)below(&s->random, TIMER_KINDS),
	    .until = s->now + 50,
	    .now = s->now,
	    .name = below(&s->random, 2) == 0 ? STR("Anna") : STR(""),
	    .notice = (enum notice)below(&s->random, NOTICES),
	    .route = s->route,
	    .pack = s->pack,
	    .wanted = (int64_t)below(&s->random, 2),
	    .policy = &policy};
	struct acted acted;

	prefer_people(s, &a);
	if (a.kind == ACT_TRANSFER && below(&s->random, 2) == 0)
		a.to_team = 0;
	a.body = body_of(a.kind);
	a.notice_body = str_from(notices[a.notice]);
	must(handoff_act(&s->c, &a, &s->arena, &acted) == OK);
	tell_all(s, &acted.decision);
}

static void
look(struct sampling *s)
{
	struct decision d;

	must(
	    decide_timer(&s->c, (enum timer_kind)below(&s->random, TIMER_KINDS),
		&policy, s->now, &d) == OK);
	tell_all(s, &d);
}

static void
turn(struct sampling *s)
{
	const struct answer answer = {.kind = ANSWER_UNKNOWN,
	    .text = STR("?"),
	    .source = STR("Returns"),
	    .confidence = 7};
	struct decision asked = decide(&s->c), d = {0};

	if (asked.kind == DECIDE_MAIL)
		must(decide_mailed(&s->c, &asked, &policy, s->now, &d) == OK);
	if (asked.kind == DECIDE_ASK)
		must(decide_answer(&s->c, &asked, &answer, &policy, s->now,
			 &s->arena, &d) == OK);
	tell_all(s, &d);
}

static void
step(struct sampling *s)
{
	static const struct event question = {.kind = EVENT_MESSAGE,
	    .author = AUTHOR_CUSTOMER,
	    .body = {"{\"text\":\"Where is order 4711?\"}", 31}};

	s->now += (int64_t)below(&s->random, 60);
	switch (below(&s->random, 8)) {
	case 0:
		tell(s, question);
		break;
	case 1:
		look(s);
		break;
	case 2:
		turn(s);
		break;
	default:
		act(s);
	}
}

/* A pack with every member, and a route. */
static void
prepare(struct sampling *s)
{
	static struct str skills[] = {STR("billing")};
	const struct company_rule rule = {.skills = skills,
	    .prefer = skills,
	    .skill_count = 1,
	    .prefer_count = 1};
	const struct event events[] = {
	    {.kind = EVENT_MESSAGE,
		.author = AUTHOR_CUSTOMER,
		.body = STR("{\"text\":\"Where is my order 4711? Write to "
			    "ann@example.org or call 0170 1234567\"}")},
	    {.kind = EVENT_MESSAGE,
		.author = AUTHOR_BOT,
		.body = STR("{\"text\":\"?\",\"answer\":\"unknown\","
			    "\"confidence\":7,\"cites\":\"Returns\"}")},
	};
	const struct pack_source src = {.events = events,
	    .count = ARRAY_LEN(events),
	    .why = str_from(trigger_name(TRIGGER_UNKNOWN)),
	    .name = STR("Ann"),
	    .email = STR("eve@mail.example")};
	struct buf b = {0};
	struct pack pack;

	must(pack_make(&src, &s->arena, &pack) == OK);
	pack_write(&pack, &b);
	s->pack = arena_copy(&s->arena, buf_view(&b));
	must(s->pack.p != NULL);
	must(trigger_route(&rule, STR("en"), &s->arena, &s->route) == OK);
	buf_free(&b);
}

int
main(void)
{
	struct sampling s = {.random = 7};

	for (unsigned run = 0; run < RUNS; run++) {
		s.c = (struct conversation){0};
		s.now = NOW;
		prepare(&s);
		tell(&s, (struct event){.kind = EVENT_OPENED});
		for (unsigned i = 0; i < STEPS; i++)
			step(&s);
		arena_reset(&s.arena);
	}
	arena_free(&s.arena);
	return 0;
}
