/* suite, companies: versions that rise only when something changes. */
#include "tests/store/suite.h"

static struct store_op
put_op(struct str key, struct str document)
{
	struct store_op op = {.verb = STORE_COMPANY_PUT};

	op.company_put.key = key;
	op.company_put.document = document;
	return op;
}

static void
company_version_rises_only_with_a_change(struct fixture *f)
{
	static const struct {
		const char *document;
		uint64_t version;
		bool changed;
	} steps[] = {
	    {"{\"name\":\"B\"}", 1, true},
	    {"{\"name\":\"B\"}", 1, false},
	    {"{\"name\":\"C\"}", 2, true},
	    {"{\"name\":\"C\"}", 2, false},
	    {"", 3, true},
	};

	for (size_t i = 0; i < ARRAY_LEN(steps); i++) {
		struct store_op op = put_op(
		    STR("b"), str_from(steps[i].document));

		must(store_submit_wait(f->store, &op));
		assert_int_equal(op.company_put.version, steps[i].version);
		assert_int_equal(op.company_put.changed, steps[i].changed);
	}
}

static void
company_is_found_by_id_and_by_key(struct fixture *f)
{
	struct company_row by_id, by_key;
	int64_t id = put_company(f->store, "b", "{\"name\":\"B\"}");

	must(store_read_company(f->reader, id, &f->arena, &by_id));
	must(store_find_company(f->reader, STR("b"), &f->arena, &by_key));
	assert_int_equal(by_id.id, id);
	assert_int_equal(by_key.id, id);
	assert_int_equal(by_key.version, 1);
	assert_true(str_eq(by_id.key, STR("b")));
	assert_true(str_eq(by_key.document, STR("{\"name\":\"B\"}")));
	assert_int_equal(
	    store_read_company(f->reader, id + 1, &f->arena, &by_id),
	    E_NOTFOUND);
	assert_int_equal(
	    store_find_company(f->reader, STR("B"), &f->arena, &by_key),
	    E_NOTFOUND);
}

static void
company_without_key_is_refused(struct fixture *f)
{
	struct store_op op = put_op(STR(""), STR("{}"));

	assert_int_equal(store_submit_wait(f->store, &op), E_BADINPUT);
}

static void
companies_are_listed_in_pages(struct fixture *f)
{
	struct company_row page[2];
	size_t n = ARRAY_LEN(page);

	(void)put_company(f->store, "b", "{}");
	(void)put_company(f->store, "c", "{}");
	must(store_list_companies(f->reader, 0, &f->arena, page, &n));
	assert_int_equal(n, 2);
	assert_true(str_eq(page[0].key, STR("acme")));
	must(store_list_companies(f->reader, page[1].id, &f->arena, page, &n));
	assert_int_equal(n, 1);
	assert_true(str_eq(page[0].key, STR("c")));
}

const struct suite_case suite_companies[] = {
    CASE(company_version_rises_only_with_a_change),
    CASE(company_is_found_by_id_and_by_key),
    CASE(company_without_key_is_refused),
    CASE(companies_are_listed_in_pages),
    {0},
};
