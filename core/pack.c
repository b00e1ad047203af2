/* pack: goes through the messages once, and writes what it found. */
#include "core/pack_internal.h"
#include "core/json.h"
#include "core/language.h"
#include "core/mood.h"
#include "core/utf8.h"

/* Of the customer's messages; both take long, and change in a long talk. */
#define MOOD_OF_NEWEST 3u
#define LANGUAGE_OF_NEWEST 32u

/* What goes on while the messages are read. */
struct packing {
	const struct pack_source *src;
	struct arena *arena;
	struct pack *out;
	struct sentences *said;
	struct str question; /* that the bot has not answered yet */
	struct str newest[LANGUAGE_OF_NEWEST]; /* messages, in turn */
	bool nomem;
};

struct str
pack_line(struct str text)
{
	size_t n = 0, step;

	while (text.n > 0 && (unsigned char)text.p[0] <= ' ') {
		text.p++;
		text.n--;
	}
	while (n < text.n && (step = utf8_step(text.p + n, text.n - n)) > 0 &&
	       n + step <= PACK_LINE_MAX)
		n += step;
	while (n > 0 && (unsigned char)text.p[n - 1] <= ' ')
		n--;
	return (struct str){text.p, n};
}

/* ---- reading -------------------------------------------------------------- */

static struct str
member(struct packing *p, const json_t *body, const char *name)
{
	struct str copy = json_text_copy(body, name, p->arena);

	p->nomem |= copy.p == NULL;
	return copy;
}

/* The newest stay. */
static void
add_open(struct pack *out, struct str question)
{
	if (out->open_count == PACK_OPEN_MAX)
		memmove(out->open, out->open + 1,
		    --out->open_count * sizeof(out->open[0]));
	out->open[out->open_count++] = question;
}

static void
add_try(struct pack *out, const struct pack_try *try)
{
	bool found = str_eq(
	    try->answer, str_from(answer_kind_name(ANSWER_FOUND)));

	if (try->question.n == 0)
		return;
	if (out->tried_count == PACK_TRIED_MAX)
		memmove(out->tried, out->tried + 1,
		    --out->tried_count * sizeof(out->tried[0]));
	out->tried[out->tried_count++] = *try;
	if (!found)
		add_open(out, try->question);
}

static void
take_customer(struct packing *p, const json_t *body)
{
	struct str text = member(p, body, "text");

	if (text.n == 0)
		return;
	p->newest[p->out->messages++ % LANGUAGE_OF_NEWEST] = text;
	sentences_add(p->said, text);
	facts_find(text, p->out);
	p->question = pack_line(text);
}

static void
take_bot(struct packing *p, const json_t *body)
{
	const struct pack_try try = {.question = p->question,
	    .answer = member(p, body, "answer"),
	    .cites = pack_line(member(p, body, "cites")),
	    .confidence = json_integer_value(
		json_object_get(body, "confidence"))};

	add_try(p->out, &try);
	p->question = (struct str){0};
}

static void
take_event(struct packing *p, const struct event *e)
{
	json_t *body;

	if (e->kind != EVENT_MESSAGE)
		return;
	body = json_read(e->body);
	if (e->author == AUTHOR_CUSTOMER)
		take_customer(p, body);
	else if (e->author == AUTHOR_BOT)
		take_bot(p, body);
	else if (e->author == AUTHOR_AGENT)
		p->question = (struct str){0};
	json_decref(body);
}

/* What was found and not said, and what was not even looked for. */
static void
take_rest(struct packing *p)
{
	const struct answer *a = p->src->answer;

	if (a != NULL) {
		const struct pack_try try = {.question = p->question,
		    .answer = str_from(answer_kind_name(a->kind)),
		    .cites = pack_line(a->source),
		    .confidence = a->confidence};

		add_try(p->out, &try);
	} else if (p->question.n > 0 &&
		   memchr(p->question.p, '?', p->question.n) != NULL) {
		add_open(p->out, p->question);
	}
}

static void
guess(struct packing *p)
{
	struct language_votes votes = {0};
	struct phrase words;
	uint64_t i, n = p->out->messages;

	for (i = 0; i < n && i < LANGUAGE_OF_NEWEST; i++) {
		struct str text = p->newest[(n - 1 - i) % LANGUAGE_OF_NEWEST];

		phrase_read(text, &words);
		language_listen(&votes, &words);
		if (i < MOOD_OF_NEWEST)
			p->out->angry |= mood_score(text, &words, NULL) >=
					 MOOD_ANGRY;
	}
	p->out->language = language_guess(&votes);
}

