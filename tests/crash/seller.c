/*
 * A seller's WebSocket: what comes, held against what they know, and how they
 * come back.
 */
#include "tests/crash/seller.h"
#include "tests/bench/lib/figures.h"
#include "tests/crash/visitor_rest.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>

#define RETRY_US 5000

static const char *
word_of(const json_t *object, const char *name)
{
	const char *s = json_string_value(json_object_get(object, name));

	return s == NULL ? "" : s;
}

static uint64_t
number_of(const json_t *object, const char *name)
{
	return (uint64_t)json_integer_value(json_object_get(object, name));
}

static int64_t
conversation_of(const json_t *frame)
{
	return (int64_t)number_of(frame, "conversation");
}

static void
book_text(const struct seller *s, const char *text)
{
	struct buf b = {0};

	buf_json(&b, str_from(text));
	fprintf(s->town->book, "%.*s\n", STR_FMT(buf_view(&b)));
	buf_free(&b);
}

struct chat *
seller_chat(struct seller *s, int64_t conversation)
{
	unsigned i;

	for (i = 0; i < s->chat_count; i++)
		if (s->chats[i].conversation == conversation)
			return &s->chats[i];
	if (s->chat_count == CHATS_MAX)
		return NULL;
	s->chats[s->chat_count] = (struct chat){.conversation = conversation};
	return &s->chats[s->chat_count++];
}

static void
watch(struct seller *s, const struct chat *c)
{
	struct buf b = {0};

	buf_addf(&b,
	    "{\"type\":\"watch\",\"conversation\":%" PRId64
	    ",\"after\":%" PRIu64 "}",
	    c->conversation, c->seq);
	wire_send_frame(&s->wire, buf_view(&b));
	buf_free(&b);
}

/* A conversation that is followed from now on, if it was not. */
static struct chat *
followed(struct seller *s, int64_t conversation)
{
	struct chat *c = seller_chat(s, conversation);

	if (c == NULL)
		die("crash: a seller sees more chats than there are visitors");
	if (!c->follows)
		watch(s, c);
	c->follows = true;
	return c;
}

/* ---- what comes ------------------------------------------------------------ */

static void
on_welcome(struct seller *s, const json_t *frame)
{
	unsigned i;
	size_t n;

	(void)frame;
	s->online = true;
	s->came_back++;
	for (i = 0; i < s->chat_count; i++) {
		struct chat *c = &s->chats[i];

		c->acting = c->offered = c->taking = false;
		if (c->follows)
			watch(s, c);
	}
	for (n = 0; n < s->word_count; n++)
		if (!s->words[n].acked && !s->words[n].refused)
			seller_send_word(s, n);
}

static bool
lists(const json_t *rows, int64_t conversation)
{
	const json_t *row;
	size_t i;

	json_array_foreach((json_t *)(uintptr_t)rows, i,
	    row) if ((int64_t)number_of(row, "id") == conversation) return true;
	return false;
}

/* All that is theirs. What they miss in it an event may still explain. */
static void
on_view(struct seller *s, const json_t *frame)
{
	const json_t *row, *rows = json_object_get(frame, "rows");
	size_t i;
	unsigned k;

	if (strcmp(word_of(frame, "list"), "mine") != 0)
		return;
	json_array_foreach((json_t *)(uintptr_t)rows, i, row)(void)
	    followed(s, (int64_t)number_of(row, "id"));
	for (k = 0; k < s->chat_count; k++)
		s->chats[k].missing = s->chats[k].mine &&
				      !lists(rows, s->chats[k].conversation);
}

static void
on_offer(struct seller *s, const json_t *frame)
{
	struct chat *c = followed(s, conversation_of(frame));
	struct visitor *v = town_visitor(s->town, c->conversation);

	c->offer_seq = number_of(frame, "seq");
	if (v != NULL)
		visitor_offered(v, c->offer_seq);
	c->offered = true;
	c->taking = false;
	c->decide_us = now_us() + town_chance(s->town, 0, 40) * 1000;
}

static void
on_offer_end(struct seller *s, const json_t *frame)
{
	struct chat *c = seller_chat(s, conversation_of(frame));
	struct visitor *v = town_visitor(s->town, conversation_of(frame));

	if (c != NULL)
		c->offered = false;
	if (v != NULL && strcmp(word_of(frame, "end"), "accepted") != 0)
		visitor_offer_ended(v);
}

static void
write_state(struct seller *s, const json_t *ack)
{
	if (json_is_true(json_object_get(ack, "duplicate")))
		return;
	fprintf(s->town->book,
	    "state\t%" PRId64 "\t%" PRIu64 "\t%s\t%" PRIu64 "\n",
	    conversation_of(ack), number_of(ack, "seq"), word_of(ack, "holder"),
	    number_of(ack, "agent"));
}

/* Which of their words it is; NULL: it is about an act. */
static struct word *
word_named(struct seller *s, const char *id)
{
	unsigned number;
	size_t n;

	if (sscanf(id, "m%u-%zu", &number, &n) != 2 || number != s->number ||
	    n >= s->word_count)
		return NULL;
	return &s->words[n];
}

