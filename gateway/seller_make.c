/*
 * seller_make: from a frame to an act of core/handoff.h, with all that goes
 * with it: the rows that carry what is said, the text that customers are told
 * by itself, the company's policy.
 */
#include "gateway/seller_op.h"
#include "core/theirs.h"
#include "intake/handover.h"
#include "intake/outgoing.h"

#include <stdlib.h>

static struct seller_refusal
refusal(const struct fault_row *row, const char *detail)
{
	return (struct seller_refusal){.row = row, .detail = str_from(detail)};
}

/* ---- making -------------------------------------------------------------- */

/* One op while it is made. */
struct making {
	const struct seller_ask *ask;
	const struct seller_frame *f;
	struct seller_op *o;
	struct reach reach;
	const struct channel *channel;
	bool known; /* it is their company's: the reach was read */
	struct seller_refusal *no;
};

static bool
out_of_memory(struct making *m)
{
	*m->no = seller_store_refusal(E_NOMEM);
	return false;
}

/* What was written becomes the op's own; the buffer is freed. */
static bool
keep(struct making *m, struct buf *b, struct str *out)
{
	*out = (struct str){0};
	*out = buf_take(b, &m->o->arena);
	return out->p != NULL || out_of_memory(m);
}

static struct str
name_of(const struct seller_op *o)
{
	return o->who.agent != 0 ? str_from(o->who.name) : STR("");
}

static bool
write_body(struct making *m, struct str text, struct str *out)
{
	struct buf b = {0};

	buf_str(&b, "{\"text\":");
	buf_json(&b, text);
	if (m->f->id.n > 0) {
		buf_str(&b, ",\"id\":");
		buf_json(&b, m->f->id);
	}
	buf_str(&b, ",\"name\":");
	buf_json(&b, name_of(m->o));
	buf_char(&b, '}');
	return keep(m, &b, out);
}

/*
 * The same id of the same seller in the same conversation is the same: of all
 * that customers are told, and of each other deed by itself.
 */
static bool
write_source(struct making *m)
{
	const struct seller_deed *deed = m->f->deed;
	struct buf b = {0};

	if (m->f->id.n == 0)
		return true;
	buf_addf(&b, "staff:%lld:%lld:", (long long)m->f->conversation,
	    (long long)m->o->who.agent);
	if (deed->kind != ACT_SAY && deed->kind != ACT_BARGE)
		buf_addf(&b, "%s:", deed->path);
	buf_add(&b, m->f->id.p, m->f->id.n);
	return keep(m, &b, &m->o->op.act.act.source);
}

/* ---- rows ---------------------------------------------------------------- */

static struct outgoing_of
outgoing_of(const struct making *m)
{
	return (struct outgoing_of){.company = m->o->company,
	    .channel = m->channel,
	    .reach = &m->reach,
	    .now = m->o->op.act.act.now};
}

static bool
refuse_by_channel(struct making *m, const struct faults *faults)
{
	struct buf b = {0};

	*m->no = refusal(&seller_channel_row, "");
	m->no->conversation = (int64_t)m->f->conversation;
	m->no->id = m->f->id;
	m->no->detail = arena_printf(m->ask->arena, "%s does not take it",
	    m->channel == NULL ? "the channel" : m->channel->title);
	faults_write_json(faults, &b);
	m->no->faults = buf_take(&b, m->ask->arena);
	return false;
}

/* Without a vendor only the row's limits count. */
static enum err
check_limits(struct making *m, struct faults *faults)
{
	static const struct company_account none;
	const struct outgoing message = {.text = m->f->text,
	    .address = m->reach.address,
	    .customer_at = m->reach.customer_at,
	    .now = m->o->op.act.act.now};

	if (m->channel == NULL)
		return OK;
	return channel_refuses(m->channel, &none, &message, faults) ? E_BADINPUT
								    : OK;
}

static bool
add_said_rows(struct making *m)
{
	struct store_act *act = &m->o->op.act;
	const struct outgoing_of of = outgoing_of(m);
	struct outgoing_list list = {0};
	struct faults faults = {0};
	bool good;
	enum err e;

	if (!m->known) /* the store will say that it is not there */
		return true;
	if (outgoing_channel(&m->reach) != NULL)
		e = outgoing_message(
		    &of, act->act.body, &m->o->arena, &list, &faults);
	else
		e = check_limits(m, &faults);
	act->said_rows = list.rows;
	act->said_count = list.count;
	good = e == OK;
	if (e == E_BADINPUT)
		good = refuse_by_channel(m, &faults);
	else if (e != OK)
		*m->no = seller_store_refusal(e);
	faults_free(&faults);
	return good;
}

