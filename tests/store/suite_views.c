/* suite, views: who sees which conversation in which list, and where. */
#include "tests/store/acts.h"
#include "tests/store/staff.h"
#include "tests/store/suite.h"

#define NONE \
	{ \
		0 \
	}

/* Must be exactly these, ended by 0, however it is cut into pages. */
static void
check_list(struct fixture *f, struct list_ask ask, const int64_t *ids)
{
	for (size_t page = 1; page < 4; page++) {
		struct list_row rows[4];
		size_t n = page, at = 0;

		ask.at = ask.id = 0;
		do {
			n = page;
			must(store_list_conversations(
			    f->reader, &ask, &f->arena, rows, &n));
			for (size_t i = 0; i < n; i++, at++)
				assert_int_equal(rows[i].c.id, ids[at]);
			if (n > 0) {
				const struct conversation *c = &rows[n - 1].c;

				ask.id = c->id;
				ask.at = ask.view == VIEW_QUEUE ? c->queued_at
								: c->last_at;
			}
		} while (n == page);
		assert_int_equal(ids[at], 0);
	}
}

static void
check_view(struct fixture *f, enum view view, int64_t agent, const int64_t *ids)
{
	struct list_ask ask = {
	    .company = f->company, .view = view, .agent = agent};

	check_list(f, ask, ids);
}

static void
check_act_at(struct fixture *f, struct store_op op, int64_t now)
{
	static const struct policy policy = {.has_desk = true};

	op.act.act.now = now;
	op.act.act.policy = &policy;
	must(store_submit_wait(f->store, &op));
}

static void
views_have_names(struct fixture *f)
{
	(void)f;
	for (unsigned v = 0; v < VIEWS; v++)
		assert_int_equal(
		    view_find(str_from(view_name((enum view)v))), v);
	assert_int_equal(view_find(STR("nothing")), VIEWS);
	assert_int_equal(view_find(STR("")), VIEWS);
}

/* ---- which --------------------------------------------------------------- */

static void
each_is_where_its_holder_is(struct fixture *f)
{
	int64_t anna = make_agent(f, "anna"), bert = make_agent(f, "bert");
	int64_t bot = open_conversation(f, "a"), waits = queued(f, "b");
	int64_t asked = queued(f, "c"), has = held(f, "d", anna);
	int64_t mail = queued(f, "e"), later = held(f, "f", anna);
	int64_t over = held(f, "g", anna), spam = held(f, "h", anna);
	struct store_op op = act_op(ACT_SNOOZE, later, anna);

	check_act_at(f, offer_op(asked, anna), 11);
	check_act_at(f, act_op(ACT_MAIL, mail, 0), 12);
	op.act.act.until = 100;
	check_act_at(f, op, 13);
	check_act_at(f, act_op(ACT_RESOLVE, over, anna), 14);
	check_act_at(f, act_op(ACT_BLOCK, spam, anna), 15);

	check_view(f, VIEW_BOT, 0, (int64_t[]){bot, 0});
	check_view(f, VIEW_QUEUE, 0, (int64_t[]){waits, asked, 0});
	check_view(f, VIEW_MAIL, 0, (int64_t[]){mail, 0});
	check_view(f, VIEW_SNOOZED, 0, (int64_t[]){later, 0});
	check_view(f, VIEW_RESOLVED, 0, (int64_t[]){spam, over, 0});
	check_view(f, VIEW_MINE, anna, (int64_t[]){has, asked, 0});
	check_view(f, VIEW_MINE, bert, (int64_t[])NONE);
	check_view(f, VIEW_OPEN, 0, (int64_t[]){has, waits, mail, asked, 0});
}

static void
they_are_counted(struct fixture *f)
{
	int64_t anna = make_agent(f, "anna"), bert = make_agent(f, "bert");
	uint64_t n[VIEWS];

	(void)open_conversation(f, "a");
	(void)open_conversation(f, "b");
	(void)queued(f, "c");
	(void)held(f, "d", anna);
	must(act(f, ACT_RESOLVE, held(f, "e", anna), anna));
	must(store_count_views(f->reader, f->company, anna, n));
	assert_int_equal(n[VIEW_BOT], 2);
	assert_int_equal(n[VIEW_QUEUE], 1);
	assert_int_equal(n[VIEW_OPEN], 2);
	assert_int_equal(n[VIEW_MINE], 1);
	assert_int_equal(n[VIEW_MAIL], 0);
	assert_int_equal(n[VIEW_SNOOZED], 0);
	assert_int_equal(n[VIEW_RESOLVED], 1);
	must(store_count_views(f->reader, f->company, bert, n));
	assert_int_equal(n[VIEW_MINE], 0);
	must(store_count_views(f->reader, f->company + 1, anna, n));
	assert_int_equal(n[VIEW_BOT], 0);
}

