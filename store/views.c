/* views: the face of views.h, and its words; the rest of it is in store.c. */
#include "store/inside.h"

static const char *const views[VIEWS] = {
    [VIEW_MINE] = "mine",
    [VIEW_QUEUE] = "queue",
    [VIEW_OPEN] = "open",
    [VIEW_MAIL] = "mail",
    [VIEW_SNOOZED] = "snoozed",
    [VIEW_RESOLVED] = "resolved",
    [VIEW_BOT] = "bot",
};

const char *
view_name(enum view v)
{
	return (unsigned)v < VIEWS ? views[v] : "unknown";
}

enum view
view_find(struct str name)
{
	unsigned v = 0;

	while (v < VIEWS && !str_eq(name, str_from(views[v])))
		v++;
	return (enum view)v;
}

enum err
store_list_conversations(struct store_reader *r, const struct list_ask *ask,
    struct arena *a, struct list_row *out, size_t *n)
{
	return r->engine->list_conversations(r->data, ask, a, out, n);
}

enum err
store_count_views(
    struct store_reader *r, int64_t company, int64_t agent, uint64_t out[VIEWS])
{
	return r->engine->count_views(r->data, company, agent, out);
}

enum err
store_read_row(struct store_reader *r, int64_t company, int64_t conversation,
    struct arena *a, struct list_row *out)
{
	return r->engine->read_row(r->data, company, conversation, a, out);
}

enum err
store_list_handed(struct store_reader *r, int64_t after, struct arena *a,
    struct handed_row *out, size_t *n)
{
	return r->engine->list_handed(r->data, after, a, out, n);
}

enum err
store_read_handed(struct store_reader *r, int64_t conversation, struct arena *a,
    struct handed_row *out)
{
	return r->engine->read_handed(r->data, conversation, a, out);
}

enum err
store_list_not_taken(struct store_reader *r, int64_t conversation,
    uint64_t after, struct not_taken *out, size_t *n)
{
	return r->engine->list_not_taken(r->data, conversation, after, out, n);
}

enum err
store_search(struct store_reader *r, const struct search_ask *ask,
    struct arena *a, struct found *out, size_t *n)
{
	return r->engine->search(r->data, ask, a, out, n);
}

enum err
store_read_feed(struct store_reader *r, uint64_t after, struct arena *a,
    struct feed_row *out, size_t *n)
{
	return r->engine->read_feed(r->data, after, a, out, n);
}

enum err
store_read_place(struct store_reader *r, struct str follower, uint64_t *out)
{
	return r->engine->read_place(r->data, follower, out);
}

enum err
store_read_end_of_feed(struct store_reader *r, uint64_t *out)
{
	return r->engine->read_end_of_feed(r->data, out);
}
