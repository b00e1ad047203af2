/* suite, feed: the log of all conversations, its followers, and the search. */
#include "tests/store/acts.h"
#include "tests/store/staff.h"
#include "tests/store/suite.h"

#include <stdio.h>

/* ---- the log ------------------------------------------------------------- */

static uint64_t
end_of(struct fixture *f)
{
	uint64_t end;

	must(store_read_end_of_feed(f->reader, &end));
	return end;
}

static uint64_t
place_of(struct fixture *f, const char *who)
{
	uint64_t place;

	must(store_read_place(f->reader, str_from(who), &place));
	return place;
}

static void
the_log_of_all_is_in_the_order_of_commits(struct fixture *f)
{
	struct feed_row rows[3];
	uint64_t after = 0, total = 0, seq[2] = {0};
	int64_t a, b;
	size_t n;

	assert_int_equal(end_of(f), 0);
	a = open_conversation(f, "a");
	b = open_conversation(f, "b");
	for (unsigned i = 0; i < 5; i++)
		must(say(f, i % 2 == 0 ? a : b, NULL));
	do {
		n = ARRAY_LEN(rows);
		must(store_read_feed(f->reader, after, &f->arena, rows, &n));
		for (size_t i = 0; i < n; i++, total++) {
			uint64_t *s = &seq[rows[i].conversation == b];

			assert_true(rows[i].position > after);
			assert_int_equal(rows[i].company, f->company);
			assert_int_equal(rows[i].event.seq, ++*s);
			after = rows[i].position;
		}
	} while (n == ARRAY_LEN(rows));
	assert_int_equal(total, 7);
	assert_int_equal(after, end_of(f));
	assert_true(str_eq(rows[0].event.body, STR("{\"text\":\"hello\"}")));
}

static struct store_op
feed_op(const char *who, uint64_t from, uint64_t upto)
{
	struct store_op op = {.verb = STORE_FEED};

	op.feed.follower = str_from(who);
	op.feed.from = from;
	op.feed.upto = upto;
	return op;
}

static void
a_place_moves_only_from_where_it_is(struct fixture *f)
{
	int64_t id = open_conversation(f, "a");
	struct store_op op = feed_op("hooks", 0, 1);

	must(say(f, id, NULL));
	assert_int_equal(place_of(f, "hooks"), 0);
	must(store_submit_wait(f->store, &op));
	assert_int_equal(place_of(f, "hooks"), 1);
	assert_int_equal(place_of(f, "others"), 0);
	assert_int_equal(store_submit_wait(f->store, &op), E_STALE);
	op = feed_op("hooks", 1, 2);
	must(store_submit_wait(f->store, &op));
	op = feed_op("hooks", 2, 3); /* there is nothing yet */
	assert_int_equal(store_submit_wait(f->store, &op), E_BADINPUT);
	op = feed_op("hooks", 2, 1);
	assert_int_equal(store_submit_wait(f->store, &op), E_BADINPUT);
	op = feed_op("", 0, 1);
	assert_int_equal(store_submit_wait(f->store, &op), E_BADINPUT);
	fixture_reopen(f);
	assert_int_equal(place_of(f, "hooks"), 2);
}

static void
a_place_elsewhere_is_any_number(struct fixture *f)
{
	struct store_op op = {.verb = STORE_PLACE,
	    .place = {.follower = STR("box"), .place = UINT64_MAX - 6}};

	must(store_submit_wait(f->store, &op));
	assert_true(place_of(f, "box") == UINT64_MAX - 6);
	op.place.place = 7;
	must(store_submit_wait(f->store, &op));
	fixture_reopen(f);
	assert_int_equal(place_of(f, "box"), 7);
	assert_int_equal(place_of(f, "other"), 0);
	op.place.follower = STR("");
	assert_int_equal(store_submit_wait(f->store, &op), E_BADINPUT);
}

static struct outbox_row
hook_row(int64_t id, uint64_t seq)
{
	return (struct outbox_row){.channel = STR("hook"),
	    .conversation = id,
	    .seq = seq,
	    .payload = STR("{}")};
}

static void
rows_come_with_the_place_or_not_at_all(struct fixture *f)
{
	int64_t id = open_conversation(f, "a");
	struct outbox_row rows[2] = {hook_row(id, 1), hook_row(id, 2)};
	struct outbox_row found[3];
	struct store_op op = feed_op("hooks", 0, 1);
	size_t n = ARRAY_LEN(found);

	op.feed.rows = rows;
	op.feed.row_count = 2;
	assert_int_equal(store_submit_wait(f->store, &op), E_NOTFOUND);
	assert_int_equal(place_of(f, "hooks"), 0);
	assert_int_equal(outbox_of(f, found, ARRAY_LEN(found)), 0);
	must(say(f, id, NULL));
	must(store_submit_wait(f->store, &op));
	assert_int_equal(outbox_of(f, found, ARRAY_LEN(found)), 2);
	assert_int_equal(found[0].seq, 1);
	assert_int_equal(found[1].seq, 2);
	assert_int_equal(found[1].conversation, id);
	assert_int_equal(found[1].at, 2000);
	assert_true(str_eq(found[1].channel, STR("hook")));
	must(store_list_outbox_of(
	    f->reader, &(struct cause_ask){id, 2}, &f->arena, found, &n));
	assert_int_equal(n, 0);
}

