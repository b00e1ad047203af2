/* trigger: when the bot gives up, why, and who shall have the chat. */
#include "core/trigger.h"
#include "core/language.h"
#include "tests/core/sentences.h"
#include "tests/lib/cmocka.h"
#include "tests/lib/random.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static struct str refund[] = {STR("refund"), STR("money back")};
static struct str bikes[] = {STR("bike")};
static struct str skills[] = {STR("billing"), STR("fr\"ench")};
static struct company_rule rules[] = {
    {.words = bikes, .word_count = 1, .when = STR("handed"), .team = STR("b")},
    {.words = refund,
	.word_count = 2,
	.when = STR("always"),
	.team = STR("billing"),
	.skills = skills,
	.skill_count = 2},
    {.channel = STR("slack"), .when = STR("handed"), .team = STR("s")},
};
static struct str own_words[] = {STR("the big boss")};

static const struct company company = {
    .policy = {.confidence = 40,
	.unknown_after = 2,
	.failed_after = 1,
	.mood_after = 2},
    .rules = rules,
    .rule_count = ARRAY_LEN(rules),
    .handoff_words = own_words,
    .handoff_word_count = 1,
};

static struct triggered
look(const char *text, struct trigger_case t)
{
	struct trigger_text one = {.text = str_from(text)};
	struct triggered out;

	t.company = &company;
	if (t.texts == NULL) {
		t.texts = &one;
		t.count = 1;
	}
	trigger_look(&t, &out);
	return out;
}

#define LOOK(text, ...) look(text, (struct trigger_case){__VA_ARGS__})
#define TRIGGER(text, ...) LOOK(text, __VA_ARGS__).trigger

static void
test_asked(void **state)
{
	const struct trigger_text button = {
	    .text = STR("Yes"), .button = STR("talk_to_human")};
	const struct trigger_text other = {
	    .text = STR("Yes"), .button = STR("size_xl")};

	(void)state;
	assert_int_equal(
	    TRIGGER("Where is it?", .channel = STR("web")), TRIGGER_NONE);
	assert_int_equal(TRIGGER("a human please", .wanted = 3), TRIGGER_ASKED);
	assert_int_equal(TRIGGER("/human", .wanted = 0), TRIGGER_ASKED);
	assert_int_equal(TRIGGER("/agent now", .wanted = 0), TRIGGER_ASKED);
	assert_int_equal(TRIGGER("/help", .wanted = 0), TRIGGER_NONE);
	assert_int_equal(
	    TRIGGER("", .texts = &button, .count = 1), TRIGGER_ASKED);
	assert_int_equal(
	    TRIGGER("", .texts = &other, .count = 1), TRIGGER_NONE);
	assert_int_equal(
	    TRIGGER("get the Big Boss!", .wanted = 0), TRIGGER_ASKED);
	assert_int_equal(
	    TRIGGER("not the big boss", .wanted = 0), TRIGGER_NONE);
	assert_int_equal(TRIGGER("hi", .wanted = 3), TRIGGER_SELLER);
}

static void
test_rules(void **state)
{
	const struct str before[] = {STR("my bike broke"), STR("hm")};
	struct triggered out;

	(void)state;
	out = LOOK("I want my Money-Back", .channel = STR("web"));
	assert_int_equal(out.trigger, TRIGGER_RULE);
	assert_ptr_equal(out.rule, &rules[1]);
	/* The first rule says who, the other one that. */
	out = LOOK("a refund for my bike", .channel = STR("web"));
	assert_int_equal(out.trigger, TRIGGER_RULE);
	assert_ptr_equal(out.rule, &rules[0]);
	out = LOOK("a bike", .channel = STR("web"));
	assert_int_equal(out.trigger, TRIGGER_NONE);
	out = LOOK("agent", .channel = STR("web"));
	assert_null(out.rule);
	out = LOOK("agent", .channel = STR("slack"));
	assert_ptr_equal(out.rule, &rules[2]);
	/* What they said before says who, but hands nothing over. */
	out = LOOK("agent", .channel = STR("web"), .earlier = before,
	    .earlier_count = 2);
	assert_ptr_equal(out.rule, &rules[0]);
	out = LOOK("hello", .channel = STR("web"), .earlier = refund,
	    .earlier_count = 2);
	assert_int_equal(out.trigger, TRIGGER_NONE);
	assert_ptr_equal(out.rule, &rules[1]);
}

