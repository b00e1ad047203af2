/*
 * mail_take: one mail, from its bytes to the store: what it is says
 * channels/email/letter_in.h, here it is done.
 */
#include "bus/publish.h"
#include "channels/email/letter_in.h"
#include "intake/intake.h"
#include "intake/outgoing.h"
#include "workers/mail_inner.h"
#include "workers/sniff.h"

#include <pthread.h>
#include <stdlib.h>

#define SOURCE_MAX 300u

/* One mail while it is taken. */
struct taking {
	struct mail_thread *m;
	const struct mail_place_of *of;
	struct account account;
	struct letter_in in;
	const struct channel *vendor; /* of the customer; NULL: none */
	struct faults faults;	      /* why it does not take the answer */
	struct arena *arena;
};

static enum taken
outcome(enum err e)
{
	if (e == OK)
		return TAKEN;
	return e == E_NOTFOUND || e == E_BADINPUT || e == E_DENIED ? TAKEN_ASIDE
								   : TAKEN_NOT;
}

static void
note(const struct taking *t, const char *event, const char *word)
{
	struct log_line l;

	if (!log_begin(t->m->conf.log, LOG_INFO, event, &l))
		return;
	log_str(&l, "company", t->of->company->key);
	log_str(&l, "account", t->of->doc->name);
	log_str(&l, "why", str_from(word));
	log_end(&l);
}

/* ---- refused --------------------------------------------------------------- */

static enum taken
refuse(struct taking *t, const char *word)
{
	struct store_op op = {.verb = STORE_AUDIT,
	    .audit = {.row = {.at = t->m->wall,
			  .company = t->of->company->id,
			  .conversation = (int64_t)t->in.conversation,
			  .what = STR("mail"),
			  .outcome = str_from(word)}}};
	struct buf detail = {0};

	buf_str(&detail, "{\"account\":");
	buf_json(&detail, t->of->doc->name);
	buf_str(&detail, ",\"from\":");
	buf_json(&detail, t->in.from);
	buf_char(&detail, '}');
	if (!detail.failed)
		op.audit.row.detail = buf_view(&detail);
	if (store_submit_wait(t->m->conf.store, &op) != OK)
		note(t, "mail.audit", "the audit could not be written");
	buf_free(&detail);
	note(t, "mail.refused", word);
	return TAKEN_ASIDE;
}

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

/*
 * What the desk wrote and the customer does not get is seen by whoever looks
 * into the conversation. Once, however often the mail comes.
 */
static void
leave_note(struct taking *t, const char *word)
{
	struct store_op op = {.verb = STORE_ACT,
	    .act = {.conversation = (int64_t)t->in.conversation,
		.company = t->of->company->id,
		.arena = t->arena,
		.act = {.kind = ACT_REFUSED,
		    .now = t->m->wall,
		    .source = arena_printf(
			t->arena, "%.*s refused", STR_FMT(t->in.source))}}};
	struct buf body = {0};

	buf_str(&body, "{\"why\":");
	buf_json(&body, str_from(word));
	if (t->faults.count > 0)
		buf_str(&body, ",\"faults\":");
	if (t->faults.count > 0)
		faults_write_json(&t->faults, &body);
	buf_str(&body, ",\"name\":");
	buf_json(&body, t->in.desk->name);
	buf_str(&body, ",\"text\":");
	buf_json(&body, t->in.reply.said);
	buf_char(&body, '}');
	op.act.act.body = buf_view(&body);
	if (body.failed || op.act.act.source.p == NULL ||
	    store_submit_wait(t->m->conf.store, &op) != OK)
		note(t, "mail.note", "it could not be noted");
	else if (!op.act.duplicate)
		tell_act(t, &op.act);
	buf_free(&body);
}

static enum taken
refuse_answer(struct taking *t, const char *word)
{
	leave_note(t, word);
	return refuse(t, word);
}

/* ---- files ----------------------------------------------------------------- */

static enum err
write_file(struct taking *t, unsigned i, struct buf *body)
{
	const struct letter_in_file *f = &t->in.files[i];
	char hash[BLOB_HASH + 1];
	const char *type;
	struct str bytes;
	enum err e = mime_bytes(&t->in.mime, f->part, &bytes);

	if (e != OK)
		return e;
	buf_addf(body, "{\"index\":%u,\"name\":", i);
	buf_json(body, f->name);
	type = sniff(bytes);
	if (type == NULL) {
		buf_str(body, ",\"refused\":\"It is of a kind that is not "
			      "kept.\"}");
		return OK;
	}
	e = store_blob_put(t->m->conf.store, bytes, hash);
	buf_addf(body, ",\"type\":\"%s\",\"size\":%zu,\"hash\":\"%s\"}", type,
	    bytes.n, hash);
	return e;
}

