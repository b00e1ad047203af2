/*
 * setup: "slack" of the setup file becomes workspaces. All text lives in the
 * door's arena, ends with NUL and never changes.
 */
#include "sandbox/shape.h"
#include "core/json.h"
#include "sandbox/slack/inner.h"

#include <stdio.h>
#include <stdlib.h>

#define GENERATED_MOST 100000u

/* What the app of deploy/ asks for. */
static const char usual_scopes[] =
    "app_mentions:read,chat:write,commands,im:history,im:read,im:write,"
    "channels:history,channels:read,groups:history,groups:read,"
    "reactions:write,users:read,users:read.email,files:read,files:write";

static const struct shape workspace_shape[] = {
    {"team", SHAPE_TEXT, true},
    {"app", SHAPE_TEXT, true},
    {"bot_user", SHAPE_TEXT, true},
    {"bot_id", SHAPE_TEXT, true},
    {"token", SHAPE_TEXT, true},
    {"signing_secret", SHAPE_TEXT, true},
    {"name", SHAPE_TEXT, false},
    {"hook", SHAPE_TEXT, false},
    {"hook_commands", SHAPE_TEXT, false},
    {"hook_interactivity", SHAPE_TEXT, false},
    {"scopes", SHAPE_LIST, false},
    {"users", SHAPE_LIST, false},
    {"channels", SHAPE_LIST, false},
    {"generate_users", SHAPE_NUMBER, false},
    {"echo", SHAPE_FLAG, false},
    {"any_thread", SHAPE_FLAG, false},
    {NULL, SHAPE_ANY, false},
};

static const struct shape user_shape[] = {
    {"id", SHAPE_TEXT, true},
    {"name", SHAPE_TEXT, true},
    {"email", SHAPE_TEXT, false},
    {NULL, SHAPE_ANY, false},
};

static const struct shape channel_shape[] = {
    {"id", SHAPE_TEXT, true},
    {"name", SHAPE_TEXT, false},
    {"member", SHAPE_FLAG, false},
    {"archived", SHAPE_FLAG, false},
    {"private", SHAPE_FLAG, false},
    {"subscribed", SHAPE_FLAG, false},
    {NULL, SHAPE_ANY, false},
};

/* The part that is being read. */
struct reading {
	struct slack *sl;
	struct workspace *w;
	struct faults *faults;
	char where[64];
	enum err err;
};

static struct str
text(struct reading *r, const json_t *o, const char *name, const char *preset)
{
	struct str s = json_text(o, name), copy;

	copy = arena_copy(&r->sl->arena, s.n == 0 ? str_from(preset) : s);
	if (copy.p == NULL)
		r->err = E_NOMEM;
	return copy;
}

/* ---- channels and people ------------------------------------------------ */

static struct channel *
add_channel(struct reading *r, struct str id, enum channel_kind kind)
{
	struct channel *ch = arena_alloc(&r->sl->arena, sizeof(*ch));

	if (ch == NULL) {
		r->err = E_NOMEM;
		return NULL;
	}
	*ch = (struct channel){.w = r->w,
	    .number = ++r->sl->channels_made,
	    .kind = kind,
	    .member = true,
	    .subscribed = true};
	ch->node.key = arena_copy(&r->sl->arena, id);
	ch->name = ch->node.key;
	if (ch->node.key.p == NULL ||
	    sb_table_add(&r->w->channels, &ch->node) != OK)
		r->err = E_NOMEM;
	return ch;
}

/* A person and their direct channel: D in place of U. */
static void
add_user(struct reading *r, struct str id, struct str name, struct str email)
{
	struct user *u = arena_alloc(&r->sl->arena, sizeof(*u));
	struct channel *ch;
	char direct[32] = "D";

	if (u == NULL || id.n < 2 || id.n >= sizeof(direct)) {
		faults_add(r->faults, r->where,
		    "a user's id is U and up to 30 letters and digits");
		return;
	}
	u->node.key = arena_copy(&r->sl->arena, id);
	u->name = arena_copy(&r->sl->arena, name);
	u->email = arena_copy(&r->sl->arena, email);
	memcpy(direct + 1, id.p + 1, id.n - 1);
	if ((ch = add_channel(r, (struct str){direct, id.n}, CHANNEL_IM)) ==
	    NULL)
		return;
	ch->user = u;
	if (sb_table_add(&r->w->users, &u->node) != OK)
		r->err = E_NOMEM;
	r->w->people[r->w->people_count++] = u;
}

