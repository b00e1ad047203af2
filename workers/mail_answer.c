/*
 * mail_answer: the support desk answers by mail. What of it reaches the
 * customer, and what goes no further and is noted on the conversation.
 */
#include "bus/publish.h"
#include "channels/email/payload.h"
#include "intake/outgoing.h"
#include "workers/mail_inner.h"

#define ROWS_LOOKED 32u /* of the mail that is answered, one for each person */

static void
tell_act(struct taking *t, const struct store_act *in)
{
	unsigned i;

	for (i = 0; i < in->acted.decision.event_count; i++)
		publish_event(t->m->conf.publisher, &in->state,
		    &in->acted.decision.events[i], 0);
	bus_flush(t->m->conf.publisher);
	if (in->said_count > 0 && t->m->conf.poke != NULL)
		t->m->conf.poke(t->m->conf.poke_arg);
}

/* ---- notes ----------------------------------------------------------------- */

static struct str
note_body(const struct taking *t, const char *word)
{
	struct buf b = {0};

	buf_str(&b, "{\"why\":");
	buf_json(&b, str_from(word));
	if (t->faults.count > 0)
		buf_str(&b, ",\"faults\":");
	if (t->faults.count > 0)
		faults_write_json(&t->faults, &b);
	buf_str(&b, ",\"name\":");
	buf_json(&b, t->in.desk == NULL ? t->in.from : t->in.desk->name);
	buf_str(&b, ",\"text\":");
	buf_json(&b, t->in.reply.said);
	buf_char(&b, '}');
	return buf_take(&b, t->arena);
}

/* On the conversation that it names. */
static enum err
note_there(struct taking *t, struct str body, struct str source)
{
	struct store_op op = {.verb = STORE_ACT,
	    .act = {.conversation = (int64_t)t->in.conversation,
		.company = t->of->company->id,
		.arena = t->arena,
		.act = {.kind = ACT_REFUSED,
		    .now = t->m->wall,
		    .source = source,
		    .body = body}}};
	enum err e = store_submit_wait(t->m->conf.store, &op);

	if (e == OK && !op.act.duplicate)
		tell_act(t, &op.act);
	return e;
}

/* On the one that its sender's address leads to, if there is one. */
static enum err
note_at_address(struct taking *t, struct str body, struct str source)
{
	struct store_op op = {.verb = STORE_INBOUND,
	    .inbound = {.address = {.company = t->of->company->id,
			    .channel = t->of->doc->channel,
			    .account = t->of->doc->name,
			    .address = t->in.envelope.address},
		.alias = t->in.envelope.alias,
		.known_only = true,
		.event = {.kind = EVENT_NOTE,
		    .author = AUTHOR_SYSTEM,
		    .ref = NOTE_REFUSED,
		    .at = t->m->wall,
		    .source = source,
		    .body = body}}};
	enum err e = store_submit_wait(t->m->conf.store, &op);

	if (e == OK && !op.inbound.duplicate) {
		op.inbound.event.seq = op.inbound.seq;
		publish_event(t->m->conf.publisher, &op.inbound.state,
		    &op.inbound.event, 0);
		bus_flush(t->m->conf.publisher);
	}
	return e == E_NOTFOUND ? OK : e;
}

static enum err
leave_note(struct taking *t, const char *word, struct str source)
{
	struct str body = note_body(t, word);
	enum err e = OK;

	if (body.p == NULL || source.p == NULL)
		e = E_NOMEM;
	else if (t->in.conversation != 0)
		e = note_there(t, body, source);
	else if (t->in.kind == LETTER_CUSTOMER)
		e = note_at_address(t, body, source);
	if (e != OK)
		mail_note(t, "mail.note", "it could not be noted");
	return e;
}

void
mail_leave_note(struct taking *t, const char *word)
{
	struct str source = arena_printf(
	    t->arena, "%.*s %s", STR_FMT(t->in.source), word);

	(void)leave_note(t, word, source);
}

/*
 * The note stands in the answer's place, so it has its source: a copy that
 * comes when it could be said must not say what people read was not.
 */
static enum taken
refuse_answer(struct taking *t, const char *word)
{
	enum taken taken = mail_outcome(leave_note(t, word, t->in.source));

	return taken == TAKEN_NOT ? TAKEN_NOT : mail_refuse(t, word);
}

/* Of one that came before: is a note all that became of it? */
static bool
only_noted(struct taking *t, const struct store_act *in)
{
	struct event first;
	size_t n = 1;

	return in->duplicate &&
	       store_read_events(t->m->reader, in->state.id, in->seq - 1,
		   t->arena, &first, &n) == OK &&
	       n == 1 && first.kind == EVENT_NOTE;
}

/* ---- what is new in it ------------------------------------------------------ */

/*
 * The text of our mail that it answers. All mails to the desk are committed
 * right behind the event that they tell of (decide_mailed()).
 */
