/*
 * The ledger's two lists, and the rules that each new line must keep.
 */
#include "tests/crash/ledger.h"
#include "tests/bench/lib/figures.h"

#include <inttypes.h>
#include <stdlib.h>

/* ---- what was said ----------------------------------------------------- */

static void *
room(void *list, size_t count, size_t *have, size_t size)
{
	if (count < *have)
		return list;
	*have = *have == 0 ? 64 : *have * 2;
	list = realloc(list, *have * size);
	if (list == NULL)
		die("no memory");
	return list;
}

size_t
ledger_say(struct ledger *l, enum words words)
{
	l->said = room(l->said, l->said_count, &l->said_room, sizeof(*l->said));
	l->said[l->said_count] = (struct said){.words = words};
	return l->said_count++;
}

void
ledger_id(const struct ledger *l, size_t n, char out[32])
{
	snprintf(out, 32, "v%u-%zu", l->visitor, n);
}

void
ledger_text(const struct ledger *l, size_t n, char out[96])
{
	static const char *const questions[] = {
	    "What are your opening hours?",
	    "Where is your shop?",
	    "How can I pay?",
	    "Do you sell \"left-handed\" bells, caf\xc3\xa9 racks & <i>?",
	    "Can I return a bicycle?",
	};
	static const char *const others[WORDS] = {
	    [WORDS_HUMAN] = "I want to speak to a human, please.",
	    [WORDS_MAIL] = "There is a mistake in my invoice.",
	    [WORDS_LINE] = "Is there an appointment in the workshop?",
	    [WORDS_MORE] = "Can I return a bicycle, and one thing more?",
	};
	const char *text = others[l->said[n].words];

	if (text == NULL)
		text = questions[n % ARRAY_LEN(questions)];
	snprintf(out, 96, "%s (%u.%zu)", text, l->visitor, n);
}

/* Its number, from an id that ledger_id() made; false: not one of ours. */
static bool
own_number(const struct ledger *l, const char *id, size_t *n)
{
	unsigned visitor;

	return id != NULL && sscanf(id, "v%u-%zu", &visitor, n) == 2 &&
	       visitor == l->visitor && *n < l->said_count;
}

/* ---- what was heard ---------------------------------------------------- */

static const char *
member(const json_t *object, const char *name)
{
	const char *s = json_string_value(json_object_get(object, name));

	return s == NULL ? "" : s;
}

static uint64_t
number(const json_t *object, const char *name)
{
	return (uint64_t)json_integer_value(json_object_get(object, name));
}

static char *
copy(const char *s)
{
	char *p = strdup(s);

	if (p == NULL)
		die("no memory");
	return p;
}

static void
hear_customer(struct ledger *l, const struct heard *h, uint64_t seq)
{
	(void)h;
	l->own_heard = seq;
	if (seq > l->last_own)
		l->last_own = seq;
}

static void
hear_bot(struct ledger *l, const struct heard *h, uint64_t seq)
{
	if (!ledger_with(l, "bot"))
		story_wrong(WRONG_BEHAVIOUR, l->visitor,
		    "event %" PRIu64
		    " is the bot's, but %s holds since %" PRIu64,
		    seq, l->holder, l->holder_seq);
	if (h->ref <= l->handled)
		story_wrong(WRONG_DOUBLED, l->visitor,
		    "event %" PRIu64 " answers up to %" PRIu64 ", but %" PRIu64
		    " is dealt with",
		    seq, h->ref, l->handled);
	l->answered = l->handled = h->ref;
}

/* A person may say several things to one message. */
static void
hear_agent(struct ledger *l, const struct heard *h, uint64_t seq)
{
	(void)seq;
	if (h->ref > l->answered)
		l->answered = h->ref;
	l->handled = l->own_heard;
}

static void
hear_holder(struct ledger *l, const struct heard *h, uint64_t seq)
{
	snprintf(l->holder, sizeof(l->holder), "%s", h->id);
	l->holder_seq = seq;
	if (ledger_with(l, "queue") || ledger_with(l, "nobody"))
		l->handled = l->own_heard;
}

static void
hear_resolved(struct ledger *l, const struct heard *h, uint64_t seq)
{
	(void)h;
	(void)seq;
	l->handled = l->own_heard;
}

