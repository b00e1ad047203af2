/*
 * deliver_mail: a request that is no HTTP request but a mail (order.h): it
 * goes to a process that speaks SMTP, and what became of it comes back as the
 * answer that the channel reads. How far it came means the same as for HTTP.
 */
#include "channels/email/order.h"
#include "workers/deliver_inner.h"

#include <stdlib.h>

struct posted {
	struct posting posting;
	struct posting_recipient to;
	struct order order;
	struct errand *errand;
	struct buf report;
};

/* ---- what became of it ---------------------------------------------------- */

static enum order_end
end_of(const struct posting *p)
{
	static const enum order_end ends[POSTING_ENDS] = {
	    [POSTING_SENT] = ORDER_SENT,
	    [POSTING_REFUSED] = ORDER_REFUSED,
	    [POSTING_LATER] = ORDER_LATER,
	    [POSTING_UNSENT] = ORDER_UNSENT,
	    [POSTING_BLOCKED] = ORDER_BLOCKED,
	    [POSTING_CUT] = ORDER_CUT,
	};

	return ends[p->end == POSTING_SENT ? p->to[0].end : p->end];
}

/* The answer as the channel reads it. */
static void
write_report(struct posted *p)
{
	const struct mail_reply *said = &p->posting.reply;
	struct order_report r = {.end = end_of(&p->posting),
	    .code = said->code,
	    .status = str_from(said->status),
	    .words = str_from(
		said->words[0] != '\0' ? said->words : p->posting.why)};

	buf_clear(&p->report);
	order_report_write(&r, &p->report);
}

static void
on_posted(struct posting *posting)
{
	struct posted *p = CONTAINER_OF(posting, struct posted, posting);
	struct errand *e = p->errand;
	struct fetch *f = &e->fetch;

	f->why = posting->why;
	e->verdict.broken = posting->lost;
	f->took_ms = posting->took_ms;
	f->end = FETCH_ANSWERED;
	if (posting->end == POSTING_UNSENT)
		f->end = FETCH_UNSENT;
	if (posting->end == POSTING_CUT)
		f->end = FETCH_CUT;
	write_report(p);
	if (p->report.failed)
		f->end = FETCH_CUT;
	f->status = 200;
	f->type = STR("application/json");
	f->body_in = buf_view(&p->report);
	f->retry_after_ms = -1;
	/* errand_fetched() may end the errand, and p with it. */
	errand_fetched(e);
}

/* ---- on its way ------------------------------------------------------------ */

static void
fill(struct posted *p, const struct deliver_conf *conf)
{
	const struct order *o = &p->order;

	p->to = (struct posting_recipient){.address = o->to};
	p->posting = (struct posting){
	    .server = {.url = o->url,
		.auth = o->user.n == 0 ? MAIL_AUTH_NONE
			: o->oauth2    ? MAIL_AUTH_OAUTH2
				       : MAIL_AUTH_PASSWORD,
		.user = o->user,
		.secret = o->secret,
		.ca_file = conf->mail_ca,
		.plain = conf->mail_plain},
	    .hello = str_from(conf->mail_hello),
	    .from = o->from,
	    .to = &p->to,
	    .to_count = 1,
	    .text = o->text,
	    .timeout_ms = conf->mail_timeout_ms,
	    .done = on_posted};
}

bool
mail_is_order(const struct errand *e)
{
	return strcmp(e->call.method, ORDER_METHOD) == 0;
}

enum err
mail_start(struct errand *e)
{
	struct posted *p = calloc(1, sizeof(*p));
	enum err err;

	if (p == NULL)
		return E_NOMEM;
	p->errand = e;
	err = order_read(&e->call, &p->order);
	if (err == OK) {
		fill(p, &e->d->conf);
		err = mailer_start(e->d->mailer, &p->posting);
	}
	if (err == OK) {
		e->posted = p;
		return OK;
	}
	if (err == E_IO) {
		e->verdict.broken = true;
		e->fetch.why = "no process that sends mail can be started";
	}
	free(p);
	return err;
}

void
mail_cancel(struct errand *e)
{
	mailer_cancel(e->d->mailer, &e->posted->posting);
}

void
mail_free(struct errand *e)
{
	if (e->posted == NULL)
		return;
	buf_free(&e->posted->report);
	free(e->posted);
	e->posted = NULL;
}
