/* said: the address that a customer leaves, and whose it cannot be. */
#include "intake/said.h"
#include "tests/lib/cmocka.h"

static const char document[] =
    "{\"name\":\"Shop\",\"accounts\":[{\"channel\":\"email\","
    "\"name\":\"support\",\"sender\":\"support@shop.example\"}],"
    "\"support\":{\"to\":[{\"address\":\"sam@shop.example\","
    "\"name\":\"Sam\"}]}}";

static void
test_addresses(void **state)
{
	static const struct {
		const char *text, *email;
	} table[] = {
	    {"hello", ""},
	    {"", ""},
	    {"eve@mail.example", "eve@mail.example"},
	    {"Write to eve@mail.example.", "eve@mail.example"},
	    /* Of two nobody knows which. */
	    {"not e@a.example but (Eve+shop@b.example)!", ""},
	    {"my mail is eve@mail.example, and bob@mail.example is his", ""},
	    {"my mail is eve@mail.example. Eve@mail.example!",
		"eve@mail.example"},
	    /* Somebody else's. */
	    {"I have written to press@other.example three times", ""},
	    {"@ home, a@b", ""},
	    {"I wrote to support@shop.example", ""},
	    {"my address is support@shop.example", ""},
	    {"to Support@Shop.Example and SAM@shop.example", ""},
	    {"I am eve@mail.example, and wrote to sam@shop.example",
		"eve@mail.example"},
	    {"sam@shop.example.org", "sam@shop.example.org"},
	};
	struct faults faults = {0};
	struct company *c;

	(void)state;
	assert_int_equal(company_parse(str_from(document), &faults, &c), OK);
	for (size_t i = 0; i < ARRAY_LEN(table); i++)
		assert_true(str_eq(said_email(c, str_from(table[i].text)),
		    str_from(table[i].email)));
	company_unref(c);
	faults_free(&faults);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_addresses)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
