/*
 * hours_parse: the lines of a week and of the holidays, read strictly. A line
 * is words between spaces and commas: first the days, then spans of time.
 * Every fault says what was found and what would be right.
 */
#include "core/hours_text.h"

#include <stdio.h>

#define EXAMPLE "as in \"mon-fri 09:00-17:30\""

static const char *const day_names[HOURS_DAYS] = {
    "mon", "tue", "wed", "thu", "fri", "sat", "sun"};

/* What is being read, for faults. */
struct reader {
	struct hours *hours;
	struct faults *faults;
	char where[200];
	struct str line;
	bool good;
};

static void
fault(struct reader *r, const char *wrong, struct str word, const char *right)
{
	r->good = false;
	faults_add(r->faults, r->where, "is \"%.*s\"; \"%.*s\" %s; %s",
	    STR_FMT(r->line), STR_FMT(word), wrong, right);
}

static bool
next_word(struct str *rest, struct str *word)
{
	size_t from = 0, end;

	while (from < rest->n && strchr(" \t,", rest->p[from]) != NULL)
		from++;
	for (end = from; end < rest->n; end++)
		if (strchr(" \t,", rest->p[end]) != NULL)
			break;
	*word = (struct str){rest->p + from, end - from};
	*rest = (struct str){rest->p + end, rest->n - end};
	return word->n > 0;
}

/* Both sides of the only "-"; false if there is no such. */
static bool
halves(struct str word, struct str *a, struct str *b)
{
	const char *dash = memchr(word.p, '-', word.n);

	if (dash == NULL)
		return false;
	*a = (struct str){word.p, (size_t)(dash - word.p)};
	*b = (struct str){dash + 1, word.n - a->n - 1};
	return true;
}

static bool
digits(struct str s, size_t n, int *out)
{
	uint64_t value;

	if (s.n != n || !str_to_u64(s, 9999, &value))
		return false;
	*out = (int)value;
	return true;
}

/* ---- days and times ---------------------------------------------------- */

static char
lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

static bool
day_of(struct str s, unsigned *out)
{
	unsigned i;

	for (i = 0; s.n == 3 && i < HOURS_DAYS; i++)
		if (lower(s.p[0]) == day_names[i][0] &&
		    lower(s.p[1]) == day_names[i][1] &&
		    lower(s.p[2]) == day_names[i][2]) {
			*out = i;
			return true;
		}
	return false;
}

/* "mon" or "sat-mon", as bits; 0: neither. */
static unsigned
days_of(struct str word)
{
	struct str a = word, b = word;
	unsigned from, to, bits;

	(void)halves(word, &a, &b);
	if (!day_of(a, &from) || !day_of(b, &to))
		return 0;
	bits = 1u << from;
	while (from != to) {
		from = (from + 1) % HOURS_DAYS;
		bits |= 1u << from;
	}
	return bits;
}

static bool
minute_of(struct str s, int *out)
{
	int h, m;

	if (s.n != 5 || s.p[2] != ':' || !digits((struct str){s.p, 2}, 2, &h) ||
	    !digits((struct str){s.p + 3, 2}, 2, &m))
		return false;
	*out = h * 60 + m;
	return h <= 24 && m <= 59 && *out <= ZONE_DAY_MINUTES;
}

/* "22:00-02:00" ends on the day after. */
static bool
read_span(struct reader *r, struct str word, struct hours_span *out)
{
	struct str a, b;

	if (!halves(word, &a, &b) || !minute_of(a, &out->from) ||
	    !minute_of(b, &out->to) || out->from == ZONE_DAY_MINUTES) {
		fault(r, "is no span of time", word,
		    "write HH:MM-HH:MM from 00:00 to 24:00, " EXAMPLE);
		return false;
	}
	if (out->from == out->to) {
		fault(r, "lasts no time", word,
		    "write 00:00-24:00 for a whole day");
		return false;
	}
	if (out->to < out->from)
		out->to += ZONE_DAY_MINUTES;
	return true;
}

static bool
add_span(struct reader *r, unsigned days, struct hours_span span)
{
	struct hours *h = r->hours;

	if (h->span_count == HOURS_SPANS_MAX) {
		r->good = false;
		faults_add(r->faults, r->where,
		    "is one span of time too many; write at most %u",
		    HOURS_SPANS_MAX);
		return false;
	}
	span.days = (uint8_t)days;
	h->spans[h->span_count++] = span;
	return true;
}

/* All spans of a line, from `rest` on; says how many. */
static size_t
read_spans(struct reader *r, unsigned days, struct str rest)
{
	struct hours_span span;
	struct str word;
	size_t n = 0;

	while (r->good && next_word(&rest, &word))
		if (read_span(r, word, &span) && add_span(r, days, span))
			n++;
	return n;
}

