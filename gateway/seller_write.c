/*
 * seller_write: straight into a buffer, member by member; members that say
 * nothing are left out.
 */
#include "gateway/seller_write.h"
#include "core/json.h"
#include "core/utf8.h"

#define PREVIEW 200u /* characters of the newest message */

static void
add_string(struct buf *out, const char *before, struct str s)
{
	buf_str(out, before);
	buf_json(out, s);
}

static void
add_number(struct buf *out, const char *before, int64_t n)
{
	buf_str(out, before);
	buf_i64(out, n);
}

static void
may_number(struct buf *out, const char *before, int64_t n)
{
	if (n != 0)
		add_number(out, before, n);
}

static void
may_mark(struct buf *out, const char *text, bool on)
{
	if (on)
		buf_str(out, text);
}

static void
begin(struct buf *out, const char *type, int64_t conversation)
{
	buf_str(out, "{\"type\":\"");
	buf_str(out, type);
	buf_str(out, "\",\"conversation\":");
	buf_i64(out, conversation);
}

/* ---- of a watched conversation ------------------------------------------- */

void
seller_write_event(struct buf *out, int64_t conversation, struct str object)
{
	begin(out, "event", conversation);
	buf_str(out, ",\"event\":");
	buf_add(out, object.p, object.n);
	buf_char(out, '}');
}

void
seller_write_typing(
    struct buf *out, int64_t conversation, struct str who, bool on)
{
	const char *space = memchr(who.p, ' ', who.n);
	struct str word = {
	    who.p, space == NULL ? who.n : (size_t)(space - who.p)};

	begin(out, "typing", conversation);
	add_string(out, ",\"author\":", word);
	if (space != NULL) {
		buf_str(out, ",\"agent\":");
		buf_add(out, space + 1, who.n - word.n - 1);
	}
	buf_str(out, on ? ",\"on\":true}" : ",\"on\":false}");
}

void
seller_write_seen(
    struct buf *out, int64_t conversation, enum author side, uint64_t seq)
{
	begin(out, "seen", conversation);
	buf_str(out, ",\"author\":\"");
	buf_str(out, side == AUTHOR_CUSTOMER ? "customer" : "company");
	buf_str(out, "\",\"seq\":");
	buf_u64(out, seq);
	buf_char(out, '}');
}

void
seller_write_draft(struct buf *out, int64_t conversation, struct str frame)
{
	static const struct str head = {"{\"type\":\"draft\"", 15};

	if (frame.n < head.n || memcmp(frame.p, head.p, head.n) != 0) {
		out->failed = true;
		return;
	}
	begin(out, "draft", conversation);
	buf_add(out, frame.p + head.n, frame.n - head.n);
}

/* ---- rows ---------------------------------------------------------------- */

static void
add_text_of(struct buf *out, struct str body)
{
	json_t *root = json_read(body);
	const json_t *text = json_object_get(root, "text");

	if (json_is_string(text))
		add_string(out,
		    ",\"text\":", utf8_prefix(json_text_of(text), PREVIEW));
	json_decref(root);
}

static void
add_message(struct buf *out, const struct event *e)
{
	if (e->seq == 0)
		return;
	add_number(out, ",\"message\":{\"seq\":", (int64_t)e->seq);
	add_string(out, ",\"author\":", str_from(author_name(e->author)));
	may_number(out, ",\"agent\":", e->author_id);
	add_number(out, ",\"at\":", e->at);
	add_text_of(out, e->body);
	buf_char(out, '}');
}

static void
add_breached(struct buf *out, uint64_t bits)
{
	unsigned k, n = 0;

	for (k = 0; k < TIMER_KINDS; k++)
		if ((bits >> k & 1) != 0)
			buf_addf(out, "%s\"%s\"",
			    n++ == 0 ? ",\"breached\":[" : ",",
			    timer_kind_name((enum timer_kind)k));
	if (n > 0)
		buf_char(out, ']');
}

/* Who has it; also of acks and refusals. */
static void
add_holder(struct buf *out, const struct conversation *c)
{
	add_string(out, ",\"status\":", str_from(status_name(c->status)));
	add_string(out, ",\"holder\":", str_from(holder_name(c->holder)));
	may_number(out, ",\"agent\":", c->agent);
}

