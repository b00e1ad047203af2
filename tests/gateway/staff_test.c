/*
 * staff: when a session, a key and a link end; who is told; and that what is
 * refused stands in the audit. Time is the rig's. The rest of the routes is
 * tested with the real binary.
 */
#include "gateway/staff_inside.h"
#include "tests/gateway/http_client.h"
#include "tests/gateway/rig.h"
#include "tests/lib/cmocka.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#define IDLE_MS 3600000
#define LIFE_MS (3 * IDLE_MS)
#define LINES 32u

static struct store_reader *reader;
static struct arena arena;

static int
set_up(void **state)
{
	(void)state;
	rig_new(&rig);
	rig.gateway.conf.session_idle_ms = IDLE_MS;
	rig.gateway.conf.session_life_ms = LIFE_MS;
	rig_open(&rig);
	rig_start(&rig);
	return store_reader_open(rig.gateway.store, &reader) == OK ? 0 : -1;
}

static int
tear_down(void **state)
{
	(void)state;
	store_reader_close(reader);
	arena_free(&arena);
	rig_stop(&rig);
	rig_close(&rig);
	return 0;
}

/* ---- somebody with a pass ---------------------------------------------- */

struct bearer {
	int64_t agent, pass;
	char token[STAFF_TOKEN_TEXT];
	unsigned char hash[PASS_HASH];
};

static int64_t
now(void)
{
	return clock_wall(&rig.clock);
}

static struct bearer
hold(int64_t agent, enum pass_kind kind, const char *data, int64_t expires_at)
{
	struct store_op op = {.verb = STORE_PASS};
	struct bearer h = {.agent = agent};

	staff_token_new(
	    kind == PASS_SESSION ? "fds_" : "fdk_", h.token, op.pass.row.hash);
	memcpy(h.hash, op.pass.row.hash, PASS_HASH);
	op.pass.row.kind = kind;
	op.pass.row.company = rig.company;
	op.pass.row.agent = agent;
	op.pass.row.data = str_from(data);
	op.pass.row.created_at = op.pass.row.seen_at = now();
	op.pass.row.expires_at = expires_at;
	assert_int_equal(store_submit_wait(rig.gateway.store, &op), OK);
	h.pass = op.pass.row.id;
	return h;
}

static struct bearer
session_of(const char *name, const char *role)
{
	return hold(
	    rig_seller(&rig, name, role), PASS_SESSION, "{}", now() + IDLE_MS);
}

static enum err
get(const struct bearer *h, struct caller *out)
{
	return staff_cache_get(rig.gateway.staff->cache, h->hash, out);
}

static bool
is_let_in(const struct bearer *h)
{
	struct caller who;

	return get(h, &who) == OK;
}

static void
change_agent(int64_t id, unsigned set, enum agent_state state, const char *role)
{
	struct store_op op = {.verb = STORE_AGENT};

	op.agent.row.id = id;
	op.agent.row.state = state;
	op.agent.row.role = str_from(role);
	op.agent.set = set;
	assert_int_equal(store_submit_wait(rig.gateway.store, &op), OK);
}

/* ---- the end of a session ---------------------------------------------- */

static void
a_session_ends_when_nobody_uses_it(void **state)
{
	struct bearer anna = session_of("anna", "seller");

	(void)state;
	assert_true(is_let_in(&anna));
	rig_ahead(&rig, IDLE_MS - 1000);
	assert_true(is_let_in(&anna));
	rig_ahead(&rig, IDLE_MS + 1000);
	assert_false(is_let_in(&anna));
}

/* What the store knows of its use. */
static int64_t
seen_at(const struct bearer *h)
{
	struct pass_row row;

	assert_int_equal(store_find_pass(reader, h->hash, &arena, &row), OK);
	return row.seen_at;
}

/* That it was used is not waited for. */
static bool
is_seen_since(const struct bearer *h, int64_t at)
{
	const struct timespec pause = {.tv_nsec = 1000000};
	int i;

	for (i = 0; i < RIG_WAIT_MS && seen_at(h) < at; i++)
		nanosleep(&pause, NULL);
	return seen_at(h) >= at;
}

