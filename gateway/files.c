/*
 * files: from a signed address to the file, and from an event to the address.
 * Opening it is the only thing that may touch the disk here; sending it is the
 * front's business.
 */
#include "gateway/files.h"
#include "core/file_url.h"
#include "core/json.h"
#include "core/utf8.h"
#include "gateway/gateway.h"
#include "gateway/guard.h"

#include <stdlib.h>

/* ---- the name ---------------------------------------------------------- */

/* One valid character, as a number. */
static unsigned long
code_point(const char *p, size_t n)
{
	static const unsigned char mask[] = {0, 0x7f, 0x1f, 0x0f, 0x07};
	unsigned long c = (unsigned char)p[0] & mask[n];
	size_t i;

	for (i = 1; i < n; i++)
		c = c << 6 | ((unsigned char)p[i] & 0x3f);
	return c;
}

/* Control characters, and marks that turn the direction of writing. */
static bool
is_invisible(unsigned long c)
{
	return c < 0x20 || (c >= 0x7f && c < 0xa0) || c == 0x61c ||
	       (c >= 0x200e && c <= 0x200f) || (c >= 0x2028 && c <= 0x202e) ||
	       (c >= 0x2066 && c <= 0x2069) || c == 0xfeff;
}

/* Without what must not be in a file's name; "_" stands for separators. */
static void
clean(struct str name, struct buf *out)
{
	size_t i, n;

	for (i = 0; i < name.n; i += n) {
		n = utf8_step(name.p + i, name.n - i);
		if (is_invisible(code_point(name.p + i, n)))
			continue;
		if (strchr("/\\:", name.p[i]) != NULL ||
		    (name.p[i] == '.' && out->len == 0))
			buf_char(out, '_');
		else
			buf_add(out, name.p + i, n);
	}
}

/* Each character that is not plain ASCII, or means something here: "_". */
static void
add_ascii(struct buf *out, struct str name)
{
	size_t i;

	for (i = 0; i < name.n; i += utf8_step(name.p + i, name.n - i)) {
		unsigned char c = (unsigned char)name.p[i];

		buf_char(out,
		    c >= 0x80 || strchr("\"%;", c) != NULL ? '_' : (char)c);
	}
}

void
files_disposition(struct buf *out, bool shown, struct str name)
{
	struct buf cleaned = {0};

	if (name.n > 0 && utf8_valid(name))
		clean(name, &cleaned);
	buf_str(out, shown ? "inline" : "attachment");
	if (cleaned.len > 0) {
		buf_str(out, "; filename=\"");
		add_ascii(out, buf_view(&cleaned));
		buf_str(out, "\"; filename*=UTF-8''");
		buf_url(out, buf_view(&cleaned));
	}
	out->failed = out->failed || cleaned.failed;
	buf_free(&cleaned);
}

/* ---- the type ---------------------------------------------------------- */

struct kind {
	const char *type;
	bool shown;
};

/* What vendors take only under its name; it is saved, not shown. */
#define OFFICE "application/vnd.openxmlformats-officedocument."

/* No SVG: it is a program. PDF is one that browsers keep in a box, if saved. */
static const struct kind kinds[] = {
    {"image/png", true},
    {"image/jpeg", true},
    {"image/gif", true},
    {"image/webp", true},
    {"audio/mpeg", true},
    {"audio/mp4", true},
    {"audio/aac", true},
    {"audio/ogg", true},
    {"audio/amr", true},
    {"audio/3gpp", true},
    {"audio/wav", true},
    {"audio/webm", true},
    {"video/mp4", true},
    {"application/pdf", false},
    {"application/msword", false},
    {"application/vnd.ms-excel", false},
    {"application/vnd.ms-powerpoint", false},
    {OFFICE "wordprocessingml.document", false},
    {OFFICE "spreadsheetml.sheet", false},
    {OFFICE "presentationml.presentation", false},
};

static const struct kind unknown = {"application/octet-stream", false};

/* "audio/ogg; codecs=opus" is audio/ogg. */
static const struct kind *
kind_of(struct str type)
{
	const char *end = memchr(type.p, ';', type.n);
	size_t i;

	if (end != NULL)
		type.n = (size_t)(end - type.p);
	type = str_trim(type);
	for (i = 0; i < ARRAY_LEN(kinds); i++)
		if (guard_same_name(type, str_from(kinds[i].type)))
			return &kinds[i];
	return &unknown;
}