/* ---- in which order ------------------------------------------------------ */

static void
who_waits_longest_comes_first(struct fixture *f)
{
	int64_t ids[3];
	char who[2] = "a";
	struct store_op op;

	for (size_t i = 0; i < ARRAY_LEN(ids); i++, who[0]++)
		ids[i] = open_conversation(f, who);
	check_act_at(f, act_op(ACT_QUEUE, ids[2], 0), 10);
	check_act_at(f, act_op(ACT_QUEUE, ids[0], 0), 20);
	check_act_at(f, act_op(ACT_QUEUE, ids[1], 0), 20);
	check_view(f, VIEW_QUEUE, 0, (int64_t[]){ids[2], ids[0], ids[1], 0});
	/* What is said meanwhile gives nobody another place. */
	must(say(f, ids[1], NULL));
	op = act_op(ACT_OVERFLOW, ids[2], 0);
	op.act.act.to_team = 7;
	check_act_at(f, op, 30);
	check_view(f, VIEW_QUEUE, 0, (int64_t[]){ids[2], ids[0], ids[1], 0});
}

static void
the_newest_word_comes_first(struct fixture *f)
{
	int64_t ids[4], anna = make_agent(f, "anna");
	char who[2] = "a";

	for (size_t i = 0; i < ARRAY_LEN(ids); i++, who[0]++)
		ids[i] = held(f, who, anna);
	must(say(f, ids[3], NULL));
	for (size_t i = 0; i < 3; i++) {
		struct store_op op = message_op(ids[i], NULL);

		op.inbound.event.at = i == 0 ? 9000 : 8000;
		must(store_submit_wait(f->store, &op));
	}
	for (enum view v = VIEW_MINE; v <= VIEW_OPEN; v++)
		if (v != VIEW_QUEUE)
			check_view(f, v, anna,
			    (int64_t[]){ids[0], ids[2], ids[1], ids[3], 0});
}

static void
the_bots_newest_conversation_comes_first(struct fixture *f)
{
	int64_t ids[3];
	char who[2] = "a";

	for (size_t i = 0; i < ARRAY_LEN(ids); i++, who[0]++)
		ids[i] = open_conversation(f, who);
	must(say(f, ids[0], NULL));
	must(answer(f, ids[0]));
	check_view(f, VIEW_BOT, 0, (int64_t[]){ids[2], ids[1], ids[0], 0});
}

/* ---- of which team and label --------------------------------------------- */

static int64_t
queued_for(struct fixture *f, const char *who, int64_t team)
{
	int64_t id = open_conversation(f, who);
	struct store_op op = act_op(ACT_QUEUE, id, 0);

	op.act.act.to_team = team;
	must(store_submit_wait(f->store, &op));
	return id;
}

static void
label(struct fixture *f, int64_t id, const char *body)
{
	struct store_op op = label_op(id, body);

	must(store_submit_wait(f->store, &op));
}

static void
lists_are_by_team_and_label(struct fixture *f)
{
	int64_t a = queued_for(f, "a", 7), b = queued_for(f, "b", 7);
	int64_t c = queued_for(f, "c", 8), d = queued_for(f, "d", 0);
	struct list_ask ask = {
	    .company = f->company, .view = VIEW_QUEUE, .team = 7};

	check_list(f, ask, (int64_t[]){a, b, 0});
	ask.team = 8;
	check_list(f, ask, (int64_t[]){c, 0});
	label(f, b, "{\"add\":[\"vip\",\"late\"]}");
	label(f, d, "{\"add\":[\"vip\"]}");
	ask.team = 0;
	ask.label = STR("vip");
	check_list(f, ask, (int64_t[]){b, d, 0});
	ask.team = 7;
	check_list(f, ask, (int64_t[]){b, 0});
	ask.label = STR("late");
	check_list(f, ask, (int64_t[]){b, 0});
	ask.team = 8;
	check_list(f, ask, (int64_t[])NONE);
	label(f, b, "{\"remove\":[\"vip\"]}");
	ask.team = 0;
	ask.label = STR("vip");
	check_list(f, ask, (int64_t[]){d, 0});
	ask.view = VIEW_OPEN;
	check_list(f, ask, (int64_t[]){d, 0});
	must(act(f, ACT_GIVE_BACK, d, 0));
	check_list(f, ask, (int64_t[])NONE);
	ask.view = VIEW_BOT;
	check_list(f, ask, (int64_t[]){d, 0});
	check_view(f, VIEW_QUEUE, 0, (int64_t[]){a, b, c, 0});
}

