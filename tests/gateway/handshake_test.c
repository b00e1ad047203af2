/*
 * handshake: the vectors of another implementation, each check on its own,
 * and where pages may come from.
 */
#include "gateway/handshake.h"
#include "tests/lib/cmocka.h"

#define GOOD_KEY "dGhlIHNhbXBsZSBub25jZQ=="

static struct handshake_ask
good(void)
{
	return (struct handshake_ask){.upgrade = STR("websocket"),
	    .connection = STR("Upgrade"),
	    .version = STR("13"),
	    .key = STR(GOOD_KEY)};
}

static void
test_accept(void **state)
{
	static const struct {
		const char *key, *accept;
	} rows[] = {
	    {GOOD_KEY, "s3pPLMBiTxaQ9kYGzzhZRbK+xOo="},
	    {"AAECAwQFBgcICQoLDA0ODw==", "Bz3qJYTGdOe8gUSpLosEdiLKDrk="},
	    {"/////////////////////w==", "XXpj4jYzLM2yUE0C7TIgMwTQh2g="},
	};
	struct handshake_ask ask = good();
	struct handshake h;
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_LEN(rows); i++) {
		ask.key = str_from(rows[i].key);
		h = handshake_check(&ask);
		assert_int_equal(h.fault, FAULT_NONE);
		assert_string_equal(h.accept, rows[i].accept);
		assert_int_equal(h.protocol.n, 0);
	}
}

static void
test_keys(void **state)
{
	static const char *const bad[] = {"", "!!!!", "eHh4eHh4eHh4eHh4eHh4",
	    "AAECAwQFBgcICQoLDA0ODxA=", "AAECAwQFBgcICQoLDA0ODw=",
	    "AAECAwQFBgcICQoLDA0ODw",
	    "AAECAwQFBgcICQoLDA0ODx==", "AAECAwQFBgcICQoLDA0OD\xef==",
	    "AAECAwQF gcICQoLDA0ODw==", GOOD_KEY GOOD_KEY,
	    "dGhlIHNhbXBsZSBub25j-Q=="};
	struct handshake_ask ask = good();
	char key[] = GOOD_KEY;
	unsigned byte, digits = 0;
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_LEN(bad); i++) {
		ask.key = str_from(bad[i]);
		assert_int_equal(
		    handshake_check(&ask).fault, FAULT_BAD_REQUEST);
	}
	/* Each byte in the place of a digit: 64 are digits. */
	for (byte = 0; byte < 256; byte++) {
		key[3] = (char)byte;
		ask.key = str_from(key);
		if (handshake_check(&ask).fault == FAULT_NONE)
			digits++;
	}
	assert_int_equal(digits, 64);
	ask.key = (struct str){0};
	assert_int_equal(handshake_check(&ask).fault, FAULT_BAD_REQUEST);
	ask.key = STR(" " GOOD_KEY "\t");
	assert_int_equal(handshake_check(&ask).fault, FAULT_NONE);
}

static enum fault_code
with(size_t member, const char *value)
{
	struct handshake_ask ask = good();
	struct str s = str_from(value);

	memcpy((char *)&ask + member, &s, sizeof(s));
	return handshake_check(&ask).fault;
}

#define UPGRADE offsetof(struct handshake_ask, upgrade)
#define CONNECTION offsetof(struct handshake_ask, connection)
#define VERSION offsetof(struct handshake_ask, version)

