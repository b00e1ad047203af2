/*
 * brain: the table of kinds; bursts, courtesies and honesty of the faq brain.
 * What it finds is tried on the demo company in brain_demo_test.c.
 */
#include "tests/workers/brain_ask.h"
#include "workers/brain_faq.h"

#include <stdarg.h>
#include <stdlib.h>
#include <setjmp.h>
#include <cmocka.h>

#define HOURS "Daily from nine to six."
#define RETURN "Within thirty days, unused."
#define CARDS "For any amount."
#define UNKNOWN "No idea, sorry."
#define WELCOME "Welcome to Tent & Co!"

#define FAQ \
	"\"faq\":[{\"question\":\"What are your opening hours?\"," \
	"\"answer\":\"" HOURS "\"}," \
	"{\"question\":\"Can I return an item?\",\"answer\":\"" RETURN "\"}," \
	"{\"question\":\"Do you sell gift cards?\",\"answer\":\"" CARDS \
	"\"},{\"question\":\"Hello\",\"answer\":\"Ahoy!\"}]"
#define NAMED "{\"name\":\"Tent & Co\","
#define BOT "\"bot\":{\"unknown\":\"" UNKNOWN "\"}}"
#define BOT_WELCOME \
	"\"bot\":{\"unknown\":\"" UNKNOWN "\",\"welcome\":\"" WELCOME "\"}}"

static const struct {
	const char *why;
	const char *messages[6];
	enum answer_kind kind;
	const char *text;
} bursts[] = {
    {"one question", {"when are you open?"}, ANSWER_FOUND, HOURS},
    {"not known", {"do you rent boats?"}, ANSWER_UNKNOWN, UNKNOWN},
    {"greeting beside a question", {"hi!", "when are you open?"}, ANSWER_FOUND,
	HOURS},
    {"thanks beside a question", {"opening hours please", "thank you"},
	ANSWER_FOUND, HOURS},
    {"two questions, in order", {"gift cards?", "can I return it?"},
	ANSWER_FOUND, CARDS "\n\n" RETURN},
    {"two questions, the other order", {"can I return it?", "gift cards?"},
	ANSWER_FOUND, RETURN "\n\n" CARDS},
    {"two questions in one message",
	{"Can I return this? And what are your opening hours?"}, ANSWER_FOUND,
	RETURN "\n\n" HOURS},
    {"twice the same", {"opening hours?", "when do you open?"}, ANSWER_FOUND,
	HOURS},
    {"known only from both together",
	{"the amount we spoke of on the phone",
	    "is for the voucher we spoke of"},
	ANSWER_FOUND, CARDS},
    {"half of that", {"the amount we spoke of on the phone"}, ANSWER_UNKNOWN,
	UNKNOWN},
    {"a scrap after the question",
	{"what are your opening hours?", "on sundays?"}, ANSWER_FOUND, HOURS},
    {"a story before the question",
	{"I was in your shop last week", "it was nice", "can I return an item"},
	ANSWER_FOUND, RETURN},
    {"a story that sounds a little like an entry",
	{"my sister wants a card", "what are your opening hours?"},
	ANSWER_FOUND, HOURS},
    {"another question that is not known",
	{"what are your opening hours?", "do you rent boats to people?"},
	ANSWER_FOUND, HOURS "\n\n" UNKNOWN},
    {"two questions, none known", {"do you rent boats?", "who won the match?"},
	ANSWER_UNKNOWN, UNKNOWN},
    {"greeting beside what is not known", {"good morning", "rent a boat"},
	ANSWER_UNKNOWN, UNKNOWN},
    {"an entry for the courtesy itself", {"Hello"}, ANSWER_FOUND, "Ahoy!"},
    {"greeting", {"hey there"}, ANSWER_FOUND, "Hello! How can I help you?"},
    {"thanks", {"thanks!"}, ANSWER_FOUND, "You're welcome!"},
    {"thanks in another language", {"vielen Dank"}, ANSWER_FOUND,
	"Gern geschehen!"},
    {"several courtesies", {"ok", "great", "thank you"}, ANSWER_FOUND,
	"You're welcome!"},
    {"farewell", {"bye"}, ANSWER_FOUND, "Goodbye!"},
    {"ok", {"ok"}, ANSWER_NOTHING, ""},
    {"a thumb", {"\xf0\x9f\x91\x8d"}, ANSWER_NOTHING, ""},
    {"at a loss", {"??"}, ANSWER_UNKNOWN, UNKNOWN},
    {"an empty message", {""}, ANSWER_NOTHING, ""},
};

static size_t
burst_of(const char *const messages[6], struct str out[6])
{
	size_t n = 0;

	while (n < 6 && messages[n] != NULL) {
		out[n] = str_from(messages[n]);
		n++;
	}
	return n;
}

