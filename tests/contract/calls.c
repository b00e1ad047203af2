/*
 * calls: every HTTP request that the rows of the table make, for whoever reads
 * the lines to judge. It knows no vendor: customers who wrote come from the
 * world that it is given, what they are answered from the limits of their
 * channel's row.
 */
#include "channels/split.h"
#include "tests/contract/ask.h"

#include <stdio.h>
#include <stdlib.h>

#define HOUR_MS 3600000
#define BUTTONS_MAX 25u
#define FILES_MAX 10u
#define TALKS_MAX 64u

static const char marked[] =
    "# Opening hours\n\nWe are **open** from *nine* to ~~ten~~ five. See "
    "[our page](https://shop.example/hours?a=1&b=2) & ask <us> \xe2\x82\xac, "
    "\xf0\x9f\x9a\xb2 or @here.\n\n- Monday\n- Tuesday\n\n```\na < b && c\n```"
    "\n> quoted \"words\" \\ and 'more'\n\n1. one\n2. two\n";

/* ---- what we say -------------------------------------------------------- */

/* An answer, as large as the row takes where it says so. */
struct saying {
	const char *what;
	const char *text; /* NULL: of `share` percent of the row's limit */
	const char *of;	  /* made of this, again and again */
	unsigned share;
	bool whole;    /* of text_max; else of part_max */
	bool buttons;  /* as many and as long as may be */
	bool files;    /* as many as may be */
	unsigned late; /* hours since they wrote */
};

static const struct saying sayings[] = {
    {.what = "short", .text = "Hello"},
    {.what = "marked", .text = marked},
    {.what = "one part", .of = "We are open. ", .share = 99},
    {.what = "three parts", .of = "We are open.\n", .share = 250},
    {.what = "all there is room for",
	.of = "We are open. ",
	.share = 90,
	.whole = true},
    {.what = "to be escaped", .of = "&<>", .share = 80},
    {.what = "wide", .of = "\xf0\x9f\x9a\xb2", .share = 99},
    {.what = "buttons", .text = "Which of them?", .buttons = true},
    {.what = "buttons under a long text",
	.of = "We are open. ",
	.share = 99,
	.buttons = true},
    {.what = "files", .text = "Have a look", .files = true},
    {.what = "only files", .text = "", .files = true},
    {.what = "late", .text = marked, .late = 25},
    {.what = "late and long", .of = "Open. ", .share = 99, .late = 25},
};

static struct str
made_of(const char *piece, size_t units, struct arena *a)
{
	size_t each = text_length(str_from(piece), TEXT_UTF16), i;
	struct buf b = {0};
	struct str text;

	for (i = 0; i < units / each; i++)
		buf_str(&b, piece);
	text = arena_copy(a, str_trim(buf_view(&b)));
	buf_free(&b);
	return text;
}

static struct str
text_of(const struct talk *t, const struct saying *w)
{
	const struct capabilities *can = &t->channel->can;
	size_t limit = w->whole ? can->text_max : can->part_max;

	if (w->text != NULL)
		return str_from(w->text);
	return made_of(w->of, limit * w->share / 100, &t->world->arena);
}

static void
add_buttons(const struct talk *t, struct button *to, struct outgoing *m)
{
	const struct capabilities *can = &t->channel->can;
	struct arena *a = &t->world->arena;
	size_t i;

	for (i = 0; i < can->buttons_max && i < BUTTONS_MAX; i++) {
		to[i].text = made_of("Choice & ", can->button_text_max, a);
		to[i].value = arena_printf(a, "choice-%zu", i);
	}
	m->buttons = to;
	m->button_count = i;
}

static bool
is_taken(const struct capabilities *can, const json_t *file)
{
	struct str type = world_text(file, "type");
	const struct media_kind *k = can->media;

	for (; k != NULL && k->type != NULL; k++) {
		size_t n = strlen(k->type);

		if (type.n >= n && memcmp(type.p, k->type, n) == 0)
			return true;
	}
	return false;
}

