/*
 * mail_take: one mail, from its bytes to the store: what it is says
 * channels/email/letter_in.h, here it is done. What the support desk answers is
 * in mail_answer.c.
 */
#include "bus/publish.h"
#include "intake/intake.h"
#include "workers/mail_inner.h"

#include <pthread.h>

enum taken
mail_outcome(enum err e)
{
	if (e == OK)
		return TAKEN;
	return e == E_NOTFOUND || e == E_BADINPUT || e == E_DENIED ? TAKEN_ASIDE
								   : TAKEN_NOT;
}

void
mail_note(const struct taking *t, const char *event, const char *word)
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

enum taken
mail_refuse(struct taking *t, const char *word)
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
		mail_note(t, "mail.audit", "the audit could not be written");
	buf_free(&detail);
	mail_note(t, "mail.refused", word);
	return TAKEN_ASIDE;
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
		    .at = t->in.at,
		    .source = t->in.source,
		    .body = v->body}}};
	struct store_inbound *in = &op.inbound;
	enum err e = mail_keep_files(t);

	if (e != OK)
		return TAKEN_NOT;
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
		return mail_outcome(e);
	if (!in->duplicate) {
		in->event.seq = in->seq;
		publish_event(t->m->conf.publisher, &in->state, &in->event, 0);
		if (conversation_pending(&in->state))
			bus_add_work(t->m->conf.publisher, in->state.id);
		bus_flush(t->m->conf.publisher);
	}
	metric_add(t->m->conf.metrics, METRIC_MAIL_IN, 1);
	return mail_outcome(mail_store_files(t, in->state.id, in->seq));
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
		mail_note(t, "mail.report",
		    b->failed ? "of a mail that is not known"
			      : "of no failure");
		return TAKEN_MACHINE;
	}
	return mail_outcome(take_arrival(t, &arrival));
}

static enum taken
take_machine(struct taking *t)
{
	metric_add(t->m->conf.metrics, METRIC_MAIL_MACHINE, 1);
	mail_note(t, "mail.machine", automatic_name(t->in.rule));
	return TAKEN_MACHINE;
}

/* What somebody of the desk's list may have meant for a customer is noted. */
static enum taken
take_refused(struct taking *t)
{
	const char *word = t->in.refused == NULL ? "refused" : t->in.refused;

	if (t->in.desk != NULL && t->in.conversation != 0)
		mail_leave_note(t, word);
	return mail_refuse(t, word);
}

/* ---- by what it is ----------------------------------------------------------- */

static enum err
judge(struct taking *t, struct str raw)
{
	const struct mail_thread *m = t->m;
	const struct account_of account = {.company = t->of->company,
	    .doc = t->of->doc,
	    .public_url = str_from(m->conf.public_url)};
	const struct letter_ask ask = {.account = &t->account,
	    .mail = raw,
	    .desk = t->of->company->desk,
	    .desk_count = t->of->company->desk_count,
	    .authserv = str_from(m->conf.authserv),
	    .now = m->wall};
	enum err e = account_open(
	    m->conf.keys, &account, t->arena, &t->account);

	if (e == E_DENIED)
		mail_note(t, "mail.account", "its secrets cannot be opened");
	return e == OK ? letter_in_read(&ask, t->arena, &t->in) : e;
}

/* Of who says to be somebody, and does not prove it, nothing is told on a
 * conversation that only the subject names. */
static enum taken
refuse_big(struct taking *t)
{
	if (mail_too_many(t))
		return mail_refuse_many(t);
	faults_add(&t->faults, "size",
	    "is larger than %u MB: the mail is kept, and not taken",
	    IMAP_MAIL_MAX >> 20);
	if (t->in.kind != LETTER_REFUSED || t->in.desk != NULL)
		mail_leave_note(t, "too_big");
	return mail_refuse(t, "too_big");
}

enum taken
mail_take_header(
    struct mail_thread *m, const struct mail_place_of *of, struct str header)
{
	struct taking t = {.m = m, .of = of, .arena = &m->arena};
	enum taken taken;

	if (judge(&t, header) != OK)
		return TAKEN_NOT;
	metric_add(m->conf.metrics, METRIC_MAIL_TOO_BIG, 1);
	taken = t.in.kind == LETTER_MACHINE ? take_machine(&t) : refuse_big(&t);
	faults_free(&t.faults);
	return taken;
}

/* Up to the empty line; nothing where that is too far away. */
static struct str
header_of(struct str raw)
{
	size_t n = raw.n < MAIL_HEADER_MAX ? raw.n : MAIL_HEADER_MAX, i;

	for (i = 1; i < n; i++)
		if (raw.p[i] == '\n' &&
		    (raw.p[i - 1] == '\n' || (i > 1 && raw.p[i - 1] == '\r' &&
						 raw.p[i - 2] == '\n')))
			return (struct str){raw.p, i + 1};
	return (struct str){raw.p, 0};
}

enum taken
mail_take(struct mail_thread *m, const struct mail_place_of *of, struct str raw)
{
	static enum taken (*const takes[LETTER_KINDS])(struct taking *) = {
	    [LETTER_BOUNCE] = take_bounce,
	    [LETTER_MACHINE] = take_machine,
	    [LETTER_REFUSED] = take_refused,
	    [LETTER_ANSWER] = mail_take_answer,
	    [LETTER_CUSTOMER] = take_customer,
	};
	struct taking t = {.m = m, .of = of, .arena = &m->arena};
	enum err e = judge(&t, raw);
	enum taken taken;

	if (e == E_LIMIT)
		return mail_take_header(m, of, header_of(raw));
	if (e != OK)
		return TAKEN_NOT;
	taken = mail_too_many(&t) ? mail_refuse_many(&t) : takes[t.in.kind](&t);
	faults_free(&t.faults);
	return taken;
}
