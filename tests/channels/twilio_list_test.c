/*
 * Lists: was it sent, what did we miss, and files: page by page, as the
 * deliverer does it, against a vendor that is a few strings.
 */
#include "channels/twilio/names.h"
#include "tests/channels/twilio_rig.h"

#include <stdlib.h>

#define PATH "/2010-04-01/Accounts/" TW_SID "/Messages.json"
#define BASE "https://api.twilio.com" PATH
#define SENT_AT "Sat, 21 Nov 2026 10:00:00 +0000"
#define TEXT "{\"to\":\"whatsapp:" TW_PHONE "\",\"text\":\"Hello\"}"
#define FILE_OF_ANN \
	"{\"to\":\"whatsapp:" TW_PHONE \
	"\",\"url\":\"https://x/a\",\"name\":\"a.png\"}"

#define MESSAGE(sid, direction, from, to, body, at, media) \
	"{\"sid\":\"SM0000000000000000000000000000000" sid \
	"\",\"direction\":\"" direction "\",\"from\":\"" from \
	"\",\"to\":\"" to "\",\"body\":\"" body "\",\"date_created\":\"" at \
	"\",\"date_sent\":null,\"num_media\":\"" media \
	"\",\"messaging_service_sid\":null}"
#define OUT_AT(sid, body, at, media) \
	MESSAGE(sid, "outbound-api", "whatsapp:" TW_SENDER, \
	    "whatsapp:" TW_PHONE, body, at, media)
#define OUT(sid, body) OUT_AT(sid, body, SENT_AT, "0")
#define IN_AT(sid, body, at, media) \
	MESSAGE(sid, "inbound", "whatsapp:" TW_PHONE, "whatsapp:" TW_SENDER, \
	    body, at, media)
#define IN(sid, body) IN_AT(sid, body, SENT_AT, "0")
#define LIST(messages) "{\"messages\":[" messages "],\"next_page_uri\":null}"
#define LIST_AND(messages, next) \
	"{\"messages\":[" messages "],\"next_page_uri\":\"" next "\"}"

struct asking {
	struct tw_rig rig;
	struct job job;
	struct call call;
	struct outcome out;
};

static void
open_with(struct asking *s, enum job_kind kind, const char *payload)
{
	*s = (struct asking){.job = {.kind = kind,
				 .payload = str_from(payload),
				 .attempted_at = TW_NOW,
				 .since = TW_NOW,
				 .now = TW_NOW + 5000}};
	tw_open(&s->rig, &channel_whatsapp);
	s->job.account = &s->rig.account;
}

/* One step: the URL asked for must be `url`; the answer is `body`. */
static enum outcome_kind
step(struct asking *s, const char *url, const char *body)
{
	struct reply r = {
	    .status = 200, .body = str_from(body), .retry_after_ms = -1};

	assert_int_equal(OK,
	    s->rig.channel->call(&s->job, &s->rig.arena, &s->call, &s->out));
	tw_assert_str(s->call.url, url);
	assert_string_equal("GET", s->call.method);
	s->rig.channel->result(&s->job, &r, &s->rig.arena, &s->out);
	s->job.state = s->out.kind == OUTCOME_NEXT ? s->out.state
						   : (struct str){0};
	return s->out.kind;
}

/* ---- times -------------------------------------------------------------- */

static void
times_are_read(void **state)
{
	static const struct {
		const char *text;
		int64_t at;
	} cases[] = {
	    {SENT_AT, TW_NOW},
	    {"Sat, 21 Nov 2026 12:30:00 +0230", TW_NOW},
	    {"Sat, 21 Nov 2026 09:00:00 -0100", TW_NOW},
	    {"Thu, 01 Jan 1970 00:00:01 +0000", 1000},
	    {"Sat, 21 Nox 2026 10:00:00 +0000", 0},
	    {"2026-11-21", 0},
	    {"", 0},
	    {"Sat, 21 Nov 2026 10:00:00 +0000 and much more than that", 0},
	};
	char day[TWILIO_DAY];
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_LEN(cases); i++)
		assert_true(
		    twilio_time(str_from(cases[i].text)) == cases[i].at);
	twilio_day(TW_NOW, day);
	assert_string_equal("2026-11-21", day);
	twilio_day(0, day);
	assert_string_equal("1970-01-01", day);
}

