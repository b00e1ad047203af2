/* What Twilio sends: messages that came in, and how far ours have come. */
#include "tests/sandbox/rig.h"

#include <stdio.h>
#include <string.h>

#define PAIR "To=whatsapp%3A%2B15551230001&From=whatsapp%3A%2B15557650100"

static char callback[200]; /* of the form; its host is the rig's */

static void
come_in(const char *more)
{
	char json[400];

	(void)snprintf(json, sizeof(json),
	    "{\"from\":\"" RIG_PERSON "\",\"to\":\"" RIG_WA
	    "\",\"body\":\"h\\u00e9 & more\"%s}",
	    more);
	control("/control/twilio/message", json);
}

static void
send(const char *fields)
{
	char form[800];

	(void)snprintf(callback, sizeof(callback), "%s/status/7", rig_url());
	(void)snprintf(form, sizeof(form), "%s&%s&StatusCallback=%s", PAIR,
	    fields, callback);
	twilio_post(NULL, form);
	assert_code(fields, 201, 0);
}

/* Waits for the callback; its status. */
static const char *
status_of(unsigned i)
{
	assert_true(signed_twilio(rig_hook(i), callback));
	return hook_field(rig_hook(i), "MessageStatus");
}

/* ---- what came in ----------------------------------------------------------- */

static void
sends_what_came_in(void **state)
{
	const struct hook *h;
	char url[200], sid[40];

	(void)state;
	come_in("");
	(void)snprintf(sid, sizeof(sid), "%s", said("sid"));
	h = rig_hook(0);
	(void)snprintf(url, sizeof(url), "%s/wa?a=1", rig_url());
	assert_string_equal(h->path, "/wa?a=1");
	assert_true(signed_twilio(h, url));
	assert_false(signed_twilio(h, "http://elsewhere/wa?a=1"));
	assert_string_equal(hook_field(h, "MessageSid"), sid);
	assert_string_equal(hook_field(h, "SmsMessageSid"), sid);
	assert_string_equal(hook_field(h, "AccountSid"), RIG_AC);
	assert_string_equal(hook_field(h, "From"), RIG_PERSON);
	assert_string_equal(hook_field(h, "To"), RIG_WA);
	assert_string_equal(hook_field(h, "Body"), "h\xc3\xa9 & more");
	assert_string_equal(hook_field(h, "NumMedia"), "0");
	assert_string_equal(hook_field(h, "SmsStatus"), "received");
	assert_string_equal(hook_field(h, "WaId"), "15551230001");
	assert_string_equal(hook_field(h, "MessageType"), "text");
	assert_string_equal(hook_field(h, "ExternalUserId"), "");
	assert_int_equal(
	    strlen(hook_header(h, "I-Twilio-Idempotency-Token")), 36);
	come_in(",\"extra\":{\"ButtonPayload\":\"yes\",\"MessageType\":"
		"\"button\"}");
	assert_string_equal(hook_field(rig_hook(1), "ButtonPayload"), "yes");
	assert_string_equal(hook_field(rig_hook(1), "MessageType"), "button");
	assert_true(signed_twilio(rig_hook(1), url));
}

static void
knows_people_without_a_number(void **state)
{
	(void)state;
	control("/control/twilio/message",
	    "{\"from\":\"whatsapp:US.1349\",\"to\":\"" RIG_WA
	    "\",\"body\":\"hi\",\"name\":\"Kim\"}");
	assert_string_equal(
	    hook_field(rig_hook(0), "ExternalUserId"), "whatsapp:US.1349");
	assert_string_equal(hook_field(rig_hook(0), "WaId"), "");
	assert_string_equal(hook_field(rig_hook(0), "ProfileName"), "Kim");
}

