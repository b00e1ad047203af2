/*
 * hours: weeks and holidays in several time zones; each case names a local
 * time and what is so then. A random week is compared with a slow reading of
 * it, minute by minute.
 */
#include "core/hours.h"
#include "tests/lib/random.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <setjmp.h>
#include <cmocka.h>

/* Lines between ";" */
struct week {
	const char *zone, *week, *holidays;
};

static size_t
cut(const char *text, struct str *out, size_t max)
{
	size_t n = 0;

	while (*text != '\0' && n < max) {
		size_t len = strcspn(text, ";");

		out[n++] = (struct str){text, len};
		text += len + (text[len] == ';');
	}
	return n;
}

static enum err
parse(const struct week *w, struct faults *faults, struct arena *a,
    struct hours **out)
{
	struct str week[210], holidays[210];
	struct hours_text text = {
	    .zone = str_from(w->zone), .week = week, .holidays = holidays};

	text.week_count = cut(w->week, week, ARRAY_LEN(week));
	text.holiday_count = cut(w->holidays, holidays, ARRAY_LEN(holidays));
	return hours_parse(&text, "hours[0]", faults, a, out);
}

static struct hours *
hours_of(const struct week *w, struct arena *a)
{
	struct faults faults = {0};
	struct buf text = {0};
	struct hours *h;

	if (parse(w, &faults, a, &h) != OK) {
		faults_write(&faults, &text);
		fail_msg("%.*s", STR_FMT(buf_view(&text)));
	}
	faults_free(&faults);
	return h;
}

/* Of a date and time in UTC, "2026-03-29 01:30". */
static int64_t
utc(const char *text)
{
	int year, month, mday, hour, minute;

	if (sscanf(text, "%d-%d-%d %d:%d", &year, &month, &mday, &hour,
		&minute) != 5)
		fail_msg("\"%s\" is no time", text);
	return (zone_day_of(year, month, mday) * ZONE_DAY_MINUTES + hour * 60 +
		   minute) *
	       ZONE_MINUTE_MS;
}

/* ---- what is open when ------------------------------------------------- */

#define OFFICE "mon-fri 09:00-12:30, 13:30-17:30;sat 10:00-14:00"
#define FEAST "12-25;2026-12-24 09:00-12:00;12-24;2027-01-01"

