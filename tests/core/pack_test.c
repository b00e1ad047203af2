/* pack: what of a conversation is told to who takes it over. */
#include "core/pack.h"
#include "tests/lib/cmocka.h"
#include "tests/lib/random.h"

#include <jansson.h>

#define EVENTS 400

static struct event
said(const char *body)
{
	return (struct event){.kind = EVENT_MESSAGE,
	    .author = AUTHOR_CUSTOMER,
	    .body = str_from(body)};
}

static struct event
answered(const char *body)
{
	return (struct event){.kind = EVENT_MESSAGE,
	    .author = AUTHOR_BOT,
	    .body = str_from(body)};
}

/* As JSON, to be freed. */
static json_t *
written(const struct pack_source *src)
{
	struct arena a = {0};
	struct buf b = {0};
	struct pack p;
	json_t *out;

	assert_int_equal(pack_make(src, &a, &p), OK);
	pack_write(&p, &b);
	assert_false(b.failed);
	assert_true(b.len <= PACK_BYTES_MAX);
	out = json_loadb(b.data, b.len, JSON_REJECT_DUPLICATES, NULL);
	if (out == NULL)
		fail_msg("%.*s", (int)b.len, b.data);
	buf_free(&b);
	arena_free(&a);
	return out;
}

static void
assert_list(const json_t *pack, const char *name, const char *const *texts)
{
	const json_t *list = json_object_get(pack, name);
	size_t n = 0;

	for (; texts[n] != NULL; n++)
		assert_string_equal(
		    json_string_value(json_array_get(list, n)), texts[n]);
	assert_int_equal(json_array_size(list), n);
}

#define LIST(pack, name, ...) \
	assert_list(pack, name, (const char *const[]){__VA_ARGS__, NULL})

static void
test_a_story(void **state)
{
	const struct event events[] = {
	    {.kind = EVENT_OPENED},
	    said("{\"text\":\"Hi! Where is my order A-10023? I have waited "
		 "for two weeks now and nobody tells me anything.\"}"),
	    answered("{\"text\":\"...\",\"answer\":\"found\","
		     "\"confidence\":71,\"cites\":\"Delivery times\"}"),
	    said("{\"text\":\"That does not help me. I ordered it on "
		 "2026-11-02, order number 4711, and paid 129.90.\"}"),
	    answered("{\"text\":\"?\",\"answer\":\"unknown\","
		     "\"confidence\":8}"),
	    said("{\"text\":\"Write to ann@example.org or call "
		 "+49 (0)170 123-4567. This is ridiculous!!\"}"),
	    said("{\"text\":\"Let me speak to a human\"}"),
	};
	const struct pack_source src = {.events = events,
	    .count = ARRAY_LEN(events),
	    .why = STR("asked"),
	    .name = STR("Ann \"A\" B")};
	json_t *pack = written(&src);
	const json_t *tried = json_object_get(pack, "tried"), *contact;

	(void)state;
	LIST(pack, "summary", "Where is my order A-10023?",
	    "I have waited for two weeks now and nobody tells me anything.",
	    "I ordered it on 2026-11-02, order number 4711, and paid 129.90.",
	    "Write to ann@example.org or call +49 (0)170 123-4567.",
	    "This is ridiculous!!");
	LIST(pack, "numbers", "A-10023", "4711");
	LIST(pack, "open",
	    "That does not help me. I ordered it on 2026-11-02, order number "
	    "4711, and paid 129.90.");
	LIST(pack, "mentioned", "ann@example.org");
	contact = json_object_get(pack, "contact");
	assert_null(json_object_get(contact, "email"));
	assert_string_equal(
	    json_string_value(json_object_get(contact, "phone")),
	    "+49 (0)170 123-4567");
	assert_string_equal(
	    json_string_value(json_object_get(contact, "name")), "Ann \"A\" B");
	assert_int_equal(json_array_size(tried), 2);
	assert_string_equal(json_string_value(json_object_get(
				json_array_get(tried, 0), "cites")),
	    "Delivery times");
	assert_int_equal(json_integer_value(json_object_get(
			     json_array_get(tried, 1), "confidence")),
	    8);
	assert_string_equal(
	    json_string_value(json_object_get(pack, "language")), "en");
	assert_true(json_is_true(json_object_get(pack, "angry")));
	assert_int_equal(
	    json_integer_value(json_object_get(pack, "messages")), 4);
	json_decref(pack);
}

