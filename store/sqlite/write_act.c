/*
 * write_act: what people and the desk do to a conversation, decided on the
 * state as it is here and now. A refusal is told in the audit, and nowhere
 * else.
 */
#include "core/buf.h"
#include "store/sqlite/decided.h"
#include "store/sqlite/write.h"

/* ---- the audit ----------------------------------------------------------- */

/* What the act names, as far as it names it. */
static void
write_detail(struct buf *b, const struct store_act *in)
{
	const struct {
		const char *name;
		int64_t value;
	} members[] = {
	    {"to_agent", in->act.to_agent},
	    {"to_team", in->act.to_team},
	    {"until", in->act.until},
	    {"priority", (int64_t)in->act.priority},
	    {"seq", (int64_t)in->seq},
	};
	char before = '{';

	for (size_t i = 0; i < ARRAY_LEN(members); i++)
		if (members[i].value != 0) {
			buf_addf(b, "%c\"%s\":%lld", before, members[i].name,
			    (long long)members[i].value);
			before = ',';
		}
	if (in->email.n > 0) {
		buf_addf(b, "%c\"email\":", before);
		buf_json(b, in->email);
		before = ',';
	}
	if (before != '{')
		buf_char(b, '}');
}

static const char *
what_of(const struct store_act *in)
{
	return in->email.n > 0 ? "contact" : act_kind_name(in->act.kind);
}

/* What was done, or tried; nothing where nobody is to blame. */
static enum err
audit(struct conn *c, const struct store_act *in, const char *outcome)
{
	int64_t company = in->company != 0 ? in->company : in->state.company;
	struct buf detail = {0};
	enum err e;

	if (!in->audit || in->act.agent == 0 || company == 0)
		return OK;
	write_detail(&detail, in);
	e = audit_append(c, &(struct audit_row){.at = in->act.now,
				.company = company,
				.agent = in->act.agent,
				.conversation = in->conversation,
				.what = str_from(what_of(in)),
				.outcome = str_from(outcome),
				.detail = buf_view(&detail)});
	buf_free(&detail);
	return e;
}

static enum err
refused(struct conn *c, struct store_act *in, enum act_refusal why)
{
	enum err e = audit(c, in, act_refusal_name(why));

	in->acted = (struct acted){.refusal = why,
	    .said = DECISION_EVENTS_MAX,
	    .noticed = DECISION_EVENTS_MAX};
	return e == OK ? E_DENIED : e;
}

/* ---- who ----------------------------------------------------------------- */

/* E_NOTFOUND: not of this company, or not at work for it. */
static enum err
agent_check(struct conn *c, int64_t company, int64_t agent)
{
	sqlite3_stmt *q;
	enum err e;

	if (agent == 0)
		return OK;
	e = CONN_QUERY(c, SQL_AGENT_DUTY, &q, NUM(agent));
	if (e == OK && (e = conn_row(c, q)) == OK &&
	    (sqlite3_column_int64(q, 0) != company ||
		sqlite3_column_int(q, 1) != AGENT_ACTIVE))
		e = E_NOTFOUND;
	conn_reset(q);
	return e;
}

/*
 * The act as it can be done. Who is gone can still be dropped, and a customer
 * need not wait because the seller they asked for does not work here any more.
 */
static enum err
agents_check(struct conn *c, const struct store_act *in, struct act *out)
{
	int64_t company = in->state.company;
	enum err e = agent_check(c, company, in->act.agent);

	*out = in->act;
	if (e == OK && in->act.kind != ACT_DROP)
		e = agent_check(c, company, in->act.to_agent);
	if (e != OK)
		return e;
	e = agent_check(c, company, in->act.wanted);
	if (e == E_NOTFOUND)
		out->wanted = 0;
	return e == E_NOTFOUND ? OK : e;
}

static enum err
find(struct conn *c, struct store_act *in, struct act *act)
{
	enum err e = conversation_load(c, in->conversation, &in->state);

	if (e != OK)
		return e;
	if (in->company == 0 || in->company == in->state.company)
		return agents_check(c, in, act);
	in->state = (struct conversation){0};
	return E_NOTFOUND;
}

/* ---- what ---------------------------------------------------------------- */

/* E_NOTFOUND: it is new. */
static enum err
find_first(struct conn *c, struct store_act *in)
{
	struct stored first;
	enum err e;

	if (in->act.source.n == 0)
		return E_NOTFOUND;
	e = event_find(c, in->state.company, in->act.source, &first);
	if (e != OK)
		return e;
	in->duplicate = true;
	in->seq = first.seq;
	return conversation_load(c, first.conversation, &in->state);
}