/* `next`: when that changes, "" if never. All in UTC. */
static const struct {
	struct week w;
	const char *at;
	bool open;
	const char *next;
} cases[] = {
    /* 2026-11-20 is a Friday. */
    {{"UTC", OFFICE, ""}, "2026-11-20 08:59", false, "2026-11-20 09:00"},
    {{"UTC", OFFICE, ""}, "2026-11-20 09:00", true, "2026-11-20 12:30"},
    {{"UTC", OFFICE, ""}, "2026-11-20 12:29", true, "2026-11-20 12:30"},
    {{"UTC", OFFICE, ""}, "2026-11-20 12:30", false, "2026-11-20 13:30"},
    {{"UTC", OFFICE, ""}, "2026-11-20 17:30", false, "2026-11-21 10:00"},
    {{"UTC", OFFICE, ""}, "2026-11-21 14:00", false, "2026-11-23 09:00"},
    {{"Europe/Berlin", OFFICE, ""}, "2026-11-20 08:00", true,
	"2026-11-20 11:30"},
    {{"Europe/Berlin", OFFICE, ""}, "2026-07-03 06:59", false,
	"2026-07-03 07:00"},
    /* Half an hour, three quarters, and the other side of the date line. */
    {{"Asia/Kolkata", OFFICE, ""}, "2026-11-20 03:29", false,
	"2026-11-20 03:30"},
    {{"Asia/Kathmandu", OFFICE, ""}, "2026-11-20 03:15", true,
	"2026-11-20 06:45"},
    {{"Pacific/Auckland", OFFICE, ""}, "2026-11-19 20:00", true,
	"2026-11-19 23:30"},
    {{"Pacific/Honolulu", "mon 09:00-10:00", ""}, "2026-11-16 18:59", false,
	"2026-11-16 19:00"},
    /* Over midnight, and over the end of the week. */
    {{"UTC", "fri 22:00-02:00", ""}, "2026-11-21 01:59", true,
	"2026-11-21 02:00"},
    {{"UTC", "fri 22:00-02:00", ""}, "2026-11-21 22:00", false,
	"2026-11-27 22:00"},
    {{"UTC", "sun 22:00-02:00", ""}, "2026-11-23 00:00", true,
	"2026-11-23 02:00"},
    {{"UTC", "sat-mon 10:00-11:00", ""}, "2026-11-23 10:30", true,
	"2026-11-23 11:00"},
    {{"UTC", "sat-mon 10:00-11:00", ""}, "2026-11-24 10:30", false,
	"2026-11-28 10:00"},
    {{"UTC", "tue fri, sun 10:00-11:00", ""}, "2026-11-20 10:30", true,
	"2026-11-20 11:00"},
    /* To the end of the day, and what goes on without a gap. */
    {{"UTC", "fri 20:00-24:00;sat 00:00-01:00", ""}, "2026-11-20 20:00", true,
	"2026-11-21 01:00"},
    {{"UTC", "fri 09:00-12:00, 11:00-13:00", ""}, "2026-11-20 11:30", true,
	"2026-11-20 13:00"},
    {{"UTC", "mon-sun 00:00-24:00", ""}, "2026-11-20 12:00", true, ""},
    {{"UTC", "MON-Sun 00:00-24:00", "11-22"}, "2026-11-20 12:00", true,
	"2026-11-22 00:00"},
    /* Holidays: 2026-12-24 is a Thursday. */
    {{"UTC", OFFICE, FEAST}, "2026-12-24 11:59", true, "2026-12-24 12:00"},
    {{"UTC", OFFICE, FEAST}, "2026-12-24 14:00", false, "2026-12-26 10:00"},
    {{"UTC", OFFICE, FEAST}, "2027-12-24 10:00", false, "2027-12-27 09:00"},
    {{"UTC", OFFICE, FEAST}, "2027-01-01 10:00", false, "2027-01-02 10:00"},
    {{"UTC", OFFICE, "2026-11-22 10:00-11:00, 12:00-13:00"}, "2026-11-22 11:30",
	false, "2026-11-22 12:00"},
    /* A holiday takes what begins on it; the evening before goes on. */
    {{"UTC", "mon-sun 22:00-02:00", "11-20"}, "2026-11-20 01:00", true,
	"2026-11-20 02:00"},
    {{"UTC", "mon-sun 22:00-02:00", "11-20"}, "2026-11-20 23:00", false,
	"2026-11-21 22:00"},
    {{"UTC", "mon 10:00-11:00", "02-29;2028-02-28"}, "2028-02-27 12:00", false,
	"2028-03-06 10:00"},
    {{"UTC", "tue 10:00-11:00", "02-29"}, "2028-02-28 12:00", false,
	"2028-03-07 10:00"},
    /* The day of the holiday is the local one. */
    {{"Pacific/Auckland", "mon-sun 09:00-17:00", "2026-12-25"},
	"2026-12-24 21:00", false, "2026-12-25 20:00"},
    /* Put forward at 01:00 UTC: 02:00 to 03:00 is not. */
    {{"Europe/Berlin", "sun 02:30-04:00", ""}, "2026-03-29 00:59", false,
	"2026-03-29 01:00"},
    {{"Europe/Berlin", "sun 02:30-04:00", ""}, "2026-03-29 01:00", true,
	"2026-03-29 02:00"},
    {{"Europe/Berlin", "sun 01:00-02:30", ""}, "2026-03-29 00:00", true,
	"2026-03-29 01:00"},
    {{"Europe/Berlin", "sun 02:10-02:50", ""}, "2026-03-29 00:00", false,
	"2026-04-05 00:10"},
    /* Put back at 01:00 UTC: 02:00 to 03:00 is twice. */
    {{"Europe/Berlin", "sun 01:00-02:30", ""}, "2026-10-25 00:29", true,
	"2026-10-25 00:30"},
    {{"Europe/Berlin", "sun 01:00-02:30", ""}, "2026-10-25 01:15", false,
	"2026-11-01 00:00"},
    {{"Europe/Berlin", "sun 02:30-04:00", ""}, "2026-10-25 01:15", true,
	"2026-10-25 03:00"},
    {{"Europe/Berlin", "sat 22:00-06:00", ""}, "2026-10-24 20:00", true,
	"2026-10-25 05:00"},
    /* The south: put back in April, forward in October; by half an hour. */
    {{"Australia/Sydney", "sun 09:00-10:00", ""}, "2026-04-04 22:30", false,
	"2026-04-04 23:00"},
    {{"Australia/Sydney", "sun 09:00-10:00", ""}, "2026-10-03 22:00", true,
	"2026-10-03 23:00"},
    {{"Australia/Lord_Howe", "sun 01:00-03:00", ""}, "2026-04-04 14:00", true,
	"2026-04-04 16:30"},
    {{"Australia/Lord_Howe", "sun 02:10-03:00", ""}, "2026-10-03 15:29", false,
	"2026-10-03 15:30"},
};

