/*
 * zone: known moments by hand; every name and ten years against the machine's
 * own time zone database, where it has one of the same version.
 */
#include "core/zone.h"
#include "core/zone_table.h"
#include "tests/lib/random.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <setjmp.h>
#include <time.h>
#include <cmocka.h>

#define ZONES "/usr/share/zoneinfo/"
#define DAY_S INT64_C(86400)

static struct zone
zone_of(const char *name)
{
	struct zone z;

	if (!zone_find(str_from(name), &z))
		fail_msg("there is no zone %s", name);
	return z;
}

static int64_t
utc(int year, int month, int mday, int minute)
{
	return (zone_day_of(year, month, mday) * ZONE_DAY_MINUTES + minute) *
	       ZONE_MINUTE_MS;
}

/* ---- days -------------------------------------------------------------- */

static void
days_are_counted(void **state)
{
	struct zone z = {0};
	struct zone_time t;
	int64_t day;

	(void)state;
	assert_int_equal(zone_day_of(1970, 1, 1), 0);
	assert_int_equal(zone_day_of(1969, 12, 31), -1);
	assert_int_equal(zone_day_of(2000, 3, 1), 11017);
	assert_int_equal(zone_day_of(2026, 11, 21), 20778);
	for (day = -200000; day < 200000; day += 13) {
		zone_local(&z, day * DAY_S * 1000, &t);
		assert_int_equal(t.day, day);
		assert_int_equal(zone_day_of(t.year, t.month, t.mday), day);
		assert_int_equal(t.weekday, ((day + 3) % 7 + 7) % 7);
		assert_in_range(t.mday, 1, 31);
	}
	zone_local(&z, utc(2026, 11, 21, 0), &t);
	assert_int_equal(t.weekday, 5); /* a Saturday */
}

/* ---- moments ----------------------------------------------------------- */

static const struct {
	const char *zone;
	int year, month, mday, minute; /* UTC */
	int offset;		       /* minutes */
} moments[] = {
    {"UTC", 2026, 7, 1, 0, 0},
    {"Europe/Berlin", 2026, 3, 29, 59, 60},
    {"Europe/Berlin", 2026, 3, 29, 60, 120},
    {"Europe/Berlin", 2026, 10, 25, 59, 120},
    {"Europe/Berlin", 2026, 10, 25, 60, 60},
    /* The south: summer goes over the new year. */
    {"Australia/Sydney", 2026, 12, 31, 1439, 660},
    {"Australia/Sydney", 2027, 1, 1, 0, 660},
    {"Australia/Sydney", 2027, 4, 3, 16 * 60 - 1, 660},
    {"Australia/Sydney", 2027, 4, 3, 16 * 60, 600},
    /* Half an hour of daylight saving, and odd offsets. */
    {"Australia/Lord_Howe", 2026, 7, 1, 0, 630},
    {"Australia/Lord_Howe", 2026, 12, 1, 0, 660},
    {"Asia/Kolkata", 2026, 7, 1, 0, 330},
    {"Asia/Kathmandu", 2026, 7, 1, 0, 345},
    {"Pacific/Chatham", 2026, 12, 1, 0, 825},
    {"Pacific/Marquesas", 2026, 12, 1, 0, -570},
    /* Ireland's winter is what is "saved", by an hour less. */
    {"Europe/Dublin", 2026, 7, 1, 0, 60},
    {"Europe/Dublin", 2026, 12, 1, 0, 0},
    /* Before midnight of the day before, and hours behind its end. */
    {"America/Nuuk", 2026, 3, 29, 59, -120},
    {"America/Nuuk", 2026, 3, 29, 60, -60},
    /* The moon: an hour less in Ramadan. */
    {"Africa/Casablanca", 2027, 2, 20, 0, 0},
    {"Africa/Casablanca", 2027, 4, 1, 0, 60},
};

static void
offsets_hold(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_LEN(moments); i++) {
		struct zone z = zone_of(moments[i].zone);
		struct zone_time t;

		zone_local(&z,
		    utc(moments[i].year, moments[i].month, moments[i].mday,
			moments[i].minute),
		    &t);
		if (t.offset != moments[i].offset * 60)
			fail_msg("moment %zu: %s is %d seconds east", i,
			    moments[i].zone, t.offset);
	}
}

/* In summer and winter of the whole year that has only daylight saving. */
static void
strange_rules_hold(void **state)
{
	struct zone z;
	struct zone_time t;

	(void)state;
	assert_true(zone_parse(STR("EST5EDT,0/0,J365/25"), &z));
	zone_local(&z, utc(2027, 1, 1, 5 * 60), &t);
	assert_int_equal(t.offset, -4 * 3600);
	zone_local(&z, utc(2026, 12, 31, 1439), &t);
	assert_int_equal(t.offset, -4 * 3600);
	/* J60 is March 1 in every year, 59 only where there is no leap day. */
	assert_true(zone_parse(STR("AAA0BBB,J60/0,J61/0"), &z));
	zone_local(&z, utc(2028, 3, 1, 0), &t);
	assert_int_equal(t.offset, 3600);
	zone_local(&z, utc(2028, 2, 29, 600), &t);
	assert_int_equal(t.offset, 0);
	assert_true(zone_parse(STR("AAA0BBB,59/0,60/0"), &z));
	zone_local(&z, utc(2028, 2, 29, 600), &t);
	assert_int_equal(t.offset, 3600);
}

