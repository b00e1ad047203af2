/*
 * facts: what the store has, as routing wants to be told it.
 */
#include "desk/inner.h"
#include "core/json.h"

#define OFFERS_READ 64u
/* Who was here when a process died is back by then, or elsewhere. */
#define ABSENT_MS 60000

/* ---- words as numbers ---------------------------------------------------- */

/* The strings of a JSON array, each as its number. */
static struct routing_ids
ids_of(const json_t *list, struct arena *a)
{
	size_t n = json_array_size(list), i, count = 0;
	int64_t *ids;

	n = n > ROUTING_LIST_MAX ? ROUTING_LIST_MAX : n;
	ids = n == 0 ? NULL : arena_alloc(a, n * sizeof(*ids));
	for (i = 0; ids != NULL && i < n; i++) {
		struct str word = json_text_of(json_array_get(list, i));

		if (word.n > 0)
			ids[count++] = team_id(word);
	}
	return (struct routing_ids){ids, count};
}

static struct routing_ids
ids_in(struct str json, struct arena *a)
{
	json_t *list = json_read(json);
	struct routing_ids ids = ids_of(list, a);

	json_decref(list);
	return ids;
}

/* ---- sellers ------------------------------------------------------------- */

/* Who has customers is there as long as they do anything. */
static int64_t
acted_at(const struct desk *d, const struct seller *s)
{
	int64_t at = 0;

	if (s->chats > 0 && d->conf.acted_at != NULL)
		at = d->conf.acted_at(d->conf.online_arg, s->id);
	return at < d->wall ? at : d->wall;
}

/*
 * Since when has a seller no socket, and done nothing without one? The store's
 * word counts only where the process has not seen them itself.
 */
static int64_t
offline_since(struct desk *d, struct seller *s, const struct agent_row *row)
{
	bool online = d->conf.online(d->conf.online_arg, row->id);
	int64_t acted = online ? 0 : acted_at(d, s);

	if (online)
		s->offline_at = 0;
	else if (s->online || (s->offline_at == 0 && row->online))
		s->offline_at = d->wall;
	else if (s->offline_at == 0)
		s->offline_at = row->presence_at;
	if (acted > s->offline_at)
		s->offline_at = acted;
	if (s->offline_at > d->wall) /* the clock was put back */
		s->offline_at = d->wall;
	s->online = online;
	return s->offline_at;
}

bool
facts_acted_since(struct desk *d, int64_t agent)
{
	const struct seller *s = seller_find(d, agent);

	return s != NULL && !s->online && acted_at(d, s) > s->offline_at;
}

static void
put_seller(struct desk *d, struct bureau *b, const struct agent_row *row)
{
	struct seller *s = seller_make(d, row->id, row->company);
	struct routing_seller fact = {.id = row->id,
	    .away = row->away,
	    .capacity = (unsigned)(row->capacity < 0 ? 0 : row->capacity),
	    .teams = ids_in(row->teams, &d->arena),
	    .skills = ids_in(row->skills, &d->arena),
	    .languages = ids_in(row->languages, &d->arena)};

	if (s == NULL)
		return;
	fact.offline_at = offline_since(d, s, row);
	if (row->online && !s->online && d->conf.absent != NULL &&
	    d->wall - fact.offline_at >= ABSENT_MS)
		d->conf.absent(d->conf.online_arg, row->id);
	fact.online = s->online;
	fact.idle_since = row->presence_at;
	if (row->state != AGENT_ACTIVE)
		routing_seller_gone(b->routing, row->id, d->wall);
	else if (routing_put_seller(b->routing, &fact, d->wall) != OK)
		log_note(d->conf.log, LOG_WARN, "desk.seller", "company",
		    b->company->key);
}

void
facts_seller(struct desk *d, int64_t agent)
{
	struct agent_row row;
	struct bureau *b;

	if (store_read_agent(d->reader, agent, &d->arena, &row) != OK)
		return;
	b = bureau_of(d, row.company);
	if (b != NULL)
		put_seller(d, b, &row);
}

/* A page of them; false: the store cannot be read. */
static bool
reread_sellers(struct desk *d, size_t *n)
{
	struct agents_ask ask = {.after = d->reread.after};
	struct agent_row rows[REREAD_STEP];
	struct bureau *b;
	size_t i;

	*n = ARRAY_LEN(rows);
	if (store_list_agents(d->reader, &ask, &d->arena, rows, n) != OK)
		return false;
	for (i = 0; i < *n; i++) {
		d->reread.after = rows[i].id;
		b = bureau_of(d, rows[i].company);
		if (b != NULL)
			put_seller(d, b, &rows[i]);
	}
	return true;
}

