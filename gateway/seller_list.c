/* seller_list: one row more is read than is shown, to know whether there is. */
#include "gateway/seller_list.h"

enum err
seller_page_read(const struct seller_ask *ask, struct list_ask *list,
    size_t limit, struct seller_page *out)
{
	size_t n = limit + 1;
	enum err e;

	list->company = ask->who->company;
	list->agent = ask->who->agent;
	*out = (struct seller_page){.view = list->view};
	out->rows = arena_alloc(ask->arena, n * sizeof(*out->rows));
	if (out->rows == NULL)
		return E_NOMEM;
	e = store_list_conversations(
	    ask->reader, list, ask->arena, out->rows, &n);
	if (e != OK)
		return e;
	out->more = n > limit;
	out->n = out->more ? limit : n;
	return OK;
}

void
seller_page_write(struct buf *out, const struct company *company,
    const struct seller_page *page)
{
	size_t i;

	buf_str(out, "\"rows\":[");
	for (i = 0; i < page->n; i++) {
		if (i > 0)
			buf_char(out, ',');
		seller_write_row(out, company, &page->rows[i]);
	}
	buf_char(out, ']');
	if (!page->more)
		return;
	buf_str(out, ",\"next\":\"");
	seller_write_cursor(out, page->view, &page->rows[page->n - 1].c);
	buf_char(out, '"');
}

static bool
refuse(struct frame_error *error, const char *detail)
{
	error->code = FAULT_BAD_REQUEST;
	error->detail = str_from(detail);
	return false;
}

static bool
find_team(struct str key, const struct company *company, int64_t *out,
    struct frame_error *error)
{
	const struct company_team *team = company_team(company, key);

	if (key.n == 0)
		return true;
	if (team == NULL)
		return refuse(error, "team: the company has none of that key");
	*out = team_id(team->key);
	return true;
}

bool
seller_list_ask(const struct seller_list *words, const struct company *company,
    struct list_ask *list, struct frame_error *error)
{
	*list = (struct list_ask){.label = words->label, .view = VIEW_MINE};
	if (words->view.n > 0)
		list->view = view_find(words->view);
	if (list->view >= VIEWS)
		return refuse(error,
		    "view: write one of mine, queue, open, mail, snoozed, "
		    "resolved, bot");
	if (words->before.n > 0 && !seller_cursor_read(words->before, list))
		return refuse(error,
		    "before: write what stood in \"next\" of the same view, or "
		    "leave it out");
	if (words->limit > SELLER_VIEW_MAX)
		return refuse(error, "limit: write a number from 1 to 200");
	return find_team(words->team, company, &list->team, error);
}

size_t
seller_list_limit(const struct seller_list *words)
{
	return words->limit == 0 ? SELLER_VIEW_ROWS : (size_t)words->limit;
}