static void
test_headers(void **state)
{
	static const struct {
		size_t member;
		const char *value;
		enum fault_code fault;
	} rows[] = {
	    {UPGRADE, "WebSocket", FAULT_NONE},
	    {UPGRADE, "h2c, websocket", FAULT_NONE},
	    {UPGRADE, NULL, FAULT_NO_UPGRADE},
	    {UPGRADE, "", FAULT_NO_UPGRADE},
	    {UPGRADE, "h2c", FAULT_NO_UPGRADE},
	    {UPGRADE, "websockets", FAULT_NO_UPGRADE},
	    {UPGRADE, "web socket", FAULT_NO_UPGRADE},
	    {CONNECTION, "keep-alive, Upgrade", FAULT_NONE},
	    {CONNECTION, "keep-alive,upgrade ,", FAULT_NONE},
	    {CONNECTION, ",,\tUPGRADE\t", FAULT_NONE},
	    {CONNECTION, "keep-alive", FAULT_BAD_REQUEST},
	    {CONNECTION, "keep-alive Upgrade", FAULT_BAD_REQUEST},
	    {CONNECTION, NULL, FAULT_BAD_REQUEST},
	    {VERSION, " 13 ", FAULT_NONE},
	    {VERSION, "8", FAULT_NO_UPGRADE},
	    {VERSION, "13, 8", FAULT_NO_UPGRADE},
	    {VERSION, "013", FAULT_NO_UPGRADE},
	    {VERSION, NULL, FAULT_NO_UPGRADE},
	};
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_LEN(rows); i++)
		assert_int_equal(
		    with(rows[i].member, rows[i].value), rows[i].fault);
}

static void
test_protocol(void **state)
{
	static const struct {
		const char *offered;
		bool known;
	} rows[] = {
	    {"frontdesk.v1", true},
	    {"chat, frontdesk.v1", true},
	    {" frontdesk.v1 ,chat", true},
	    {"frontdesk.v10", false},
	    {"Frontdesk.v1", false},
	    {"chat", false},
	    {"", false},
	    {NULL, false},
	};
	struct handshake_ask ask = good();
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_LEN(rows); i++) {
		ask.protocols = str_from(rows[i].offered);
		assert_int_equal(
		    str_eq(handshake_check(&ask).protocol,
			rows[i].known ? STR("frontdesk.v1") : STR("")),
		    true);
	}
}

static const struct str shops[] = {
    {"https://shop.example", 20}, {"https://www.shop.example:8443", 29}};
static const struct str any[] = {{"*", 1}};

static const struct origin_rule own_pages = {
    .own = {"http://127.0.0.1:8080", 21},
    .public_url = {"https://desk.example/chat/", 26}};

static void
test_own_origin(void **state)
{
	static const struct {
		const char *origin;
		bool allowed;
	} rows[] = {
	    {NULL, true}, /* no browser */
	    {"http://127.0.0.1:8080", true},
	    {"https://desk.example", true},
	    {"https://desk.example/", false},
	    {"https://desk.example.evil.example", false},
	    {"http://desk.example", false},
	    {"http://127.0.0.1", false},
	    {"https://shop.example", false},
	    {"null", false},
	    {"", false},
	};
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_LEN(rows); i++)
		assert_int_equal(
		    origin_allowed(str_from(rows[i].origin), &own_pages),
		    rows[i].allowed);
}

static void
test_listed_origins(void **state)
{
	static const struct {
		const char *origin;
		bool listed;
	} rows[] = {
	    {"https://shop.example", true},
	    {"https://www.shop.example:8443", true},
	    {"https://www.shop.example", false},
	    {"https://shop.example:443", false},
	    {"https://SHOP.example", false},
	    {"https://evil.example", false},
	    {"null", false},
	};
	struct origin_rule rule = own_pages;
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_LEN(rows); i++) {
		rule.allowed = shops;
		rule.allowed_count = ARRAY_LEN(shops);
		assert_int_equal(
		    origin_allowed(str_from(rows[i].origin), &rule),
		    rows[i].listed);
		rule.allowed = any;
		rule.allowed_count = ARRAY_LEN(any);
		assert_true(origin_allowed(str_from(rows[i].origin), &rule));
	}
}

/* Nothing set, and a page without an origin: no two empty things agree. */
static void
test_empty_rule(void **state)
{
	const struct origin_rule nothing = {.own = {"", 0}};

	(void)state;
	assert_false(origin_allowed(STR(""), &nothing));
	assert_false(origin_allowed(STR("null"), &nothing));
	assert_true(origin_allowed((struct str){0}, &nothing));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_accept),
	    cmocka_unit_test(test_keys),
	    cmocka_unit_test(test_headers),
	    cmocka_unit_test(test_protocol),
	    cmocka_unit_test(test_own_origin),
	    cmocka_unit_test(test_listed_origins),
	    cmocka_unit_test(test_empty_rule),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