static void
hours_are_kept(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_LEN(cases); i++) {
		struct arena a = {0};
		struct hours *h = hours_of(&cases[i].w, &a);
		int64_t at = utc(cases[i].at), next, want;

		want = cases[i].next[0] == '\0' ? 0 : utc(cases[i].next);
		next = hours_next_change(h, at);
		if (hours_open(h, at) != cases[i].open)
			fail_msg("case %zu: %s is not so", i, cases[i].at);
		if (next != want)
			fail_msg("case %zu: changes %lld minutes late", i,
			    (long long)(next - want) / ZONE_MINUTE_MS);
		if (cases[i].open)
			assert_int_equal(hours_next_close(h, at), want);
		else
			assert_int_equal(hours_next_open(h, at), want);
		arena_free(&a);
	}
}

static void
the_other_change_comes_after(void **state)
{
	struct arena a = {0};
	struct hours *h = hours_of(&(struct week){"UTC", OFFICE, ""}, &a);

	(void)state;
	assert_int_equal(hours_next_open(h, utc("2026-11-20 09:00")),
	    utc("2026-11-20 13:30"));
	assert_int_equal(hours_next_close(h, utc("2026-11-20 18:00")),
	    utc("2026-11-21 14:00"));
	arena_free(&a);
}

static void
no_hours_are_always_open(void **state)
{
	(void)state;
	assert_true(hours_open(NULL, 0));
	assert_int_equal(hours_next_open(NULL, 0), 0);
	assert_int_equal(hours_next_close(NULL, 0), 0);
	assert_int_equal(hours_next_change(NULL, 0), 0);
}

/* A week of which every day is a holiday for longer than is looked ahead. */
static void
never_is_said(void **state)
{
	struct arena a = {0};
	struct hours *h = hours_of(
	    &(struct week){"UTC", "mon 02:10-02:20", ""}, &a);
	struct week w = {"Europe/Berlin", "sun 10:00-11:00", ""};
	char lines[120 * 12] = "";
	size_t n = 0, i;

	(void)state;
	assert_int_not_equal(hours_next_open(h, utc("2026-11-20 00:00")), 0);
	for (i = 0; i < 60; i++) {
		struct zone z = {0};
		struct zone_time t;

		zone_local(&z,
		    utc("2026-11-22 00:00") +
			(int64_t)i * 7 * ZONE_DAY_MINUTES * ZONE_MINUTE_MS,
		    &t);
		n += (size_t)snprintf(lines + n, sizeof(lines) - n,
		    "%s%04d-%02d-%02d", i == 0 ? "" : ";", t.year, t.month,
		    t.mday);
	}
	w.holidays = lines;
	h = hours_of(&w, &a);
	assert_int_equal(hours_next_open(h, utc("2026-11-20 00:00")), 0);
	assert_int_equal(hours_next_close(h, utc("2026-11-20 00:00")), 0);
	arena_free(&a);
}