/* ---- was it sent? ------------------------------------------------------- */

#define ASKED_FOR \
	BASE "?To=whatsapp%3A%2B15551234567&From=whatsapp%3A%2B15005550006"
#define NARROW ASKED_FOR "&DateSent%3E=2026-11-21&PageSize=100"
#define WIDE ASKED_FOR "&PageSize=100"

static const struct {
	const char *what, *payload, *list;
	bool found;
} lookups[] = {
    {"it", TEXT, LIST(OUT("1", "Hello")), true},
    {"it among others", TEXT,
	LIST(OUT("2", "Bye") "," IN("3", "Hello") "," OUT("1", "Hello")), true},
    {"a little before, by another clock", TEXT,
	LIST(OUT_AT("1", "Hello", "Sat, 21 Nov 2026 09:59:40 +0000", "0")),
	true},
    {"minutes before, by another clock", TEXT,
	LIST(OUT_AT("1", "Hello", "Sat, 21 Nov 2026 09:50:01 +0000", "0")),
	true},
    {"the same, said long before", TEXT,
	LIST(OUT_AT("1", "Hello", "Sat, 21 Nov 2026 09:49:50 +0000", "0")),
	false},
    {"of no time", TEXT, LIST(OUT_AT("1", "Hello", "", "0")), true},
    {"as the vendor trims it", TEXT, LIST(OUT("1", "\\n Hello \\r\\n")), true},
    {"its lines ended otherwise",
	"{\"to\":\"whatsapp:" TW_PHONE "\",\"text\":\"One\\nTwo \"}",
	LIST(OUT("1", "One\\r\\nTwo")), true},
    {"a line more", "{\"to\":\"whatsapp:" TW_PHONE "\",\"text\":\"One\\nTwo\"}",
	LIST(OUT("1", "One\\r\\n\\r\\nTwo")), false},
    {"its beginning", TEXT, LIST(OUT("1", "Hell")), false},
    {"other words", TEXT, LIST(OUT("1", "Hello!")), false},
    {"said by them", TEXT, LIST(IN("1", "Hello")), false},
    {"to somebody else", TEXT,
	LIST(MESSAGE("1", "outbound-api", "whatsapp:" TW_SENDER,
	    "whatsapp:+15550000000", "Hello", SENT_AT, "0")),
	false},
    {"no sid", TEXT,
	LIST("{\"direction\":\"outbound-api\",\"to\":\"whatsapp:" TW_PHONE
	     "\",\"body\":\"Hello\"}"),
	false},
    {"a file", FILE_OF_ANN, LIST(OUT_AT("1", "", SENT_AT, "1")), true},
    {"a file's link", FILE_OF_ANN, LIST(OUT("1", "a.png: https://x/a")), true},
    {"no file", FILE_OF_ANN, LIST(OUT("1", "")), false},
    {"nothing", TEXT, LIST(""), false},
    {"what is none", TEXT, LIST("1,null,[],\"x\",{}"), false},
};

static void
a_message_is_found_or_absent(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_LEN(lookups); i++) {
		struct asking s;
		enum outcome_kind kind;

		open_with(&s, JOB_LOOKUP, lookups[i].payload);
		print_message("  %s\n", lookups[i].what);
		kind = step(&s, NARROW, lookups[i].list);
		if (lookups[i].found) {
			assert_int_equal(OUTCOME_OK, kind);
			tw_assert_str(s.out.vendor_id, TW_MESSAGE);
		} else {
			assert_int_equal(OUTCOME_NEXT, kind);
			assert_int_equal(
			    OUTCOME_ABSENT, step(&s, WIDE, lookups[i].list));
		}
		tw_close(&s.rig);
	}
}

