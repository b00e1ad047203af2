/*
 * api: who calls, of which account, for which resource: a table of paths.
 */
#include "sandbox/twilio/inner.h"

#include <sodium.h>
#include <strings.h>

#define LOGIN_TEXT 256u

/* ---- who calls ---------------------------------------------------------- */

/* Of "Authorization: Basic ...": what it says, decoded into the arena. */
static struct str
basic(struct visit *v)
{
	struct str s = request_header(v->request, "Authorization");
	unsigned char *out = arena_alloc(v->arena, LOGIN_TEXT);
	size_t n;

	if (s.n < 6 || out == NULL || strncasecmp(s.p, "Basic ", 6) != 0)
		return (struct str){0};
	s = str_trim((struct str){s.p + 6, s.n - 6});
	if (sodium_base642bin(out, LOGIN_TEXT, s.p, s.n, NULL, &n, NULL,
		sodium_base64_VARIANT_ORIGINAL) != 0)
		return (struct str){0};
	return (struct str){(char *)out, n};
}

struct account *
sb_twilio_login(struct visit *v)
{
	const struct twilio *t = v->state;
	struct str s = basic(v), user, secret;
	const char *colon = s.n == 0 ? NULL : memchr(s.p, ':', s.n);
	struct node *n = NULL;
	struct login *l;

	if (colon != NULL) {
		user = (struct str){s.p, (size_t)(colon - s.p)};
		secret = (struct str){colon + 1, s.n - user.n - 1};
		n = sb_table_find(&t->logins, user);
	}
	l = n == NULL ? NULL : CONTAINER_OF(n, struct login, node);
	if (l != NULL && str_eq(l->secret, secret))
		return l->account;
	sb_twilio_refuse(v, 20003);
	return NULL;
}

/* ---- which resource ----------------------------------------------------- */

static const struct {
	const char *method;
	const char *path[SEGMENTS_MOST]; /* "*": a sid */
	void (*serve)(struct twilio_call *c);
} resources[] = {
    {"POST", {"Messages.json"}, sb_mails_create},
    {"GET", {"Messages.json"}, sb_mails_list},
    {"GET", {"Messages", "*.json"}, sb_mail_show},
    {"POST", {"Messages", "*.json"}, sb_mail_update},
    {"DELETE", {"Messages", "*.json"}, sb_mail_remove},
    {"GET", {"Messages", "*", "Media.json"}, sb_media_list},
    {"GET", {"Messages", "*", "Media", "*.json"}, sb_media_show},
    {"DELETE", {"Messages", "*", "Media", "*.json"}, sb_media_remove},
    {"GET", {"Messages", "*", "Media", "*"}, sb_media_redirect},
};

static bool
ends_json(struct str s)
{
	return s.n > 5 && memcmp(s.p + s.n - 5, ".json", 5) == 0;
}

static bool
segment_fits(const char *pattern, struct str s)
{
	if (strcmp(pattern, "*") == 0)
		return s.n > 0 && !ends_json(s);
	if (strcmp(pattern, "*.json") == 0)
		return ends_json(s);
	return str_eq(s, str_from(pattern));
}

static bool
path_fits(const struct twilio_call *c, size_t row)
{
	unsigned i;

	for (i = 0; i < c->segment_count; i++)
		if (resources[row].path[i] == NULL ||
		    !segment_fits(resources[row].path[i], c->segments[i]))
			return false;
	return i == SEGMENTS_MOST || resources[row].path[i] == NULL;
}

/* "Messages/SM.../Media.json"; false: too many parts. */
static bool
split(struct twilio_call *c, struct str path)
{
	while (path.n > 0) {
		const char *slash = memchr(path.p, '/', path.n);
		size_t n = slash == NULL ? path.n : (size_t)(slash - path.p);

		if (c->segment_count == SEGMENTS_MOST)
			return false;
		c->segments[c->segment_count++] = (struct str){path.p, n};
		n += slash != NULL;
		path = (struct str){path.p + n, path.n - n};
	}
	return true;
}

static struct str
without_json(struct str s)
{
	return ends_json(s) ? (struct str){s.p, s.n - 5} : s;
}

