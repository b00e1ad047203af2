/*
 * turn_mail_gather: one walk along the log, newest events last. What changes a
 * line that was said before (a file that came, an edit) is put into that line;
 * where the desk has read that line already, it is a line of its own.
 */
#include "workers/turn_mail_inner.h"
#include "core/json.h"

#define EVENTS_PAGE 64u
#define NAMES_MAX 3u /* contacts' cards */
/* So long a mail waits for files that are being fetched. */
#define FILES_WAIT_MS ((int64_t)20 * 1000)
#define NAME_WAIT_MS ((int64_t)5 * 1000)

static struct arena *
arena_of(struct letter_of *l)
{
	return &l->t->arena;
}

/* ---- lines ----------------------------------------------------------------- */

static struct str
who_of(struct letter_of *l, const struct event *e, const json_t *body)
{
	struct str name = json_text_copy(body, "name", arena_of(l));

	if (e->author == AUTHOR_CUSTOMER)
		return l->row.contact.name.n > 0 ? l->row.contact.name
						 : STR("Customer");
	if (e->author == AUTHOR_AGENT)
		return name.n > 0 ? name : STR("Team");
	return STR("Assistant");
}

static struct letter_line *
add_line(struct letter_of *l, uint64_t seq)
{
	struct letter_line *line;

	if (l->line_count == LETTER_LINES_MAX)
		memmove(l->lines, l->lines + 1,
		    --l->line_count * sizeof(*l->lines));
	line = &l->lines[l->line_count++];
	*line = (struct letter_line){.seq = seq};
	return line;
}

static struct letter_line *
find_line(struct letter_of *l, uint64_t seq)
{
	size_t i;

	for (i = l->line_count; i > 0; i--)
		if (l->lines[i - 1].seq == seq)
			return &l->lines[i - 1];
	return NULL;
}

/* ---- messages -------------------------------------------------------------- */

static void
put_location(const json_t *place, struct buf *b)
{
	static const char *const names[] = {"label", "address"};
	const json_t *where = json_object_get(place, "latitude");
	size_t i;

	if (!json_is_number(where))
		return;
	buf_addf(b, "%s[Place: %.5f, %.5f", b->len > 0 ? "\n" : "",
	    json_number_value(where),
	    json_number_value(json_object_get(place, "longitude")));
	for (i = 0; i < ARRAY_LEN(names); i++) {
		struct str s = json_text(place, names[i]);

		if (s.n > 0)
			buf_addf(b, ", %.*s", STR_FMT(s));
	}
	buf_char(b, ']');
}

static void
put_contacts(const json_t *list, struct buf *b)
{
	size_t n = json_array_size(list), i;

	for (i = 0; i < n && i < NAMES_MAX; i++)
		buf_addf(b, "%s[Contact: %.*s]", b->len > 0 ? "\n" : "",
		    STR_FMT(json_text_of(json_array_get(list, i))));
}

/* All that a person would see of it, as text; files stand beside it. */
static struct str
text_of(struct letter_of *l, const json_t *body)
{
	struct str text = json_text(body, "text");
	struct buf b = {0};
	struct str out = {0};

	buf_add(&b, text.p, text.n);
	put_location(json_object_get(body, "location"), &b);
	put_contacts(json_object_get(body, "contacts"), &b);
	if (!b.failed && b.len > 0)
		out = arena_copy(arena_of(l), buf_view(&b));
	buf_free(&b);
	return out;
}

static bool
has_name(const struct letter_of *l, const struct letter_line *upto, size_t n,
    struct str name)
{
	const struct letter_line *line;
	size_t i;

	for (line = l->lines; line <= upto; line++)
		for (i = 0; i < (line == upto ? n : line->file_count); i++)
			if (str_eq(line->files[i].name, name))
				return true;
	return false;
}

/* "picture.jpg", and where there is one, "picture-2.jpg". */
static struct str
file_name(struct letter_of *l, const struct letter_line *line, size_t n,
    struct str base)
{
	const char *dot = base.n == 0 ? NULL : memrchr(base.p, '.', base.n);
	size_t stem = dot == NULL ? base.n : (size_t)(dot - base.p);
	struct str name = base;
	unsigned k;

	for (k = 2; k < 100 && name.p != NULL && has_name(l, line, n, name);
	     k++)
		name = arena_printf(arena_of(l), "%.*s-%u%.*s", (int)stem,
		    base.p, k, (int)(base.n - stem), base.p + stem);
	return name;
}

