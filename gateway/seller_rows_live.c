/*
 * seller_rows_live: rows as they change. Each is read once and written at most
 * in three ways, by which lists it is in, whoever is in the room.
 */
#include "gateway/seller_room_inner.h"

#include <stdlib.h>

#define ROWS_PER_STEP 32u
#define CHANGES_MAX 65536u
#define SHOWN_MAX 1024u
/* Whole lists of one WebSocket are sent no more often than that, however
 * often news is lost. */
#define LISTS_MS 1000

/* ---- who lacks rows ------------------------------------------------------ */

void
seller_room_stale(struct seller_socket *s)
{
	s->stale = true;
	rooms_of(s->ws.hub)->any_stale = true;
}

bool
seller_room_shows(struct seller_socket *s, int64_t conversation)
{
	if (idmap_get(&s->shown, (uint64_t)conversation) != IDMAP_NONE)
		return true;
	if (s->shown.count >= SHOWN_MAX ||
	    idmap_reserve(&s->shown, s->shown.count + 1) != OK) {
		seller_room_stale(s);
		return false;
	}
	idmap_put(&s->shown, (uint64_t)conversation, 0);
	return true;
}

void
seller_room_forget(struct seller_socket *s)
{
	idmap_free(&s->shown);
	s->shown = (struct idmap){0};
	s->stale = false;
}

static void
watched_changed(
    struct rooms *r, struct seller_room *room, const struct seller_socket *s)
{
	unsigned i;

	for (i = 0; s->watches != NULL && i < SELLER_WATCH_MAX; i++)
		if (s->watches[i].watcher.state != WATCH_NOT)
			rows_changed(
			    r, room, s->watches[i].watcher.conversation);
}

/* True: one was sent its lists; there may be more. */
static bool
send_stale(struct rooms *r)
{
	struct seller_room *room;
	struct seller_socket *s;

	if (!r->any_stale)
		return false;
	r->any_stale = false;
	for (room = r->first; room != NULL; room = room->next)
		for (s = room->sockets; s != NULL; s = s->next_room) {
			if (!s->stale)
				continue;
			r->any_stale = true;
			if (!ws_has_room(&s->ws) ||
			    hub_now(r->hub) < s->lists_at)
				continue;
			s->lists_at = hub_now(r->hub) + LISTS_MS;
			seller_send_lists(s);
			watched_changed(r, room, s);
			return true;
		}
	return false;
}

/* ---- two lines ----------------------------------------------------------- */

static struct change **
chain_of(struct rooms *r, int64_t conversation)
{
	return &r->changes[(uint64_t)conversation % CHANGE_CHAINS];
}

static void
line_up(struct change ***last, struct change *c)
{
	c->next_line = NULL;
	**last = c;
	*last = &c->next_line;
}

static struct change *
take_first(struct change **first, struct change ***last)
{
	struct change *c = *first;

	*first = c->next_line;
	if (*first == NULL)
		*last = first;
	return c;
}

static void
change_free(struct rooms *r, struct change *c)
{
	struct change **at = chain_of(r, c->conversation);

	while (*at != c)
		at = &(*at)->next_same;
	*at = c->next_same;
	r->change_count--;
	free(c);
}

/* There is no place for it: so everybody gets all of it. */
static void
lose(struct seller_room *room)
{
	struct seller_socket *s;

	for (s = room->sockets; s != NULL; s = s->next_room)
		seller_room_stale(s);
}

void
rows_changed(struct rooms *r, struct seller_room *room, int64_t conversation)
{
	struct change **chain = chain_of(r, conversation), *c = *chain;

	while (c != NULL && c->conversation != conversation)
		c = c->next_same;
	if (c != NULL) {
		c->again |= c->is_quiet;
		return;
	}
	if (r->change_count >= CHANGES_MAX ||
	    (c = calloc(1, sizeof(*c))) == NULL) {
		lose(room);
		return;
	}
	c->conversation = conversation;
	c->company = room->company;
	c->next_same = *chain;
	*chain = c;
	r->change_count++;
	line_up(&r->fresh_last, c);
}

/* Whose pause is over: told again, or forgotten. */
static void
end_pauses(struct rooms *r)
{
	struct change *c;

	while ((c = r->quiet) != NULL && c->until <= hub_now(r->hub)) {
		(void)take_first(&r->quiet, &r->quiet_last);
		if (!c->again) {
			change_free(r, c);
			continue;
		}
		c->again = false;
		c->is_quiet = false;
		line_up(&r->fresh_last, c);
	}
}

void
rows_forget(struct rooms *r)
{
	while (r->fresh != NULL)
		change_free(r, take_first(&r->fresh, &r->fresh_last));
	while (r->quiet != NULL)
		change_free(r, take_first(&r->quiet, &r->quiet_last));
}

/* ---- one row ------------------------------------------------------------- */

/* In which lists: bits. In sight: in none, but it is watched. */
enum { IN_NONE, IN_MINE, IN_VIEW, IN_BOTH, IN_SIGHT, INS };

struct telling {
	struct rooms *rooms;
	const struct company *company;
	const struct list_row *row;
	struct piece *pieces[INS];
	bool failed;
};

static bool
has_label(struct str labels, const char *label)
{
	struct buf word = {0};
	bool has;

	if (label[0] == '\0')
		return true;
	buf_json(&word, str_from(label));
	has = !word.failed && labels.n > 0 &&
	      memmem(labels.p, labels.n, word.data, word.len) != NULL;
	buf_free(&word);
	return has;
}

