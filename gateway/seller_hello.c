/*
 * seller_hello: from an open WebSocket to a seller at their desk; and whether
 * they still may be there.
 */
#include "gateway/presence.h"
#include "gateway/seller_room.h"
#include "gateway/seller_socket.h"

#define STAFF_PAGE 100u
#define STAFF_MAX 2000u

/* ---- the welcome --------------------------------------------------------- */

static void
add_string(struct buf *out, const char *before, struct str s)
{
	buf_str(out, before);
	buf_json(out, s);
}

static void
write_teams(struct buf *out, const struct company *company)
{
	size_t i;

	buf_str(out, ",\"teams\":[");
	for (i = 0; i < company->team_count; i++) {
		add_string(out,
		    i == 0 ? "{\"key\":" : ",{\"key\":", company->teams[i].key);
		add_string(out, ",\"name\":", company->teams[i].name);
		buf_char(out, '}');
	}
	buf_char(out, ']');
}

/* Who works there; those who may not log in are not shown. */
static enum err
write_staff(struct seller_socket *s, struct buf *out)
{
	struct seller_ask ask = seller_ask(s);
	struct agents_ask which = {.company = s->who.company};
	struct agent_row *page = arena_alloc(
	    ask.arena, STAFF_PAGE * sizeof(*page));
	size_t n = STAFF_PAGE, i, told = 0;
	enum err e = page == NULL ? E_NOMEM : OK;

	buf_str(out, ",\"staff\":[");
	while (e == OK && n == STAFF_PAGE && told < STAFF_MAX) {
		e = store_list_agents(ask.reader, &which, ask.arena, page, &n);
		for (i = 0; e == OK && i < n; i++) {
			which.after = page[i].id;
			if (page[i].state != AGENT_ACTIVE)
				continue;
			buf_str(out, told++ == 0 ? "{" : ",{");
			seller_write_colleague(out, &page[i]);
			buf_char(out, '}');
		}
	}
	buf_char(out, ']');
	return e;
}

static enum err
write_self(struct seller_socket *s, struct buf *out)
{
	struct seller_ask ask = seller_ask(s);
	struct agent_row row = {0};
	enum err e = OK;

	if (s->who.agent != 0)
		e = store_read_agent(ask.reader, s->who.agent, ask.arena, &row);
	buf_addf(out, "{\"type\":\"welcome\",\"agent\":{\"id\":%lld,\"name\":",
	    (long long)s->who.agent);
	buf_json(out, str_from(s->who.name));
	buf_str(out, row.away ? ",\"away\":true}" : ",\"away\":false}");
	return e;
}

static enum err
write_counts(struct seller_socket *s, struct buf *out)
{
	uint64_t counts[VIEWS];
	enum err e = store_count_views(
	    hub_store(s->ws.hub), s->who.company, s->who.agent, counts);

	if (e != OK)
		return e;
	buf_str(out, ",\"counts\":{");
	seller_write_counts(out, counts, VIEW_MINE);
	buf_char(out, '}');
	return OK;
}

static enum err
write_welcome(
    struct seller_socket *s, const struct company *company, struct buf *out)
{
	enum err e = write_self(s, out);

	add_string(out, ",\"company\":{\"key\":", company->key);
	add_string(out, ",\"name\":", company->name);
	add_string(out, "},\"role\":", str_from(s->who.role));
	buf_str(out, ",\"permissions\":");
	permissions_write(out, s->who.permissions);
	if (e == OK)
		e = write_counts(s, out);
	write_teams(out, company);
	if (e == OK)
		e = write_staff(s, out);
	buf_addf(out, ",\"limits\":{\"frame\":%u,\"watch\":%u}}", HTTP_BODY_MAX,
	    SELLER_WATCH_MAX);
	return e;
}

/* ---- lists --------------------------------------------------------------- */

/* True: it is with the seller, and page was read. */
static bool
send_list(struct seller_socket *s, const char *which, struct list_ask *list,
    size_t limit, struct seller_page *page)
{
	const struct seller_follow *f = &s->follow;
	struct seller_ask ask = seller_ask(s);
	struct buf *text = hub_text(s->ws.hub);
	struct company *company = NULL;
	size_t i;

	if (company_cache_by_id(
		ask.gateway->companies, s->who.company, &company) != OK ||
	    seller_page_read(&ask, list, limit, page) != OK) {
		company_unref(company);
		ws_close(&s->ws, 1013, STR("the store cannot be read"));
		return false;
	}
	buf_addf(text, "{\"type\":\"view\",\"list\":\"%s\",\"view\":\"%s\",",
	    which, view_name(list->view));
	if (list->team != 0)
		add_string(text, "\"team\":", str_from(f->team));
	if (list->team != 0)
		buf_char(text, ',');
	if (list->label.n > 0)
		add_string(text, "\"label\":", list->label);
	if (list->label.n > 0)
		buf_char(text, ',');
	seller_page_write(text, company, page);
	buf_char(text, '}');
	company_unref(company);
	seller_send_text(s, text);
	for (i = 0; i < page->n && !s->stale; i++)
		if (!seller_room_shows(s, page->rows[i].c.id))
			break;
	return s->ws.state == WS_OPEN;
}