/* One file of the message at seq; the same file twice is one event. */
static enum err
store_file(struct taking *t, int64_t conversation, uint64_t seq, unsigned i)
{
	struct buf body = {0};
	struct str source = arena_printf(
	    t->arena, "%.*s#%u", (int)t->in.source.n, t->in.source.p, i);
	struct store_op op = {.verb = STORE_INBOUND,
	    .inbound = {.conversation = conversation,
		.event = {.kind = EVENT_FILE,
		    .author = AUTHOR_SYSTEM,
		    .ref = seq,
		    .at = t->m->wall,
		    .source = source}}};
	enum err e = source.p == NULL ? E_NOMEM : write_file(t, i, &body);

	if (e == OK && body.failed)
		e = E_NOMEM;
	if (e == OK) {
		op.inbound.event.body = buf_view(&body);
		e = store_submit_wait(t->m->conf.store, &op);
	}
	if (e == OK && !op.inbound.duplicate)
		publish_event(t->m->conf.publisher, &op.inbound.state,
		    &op.inbound.event, 0);
	buf_free(&body);
	return e;
}

static enum err
store_files(struct taking *t, int64_t conversation, uint64_t seq)
{
	enum err e = OK;
	unsigned i;

	for (i = 0; i < t->in.file_count && e == OK; i++)
		e = store_file(t, conversation, seq, i);
	bus_flush(t->m->conf.publisher);
	return e;
}

static void
write_files(const struct taking *t, struct buf *body)
{
	unsigned i;

	if (t->in.file_count == 0)
		return;
	buf_str(body, ",\"files\":[");
	for (i = 0; i < t->in.file_count; i++) {
		buf_str(body, i == 0 ? "{\"name\":" : ",{\"name\":");
		buf_json(body, t->in.files[i].name);
		buf_str(body, ",\"type\":");
		buf_json(body, t->in.files[i].type);
		buf_char(body, '}');
	}
	buf_char(body, ']');
}

/* ---- the support desk answers ---------------------------------------------- */

/* {"text":"...","name":"Sam"}: the name is the company's, not the mail's. */
static struct str
answer_body(const struct taking *t)
{
	struct buf b = {0};
	struct str out = {0};

	buf_str(&b, "{\"text\":");
	buf_json(&b, t->in.reply.said);
	buf_str(&b, ",\"name\":");
	buf_json(&b, t->in.desk->name);
	write_files(t, &b);
	buf_char(&b, '}');
	if (!b.failed)
		out = arena_copy(t->arena, buf_view(&b));
	buf_free(&b);
	return out;
}

/* What goes out to a customer whom a vendor reaches. */
static enum err
answer_rows(struct taking *t, struct store_act *in)
{
	struct reach reach;
	struct outgoing_list rows = {0};
	const struct outgoing_of of = {.company = t->of->company,
	    .channel = NULL,
	    .reach = &reach,
	    .now = t->m->wall};
	struct outgoing_of to = of;
	enum err e = store_read_reach(
	    t->m->reader, in->conversation, t->arena, &reach);

	if (e != OK)
		return e;
	to.channel = outgoing_channel(&reach);
	t->vendor = to.channel;
	if (to.channel == NULL)
		return OK;
	e = outgoing_message(&to, in->act.body, t->arena, &rows, &t->faults);
	in->said_rows = rows.rows;
	in->said_count = rows.count;
	return e;
}

static enum taken
take_answer(struct taking *t)
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
	enum err e = E_NOMEM;

	if (in->act.body.p == NULL)
		return TAKEN_NOT;
	if (t->in.reply.said.n == 0)
		return refuse(t, "empty");
	e = answer_rows(t, in);
	policy = channel_policy(t->of->company, t->vendor);
	if (e == OK)
		e = store_submit_wait(t->m->conf.store, &op);
	if (t->faults.count > 0)
		return refuse_answer(t, "channel");
	if (e == E_DENIED)
		return refuse_answer(t, act_refusal_name(in->acted.refusal));
	if (e != OK)
		return e == E_NOTFOUND || e == E_BADINPUT
			   ? refuse(t, "conversation")
			   : TAKEN_NOT;
	if (!in->duplicate)
		tell_act(t, in);
	metric_add(t->m->conf.metrics, METRIC_MAIL_IN, 1);
	return outcome(store_files(t, in->conversation, in->seq));
}

/* ---- a customer writes ----------------------------------------------------- */

struct waiting {
	pthread_mutex_t lock;
	pthread_cond_t over;
	bool done;
	enum err err;
};

static void
intake_done(void *arg, enum err e, unsigned fresh)
{
	struct waiting *w = arg;

	(void)fresh;
	pthread_mutex_lock(&w->lock);
	w->done = true;
	w->err = e;
	pthread_cond_signal(&w->over);
	pthread_mutex_unlock(&w->lock);
}