static bool
follows(const struct seller_socket *s, const struct list_row *row)
{
	const struct seller_follow *f = &s->follow;

	return f->on && seller_in_view(&row->c, f->list.view, s->who.agent) &&
	       (f->list.team == 0 || f->list.team == row->c.team) &&
	       has_label(row->labels, f->label);
}

static struct piece *
row_piece(struct telling *t, unsigned in)
{
	struct buf *text = hub_text(t->rooms->hub);

	if (t->pieces[in] != NULL || t->failed)
		return t->pieces[in];
	if (in == IN_NONE) {
		buf_addf(text, "{\"type\":\"row_gone\",\"id\":%lld}",
		    (long long)t->row->c.id);
	} else {
		buf_str(text, "{\"type\":\"row\",\"row\":");
		seller_write_row(text, t->company, t->row);
		buf_str(text, (in & IN_MINE) != 0 ? ",\"mine\":true" : "");
		buf_str(text, (in & IN_VIEW) != 0 ? ",\"view\":true" : "");
		buf_char(text, '}');
	}
	t->pieces[in] = room_piece(text);
	t->failed = t->pieces[in] == NULL;
	return t->pieces[in];
}

/* Those who look at it, whatever lists they follow. */
static void
mark_watching(struct hub *h, int64_t conversation, bool on)
{
	struct watcher *w = NULL;

	while ((w = hub_watcher(h, conversation, w)) != NULL)
		if (seller_of_watcher(w) != NULL)
			seller_of_watcher(w)->watching = on;
}

static void
tell_socket(struct telling *t, struct seller_socket *s)
{
	int64_t id = t->row->c.id;
	unsigned in = IN_NONE;
	struct piece *p;

	if (seller_in_view(&t->row->c, VIEW_MINE, s->who.agent))
		in |= IN_MINE;
	if (follows(s, t->row))
		in |= IN_VIEW;
	if (in == IN_NONE && !s->watching &&
	    idmap_get(&s->shown, (uint64_t)id) == IDMAP_NONE)
		return;
	if (s->stale || !ws_has_room(&s->ws)) {
		seller_room_stale(s);
		return;
	}
	if (in == IN_NONE)
		idmap_remove(&s->shown, (uint64_t)id);
	else if (!seller_room_shows(s, id))
		return;
	p = row_piece(t, in == IN_NONE && s->watching ? IN_SIGHT : in);
	if (p == NULL)
		seller_room_stale(s);
	else
		ws_send(&s->ws, p);
}

static void
tell_row(struct rooms *r, struct seller_room *room, const struct change *c)
{
	struct telling t = {.rooms = r};
	struct company *company = NULL;
	struct seller_socket *s, *next;
	struct list_row row;
	unsigned i;

	if (company_cache_by_id(hub_gateway(r->hub)->companies, room->company,
		&company) != OK ||
	    store_read_row(hub_store(r->hub), room->company, c->conversation,
		hub_arena(r->hub), &row) != OK) {
		company_unref(company);
		lose(room);
		return;
	}
	t.company = company;
	t.row = &row;
	mark_watching(r->hub, c->conversation, true);
	for (s = room->sockets; s != NULL; s = next) {
		next = s->next_room;
		tell_socket(&t, s);
	}
	mark_watching(r->hub, c->conversation, false);
	for (i = 0; i < INS; i++)
		piece_unref(t.pieces[i]);
	company_unref(company);
}

bool
rows_step(struct rooms *r)
{
	struct seller_room *room;
	struct change *c;
	unsigned i;

	end_pauses(r);
	for (i = 0; i < ROWS_PER_STEP && r->fresh != NULL; i++) {
		c = take_first(&r->fresh, &r->fresh_last);
		c->is_quiet = true;
		c->until = hub_now(r->hub) + SELLER_COALESCE_MS;
		line_up(&r->quiet_last, c);
		room = room_find(r, c->company);
		if (room != NULL)
			tell_row(r, room, c);
	}
	return send_stale(r) || r->fresh != NULL;
}

/* ---- what concerns anybody here ------------------------------------------ */

/* It may have gone from a list that somebody has before them. */
static bool
leaves(const struct news *n)
{
	static const bool leaving[EVENT_KINDS] = {
	    [EVENT_HOLDER] = true,
	    [EVENT_RESOLVED] = true,
	    [EVENT_OFFER] = true,
	    [EVENT_OFFER_END] = true,
	    [EVENT_SNOOZED] = true,
	    [EVENT_REOPENED] = true,
	    [EVENT_TIMER] = true,
	};

	return leaving[n->event];
}

/* What the bot says among thousands need not be read by anybody. */
static bool
is_watched(const struct rooms *r, int64_t conversation)
{
	struct watcher *w = NULL;

	while ((w = hub_watcher(r->hub, conversation, w)) != NULL)
		if (seller_of_watcher(w) != NULL)
			return true;
	return false;
}

static bool
concerns(const struct seller_room *room, const struct news *n)
{
	if (leaves(n))
		return n->holder != HOLDER_BOT || n->event != EVENT_TIMER;
	if (n->holder == HOLDER_BOT)
		return room->follows[VIEW_BOT] > 0 ||
		       (n->event == EVENT_MESSAGE &&
			   room->follows[VIEW_RESOLVED] > 0);
	return room->followers > 0 || desk_find(room, n->agent) != NULL ||
	       (n->offered != 0 && desk_find(room, n->offered) != NULL);
}

void
rows_news(struct rooms *r, struct seller_room *room, const struct news *n)
{
	if (concerns(room, n) || is_watched(r, n->conversation))
		rows_changed(r, room, n->conversation);
}
