/* battery_in: requests to our hooks: who is believed, and what is read. */
#include "core/utf8.h"
#include "tests/channels/battery.h"
#include "tests/lib/random.h"

#include <jansson.h>
#include <stdlib.h>
#include <strings.h>

/* ---- verify ------------------------------------------------------------- */

static void
refused(struct battery *b, const struct hook *h, const char *what)
{
	const char *why = NULL;
	enum err e = b->channel->verify(h, &b->arena, &why);

	if (e != E_DENIED)
		fail_msg("%s: is believed", what);
	assert_non_null(why);
	assert_true(strlen(why) > 0 && strchr(why, '\n') == NULL);
	assert_false(battery_leaks(b, str_from(why)));
}

/* Another byte in the middle of it. */
static const char *
changed(struct battery *b, const char *text)
{
	struct str copy = arena_copy(&b->arena, str_from(text));
	char *p = (char *)(uintptr_t)copy.p;

	p[copy.n / 2] = p[copy.n / 2] == 'A' ? 'B' : 'A';
	return p;
}

static const char *
without_end(struct battery *b, const char *text)
{
	return arena_copy(&b->arena, (struct str){text, strlen(text) - 1}).p;
}

static void
refuses_without_headers(struct battery *b)
{
	struct battery_request none = b->fixture->message;
	struct battery_request empty = none;
	struct hook h = battery_hook(b, &none);
	size_t i;

	memset(none.headers, 0, sizeof(none.headers));
	refused(b, &h, "no header");
	for (i = 0; i < ARRAY_LEN(empty.headers); i++)
		empty.headers[i].value = "";
	h = battery_hook(b, &empty);
	refused(b, &h, "empty headers");
}

/*
 * Each header in turn: not there, another, cut off, doubled. A header may not
 * matter to the signature; the one that carries it does, in all four ways.
 */
static void
refuses_other_headers(struct battery *b)
{
	const struct battery_request *m = &b->fixture->message;
	size_t i, k, denied = 0;

	for (i = 0; i < ARRAY_LEN(m->headers) && m->headers[i].name != NULL;
	     i++) {
		const char *v = m->headers[i].value;
		const char *values[] = {NULL, changed(b, v), without_end(b, v),
		    arena_printf(&b->arena, "%s%s", v, v).p};

		for (k = 0; k < ARRAY_LEN(values); k++) {
			struct battery_request r = *m;
			struct hook h = battery_hook(b, &r);
			const char *why = NULL;

			r.headers[i].value = values[k];
			denied += b->channel->verify(&h, &b->arena, &why) ==
				  E_DENIED;
		}
	}
	assert_true(denied >= 4);
}

static void
refuses_other_requests(struct battery *b)
{
	const struct battery_request *m = &b->fixture->message;
	struct battery_request r = *m;
	struct hook h;

	r.body = changed(b, m->body);
	h = battery_hook(b, &r);
	refused(b, &h, "another body");
	r.body = without_end(b, m->body);
	h = battery_hook(b, &r);
	refused(b, &h, "a body cut off");
	r.body = arena_printf(&b->arena, "%s ", m->body).p;
	h = battery_hook(b, &r);
	refused(b, &h, "a longer body");
	r.body = "";
	h = battery_hook(b, &r);
	refused(b, &h, "no body");
}

static void
refuses_other_accounts(struct battery *b)
{
	struct hook h = battery_hook(b, &b->fixture->message);
	struct account other = b->account;
	size_t i;

	other.token = STR("another token");
	for (i = 0; i < other.signing_count; i++)
		other.signing[i] = STR("another secret");
	h.account = &other;
	refused(b, &h, "another account");
}

static void
refuses_other_times(struct battery *b)
{
	struct hook h = battery_hook(b, &b->fixture->message);

	if (!b->fixture->timed)
		return;
	h.now = BATTERY_NOW + 3600 * 1000;
	refused(b, &h, "an hour old");
	h.now = BATTERY_NOW - 3600 * 1000;
	refused(b, &h, "of the next hour");
}

/* While one takes the place of the other, both sign. */
static void
believes_each_secret(struct battery *b)
{
	struct hook h = battery_hook(b, &b->fixture->message);
	struct account two = b->account;
	const char *why = NULL;

	two.signing_count = 2;
	two.signing[1] = b->account.signing[0];
	two.signing[0] = STR("another secret");
	h.account = &two;
	assert_int_equal(b->channel->verify(&h, &b->arena, &why), OK);
}

static void
verify_refuses(struct battery *b)
{
	refuses_without_headers(b);
	refuses_other_headers(b);
	refuses_other_requests(b);
	refuses_other_accounts(b);
	refuses_other_times(b);
	believes_each_secret(b);
}

void
battery_verify_refuses(void **state)
{
	(void)state;
	battery_each(verify_refuses);
}

/* ---- parse -------------------------------------------------------------- */

static void
is_text(struct str s, bool wanted)
{
	assert_true(utf8_valid(s));
	if (wanted)
		assert_true(s.n > 0);
}

static void
is_object(struct str s)
{
	json_t *j = json_loadb(s.p, s.n, JSON_REJECT_DUPLICATES, NULL);

	assert_true(json_is_object(j));
	json_decref(j);
}