static void
ack_word(struct seller *s, struct word *w, const json_t *ack)
{
	bool duplicate = json_is_true(json_object_get(ack, "duplicate"));
	uint64_t seq = number_of(ack, "seq");
	char text[96];

	if (w->refused)
		story_wrong(WRONG_DOUBLED, SELLERS + s->number,
		    "word %zu was refused and is now %" PRIu64,
		    (size_t)(w - s->words), seq);
	if (w->acked && (w->seq != seq || !duplicate))
		story_wrong(WRONG_DOUBLED, SELLERS + s->number,
		    "word %zu was %" PRIu64 " and is now %" PRIu64,
		    (size_t)(w - s->words), w->seq, seq);
	if (w->acked || w->refused)
		return;
	w->acked = true;
	w->seq = seq;
	s->acked++;
	seller_chat(s, w->conversation)->speaking--;
	seller_text(s, (size_t)(w - s->words), text);
	fprintf(s->town->book,
	    "told\t%" PRId64 "\t%" PRIu64 "\t%" PRId64 "\t%" PRIu64 "\t",
	    w->conversation, seq, s->agent, w->seen);
	book_text(s, text);
}

static void
on_ack(struct seller *s, const json_t *frame)
{
	struct word *w = word_named(s, word_of(frame, "id"));
	struct chat *c = followed(s, conversation_of(frame));
	uint64_t seq = number_of(frame, "seq");

	write_state(s, frame);
	if (w != NULL)
		ack_word(s, w, frame);
	else if (word_of(frame, "id")[0] == 'a')
		c->acting = false;
	if (seq > c->known)
		c->known = seq;
	s->took += w == NULL && strcmp(word_of(frame, "holder"), "agent") == 0;
}

/* Said too late, or to whom another has: it must never appear. */
static bool
code_means_no(const char *code)
{
	static const char *const no[] = {"over", "held", "not_yours", "spoken",
	    "resolved", "full", "not_waiting", "nobody", "forbidden",
	    "no_change"};
	size_t i;

	for (i = 0; i < ARRAY_LEN(no); i++)
		if (strcmp(no[i], code) == 0)
			return true;
	return false;
}

static void
refuse_word(struct seller *s, struct word *w)
{
	char text[96];

	if (w->acked)
		story_wrong(WRONG_LOST, SELLERS + s->number,
		    "word %zu, acknowledged as %" PRIu64 ", is refused",
		    (size_t)(w - s->words), w->seq);
	if (w->acked || w->refused)
		return;
	w->refused = true;
	s->refused++;
	seller_chat(s, w->conversation)->speaking--;
	seller_text(s, (size_t)(w - s->words), text);
	fprintf(s->town->book, "never\t%" PRId64 "\t", s->agent);
	book_text(s, text);
}

static void
on_error(struct seller *s, const json_t *frame)
{
	const char *code = word_of(frame, "code");
	struct word *w = word_named(s, word_of(frame, "id"));
	struct chat *c;

	if (!s->wire.upgraded || !code_means_no(code)) {
		if (!code_means_later(code))
			story_wrong(WRONG_BEHAVIOUR, SELLERS + s->number,
			    "the server says %s (%s)", code,
			    word_of(frame, "detail"));
		wire_close(&s->wire);
		s->online = false;
		return;
	}
	if (w != NULL)
		refuse_word(s, w);
	c = seller_chat(s, conversation_of(frame));
	if (c != NULL && word_of(frame, "id")[0] == 'a')
		c->acting = false;
}

/* ---- events ------------------------------------------------------------------ */

static void
take_holder(struct seller *s, struct chat *c, const json_t *event)
{
	c->mine = strcmp(word_of(event, "holder"), "agent") == 0 &&
		  (int64_t)number_of(event, "agent") == s->agent;
	c->missing = false;
	if (number_of(event, "seq") > c->offer_seq)
		c->offered = false;
}

static void
take_message(struct chat *c, const json_t *event)
{
	const char *author = word_of(event, "author");

	if (strcmp(author, "customer") == 0)
		c->asked = number_of(event, "seq");
	if (strcmp(author, "agent") == 0)
		c->told = number_of(event, "seq");
}

static void
on_event(struct seller *s, const json_t *frame)
{
	const json_t *event = json_object_get(frame, "event");
	struct chat *c = seller_chat(s, conversation_of(frame));
	uint64_t seq = number_of(event, "seq");
	const char *kind = word_of(event, "kind");

	if (c == NULL || seq != c->seq + 1) {
		story_wrong(WRONG_ORDER, SELLERS + s->number,
		    "event %" PRIu64 " of %" PRId64 " came after %" PRIu64, seq,
		    conversation_of(frame), c == NULL ? 0 : c->seq);
		return;
	}
	c->seq = seq;
	if (strcmp(kind, "holder") == 0)
		take_holder(s, c, event);
	else if (strcmp(kind, "message") == 0)
		take_message(c, event);
	fprintf(s->town->book,
	    "saw\t%" PRId64 "\t%" PRIu64 "\t%s\t%s\t%" PRIu64 "\t",
	    c->conversation, seq, kind, word_of(event, "author"),
	    number_of(event, "agent"));
	book_text(s, word_of(json_object_get(event, "body"), "text"));
}

