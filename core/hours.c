/*
 * hours: from the hours of a day to moments. A span belongs to the day on
 * which it begins and lasts no longer than into the next, so what is open at
 * a moment began on its local day or the day before.
 */
#include "core/hours_text.h"

/* The spans of one day, one after another. */
struct day_spans {
	const struct hours *h;
	struct zone_time date;
	const struct hours_holiday *holiday;
	size_t next;
};

/* A moment from which and one up to which it is open, wall ms. */
struct interval {
	int64_t from, to;
};

/* A date with its year beats the same of each year. */
static const struct hours_holiday *
holiday_of(const struct hours *h, const struct zone_time *date)
{
	const struct hours_holiday *each = NULL, *d;
	size_t i;

	for (i = 0; i < h->holiday_count; i++) {
		d = &h->holidays[i];
		if (d->month != date->month || d->mday != date->mday)
			continue;
		if (d->year == date->year)
			return d;
		if (d->year == 0)
			each = d;
	}
	return each;
}

static struct day_spans
day_begin(const struct hours *h, int64_t day)
{
	static const struct zone utc;
	struct day_spans d = {.h = h};

	zone_local(&utc, day * ZONE_DAY_MINUTES * ZONE_MINUTE_MS, &d.date);
	d.holiday = holiday_of(h, &d.date);
	d.next = d.holiday == NULL ? 0 : d.holiday->first;
	return d;
}

static const struct hours_span *
next_span(struct day_spans *d)
{
	const struct hours_span *s;

	if (d->holiday != NULL)
		return d->next < d->holiday->first + d->holiday->count
			   ? &d->h->spans[d->next++]
			   : NULL;
	while (d->next < d->h->span_count) {
		s = &d->h->spans[d->next++];
		if (s->days >> d->date.weekday & 1)
			return s;
	}
	return NULL;
}

static bool
next_interval(struct day_spans *d, struct interval *out)
{
	const struct hours_span *s;

	while ((s = next_span(d)) != NULL) {
		out->from = zone_wall(&d->h->zone, d->date.day, s->from);
		out->to = zone_wall(&d->h->zone, d->date.day, s->to);
		/* All of it may fall into a gap. */
		if (out->from < out->to)
			return true;
	}
	return false;
}

static int64_t
local_day(const struct hours *h, int64_t t)
{
	struct zone_time date;

	zone_local(&h->zone, t, &date);
	return date.day;
}

/* Until when, at least, what is open at t lasts; 0: it is closed. */
static int64_t
open_until(const struct hours *h, int64_t t)
{
	int64_t today = local_day(h, t), day, until = 0;
	struct day_spans d;
	struct interval in;

	for (day = today - 1; day <= today; day++)
		for (d = day_begin(h, day); next_interval(&d, &in);)
			if (in.from <= t && t < in.to && in.to > until)
				until = in.to;
	return until;
}

bool
hours_open(const struct hours *h, int64_t now)
{
	return h == NULL || open_until(h, now) != 0;
}

static int64_t
bound_of(int64_t now)
{
	return now + HOURS_AHEAD_DAYS * ZONE_DAY_MINUTES * ZONE_MINUTE_MS;
}

/* The end of what is open at t, over what follows without a gap. */
static int64_t
close_after(const struct hours *h, int64_t t, int64_t bound)
{
	int64_t until;

	while ((until = open_until(h, t)) != 0) {
		t = until;
		if (t > bound)
			return 0;
	}
	return t;
}

/* The first beginning after t, when it is closed at t. */
static int64_t
open_after(const struct hours *h, int64_t t, int64_t bound)
{
	int64_t day = local_day(h, t) - 1, last = local_day(h, bound);
	int64_t first = INT64_MAX;
	struct day_spans d;
	struct interval in;

	/* What begins on a later day begins later. */
	for (; day <= last && first == INT64_MAX; day++)
		for (d = day_begin(h, day); next_interval(&d, &in);)
			if (in.from > t && in.from < first)
				first = in.from;
	return first > bound ? 0 : first;
}

int64_t
hours_next_close(const struct hours *h, int64_t now)
{
	int64_t bound = bound_of(now), t = now;

	if (h == NULL)
		return 0;
	if (!hours_open(h, now))
		t = open_after(h, now, bound);
	return t == 0 ? 0 : close_after(h, t, bound);
}

int64_t
hours_next_open(const struct hours *h, int64_t now)
{
	int64_t bound = bound_of(now), t = now;

	if (h == NULL)
		return 0;
	if (hours_open(h, now))
		t = close_after(h, now, bound);
	return t == 0 ? 0 : open_after(h, t, bound);
}

int64_t
hours_next_change(const struct hours *h, int64_t now)
{
	return hours_open(h, now) ? hours_next_close(h, now)
				  : hours_next_open(h, now);
}
