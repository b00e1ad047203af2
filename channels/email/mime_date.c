/*
 * mime_date: "Sat, 21 Nov 2026 11:12:18 +0000 (UTC)" as milliseconds. The name
 * of the day is not looked at; seconds and zone may be missing.
 */
#include "channels/email/mime_inner.h"

#define YEAR_MIN 1970
#define YEAR_MAX 9999

static const char months[] = "janfebmaraprmayjunjulaugsepoctnovdec";

static const struct {
	const char *name;
	int hours;
} zones[] = {
    {"UT", 0},
    {"GMT", 0},
    {"UTC", 0},
    {"Z", 0},
    {"EDT", -4},
    {"EST", -5},
    {"CDT", -5},
    {"CST", -6},
    {"MDT", -6},
    {"MST", -7},
    {"PDT", -7},
    {"PST", -8},
    {"CET", 1},
    {"CEST", 2},
};

/* Digits at the front. False: there are none, or too many. */
static bool
take_number(struct str *s, int *out)
{
	int n = 0;
	size_t i = 0;

	*s = lex_trim(*s);
	for (; i < s->n && i < 6 && lex_digit(s->p[i]); i++)
		n = n * 10 + (s->p[i] - '0');
	*s = lex_from(*s, i);
	*out = n;
	return i > 0 && i < 6;
}

static bool
take_month(struct str *s, int *out)
{
	struct str name;
	int i;

	*s = lex_trim(*s);
	if (s->n > 0 && s->p[0] == '-')
		*s = lex_from(*s, 1);
	name = lex_upto(*s, 3);
	for (i = 0; i < 12 && name.n == 3; i++)
		if (lex_same(name, (struct str){months + (3 * i), 3}))
			break;
	while (s->n > 0 && (lex_alnum(s->p[0]) || s->p[0] == '.') &&
	       !lex_digit(s->p[0]))
		*s = lex_from(*s, 1);
	if (s->n > 0 && s->p[0] == '-')
		*s = lex_from(*s, 1);
	*out = i + 1;
	return name.n == 3 && i < 12;
}

static bool
take_colon(struct str *s)
{
	*s = lex_trim(*s);
	if (s->n == 0 || s->p[0] != ':')
		return false;
	*s = lex_from(*s, 1);
	return true;
}

/* Minutes east of Greenwich; 0 where it says nothing that is known. */
static int
zone_minutes(struct str s)
{
	struct str word;
	int n, sign;
	size_t i;

	s = lex_trim(s);
	if (s.n > 0 && (s.p[0] == '+' || s.p[0] == '-')) {
		sign = s.p[0] == '-' ? -1 : 1;
		s = lex_from(s, 1);
		if (!take_number(&s, &n) || n > 2359)
			return 0;
		return sign * (n / 100 * 60 + n % 100);
	}
	word = lex_cut(&s, ' ');
	for (i = 0; i < ARRAY_LEN(zones); i++)
		if (lex_same(word, str_from(zones[i].name)))
			return zones[i].hours * 60;
	return 0;
}

/* Days from 1970 to a day of the Gregorian calendar. */
static int64_t
days_from(int year, int month, int day)
{
	int64_t y = month <= 2 ? year - 1 : year;
	int64_t era = y / 400, of_era = y - era * 400;
	int64_t of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day -
			  1;

	return era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 +
	       of_year - 719468;
}

static int
whole_year(int year)
{
	if (year < 50)
		return year + 2000;
	return year < 1000 ? year + 1900 : year;
}

/* "Sat, " */
static struct str
without_day(struct str s)
{
	struct str rest = s, day = lex_cut(&rest, ',');

	return day.n < s.n && day.n <= 12 ? rest : s;
}

bool
mime_date(struct str s, int64_t *out)
{
	int day, month, year, hour, minute, second = 0;

	s = without_day(s);
	if (!take_number(&s, &day) || !take_month(&s, &month) ||
	    !take_number(&s, &year) || !take_number(&s, &hour) ||
	    !take_colon(&s) || !take_number(&s, &minute))
		return false;
	if (take_colon(&s) && !take_number(&s, &second))
		return false;
	year = whole_year(year);
	if (day < 1 || day > 31 || year < YEAR_MIN || year > YEAR_MAX ||
	    hour > 23 || minute > 59 || second > 60)
		return false;
	*out = (days_from(year, month, day) * 1440 + hour * 60 + minute -
		   zone_minutes(s)) *
		   60000 +
	       second * 1000;
	return true;
}
