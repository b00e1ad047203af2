/*
 * Messages out: the request that is made, when another or none is, and what
 * each answer means.
 */
#include "channels/form.h"
#include "tests/channels/twilio_rig.h"

#define TO_ANN "{\"to\":\"whatsapp:" TW_PHONE "\","
#define TEXT TO_ANN "\"text\":\"Hello & bye\"}"
#define FILE_OF_ANN TO_ANN "\"url\":\"https://x/a\",\"name\":\"a.png\"}"

struct sending {
	struct tw_rig rig;
	struct job job;
	struct call call;
	struct outcome out;
	struct form form;
};

static void
open_with(struct sending *s, const struct channel *channel, const char *payload)
{
	*s = (struct sending){.job = {.kind = JOB_SEND,
				  .payload = str_from(payload),
				  .row = 77,
				  .customer_at = TW_NOW - TW_HOUR_MS,
				  .now = TW_NOW}};
	tw_open(&s->rig, channel);
	s->job.account = &s->rig.account;
}

static enum err
call(struct sending *s)
{
	enum err e = s->rig.channel->call(
	    &s->job, &s->rig.arena, &s->call, &s->out);

	if (e == OK && s->call.body.n > 0 && s->call.body.p[0] != '{')
		assert_int_equal(
		    OK, form_parse(s->call.body, &s->rig.arena, &s->form));
	return e;
}

static struct outcome *
answer(struct sending *s, unsigned status, const char *body)
{
	struct reply r = {.status = status,
	    .type = STR("application/json"),
	    .body = str_from(body),
	    .retry_after_ms = -1};

	s->rig.channel->result(&s->job, &r, &s->rig.arena, &s->out);
	return &s->out;
}

static void
field_is(const struct sending *s, const char *name, const char *value)
{
	if (value == NULL)
		assert_null(form_get(&s->form, name).p);
	else
		tw_assert_str(form_get(&s->form, name), value);
}

/* ---- requests ----------------------------------------------------------- */

static void
a_text_is_posted(void **state)
{
	struct sending s;

	(void)state;
	open_with(&s, &channel_whatsapp, TEXT);
	assert_int_equal(OK, call(&s));
	assert_string_equal("POST", s.call.method);
	tw_assert_str(s.call.url,
	    "https://api.twilio.com/2010-04-01/Accounts/" TW_SID
	    "/Messages.json");
	assert_int_equal(2, s.call.header_count);
	tw_assert_str(s.call.headers[0],
	    "Authorization: Basic "
	    "QUMwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMTowMTIzNDU2Nzg5YWJjZG"
	    "VmMDEyMzQ1Njc4OWFiY2RlZg==");
	tw_assert_str(s.call.headers[1],
	    "Content-Type: application/x-www-form-urlencoded");
	field_is(&s, "To", "whatsapp:" TW_PHONE);
	field_is(&s, "From", "whatsapp:" TW_SENDER);
	field_is(&s, "MessagingServiceSid", NULL);
	field_is(&s, "Body", "Hello & bye");
	field_is(&s, "MediaUrl", NULL);
	field_is(&s, "StatusCallback", TW_HOOK "/status?row=77");
	field_is(&s, "ValidityPeriod", "3600");
	assert_int_equal(6 - 1, s.form.count);
	assert_false(s.call.follow);
	tw_close(&s.rig);
}

static void
a_service_a_key_and_another_host(void **state)
{
	struct sending s;

	(void)state;
	open_with(&s, &channel_sms, "{\"to\":\"" TW_PHONE "\",\"text\":\"x\"}");
	s.rig.doc.sender = STR(TW_SERVICE);
	s.rig.doc.user = STR(TW_KEY);
	s.rig.doc.api = STR("http://127.0.0.1:8090/vendor");
	assert_int_equal(OK, call(&s));
	tw_assert_str(s.call.url, "http://127.0.0.1:8090/vendor/2010-04-01/"
				  "Accounts/" TW_SID "/Messages.json");
	tw_assert_str(s.call.headers[0],
	    "Authorization: Basic "
	    "U0swMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMTowMTIzNDU2Nzg5YWJjZG"
	    "VmMDEyMzQ1Njc4OWFiY2RlZg==");
	field_is(&s, "From", NULL);
	field_is(&s, "MessagingServiceSid", TW_SERVICE);
	field_is(&s, "To", TW_PHONE);
	tw_close(&s.rig);
}