static void
read_users(struct reading *r, const json_t *list)
{
	size_t i;
	json_t *o;

	json_array_foreach(list, i, o)
	{
		if (!sb_shape_check(o, r->where, user_shape, r->faults))
			continue;
		if (json_text(o, "id").p[0] != 'U')
			faults_add(
			    r->faults, r->where, "a user's id begins with U");
		else
			add_user(r, json_text(o, "id"), json_text(o, "name"),
			    text(r, o, "email", ""));
	}
}

static void
generate_users(struct reading *r, unsigned n)
{
	char id[16], name[32];
	unsigned i;

	for (i = 1; i <= n && r->err == OK; i++) {
		(void)snprintf(id, sizeof(id), "UG%06u", i);
		(void)snprintf(name, sizeof(name), "Person %u", i);
		add_user(r, str_from(id), str_from(name), STR(""));
	}
}

static void
read_channel(struct reading *r, const json_t *o)
{
	bool brief = json_is_string(o);
	struct str id = brief ? json_text_of(o) : json_text(o, "id");
	struct channel *ch;

	if (!brief && !sb_shape_check(o, r->where, channel_shape, r->faults))
		return;
	ch = add_channel(r, id,
	    sb_shape_flag(o, "private", false) ? CHANNEL_PRIVATE
					       : CHANNEL_PUBLIC);
	if (ch == NULL)
		return;
	ch->name = text(r, o, "name", ch->node.key.p);
	ch->member = sb_shape_flag(o, "member", true);
	ch->archived = sb_shape_flag(o, "archived", false);
	ch->subscribed = sb_shape_flag(o, "subscribed", true);
	r->w->places[r->w->place_count++] = ch;
}

/* ---- workspaces --------------------------------------------------------- */

static void
read_scopes(struct reading *r, const json_t *list)
{
	size_t i, n = 0;
	json_t *o;

	if (list == NULL)
		(void)snprintf(
		    r->w->scopes, sizeof(r->w->scopes), "%s", usual_scopes);
	json_array_foreach(
	    list, i, o) if (json_is_string(o) && n < sizeof(r->w->scopes))
	    n += (size_t)snprintf(r->w->scopes + n, sizeof(r->w->scopes) - n,
		"%s%s", n == 0 ? "" : ",", json_string_value(o));
}

static void
read_texts(struct reading *r, const json_t *o)
{
	struct workspace *w = r->w;

	w->team = text(r, o, "team", "");
	w->app = text(r, o, "app", "");
	w->bot_user = text(r, o, "bot_user", "");
	w->bot_id = text(r, o, "bot_id", "");
	w->token = text(r, o, "token", "");
	w->signing_secret = text(r, o, "signing_secret", "");
	w->hook = text(r, o, "hook", "");
	w->hook_commands = text(r, o, "hook_commands", w->hook.p);
	w->hook_interactivity = text(r, o, "hook_interactivity", w->hook.p);
	w->name = text(r, o, "name", "sandbox");
	w->echo = sb_shape_flag(o, "echo", true);
	w->any_thread = sb_shape_flag(o, "any_thread", false);
}

static bool
make_lists(struct reading *r, size_t people, size_t places)
{
	r->w->people = arena_alloc(
	    &r->sl->arena, (people + 1) * sizeof(*r->w->people));
	r->w->places = arena_alloc(
	    &r->sl->arena, (places + 1) * sizeof(*r->w->places));
	if (r->w->people == NULL || r->w->places == NULL)
		r->err = E_NOMEM;
	return r->err == OK;
}

