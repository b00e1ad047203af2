/*
 * webhook: which events are told, the request word for word, and what answers
 * mean.
 */
#include "channels/webhook/webhook.h"
#include "core/company_people.h"
#include "tests/lib/cmocka.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>

#define NOW INT64_C(1760000000500)
#define SECRET "a secret of sixteen"
#define URL "https://crm.shop.example/frontdesk?key=1"
#define MAC "43e7797c033b44ab81ce17b104fcf32522c1f277518a6f2e3f792437c1648fb8"
#define PAYLOAD "{\"event\":\"message_created\",\"at\":1}"

struct rig {
	struct arena arena;
	struct company *company;
	struct account account;
	struct call call;
	struct outcome outcome;
};

static const char document[] =
    "{\"name\":\"Shop\",\"teams\":[{\"key\":\"sales\",\"name\":\"Sales\"}],"
    "\"webhooks\":[{\"name\":\"crm\",\"url\":\"" URL "\",\"secret\":\"" SECRET
    "\"},{\"name\":\"log\",\"url\":\"http://10.0.0.1/log\",\"secret\":"
    "\"another secret of theirs\",\"events\":[\"message_created\","
    "\"handoff_requested\"]}]}";

static const struct token_keys keys = {.key = {{1}}, .count = 1};

static enum err
open_as_account(struct rig *r, const char *name, bool private_too)
{
	const struct company_account *doc;
	enum err e = account_find(
	    &(struct account_wanted){
		r->company, &channel_webhook, str_from(name), private_too},
	    &r->arena, &doc);

	if (e != OK)
		return e;
	r->account = (struct account){0};
	return account_open(&keys,
	    &(struct account_of){r->company, doc, STR("https://gw.example")},
	    &r->arena, &r->account);
}

static int
set_up(void **state)
{
	struct rig *r = calloc(1, sizeof(*r));
	struct faults faults = {0};

	assert_non_null(r);
	assert_int_equal(
	    company_parse(str_from(document), &faults, &r->company), OK);
	assert_int_equal(company_set_key(r->company, STR("shop")), OK);
	faults_free(&faults);
	assert_int_equal(open_as_account(r, "crm", false), OK);
	*state = r;
	return 0;
}

static int
tear_down(void **state)
{
	struct rig *r = *state;

	company_unref(r->company);
	arena_free(&r->arena);
	free(r);
	return 0;
}

/* ---- the account ---------------------------------------------------------- */

static void
its_account_is_of_the_document(void **state)
{
	struct rig *r = *state;

	assert_true(str_eq(r->account.doc->id, STR(URL)));
	assert_int_equal(r->account.doc->api.n, 0);
	assert_int_equal(r->account.signing_count, 1);
	assert_true(str_eq(r->account.signing[0], STR(SECRET)));
	assert_int_equal(open_as_account(r, "gone", false), E_NOTFOUND);
	assert_int_equal(open_as_account(r, "log", true), OK);
	assert_true(str_eq(r->account.doc->api, STR("http://10.0.0.1/log")));
}

static void
it_is_no_account_of_customers(void **state)
{
	static const char doc[] =
	    "{\"name\":\"Shop\",\"accounts\":[{\"channel\":\"webhook\","
	    "\"name\":\"crm\",\"token\":\"x\"}]}";
	struct faults faults = {0};

	(void)state;
	assert_int_equal(
	    company_check(str_from(doc), &faults, channels_check), E_BADINPUT);
	assert_int_equal(faults.count, 1);
	assert_true(str_eq(faults.list[0].where, STR("accounts[0].channel")));
	faults_free(&faults);
}

/* ---- the request ---------------------------------------------------------- */

static enum err
request(struct rig *r, enum job_kind kind, const char *payload)
{
	const struct job job = {.kind = kind,
	    .account = &r->account,
	    .payload = str_from(payload),
	    .recipient = STR("message_created"),
	    .row = 77,
	    .now = NOW};

	r->call = (struct call){0};
	r->outcome = (struct outcome){.kind = OUTCOMES};
	return channel_webhook.call(&job, &r->arena, &r->call, &r->outcome);
}

static const char *
header(const struct rig *r, const char *name)
{
	size_t n = strlen(name), i;

	for (i = 0; i < r->call.header_count; i++)
		if (strncmp(r->call.headers[i].p, name, n) == 0 &&
		    strncmp(r->call.headers[i].p + n, ": ", 2) == 0)
			return r->call.headers[i].p + n + 2;
	fail_msg("there is no header %s", name);
	return "";
}

