/* small_talk: what is a courtesy, and what only begins like one. */
#include "workers/small_talk.h"

#include <stdarg.h>
#include <stdlib.h>
#include <setjmp.h>
#include <cmocka.h>

static const struct {
	const char *message;
	enum small_talk talk;
	const char *reply;
} messages[] = {
    {"Hi", TALK_GREETING, "Hello! How can I help you?"},
    {"hello there!!", TALK_GREETING, "Hello! How can I help you?"},
    {"Good morning everyone", TALK_GREETING, "Hello! How can I help you?"},
    {"Guten Tag", TALK_GREETING, "Hallo! Wie kann ich helfen?"},
    {"bonjour", TALK_GREETING, "Bonjour ! Comment puis-je vous aider ?"},
    {"Thanks a lot", TALK_THANKS, "You're welcome!"},
    {"ok great, thank you so much for your help", TALK_THANKS,
	"You're welcome!"},
    {"vielen Dank!", TALK_THANKS, "Gern geschehen!"},
    {"thanks, bye", TALK_THANKS, "You're welcome!"},
    {"bye", TALK_BYE, "Goodbye!"},
    {"ok", TALK_OK, ""},
    {"OK, got it", TALK_OK, ""},
    {"Yes", TALK_OK, ""},
    {"\xf0\x9f\x91\x8d", TALK_SILENCE, ""},
    {"...", TALK_SILENCE, ""},
    {"", TALK_SILENCE, ""},
    {"???", TALK_NONE, ""},
    {"help", TALK_NONE, ""},
    {"are you there", TALK_NONE, ""},
    {"hi, are you open today", TALK_NONE, ""},
    {"thanks, but when do you open", TALK_NONE, ""},
    {"ok so how much is it", TALK_NONE, ""},
    {"gift cards", TALK_NONE, ""},
};

static void
knows_courtesies(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_LEN(messages); i++) {
		struct str reply;
		enum small_talk talk = small_talk_find(
		    str_from(messages[i].message), &reply);

		if (talk != messages[i].talk)
			fail_msg("\"%s\" is %d", messages[i].message, talk);
		if (talk != TALK_NONE)
			assert_true(str_eq(reply, str_from(messages[i].reply)));
	}
}

static void
knows_questions(void **state)
{
	static const char *const asks[] = {"gift cards?", "gift cards? \n",
	    "how much is it", "Is it open", "Wie lange dauert das",
	    "d'accord, c'est combien ?"};
	static const char *const tells[] = {
	    "", "gift cards", "I bought a bike", "my order 4711", "Hm."};
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_LEN(asks); i++)
		if (!small_talk_asks(str_from(asks[i])))
			fail_msg("%s", asks[i]);
	for (i = 0; i < ARRAY_LEN(tells); i++)
		if (small_talk_asks(str_from(tells[i])))
			fail_msg("%s", tells[i]);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(knows_courtesies),
	    cmocka_unit_test(knows_questions),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