static void
a_file_is_posted_or_its_link(void **state)
{
	struct sending s;

	(void)state;
	open_with(&s, &channel_whatsapp, FILE_OF_ANN);
	assert_int_equal(OK, call(&s));
	field_is(&s, "MediaUrl", "https://x/a");
	field_is(&s, "Body", NULL);
	assert_int_equal(OUTCOME_NEXT,
	    answer(&s, 400, "{\"code\":21620,\"message\":\"m\"}")->kind);
	s.job.state = s.out.state;
	assert_int_equal(OK, call(&s));
	field_is(&s, "MediaUrl", NULL);
	field_is(&s, "Body", "a.png: https://x/a");
	assert_int_equal(OUTCOME_NEVER,
	    answer(&s, 400, "{\"code\":21620,\"message\":\"m\"}")->kind);
	tw_close(&s.rig);
}

static void
what_cannot_be_read_is_not_sent(void **state)
{
	static const char *const payloads[] = {"", "{}", "[]", "nonsense",
	    "{\"to\":\"x\"}", "{\"text\":\"x\"}", "{\"to\":1,\"text\":\"x\"}",
	    "{\"to\":\"x\",\"to\":\"y\",\"text\":\"x\"}"};
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_LEN(payloads); i++) {
		struct sending s;

		open_with(&s, &channel_whatsapp, payloads[i]);
		assert_int_equal(E_DENIED, call(&s));
		assert_int_equal(OUTCOME_NEVER, s.out.kind);
		tw_assert_str(s.out.code, "payload");
		tw_close(&s.rig);
	}
}

/* ---- the window --------------------------------------------------------- */

static void
the_window_is_looked_at_when_it_is_sent(void **state)
{
	static const struct {
		int64_t customer_at;
		bool open;
	} cases[] = {
	    {TW_NOW, true},
	    {TW_NOW - 23 * TW_HOUR_MS, true},
	    {TW_NOW - 24 * TW_HOUR_MS, false},
	    {TW_NOW - 300 * TW_HOUR_MS, false},
	    {0, false},
	};
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_LEN(cases); i++) {
		struct sending s;

		open_with(&s, &channel_whatsapp, TEXT);
		s.job.customer_at = cases[i].customer_at;
		assert_int_equal(cases[i].open ? OK : E_DENIED, call(&s));
		if (!cases[i].open) {
			assert_int_equal(OUTCOME_NEVER, s.out.kind);
			tw_assert_str(s.out.code, "window_closed");
			tw_assert_holds(s.out.reason, "24 hours");
		}
		tw_close(&s.rig);
	}
}

static void
a_template_takes_its_place(void **state)
{
	struct sending s;

	(void)state;
	open_with(&s, &channel_whatsapp,
	    TO_ANN "\"text\":\" *Your* \\\"order\\\"\\n\\n   is     ready \"}");
	s.rig.doc.template = STR(TW_TEMPLATE);
	assert_int_equal(OK, call(&s));
	field_is(&s, "ContentSid", NULL);
	s.job.customer_at = TW_NOW - 25 * TW_HOUR_MS;
	assert_int_equal(OK, call(&s));
	field_is(&s, "Body", NULL);
	field_is(&s, "ContentSid", TW_TEMPLATE);
	field_is(&s, "ContentVariables",
	    "{\"1\":\"*Your* \\\"order\\\" is ready\"}");
	tw_close(&s.rig);
}

