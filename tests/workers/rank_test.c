/*
 * rank: what each of its ways of finding is for, one by one; languages; and
 * texts that nobody would write.
 */
#include "workers/rank.h"
#include "workers/rank_near.h"

#include <malloc.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <setjmp.h>
#include <time.h>
#include <cmocka.h>

#define ENTRY(q, a) \
	{ \
		{q, sizeof(q) - 1}, \
		{ \
			a, sizeof(a) - 1 \
		} \
	}

static const struct faq_entry shop[] = {
    ENTRY("What are your opening hours?", "Daily from nine to six."),
    ENTRY("How much is delivery?", "Four ninety, free from sixty."),
    ENTRY("Can I return an item?", "Within thirty days, unused."),
    ENTRY("Do you sell gift cards?", "For any amount, in the shop."),
    ENTRY("Do you repair tents?", "Zips, poles and seams, in a week."),
    ENTRY("Is there a warranty?", "Two years; seams for life. Ask Muriel."),
    ENTRY("Which backpack fits me?", "Come by and we measure your back."),
    ENTRY("How do I wash a sleeping bag?", "By hand, without softener."),
};

static const struct {
	const char *why, *text;
	int entry; /* -1: nothing is sure */
} finds[] = {
    {"itself", "Do you repair tents?", 4},
    {"another form", "my tent needs repairing", 4},
    {"one word", "warranty", 5},
    {"a slip", "waranty", 5},
    {"two letters swapped", "can I retrun it", 2},
    {"a long word with two slips", "slepping bag wahsing", 7},
    {"one word for two", "giftcards", 3},
    {"two words for one", "back pack", 6},
    {"the same meaning", "guarantee", 5},
    {"a phrase of the same meaning", "do you do store credit", 3},
    {"a phrase for a word", "what does shipping cost", 1},
    {"only in an answer", "ask muriel", 5},
    {"accents do not matter", "W\xc3\xa4rr\xc3\xa1nty", 5},
    {"shouting does not matter", "OPENING HOURS", 0},
    {"nothing of it", "who won the match", -1},
    {"only small words", "do you have the", -1},
    {"one weak word", "do you sell kayaks", -1},
    {"numbers are not misspelt", "4711", -1},
    {"no words", "?!", -1},
    {"nothing", "", -1},
};

static void
finds_and_knows_when_not(void **state)
{
	struct rank_hit hit;
	struct rank *r;
	size_t i;

	(void)state;
	assert_int_equal(rank_build(shop, ARRAY_LEN(shop), &r), OK);
	for (i = 0; i < ARRAY_LEN(finds); i++) {
		size_t n = rank_find(r, str_from(finds[i].text), &hit, 1);
		int entry = n > 0 && hit.confidence >= RANK_SURE
				? (int)hit.entry
				: -1;

		if (entry != finds[i].entry)
			fail_msg("%s: \"%s\": %d (%u)", finds[i].why,
			    finds[i].text, n > 0 ? (int)hit.entry : -1,
			    n > 0 ? hit.confidence : 0);
	}
	rank_free(r);
}

static void
hits_are_in_order_and_bounded(void **state)
{
	struct rank_hit hits[ARRAY_LEN(shop)];
	struct rank *r;
	size_t n, i;

	(void)state;
	assert_int_equal(rank_build(shop, ARRAY_LEN(shop), &r), OK);
	n = rank_find(r, STR("do you have seams, hours and tents"), hits, 8);
	assert_true(n > 2 && n <= 8);
	for (i = 1; i < n; i++)
		assert_true(hits[i - 1].score >= hits[i].score);
	assert_int_equal(rank_find(r, STR("tents or seams"), hits, 1), 1);
	assert_int_equal(hits[0].entry, 4);
	rank_free(r);
}

/* Asking leaves nothing behind: the same again, whatever came between. */
static void
asking_changes_nothing(void **state)
{
	struct rank_hit first, again;
	struct rank *r;
	size_t i;

	(void)state;
	assert_int_equal(rank_build(shop, ARRAY_LEN(shop), &r), OK);
	assert_int_equal(rank_find(r, STR("wash a tent"), &first, 1), 1);
	for (i = 0; i < ARRAY_LEN(finds); i++)
		(void)rank_find(r, str_from(finds[i].text), &again, 1);
	assert_int_equal(rank_find(r, STR("wash a tent"), &again, 1), 1);
	assert_int_equal(first.entry, again.entry);
	assert_true(first.score >= again.score && first.score <= again.score);
	assert_int_equal(first.confidence, again.confidence);
	rank_free(r);
}

