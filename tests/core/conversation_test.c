/*
 * The fold: any list of events folds without harm, a prefix and then the rest
 * fold to the same as all of it, and each kind does what its line says.
 */
#include "core/conversation.h"
#include "tests/lib/cmocka.h"
#include "tests/lib/random.h"

#define LISTS 2000
#define EVENTS 40

/* Mostly fitting, sometimes nonsense: kinds, authors, refs, seqs. */
static struct event
any_event(struct test_random *r, uint64_t seq)
{
	struct event e = {
	    .seq = seq,
	    .kind = (enum event_kind)test_random_below(r, EVENT_KINDS + 1),
	    .author = (enum author)test_random_below(r, AUTHORS),
	    .author_id = (int64_t)test_random_below(r, 5),
	    .ref = test_random_below(r, 8),
	    .at = (int64_t)test_random_below(r, 1000000),
	};

	if (test_random_below(r, 20) == 0)
		e.author = (enum author)test_random_next(r);
	if (test_random_below(r, 20) == 0)
		e.ref = test_random_next(r);
	if (test_random_below(r, 20) == 0)
		e.seq = test_random_next(r);
	return e;
}

static void
check_sane(const struct conversation *c)
{
	assert_true(c->handled_seq <= c->last_customer_seq);
	assert_true(c->last_customer_seq <= c->seq);
	assert_true(c->resolved_seq <= c->seq);
	assert_true(c->epoch <= c->seq);
	assert_true((unsigned)c->holder < HOLDERS);
	assert_true((unsigned)c->status < STATUSES);
	assert_true(c->agent == 0 || c->holder == HOLDER_AGENT);
	assert_true(c->customer_at == 0 || c->last_customer_seq > 0);
}

static void
test_any_list_folds(void **state)
{
	struct test_random r = test_random_new("any_list_folds");
	int list, i;

	(void)state;
	for (list = 0; list < LISTS; list++) {
		struct conversation c = {0};
		for (i = 0; i < EVENTS; i++) {
			struct conversation before = c;
			struct event e = any_event(&r, c.seq + 1);
			enum err err = conversation_fold(&c, &e);
			if (err == OK)
				assert_int_equal(c.seq, before.seq + 1);
			else
				assert_memory_equal(&c, &before, sizeof(c));
			check_sane(&c);
		}
	}
}

static void
test_prefix_then_rest(void **state)
{
	struct test_random r = test_random_new("prefix_then_rest");
	struct event events[EVENTS];
	int list, i, kept, cut;

	(void)state;
	for (list = 0; list < LISTS; list++) {
		struct conversation all = {0}, half = {0}, stored;
		kept = 0;
		for (i = 0; i < EVENTS; i++) {
			events[kept] = any_event(&r, all.seq + 1);
			if (conversation_fold(&all, &events[kept]) == OK)
				kept++;
		}
		if (kept == 0)
			continue;
		cut = (int)test_random_below(&r, (uint64_t)kept);
		for (i = 0; i < cut; i++)
			assert_int_equal(
			    conversation_fold(&half, &events[i]), OK);
		stored = half; /* as the store keeps it beside the log */
		for (; i < kept; i++)
			assert_int_equal(
			    conversation_fold(&stored, &events[i]), OK);
		assert_memory_equal(&stored, &all, sizeof(all));
	}
}

static void
fold(struct conversation *c, struct event e)
{
	e.seq = c->seq + 1;
	assert_int_equal(conversation_fold(c, &e), OK);
}

static const struct event question = {
    .kind = EVENT_MESSAGE, .author = AUTHOR_CUSTOMER, .at = 5};

static void
test_question_and_answer(void **state)
{
	struct conversation c = {0};

	(void)state;
	fold(&c, (struct event){.kind = EVENT_OPENED, .at = 1});
	assert_false(conversation_pending(&c));
	fold(&c, question);
	fold(&c, question);
	assert_true(conversation_pending(&c));
	assert_int_equal(c.status, STATUS_PENDING);
	fold(&c, (struct event){
		     .kind = EVENT_MESSAGE, .author = AUTHOR_BOT, .ref = 2});
	assert_true(conversation_pending(&c)); /* seq 3 is not answered */
	fold(&c, (struct event){
		     .kind = EVENT_MESSAGE, .author = AUTHOR_BOT, .ref = 99});
	assert_int_equal(c.handled_seq, 3); /* never beyond what was asked */
	assert_false(conversation_pending(&c));
}

static void
test_holder_raises_epoch(void **state)
{
	struct conversation c = {0};

	(void)state;
	fold(&c, question);
	fold(&c, (struct event){.kind = EVENT_HOLDER,
		     .author = AUTHOR_SYSTEM,
		     .author_id = 7,
		     .ref = HOLDER_AGENT});
	assert_int_equal(c.epoch, 1);
	assert_int_equal(c.agent, 7);
	assert_int_equal(c.status, STATUS_OPEN);
	assert_false(conversation_pending(&c)); /* not the bot's any more */
	fold(&c, (struct event){.kind = EVENT_HOLDER, .ref = HOLDER_BOT});
	assert_int_equal(c.epoch, 2);
	assert_int_equal(c.agent, 0);
	assert_true(conversation_pending(&c));
}

