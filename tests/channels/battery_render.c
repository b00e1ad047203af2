/* battery_render: an answer as payloads: split, refused, never half. */
#include "channels/split.h"
#include "tests/channels/battery.h"
#include "tests/lib/random.h"

#include <jansson.h>

/* ---- render ------------------------------------------------------------- */

static enum err
render(struct battery *b, const struct outgoing *m, struct payloads *out,
    struct faults *faults)
{
	memset(out, 0, sizeof(*out));
	return b->channel->render(b->account.doc, m, &b->arena, out, faults);
}

/* What the payload says; "" where it says nothing. */
static struct str
payload_text(struct battery *b, const struct payload *p)
{
	json_error_t error;
	json_t *j = json_loadb(
	    p->text.p, p->text.n, JSON_REJECT_DUPLICATES, &error);
	const char *text;
	struct str copy;

	if (!json_is_object(j))
		fail_msg("is no object: %.*s: %s", STR_FMT(p->text),
		    j == NULL ? error.text : "");
	text = json_string_value(json_object_get(j, b->fixture->text));
	copy = arena_copy(&b->arena, str_from(text == NULL ? "" : text));
	json_decref(j);
	return copy;
}

static void
payloads_are_sound(struct battery *b, const struct payloads *p)
{
	const struct capabilities *can = &b->channel->can;
	unsigned i;

	assert_true(p->count > 0 && p->count <= PAYLOADS_MAX);
	for (i = 0; i < p->count; i++) {
		const struct payload *one = &p->list[i];

		assert_true(one->recipient.n > 0);
		assert_false(battery_leaks(b, one->recipient));
		assert_false(battery_leaks(b, one->text));
		assert_true(text_length(payload_text(b, one), can->unit) <=
			    can->part_max);
	}
}

static void
assert_same(const struct payloads *a, const struct payloads *b)
{
	unsigned i;

	assert_int_equal(a->count, b->count);
	for (i = 0; i < a->count; i++) {
		assert_true(str_eq(a->list[i].text, b->list[i].text));
		assert_true(str_eq(a->list[i].recipient, b->list[i].recipient));
	}
}

/* n characters of words, each of them another. */
static const char *
words(struct battery *b, size_t n)
{
	struct buf out = {0};
	unsigned i;
	struct str copy;

	for (i = 0; out.len < n; i++)
		buf_addf(&out, "%sword%u", i == 0 ? "" : " ", i);
	out.len = n;
	if (out.data[n - 1] == ' ')
		out.data[n - 1] = 'x';
	copy = arena_copy(&b->arena, buf_view(&out));
	buf_free(&out);
	return copy.p;
}

/* Each word is in some payload, and in the order they had. */
static void
says_all_words(struct battery *b, const char *text, const struct payloads *p)
{
	struct str said = payload_text(b, &p->list[0]);
	unsigned i = 0;
	size_t n, at = 0;

	while (*text != '\0') {
		n = strcspn(text, " ");
		while (at + n > said.n || memcmp(said.p + at, text, n) != 0) {
			if (at++ < said.n)
				continue;
			if (++i == p->count)
				fail_msg("lost: %.*s", (int)n, text);
			said = payload_text(b, &p->list[i]);
			at = 0;
		}
		at += n;
		text += n + (text[n] == ' ');
	}
}

static void
render_splits(struct battery *b)
{
	const struct capabilities *can = &b->channel->can;
	const size_t lengths[] = {1, 100, can->part_max, can->part_max + 1,
	    can->text_max / 2, can->text_max};
	struct faults faults = {0};
	struct payloads one, two;
	size_t i;

	for (i = 0; i < ARRAY_LEN(lengths); i++) {
		const char *text = words(b, lengths[i]);
		struct outgoing m = battery_answer(b, text);

		assert_int_equal(render(b, &m, &one, &faults), OK);
		payloads_are_sound(b, &one);
		says_all_words(b, text, &one);
		assert_int_equal(render(b, &m, &two, &faults), OK);
		assert_same(&one, &two);
		if (lengths[i] > can->part_max)
			assert_true(one.count > 1);
	}
	assert_int_equal(faults.count, 0);
}

void
battery_render_splits(void **state)
{
	(void)state;
	battery_each(render_splits);
}

static void
refuses(struct battery *b, const struct outgoing *m, const char *where,
    const char *limit)
{
	struct faults faults = {0};
	struct payloads out;

	assert_int_equal(render(b, m, &out, &faults), E_BADINPUT);
	if (!battery_said(&faults, where, limit))
		fail_msg("no fault on %s says %s", where, limit);
	faults_free(&faults);
}

static const char *
number(struct battery *b, size_t n)
{
	return arena_printf(&b->arena, "%zu", n).p;
}

static void
refuses_texts(struct battery *b)
{
	const struct capabilities *can = &b->channel->can;
	struct outgoing m = battery_answer(b, words(b, can->text_max + 1));

	refuses(b, &m, "text", number(b, can->text_max));
	m.text = STR("");
	refuses(b, &m, "text", "is empty");
	m.text = STR(" \n\t");
	refuses(b, &m, "text", "is empty");
	m.text = STR("a\xff");
	refuses(b, &m, "text", "is not UTF-8");
}

