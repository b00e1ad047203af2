/*
 * seller_room: rooms, desks and who is at them; what news means to them. Rows
 * are in seller_rows_live.c, offers in seller_offers.c.
 */
#include "gateway/seller_room_inner.h"

#include <stdlib.h>

#define COUNTS_MS 500

/* ---- finding ------------------------------------------------------------- */

struct rooms *
rooms_of(const struct hub *h)
{
	return hub_listener_arg(h);
}

struct seller_room *
room_find(const struct rooms *r, int64_t company)
{
	struct seller_room *room = r->first;

	while (room != NULL && room->company != company)
		room = room->next;
	return room;
}

struct seller_desk *
desk_find(const struct seller_room *room, int64_t agent)
{
	struct seller_desk *d = room->desks[(uint64_t)agent % DESK_CHAINS];

	while (d != NULL && d->agent != agent)
		d = d->next;
	return d;
}

static struct seller_room *
room_make(struct rooms *r, int64_t company)
{
	struct seller_room *room = room_find(r, company);

	if (room != NULL || (room = calloc(1, sizeof(*room))) == NULL)
		return room;
	room->company = company;
	room->next = r->first;
	r->first = room;
	return room;
}

static struct seller_desk *
desk_make(struct seller_room *room, int64_t agent)
{
	struct seller_desk *d = desk_find(room, agent);
	struct seller_desk **chain =
	    &room->desks[(uint64_t)agent % DESK_CHAINS];

	if (d != NULL || (d = calloc(1, sizeof(*d))) == NULL)
		return d;
	d->agent = agent;
	d->next = *chain;
	*chain = d;
	return d;
}

/* ---- coming and going ---------------------------------------------------- */

static const struct hub_listener listener;

static struct rooms *
rooms_make(struct hub *h)
{
	struct rooms *r = rooms_of(h);

	if (r != NULL || (r = calloc(1, sizeof(*r))) == NULL)
		return r;
	r->hub = h;
	r->fresh_last = &r->fresh;
	r->quiet_last = &r->quiet;
	over_begin(r);
	hub_listen(h, &listener, r);
	return r;
}

enum err
seller_room_enter(struct seller_socket *s)
{
	struct rooms *r = rooms_make(s->ws.hub);
	struct seller_room *room = r == NULL ? NULL
					     : room_make(r, s->who.company);
	struct seller_desk *desk = room == NULL ? NULL
						: desk_make(room, s->who.agent);

	if (r != NULL)
		r->untidy = true;
	if (desk == NULL)
		return E_NOMEM;
	s->room = room;
	s->next_room = room->sockets;
	s->link_room = &room->sockets;
	if (s->next_room != NULL)
		s->next_room->link_room = &s->next_room;
	room->sockets = s;
	s->desk = desk;
	s->next_desk = desk->sockets;
	s->link_desk = &desk->sockets;
	if (s->next_desk != NULL)
		s->next_desk->link_desk = &s->next_desk;
	desk->sockets = s;
	return OK;
}

void
seller_room_leave(struct seller_socket *s)
{
	if (s->room == NULL)
		return;
	if (s->follow.on)
		seller_room_follows(s, s->follow.list.view, VIEWS);
	*s->link_room = s->next_room;
	if (s->next_room != NULL)
		s->next_room->link_room = s->link_room;
	*s->link_desk = s->next_desk;
	if (s->next_desk != NULL)
		s->next_desk->link_desk = s->link_desk;
	s->room = NULL;
	s->desk = NULL;
	/* Somebody may be at its desk or room right now, so they stay. */
	rooms_of(s->ws.hub)->untidy = true;
}

void
seller_room_follows(struct seller_socket *s, enum view was, enum view is)
{
	if (was < VIEWS) {
		s->room->follows[was]--;
		s->room->followers--;
	}
	if (is < VIEWS) {
		s->room->follows[is]++;
		s->room->followers++;
	}
}

/* Empty desks go, and their offers; true: nobody is in the room. */
static bool
tidy_room(struct rooms *r, struct seller_room *room)
{
	struct seller_desk **at, *d;
	unsigned i;

	for (i = 0; i < DESK_CHAINS; i++)
		for (at = &room->desks[i]; (d = *at) != NULL;) {
			if (d->sockets != NULL) {
				at = &d->next;
				continue;
			}
			offers_forget(r, d);
			*at = d->next;
			free(d);
		}
	return room->sockets == NULL;
}

static void
tidy(struct rooms *r)
{
	struct seller_room **at = &r->first, *room;

	if (!r->untidy)
		return;
	r->untidy = false;
	while ((room = *at) != NULL) {
		if (!tidy_room(r, room)) {
			at = &room->next;
			continue;
		}
		*at = room->next;
		free(room);
	}
}

/* ---- telling ------------------------------------------------------------- */

struct piece *
room_piece(const struct buf *text)
{
	return text->failed ? NULL : piece_new(buf_view(text));
}