static void
what_a_template_cannot_carry_is_refused(void **state)
{
	struct sending s;
	char long_text[1100];

	(void)state;
	open_with(&s, &channel_whatsapp, FILE_OF_ANN);
	s.rig.doc.template = STR(TW_TEMPLATE);
	s.job.customer_at = 0;
	assert_int_equal(E_DENIED, call(&s));
	tw_assert_str(s.out.code, "window_closed");
	memset(long_text, 'a', sizeof(long_text));
	s.job.payload = arena_printf(
	    &s.rig.arena, TO_ANN "\"text\":\"%.*s\"}", 901, long_text);
	assert_int_equal(E_DENIED, call(&s));
	tw_assert_holds(s.out.reason, "too long");
	s.job.payload = arena_printf(
	    &s.rig.arena, TO_ANN "\"text\":\"%.*s\"}", 900, long_text);
	assert_int_equal(OK, call(&s));
	tw_close(&s.rig);
}

/* ---- answers ------------------------------------------------------------ */

#define ERROR(code) "{\"code\":" #code ",\"message\":\"Vendor's words\"}"

static const struct {
	unsigned status;
	const char *body;
	enum outcome_kind kind;
	enum outcome_scope scope;
	const char *code, *reason;
} answers[] = {
    {201, "{\"sid\":\"" TW_MESSAGE "\",\"status\":\"queued\"}", OUTCOME_OK,
	SCOPE_ROW, "", ""},
    {200, "{\"sid\":\"MM00000000000000000000000000000001\"}", OUTCOME_OK,
	SCOPE_ROW, "", ""},
    {201, "{\"sid\":\"SM1\"}", OUTCOME_DOUBT, SCOPE_ROW, "http_201", "say"},
    {201, "{}", OUTCOME_DOUBT, SCOPE_ROW, "http_201", ""},
    {201, "", OUTCOME_DOUBT, SCOPE_ROW, "http_201", ""},
    {200, "<html>", OUTCOME_DOUBT, SCOPE_ROW, "http_200", ""},
    {201, "{\"sid\":", OUTCOME_DOUBT, SCOPE_ROW, "http_201", ""},
    {408, "", OUTCOME_DOUBT, SCOPE_ROW, "http_408", ""},
    {500, ERROR(20500), OUTCOME_DOUBT, SCOPE_ROW, "http_500", ""},
    {500, "", OUTCOME_DOUBT, SCOPE_ROW, "http_500", ""},
    {502, "<html>", OUTCOME_DOUBT, SCOPE_ROW, "http_502", ""},
    {503, "", OUTCOME_DOUBT, SCOPE_ROW, "http_503", ""},
    {503, ERROR(20503), OUTCOME_LATER, SCOPE_ACCOUNT, "20503", "available"},
    {504, ERROR(20503), OUTCOME_DOUBT, SCOPE_ROW, "http_504", ""},
    {429, ERROR(20429), OUTCOME_LATER, SCOPE_ACCOUNT, "20429", "too many"},
    {429, "", OUTCOME_LATER, SCOPE_ACCOUNT, "http_429", "too many"},
    {400, ERROR(63018), OUTCOME_LATER, SCOPE_RECIPIENT, "63018", ""},
    {400, ERROR(63017), OUTCOME_LATER, SCOPE_RECIPIENT, "63017", ""},
    {400, ERROR(21611), OUTCOME_LATER, SCOPE_ACCOUNT, "21611", ""},
    {400, ERROR(63012), OUTCOME_LATER, SCOPE_ROW, "63012", ""},
    {401, ERROR(20003), OUTCOME_BLOCKED, SCOPE_ACCOUNT, "20003", "credentials"},
    {401, "", OUTCOME_BLOCKED, SCOPE_ACCOUNT, "http_401", "credentials"},
    {403, "", OUTCOME_BLOCKED, SCOPE_ACCOUNT, "http_403", ""},
    {404, ERROR(20404), OUTCOME_BLOCKED, SCOPE_ACCOUNT, "20404", ""},
    {404, "<html>", OUTCOME_BLOCKED, SCOPE_ACCOUNT, "http_404", ""},
    {302, "", OUTCOME_BLOCKED, SCOPE_ACCOUNT, "http_302", "redirect"},
    {400, ERROR(63007), OUTCOME_BLOCKED, SCOPE_ACCOUNT, "63007", "sender"},
    {400, ERROR(63038), OUTCOME_BLOCKED, SCOPE_ACCOUNT, "63038", "today"},
    {400, ERROR(21211), OUTCOME_NEVER, SCOPE_ROW, "21211", "number"},
    {400, ERROR(21610), OUTCOME_NEVER, SCOPE_ROW, "21610", "STOP"},
    {400, ERROR(63016), OUTCOME_NEVER, SCOPE_ROW, "63016", "24 hours"},
    {400, ERROR(21617), OUTCOME_NEVER, SCOPE_ROW, "21617", "too long"},
    {400, ERROR(21620), OUTCOME_NEVER, SCOPE_ROW, "21620", "file"},
    {400, ERROR(63041), OUTCOME_NEVER, SCOPE_ROW, "63041", "template"},
    {400, ERROR(99999), OUTCOME_NEVER, SCOPE_ROW, "99999", "Vendor's words"},
    {400, ERROR(-5), OUTCOME_NEVER, SCOPE_ROW, "http_400", ""},
    {400, "nonsense", OUTCOME_NEVER, SCOPE_ROW, "http_400", "does not say"},
    {422, "", OUTCOME_NEVER, SCOPE_ROW, "http_422", ""},
};

