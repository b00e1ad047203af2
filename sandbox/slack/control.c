/*
 * control: what people at Slack do, on request: write, change, delete; and
 * what a page shows of a channel. Commands and buttons are in press.c.
 */
#include "sandbox/shape.h"
#include "core/json.h"
#include "sandbox/slack/scene.h"

#include <stdlib.h>

#define VIEW_MOST 100u

void
sb_scene_find(struct ask *a, struct scene *sc)
{
	struct str user = sb_ask_text(a, "user"),
		   channel = sb_ask_text(a, "channel"),
		   ts = sb_ask_text(a, "ts");
	uint64_t n = 0;

	*sc = (struct scene){
	    .w = sb_workspace_of(a->state, sb_ask_text(a, "team"))};
	if (sc->w == NULL) {
		sc->wrong = "there is no such team";
		return;
	}
	sc->user = sb_user_find(sc->w, user);
	sc->channel = sb_world_channel(sc->w, channel.n > 0 ? channel : user);
	if (sc->channel == NULL)
		sc->wrong = "there is no such channel";
	else if (user.n > 0 && sc->user == NULL)
		sc->wrong = "there is no such user";
	else if (ts.n > 0 &&
		 (!sb_ts_read(ts, &n) ||
		     (sc->message = sb_message_find(sc->channel, n)) == NULL))
		sc->wrong = "there is no such message";
}

void
sb_scene_posted(struct ask *a, const struct scene *sc,
    const struct posted *posted, uint64_t ts)
{
	char text[TS_TEXT + 1];
	struct buf b = {0};
	unsigned i;

	if (posted->err != OK) {
		sb_ask_refuse(a, 503, "there are too many webhooks under way");
		return;
	}
	buf_char(&b, '{');
	sb_put_text(&b, "ts", sb_ts_write(ts, text));
	sb_put_text(&b, "channel", sc->channel->node.key);
	sb_put_text(&b, "event_id", str_from(posted->ids[0]));
	buf_str(&b, ",\"event_ids\":[");
	for (i = 0; i < posted->count; i++) {
		buf_str(&b, i == 0 ? "" : ",");
		buf_json(&b, str_from(posted->ids[i]));
	}
	buf_addf(&b, "],\"delivered\":%u}", posted->count);
	sb_ask_reply(a, &b);
	buf_free(&b);
}

struct str
sb_scene_escaped(struct ask *a, struct str text, struct str mention)
{
	struct buf b = {0};
	size_t i;

	if (mention.n > 0)
		buf_addf(&b, "<@%.*s> ", STR_FMT(mention));
	for (i = 0; i < text.n; i++) {
		if (text.p[i] == '&')
			buf_str(&b, "&amp;");
		else if (text.p[i] == '<')
			buf_str(&b, "&lt;");
		else if (text.p[i] == '>')
			buf_str(&b, "&gt;");
		else
			buf_char(&b, text.p[i]);
	}
	return buf_take(&b, a->arena);
}

/* ---- writing ------------------------------------------------------------ */

static const struct shape message_shape[] = {
    {"team", SHAPE_TEXT, false},
    {"user", SHAPE_TEXT, true},
    {"channel", SHAPE_TEXT, false},
    {"text", SHAPE_TEXT, false},
    {"thread_ts", SHAPE_TEXT, false},
    {"mention", SHAPE_FLAG, false},
    {"files", SHAPE_LIST, false},
    {NULL, SHAPE_ANY, false},
};

static const struct shape file_shape[] = {
    {"name", SHAPE_TEXT, true},
    {"type", SHAPE_TEXT, true},
    {"base64", SHAPE_TEXT, true},
    {NULL, SHAPE_ANY, false},
};

/* With the lock. NULL: all are there, as JSON in *out. */
static const char *
keep_files(struct ask *a, const struct scene *sc, struct buf *out)
{
	const json_t *list = json_object_get(a->body, "files");
	struct faults faults = {0};
	size_t i;

	for (i = 0; i < json_array_size(list); i++) {
		const json_t *o = json_array_get(list, i);
		struct str bytes;
		struct file *f;

		if (!sb_shape_check(o, "files", file_shape, &faults)) {
			faults_free(&faults);
			return "a file has name, type and base64";
		}
		bytes = sb_file_decode(json_text(o, "base64"), a->arena);
		f = sb_slack_file_new(sc->w->slack, json_text(o, "name"),
		    json_text(o, "type"), sc->w);
		if (bytes.p == NULL || f == NULL ||
		    sb_file_fill(&sc->w->slack->files, f, bytes) != OK)
			return "a file is no base64, or is too large";
		buf_str(out, i == 0 ? "[" : ",");
		sb_slack_file_write(sc->w, f, sc->user->node.key, out);
	}
	if (i > 0)
		buf_char(out, ']');
	return NULL;
}

static struct message *
thread_of(struct ask *a, struct scene *sc)
{
	struct str text = sb_ask_text(a, "thread_ts");
	struct message *m = NULL;
	uint64_t ts;

	if (text.n == 0)
		return NULL;
	if (sb_ts_read(text, &ts))
		m = sb_message_find(sc->channel, ts);
	if (m == NULL)
		sc->wrong = "there is no such thread";
	return m == NULL || m->root == NULL ? m : m->root;
}

