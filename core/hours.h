/*
 * hours: when a team is there. Pure.
 *
 * A week, in a time zone, and the days that are different:
 *
 *	zone      "Europe/Berlin"
 *	week      "mon-fri 09:00-12:30, 13:30-17:30", "sat 10:00-14:00",
 *	          "fri 22:00-02:00"  (ends on the day after), "sun 00:00-24:00"
 *	holidays  "2026-12-25"  closed on that day,
 *	          "12-25"  each year,
 *	          "2026-12-24 09:00-12:00"  open only then
 *
 * Days are mon tue wed thu fri sat sun; a span of days may go over the end of
 * the week ("sat-mon"). Entries add up. A day that is named under holidays has
 * no hours of the week that begin on it; what began the evening before goes on
 * after midnight. A date with its year beats the same date of each year.
 *
 * Times are what the clock on the wall shows. When clocks are put forward,
 * hours that begin or end in the gap begin or end when it is over; when they
 * are put back, hours begin at the first and end at the first such time.
 */
#ifndef CORE_HOURS_H
#define CORE_HOURS_H

#include "core/faults.h"
#include "core/zone.h"

#define HOURS_LINES_MAX 200u /* entries of week, and of holidays */
#define HOURS_SPANS_MAX 400u /* from-to, over all days of the week */

struct hours;

/* Borrowed during the call. */
struct hours_text {
	struct str zone;
	const struct str *week;
	size_t week_count;
	const struct str *holidays;
	size_t holiday_count;
};

/*
 * Each fault is named: "<where>.week[2]: is "mon-fri 9-17"; write hours as
 * HH:MM-HH:MM, as in "mon-fri 09:00-17:30"". E_BADINPUT: there are faults;
 * E_NOMEM. *out lives in the arena and points to nothing outside it; it never
 * changes, so threads may share it. An empty week is a fault: who is always
 * there has no hours.
 */
enum err hours_parse(const struct hours_text *text, const char *where,
    struct faults *faults, struct arena *a, struct hours **out) MUST_USE;

/* All of these: NULL is always open. */
bool hours_open(const struct hours *h, int64_t now);

/*
 * When it opens next, or closes next, strictly after now; 0: not within the
 * next HOURS_AHEAD_DAYS. Hours that follow one another without a gap close
 * only at the end of the last.
 */
#define HOURS_AHEAD_DAYS 400
int64_t hours_next_open(const struct hours *h, int64_t now);
int64_t hours_next_close(const struct hours *h, int64_t now);

/* The nearer of both: when what hours_open() says may be different. */
int64_t hours_next_change(const struct hours *h, int64_t now);

#endif