static void
add_line(struct buf *out, const struct conversation *c,
    const struct company *company)
{
	const struct company_team *team = company_team_of(company, c->team);

	may_number(out, ",\"offered\":", c->offered);
	may_number(out, ",\"wanted\":", c->wanted);
	if (team != NULL)
		add_string(out, ",\"team\":", team->key);
	may_number(out, ",\"priority\":", (int64_t)c->priority);
	may_mark(out, ",\"front\":true", c->front);
	may_mark(out, ",\"gone\":true", c->gone);
	add_breached(out, c->breached);
	add_number(out, ",\"opened_at\":", c->opened_at);
	add_number(out, ",\"last_at\":", c->last_at);
	may_number(out, ",\"queued_at\":", c->queued_at);
	may_number(out, ",\"waiting_at\":", c->waiting_at);
	may_number(out, ",\"snoozed_until\":", c->snoozed_until);
}

static void
add_contact(struct buf *out, const struct contact_row *contact)
{
	add_number(out, ",\"contact\":{\"id\":", contact->id);
	buf_member(out, "user", contact->external_id);
	buf_member(out, "name", contact->name);
	buf_member(out, "email", contact->email);
	buf_char(out, '}');
}

void
seller_write_row(
    struct buf *out, const struct company *company, const struct list_row *row)
{
	const struct conversation *c = &row->c;

	add_number(out, "{\"id\":", c->id);
	add_number(out, ",\"seq\":", (int64_t)c->seq);
	add_holder(out, c);
	add_line(out, c, company);
	add_contact(out, &row->contact);
	add_string(out, ",\"channel\":", row->reach.channel);
	buf_member(out, "account", row->reach.account);
	add_message(out, &row->spoken);
	add_number(
	    out, ",\"seen\":{\"customer\":", (int64_t)row->seen.customer);
	add_number(out, ",\"company\":", (int64_t)row->seen.company);
	buf_char(out, '}');
	/* Who answered, by whatever way, has read what they answer. */
	may_mark(out, ",\"unread\":true",
	    c->last_customer_seq > row->seen.company &&
		c->last_customer_seq > c->agent_seq);
	buf_str(out, ",\"labels\":");
	if (row->labels.n > 0)
		buf_add(out, row->labels.p, row->labels.n);
	else
		buf_str(out, "[]");
	buf_char(out, '}');
}

/* ---- lists --------------------------------------------------------------- */

bool
seller_in_view(const struct conversation *c, enum view view, int64_t agent)
{
	bool ended = c->status == STATUS_RESOLVED;
	bool put_off = c->status == STATUS_SNOOZED;
	bool open = !ended && !put_off && c->holder != HOLDER_BOT &&
		    c->holder != HOLDER_NOBODY;
	const bool in[VIEWS] = {
	    [VIEW_MINE] = open && handoff_counts(c, agent) != 0,
	    [VIEW_QUEUE] = open && c->holder == HOLDER_QUEUE,
	    [VIEW_OPEN] = open,
	    [VIEW_MAIL] = open && c->holder == HOLDER_EMAIL,
	    [VIEW_SNOOZED] = put_off,
	    [VIEW_RESOLVED] = ended,
	    [VIEW_BOT] = !ended && !put_off && c->holder == HOLDER_BOT,
	};

	return (unsigned)view < VIEWS && in[view];
}

/* "queue-1790000000000-7": of that list, and no other. */
void
seller_write_cursor(
    struct buf *out, enum view view, const struct conversation *last)
{
	buf_str(out, view_name(view));
	buf_char(out, '-');
	buf_i64(out, view == VIEW_QUEUE ? last->queued_at : last->last_at);
	buf_char(out, '-');
	buf_i64(out, last->id);
}

/* What stands before the next dash; .p NULL: there is none. */
static struct str
cut_at_dash(struct str *text)
{
	const char *dash = text->n == 0 ? NULL : memchr(text->p, '-', text->n);
	struct str head = {0};

	if (dash == NULL)
		return head;
	head = (struct str){text->p, (size_t)(dash - text->p)};
	text->p += head.n + 1;
	text->n -= head.n + 1;
	return head;
}

bool
seller_cursor_read(struct str text, struct list_ask *ask)
{
	struct str id = text, view = cut_at_dash(&id), at = cut_at_dash(&id);
	uint64_t n[2];

	if (!str_eq(view, str_from(view_name(ask->view))) ||
	    !str_to_u64(at, INT64_MAX, &n[0]) ||
	    !str_to_u64(id, INT64_MAX, &n[1]))
		return false;
	ask->at = (int64_t)n[0];
	ask->id = (int64_t)n[1];
	return true;
}