static void
read_workspace(struct reading *r, const json_t *o)
{
	const json_t *users = json_object_get(o, "users"),
		     *channels = json_object_get(o, "channels");
	size_t n = sb_shape_whole(o, "generate_users", 0, GENERATED_MOST), i;

	r->w->slack = r->sl;
	read_texts(r, o);
	read_scopes(r, json_object_get(o, "scopes"));
	if (r->err != OK || !make_lists(r, json_array_size(users) + n,
				json_array_size(channels)))
		return;
	read_users(r, users);
	generate_users(r, (unsigned)n);
	for (i = 0; i < json_array_size(channels); i++)
		read_channel(r, json_array_get(channels, i));
	r->w->node.key = r->w->token;
	if (sb_table_find(&r->sl->tokens, r->w->token) != NULL)
		faults_add(r->faults, r->where,
		    "has the same token as another workspace");
	if (sb_table_add(&r->sl->tokens, &r->w->node) != OK)
		r->err = E_NOMEM;
}

enum err
sb_slack_open(
    struct sandbox *s, const json_t *part, struct faults *faults, void **state)
{
	struct slack *sl = calloc(1, sizeof(*sl));
	struct reading r = {.sl = sl, .faults = faults};
	size_t i;

	if (sl == NULL)
		return E_NOMEM;
	*state = sl;
	sl->sandbox = s;
	if (part != NULL && !json_is_array(part))
		faults_add(faults, "slack", "is no array of workspaces");
	sl->count = json_array_size(part);
	sl->list = arena_alloc(&sl->arena, (sl->count + 1) * sizeof(*sl->list));
	if (sl->list == NULL)
		return E_NOMEM;
	for (i = 0; i < sl->count && r.err == OK; i++) {
		const json_t *o = json_array_get(part, i);

		(void)snprintf(r.where, sizeof(r.where), "slack[%zu]", i);
		r.w = &sl->list[i];
		if (sb_shape_check(o, r.where, workspace_shape, faults))
			read_workspace(&r, o);
	}
	return r.err;
}

static void
drop_response(struct node *n)
{
	free(CONTAINER_OF(n, struct response, node));
}

void
sb_slack_close(void *state)
{
	struct slack *sl = state;
	size_t i;

	while (sl->newest != NULL)
		sb_message_delete(sl->newest);
	for (i = 0; i < sl->count; i++) {
		sb_table_end(&sl->list[i].users, NULL);
		sb_table_end(&sl->list[i].channels, NULL);
	}
	sb_table_end(&sl->tokens, NULL);
	sb_table_end(&sl->messages, NULL);
	sb_table_end(&sl->responses, drop_response);
	sb_files_free(&sl->files);
	arena_free(&sl->arena);
	free(sl);
}

struct workspace *
sb_workspace_of(struct slack *sl, struct str team)
{
	size_t i;

	for (i = 0; i < sl->count; i++)
		if (team.n == 0 || str_eq(sl->list[i].team, team))
			return &sl->list[i];
	return NULL;
}

/* ---- for the pages ------------------------------------------------------ */

#define SHOWN_MOST 50u

static void
describe_people(const struct workspace *w, struct buf *out)
{
	size_t i;

	buf_str(out, ",\"users\":[");
	for (i = 0; i < w->people_count && i < SHOWN_MOST; i++) {
		buf_str(out, i == 0 ? "{" : ",{");
		sb_put_text(out, "id", w->people[i]->node.key);
		sb_put_text(out, "name", w->people[i]->name);
		buf_char(out, '}');
	}
	buf_str(out, "],\"channels\":[");
	for (i = 0; i < w->place_count && i < SHOWN_MOST; i++) {
		buf_str(out, i == 0 ? "{" : ",{");
		sb_put_text(out, "id", w->places[i]->node.key);
		sb_put_text(out, "name", w->places[i]->name);
		buf_char(out, '}');
	}
	buf_char(out, ']');
}

void
sb_slack_describe(void *state, struct buf *out)
{
	const struct slack *sl = state;
	size_t i;

	sb_put_raw(out, "slack", STR("["));
	for (i = 0; i < sl->count; i++) {
		buf_str(out, i == 0 ? "{" : ",{");
		sb_put_text(out, "team", sl->list[i].team);
		sb_put_text(out, "name", sl->list[i].name);
		sb_put_text(out, "bot_user", sl->list[i].bot_user);
		describe_people(&sl->list[i], out);
		buf_char(out, '}');
	}
	buf_char(out, ']');
}