static void
add_files(const struct talk *t, struct outgoing_file *to, struct outgoing *m)
{
	const json_t *files = json_object_get(t->world->root, "files");
	const struct capabilities *can = &t->channel->can;
	size_t i;

	for (i = 0; i < json_array_size(files); i++) {
		const json_t *f = json_array_get(files, i);

		if (m->file_count == can->media_max || !is_taken(can, f))
			continue;
		to[m->file_count++] = (struct outgoing_file){
		    .name = world_text(f, "name"),
		    .type = world_text(f, "type"),
		    .url = world_text(f, "url"),
		    .size = (uint64_t)json_integer_value(
			json_object_get(f, "size"))};
	}
	m->files = to;
}

static void
render(const struct talk *t, const struct outgoing *m, struct payloads *out)
{
	struct faults faults = {0};
	struct buf lines = {0};

	if (t->channel->render(
		t->account.doc, m, &t->world->arena, out, &faults) != OK) {
		faults_write(&faults, &lines);
		give_up(
		    "%s: %.*s", t->channel->name, STR_FMT(buf_view(&lines)));
	}
	faults_free(&faults);
}

/* ---- jobs --------------------------------------------------------------- */

/* At the time the world is read, or hours after it. */
static struct job
job_of(const struct talk *t, enum job_kind kind, unsigned late)
{
	static uint64_t rows = 70;
	int64_t now = t->world->now;

	return (struct job){.kind = kind,
	    .account = &t->account,
	    .address = t->said.address,
	    .row = ++rows,
	    .at = now - 1000,
	    .attempted_at = now - 1000,
	    .customer_at = now,
	    .now = now + (int64_t)late * HOUR_MS,
	    .since = now - HOUR_MS};
}

static void
look_up(const struct talk *t, const char *what, const struct job *sent)
{
	struct job job = *sent;
	struct outcome o;

	job.kind = JOB_LOOKUP;
	job.live = (struct str){0};
	if (t->channel->can.lookup)
		ask(t, what, &job, &o);
}

static void
send_all(const struct talk *t, const struct saying *w, const struct outgoing *m)
{
	struct payloads payloads = {.count = 0};
	struct outcome o;
	unsigned i;

	render(t, m, &payloads);
	for (i = 0; i < payloads.count; i++) {
		struct job job = job_of(t, JOB_SEND, w->late);

		job.payload = payloads.list[i].text;
		job.recipient = payloads.list[i].recipient;
		job.nameless = i == 0 && t->channel->can.names;
		ask(t, w->what, &job, &o);
		if (i == 0)
			look_up(t, w->what, &job);
	}
}

static void
answer(const struct talk *t, const struct saying *w)
{
	struct button buttons[BUTTONS_MAX];
	struct outgoing_file files[FILES_MAX];
	struct outgoing m = {.text = text_of(t, w),
	    .address = t->said.address,
	    .reply = t->said.reply,
	    .customer_at = t->world->now,
	    .now = t->world->now + (int64_t)w->late * HOUR_MS};

	if (w->buttons)
		add_buttons(t, buttons, &m);
	if (w->files)
		add_files(t, files, &m);
	if (m.text.n > 0 || m.file_count > 0)
		send_all(t, w, &m);
}

static void
plain_job(const struct talk *t, enum job_kind kind, struct str payload)
{
	static const char *const words[JOBS] = {
	    [JOB_CHECK] = "is the account well",
	    [JOB_TYPING] = "somebody writes",
	    [JOB_FETCH] = "a file of theirs",
	    [JOB_BACKFILL] = "what was missed",
	};
	struct job job = job_of(t, kind, 0);
	struct outcome o;
	size_t i;

	job.payload = payload;
	ask(t, words[kind], &job, &o);
	/* Of lists no more than the first file that stands in them. */
	for (i = 0; i < o.arrival.envelope_count; i++) {
		const struct envelope *e = &o.arrival.envelopes[i];

		if (e->file_count == 0)
			continue;
		plain_job(t, JOB_FETCH, e->files[0].payload);
		break;
	}
}

/* ---- answers that grow -------------------------------------------------- */

/* Shown twice, then sent: bytes of the text each time. */
struct growth {
	const char *what;
	size_t first, second, all;
	int64_t pause_ms; /* before it is shown again, and sent */
	bool other;	  /* another text is sent than was shown */
	bool buttons;
};

