/* slack_render: answers as payloads, and what is refused. */
#include "channels/split.h"
#include "tests/channels/slack_rig.h"

#include <stdio.h>
#include <stdlib.h>

static const char channel_reply[] =
    "{\"channel\":\"C0HELP\",\"thread_ts\":\"1700000000.000100\","
    "\"user\":\"U0ANN\",\"team\":\"T1\"}";

struct trial {
	struct slack_rig rig;
	struct outgoing m;
	struct payloads out;
	struct faults faults;
};

static void
open_trial(struct trial *t, const char *text)
{
	memset(t, 0, sizeof(*t));
	slack_rig_open(&t->rig);
	t->m = (struct outgoing){.text = str_from(text),
	    .address = STR("T1:C0HELP:1700000000.000100"),
	    .reply = str_from(channel_reply),
	    .now = RIG_NOW};
}

static enum err
render(struct trial *t)
{
	return channel_slack.render(
	    &t->rig.doc, &t->m, &t->rig.arena, &t->out, &t->faults);
}

static void
close_trial(struct trial *t)
{
	faults_free(&t->faults);
	slack_rig_close(&t->rig);
}

static void
test_simple(void **state)
{
	struct trial t;

	(void)state;
	open_trial(&t, "We **open** at <8>");
	assert_int_equal(render(&t), OK);
	assert_int_equal(t.out.count, 1);
	expect_text(t.out.list[0].recipient, "C0HELP");
	expect_text(t.out.list[0].text,
	    "{\"to\":{\"channel\":\"C0HELP\","
	    "\"thread_ts\":\"1700000000.000100\",\"user\":\"U0ANN\","
	    "\"team\":\"T1\"},\"text\":\"We **open** at <8>\"}");
	close_trial(&t);
}

/* Where nothing is kept of how to reply, the address is enough. */
static void
test_address(void **state)
{
	struct trial t;

	(void)state;
	open_trial(&t, "Hello");
	t.m.reply = STR("");
	t.m.address = STR("T1:D0ANN");
	assert_int_equal(render(&t), OK);
	expect_text(t.out.list[0].recipient, "D0ANN");
	t.m.address = STR("T1:C0HELP:/U0ANN");
	assert_int_equal(render(&t), OK);
	expect_text(t.out.list[0].recipient, "C0HELP:U0ANN");
	t.m.address = STR("+15550100");
	assert_int_equal(render(&t), E_BADINPUT);
	assert_int_equal(t.faults.count, 1);
	close_trial(&t);
}

static char *
repeated(const char *word, size_t times)
{
	size_t n = strlen(word), i;
	char *text = malloc(n * times + 1);

	assert_non_null(text);
	for (i = 0; i < times; i++)
		memcpy(text + n * i, word, n);
	text[n * times] = '\0';
	return text;
}

/* Each part as it goes out. */
static size_t
longest(const struct trial *t)
{
	struct slack_payload p;
	struct arena a = {0};
	size_t most = 0, n;
	unsigned i;

	for (i = 0; i < t->out.count; i++) {
		struct buf b = {0};

		assert_int_equal(
		    slack_payload_read(t->out.list[i].text, &a, &p), OK);
		slack_mrkdwn(p.text, &b);
		n = text_length(buf_view(&b), TEXT_UTF16);
		most = n > most ? n : most;
		buf_free(&b);
	}
	arena_free(&a);
	return most;
}

static void
test_long(void **state)
{
	char *text = repeated("It is so. ", 1000);
	struct trial t;

	(void)state;
	open_trial(&t, text);
	assert_int_equal(render(&t), OK);
	assert_int_equal(t.out.count, 3);
	assert_in_range(longest(&t), 3000, 3500);
	close_trial(&t);
	free(text);
}

/* "&" goes out as five characters. */
static void
test_escapes(void **state)
{
	char *text = repeated("&&&&&&&&& ", 350);
	struct trial t;

	(void)state;
	open_trial(&t, text);
	assert_int_equal(render(&t), OK);
	assert_in_range(t.out.count, 4, 10);
	assert_in_range(longest(&t), 1900, SLACK_UPDATE_MAX);
	close_trial(&t);
	free(text);
	text = repeated("&", 39000);
	open_trial(&t, text);
	assert_int_equal(render(&t), E_BADINPUT);
	expect_text(t.faults.list[0].where, "text");
	expect_holds(t.faults.list[0].what, "16 messages");
	close_trial(&t);
	free(text);
}

static void
test_limits(void **state)
{
	char *text = repeated("x", 40001);
	struct trial t;

	(void)state;
	open_trial(&t, text);
	assert_int_equal(render(&t), E_BADINPUT);
	expect_text(t.faults.list[0].where, "text");
	expect_holds(t.faults.list[0].what, "40000");
	close_trial(&t);
	open_trial(&t, "");
	assert_int_equal(render(&t), E_BADINPUT);
	close_trial(&t);
	free(text);
}

