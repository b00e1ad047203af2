/*
 * rehearse: small days of which one can say what must come of them, made up
 * days whose sums must fit, recorded lines and what is wrong with them.
 */
#include "core/rehearse.h"
#include "tests/lib/random.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <setjmp.h>
#include <cmocka.h>

#define MINUTE INT64_C(60000)

static struct company *
company_of(const char *document)
{
	struct faults faults = {0};
	struct buf text = {0};
	struct company *c = NULL;

	if (company_parse(str_from(document), &faults, &c) != OK) {
		faults_write(&faults, &text);
		fail_msg("%.*s", STR_FMT(buf_view(&text)));
	}
	faults_free(&faults);
	return c;
}

/* ---- policies ---------------------------------------------------------- */

#define OFFICE \
	"\"hours\":[{\"key\":\"office\",\"zone\":\"Europe/Berlin\",\"week\":" \
	"[\"mon-fri 09:00-17:00\"]}]"
#define TEAMS \
	"\"teams\":[{\"key\":\"sales\",\"name\":\"S\",\"hours\":\"office\"," \
	"\"overflow\":\"help\"},{\"key\":\"help\",\"name\":\"H\"}]"

static void
the_document_is_the_policy(void **state)
{
	struct company *c = company_of(
	    "{\"name\":\"n\"," OFFICE "," TEAMS
	    ",\"routing\":{\"policy\":\"least_loaded\",\"offer_seconds\":20,"
	    "\"grace_seconds\":11,\"wrap_up_seconds\":12,\"ignore_max\":7,"
	    "\"relax_seconds\":13,\"sticky_seconds\":14,\"queue_minutes\":15,"
	    "\"priority_minutes\":16,\"silent_minutes\":17,"
	    "\"silent_percent\":18,\"weights\":[{\"channel\":\"c\","
	    "\"percent\":50}]}}");
	struct routing_policy p;
	struct arena a = {0};

	(void)state;
	assert_int_equal(company_routing_policy(c, &a, &p), OK);
	assert_int_equal(p.order, ROUTING_LEAST_LOADED);
	assert_int_equal(p.offer_ms, 20000);
	assert_int_equal(p.grace_ms, 11000);
	assert_int_equal(p.wrap_ms, 12000);
	assert_int_equal(p.ignore_max, 7);
	assert_int_equal(p.relax_ms, 13000);
	assert_int_equal(p.sticky_ms, 14000);
	assert_int_equal(p.wanted_ms, 14000);
	assert_int_equal(p.queue_ms, 15 * MINUTE);
	assert_int_equal(p.priority_ms, 16 * MINUTE);
	assert_int_equal(p.silent_ms, 17 * MINUTE);
	assert_int_equal(p.silent_percent, 18);
	assert_int_equal(p.team_count, 2);
	assert_int_equal(p.teams[0].id, team_id(STR("sales")));
	assert_int_equal(p.teams[0].overflow, team_id(STR("help")));
	assert_non_null(p.teams[0].hours);
	assert_null(p.teams[1].hours);
	assert_int_equal(p.teams[1].overflow, 0);
	assert_int_equal(company_chat_weight(c, STR("c")), 50);
	assert_int_equal(company_chat_weight(c, STR("d")), 100);
	arena_free(&a);
	company_unref(c);
}

/* ---- days that one can reckon ------------------------------------------ */

#define SELLER(at, more) \
	"{\"at\":" at ",\"seller\":{\"name\":\"anna\",\"capacity\":1" more \
	"}}\n"
#define ON ",\"online\":true,\"teams\":[\"sales\",\"help\"]"
#define CHAT(at, more) \
	"{\"at\":" at ",\"chat\":{\"handling_seconds\":300" more "}}\n"

static struct rehearse_figures
play(const char *document, const char *lines)
{
	struct company *c = company_of(document);
	struct rehearse_figures f;
	struct rehearse_days days;
	struct faults faults = {0};
	struct buf text = {0};
	struct arena a = {0};

	if (rehearse_read(str_from(lines), &faults, &a, &days) != OK) {
		faults_write(&faults, &text);
		fail_msg("%.*s", STR_FMT(buf_view(&text)));
	}
	assert_int_equal(rehearse_run(&days, c, 1, &f), OK);
	arena_free(&a);
	company_unref(c);
	return f;
}

#define SHOP "{\"name\":\"n\",\"routing\":{\"queue_minutes\":10}}"

