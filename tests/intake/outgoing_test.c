/*
 * outgoing: which rows a decision's messages become, over every channel that
 * has a vendor; and what becomes of a message that a channel refuses.
 */
#include "core/company.h"
#include "tests/lib/cmocka.h"
#include "intake/outgoing.h"

#include <stdio.h>

#define LONG_TEXT 9000u

static struct company *
company(void)
{
	const char *text = "{\"name\":\"Shop\"}";
	struct faults faults = {0};
	struct company *c = NULL;

	assert_int_equal(company_parse(str_from(text), &faults, &c), OK);
	return c;
}

struct said {
	struct arena arena;
	struct company *company;
	struct reach reach;
	struct decision d;
	struct outgoing_list list;
};

static void
say(struct said *s, const struct channel *c, struct str body)
{
	struct outgoing_of of;

	s->company = company();
	s->reach = (struct reach){.channel = str_from(c->name),
	    .account = STR("main"),
	    .address = STR("+15551230001"),
	    .customer_at = 1000};
	of = (struct outgoing_of){.company = s->company,
	    .channel = c,
	    .reach = &s->reach,
	    .now = 2000};
	s->d = (struct decision){.kind = DECIDE_COMMIT, .seq = 4};
	s->d.events[0] = (struct event){
	    .kind = EVENT_MESSAGE, .author = AUTHOR_BOT, .body = body};
	s->d.event_count = 1;
	assert_int_equal(outgoing_rows(&of, &s->d, &s->arena, &s->list), OK);
}

static void
forget(struct said *s)
{
	company_unref(s->company);
	arena_free(&s->arena);
}

static void
each_vendor_gets_rows(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; channels[i] != NULL; i++) {
		const struct reach there = {
		    .channel = str_from(channels[i]->name)};
		struct said s = {.company = NULL};

		if (!channel_has_vendor(channels[i])) {
			assert_null(outgoing_channel(&there));
			continue;
		}
		assert_ptr_equal(outgoing_channel(&there), channels[i]);
		say(&s, channels[i], STR("{\"text\":\"Hello.\"}"));
		if (s.list.count ==
		    1) { /* else its reply was needed to say where */
			assert_true(
			    str_eq(s.list.rows[0].channel, there.channel));
			assert_true(
			    str_eq(s.list.rows[0].account, STR("main")));
			assert_non_null(memmem(s.list.rows[0].payload.p,
			    s.list.rows[0].payload.n, "Hello.", 6));
			assert_int_equal(s.list.rows[0].kind, OUTBOX_SEND);
		} else {
			assert_int_equal(s.d.event_count, 2);
		}
		forget(&s);
	}
}

/* More than a channel takes: nothing goes out, and the log says why. */
static void
what_is_refused_is_told(void **state)
{
	const struct channel *c = channel_find(STR("sms"));
	struct said s = {.company = NULL};
	struct buf body = {0};
	unsigned i;

	(void)state;
	assert_non_null(c);
	buf_str(&body, "{\"text\":\"");
	for (i = 0; i < LONG_TEXT; i++)
		buf_char(&body, i % 10 == 9 ? ' ' : 'x');
	buf_str(&body, "\"}");
	say(&s, c, buf_view(&body));
	assert_int_equal(s.list.count, 0);
	assert_int_equal(s.d.event_count, 2);
	assert_int_equal(s.d.events[1].kind, EVENT_DELIVERY);
	assert_int_equal(s.d.events[1].ref, 5);
	assert_non_null(memmem(s.d.events[1].body.p, s.d.events[1].body.n,
	    "\"state\":\"failed\"", 16));
	buf_free(&body);
	forget(&s);
}

static void
says_who_speaks(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; channels[i] != NULL; i++) {
		struct said s = {.company = NULL};
		bool named;

		if (!channel_has_vendor(channels[i]) ||
		    channels[i]->render == NULL)
			continue;
		say(&s, channels[i],
		    STR("{\"text\":\"Hello.\",\"name\":\"Anna\"}"));
		if (s.list.count > 0) {
			named = memmem(s.list.rows[0].payload.p,
				    s.list.rows[0].payload.n, "Anna",
				    4) != NULL;
			assert_true(named);
		}
		forget(&s);
	}
}

