/* suite, items: small documents by name, and the audit. */
#include "tests/store/staff.h"
#include "tests/store/suite.h"

/* ---- items ------------------------------------------------------------- */

static void
item_is_kept_by_its_key(struct fixture *f)
{
	struct store_op op = item_op(f, ITEM_LABEL, "vip");
	struct item got;

	must(store_submit_wait(f->store, &op));
	assert_int_equal(op.item.item.version, 1);
	op.item.item.value = STR("{\"colour\":\"red\"}");
	op.item.version = 1;
	must(store_submit_wait(f->store, &op));
	assert_int_equal(op.item.item.version, 2);
	assert_int_equal(store_submit_wait(f->store, &op), E_STALE);
	must(store_read_item(f->reader, &op.item.item, &f->arena, &got));
	assert_true(str_eq(got.value, STR("{\"colour\":\"red\"}")));
	assert_int_equal(got.version, 2);
	assert_int_equal(got.at, 5);
	op.item.version = 0;
	op.item.item.value = STR("");
	must(store_submit_wait(f->store, &op));
	must(store_submit_wait(f->store, &op));
	assert_int_equal(
	    store_read_item(f->reader, &op.item.item, &f->arena, &got),
	    E_NOTFOUND);
}

static void
items_have_a_most(struct fixture *f)
{
	static const char *const keys[] = {"a", "b", "c"};
	enum err want[] = {OK, OK, E_DENIED};
	struct store_op op;

	for (size_t i = 0; i < ARRAY_LEN(keys); i++) {
		op = item_op(f, ITEM_CANNED, keys[i]);
		op.item.most = 2;
		assert_int_equal(store_submit_wait(f->store, &op), want[i]);
	}
	op = item_op(f, ITEM_CANNED, "a");
	op.item.most = 2;
	must(store_submit_wait(f->store, &op));
	op = item_op(f, ITEM_LABEL, "c");
	op.item.most = 2;
	must(store_submit_wait(f->store, &op));
	op = item_op(f, ITEM_CANNED, "");
	assert_int_equal(store_submit_wait(f->store, &op), E_BADINPUT);
}

static void
items_belong_to_their_owner(struct fixture *f)
{
	int64_t other = put_company(f->store, "other", "{}");
	int64_t anna = make_agent(f, "anna@shop.example");
	struct store_op op = item_op(f, ITEM_DRAFT, "7");
	struct item got;

	op.item.item.owner = anna;
	must(store_submit_wait(f->store, &op));
	op.item.item.owner = 0;
	assert_int_equal(
	    store_read_item(f->reader, &op.item.item, &f->arena, &got),
	    E_NOTFOUND);
	op.item.item.owner = anna;
	op.item.item.company = other;
	assert_int_equal(
	    store_read_item(f->reader, &op.item.item, &f->arena, &got),
	    E_NOTFOUND);
	assert_int_equal(store_submit_wait(f->store, &op), E_NOTFOUND);
	op.item.item.company = other + 1;
	op.item.item.owner = 0;
	assert_int_equal(store_submit_wait(f->store, &op), E_NOTFOUND);
}

static void
items_are_listed_in_pages(struct fixture *f)
{
	static const char *const keys[] = {"c", "a", "b"};
	struct item_ask ask = {.company = f->company, .kind = ITEM_ROLE};
	struct item page[2];
	struct store_op op;
	size_t n = 2;

	for (size_t i = 0; i < ARRAY_LEN(keys); i++) {
		op = item_op(f, ITEM_ROLE, keys[i]);
		must(store_submit_wait(f->store, &op));
	}
	must(store_list_items(f->reader, &ask, &f->arena, page, &n));
	assert_int_equal(n, 2);
	assert_true(str_eq(page[0].key, STR("a")));
	assert_int_equal(page[0].kind, ITEM_ROLE);
	ask.after = page[1].key;
	must(store_list_items(f->reader, &ask, &f->arena, page, &n));
	assert_int_equal(n, 1);
	assert_true(str_eq(page[0].key, STR("c")));
}

/* ---- the audit --------------------------------------------------------- */

static struct audit_row
line_of(struct fixture *f, int64_t agent, int64_t conversation)
{
	return (struct audit_row){.at = 9,
	    .company = f->company,
	    .agent = agent,
	    .conversation = conversation,
	    .what = STR("accept"),
	    .outcome = STR("ok")};
}

static size_t
audit_of(
    struct fixture *f, struct audit_ask ask, struct audit_row *out, size_t n)
{
	if (ask.company == 0)
		ask.company = f->company;
	must(store_list_audit(f->reader, &ask, &f->arena, out, &n));
	return n;
}