/* With the lock. */
static void
write_message(struct ask *a, struct scene *sc, struct posted *posted)
{
	bool mention = sb_shape_flag(a->body, "mention", false);
	struct message *root = NULL;
	struct buf files = {0};

	if (sc->wrong == NULL)
		root = thread_of(a, sc);
	if (sc->wrong == NULL)
		sc->wrong = keep_files(a, sc, &files);
	if (sc->wrong == NULL) {
		sc->message = sb_message_new(sc->channel, root, sc->user,
		    sb_scene_escaped(a, sb_ask_text(a, "text"),
			mention ? sc->w->bot_user : STR("")));
		if (sc->message == NULL)
			sc->wrong = "no memory";
	}
	if (sc->wrong == NULL) {
		sb_message_set(&sc->message->files, buf_view(&files));
		sb_event_message(sc->message, posted);
	}
	buf_free(&files);
}

static void
on_message(struct ask *a)
{
	struct posted posted = {.err = OK};
	struct scene sc;
	uint64_t ts = 0;

	if (!sb_ask_shaped(a, message_shape))
		return;
	sandbox_lock(a->sandbox);
	sb_scene_find(a, &sc);
	write_message(a, &sc, &posted);
	if (sc.message != NULL)
		ts = sc.message->key.ts;
	sandbox_unlock(a->sandbox);
	if (sc.wrong != NULL)
		sb_ask_refuse(a, 400, sc.wrong);
	else
		sb_scene_posted(a, &sc, &posted, ts);
}

/* ---- changing and deleting ---------------------------------------------- */

static const struct shape change_shape[] = {
    {"team", SHAPE_TEXT, false},
    {"channel", SHAPE_TEXT, true},
    {"ts", SHAPE_TEXT, true},
    {"text", SHAPE_TEXT, false},
    {NULL, SHAPE_ANY, false},
};

static void
edit(struct ask *a, struct message *m, struct posted *posted)
{
	char *before = m->text;

	m->text = NULL;
	sb_message_set(
	    &m->text, sb_scene_escaped(a, sb_ask_text(a, "text"), STR("")));
	m->edited = sb_ts_next(m->channel->w->slack);
	m->channel->version++;
	sb_event_changed(m, before, posted);
	free(before);
}

static void
erase(struct ask *a, struct message *m, struct posted *posted)
{
	(void)a;
	sb_event_deleted(m, posted);
	sb_message_delete(m);
}

static void
change(struct ask *a,
    void (*how)(struct ask *a, struct message *m, struct posted *posted))
{
	struct posted posted = {.err = OK};
	struct scene sc;
	uint64_t ts = 0;

	if (!sb_ask_shaped(a, change_shape))
		return;
	sandbox_lock(a->sandbox);
	sb_scene_find(a, &sc);
	if (sc.wrong == NULL) {
		ts = sc.message->key.ts;
		how(a, sc.message, &posted);
	}
	sandbox_unlock(a->sandbox);
	if (sc.wrong != NULL)
		sb_ask_refuse(a, 400, sc.wrong);
	else
		sb_scene_posted(a, &sc, &posted, ts);
}

static void
on_edit(struct ask *a)
{
	change(a, edit);
}

static void
on_delete(struct ask *a)
{
	change(a, erase);
}

/* ---- what a page shows -------------------------------------------------- */

static void
put_messages(struct buf *b, const struct message *newest, unsigned most)
{
	const struct message_view view = {.metadata = false};
	const struct message *m, *first = newest;
	unsigned n = 1;

	while (first != NULL && first->older != NULL && n++ < most)
		first = first->older;
	for (m = first; m != NULL; m = m->newer) {
		if (b->data[b->len - 1] != '[')
			buf_char(b, ',');
		sb_message_write(m, &view, b);
		if (m->reply_newest != NULL)
			put_messages(b, m->reply_newest, most);
	}
}

static void
put_view(struct buf *b, struct channel *ch, int64_t now)
{
	buf_char(b, '{');
	sb_put_number(b, "version", (int64_t)ch->version);
	sb_put_text(b, "channel", ch->node.key);
	sb_put_text(b, "status",
	    ch->status_until > now ? str_from(ch->status) : STR(""));
	buf_str(b, ",\"messages\":[");
	put_messages(b, ch->newest, VIEW_MOST);
	buf_str(b, "]}");
}

static void
on_view(struct ask *a)
{
	struct str team = request_query(a->request, "team"),
		   id = request_query(a->request, "channel");
	struct channel *ch = NULL;
	struct workspace *w;
	struct buf b = {0};

	sandbox_lock(a->sandbox);
	w = sb_workspace_of(a->state, team);
	if (w != NULL && id.p != NULL)
		ch = sb_world_channel(w, id);
	if (ch != NULL)
		put_view(&b, ch, clock_steady(a->sandbox->conf.clock));
	sandbox_unlock(a->sandbox);
	if (ch == NULL)
		sb_ask_refuse(a, 404, "there is no such channel");
	else
		sb_ask_reply(a, &b);
	buf_free(&b);
}

const struct control sb_slack_controls[] = {
    {"POST", "/control/slack/message", on_message},
    {"POST", "/control/slack/edit", on_edit},
    {"POST", "/control/slack/delete", on_delete},
    {"POST", "/control/slack/command", sb_slack_on_command},
    {"POST", "/control/slack/action", sb_slack_on_action},
    {"POST", "/control/slack/raw", sb_slack_on_raw},
    {"POST", "/control/slack/stop", sb_slack_on_stop},
    {"GET", "/control/slack/view", on_view},
    {NULL, NULL, NULL},
};
