/*
 * describe: docs/channels.md is what the rows say. With UPDATE_DOCS=1 in the
 * environment it is written anew.
 */
#include "channels/channel.h"
#include "tests/lib/cmocka.h"

#include <stdio.h>
#include <stdlib.h>

#define PAGE SOURCE_DIR "/docs/channels.md"
#define PAGE_MAX (1u << 20)

static void
update(const struct buf *now)
{
	FILE *f = fopen(PAGE, "w");

	assert_non_null(f);
	fwrite(now->data, 1, now->len, f);
	fclose(f);
}

static void
the_page_is_up_to_date(void **state)
{
	struct buf now = {0}, then = {0};
	char *room = buf_room(&then, PAGE_MAX);
	FILE *f;

	(void)state;
	channels_describe(&now);
	assert_false(now.failed);
	if (getenv("UPDATE_DOCS") != NULL)
		update(&now);
	f = fopen(PAGE, "r");
	assert_non_null(f);
	then.len = fread(room, 1, PAGE_MAX, f);
	fclose(f);
	if (!str_eq(buf_view(&now), buf_view(&then)))
		fail_msg("run ./dev docs");
	buf_free(&now);
	buf_free(&then);
}

/* In order, however long: a row is missing nowhere. */
static void
every_channel_of_customers_is_on_it(void **state)
{
	struct buf now = {0}, row = {0};
	const char *at;
	size_t i;

	(void)state;
	channels_describe(&now);
	buf_char(&now, '\0');
	at = now.data;
	for (i = 0; channels[i] != NULL; i++) {
		if (channels[i]->can.events_only)
			continue;
		buf_clear(&row);
		buf_addf(&row, "\n| %s | %c", channels[i]->title, 0);
		at = strstr(at, row.data);
		assert_non_null(at);
	}
	buf_free(&now);
	buf_free(&row);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(the_page_is_up_to_date),
	    cmocka_unit_test(every_channel_of_customers_is_on_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
