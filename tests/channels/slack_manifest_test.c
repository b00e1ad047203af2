/*
 * The app's manifest in deploy/: within Slack's limits, with a scope for each
 * event it asks for, and with addresses that are hooks of ours.
 */
#include "tests/channels/slack_rig.h"

#define HOOK "https://gw.example.com/hooks/slack/shop/main"

static json_t *
load(void)
{
	json_error_t e;
	json_t *root = json_load_file(SOURCE_DIR "/deploy/slack/manifest.json",
	    JSON_REJECT_DUPLICATES, &e);

	if (root == NULL)
		fail_msg("line %d: %s", e.line, e.text);
	return root;
}

static const json_t *
at(const json_t *root, const char *const *path)
{
	for (; *path != NULL; path++)
		root = json_object_get(root, *path);
	return root;
}

#define AT(root, ...) at(root, (const char *const[]){__VA_ARGS__, NULL})

static bool
has(const json_t *list, const char *word)
{
	const json_t *value;
	size_t i;

	json_array_foreach(list, i, value)
	{
		if (strcmp(json_string_value(value), word) == 0)
			return true;
	}
	return false;
}

static void
test_addresses(void **state)
{
	json_t *root = load();
	const json_t *command = json_array_get(
	    AT(root, "features", "slash_commands"), 0);

	(void)state;
	expect_text(json_text(command, "url"), HOOK "/commands");
	expect_text(json_text(command, "command"), "/ai");
	assert_true(json_is_true(json_object_get(command, "should_escape")));
	expect_text(json_text(AT(root, "settings", "event_subscriptions"),
			"request_url"),
	    HOOK "/events");
	expect_text(
	    json_text(AT(root, "settings", "interactivity"), "request_url"),
	    HOOK "/interactivity");
	/* Without it direct messages are refused. */
	assert_true(json_is_true(
	    AT(root, "features", "app_home", "messages_tab_enabled")));
	json_decref(root);
}

static void
test_scopes(void **state)
{
	static const struct {
		const char *event, *scope; /* NULL: none */
	} needs[] = {
	    {"app_mention", "app_mentions:read"},
	    {"message.im", "im:history"},
	    {"message.channels", "channels:history"},
	    {"message.groups", "groups:history"},
	    {"app_home_opened", NULL},
	    {"app_uninstalled", NULL},
	    {"tokens_revoked", NULL},
	};
	json_t *root = load();
	const json_t *scopes = AT(root, "oauth_config", "scopes", "bot");
	const json_t *events = AT(
	    root, "settings", "event_subscriptions", "bot_events");
	size_t i;

	(void)state;
	assert_int_equal(json_array_size(events), ARRAY_LEN(needs));
	for (i = 0; i < ARRAY_LEN(needs); i++) {
		assert_true(has(events, needs[i].event));
		if (needs[i].scope != NULL)
			assert_true(has(scopes, needs[i].scope));
	}
	/* To answer, to be commanded, to fetch what is attached. */
	assert_true(has(scopes, "chat:write"));
	assert_true(has(scopes, "commands"));
	assert_true(has(scopes, "files:read"));
	/* To know what those are called who write. */
	assert_true(has(scopes, "users:read"));
	json_decref(root);
}

static void
test_lengths(void **state)
{
	json_t *root = load();
	const json_t *about = AT(root, "display_information");

	(void)state;
	assert_in_range(json_text(about, "name").n, 1, 35);
	assert_in_range(json_text(about, "description").n, 1, 140);
	assert_in_range(
	    json_text(AT(root, "features", "bot_user"), "display_name").n, 1,
	    80);
	json_decref(root);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_addresses),
	    cmocka_unit_test(test_scopes),
	    cmocka_unit_test(test_lengths),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
