/*
 * Refusals of what is no message: a page of a list, a file. Neither is taken
 * for an end, and neither stops more than itself.
 */
#include "tests/channels/twilio_rig.h"

static struct outcome
answered(struct tw_rig *rig, enum job_kind kind, const struct reply *r)
{
	const struct job job = {.kind = kind,
	    .account = &rig->account,
	    .payload = STR("{\"url\":\"https://x.example/a\"}"),
	    .now = TW_NOW};
	struct outcome out = {0};

	rig->channel->result(&job, r, &rig->arena, &out);
	return out;
}

/* What was refused was not read. */
static void
a_refused_page_is_asked_again(void **state)
{
	static const struct {
		unsigned status;
		const char *body;
		enum outcome_kind kind;
		bool anew;
	} cases[] = {
	    {400, "", OUTCOME_LATER, true},
	    {400, "{\"code\":20006}", OUTCOME_LATER, true},
	    {400, "{\"code\":21211}", OUTCOME_LATER, true},
	    {416, "", OUTCOME_LATER, true},
	    {429, "", OUTCOME_LATER, false},
	    {500, "", OUTCOME_LATER, false},
	    {401, "", OUTCOME_BLOCKED, false},
	};
	struct tw_rig rig;
	struct outcome out;
	size_t i;

	(void)state;
	tw_open(&rig, &channel_whatsapp);
	for (i = 0; i < ARRAY_LEN(cases); i++) {
		struct reply r = {.status = cases[i].status,
		    .body = str_from(cases[i].body),
		    .retry_after_ms = -1};
		out = answered(&rig, JOB_BACKFILL, &r);
		assert_int_equal(cases[i].kind, out.kind);
		assert_int_equal(cases[i].anew, out.anew);
	}
	tw_close(&rig);
}

/* It says nothing of the account. */
static void
a_refused_file_stops_nothing_else(void **state)
{
	static const struct {
		unsigned status;
		const char *body;
		enum outcome_kind kind;
	} cases[] = {
	    {301, "", OUTCOME_NEVER},
	    {307, "", OUTCOME_NEVER},
	    {400, "", OUTCOME_NEVER},
	    {401, "", OUTCOME_LATER},
	    {401, "{\"code\":20003}", OUTCOME_LATER},
	    {403, "", OUTCOME_NEVER},
	    {404, "{\"code\":20404}", OUTCOME_NEVER},
	    {410, "", OUTCOME_NEVER},
	    {429, "{\"code\":20429}", OUTCOME_LATER},
	    {500, "", OUTCOME_LATER},
	};
	struct tw_rig rig;
	struct outcome out;
	size_t i;

	(void)state;
	tw_open(&rig, &channel_whatsapp);
	for (i = 0; i < ARRAY_LEN(cases); i++) {
		struct reply r = {.status = cases[i].status,
		    .body = str_from(cases[i].body),
		    .retry_after_ms = -1};
		out = answered(&rig, JOB_FETCH, &r);
		assert_int_equal(cases[i].kind, out.kind);
		assert_int_equal(SCOPE_ROW, out.scope);
	}
	tw_close(&rig);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_refused_page_is_asked_again),
	    cmocka_unit_test(a_refused_file_stops_nothing_else),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