static void
answers_mean_what_they_say(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_LEN(answers); i++) {
		struct sending s;

		open_with(&s, &channel_whatsapp, TEXT);
		answer(&s, answers[i].status, answers[i].body);
		if (s.out.kind != answers[i].kind)
			fail_msg("%u %s gives %d", answers[i].status,
			    answers[i].body, (int)s.out.kind);
		assert_int_equal(answers[i].scope, s.out.scope);
		tw_assert_str(s.out.code, answers[i].code);
		tw_assert_holds(s.out.reason, answers[i].reason);
		if (s.out.kind == OUTCOME_OK)
			assert_int_equal(34, s.out.vendor_id.n);
		tw_close(&s.rig);
	}
}

static void
the_vendors_wish_to_wait_counts(void **state)
{
	struct reply r = {
	    .status = 429, .body = STR(ERROR(20429)), .retry_after_ms = 7000};
	struct sending s;

	(void)state;
	open_with(&s, &channel_whatsapp, TEXT);
	s.rig.channel->result(&s.job, &r, &s.rig.arena, &s.out);
	assert_true(s.out.after_ms == 7000);
	r.body = STR(ERROR(63018));
	r.status = 400;
	r.retry_after_ms = -1;
	s.rig.channel->result(&s.job, &r, &s.rig.arena, &s.out);
	assert_true(s.out.after_ms == 120000);
	tw_close(&s.rig);
}

/* ---- typing, drafts, check ---------------------------------------------- */

static void
typing_names_their_newest_message(void **state)
{
	static const char reply[] = "{\"to\":\"whatsapp:" TW_PHONE
				    "\",\"sid\":\"" TW_MESSAGE "\"}";
	struct sending s;

	(void)state;
	open_with(&s, &channel_whatsapp, reply);
	s.job.kind = JOB_TYPING;
	assert_int_equal(OK, call(&s));
	tw_assert_str(s.call.url,
	    "https://messaging.twilio.com/v3/Indicators/Typing.json");
	tw_assert_json(s.call.body,
	    "{\"channel\":\"WHATSAPP\",\"messageId\":\"" TW_MESSAGE "\"}");
	s.rig.doc.api = STR("http://127.0.0.1:8090/vendor");
	assert_int_equal(OK, call(&s));
	tw_assert_str(s.call.url,
	    "http://127.0.0.1:8090/vendor/v3/Indicators/Typing.json");
	assert_int_equal(OUTCOME_OK, answer(&s, 200, "{}")->kind);
	assert_int_equal(OUTCOME_NEVER, answer(&s, 401, "")->kind);
	s.job.payload = STR("{\"to\":\"x\",\"sid\":\"x\"}");
	assert_int_equal(E_DENIED, call(&s));
	assert_int_equal(OUTCOME_OK, s.out.kind);
	tw_close(&s.rig);

	open_with(&s, &channel_sms, reply);
	s.job.kind = JOB_TYPING;
	assert_int_equal(E_DENIED, call(&s));
	s.job.kind = JOB_DRAFT;
	assert_int_equal(E_DENIED, call(&s));
	tw_close(&s.rig);
}

