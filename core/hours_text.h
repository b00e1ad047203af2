/*
 * hours_text: hours as they were read: what hours_parse.c fills and hours.c
 * looks at. Spans of the week name their weekdays; those of a holiday stand
 * behind one another and the holiday says where.
 */
#ifndef CORE_HOURS_TEXT_H
#define CORE_HOURS_TEXT_H

#include "core/hours.h"

#define HOURS_DAYS 7u

/* Minutes from the beginning of the day; `to` may be on the day after. */
struct hours_span {
	int from, to;
	uint8_t days; /* bits, Monday is 1; 0: of a holiday */
};

struct hours_holiday {
	int year, month, mday; /* year 0: each */
	size_t first, count;   /* of its spans; none: closed */
};

struct hours {
	struct zone zone;
	struct hours_span spans[HOURS_SPANS_MAX];
	size_t span_count;
	struct hours_holiday holidays[HOURS_LINES_MAX];
	size_t holiday_count;
};

#endif