/* What comes back to the support desk as it left it is no news there. */
static void
test_the_desk_is_told_once(void **state)
{
	const struct event mail = {.kind = EVENT_HOLDER, .ref = HOLDER_EMAIL};
	const struct event queue = {.kind = EVENT_HOLDER, .ref = HOLDER_QUEUE};
	struct conversation c = {0};

	(void)state;
	fold(&c, question);
	fold(&c, mail);
	assert_true(conversation_pending(&c));
	fold(&c, (struct event){.kind = EVENT_MAILED, .ref = 2});
	assert_false(conversation_pending(&c));
	fold(&c, queue);
	fold(&c, mail);
	assert_false(conversation_pending(&c));
	/* But it answered, and a seller had it: the answer was not taken. */
	fold(
	    &c, (struct event){
		    .kind = EVENT_HOLDER, .ref = HOLDER_AGENT, .author_id = 7});
	fold(&c, (struct event){.kind = EVENT_NOTE, .ref = NOTE_REFUSED});
	fold(&c, mail);
	assert_true(conversation_pending(&c));
	fold(&c, (struct event){.kind = EVENT_MAILED, .ref = c.seq});
	assert_false(conversation_pending(&c));
	fold(&c, queue);
	fold(&c,
	    (struct event){
		.kind = EVENT_MESSAGE, .author = AUTHOR_AGENT, .author_id = 7});
	fold(&c, mail);
	assert_true(conversation_pending(&c));
	fold(&c, (struct event){.kind = EVENT_MAILED, .ref = c.seq});
	fold(&c, question);
	assert_true(conversation_pending(&c));
	/* It was the bot's meanwhile: all of it is new. */
	fold(&c, (struct event){.kind = EVENT_HOLDER, .ref = HOLDER_BOT});
	fold(&c, mail);
	assert_true(conversation_pending(&c));
}

static void
test_resolved_and_reopened(void **state)
{
	struct conversation c = {0};

	(void)state;
	fold(&c, question);
	fold(&c, (struct event){.kind = EVENT_RESOLVED});
	assert_int_equal(c.status, STATUS_RESOLVED);
	assert_int_equal(c.resolved_seq, 2);
	assert_false(conversation_pending(&c));
	fold(&c, question);
	assert_int_equal(c.status, STATUS_PENDING);
	assert_true(conversation_pending(&c));
}

/* The latest `at`, though an older message may be stored later. */
static void
test_customer_at(void **state)
{
	struct conversation c = {0};
	struct event earlier = question;

	(void)state;
	fold(&c, (struct event){.kind = EVENT_OPENED, .at = 1});
	assert_int_equal(c.customer_at, 0);
	fold(&c, question);
	assert_int_equal(c.customer_at, 5);
	fold(&c, (struct event){
		     .kind = EVENT_MESSAGE, .author = AUTHOR_BOT, .at = 9});
	fold(&c, (struct event){
		     .kind = EVENT_EDITED, .author = AUTHOR_CUSTOMER, .at = 9});
	assert_int_equal(c.customer_at, 5);
	earlier.at = 3;
	fold(&c, earlier);
	assert_int_equal(c.customer_at, 5);
	assert_int_equal(c.last_customer_seq, c.seq);
	earlier.at = 7;
	fold(&c, earlier);
	assert_int_equal(c.customer_at, 7);
}

static void
test_what_follows_a_message_is_no_new_work(void **state)
{
	static const enum event_kind kinds[] = {
	    EVENT_EDITED, EVENT_DELETED, EVENT_FILE, EVENT_DELIVERY};
	struct conversation c = {0};

	(void)state;
	fold(&c, question);
	for (unsigned asked = 0; asked < 2; asked++) {
		for (unsigned i = 0; i < ARRAY_LEN(kinds); i++) {
			struct conversation before = c;

			fold(&c, (struct event){.kind = kinds[i],
				     .author = AUTHOR_CUSTOMER,
				     .ref = 1});
			assert_int_equal(conversation_pending(&c), asked == 0);
			assert_int_equal(c.status, before.status);
			assert_int_equal(c.last_customer_seq, 1);
			assert_int_equal(c.handled_seq, before.handled_seq);
			assert_int_equal(c.epoch, before.epoch);
		}
		fold(&c, (struct event){.kind = EVENT_RESOLVED});
	}
	assert_int_equal(c.status, STATUS_RESOLVED);
}

static void
test_delivery_is_the_companys_business(void **state)
{
	(void)state;
	assert_true(event_is_public(EVENT_EDITED));
	assert_true(event_is_public(EVENT_DELETED));
	assert_true(event_is_public(EVENT_FILE));
	assert_false(event_is_public(EVENT_DELIVERY));
}

static void
test_words_are_found_again(void **state)
{
	unsigned i;

	(void)state;
	for (i = 0; i < EVENT_KINDS; i++)
		assert_int_equal(
		    event_kind_find(str_from(event_kind_name(i))), i);
	for (i = 0; i < AUTHORS; i++)
		assert_int_equal(author_find(str_from(author_name(i))), i);
	assert_int_equal(event_kind_find(STR("nonsense")), EVENT_KINDS);
	assert_int_equal(author_find(STR("")), AUTHORS);
	for (i = 0; i < ERRS; i++)
		assert_string_not_equal(err_name(i), "unknown");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_any_list_folds),
	    cmocka_unit_test(test_prefix_then_rest),
	    cmocka_unit_test(test_question_and_answer),
	    cmocka_unit_test(test_holder_raises_epoch),
	    cmocka_unit_test(test_the_desk_is_told_once),
	    cmocka_unit_test(test_resolved_and_reopened),
	    cmocka_unit_test(test_customer_at),
	    cmocka_unit_test(test_what_follows_a_message_is_no_new_work),
	    cmocka_unit_test(test_delivery_is_the_companys_business),
	    cmocka_unit_test(test_words_are_found_again),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