/* The signature was worked out with openssl. */
static void
a_request_is_signed(void **state)
{
	static const char body[] =
	    "{\"id\":\"77\",\"event\":\"message_created\",\"at\":1}";
	struct rig *r = *state;

	assert_int_equal(open_as_account(r, "crm", false), OK);
	assert_int_equal(request(r, JOB_SEND, PAYLOAD), OK);
	assert_string_equal(r->call.method, "POST");
	assert_true(str_eq(r->call.url, STR(URL)));
	assert_true(str_eq(r->call.body, str_from(body)));
	assert_true(r->call.public_only && r->call.fixed);
	assert_false(r->call.follow);
	assert_string_equal(header(r, "Content-Type"), "application/json");
	assert_string_equal(header(r, "X-Frontdesk-Event"), "message_created");
	assert_string_equal(header(r, "X-Frontdesk-Delivery"), "77");
	assert_string_equal(header(r, "X-Frontdesk-Timestamp"), "1760000000");
	assert_string_equal(header(r, "X-Frontdesk-Signature"), "v1=" MAC);
}

static void
what_is_no_payload_is_not_sent(void **state)
{
	struct rig *r = *state;

	assert_int_equal(request(r, JOB_SEND, ""), E_BADINPUT);
	assert_int_equal(request(r, JOB_SEND, "x{}"), E_BADINPUT);
}

static void
nothing_is_asked_of_receivers(void **state)
{
	struct rig *r = *state;

	assert_int_equal(request(r, JOB_CHECK, ""), E_DENIED);
	assert_int_equal(r->outcome.kind, OUTCOME_OK);
}

/* ---- the answer ------------------------------------------------------------ */

static const struct {
	unsigned status;
	int64_t retry_after;
	enum outcome_kind kind;
	enum outcome_scope scope;
	const char *code;
} answers[] = {
    {200, -1, OUTCOME_OK, SCOPE_ROW, ""},
    {204, 5000, OUTCOME_OK, SCOPE_ROW, ""},
    {299, -1, OUTCOME_OK, SCOPE_ROW, ""},
    {301, -1, OUTCOME_LATER, SCOPE_ROW, "301"},
    {400, -1, OUTCOME_LATER, SCOPE_ROW, "400"},
    {401, -1, OUTCOME_LATER, SCOPE_ROW, "401"},
    {404, -1, OUTCOME_LATER, SCOPE_ROW, "404"},
    {410, -1, OUTCOME_BLOCKED, SCOPE_ACCOUNT, "410"},
    {429, -1, OUTCOME_LATER, SCOPE_ROW, "429"},
    {429, 7000, OUTCOME_LATER, SCOPE_ACCOUNT, "429"},
    {500, -1, OUTCOME_LATER, SCOPE_ROW, "500"},
    {500, 7000, OUTCOME_LATER, SCOPE_ROW, "500"},
    {503, 7000, OUTCOME_LATER, SCOPE_ACCOUNT, "503"},
    {999, -1, OUTCOME_LATER, SCOPE_ROW, "999"},
};

static void
only_the_status_counts(void **state)
{
	struct rig *r = *state;
	const struct job job = {.kind = JOB_SEND, .account = &r->account};
	size_t i;

	for (i = 0; i < ARRAY_LEN(answers); i++) {
		const struct reply reply = {.status = answers[i].status,
		    .body = STR("{\"error\":true}"),
		    .retry_after_ms = answers[i].retry_after};
		struct outcome o = {.kind = OUTCOMES};

		channel_webhook.result(&job, &reply, &r->arena, &o);
		print_message("  %u\n", answers[i].status);
		assert_int_equal(o.kind, answers[i].kind);
		if (o.kind == OUTCOME_LATER)
			assert_int_equal(o.scope, answers[i].scope);
		assert_true(str_eq(o.code, str_from(answers[i].code)));
		assert_int_equal(o.reason.n > 0, o.kind != OUTCOME_OK);
		assert_int_equal(o.after_ms,
		    o.kind == OUTCOME_LATER && answers[i].retry_after > 0
			? answers[i].retry_after
			: 0);
	}
}

/* ---- which events ---------------------------------------------------------- */

#define ONLY(event) (1u << (WEBHOOK_##event))

