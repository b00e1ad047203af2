/*
 * zone: names, and the arithmetic between the clock of a place and UTC. Days
 * are counted by the Gregorian calendar. At any moment the latest change
 * before it says which time holds; for a place with shifts of its own it is
 * looked up among them, else it is one of the rule's in this year or a
 * neighbour of it.
 */
#include "core/zone.h"
#include "core/near.h"
#include "core/zone_table.h"

#define DAY_SECONDS INT64_C(86400)
#define NEAR_STEPS 3u

/* ---- names ------------------------------------------------------------- */

bool
zone_next_name(struct zone_names *it, struct str *out)
{
	const char *from, *end;

	if (zone_table[it->row].rule == NULL)
		return false;
	from = zone_table[it->row].names + it->at;
	end = strchr(from, ' ');
	if (end == NULL) {
		*it = (struct zone_names){it->row + 1, 0};
		return zone_next_name(it, out);
	}
	*out = (struct str){from, (size_t)(end - from)};
	it->at += out->n + 1;
	return true;
}

bool
zone_find(struct str name, struct zone *out)
{
	struct zone_names it = {0};
	struct str s;

	while (zone_next_name(&it, &s))
		if (str_eq(s, name)) {
			const struct zone_row *row = &zone_table[it.row];

			if (!zone_parse(str_from(row->rule), out))
				return false;
			out->shifts = row->shifts;
			out->shift_count = row->shift_count;
			return true;
		}
	return false;
}

static struct str
lower(struct str s, char out[NEAR_WORD_MAX])
{
	size_t i;

	for (i = 0; i < s.n && i < NEAR_WORD_MAX; i++) {
		out[i] = s.p[i];
		if (out[i] >= 'A' && out[i] <= 'Z')
			out[i] = (char)(out[i] - 'A' + 'a');
		if (out[i] == ' ')
			out[i] = '_';
	}
	return (struct str){out, s.n};
}

/* "Europe/Berlin": what people write is often only the town. */
static struct str
town_of(struct str name)
{
	size_t i = name.n;

	while (i > 0 && name.p[i - 1] != '/')
		i--;
	return (struct str){name.p + i, name.n - i};
}

/* Capitals do not count, and a town stands for its whole name. */
struct str
zone_near(struct str name)
{
	struct zone_names it = {0};
	char a[NEAR_WORD_MAX], b[NEAR_WORD_MAX];
	struct str s, t, meant, best = {0};
	size_t least = NEAR_STEPS + 1, d;

	if (name.n == 0 || name.n > NEAR_WORD_MAX)
		return best;
	meant = lower(name, a);
	while (zone_next_name(&it, &s)) {
		t = lower(s, b);
		if (memchr(meant.p, '/', meant.n) == NULL)
			t = town_of(t);
		d = near_distance(meant, t, NEAR_STEPS);
		/* Three letters may become any other three. */
		if (d < least && d * 2 < name.n) {
			least = d;
			best = s;
		}
	}
	return best;
}

/* ---- days -------------------------------------------------------------- */

static int64_t
floor_div(int64_t a, int64_t b)
{
	return a / b - (a % b < 0);
}

