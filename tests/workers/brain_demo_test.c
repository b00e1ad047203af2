/*
 * brain_demo: the demo company, asked as customers ask: in their own words,
 * with slips, and about things that no shop for bicycles knows.
 *
 * What the brain is known to miss stands in `missed`, so that it is seen when
 * it learns one of these.
 */
#include "tests/workers/brain_ask.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <setjmp.h>
#include <cmocka.h>

#define OPEN "What are your opening hours?"
#define WHERE "What is your address, and can I park there?"
#define BOOK "How do I book a repair or a service?"
#define COST "How much does a service or a repair cost?"
#define LONG "How long does a repair take?"
#define EBIKE "Do you repair electric bikes?"
#define FLAT "Can you fix a puncture while I wait?"
#define USED "Do you sell used bikes?"
#define TRADE "Will you take my old bike in part exchange?"
#define RIDE "Can I take a bike for a test ride?"
#define SIZE "Which frame size do I need?"
#define RENT "Do you rent out bikes?"
#define CHILD "Do you have bikes for children?"
#define SHIP "What does shipping cost?"
#define ARRIVE "How long does delivery take?"
#define ABROAD "Do you ship abroad?"
#define ORDER "Where is my order?"
#define CANCEL "Can I change or cancel my order?"
#define RETURN "Can I return something I bought?"
#define REFUND "When do I get my refund?"
#define PAY "How can I pay, and do you take credit cards?"
#define GIFT "Do you sell gift cards?"
#define WARRANTY "What warranty do I get on a new bike?"
#define CHECK "Is there a free check after I buy a bike?"
#define STOLEN "My bike was stolen. What can I do?"

struct ask {
	const char *text, *finds; /* NULL: it must say that it does not know */
};

static const struct ask asks[] = {
    {"opening hours", OPEN},
    {"opning hours?", OPEN},
    {"When do you open?", OPEN},
    {"what time do you close", OPEN},
    {"are you open on saturday?", OPEN},
    {"Are you open on Sundays", OPEN},
    {"are u open today", OPEN},
    {"what are your business hours please", OPEN},
    {"whats your address", WHERE},
    {"what's your adress", WHERE},
    {"where are you located?", WHERE},
    {"is there parking", WHERE},
    {"how can I book an appointment", BOOK},
    {"Can I book a service online?", BOOK},
    {"I want to bring my bike in for a service, do I need an appointment?",
	BOOK},
    {"what does a full service cost?", COST},
    {"how much is a basic service", COST},
    {"how expensive is fixing the brakes", COST},
    {"how long will the repair take", LONG},
    {"how long do repairs usually take?", LONG},
    {"can you repair my ebike", EBIKE},
    {"Do you service electric bicycles", EBIKE},
    {"my bosch motor shows an error code", EBIKE},
    {"I have a flat tire, can you fix it right away?", FLAT},
    {"got a flat on the way to work, can you repair it while I wait", FLAT},
    {"puncture repair", FLAT},
    {"i have a puncture", FLAT},
    {"do you have second hand bikes", USED},
    {"Do you sell secondhand bicycles?", USED},
    {"any used bikes for sale?", USED},
    {"looking for a second-hand bike", USED},
    {"can i trade in my old bike", TRADE},
    {"Can I swap my old bike for a new one?", TRADE},
    {"part exchange?", TRADE},
    {"do you offer test rides", RIDE},
    {"can I test ride before buying", RIDE},
    {"what frame size is right for me", SIZE},
    {"what size frame for someone 1,80 m", SIZE},
    {"how do I measure the right size", SIZE},
    {"bike rental", RENT},
    {"do you hire out bicycles", RENT},
    {"how much to rent an ebike for a day", RENT},
    {"do you have kids bikes", CHILD},
    {"Bike for my 6 year old child", CHILD},
    {"what are the delivery costs", SHIP},
    {"How long does shipping take?", ARRIVE},
    {"delivery cost for a bike", SHIP},
    {"how much is shipping", SHIP},
    {"how much is postage", SHIP},
    {"international shipping", ABROAD},
    {"Do you ship to other countries?", ABROAD},
    {"can you send parts overseas", ABROAD},
    {"where is my parcel", ORDER},
    {"track my order", ORDER},
    {"tracking number", ORDER},
    {"I want to cancel my order", CANCEL},
    {"Can I modify my purchase?", CANCEL},
    {"how do I return an item", RETURN},
    {"can i retrun a helmet", RETURN},
    {"what is your return policy", RETURN},
    {"when will I get my money back", REFUND},
    {"how long until i get refunded", REFUND},
    {"do you take credit cards?", PAY},
    {"Can I pay with paypal?", PAY},
    {"do you accept apple pay", PAY},
    {"can i pay by instalments", PAY},
    {"gift card", GIFT},
    {"giftcards", GIFT},
    {"do you have gift vouchers?", GIFT},
    {"is there a warranty on new bikes", WARRANTY},
    {"What is the warrenty?", WARRANTY},
    {"does the guarantee cover tyres", WARRANTY},
    {"free inspection for new bike", CHECK},
    {"do I get a free first check after buying", CHECK},
    {"someone stole my bike!", STOLEN},
    {"my bicycle has been stolen", STOLEN},

    {"what is the weather like tomorrow", NULL},
    {"who is the president of france", NULL},
    {"tell me a joke", NULL},
    {"do you sell coffee", NULL},
    {"do you sell skateboards", NULL},
    {"can you recommend a good pizza place", NULL},
    {"how do I reset my password", NULL},
    {"write me a poem about love", NULL},
    {"how tall is mount everest", NULL},
    {"can I bring my dog", NULL},
    {"what's your wifi password", NULL},
    {"is bitcoin a good investment", NULL},
    {"do you repair washing machines", NULL},
    {"do you repair cars", NULL},
    {"what is the meaning of life", NULL},
    {"do you offer insurance", NULL},
    {"is there a loyalty programme", NULL},
    {"do you have a newsletter", NULL},
    {"are you a robot", NULL},
    {"what languages do you speak", NULL},
    {"do you have a toilet", NULL},
    {"what is your vat number", NULL},
    {"do you have climbing shoes", NULL},
    {"do you deliver pizza", NULL},
    {"my internet is down", NULL},
    {"how much does a house cost", NULL},
    {"asdf qwer", NULL},
    {"12345", NULL},
};

