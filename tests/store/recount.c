/* recount: says anew, in its own words, what belongs where. */
#include "tests/store/recount.h"
#include "tests/lib/cmocka.h"
#include "tests/store/staff.h"

#include <stdio.h>

#define MOST 64

void
recount_chats(struct fixture *f, int64_t agent, const int64_t *ids, size_t n)
{
	uint64_t chats = 0;

	for (size_t i = 0; i < n; i++) {
		struct conversation c = state_of(f, ids[i]);

		chats += c.agent == agent || c.offered == agent;
	}
	assert_int_equal(read_agent(f, agent).chats, chats);
}

/* ---- views --------------------------------------------------------------- */

static bool
with_people(const struct conversation *c)
{
	return c->status == STATUS_OPEN &&
	       (c->holder == HOLDER_QUEUE || c->holder == HOLDER_AGENT ||
		   c->holder == HOLDER_EMAIL);
}

static bool
in_view(const struct conversation *c, const struct list_ask *ask)
{
	switch (ask->view) {
	case VIEW_MINE:
		return with_people(c) &&
		       (c->agent == ask->agent || c->offered == ask->agent);
	case VIEW_QUEUE:
		return with_people(c) && c->holder == HOLDER_QUEUE;
	case VIEW_OPEN:
		return with_people(c);
	case VIEW_MAIL:
		return with_people(c) && c->holder == HOLDER_EMAIL;
	case VIEW_SNOOZED:
		return c->status == STATUS_SNOOZED;
	case VIEW_RESOLVED:
		return c->status == STATUS_RESOLVED;
	default:
		return c->holder == HOLDER_BOT && c->status == STATUS_PENDING;
	}
}

static bool
has_label(const struct list_row *row, struct str label)
{
	char quoted[80];
	int n = snprintf(quoted, sizeof(quoted), "\"%.*s\"", STR_FMT(label));

	return memmem(row->labels.p, row->labels.n, quoted, (size_t)n) != NULL;
}

static int64_t
place_of(const struct conversation *c, enum view view)
{
	if (view == VIEW_BOT)
		return 0;
	return view == VIEW_QUEUE ? -c->queued_at : c->last_at;
}

/* Is a listed before b? */
static bool
comes_before(
    const struct conversation *a, const struct conversation *b, enum view view)
{
	int64_t at_a = place_of(a, view), at_b = place_of(b, view);

	if (at_a != at_b)
		return at_a > at_b;
	return view == VIEW_QUEUE ? a->id < b->id : a->id > b->id;
}

static void
insert(struct conversation *sorted, size_t n, const struct conversation *c,
    enum view view)
{
	size_t at = n;

	for (; at > 0 && comes_before(c, &sorted[at - 1], view); at--)
		sorted[at] = sorted[at - 1];
	sorted[at] = *c;
}

static size_t
expect(struct fixture *f, const struct list_ask *ask, const int64_t *ids,
    size_t n, struct conversation *out)
{
	size_t found = 0;

	for (size_t i = 0; i < n; i++) {
		struct list_row row;

		must(store_read_row(
		    f->reader, ask->company, ids[i], &f->arena, &row));
		if (in_view(&row.c, ask) &&
		    (ask->team == 0 || row.c.team == ask->team) &&
		    (ask->label.n == 0 || has_label(&row, ask->label)))
			insert(out, found++, &row.c, ask->view);
	}
	return found;
}

void
recount_view(
    struct fixture *f, const struct list_ask *ask, const int64_t *ids, size_t n)
{
	struct conversation expected[MOST];
	struct list_row rows[MOST];
	size_t listed = MOST, count = expect(f, ask, ids, n, expected);

	must(
	    store_list_conversations(f->reader, ask, &f->arena, rows, &listed));
	assert_int_equal(listed, count);
	for (size_t i = 0; i < count; i++)
		assert_true(same_state(&rows[i].c, &expected[i]));
	arena_reset(&f->arena);
}

/* ---- for the desk and the workers ---------------------------------------- */

void
recount_handed(struct fixture *f, const int64_t *ids, size_t n)
{
	struct handed_row rows[MOST];
	size_t listed = MOST, at = 0;

	must(store_list_handed(f->reader, 0, &f->arena, rows, &listed));
	for (size_t i = 0; i < n; i++) {
		struct conversation c = state_of(f, ids[i]);

		if (c.holder != HOLDER_QUEUE && c.holder != HOLDER_AGENT)
			continue;
		assert_true(at < listed && same_state(&rows[at].c, &c));
		at++;
	}
	assert_int_equal(at, listed);
	arena_reset(&f->arena);
}

void
recount_pending(struct fixture *f, const int64_t *ids, size_t n)
{
	int64_t pending[MOST];
	size_t listed = MOST, at = 0;

	must(store_list_pending(f->reader, 0, pending, &listed));
	for (size_t i = 0; i < n; i++) {
		struct conversation c = state_of(f, ids[i]);
		int64_t due;

		if (!conversation_pending(&c) ||
		    (c.holder == HOLDER_EMAIL &&
			store_read_timer(f->reader, ids[i], TIMER_MAIL, &due) ==
			    OK))
			continue;
		assert_true(at < listed && pending[at] == c.id);
		at++;
	}
	assert_int_equal(at, listed);
}