/* Waits for what every channel's arrivals go through. */
static enum err
take_arrival(struct taking *t, const struct arrival *arrival)
{
	const struct intake_conf conf = {.store = t->m->conf.store,
	    .publisher = t->m->conf.publisher,
	    .metrics = t->m->conf.metrics,
	    .log = t->m->conf.log,
	    .clock = t->m->conf.clock};
	const struct intake_of of = {.company = t->of->company->id,
	    .channel = channel_find(t->of->doc->channel),
	    .account = t->of->doc->name};
	struct waiting w = {.lock = PTHREAD_MUTEX_INITIALIZER,
	    .over = PTHREAD_COND_INITIALIZER};
	enum err e = intake_submit(&conf, &of, arrival, intake_done, &w);

	if (e != OK)
		return e;
	pthread_mutex_lock(&w.lock);
	while (!w.done)
		pthread_cond_wait(&w.over, &w.lock);
	pthread_mutex_unlock(&w.lock);
	return w.err;
}

/* Into the conversation that it answers, or where its address leads. */
static enum taken
take_customer(struct taking *t)
{
	const struct envelope *v = &t->in.envelope;
	struct store_op op = {.verb = STORE_INBOUND,
	    .inbound = {.conversation = (int64_t)t->in.conversation,
		.event = {.kind = EVENT_MESSAGE,
		    .author = AUTHOR_CUSTOMER,
		    .at = t->in.at < t->m->wall ? t->in.at : t->m->wall,
		    .source = t->in.source,
		    .body = v->body}}};
	struct store_inbound *in = &op.inbound;
	enum err e;

	if (t->in.conversation == 0) {
		in->address = (struct store_address){
		    .company = t->of->company->id,
		    .channel = t->of->doc->channel,
		    .account = t->of->doc->name,
		    .address = v->address};
		in->alias = v->alias;
		in->person = v->person;
		in->name = v->name;
		in->reply = v->reply;
	}
	e = store_submit_wait(t->m->conf.store, &op);
	if (e != OK)
		return outcome(e);
	if (!in->duplicate) {
		in->event.seq = in->seq;
		publish_event(t->m->conf.publisher, &in->state, &in->event, 0);
		if (conversation_pending(&in->state))
			bus_add_work(t->m->conf.publisher, in->state.id);
		bus_flush(t->m->conf.publisher);
	}
	metric_add(t->m->conf.metrics, METRIC_MAIL_IN, 1);
	return outcome(store_files(t, in->state.id, in->seq));
}

/* ---- a mail server reports -------------------------------------------------- */

static enum taken
take_bounce(struct taking *t)
{
	const struct letter_bounce *b = &t->in.bounce;
	struct receipt receipt = {.row = b->row,
	    .vendor_id = b->row == 0 ? b->id : STR(""),
	    .rank = RECEIPT_FAILED,
	    .code = b->recipient.status,
	    .reason = b->reason};
	const struct arrival arrival = {
	    .receipts = &receipt, .receipt_count = 1};

	if (!b->failed || (b->row == 0 && b->id.n == 0)) {
		note(t, "mail.report",
		    b->failed ? "of a mail that is not known"
			      : "of no failure");
		return TAKEN_MACHINE;
	}
	return outcome(take_arrival(t, &arrival));
}

static enum taken
take_machine(struct taking *t)
{
	note(t, "mail.machine", automatic_name(t->in.rule));
	return TAKEN_MACHINE;
}

static enum taken
take_refused(struct taking *t)
{
	return refuse(t, t->in.refused == NULL ? "refused" : t->in.refused);
}

enum taken
mail_take(struct mail_thread *m, const struct mail_place_of *of, struct str raw)
{
	static enum taken (*const takes[LETTER_KINDS])(struct taking *) = {
	    [LETTER_BOUNCE] = take_bounce,
	    [LETTER_MACHINE] = take_machine,
	    [LETTER_REFUSED] = take_refused,
	    [LETTER_ANSWER] = take_answer,
	    [LETTER_CUSTOMER] = take_customer,
	};
	struct taking t = {.m = m, .of = of, .arena = &m->arena};
	const struct account_of account = {.company = of->company,
	    .doc = of->doc,
	    .public_url = str_from(m->conf.public_url)};
	struct letter_ask ask = {.account = &t.account,
	    .mail = raw,
	    .desk = of->company->desk,
	    .desk_count = of->company->desk_count,
	    .authserv = str_from(m->conf.authserv),
	    .now = m->wall};
	enum err e = account_open(m->conf.keys, &account, t.arena, &t.account);
	enum taken taken;

	if (e == OK)
		e = letter_in_read(&ask, t.arena, &t.in);
	if (e == E_LIMIT)
		return refuse(&t, "too_big");
	if (e == E_DENIED)
		note(&t, "mail.account", "its secrets cannot be opened");
	if (e != OK)
		return TAKEN_NOT;
	taken = takes[t.in.kind](&t);
	faults_free(&t.faults);
	return taken;
}