/* What waits at Twilio has no day yet. */
static void
a_message_of_no_day_is_found(void **state)
{
	struct asking s;

	(void)state;
	open_with(&s, JOB_LOOKUP, TEXT);
	assert_int_equal(OUTCOME_NEXT, step(&s, NARROW, LIST("")));
	assert_int_equal(OUTCOME_OK, step(&s, WIDE, LIST(OUT("1", "Hello"))));
	tw_close(&s.rig);
}

static void
all_pages_are_gone_through(void **state)
{
	struct asking s;

	(void)state;
	open_with(&s, JOB_LOOKUP, TEXT);
	assert_int_equal(OUTCOME_NEXT,
	    step(&s, NARROW, LIST_AND(OUT("2", "x"), PATH "?Page=1")));
	assert_int_equal(
	    OUTCOME_NEXT, step(&s, BASE "?Page=1",
			      LIST_AND(OUT("3", "x"),
				  "https://evil.example" PATH "?Page=2")));
	assert_int_equal(
	    OUTCOME_OK, step(&s, BASE "?Page=2", LIST(OUT("1", "Hello"))));
	tw_close(&s.rig);
}

static void
other_rows_messages_are_not_it(void **state)
{
	const struct str known[] = {STR(TW_MESSAGE)};
	struct asking s;

	(void)state;
	open_with(&s, JOB_LOOKUP, TEXT);
	s.job.known = known;
	s.job.known_count = 1;
	assert_int_equal(
	    OUTCOME_NEXT, step(&s, NARROW, LIST(OUT("1", "Hello"))));
	assert_int_equal(OUTCOME_OK,
	    step(&s, WIDE, LIST(OUT("1", "Hello") "," OUT("2", "Hello"))));
	tw_assert_str(s.out.vendor_id, "SM00000000000000000000000000000002");
	tw_close(&s.rig);
}

static void
a_template_is_found_by_what_it_carried(void **state)
{
	struct asking s;

	(void)state;
	open_with(&s, JOB_LOOKUP,
	    "{\"to\":\"whatsapp:" TW_PHONE "\",\"text\":\"Your\\n order\"}");
	s.rig.doc.template = STR(TW_TEMPLATE);
	assert_int_equal(OUTCOME_OK,
	    step(&s, NARROW, LIST(OUT("1", "News for you: Your order. Bye"))));
	tw_close(&s.rig);
}

static void
what_is_no_list_says_nothing(void **state)
{
	static const char *const bodies[] = {"", "{}", "<html>",
	    "{\"messages\":{}}", "[]", "{\"messages\":[],\"messages\":[]}"};
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_LEN(bodies); i++) {
		struct asking s;

		open_with(&s, JOB_LOOKUP, TEXT);
		assert_int_equal(OUTCOME_LATER, step(&s, NARROW, bodies[i]));
		s.job.kind = JOB_BACKFILL;
		assert_int_equal(OUTCOME_LATER,
		    step(&s,
			BASE "?To=whatsapp%3A%2B15005550006&DateSent%3E="
			     "2026-11-21&PageSize=100",
			bodies[i]));
		assert_int_equal(0, s.out.arrival.envelope_count);
		tw_close(&s.rig);
	}
}

static void
a_refused_lookup_is_asked_again(void **state)
{
	static const struct {
		unsigned status;
		enum outcome_kind kind;
	} cases[] = {{500, OUTCOME_LATER}, {429, OUTCOME_LATER},
	    {400, OUTCOME_LATER}, {401, OUTCOME_BLOCKED}};
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_LEN(cases); i++) {
		struct reply r = {.status = cases[i].status};
		struct asking s;

		open_with(&s, JOB_LOOKUP, TEXT);
		s.rig.channel->result(&s.job, &r, &s.rig.arena, &s.out);
		assert_int_equal(cases[i].kind, s.out.kind);
		tw_close(&s.rig);
	}
}

/* ---- what we missed ----------------------------------------------------- */

#define MISSED \
	BASE "?To=whatsapp%3A%2B15005550006&DateSent%3E=2026-11-21&PageSize=" \
	     "100"