static void
audit_is_read_from_its_end(struct fixture *f)
{
	int64_t other = put_company(f->store, "other", "{}");
	struct audit_row page[10];
	struct store_op op = {.verb = STORE_AUDIT};

	for (int64_t i = 1; i <= 6; i++) {
		op.audit.row = line_of(f, i % 2, i % 3);
		must(store_submit_wait(f->store, &op));
	}
	assert_int_equal(audit_of(f, (struct audit_ask){0}, page, 10), 6);
	assert_true(page[0].id > page[5].id);
	assert_true(str_eq(page[0].what, STR("accept")));
	assert_true(str_eq(page[0].outcome, STR("ok")));
	assert_true(str_eq(page[0].detail, STR("{}")));
	assert_int_equal(page[0].at, 9);
	assert_int_equal(
	    audit_of(f, (struct audit_ask){.before = page[3].id}, page, 10), 2);
	assert_int_equal(
	    audit_of(f, (struct audit_ask){.agent = 1}, page, 10), 3);
	assert_int_equal(page[0].agent, 1);
	assert_int_equal(
	    audit_of(f, (struct audit_ask){.conversation = 2}, page, 10), 2);
	assert_int_equal(page[0].conversation, 2);
	assert_int_equal(
	    audit_of(
		f, (struct audit_ask){.conversation = 2, .agent = 1}, page, 10),
	    1);
	assert_int_equal(
	    audit_of(f, (struct audit_ask){.company = other}, page, 10), 0);
	op.audit.row.company = other + 1;
	assert_int_equal(store_submit_wait(f->store, &op), E_NOTFOUND);
}

static size_t
audit_since(struct fixture *f, int64_t *after, struct audit_row *out, size_t n)
{
	must(store_follow_audit(f->reader, after, &f->arena, out, &n));
	return n;
}

/* Of all companies, without what is about conversations. */
static void
audit_is_followed(struct fixture *f)
{
	int64_t other = put_company(f->store, "other", "{}"), after = -1;
	struct store_op op = {.verb = STORE_AUDIT};
	struct audit_row page[10];
	int i;

	for (i = 0; i < 2; i++) {
		assert_int_equal(audit_since(f, &after, page, 10), 0);
		assert_int_equal(after, 0);
	}
	for (i = 0; i < 6; i++) {
		op.audit.row = line_of(f, 1, i % 2);
		if (i == 2)
			op.audit.row.company = other;
		must(store_submit_wait(f->store, &op));
	}
	/* A page is full, so there may be more. */
	assert_int_equal(audit_since(f, &after, page, 2), 2);
	assert_int_equal(page[1].company, other);
	assert_int_equal(after, page[1].id);
	assert_int_equal(audit_since(f, &after, page, 2), 1);
	assert_int_equal(page[0].company, f->company);
	assert_true(str_eq(page[0].what, STR("accept")));
	assert_true(after > page[0].id); /* behind what is left out */
	assert_int_equal(audit_since(f, &after, page, 2), 0);
	must(store_submit_wait(f->store, &op)); /* of a conversation */
	assert_int_equal(audit_since(f, &after, page, 2), 0);
}

static void
audit_goes_with_what_is_done(struct fixture *f)
{
	int64_t anna = make_agent(f, "anna@shop.example");
	struct audit_row line = line_of(f, anna, 0), page[10];
	struct store_op op = change_op(anna, AGENT_NAME);
	struct store_op item = item_op(f, ITEM_LABEL, "vip");
	struct store_op pass = pass_op(f, PASS_SESSION, anna, 1);

	op.agent.row.name = STR("Anne");
	op.agent.version = 1;
	op.agent.audit = item.item.audit = pass.pass.audit = &line;
	must(store_submit_wait(f->store, &op));
	must(store_submit_wait(f->store, &item));
	must(store_submit_wait(f->store, &pass));
	assert_int_equal(audit_of(f, (struct audit_ask){0}, page, 10), 3);
	/* What is refused has none. */
	assert_int_equal(store_submit_wait(f->store, &op), E_STALE);
	assert_int_equal(store_submit_wait(f->store, &pass), E_CLAIMED);
	item.item.version = 9;
	assert_int_equal(store_submit_wait(f->store, &item), E_STALE);
	assert_int_equal(audit_of(f, (struct audit_ask){0}, page, 10), 3);
}

const struct suite_case suite_items[] = {
    CASE(item_is_kept_by_its_key),
    CASE(items_have_a_most),
    CASE(items_belong_to_their_owner),
    CASE(items_are_listed_in_pages),
    CASE(audit_is_read_from_its_end),
    CASE(audit_is_followed),
    CASE(audit_goes_with_what_is_done),
    {0},
};