static void
a_session_ends_however_much_it_is_used(void **state)
{
	struct bearer anna = session_of("anna", "seller");
	int64_t begun = now(), at;

	(void)state;
	while (now() - begun < LIFE_MS - IDLE_MS / 2) {
		rig_ahead(&rig, IDLE_MS / 4);
		at = now();
		assert_true(is_let_in(&anna));
		assert_true(is_seen_since(&anna, at));
	}
	assert_true(is_let_in(&anna));
	rig_ahead(&rig, LIFE_MS - (now() - begun));
	assert_false(is_let_in(&anna));
}

static void
use_is_written_down_now_and_then(void **state)
{
	struct bearer anna = session_of("anna", "seller");
	int64_t begun = seen_at(&anna);
	int i;

	(void)state;
	for (i = 0; i < 100; i++)
		assert_true(is_let_in(&anna));
	assert_int_equal(seen_at(&anna), begun);
	rig_ahead(&rig, 61000);
	assert_true(is_let_in(&anna));
	assert_true(is_seen_since(&anna, begun + 60000));
}

static void
what_changed_elsewhere_shows_soon(void **state)
{
	struct bearer anna = session_of("anna", "seller");
	struct caller who;

	(void)state;
	assert_int_equal(get(&anna, &who), OK);
	assert_int_equal(who.permissions, MAY_ANSWER | MAY_TAKE);
	assert_string_equal(who.name, "anna");
	assert_string_equal(who.role, "seller");
	change_agent(anna.agent, AGENT_ROLE, AGENT_ACTIVE, "admin");
	rig_ahead(&rig, STAFF_FRESH_MS);
	assert_int_equal(staff_look(rig.gateway.staff, &who), OK);
	assert_int_equal(who.permissions, MAY_ALL);
	change_agent(anna.agent, AGENT_STATE, AGENT_DISABLED, "");
	rig_ahead(&rig, STAFF_FRESH_MS);
	assert_int_equal(staff_look(rig.gateway.staff, &who), E_DENIED);
	assert_false(is_let_in(&anna));
}

static void
a_role_that_there_is_not_may_nothing(void **state)
{
	struct bearer anna = session_of("anna", "ghost");
	struct caller who;

	(void)state;
	assert_int_equal(get(&anna, &who), OK);
	assert_int_equal(who.permissions, 0);
}

/* ---- keys -------------------------------------------------------------- */

static void
a_key_ends_on_its_day(void **state)
{
	struct bearer key = hold(
	    0, PASS_KEY, "{\"role\":\"seller\"}", now() + 5000);
	struct bearer eternal = hold(0, PASS_KEY, "{\"role\":\"admin\"}", 0);
	struct caller who;

	(void)state;
	assert_int_equal(get(&key, &who), OK);
	assert_int_equal(who.permissions, MAY_ANSWER | MAY_TAKE);
	assert_int_equal(who.agent, 0);
	rig_ahead(&rig, 5000);
	assert_false(is_let_in(&key));
	rig_ahead(&rig, 100 * (int64_t)LIFE_MS);
	assert_int_equal(get(&eternal, &who), OK);
	assert_int_equal(who.permissions, MAY_ALL);
}

static void
a_personal_key_may_what_both_may(void **state)
{
	int64_t agent = rig_seller(&rig, "anna", "supervisor");
	struct bearer wide = hold(agent, PASS_KEY, "{\"role\":\"admin\"}", 0);
	struct bearer narrow = hold(
	    agent, PASS_KEY, "{\"role\":\"seller\"}", 0);
	struct bearer broken = hold(agent, PASS_KEY, "nonsense", 0);
	struct caller who;
	unsigned supervisor = 0;

	(void)state;
	assert_true(role_builtin(STR("supervisor"), &supervisor));
	assert_int_equal(get(&wide, &who), OK);
	assert_int_equal(who.permissions, supervisor);
	assert_int_equal(get(&narrow, &who), OK);
	assert_int_equal(who.permissions, MAY_ANSWER | MAY_TAKE);
	assert_int_equal(get(&broken, &who), OK);
	assert_int_equal(who.permissions, 0);
}