/* That is known already. */
static void
drop_theirs(struct pack *out)
{
	size_t i, n = 0;

	for (i = 0; i < out->mentioned_count; i++)
		if (!str_eq(out->mentioned[i], out->email))
			out->mentioned[n++] = out->mentioned[i];
	out->mentioned_count = n;
}

enum err
pack_make(const struct pack_source *src, struct arena *a, struct pack *out)
{
	struct packing p = {.src = src, .arena = a, .out = out};
	size_t i = src->count > PACK_EVENTS_MAX ? src->count - PACK_EVENTS_MAX
						: 0;

	*out = (struct pack){.why = src->why};
	p.said = arena_alloc(a, sizeof(*p.said));
	if (p.said == NULL)
		return E_NOMEM;
	for (; i < src->count; i++)
		take_event(&p, &src->events[i]);
	take_rest(&p);
	sentences_choose(p.said, out);
	out->name = pack_line(src->name);
	out->email = pack_line(src->email);
	drop_theirs(out);
	guess(&p);
	return p.nomem ? E_NOMEM : OK;
}

/* ---- writing -------------------------------------------------------------- */

/* A name with what stands before it; `first` of an object has no comma. */
static void
add_name(struct buf *out, const char *name, bool first)
{
	buf_addf(out, "%s\"%s\":", first ? "" : ",", name);
}

/* White space and control characters become spaces, so that no character
 * takes more than two bytes. */
static void
add_text(struct buf *out, struct str text)
{
	char line[PACK_LINE_MAX];
	size_t i, n = text.n < sizeof(line) ? text.n : sizeof(line);

	for (i = 0; i < n; i++)
		line[i] = (unsigned char)text.p[i] < ' ' ? ' ' : text.p[i];
	buf_json(out, (struct str){line, n});
}

static void
add_list(struct buf *out, const char *name, const struct str *list, size_t n)
{
	size_t i;

	if (n == 0)
		return;
	add_name(out, name, false);
	for (i = 0; i < n; i++) {
		buf_char(out, i == 0 ? '[' : ',');
		add_text(out, list[i]);
	}
	buf_char(out, ']');
}

static void
add_tried(struct buf *out, const struct pack *p)
{
	size_t i;

	if (p->tried_count == 0)
		return;
	add_name(out, "tried", false);
	for (i = 0; i < p->tried_count; i++) {
		const struct pack_try *t = &p->tried[i];

		buf_str(out, i == 0 ? "[{" : ",{");
		add_name(out, "question", true);
		add_text(out, t->question);
		add_name(out, "answer", false);
		add_text(out, t->answer);
		add_name(out, "confidence", false);
		buf_i64(out, t->confidence);
		if (t->cites.n > 0) {
			add_name(out, "cites", false);
			add_text(out, t->cites);
		}
		buf_char(out, '}');
	}
	buf_char(out, ']');
}

static void
add_contact(struct buf *out, const struct pack *p)
{
	const struct {
		const char *name;
		struct str value;
	} parts[] = {
	    {"name", p->name}, {"email", p->email}, {"phone", p->phone}};
	bool first = true;

	for (size_t i = 0; i < ARRAY_LEN(parts); i++) {
		if (parts[i].value.n == 0)
			continue;
		buf_str(out, first ? ",\"contact\":{" : "");
		add_name(out, parts[i].name, first);
		add_text(out, parts[i].value);
		first = false;
	}
	buf_str(out, first ? "" : "}");
}

void
pack_write(const struct pack *p, struct buf *out)
{
	buf_char(out, '{');
	add_name(out, "why", true);
	add_text(out, p->why);
	add_list(out, "summary", p->summary, p->summary_count);
	add_tried(out, p);
	add_list(out, "open", p->open, p->open_count);
	add_contact(out, p);
	add_list(out, "numbers", p->numbers, p->number_count);
	add_list(out, "mentioned", p->mentioned, p->mentioned_count);
	if (p->language.n > 0) {
		add_name(out, "language", false);
		add_text(out, p->language);
	}
	buf_addf(
	    out, ",\"angry\":%s,\"messages\":", p->angry ? "true" : "false");
	buf_u64(out, p->messages);
	buf_char(out, '}');
}