/* ---- conversations ------------------------------------------------------- */

static void
seller_count(struct desk *d, struct chat *c, int64_t seller)
{
	struct seller *s;

	if (c->seller == seller)
		return;
	s = seller_find(d, c->seller);
	if (s != NULL && s->chats > 0)
		s->chats--;
	c->seller = seller;
	if (seller == 0)
		return;
	s = seller_make(d, seller, c->c.company);
	if (s != NULL)
		s->chats++;
}

/* Who was offered it since it is in line, and did not take it. */
static size_t
read_nots(struct desk *d, const struct conversation *c,
    struct routing_not nots[OFFERS_READ])
{
	struct not_taken list[OFFERS_READ];
	size_t n = OFFERS_READ, i;

	if (c->offer_seq <= c->holder_seq ||
	    store_list_not_taken(d->reader, c->id, c->holder_seq, list, &n) !=
		OK)
		return 0;
	for (i = 0; i < n; i++) /* the oldest comes first */
		nots[n - 1 - i] = (struct routing_not){.seller = list[i].agent,
		    .ignored = list[i].end == OFFER_EXPIRED};
	return n;
}

/*
 * Since when it is in this line: handed over, on to another team, or back
 * from a seller, whose time with it is no waiting. 0: since it is in any.
 */
static int64_t
in_line_since(struct desk *d, struct chat *chat)
{
	const struct conversation *c = &chat->c;
	struct event e;
	size_t n = 1;

	if (chat->line_seq == c->holder_seq)
		return chat->line_at;
	if (c->holder_seq == 0 ||
	    store_read_events(
		d->reader, c->id, c->holder_seq - 1, &d->arena, &e, &n) != OK ||
	    n == 0)
		return 0;
	chat->line_seq = c->holder_seq;
	chat->line_at = e.at;
	return e.at;
}

static void
read_route(struct str body, struct arena *a, struct routing_chat *out)
{
	json_t *route = json_read(body);
	struct str language = json_text(route, "language");

	out->required = ids_of(json_object_get(route, "skills"), a);
	out->preferred = ids_of(json_object_get(route, "prefer"), a);
	if (language.n > 0)
		out->language = team_id(language);
	json_decref(route);
}

/*
 * One that was made later than it is now, as the clock was put back, runs from
 * now on.
 */
static int64_t
offer_ends(const struct desk *d, struct chat *chat)
{
	int64_t ms = chat->bureau->company->policy.offer_ms;

	if (chat->offered_at != chat->c.offered_at) {
		chat->offered_at = chat->c.offered_at;
		chat->offer_ends = chat->offered_at + ms;
	}
	if (chat->offer_ends > d->wall + ms)
		chat->offer_ends = d->wall + ms;
	return chat->offer_ends;
}

/*
 * What is put off is its seller's, but takes no room, and is not taken from
 * who has gone home: it comes back by itself.
 */
static void
place_of(const struct desk *d, struct chat *chat, struct routing_chat *out)
{
	const struct conversation *c = &chat->c;

	out->place = ROUTING_GONE;
	if (c->status == STATUS_SNOOZED)
		return;
	out->ended_at = c->last_at;
	out->wrap = c->status == STATUS_RESOLVED;
	if (c->holder == HOLDER_AGENT) {
		out->place = ROUTING_HELD;
		out->seller = c->agent;
		out->held_at = c->last_at;
		out->spoke_at = c->customer_at;
	} else if (c->holder == HOLDER_QUEUE && c->offered != 0) {
		out->place = ROUTING_OFFERED;
		out->seller = c->offered;
		out->until = offer_ends(d, chat);
	} else if (c->holder == HOLDER_QUEUE) {
		out->place = ROUTING_WAITS;
	}
}

/* Who got one without a socket is there by having taken it. */
static void
look_again(struct desk *d, int64_t seller)
{
	const struct seller *s = seller_find(d, seller);

	if (s != NULL && !s->online)
		facts_seller(d, seller);
}

