/*
 * seller_offers: offers to whoever is at a desk here, from when they are made
 * to when they are over. They are told at once: a customer waits.
 */
#include "gateway/seller_room_inner.h"
#include "core/json.h"

#include <stdlib.h>

#define CHAINS_PER_STEP 16u

static struct open_offer **
chain_of(struct rooms *r, int64_t conversation)
{
	return &r->offers[(uint64_t)conversation % OFFER_CHAINS];
}

static struct open_offer **
place_of(struct rooms *r, int64_t conversation)
{
	struct open_offer **at = chain_of(r, conversation);

	while (*at != NULL && (*at)->conversation != conversation)
		at = &(*at)->next;
	return at;
}

/* Without memory nobody is told when it is over; the row says so. */
static void
remember(
    struct rooms *r, const struct seller_room *room, const struct list_row *row)
{
	struct open_offer **chain = chain_of(r, row->c.id), *o;

	o = *place_of(r, row->c.id);
	if (o == NULL && (o = calloc(1, sizeof(*o))) == NULL)
		return;
	if (o->conversation == 0) {
		o->next = *chain;
		*chain = o;
	}
	o->conversation = row->c.id;
	o->company = room->company;
	o->agent = row->c.offered;
}

/* ---- begun --------------------------------------------------------------- */

/* Until when it may be accepted. */
static int64_t
until_of(const struct company *company, const struct event *e)
{
	return e->at + company->policy.offer_ms;
}

static bool
write_offer(struct rooms *r, const struct company *company,
    const struct list_row *row, struct buf *out)
{
	struct event e;
	size_t n = 1;

	if (store_read_events(hub_store(r->hub), row->c.id,
		row->c.offer_seq - 1, hub_arena(r->hub), &e, &n) != OK ||
	    n == 0)
		return false;
	buf_addf(out,
	    "{\"type\":\"offer\",\"conversation\":%lld,\"seq\":%llu,\"row\":",
	    (long long)row->c.id, (unsigned long long)e.seq);
	seller_write_row(out, company, row);
	buf_str(out, ",\"reason\":");
	if (e.body.n > 0)
		buf_add(out, e.body.p, e.body.n);
	else
		buf_str(out, "{}");
	buf_addf(out, ",\"until\":%lld}", (long long)until_of(company, &e));
	return true;
}

/* NULL: it cannot be made now; the list of theirs says it, too. */
static struct piece *
offer_piece(struct rooms *r, const struct list_row *row)
{
	struct buf *text = hub_text(r->hub);
	struct company *company = NULL;
	struct piece *p = NULL;

	if (company_cache_by_id(
		hub_gateway(r->hub)->companies, row->c.company, &company) != OK)
		return NULL;
	if (write_offer(r, company, row, text))
		p = room_piece(text);
	company_unref(company);
	return p;
}

static void
offer_made(struct rooms *r, struct seller_room *room, struct seller_desk *d,
    const struct list_row *row)
{
	struct piece *p = offer_piece(r, row);

	remember(r, room, row);
	desk_tell(d, p);
	piece_unref(p);
}

static void
read_and_tell(struct rooms *r, struct seller_room *room, struct seller_desk *d,
    int64_t conversation)
{
	struct list_row row;

	if (store_read_row(hub_store(r->hub), room->company, conversation,
		hub_arena(r->hub), &row) == OK &&
	    row.c.offered == d->agent)
		offer_made(r, room, d, &row);
}

void
seller_room_offers(
    struct seller_socket *s, const struct seller_page *mine, bool is_new)
{
	struct rooms *r = rooms_of(s->ws.hub);
	struct piece *p;
	size_t i;

	for (i = 0; i < mine->n && s->room != NULL; i++) {
		const struct list_row *row = &mine->rows[i];

		if (row->c.offered == 0 || row->c.offered != s->who.agent)
			continue;
		if (*place_of(r, row->c.id) == NULL) {
			offer_made(r, s->room, s->desk, row);
		} else if (is_new) {
			p = offer_piece(r, row);
			if (p != NULL)
				ws_send(&s->ws, p);
			piece_unref(p);
		}
	}
}

/* ---- over ---------------------------------------------------------------- */

static void
offer_over(struct rooms *r, struct open_offer **at, struct str end)
{
	struct open_offer *o = *at;
	struct seller_room *room = room_find(r, o->company);
	struct seller_desk *d = room == NULL ? NULL : desk_find(room, o->agent);
	struct buf *text = hub_text(r->hub);
	struct piece *p;

	buf_addf(text,
	    "{\"type\":\"offer_end\",\"conversation\":%lld,\"end\":\"%.*s\"}",
	    (long long)o->conversation, STR_FMT(end));
	*at = o->next;
	free(o);
	p = room_piece(text);
	if (d != NULL)
		desk_tell(d, p);
	piece_unref(p);
}

/* The word of an event "offer_end"; else what its holder tells. */
static struct str
end_of(const struct news *n, int64_t agent, struct arena *a)
{
	struct str end = STR("withdrawn");
	json_t *root;
	const char *word;

	if (n->holder == HOLDER_AGENT && n->agent == agent)
		return STR("accepted");
	if (n->event != EVENT_OFFER_END)
		return end;
	root = json_read(n->body);
	word = json_string_value(json_object_get(root, "end"));
	if (word != NULL && arena_copy(a, str_from(word)).p != NULL)
		end = arena_copy(a, str_from(word));
	json_decref(root);
	return end;
}

void
offers_news(struct rooms *r, struct seller_room *room, const struct news *n)
{
	struct open_offer **at = place_of(r, n->conversation);
	struct seller_desk *d;

	if (*at != NULL && (*at)->agent != n->offered)
		offer_over(r, at, end_of(n, (*at)->agent, hub_arena(r->hub)));
	if (n->event != EVENT_OFFER || n->offered == 0)
		return;
	d = desk_find(room, n->offered);
	if (d != NULL)
		read_and_tell(r, room, d, n->conversation);
}

/* ---- held against the store ---------------------------------------------- */

void
offers_check_all(struct rooms *r)
{
	r->offers_unchecked = OFFER_CHAINS;
}

static void
check_chain(struct rooms *r, struct open_offer **at)
{
	struct conversation c;

	while (*at != NULL) {
		if (store_read_conversation(
			hub_store(r->hub), (*at)->conversation, &c) != OK ||
		    c.offered == (*at)->agent)
			at = &(*at)->next;
		else if (c.holder == HOLDER_AGENT && c.agent == (*at)->agent)
			offer_over(r, at, STR("accepted"));
		else
			offer_over(r, at, STR("withdrawn"));
	}
}

bool
offers_step(struct rooms *r)
{
	unsigned i;

	for (i = 0; i < CHAINS_PER_STEP && r->offers_unchecked > 0; i++)
		check_chain(r, &r->offers[--r->offers_unchecked]);
	return r->offers_unchecked > 0;
}

void
offers_forget(struct rooms *r, const struct seller_desk *d)
{
	struct open_offer **at, *o;
	unsigned i;

	if (d->agent == 0)
		return;
	for (i = 0; i < OFFER_CHAINS; i++)
		for (at = &r->offers[i]; (o = *at) != NULL;) {
			if (o->agent != d->agent) {
				at = &o->next;
				continue;
			}
			*at = o->next;
			free(o);
		}
}
