/*
 * Each question is asked in pages of all visitors, or sellers, at once. From
 * a conversation's log it is worked out anew who holds it.
 */
#include "tests/crash/after.h"
#include "tests/bench/lib/figures.h"
#include "tests/bench/lib/sessions.h"

#include <inttypes.h>
#include <stdlib.h>

#define MOST 64u /* visitors, or sellers */

struct reading {
	struct town *town;
	size_t after[MOST];
	size_t news; /* events that came in this round */
	/* Of each visitor's conversation, worked out from its log. */
	char holder[MOST][8];
	int64_t agent[MOST], offered[MOST];
};

static const char *
word_of(const json_t *object, const char *name)
{
	const char *s = json_string_value(json_object_get(object, name));

	return s == NULL ? "" : s;
}

static int64_t
number_of(const json_t *object, const char *name)
{
	return json_integer_value(json_object_get(object, name));
}

/* ---- what visitors may see --------------------------------------------------- */

static void
write_read(void *arg, size_t i, struct buf *request)
{
	const struct reading *r = arg;
	char path[96];

	snprintf(
	    path, sizeof(path), "/v1/visitor/events?after=%zu", r->after[i]);
	request_add(request, "GET", path, str_from(r->town->visitors[i].token),
	    STR(""));
}

static void
on_read(void *arg, size_t i, struct str body)
{
	struct reading *r = arg;
	json_t *page = json_loadb(body.p, body.n, JSON_REJECT_DUPLICATES, NULL);
	json_t *event, *events = json_object_get(page, "events");
	size_t at;

	json_array_foreach(events, at, event)
	    ledger_compare(&r->town->visitors[i].ledger, event);
	r->after[i] += json_array_size(events);
	r->news += json_array_size(events);
	json_decref(page);
}

/* ---- what sellers may see ------------------------------------------------------ */

static void
write_log(void *arg, size_t i, struct buf *request)
{
	const struct reading *r = arg;
	char path[128];

	snprintf(path, sizeof(path),
	    "/v1/staff/conversations/%" PRId64 "/events?after=%zu&limit=500",
	    visitor_conversation(&r->town->visitors[i]), r->after[i]);
	request_add(request, "GET", path, town_key(r->town), STR(""));
}

/* Whose word it is, by its text; NULL: nobody's. */
static struct word *
word_said(struct town *t, const char *text, struct seller **by)
{
	const char *mark = strstr(text, "(s");
	unsigned number;
	size_t n;

	if (mark == NULL || sscanf(mark, "(s%u.%zu)", &number, &n) != 2 ||
	    number >= t->seller_count || n >= t->sellers[number].word_count)
		return NULL;
	*by = &t->sellers[number];
	return &t->sellers[number].words[n];
}

static void
find_word(struct reading *r, size_t i, const json_t *event)
{
	const char *text = word_of(json_object_get(event, "body"), "text");
	uint64_t seq = (uint64_t)number_of(event, "seq");
	struct seller *by = NULL;
	struct word *w = word_said(r->town, text, &by);

	if (w == NULL || strcmp(word_of(event, "author"), "agent") != 0)
		return;
	if (w->found)
		story_wrong(WRONG_DOUBLED, SELLERS + by->number,
		    "\"%s\" is there again, as %" PRIu64, text, seq);
	w->found = true;
	if (w->refused)
		story_wrong(WRONG_BEHAVIOUR, SELLERS + by->number,
		    "\"%s\" was refused and is there, as %" PRIu64, text, seq);
	if (w->acked &&
	    (w->seq != seq || number_of(event, "agent") != by->agent ||
		w->conversation != visitor_conversation(&r->town->visitors[i])))
		story_wrong(WRONG_LOST, SELLERS + by->number,
		    "\"%s\" was acknowledged as %" PRIu64 " and is %" PRIu64,
		    text, w->seq, seq);
}

static void
fold(struct reading *r, size_t i, const json_t *event)
{
	const char *kind = word_of(event, "kind");

	if (strcmp(kind, "message") == 0)
		find_word(r, i, event);
	if (strcmp(kind, "offer") == 0)
		r->offered[i] = number_of(event, "agent");
	if (strcmp(kind, "offer_end") == 0)
		r->offered[i] = 0;
	if (strcmp(kind, "holder") != 0)
		return;
	snprintf(
	    r->holder[i], sizeof(r->holder[i]), "%s", word_of(event, "holder"));
	r->agent[i] = number_of(event, "agent");
	r->offered[i] = 0;
}