static const char *const no_rules[] = {"", "C", "CE-1", "CET", "CET-25",
    "CET-1:60", "CET-1CEST", "CET-1CEST,M3.5.0", "CET-1CEST,M3.5.0,M13.5.0",
    "CET-1CEST,M3.6.0,M10.5.0", "CET-1CEST,M3.5.7,M10.5.0",
    "CET-1CEST,M3.5.0,M10.5.0/168", "CET-1CEST,J0,J10", "CET-1CEST,366,10",
    "CET-1CEST,M3.5.0,M10.5.0,", "<+01-1", "<+0>-1", "CET1 ", "CET1111", "C3T1",
    "CET-1CE,M3.5.0,M10.5.0", "CET-1CEST,M3.5.0,M10.5.0/1:2:3:4"};

static void
what_is_no_rule_is_refused(void **state)
{
	struct zone z;
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_LEN(no_rules); i++)
		if (zone_parse(str_from(no_rules[i]), &z))
			fail_msg("\"%s\" passes for a rule", no_rules[i]);
}

/* ---- local time to a moment -------------------------------------------- */

static const struct {
	const char *zone;
	int year, month, mday, minute; /* local */
	int utc_minute;		       /* counted from UTC's same date */
} clocks[] = {
    {"Europe/Berlin", 2026, 7, 1, 9 * 60, 7 * 60},
    {"Europe/Berlin", 2026, 12, 1, 9 * 60, 8 * 60},
    {"Europe/Berlin", 2026, 3, 29, 119, 59},
    {"Europe/Berlin", 2026, 3, 29, 120, 60}, /* never shown */
    {"Europe/Berlin", 2026, 3, 29, 150, 60},
    {"Europe/Berlin", 2026, 3, 29, 179, 60},
    {"Europe/Berlin", 2026, 3, 29, 180, 60},
    {"Europe/Berlin", 2026, 3, 29, 181, 61},
    {"Europe/Berlin", 2026, 10, 25, 120, 0}, /* the first of two */
    {"Europe/Berlin", 2026, 10, 25, 179, 59},
    {"Europe/Berlin", 2026, 10, 25, 180, 120},
    {"Europe/Berlin", 2026, 7, 1, 26 * 60, 24 * 60}, /* the next day */
    {"America/New_York", 2026, 3, 8, 150, 7 * 60},
    {"America/New_York", 2026, 11, 1, 90, 5 * 60 + 30},
    {"Australia/Lord_Howe", 2026, 10, 4, 135, -510},
    {"Australia/Lord_Howe", 2026, 4, 5, 105, -555},
};

static void
clocks_are_read_back(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_LEN(clocks); i++) {
		struct zone z = zone_of(clocks[i].zone);
		int64_t day = zone_day_of(
		    clocks[i].year, clocks[i].month, clocks[i].mday);
		int64_t found = zone_wall(&z, day, clocks[i].minute);
		int64_t minute = found / ZONE_MINUTE_MS -
				 day * ZONE_DAY_MINUTES;

		if (minute != clocks[i].utc_minute)
			fail_msg("clock %zu of %s: minute %d", i,
			    clocks[i].zone, (int)minute);
	}
}

/* Back from any moment: the same, or the first time the clock showed it. */
static void
there_and_back(void **state)
{
	struct test_random r = test_random_new("zone_test");
	struct zone_names it = {0};
	struct str name;

	(void)state;
	while (zone_next_name(&it, &name)) {
		struct zone z;
		unsigned i;

		assert_true(zone_find(name, &z));
		for (i = 0; i < 50; i++) {
			int64_t minute = (int64_t)test_random_below(
			    &r, 40 * 366 * 1440);
			int64_t ms = minute * ZONE_MINUTE_MS, back;
			struct zone_time t, u;

			ms += utc(2020, 1, 1, 0);
			zone_local(&z, ms, &t);
			back = zone_wall(&z, t.day, t.minute);
			zone_local(&z, back, &u);
			if (back > ms || u.day != t.day || u.minute != t.minute)
				fail_msg("%.*s at %lld: back at %lld",
				    STR_FMT(name), (long long)ms,
				    (long long)back);
			assert_true(back == ms || u.offset > t.offset);
		}
	}
}

/* ---- names ------------------------------------------------------------- */