static void
read_files(struct letter_of *l, const json_t *list, struct letter_line *line)
{
	struct arena *a = arena_of(l);
	size_t n = json_array_size(list), i;

	n = n > ENVELOPE_FILES_MAX ? ENVELOPE_FILES_MAX : n;
	line->files = n == 0 ? NULL : arena_alloc(a, n * sizeof(*line->files));
	for (i = 0; line->files != NULL && i < n; i++) {
		const json_t *one = json_array_get(list, i);
		struct str type = json_text_copy(one, "type", a);
		struct str name = mail_file_name(
		    json_text_copy(one, "name", a), type, a);

		line->files[i] = (struct letter_file_of){
		    .name = file_name(l, line, i, name),
		    .type = type,
		    .missing = STR("it has not arrived yet"),
		    .coming = true};
		line->file_count++;
	}
}

static void
take_message(struct letter_of *l, const struct event *e, const json_t *body)
{
	struct str text = text_of(l, body);
	const json_t *files = json_object_get(body, "files");
	struct letter_line *line;

	if (e->author == AUTHOR_SYSTEM ||
	    (text.n == 0 && json_array_size(files) == 0))
		return;
	if (e->author == AUTHOR_CUSTOMER && text.n > 0)
		l->said = text;
	if (e->author == AUTHOR_AGENT)
		l->answered = e->seq;
	line = add_line(l, e->seq);
	line->line = (struct escalation_line){.at = e->at,
	    .who = who_of(l, e, body),
	    .text = text,
	    .customer = e->author == AUTHOR_CUSTOMER,
	    .before = e->seq <= l->t->c.resolved_seq};
	read_files(l, files, line);
}

/* ---- what came of them later ------------------------------------------------- */

static void
take_file(struct letter_of *l, const struct event *e, const json_t *body)
{
	struct letter_line *line = find_line(l, e->ref);
	json_int_t index = json_integer_value(json_object_get(body, "index"));
	struct str refused = json_text_copy(body, "refused", arena_of(l));
	struct letter_file_of *f;

	if (line == NULL || index < 0 || (size_t)index >= line->file_count)
		return;
	f = &line->files[index];
	f->coming = false;
	f->missing = refused.n > 0 ? refused : STR("");
	if (refused.n > 0)
		return;
	f->type = json_text_copy(body, "type", arena_of(l));
	f->hash = json_text_copy(body, "hash", arena_of(l));
	f->size = (uint64_t)json_integer_value(json_object_get(body, "size"));
}

/* In the line; or, where it was told before, as one more. */
static void
change(struct letter_of *l, const struct event *e, const char *what,
    struct str text)
{
	struct letter_line *line = find_line(l, e->ref), *more;
	bool told = e->ref <= l->after;
	struct str words = arena_printf(arena_of(l), "%.*s%s(%s%s)",
	    STR_FMT(text), text.n > 0 ? "\n" : "",
	    told ? "an earlier message: " : "", what);

	if (words.p == NULL || (line == NULL && !told))
		return;
	if (!told) {
		line->line.text = words;
		return;
	}
	more = add_line(l, e->seq);
	more->line = (struct escalation_line){.at = e->at,
	    .who = who_of(l, e, NULL),
	    .text = words,
	    .customer = e->author == AUTHOR_CUSTOMER,
	    .before = e->seq <= l->t->c.resolved_seq};
}

static void
take_edit(struct letter_of *l, const struct event *e, const json_t *body)
{
	change(l, e, "edited", json_text_copy(body, "text", arena_of(l)));
}

static void
take_deletion(struct letter_of *l, const struct event *e, const json_t *body)
{
	(void)body;
	change(l, e, "taken back", STR(""));
}

/* ---- what people of the company know ------------------------------------------ */

static void
take_note(struct letter_of *l, const struct event *e, const json_t *body)
{
	struct arena *a = arena_of(l);
	struct str text = json_text_copy(body, "text", a);
	struct str name = json_text_copy(body, "name", a);
	bool refused = e->ref == NOTE_REFUSED;

	if (e->ref == NOTE_WHISPER || e->ref == NOTE_UNREACHED || text.n == 0 ||
	    e->seq <= l->after || e->seq <= l->t->c.resolved_seq)
		return;
	if (l->note_count == LETTER_NOTES_MAX)
		memmove(l->notes, l->notes + 1,
		    --l->note_count * sizeof(*l->notes));
	l->notes[l->note_count] = arena_printf(a, "%.*s%s: %.*s",
	    STR_FMT(name.n > 0 ? name : STR("A colleague")),
	    refused ? " wrote, and the customer did not get it" : "",
	    STR_FMT(text));
	if (l->notes[l->note_count].p != NULL)
		l->note_count++;
}

