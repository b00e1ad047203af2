/*
 * deliver_fresh: what a company's own system is told may name a file. Its
 * address is made anew for each try: one that was written down would be over
 * by then, or open to whoever finds it for far too long.
 */
#include "core/file_url.h"
#include "core/json.h"
#include "workers/deliver_inner.h"

#include <stdlib.h>

#define LIFE_S ((int64_t)24 * 3600)

/* False: there is no memory. */
static bool
set_address(const struct deliver *d, json_t *body)
{
	const struct file_url url = {.hash = json_text(body, "hash"),
	    .name = json_text(body, "name"),
	    .type = json_text(body, "type"),
	    .expires_s = d->wall / 1000 + LIFE_S};
	struct buf b = {0};
	bool good;

	file_url_write(d->conf.keys, STR(""), &url, &b);
	good = !b.failed && json_object_set_new(
				body, "url", json_stringn(b.data, b.len)) == 0;
	buf_free(&b);
	return good;
}

static struct str
dump(const json_t *telling, struct arena *a)
{
	char *text = json_dumps(telling, JSON_COMPACT);
	struct str out = {0};

	if (text != NULL)
		out = arena_copy(a, str_from(text));
	free(text);
	return out;
}

struct str
deliver_fresh(const struct deliver *d, struct str telling, struct arena *a)
{
	json_t *root = json_loadb(telling.p, telling.n,
	    JSON_REJECT_DUPLICATES | JSON_ALLOW_NUL, NULL);
	json_t *body = json_object_get(json_object_get(root, "data"), "body");
	struct str out = telling;

	if (json_text(body, "hash").n == FILE_URL_HASH &&
	    json_text(body, "url").n > 0)
		out = set_address(d, body) ? dump(root, a) : (struct str){0};
	json_decref(root);
	return out;
}