static const struct {
	const char *kind, *author; /* NULL: whoever */
	void (*hear)(struct ledger *l, const struct heard *h, uint64_t seq);
} hearings[] = {
    {"message", "customer", hear_customer},
    {"message", "bot", hear_bot},
    {"message", "agent", hear_agent},
    {"holder", NULL, hear_holder},
    {"resolved", NULL, hear_resolved},
};

static void
take_down(struct ledger *l, const struct heard *h, uint64_t seq)
{
	size_t i;

	l->heard = room(
	    l->heard, l->heard_count, &l->heard_room, sizeof(*l->heard));
	l->heard[l->heard_count++] = *h;
	for (i = 0; i < ARRAY_LEN(hearings); i++)
		if (strcmp(h->kind, hearings[i].kind) == 0 &&
		    (hearings[i].author == NULL ||
			strcmp(h->author, hearings[i].author) == 0))
			hearings[i].hear(l, h, seq);
}

static struct heard
heard_of(const json_t *event)
{
	const char *holder = json_string_value(
	    json_object_get(event, "holder"));
	struct heard h = {.ref = number(event, "ref"),
	    .id = copy(holder != NULL
			   ? holder
			   : member(json_object_get(event, "body"), "id")),
	    .text = copy(member(json_object_get(event, "body"), "text"))};

	snprintf(h.kind, sizeof(h.kind), "%s", member(event, "kind"));
	snprintf(h.author, sizeof(h.author), "%s", member(event, "author"));
	return h;
}

static void
heard_free(struct heard *h)
{
	free(h->id);
	free(h->text);
}

/* The event that an acknowledgement stands in for. */
static struct heard
own_message(const struct ledger *l, size_t n)
{
	struct heard h = {.kind = "message", .author = "customer"};
	char id[32], text[96];

	ledger_id(l, n, id);
	ledger_text(l, n, text);
	h.id = copy(id);
	h.text = copy(text);
	return h;
}

/* What was acknowledged as a duplicate may come as an event, or not. */
static void
take_known(struct ledger *l, uint64_t below)
{
	size_t i, next = l->heard_count + 1;
	struct heard h;

	if (!l->stands_in)
		return;
	for (i = l->said_count; i-- > 0 && next < below;) {
		if (l->said[i].seq != next)
			continue;
		h = own_message(l, i);
		take_down(l, &h, next++);
		i = l->said_count;
	}
}

void
ledger_hear(struct ledger *l, const json_t *event)
{
	uint64_t seq = number(event, "seq");
	struct heard h;

	take_known(l, seq);
	if (seq <= l->heard_count) {
		story_wrong(WRONG_DOUBLED, l->visitor,
		    "heard event %" PRIu64 " again; it has %zu", seq,
		    l->heard_count);
		return;
	}
	if (seq != l->heard_count + 1) {
		story_wrong(WRONG_ORDER, l->visitor,
		    "heard event %" PRIu64 " after %zu", seq, l->heard_count);
		return;
	}
	h = heard_of(event);
	take_down(l, &h, seq);
}

static bool
heard_same(const struct heard *a, const struct heard *b)
{
	return strcmp(a->kind, b->kind) == 0 &&
	       strcmp(a->author, b->author) == 0 && a->ref == b->ref &&
	       strcmp(a->id, b->id) == 0 && strcmp(a->text, b->text) == 0;
}

/*
 * The ack takes the place of the event. Only while it catches up may a
 * visitor find its own message among what it missed, and the ack after it.
 */
static void
first_ack(struct ledger *l, size_t n, uint64_t seq)
{
	struct heard h;

	if (!l->stands_in)
		return;
	h = own_message(l, n);
	if (seq == l->heard_count + 1) {
		take_down(l, &h, seq);
		return;
	}
	if (seq <= l->back_at || seq > l->heard_count ||
	    !heard_same(&h, &l->heard[seq - 1]))
		story_wrong(WRONG_ORDER, l->visitor,
		    "message %zu acknowledged as %" PRIu64 " after event %zu; "
		    "last came back at %zu",
		    n, seq, l->heard_count, l->back_at);
	heard_free(&h);
}

