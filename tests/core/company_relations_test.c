/* company_relations: parts of a document that name each other, or cannot. */
#include "core/company.h"

#include <stdarg.h>
#include <stdlib.h>
#include <setjmp.h>
#include <cmocka.h>

#define TEAM(key, more) "{\"key\":\"" key "\",\"name\":\"n\"" more "}"
#define HOURS(zone, week, more) \
	"{\"name\":\"n\",\"hours\":[{\"key\":\"h\",\"zone\":\"" zone \
	"\",\"week\":[\"" week "\"]" more "}]}"

/* `fault`: how its only line begins; "": none. */
static const struct {
	const char *document, *fault;
} cases[] = {
    {HOURS("Europe/Berlin", "mon-fri 09:00-17:00", ""), ""},
    {HOURS("Europe/Berln", "mon-fri 09:00-17:00", ""),
	"hours[0].zone: is \"Europe/Berln\", which is no time zone; did you"},
    {HOURS("UTC", "mon-fri 9-17", ""), "hours[0].week[0]: is \"mon-fri 9-17"},
    {HOURS("UTC", "mon 09:00-17:00", ",\"holidays\":[\"25.12.\"]"),
	"hours[0].holidays[0]: is \"25.12.\""},
    {"{\"name\":\"n\",\"teams\":[" TEAM("a", ",\"overflow\":\"b\"") "," TEAM(
	 "b", ",\"overflow\":\"c\"") "," TEAM("c", "") "]}",
	""},
    {"{\"name\":\"n\",\"teams\":[" TEAM("a", ",\"overflow\":\"a\"") "]}",
	"teams[0].overflow: leads back to this team"},
    {"{\"name\":\"n\",\"teams\":[" TEAM("x", ",\"overflow\":\"a\"") "," TEAM(
	 "a", ",\"overflow\":\"b\"") "," TEAM("b", ",\"overflow\":\"a\"") "]}",
	"teams[1].overflow: leads back to this team"},
    {"{\"name\":\"n\",\"teams\":[" TEAM("a", ",\"hours\":\"h\"") "]}",
	"teams[0].hours: names the hours \"h\", which are not in hours"},
};

static void
what_cannot_be_is_named(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_LEN(cases); i++) {
		struct faults faults = {0};
		struct buf lines = {0};
		enum err e = company_check(
		    str_from(cases[i].document), &faults, company_people_check);

		faults_write(&faults, &lines);
		buf_char(&lines, '\0');
		assert_int_equal(
		    e, cases[i].fault[0] == '\0' ? OK : E_BADINPUT);
		if (strncmp(lines.data, cases[i].fault,
			strlen(cases[i].fault)) != 0)
			fail_msg("case %zu: %s", i, lines.data);
		buf_free(&lines);
		faults_free(&faults);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(what_cannot_be_is_named),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
