/* payload: written by us, and read again when the mail is made. */
#include "channels/email/payload.h"
#include "channels/email/lex.h"
#include "core/json.h"
#include "core/utf8.h"

#define LIST_MAX 200u

/* ---- written ------------------------------------------------------------ */

static void
add_name(struct buf *b, const char *name)
{
	buf_addf(b, "%s\"%s\":", b->len == 1 ? "" : ",", name);
}

/* As text: a reader of JSON may not take 64 bits for a number. */
static void
add_number(struct buf *b, const char *name, uint64_t value)
{
	add_name(b, name);
	buf_addf(b, "\"%llu\"", (unsigned long long)value);
}

static void
add_mailboxes(struct buf *b, const struct mail_payload *p)
{
	size_t i;

	add_name(b, "to");
	buf_char(b, '[');
	for (i = 0; i < p->to_count; i++) {
		buf_str(b, i == 0 ? "{\"address\":" : ",{\"address\":");
		buf_json(b, p->to[i].address);
		buf_str(b, ",\"name\":");
		buf_json(b, p->to[i].name);
		buf_char(b, '}');
	}
	buf_char(b, ']');
}

static void
add_texts(struct buf *b, const char *name, const struct str *list, size_t n)
{
	size_t i;

	if (n == 0)
		return;
	add_name(b, name);
	for (i = 0; i < n; i++) {
		buf_char(b, i == 0 ? '[' : ',');
		buf_json(b, list[i]);
	}
	buf_char(b, ']');
}

static void
add_earlier(struct buf *b, const struct mail_payload *p)
{
	size_t i;

	if (p->earlier_count == 0)
		return;
	add_name(b, "earlier");
	for (i = 0; i < p->earlier_count; i++)
		buf_addf(b, "%c\"%llu\"", i == 0 ? '[' : ',',
		    (unsigned long long)p->earlier[i]);
	buf_char(b, ']');
}

static void
add_files(struct buf *b, const struct mail_payload *p)
{
	size_t i;

	if (p->file_count == 0)
		return;
	add_name(b, "files");
	for (i = 0; i < p->file_count; i++) {
		buf_str(b, i == 0 ? "[{\"name\":" : ",{\"name\":");
		buf_json(b, p->files[i].name);
		buf_member(b, "type", p->files[i].type);
		buf_member(b, "url", p->files[i].url);
		buf_member(b, "hash", p->files[i].hash);
		buf_char(b, '}');
	}
	buf_char(b, ']');
}

struct str
mail_payload_write(const struct mail_payload *p, struct arena *a)
{
	struct buf b = {0};

	buf_char(&b, '{');
	add_number(&b, "role", p->role);
	add_number(&b, "id", p->id);
	add_number(&b, "number", p->number);
	add_number(&b, "origin", p->origin);
	add_earlier(&b, p);
	add_mailboxes(&b, p);
	buf_member(&b, "recipient", p->recipient);
	buf_member(&b, "by", p->by);
	buf_member(&b, "subject", p->subject);
	buf_member(&b, "text", p->text);
	buf_member(&b, "html", p->html);
	buf_member(&b, "in_reply_to", p->in_reply_to);
	add_texts(&b, "references", p->references, p->reference_count);
	add_files(&b, p);
	buf_char(&b, '}');
	return buf_take(&b, a);
}

/* ---- names --------------------------------------------------------------- */

/* Of what a file is called that has no name. */
static const struct {
	const char *type, *name;
} nameless[] = {
    {"image/jpeg", "picture.jpg"},
    {"image/png", "picture.png"},
    {"image/gif", "picture.gif"},
    {"image/webp", "picture.webp"},
    {"audio/ogg", "sound.ogg"},
    {"audio/mpeg", "sound.mp3"},
    {"audio/", "sound"},
    {"video/mp4", "film.mp4"},
    {"video/", "film"},
    {"application/pdf", "document.pdf"},
    {"text/vcard", "contact.vcf"},
    {"", "file"},
};

struct str
mail_file_name(struct str name, struct str type, struct arena *a)
{
	struct buf b = {0};
	struct str out = {0};
	size_t i;

	for (i = 0; i < name.n && utf8_valid(name); i++)
		if ((unsigned char)name.p[i] >= ' ' && name.p[i] != 0x7f)
			buf_char(&b, name.p[i]);
	for (i = 0; lex_blank(buf_view(&b)) && i < ARRAY_LEN(nameless); i++)
		if (lex_begins(type, str_from(nameless[i].type)))
			buf_str(&b, nameless[i].name);
	if (!b.failed)
		out = arena_copy(a, lex_trim(buf_view(&b)));
	buf_free(&b);
	return out;
}