static const struct {
	const char *name;
	struct conversation before, after;
	struct event event;
	unsigned told;
} events[] = {
    {"opened", {0}, {0}, {.kind = EVENT_OPENED}, ONLY(CONVERSATION_CREATED)},
    {"a message", {0}, {0}, {.kind = EVENT_MESSAGE}, ONLY(MESSAGE_CREATED)},
    {"one that opens what had ended", {.status = STATUS_RESOLVED}, {0},
	{.kind = EVENT_MESSAGE, .author = AUTHOR_CUSTOMER},
	ONLY(MESSAGE_CREATED) | ONLY(STATUS_CHANGED)},
    {"identified", {0}, {0}, {.kind = EVENT_IDENTIFIED},
	ONLY(CONTACT_IDENTIFIED)},
    {"handed over", {0}, {.holder = HOLDER_QUEUE, .status = STATUS_OPEN},
	{.kind = EVENT_HOLDER, .ref = HOLDER_QUEUE},
	ONLY(HANDOFF_REQUESTED) | ONLY(ASSIGNEE_CHANGED) |
	    ONLY(STATUS_CHANGED)},
    {"handed over by mail", {0},
	{.holder = HOLDER_EMAIL, .status = STATUS_OPEN},
	{.kind = EVENT_HOLDER, .ref = HOLDER_EMAIL},
	ONLY(HANDOFF_REQUESTED) | ONLY(ASSIGNEE_CHANGED) |
	    ONLY(STATUS_CHANGED)},
    {"accepted", {.holder = HOLDER_QUEUE, .status = STATUS_OPEN},
	{.holder = HOLDER_AGENT, .status = STATUS_OPEN},
	{.kind = EVENT_HOLDER, .ref = HOLDER_AGENT}, ONLY(ASSIGNEE_CHANGED)},
    {"dropped", {.holder = HOLDER_AGENT, .status = STATUS_OPEN},
	{.holder = HOLDER_QUEUE, .status = STATUS_OPEN},
	{.kind = EVENT_HOLDER, .ref = HOLDER_QUEUE}, ONLY(ASSIGNEE_CHANGED)},
    {"left unanswered", {0}, {0}, {.kind = EVENT_HANDLED}, 0},
    {"a timer", {0}, {0}, {.kind = EVENT_TIMER, .ref = TIMER_NEXT_RESPONSE},
	ONLY(CONVERSATION_UPDATED)},
    {"woken", {.status = STATUS_SNOOZED}, {.status = STATUS_OPEN},
	{.kind = EVENT_TIMER, .ref = TIMER_SNOOZE}, ONLY(STATUS_CHANGED)},
    {"resolved", {0}, {.status = STATUS_RESOLVED}, {.kind = EVENT_RESOLVED},
	ONLY(STATUS_CHANGED)},
    {"resolved again", {.status = STATUS_RESOLVED}, {.status = STATUS_RESOLVED},
	{.kind = EVENT_RESOLVED}, ONLY(CONVERSATION_UPDATED)},
    {"edited", {0}, {0}, {.kind = EVENT_EDITED}, ONLY(MESSAGE_UPDATED)},
    {"deleted", {0}, {0}, {.kind = EVENT_DELETED}, ONLY(MESSAGE_UPDATED)},
    {"a file", {0}, {0}, {.kind = EVENT_FILE}, ONLY(MESSAGE_UPDATED)},
    {"not delivered", {0}, {0},
	{.kind = EVENT_DELIVERY, .body = STR("{\"state\":\"failed\"}")},
	ONLY(DELIVERY_FAILED)},
    {"nobody knows", {0}, {0},
	{.kind = EVENT_DELIVERY, .body = STR("{\"state\":\"unknown\"}")},
	ONLY(DELIVERY_FAILED)},
    {"delivered after all", {0}, {0},
	{.kind = EVENT_DELIVERY, .body = STR("{\"state\":\"sent\"}")},
	ONLY(MESSAGE_UPDATED)},
    {"an offer", {0}, {0}, {.kind = EVENT_OFFER}, 0},
    {"its end", {0}, {0}, {.kind = EVENT_OFFER_END}, 0},
    {"a note", {0}, {0}, {.kind = EVENT_NOTE}, ONLY(CONVERSATION_UPDATED)},
    {"labels", {0}, {0}, {.kind = EVENT_LABELS}, ONLY(CONVERSATION_UPDATED)},
    {"put off", {.status = STATUS_OPEN}, {.status = STATUS_SNOOZED},
	{.kind = EVENT_SNOOZED}, ONLY(STATUS_CHANGED)},
    {"of no kind", {0}, {0}, {.kind = EVENT_KINDS}, 0},
};

static void
events_have_names(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_LEN(events); i++) {
		print_message("  %s\n", events[i].name);
		assert_int_equal(webhook_events_of(&events[i].before,
				     &events[i].after, &events[i].event),
		    events[i].told);
	}
}

static void
a_webhook_wants_what_it_names(void **state)
{
	struct rig *r = *state;

	assert_int_equal(webhook_events_wanted(&r->company->webhooks[0]),
	    (1u << WEBHOOK_EVENTS) - 1);
	assert_int_equal(webhook_events_wanted(&r->company->webhooks[1]),
	    ONLY(MESSAGE_CREATED) | ONLY(HANDOFF_REQUESTED));
}

/* ---- what is told ---------------------------------------------------------- */

