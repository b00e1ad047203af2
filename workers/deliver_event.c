/*
 * deliver_event: what people read of a row in the conversation: that a message
 * did not arrive, or what came of a file. Which part of a message, which of
 * its files: by its place among the rows that the same event caused.
 */
#include "core/file_url.h"
#include "core/json.h"
#include "workers/deliver_inner.h"

/* What one event causes: PAYLOADS_MAX parts, or ENVELOPE_FILES_MAX files. */
#define ROWS_OF_EVENT 32u
/* Whoever reads the event later gets a fresh address. */
#define LINK_LIFE_S (24 * (int64_t)3600)

/* Does it go the same way? Others are told of the same event, too. */
static bool
beside(const struct row *r, const struct outbox_row *other)
{
	return other->kind == r->talk->kind &&
	       other->lane == r->talk->track->id;
}

/* Its place among the rows of its event, and how many they are. */
static size_t
place_of(const struct row *r, struct arena *a, size_t *count)
{
	const struct talk *k = r->talk;
	struct outbox_row rows[ROWS_OF_EVENT];
	size_t n = ROWS_OF_EVENT, i, place = 0;

	*count = 0;
	if (store_list_outbox_of(k->track->d->reader,
		&(struct cause_ask){k->conversation, r->seq}, a, rows,
		&n) != OK)
		return 0;
	for (i = 0; i < n; i++) {
		*count += beside(r, &rows[i]);
		place += beside(r, &rows[i]) && rows[i].id < r->id;
	}
	return place;
}

static struct event
event_of(
    struct deliver *d, enum event_kind kind, struct buf *body, struct arena *a)
{
	struct event e = {.kind = kind, .author = AUTHOR_SYSTEM, .at = d->wall};

	e.body = buf_take(body, a);
	return e;
}

struct event
event_delivery(
    struct row *r, const char *state, const struct settled *s, struct arena *a)
{
	struct track *t = r->talk->track;
	struct buf b = {0};
	size_t n, place = place_of(r, a, &n);

	buf_addf(&b, "{\"state\":\"%s\"", state);
	buf_member(&b, "channel", t->channel_name);
	buf_member(&b, "code", s->code);
	buf_member(&b, "reason", s->reason);
	if (n > 1)
		buf_addf(&b, ",\"part\":%zu", place + 1);
	buf_char(&b, '}');
	return event_of(t->d, EVENT_DELIVERY, &b, a);
}

/* What the sender called it; may be empty. */
static struct str
name_of(const struct row *r, size_t place, struct arena *a)
{
	const struct talk *k = r->talk;
	struct event e;
	size_t n = 1;
	const json_t *name;
	json_t *body = NULL;
	struct str out = {0};

	if (store_read_events(k->track->d->reader, k->conversation, r->seq - 1,
		a, &e, &n) == OK &&
	    n == 1)
		body = json_read(e.body);
	name = json_object_get(
	    json_array_get(json_object_get(body, "files"), place), "name");
	out = json_text_copy_of(name, a);
	json_decref(body);
	return out.p == NULL ? STR("") : out;
}

static struct str
begin_file(const struct row *r, struct buf *b, struct arena *a)
{
	size_t n, place = place_of(r, a, &n);
	struct str name = name_of(r, place, a);

	buf_addf(b, "{\"index\":%zu,\"name\":", place);
	buf_json(b, name);
	return name;
}

static void
write_url(const struct row *r, const struct kept_file *f, struct str name,
    struct buf *out)
{
	const struct deliver *d = r->talk->track->d;
	const struct file_url url = {.hash = str_from(f->hash),
	    .name = name,
	    .type = str_from(f->type),
	    .expires_s = d->wall / 1000 + LINK_LIFE_S};
	struct buf b = {0};

	file_url_write(d->conf.keys, STR(""), &url, &b);
	buf_str(out, ",\"url\":");
	buf_json(out, buf_view(&b));
	out->failed |= b.failed;
	buf_free(&b);
}

struct event
event_file_kept(struct row *r, const struct kept_file *f, struct arena *a)
{
	struct buf b = {0};
	struct str name = begin_file(r, &b, a);

	buf_addf(&b, ",\"type\":\"%s\",\"size\":%zu,\"hash\":\"%s\"", f->type,
	    f->size, f->hash);
	write_url(r, f, name, &b);
	buf_char(&b, '}');
	return event_of(r->talk->track->d, EVENT_FILE, &b, a);
}

struct event
event_file_refused(struct row *r, struct str why, struct arena *a)
{
	struct buf b = {0};

	(void)begin_file(r, &b, a);
	buf_str(&b, ",\"refused\":");
	buf_json(&b, why.n > 0 ? why : STR("It could not be fetched."));
	buf_char(&b, '}');
	return event_of(r->talk->track->d, EVENT_FILE, &b, a);
}