static void
on_log(void *arg, size_t i, struct str body)
{
	struct reading *r = arg;
	json_t *page = json_loadb(body.p, body.n, JSON_REJECT_DUPLICATES, NULL);
	json_t *event, *events = json_object_get(page, "events");
	size_t at;

	json_array_foreach(events, at, event)
	{
		if (number_of(event, "seq") != (int64_t)++r->after[i])
			story_wrong(WRONG_ORDER, (unsigned)i,
			    "the log has event %" PRId64 " as its %zuth",
			    number_of(event, "seq"), r->after[i]);
		fold(r, i, event);
	}
	r->news += json_array_size(events);
	json_decref(page);
}

static void
compare_words(const struct seller *s)
{
	size_t n;

	for (n = 0; n < s->word_count; n++)
		if (s->words[n].acked && !s->words[n].found)
			story_wrong(WRONG_LOST, SELLERS + s->number,
			    "word %zu, acknowledged as %" PRIu64 " of %" PRId64,
			    n, s->words[n].seq, s->words[n].conversation);
}

/* ---- lists ------------------------------------------------------------------- */

static void
write_mine(void *arg, size_t i, struct buf *request)
{
	const struct reading *r = arg;

	request_add(request, "GET",
	    "/v1/staff/conversations?view=mine&limit=200",
	    str_from(r->town->sellers[i].key), STR(""));
}

/* Should it be in the seller's list? */
static bool
is_theirs(const struct reading *r, size_t i, const struct seller *s)
{
	return r->offered[i] == s->agent ||
	       (r->agent[i] == s->agent && strcmp(r->holder[i], "agent") == 0);
}

static bool
lists(const json_t *rows, int64_t conversation)
{
	const json_t *row;
	size_t i;

	json_array_foreach((json_t *)(uintptr_t)rows, i,
	    row) if (number_of(row, "id") == conversation) return true;
	return false;
}

static void
on_mine(void *arg, size_t i, struct str body)
{
	struct reading *r = arg;
	const struct seller *s = &r->town->sellers[i];
	json_t *page = json_loadb(body.p, body.n, JSON_REJECT_DUPLICATES, NULL);
	json_t *rows = json_object_get(page, "rows");
	size_t k, theirs = 0;

	for (k = 0; k < r->town->visitor_count; k++) {
		int64_t id = visitor_conversation(&r->town->visitors[k]);

		theirs += is_theirs(r, k, s);
		if (is_theirs(r, k, s) && !lists(rows, id))
			story_wrong(WRONG_LOST, SELLERS + s->number,
			    "%" PRId64 " is theirs, and not in their list", id);
	}
	if (json_array_size(rows) != theirs)
		story_wrong(WRONG_BEHAVIOUR, SELLERS + s->number,
		    "%zu are theirs, their list has %zu", theirs,
		    json_array_size(rows));
	json_decref(page);
}

/* What was not in their list when they came back, and is theirs. */
static void
compare_found(const struct reading *r, const struct seller *s)
{
	unsigned i;
	size_t k;

	for (i = 0; i < s->chat_count; i++)
		for (k = 0; k < r->town->visitor_count; k++)
			if (s->chats[i].missing && is_theirs(r, k, s) &&
			    visitor_conversation(&r->town->visitors[k]) ==
				s->chats[i].conversation)
				story_wrong(WRONG_LOST, SELLERS + s->number,
				    "came back and did not find %" PRId64,
				    s->chats[i].conversation);
}

/* ---- all ----------------------------------------------------------------------- */

static void
ask(struct reading *r, struct sweep sweep)
{
	sweep.port = r->town->port;
	sweep.connections = 4;
	sweep.arg = r;
	sweep_run(&sweep);
}

/* Page by page, until there is no more. */
static void
ask_on(struct reading *r, struct sweep sweep)
{
	memset(r->after, 0, sizeof(r->after));
	do {
		r->news = 0;
		ask(r, sweep);
	} while (r->news > 0);
}

void
after_compare(struct town *t)
{
	struct reading *r = calloc(1, sizeof(*r));
	unsigned i;

	if (r == NULL || t->visitor_count > MOST || t->seller_count > MOST)
		die("crash: too many");
	r->town = t;
	ask_on(r, (struct sweep){.count = t->visitor_count,
		      .write = write_read,
		      .answer = on_read});
	for (i = 0; i < t->visitor_count; i++)
		ledger_compared(&t->visitors[i].ledger, r->after[i]);
	ask_on(r, (struct sweep){.count = t->visitor_count,
		      .write = write_log,
		      .answer = on_log});
	ask(r, (struct sweep){.count = t->seller_count,
		   .write = write_mine,
		   .answer = on_mine});
	for (i = 0; i < t->seller_count; i++) {
		compare_words(&t->sellers[i]);
		compare_found(r, &t->sellers[i]);
	}
	free(r);
}