/* ---- against a slow reading -------------------------------------------- */

/* A line for each day, of one span each; minutes of open time as a map. */
static void
random_week(struct test_random *r, char *out, size_t size, bool map[7 * 1440])
{
	static const char *const names[] = {
	    "mon", "tue", "wed", "thu", "fri", "sat", "sun"};
	unsigned day, i;
	size_t n = 0;

	memset(map, 0, 7 * 1440 * sizeof(*map));
	for (day = 0; day < 7; day++) {
		unsigned from = (unsigned)test_random_below(r, 1440);
		unsigned len = 1 + (unsigned)test_random_below(r, 1439);
		unsigned to = (from + len) % 1440;

		n += (size_t)snprintf(out + n, size - n,
		    "%s%s %02u:%02u-%02u:%02u", day == 0 ? "" : ";", names[day],
		    from / 60, from % 60, to / 60, to % 60);
		for (i = 0; i < len; i++)
			map[(day * 1440 + from + i) % (7 * 1440)] = true;
	}
}

static void
a_slow_reading_agrees(void **state)
{
	struct test_random r = test_random_new("hours_test");
	bool map[7 * 1440];
	char lines[400];
	unsigned round, i;

	(void)state;
	for (round = 0; round < 30; round++) {
		struct week w = {"Asia/Kolkata", lines, ""};
		struct arena a = {0};
		struct hours *h;

		random_week(&r, lines, sizeof(lines), map);
		h = hours_of(&w, &a);
		for (i = 0; i < 200; i++) {
			unsigned at = (unsigned)test_random_below(&r, 7 * 1440);
			unsigned next = at + 1;
			/* A Monday, 00:00 in Kolkata. */
			int64_t base = utc("2026-11-22 18:30");
			int64_t t = base + at * ZONE_MINUTE_MS;

			while (next < at + 7 * 1440 &&
			       map[next % (7 * 1440)] == map[at])
				next++;
			if (next == at + 7 * 1440)
				continue;
			assert_int_equal(hours_open(h, t), map[at]);
			assert_int_equal(hours_next_change(h, t),
			    base + next * ZONE_MINUTE_MS);
		}
		arena_free(&a);
	}
}

/* ---- faults ------------------------------------------------------------ */