static struct str
told(struct rig *r, enum webhook_event which, const struct webhook_telling *t)
{
	struct buf b = {0};
	struct str copy;

	webhook_write(&b, which, t);
	assert_false(b.failed);
	copy = arena_copy(&r->arena, buf_view(&b));
	buf_free(&b);
	return copy;
}

static void
all_of_it_is_told(void **state)
{
	static const struct webhook_customer nobody;
	struct rig *r = *state;
	const int64_t team = team_id(STR("sales"));
	const struct conversation before = {.id = 5},
				  after = {.id = 5,
				      .seq = 9,
				      .holder = HOLDER_QUEUE,
				      .status = STATUS_OPEN,
				      .team = team,
				      .priority = 2,
				      .opened_at = 11};
	const struct event e = {.seq = 9,
	    .kind = EVENT_HOLDER,
	    .ref = HOLDER_QUEUE,
	    .author_id = team,
	    .at = 17,
	    .body = STR("{\"why\":\"asked\"}")};
	const struct webhook_customer who = {STR("sms"), STR("main"),
	    STR("+1555"), 3, STR("u\"1"), STR("Ann"), STR("ann@x.example")};
	struct webhook_telling t = {r->company, &before, &after, &e, &who};
	char want[1000];

	snprintf(want, sizeof(want),
	    "{\"event\":\"handoff_requested\",\"at\":17,\"company\":\"shop\","
	    "\"conversation\":{\"id\":5,\"seq\":9,\"status\":\"open\","
	    "\"holder\":\"queue\",\"team\":%lld,\"team_key\":\"sales\","
	    "\"priority\":2,\"opened_at\":11,\"channel\":\"sms\","
	    "\"account\":\"main\",\"contact\":{\"id\":3,\"external_id\":"
	    "\"u\\\"1\",\"name\":\"Ann\",\"email\":\"ann@x.example\","
	    "\"address\":\"+1555\"}},\"was\":{\"status\":\"pending\","
	    "\"holder\":\"bot\"},\"data\":{\"seq\":9,\"kind\":\"holder\","
	    "\"author\":\"system\",\"at\":17,\"holder\":\"queue\","
	    "\"team\":%lld,\"body\":{\"why\":\"asked\"}}}",
	    (long long)team, (long long)team);
	assert_string_equal(told(r, WEBHOOK_HANDOFF_REQUESTED, &t).p, want);
	t.customer = &nobody;
	assert_null(strstr(told(r, WEBHOOK_MESSAGE_CREATED, &t).p, "\"was\""));
}

/* ---- the documents ---------------------------------------------------------- */

static char *
read_all(const char *path)
{
	static char text[200000];
	FILE *f = fopen(path, "r");

	assert_non_null(f);
	text[fread(text, 1, sizeof(text) - 1, f)] = '\0';
	fclose(f);
	return text;
}

static void
each_event_is_documented(void **state)
{
	const char *page = read_all(SOURCE_DIR "/docs/webhooks.md");
	const char *at = page;
	char row[80];
	size_t i, rows = 0;

	(void)state;
	for (i = 0; i < WEBHOOK_EVENTS; i++) {
		snprintf(row, sizeof(row), "\n| `%s` |",
		    webhook_event_name((enum webhook_event)i));
		if (strstr(page, row) == NULL)
			fail_msg("docs/webhooks.md has no row%s", row);
	}
	assert_null(company_webhook_events[WEBHOOK_EVENTS]);
	while ((at = strstr(at, "\n| `")) != NULL) {
		at++;
		rows++;
	}
	assert_int_equal(rows, WEBHOOK_EVENTS);
}

static void
the_schema_has_the_same_events(void **state)
{
	json_t *root = json_load_file(
	    SOURCE_DIR "/schemas/webhook.schema.json", 0, NULL);
	const json_t *list = json_object_get(
	    json_object_get(json_object_get(root, "$defs"), "event_name"),
	    "enum");
	size_t i;

	(void)state;
	assert_int_equal(json_array_size(list), WEBHOOK_EVENTS);
	for (i = 0; i < WEBHOOK_EVENTS; i++)
		assert_string_equal(json_string_value(json_array_get(list, i)),
		    company_webhook_events[i]);
	json_decref(root);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(its_account_is_of_the_document),
	    cmocka_unit_test(it_is_no_account_of_customers),
	    cmocka_unit_test(a_request_is_signed),
	    cmocka_unit_test(what_is_no_payload_is_not_sent),
	    cmocka_unit_test(nothing_is_asked_of_receivers),
	    cmocka_unit_test(only_the_status_counts),
	    cmocka_unit_test(events_have_names),
	    cmocka_unit_test(a_webhook_wants_what_it_names),
	    cmocka_unit_test(all_of_it_is_told),
	    cmocka_unit_test(each_event_is_documented),
	    cmocka_unit_test(the_schema_has_the_same_events),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