static void
tries_again_on_no_connection_only(void **state)
{
	static const unsigned statuses[] = {500};

	(void)state;
	rig_answers(statuses, 1);
	come_in("");
	rig_settle();
	assert_int_equal(rig_hooks(), 1);
	control("/control/webhooks", NULL);
	assert_string_equal(said("webhooks.0.state"), "failed");
	assert_int_equal(said_number("webhooks.0.code"), 11200);
	twilio_get(RIG_MESSAGES);
	assert_string_equal(said("messages.0.body"), "h\xc3\xa9 & more");
	control("/control/faults",
	    "{\"rules\":[{\"side\":\"webhook\",\"vendor\":\"twilio\",\"kind\":"
	    "\"lose\"}]}");
	come_in("");
	rig_settle();
	assert_int_equal(rig_hooks(), 2);
	control("/control/webhooks?after=1", NULL);
	assert_string_equal(said("webhooks.0.state"), "delivered");
	assert_int_equal(said_number("webhooks.0.tries"), 2);
}

static void
keeps_its_token_in_retries(void **state)
{
	const struct rig_setup setup = {"", ",\"statuses\":[]",
	    ",\"strict_rates\":false,\"retry_scale\":0.001"};
	static const unsigned statuses[] = {503, 0};
	char form[400], token[40];

	(void)state;
	rig_open_with(&setup);
	come_in("");
	rig_hook(0);
	rig_answers(statuses, 2);
	(void)snprintf(callback, sizeof(callback), "%s/s", rig_url());
	(void)snprintf(form, sizeof(form),
	    "%s&Body=hi&StatusCallback=%s%%23rc=3%%26rp=5xx,rt", PAIR,
	    callback);
	twilio_post(NULL, form);
	(void)snprintf(form, sizeof(form),
	    "{\"sid\":\"%s\",\"status\":\"read\"}", said("sid"));
	control("/control/twilio/status", form);
	assert_string_equal(status_of(1), "read");
	(void)snprintf(token, sizeof(token), "%s",
	    hook_header(rig_hook(1), "I-Twilio-Idempotency-Token"));
	assert_string_equal(status_of(2), "read");
	assert_string_equal(
	    hook_header(rig_hook(2), "I-Twilio-Idempotency-Token"), token);
	assert_string_equal(status_of(3), "read");
	rig_settle();
	assert_int_equal(rig_hooks(), 4);
}

static void
judges_the_answer(void **state)
{
	(void)state;
	rig_answers_with("", "application/json", "");
	come_in("");
	rig_settle();
	control("/control/webhooks", NULL);
	assert_int_equal(said_number("webhooks.0.code"), 12300);
	rig_answers_with("", "text/xml", "<Response/>");
	come_in("");
	rig_settle();
	control("/control/webhooks?after=1", NULL);
	assert_int_equal(said_number("webhooks.0.code"), 0);
}

/* ---- how far ours have come --------------------------------------------------- */

static void
tells_how_far_it_came(void **state)
{
	char sid[40], json[100];

	(void)state;
	come_in("");
	rig_hook(0);
	send("Body=hi");
	assert_string_equal(said("status"), "queued");
	(void)snprintf(sid, sizeof(sid), "%s", said("sid"));
	assert_string_equal(status_of(1), "sent");
	assert_string_equal(status_of(2), "delivered");
	assert_string_equal(hook_field(rig_hook(2), "MessageSid"), sid);
	assert_string_equal(hook_field(rig_hook(2), "To"), RIG_PERSON);
	assert_string_equal(hook_field(rig_hook(2), "EventType"), "DELIVERED");
	assert_string_equal(hook_field(rig_hook(2), "ErrorCode"), "");
	assert_string_equal(rig_hook(2)->path, "/status/7");
	(void)snprintf(
	    json, sizeof(json), "{\"sid\":\"%s\",\"status\":\"read\"}", sid);
	control("/control/twilio/status", json);
	assert_string_equal(status_of(3), "read");
	control("/control/effects", NULL);
	assert_string_equal(said("effects.0.kind"), "message");
	assert_string_equal(said("effects.0.to"), RIG_PERSON);
	assert_string_equal(said("effects.0.id"), sid);
	assert_string_equal(said("effects.0.text"), "hi");
	assert_int_equal(said_number("effects.0.row"), 7);
}

static void
tells_in_the_order_of_the_setup(void **state)
{
	const struct rig_setup setup = {"",
	    ",\"statuses\":[\"delivered\",\"sent\"]",
	    ",\"strict_rates\":false"};

	(void)state;
	rig_open_with(&setup);
	come_in("");
	rig_hook(0);
	send("Body=hi");
	assert_string_equal(status_of(1), "delivered");
	assert_string_equal(status_of(2), "sent");
}

