/*
 * outgoing: which rows a decision's messages become, over every channel that
 * has a vendor; and what becomes of a message that a channel refuses.
 */
#include "core/company.h"
#include "tests/lib/cmocka.h"
#include "intake/outgoing.h"

#include <stdio.h>

#define LONG_TEXT 9000u

static struct company *
company(void)
{
	const char *text = "{\"name\":\"Shop\"}";
	struct faults faults = {0};
	struct company *c = NULL;

	assert_int_equal(company_parse(str_from(text), &faults, &c), OK);
	return c;
}

struct said {
	struct arena arena;
	struct company *company;
	struct reach reach;
	struct decision d;
	struct outgoing_list list;
};

static void
say(struct said *s, const struct channel *c, struct str body)
{
	struct outgoing_of of;

	s->company = company();
	s->reach = (struct reach){.channel = str_from(c->name),
	    .account = STR("main"),
	    .address = STR("+15551230001"),
	    .customer_at = 1000};
	of = (struct outgoing_of){s->company, c, &s->reach, 2000};
	s->d = (struct decision){.kind = DECIDE_COMMIT, .seq = 4};
	s->d.events[0] = (struct event){
	    .kind = EVENT_MESSAGE, .author = AUTHOR_BOT, .body = body};
	s->d.event_count = 1;
	assert_int_equal(outgoing_rows(&of, &s->d, &s->arena, &s->list), OK);
}

static void
forget(struct said *s)
{
	company_unref(s->company);
	arena_free(&s->arena);
}

static void
each_vendor_gets_rows(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; channels[i] != NULL; i++) {
		const struct reach there = {
		    .channel = str_from(channels[i]->name)};
		struct said s = {.company = NULL};

		if (!channel_has_vendor(channels[i])) {
			assert_null(outgoing_channel(&there));
			continue;
		}
		assert_ptr_equal(outgoing_channel(&there), channels[i]);
		say(&s, channels[i], STR("{\"text\":\"Hello.\"}"));
		if (s.list.count ==
		    1) { /* else its reply was needed to say where */
			assert_true(
			    str_eq(s.list.rows[0].channel, there.channel));
			assert_true(
			    str_eq(s.list.rows[0].account, STR("main")));
			assert_non_null(memmem(s.list.rows[0].payload.p,
			    s.list.rows[0].payload.n, "Hello.", 6));
			assert_int_equal(s.list.rows[0].kind, OUTBOX_SEND);
		} else {
			assert_int_equal(s.d.event_count, 2);
		}
		forget(&s);
	}
}

/* More than a channel takes: nothing goes out, and the log says why. */
static void
what_is_refused_is_told(void **state)
{
	const struct channel *c = channel_find(STR("sms"));
	struct said s = {.company = NULL};
	struct buf body = {0};
	unsigned i;

	(void)state;
	assert_non_null(c);
	buf_str(&body, "{\"text\":\"");
	for (i = 0; i < LONG_TEXT; i++)
		buf_char(&body, i % 10 == 9 ? ' ' : 'x');
	buf_str(&body, "\"}");
	say(&s, c, buf_view(&body));
	assert_int_equal(s.list.count, 0);
	assert_int_equal(s.d.event_count, 2);
	assert_int_equal(s.d.events[1].kind, EVENT_DELIVERY);
	assert_int_equal(s.d.events[1].ref, 5);
	assert_non_null(memmem(s.d.events[1].body.p, s.d.events[1].body.n,
	    "\"state\":\"failed\"", 16));
	buf_free(&body);
	forget(&s);
}

static void
says_who_speaks(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; channels[i] != NULL; i++) {
		struct said s = {.company = NULL};
		bool named;

		if (!channel_has_vendor(channels[i]) ||
		    channels[i]->render == NULL)
			continue;
		say(&s, channels[i],
		    STR("{\"text\":\"Hello.\",\"name\":\"Anna\"}"));
		if (s.list.count > 0) {
			named = memmem(s.list.rows[0].payload.p,
				    s.list.rows[0].payload.n, "Anna",
				    4) != NULL;
			assert_true(named);
		}
		forget(&s);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(each_vendor_gets_rows),
	    cmocka_unit_test(says_who_speaks),
	    cmocka_unit_test(what_is_refused_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
