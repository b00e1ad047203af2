/*
 * zone_rule: a POSIX rule of a time zone, read strictly: IEEE Std 1003.1
 * (8.3, TZ), with the wider hours of RFC 8536 (3.3.1). Names of the times
 * ("CET") are checked and forgotten. Every reader takes what it reads off the
 * front of *s.
 */
#include "core/zone.h"

#define SECOND_OF_2AM (2 * 3600)
#define NUMBER_DIGITS 3u

static bool
take(struct str *s, char c)
{
	if (s->n == 0 || s->p[0] != c)
		return false;
	s->p++;
	s->n--;
	return true;
}

static bool
take_number(struct str *s, int least, int most, int *out)
{
	size_t i;
	int n = 0;

	for (i = 0; i < s->n && s->p[i] >= '0' && s->p[i] <= '9'; i++) {
		if (i == NUMBER_DIGITS)
			return false;
		n = n * 10 + (s->p[i] - '0');
	}
	*s = (struct str){s->p + i, s->n - i};
	*out = n;
	return i > 0 && n >= least && n <= most;
}

static bool
is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool
is_quoted(char c)
{
	return is_letter(c) || (c >= '0' && c <= '9') || c == '+' || c == '-';
}

/* "CET" or "<+0530>": at least three characters. */
static bool
take_name(struct str *s)
{
	bool quoted = take(s, '<');
	size_t i;

	for (i = 0; i < s->n; i++)
		if (!(quoted ? is_quoted(s->p[i]) : is_letter(s->p[i])))
			break;
	*s = (struct str){s->p + i, s->n - i};
	return i >= 3 && (!quoted || take(s, '>'));
}

/* [+-]hh[:mm[:ss]] in seconds. */
static bool
take_time(struct str *s, int hours_max, int *out)
{
	bool minus = take(s, '-');
	int h, m = 0, sec = 0;

	if (!minus)
		(void)take(s, '+');
	if (!take_number(s, 0, hours_max, &h))
		return false;
	if (take(s, ':')) {
		if (!take_number(s, 0, 59, &m))
			return false;
		if (take(s, ':') && !take_number(s, 0, 59, &sec))
			return false;
	}
	*out = h * 3600 + m * 60 + sec;
	if (minus)
		*out = -*out;
	return true;
}

static bool
take_month_week(struct str *s, struct zone_change *c)
{
	return take_number(s, 1, 12, &c->month) && take(s, '.') &&
	       take_number(s, 1, 5, &c->week) && take(s, '.') &&
	       take_number(s, 0, 6, &c->day);
}

/* "M3.5.0/2", "J60", "59/-1:30" */
static bool
take_change(struct str *s, struct zone_change *c)
{
	bool good;

	*c = (struct zone_change){.kind = ZONE_ZERO, .second = SECOND_OF_2AM};
	if (take(s, 'M')) {
		c->kind = ZONE_MONTH_WEEK;
		good = take_month_week(s, c);
	} else if (take(s, 'J')) {
		c->kind = ZONE_JULIAN;
		good = take_number(s, 1, 365, &c->day);
	} else
		good = take_number(s, 0, 365, &c->day);
	return good && (!take(s, '/') || take_time(s, 167, &c->second));
}

/* POSIX counts westwards. */
static bool
take_offset(struct str *s, int *out)
{
	if (!take_time(s, 24, out))
		return false;
	*out = -*out;
	return true;
}

bool
zone_parse(struct str rule, struct zone *out)
{
	struct str s = rule;

	*out = (struct zone){0};
	if (!take_name(&s) || !take_offset(&s, &out->std))
		return false;
	out->dst = out->std;
	if (s.n == 0)
		return true;
	out->changes = true;
	out->dst = out->std + 3600;
	if (!take_name(&s))
		return false;
	if (s.n > 0 && s.p[0] != ',' && !take_offset(&s, &out->dst))
		return false;
	return take(&s, ',') && take_change(&s, &out->to_dst) &&
	       take(&s, ',') && take_change(&s, &out->to_std) && s.n == 0;
}
