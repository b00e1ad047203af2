/*
 * battery: every row of the table keeps what channels/channel.h promises. What
 * is peculiar to a channel is tested beside it.
 */
#include "channels/split.h"
#include "tests/channels/battery.h"

#include <ctype.h>

static void
names_are_words(void **state)
{
	size_t i, k, n;

	(void)state;
	for (i = 0; channels[i] != NULL; i++) {
		const char *name = channels[i]->name;

		n = strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789_");
		assert_true(n > 0 && n <= 40 && name[n] == '\0');
		assert_true(strlen(channels[i]->title) > 0);
		assert_ptr_equal(channel_find(str_from(name)), channels[i]);
		for (k = 0; k < i; k++)
			assert_string_not_equal(channels[k]->name, name);
	}
	assert_non_null(channel_of_visitors());
	assert_false(channel_has_vendor(channel_of_visitors()));
}

static void
text_agrees(const struct capabilities *can)
{
	assert_true(can->unit < TEXT_UNITS && can->markup < MARKUPS);
	assert_true(can->part_max >= SPLIT_LIMIT_MIN);
	assert_true(can->part_max <= can->text_max);
	assert_true(can->parts_max >= 1 && can->parts_max <= PAYLOADS_MAX);
	assert_true(can->text_max <= can->part_max * can->parts_max);
	assert_int_equal(can->buttons_max > 0, can->button_text_max > 0);
}

static void
media_agree(const struct capabilities *can)
{
	const struct media_kind *k;

	assert_int_equal(can->media != NULL, can->media_max > 0);
	assert_true(can->media_max <= PAYLOADS_MAX);
	for (k = can->media; k != NULL && k->type != NULL; k++) {
		assert_true(k->size_max > 0);
		assert_true(k->type[0] == '\0' || strchr(k->type, '/') != NULL);
	}
}

static void
pace_agrees(const struct capabilities *can)
{
	assert_int_equal(can->per_recipient_ms > 0, can->recipient_burst > 0);
	assert_true(!can->templates || can->window_hours > 0);
	assert_true(can->in_flight > 0 && can->retry_hours > 0);
	assert_true(can->retry_hours <= 24 * 7);
}

static void
callbacks_agree(const struct channel *c)
{
	bool vendor = channel_has_vendor(c);

	assert_int_equal(c->verify != NULL, vendor);
	assert_int_equal(c->parse != NULL, vendor);
	assert_int_equal(c->render != NULL, vendor);
	assert_int_equal(c->result != NULL, c->call != NULL);
	assert_int_equal(c->needs != NULL, vendor);
	assert_false(c->can.lookup && c->can.repeats > 0);
	if (c->call != NULL)
		pace_agrees(&c->can);
}

static void
capabilities_agree(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; channels[i] != NULL; i++) {
		print_message("  %s\n", channels[i]->name);
		if (!channels[i]->can.events_only)
			text_agrees(&channels[i]->can);
		media_agree(&channels[i]->can);
		callbacks_agree(channels[i]);
	}
}

/* ---- accounts ----------------------------------------------------------- */

static struct str *
member_of(struct company_account *a, const char *name)
{
	const struct {
		const char *name;
		struct str *at;
	} members[] = {{"id", &a->id}, {"sender", &a->sender},
	    {"user", &a->user}, {"token", &a->token},
	    {"template", &a->template}, {"smtp", &a->smtp}, {"imap", &a->imap}};
	size_t i;

	for (i = 0; i < ARRAY_LEN(members); i++)
		if (strcmp(members[i].name, name) == 0)
			return members[i].at;
	assert_string_equal(name, "signing");
	a->signing_count = 0;
	return NULL;
}

/* Without it the row must say so; and what to write reads well there. */
static void
misses(struct battery *b, const struct account_need *need)
{
	struct company_account without = *b->company->accounts;
	struct company c = *b->company;
	struct faults faults = {0};
	struct str *member = member_of(&without, need->member);
	struct buf where = {0};

	if (member != NULL)
		*member = (struct str){"", 0};
	c.accounts = &without;
	channels_check(&c, &faults);
	buf_addf(&where, "accounts[0].%s%c", need->member, 0);
	if (need->required)
		assert_true(
		    battery_said(&faults, where.data, "is missing; write "));
	buf_free(&where);
	faults_free(&faults);
}

static void
needs_what_it_says(struct battery *b)
{
	const struct account_need *need;

	for (need = b->channel->needs; need->member != NULL; need++) {
		assert_true(strlen(need->what) > 0);
		assert_null(strpbrk(need->what, "|\n"));
		if (isupper((unsigned char)need->what[0]) &&
		    islower((unsigned char)need->what[1]))
			fail_msg("reads ill behind \"write\": %s", need->what);
		misses(b, need);
	}
}

static void
each_needs_what_it_says(void **state)
{
	(void)state;
	battery_each(needs_what_it_says);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(names_are_words),
	    cmocka_unit_test(capabilities_agree),
	    cmocka_unit_test(each_needs_what_it_says),
	    cmocka_unit_test(battery_verify_refuses),
	    cmocka_unit_test(battery_parse_brings),
	    cmocka_unit_test(battery_parse_survives),
	    cmocka_unit_test(battery_render_splits),
	    cmocka_unit_test(battery_render_refuses),
	    cmocka_unit_test(battery_render_survives),
	    cmocka_unit_test(battery_call_is_sound),
	    cmocka_unit_test(battery_result_is_sensible),
	    cmocka_unit_test(battery_result_survives),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
