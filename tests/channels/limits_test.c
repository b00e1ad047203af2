/* limits: each limit of a row, just kept and just broken, on made-up rows. */
#include "channels/channel.h"
#include "tests/lib/cmocka.h"

#include <stdlib.h>

#define HOUR_MS ((int64_t)3600000)
#define NOW (1000 * HOUR_MS)

static const struct media_kind media[] = {
    {"image/png", 10}, {"image/", 20}, {"audio/ogg", 30}, {NULL, 0}};

static const struct channel row = {.title = "Talk",
    .can = {.text_max = 5,
	.unit = TEXT_UTF16,
	.buttons_max = 2,
	.button_text_max = 3,
	.media = media,
	.media_max = 2,
	.window_hours = 24,
	.templates = true}};

static const struct channel bare = {.title = "Bare", .can = {.text_max = 5}};

static const struct company_account account = {.template = {"HX", 2}};
static const struct company_account plain = {.name = {"x", 1}};

/* What is said of it; "" when it is let through. */
static void
said(const struct channel *c, const struct company_account *a,
    const struct outgoing *m, const char *lines)
{
	struct faults faults = {0};
	struct buf text = {0};
	bool refused = channel_refuses(c, a, m, &faults);

	faults_write(&faults, &text);
	buf_char(&text, '\0');
	assert_string_equal(text.data, lines);
	assert_int_equal(refused, *lines != '\0');
	buf_free(&text);
	faults_free(&faults);
}

static struct outgoing
message(const char *text)
{
	return (struct outgoing){
	    .text = str_from(text), .customer_at = NOW - HOUR_MS, .now = NOW};
}

static const struct {
	const char *text, *lines;
} texts[] = {
    {"12345", ""},
    {"123\xf0\x9f\x91\x8d", ""},
    {"123456", "text: has 6 UTF-16 units; Talk takes at most 5\n"},
    {"1234\xf0\x9f\x91\x8d",
	"text: has 6 UTF-16 units; Talk takes at most 5\n"},
    {"", "text: is empty\n"},
    {" \r\n\t", "text: is empty\n"},
    {"a\xc3", "text: is not UTF-8\n"},
};

static void
counts_texts(void **state)
{
	struct outgoing m;
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_LEN(texts); i++) {
		m = message(texts[i].text);
		said(&row, &account, &m, texts[i].lines);
	}
	m = message("123456");
	said(&bare, &plain, &m,
	    "text: has 6 characters; Bare takes at most 5\n");
}

static void
counts_buttons(void **state)
{
	const struct button list[] = {{STR("Yes"), STR("y")},
	    {STR("Not"), STR("n")}, {STR("May"), STR("m")}};
	const struct button odd[] = {
	    {STR("Sure"), STR("y")}, {STR(""), STR("")}};
	struct outgoing m = message("ok?");

	(void)state;
	m.buttons = list;
	m.button_count = 2;
	said(&row, &account, &m, "");
	m.button_count = 3;
	said(&row, &account, &m, "buttons: are 3; Talk takes at most 2\n");
	said(&bare, &plain, &m, "buttons: are not possible on Bare\n");
	m.buttons = odd;
	m.button_count = 2;
	said(&row, &account, &m,
	    "buttons[0].text: has 4 UTF-16 units; Talk takes at most 3\n"
	    "buttons[1].text: is empty\n");
}

static const struct {
	const char *type;
	uint64_t size;
	const char *lines;
} files[] = {
    {"image/png", 10, ""},
    {"IMAGE/PNG; a=b", 10, ""},
    {"image/png", 11, "files[0].size: is 11 bytes; Talk takes at most 10\n"},
    {"image/pngx", 20, ""},
    {"image/gif", 21, "files[0].size: is 21 bytes; Talk takes at most 20\n"},
    {"audio/ogg;codecs=opus", 30, ""},
    {"audio/mpeg", 1,
	"files[0].type: is none that Talk takes; it takes: image/png image/ "
	"audio/ogg\n"},
    {"", 1,
	"files[0].type: is none that Talk takes; it takes: image/png image/ "
	"audio/ogg\n"},
};

static void
weighs_files(void **state)
{
	struct outgoing_file list[3] = {{.type = {NULL, 0}}};
	struct outgoing m = message("");
	size_t i;

	(void)state;
	m.files = list;
	m.file_count = 1;
	for (i = 0; i < ARRAY_LEN(files); i++) {
		list[0].type = str_from(files[i].type);
		list[0].size = files[i].size;
		said(&row, &account, &m, files[i].lines);
	}
	m.file_count = 3;
	said(&row, &account, &m, "files: are 3; Talk takes at most 2\n");
	said(&bare, &plain, &m, "files: are not possible on Bare\n");
}

static void
knows_when_the_window_closes(void **state)
{
	struct outgoing m = message("hello");

	(void)state;
	m.customer_at = NOW - 24 * HOUR_MS + 1;
	assert_true(channel_window_open(&row, m.customer_at, NOW));
	said(&row, &plain, &m, "");
	m.customer_at = NOW - 24 * HOUR_MS;
	assert_false(channel_window_open(&row, m.customer_at, NOW));
	said(&row, &account, &m, "");
	said(&row, &plain, &m,
	    "window: is closed; Talk takes free text only within 24 hours of "
	    "the customer's last message, and the account names no template\n");
	assert_false(channel_window_open(&row, 0, NOW));
	assert_true(channel_window_open(&bare, 0, NOW));
}

static void
names_all_at_once(void **state)
{
	const struct button list[] = {{STR("Sure"), STR("y")}};
	struct outgoing_file file = {.type = STR("x/y")};
	struct outgoing m = message("123456");

	(void)state;
	m.buttons = list;
	m.files = &file;
	m.button_count = m.file_count = 1;
	said(&bare, &plain, &m,
	    "text: has 6 characters; Bare takes at most 5\n"
	    "buttons: are not possible on Bare\n"
	    "files: are not possible on Bare\n");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(counts_texts),
	    cmocka_unit_test(counts_buttons),
	    cmocka_unit_test(weighs_files),
	    cmocka_unit_test(knows_when_the_window_closes),
	    cmocka_unit_test(names_all_at_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