/* ---- files ------------------------------------------------------------- */

#define HASH "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"

static const struct outgoing_stored bill = {.name = STR("bill.pdf"),
    .type = STR("application/pdf"),
    .hash = STR(HASH),
    .size = 1000};

struct way {
	const char *channel;
	struct outgoing_stored file;
	const char *public_url, *api;
	const char *holds, *lacks; /* of all payloads together */
	bool left_out;
};

#define ADDRESS "https://chat.example"
#define LINK ADDRESS "/v1/files/" HASH "?name="
#define SAID "A file came with this"

static const struct way ways[] = {
    {"whatsapp", bill, ADDRESS, "", "\"url\":\"" LINK, SAID, false},
    /* of a type, or a size, that it does not take: a link in the text */
    {"whatsapp", {STR("a[b].txt"), STR("text/plain"), STR(HASH), 9}, ADDRESS,
	"", "a b .txt (" LINK, "\"url\"", false},
    {"whatsapp", {STR("b.pdf"), STR("application/pdf"), STR(HASH), 99000000},
	ADDRESS, "", "b.pdf (" LINK, "\"url\"", false},
    {"sms", bill, ADDRESS, "", "bill.pdf (" LINK, "\"url\"", false},
    /* an address that leads nowhere, but for stand-ins */
    {"whatsapp", bill, "", "", "bill.pdf. It cannot be sent", HASH, true},
    {"whatsapp", bill, "http://127.0.0.1:8080", "",
	"bill.pdf. It cannot be sent", HASH, true},
    {"whatsapp", bill, "http://localhost", "", SAID, HASH, true},
    {"whatsapp", bill, "http://[::1]:80", "", SAID, HASH, true},
    {"whatsapp", bill, "http://127.0.0.1:8080", "http://127.0.0.1:8090/x",
	"\"url\":\"http://127.0.0.1:8080/v1", SAID, false},
    {"whatsapp", bill, "http://127.example", "", "\"url\":\"", SAID, false},
    /* nothing is kept of it */
    {"whatsapp", {STR("a.exe"), STR(""), STR(""), 0}, ADDRESS, "",
	"a.exe. It cannot be sent", HASH, true},
    /* bytes need no address; what is large is a link all the same */
    {"email", bill, "", "", "\"hash\":\"" HASH, SAID, false},
    {"email", bill, ADDRESS, "", "\"hash\":\"" HASH, "\"url\"", false},
    {"email", {STR("b.pdf"), STR("application/pdf"), STR(HASH), 9000000},
	ADDRESS, "", "\"url\":\"" LINK, "\"hash\"", false},
};

static struct company *
company_at(const char *channel, const char *api)
{
	char text[300];
	struct faults faults = {0};
	struct company *c = NULL;

	(void)snprintf(text, sizeof(text),
	    "{\"name\":\"Shop\",\"accounts\":[{\"channel\":\"%s\",\"name\":"
	    "\"main\",\"sender\":\"+15550000000\"%s%s%s}]}",
	    channel, *api == '\0' ? "" : ",\"api\":\"", api,
	    *api == '\0' ? "" : "\"");
	assert_int_equal(company_parse(str_from(text), &faults, &c), OK);
	return c;
}