static bool
is_leap(int64_t year)
{
	return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

/*
 * Years here begin in March, so that the leap day is the last of its year,
 * and the days before a month follow one formula: 153 for five months.
 */
int64_t
zone_day_of(int year, int month, int mday)
{
	int64_t y = month > 2 ? year : year - 1;
	int64_t m = month > 2 ? month - 3 : month + 9;
	int64_t leaps = floor_div(y, 4) - floor_div(y, 100) + floor_div(y, 400);

	/* 1970-01-01 is day 719468 after 0000-03-01. */
	return y * 365 + leaps + (153 * m + 2) / 5 + mday - 1 - 719468;
}

static void
date_of(int64_t day, struct zone_time *out)
{
	/* The estimate is never too low; a few days too high in January. */
	int64_t year = 1970 + floor_div(day * 400 + 146096, 146097);
	int64_t rest;

	while (zone_day_of((int)year, 1, 1) > day)
		year--;
	out->day = day;
	out->year = (int)year;
	out->weekday = (int)(((day + 3) % 7 + 7) % 7);
	out->month = 12;
	while ((rest = day - zone_day_of(out->year, out->month, 1)) < 0)
		out->month--;
	out->mday = (int)rest + 1;
}

/* ---- changes ----------------------------------------------------------- */

/* The day of that week and weekday in the month; POSIX: Sunday is 0. */
static int64_t
month_week(int year, const struct zone_change *c)
{
	int64_t first = zone_day_of(year, c->month, 1);
	int64_t next = c->month == 12 ? zone_day_of(year + 1, 1, 1)
				      : zone_day_of(year, c->month + 1, 1);
	int64_t sunday_based = ((first + 4) % 7 + 7) % 7;
	int64_t day = first + (c->day - sunday_based + 7) % 7;

	day += (c->week - 1) * 7;
	return day >= next ? day - 7 : day;
}

static int64_t
day_of_change(int year, const struct zone_change *c)
{
	int64_t first = zone_day_of(year, 1, 1);

	if (c->kind == ZONE_MONTH_WEEK)
		return month_week(year, c);
	if (c->kind == ZONE_ZERO)
		return first + c->day;
	return first + c->day - 1 + (is_leap(year) && c->day >= 60);
}

/* When it comes in that year, in UTC seconds. */
static int64_t
change_at(int year, const struct zone_change *c, int offset_before)
{
	return day_of_change(year, c) * DAY_SECONDS + c->second - offset_before;
}

static int
offset_by_rule(const struct zone *z, int64_t t)
{
	struct zone_time date;
	int64_t latest = INT64_MIN, at;
	int offset = z->std, year;

	if (!z->changes)
		return z->std;
	date_of(floor_div(t + z->std, DAY_SECONDS), &date);
	for (year = date.year - 1; year <= date.year + 1; year++) {
		at = change_at(year, &z->to_std, z->dst);
		if (at <= t && at >= latest) {
			latest = at;
			offset = z->std;
		}
		/* At the same moment daylight saving just goes on. */
		at = change_at(year, &z->to_dst, z->std);
		if (at <= t && at >= latest) {
			latest = at;
			offset = z->dst;
		}
	}
	return offset;
}

/* Seconds east of UTC at UTC second t. */
static int
offset_at(const struct zone *z, int64_t t)
{
	size_t low = 0, high = z->shift_count;
	int64_t minute = floor_div(t, 60);

	if (high == 0 || minute >= z->shifts[high - 1].minute)
		return offset_by_rule(z, t);
	while (high - low > 1) {
		size_t mid = low + (high - low) / 2;

		if (z->shifts[mid].minute <= minute)
			low = mid;
		else
			high = mid;
	}
	return z->shifts[low].offset * 60;
}

/* ---- back and forth ---------------------------------------------------- */

void
zone_local(const struct zone *z, int64_t wall_ms, struct zone_time *out)
{
	int64_t t = floor_div(wall_ms, 1000), local;

	out->offset = offset_at(z, t);
	local = t + out->offset;
	date_of(floor_div(local, DAY_SECONDS), out);
	out->minute = (int)((local - out->day * DAY_SECONDS) / 60);
}

/* Clocks are put forward after `low` and not after `high`: when? */
static int64_t
gap_at(const struct zone *z, int64_t low, int64_t high)
{
	int before = offset_at(z, low);

	while (high - low > 1) {
		int64_t mid = low + (high - low) / 2;

		if (offset_at(z, mid) == before)
			low = mid;
		else
			high = mid;
	}
	return high;
}

int64_t
zone_wall(const struct zone *z, int64_t day, int minute)
{
	int64_t local = day * DAY_SECONDS + minute * INT64_C(60);
	int before = offset_at(z, local - z->std - DAY_SECONDS);
	int after = offset_at(z, local - z->std + DAY_SECONDS);
	int64_t early = local - before, late = local - after;

	/* Put back: `before` is greater, so `early` is the first of two. */
	if (offset_at(z, early) == before)
		return early * 1000;
	if (offset_at(z, late) == after)
		return late * 1000;
	return gap_at(z, late, early) * 1000;
}