/* A stop word of one language is a word of another. */
static void
weighs_words_by_the_language_of_the_entries(void **state)
{
	static const struct faq_entry german[] = {
	    ENTRY("Wann habt ihr ge\xc3\xb6"
		  "ffnet?",
		"Von neun bis sechs, und am Samstag bis zwei."),
	    ENTRY("Wie kann ich bezahlen?", "Bar und mit der Karte."),
	    ENTRY("Liefert ihr nach Hause?", "Ja, in der ganzen Stadt."),
	    ENTRY("Kann ich Gutscheine kaufen?", "Gern, ab zehn Euro."),
	};
	static const struct {
		const char *text;
		size_t entry;
	} asks[] = {
	    {"wann ist ge\xc3\xb6"
	     "ffnet",
		0},
	    {"Kann ich mit Karte bezahlen", 1},
	    {"liefern sie auch nach hause", 2},
	    {"Habt ihr Gutschein", 3},
	};
	struct rank_hit hit;
	struct rank *r;
	size_t i;

	(void)state;
	assert_int_equal(rank_build(german, ARRAY_LEN(german), &r), OK);
	for (i = 0; i < ARRAY_LEN(asks); i++) {
		assert_int_equal(
		    rank_find(r, str_from(asks[i].text), &hit, 1), 1);
		assert_int_equal(hit.entry, asks[i].entry);
		assert_true(hit.confidence >= RANK_SURE);
	}
	if (rank_find(r, STR("wie ist das wetter"), &hit, 1) == 1)
		assert_true(hit.confidence < RANK_SURE);
	rank_free(r);
}

static void
reads_scripts_without_spaces(void **state)
{
	static const struct faq_entry chinese[] = {
	    /* when do you open / can I return / where are you */
	    ENTRY("\xe8\x90\xa5\xe4\xb8\x9a\xe6\x97\xb6\xe9\x97\xb4", "9-18"),
	    ENTRY(
		"\xe5\x8f\xaf\xe4\xbb\xa5\xe9\x80\x80\xe8\xb4\xa7\xe5\x90\x97",
		"30"),
	    ENTRY(
		"\xe4\xbd\xa0\xe4\xbb\xac\xe5\x9c\xa8\xe5\x93\xaa\xe9\x87\x8c",
		"12"),
	};
	struct rank_hit hit;
	struct rank *r;

	(void)state;
	assert_int_equal(rank_build(chinese, ARRAY_LEN(chinese), &r), OK);
	assert_int_equal(
	    rank_find(r, STR("\xe9\x80\x80\xe8\xb4\xa7"), &hit, 1), 1);
	assert_int_equal(hit.entry, 1);
	assert_true(hit.confidence >= RANK_SURE);
	rank_free(r);
}

static void
an_empty_list_knows_nothing(void **state)
{
	struct rank_hit hit;
	struct rank *r;

	(void)state;
	assert_int_equal(rank_build(NULL, 0, &r), OK);
	assert_int_equal(rank_find(r, STR("opening hours?"), &hit, 1), 0);
	rank_free(r);
}

/* ---- what nobody would write ------------------------------------------- */

static unsigned
seed_from_environment(void)
{
	const char *given = getenv("SEED");
	unsigned seed = given != NULL ? (unsigned)strtoul(given, NULL, 10)
				      : (unsigned)time(NULL);

	print_message("SEED=%u\n", seed);
	return seed;
}

/* Bytes of all kinds, more often those that mean something here. */
static size_t
noise(unsigned *seed, char *out, size_t room)
{
	static const char *const scraps[] = {"gift", "card", " ", "'", "-", "?",
	    "\xc3\xa9", "\xe8\xb4\xa7", "\xff", "how much ", "tent",
	    "\xf0\x9f\x91\x8d", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
	    "\xcc\x81", "s", "ing", "0", "\n"};
	size_t n = 0, want = (size_t)rand_r(seed) % room;

	while (n < want) {
		const char *s =
		    scraps[(size_t)rand_r(seed) % ARRAY_LEN(scraps)];
		size_t k = strlen(s);

		if (n + k > room)
			break;
		memcpy(out + n, s, k);
		n += k;
	}
	return n;
}