static void
one_after_the_other(void **state)
{
	struct rehearse_figures f;

	(void)state;
	f = play(SHOP, SELLER("1000", ON) CHAT("2000", "") CHAT("3000", "")
			   CHAT("4000", ",\"patience_seconds\":30"));
	assert_int_equal(f.chats, 3);
	assert_int_equal(f.accepted, 2);
	assert_int_equal(f.gave_up, 1);
	assert_int_equal(f.left, 0);
	assert_true(f.offers >= 2);
	/* The second waits for the first, who is slow to be accepted, too. */
	assert_in_range(f.wait_most, 299000, 360000);
	assert_int_equal(f.wait_p99, f.wait_p50); /* of two: the lower */
	assert_int_equal(f.wait_mean, (f.wait_p50 + f.wait_most) / 2);
	assert_int_equal(f.load_most, 2);
}

static void
nobody_is_nobody(void **state)
{
	struct rehearse_figures f = play(SHOP, CHAT("1000", ""));

	(void)state;
	assert_int_equal(f.by_mail, 1);
	assert_int_equal(f.wait_most, 0);
	/* Too long: the seller is there, and away. */
	f = play(SHOP,
	    SELLER("1000", ",\"online\":true,\"away\":true") CHAT("2000", ""));
	assert_int_equal(f.by_mail, 1);
	assert_int_equal(f.wait_most, 10 * MINUTE);
	assert_int_equal(f.offers, 0);
}

/* 2026-11-21 is a Saturday. */
static void
other_teams_help_out(void **state)
{
	struct rehearse_figures f;

	(void)state;
	f = play("{\"name\":\"n\"," OFFICE "," TEAMS "}",
	    SELLER("\"2026-11-21T09:00:00Z\"", ON)
		CHAT("\"2026-11-21T09:01:00Z\"", ",\"team\":\"sales\""));
	assert_int_equal(f.overflowed, 1);
	assert_int_equal(f.accepted, 1);
	assert_int_equal(f.by_mail, 0);
}

static void
who_drops_loses_it(void **state)
{
	struct rehearse_figures f;

	(void)state;
	/* Ben is there, so that it waits; but he takes none. */
	f = play(SHOP,
	    "{\"at\":1,\"seller\":{\"name\":\"ben\",\"capacity\":0,"
	    "\"online\":true}}\n" SELLER("1000", ON) CHAT("2000", "")
		SELLER("200000", ",\"online\":false") SELLER("290000", ON));
	assert_int_equal(f.dropped, 1);
	assert_int_equal(f.accepted, 1);
	assert_int_equal(f.by_mail, 0);
	assert_true(f.offers >= 2);
	assert_int_equal(f.left, 0);
	/* Where nobody is left it goes by mail, and was accepted all the
	 * same. */
	f = play(SHOP, SELLER("1000", ON) CHAT("2000", "")
			   SELLER("200000", ",\"online\":false"));
	assert_int_equal(f.dropped, 1);
	assert_int_equal(f.by_mail, 1);
	assert_true(f.wait_most < MINUTE);
}

/* ---- days that are made up --------------------------------------------- */

static void
the_same_days_come_out_the_same(void **state)
{
	struct company *c = company_of("{\"name\":\"n\"," OFFICE "," TEAMS "}");
	struct rehearse_plan plan = {.seed = 5,
	    .days = 7,
	    .first = 20514,
	    .chats = 200,
	    .sellers = 4,
	    .capacity = 2,
	    .handling_ms = 8 * MINUTE,
	    .patience_ms = 10 * MINUTE};
	struct rehearse_figures f[3];
	unsigned i;

	(void)state;
	for (i = 0; i < 3; i++) {
		struct rehearse_days days;
		struct arena a = {0};

		plan.seed += i / 2;
		assert_int_equal(rehearse_generate(&plan, c, &a, &days), OK);
		assert_int_equal(rehearse_run(&days, c, plan.seed, &f[i]), OK);
		arena_free(&a);
	}
	assert_memory_equal(&f[0], &f[1], sizeof(f[0]));
	assert_memory_not_equal(&f[0], &f[2], sizeof(f[0]));
	company_unref(c);
}

static void
check_days(const struct rehearse_days *d, const struct rehearse_plan *p)
{
	int64_t begin = p->first * 24 * 60 * MINUTE - 24 * 60 * MINUTE;
	int64_t end = begin + (p->days + 3) * 24 * 60 * MINUTE;
	size_t i;

	for (i = 0; i < d->chat_count; i++) {
		assert_true(i == 0 || d->chats[i - 1].at <= d->chats[i].at);
		assert_true(d->chats[i].at >= begin && d->chats[i].at < end);
		assert_true(d->chats[i].handling_ms >= 0);
		assert_true(d->chats[i].last <= (int64_t)p->sellers);
	}
	for (i = 0; i < d->turn_count; i++) {
		assert_true(i == 0 || d->turns[i - 1].at <= d->turns[i].at);
		assert_in_range(d->turns[i].seller.id, 1, p->sellers);
	}
}