void
ledger_ack(struct ledger *l, const json_t *ack)
{
	bool duplicate = json_is_true(json_object_get(ack, "duplicate"));
	uint64_t seq = number(ack, "seq");
	struct said *s;
	size_t n;

	if (!own_number(l, member(ack, "id"), &n)) {
		story_wrong(WRONG_BEHAVIOUR, l->visitor,
		    "an acknowledgement of \"%s\"", member(ack, "id"));
		return;
	}
	s = &l->said[n];
	if (s->acked && s->seq != seq)
		story_wrong(WRONG_DOUBLED, l->visitor,
		    "message %zu was %" PRIu64 " and is now %" PRIu64, n,
		    s->seq, seq);
	if (s->acked && !duplicate)
		story_wrong(WRONG_DOUBLED, l->visitor,
		    "message %zu acknowledged anew as %" PRIu64, n, seq);
	l->acked += !s->acked;
	s->acked = true;
	s->seq = seq;
	if (seq > l->last_own)
		l->last_own = seq;
	if (!duplicate)
		first_ack(l, n, seq);
}

bool
ledger_with(const struct ledger *l, const char *holder)
{
	const char *is = l->holder[0] == '\0' ? "bot" : l->holder;

	return strcmp(is, holder) == 0;
}

bool
ledger_settled(const struct ledger *l)
{
	if (l->acked < l->said_count)
		return false;
	if (ledger_with(l, "bot"))
		return l->handled >= l->last_own;
	return ledger_with(l, "email") && l->answered >= l->last_own;
}

static void
find_said(struct ledger *l, const struct heard *h, uint64_t seq)
{
	size_t n;

	if (strcmp(h->author, "customer") != 0 || !own_number(l, h->id, &n))
		return;
	if (l->said[n].found)
		story_wrong(WRONG_DOUBLED, l->visitor,
		    "message %zu is there again, as %" PRIu64, n, seq);
	l->said[n].found = true;
	if (l->said[n].acked && l->said[n].seq != seq)
		story_wrong(WRONG_LOST, l->visitor,
		    "message %zu was acknowledged as %" PRIu64
		    " and is %" PRIu64,
		    n, l->said[n].seq, seq);
}

void
ledger_compare(struct ledger *l, const json_t *event)
{
	uint64_t seq = number(event, "seq");
	struct heard h = heard_of(event);

	find_said(l, &h, seq);
	if (seq == 0 || seq > l->heard_count)
		story_wrong(
		    WRONG_ORDER, l->visitor, "never heard event %" PRIu64, seq);
	else if (!heard_same(&h, &l->heard[seq - 1]))
		story_wrong(WRONG_ORDER, l->visitor,
		    "event %" PRIu64 " is %s of %s, but it heard %s of %s", seq,
		    h.kind, h.author, l->heard[seq - 1].kind,
		    l->heard[seq - 1].author);
	heard_free(&h);
}

void
ledger_compared(const struct ledger *l, size_t events)
{
	size_t i;

	if (events != l->heard_count)
		story_wrong(WRONG_ORDER, l->visitor,
		    "the server has %zu events, it heard %zu", events,
		    l->heard_count);
	for (i = 0; i < l->said_count; i++)
		if (l->said[i].acked && !l->said[i].found)
			story_wrong(WRONG_LOST, l->visitor,
			    "message %zu, acknowledged as %" PRIu64, i,
			    l->said[i].seq);
}

/* Ids hold nothing strange; texts may, and are written as JSON. */
static void
write_heard(const struct ledger *l, size_t i, int64_t conversation, FILE *out)
{
	const struct heard *h = &l->heard[i];
	struct buf text = {0};

	buf_json(&text, str_from(h->text));
	fprintf(out, "heard\t%" PRId64 "\t%zu\t%s\t%s\t%" PRIu64 "\t%s\t%.*s\n",
	    conversation, i + 1, h->kind, h->author, h->ref, h->id,
	    STR_FMT(buf_view(&text)));
	buf_free(&text);
}

void
ledger_write(const struct ledger *l, int64_t conversation, FILE *out)
{
	char id[32];
	size_t i;

	for (i = 0; i < l->said_count; i++) {
		if (!l->said[i].acked)
			continue;
		ledger_id(l, i, id);
		fprintf(out, "acked\t%" PRId64 "\t%" PRIu64 "\t%s\n",
		    conversation, l->said[i].seq, id);
	}
	for (i = 0; i < l->heard_count; i++)
		write_heard(l, i, conversation, out);
}

void
ledger_free(struct ledger *l)
{
	size_t i;

	for (i = 0; i < l->heard_count; i++)
		heard_free(&l->heard[i]);
	free(l->heard);
	free(l->said);
	*l = (struct ledger){.visitor = l->visitor};
}