static void
take_holder(struct letter_of *l, const struct event *e, const json_t *body)
{
	if (e->ref == HOLDER_EMAIL)
		l->by_mail = json_text_copy(body, "why", arena_of(l));
}

static void
take_pack(struct letter_of *l, const struct event *e, const json_t *body)
{
	(void)body;
	l->pack = e->body;
	l->pack_seq = e->seq;
}

/* ---- mails before it ------------------------------------------------------------ */

/* The first one holds a thread together, and the last ones. */
static void
take_earlier(struct letter_of *l, uint64_t number)
{
	if (l->earlier_count == LETTER_EARLIER_MAX)
		memmove(l->earlier + 1, l->earlier + 2,
		    (--l->earlier_count - 1) * sizeof(*l->earlier));
	l->earlier[l->earlier_count++] = number;
}

static void
take_mailed(struct letter_of *l, const struct event *e, const json_t *body)
{
	(void)body;
	if (!l->to_customer)
		take_earlier(l, e->ref);
}

/* It stands for a mail that went to the customer, with all until then. */
static void
take_timer(struct letter_of *l, const struct event *e, const json_t *body)
{
	(void)body;
	if (e->ref != TIMER_UNREAD || !l->to_customer)
		return;
	take_earlier(l, l->answered);
	if (e->seq > l->after)
		l->after = e->seq;
}

/* ---- the walk -------------------------------------------------------------------- */

static void (*const takes[EVENT_KINDS])(
    struct letter_of *l, const struct event *e, const json_t *body) = {
    [EVENT_MESSAGE] = take_message,
    [EVENT_FILE] = take_file,
    [EVENT_EDITED] = take_edit,
    [EVENT_DELETED] = take_deletion,
    [EVENT_NOTE] = take_note,
    [EVENT_HOLDER] = take_holder,
    [EVENT_PACK] = take_pack,
    [EVENT_MAILED] = take_mailed,
    [EVENT_TIMER] = take_timer,
};

static void
take_event(struct letter_of *l, const struct event *e)
{
	json_t *body;

	if (l->event_count < LETTER_EVENTS_MAX)
		l->events[l->event_count++] = *e;
	if (takes[e->kind] == NULL)
		return;
	body = json_read(e->body);
	takes[e->kind](l, e, body);
	json_decref(body);
}

/* Who has just begun may get a name with the first answer that goes out. */
static void
look_for_name(struct letter_of *l)
{
	const struct channel *c = channel_find(l->row.reach.channel);
	int64_t opened = l->t->c.opened_at;

	if (c != NULL && c->can.names && l->whole && !l->to_customer &&
	    l->row.contact.name.n == 0 &&
	    opened <= clock_wall(l->t->worker->conf.clock) &&
	    opened + NAME_WAIT_MS > l->waits_until)
		l->waits_until = opened + NAME_WAIT_MS;
}

/* Of new messages: until when is it worth to wait for their files? */
static void
look_for_files(struct letter_of *l)
{
	int64_t now = clock_wall(l->t->worker->conf.clock);
	const struct letter_line *line;
	size_t i;

	for (line = l->lines; line < l->lines + l->line_count; line++)
		for (i = 0; i < line->file_count; i++)
			if (line->files[i].coming && line->seq > l->after &&
			    line->line.at <= now)
				l->waits_until = line->line.at + FILES_WAIT_MS;
}

enum err
letter_gather(struct letter_of *l)
{
	struct turn *t = l->t;
	struct event events[EVENTS_PAGE];
	uint64_t after = t->c.seq > LETTER_EVENTS_MAX
			     ? t->c.seq - LETTER_EVENTS_MAX
			     : 0;
	size_t n = 1, i;
	enum err e = OK;

	while (e == OK && n > 0 && after < t->c.seq) {
		n = ARRAY_LEN(events);
		e = store_read_events(t->worker->reader, t->conversation, after,
		    &t->arena, events, &n);
		for (i = 0; e == OK && i < n; i++) {
			after = events[i].seq;
			take_event(l, &events[i]);
		}
	}
	if (e != OK)
		return e;
	look_for_files(l);
	look_for_name(l);
	return OK;
}