/* ---- read --------------------------------------------------------------- */

struct reading {
	struct arena *arena;
	bool failed; /* no memory */
};

static struct str
copy_of(struct reading *r, const json_t *s)
{
	struct str copy = json_text_copy_of(s, r->arena);

	r->failed |= copy.p == NULL;
	return copy;
}

static struct str
member(struct reading *r, const json_t *object, const char *name)
{
	return copy_of(r, json_object_get(object, name));
}

static uint64_t
number_of(const json_t *s)
{
	uint64_t n = 0;

	return str_to_u64(json_text_of(s), UINT64_MAX, &n) ? n : 0;
}

/* Room for what a list has, within bounds. */
static void *
room_for(struct reading *r, const json_t *list, size_t size, size_t *n)
{
	void *room;

	*n = json_array_size(list);
	*n = *n > LIST_MAX ? LIST_MAX : *n;
	room = arena_alloc(r->arena, (*n + 1) * size);
	r->failed |= room == NULL;
	*n = room == NULL ? 0 : *n;
	return room;
}

static void
read_mailboxes(struct reading *r, const json_t *list, struct mail_payload *out)
{
	size_t i;

	out->to = room_for(r, list, sizeof(*out->to), &out->to_count);
	for (i = 0; i < out->to_count; i++) {
		const json_t *one = json_array_get(list, i);

		out->to[i].address = member(r, one, "address");
		out->to[i].name = member(r, one, "name");
	}
}

static void
read_references(struct reading *r, const json_t *list, struct mail_payload *out)
{
	size_t i;

	out->references = room_for(
	    r, list, sizeof(*out->references), &out->reference_count);
	for (i = 0; i < out->reference_count; i++)
		out->references[i] = copy_of(r, json_array_get(list, i));
}

static void
read_earlier(struct reading *r, const json_t *list, struct mail_payload *out)
{
	size_t i;

	out->earlier = room_for(
	    r, list, sizeof(*out->earlier), &out->earlier_count);
	for (i = 0; i < out->earlier_count; i++)
		out->earlier[i] = number_of(json_array_get(list, i));
}

static void
read_files(struct reading *r, const json_t *list, struct mail_payload *out)
{
	size_t i;

	out->files = room_for(r, list, sizeof(*out->files), &out->file_count);
	for (i = 0; i < out->file_count; i++) {
		const json_t *one = json_array_get(list, i);

		out->files[i].name = member(r, one, "name");
		out->files[i].type = member(r, one, "type");
		out->files[i].url = member(r, one, "url");
		out->files[i].hash = member(r, one, "hash");
	}
}

static void
read_all(struct reading *r, const json_t *root, struct mail_payload *out)
{
	*out = (struct mail_payload){
	    .role = (enum stamp_role)number_of(json_object_get(root, "role")),
	    .id = number_of(json_object_get(root, "id")),
	    .number = number_of(json_object_get(root, "number")),
	    .origin = (enum letter_origin)number_of(
		json_object_get(root, "origin")),
	    .recipient = member(r, root, "recipient"),
	    .by = member(r, root, "by"),
	    .subject = member(r, root, "subject"),
	    .text = member(r, root, "text"),
	    .html = member(r, root, "html"),
	    .in_reply_to = member(r, root, "in_reply_to")};
	read_earlier(r, json_object_get(root, "earlier"), out);
	read_mailboxes(r, json_object_get(root, "to"), out);
	read_references(r, json_object_get(root, "references"), out);
	read_files(r, json_object_get(root, "files"), out);
}

enum err
mail_payload_read(struct str json, struct arena *a, struct mail_payload *out)
{
	struct reading r = {.arena = a};
	json_t *root = json_read(json);

	read_all(&r, root, out);
	json_decref(root);
	if (r.failed)
		return E_NOMEM;
	if (out->role >= STAMP_BOUNCE || out->origin >= LETTER_ORIGINS ||
	    out->to_count == 0 || out->recipient.n == 0)
		return E_BADINPUT;
	return OK;
}