/* ---- much was said, and there are many rules ----------------------------- */

static void
make_words(struct test_random *r, char *out, size_t most)
{
	size_t n = 1 + test_random_below(r, most), i;

	for (i = 0; i < n; i++) {
		*out++ = (char)('a' + test_random_below(r, 16));
		*out++ = ' ';
	}
	*out = '\0';
}

static const struct company_rule *
first_by_hand(const struct company *c, const struct str *said, size_t n)
{
	struct phrase p, word;
	size_t i, k, w;

	for (i = 0; i < c->rule_count; i++)
		for (w = 0; w < c->rules[i].word_count; w++)
			for (k = 0; k < n; k++) {
				phrase_read(said[k], &p);
				phrase_read(c->rules[i].words[w], &word);
				if (phrase_find(&p, &word) < p.n)
					return &c->rules[i];
			}
	return NULL;
}

static void
test_earlier_of_many(void **state)
{
	static char texts[20][24], words[40][12];
	struct test_random r = test_random_new("trigger_earlier");
	struct str said[20], list[40];
	struct company_rule some[20];
	const struct company many = {.rules = some, .rule_count = 20};
	const struct trigger_case t = {.company = &many,
	    .channel = STR("web"),
	    .earlier = said,
	    .earlier_count = 20};
	unsigned found = 0;

	(void)state;
	for (unsigned round = 0; round < 300; round++) {
		struct triggered out;

		for (unsigned i = 0; i < 20; i++) {
			make_words(&r, texts[i], 6);
			said[i] = str_from(texts[i]);
		}
		for (unsigned i = 0; i < 40; i++) {
			make_words(&r, words[i], 5);
			list[i] = str_from(words[i]);
		}
		for (unsigned i = 0; i < 20; i++)
			some[i] = (struct company_rule){.words = &list[2 * i],
			    .word_count = 2,
			    .when = STR("handed")};
		trigger_look(&t, &out);
		assert_ptr_equal(out.rule, first_by_hand(&many, said, 20));
		found += out.rule != NULL && out.rule != &some[0];
	}
	assert_in_range(found, 10, 290);
}

/*
 * As many phrases as a company may have, of three words each, and of each the
 * first two and the last two were said: somewhere, but apart. To search all
 * that was said for each took minutes of the thread; now it is a moment.
 */
#define MANY_RULES 200u
#define MANY_WORDS 100u
#define MANY_SAID 400u
#define LETTERS 28u

struct plenty {
	char words[MANY_RULES * MANY_WORDS][16], texts[MANY_SAID][1024];
	struct str list[MANY_RULES * MANY_WORDS], said[MANY_SAID];
	struct company_rule rules[MANY_RULES];
};

static void
make_plenty(struct plenty *p)
{
	unsigned i, k, n, pair = 0;

	for (i = 0; i < MANY_RULES * MANY_WORDS; i++) {
		snprintf(p->words[i], sizeof(p->words[i]), "w%u w%u w%u",
		    i % LETTERS, i / LETTERS % LETTERS,
		    i / LETTERS / LETTERS % LETTERS);
		p->list[i] = str_from(p->words[i]);
	}
	for (i = 0; i < MANY_RULES; i++)
		p->rules[i] = (struct company_rule){
		    .words = &p->list[i * MANY_WORDS],
		    .word_count = MANY_WORDS,
		    .when = STR("handed")};
	for (i = 0; i < MANY_SAID; i++) {
		for (n = 0, k = 0; k < 85; k++, pair++)
			n += (unsigned)snprintf(p->texts[i] + n,
			    sizeof(p->texts[i]) - n, "w%u w%u q ",
			    pair % LETTERS, pair / LETTERS % LETTERS);
		p->said[i] = str_from(p->texts[i]);
	}
}

static void
test_earlier_takes_a_moment(void **state)
{
	struct plenty *p = calloc(1, sizeof(*p));
	const struct company many = {
	    .rules = p->rules, .rule_count = MANY_RULES};
	const struct trigger_case t = {.company = &many,
	    .channel = STR("web"),
	    .earlier = p->said,
	    .earlier_count = MANY_SAID};
	struct triggered out;
	clock_t begin;

	(void)state;
	make_plenty(p);
	begin = clock();
	trigger_look(&t, &out);
	assert_null(out.rule);
	assert_true(clock() - begin < 2 * CLOCKS_PER_SEC);
	p->said[MANY_SAID / 2] = p->list[MANY_RULES * MANY_WORDS - 1];
	trigger_look(&t, &out);
	assert_ptr_equal(out.rule, &p->rules[MANY_RULES - 1]);
	free(p);
}

