/*
 * files: uploads in three steps, files that people attach, and their private
 * addresses, which show a login page to who has no right to them.
 */
#include "core/utf8.h"
#include "core/json.h"
#include "sandbox/slack/api.h"

#include <stdio.h>

#define ID_TEXT 11u
#define FILES_A_CALL 10u

struct file *
sb_slack_file_new(
    struct slack *sl, struct str name, struct str type, const void *owner)
{
	char id[ID_TEXT + 1];
	struct file *f;
	size_t i;

	sandbox_hex(sl->sandbox, id, ID_TEXT);
	for (i = 0; i < ID_TEXT; i++)
		if (id[i] >= 'a')
			id[i] = (char)(id[i] - 32);
	id[0] = 'F';
	f = sb_file_new(&sl->files, str_from(id), name, type);
	if (f != NULL) {
		f->owner = owner;
		f->at = clock_wall(sl->sandbox->conf.clock);
	}
	return f;
}

/* What may stand in a path. */
static void
put_path_name(struct buf *b, struct str name)
{
	size_t i;

	for (i = 0; i < name.n; i++) {
		char c = name.p[i];
		bool plain = (c >= '0' && c <= '9') ||
			     ((c | 0x20) >= 'a' && (c | 0x20) <= 'z') ||
			     c == '.' || c == '-';

		buf_char(b, plain ? c : '_');
	}
}

static void
put_url(struct buf *b, const char *member, const struct sandbox *s,
    const struct file *f)
{
	struct buf url = {0};

	buf_addf(&url, "%s/slack/files/%.*s/", s->base, STR_FMT(f->node.key));
	put_path_name(&url, f->name);
	sb_put_text(b, member, buf_view(&url));
	buf_free(&url);
}

static struct str
ending_of(struct str name)
{
	const char *dot = memrchr(name.p, '.', name.n);

	return dot == NULL
		   ? STR("binary")
		   : (struct str){dot + 1, name.n - (size_t)(dot + 1 - name.p)};
}

void
sb_slack_file_write(
    struct workspace *w, const struct file *f, struct str user, struct buf *out)
{
	struct sandbox *s = w->slack->sandbox;

	buf_char(out, '{');
	sb_put_text(out, "id", f->node.key);
	sb_put_number(out, "created", f->at / 1000);
	sb_put_number(out, "timestamp", f->at / 1000);
	sb_put_text(out, "name", f->name);
	sb_put_text(out, "title", f->name);
	sb_put_text(out, "mimetype", f->type);
	sb_put_text(out, "filetype", ending_of(f->name));
	sb_put_text(out, "user", user);
	sb_put_text(out, "user_team", w->team);
	sb_put_number(out, "size", (int64_t)f->bytes.n);
	sb_put_text(out, "mode", STR("hosted"));
	sb_put_raw(out, "is_external", STR("false"));
	sb_put_raw(out, "is_public", STR("false"));
	put_url(out, "url_private", s, f);
	put_url(out, "url_private_download", s, f);
	put_url(out, "permalink", s, f);
	sb_put_text(out, "file_access", STR("visible"));
	buf_char(out, '}');
}

/* ---- methods ------------------------------------------------------------ */

static struct file *
our_file(struct api_call *c, struct str id)
{
	struct file *f = sb_file_find(&c->slack->files, id);

	return f == NULL || f->owner != c->w || f->gone ? NULL : f;
}

void
sb_files_info(struct api_call *c)
{
	const struct file *f = our_file(c, arg(c, INFO_WHAT)->text);
	struct buf b = {0};

	if (f == NULL) {
		c->error = "file_not_found";
		return;
	}
	sb_slack_file_write(c->w, f, c->w->bot_user, &b);
	sb_put_raw(&c->out, "file", buf_view(&b));
	buf_free(&b);
}

void
sb_files_upload_url(struct api_call *c)
{
	struct str name = arg(c, UPLOAD_NAME)->text;
	int64_t length = arg(c, UPLOAD_LENGTH)->number;
	struct file *f;
	char url[160];

	if (name.n == 0 || length <= 0)
		c->error = "missing_argument";
	else if (length > (int64_t)FILE_BYTES)
		c->error = "file_upload_size_restricted";
	if (c->error != NULL)
		return;
	f = sb_slack_file_new(
	    c->slack, name, STR("application/octet-stream"), c->w);
	if (f == NULL) {
		c->error = "storage_limit_reached";
		return;
	}
	f->promised = (uint64_t)length;
	(void)snprintf(url, sizeof(url), "%s/slack/upload/%.*s",
	    c->slack->sandbox->base, STR_FMT(f->node.key));
	sb_put_text(&c->out, "upload_url", str_from(url));
	sb_put_text(&c->out, "file_id", f->node.key);
}

static bool
write_files(struct api_call *c, struct buf *brief, struct buf *whole)
{
	const json_t *list = arg(c, COMPLETE_FILES)->json;
	size_t i, n = json_array_size(list);

	if (n == 0 || n > FILES_A_CALL)
		c->error = "invalid_arguments";
	for (i = 0; i < n && c->error == NULL; i++) {
		const json_t *o = json_array_get(list, i), *id, *title;
		const struct file *f;

		id = json_object_get(o, "id");
		title = json_object_get(o, "title");
		f = our_file(c, json_text_of(id));
		if (f == NULL || f->bytes.p == NULL) {
			c->error = "file_not_found";
			break;
		}
		buf_str(brief, i == 0 ? "{" : ",{");
		sb_put_text(brief, "id", f->node.key);
		sb_put_text(brief, "title",
		    json_is_string(title) ? str_from(json_string_value(title))
					  : f->name);
		buf_char(brief, '}');
		buf_str(whole, i == 0 ? "" : ",");
		sb_slack_file_write(c->w, f, c->w->bot_user, whole);
	}
	return c->error == NULL;
}