static const struct growth growths[] = {
    {"grows", 40, 200, 400, 0, false, true},
    {"is as it was shown", 40, 400, 400, 0, false, false},
    {"is another", 40, 200, 400, 0, true, true},
    {"took long", 40, 200, 400, 5 * 60000, false, false},
    {"is much longer", 40, 200, 3300, 0, false, false},
};

static struct str
draft(const struct talk *t, const struct growth *g, struct job *job)
{
	struct outcome o;

	ask(t, g->what, job, &o);
	return o.state;
}

static void
grow(const struct talk *t, const struct growth *g)
{
	struct str whole = made_of(
	    "We are *open* & so on. ", 3400, &t->world->arena);
	struct job job = job_of(t, JOB_DRAFT, 0);
	struct button buttons[BUTTONS_MAX];
	struct outgoing m = {.text = {whole.p, g->all},
	    .address = t->said.address,
	    .reply = t->said.reply,
	    .customer_at = t->world->now,
	    .now = t->world->now};
	struct payloads payloads = {.count = 0};
	struct outcome o;

	job.payload = t->said.reply;
	job.text = (struct str){whole.p, g->first};
	job.live = draft(t, g, &job);
	job.text.n = g->second;
	job.now += g->pause_ms;
	job.live = draft(t, g, &job);
	if (g->other)
		m.text = str_from(marked);
	if (g->buttons)
		add_buttons(t, buttons, &m);
	render(t, &m, &payloads);
	job.kind = JOB_SEND;
	job.payload = payloads.list[0].text;
	job.recipient = payloads.list[0].recipient;
	ask(t, g->what, &job, &o);
	look_up(t, g->what, &job);
}

/* ---- all ---------------------------------------------------------------- */

/* What differs by who wrote how; of the sayings the first is enough. */
static void
reply(const struct talk *t)
{
	const struct capabilities *can = &t->channel->can;
	unsigned i;

	plain_job(t, JOB_CHECK, STR(""));
	for (i = 0; i < t->said.file_count; i++)
		plain_job(t, JOB_FETCH, t->said.files[i].payload);
	if (can->typing)
		plain_job(t, JOB_TYPING, t->said.reply);
	answer(t, &sayings[0]);
	if (can->backfill == BACKFILL_ACCOUNT)
		plain_job(t, JOB_BACKFILL, STR(""));
	if (can->backfill == BACKFILL_CONVERSATIONS)
		plain_job(t, JOB_BACKFILL, t->said.address);
}

/* What does not, but by the place. */
static void
converse(const struct talk *t)
{
	unsigned i;

	for (i = 1; i < ARRAY_LEN(sayings); i++)
		answer(t, &sayings[i]);
	for (i = 0; t->channel->can.drafts && i < ARRAY_LEN(growths); i++)
		grow(t, &growths[i]);
}

static bool
was_heard(const struct talk *talks, size_t n)
{
	size_t i = n;

	while (i-- > 0)
		if (str_eq(talks[i].said.source, talks[n].said.source))
			return true;
	return false;
}

static bool
was_there(const struct talk *talks, size_t n)
{
	size_t i = n;

	while (i-- > 0)
		if (talks[i].account.doc == talks[n].account.doc &&
		    str_eq(talks[i].said.address, talks[n].said.address))
			return true;
	return false;
}

int
main(void)
{
	static struct talk talks[TALKS_MAX];
	char *line = NULL;
	size_t room = 0, count = 0, i;
	ssize_t n = getline(&line, &room, stdin);
	struct world w;
	const json_t *hook;

	if (n <= 0)
		give_up("the first line must be the world");
	world_read(&w, (struct str){line, (size_t)n});
	json_array_foreach(json_object_get(w.root, "hooks"), i, hook)
	{
		if (count == TALKS_MAX)
			give_up("too many hooks");
		if (world_hear(&w, hook, &talks[count]) &&
		    !was_heard(talks, count))
			count++;
	}
	for (i = 0; i < count; i++) {
		reply(&talks[i]);
		if (!was_there(talks, i))
			converse(&talks[i]);
	}
	world_free(&w);
	free(line);
	return 0;
}