static void
too_much_at_once_is_refused(struct fixture *f)
{
	struct store_op op = feed_op("hooks", 0, 1);
	struct outbox_row rows[1];
	struct feed_text texts[1];

	(void)open_conversation(f, "a");
	op.feed.rows = rows;
	op.feed.row_count = STORE_FEED_MAX + 1;
	rows[0] = hook_row(1, 1);
	rows[0].kind = OUTBOX_KINDS;
	assert_int_equal(store_submit_wait(f->store, &op), E_BADINPUT);
	op = feed_op("hooks", 0, 1);
	op.feed.texts = texts;
	op.feed.text_count = STORE_FEED_MAX + 1;
	assert_int_equal(store_submit_wait(f->store, &op), E_BADINPUT);
}

/* ---- the search ---------------------------------------------------------- */

/* Says it, and lets it be found. */
static uint64_t
tell(struct fixture *f, int64_t id, const char *text)
{
	struct store_op op = message_op(id, NULL), feed;
	struct feed_text found = {.conversation = id, .text = str_from(text)};
	char body[200];

	(void)snprintf(body, sizeof(body), "{\"text\":\"%s\"}", text);
	op.inbound.event.body = str_from(body);
	must(store_submit_wait(f->store, &op));
	found.company = op.inbound.state.company;
	found.seq = op.inbound.seq;
	feed = feed_op("search", place_of(f, "search"), end_of(f));
	feed.feed.texts = &found;
	feed.feed.text_count = 1;
	must(store_submit_wait(f->store, &feed));
	return op.inbound.seq;
}

static void
check_search(struct fixture *f, const char *words, size_t count)
{
	struct search_ask ask = {
	    .company = f->company, .words = str_from(words)};
	struct found found[8];
	size_t n = ARRAY_LEN(found);

	must(store_search(f->reader, &ask, &f->arena, found, &n));
	if (n != count)
		print_error("%s: %zu found\n", words, n);
	assert_int_equal(n, count);
}

static void
words_are_found(struct fixture *f)
{
	int64_t id = open_conversation(f, "a");

	(void)tell(f, id, "Where is my refund for the bicycle?");
	(void)tell(f, id, "The Bicycle is BLUE, caf\xc3\xa9 blue.");
	(void)tell(f, id, "\xd0\x9f\xd1\x80\xd0\xb8\xd0\xb2\xd0\xb5\xd1\x82 9");
	check_search(f, "bicycle", 2);
	check_search(f, "refund", 1);
	check_search(f, "ref", 1);
	check_search(f, "ref bic", 1);
	check_search(f, "re", 0);
	check_search(f, "is my", 1);
	check_search(f, "blue bicycle", 1);
	check_search(f, "bicycle refund blue", 0);
	check_search(f, "icycle", 0);
	check_search(f, "CAFE", 1);
	check_search(f, "\xd0\xbf\xd1\x80\xd0\xb8", 1);
	check_search(f, "9", 1);
	check_search(f, "b", 0);
	check_search(f, "", 0);
	check_search(f, " \t\n", 0);
}

/* The customer changes a message, or takes it back where there is no text. */
static void
change(struct fixture *f, int64_t id, uint64_t ref, const char *text)
{
	struct store_op op = message_op(id, NULL), feed;
	struct feed_text found = {.conversation = id, .company = f->company};
	char body[200];

	(void)snprintf(body, sizeof(body), "{\"text\":\"%s\"}", text);
	op.inbound.event.kind = EVENT_DELETED;
	op.inbound.event.ref = ref;
	if (text != NULL) {
		op.inbound.event.kind = EVENT_EDITED;
		op.inbound.event.body = str_from(body);
		found.text = str_from(text);
	}
	must(store_submit_wait(f->store, &op));
	found.seq = op.inbound.seq;
	feed = feed_op("search", place_of(f, "search"), end_of(f));
	feed.feed.texts = &found;
	feed.feed.text_count = text == NULL ? 0 : 1;
	must(store_submit_wait(f->store, &feed));
}

/* What was changed or taken back does not stand there any more. */
static void
only_what_stands_there_is_found(struct fixture *f)
{
	int64_t id = open_conversation(f, "a"),
		other = open_conversation(f, "b");
	uint64_t secret = tell(f, id, "my card is 4711");
	uint64_t wrong = tell(f, id, "a red bicycle");

	(void)tell(f, other, "another card 4711");
	(void)tell(f, other, "another bicycle");
	check_search(f, "4711", 2);
	change(f, id, secret, NULL);
	check_search(f, "4711", 1);
	change(f, id, wrong, "a green bicycle");
	check_search(f, "bicycle", 2);
	check_search(f, "red", 0);
	check_search(f, "green", 1);
	change(f, id, wrong, "a blue bicycle");
	check_search(f, "bicycle", 2);
	check_search(f, "green", 0);
	check_search(f, "blue", 1);
	change(f, id, wrong, NULL);
	check_search(f, "bicycle", 1);
}