/* A text that the channel does not take is left out; the act goes on. */
static bool
add_notice(struct making *m, enum notice notice, struct str text)
{
	struct store_act *act = &m->o->op.act;
	const struct outgoing_of of = outgoing_of(m);
	struct outgoing_list list = {0};
	struct faults faults = {0};
	struct buf b = {0};
	struct str body;
	enum err e = OK;

	if (!m->known || text.n == 0)
		return true;
	buf_str(&b, "{\"text\":");
	buf_json(&b, text);
	buf_addf(&b, ",\"notice\":\"%s\"}", notice_name(notice));
	if (!keep(m, &b, &body))
		return false;
	if (outgoing_channel(&m->reach) != NULL)
		e = outgoing_message(&of, body, &m->o->arena, &list, &faults);
	faults_free(&faults);
	if (e != OK)
		return true;
	act->act.notice = notice;
	act->act.notice_body = body;
	act->notice_rows = list.rows;
	act->notice_count = list.count;
	return true;
}

/* ---- acts ---------------------------------------------------------------- */

static bool
make_said(struct making *m)
{
	struct act *act = &m->o->op.act.act;

	act->seen_seq = m->f->seen_seq;
	return write_body(m, m->f->text, &act->body) && add_said_rows(m);
}

/* One address, as customers write it, and nothing beside it. */
static bool
is_address(struct str text)
{
	struct str rest = text;

	return str_eq(theirs_next(&rest), text);
}

/* Where the customer is written to; colleagues read it as a note. */
static bool
make_contact(struct making *m)
{
	struct store_act *act = &m->o->op.act;
	struct str email = m->f->email, note;

	if (!is_address(email) || company_is_address(m->o->company, email)) {
		*m->no = refusal(seller_act_row(ACT_MALFORMED),
		    "email: write the address of a customer, and no more");
		m->no->conversation = (int64_t)m->f->conversation;
		return false;
	}
	act->email = arena_copy(&m->o->arena, email);
	note = arena_printf(
	    &m->o->arena, "The customer's address is %.*s.", STR_FMT(email));
	if (act->email.p == NULL || note.p == NULL)
		return out_of_memory(m);
	return write_body(m, note, &act->act.body);
}

static bool
make_note(struct making *m)
{
	if (m->f->email.n > 0)
		return make_contact(m);
	return write_body(m, m->f->text, &m->o->op.act.act.body);
}

static bool
find_team(struct making *m)
{
	const struct company_team *t;

	if (m->f->team.n == 0)
		return true;
	t = company_team(m->o->company, m->f->team);
	m->o->op.act.act.to_team = t == NULL ? 0 : team_id(t->key);
	if (t != NULL)
		return true;
	*m->no = refusal(fault_row(FAULT_NOT_FOUND), "there is no such team");
	m->no->conversation = (int64_t)m->f->conversation;
	staff_note(m->ask->gateway->staff, m->ask->who,
	    &(struct staff_refused){.conversation = m->no->conversation,
		.what = act_kind_name(m->f->deed->kind),
		.outcome = "not_found"});
	return false;
}

static bool
make_transfer(struct making *m)
{
	struct act *act = &m->o->op.act.act;

	act->to_agent = (int64_t)m->f->agent;
	if (m->f->note.n > 0 && !write_body(m, m->f->note, &act->body))
		return false;
	return find_team(m);
}

static bool
make_give_back(struct making *m)
{
	return add_notice(m, NOTICE_BACK, m->o->company->texts.back);
}

/* Of another company's nothing is read; the store says it is not there. */
static enum err
gather(struct making *m)
{
	struct gateway *g = m->ask->gateway;
	struct act *act = &m->o->op.act.act;
	struct handover_of of = {.reader = m->ask->reader,
	    .company = m->o->company,
	    .arena = &m->o->arena,
	    .channel = m->reach.channel,
	    .log = g->log,
	    .metrics = g->metrics};

	if (!m->known)
		return OK;
	return handover_gather(
	    &of, m->o->op.act.conversation, STR("colleague"), act);
}

/* What they say themselves stands before what a rule of the company says. */
static bool
make_queue(struct making *m)
{
	struct act *act = &m->o->op.act.act;

	act->body = STR("{\"why\":\"colleague\"}");
	if (gather(m) != OK)
		return out_of_memory(m);
	act->wanted = (int64_t)m->f->wanted;
	if (m->f->has_priority)
		act->priority = m->f->priority;
	return find_team(m);
}