static void
put_chat(struct desk *d, struct chat *chat, const struct handed_row *row)
{
	struct routing_not nots[OFFERS_READ];
	struct routing_chat fact = {.id = chat->id,
	    .seq = row->c.seq,
	    .team = row->c.team,
	    .since = row->c.queued_at,
	    .priority = (unsigned)row->c.priority,
	    .front = row->c.front,
	    .given = row->c.given,
	    .wanted = row->c.wanted,
	    .last = row->c.last_agent,
	    .nots = nots};
	const struct channel *channel = channel_find(row->channel);
	int64_t whose = row->c.agent != 0 ? row->c.agent : row->c.offered;

	chat->c = row->c;
	chat->channel = channel;
	chat->visitors = channel == channel_of_visitors();
	place_of(d, chat, &fact);
	read_route(row->route, &d->arena, &fact);
	fact.weight = company_chat_weight(chat->bureau->company, row->channel);
	if (row->c.holder == HOLDER_QUEUE) {
		fact.not_count = read_nots(d, &row->c, nots);
		fact.team_since = in_line_since(d, chat);
	}
	if (whose != chat->seller) {
		seller_count(d, chat, whose);
		look_again(d, whose);
	}
	if (routing_put_chat(chat->bureau->routing, &fact, d->wall) != OK)
		log_note(d->conf.log, LOG_WARN, "desk.chat", "company",
		    chat->bureau->company->key);
	if (fact.place == ROUTING_GONE && whose == 0 && chat->busy == 0 &&
	    !chat->dirty)
		chat_forget(d, chat);
}

static void
put_row(struct desk *d, const struct handed_row *row)
{
	struct chat *chat = chat_make(d, row->c.id);

	if (chat == NULL)
		return;
	if (chat->bureau == NULL)
		chat->bureau = bureau_of(d, row->c.company);
	chat->named = true;
	if (chat->bureau == NULL) { /* with the next rereading */
		if (!chat->dirty && chat->busy == 0)
			chat_forget(d, chat);
		return;
	}
	if (row->c.holder == HOLDER_QUEUE && d->new_count < NEWS_MAX &&
	    words_first(&row->c) != NOTICE_NONE)
		d->news[d->new_count++] = row->c.id;
	put_chat(d, chat, row);
}

void
facts_read(struct desk *d)
{
	struct handed_row row;
	struct chat *c;

	while ((c = d->dirty) != NULL) {
		d->dirty = c->next_dirty;
		c->dirty = false;
		if (store_read_handed(d->reader, c->id, &d->arena, &row) == OK)
			put_row(d, &row);
		else
			atomic_store(&d->lost, true);
		arena_reset(&d->arena);
	}
}

static bool
reread_chats(struct desk *d, size_t *n)
{
	struct handed_row rows[REREAD_STEP];
	size_t i;

	*n = ARRAY_LEN(rows);
	if (store_list_handed(d->reader, d->reread.after, &d->arena, rows, n) !=
	    OK)
		return false;
	for (i = 0; i < *n; i++) {
		d->reread.after = rows[i].c.id;
		put_row(d, &rows[i]);
	}
	return true;
}

/* What the store did not name any more is out of sight. */
static void
reread_ends(struct desk *d)
{
	struct chat *c, *next;
	struct bureau *b;

	for (c = d->all; c != NULL; c = next) {
		next = c->next;
		if (c->named || c->dirty || c->busy > 0)
			continue;
		seller_count(d, c, 0);
		chat_forget(d, c);
	}
	for (b = d->bureaus; b != NULL; b = b->next)
		routing_reread_end(b->routing, d->wall);
	d->reread.stage = REREAD_NOT;
}

void
facts_reread_on(struct desk *d)
{
	size_t n = 0;
	bool whole = true;

	if (d->reread.stage == REREAD_SELLERS)
		whole = reread_sellers(d, &n);
	else if (d->reread.stage == REREAD_CHATS)
		whole = reread_chats(d, &n);
	arena_reset(&d->arena);
	if (!whole) { /* all over again, with the next look */
		d->reread.stage = REREAD_NOT;
		atomic_store(&d->lost, true);
	} else if (d->reread.stage != REREAD_NOT && n < REREAD_STEP) {
		d->reread.after = 0;
		if (d->reread.stage == REREAD_SELLERS)
			d->reread.stage = REREAD_CHATS;
		else
			reread_ends(d);
	}
	if (d->reread.stage != REREAD_NOT)
		d->wake_at = d->steady;
}

void
facts_reread(struct desk *d)
{
	struct bureau *b;
	struct chat *c;

	for (b = d->bureaus; b != NULL; b = b->next) {
		bureau_refresh(d, b);
		routing_reread_begin(b->routing);
	}
	for (c = d->all; c != NULL; c = c->next)
		c->named = false;
	d->reread = (struct rereading){.stage = REREAD_SELLERS};
}
