/*
 * seller_over: who is at a desk and may no longer be, or may something else
 * now. What ends a session in this process says so by a letter to each hub;
 * what another does, a command say, is in the audit, which is followed.
 */
#include "gateway/seller_room_inner.h"

#include <stdlib.h>

/* How often the audit is looked at. */
#define LOOK_MS 500
#define LINES_MAX 64u

/* ---- here -------------------------------------------------------------- */

struct ended_letter {
	struct mail mail;
	struct hub *hub;
	struct staff_ended ended;
};

static bool
is_ended(const struct seller_socket *s, const struct staff_ended *e)
{
	if (e->pass != 0)
		return s->who.pass == e->pass;
	return e->keys || s->who.kind == PASS_SESSION;
}

/* On the hub's thread. */
static void
close_ended(struct hub *h, const struct staff_ended *e)
{
	struct rooms *r = rooms_of(h);
	struct seller_room *room = r == NULL ? NULL : room_find(r, e->company);
	struct seller_socket *s, *next;

	for (s = room == NULL ? NULL : room->sockets; s != NULL; s = next) {
		next = s->next_room;
		if ((e->pass != 0 || s->who.agent == e->agent) &&
		    is_ended(s, e))
			ws_close(&s->ws, 1008, STR("session_over"));
	}
}

static void
ended_arrived(void *owner, struct mail *m)
{
	struct ended_letter *l = CONTAINER_OF(m, struct ended_letter, mail);

	close_ended(owner, &l->ended);
	hub_release(l->hub);
	free(l);
}

void
seller_room_ended(void *gateway, const struct staff_ended *e)
{
	struct gateway *g = gateway;
	struct ended_letter *l;
	unsigned i;

	for (i = 0; i < g->conf.hub_threads; i++) {
		l = calloc(1, sizeof(*l));
		if (l == NULL)
			return; /* each looks by itself with its next ping */
		*l = (struct ended_letter){
		    .mail.fn = ended_arrived, .hub = g->hubs[i], .ended = *e};
		hub_hold(l->hub);
		hub_post(l->hub, &l->mail);
	}
}

/* ---- by others --------------------------------------------------------- */

/* Deeds after which somebody may be let in no more, or may do less. */
static bool
matters(const struct audit_row *line)
{
	static const char *const deeds[] = {"agent.disable", "agent.enable",
	    "agent.change", "agent.end", "session.end", "logout", "key.end",
	    "password.change", "accept", "role.put", "role.end"};
	size_t i;

	for (i = 0; i < ARRAY_LEN(deeds); i++)
		if (str_eq(line->what, str_from(deeds[i])))
			return str_eq(line->outcome, STR("ok"));
	return false;
}

static void
look_at_all(struct rooms *r, struct seller_room *room)
{
	struct seller_socket *s, *next;

	staff_forget(hub_gateway(r->hub)->staff, room->company);
	for (s = room->sockets; s != NULL; s = next) {
		next = s->next_room;
		seller_look(s);
	}
}

static void
look_where_it_matters(struct rooms *r, const struct audit_row *lines, size_t n)
{
	struct seller_room *room;
	size_t i;

	for (room = r->first; room != NULL; room = room->next) {
		for (i = 0; i < n; i++)
			if (lines[i].company == room->company &&
			    matters(&lines[i]))
				break;
		if (i < n || r->look_at_all)
			look_at_all(r, room);
	}
	r->look_at_all = false;
}

void
over_begin(struct rooms *r)
{
	r->audit_seen = -1;
	r->look_at_all = true;
}

/* Where the store cannot be read it is asked the next time. */
void
over_step(struct rooms *r)
{
	struct arena *a = hub_arena(r->hub);
	struct audit_row *lines;
	size_t n = LINES_MAX;

	if (r->first == NULL || hub_now(r->hub) < r->look_at)
		return;
	r->look_at = hub_now(r->hub) + LOOK_MS;
	lines = arena_alloc(a, n * sizeof(*lines));
	if (lines == NULL || store_follow_audit(hub_store(r->hub),
				 &r->audit_seen, a, lines, &n) != OK)
		return;
	if (n == LINES_MAX)
		r->look_at = 0; /* there may be more */
	look_where_it_matters(r, lines, n);
}