static void
a_file_goes(const struct way *w)
{
	static const struct token_keys keys = {.count = 1};
	struct reach reach = {.channel = str_from(w->channel),
	    .account = STR("main"),
	    .address = strcmp(w->channel, "email") == 0
			   ? STR("ann@x.example/=7")
			   : STR("+15551230001"),
	    .customer_at = 1000};
	struct outgoing_of of = {.channel = channel_find(reach.channel),
	    .reach = &reach,
	    .now = 2000,
	    .files = &w->file,
	    .file_count = 1,
	    .public_url = str_from(w->public_url),
	    .keys = &keys};
	struct company *c = company_at(w->channel, w->api);
	struct outgoing_list list = {0};
	struct faults faults = {0};
	struct arena a = {0};
	struct buf all = {0};
	unsigned i;

	of.company = c;
	assert_int_equal(
	    outgoing_message(&of, STR("{\"text\":\"Here.\",\"name\":\"Bo\"}"),
		&a, &list, &faults),
	    OK);
	for (i = 0; i < list.count; i++)
		buf_add(&all, list.rows[i].payload.p, list.rows[i].payload.n);
	buf_char(&all, '\0');
	if (strstr(all.data, w->holds) == NULL)
		fail_msg("%s: no \"%s\" in %s", w->channel, w->holds, all.data);
	if (strstr(all.data, w->lacks) != NULL)
		fail_msg("%s: \"%s\" in %s", w->channel, w->lacks, all.data);
	assert_non_null(strstr(all.data, "Here."));
	assert_int_equal(faults.count, w->left_out);
	faults_free(&faults);
	buf_free(&all);
	arena_free(&a);
	company_unref(c);
}

static void
files_get_there_or_are_told(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_LEN(ways); i++)
		a_file_goes(&ways[i]);
}

/* ---- how often --------------------------------------------------------- */

static unsigned
rows_of(struct hourly *sent, enum author author, const char *address,
    int64_t now, bool *told)
{
	struct reach reach = {.channel = STR("email"),
	    .account = STR("main"),
	    .address = str_from(address)};
	struct company *c = company();
	const struct outgoing_of of = {.company = c,
	    .channel = channel_find(STR("email")),
	    .reach = &reach,
	    .now = now,
	    .sent = sent};
	struct decision d = {.kind = DECIDE_COMMIT, .seq = 4, .event_count = 1};
	struct outgoing_list list;
	struct arena a = {0};
	unsigned n;

	d.events[0] = (struct event){.kind = EVENT_MESSAGE,
	    .author = author,
	    .body = STR("{\"text\":\"Hello.\"}")};
	assert_int_equal(outgoing_rows(&of, &d, &a, &list), OK);
	*told = d.event_count == 2 && d.events[1].kind == EVENT_DELIVERY &&
		memmem(d.events[1].body.p, d.events[1].body.n,
		    "30 automatic answers", 20) != NULL;
	assert_int_equal(*told, list.bounded);
	n = list.count;
	arena_free(&a);
	company_unref(c);
	return n;
}

/* Whatever thread of theirs it is in. */
static void
machines_do_not_talk_for_ever(void **state)
{
	const unsigned most =
	    channel_find(STR("email"))->can.automatic_per_hour;
	struct hourly *sent = hourly_new();
	char address[40];
	bool told;
	unsigned i;

	(void)state;
	assert_non_null(sent);
	assert_int_equal(most, 30);
	for (i = 0; i < most; i++) {
		(void)snprintf(
		    address, sizeof(address), "ann@x.example/=%u", i);
		assert_int_equal(
		    rows_of(sent, AUTHOR_BOT, address, 1000 + i, &told), 1);
		assert_false(told);
	}
	assert_int_equal(
	    rows_of(sent, AUTHOR_BOT, "ANN@x.example/=9", 5000, &told), 0);
	assert_true(told);
	assert_int_equal(
	    rows_of(sent, AUTHOR_SYSTEM, "ann@x.example/=9", 5000, &told), 0);
	assert_int_equal(
	    rows_of(sent, AUTHOR_AGENT, "ann@x.example/=9", 5000, &told), 1);
	assert_int_equal(
	    rows_of(sent, AUTHOR_BOT, "bo@x.example/=9", 5000, &told), 1);
	assert_int_equal(
	    rows_of(sent, AUTHOR_BOT, "ann@x.example/=9", 3601000, &told), 1);
	hourly_free(sent);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(each_vendor_gets_rows),
	    cmocka_unit_test(says_who_speaks),
	    cmocka_unit_test(what_is_refused_is_told),
	    cmocka_unit_test(files_get_there_or_are_told),
	    cmocka_unit_test(machines_do_not_talk_for_ever),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