static void
only_keys_are_keys(void **state)
{
	struct bearer anna = session_of("anna", "seller");
	struct bearer key = hold(0, PASS_KEY, "{\"role\":\"seller\"}", 0);
	struct frame_error error = {.code = FAULT_NONE};
	struct caller who;

	(void)state;
	assert_true(
	    staff_by_key(rig.gateway.staff, str_from(key.token), &who, &error));
	assert_false(staff_by_key(
	    rig.gateway.staff, str_from(anna.token), &who, &error));
	assert_string_equal(error.row->code, "not_logged_in");
	assert_false(staff_by_key(rig.gateway.staff, STR(""), &who, &error));
}

/* ---- over HTTP --------------------------------------------------------- */

/* The status. */
static int
ask(const struct bearer *h, const char *request, const char *headers,
    const char *body)
{
	const char *answer;
	struct buf b = {0};

	buf_addf(
	    &b, "%s HTTP/1.1\r\nHost: t\r\nConnection: close\r\n", request);
	if (h != NULL)
		buf_addf(&b, "Cookie: frontdesk=%s\r\n", h->token);
	if (body != NULL)
		buf_addf(&b,
		    "Content-Type: application/json\r\n"
		    "Content-Length: %zu\r\n",
		    strlen(body));
	buf_addf(&b, "%s\r\n%s", headers, body == NULL ? "" : body);
	answer = client_ask_bytes(rig.gateway.front, buf_view(&b));
	buf_free(&b);
	return atoi(answer + sizeof("HTTP/1.1"));
}

#define OURS "Origin: http://t\r\n"

/* The newest lines, newest first, as "what outcome detail". */
static size_t
audit(char lines[LINES][160])
{
	const struct audit_ask which = {.company = rig.company};
	struct audit_row rows[LINES];
	size_t n = LINES;

	assert_int_equal(
	    store_list_audit(reader, &which, &arena, rows, &n), OK);
	for (size_t i = 0; i < n; i++)
		(void)snprintf(lines[i], 160, "%.*s %.*s %.*s",
		    STR_FMT(rows[i].what), STR_FMT(rows[i].outcome),
		    STR_FMT(rows[i].detail));
	return n;
}

/* Lines on what is refused are not waited for. */
static bool
is_audited(const char *line)
{
	const struct timespec pause = {.tv_nsec = 1000000};
	char lines[LINES][160];
	size_t n;

	for (int i = 0; i < RIG_WAIT_MS; i++) {
		n = audit(lines);
		for (size_t k = 0; k < n; k++)
			if (strncmp(lines[k], line, strlen(line)) == 0)
				return true;
		nanosleep(&pause, NULL);
	}
	for (size_t k = 0; k < n; k++)
		print_message("%s\n", lines[k]);
	return false;
}

static void
what_is_refused_stands_in_the_audit(void **state)
{
	struct bearer anna = session_of("anna", "seller");
	struct bearer boss = session_of("bo", "admin");

	(void)state;
	assert_int_equal(ask(&anna, "GET /v1/staff/keys", "", NULL), 403);
	assert_true(is_audited("permission forbidden {\"method\":\"GET\","
			       "\"path\":\"/v1/staff/keys\"}"));
	assert_int_equal(ask(&anna, "POST /v1/staff/logout",
			     "Origin: https://evil.example\r\n", "{}"),
	    403);
	assert_true(is_audited("origin bad_origin {\"method\":\"POST\","
			       "\"path\":\"/v1/staff/logout\"}"));
	assert_int_equal(
	    ask(&boss, "DELETE /v1/staff/keys/77", OURS, NULL), 404);
	assert_true(is_audited("key not_found {\"id\":77}"));
	assert_int_equal(ask(&boss, "GET /v1/staff/agents/999", "", NULL), 404);
	assert_true(is_audited("agent not_found {\"id\":999}"));
	assert_int_equal(ask(NULL, "POST /v1/staff/login", "",
			     "{\"company\":\"acme\",\"email\":\"x@y.example\","
			     "\"password\":\"wrong\"}"),
	    401);
	assert_true(is_audited("login bad_login"));
	/* And changed nothing. */
	assert_true(is_let_in(&anna));
}

