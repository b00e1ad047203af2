/*
 * suite, unreached: a mail to the support desk that fails for all whom it was
 * written to makes TIMER_MAIL due, and the lane says so until one gets through.
 */
#include "tests/store/acts.h"
#include "tests/store/delivery.h"
#include "tests/store/suite.h"

#define MAILS 2
#define FAILED_AT 777

/* With the support desk, which is written to: two rows. */
static int64_t
mailed(struct fixture *f, int64_t talk, int64_t *rows)
{
	static const struct policy policy = {.has_desk = true};
	struct store_op op = act_op(ACT_MAIL, talk, 0);
	struct conversation c = state_of(f, talk);
	struct outbox_row outbox[MAILS];
	struct decision asked;

	op.act.act.policy = &policy;
	if (c.holder != HOLDER_EMAIL)
		must(store_submit_wait(f->store, &op));
	c = state_of(f, talk);
	asked = (struct decision){.epoch = c.epoch, .asked_to = c.seq};
	op = (struct store_op){.verb = STORE_COMMIT,
	    .commit = {
		.conversation = talk, .outbox = outbox, .outbox_count = MAILS}};
	must(decide_mailed(&c, &asked, &policy, 1, &op.commit.decision));
	for (unsigned i = 0; i < MAILS; i++)
		outbox[i] = (struct outbox_row){.channel = STR("chat"),
		    .account = STR("T1"),
		    .recipient = STR("robin@desk.example"),
		    .payload = STR("{}")};
	must(store_submit_wait(f->store, &op));
	for (unsigned i = 0; i < MAILS; i++)
		rows[i] = outbox[i].id;
	take_all(f, rows, MAILS);
	return talk;
}

static void
ends(struct fixture *f, int64_t row, enum outbox_state state)
{
	struct settled s = {.row = row,
	    .state = state,
	    .vendor_id = STR("v"),
	    .reason = STR("No such user."),
	    .event = {
		.kind = state == OUTBOX_SENT ? EVENT_OPENED : EVENT_DELIVERY,
		.at = FAILED_AT}};

	settle(f, &s, 1);
}

static void
bounces(struct fixture *f, int64_t row)
{
	struct store_op op = {.verb = STORE_RECEIPT,
	    .receipt = {.account = account_of(f, "T1"),
		.row = row,
		.rank = RECEIPT_FAILED,
		.reason = STR("Sent back."),
		.event = {.kind = EVENT_DELIVERY, .at = FAILED_AT}}};

	must(store_submit_wait(f->store, &op));
}

/* Is somebody to see to it? */
static bool
rings(struct fixture *f, int64_t talk)
{
	int64_t due = 0;
	enum err e = store_read_timer(f->reader, talk, TIMER_MAIL, &due);

	assert_true(e == OK || e == E_NOTFOUND);
	assert_true(e == E_NOTFOUND || due == FAILED_AT);
	return e == OK;
}

static struct lane
lane(struct fixture *f)
{
	struct lane out;
	size_t n = 1;

	must(store_list_lanes(
	    f->reader, lane_of(f, "T1") - 1, &f->arena, &out, &n));
	return out;
}

static void
the_last_that_fails_rings(struct fixture *f)
{
	int64_t rows[MAILS], talk = mailed(f, queued(f, "ann"), rows);

	ends(f, rows[0], OUTBOX_DEAD);
	assert_false(rings(f, talk));
	assert_int_equal(lane(f).unreached_at, 0);
	ends(f, rows[1], OUTBOX_DEAD);
	assert_true(rings(f, talk));
	assert_int_equal(lane(f).unreached_at, FAILED_AT);
	assert_true(str_eq(lane(f).unreached, STR("No such user.")));

	/* A mail of another kind says nothing of the desk; one to it does. */
	end_row(f, new_row(f, "T1"), OUTBOX_SENT);
	assert_int_equal(lane(f).unreached_at, FAILED_AT);
	(void)mailed(f, queued(f, "bo"), rows);
	ends(f, rows[0], OUTBOX_SENT);
	assert_int_equal(lane(f).unreached_at, 0);
	assert_int_equal(lane(f).unreached.n, 0);
}

static void
what_is_sent_back_counts(struct fixture *f)
{
	int64_t rows[MAILS], talk = mailed(f, queued(f, "ann"), rows);

	ends(f, rows[0], OUTBOX_DEAD);
	ends(f, rows[1], OUTBOX_SENT);
	assert_false(rings(f, talk));
	bounces(f, rows[1]);
	assert_true(rings(f, talk));
	assert_true(str_eq(lane(f).unreached, STR("Sent back.")));
}

