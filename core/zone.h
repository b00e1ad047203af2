/*
 * zone: IANA time zones, from a name to local time and back. Pure.
 *
 * The rules that hold from now on, of every name the time zone database
 * knows, stand in a table in this program (core/zone_table.c, made by
 * cmake/zones.mjs): what a town's clocks did in the past is not there, so
 * times before the table was made may be hours off, and a country that changes
 * its rules needs a new table.
 *
 *	struct zone z;
 *	if (!zone_find(STR("Europe/Berlin"), &z)) ... zone_near() ...
 *	zone_local(&z, now, &t);       t.weekday, t.minute ...
 *	ms = zone_wall(&z, t.day, 9 * 60);
 */
#ifndef CORE_ZONE_H
#define CORE_ZONE_H

#include "core/base.h"

#define ZONE_MINUTE_MS INT64_C(60000)
#define ZONE_DAY_MINUTES 1440

/* A day of the year on which clocks change, as POSIX writes them. */
enum zone_day {
	ZONE_MONTH_WEEK, /* Mm.w.d: week w (5: the last) of month m, day d */
	ZONE_JULIAN,	 /* Jn: 1 to 365, February 29 is never counted */
	ZONE_ZERO,	 /* n: 0 to 365, February 29 is counted */
};

struct zone_change {
	enum zone_day kind;
	int month, week, day;
	int second; /* of that day, by the clock before; may be below 0 or
		     * above 86400 */
};

/* From this minute since 1970 on clocks are so many minutes east of UTC. */
struct zone_shift {
	int32_t minute;
	int16_t offset;
};

/* Points to nothing but the table; copy it freely. */
struct zone {
	int std, dst; /* seconds east of UTC */
	bool changes; /* is there daylight saving at all? */
	struct zone_change to_dst, to_std;
	/* Where dates follow the moon no rule fits: each change up to the last
	 * one here; the rule holds after it. */
	const struct zone_shift *shifts;
	size_t shift_count;
};

/*
 * A rule as POSIX writes it: "CET-1CEST,M3.5.0,M10.5.0/3", with the hours from
 * -167 to 167 of RFC 8536. False if it is none; *out is then anything. A
 * daylight saving time without dates is refused, not guessed.
 */
bool zone_parse(struct str rule, struct zone *out) MUST_USE;

/* By its name, exactly. False if there is none. */
bool zone_find(struct str name, struct zone *out) MUST_USE;

/* The name that is meant, for "did you mean"; empty: nothing is near. */
struct str zone_near(struct str name);

/* Every name: from {0}, until it says false. */
struct zone_names {
	size_t row, at;
};

bool zone_next_name(struct zone_names *it, struct str *out) MUST_USE;

struct zone_time {
	int64_t day;	       /* days since 1970-01-01, by the local date */
	int year, month, mday; /* 1970, 1, 1 */
	int weekday;	       /* 0: Monday */
	int minute;	       /* of the day by the clock: 0 to 1439 */
	int offset;	       /* seconds east of UTC at this moment */
};

void zone_local(const struct zone *z, int64_t wall_ms, struct zone_time *out);

/*
 * When the clock shows `minute` (may be 1440 or more: the days after) of local
 * day `day`. Where clocks are put back and show it twice: the first time.
 * Where they are put forward and never show it: the moment they are put
 * forward, so that what begins and ends in such a gap lasts no time.
 */
int64_t zone_wall(const struct zone *z, int64_t day, int minute);

/* Days since 1970-01-01; month 1 to 12, mday 1 to 31. */
int64_t zone_day_of(int year, int month, int mday);

#endif