/* ---- buttons and files -------------------------------------------------- */

static void
test_buttons(void **state)
{
	static const struct button buttons[] = {
	    {{"Yes", 3}, {"y", 1}}, {{"No", 2}, {"", 0}}};
	char *text = repeated("It is so. ", 600);
	struct trial t;
	unsigned i;

	(void)state;
	open_trial(&t, text);
	t.m.buttons = buttons;
	t.m.button_count = ARRAY_LEN(buttons);
	assert_int_equal(render(&t), OK);
	assert_in_range(longest(&t), 1, SLACK_SECTION_MAX);
	for (i = 0; i + 1 < t.out.count; i++)
		expect_lacks(t.out.list[i].text, "buttons");
	expect_holds(t.out.list[i].text,
	    ",\"buttons\":[{\"text\":\"Yes\",\"value\":\"y\"},"
	    "{\"text\":\"No\"}]}");
	close_trial(&t);
	free(text);
}

static void
test_bad_buttons(void **state)
{
	char *value = repeated("x", SLACK_BUTTON_VALUE_MAX + 1);
	struct button buttons[26];
	struct trial t;
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_LEN(buttons); i++)
		buttons[i] = (struct button){STR("Yes"), STR("y")};
	open_trial(&t, "Well?");
	t.m.buttons = buttons;
	t.m.button_count = 26;
	assert_int_equal(render(&t), E_BADINPUT);
	expect_text(t.faults.list[0].where, "buttons");
	t.m.button_count = 2;
	buttons[1].value = str_from(value);
	assert_int_equal(render(&t), E_BADINPUT);
	expect_text(t.faults.list[1].where, "buttons[1].value");
	close_trial(&t);
	free(value);
}

static void
test_files(void **state)
{
	static const struct outgoing_file files[] = {
	    {.name = {"a [1].pdf", 9},
		.type = {"application/pdf", 15},
		.url = {"https://gw.example.com/v1/files/1?s=(x)", 39},
		.size = 7},
	    {.type = {"image/png", 9},
		.url = {"https://gw.example.com/v1/files/2", 33},
		.size = 7}};
	struct slack_payload p;
	struct buf b = {0};
	struct trial t;

	(void)state;
	open_trial(&t, "Here");
	t.m.files = files;
	t.m.file_count = ARRAY_LEN(files);
	assert_int_equal(render(&t), OK);
	assert_int_equal(
	    slack_payload_read(t.out.list[0].text, &t.rig.arena, &p), OK);
	slack_mrkdwn(p.text, &b);
	expect_text(buf_view(&b),
	    "Here\n\n"
	    "<https://gw.example.com/v1/files/1?s=%28x%29|a (1).pdf>\n"
	    "<https://gw.example.com/v1/files/2|image/png>");
	buf_free(&b);
	t.m.text = STR("");
	assert_int_equal(render(&t), OK);
	assert_int_equal(t.out.count, 1);
	close_trial(&t);
}

/* ---- the account -------------------------------------------------------- */

static const struct {
	const char *member, *value;
	const char *fault; /* NULL: none */
} accounts[] = {
    {"id", "T0123", NULL},
    {"id", "E0123", NULL},
    {"id", "acme", "begins with one of TE"},
    {"id", "T0/1", "begins with one of TE"},
    {"sender", "U0BOT", NULL},
    {"sender", "B0BOT", "begins with one of UW"},
    {"user", "A1", NULL},
    {"user", "U1", "begins with one of A"},
    {"token", "xoxb-1", NULL},
    {"token", "xoxe.xoxb-1", NULL},
    {"token", "sealed:abc", NULL},
    {"token", "xoxp-1", "xoxb-"},
};

static void
test_accounts(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_LEN(accounts); i++) {
		struct company_account a = {.name = STR("main")};
		struct faults faults = {0};
		struct str value = str_from(accounts[i].value);
		char where[40];

		switch (accounts[i].member[0]) {
		case 'i':
			a.id = value;
			break;
		case 's':
			a.sender = value;
			break;
		case 'u':
			a.user = value;
			break;
		default:
			a.token = value;
		}
		channel_slack.check(&a, "accounts[3]", &faults);
		assert_int_equal(faults.count, accounts[i].fault != NULL);
		if (accounts[i].fault != NULL) {
			snprintf(where, sizeof(where), "accounts[3].%s",
			    accounts[i].member);
			expect_text(faults.list[0].where, where);
			expect_holds(faults.list[0].what, accounts[i].fault);
			expect_lacks(faults.list[0].what, "xoxp-1");
		}
		faults_free(&faults);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_simple),
	    cmocka_unit_test(test_address),
	    cmocka_unit_test(test_long),
	    cmocka_unit_test(test_escapes),
	    cmocka_unit_test(test_limits),
	    cmocka_unit_test(test_buttons),
	    cmocka_unit_test(test_bad_buttons),
	    cmocka_unit_test(test_files),
	    cmocka_unit_test(test_accounts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