static void
envelope_is_sound(const struct battery *b, const struct envelope *e)
{
	size_t n = strlen(b->channel->name);
	unsigned i;

	assert_true(e->kind == EVENT_MESSAGE || e->kind == EVENT_EDITED ||
		    e->kind == EVENT_DELETED || e->kind == EVENT_OPENED);
	is_text(e->source, true);
	assert_true(e->source.n > n);
	assert_memory_equal(e->source.p, b->channel->name, n);
	is_text(e->address, true);
	is_text(e->alias, false);
	is_text(e->person, e->kind == EVENT_MESSAGE);
	is_text(e->name, false);
	is_text(e->reply, false);
	is_text(e->about, e->kind == EVENT_EDITED || e->kind == EVENT_DELETED);
	if (e->kind == EVENT_MESSAGE || e->kind == EVENT_EDITED)
		is_object(e->body);
	assert_true(e->file_count <= ENVELOPE_FILES_MAX);
	for (i = 0; i < e->file_count; i++) {
		is_text(e->files[i].name, false);
		is_text(e->files[i].payload, true);
	}
}

static void
arrival_is_sound(const struct battery *b, const struct arrival *a)
{
	size_t i;

	for (i = 0; i < a->envelope_count; i++)
		envelope_is_sound(b, &a->envelopes[i]);
	for (i = 0; i < a->receipt_count; i++) {
		assert_true(
		    a->receipts[i].row > 0 || a->receipts[i].vendor_id.n > 0);
		is_text(a->receipts[i].reason, false);
	}
	assert_true(a->status == 0 || (a->status >= 200 && a->status < 500));
	assert_true(a->type != NULL || a->answer.n == 0);
}

static bool
same(const struct envelope *a, const struct envelope *b)
{
	return a->kind == b->kind && str_eq(a->source, b->source) &&
	       str_eq(a->address, b->address) && str_eq(a->person, b->person) &&
	       str_eq(a->body, b->body) && a->at == b->at;
}

static void
parse_brings(struct battery *b)
{
	struct arrival one, two, file;

	battery_parse(b, &b->fixture->message, &one);
	battery_parse(b, &b->fixture->message, &two);
	arrival_is_sound(b, &one);
	assert_int_equal(one.envelope_count, 1);
	assert_int_equal(one.envelopes[0].kind, EVENT_MESSAGE);
	assert_true(one.envelopes[0].at > BATTERY_NOW - 86400000 &&
		    one.envelopes[0].at <= BATTERY_NOW + 60000);
	assert_true(same(&one.envelopes[0], &two.envelopes[0]));
	if (b->fixture->file.body == NULL)
		return;
	battery_parse(b, &b->fixture->file, &file);
	arrival_is_sound(b, &file);
	assert_int_equal(file.envelope_count, 1);
	assert_int_equal(file.envelopes[0].file_count, 1);
	assert_false(str_eq(one.envelopes[0].source, file.envelopes[0].source));
	assert_true(str_eq(one.envelopes[0].person, file.envelopes[0].person));
}

void
battery_parse_brings(void **state)
{
	(void)state;
	battery_each(parse_brings);
}

static struct test_random parse_random;

static size_t
below(size_t n)
{
	return test_random_below(&parse_random, n);
}

/* The example with a few bytes lost, doubled or changed; or only noise. */
static struct str
spoilt(struct battery *b, struct str text)
{
	static const char tokens[] = "{}[]\",:&=%+0\\un\xff\xc3";
	struct buf out = {0};
	struct str copy;
	size_t i;

	if (below(4) == 0)
		text.n = 0;
	for (i = 0; i < text.n; i++) {
		size_t what = below(60);

		if (what > 2)
			buf_char(&out, text.p[i]);
		if (what == 1)
			buf_char(&out, (char)below(256));
		if (what == 2)
			buf_char(&out, tokens[below(sizeof(tokens) - 1)]);
		if (what == 3)
			buf_char(&out, text.p[i]);
	}
	for (i = text.n == 0 ? below(80) : 0; i > 0; i--)
		buf_char(&out, tokens[below(sizeof(tokens) - 1)]);
	copy = arena_copy(&b->arena, out.len == 0 ? STR("") : buf_view(&out));
	buf_free(&out);
	return copy;
}

static void
parse_spoilt(struct battery *b, const struct battery_request *r)
{
	static const char *const types[] = {"", "application/json",
	    "application/x-www-form-urlencoded", "text/xml", "multipart/x"};
	static const char *const tails[] = {
	    "", "/", "/status", "/events", "/../x"};
	struct hook h = battery_hook(b, r);
	struct arrival out = {.envelope_count = 0};
	const char *why = NULL;
	enum err e;

	h.body = spoilt(b, h.body);
	if (below(4) == 0)
		h.query = spoilt(b, h.body);
	if (below(6) == 0)
		h.type = str_from(types[below(ARRAY_LEN(types))]);
	if (below(6) == 0)
		h.tail = str_from(tails[below(ARRAY_LEN(tails))]);
	if (below(20) == 0)
		h.method = STR("GET");
	e = b->channel->parse(&h, &b->arena, &out, &why);
	assert_true(e == OK || e == E_BADINPUT);
	if (e == OK)
		arrival_is_sound(b, &out);
	else
		assert_true(why != NULL && strlen(why) > 0);
}

static void
parse_survives(struct battery *b)
{
	const struct battery_request *file = &b->fixture->file;
	unsigned i;

	for (i = 0; i < 1000; i++)
		parse_spoilt(b, i % 2 == 0 || file->body == NULL
				    ? &b->fixture->message
				    : file);
}

void
battery_parse_survives(void **state)
{
	(void)state;
	parse_random = test_random_new("battery parse");
	battery_each(parse_survives);
}