static bool
make_snooze(struct making *m)
{
	m->o->op.act.act.until = (int64_t)m->f->until;
	return true;
}

static void
write_words(struct buf *out, const char *name, const struct field_list *list)
{
	size_t i;

	buf_addf(out, "\"%s\":[", name);
	for (i = 0; i < list->n; i++) {
		if (i > 0)
			buf_char(out, ',');
		buf_json(out, list->words[i]);
	}
	buf_char(out, ']');
}

static bool
make_label(struct making *m)
{
	struct buf b = {0};

	buf_char(&b, '{');
	write_words(&b, "add", &m->f->add);
	buf_char(&b, ',');
	write_words(&b, "remove", &m->f->remove);
	buf_char(&b, '}');
	return keep(m, &b, &m->o->op.act.act.body);
}

static bool
make_priority(struct making *m)
{
	m->o->op.act.act.priority = m->f->priority;
	return true;
}

/* What an act needs beyond its kind; NULL: nothing. */
static bool (*const makers[ACTS])(struct making *m) = {
    [ACT_SAY] = make_said,
    [ACT_BARGE] = make_said,
    [ACT_NOTE] = make_note,
    [ACT_WHISPER] = make_note,
    [ACT_TRANSFER] = make_transfer,
    [ACT_GIVE_BACK] = make_give_back,
    [ACT_QUEUE] = make_queue,
    [ACT_SNOOZE] = make_snooze,
    [ACT_LABEL] = make_label,
    [ACT_PRIORITY] = make_priority,
};

/* ---- ops ----------------------------------------------------------------- */

static struct seller_op *
op_new(struct making *m, enum store_verb verb)
{
	struct seller_op *o = malloc(sizeof(*o));

	m->o = o;
	if (o == NULL) {
		(void)out_of_memory(m);
		return NULL;
	}
	*o = (struct seller_op){
	    .op.verb = verb, .gateway = m->ask->gateway, .who = *m->ask->who};
	if (m->f->id.n > 0)
		o->id = arena_copy(&o->arena, m->f->id);
	return o;
}

/* The reach of another company's conversation is none of their business. */
static enum err
read_reach(struct making *m)
{
	struct conversation c;
	enum err e = store_read_conversation(
	    m->ask->reader, (int64_t)m->f->conversation, &c);

	if (e != OK || c.company != m->o->who.company)
		return e == E_NOTFOUND ? OK : e;
	e = store_read_reach(m->ask->reader, c.id, &m->o->arena, &m->reach);
	m->known = e == OK;
	m->channel = m->known ? channel_find(m->reach.channel) : NULL;
	return e;
}

static bool
prepare(struct making *m)
{
	struct seller_op *o = m->o;
	enum err e = company_cache_by_id(
	    o->gateway->companies, o->who.company, &o->company);

	if (e == OK)
		e = read_reach(m);
	if (e != OK) {
		*m->no = seller_store_refusal(e);
		return false;
	}
	o->policy = channel_policy(o->company, m->channel);
	o->op.act = (struct store_act){
	    .conversation = (int64_t)m->f->conversation,
	    .company = o->who.company,
	    .arena = &o->arena,
	    .audit = true,
	    .act = {.kind = m->f->deed->kind,
		.agent = o->who.agent,
		.may_supervise = (o->who.permissions & MAY_SUPERVISE) != 0,
		.now = clock_wall(o->gateway->clock),
		.name = name_of(o),
		.policy = &o->policy}};
	return true;
}

struct seller_op *
seller_op_new(const struct seller_ask *ask, const struct seller_frame *f,
    struct seller_refusal *no)
{
	struct making m = {.ask = ask, .f = f, .no = no};
	enum act_kind kind = f->deed->kind;

	if (op_new(&m, STORE_ACT) != NULL && prepare(&m) && write_source(&m) &&
	    (makers[kind] == NULL || makers[kind](&m)))
		return m.o;
	no->id = f->id;
	seller_op_free(m.o);
	return NULL;
}

struct seller_op *
seller_op_seen(const struct seller_ask *ask, const struct seller_frame *f,
    struct seller_refusal *no)
{
	struct making m = {.ask = ask, .f = f, .no = no};
	struct conversation c;

	if (!seller_conversation(ask, (int64_t)f->conversation, &c, no) ||
	    op_new(&m, STORE_SEEN) == NULL)
		return NULL;
	m.o->op.seen = (struct store_seen){
	    .conversation = c.id, .seen = {.company = f->seq}};
	return m.o;
}