static void
what_is_done_stands_in_the_audit(void **state)
{
	struct bearer boss = session_of("bo", "admin");

	(void)state;
	assert_int_equal(ask(&boss, "PUT /v1/staff/roles/night", OURS,
			     "{\"permissions\":[\"answer\"]}"),
	    200);
	assert_true(is_audited("role.put ok {\"role\":\"night\","
			       "\"permissions\":[\"answer\"]}"));
	assert_int_equal(ask(&boss, "POST /v1/staff/keys", OURS,
			     "{\"name\":\"crm\",\"role\":\"seller\"}"),
	    200);
	assert_true(is_audited("key.new ok {\"role\":\"seller\""));
	assert_int_equal(ask(&boss, "POST /v1/staff/logout", OURS, "{}"), 204);
	assert_true(is_audited("logout ok"));
}

/* One who is refused all the time fills no disk. */
static void
lines_on_refusals_are_bounded(void **state)
{
	struct bearer anna = session_of("anna", "seller");
	char lines[LINES][160];

	(void)state;
	for (int i = 0; i < 60; i++)
		assert_int_equal(
		    ask(&anna, "GET /v1/staff/keys", "", NULL), 403);
	assert_true(is_audited("permission forbidden"));
	assert_in_range(audit(lines), 1, 25);
}

/* ---- who is told ------------------------------------------------------- */

static struct staff_ended told;
static atomic_uint told_count;

static void
on_ended(void *arg, const struct staff_ended *e)
{
	assert_ptr_equal(arg, &told);
	told = *e;
	atomic_fetch_add(&told_count, 1);
}

static void
sockets_hear_of_the_end(void **state)
{
	struct bearer anna = session_of("anna", "seller");
	struct bearer boss = session_of("bo", "admin");
	char path[64];

	(void)state;
	told_count = 0;
	staff_on_ended(rig.gateway.staff, on_ended, &told);
	assert_int_equal(ask(&anna, "POST /v1/staff/logout", OURS, "{}"), 204);
	assert_int_equal(told_count, 1);
	assert_int_equal(told.agent, anna.agent);
	assert_int_equal(told.pass, anna.pass);
	assert_int_equal(told.company, rig.company);
	assert_int_equal(
	    ask(&boss, "DELETE /v1/staff/sessions", OURS, NULL), 204);
	assert_int_equal(told.pass, 0);
	assert_int_equal(told.but, boss.pass);
	(void)snprintf(path, sizeof(path), "PATCH /v1/staff/agents/%lld",
	    (long long)anna.agent);
	assert_int_equal(
	    ask(&boss, path, OURS, "{\"version\":1,\"state\":\"disabled\"}"),
	    200);
	assert_int_equal(told.agent, anna.agent);
	assert_true(told.keys);
	assert_int_equal(told_count, 3);
}

/* ---- links ------------------------------------------------------------- */

static int64_t
invite(char token[STAFF_TOKEN_TEXT])
{
	struct store_op op = {.verb = STORE_AGENT};
	struct staff_link link = {.kind = PASS_INVITATION, .base = "http://t"};
	struct buf text = {0};

	op.agent.row = (struct agent_row){.company = rig.company,
	    .email = STR("carla@shop.example"),
	    .name = STR("Carla"),
	    .role = STR("seller")};
	assert_int_equal(store_submit_wait(rig.gateway.store, &op), OK);
	link.agent = op.agent.row.id;
	link.line.company = rig.company;
	link.line.at = now();
	assert_int_equal(staff_link_make(rig.gateway.store, &link, &text), OK);
	(void)snprintf(token, STAFF_TOKEN_TEXT, "%.*s", 47,
	    (const char *)memchr(text.data, '=', text.len) + 1);
	buf_free(&text);
	return link.agent;
}