static const struct {
	const char *name, *near;
} nears[] = {
    {"Europe/Berln", "Europe/Berlin"},
    {"europe/berlin", "Europe/Berlin"},
    {"Berlin", "Europe/Berlin"},
    {"new york", "America/New_York"},
    {"America/New York", "America/New_York"},
    {"Asia/Calcuta", "Asia/Calcutta"},
    {"XYZ", ""},
    {"", ""},
    {"somewhere far away", ""},
};

static void
near_names_are_found(void **state)
{
	struct zone z;
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_LEN(nears); i++) {
		struct str got = zone_near(str_from(nears[i].name));

		assert_false(zone_find(str_from(nears[i].name), &z));
		if (!str_eq(got, str_from(nears[i].near)))
			fail_msg("near \"%s\": \"%.*s\"", nears[i].name,
			    STR_FMT(got));
	}
	assert_false(zone_find(STR("Africa/Abidjan Africa/Accra"), &z));
	assert_false(zone_find(STR("Europe"), &z));
}

/* ---- the machine's own ------------------------------------------------- */

static bool
machine_version(char *out, size_t size)
{
	FILE *f = fopen(ZONES "tzdata.zi", "r");
	bool good = f != NULL && fgets(out, (int)size, f) != NULL;

	if (f != NULL)
		fclose(f);
	return good;
}

static long
machine_offset(int64_t t)
{
	time_t when = (time_t)t;
	struct tm tm;

	localtime_r(&when, &tm);
	return tm.tm_gmtoff;
}

static int
our_offset(const struct zone *z, int64_t t)
{
	struct zone_time local;

	zone_local(z, t * 1000, &local);
	return local.offset;
}

/* The first second of (low, high] at which ours is as at high. */
static int64_t
our_change(const struct zone *z, int64_t low, int64_t high)
{
	while (high - low > 1) {
		int64_t mid = low + (high - low) / 2;

		if (our_offset(z, mid) == our_offset(z, high))
			high = mid;
		else
			low = mid;
	}
	return high;
}

static void
compare(struct str name, const struct zone *z, int64_t t)
{
	if (our_offset(z, t) != machine_offset(t))
		fail_msg("%.*s at %lld: %d here, %ld on this machine",
		    STR_FMT(name), (long long)t, our_offset(z, t),
		    machine_offset(t));
}

static void
compare_zone(struct str name, int64_t from, int64_t to)
{
	const int64_t step = 5 * DAY_S;
	char text[200];
	struct zone z;
	int64_t t;

	snprintf(text, sizeof(text), ":%.*s", STR_FMT(name));
	setenv("TZ", text, 1);
	tzset();
	assert_true(zone_find(name, &z));
	for (t = from; t < to; t += step) {
		compare(name, &z, t);
		if (our_offset(&z, t) != our_offset(&z, t + step)) {
			int64_t at = our_change(&z, t, t + step);

			compare(name, &z, at - 1);
			compare(name, &z, at);
		}
	}
}

static void
the_machine_agrees(void **state)
{
	char line[100] = "", ours[100];
	struct zone_names it = {0};
	int64_t now = (int64_t)time(NULL);
	struct str name;

	(void)state;
	if (!machine_version(line, sizeof(line))) {
		printf("skipped: there is no " ZONES "tzdata.zi\n");
		skip();
	}
	snprintf(ours, sizeof(ours), "# version %s\n", zone_table_version);
	if (strcmp(line, ours) != 0) {
		printf("skipped: the table was made from version %s, the "
		       "machine has \"%.20s\"; run cmake/zones.mjs\n",
		    zone_table_version, line);
		skip();
	}
	while (zone_next_name(&it, &name))
		compare_zone(name, now, now + 10 * 366 * DAY_S);
	unsetenv("TZ");
}

/* "Z Europe/Berlin 0:53 ..." is a zone, "L Europe/Berlin Arctic/..." a link. */
static void
every_name_is_there(void **state)
{
	FILE *f = fopen(ZONES "tzdata.zi", "r");
	char line[200], first[100], second[100];
	struct zone z;

	(void)state;
	if (f == NULL) {
		printf("skipped: there is no " ZONES "tzdata.zi\n");
		skip();
	}
	while (fgets(line, sizeof(line), f) != NULL) {
		const char *name = line[0] == 'Z' ? first : second;

		if ((line[0] != 'Z' && line[0] != 'L') ||
		    sscanf(line + 1, " %99s %99s", first, second) != 2 ||
		    strcmp(name, "Factory") == 0)
			continue;
		if (!zone_find(str_from(name), &z))
			fail_msg("there is no %s", name);
	}
	fclose(f);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(days_are_counted),
	    cmocka_unit_test(offsets_hold),
	    cmocka_unit_test(strange_rules_hold),
	    cmocka_unit_test(what_is_no_rule_is_refused),
	    cmocka_unit_test(clocks_are_read_back),
	    cmocka_unit_test(there_and_back),
	    cmocka_unit_test(near_names_are_found),
	    cmocka_unit_test(the_machine_agrees),
	    cmocka_unit_test(every_name_is_there),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
