/*
 * seller_socket: a seller on a WebSocket. First hello, then frames. What is
 * done is answered when it is on disk; at most SELLER_UNDER_WAY at once, and
 * then no more is read.
 */
#include "gateway/seller_socket.h"
#include "gateway/presence.h"
#include "gateway/seller_room.h"
#include "gateway/visitor.h"
#include "gateway/ws_connect.h"

#include <stdlib.h>

/* Refused so often in a row, a client does not listen; it is sent away. */
#define REFUSED_MAX 100u

static struct seller_socket *
of_ws(struct ws *w)
{
	return CONTAINER_OF(w, struct seller_socket, ws);
}

struct gateway *
seller_gateway(const struct seller_socket *s)
{
	return hub_gateway(s->ws.hub);
}

struct seller_ask
seller_ask(const struct seller_socket *s)
{
	return (struct seller_ask){.gateway = seller_gateway(s),
	    .reader = hub_store(s->ws.hub),
	    .arena = hub_arena(s->ws.hub),
	    .who = &s->who};
}

/* ---- what goes out ----------------------------------------------------- */

void
seller_send_text(struct seller_socket *s, const struct buf *text)
{
	if (text->failed)
		ws_close(&s->ws, 1011, STR("no memory"));
	else
		ws_send_text(&s->ws, buf_view(text));
}

void
seller_send_refusal(struct seller_socket *s, const struct seller_refusal *no)
{
	struct buf *text = hub_text(s->ws.hub);

	seller_write_error(text, no);
	seller_send_text(s, text);
}

void
seller_send_fault(struct seller_socket *s, const struct frame_error *error)
{
	const struct fault_row *row = fault_row_of(error);
	const struct seller_refusal no = seller_fault_refusal(error);

	seller_send_refusal(s, &no);
	if (row->close_code != 0)
		ws_close(
		    &s->ws, (uint16_t)row->close_code, str_from(row->code));
}

/* Too fast: it is told so, and when it does not listen, sent away. */
static bool
may_speak(struct seller_socket *s, bool message, struct str id)
{
	struct frame_error error = {.id = id};

	if (seller_may_speak(seller_gateway(s), &s->who, message, &error)) {
		s->refused = 0;
		return true;
	}
	seller_send_fault(s, &error);
	if (++s->refused >= REFUSED_MAX)
		ws_close(&s->ws, 1008, STR("too_many"));
	return false;
}

/* ---- what is followed -------------------------------------------------- */

static struct seller_watch *
of_watcher(struct watcher *w)
{
	return CONTAINER_OF(w, struct seller_watch, watcher);
}

static enum err
deliver(struct watcher *w, struct piece *frame, uint64_t seq)
{
	(void)seq;
	ws_send(&of_watcher(w)->socket->ws, frame);
	return OK;
}

static bool
has_room(struct watcher *w)
{
	return ws_has_room(&of_watcher(w)->socket->ws);
}

static void
dropped(struct watcher *w, const char *why)
{
	struct seller_socket *s = of_watcher(w)->socket;
	struct buf *text = hub_text(s->ws.hub);

	buf_addf(text, "{\"type\":\"unwatched\",\"conversation\":%lld,",
	    (long long)w->conversation);
	buf_str(text, "\"reason\":");
	buf_json(text, str_from(why));
	buf_char(text, '}');
	seller_send_text(s, text);
}

static const struct watcher_kind watcher_kind = {
    .deliver = deliver,
    .has_room = has_room,
    .dropped = dropped,
};

struct seller_socket *
seller_of_watcher(struct watcher *w)
{
	return w->kind == &watcher_kind ? of_watcher(w)->socket : NULL;
}

/* That conversation's place, or a free one; NULL: there is none. */
static struct seller_watch *
find_watch(struct seller_socket *s, int64_t conversation)
{
	struct seller_watch *free_one = NULL;
	unsigned i;

	for (i = 0; s->watches != NULL && i < SELLER_WATCH_MAX; i++) {
		struct watcher *w = &s->watches[i].watcher;

		if (w->state == WATCH_NOT)
			free_one = &s->watches[i];
		else if (w->conversation == conversation)
			return &s->watches[i];
	}
	return free_one;
}