static void
a_link_is_too_old_one_day(void **state)
{
	char token[STAFF_TOKEN_TEXT], body[200];

	(void)state;
	(void)invite(token);
	(void)snprintf(body, sizeof(body),
	    "{\"token\":\"%s\",\"password\":\"seven green bottles\"}", token);
	rig_ahead(&rig, LINK_LIFE_MS);
	assert_int_equal(ask(NULL, "POST /v1/staff/accept", "", body), 401);
	rig_ahead(&rig, -1000);
	assert_int_equal(ask(NULL, "POST /v1/staff/accept", "", body), 200);
}

/* ---- the end of all ---------------------------------------------------- */

/* Logins wait for a hash when the gateway ends. */
static void
stopping_lets_go_of_what_waits(void **state)
{
	static const char body[] =
	    "{\"company\":\"acme\",\"email\":\"x@y.example\","
	    "\"password\":\"wrong\"}";
	int fds[20];
	char head[256];

	(void)state;
	(void)snprintf(head, sizeof(head),
	    "POST /v1/staff/login HTTP/1.1\r\nHost: t\r\n"
	    "Content-Type: application/json\r\nContent-Length: %zu\r\n\r\n%s",
	    sizeof(body) - 1, body);
	for (size_t i = 0; i < ARRAY_LEN(fds); i++) {
		fds[i] = client_connect(rig.gateway.front);
		client_send(fds[i], head);
	}
	(void)client_read(fds[0], "401", NULL);
	rig_stop(&rig);
	for (size_t i = 0; i < ARRAY_LEN(fds); i++)
		close(fds[i]);
}

/* ---- words ------------------------------------------------------------- */

static void
the_schema_has_the_words_of_the_table(void **state)
{
	json_t *root = json_load_file(
	    SOURCE_DIR "/schemas/staff.schema.json", 0, NULL);
	json_t *defs = json_object_get(root, "$defs");
	json_t *codes = json_object_get(
	    json_object_get(defs, "fault_code"), "enum");
	json_t *permissions = json_object_get(
	    json_object_get(defs, "permission"), "enum");
	size_t i;

	(void)state;
	assert_int_equal(json_array_size(codes), STAFF_FAULTS);
	for (i = 0; i < STAFF_FAULTS; i++)
		assert_string_equal(json_string_value(json_array_get(codes, i)),
		    staff_fault_row((enum staff_fault)i)->code);
	for (i = 0; permission_rows[i].word != NULL; i++)
		assert_string_equal(
		    json_string_value(json_array_get(permissions, i)),
		    permission_rows[i].word);
	assert_int_equal(json_array_size(permissions), i);
	json_decref(root);
}

#define TEST(fn) cmocka_unit_test_setup_teardown(fn, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(a_session_ends_when_nobody_uses_it),
	    TEST(a_session_ends_however_much_it_is_used),
	    TEST(use_is_written_down_now_and_then),
	    TEST(what_changed_elsewhere_shows_soon),
	    TEST(a_role_that_there_is_not_may_nothing),
	    TEST(a_key_ends_on_its_day),
	    TEST(a_personal_key_may_what_both_may),
	    TEST(only_keys_are_keys),
	    TEST(what_is_refused_stands_in_the_audit),
	    TEST(what_is_done_stands_in_the_audit),
	    TEST(lines_on_refusals_are_bounded),
	    TEST(sockets_hear_of_the_end),
	    TEST(a_link_is_too_old_one_day),
	    TEST(stopping_lets_go_of_what_waits),
	    cmocka_unit_test(the_schema_has_the_words_of_the_table),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