static void
mine_is_by_team_and_label(struct fixture *f)
{
	int64_t anna = make_agent(f, "anna"), a = queued_for(f, "a", 7);
	int64_t b = queued_for(f, "b", 8);
	struct list_ask ask = {
	    .company = f->company, .view = VIEW_MINE, .agent = anna, .team = 7};

	must(act(f, ACT_PULL, a, anna));
	must(act(f, ACT_PULL, b, anna));
	label(f, b, "{\"add\":[\"vip\"]}");
	check_list(f, ask, (int64_t[]){a, 0});
	ask.label = STR("vip");
	check_list(f, ask, (int64_t[])NONE);
	ask.team = 0;
	check_list(f, ask, (int64_t[]){b, 0});
}

/* ---- a line -------------------------------------------------------------- */

static void
a_line_tells_all_of_it(struct fixture *f)
{
	int64_t anna = make_agent(f, "anna"), id;
	struct store_op op = message_op(0, NULL);
	struct list_row row;

	op.inbound.address = address_of(f->company, "bob");
	op.inbound.name = STR("Bob");
	op.inbound.person = STR("p1");
	op.inbound.reply = STR("thread 7");
	must(store_submit_wait(f->store, &op));
	id = op.inbound.state.id;
	op = (struct store_op){.verb = STORE_SEEN};
	op.seen.conversation = id;
	op.seen.seen = (struct seen){1, 2};
	must(store_submit_wait(f->store, &op));
	must(act(f, ACT_QUEUE, id, 0));
	must(act(f, ACT_PULL, id, anna));
	must(store_read_row(f->reader, f->company, id, &f->arena, &row));
	assert_int_equal(row.spoken.author, AUTHOR_CUSTOMER);
	assert_true(str_eq(row.spoken.body, STR("{\"text\":\"hello\"}")));
	op = act_op(ACT_SAY, id, anna);
	op.act.act.body = STR("{\"text\":\"hi\"}");
	op.act.act.seen_seq = UINT64_MAX;
	must(store_submit_wait(f->store, &op));

	must(store_read_row(f->reader, f->company, id, &f->arena, &row));
	assert_true(same_state(&row.c, &op.act.state));
	assert_int_equal(row.contact.id, row.c.contact);
	assert_int_equal(row.contact.company, f->company);
	assert_true(str_eq(row.contact.name, STR("Bob")));
	assert_int_equal(row.contact.email.n, 0);
	assert_true(str_eq(row.reach.channel, STR("web")));
	assert_true(str_eq(row.reach.address, STR("bob")));
	assert_true(str_eq(row.reach.reply, STR("thread 7")));
	assert_int_equal(row.reach.customer_at, 2000);
	assert_int_equal(row.seen.customer, 1);
	assert_int_equal(row.seen.company, 2);
	assert_int_equal(row.spoken.seq, op.act.seq);
	assert_int_equal(row.spoken.author, AUTHOR_AGENT);
	assert_int_equal(row.spoken.author_id, anna);
	assert_true(str_eq(row.spoken.body, STR("{\"text\":\"hi\"}")));
	assert_true(str_eq(row.labels, STR("[]")));
}

static void
other_companies_see_none_of_it(struct fixture *f)
{
	int64_t other = put_company(f->store, "other", "{}");
	int64_t id = queued(f, "bob");
	struct list_ask ask = {.company = other, .view = VIEW_QUEUE};
	struct list_row row;

	check_list(f, ask, (int64_t[])NONE);
	assert_int_equal(
	    store_read_row(f->reader, other, id, &f->arena, &row), E_NOTFOUND);
	assert_int_equal(
	    store_read_row(f->reader, f->company, id + 1, &f->arena, &row),
	    E_NOTFOUND);
}

static void
what_was_never_said_has_no_line(struct fixture *f)
{
	int64_t id = open_conversation(f, "bob");
	struct list_row row;

	must(store_read_row(f->reader, f->company, id, &f->arena, &row));
	assert_int_equal(row.spoken.seq, 0);
	must(say(f, id, NULL));
	must(answer(f, id));
	must(store_read_row(f->reader, f->company, id, &f->arena, &row));
	assert_int_equal(row.spoken.seq, 3);
	assert_int_equal(row.spoken.author, AUTHOR_BOT);
}

/* ---- for the desk and the workers ---------------------------------------- */