static void
came(const struct asking *s, size_t i, const char *body)
{
	assert_true(i < s->out.arrival.envelope_count);
	tw_assert_json(s->out.arrival.envelopes[i].body, body);
}

static void
what_we_missed_comes_oldest_first(void **state)
{
	const struct envelope *e;
	struct asking s;

	(void)state;
	open_with(&s, JOB_BACKFILL, "");
	assert_int_equal(OUTCOME_OK,
	    step(&s, MISSED,
		LIST(IN("3", "three") "," OUT("2", "two") "," IN("1", "one"))));
	assert_int_equal(2, s.out.arrival.envelope_count);
	came(&s, 0, "{\"text\":\"one\"}");
	came(&s, 1, "{\"text\":\"three\"}");
	e = &s.out.arrival.envelopes[0];
	tw_assert_str(e->source, "whatsapp:main:" TW_MESSAGE);
	tw_assert_str(e->address, TW_PHONE);
	tw_assert_json(e->reply,
	    "{\"to\":\"whatsapp:" TW_PHONE "\",\"sid\":\"" TW_MESSAGE "\"}");
	assert_true(e->at == TW_NOW);
	tw_close(&s.rig);
}

static void
pages_come_oldest_first(void **state)
{
	struct asking s;

	(void)state;
	open_with(&s, JOB_BACKFILL, "");
	assert_int_equal(OUTCOME_NEXT,
	    step(&s, MISSED, LIST_AND(IN("5", "five"), PATH "?Page=1")));
	assert_int_equal(0, s.out.arrival.envelope_count);
	assert_int_equal(
	    OUTCOME_NEXT, step(&s, BASE "?Page=1",
			      LIST_AND(IN("4", "four") "," IN("3", "three"),
				  PATH "?Page=2")));
	assert_int_equal(0, s.out.arrival.envelope_count);
	assert_int_equal(OUTCOME_NEXT,
	    step(&s, BASE "?Page=2", LIST(IN("2", "two") "," IN("1", "one"))));
	came(&s, 0, "{\"text\":\"one\"}");
	came(&s, 1, "{\"text\":\"two\"}");
	assert_int_equal(
	    OUTCOME_NEXT, step(&s, BASE "?Page=1",
			      LIST_AND(IN("4", "four") "," IN("3", "three"),
				  PATH "?Page=2")));
	came(&s, 0, "{\"text\":\"three\"}");
	came(&s, 1, "{\"text\":\"four\"}");
	assert_int_equal(OUTCOME_OK,
	    step(&s, MISSED, LIST_AND(IN("5", "five"), PATH "?Page=1")));
	came(&s, 0, "{\"text\":\"five\"}");
	tw_close(&s.rig);
}

/* What comes while we read pushes others on to pages that were read. */
static void
nothing_slips_between_pages(void **state)
{
	struct asking s;

	(void)state;
	open_with(&s, JOB_BACKFILL, "");
	assert_int_equal(OUTCOME_NEXT,
	    step(&s, MISSED,
		LIST_AND(IN("3", "three") "," IN("2", "two"), PATH "?Page=1")));
	assert_int_equal(
	    OUTCOME_NEXT, step(&s, BASE "?Page=1", LIST(IN("1", "one"))));
	came(&s, 0, "{\"text\":\"one\"}");
	assert_int_equal(OUTCOME_NEXT,
	    step(&s, MISSED,
		LIST_AND(IN("5", "five") "," IN("4", "four"), PATH "?Page=1")));
	came(&s, 0, "{\"text\":\"four\"}");
	assert_int_equal(OUTCOME_OK,
	    step(&s, BASE "?Page=1",
		LIST_AND(IN("3", "three") "," IN("2", "two"), PATH "?Page=2")));
	came(&s, 0, "{\"text\":\"two\"}");
	came(&s, 1, "{\"text\":\"three\"}");
	tw_close(&s.rig);
}

#define LONG "PA00000000000000000000000000000000"

