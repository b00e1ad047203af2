/* What Twilio's API refuses, and with which number; what it takes. */
#include "tests/sandbox/rig.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define PAIR "To=whatsapp%3A%2B15551230001&From=whatsapp%3A%2B15557650100"
#define SMS "To=%2B15551230001&From=%2B15557650100"
#define AC "/twilio/2010-04-01/Accounts/" RIG_AC

/* The person writes, so the window is open. */
static void
open_window(void)
{
	control("/control/twilio/message",
	    "{\"from\":\"" RIG_PERSON "\",\"to\":\"" RIG_WA
	    "\",\"body\":\"hello\"}");
}

/* ---- creating ------------------------------------------------------------- */

static const struct {
	const char *form;
	unsigned status, code;
} refusals[] = {
    {PAIR "&Body=hi", 201, 0},
    {SMS "&Body=hi", 201, 0},
    {"From=whatsapp%3A%2B15557650100&Body=hi", 400, 21604},
    {"To=whatsapp%3A%2B15551230001&Body=hi", 400, 21603},
    {"To=whatsapp%3A15551230001&From=whatsapp%3A%2B15557650100&Body=hi", 400,
	21211},
    {"To=whatsapp%3A%2B05551230001&From=whatsapp%3A%2B15557650100&Body=hi", 400,
	21211},
    {"To=whatsapp%3A%2B1555123000112345678&From=whatsapp%3A%2B15557650100"
     "&Body=hi",
	400, 21211},
    {"To=Sam&From=%2B15557650100&Body=hi", 400, 21211},
    {"To=whatsapp%3AUS.13491208655302741918&From=whatsapp%3A%2B15557650100"
     "&Body=hi",
	201, 0},
    {"To=whatsapp%3AUS.ENT.1349&From=whatsapp%3A%2B15557650100&Body=hi", 201,
	0},
    {"To=whatsapp%3Aus.1349&From=whatsapp%3A%2B15557650100&Body=hi", 400,
	21211},
    {"To=whatsapp%3A%2B15551230001&From=%2B15557650100&Body=hi", 400, 21910},
    {"To=%2B15551230001&From=whatsapp%3A%2B15557650100&Body=hi", 400, 21910},
    {"To=whatsapp%3A%2B15551230001&From=shop&Body=hi", 400, 21212},
    {"To=whatsapp%3A%2B15551230001&From=whatsapp%3A%2B15557650999&Body=hi", 400,
	63007},
    {"To=%2B15551230001&From=%2B15557650999&Body=hi", 400, 21606},
    {"To=%2B15551230001&From=%2B15557650200&Body=hi", 400, 21606},
    {"To=%2B15551230001&MessagingServiceSid=MG1&Body=hi", 201, 0},
    {"To=%2B15551230001&MessagingServiceSid=MG2&Body=hi", 404, 21701},
    {PAIR, 400, 21602},
    {PAIR "&Body=", 400, 21602},
    {PAIR "&Body=hi&Subject=x", 400, 20001},
    {PAIR "&Body=hi&StatusCallback=nowhere", 400, 21609},
    {PAIR "&Body=hi&StatusCallback=https%3A%2F%2Fa_b.example%2Fx", 400, 21609},
    {PAIR "&MediaUrl=x", 400, 21620},
    {PAIR "&MediaUrl=https%3A%2F%2Fa.example%2F1"
	  "&MediaUrl=https%3A%2F%2Fa.example%2F2",
	400, 21623},
    {PAIR "&ContentSid=HX9", 400, 21655},
    {PAIR "&ContentSid=HX1&ContentVariables=x", 400, 21656},
    {PAIR "&ContentSid=HX1&ContentVariables=%7B%221%22%3A2%7D", 400, 21656},
    {PAIR "&ContentSid=HX1&Body=hi", 400, 20001},
    {PAIR "&Body=hi&ValidityPeriod=0", 400, 20001},
    {PAIR "&Body=hi&ValidityPeriod=3600", 201, 0},
    {PAIR "&Body=hi&ScheduleType=fixed&SendAt=2026-11-21T10%3A00%3A00Z", 400,
	35118},
    {"To=%2B15551230001&MessagingServiceSid=MG1&Body=hi&ScheduleType=fixed",
	400, 35111},
    {PAIR "&Body=%", 400, 20001},
};

