/*
 * mail_file: the files of a mail: onto the disk first, so that whoever is told
 * of them can have them, and then into the conversation.
 */
#include "bus/publish.h"
#include "core/file_url.h"
#include "workers/mail_inner.h"
#include "workers/sniff.h"

/* Whoever reads the event later gets a fresh address. */
#define LINK_LIFE_S (24 * (int64_t)3600)

static enum err
keep_file(struct taking *t, unsigned i)
{
	struct taken_file *f = &t->files[i];
	struct str bytes;
	enum err e = mime_bytes(&t->in.mime, t->in.files[i].part, &bytes);

	if (e != OK)
		return e;
	*f = (struct taken_file){.type = sniff(bytes), .size = bytes.n};
	return f->type == NULL
		   ? OK
		   : store_blob_put(t->m->conf.store, bytes, f->hash);
}

enum err
mail_keep_files(struct taking *t)
{
	enum err e = OK;
	unsigned i;

	for (i = 0; i < t->in.file_count && e == OK; i++)
		e = keep_file(t, i);
	return e;
}

void
mail_write_files(const struct taking *t, struct buf *body)
{
	unsigned i;

	if (t->in.file_count == 0)
		return;
	buf_str(body, ",\"files\":[");
	for (i = 0; i < t->in.file_count; i++) {
		buf_str(body, i == 0 ? "{\"name\":" : ",{\"name\":");
		buf_json(body, t->in.files[i].name);
		buf_str(body, ",\"type\":");
		buf_json(body, t->in.files[i].type);
		buf_char(body, '}');
	}
	buf_char(body, ']');
}

static void
write_url(const struct taking *t, unsigned i, struct buf *body)
{
	const struct taken_file *f = &t->files[i];
	const struct file_url url = {.hash = str_from(f->hash),
	    .name = t->in.files[i].name,
	    .type = str_from(f->type),
	    .expires_s = t->m->wall / 1000 + LINK_LIFE_S};
	struct buf b = {0};

	file_url_write(t->m->conf.keys, STR(""), &url, &b);
	buf_str(body, ",\"url\":");
	buf_json(body, buf_view(&b));
	body->failed |= b.failed;
	buf_free(&b);
}

static void
write_file(const struct taking *t, unsigned i, struct buf *body)
{
	const struct taken_file *f = &t->files[i];

	buf_addf(body, "{\"index\":%u,\"name\":", i);
	buf_json(body, t->in.files[i].name);
	if (f->type == NULL) {
		buf_str(body, ",\"refused\":\"It is of a kind that is not "
			      "kept.\"}");
		return;
	}
	buf_addf(body, ",\"type\":\"%s\",\"size\":%zu,\"hash\":\"%s\"", f->type,
	    f->size, f->hash);
	write_url(t, i, body);
	buf_char(body, '}');
}

/* One file of the message at seq; the same file twice is one event. */
static enum err
store_file(struct taking *t, int64_t conversation, uint64_t seq, unsigned i)
{
	struct buf body = {0};
	struct str source = arena_printf(
	    t->arena, "%.*s#%u", (int)t->in.source.n, t->in.source.p, i);
	struct store_op op = {.verb = STORE_INBOUND,
	    .inbound = {.conversation = conversation,
		.event = {.kind = EVENT_FILE,
		    .author = AUTHOR_SYSTEM,
		    .ref = seq,
		    .at = t->m->wall,
		    .source = source}}};
	const struct conversation *c = &op.inbound.state;
	enum err e = OK;

	write_file(t, i, &body);
	if (source.p == NULL || body.failed)
		e = E_NOMEM;
	if (e == OK) {
		op.inbound.event.body = buf_view(&body);
		e = store_submit_wait(t->m->conf.store, &op);
	}
	if (e == OK && !op.inbound.duplicate) {
		op.inbound.event.seq = op.inbound.seq;
		publish_event(t->m->conf.publisher, c, &op.inbound.event, 0);
		if (c->holder == HOLDER_EMAIL && conversation_pending(c))
			bus_add_work(t->m->conf.publisher, c->id);
	}
	buf_free(&body);
	return e;
}

enum err
mail_store_files(struct taking *t, int64_t conversation, uint64_t seq)
{
	enum err e = OK;
	unsigned i;

	for (i = 0; i < t->in.file_count && e == OK; i++)
		e = store_file(t, conversation, seq, i);
	bus_flush(t->m->conf.publisher);
	return e;
}