/* Whatever the plan, nobody is forgotten and nobody counted twice. */
static void
every_chat_ends_somehow(void **state)
{
	struct test_random r = test_random_new("rehearse_test");
	struct company *c = company_of("{\"name\":\"n\"," OFFICE "," TEAMS "}");
	unsigned i;

	(void)state;
	for (i = 0; i < 25; i++) {
		struct rehearse_plan plan = {.seed = test_random_next(&r),
		    .days = 1 + (unsigned)test_random_below(&r, 9),
		    .first = 20500 + (int64_t)test_random_below(&r, 400),
		    .chats = 1 + (unsigned)test_random_below(&r, 120),
		    .sellers = 1 + (unsigned)test_random_below(&r, 9),
		    .capacity = 1 + (unsigned)test_random_below(&r, 4),
		    .handling_ms = 1000 +
				   (int64_t)test_random_below(&r, 1000000),
		    .patience_ms = 1000 +
				   (int64_t)test_random_below(&r, 900000)};
		struct rehearse_figures f;
		struct rehearse_days days;
		struct arena a = {0};

		assert_int_equal(rehearse_generate(&plan, c, &a, &days), OK);
		check_days(&days, &plan);
		assert_int_equal(rehearse_run(&days, c, plan.seed, &f), OK);
		assert_int_equal(f.chats, days.chat_count);
		assert_int_equal(f.left, 0);
		/* One that was dropped may go by mail after all. */
		assert_in_range(f.accepted + f.gave_up + f.by_mail, f.chats,
		    f.chats + f.dropped);
		assert_true(f.offers >= f.accepted + f.ignored);
		assert_true(f.load_least <= f.load_middle &&
			    f.load_middle <= f.load_most);
		assert_true(f.wait_p50 <= f.wait_p90 &&
			    f.wait_p90 <= f.wait_p99 &&
			    f.wait_p99 <= f.wait_most);
		arena_free(&a);
	}
	company_unref(c);
}

/* Means are means, and half as many come at weekends. */
static void
plans_are_kept(void **state)
{
	struct company *c = company_of("{\"name\":\"n\"}");
	struct rehearse_plan plan = {.seed = 1,
	    .days = 14,
	    .first = 20514, /* a Monday */
	    .chats = 1000,
	    .sellers = 3,
	    .capacity = 2,
	    .handling_ms = 5 * MINUTE,
	    .patience_ms = 10 * MINUTE};
	struct rehearse_days days;
	struct arena a = {0};
	int64_t handling = 0, patience = 0;
	size_t i;

	(void)state;
	assert_int_equal(rehearse_generate(&plan, c, &a, &days), OK);
	assert_int_equal(days.chat_count, 12 * 1000);
	for (i = 0; i < days.chat_count; i++) {
		handling += days.chats[i].handling_ms;
		patience += days.chats[i].patience_ms;
	}
	assert_in_range(handling / 12000, 290000, 310000);
	assert_in_range(patience / 12000, 580000, 620000);
	plan.days = 366;
	plan.chats = 10000;
	assert_int_equal(rehearse_generate(&plan, c, &a, &days), E_LIMIT);
	plan.chats = 1;
	plan.sellers = REHEARSE_SELLERS_MAX + 1;
	assert_int_equal(rehearse_generate(&plan, c, &a, &days), E_LIMIT);
	arena_free(&a);
	company_unref(c);
}

/* ---- lines ------------------------------------------------------------- */

static const struct {
	const char *lines, *fault; /* how the only one begins; "": none */
} lines[] = {
    {"", ""},
    {"\n  \n" CHAT("1000", ""), ""},
    {"nonsense", "line 1: is no JSON"},
    {CHAT("1000", "") "{}", "line 2: must be {\"at\":"},
    {"{\"at\":1,\"chat\":{},\"seller\":{}}", "line 1: must be"},
    {"{\"at\":1,\"chat\":7}", "line 1: has no \"handling_seconds\""},
    {CHAT("\"soon\"", ""), "line 1: \"at\" is not right; write a time"},
    {CHAT("\"2026-13-01T00:00:00Z\"", ""), "line 1: \"at\" is not right"},
    {CHAT("-1", ""), "line 1: \"at\" is not right"},
    {"{\"at\":1,\"chat\":{}}", "line 1: has no \"handling_seconds\""},
    {CHAT("1", ",\"priority\":4"),
	"line 1: \"priority\" is not right; write a whole number from 0 to 3"},
    {CHAT("1", ",\"skills\":\"x\""),
	"line 1: \"skills\" is not right; write a list"},
    {CHAT("1", ",\"skills\":[1]"), "line 1: \"skills\" is not right"},
    {CHAT("1", ",\"team\":\"\""),
	"line 1: \"team\" is not right; write 1 to 100 characters"},
    {CHAT("1", ",\"tema\":\"x\""),
	"line 1: \"tema\" is not right; write none of that name"},
    {SELLER("1", ""), "line 1: has no \"online\""},
    {SELLER("1", ",\"online\":1"),
	"line 1: \"online\" is not right; write true or false"},
};