/* ---- addresses ---------------------------------------------------------- */

#define DAY_S ((int64_t)24 * 3600)

/* NULL: it tells of no file that is kept, or there is no memory. */
static char *
with_address(const struct gateway *g, json_t *event)
{
	json_t *body = json_object_get(event, "body");
	int64_t now_s = clock_wall(g->clock) / 1000;
	const struct file_url url = {.hash = json_text(body, "hash"),
	    .name = json_text(body, "name"),
	    .type = json_text(body, "type"),
	    .expires_s = (now_s / DAY_S + 2) * DAY_S};
	struct buf text = {0};
	char *out = NULL;

	if (url.hash.n != FILE_URL_HASH)
		return NULL;
	file_url_write(g->keys, STR(""), &url, &text);
	if (!text.failed && json_object_set_new(body, "url",
				json_stringn(text.data, text.len)) == 0)
		out = json_dumps(event, JSON_COMPACT);
	buf_free(&text);
	return out;
}

void
files_address(
    const struct gateway *g, enum event_kind kind, struct buf *out, size_t at)
{
	json_t *event;
	char *text;

	if (kind != EVENT_FILE || out->failed)
		return;
	event = json_loadb(out->data + at, out->len - at,
	    JSON_REJECT_DUPLICATES | JSON_ALLOW_NUL, NULL);
	text = with_address(g, event);
	if (text != NULL) {
		out->len = at;
		buf_str(out, text);
	}
	free(text);
	json_decref(event);
}

/* ---- the request ------------------------------------------------------- */

static void
refuse(struct request *r, enum fault_code code, const char *detail)
{
	struct frame_error error = {.code = code, .detail = str_from(detail)};

	request_fault(r, &error);
}

static struct str
parameter(const struct request *r, const char *name)
{
	struct str s = request_query(r, name);

	return s.p == NULL ? STR("") : s;
}

static struct file_url
url_of(const struct request *r)
{
	const size_t before = sizeof(FILE_URL_PATH) - 1;
	struct str path = request_path(r);
	struct file_url f = {.hash = {path.p + before, path.n - before},
	    .name = parameter(r, "name"),
	    .type = parameter(r, "type")};
	uint64_t expires = 0;

	if (str_to_u64(parameter(r, "expires"), INT64_MAX, &expires))
		f.expires_s = (int64_t)expires;
	return f;
}

static bool
is_given_out(struct request *r, const struct file_url *f)
{
	const struct gateway *g = request_context(r);
	enum err e = file_url_check(
	    g->keys, f, parameter(r, "signature"), clock_wall(g->clock) / 1000);

	if (e == E_BADINPUT)
		refuse(r, FAULT_NOT_FOUND, "there is nothing at this address");
	else if (e != OK)
		refuse(r, FAULT_BAD_LINK,
		    "it was changed, or is too old; ask for a fresh one");
	return e == OK;
}

static void
add_fences(struct request *r)
{
	request_add_header(r, "Content-Security-Policy",
	    STR("sandbox; default-src 'none'; frame-ancestors 'none'"));
	request_add_header(r, "Cache-Control", STR("private"));
	request_add_header(r, "Referrer-Policy", STR("no-referrer"));
}

/* False: no memory. Without it nothing goes: it may be what is to be saved. */
static bool
add_disposition(struct request *r, const struct kind *kind, struct str name)
{
	struct str value = {0};
	struct buf text = {0};

	files_disposition(&text, kind->shown, name);
	value = buf_take(&text, request_arena(r));
	request_add_header(r, "Content-Disposition", value);
	return value.p != NULL;
}

void
files_serve(struct request *r)
{
	const struct gateway *g = request_context(r);
	struct file_url f = url_of(r);
	const struct kind *kind = kind_of(f.type);
	uint64_t size;
	enum err e;
	int fd;

	if (!is_given_out(r, &f))
		return;
	e = add_disposition(r, kind, f.name) ? OK : E_NOMEM;
	if (e == OK)
		e = store_blob_open(g->store, f.hash, &fd, &size);
	if (e == E_NOTFOUND || e == E_BADINPUT) {
		refuse(r, FAULT_NOT_FOUND, "this file is not kept any more");
	} else if (e != OK) {
		refuse(r, FAULT_NO_ROOM, "the file cannot be read now");
	} else {
		add_fences(r);
		request_send_file(r, kind->type, fd, size);
	}
}