static void
the_account_can_be_checked(void **state)
{
	struct sending s;

	(void)state;
	open_with(&s, &channel_whatsapp, "");
	s.job.kind = JOB_CHECK;
	assert_int_equal(OK, call(&s));
	assert_string_equal("GET", s.call.method);
	tw_assert_str(s.call.url,
	    "https://api.twilio.com/2010-04-01/Accounts/" TW_SID
	    "/Messages.json?PageSize=1");
	assert_int_equal(
	    OUTCOME_OK, answer(&s, 200, "{\"messages\":[]}")->kind);
	assert_int_equal(OUTCOME_LATER, answer(&s, 200, "{}")->kind);
	assert_int_equal(OUTCOME_BLOCKED, answer(&s, 401, ERROR(20003))->kind);
	assert_int_equal(OUTCOME_LATER, answer(&s, 503, "")->kind);
	tw_close(&s.rig);
}

/* ---- the account -------------------------------------------------------- */

static const struct {
	const char *id, *sender, *user, *template;
	size_t signing;
	const struct channel *channel;
	const char *where; /* NULL: it is right */
} accounts[] = {
    {TW_SID, TW_SENDER, "", "", 0, &channel_whatsapp, NULL},
    {TW_SID, TW_SERVICE, TW_SID, TW_TEMPLATE, 0, &channel_whatsapp, NULL},
    {TW_SID, TW_SENDER, TW_KEY, "", 1, &channel_whatsapp, NULL},
    {TW_SID, "12345", "", "", 0, &channel_sms, NULL},
    {"AC123", TW_SENDER, "", "", 0, &channel_whatsapp, "accounts[3].id"},
    {TW_KEY, TW_SENDER, "", "", 0, &channel_whatsapp, "accounts[3].id"},
    {TW_SID, "5005550006", "", "", 0, &channel_whatsapp, "accounts[3].sender"},
    {TW_SID, "whatsapp:" TW_SENDER, "", "", 0, &channel_whatsapp,
	"accounts[3].sender"},
    {TW_SID, "12345", "", "", 0, &channel_whatsapp, "accounts[3].sender"},
    {TW_SID, TW_SENDER, "ann", "", 1, &channel_whatsapp, "accounts[3].user"},
    {TW_SID, TW_SENDER, TW_KEY, "", 0, &channel_whatsapp,
	"accounts[3].signing"},
    {TW_SID, TW_SENDER, "", "HX1", 0, &channel_whatsapp,
	"accounts[3].template"},
};

static void
what_an_account_lacks_is_named(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_LEN(accounts); i++) {
		struct company_account a = {.id = str_from(accounts[i].id),
		    .sender = str_from(accounts[i].sender),
		    .user = str_from(accounts[i].user),
		    .template = str_from(accounts[i].template),
		    .token = STR("x"),
		    .signing_count = accounts[i].signing};
		struct faults faults = {0};

		accounts[i].channel->check(&a, "accounts[3]", &faults);
		assert_int_equal(accounts[i].where != NULL, faults.count);
		if (accounts[i].where != NULL)
			tw_assert_str(faults.list[0].where, accounts[i].where);
		faults_free(&faults);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_text_is_posted),
	    cmocka_unit_test(a_service_a_key_and_another_host),
	    cmocka_unit_test(a_file_is_posted_or_its_link),
	    cmocka_unit_test(what_cannot_be_read_is_not_sent),
	    cmocka_unit_test(the_window_is_looked_at_when_it_is_sent),
	    cmocka_unit_test(a_template_takes_its_place),
	    cmocka_unit_test(what_a_template_cannot_carry_is_refused),
	    cmocka_unit_test(answers_mean_what_they_say),
	    cmocka_unit_test(the_vendors_wish_to_wait_counts),
	    cmocka_unit_test(typing_names_their_newest_message),
	    cmocka_unit_test(the_account_can_be_checked),
	    cmocka_unit_test(what_an_account_lacks_is_named),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
