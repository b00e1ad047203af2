/*
 * slack_place: where a message came from, as an address, as a person, and as
 * the JSON that comes back when an answer goes there.
 */
#include "channels/slack/slack_inner.h"

bool
slack_place_direct(const struct slack_place *p)
{
	return p->channel.n > 0 && p->channel.p[0] == 'D';
}

/* ---- addresses ---------------------------------------------------------- */

struct str
slack_address(const struct company_account *doc, const struct slack_place *p,
    struct arena *a)
{
	struct str last = p->hidden ? p->user : p->thread;

	return arena_printf(a, "%.*s:%.*s%s%.*s", STR_FMT(doc->id),
	    STR_FMT(p->channel),
	    p->hidden	 ? ":/"
	    : last.n > 0 ? ":"
			 : "",
	    STR_FMT(last));
}

/* Up to the next ":", which is dropped from rest. */
static struct str
cut(struct str *rest)
{
	const char *end = rest->n == 0 ? NULL : memchr(rest->p, ':', rest->n);
	struct str piece = *rest;

	if (end != NULL)
		piece.n = (size_t)(end - rest->p);
	rest->p += piece.n + (end != NULL);
	rest->n -= piece.n + (end != NULL);
	return piece;
}

static bool
read_last(struct str last, struct slack_place *out)
{
	if (last.n > 0 && last.p[0] == '/') {
		out->hidden = true;
		out->user = (struct str){last.p + 1, last.n - 1};
		return slack_id_ok(out->user);
	}
	out->thread = last;
	return last.n == 0 || slack_ts_ok(last);
}

enum err
slack_address_read(struct str address, struct slack_place *out)
{
	struct str rest = address;

	if (rest.n == 0)
		return E_BADINPUT;
	*out = (struct slack_place){.team = cut(&rest)};
	out->channel = cut(&rest);
	if (!slack_id_ok(out->team) || !slack_id_ok(out->channel) ||
	    !read_last(rest, out))
		return E_BADINPUT;
	return OK;
}

/* ---- as JSON ------------------------------------------------------------ */

void
slack_place_write(const struct slack_place *p, struct buf *out)
{
	buf_char(out, '{');
	buf_member(out, "channel", p->channel);
	buf_member(out, "thread_ts", p->thread);
	buf_member(out, "user", p->user);
	buf_member(out, "team", p->team);
	buf_member(out, "response_url", p->url);
	if (p->hidden)
		buf_str(out, ",\"hidden\":true");
	if (p->until != 0) {
		buf_str(out, ",\"until\":");
		buf_i64(out, p->until);
	}
	buf_char(out, '}');
}

static bool
well_formed(const struct slack_place *p)
{
	return slack_id_ok(p->channel) &&
	       (p->thread.n == 0 || slack_ts_ok(p->thread)) &&
	       (p->user.n == 0 || slack_id_ok(p->user)) &&
	       (p->team.n == 0 || slack_id_ok(p->team));
}

enum err
slack_place_read(const json_t *object, struct arena *a, struct slack_place *out)
{
	struct slack_place p = {
	    .channel = json_text(object, "channel"),
	    .thread = json_text(object, "thread_ts"),
	    .user = json_text(object, "user"),
	    .team = json_text(object, "team"),
	    .hidden = json_is_true(json_object_get(object, "hidden")),
	    .url = json_text(object, "response_url"),
	    .until = json_integer_value(json_object_get(object, "until")),
	};
	struct str *const strings[] = {
	    &p.channel, &p.thread, &p.user, &p.team, &p.url};
	size_t i;

	if (!well_formed(&p))
		return E_BADINPUT;
	for (i = 0; i < ARRAY_LEN(strings); i++) {
		*strings[i] = arena_copy(a, *strings[i]);
		if (strings[i]->p == NULL)
			return E_NOMEM;
	}
	*out = p;
	return OK;
}
