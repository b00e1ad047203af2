/* http_ask: what a handler may ask of its request. */
#include "gateway/guard.h"
#include "gateway/http_inside.h"

#define HOPS_MAX 16

void *
request_context(const struct request *r)
{
	return r->context;
}

struct arena *
request_arena(struct request *r)
{
	return &r->arena;
}

struct str
request_body(const struct request *r)
{
	return buf_view(&r->body);
}

struct str
request_id(const struct request *r)
{
	return (struct str){r->id, HTTP_ID_BYTES};
}

const char *
request_method(const struct request *r)
{
	return r->route->method;
}

bool
request_is_head(const struct request *r)
{
	return r->head;
}

struct str
request_path(const struct request *r)
{
	return (struct str){r->target, r->path_size};
}

struct str
request_query_text(const struct request *r)
{
	if (r->path_size == r->target_size)
		return (struct str){0};
	return (struct str){
	    r->target + r->path_size + 1, r->target_size - r->path_size - 1};
}

void
request_wait_longer(struct request *r, unsigned ms)
{
	r->patience_ms = ms;
}

bool
request_is_over(const struct request *r)
{
	return atomic_load_explicit(&r->phase, memory_order_acquire) == EXPIRED;
}

static struct str
look_up(const struct request *r, enum MHD_ValueKind kind, const char *name)
{
	struct str s = {0};

	if (MHD_lookup_connection_value_n(
		r->connection, kind, name, strlen(name), &s.p, &s.n) == MHD_NO)
		return (struct str){0};
	return s.p == NULL ? STR("") : s;
}

struct str
request_header(const struct request *r, const char *name)
{
	return look_up(r, MHD_HEADER_KIND, name);
}

struct str
request_query(const struct request *r, const char *name)
{
	return look_up(r, MHD_GET_ARGUMENT_KIND, name);
}

struct str
request_bearer(const struct request *r)
{
	struct str s = request_header(r, "Authorization");
	struct str scheme = {s.p, 7};

	if (s.n <= 7 || !guard_same_name(scheme, STR("Bearer ")))
		return (struct str){0};
	return str_trim((struct str){s.p + 7, s.n - 7});
}

/* ---- through proxies --------------------------------------------------- */

/* The last element of a comma list, which it takes off the list. */
static struct str
last_of(struct str *list)
{
	const char *comma = memrchr(list->p, ',', list->n);
	struct str last = *list;

	if (comma != NULL)
		last = (struct str){
		    comma + 1, list->n - (size_t)(comma - list->p) - 1};
	list->n = comma == NULL ? 0 : (size_t)(comma - list->p);
	return str_trim(last);
}

struct lines {
	struct str name;
	struct buf text;
};

static enum MHD_Result
join(void *arg, enum MHD_ValueKind kind, const char *name, size_t name_size,
    const char *value, size_t value_size)
{
	struct lines *l = arg;

	(void)kind;
	if (!guard_same_name((struct str){name, name_size}, l->name))
		return MHD_YES;
	if (l->text.len > 0)
		buf_char(&l->text, ',');
	if (value_size > 0)
		buf_add(&l->text, value, value_size);
	return MHD_YES;
}

/*
 * All lines of that name are one list (RFC 9110, 5.3). A proxy may append a
 * line of its own to the client's, so only the end of all of them is its.
 */
static struct str
list_of(struct request *r, const char *name)
{
	struct lines l = {.name = str_from(name)};
	struct str s = {0};

	(void)MHD_get_connection_values_n(
	    r->connection, MHD_HEADER_KIND, join, &l);
	if (!l.text.failed && l.text.len > 0)
		s = arena_copy(&r->arena, buf_view(&l.text));
	buf_free(&l.text);
	return s.p == NULL ? (struct str){0} : s;
}

/* The nearest hop that is not one of our proxies. */
static struct address
client_of(struct request *r)
{
	struct str list = list_of(r, "X-Forwarded-For");
	struct address at = r->from, hop;
	int i;

	for (i = 0; i < HOPS_MAX && list.n > 0; i++) {
		if (!networks_hold(&r->http->trusted, &at))
			break;
		if (!address_read(last_of(&list), &hop))
			break;
		at = hop;
	}
	return at;
}

struct str
request_address(struct request *r)
{
	struct address at = r->peer->trusted ? client_of(r) : r->from;
	char text[ADDRESS_TEXT];

	return arena_copy(&r->arena, address_write(&at, text));
}

/* What the nearest of our proxies wrote, if it did; else what is here. */
static struct str
forwarded(struct request *r, const char *name, struct str here)
{
	struct str s = {0};

	if (r->peer->trusted)
		s = list_of(r, name);
	return s.n == 0 ? here : last_of(&s);
}

struct str
request_own_origin(struct request *r)
{
	struct str host = forwarded(
	    r, "X-Forwarded-Host", request_header(r, "Host"));
	struct str proto = forwarded(r, "X-Forwarded-Proto", STR("http"));
	const char *scheme = guard_same_name(proto, STR("https")) ? "https"
								  : "http";

	return arena_printf(&r->arena, "%s://%.*s", scheme, STR_FMT(host));
}