static void
says_what_fits_the_burst(void **state)
{
	struct company *c = company_of(STR(NAMED FAQ "," BOT));
	struct str messages[6];
	struct asked a;
	void *knowledge;
	size_t i, n;

	(void)state;
	assert_int_equal(brain_faq.learn(c, &knowledge), OK);
	for (i = 0; i < ARRAY_LEN(bursts); i++) {
		n = burst_of(bursts[i].messages, messages);
		brain_ask(&brain_faq, knowledge, c, messages, n, &a);
		if (a.answer.kind != bursts[i].kind ||
		    !str_eq(a.answer.text, str_from(bursts[i].text)))
			fail_msg("%s: %s \"%.*s\"", bursts[i].why,
			    answer_kind_name(a.answer.kind),
			    STR_FMT(a.answer.text));
		assert_true(a.answer.confidence <= 100);
		assert_int_equal(a.drafts, 0);
		asked_free(&a);
	}
	brain_faq.forget(knowledge);
	company_unref(c);
}

static void
greets_with_the_welcome(void **state)
{
	struct company *c = company_of(STR(NAMED BOT_WELCOME));
	struct str message = STR("good evening");
	struct asked a;
	void *knowledge;

	(void)state;
	assert_int_equal(brain_faq.learn(c, &knowledge), OK);
	brain_ask(&brain_faq, knowledge, c, &message, 1, &a);
	assert_int_equal(a.answer.kind, ANSWER_FOUND);
	assert_true(str_eq(a.answer.text, STR(WELCOME)));
	asked_free(&a);
	brain_faq.forget(knowledge);
	company_unref(c);
}

static void
says_what_it_rests_on(void **state)
{
	static const struct str messages[] = {
	    {"gift cards?", 11}, {"when are you open?", 18}};
	struct company *c = company_of(STR(NAMED FAQ "," BOT));
	struct asked a;
	void *knowledge;

	(void)state;
	assert_int_equal(brain_faq.learn(c, &knowledge), OK);
	brain_ask(&brain_faq, knowledge, c, messages, 2, &a);
	assert_true(str_eq(a.answer.source,
	    STR("Do you sell gift cards?\nWhat are your opening hours?")));
	assert_true(a.answer.confidence >= 35);
	asked_free(&a);
	brain_ask(&brain_faq, knowledge, c,
	    &(struct str){"do you rent boats?", 18}, 1, &a);
	assert_int_equal(a.answer.source.n, 0);
	assert_true(a.answer.confidence < 35);
	asked_free(&a);
	brain_faq.forget(knowledge);
	company_unref(c);
}

/* The newest parts are read one by one, the older ones with all the rest. */
static void
reads_a_long_burst(void **state)
{
	struct company *c = company_of(STR(NAMED FAQ "," BOT));
	struct str messages[40];
	struct asked a;
	void *knowledge;
	size_t i;

	(void)state;
	assert_int_equal(brain_faq.learn(c, &knowledge), OK);
	for (i = 0; i < ARRAY_LEN(messages); i++)
		messages[i] = STR("so then we went on");
	messages[39] = STR("can I return an item?");
	brain_ask(&brain_faq, knowledge, c, messages, 40, &a);
	assert_true(str_eq(a.answer.text, STR(RETURN)));
	asked_free(&a);
	messages[39] = messages[0];
	messages[2] = STR("can I return an item?");
	for (i = 3; i < ARRAY_LEN(messages); i++)
		messages[i] = STR("ok");
	brain_ask(&brain_faq, knowledge, c, messages, 40, &a);
	assert_true(str_eq(a.answer.text, STR(RETURN)));
	asked_free(&a);
	brain_faq.forget(knowledge);
	company_unref(c);
}

static void
an_empty_faq_knows_nothing(void **state)
{
	struct company *c = company_of(STR(NAMED BOT));
	struct str message = STR("what are your opening hours?");
	struct asked a;
	void *knowledge;

	(void)state;
	assert_int_equal(brain_faq.learn(c, &knowledge), OK);
	brain_ask(&brain_faq, knowledge, c, &message, 1, &a);
	assert_int_equal(a.answer.kind, ANSWER_UNKNOWN);
	assert_true(str_eq(a.answer.text, STR(UNKNOWN)));
	asked_free(&a);
	brain_faq.forget(knowledge);
	company_unref(c);
}

static void
is_found_by_name(void **state)
{
	(void)state;
	assert_ptr_equal(brain_find(STR("faq")), &brain_faq);
	assert_false(brain_faq.slow);
	assert_null(brain_find(STR("")));
	assert_null(brain_find(STR("fa")));
	assert_null(brain_find(STR("faqs")));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(says_what_fits_the_burst),
	    cmocka_unit_test(greets_with_the_welcome),
	    cmocka_unit_test(says_what_it_rests_on),
	    cmocka_unit_test(reads_a_long_burst),
	    cmocka_unit_test(an_empty_faq_knows_nothing),
	    cmocka_unit_test(is_found_by_name),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
