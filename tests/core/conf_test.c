/* Settings: three faces of one row, and every mistake named at once. */
#include "core/conf.h"
#include "tests/lib/cmocka.h"

struct values {
	const char *name;
	unsigned count, wait, size;
	bool on;
	const char *password;
};

#define ROW(member, kind, value, low, high) \
	{ \
		.name = #member, .type = kind, \
		.offset = offsetof(struct values, member), .preset = value, \
		.least = low, .most = high, .help = "helps" \
	}

static const struct setting table[] = {
    ROW(name, SETTING_TEXT, "anna", 0, 0),
    ROW(count, SETTING_COUNT, "3", 1, 10),
    ROW(wait, SETTING_MS, "2s", 1, 60000),
    ROW(size, SETTING_BYTES, "4k", 1, 1 << 20),
    ROW(on, SETTING_FLAG, "false", 0, 0),
    {.name = "password",
	.type = SETTING_TEXT,
	.offset = offsetof(struct values, password),
	.preset = "",
	.help = "secret",
	.secret = true},
    {.name = NULL},
};

struct fixture {
	struct values values;
	struct arena arena;
	struct faults faults;
	struct conf cf;
	const char *rest[2];
	size_t rest_count;
};

static int
set_up(void **state)
{
	static struct fixture f;

	f = (struct fixture){.rest_count = 2};
	f.cf = (struct conf){.table = table,
	    .values = &f.values,
	    .arena = &f.arena,
	    .faults = &f.faults};
	conf_presets(&f.cf);
	*state = &f;
	return 0;
}

static int
tear_down(void **state)
{
	struct fixture *f = *state;

	arena_free(&f->arena);
	faults_free(&f->faults);
	return 0;
}

static void
flags(struct fixture *f, const char *const *argv, int argc)
{
	conf_flags(&f->cf, argc, (char *const *)(uintptr_t)argv, f->rest,
	    &f->rest_count);
}

static void
test_presets(void **state)
{
	struct fixture *f = *state;

	assert_string_equal(f->values.name, "anna");
	assert_int_equal(f->values.count, 3);
	assert_int_equal(f->values.wait, 2000);
	assert_int_equal(f->values.size, 4096);
	assert_false(f->values.on);
	assert_int_equal(f->faults.count, 0);
}

static void
test_later_faces_win(void **state)
{
	struct fixture *f = *state;
	char *environment[] = {"FD_COUNT=5", "FD_WAIT=7s", "OTHER=x", NULL};
	const char *argv[] = {"word", "--wait", "250ms", "--on", "--name=bo"};

	conf_file(
	    &f->cf, "file", STR("{\"count\":4,\"wait\":\"1m\",\"size\":100}"));
	conf_environment(&f->cf, "FD_", environment);
	flags(f, argv, 5);
	assert_int_equal(f->faults.count, 0);
	assert_int_equal(f->values.size, 100);
	assert_int_equal(f->values.count, 5);
	assert_int_equal(f->values.wait, 250);
	assert_true(f->values.on);
	assert_string_equal(f->values.name, "bo");
	assert_int_equal(f->rest_count, 1);
	assert_string_equal(f->rest[0], "word");
}

static void
test_every_mistake_is_named(void **state)
{
	struct fixture *f = *state;
	char *environment[] = {"FD_COUNT=eleven", "FD_COLOUR=red", NULL};
	const char *argv[] = {"--wait", "2 days", "--on", "maybe", "--size",
	    "2m", "--count", "--nonsense=1"};
	struct buf b = {0};

	conf_file(&f->cf, "f.json", STR("{\"count\":true,\"what\":1}"));
	conf_environment(&f->cf, "FD_", environment);
	flags(f, argv, 8);
	faults_write(&f->faults, &b);
	buf_char(&b, '\0');
	assert_string_equal(b.data,
	    "f.json: count: write a number\n"
	    "f.json: what: there is no such setting; \"frontdesk help "
	    "settings\" lists all\n"
	    "FD_COUNT: is \"eleven\"; write a number from 1 to 10\n"
	    "FD_COLOUR: there is no such setting; \"frontdesk help "
	    "settings\" lists all\n"
	    "--wait: is \"2 days\"; write a time (250ms, 10s, 5m, 1h) from 1 "
	    "to 60000\n"
	    "--on: is \"maybe\"; write true or false\n"
	    "--size: is \"2m\"; write a size (65536, 64k, 1m) from 1 to "
	    "1048576\n"
	    "--count: needs a number\n"
	    "--nonsense: there is no such setting; \"frontdesk help "
	    "settings\" lists all\n");
	buf_free(&b);
	assert_int_equal(f->values.count, 3);
}

static void
test_secrets_do_not_come_by_flag(void **state)
{
	struct fixture *f = *state;
	char *environment[] = {"FD_PASSWORD=swordfish", NULL};
	const char *argv[] = {"--password", "swordfish"};
	struct buf b = {0};

	conf_environment(&f->cf, "FD_", environment);
	assert_int_equal(f->faults.count, 0);
	assert_string_equal(f->values.password, "swordfish");
	flags(f, argv, 2);
	assert_int_equal(f->faults.count, 1);
	faults_write(&f->faults, &b);
	buf_char(&b, '\0');
	assert_null(strstr(b.data, "swordfish"));
	buf_free(&b);
}

static const char *
wrong_animal(const char *text)
{
	return strcmp(text, "cat") == 0 ? NULL : "cat";
}

static void
test_text_is_checked(void **state)
{
	struct fixture *f = *state;
	const struct setting animals[] = {
	    {.name = "name",
		.type = SETTING_TEXT,
		.offset = offsetof(struct values, name),
		.preset = "cat",
		.wrong = wrong_animal},
	    {.name = NULL},
	};
	struct buf b = {0};

	f->cf.table = animals;
	conf_presets(&f->cf);
	conf_file(&f->cf, "f", STR("{\"name\":\"dog\"}"));
	conf_file(&f->cf, "g", STR("{\"name\":5}"));
	faults_write(&f->faults, &b);
	buf_char(&b, '\0');
	assert_string_equal(
	    b.data, "f: name: is \"dog\"; write cat\ng: name: write a text\n");
	assert_string_equal(f->values.name, "cat");
	buf_free(&b);
}

static void
test_broken_files(void **state)
{
	struct fixture *f = *state;

	conf_file(&f->cf, "f", STR("{\"count\":1,\"count\":2}"));
	assert_int_equal(f->faults.count, 1);
	conf_file(&f->cf, "f", STR("[]"));
	assert_int_equal(f->faults.count, 2);
	conf_file(&f->cf, "f", STR("{"));
	assert_int_equal(f->faults.count, 3);
}

static void
test_too_many_words(void **state)
{
	struct fixture *f = *state;
	const char *argv[] = {"a", "b", "c"};

	flags(f, argv, 3);
	assert_int_equal(f->rest_count, 2);
	assert_int_equal(f->faults.count, 1);
}

int
main(void)
{
#define TEST(fn) cmocka_unit_test_setup_teardown(fn, set_up, tear_down)
	const struct CMUnitTest tests[] = {
	    TEST(test_presets),
	    TEST(test_later_faces_win),
	    TEST(test_every_mistake_is_named),
	    TEST(test_secrets_do_not_come_by_flag),
	    TEST(test_text_is_checked),
	    TEST(test_broken_files),
	    TEST(test_too_many_words),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
