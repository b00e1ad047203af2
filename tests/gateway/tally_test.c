/*
 * tally: words are counted by what they say, wherever they stand; no number
 * of them is too many, and none is lost to another thread.
 */
#include "gateway/tally.h"
#include "tests/lib/cmocka.h"

#include <stdio.h>
#include <stdlib.h>

#define THREADS 4
#define TIMES 20000u

static const struct tally_title title = {
    .name = "things_total", .help = "things", .label = "why"};

static struct tally tally;

static int
set_up(void **state)
{
	(void)state;
	tally_open(&tally);
	return 0;
}

static int
tear_down(void **state)
{
	(void)state;
	tally_close(&tally);
	return 0;
}

/* What is written; free() it. */
static char *
written(void)
{
	struct buf b = {0};

	tally_write(&tally, &title, &b);
	buf_char(&b, '\0');
	assert_false(b.failed);
	return b.data;
}

static void
says(const char *part)
{
	char *text = written();

	if (strstr(text, part) == NULL)
		fail_msg("no %s in %s", part, text);
	free(text);
}

static void
test_written(void **state)
{
	char *text = written();

	(void)state;
	assert_string_equal(text, "");
	free(text);
	tally_add(&tally, "pigeon", "lost");
	tally_add(&tally, "pigeon", "late");
	tally_add(&tally, "owl", "late");
	tally_add(&tally, "pigeon", "late");
	text = written();
	assert_string_equal(text,
	    "# HELP frontdesk_things_total things\n"
	    "# TYPE frontdesk_things_total counter\n"
	    "frontdesk_things_total{channel=\"pigeon\",why=\"lost\"} 1\n"
	    "frontdesk_things_total{channel=\"pigeon\",why=\"late\"} 2\n"
	    "frontdesk_things_total{channel=\"owl\",why=\"late\"} 1\n");
	free(text);
}

static void
test_same_text_elsewhere(void **state)
{
	static const char here[] = "lost", there[] = "lost";

	(void)state;
	tally_add(&tally, "pigeon", here);
	tally_add(&tally, "pigeon", there);
	says("why=\"lost\"} 2\n");
	assert_int_equal(tally.count, 1);
}

static void
test_full(void **state)
{
	static char words[TALLY_ROWS + 10][16];
	unsigned i;

	(void)state;
	for (i = 0; i < ARRAY_LEN(words); i++) {
		snprintf(words[i], sizeof(words[i]), "w%u", i);
		tally_add(&tally, "pigeon", words[i]);
	}
	tally_add(&tally, "pigeon", "w3");
	says("why=\"w3\"} 2\n");
	says("{channel=\"\",why=\"other\"} 11\n");
	assert_int_equal(tally.count, TALLY_ROWS);
}

static void *
add_many(void *arg)
{
	static const char *const words[] = {"a", "b", "c", "d", "e"};
	unsigned i;

	(void)arg;
	for (i = 0; i < TIMES; i++)
		tally_add(&tally, "pigeon", words[i % ARRAY_LEN(words)]);
	return NULL;
}

static void
test_threads(void **state)
{
	pthread_t threads[THREADS];
	char part[64];
	int i;

	(void)state;
	for (i = 0; i < THREADS; i++)
		assert_int_equal(
		    pthread_create(&threads[i], NULL, add_many, NULL), 0);
	for (i = 0; i < THREADS; i++)
		pthread_join(threads[i], NULL);
	assert_int_equal(tally.count, 5);
	snprintf(part, sizeof(part), "why=\"e\"} %u\n", THREADS * TIMES / 5);
	says(part);
}

int
main(void)
{
#define CASE(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)
	const struct CMUnitTest tests[] = {
	    CASE(test_written),
	    CASE(test_same_text_elsewhere),
	    CASE(test_full),
	    CASE(test_threads),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