static void
wrong_lines_are_named(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_LEN(lines); i++) {
		struct faults faults = {0};
		struct rehearse_days days;
		struct buf text = {0};
		struct arena a = {0};
		enum err e = rehearse_read(
		    str_from(lines[i].lines), &faults, &a, &days);

		faults_write(&faults, &text);
		buf_char(&text, '\0');
		assert_int_equal(
		    e, lines[i].fault[0] == '\0' ? OK : E_BADINPUT);
		if (strncmp(
			text.data, lines[i].fault, strlen(lines[i].fault)) != 0)
			fail_msg("case %zu: %s", i, text.data);
		buf_free(&text);
		faults_free(&faults);
		arena_free(&a);
	}
}

static void
lines_are_read(void **state)
{
	const char *text = CHAT("\"1970-01-02T00:00:01Z\"",
	    ",\"team\":\"sales\",\"channel\":\"c\",\"language\":\"de\","
	    "\"wanted\":\"anna\",\"last\":\"ben\",\"priority\":2,"
	    "\"skills\":[\"x\"],\"prefer\":[\"y\",\"z\"],"
	    "\"patience_seconds\":9") CHAT("5", "") SELLER("7",
	    ",\"online\":true,\"away\":true,\"languages\":[\"de\"]");
	struct faults faults = {0};
	struct rehearse_days days;
	const struct rehearse_chat *c;
	struct arena a = {0};

	(void)state;
	assert_int_equal(rehearse_read(str_from(text), &faults, &a, &days), OK);
	assert_int_equal(days.chat_count, 2);
	assert_int_equal(days.chats[0].at, 5); /* in order of time */
	c = &days.chats[1];
	assert_int_equal(c->at, 86401000);
	assert_int_equal(c->handling_ms, 300000);
	assert_int_equal(c->patience_ms, 9000);
	assert_int_equal(c->team, team_id(STR("sales")));
	assert_int_equal(c->language, team_id(STR("de")));
	assert_int_equal(c->wanted, team_id(STR("anna")));
	assert_int_equal(c->last, team_id(STR("ben")));
	assert_int_equal(c->priority, 2);
	assert_true(str_eq(c->channel, STR("c")));
	assert_int_equal(c->required.n, 1);
	assert_int_equal(c->preferred.ids[1], team_id(STR("z")));
	assert_int_equal(days.turn_count, 1);
	assert_int_equal(days.turns[0].seller.id, team_id(STR("anna")));
	assert_true(days.turns[0].seller.away);
	assert_int_equal(days.turns[0].seller.capacity, 100);
	assert_int_equal(days.turns[0].seller.languages.n, 1);
	arena_free(&a);
}

/* ---- the table --------------------------------------------------------- */

static void
the_table_compares(void **state)
{
	const struct rehearse_figures f[2] = {
	    {.chats = 10, .wait_mean = 61499, .gave_up = 4},
	    {.chats = 10, .wait_mean = 3661000, .gave_up = 5, .by_mail = 1}};
	const char *const names[] = {"now.json", "a name that is too long"};
	struct buf out = {0};

	(void)state;
	rehearse_write(f, names, 2, &out);
	buf_char(&out, '\0');
	assert_non_null(strstr(out.data,
	    "                                 now.json a name that is t "
	    "          change\n"
	    "chats                                  10               10 "
	    "               =\n"));
	assert_non_null(strstr(out.data,
	    "wait, mean                           1:01          1:01:01 "
	    "         +5852 %\n"));
	assert_non_null(strstr(out.data,
	    "gave up                                 4                5 "
	    "           +25 %\n"
	    "by mail                                 0                1\n"));
	buf_clear(&out);
	rehearse_write(f, names, 1, &out);
	buf_char(&out, '\0');
	assert_null(strstr(out.data, "change"));
	buf_free(&out);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(the_document_is_the_policy),
	    cmocka_unit_test(one_after_the_other),
	    cmocka_unit_test(nobody_is_nobody),
	    cmocka_unit_test(other_teams_help_out),
	    cmocka_unit_test(who_drops_loses_it),
	    cmocka_unit_test(the_same_days_come_out_the_same),
	    cmocka_unit_test(every_chat_ends_somehow),
	    cmocka_unit_test(plans_are_kept),
	    cmocka_unit_test(wrong_lines_are_named),
	    cmocka_unit_test(lines_are_read),
	    cmocka_unit_test(the_table_compares),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