static void
dispatch(struct twilio_call *c)
{
	bool known = false;
	size_t i;

	if (c->segment_count > 1)
		c->mail = sb_mail_find(
		    c->account, without_json(c->segments[1]));
	for (i = 0; i < ARRAY_LEN(resources); i++) {
		if (!path_fits(c, i))
			continue;
		known = true;
		if (strcmp(resources[i].method, c->visit->method) != 0)
			continue;
		if (c->segment_count > 1 && c->mail == NULL)
			break;
		resources[i].serve(c);
		return;
	}
	sandbox_unlock(c->visit->sandbox);
	sb_twilio_refuse(
	    c->visit, known && i == ARRAY_LEN(resources) ? 20004 : 20404);
}

/* ---- an account's resources --------------------------------------------- */

/* With the lock, which each resource gives up. */
static void
show_account(struct twilio_call *c)
{
	struct buf b = {0};

	sandbox_unlock(c->visit->sandbox);
	buf_char(&b, '{');
	sb_put_text(&b, "sid", c->account->node.key);
	sb_put_text(&b, "friendly_name", STR("sandbox"));
	sb_put_text(&b, "status", STR("active"));
	sb_put_text(&b, "type", STR("Full"));
	buf_char(&b, '}');
	sb_twilio_reply(c->visit, 200, &b);
	buf_free(&b);
}

static bool
is_form(struct str type)
{
	static const struct str form = {
	    "application/x-www-form-urlencoded", 33};

	return type.n >= form.n && strncasecmp(type.p, form.p, form.n) == 0;
}

static bool
read_params(struct twilio_call *c)
{
	struct request *r = c->visit->request;
	struct str query = request_query_text(r);

	if (query.n > 0 &&
	    sb_form_read(query, c->visit->arena, &c->query) != OK)
		return false;
	/* Anything else is not looked at, so what it holds is missing. */
	return !is_form(request_header(r, "Content-Type")) ||
	       sb_form_read(request_body(r), c->visit->arena, &c->form) == OK;
}

static bool
too_many(struct twilio_call *c)
{
	struct account *a = c->account;
	unsigned busy = atomic_fetch_add(&a->busy, 1);

	c->visit->busy = &a->busy;
	return a->twilio->sandbox->strict_rates && busy >= a->concurrent_max;
}

static void
serve_account(struct visit *v, struct str rest)
{
	struct twilio_call *c = arena_alloc(v->arena, sizeof(*c));
	const char *slash = memchr(rest.p, '/', rest.n);
	struct str sid = {
	    rest.p, slash == NULL ? rest.n : (size_t)(slash - rest.p)};
	struct str path = {
	    rest.p + sid.n + (slash != NULL), rest.n - sid.n - (slash != NULL)};

	if (c == NULL) {
		sb_twilio_refuse(v, 20500);
		return;
	}
	c->visit = v;
	c->twilio = v->state;
	if ((c->account = sb_twilio_login(v)) == NULL)
		return;
	if (!str_eq(without_json(sid), c->account->node.key))
		sb_twilio_refuse(v, sb_table_find(&c->twilio->accounts,
					without_json(sid)) != NULL
					? 20003
					: 20404);
	else if (too_many(c))
		sb_twilio_refuse(v, 20429);
	else if (!split(c, path) || !read_params(c))
		sb_twilio_refuse(v, 20001);
	else {
		sandbox_lock(v->sandbox);
		if (slash == NULL && ends_json(sid) &&
		    strcmp(v->method, "GET") == 0)
			show_account(c);
		else
			dispatch(c);
	}
}

/* ---- the door ----------------------------------------------------------- */

static void
serve_typing_2(struct visit *v, struct str rest)
{
	(void)rest;
	sb_typing_serve(v, false);
}

static void
serve_typing_3(struct visit *v, struct str rest)
{
	(void)rest;
	sb_typing_serve(v, true);
}

static const struct {
	struct str prefix;
	bool whole;
	void (*serve)(struct visit *v, struct str rest);
} parts[] = {
    {STR("2010-04-01/Accounts/"), false, serve_account},
    {STR("v2/Indicators/Typing.json"), true, serve_typing_2},
    {STR("v3/Indicators/Typing.json"), true, serve_typing_3},
    {STR("media/"), false, sb_media_serve},
};

void
sb_twilio_serve(struct visit *v)
{
	size_t i;

	for (i = 0; i < ARRAY_LEN(parts); i++) {
		size_t n = parts[i].prefix.n;

		if (v->tail.n < n ||
		    memcmp(v->tail.p, parts[i].prefix.p, n) != 0 ||
		    (parts[i].whole && v->tail.n != n))
			continue;
		parts[i].serve(v, (struct str){v->tail.p + n, v->tail.n - n});
		return;
	}
	sb_twilio_refuse(v, 20404);
}