static struct str
mail_answered(struct taking *t)
{
	const struct cause_ask ask = {
	    (int64_t)t->in.conversation, t->in.number + 1};
	struct outbox_row rows[ROWS_LOOKED];
	size_t n = ROWS_LOOKED, i;
	struct mail_payload p;

	if (t->in.number == 0 ||
	    store_list_outbox_of(t->m->reader, &ask, t->arena, rows, &n) != OK)
		return STR("");
	for (i = 0; i < n; i++)
		if (str_eq(rows[i].channel, t->of->doc->channel) &&
		    mail_payload_read(rows[i].payload, t->arena, &p) == OK &&
		    p.role == STAMP_DESK)
			return p.text;
	return STR("");
}

/* Above the line, or else below it. */
static enum err
find_words(struct taking *t)
{
	if (t->in.reply.said.n > 0)
		return OK;
	return letter_in_below(&t->in, mail_answered(t), t->arena);
}

/* {"text":"...","name":"Sam"}: the name is the company's, not the mail's. */
static struct str
answer_body(const struct taking *t)
{
	struct buf b = {0};

	buf_str(&b, "{\"text\":");
	buf_json(&b, t->in.reply.said);
	buf_str(&b, ",\"name\":");
	buf_json(&b, t->in.desk->name);
	mail_write_files(t, &b);
	buf_char(&b, '}');
	return buf_take(&b, t->arena);
}

/* ---- to the customer --------------------------------------------------------- */

static const struct outgoing_stored *
stored_files(const struct taking *t)
{
	struct outgoing_stored *list = arena_alloc(
	    t->arena, (t->in.file_count + 1) * sizeof(*list));
	unsigned i;

	for (i = 0; list != NULL && i < t->in.file_count; i++) {
		const struct taken_file *f = &t->files[i];

		list[i] = (struct outgoing_stored){.name = t->in.files[i].name,
		    .type = str_from(f->type == NULL ? "" : f->type),
		    .hash = str_from(f->hash),
		    .size = f->size};
	}
	return list;
}

/* What goes out to a customer whom a vendor reaches. */
static enum err
answer_rows(struct taking *t, struct store_act *in)
{
	struct reach reach;
	struct outgoing_list rows = {0};
	struct outgoing_of of = {.company = t->of->company,
	    .reach = &reach,
	    .now = t->m->wall,
	    .files = stored_files(t),
	    .file_count = t->in.file_count,
	    .public_url = str_from(t->m->conf.public_url),
	    .keys = t->m->conf.keys};
	enum err e = store_read_reach(
	    t->m->reader, in->conversation, t->arena, &reach);

	if (e != OK || of.files == NULL)
		return e != OK ? e : E_NOMEM;
	of.channel = outgoing_channel(&reach);
	t->vendor = of.channel;
	if (of.channel == NULL)
		return OK;
	e = outgoing_message(&of, in->act.body, t->arena, &rows, &t->faults);
	in->said_rows = rows.rows;
	in->said_count = rows.count;
	return e;
}

/* It is done; what could not go with it is noted. */
static enum taken
taken(struct taking *t, const struct store_act *in)
{
	if (!in->duplicate)
		tell_act(t, in);
	if (t->faults.count > 0)
		mail_leave_note(t, "files");
	metric_add(t->m->conf.metrics, METRIC_MAIL_IN, 1);
	return mail_outcome(mail_store_files(t, in->conversation, in->seq));
}

static enum taken
say(struct taking *t)
{
	struct policy policy;
	struct store_op op = {.verb = STORE_ACT,
	    .act = {.conversation = (int64_t)t->in.conversation,
		.company = t->of->company->id,
		.arena = t->arena,
		.act = {.kind = ACT_DESK_SAY,
		    .now = t->m->wall,
		    .name = t->in.desk->name,
		    .body = answer_body(t),
		    .source = t->in.source,
		    .policy = &policy}}};
	struct store_act *in = &op.act;
	enum err e = in->act.body.p == NULL ? E_NOMEM : answer_rows(t, in);

	if (e == E_BADINPUT && t->faults.count > 0)
		return refuse_answer(t, "channel");
	policy = channel_policy(t->of->company, t->vendor);
	if (e == OK)
		e = store_submit_wait(t->m->conf.store, &op);
	if (e == OK && only_noted(t, in))
		return mail_refuse(t, "noted");
	if (e == OK)
		return taken(t, in);
	if (e == E_DENIED)
		return refuse_answer(t, act_refusal_name(in->acted.refusal));
	return e == E_NOTFOUND || e == E_BADINPUT
		   ? mail_refuse(t, "conversation")
		   : TAKEN_NOT;
}

enum taken
mail_take_answer(struct taking *t)
{
	if (find_words(t) != OK || mail_keep_files(t) != OK)
		return TAKEN_NOT;
	if (t->in.reply.said.n == 0 && t->in.file_count == 0)
		return refuse_answer(t, "empty");
	return say(t);
}