static void
one_that_may_have_arrived_is_enough(struct fixture *f)
{
	static const enum outbox_state states[] = {
	    OUTBOX_SENT, OUTBOX_UNKNOWN, OUTBOX_DOUBT, OUTBOX_READY};

	static const char *const who[] = {"ann", "bo", "carla", "dan"};

	for (size_t i = 0; i < ARRAY_LEN(states); i++) {
		int64_t rows[MAILS], talk = mailed(f, queued(f, who[i]), rows);

		ends(f, rows[0], states[i]);
		ends(f, rows[1], OUTBOX_DEAD);
		assert_false(rings(f, talk));
	}
	assert_int_equal(lane(f).unreached_at, 0);
}

/* Nor does it matter when the desk has it no more, or had another since. */
static void
only_the_newest_mail_counts(struct fixture *f)
{
	int64_t older[MAILS], newer[MAILS], talk;

	talk = mailed(f, mailed(f, queued(f, "ann"), older), newer);
	for (unsigned i = 0; i < MAILS; i++)
		ends(f, older[i], OUTBOX_DEAD);
	assert_false(rings(f, talk));
	must(act(f, ACT_RECALL, talk, 0));
	for (unsigned i = 0; i < MAILS; i++)
		ends(f, newer[i], OUTBOX_DEAD);
	assert_false(rings(f, talk));
	assert_int_equal(lane(f).unreached_at, 0);
}

/* Systems of the company's own are told of the same event, right behind. */
static void
tell_of_mail(struct fixture *f, int64_t talk)
{
	struct outbox_row row = {.channel = STR("webhook"),
	    .account = STR("crm"),
	    .recipient = STR("conversation_updated"),
	    .payload = STR("{}"),
	    .conversation = talk,
	    .seq = state_of(f, talk).mail_seq};
	struct store_op op = {.verb = STORE_FEED,
	    .feed = {.follower = STR("hooks"), .rows = &row, .row_count = 1}};

	must(store_submit_wait(f->store, &op));
}

static void
what_others_are_told_is_no_mail(struct fixture *f)
{
	int64_t rows[MAILS], talk = mailed(f, queued(f, "ann"), rows);

	tell_of_mail(f, talk);
	for (unsigned i = 0; i < MAILS; i++)
		ends(f, rows[i], OUTBOX_DEAD);
	assert_true(rings(f, talk));
	assert_int_equal(lane(f).unreached_at, FAILED_AT);
}

static void
applies(struct fixture *f, const char *document)
{
	struct store_op op = {.verb = STORE_COMPANY_PUT,
	    .company_put = {.key = STR("acme"),
		.document = str_from(document),
		.at = ACT_NOW}};

	must(store_submit_wait(f->store, &op));
}

static int64_t
due_of(struct fixture *f, int64_t talk)
{
	int64_t due = 0;

	enum err e = store_read_timer(f->reader, talk, TIMER_MAIL, &due);

	assert_true(e == OK || e == E_NOTFOUND);
	return due;
}

/* There may be no desk any more: what it has is looked at, and nothing else. */
static void
a_changed_document_rings(struct fixture *f)
{
	int64_t rows[MAILS], waits = queued(f, "ann");
	int64_t talk = mailed(f, queued(f, "bo"), rows);
	int64_t soon, due;

	applies(f, "{\"name\":\"Acme\"}"); /* as it was */
	assert_int_equal(due_of(f, talk), 0);
	applies(f, "{\"name\":\"Acme & Sons\"}");
	due = due_of(f, talk);
	assert_true(due > ACT_NOW);
	assert_int_equal(due_of(f, waits), 0);
	applies(f, "{\"name\":\"Sons\"}"); /* it is set */
	assert_int_equal(due_of(f, talk), due);

	/* One that is due before all have read the new document waits. */
	soon = mailed(f, queued(f, "carla"), rows);
	for (unsigned i = 0; i < MAILS; i++)
		ends(f, rows[i], OUTBOX_DEAD);
	assert_int_equal(due_of(f, soon), FAILED_AT);
	applies(f, "{\"name\":\"Daughters\"}");
	assert_int_equal(due_of(f, soon), due);
}

const struct suite_case suite_unreached[] = {
    CASE(the_last_that_fails_rings),
    CASE(what_is_sent_back_counts),
    CASE(one_that_may_have_arrived_is_enough),
    CASE(only_the_newest_mail_counts),
    CASE(what_others_are_told_is_no_mail),
    CASE(a_changed_document_rings),
    {.name = NULL},
};
