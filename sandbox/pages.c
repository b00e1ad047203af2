/*
 * pages: what people look at and type into. Built in; they may load and run
 * nothing but their own files, and stand in frames of this machine only.
 */
#include "gateway/assets.h"
#include "sandbox/inside.h"

extern const struct asset sandbox_pages[];

/* The values end with NUL, as request_add_header() wants. */
static const struct {
	const char *name, *value;
} fences[] = {
    {"Content-Security-Policy",
	"default-src 'none'; script-src 'self'; style-src 'self'; "
	"img-src 'self' data:; connect-src 'self'; base-uri 'none'; "
	"form-action 'none'; "
	"frame-ancestors 'self' http://127.0.0.1:* http://localhost:*"},
    {"Referrer-Policy", "no-referrer"},
    {"Cache-Control", "no-cache"},
};

/* Where a path leads, if not to the file of its name. */
static const struct {
	struct str path, file;
} names[] = {
    {STR("/"), STR("/")},
    {STR("/phone"), STR("/phone.html")},
    {STR("/slack"), STR("/slack.html")},
    {STR("/mailbox"), STR("/mailbox.html")},
};

static struct str
file_of(struct str path)
{
	static const struct str folder = STR("/page");
	size_t i;

	for (i = 0; i < ARRAY_LEN(names); i++)
		if (str_eq(path, names[i].path))
			return names[i].file;
	return (struct str){path.p + folder.n, path.n - folder.n};
}

static const struct asset *
find(struct str file)
{
	const struct asset *a = sandbox_pages;

	while (a->path != NULL && !str_eq(file, str_from(a->path)))
		a++;
	return a->path == NULL ? NULL : a;
}

void
sb_page_serve(struct request *r)
{
	const struct asset *a = find(file_of(request_path(r)));
	size_t i;

	if (a == NULL) {
		request_reply(
		    r, 404, "text/plain", STR("there is no such page"));
		return;
	}
	for (i = 0; i < ARRAY_LEN(fences); i++)
		request_add_header(
		    r, fences[i].name, str_from(fences[i].value));
	request_reply(
	    r, 200, a->type, (struct str){(const char *)a->bytes, a->size});
}