/* fields: of the message; ends with that error. */
static void
fails(const char *fields, const char *code)
{
	unsigned before = rig_hooks();

	send(fields);
	assert_string_equal(status_of(before), "failed");
	assert_string_equal(hook_field(rig_hook(before), "ErrorCode"), code);
	assert_true(
	    hook_field(rig_hook(before), "ChannelStatusMessage")[0] != '\0');
	rig_settle();
	assert_int_equal(rig_hooks(), before + 1);
}

static void
closes_the_window(void **state)
{
	(void)state;
	fails("Body=too+early", "63016");
	come_in("");
	rig_settle();
	rig_ahead(24 * 3600 * 1000 - 60000);
	send("Body=in+time");
	rig_settle();
	assert_string_equal(status_of(2), "sent");
	rig_ahead(61000);
	fails("Body=too+late", "63016");
	send("ContentSid=HX1&ContentVariables=%7B%221%22%3A%22Ann%22%2C"
	     "%222%22%3A%22yes%22%7D");
	rig_settle();
	control("/control/effects?after=3", NULL);
	assert_string_equal(said("effects.0.text"), "Hello Ann, yes");
	assert_string_equal(said("effects.0.template"), "HX1");
	assert_int_equal(said_number("effects.0.fails"), 0);
}

static void
minds_templates(void **state)
{
	(void)state;
	come_in("");
	rig_settle();
	fails("ContentSid=HX1&ContentVariables=%7B%221%22%3A%22Ann%22%7D",
	    "63028");
	fails("ContentSid=HX1&ContentVariables=%7B%221%22%3A%22%22%2C"
	      "%222%22%3A%22b%22%7D",
	    "63013");
	fails("ContentSid=HX1&ContentVariables=%7B%221%22%3A%22a%5Cnb%22%2C"
	      "%222%22%3A%22b%22%7D",
	    "63013");
	fails("ContentSid=HX1&ContentVariables=%7B%221%22%3A%22a+++++b%22%2C"
	      "%222%22%3A%22b%22%7D",
	    "63013");
}

static void
fetches_media(void **state)
{
	char fields[200];
	static const unsigned statuses[] = {200, 404};

	(void)state;
	come_in("");
	rig_settle();
	rig_answers_with("", "image/png", "picture");
	(void)snprintf(fields, sizeof(fields), "MediaUrl=%s/a.png", rig_url());
	send(fields);
	assert_string_equal(rig_hook(1)->path, "/a.png");
	assert_string_equal(status_of(2), "sent");
	rig_settle();
	rig_answers_with("", "text/html", "page");
	send(fields);
	assert_string_equal(status_of(5), "failed");
	assert_string_equal(hook_field(rig_hook(5), "ErrorCode"), "63047");
	rig_settle();
	rig_answers(statuses + 1, 1);
	send(fields);
	assert_string_equal(hook_field(rig_hook(7), "ErrorCode"), "63044");
}

static void
slows_down_for_one_person(void **state)
{
	unsigned i;

	(void)state;
	come_in("");
	rig_hook(0);
	for (i = 0; i < 45; i++)
		twilio_post(NULL, PAIR "&Body=hi");
	fails("Body=one+too+many", "63018");
	rig_ahead(6100);
	send("Body=later");
	rig_settle();
	assert_string_equal(status_of(2), "sent");
}

#define A_TEST(fn) cmocka_unit_test_setup_teardown(fn, rig_open, rig_close)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    A_TEST(sends_what_came_in),
	    A_TEST(knows_people_without_a_number),
	    A_TEST(tries_again_on_no_connection_only),
	    cmocka_unit_test_teardown(keeps_its_token_in_retries, rig_close),
	    A_TEST(judges_the_answer),
	    A_TEST(tells_how_far_it_came),
	    cmocka_unit_test_teardown(
		tells_in_the_order_of_the_setup, rig_close),
	    A_TEST(closes_the_window),
	    A_TEST(minds_templates),
	    A_TEST(fetches_media),
	    cmocka_unit_test_setup_teardown(
		slows_down_for_one_person, rig_open_strict, rig_close),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
