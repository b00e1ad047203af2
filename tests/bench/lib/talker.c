/*
 * Questions are those of tests/bench/company.json, in turn; the frames are
 * built once and only the id is patched in.
 */
#include "tests/bench/lib/talker.h"
#include "tests/bench/lib/figures.h"

#define FRAME_MAX 256u

static const char *const questions[] = {
    "What are your opening hours?",
    "how long does shipping to Norway take",
    "Can I return a bicycle that I have ridden?",
    "do you repair bicycles of other makers",
    "Is there a warranty on the battery",
    "which size do I need, I am 1.80 m",
    "Where is your shop?",
    "Do you take part in the tour next year?",
};

struct template
{
	char bytes[FRAME_MAX];
	size_t size, id_at;
};

static const struct template *
templates(void)
{
	static struct template all[ARRAY_LEN(questions)];
	static const char blank[] = "00000000000000000000";
	size_t i;

	for (i = 0; i < ARRAY_LEN(all) && all[i].size == 0; i++) {
		struct buf text = {0}, frame = {0};

		buf_addf(
		    &text, "{\"type\":\"send\",\"id\":\"%s\",\"text\":", blank);
		buf_json(&text, str_from(questions[i]));
		buf_char(&text, '}');
		frame_add(&frame, buf_view(&text));
		if (frame.len > FRAME_MAX)
			die("a question is too long for its frame");
		memcpy(all[i].bytes, frame.data, frame.len);
		all[i].size = frame.len;
		all[i].id_at = (size_t)((char *)memmem(all[i].bytes, frame.len,
					    blank, FRESH_ID_DIGITS) -
					all[i].bytes);
		buf_free(&text);
		buf_free(&frame);
	}
	return all;
}

void
talker_ask(struct talker *t)
{
	const struct template *q =
	    &templates()[t->next++ % ARRAY_LEN(questions)];
	char frame[FRAME_MAX];

	memcpy(frame, q->bytes, q->size);
	text_patch(frame + q->id_at, FRESH_ID_DIGITS, fresh_id());
	t->asked = 0;
	t->sent_us = now_us();
	wire_send(&t->wire, (struct str){frame, q->size});
}

static void
on_opened(struct wire *c)
{
	struct talker *t = CONTAINER_OF(c, struct talker, wire);
	struct buf b = {0};

	buf_str(&b, "{\"type\":\"hello\",\"company\":");
	buf_json(&b, t->company);
	if (t->token.n > 0)
		buf_addf(&b, ",\"token\":\"%.*s\"", STR_FMT(t->token));
	buf_char(&b, '}');
	wire_send_frame(c, buf_view(&b));
	buf_free(&b);
}

/* Answers to what was asked long ago come too; the ack comes first. */
static void
on_answer(struct talker *t, struct str text)
{
	if (t->asked != 0 && text_number(text, STR("\"ref\":")) >= t->asked)
		t->answered(t, now_us() - t->sent_us);
}

static void
on_text(struct wire *c, struct str text)
{
	static const struct str answer = STR(
	    "\"kind\":\"message\",\"author\":\"bot\"");
	struct talker *t = CONTAINER_OF(c, struct talker, wire);

	if (text_has(text, STR("\"type\":\"ack\""))) {
		t->asked = text_number(text, STR("\"seq\":"));
	} else if (text_has(text, answer)) {
		on_answer(t, text);
	} else if (text_has(text, STR("\"type\":\"welcome\""))) {
		if (t->welcomed != NULL)
			t->welcomed(t);
	} else if (text_has(text, STR("\"type\":\"error\"")) || !c->upgraded) {
		die("the server said: %.*s", STR_FMT(text));
	}
}

static void
on_closed(struct wire *c)
{
	(void)c;
	die("the server closed a WebSocket");
}

static const struct wire_calls calls = {
    .opened = on_opened, .text = on_text, .closed = on_closed};

void
talker_open(struct talker *t, struct client *cl, unsigned port,
    struct str company, struct str token)
{
	struct buf path = {0};

	t->company = company;
	t->token = token;
	t->wire.calls = &calls;
	if (!wire_open(&t->wire, cl, port, t->source))
		die("the server refused a connection");
	buf_addf(&path, "/v1/visitor/socket?company=%.*s", STR_FMT(company));
	wire_upgrade(&t->wire, path.data);
	buf_free(&path);
}