static void
test_what_was_found_and_not_said(void **state)
{
	const struct event events[] = {
	    said("{\"text\":\"Do you repair bikes?\"}"),
	};
	const struct answer answer = {
	    .kind = ANSWER_FOUND, .confidence = 22, .source = STR("Repairs")};
	struct pack_source src = {
	    .events = events, .count = 1, .why = STR("unsure")};
	json_t *pack;

	(void)state;
	pack = written(&src);
	LIST(pack, "open", "Do you repair bikes?");
	assert_null(json_object_get(pack, "tried"));
	assert_null(json_object_get(pack, "contact"));
	json_decref(pack);
	src.answer = &answer;
	pack = written(&src);
	assert_int_equal(json_array_size(json_object_get(pack, "tried")), 1);
	json_decref(pack);
}

static void
test_nothing(void **state)
{
	const struct event junk[] = {said("no JSON"), said("{\"text\":7}"),
	    said("{\"text\":\"\"}"), answered("[]"), {.kind = EVENT_MESSAGE}};
	const struct pack_source src = {
	    .events = junk, .count = ARRAY_LEN(junk)};
	json_t *pack = written(&src);

	(void)state;
	assert_null(json_object_get(pack, "summary"));
	assert_int_equal(json_object_size(pack), 3);
	json_decref(pack);
}

static void
test_says_nothing_twice(void **state)
{
	const struct event events[] = {
	    said("{\"text\":\"agent please\"}"),
	    said("{\"text\":\"My bike is broken.\"}"),
	    said("{\"text\":\"my bike is BROKEN!\"}"),
	    said("{\"text\":\"Hello? My bike, it is broken\"}"),
	    said("{\"text\":\"The chain fell off in Hamburg\"}"),
	};
	const struct pack_source src = {
	    .events = events, .count = ARRAY_LEN(events)};
	json_t *pack = written(&src);

	(void)state;
	LIST(pack, "summary", "My bike is broken.",
	    "The chain fell off in Hamburg");
	json_decref(pack);
}

/* Facts in one text: e-mail, phone, numbers, each "" if there is none. */
static const struct {
	const char *text, *email, *phone, *numbers;
} facts[] = {
    {"mail me: a.b+c@shop.example.com.", "a.b+c@shop.example.com", "", ""},
    {"(x@y.de)", "x@y.de", "", ""},
    {"@home a@b b@c. d@e.1 f@-", "", "", ""},
    {"0170 1234567", "", "0170 1234567", ""},
    {"ruf an unter 040/123456-7 bitte", "", "040/123456-7", ""},
    {"tel:+4917012345678!", "", "+4917012345678", ""},
    {"0800", "", "", ""},
    {"it cost 0.99 or 1000", "", "", ""},
    {"on 01.02.2026 or 2026-11-21 or 21/11/26", "", "", ""},
    {"#4711 and #4711", "", "", "#4711"},
    {"order no. 4711, please", "", "", "4711"},
    {"Bestellnummer: DE-2024-118", "", "", "DE-2024-118"},
    {"case 12", "", "", ""},
    {"a 1000mah battery, 500gb, iPhone15", "", "", ""},
    {"123456 is it", "", "", "123456"},
    {"tracking JD014600006281230704 ok", "", "", "JD014600006281230704"},
    {"zam\xc3\xb3wienie 88123", "", "", "88123"},
};