static void
refuses_buttons(struct battery *b)
{
	const struct capabilities *can = &b->channel->can;
	struct button *list = arena_alloc(
	    &b->arena, (can->buttons_max + 1) * sizeof(*list));
	struct outgoing m = battery_answer(b, "Which?");
	struct faults faults = {0};
	struct payloads out;
	size_t i;

	for (i = 0; i <= can->buttons_max; i++)
		list[i] = (struct button){STR("Yes"), STR("yes")};
	m.buttons = list;
	m.button_count = can->buttons_max + 1;
	refuses(b, &m, "buttons",
	    can->buttons_max == 0 ? "not possible"
				  : number(b, can->buttons_max));
	if (can->buttons_max == 0)
		return;
	m.button_count = can->buttons_max;
	list[0].text = str_from(words(b, can->button_text_max));
	assert_int_equal(render(b, &m, &out, &faults), OK);
	payloads_are_sound(b, &out);
	list[0].text = str_from(words(b, can->button_text_max + 1));
	refuses(b, &m, "buttons[0].text", number(b, can->button_text_max));
	faults_free(&faults);
}

static struct outgoing_file
file_of(struct battery *b, const struct media_kind *k)
{
	size_t n = strlen(k->type);
	const char *end = n == 0 ? "x/y" : k->type[n - 1] == '/' ? "y" : "";

	return (struct outgoing_file){.name = STR("a file"),
	    .type = arena_printf(&b->arena, "%s%s", k->type, end),
	    .url = STR(BATTERY_URL "/v1/files/1?signature=2"),
	    .size = k->size_max};
}

static void
takes_file(struct battery *b, struct outgoing_file *file)
{
	struct outgoing m = battery_answer(b, "");
	struct faults faults = {0};
	struct payloads out;

	m.files = file;
	m.file_count = 1;
	assert_int_equal(render(b, &m, &out, &faults), OK);
	payloads_are_sound(b, &out);
	file->size++;
	refuses(b, &m, "files[0].size", number(b, file->size - 1));
	faults_free(&faults);
}

static void
refuses_files(struct battery *b)
{
	const struct capabilities *can = &b->channel->can;
	unsigned max = can->media == NULL ? 0 : can->media_max;
	struct outgoing_file *list = arena_alloc(
	    &b->arena, (max + 1) * sizeof(*list));
	struct outgoing m = battery_answer(b, "Look");
	const struct media_kind *k;
	size_t i;

	for (k = can->media; k != NULL && k->type != NULL; k++) {
		list[0] = file_of(b, k);
		takes_file(b, &list[0]);
	}
	for (i = 0; i <= max; i++)
		list[i] = (struct outgoing_file){.name = STR("n"),
		    .type = STR("application/x-unheard-of"),
		    .url = STR(BATTERY_URL "/1"),
		    .size = 1};
	m.files = list;
	m.file_count = max + 1;
	refuses(b, &m, "files", max == 0 ? "not possible" : number(b, max));
	if (max == 0 || (k - 1)->type[0] == '\0')
		return;
	m.file_count = 1;
	refuses(b, &m, "files[0].type", can->media[0].type);
}

static void
refuses_late(struct battery *b)
{
	const struct capabilities *can = &b->channel->can;
	struct company_account bare = *b->account.doc;
	struct outgoing m = battery_answer(b, "Good morning");
	struct faults faults = {0};
	struct payloads out;

	if (can->window_hours == 0)
		return;
	bare.template = (struct str){"", 0};
	m.customer_at = m.now - (int64_t)can->window_hours * 3600000 + 60000;
	assert_int_equal(
	    b->channel->render(&bare, &m, &b->arena, &out, &faults), OK);
	m.customer_at -= 120000;
	assert_int_equal(
	    b->channel->render(&bare, &m, &b->arena, &out, &faults),
	    E_BADINPUT);
	assert_true(
	    battery_said(&faults, "window", number(b, can->window_hours)));
	faults_free(&faults);
}

static void
render_refuses(struct battery *b)
{
	refuses_texts(b);
	refuses_buttons(b);
	refuses_files(b);
	refuses_late(b);
}

void
battery_render_refuses(void **state)
{
	(void)state;
	battery_each(render_refuses);
}

/* Markdown, good and bad, and signs that each channel writes otherwise. */
static const char *
odd_text(struct battery *b, struct test_random *random)
{
	static const char *const pieces[] = {"a", "word ", "**", "*", "_", "`",
	    "```", "\n```\n", "~~", "[a](", "https://a.example/b?c=d&e", ")",
	    "<", ">", "&", "&amp;", "|", "\n", "\n\n", "- ", "# ", "\\", "\"",
	    "<!channel>", "<@U1>", "\t", "\xc3\xa9", "\xf0\x9f\x91\x8d",
	    "\xe2\x80\xa8", "\x01", "{{1}}", "[x]", "!["};
	size_t n = 1 + test_random_below(random, 200);
	struct buf out = {0};
	struct str copy;

	for (; n > 0; n--)
		buf_str(
		    &out, pieces[test_random_below(random, ARRAY_LEN(pieces))]);
	copy = arena_copy(&b->arena, buf_view(&out));
	buf_free(&out);
	return copy.p;
}

static void
render_survives(struct battery *b)
{
	struct test_random random = test_random_new(b->channel->name);
	struct faults faults = {0};
	struct payloads out;
	unsigned i;

	for (i = 0; i < 1000; i++) {
		struct outgoing m = battery_answer(b, odd_text(b, &random));

		if (render(b, &m, &out, &faults) != OK)
			continue;
		if (out.count == 0)
			fail_msg(
			    "nothing goes out of \"%.*s\"", STR_FMT(m.text));
		payloads_are_sound(b, &out);
	}
	faults_free(&faults);
}

void
battery_render_survives(void **state)
{
	(void)state;
	battery_each(render_survives);
}