/* With a channel it becomes a message there. */
static void
share(struct api_call *c, struct str files)
{
	struct str comment = arg(c, COMPLETE_COMMENT)->text;
	struct message *root, *m;
	struct posted posted;
	uint64_t thread;

	if (!sb_call_place(c, arg(c, COMPLETE_CHANNEL)->text))
		return;
	root = sb_call_thread(c, arg(c, COMPLETE_THREAD), &thread);
	if (c->error != NULL)
		return;
	m = sb_message_new(
	    c->channel, root, NULL, comment.p == NULL ? STR("") : comment);
	if (m == NULL) {
		c->error = "internal_error";
		return;
	}
	m->thread = thread;
	sb_message_set(&m->files, files);
	sb_call_effect(c, "upload", m, comment.p == NULL ? STR("") : comment);
	sb_event_message(m, &posted);
}

void
sb_files_complete(struct api_call *c)
{
	struct buf brief = {0}, whole = {0};

	buf_char(&brief, '[');
	buf_char(&whole, '[');
	if (write_files(c, &brief, &whole)) {
		buf_char(&brief, ']');
		buf_char(&whole, ']');
		if (arg(c, COMPLETE_CHANNEL)->given)
			share(c, buf_view(&whole));
	}
	if (c->error == NULL)
		sb_put_raw(&c->out, "files", buf_view(&brief));
	buf_free(&brief);
	buf_free(&whole);
}

/* ---- the bytes ---------------------------------------------------------- */

/* Of multipart/form-data the first part that has a filename, or the first. */
static struct str
part_of(struct str body, struct str type)
{
	const char *b = memmem(type.p, type.n, "boundary=", 9), *from, *to;
	struct str edge;

	if (b == NULL)
		return body;
	edge = (struct str){b + 9, type.n - (size_t)(b + 9 - type.p)};
	if (edge.n > 1 && edge.p[0] == '"')
		edge = (struct str){edge.p + 1, edge.n - 2};
	from = memmem(body.p, body.n, "filename=", 9);
	from = from == NULL ? body.p : from;
	from = memmem(from, body.n - (size_t)(from - body.p), "\r\n\r\n", 4);
	if (from == NULL)
		return (struct str){0};
	from += 4;
	to = memmem(from, body.n - (size_t)(from - body.p), edge.p, edge.n);
	if (to == NULL || to - from < 4)
		return (struct str){0};
	return (struct str){from, (size_t)(to - from) - 4}; /* "\r\n--" */
}

void
sb_slack_upload_serve(struct visit *v, struct str id)
{
	struct slack *sl = v->state;
	struct str type = request_header(v->request, "Content-Type");
	struct str bytes = part_of(
	    request_body(v->request), type.p == NULL ? STR("") : type);
	enum err e = E_NOTFOUND;
	struct file *f;
	char text[64];

	sandbox_lock(v->sandbox);
	f = sb_file_find(&sl->files, id);
	if (f != NULL && f->bytes.p == NULL && f->promised > 0)
		e = f->promised != bytes.n ? E_BADINPUT
					   : sb_file_fill(&sl->files, f, bytes);
	sandbox_unlock(v->sandbox);
	v->error = e == OK ? NULL : err_name(e);
	(void)snprintf(text, sizeof(text), "OK - %zu", bytes.n);
	sb_visit_reply(v,
	    e == OK	      ? 200
	    : e == E_NOTFOUND ? 404
			      : 400,
	    "text/plain", str_from(e == OK ? text : "upload failed"));
}

static const char login_page[] =
    "<!DOCTYPE html><html><head><title>Sign in | Slack</title></head>"
    "<body><h1>Sign in to your workspace</h1></body></html>";

static bool
may_read(struct slack *sl, const struct visit *v, const struct file *f)
{
	struct str token = request_bearer(v->request);
	const struct node *n = token.p == NULL
				   ? NULL
				   : sb_table_find(&sl->tokens, token);

	return n != NULL &&
	       CONTAINER_OF(n, const struct workspace, node) == f->owner;
}

void
sb_slack_file_serve(struct visit *v, struct str rest)
{
	struct slack *sl = v->state;
	const char *slash = memchr(rest.p, '/', rest.n);
	struct str id = {
	    rest.p, slash == NULL ? rest.n : (size_t)(slash - rest.p)};
	struct str bytes = {0};
	const char *type = "text/html; charset=utf-8";
	struct file *f;

	sandbox_lock(v->sandbox);
	f = sb_file_find(&sl->files, id);
	if (f != NULL && may_read(sl, v, f) && f->bytes.p != NULL) {
		bytes = f->bytes;
		type = f->type.p;
	}
	sandbox_unlock(v->sandbox);
	if (bytes.p != NULL) {
		sb_visit_reply(v, 200, type, bytes);
		return;
	}
	v->error = f == NULL ? "not_found" : "not_authed";
	sb_visit_reply(v, f == NULL ? 404 : 200, type, str_from(login_page));
}