static void
read_week_line(struct reader *r)
{
	struct str rest = r->line, behind = rest, word;
	unsigned days = 0, more;

	while (next_word(&rest, &word) && (more = days_of(word)) != 0) {
		days |= more;
		behind = rest;
	}
	if (days == 0)
		fault(r, "is no day", word,
		    "begin with mon, tue, wed, thu, fri, sat, sun or a span "
		    "of them, " EXAMPLE);
	else if (read_spans(r, days, behind) == 0 && r->good)
		fault(r, "has no hours", r->line,
		    "write them behind the days, " EXAMPLE);
}

/* ---- holidays ---------------------------------------------------------- */

static int
days_in(int year, int month)
{
	int64_t first = zone_day_of(year, month, 1);

	return (int)(zone_day_of(month == 12 ? year + 1 : year,
			 month == 12 ? 1 : month + 1, 1) -
		     first);
}

/* "2026-12-25" or, with year 0, "12-25". */
static bool
read_date(struct str word, struct hours_holiday *out)
{
	struct str rest = word;
	int year = 2000; /* a leap year: "02-29" is a day of each */

	if (word.n == 10) {
		if (!digits((struct str){word.p, 4}, 4, &year) ||
		    word.p[4] != '-' || year < 1970)
			return false;
		out->year = year;
		rest = (struct str){word.p + 5, 5};
	}
	return rest.n == 5 && rest.p[2] == '-' &&
	       digits((struct str){rest.p, 2}, 2, &out->month) &&
	       digits((struct str){rest.p + 3, 2}, 2, &out->mday) &&
	       out->month >= 1 && out->month <= 12 && out->mday >= 1 &&
	       out->mday <= days_in(year, out->month);
}

static bool
is_twice(const struct hours *h, const struct hours_holiday *d)
{
	size_t i;

	for (i = 0; i < h->holiday_count; i++)
		if (h->holidays[i].year == d->year &&
		    h->holidays[i].month == d->month &&
		    h->holidays[i].mday == d->mday)
			return true;
	return false;
}

static void
read_holiday_line(struct reader *r)
{
	struct hours_holiday d = {.first = r->hours->span_count};
	struct str rest = r->line, word;

	(void)next_word(&rest, &word);
	if (!read_date(word, &d))
		fault(r, "is no day of the calendar", word,
		    "write YYYY-MM-DD, or MM-DD for each year");
	else if (is_twice(r->hours, &d))
		fault(r, "is there twice", word,
		    "write all its hours behind one date, as in "
		    "\"12-24 09:00-12:00, 13:00-15:00\"");
	if (!r->good)
		return;
	d.count = read_spans(r, 0, rest);
	r->hours->holidays[r->hours->holiday_count++] = d;
}

/* ---- all of it --------------------------------------------------------- */

static void
read_zone(struct reader *r, const char *where, struct str name)
{
	struct str near;

	if (zone_find(name, &r->hours->zone))
		return;
	near = zone_near(name);
	snprintf(r->where, sizeof(r->where), "%s.zone", where);
	if (near.n > 0)
		faults_add(r->faults, r->where,
		    "is \"%.*s\", which is no time zone; did you mean "
		    "\"%.*s\"?",
		    STR_FMT(name), STR_FMT(near));
	else
		faults_add(r->faults, r->where,
		    "is \"%.*s\", which is no time zone; write a name such as "
		    "\"Europe/Berlin\" or \"UTC\"",
		    STR_FMT(name));
}

struct lines {
	const char *where, *member;
	const struct str *list;
	size_t n;
	void (*read)(struct reader *r);
};

static void
read_lines(struct reader *r, const struct lines *l)
{
	size_t i;

	if (l->n > HOURS_LINES_MAX) {
		snprintf(
		    r->where, sizeof(r->where), "%s.%s", l->where, l->member);
		faults_add(r->faults, r->where,
		    "has %zu entries; write at most %u", l->n, HOURS_LINES_MAX);
		return;
	}
	for (i = 0; i < l->n; i++) {
		snprintf(r->where, sizeof(r->where), "%s.%s[%zu]", l->where,
		    l->member, i);
		r->line = l->list[i].n == 0 ? STR("") : str_trim(l->list[i]);
		r->good = true;
		l->read(r);
	}
}

enum err
hours_parse(const struct hours_text *text, const char *where,
    struct faults *faults, struct arena *a, struct hours **out)
{
	struct reader r = {.faults = faults};
	size_t before = faults->count;

	r.hours = arena_alloc(a, sizeof(*r.hours));
	if (r.hours == NULL)
		return E_NOMEM;
	read_zone(&r, where, text->zone);
	read_lines(&r, &(struct lines){where, "week", text->week,
			   text->week_count, read_week_line});
	read_lines(&r, &(struct lines){where, "holidays", text->holidays,
			   text->holiday_count, read_holiday_line});
	if (text->week_count == 0) {
		snprintf(r.where, sizeof(r.where), "%s.week", where);
		faults_add(faults, r.where,
		    "is empty; write when somebody is there, " EXAMPLE
		    ", or leave the hours out where somebody always is");
	}
	*out = r.hours;
	return faults->count == before ? OK : E_BADINPUT;
}