static void
unwatch_all(struct seller_socket *s)
{
	unsigned i;

	for (i = 0; s->watches != NULL && i < SELLER_WATCH_MAX; i++)
		hub_unwatch(s->ws.hub, &s->watches[i].watcher);
}

static void
begin_watch(struct seller_socket *s, struct seller_watch *place,
    const struct conversation *c, uint64_t after)
{
	hub_unwatch(s->ws.hub, &place->watcher);
	*place = (struct seller_watch){.socket = s,
	    .watcher = {.kind = &watcher_kind,
		.audience = AUDIENCE_STAFF,
		.conversation = c->id,
		.seq = visitor_after(after, c->seq),
		.origin = s->origin}};
	hub_watch(s->ws.hub, &place->watcher);
}

static void
on_watch(struct seller_socket *s, const struct seller_frame *f)
{
	const struct frame_error full = {.code = FAULT_TOO_MANY,
	    .detail = STR("unwatch another first: 64 are followed")};
	const struct seller_ask ask = seller_ask(s);
	struct seller_refusal no = {0};
	struct seller_watch *place;
	struct conversation c;

	if (!seller_conversation(&ask, (int64_t)f->conversation, &c, &no)) {
		seller_send_refusal(s, &no);
		return;
	}
	if (s->watches == NULL)
		s->watches = calloc(SELLER_WATCH_MAX, sizeof(*s->watches));
	if (s->watches == NULL) {
		ws_close(&s->ws, 1011, STR("no memory"));
		return;
	}
	place = find_watch(s, c.id);
	if (place == NULL)
		seller_send_fault(s, &full);
	else
		begin_watch(s, place, &c, f->after);
}

static void
on_unwatch(struct seller_socket *s, const struct seller_frame *f)
{
	struct seller_watch *place = find_watch(s, (int64_t)f->conversation);

	if (place != NULL)
		hub_unwatch(s->ws.hub, &place->watcher);
}

static void
follow(struct seller_socket *s, const struct seller_frame *f,
    const struct seller_list *words, const struct list_ask *list)
{
	struct seller_follow *to = &s->follow;

	seller_room_follows(s, to->on ? to->list.view : VIEWS,
	    f->view.n > 0 ? list->view : VIEWS);
	*to = (struct seller_follow){.on = f->view.n > 0,
	    .list = *list,
	    .limit = seller_list_limit(words)};
	memcpy(to->label, f->label.p == NULL ? "" : f->label.p, f->label.n);
	memcpy(to->team, f->team.p == NULL ? "" : f->team.p, f->team.n);
	to->list.label = str_from(to->label);
}

static void
on_view(struct seller_socket *s, const struct seller_frame *f)
{
	const struct seller_list words = {.view = f->view,
	    .team = f->team,
	    .label = f->label,
	    .limit = f->limit};
	struct frame_error error = {.code = FAULT_BAD_FRAME};
	struct company *company = NULL;
	struct list_ask list;
	enum err e = company_cache_by_id(
	    seller_gateway(s)->companies, s->who.company, &company);

	if (e != OK) {
		error.code = fault_of_err(e);
		seller_send_fault(s, &error);
	} else if (f->label.n >= sizeof(s->follow.label) ||
		   f->team.n >= sizeof(s->follow.team)) {
		error.detail = STR("label or team is too long");
		seller_send_fault(s, &error);
	} else if (!seller_list_ask(&words, company, &list, &error)) {
		seller_send_fault(s, &error);
	} else {
		follow(s, f, &words, &list);
		seller_send_view(s);
	}
	company_unref(company);
}

/* ---- what is done ------------------------------------------------------ */