void
seller_send_view(struct seller_socket *s)
{
	struct list_ask list = s->follow.list;
	struct seller_page page;

	if (s->follow.on)
		(void)send_list(s, "view", &list, s->follow.limit, &page);
}

static void
send_mine(struct seller_socket *s, bool is_new)
{
	struct list_ask mine = {.view = VIEW_MINE};
	struct seller_page page;

	if (s->who.agent != 0 &&
	    send_list(s, "mine", &mine, SELLER_VIEW_MAX, &page))
		seller_room_offers(s, &page, is_new);
}

void
seller_send_lists(struct seller_socket *s)
{
	seller_room_forget(s);
	send_mine(s, false);
	if (s->ws.state == WS_OPEN)
		seller_send_view(s);
}

/* ---- hello --------------------------------------------------------------- */

static void
close_unreadable(struct seller_socket *s)
{
	ws_close(&s->ws, 1013, STR("the store cannot be read"));
}

/*
 * To be there, for colleagues and for offers; a key of the company's own is
 * nobody, and only counted.
 */
static enum err
be_present(struct seller_socket *s)
{
	enum err e;

	s->present_as = s->who.agent != 0 ? s->who.agent : -s->who.pass;
	e = presence_enter(seller_gateway(s)->presence, s->present_as);
	s->is_present = e == OK;
	return e;
}

static void
begin(struct seller_socket *s, const struct company *company,
    const struct seller_frame *f)
{
	struct buf *text = hub_text(s->ws.hub);
	enum err e = write_welcome(s, company, text);

	if (e != OK) {
		close_unreadable(s);
		return;
	}
	s->said_hello = true;
	ws_expect(&s->ws, WS_DUE_HELLO, 0);
	seller_send_text(s, text);
	if (s->who.agent != 0 && f->away != SAID_NOTHING)
		presence_set_away(seller_gateway(s)->presence, s->who.agent,
		    f->away == SAID_YES);
	if (seller_room_enter(s) != OK)
		ws_close(&s->ws, 1011, STR("no memory"));
	else
		send_mine(s, true);
}

/*
 * There is room for one more of theirs, and they do not knock all the time: a
 * welcome is long.
 */
static bool
may_come(struct seller_socket *s, struct frame_error *error)
{
	enum err e;

	if (!seller_may_speak(seller_gateway(s), &s->who, false, error))
		return false;
	e = be_present(s);
	if (e == OK)
		return true;
	error->code = e == E_LIMIT ? FAULT_TOO_MANY : FAULT_BUSY;
	error->detail = e == E_LIMIT ? STR("you have 32 WebSockets; close some")
				     : STR("no memory; try again");
	return false;
}

static bool
is_let_in(struct seller_socket *s, const struct seller_frame *f,
    struct frame_error *error)
{
	struct staff *staff = seller_gateway(s)->staff;

	/* What was shown with the request may have ended meanwhile. */
	if (s->is_known)
		return staff_look(staff, &s->who) != E_DENIED ||
		       staff_refuse(error, STAFF_NOT_LOGGED_IN,
			   "the session has ended; log in again");
	if (f->key.n == 0)
		return staff_refuse(error, STAFF_NOT_LOGGED_IN,
		    "log in first, or bring a key of the API in hello");
	s->is_known = staff_by_key(staff, f->key, &s->who, error) &&
		      staff_may(staff, &s->who, MAY_ANSWER, error);
	return s->is_known;
}

void
seller_hello(struct seller_socket *s, const struct seller_frame *f)
{
	struct frame_error error = {0};
	struct company *company = NULL;

	if (!is_let_in(s, f, &error)) {
		seller_send_fault(s, &error);
		ws_close(&s->ws, 1008, STR("not let in"));
		return;
	}
	if (!may_come(s, &error)) {
		seller_send_fault(s, &error);
		ws_close(&s->ws, 1013, STR("too_many"));
		return;
	}
	if (company_cache_by_id(
		seller_gateway(s)->companies, s->who.company, &company) == OK)
		begin(s, company, f);
	else
		close_unreadable(s);
	company_unref(company);
}

/* Where it cannot be known now, the next ping asks again. */
void
seller_look(struct seller_socket *s)
{
	unsigned before = s->who.permissions;
	enum err e = staff_look(seller_gateway(s)->staff, &s->who);

	if (e == E_DENIED || (e == OK && s->who.permissions != before))
		ws_close(&s->ws, 1008, STR("session_over"));
}