static void
on_unwatched(struct seller *s, const json_t *frame)
{
	struct chat *c = seller_chat(s, conversation_of(frame));

	if (c != NULL)
		watch(s, c);
}

/* Set away for what they let pass: they are here. */
static void
on_staff(struct seller *s, const json_t *frame)
{
	if ((int64_t)number_of(frame, "agent") == s->agent &&
	    json_is_true(json_object_get(frame, "away")))
		wire_send_frame(
		    &s->wire, STR("{\"type\":\"presence\",\"away\":false}"));
}

static void
on_nothing(struct seller *s, const json_t *frame)
{
	(void)s;
	(void)frame;
}

static const struct {
	const char *type;
	void (*handle)(struct seller *s, const json_t *frame);
} frames[] = {
    {"welcome", on_welcome},
    {"view", on_view},
    {"ack", on_ack},
    {"error", on_error},
    {"event", on_event},
    {"unwatched", on_unwatched},
    {"offer", on_offer},
    {"offer_end", on_offer_end},
    {"staff", on_staff},
    {"typing", on_nothing},
    {"seen", on_nothing},
    {"draft", on_nothing},
    {"row", on_nothing},
    {"row_gone", on_nothing},
    {"counts", on_nothing},
};

static void
on_text(struct wire *c, struct str text)
{
	struct seller *s = c->arg;
	json_t *frame = json_loadb(
	    text.p, text.n, JSON_REJECT_DUPLICATES, NULL);
	const char *type = c->upgraded ? word_of(frame, "type") : "error";
	size_t i = 0;

	while (i < ARRAY_LEN(frames) && strcmp(frames[i].type, type) != 0)
		i++;
	if (i == ARRAY_LEN(frames))
		story_wrong(WRONG_BEHAVIOUR, SELLERS + s->number,
		    "a frame they do not know: %.*s", STR_FMT(text));
	else
		frames[i].handle(s, frame);
	json_decref(frame);
}

/* ---- the connection ------------------------------------------------------------ */

static void
on_opened(struct wire *c)
{
	const struct seller *s = c->arg;
	struct buf b = {0};

	buf_addf(
	    &b, "{\"type\":\"hello\",\"key\":\"%s\",\"away\":false}", s->key);
	wire_send_frame(c, buf_view(&b));
	buf_free(&b);
}

static void
on_closed(struct wire *c)
{
	struct seller *s = c->arg;

	s->online = false;
}

static const struct wire_calls calls = {
    .opened = on_opened, .text = on_text, .closed = on_closed};

void
seller_tick(struct seller *s)
{
	if (!s->wire.open) {
		s->online = false;
		if (now_us() < s->retry_us || s->town->port == 0)
			return;
		s->retry_us = now_us() + RETRY_US;
		if (wire_open(&s->wire, &s->town->client, s->town->port, 0))
			wire_upgrade(&s->wire, "/v1/staff/socket");
		return;
	}
	if (s->online)
		seller_deeds(s);
}

void
seller_leave(struct seller *s, int64_t us)
{
	wire_close(&s->wire);
	s->online = false;
	s->retry_us = now_us() + us;
}

void
seller_come(struct seller *s)
{
	if (!s->wire.open && s->retry_us > now_us() + RETRY_US)
		s->retry_us = 0;
}

bool
seller_settled(const struct seller *s)
{
	unsigned i;

	if (s->acked + s->refused < s->word_count)
		return false;
	for (i = 0; i < s->chat_count; i++)
		if (!s->stubborn && (s->chats[i].mine || s->chats[i].acting))
			return false;
	return true;
}

struct str
town_key(const struct town *t)
{
	unsigned i = 0;

	while (i + 1 < t->seller_count && !t->sellers[i].supervises)
		i++;
	return str_from(t->sellers[i].key);
}

/* ---- life -------------------------------------------------------------------- */

/* AGENT NAME ROLE KEY; who is who follows from the name. */
static bool
seller_read(struct seller *s, FILE *f)
{
	char role[16];

	if (fscanf(f, "%" SCNd64 " %15s %15s %79s", &s->agent, s->name, role,
		s->key) != 4)
		return false;
	s->supervises = strcmp(role, "seller") != 0;
	s->stubborn = strcmp(s->name, "Miller") == 0;
	s->faithful = s->stubborn || strcmp(s->name, "Ben") == 0;
	return true;
}

unsigned
sellers_start(
    struct seller *list, unsigned most, struct town *t, const char *path)
{
	FILE *f = fopen(path, "r");
	unsigned n = 0;

	if (f == NULL)
		die("%s: %s", path, strerror(errno));
	for (; n < most; n++) {
		list[n] = (struct seller){.town = t, .number = n};
		if (!seller_read(&list[n], f))
			break;
		list[n].wire.arg = &list[n];
		list[n].wire.calls = &calls;
	}
	fclose(f);
	return n;
}

void
seller_stop(struct seller *s)
{
	wire_close(&s->wire);
	free(s->words);
}