/* On the store's thread. */
static void
send_home(struct seller_op *o)
{
	struct seller_socket *s = o->owner;

	hub_post(s->ws.hub, &o->mail);
}

static void
resume(struct seller_socket *s)
{
	if (s->under_way <= SELLER_UNDER_WAY / 2)
		ws_resume(&s->ws);
}

static void
came_home(struct seller_socket *s)
{
	struct hub *h = s->ws.hub;

	s->under_way--;
	resume(s);
	ws_unref(&s->ws);
	hub_release(h);
}

static void
answer(struct seller_socket *s, const struct seller_op *o)
{
	const struct seller_ask ask = seller_ask(s);
	struct seller_refusal no;
	struct seller_ack ack;
	struct buf *text;

	if (o->op.verb == STORE_SEEN && o->op.err == OK)
		return;
	if (o->op.verb == STORE_SEEN) {
		no = seller_store_refusal(o->op.err);
		seller_send_refusal(s, &no);
	} else if (seller_op_answer(o, &ask, &ack, &no)) {
		text = hub_text(s->ws.hub);
		seller_write_ack(text, &ack, true);
		seller_send_text(s, text);
	} else {
		seller_send_refusal(s, &no);
	}
}

/* On the hub's thread. */
static void
home(void *hub, struct mail *m)
{
	struct seller_op *o = CONTAINER_OF(m, struct seller_op, mail);
	struct seller_socket *s = o->owner;

	(void)hub;
	if (s->ws.state == WS_OPEN)
		answer(s, o);
	seller_op_free(o);
	came_home(s);
}

/* Takes o; NULL: `no` says why there is none. */
static void
submit(struct seller_socket *s, struct seller_op *o, struct seller_refusal *no)
{
	enum err e;

	if (o == NULL) {
		seller_send_refusal(s, no);
		return;
	}
	o->owner = s;
	o->finish = send_home;
	o->mail.fn = home;
	hub_hold(s->ws.hub);
	ws_ref(&s->ws);
	s->under_way++;
	e = seller_op_submit(o);
	if (e == OK)
		return;
	*no = seller_store_refusal(e);
	no->id = o->id;
	seller_send_refusal(s, no);
	seller_op_free(o);
	came_home(s);
}

static void
on_deed(struct seller_socket *s, const struct seller_frame *f)
{
	const struct seller_ask ask = seller_ask(s);
	struct frame_error error = {.id = f->id};
	struct seller_refusal no = {0};

	if (!may_speak(s, f->deed->type != NULL, f->id))
		return;
	if (staff_may(
		seller_gateway(s)->staff, &s->who, f->deed->permission, &error))
		submit(s, seller_op_new(&ask, f, &no), &no);
	else
		seller_send_fault(s, &error);
}

static void
on_seen(struct seller_socket *s, const struct seller_frame *f)
{
	const struct seller_ask ask = seller_ask(s);
	struct seller_refusal no = {0};

	submit(s, seller_op_seen(&ask, f, &no), &no);
}

static void
on_typing(struct seller_socket *s, const struct seller_frame *f)
{
	const struct seller_ask ask = seller_ask(s);
	struct seller_refusal no = {0};
	struct conversation c;

	if (!seller_conversation(&ask, (int64_t)f->conversation, &c, &no)) {
		seller_send_refusal(s, &no);
		return;
	}
	seller_types(&ask, &c, f->on, s->origin);
	hub_publish(s->ws.hub);
}

static void
on_presence(struct seller_socket *s, const struct seller_frame *f)
{
	if (s->is_present && s->who.agent != 0)
		presence_set_away(seller_gateway(s)->presence, s->who.agent,
		    f->away == SAID_YES);
}

static void
on_ping(struct seller_socket *s, const struct seller_frame *f)
{
	(void)f;
	ws_send_text(&s->ws, STR("{\"type\":\"pong\"}"));
}