/* Labels that it has, or lacks, already. */
static enum err
labels_differ(struct conn *c, const struct decided *d, bool *out)
{
	struct labels were;
	enum err e;

	*out = true;
	if (!d->labelled || d->decision->event_count > 1)
		return OK;
	e = labels_load(c, d->was.id, &were);
	*out = e == OK && !labels_same(&were, d->labels);
	return e;
}

/* An identity that was proven knows better than a colleague. */
static enum err
email_check(struct conn *c, const struct store_act *in, enum act_refusal *why)
{
	sqlite3_stmt *q;
	struct str is;
	enum err e;

	e = CONN_QUERY(c, SQL_CONTACT_OF, &q, NUM(in->conversation));
	if (e == OK && (e = conn_row(c, q)) == OK) {
		is = conn_text(q, 0);
		if (str_eq(is, in->email))
			*why = ACT_NO_CHANGE;
		else if (is.n > 0 && sqlite3_column_int(q, 1) == 0)
			*why = ACT_FORBIDDEN;
	}
	conn_reset(q);
	return e;
}

/* What only the store can know to be in the way. */
static enum err
check(struct conn *c, struct store_act *in, struct decided *d,
    enum act_refusal *why)
{
	struct change change = {.was = &d->was, .is = &d->is};
	bool differ;
	enum err e = decided_check(c, d);

	*why = e == E_BADINPUT ? ACT_MALFORMED : ACT_FINE;
	if (e != OK)
		return e == E_BADINPUT ? OK : e;
	if ((e = labels_differ(c, d, &differ)) != OK)
		return e;
	if (!differ)
		*why = ACT_NO_CHANGE;
	if (in->email.n > 0 && (e = email_check(c, in, why)) != OK)
		return e;
	e = chats_check(c, &change, in->chats_max);
	if (e == E_DENIED)
		*why = ACT_IS_FULL;
	return e == E_DENIED ? OK : e;
}

static enum err
store(struct conn *c, struct store_act *in, struct decided *d)
{
	enum err e = decided_store(c, d);

	if (e == OK && in->email.n > 0)
		e = CONN_CHANGE(c, SQL_CONTACT_SAID_OF, NULL,
		    NUM(in->conversation), TEXT(in->email));
	if (e == OK && in->act.agent != 0)
		e = agent_acted(c, in->act.agent, in->act.now);
	if (e != OK)
		return e;
	in->state = d->is;
	in->seq = d->is.seq;
	if (in->acted.said < d->decision->event_count)
		in->seq = d->decision->events[in->acted.said].seq;
	return audit(c, in, "ok");
}

static enum err
run(struct conn *c, struct store_act *in)
{
	struct acted *acted = &in->acted;
	struct labels labels;
	struct decided d = {.decision = &acted->decision,
	    .was = in->state,
	    .labels = &labels,
	    .fresh = in->act.source};
	enum act_refusal why = acted->refusal;
	enum err e;

	if (why != ACT_FINE)
		return refused(c, in, why);
	if (acted->said < acted->decision.event_count)
		d.caused[0] = (struct caused){
		    acted->said, in->said_rows, in->said_count};
	if (acted->noticed < acted->decision.event_count)
		d.caused[1] = (struct caused){
		    acted->noticed, in->notice_rows, in->notice_count};
	if ((e = check(c, in, &d, &why)) != OK)
		return e;
	return why == ACT_FINE ? store(c, in, &d) : refused(c, in, why);
}

enum err
write_act(struct conn *c, struct store_act *in)
{
	struct act act;
	enum err e;

	in->acted = (struct acted){
	    .said = DECISION_EVENTS_MAX, .noticed = DECISION_EVENTS_MAX};
	in->state = (struct conversation){0};
	in->duplicate = false;
	in->seq = 0;
	if ((e = outbox_check(in->said_rows, in->said_count)) != OK ||
	    (e = outbox_check(in->notice_rows, in->notice_count)) != OK)
		return e;
	if ((e = find(c, in, &act)) == E_NOTFOUND) {
		e = audit(c, in, "not_found");
		return e == OK ? E_NOTFOUND : e;
	}
	if (e == OK && (e = find_first(c, in)) != E_NOTFOUND)
		return e;
	if (e == E_NOTFOUND)
		e = handoff_act(&in->state, &act, in->arena, &in->acted);
	if (e == E_BADINPUT) /* it makes what cannot be folded */
		return refused(c, in, ACT_MALFORMED);
	return e == OK ? run(c, in) : e;
}