static void
test_several_texts(void **state)
{
	const struct trigger_text asks[] = {
	    {.text = STR("a human please")}, {.text = STR("hello?")}};
	const struct trigger_text two[] = {
	    {.text = STR("a refund")}, {.text = STR("for a bike")}};
	struct triggered out;

	(void)state;
	assert_int_equal(TRIGGER("", .texts = asks, .count = 2), TRIGGER_ASKED);
	out = LOOK("", .texts = two, .count = 2, .channel = STR("web"));
	assert_int_equal(out.trigger, TRIGGER_RULE);
	assert_ptr_equal(out.rule, &rules[0]);
}

static void
test_answers(void **state)
{
	const struct answer found = {.kind = ANSWER_FOUND, .confidence = 40},
			    unsure = {.kind = ANSWER_FOUND, .confidence = 39},
			    unknown = {.kind = ANSWER_UNKNOWN},
			    failed = {.kind = ANSWER_FAILED},
			    nothing = {.kind = ANSWER_NOTHING};
	struct triggered out;

	(void)state;
	assert_int_equal(TRIGGER("x", .answer = &found), TRIGGER_NONE);
	assert_int_equal(TRIGGER("x", .answer = &nothing), TRIGGER_NONE);
	assert_int_equal(TRIGGER("x", .answer = &unsure), TRIGGER_UNSURE);
	assert_int_equal(TRIGGER("x", .answer = &failed), TRIGGER_FAILED);
	assert_int_equal(TRIGGER("x", .answer = &unknown), TRIGGER_NONE);
	out = LOOK("x", .answer = &unknown, .before = {.unknown = 1});
	assert_int_equal(out.trigger, TRIGGER_UNKNOWN);
	assert_false(out.answers);
	/* A rule hands over what the bot can answer all the same. */
	out = LOOK("refund", .answer = &found);
	assert_int_equal(out.trigger, TRIGGER_RULE);
	assert_true(out.answers);
	assert_false(LOOK("refund", .answer = &unsure).answers);
	assert_false(LOOK("agent", .answer = &found).answers);
}

static struct event
message(enum author author, const char *body)
{
	return (struct event){
	    .kind = EVENT_MESSAGE, .author = author, .body = str_from(body)};
}

static void
follow(struct trigger_runs *runs, struct event e)
{
	struct trigger_runs slow = *runs;
	struct trigger_spots spots;

	trigger_spots_make(&spots);
	trigger_follow(runs, &spots, &e);
	trigger_follow(&slow, NULL, &e);
	assert_memory_equal(runs, &slow, sizeof(slow));
}

static void
test_runs(void **state)
{
	struct trigger_runs runs = {0};

	(void)state;
	follow(&runs, message(AUTHOR_BOT, "{\"answer\":\"unknown\"}"));
	follow(&runs, message(AUTHOR_BOT, "{\"answer\":\"failed\"}"));
	follow(&runs, message(AUTHOR_BOT, "{\"answer\":\"failed\"}"));
	assert_int_equal(runs.unknown, 1);
	assert_int_equal(runs.failed, 2);
	follow(&runs, message(AUTHOR_BOT, "{\"answer\":\"unknown\"}"));
	assert_int_equal(runs.unknown, 2);
	assert_int_equal(runs.failed, 0);
	follow(&runs, message(AUTHOR_BOT, "{\"answer\":\"found\"}"));
	assert_int_equal(runs.unknown, 0);
	follow(&runs, message(AUTHOR_CUSTOMER, "{\"text\":\"I am furious\"}"));
	follow(&runs, message(AUTHOR_CUSTOMER, "{\"text\":\"thanks\"}"));
	follow(&runs, message(AUTHOR_CUSTOMER, "not JSON"));
	follow(&runs, message(AUTHOR_AGENT, "{\"text\":\"I am furious\"}"));
	assert_int_equal(runs.angry, 1);
	assert_int_equal(
	    TRIGGER("this is ridiculous", .before = runs), TRIGGER_MOOD);
	assert_int_equal(TRIGGER("fine", .before = {.angry = 5}), TRIGGER_NONE);
	assert_int_equal(
	    TRIGGER("this is ridiculous", .wanted = 0), TRIGGER_NONE);
	follow(&runs, (struct event){.kind = EVENT_HOLDER});
	assert_int_equal(runs.angry, 0);
}