/* Whatever they type is words, and no language. */
static void
signs_mean_nothing(struct fixture *f)
{
	static const char *const typed[] = {"refund\"", "\"refund", "\"\"",
	    "refund OR blue", "NOT", "refund*", "text:refund", "company:1",
	    "^refund", "(refund", "refund)", "NEAR(refund blue)", "-", "+", "'",
	    "refund\\", "{text}:refund", "; DROP TABLE search", "\xff\xfe",
	    "\xe2\x80\xa6", "re\x7f\x01"};
	int64_t id = open_conversation(f, "a");
	struct found found[8];

	(void)tell(f, id, "Where is my refund for text 1?");
	for (size_t i = 0; i < ARRAY_LEN(typed); i++) {
		struct search_ask ask = {
		    .company = f->company, .words = str_from(typed[i])};
		size_t n = ARRAY_LEN(found);

		must(store_search(f->reader, &ask, &f->arena, found, &n));
		assert_true(n <= 1);
	}
	check_search(f, "refund\"", 1);
	check_search(f, "refund*", 1);
	check_search(f, "text:refund", 0);
	check_search(f, "refund OR blue", 0);
}

static void
the_newest_is_found_first(struct fixture *f)
{
	int64_t id = open_conversation(f, "a");
	uint64_t seqs[5];
	struct search_ask ask = {.company = f->company, .words = STR("bike")};
	struct found found[2];
	size_t n = ARRAY_LEN(found);

	for (size_t i = 0; i < ARRAY_LEN(seqs); i++)
		seqs[i] = tell(f, id, i == 2 ? "car" : "my bike");
	must(store_search(f->reader, &ask, &f->arena, found, &n));
	assert_int_equal(n, 2);
	assert_int_equal(found[0].seq, seqs[4]);
	assert_int_equal(found[1].seq, seqs[3]);
	assert_int_equal(found[0].conversation, id);
	assert_true(str_eq(found[0].text, STR("my bike")));
	ask.before = found[1].position;
	must(store_search(f->reader, &ask, &f->arena, found, &n));
	assert_int_equal(n, 2);
	assert_int_equal(found[0].seq, seqs[1]);
	assert_int_equal(found[1].seq, seqs[0]);
	ask.before = found[1].position;
	must(store_search(f->reader, &ask, &f->arena, found, &n));
	assert_int_equal(n, 0);
}

static void
others_words_are_not_found(struct fixture *f)
{
	int64_t other = put_company(f->store, "other", "{}"), id;
	struct store_op op = open_op(other, "a");
	struct feed_text text = {.company = f->company, .text = STR("x")};

	must(store_submit_wait(f->store, &op));
	id = op.open.conversation.id;
	(void)tell(f, id, "their secret bicycle 1");
	check_search(f, "bicycle", 0);
	check_search(f, "secret", 0);
	/* Nor can one company's words be filed under another's. */
	text.conversation = id;
	text.seq = 1;
	op = feed_op("other", 0, 1);
	op.feed.texts = &text;
	op.feed.text_count = 1;
	assert_int_equal(store_submit_wait(f->store, &op), E_NOTFOUND);
}

static void
a_search_is_bounded(struct fixture *f)
{
	struct search_ask ask = {.company = f->company,
	    .words = STR("a b c d e f g h i j k l m n o p q")};
	struct found found[1];
	char many[SEARCH_BYTES_MAX + 1];
	size_t n = 1;

	assert_int_equal(
	    store_search(f->reader, &ask, &f->arena, found, &n), E_BADINPUT);
	assert_int_equal(n, 0);
	memset(many, 'a', sizeof(many));
	ask.words = (struct str){many, sizeof(many)};
	n = 1;
	assert_int_equal(
	    store_search(f->reader, &ask, &f->arena, found, &n), E_BADINPUT);
	ask.words.n--;
	n = 1;
	must(store_search(f->reader, &ask, &f->arena, found, &n));
}

const struct suite_case suite_feed[] = {
    CASE(the_log_of_all_is_in_the_order_of_commits),
    CASE(a_place_moves_only_from_where_it_is),
    CASE(a_place_elsewhere_is_any_number),
    CASE(rows_come_with_the_place_or_not_at_all),
    CASE(too_much_at_once_is_refused),
    CASE(words_are_found),
    CASE(only_what_stands_there_is_found),
    CASE(signs_mean_nothing),
    CASE(the_newest_is_found_first),
    CASE(others_words_are_not_found),
    CASE(a_search_is_bounded),
    {0},
};