static void
refuses_as_twilio_does(void **state)
{
	size_t i;

	(void)state;
	open_window();
	for (i = 0; i < ARRAY_LEN(refusals); i++) {
		twilio_post(NULL, refusals[i].form);
		assert_code(
		    refusals[i].form, refusals[i].status, refusals[i].code);
		if (refusals[i].code == 0)
			assert_int_equal(strlen(said("sid")), 34);
	}
}

/* Body of n "x" or, in four bytes each, of characters out of the plane. */
static void
send_long(size_t n, const char *one)
{
	struct buf b = {0};
	size_t i;

	buf_str(&b, PAIR "&Body=");
	for (i = 0; i < n; i++)
		buf_str(&b, one);
	buf_char(&b, '\0');
	twilio_post(NULL, b.data);
	buf_free(&b);
}

static void
minds_the_length(void **state)
{
	(void)state;
	open_window();
	send_long(1600, "x");
	assert_code("1600", 201, 0);
	send_long(1601, "x");
	assert_code("1601", 400, 21617);
	send_long(800, "%F0%9F%98%80");
	assert_code("1600 units", 201, 0);
	send_long(801, "%F0%9F%98%80");
	assert_code("1602 units", 400, 21617);
}

/* ---- who asks, for what ---------------------------------------------------- */

#define KEY "Basic U0trZXk6a2V5IHNlY3JldA==" /* SKkey:key secret */
#define WRONG "Basic U0trZXk6d3Jvbmc="	     /* SKkey:wrong */
#define NO_BASE64 "Basic !"

static const struct {
	struct question q;
	unsigned status, code;
} ways[] = {
    {{"GET", RIG_MESSAGES, KEY, NULL, STR("")}, 200, 0},
    {{"GET", RIG_MESSAGES, NULL, NULL, STR("")}, 401, 20003},
    {{"GET", RIG_MESSAGES, WRONG, NULL, STR("")}, 401, 20003},
    {{"GET", RIG_MESSAGES, NO_BASE64, NULL, STR("")}, 401, 20003},
    {{"GET", RIG_MESSAGES, "Bearer key", NULL, STR("")}, 401, 20003},
    {{"GET",
	 "/twilio/2010-04-01/Accounts/ACffffffffffffffffffffffffffffffff/"
	 "Messages.json",
	 KEY, NULL, STR("")},
	401, 20003},
    {{"GET",
	 "/twilio/2010-04-01/Accounts/AC00000000000000000000000000000000/"
	 "Messages.json",
	 KEY, NULL, STR("")},
	404, 20404},
    {{"GET", AC ".json", KEY, NULL, STR("")}, 200, 0},
    {{"GET", AC "/Calls.json", KEY, NULL, STR("")}, 404, 20404},
    {{"GET", AC "/Messages", KEY, NULL, STR("")}, 404, 20404},
    {{"PUT", RIG_MESSAGES, KEY, NULL, STR("")}, 405, 20004},
    {{"GET", AC "/Messages/SM00000000000000000000000000000000.json", KEY, NULL,
	 STR("")},
	404, 20404},
    {{"GET", "/twilio/2010-04-01/Calls.json", KEY, NULL, STR("")}, 404, 20404},
    {{"POST", RIG_MESSAGES, KEY, "application/json", STR("{\"To\":\"x\"}")},
	400, 21604},
    {{"GET", RIG_MESSAGES "?PageSize=0", KEY, NULL, STR("")}, 400, 20001},
    {{"GET", RIG_MESSAGES "?DateSent=yesterday", KEY, NULL, STR("")}, 400,
	20001},
    {{"GET", RIG_MESSAGES "?Sender=x", KEY, NULL, STR("")}, 400, 20001},
    {{"POST", "/twilio/v3/Indicators/Typing.json", NULL, "application/json",
	 STR("{}")},
	401, 20003},
    {{"POST", "/twilio/v3/Indicators/Typing.json", KEY, "application/json",
	 STR("{\"channel\":\"WHATSAPP\"}")},
	400, 20001},
    {{"POST", "/twilio/v3/Indicators/Typing.json", KEY, "application/json",
	 STR("{\"channel\":\"WHATSAPP\",\"messageId\":\"SM1\"}")},
	404, 20404},
    {{"GET", "/twilio/v3/Indicators/Typing.json", KEY, NULL, STR("")}, 405,
	20004},
};