static void
survives_noise(void **state)
{
	unsigned seed = seed_from_environment();
	char text[9][600];
	struct rank_hit hits[3];
	int round, ask;

	(void)state;
	for (round = 0; round < 20; round++) {
		struct faq_entry entries[4];
		struct rank *r;
		size_t i;

		for (i = 0; i < 4; i++) {
			entries[i].question = (struct str){
			    text[i], noise(&seed, text[i], sizeof(text[i]))};
			entries[i].answer = (struct str){text[i + 4],
			    noise(&seed, text[i + 4], sizeof(text[i]))};
		}
		assert_int_equal(rank_build(entries, 4, &r), OK);
		for (ask = 0; ask < 20; ask++) {
			size_t n = noise(&seed, text[8], sizeof(text[8]));

			n = rank_find(r, (struct str){text[8], n}, hits, 3);
			assert_true(n <= 3);
			for (i = 0; i < n; i++)
				assert_true(hits[i].entry < 4 &&
					    hits[i].confidence <= 100);
		}
		rank_free(r);
	}
}

/* A message of 64 KiB of different words is read as far as is sensible. */
static void
bounds_what_it_reads(void **state)
{
	struct rank_hit hit;
	struct buf b = {0};
	struct rank *r;
	size_t i;

	(void)state;
	assert_int_equal(rank_build(shop, ARRAY_LEN(shop), &r), OK);
	for (i = 0; b.len < 65536; i++)
		buf_addf(&b, "word%zx ", i * 7919);
	buf_str(&b, "opening hours");
	assert_int_equal(rank_find(r, buf_view(&b), &hit, 1), 0);
	buf_free(&b);
	rank_free(r);
}

static void
takes_no_memory_to_ask(void **state)
{
	struct mallinfo2 before, after;
	struct rank_hit hit;
	struct rank *r;
	size_t i;

	(void)state;
	assert_int_equal(rank_build(shop, ARRAY_LEN(shop), &r), OK);
	before = mallinfo2();
	for (i = 0; i < ARRAY_LEN(finds); i++)
		(void)rank_find(r, str_from(finds[i].text), &hit, 1);
	after = mallinfo2();
	assert_int_equal(before.uordblks, after.uordblks);
	rank_free(r);
}

/* ---- spelling ---------------------------------------------------------- */

static void
finds_words_spelt_nearly_so(void **state)
{
	static const char *const words[] = {
	    "opening", "open", "shipping", "shopping", "warranty", "cat"};
	struct rank_near near = {0};
	struct rank_near_hit hits[RANK_NEAR_MAX];
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_LEN(words); i++)
		assert_int_equal(
		    rank_names_add(&near.words, str_from(words[i])), i);
	assert_int_equal(rank_names_add(&near.words, STR("open")), 1);
	assert_true(rank_near_build(&near));
	assert_true(rank_near_find(&near, STR("warrenty"), hits) >= 1);
	assert_int_equal(hits[0].word, 4);
	assert_true(rank_near_find(&near, STR("shiping"), hits) >= 1);
	assert_int_equal(hits[0].word, 2);
	assert_int_equal(rank_near_find(&near, STR("zebra"), hits), 0);
	assert_int_equal(rank_near_find(&near, STR("bat"), hits), 0);
	rank_near_free(&near);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(finds_and_knows_when_not),
	    cmocka_unit_test(hits_are_in_order_and_bounded),
	    cmocka_unit_test(asking_changes_nothing),
	    cmocka_unit_test(weighs_words_by_the_language_of_the_entries),
	    cmocka_unit_test(reads_scripts_without_spaces),
	    cmocka_unit_test(an_empty_list_knows_nothing),
	    cmocka_unit_test(survives_noise),
	    cmocka_unit_test(bounds_what_it_reads),
	    cmocka_unit_test(takes_no_memory_to_ask),
	    cmocka_unit_test(finds_words_spelt_nearly_so),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