static void
test_route(void **state)
{
	struct arena a = {0};
	struct str out;

	(void)state;
	assert_int_equal(trigger_route(&rules[1], STR("de"), &a, &out), OK);
	assert_string_equal(out.p,
	    "{\"skills\":[\"billing\",\"fr\\\"ench\"],\"language\":\"de\"}");
	assert_int_equal(trigger_route(NULL, STR("de"), &a, &out), OK);
	assert_string_equal(out.p, "{\"language\":\"de\"}");
	assert_int_equal(trigger_route(&rules[0], STR(""), &a, &out), OK);
	assert_string_equal(out.p, "{}");
	for (unsigned t = 0; t < TRIGGERS; t++) {
		assert_string_not_equal(
		    trigger_name((enum trigger)t), "unknown-trigger");
		assert_true(trigger_body((enum trigger)t).n > 0);
	}
	assert_string_equal(trigger_body(TRIGGER_MOOD).p, "{\"why\":\"mood\"}");
	arena_free(&a);
}

static void
same_with_spots(void *arg, bool is, struct str text)
{
	const struct trigger_text one = {.text = text};
	struct trigger_case t = {.company = &company,
	    .texts = &one,
	    .count = 1,
	    .before = {.angry = 5}};
	struct triggered quick, slow;

	(void)is;
	trigger_look(&t, &slow);
	t.spots = arg;
	trigger_look(&t, &quick);
	if (quick.trigger != slow.trigger)
		fail_msg("%.*s", STR_FMT(text));
}

/* What is passed over quickly is what would be passed over anyway. */
static void
test_spots(void **state)
{
	static const char *const names[] = {
	    "asked", "asked_unseen", "mood", "mood_unseen"};
	struct trigger_spots spots;

	(void)state;
	trigger_spots_make(&spots);
	for (unsigned i = 0; i < ARRAY_LEN(names); i++)
		sentences_each(names[i], same_with_spots, &spots);
}

static void
test_languages(void **state)
{
	static const struct {
		const char *text, *language;
	} rows[] = {
	    {"Where is my order? I have been waiting for it", "en"},
	    {"Wo ist meine Bestellung und wann kommt sie?", "de"},
	    {"Je voudrais savoir quand arrive ma commande", "fr"},
	    {"Hola, mi pedido no ha llegado, \xc2\xbf"
	     "d\xc3\xb3nde est\xc3\xa1?",
		"es"},
	    {"Il mio ordine non \xc3\xa8 arrivato, dove si trova?", "it"},
	    {"Waar is mijn bestelling? Ik wacht al een week", "nl"},
	    {"Gdzie jest moje zam\xc3\xb3wienie? Nie ma go", "pl"},
	    {"O meu pedido n\xc3\xa3o chegou, quando vem?", "pt"},
	    {"Var \xc3\xa4r min best\xc3\xa4llning? Jag har inte f\xc3\xa5tt "
	     "den",
		"sv"},
	    {"Sipari\xc5\x9fim nerede? \xc3\x87ok bekledim bu ne", "tr"},
	    {"4711", ""},
	    {"Hallo", ""},
	    {"no", ""},
	    {"", ""},
	    {"\xe4\xbd\xa0\xe5\xa5\xbd", ""},
	};

	(void)state;
	for (unsigned i = 0; i < ARRAY_LEN(rows); i++) {
		struct language_votes v = {{0}};
		struct phrase p;

		phrase_read(str_from(rows[i].text), &p);
		language_listen(&v, &p);
		if (!str_eq(language_guess(&v), str_from(rows[i].language)))
			fail_msg("%s: %.*s", rows[i].text,
			    STR_FMT(language_guess(&v)));
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_asked),
	    cmocka_unit_test(test_rules),
	    cmocka_unit_test(test_earlier_of_many),
	    cmocka_unit_test(test_earlier_takes_a_moment),
	    cmocka_unit_test(test_several_texts),
	    cmocka_unit_test(test_answers),
	    cmocka_unit_test(test_runs),
	    cmocka_unit_test(test_route),
	    cmocka_unit_test(test_spots),
	    cmocka_unit_test(test_languages),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
