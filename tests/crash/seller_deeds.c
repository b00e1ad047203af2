/*
 * What a seller does with what is theirs, by chance while all talk, and so that
 * it ends when all fall silent.
 */
#include "tests/bench/lib/figures.h"
#include "tests/crash/seller.h"

#include <inttypes.h>
#include <stdlib.h>
#include <time.h>

#define WORDS_UNDER_WAY 8u

static void
send(struct seller *s, struct buf *b)
{
	wire_send_frame(&s->wire, buf_view(b));
	buf_free(b);
}

/* ---- words ---------------------------------------------------------------- */

void
seller_text(const struct seller *s, size_t n, char out[96])
{
	snprintf(out, 96, "%s has an answer for you. (s%u.%zu)", s->name,
	    s->number, n);
}

void
seller_send_word(struct seller *s, size_t n)
{
	const struct word *w = &s->words[n];
	struct buf b = {0};
	char text[96];

	seller_text(s, n, text);
	buf_addf(&b,
	    "{\"type\":\"%s\",\"conversation\":%" PRId64
	    ",\"id\":\"m%u-%zu\",\"seen_seq\":%" PRIu64 ",\"text\":",
	    w->barge ? "barge" : "send", w->conversation, s->number, n,
	    w->seen);
	buf_json(&b, str_from(text));
	buf_char(&b, '}');
	send(s, &b);
}

static void
say(struct seller *s, struct chat *c, bool barge)
{
	if (s->word_count == s->word_room) {
		s->word_room = s->word_room == 0 ? 64 : s->word_room * 2;
		s->words = realloc(s->words, s->word_room * sizeof(*s->words));
		if (s->words == NULL)
			die("no memory");
	}
	s->words[s->word_count] = (struct word){
	    .conversation = c->conversation, .barge = barge, .seen = c->seq};
	c->speaking++;
	seller_send_word(s, s->word_count++);
}

/* ---- acts ------------------------------------------------------------------ */

/* `more`: further members, with a comma before them, or "". */
static void
act(struct seller *s, struct chat *c, const char *what, const char *more)
{
	struct buf b = {0};

	buf_addf(&b,
	    "{\"type\":\"act\",\"id\":\"a%zu\",\"conversation\":%" PRId64
	    ",\"act\":\"%s\"%s}",
	    s->acts++, c->conversation, what, more);
	c->acting = true;
	send(s, &b);
}

static void
do_say(struct seller *s, struct chat *c)
{
	if (s->word_count - s->acked - s->refused < WORDS_UNDER_WAY)
		say(s, c, false);
}

static void
do_note(struct seller *s, struct chat *c)
{
	struct buf b = {0};

	buf_addf(&b,
	    "{\"type\":\"note\",\"id\":\"n%zu\",\"conversation\":%" PRId64
	    ",\"text\":\"They mean the red one.\"}",
	    s->acts++, c->conversation);
	send(s, &b);
}

/* Not over a question that no person has answered. */
static void
do_give_back(struct seller *s, struct chat *c)
{
	if (c->asked > c->told)
		do_say(s, c);
	else
		act(s, c, "give_back", "");
}

static void
do_resolve(struct seller *s, struct chat *c)
{
	if (c->asked > c->told)
		do_say(s, c);
	else
		act(s, c, "resolve", "");
}

static void
do_hand_on(struct seller *s, struct chat *c)
{
	const struct town *t = s->town;
	const struct seller *to =
	    &t->sellers[town_chance(s->town, 0, t->seller_count - 1)];
	char more[64];

	if (to->stubborn) /* from whom it would not come back */
		return;
	snprintf(more, sizeof(more), ",\"note\":\"yours\",\"agent\":%" PRId64,
	    to->agent);
	act(s, c, "transfer", more);
}

static void
do_to_team(struct seller *s, struct chat *c)
{
	act(s, c, "transfer", ",\"team\":\"sales\"");
}

/* Nobody is there: it goes on by mail. */
static void
do_to_office(struct seller *s, struct chat *c)
{
	act(s, c, "transfer", ",\"team\":\"office\"");
}

static void
do_snooze(struct seller *s, struct chat *c)
{
	char more[48];
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	snprintf(more, sizeof(more), ",\"until\":%lld",
	    (long long)now.tv_sec * 1000 + town_chance(s->town, 1200, 2500));
	act(s, c, "snooze", more);
}

static void
do_label(struct seller *s, struct chat *c)
{
	act(s, c, "label",
	    town_chance(s->town, 0, 1) == 0 ? ",\"add\":[\"vip\"]"
					    : ",\"remove\":[\"vip\"]");
}