static const struct {
	struct week w;
	const char *fault; /* how it begins; "": none */
} bad[] = {
    {{"Europe/Berlin", OFFICE, FEAST}, ""},
    {{"Europe/Berln", OFFICE, ""},
	"hours[0].zone: is \"Europe/Berln\", which is no time zone; did you "
	"mean \"Europe/Berlin\"?"},
    {{"", OFFICE, ""}, "hours[0].zone: is \"\", which is no time zone; write"},
    {{"UTC", "", ""}, "hours[0].week: is empty; write when somebody is there"},
    {{"UTC", "mon-fri 9-17", ""},
	"hours[0].week[0]: is \"mon-fri 9-17\"; \"9-17\" is no span of time; "
	"write HH:MM-HH:MM"},
    {{"UTC", "mon", ""}, "hours[0].week[0]: is \"mon\"; \"mon\" has no hours"},
    {{"UTC", OFFICE ";mo 09:00-10:00", ""},
	"hours[0].week[2]: is \"mo 09:00-10:00\"; \"mo\" is no day; begin"},
    {{"UTC", "09:00-10:00", ""},
	"hours[0].week[0]: is \"09:00-10:00\"; \"09:00-10:00\" is no day"},
    {{"UTC", "mon 09:00-10:00 tue", ""},
	"hours[0].week[0]: is \"mon 09:00-10:00 tue\"; \"tue\" is no span"},
    {{"UTC", "mon 09:00-24:01", ""}, "hours[0].week[0]: is \"mon 09:00-24:01"},
    {{"UTC", "mon 24:00-01:00", ""}, "hours[0].week[0]: is \"mon 24:00-01:00"},
    {{"UTC", "mon 09:60-10:00", ""}, "hours[0].week[0]: is \"mon 09:60-10:00"},
    {{"UTC", "mon 09:00-09:00", ""},
	"hours[0].week[0]: is \"mon 09:00-09:00\"; \"09:00-09:00\" lasts no "
	"time; write 00:00-24:00"},
    {{"UTC", OFFICE, "25.12."},
	"hours[0].holidays[0]: is \"25.12.\"; \"25.12.\" is no day of the "
	"calendar; write YYYY-MM-DD"},
    {{"UTC", OFFICE, "02-30"}, "hours[0].holidays[0]: is \"02-30\""},
    {{"UTC", OFFICE, "02-29"}, ""},
    {{"UTC", OFFICE, "2027-02-29"}, "hours[0].holidays[0]: is \"2027-02-29\""},
    {{"UTC", OFFICE, "2028-02-29"}, ""},
    {{"UTC", OFFICE, "2028-13-01"}, "hours[0].holidays[0]: is \"2028-13-01\""},
    {{"UTC", OFFICE, "12-25;2026-12-25;12-25"},
	"hours[0].holidays[2]: is \"12-25\"; \"12-25\" is there twice"},
    {{"UTC", OFFICE, "12-24 9:00-12:00"},
	"hours[0].holidays[0]: is \"12-24 9:00-12:00\"; \"9:00-12:00\" is no"},
    {{"UTC", OFFICE, ";12-24"}, "hours[0].holidays[0]: is \"\"; \"\" is no"},
};

static void
faults_are_named(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_LEN(bad); i++) {
		struct faults faults = {0};
		struct arena a = {0};
		struct buf text = {0};
		struct hours *h;
		enum err e = parse(&bad[i].w, &faults, &a, &h);

		faults_write(&faults, &text);
		buf_char(&text, '\0');
		assert_int_equal(e, bad[i].fault[0] == '\0' ? OK : E_BADINPUT);
		if (strncmp(text.data, bad[i].fault, strlen(bad[i].fault)) != 0)
			fail_msg("case %zu: %s", i, text.data);
		assert_int_equal(faults.count, e == OK ? 0 : 1);
		buf_free(&text);
		faults_free(&faults);
		arena_free(&a);
	}
}

static void
repeat(char *out, const char *line, size_t n)
{
	out[0] = '\0';
	while (n-- > 0)
		out = (char *)memcpy(out, line, strlen(line) + 1) +
		      strlen(line);
}

static void
limits_are_named(void **state)
{
	static char lines[210 * 64];
	struct week w = {"UTC", lines, ""};
	struct faults faults = {0};
	struct arena a = {0};
	struct hours *h;

	(void)state;
	repeat(lines, "mon 09:00-10:00;", HOURS_LINES_MAX + 1);
	assert_int_equal(parse(&w, &faults, &a, &h), E_BADINPUT);
	assert_string_equal(
	    faults.list[0].what.p, "has 201 entries; write at most 200");
	faults_free(&faults);
	faults = (struct faults){0};
	repeat(lines, "mon 01:00-02:00,03:00-04:00,05:00-06:00;", 134);
	assert_int_equal(parse(&w, &faults, &a, &h), E_BADINPUT);
	assert_int_equal(faults.count, 1);
	assert_string_equal(faults.list[0].what.p,
	    "is one span of time too many; write at most 400");
	faults_free(&faults);
	arena_free(&a);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(hours_are_kept),
	    cmocka_unit_test(the_other_change_comes_after),
	    cmocka_unit_test(no_hours_are_always_open),
	    cmocka_unit_test(never_is_said),
	    cmocka_unit_test(a_slow_reading_agrees),
	    cmocka_unit_test(faults_are_named),
	    cmocka_unit_test(limits_are_named),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