static void
minds_who_asks(void **state)
{
	char what[300];
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_LEN(ways); i++) {
		rig_ask(&ways[i].q);
		(void)snprintf(what, sizeof(what), "%s %s %s", ways[i].q.method,
		    ways[i].q.path, ways[i].q.body.p);
		assert_code(what, ways[i].status, ways[i].code);
	}
}

/* ---- lists ----------------------------------------------------------------- */

static void
lists_page_by_page(void **state)
{
	char path[400], seen[16] = "";
	unsigned i, n = 0;

	(void)state;
	open_window();
	for (i = 0; i < 5; i++) {
		char form[200];

		(void)snprintf(form, sizeof(form), "%s&Body=%u", PAIR, i);
		twilio_post(NULL, form);
	}
	(void)snprintf(path, sizeof(path), "%s",
	    RIG_MESSAGES "?To=whatsapp%3A%2B15551230001&PageSize=2");
	for (;;) {
		twilio_get(path);
		assert_code(path, 200, 0);
		for (i = 0; i < 2; i++) {
			char name[40];

			(void)snprintf(
			    name, sizeof(name), "messages.%u.body", i);
			if (said(name)[0] != '\0')
				seen[n++] = said(name)[0];
		}
		if (said("next_page_uri")[0] == '\0')
			break;
		(void)snprintf(
		    path, sizeof(path), "/twilio%s", said("next_page_uri"));
	}
	assert_string_equal(seen, "43210");
	twilio_get(RIG_MESSAGES "?From=whatsapp%3A%2B15551230001");
	assert_string_equal(said("messages.0.body"), "hello");
	assert_string_equal(said("messages.0.direction"), "inbound");
	assert_string_equal(said("messages.0.status"), "received");
	assert_string_equal(said("messages.1.body"), "");
}

static void
lists_by_date(void **state)
{
	char path[300];
	time_t now = time(NULL), day = now - 86400;
	char today[16], yesterday[16];
	struct tm tm;

	(void)state;
	(void)strftime(today, sizeof(today), "%Y-%m-%d", gmtime_r(&now, &tm));
	(void)strftime(
	    yesterday, sizeof(yesterday), "%Y-%m-%d", gmtime_r(&day, &tm));
	open_window();
	(void)snprintf(
	    path, sizeof(path), RIG_MESSAGES "?DateSent%%3E=%s", yesterday);
	twilio_get(path);
	assert_string_equal(said("messages.0.body"), "hello");
	(void)snprintf(
	    path, sizeof(path), RIG_MESSAGES "?DateSent%%3C=%s", yesterday);
	twilio_get(path);
	assert_string_equal(said("messages.0.body"), "");
	(void)snprintf(path, sizeof(path), RIG_MESSAGES "?DateSent=%s", today);
	twilio_get(path);
	assert_string_equal(said("messages.0.body"), "hello");
	(void)snprintf(path, sizeof(path),
	    RIG_MESSAGES "?DateSent%%3E=%sT00:00:00Z", today);
	twilio_get(path);
	assert_string_equal(said("messages.0.body"), "hello");
}

static void
shows_changes_and_removes(void **state)
{
	char path[200];
	struct question del = {"DELETE", path, KEY, NULL, STR("")};

	(void)state;
	open_window();
	twilio_post(NULL, PAIR "&Body=secret");
	(void)snprintf(path, sizeof(path), AC "/Messages/%s.json", said("sid"));
	twilio_get(path);
	assert_string_equal(said("body"), "secret");
	assert_string_equal(said("from"), RIG_WA);
	assert_string_equal(said("num_media"), "0");
	twilio_post(path, "Body=");
	assert_code("redact", 200, 0);
	assert_string_equal(said("body"), "");
	twilio_post(path, "Status=canceled");
	assert_code("cancel", 409, 30409);
	assert_int_equal(rig_ask(&del)->status, 204);
	twilio_get(path);
	assert_code("removed", 404, 20404);
}