void
seller_write_counts(
    struct buf *out, const uint64_t counts[VIEWS], enum view from)
{
	unsigned v;

	for (v = from; v < VIEWS; v++)
		buf_addf(out, "%s\"%s\":%llu", v == from ? "" : ",",
		    view_name((enum view)v), (unsigned long long)counts[v]);
}

void
seller_write_colleague(struct buf *out, const struct agent_row *row)
{
	add_number(out, "\"agent\":", row->id);
	add_string(out, ",\"name\":", row->name);
	buf_str(out, row->online ? ",\"online\":true" : ",\"online\":false");
	buf_str(out, row->away ? ",\"away\":true" : ",\"away\":false");
}

/* ---- what came of an act ------------------------------------------------- */

void
seller_write_ack(struct buf *out, const struct seller_ack *ack, bool frame)
{
	buf_str(out, frame ? "{\"type\":\"ack\"," : "{");
	if (ack->id.n > 0) {
		add_string(out, "\"id\":", ack->id);
		buf_char(out, ',');
	}
	add_number(out, "\"conversation\":", ack->is->id);
	add_number(out, ",\"seq\":", (int64_t)ack->seq);
	add_number(out, ",\"at\":", ack->at);
	may_mark(out, ",\"duplicate\":true", ack->duplicate);
	add_holder(out, ack->is);
	buf_char(out, '}');
}

const struct fault_row *
seller_act_row(enum act_refusal r)
{
	static const struct fault_row rows[ACT_REFUSALS] = {
	    [ACT_FINE] = {"fine", "No fault", 200, 0},
	    [ACT_IS_OVER] = {"over", "The offer is gone", 409, 0},
	    [ACT_IS_HELD] = {"held", "Another has it", 409, 0},
	    [ACT_NOT_YOURS] = {"not_yours", "You do not have it", 409, 0},
	    [ACT_SPOKEN] = {"spoken", "Others have said more", 409, 0},
	    [ACT_IS_RESOLVED] = {"resolved", "It has ended", 409, 0},
	    [ACT_IS_FULL] = {"full", "They have as many as they may", 409, 0},
	    [ACT_NOT_WAITING] = {"not_waiting", "It does not wait", 409, 0},
	    [ACT_NOBODY] = {"nobody", "There is nobody it could go to", 409, 0},
	    [ACT_FORBIDDEN] = {"forbidden", "That takes another right", 403, 0},
	    [ACT_NO_CHANGE] = {"no_change", "It is so already", 409, 0},
	    [ACT_MALFORMED] = {"malformed", "That cannot be", 400, 0},
	};

	return &rows[(unsigned)r < ACT_REFUSALS ? r : ACT_MALFORMED];
}

const struct fault_row seller_channel_row = {
    "channel", "The channel does not take it", 422, 0};

static void
add_json(struct buf *out, const char *before, struct str json)
{
	if (json.n == 0)
		return;
	buf_str(out, before);
	buf_add(out, json.p, json.n);
}

static void
add_refusal(struct buf *out, const struct seller_refusal *r)
{
	add_string(out, ",\"code\":", str_from(r->row->code));
	add_string(out, ",\"title\":", str_from(r->row->title));
	buf_member(out, "detail", r->detail);
	buf_member(out, "id", r->id);
	may_number(out, ",\"conversation\":", r->conversation);
	/* Not its status: a problem has one of its own. */
	if (r->is != NULL) {
		add_string(
		    out, ",\"holder\":", str_from(holder_name(r->is->holder)));
		may_number(out, ",\"agent\":", r->is->agent);
		buf_member(out, "name", r->name);
	}
	add_json(out, ",\"events\":", r->events);
	add_json(out, ",\"faults\":", r->faults);
	buf_char(out, '}');
}

void
seller_write_error(struct buf *out, const struct seller_refusal *r)
{
	buf_str(out, "{\"type\":\"error\"");
	add_refusal(out, r);
}

void
seller_write_problem(struct buf *out, const struct seller_refusal *r)
{
	buf_str(out, "{\"type\":\"urn:frontdesk:fault:");
	buf_str(out, r->row->code);
	add_number(out, "\",\"status\":", r->row->http_status);
	add_refusal(out, r);
}