static void
the_desk_finds_all_that_people_have(struct fixture *f)
{
	int64_t anna = make_agent(f, "anna"), other, ids[3];
	struct handed_row rows[2];
	struct store_op op;
	size_t n = 2;

	(void)open_conversation(f, "a");
	ids[0] = open_conversation(f, "b");
	ids[1] = held(f, "c", anna);
	op = act_op(ACT_QUEUE, ids[0], 0);
	op.act.act.route = STR("{\"skills\":[\"returns\"]}");
	must(store_submit_wait(f->store, &op));
	must(act(f, ACT_RESOLVE, held(f, "d", anna), anna));
	other = put_company(f->store, "other", "{}");
	op = open_op(other, "e");
	must(store_submit_wait(f->store, &op));
	ids[2] = op.open.conversation.id;
	must(act(f, ACT_QUEUE, ids[2], 0));

	must(store_list_handed(f->reader, 0, &f->arena, rows, &n));
	assert_int_equal(n, 2);
	assert_int_equal(rows[0].c.id, ids[0]);
	assert_int_equal(rows[0].c.holder, HOLDER_QUEUE);
	assert_true(str_eq(rows[0].route, STR("{\"skills\":[\"returns\"]}")));
	assert_true(str_eq(rows[0].channel, STR("web")));
	assert_int_equal(rows[1].c.id, ids[1]);
	assert_int_equal(rows[1].c.agent, anna);
	assert_int_equal(rows[1].route.n, 0);
	must(store_list_handed(f->reader, ids[1], &f->arena, rows, &n));
	assert_int_equal(n, 1);
	assert_int_equal(rows[0].c.id, ids[2]);
	must(store_read_handed(f->reader, ids[0], &f->arena, rows));
	assert_true(str_eq(rows[0].route, STR("{\"skills\":[\"returns\"]}")));
	must(act(f, ACT_GIVE_BACK, ids[0], 0));
	must(store_read_handed(f->reader, ids[0], &f->arena, rows));
	assert_int_equal(rows[0].c.holder, HOLDER_BOT);
	assert_int_equal(
	    store_read_handed(f->reader, 777, &f->arena, rows), E_NOTFOUND);
}

static void
commit(struct fixture *f, int64_t id, struct event event)
{
	struct conversation c = state_of(f, id);
	struct store_op op = answer_op(&c);

	op.commit.decision.events[0] = event;
	must(store_submit_wait(f->store, &op));
}

static void
check_pending(struct fixture *f, const int64_t *ids, size_t count)
{
	int64_t found[4];
	size_t n = ARRAY_LEN(found);

	must(store_list_pending(f->reader, 0, found, &n));
	assert_int_equal(n, count);
	for (size_t i = 0; i < n; i++)
		assert_int_equal(found[i], ids[i]);
	n = 1;
	must(store_list_pending(f->reader, 0, found, &n));
	assert_int_equal(n, count < 1 ? count : 1);
}

/* Mixed with what waits for the bot, in one order. */
static void
what_the_support_desk_must_be_told_is_pending(struct fixture *f)
{
	int64_t a = queued(f, "a"), b = open_conversation(f, "b");
	int64_t c = queued(f, "c"), d = open_conversation(f, "d");

	must(say(f, b, NULL));
	check_pending(f, (int64_t[]){b}, 1);
	check_act_at(f, act_op(ACT_MAIL, a, 0), 10);
	check_act_at(f, act_op(ACT_MAIL, c, 0), 10);
	check_pending(f, (int64_t[]){a, b, c}, 3);
	commit(f, a,
	    (struct event){.kind = EVENT_MAILED, .ref = state_of(f, a).seq});
	check_pending(f, (int64_t[]){b, c}, 2);
	must(say(f, a, NULL));
	must(say(f, d, NULL));
	check_pending(f, (int64_t[]){a, b, c, d}, 4);
}

const struct suite_case suite_views[] = {
    CASE(views_have_names),
    CASE(each_is_where_its_holder_is),
    CASE(they_are_counted),
    CASE(who_waits_longest_comes_first),
    CASE(the_newest_word_comes_first),
    CASE(the_bots_newest_conversation_comes_first),
    CASE(lists_are_by_team_and_label),
    CASE(mine_is_by_team_and_label),
    CASE(a_line_tells_all_of_it),
    CASE(other_companies_see_none_of_it),
    CASE(what_was_never_said_has_no_line),
    CASE(the_desk_finds_all_that_people_have),
    CASE(what_the_support_desk_must_be_told_is_pending),
    {0},
};