/* More pages than are remembered: each is still given once, and it ends. */
static void
very_many_pages_are_all_given(void **state)
{
	enum { PAGES = 250 };
	bool given[PAGES] = {false};
	enum outcome_kind kind = OUTCOME_NEXT;
	unsigned page = 0, steps = 0;
	struct asking s;

	(void)state;
	open_with(&s, JOB_BACKFILL, "");
	while (kind == OUTCOME_NEXT && steps++ < 3 * PAGES) {
		const char *url = page == 0
				      ? MISSED
				      : arena_printf(&s.rig.arena,
					    BASE "?PageToken=" LONG "&Page=%u",
					    page)
					    .p;
		const char *next = page + 1 == PAGES
				       ? "null"
				       : arena_printf(&s.rig.arena,
					     "\"" PATH "?PageToken=" LONG
					     "&Page=%u\"",
					     page + 1)
					     .p;
		const char *at;

		kind = step(&s, url,
		    arena_printf(&s.rig.arena,
			"{\"messages\":[%s],\"next_page_uri\":%s}",
			IN("1", "x"), next)
			.p);
		assert_true(s.job.state.n < 28 * 1024);
		if (s.out.arrival.envelope_count == 1) {
			assert_false(given[page]);
			given[page] = true;
		}
		at = kind != OUTCOME_NEXT
			 ? NULL
			 : strstr(s.job.state.p,
			       "\"page\":\"" PATH "?PageToken=" LONG);
		page = at == NULL ? 0
				  : (unsigned)strtoul(
					strstr(at, "&Page=") + 6, NULL, 10);
	}
	assert_int_equal(OUTCOME_OK, kind);
	for (page = 0; page < PAGES; page++)
		assert_true(given[page]);
	tw_close(&s.rig);
}

/* There is more, and no way to it: nobody may take that for the end. */
static void
a_list_that_breaks_off_is_not_at_its_end(void **state)
{
	static const char *const nexts[] = {"7", "{}", "\"x\"",
	    "\"/2010-04-01/Accounts/\"", "\"/2010-04-01/Accounts/" TW_SID "\"",
	    "\"/2010-04-01/Accounts/" TW_SID "2/Messages.json?Page=2\"",
	    "\"/2010-04-01/Accounts/AC00000000000000000000000000000002/"
	    "Messages.json?Page=2\"",
	    "\"" PATH "?Page=1\""};
	static const char *const jobs[] = {
	    [JOB_LOOKUP] = TEXT, [JOB_BACKFILL] = ""};
	static const enum job_kind kinds[] = {JOB_LOOKUP, JOB_BACKFILL};
	size_t i;

	(void)state;
	for (i = 0; i < 2 * ARRAY_LEN(nexts); i++) {
		struct asking s;
		const char *list;

		open_with(&s, kinds[i % 2], jobs[kinds[i % 2]]);
		s.job.state = STR("{\"page\":\"" PATH "?Page=1\"}");
		list = arena_printf(&s.rig.arena,
		    "{\"messages\":[],\"next_page_uri\":%s}", nexts[i / 2])
			   .p;
		assert_int_equal(OUTCOME_LATER, step(&s, BASE "?Page=1", list));
		assert_true(s.out.anew);
		tw_assert_str(s.out.code, "lost_page");
		tw_close(&s.rig);
	}
}

/* A vendor that leads in a circle. */
static void
circles_end(void **state)
{
	enum outcome_kind kind = OUTCOME_NEXT;
	unsigned steps = 0;
	struct asking s;

	(void)state;
	open_with(&s, JOB_LOOKUP, TEXT);
	while (kind == OUTCOME_NEXT && steps++ < 5000)
		kind = step(&s,
		    steps == 1	     ? NARROW
		    : steps % 2 == 0 ? BASE "?Page=1"
				     : BASE "?Page=2",
		    steps % 2 == 0 ? LIST_AND("", PATH "?Page=2")
				   : LIST_AND("", PATH "?Page=1"));
	assert_int_equal(OUTCOME_LATER, kind);
	tw_close(&s.rig);
}