static void
do_priority(struct seller *s, struct chat *c)
{
	char more[32];

	snprintf(
	    more, sizeof(more), ",\"priority\":%u", town_chance(s->town, 0, 3));
	act(s, c, "priority", more);
}

static const struct {
	unsigned weight;
	void (*deed)(struct seller *s, struct chat *c);
} deeds[] = {
    {60, do_say},
    {5, do_note},
    {7, do_give_back},
    {7, do_resolve},
    {6, do_hand_on},
    {4, do_to_team},
    {2, do_to_office},
    {3, do_snooze},
    {3, do_label},
    {3, do_priority},
};

/* What is not theirs: nearly all of it is refused, or should be. */
static void
do_wander(struct seller *s)
{
	static const char *const usual[] = {"pull", "accept", "give_back"};
	static const char *const above[] = {
	    "take_over", "take_over", "pull", "queue", "reopen"};
	struct town *t = s->town;
	struct visitor *v =
	    &t->visitors[town_chance(t, 0, t->visitor_count - 1)];
	int64_t conversation = visitor_conversation(v);
	struct chat *c;

	if (conversation == 0 ||
	    (v->plan != PLAN_PEOPLE && v->plan != PLAN_MAIL))
		return;
	c = seller_chat(s, conversation);
	if (c == NULL || c->mine || c->acting)
		return;
	if (v->plan == PLAN_PEOPLE && ledger_with(&v->ledger, "email"))
		act(s, c, "pull", "");
	else if (c->seq > 0 && !s->supervises && town_chance(t, 0, 2) == 0)
		say(s, c, false);
	else if (!s->supervises)
		act(s, c, usual[town_chance(t, 0, ARRAY_LEN(usual) - 1)], "");
	else if (c->seq > 0 && town_chance(t, 0, 3) == 0)
		say(s, c, true);
	else
		act(s, c, above[town_chance(t, 0, ARRAY_LEN(above) - 1)], "");
}

/* ---- when ------------------------------------------------------------------ */

/* It is theirs, and they have seen what they did with it. */
static bool
at_hand(const struct chat *c)
{
	return c->mine && !c->acting && c->seq >= c->known;
}

static struct chat *
any_at_hand(struct seller *s)
{
	unsigned i, n = s->chat_count;
	unsigned from = n == 0 ? 0 : town_chance(s->town, 0, n - 1);

	for (i = 0; i < n; i++)
		if (at_hand(&s->chats[(from + i) % n]))
			return &s->chats[(from + i) % n];
	return NULL;
}

static void
do_something(struct seller *s, struct chat *c)
{
	unsigned i, total = 0, at;

	for (i = 0; i < ARRAY_LEN(deeds); i++)
		total += deeds[i].weight;
	at = s->stubborn ? 0 : town_chance(s->town, 0, total - 1);
	for (i = 0; at >= deeds[i].weight; i++)
		at -= deeds[i].weight;
	deeds[i].deed(s, c);
}

static void
answer_offer(struct seller *s, struct chat *c)
{
	unsigned luck = town_chance(s->town, 0, 99);

	c->taking = true;
	if (s->faithful || s->town->quiet || luck < 85)
		act(s, c, "accept", "");
	else if (luck < 95)
		act(s, c, "decline", "");
}

static void
look_at_offers(struct seller *s)
{
	unsigned i;

	for (i = 0; i < s->chat_count; i++) {
		struct chat *c = &s->chats[i];

		if (!c->offered || c->acting || now_us() < c->decide_us)
			continue;
		if (!c->taking || s->town->quiet)
			answer_offer(s, c);
	}
}

static void
wind_up(struct seller *s, struct chat *c)
{
	if (!at_hand(c) || c->speaking > 0)
		return;
	if (c->asked > c->told)
		say(s, c, false);
	else if (c->conversation % 2 == 0)
		do_resolve(s, c);
	else
		do_give_back(s, c);
}

void
seller_deeds(struct seller *s)
{
	struct town *t = s->town;
	struct chat *c;
	unsigned i;

	look_at_offers(s);
	for (i = 0; t->quiet && !s->stubborn && i < s->chat_count; i++)
		wind_up(s, &s->chats[i]);
	if (t->quiet || now_us() < s->next_us)
		return;
	s->next_us = now_us() + town_chance(t, 5, 60) * 1000;
	c = any_at_hand(s);
	if (c != NULL)
		do_something(s, c);
	if (!s->stubborn && town_chance(t, 0, s->supervises ? 5 : 11) == 0)
		do_wander(s);
	if (!s->faithful && !s->supervises && town_chance(t, 0, 199) == 0)
		seller_leave(s, town_chance(t, 100, 4000) * INT64_C(1000));
}