static void
test_facts(void **state)
{
	(void)state;
	for (unsigned i = 0; i < ARRAY_LEN(facts); i++) {
		json_t *body = json_pack("{ss}", "text", facts[i].text);
		char *text = json_dumps(body, 0);
		struct event e = said(text);
		const struct pack_source src = {.events = &e, .count = 1};
		struct arena a = {0};
		struct pack p;
		struct str number, email;

		assert_int_equal(pack_make(&src, &a, &p), OK);
		assert_int_equal(p.email.n, 0);
		email = p.mentioned_count > 0 ? p.mentioned[0] : STR("");
		number = p.number_count > 0 ? p.numbers[0] : STR("");
		if (!str_eq(email, str_from(facts[i].email)) ||
		    !str_eq(p.phone, str_from(facts[i].phone)) ||
		    !str_eq(number, str_from(facts[i].numbers)) ||
		    p.number_count > 1)
			fail_msg("%s: \"%.*s\" \"%.*s\" \"%.*s\"",
			    facts[i].text, STR_FMT(email), STR_FMT(p.phone),
			    STR_FMT(number));
		arena_free(&a);
		free(text);
		json_decref(body);
	}
}

/* Each once, and not the one that is known to be theirs. */
static void
test_addresses(void **state)
{
	const struct event events[] = {
	    said("{\"text\":\"I wrote to a@x.example and b@x.example\"}"),
	    said("{\"text\":\"and a@x.example. I am eve@x.example\"}"),
	    said("{\"text\":\"c@x.example d@x.example e@x.example\"}"),
	};
	struct pack_source src = {
	    .events = events, .count = 3, .email = STR("eve@x.example")};
	json_t *pack = written(&src);

	(void)state;
	LIST(pack, "mentioned", "a@x.example", "b@x.example", "c@x.example");
	assert_string_equal(json_string_value(json_object_get(
				json_object_get(pack, "contact"), "email")),
	    "eve@x.example");
	json_decref(pack);
}

static void
test_what_is_chosen(void **state)
{
	const struct event events[] = {
	    said("{\"text\":\"one two three four five six seven. One two "
		 "three four five six nine. One two three four ten eleven. "
		 "Room 101 it is. Ten twenty thirty forty fifty. "
		 "Aa bb cc dd ee ff gg hh. Short newest one.\"}"),
	};
	const struct pack_source src = {.events = events, .count = 1};
	json_t *pack = written(&src);

	(void)state;
	/* The first, the newest, the one with a number, the longest. */
	LIST(pack, "summary", "one two three four five six seven.",
	    "One two three four ten eleven.", "Room 101 it is.",
	    "Aa bb cc dd ee ff gg hh.", "Short newest one.");
	json_decref(pack);
}

/* Of more than there is room for the newest stay, in order. */
static void
test_many_sentences(void **state)
{
	struct buf b = {0};
	struct event e;
	json_t *pack;

	(void)state;
	buf_str(&b, "{\"text\":\"");
	for (unsigned i = 0; i < 1000; i++)
		buf_addf(&b, "w%u x%u y%u z%u. ", i, i, i, i);
	buf_str(&b, "the very last one\"}");
	buf_char(&b, '\0');
	e = said(b.data);
	pack = written(&(struct pack_source){.events = &e, .count = 1});
	LIST(pack, "summary", "w801 x801 y801 z801.", "w802 x802 y802 z802.",
	    "w803 x803 y803 z803.", "w804 x804 y804 z804.",
	    "the very last one");
	json_decref(pack);
	buf_free(&b);
}

static void
assert_short(const json_t *value)
{
	const json_t *inner;
	const char *name;
	size_t i;

	if (json_is_string(value))
		assert_true(json_string_length(value) <= PACK_LINE_MAX);
	json_array_foreach(value, i, inner) assert_short(inner);
	json_object_foreach((json_t *)(uintptr_t)value, name, inner)
	    assert_short(inner);
}