static void
only_what_is_ours_and_missed_comes(void **state)
{
	static const char *const none[] = {
	    IN_AT("1", "x", "Sat, 21 Nov 2026 09:59:58 +0000", "0"),
	    IN_AT("1", "", SENT_AT, "0"),
	    MESSAGE("1", "inbound", "+15551234567", "whatsapp:" TW_SENDER, "x",
		SENT_AT, "0"),
	    MESSAGE("1", "inbound", "whatsapp:" TW_PHONE,
		"whatsapp:+15005550007", "x", SENT_AT, "0"),
	    OUT("1", "x"),
	    "{}",
	    "null",
	};
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_LEN(none); i++) {
		struct asking s;

		open_with(&s, JOB_BACKFILL, "");
		assert_int_equal(
		    OUTCOME_OK, step(&s, MISSED,
				    arena_printf(&s.rig.arena,
					"{\"messages\":[%s]}", none[i])
					.p));
		if (s.out.arrival.envelope_count != 0)
			fail_msg("%s came", none[i]);
		tw_close(&s.rig);
	}
}

static void
a_services_messages_are_told_by_its_sid(void **state)
{
	static const char list[] =
	    "{\"messages\":[{\"sid\":\"" TW_MESSAGE
	    "\",\"direction\":\"inbound\",\"from\":\"whatsapp:" TW_PHONE
	    "\",\"to\":\"whatsapp:+15005550099\",\"body\":\"x\","
	    "\"date_created\":\"" SENT_AT
	    "\",\"messaging_service_sid\":\"" TW_SERVICE
	    "\"}," IN("2", "another's") "]}";
	struct asking s;

	(void)state;
	open_with(&s, JOB_BACKFILL, "");
	s.rig.doc.sender = STR(TW_SERVICE);
	assert_int_equal(OUTCOME_OK,
	    step(&s, BASE "?DateSent%3E=2026-11-21&PageSize=100", list));
	assert_int_equal(1, s.out.arrival.envelope_count);
	tw_close(&s.rig);
}

/* ---- files -------------------------------------------------------------- */

#define MEDIA \
	"https://api.twilio.com/2010-04-01/Accounts/" TW_SID \
	"/Messages/" TW_MESSAGE "/Media"
#define ME "ME00000000000000000000000000000001"

static void
a_missed_file_is_looked_up_first(void **state)
{
	struct asking s;

	(void)state;
	open_with(&s, JOB_BACKFILL, "");
	assert_int_equal(
	    OUTCOME_OK, step(&s, MISSED, LIST(IN_AT("1", "", SENT_AT, "1"))));
	came(&s, 0, "{\"text\":\"\",\"files\":[{}]}");
	s.job.kind = JOB_FETCH;
	s.job.payload = s.out.arrival.envelopes[0].files[0].payload;
	assert_int_equal(
	    OUTCOME_NEXT, step(&s, MEDIA ".json",
			      "{\"media_list\":[{\"sid\":\"" ME
			      "\",\"content_type\":\"image/png\"}]}"));
	assert_false(s.call.follow);
	assert_int_equal(OUTCOME_OK, step(&s, MEDIA "/" ME, "bytes"));
	tw_assert_str(s.out.bytes, "bytes");
	assert_int_equal(1, s.call.header_count);
	assert_true(s.call.follow && s.call.public_only);
	tw_close(&s.rig);
}

static void
a_file_that_is_gone_is_given_up(void **state)
{
	struct reply r = {.status = 404};
	struct asking s;

	(void)state;
	open_with(&s, JOB_FETCH, "{\"message\":\"" TW_MESSAGE "\",\"n\":1}");
	assert_int_equal(OUTCOME_NEVER,
	    step(&s, MEDIA ".json", "{\"media_list\":[{\"sid\":\"" ME "\"}]}"));
	tw_assert_str(s.out.code, "gone");
	assert_int_equal(OUTCOME_LATER, step(&s, MEDIA ".json", "garbage"));
	s.job.payload = STR("{\"url\":\"https://x.example/a\"}");
	s.rig.channel->result(&s.job, &r, &s.rig.arena, &s.out);
	assert_int_equal(OUTCOME_NEVER, s.out.kind);
	s.job.payload = STR("{\"message\":\"x\"}");
	assert_int_equal(E_DENIED,
	    s.rig.channel->call(&s.job, &s.rig.arena, &s.call, &s.out));
	assert_int_equal(OUTCOME_NEVER, s.out.kind);
	tw_close(&s.rig);
}