void
room_tell(struct seller_room *room, struct piece *p)
{
	struct seller_socket *s, *next;

	for (s = room->sockets; p != NULL && s != NULL; s = next) {
		next = s->next_room;
		if (ws_has_room(&s->ws))
			ws_send(&s->ws, p);
	}
}

void
desk_tell(struct seller_desk *d, struct piece *p)
{
	struct seller_socket *s, *next;

	for (s = d->sockets; p != NULL && s != NULL; s = next) {
		next = s->next_desk;
		ws_send(&s->ws, p);
	}
}

/* ---- colleagues ---------------------------------------------------------- */

static void
look_at_desk(struct seller_desk *d)
{
	struct seller_socket *s, *next;

	for (s = d->sockets; s != NULL; s = next) {
		next = s->next_desk;
		seller_look(s);
	}
}

static void
on_staff(struct rooms *r, struct seller_room *room, const struct news *n)
{
	struct seller_desk *d = desk_find(room, (int64_t)n->seq);
	struct buf *text = hub_text(r->hub);
	struct agent_row row;
	struct piece *p;

	if (store_read_agent(hub_store(r->hub), (int64_t)n->seq,
		hub_arena(r->hub), &row) != OK ||
	    row.company != room->company)
		return;
	buf_str(text, "{\"type\":\"staff\",");
	seller_write_colleague(text, &row);
	buf_char(text, '}');
	p = room_piece(text);
	room_tell(room, p);
	piece_unref(p);
	/* What they may do may have changed, too. */
	if (d != NULL)
		look_at_desk(d);
}

/* ---- counts -------------------------------------------------------------- */

/* Where it may have moved a conversation from one list to another. */
static bool
moves(const struct news *n)
{
	static const bool moving[EVENT_KINDS] = {
	    [EVENT_OPENED] = true,
	    [EVENT_MESSAGE] = true,
	    [EVENT_HOLDER] = true,
	    [EVENT_TIMER] = true,
	    [EVENT_RESOLVED] = true,
	    [EVENT_SNOOZED] = true,
	    [EVENT_REOPENED] = true,
	};

	/* Only the customer's messages open what was closed. */
	return moving[n->event] &&
	       (n->event != EVENT_MESSAGE || n->author == AUTHOR_CUSTOMER);
}

static void
tell_counts(struct rooms *r, struct seller_room *room)
{
	struct buf *text = hub_text(r->hub);
	uint64_t counts[VIEWS];
	struct piece *p;

	if (store_count_views(hub_store(r->hub), room->company, 0, counts) !=
	    OK)
		return;
	buf_str(text, "{\"type\":\"counts\",");
	seller_write_counts(text, counts, VIEW_QUEUE);
	buf_char(text, '}');
	p = room_piece(text);
	room_tell(room, p);
	piece_unref(p);
}

static void
counts_step(struct rooms *r)
{
	struct seller_room *room;
	int64_t now = hub_now(r->hub);

	for (room = r->first; room != NULL; room = room->next) {
		if (!room->counts_changed || now < room->counts_at)
			continue;
		room->counts_changed = false;
		room->counts_at = now + COUNTS_MS;
		tell_counts(r, room);
	}
}

/* ---- what is heard ------------------------------------------------------- */

static void
on_event(struct rooms *r, struct seller_room *room, const struct news *n)
{
	room->counts_changed |= moves(n);
	offers_news(r, room, n);
	rows_news(r, room, n);
}

static void
on_news(struct hub *h, const struct news *n)
{
	struct rooms *r = rooms_of(h);
	struct seller_room *room = n->company == 0 ? NULL
						   : room_find(r, n->company);

	if (room == NULL || room->sockets == NULL)
		return;
	if (n->kind == NEWS_STAFF)
		on_staff(r, room, n);
	else if (n->kind == NEWS_EVENT)
		on_event(r, room, n);
	else if (n->kind == NEWS_SEEN)
		rows_changed(r, room, n->conversation);
}

static void
on_lost(struct hub *h)
{
	struct rooms *r = rooms_of(h);
	struct seller_room *room;
	struct seller_socket *s;

	offers_check_all(r);
	for (room = r->first; room != NULL; room = room->next) {
		room->counts_changed = true;
		for (s = room->sockets; s != NULL; s = s->next_room)
			seller_room_stale(s);
	}
}

static bool
on_step(struct hub *h)
{
	struct rooms *r = rooms_of(h);
	bool more;

	more = offers_step(r);
	more |= rows_step(r);
	counts_step(r);
	over_step(r);
	tidy(r);
	return more;
}

static void
on_hub_ended(struct hub *h)
{
	struct rooms *r = rooms_of(h);

	r->untidy = true;
	tidy(r);
	rows_forget(r);
	free(r);
	hub_listen(h, NULL, NULL);
}

static const struct hub_listener listener = {
    .news = on_news,
    .lost = on_lost,
    .step = on_step,
    .ended = on_hub_ended,
};
