/*
 * names: bounded matching by hand, for the few shapes there are. What does not
 * fit exactly is refused: an address becomes part of keys and requests.
 */
#include "channels/twilio/names.h"

#include <stdio.h>
#include <time.h>

#define SID_LENGTH 34u
#define PHONE_MIN 8u /* with its "+" */
#define PHONE_MAX 16u
#define USER_ID_MAX 128u
#define SHORT_CODE_MIN 3u
#define SHORT_CODE_MAX 8u
#define SENDER_ID_MAX 11u

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool
is_capital(char c)
{
	return c >= 'A' && c <= 'Z';
}

static bool
is_letter(char c)
{
	return is_capital((char)(c & ~0x20));
}

static bool
is_hex(char c)
{
	return is_digit(c) || (is_letter(c) && (c | 0x20) <= 'f');
}

static bool
is_word(char c)
{
	return is_digit(c) || is_letter(c);
}

static bool
is_sender_char(char c)
{
	return is_word(c) || c == ' ' || c == '-' || c == '_' || c == '&' ||
	       c == '.' || c == '+';
}

static bool
all(struct str s, bool (*fits)(char c))
{
	size_t i;

	for (i = 0; i < s.n; i++)
		if (!fits(s.p[i]))
			return false;
	return true;
}

static struct str
from(struct str s, size_t at)
{
	return at == 0 ? s : (struct str){s.p + at, s.n - at};
}

static bool
begins(struct str s, struct str with)
{
	return s.n >= with.n && (with.n == 0 || !memcmp(s.p, with.p, with.n));
}

/* ---- sids --------------------------------------------------------------- */

bool
twilio_sid(struct str s, const char *kind)
{
	return s.n == SID_LENGTH && memcmp(s.p, kind, 2) == 0 &&
	       all(from(s, 2), is_hex);
}

bool
twilio_message_sid(struct str s)
{
	return twilio_sid(s, "SM") || twilio_sid(s, "MM");
}

bool
twilio_service(struct str s)
{
	return twilio_sid(s, "MG");
}

/* ---- addresses ---------------------------------------------------------- */

static bool
is_phone(struct str s)
{
	return s.n >= PHONE_MIN && s.n <= PHONE_MAX && s.p[0] == '+' &&
	       s.p[1] != '0' && all(from(s, 1), is_digit);
}

/* US.1349..., or with a parent US.ENT.1349... */
static bool
is_user(struct str s)
{
	if (s.n < 4 || !is_capital(s.p[0]) || !is_capital(s.p[1]) ||
	    s.p[2] != '.')
		return false;
	s = from(s, 3);
	if (begins(s, STR("ENT.")))
		s = from(s, 4);
	return s.n >= 1 && s.n <= USER_ID_MAX && all(s, is_word);
}

static bool
is_short_code(struct str s)
{
	return s.n >= SHORT_CODE_MIN && s.n <= SHORT_CODE_MAX &&
	       all(s, is_digit);
}

static bool
is_sender_id(struct str s)
{
	size_t i;

	if (s.n > SENDER_ID_MAX || !all(s, is_sender_char))
		return false;
	for (i = 0; i < s.n; i++)
		if (is_letter(s.p[i]))
			return true;
	return false;
}

enum twilio_who
twilio_address(const struct twilio *t, struct str s, struct str *bare)
{
	struct str prefix = str_from(t->prefix);

	if (!begins(s, prefix))
		return TWILIO_NOBODY;
	*bare = s = from(s, prefix.n);
	if (is_phone(s))
		return TWILIO_PHONE;
	if (prefix.n > 0)
		return is_user(s) ? TWILIO_USER : TWILIO_NOBODY;
	return is_short_code(s) || is_sender_id(s) ? TWILIO_SENDER
						   : TWILIO_NOBODY;
}

bool
twilio_sender(const struct twilio *t, struct str s)
{
	return is_phone(s) || twilio_service(s) ||
	       (t->prefix[0] == '\0' && is_short_code(s));
}

struct str
twilio_api(const struct company_account *a)
{
	return a->api.n > 0 ? a->api : STR("https://api.twilio.com");
}

/* ---- times -------------------------------------------------------------- */

static int
month(const char *name)
{
	static const char names[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
	int i;

	for (i = 0; i < 12; i++)
		if (memcmp(names + (size_t)i * 3, name, 3) == 0)
			return i;
	return -1;
}

/* The minutes that "+0130" is ahead of UTC. */
static int
zone_minutes(const char *zone)
{
	int hhmm = 0;

	if (sscanf(zone + 1, "%4d", &hhmm) != 1)
		return 0;
	hhmm = hhmm / 100 * 60 + hhmm % 100;
	return zone[0] == '-' ? -hhmm : hhmm;
}

int64_t
twilio_time(struct str text)
{
	char copy[40], mon[4] = "", zone[6] = "";
	struct tm tm = {0};

	if (text.n == 0 || text.n >= sizeof(copy))
		return 0;
	memcpy(copy, text.p, text.n);
	copy[text.n] = '\0';
	if (sscanf(copy, "%*3s, %2d %3s %4d %2d:%2d:%2d %5s", &tm.tm_mday, mon,
		&tm.tm_year, &tm.tm_hour, &tm.tm_min, &tm.tm_sec, zone) != 7)
		return 0;
	tm.tm_year -= 1900;
	tm.tm_mon = month(mon);
	if (tm.tm_mon < 0 || tm.tm_year < 70)
		return 0;
	return ((int64_t)timegm(&tm) - zone_minutes(zone) * 60) * 1000;
}

void
twilio_day(int64_t wall_ms, char out[TWILIO_DAY])
{
	time_t seconds = (time_t)(wall_ms < 0 ? 0 : wall_ms / 1000);
	struct tm tm;

	if (gmtime_r(&seconds, &tm) == NULL ||
	    strftime(out, TWILIO_DAY, "%Y-%m-%d", &tm) == 0)
		out[0] = '\0';
}