/* Nobody else gets our login, and nobody is asked where others can listen. */
static void
the_login_goes_to_the_api_only(void **state)
{
	enum { NOT_ASKED, ASKED, WITH_LOGIN };
	static const struct {
		const char *api, *url;
		int how;
	} cases[] = {
	    {"", "https://api.twilio.com/x", WITH_LOGIN},
	    {"", "HTTPS://API.Twilio.com/x", WITH_LOGIN},
	    {"", "http://api.twilio.com/x", NOT_ASKED},
	    {"", "ftp://api.twilio.com/x", NOT_ASKED},
	    {"", "x", NOT_ASKED},
	    {"", "https://api.twilio.com:444/x", ASKED},
	    {"", "https://api.twilio.com.evil.example/x", ASKED},
	    {"", "https://api.twilio.com@evil.example/x", ASKED},
	    {"", "https://evil.example/https://api.twilio.com/x", ASKED},
	    {"", "https://evil.example?https://api.twilio.com/x", ASKED},
	    {"", "https://api.twilio.com\\\\@evil.example/x", ASKED},
	    {"https://api.dublin.ie1.twilio.com",
		"https://api.dublin.ie1.twilio.com/x", WITH_LOGIN},
	    {"https://api.dublin.ie1.twilio.com", "https://api.twilio.com/x",
		ASKED},
	    {"http://127.0.0.1:8090/vendor", "http://127.0.0.1:8090/media/1",
		WITH_LOGIN},
	    {"http://127.0.0.1:8090/vendor", "http://127.0.0.1:8091/media/1",
		NOT_ASKED},
	};
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_LEN(cases); i++) {
		struct asking s;
		int how = NOT_ASKED;

		open_with(&s, JOB_FETCH, "");
		s.rig.doc.api = str_from(cases[i].api);
		s.job.payload = arena_printf(
		    &s.rig.arena, "{\"url\":\"%s\"}", cases[i].url);
		if (s.rig.channel->call(
			&s.job, &s.rig.arena, &s.call, &s.out) == OK) {
			how = s.call.header_count > 0 ? WITH_LOGIN : ASKED;
			assert_true(s.call.follow && s.call.public_only);
		}
		if (how != cases[i].how)
			fail_msg("%s", cases[i].url);
		tw_close(&s.rig);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(times_are_read),
	    cmocka_unit_test(a_message_is_found_or_absent),
	    cmocka_unit_test(a_message_of_no_day_is_found),
	    cmocka_unit_test(all_pages_are_gone_through),
	    cmocka_unit_test(other_rows_messages_are_not_it),
	    cmocka_unit_test(a_template_is_found_by_what_it_carried),
	    cmocka_unit_test(what_is_no_list_says_nothing),
	    cmocka_unit_test(a_refused_lookup_is_asked_again),
	    cmocka_unit_test(what_we_missed_comes_oldest_first),
	    cmocka_unit_test(pages_come_oldest_first),
	    cmocka_unit_test(nothing_slips_between_pages),
	    cmocka_unit_test(very_many_pages_are_all_given),
	    cmocka_unit_test(a_list_that_breaks_off_is_not_at_its_end),
	    cmocka_unit_test(circles_end),
	    cmocka_unit_test(only_what_is_ours_and_missed_comes),
	    cmocka_unit_test(a_services_messages_are_told_by_its_sid),
	    cmocka_unit_test(a_missed_file_is_looked_up_first),
	    cmocka_unit_test(a_file_that_is_gone_is_given_up),
	    cmocka_unit_test(the_login_goes_to_the_api_only),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
