/*
 * listing: places are worked out anew from the state before and after, and
 * what differs is written. A place stands there once for all, and once more
 * for each label.
 */
#include "store/sqlite/listing.h"

_Static_assert(VIEW_MINE == 0 && VIEW_QUEUE == 1 && VIEW_OPEN == 2 &&
		   VIEW_MAIL == 3 && VIEW_SNOOZED == 4 && VIEW_RESOLVED == 5 &&
		   VIEW_BOT == 6 && VIEWS <= LIST_HANDED,
    "stored numbers: add at the end");

struct place {
	int64_t company, view, who, at;
};

#define PLACES_MAX 8

struct places {
	struct place all[PLACES_MAX];
	size_t n;
};

/* ---- which --------------------------------------------------------------- */

static void
add(struct places *p, struct place place)
{
	p->all[p->n++] = place;
}

/* Everybody's, and that of its team. */
static void
add_view(
    struct places *p, const struct conversation *c, enum view view, int64_t at)
{
	add(p, (struct place){c->company, view, 0, at});
	if (c->team != 0)
		add(p, (struct place){c->company, view, c->team, at});
}

/* They are few: who reads them puts them in order, and no message does. */
static void
add_mine(struct places *p, const struct conversation *c, int64_t agent)
{
	if (agent != 0)
		add(p, (struct place){c->company, VIEW_MINE, agent, 0});
}

/* With people, and not put off. */
static void
add_open(struct places *p, const struct conversation *c)
{
	add_view(p, c, VIEW_OPEN, c->last_at);
	if (c->holder == HOLDER_QUEUE)
		add_view(p, c, VIEW_QUEUE, c->queued_at);
	if (c->holder == HOLDER_EMAIL)
		add_view(p, c, VIEW_MAIL, c->last_at);
	add_mine(p, c, c->agent);
	if (c->offered != c->agent)
		add_mine(p, c, c->offered);
}

static void
add_views(struct places *p, const struct conversation *c)
{
	if (c->status == STATUS_RESOLVED)
		add_view(p, c, VIEW_RESOLVED, c->last_at);
	else if (c->status == STATUS_SNOOZED)
		add_view(p, c, VIEW_SNOOZED, c->last_at);
	else if (c->holder == HOLDER_BOT)
		add_view(p, c, VIEW_BOT, 0);
	else if (c->holder != HOLDER_NOBODY)
		add_open(p, c);
}

static struct places
places_of(const struct conversation *c)
{
	struct places p = {.n = 0};

	add_views(&p, c);
	if (c->holder == HOLDER_QUEUE || c->holder == HOLDER_AGENT)
		add(&p, (struct place){0, LIST_HANDED, 0, 0});
	if (c->holder == HOLDER_EMAIL && conversation_pending(c))
		add(&p, (struct place){0, LIST_MAIL_DUE, 0, 0});
	return p;
}

static bool
same_places(const struct places *a, const struct places *b)
{
	return a->n == b->n &&
	       memcmp(a->all, b->all, a->n * sizeof(a->all[0])) == 0;
}

/* In the same list, wherever in it. */
static const struct place *
find(const struct places *p, const struct place *place)
{
	for (size_t i = 0; i < p->n; i++)
		if (p->all[i].company == place->company &&
		    p->all[i].view == place->view &&
		    p->all[i].who == place->who)
			return &p->all[i];
	return NULL;
}

/* The place of all that the bot deals with, whatever is said there. */
static bool
is_bots(const struct conversation *c)
{
	return c->holder == HOLDER_BOT && c->status == STATUS_PENDING;
}

static bool
stays(const struct change *change)
{
	return change->labels == NULL && is_bots(change->was) &&
	       is_bots(change->is) && change->was->team == change->is->team;
}

/* ---- written ------------------------------------------------------------- */

#define LISTED(p, label, conversation) \
	NUM((p)->company), NUM((p)->view), NUM((p)->who), TEXT(label), \
	    NUM((p)->at), NUM(conversation)

/* Before and after, under a label or, if that is empty, whatever its labels. */
struct moves {
	int64_t conversation;
	struct places from, to;
};

static enum err
leave(struct conn *c, const struct moves *m, struct str label,
    const struct place *from)
{
	return CONN_CHANGE(
	    c, SQL_LISTING_DELETE, NULL, LISTED(from, label, m->conversation));
}

static enum err
enter(struct conn *c, const struct moves *m, struct str label,
    const struct place *to)
{
	return CONN_CHANGE(
	    c, SQL_LISTING_INSERT, NULL, LISTED(to, label, m->conversation));
}

/* Twice a step along the tree; an UPDATE of a place takes four. */
static enum err
move_under(struct conn *c, const struct moves *m, struct str label)
{
	const struct place *other;
	enum err e = OK;
	size_t i;

	for (i = 0; i < m->from.n && e == OK; i++) {
		other = find(&m->to, &m->from.all[i]);
		if (other == NULL || other->at != m->from.all[i].at)
			e = leave(c, m, label, &m->from.all[i]);
	}
	for (i = 0; i < m->to.n && e == OK; i++) {
		other = find(&m->from, &m->to.all[i]);
		if (other == NULL || other->at != m->to.all[i].at)
			e = enter(c, m, label, &m->to.all[i]);
	}
	return e;
}

/* The lists of everybody's and all labels are not by label. */
static struct places
labelled(const struct places *p)
{
	struct places by_label = {.n = 0};

	for (size_t i = 0; i < p->n; i++)
		if (p->all[i].company != 0 && p->all[i].view != VIEW_MINE)
			add(&by_label, p->all[i]);
	return by_label;
}

static enum err
move_labels(struct conn *c, const struct moves *m, const struct labels *were,
    const struct labels *are)
{
	const struct places from = labelled(&m->from), to = labelled(&m->to);
	enum err e = OK;
	size_t i;

	for (i = 0; i < were->n && e == OK; i++) {
		struct str label = label_view(&were->all[i]);
		struct moves step = {
		    .conversation = m->conversation, .from = from};

		if (labels_have(are, label))
			step.to = to;
		e = move_under(c, &step, label);
	}
	for (i = 0; i < are->n && e == OK; i++) {
		struct str label = label_view(&are->all[i]);
		struct moves step = {.conversation = m->conversation, .to = to};

		if (!labels_have(were, label))
			e = move_under(c, &step, label);
	}
	return e;
}

enum err
listing_create(struct conn *c, const struct conversation *row)
{
	struct moves m = {.conversation = row->id, .to = places_of(row)};

	return move_under(c, &m, STR(""));
}

enum err
listing_save(struct conn *c, const struct change *change)
{
	struct moves m = {.conversation = change->is->id};
	struct labels were;
	enum err e;

	if (stays(change))
		return OK;
	m.from = places_of(change->was);
	m.to = places_of(change->is);
	if (change->labels == NULL && same_places(&m.from, &m.to))
		return OK;
	if ((e = labels_load(c, m.conversation, &were)) != OK)
		return e;
	if ((e = move_under(c, &m, STR(""))) != OK)
		return e;
	if (change->labels == NULL)
		return move_labels(c, &m, &were, &were);
	e = move_labels(c, &m, &were, change->labels);
	return e == OK ? labels_save(c, m.conversation, &were, change->labels)
		       : e;
}