/* Here it says something else, or that it does not know. */
static const struct ask missed[] = {
    {"When will my bike be ready?", LONG},
    {"do you deliver to france", ABROAD},
    {"my order still hasn't come", ORDER},
    {"how do I send back a jacket", RETURN},
    {"can I give it back if I don't like it", RETURN},
    {"how long is the guarantee", WARRANTY},
    {"are you hiring?", NULL},
    {"book a table for two tonight", NULL},
};

struct demo {
	struct company *company;
	void *knowledge;
};

static struct company *
company_read(void)
{
	struct company *c;
	struct buf b = {0};
	FILE *f = fopen(SOURCE_DIR "/deploy/demo/company.json", "r");
	size_t n;

	assert_non_null(f);
	while ((n = fread(buf_room(&b, 4096), 1, 4096, f)) > 0)
		b.len += n;
	fclose(f);
	c = company_of(buf_view(&b));
	buf_free(&b);
	return c;
}

static bool
right(struct demo *d, const struct ask *ask)
{
	const struct brain_kind *kind = brain_find(d->company->brain);
	struct str message = str_from(ask->text);
	struct asked a;
	bool ok;

	brain_ask(kind, d->knowledge, d->company, &message, 1, &a);
	if (ask->finds == NULL)
		ok = a.answer.kind == ANSWER_UNKNOWN;
	else
		ok = a.answer.kind == ANSWER_FOUND &&
		     str_eq(a.answer.source, str_from(ask->finds));
	if (!ok)
		print_message("\"%s\": %s \"%.*s\" (%u)\n", ask->text,
		    answer_kind_name(a.answer.kind), STR_FMT(a.answer.source),
		    a.answer.confidence);
	asked_free(&a);
	return ok;
}

static void
each_finds_its_entry_or_says_it_does_not_know(void **state)
{
	struct demo *d = *state;
	unsigned wrong = 0;
	size_t i;

	for (i = 0; i < ARRAY_LEN(asks); i++)
		wrong += !right(d, &asks[i]);
	assert_int_equal(wrong, 0);
}

static void
every_question_finds_itself(void **state)
{
	struct demo *d = *state;
	size_t i;

	for (i = 0; i < d->company->faq_count; i++) {
		struct ask itself = {.text = d->company->faq[i].question.p,
		    .finds = d->company->faq[i].question.p};

		assert_true(right(d, &itself));
	}
}

static void
what_it_misses_is_written_down(void **state)
{
	struct demo *d = *state;
	size_t i;

	for (i = 0; i < ARRAY_LEN(missed); i++)
		if (right(d, &missed[i]))
			fail_msg("\"%s\" is no longer missed", missed[i].text);
}

static int
demo_open(void **state)
{
	static struct demo d;

	d.company = company_read();
	*state = &d;
	return brain_find(d.company->brain)->learn(d.company, &d.knowledge);
}

static int
demo_close(void **state)
{
	struct demo *d = *state;

	brain_find(d->company->brain)->forget(d->knowledge);
	company_unref(d->company);
	return 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(each_finds_its_entry_or_says_it_does_not_know),
	    cmocka_unit_test(every_question_finds_itself),
	    cmocka_unit_test(what_it_misses_is_written_down),
	};

	return cmocka_run_group_tests(tests, demo_open, demo_close);
}