static struct event events_of[EVENTS + 50];
static char *texts_of[EVENTS + 50];

static void
make_junk(struct test_random *r, const char *alphabet, unsigned i)
{
	static const char *const wide[] = {"\xc3\xa9", "\xf0\x9f\x99\x82"};
	struct buf raw = {0}, body = {0};
	size_t n = i < 3 ? 60000 : test_random_below(r, 700);

	while (raw.len < n)
		if (test_random_below(r, 9) == 0)
			buf_str(&raw, wide[test_random_below(r, 2)]);
		else
			buf_char(&raw,
			    alphabet[test_random_below(r, strlen(alphabet))]);
	buf_str(&body, "{\"text\":");
	buf_json(&body, buf_view(&raw));
	buf_str(&body, ",\"answer\":\"unknown\",\"cites\":");
	buf_json(&body, buf_view(&raw));
	buf_str(&body, "}");
	buf_char(&body, '\0');
	texts_of[i] = body.data;
	events_of[i] = i % 3 == 2 ? answered(body.data) : said(body.data);
	buf_free(&raw);
}

/* However long and odd what was said is, the pack is small and JSON. */
static void
test_bounds(void **state)
{
	static const char *const alphabets[] = {
	    "ab 019.?!@+#\"\\\n\x01-/(order", "\x01\x02\x1f\x03\x04\x05\x06"
					      "b? a"};
	struct test_random r = test_random_new("pack_bounds");
	json_t *pack;

	(void)state;
	for (unsigned a = 0; a < ARRAY_LEN(alphabets); a++) {
		for (unsigned i = 0; i < ARRAY_LEN(events_of); i++)
			make_junk(&r, alphabets[a], i);
		pack = written(&(struct pack_source){.events = events_of,
		    .count = ARRAY_LEN(events_of),
		    .name = str_from(texts_of[0]),
		    .email = str_from(texts_of[1])});
		assert_int_equal(
		    json_array_size(json_object_get(pack, "summary")), 5);
		assert_short(pack);
		json_decref(pack);
		for (unsigned i = 0; i < ARRAY_LEN(events_of); i++)
			free(texts_of[i]);
	}
}

/* Who changes their language, or calms down, has done so. */
static void
test_newest_count(void **state)
{
	struct event events[40];
	json_t *pack;

	(void)state;
	for (unsigned i = 0; i < ARRAY_LEN(events); i++)
		events[i] = i < 8
				? said("{\"text\":\"Das ist nicht gut und ich "
				       "bin sehr wütend!!! FRECHHEIT, das "
				       "ist unverschämt!!!\"}")
				: said("{\"text\":\"the cup is\"}");
	pack = written(&(struct pack_source){.events = events, .count = 8});
	assert_string_equal(
	    json_string_value(json_object_get(pack, "language")), "de");
	assert_true(json_is_true(json_object_get(pack, "angry")));
	json_decref(pack);
	pack = written(&(struct pack_source){.events = events, .count = 10});
	assert_true(json_is_true(json_object_get(pack, "angry")));
	json_decref(pack);
	pack = written(&(struct pack_source){.events = events, .count = 40});
	assert_string_equal(
	    json_string_value(json_object_get(pack, "language")), "en");
	assert_true(json_is_false(json_object_get(pack, "angry")));
	json_decref(pack);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_a_story),
	    cmocka_unit_test(test_what_was_found_and_not_said),
	    cmocka_unit_test(test_nothing),
	    cmocka_unit_test(test_says_nothing_twice),
	    cmocka_unit_test(test_facts),
	    cmocka_unit_test(test_addresses),
	    cmocka_unit_test(test_what_is_chosen),
	    cmocka_unit_test(test_many_sentences),
	    cmocka_unit_test(test_bounds),
	    cmocka_unit_test(test_newest_count),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
