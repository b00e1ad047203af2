/* static: files out of the program, with the headers that fence them in. */
#include "gateway/static.h"
#include "gateway/assets.h"
#include "gateway/gateway.h"

#include <stdatomic.h>

#define POLICY \
	"default-src 'none'; script-src 'self'; style-src 'self'; " \
	"img-src 'self' data:; font-src 'self'; connect-src 'self'; " \
	"manifest-src 'self'; base-uri 'none'; form-action 'none'; " \
	"frame-ancestors 'none'"

/* The values end with NUL, as request_add_header() wants. */
static const struct {
	const char *name, *value;
} fences[] = {
    {"Referrer-Policy", "no-referrer"},
    {"Cross-Origin-Opener-Policy", "same-origin"},
    {"Cache-Control", "no-cache"},
};

/* If-None-Match: a list of tags, perhaps weak ones, or "*". */
static bool
has_tag(struct str list, const char *tag)
{
	if (list.n == 0)
		return false;
	return str_eq(list, STR("*")) ||
	       memmem(list.p, list.n, tag, strlen(tag)) != NULL;
}

/* The pages of the vendors' stand-ins may be shown beside the chat. */
static void
add_policy(struct request *r, const char *sandbox)
{
	struct str policy = STR(POLICY);

	if (sandbox != NULL && sandbox[0] != '\0')
		policy = arena_printf(
		    request_arena(r), POLICY "; frame-src %s", sandbox);
	if (policy.p != NULL)
		request_add_header(r, "Content-Security-Policy", policy);
}

static void
nothing_here(struct request *r)
{
	const struct frame_error none = {.code = FAULT_NOT_FOUND,
	    .detail = STR("there is nothing at this address")};

	request_fault(r, &none);
}

void
static_demo(struct request *r)
{
	const struct gateway *g = request_context(r);
	const char *sandbox = atomic_load(&g->sandbox_url);
	struct buf b = {0};

	if (!g->conf.demo) {
		nothing_here(r);
		return;
	}
	buf_str(&b, "{\"sandbox\":");
	buf_json(&b, str_from(sandbox == NULL ? "" : sandbox));
	buf_str(&b, "}\n");
	request_reply(r, 200, "application/json", buf_view(&b));
	buf_free(&b);
}

static void
send_asset(struct request *r, const struct asset *a)
{
	const struct gateway *g = request_context(r);
	size_t i;

	if (a == NULL) {
		nothing_here(r);
		return;
	}
	add_policy(r, atomic_load(&g->sandbox_url));
	for (i = 0; i < ARRAY_LEN(fences); i++)
		request_add_header(
		    r, fences[i].name, str_from(fences[i].value));
	request_add_header(r, "ETag", str_from(a->etag));
	if (has_tag(request_header(r, "If-None-Match"), a->etag))
		request_reply(r, 304, NULL, (struct str){0});
	else
		request_reply(r, 200, a->type,
		    (struct str){(const char *)a->bytes, a->size});
}

void
static_serve(struct request *r)
{
	const struct gateway *g = request_context(r);

	send_asset(r, g->conf.demo ? asset_find(request_path(r)) : NULL);
}

void
static_console(struct request *r)
{
	send_asset(r, asset_find(request_path(r)));
}

/* Where its files are is relative to its own address. */
void
static_to_console(struct request *r)
{
	request_add_header(r, "Location", STR("/console/"));
	request_reply(r, 308, NULL, (struct str){0});
}