static void
on_hello(struct seller_socket *s, const struct seller_frame *f)
{
	const struct frame_error error = {.code = FAULT_HELLO_AGAIN,
	    .detail = STR("hello comes once, as the first frame")};

	if (s->said_hello)
		seller_send_fault(s, &error);
	else
		seller_hello(s, f);
}

/* Acts have a limit of their own. */
static const struct {
	void (*fn)(struct seller_socket *s, const struct seller_frame *f);
	bool counts;
} on_frame[SELLER_TYPES] = {
    [SELLER_HELLO] = {on_hello, false},
    [SELLER_WATCH] = {on_watch, true},
    [SELLER_UNWATCH] = {on_unwatch, true},
    [SELLER_VIEW] = {on_view, true},
    [SELLER_TYPING] = {on_typing, true},
    [SELLER_SEEN] = {on_seen, true},
    [SELLER_DEED] = {on_deed, false},
    [SELLER_PRESENCE] = {on_presence, true},
    [SELLER_PING] = {on_ping, true},
};

/* ---- the WebSocket ----------------------------------------------------- */

/* Faulty frames cost work too. */
static void
on_fault(struct seller_socket *s, const struct frame_error *error)
{
	if (!s->said_hello || may_speak(s, false, error->id))
		seller_send_fault(s, error);
	if (!s->said_hello && ++s->refused >= REFUSED_MAX)
		ws_close(&s->ws, 1008, STR("too_many"));
}

static void
message(struct ws *w, enum ws_what what, struct str payload)
{
	struct seller_socket *s = of_ws(w);
	struct frame_error error = {.code = FAULT_NOT_BINARY,
	    .detail = STR("send frames as text messages")};
	struct seller_frame f;

	if (what == WS_BINARY) {
		seller_send_fault(s, &error);
		return;
	}
	if (!seller_frame_read(payload, hub_arena(w->hub), &f, &error)) {
		on_fault(s, &error);
		return;
	}
	if (!s->said_hello && f.type != SELLER_HELLO) {
		error.code = FAULT_NO_HELLO;
		error.detail = STR("the first frame must be hello");
		seller_send_fault(s, &error);
		return;
	}
	if (on_frame[f.type].counts && !may_speak(s, false, STR("")))
		return;
	on_frame[f.type].fn(s, &f);
	if (s->under_way >= SELLER_UNDER_WAY)
		ws_pause(w);
}

static void
room(struct ws *w)
{
	struct seller_socket *s = of_ws(w);
	unsigned i;

	for (i = 0; s->watches != NULL && i < SELLER_WATCH_MAX; i++)
		hub_resume(w->hub, &s->watches[i].watcher);
}

static void
no_hello(struct ws *w)
{
	const struct frame_error error = {.code = FAULT_TOO_SLOW,
	    .detail = STR("hello did not come in time")};

	seller_send_fault(of_ws(w), &error);
}

static void
pinged(struct ws *w)
{
	struct seller_socket *s = of_ws(w);
	unsigned i;

	for (i = 0; s->watches != NULL && i < SELLER_WATCH_MAX; i++)
		hub_check(w->hub, &s->watches[i].watcher);
	presence_retry(seller_gateway(s)->presence);
	if (s->said_hello)
		seller_look(s);
}

static void
ended(struct ws *w)
{
	struct seller_socket *s = of_ws(w);

	unwatch_all(s);
	seller_room_leave(s);
	if (s->is_present)
		presence_leave(seller_gateway(s)->presence, s->present_as);
	s->is_present = false;
}

static void
freed(struct ws *w)
{
	struct seller_socket *s = of_ws(w);

	ws_dismiss(seller_gateway(s), &s->from);
	idmap_free(&s->shown);
	free(s->watches);
	free(s);
}

const struct ws_kind seller_ws = {
    .name = "seller",
    .limits = {.message_max = HTTP_BODY_MAX, .fragments_max = 1024},
    .keeps_time = true,
    .message = message,
    .room = room,
    .no_hello = no_hello,
    .pinged = pinged,
    .ended = ended,
    .freed = freed,
};