/* ---- media ----------------------------------------------------------------- */

static void
hands_media_out_over_a_redirect(void **state)
{
	char path[300], place[300];
	struct question get = {"GET", path, KEY, NULL, STR("")};
	const char *url, *at;

	(void)state;
	control("/control/twilio/message",
	    "{\"from\":\"" RIG_PERSON "\",\"to\":\"" RIG_WA
	    "\",\"media\":[{\"type\":\"image/png\",\"base64\":\"aGVsbG8=\"}]}");
	url = hook_field(rig_hook(0), "MediaUrl0");
	assert_string_equal(hook_field(rig_hook(0), "NumMedia"), "1");
	assert_string_equal(
	    hook_field(rig_hook(0), "MediaContentType0"), "image/png");
	assert_string_equal(hook_field(rig_hook(0), "MessageType"), "image");
	(void)snprintf(path, sizeof(path), "%s", strstr(url, "/twilio"));
	get.auth = NULL;
	assert_int_equal(rig_ask(&get)->status, 401);
	get.auth = KEY;
	assert_int_equal(rig_ask(&get)->status, 307);
	at = strstr(rig_ask(&get)->head, "Location: ");
	assert_non_null(at);
	at = strstr(at, "/twilio");
	(void)snprintf(
	    place, sizeof(place), "%.*s", (int)strcspn(at, "\r"), at);
	get.path = place;
	assert_int_equal(rig_ask(&get)->status, 400); /* with the login */
	get.auth = NULL;
	assert_int_equal(rig_ask(&get)->body.n, 5);
	*strchr(place, '?') = '\0';
	assert_int_equal(rig_ask(&get)->status, 403);
	(void)snprintf(path + strlen(path), 8, ".json");
	twilio_get(path);
	assert_string_equal(said("content_type"), "image/png");
	(void)snprintf(strrchr(path, '/'), 12, ".json");
	twilio_get(path);
	assert_string_equal(said("media_list.0.content_type"), "image/png");
}

/* ---- typing, rates, people -------------------------------------------------- */

static void
shows_typing(void **state)
{
	char body[200];
	const struct question q = {"POST", "/twilio/v3/Indicators/Typing.json",
	    KEY, "application/json", {body, 0}};
	struct question ask = q;

	(void)state;
	open_window();
	(void)snprintf(body, sizeof(body),
	    "{\"channel\":\"WHATSAPP\",\"messageId\":\"%s\"}", said("sid"));
	ask.body = str_from(body);
	rig_ask(&ask);
	assert_code("typing", 200, 0);
	assert_int_equal(said_number("success"), 1);
	control("/control/effects", NULL);
	assert_string_equal(said("effects.0.kind"), "typing");
	assert_string_equal(said("effects.0.to"), RIG_PERSON);
	control("/control/twilio/view?number=whatsapp:%2B15557650100"
		"&person=whatsapp:%2B15551230001",
	    NULL);
	assert_int_equal(said_number("typing"), 1);
	assert_int_equal(said_number("messages.0.read"), 1);
}

static void
minds_who_opted_out(void **state)
{
	(void)state;
	control("/control/twilio/message",
	    "{\"from\":\"+15551230001\",\"to\":\"" RIG_SMS
	    "\",\"body\":\"Stop\"}");
	twilio_post(NULL, SMS "&Body=hi");
	assert_code("after STOP", 400, 21610);
	control("/control/twilio/message",
	    "{\"from\":\"+15551230001\",\"to\":\"" RIG_SMS
	    "\",\"body\":\"START\"}");
	twilio_post(NULL, SMS "&Body=hi");
	assert_code("after START", 201, 0);
}

#define A_TEST(fn) cmocka_unit_test_setup_teardown(fn, rig_open, rig_close)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    A_TEST(refuses_as_twilio_does),
	    A_TEST(minds_the_length),
	    A_TEST(minds_who_asks),
	    A_TEST(lists_page_by_page),
	    A_TEST(lists_by_date),
	    A_TEST(shows_changes_and_removes),
	    A_TEST(hands_media_out_over_a_redirect),
	    A_TEST(shows_typing),
	    A_TEST(minds_who_opted_out),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
