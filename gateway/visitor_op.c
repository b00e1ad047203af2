/*
 * visitor_op: what a visitor does becomes an op of the store; when it is on
 * disk, what happened becomes news, and work for the bot if there is any.
 */
#include "bus/publish.h"
#include "channels/channel.h"
#include "core/theirs.h"
#include "gateway/visitor.h"
#include "intake/handover.h"
#include "intake/said.h"

#include <sodium.h>
#include <stdlib.h>

#define ADDRESS_BYTES 16u
#define PARTS_MAX 6u
#define HASH_BYTES 16u

/* ---- packing: one allocation for the op and all of its text ------------ */

struct packing {
	struct buf text;
	struct {
		size_t member, at; /* of a struct str in struct visitor_op */
	} part[PARTS_MAX];
	unsigned count;
};

#define PART(member) offsetof(struct visitor_op, member)

/* What is written to p->text from here on becomes that member. */
static void
pack(struct packing *p, size_t member)
{
	p->part[p->count].member = member;
	p->part[p->count].at = p->text.len;
	p->count++;
}

static void
pack_str(struct packing *p, size_t member, struct str s)
{
	if (s.n == 0)
		return;
	pack(p, member);
	buf_add(&p->text, s.p, s.n);
}

static void
point_parts(struct visitor_op *o, const struct packing *p)
{
	struct str s;
	size_t end;
	unsigned i;

	for (i = 0; i < p->count; i++) {
		end = i + 1 < p->count ? p->part[i + 1].at : p->text.len;
		s.p = o->text + p->part[i].at;
		s.n = end - p->part[i].at;
		memcpy((char *)o + p->part[i].member, &s, sizeof(s));
	}
}

/* Frees what was packed, whatever comes of it. */
static struct visitor_op *
unpack(struct packing *p, struct gateway *g, enum store_verb verb)
{
	struct visitor_op *o = NULL;

	if (!p->text.failed)
		o = malloc(sizeof(*o) + p->text.len);
	if (o != NULL) {
		*o = (struct visitor_op){.op.verb = verb, .gateway = g};
		if (p->text.len > 0)
			memcpy(o->text, p->text.data, p->text.len);
		point_parts(o, p);
	}
	buf_free(&p->text);
	return o;
}

static void
write_source(struct buf *out, int64_t conversation, struct str rest)
{
	/* The conversation first: near in the index is near in time. */
	buf_str(out, channel_of_visitors()->name);
	buf_char(out, ':');
	buf_i64(out, conversation);
	buf_char(out, ':');
	buf_add(out, rest.p, rest.n);
}

static void
set_event(struct visitor_op *o, const struct token *who, enum event_kind kind)
{
	struct store_inbound *in = &o->op.inbound;

	in->conversation = who->conversation;
	in->event.kind = kind;
	in->event.author = AUTHOR_CUSTOMER;
	in->event.at = clock_wall(o->gateway->clock);
}

/* ---- the ops ----------------------------------------------------------- */

/* The address that they leave, whoever holds the conversation. */
static void
pack_email_of(struct packing *p, struct gateway *g, const struct token *who,
    struct str text)
{
	struct company *c = NULL;
	struct str rest = text;

	if (theirs_next(&rest).n == 0 ||
	    company_cache_by_id(g->companies, who->company, &c) != OK)
		return;
	pack_str(p, PART(op.inbound.email), said_email(c, text));
	company_unref(c);
}

struct visitor_op *
visitor_op_message(
    struct gateway *g, const struct token *who, const struct frame *f)
{
	struct packing p = {0};
	struct visitor_op *o;

	pack(&p, PART(op.inbound.event.source));
	write_source(&p.text, who->conversation, f->id);
	pack(&p, PART(op.inbound.event.body));
	frame_write_message_body(&p.text, f);
	pack_str(&p, PART(id), f->id);
	pack_email_of(&p, g, who, f->text);
	o = unpack(&p, g, STORE_INBOUND);
	if (o != NULL)
		set_event(o, who, EVENT_MESSAGE);
	return o;
}

/* The same identity again is the same event again. */
static void
write_identity_source(
    struct buf *out, const struct token *who, const struct frame *f)
{
	const struct str parts[] = {f->user, f->name, f->email};
	char rest[10 + 2 * HASH_BYTES] = "identify:";
	unsigned char hash[HASH_BYTES];
	crypto_generichash_state state;
	size_t i;

	crypto_generichash_init(&state, NULL, 0, sizeof(hash));
	for (i = 0; i < ARRAY_LEN(parts); i++) {
		crypto_generichash_update(
		    &state, (const unsigned char *)parts[i].p, parts[i].n);
		crypto_generichash_update(&state, (const unsigned char *)"", 1);
	}
	crypto_generichash_final(&state, hash, sizeof(hash));
	sodium_bin2hex(rest + 9, sizeof(rest) - 9, hash, sizeof(hash));
	write_source(out, who->conversation, str_from(rest));
}

struct visitor_op *
visitor_op_identify(
    struct gateway *g, const struct token *who, const struct frame *f)
{
	struct packing p = {0};
	struct visitor_op *o;

	pack(&p, PART(op.inbound.event.source));
	write_identity_source(&p.text, who, f);
	pack(&p, PART(op.inbound.event.body));
	buf_char(&p.text, '{');
	buf_member(&p.text, "user", f->user);
	buf_member(&p.text, "name", f->name);
	buf_member(&p.text, "email", f->email);
	buf_char(&p.text, '}');
	pack_str(&p, PART(op.inbound.external_id), f->user);
	pack_str(&p, PART(op.inbound.name), f->name);
	pack_str(&p, PART(op.inbound.email), f->email);
	o = unpack(&p, g, STORE_INBOUND);
	if (o != NULL)
		set_event(o, who, EVENT_IDENTIFIED);
	return o;
}

struct visitor_op *
visitor_op_seen(
    struct gateway *g, const struct token *who, const struct frame *f)
{
	struct packing p = {0};
	struct visitor_op *o = unpack(&p, g, STORE_SEEN);

	if (o == NULL)
		return NULL;
	o->op.seen.conversation = who->conversation;
	o->op.seen.seen.customer = f->seq;
	return o;
}

/* How long they may wait the company's document says, and whose line it is. */
static void
set_handoff(struct visitor_op *o, const struct token *who, enum trigger trigger)
{
	o->policy = channel_policy(o->company, channel_of_visitors());
	o->op.act = (struct store_act){.conversation = who->conversation,
	    .company = who->company,
	    .arena = &o->arena,
	    .act = {.kind = ACT_QUEUE,
		.to_team = team_id(o->company->handoff_team),
		.wanted = (int64_t)o->seller,
		.now = clock_wall(o->gateway->clock),
		.body = trigger_body(trigger),
		.policy = &o->policy}};
}

/* As if they had asked in words. */
static enum err
gather(struct visitor_op *o, struct store_reader *reader, enum trigger trigger)
{
	struct store_act *in = &o->op.act;
	struct handover_of of = {.reader = reader,
	    .company = o->company,
	    .arena = &o->arena,
	    .channel = str_from(channel_of_visitors()->name),
	    .log = o->gateway->log,
	    .metrics = o->gateway->metrics};
	struct str word = str_from(trigger_name(trigger));

	if (reader == NULL)
		return handover_unspoken(&of, word, &in->act);
	return handover_gather(&of, in->conversation, word, &in->act);
}

/* With its company; what is done is still to be set. */
static struct visitor_op *
begin_act(struct gateway *g, const struct token *who, struct company *company)
{
	struct packing p = {0};
	struct visitor_op *o = unpack(&p, g, STORE_ACT);
	enum err e = OK;

	if (o == NULL)
		return NULL;
	if (company != NULL)
		o->company = company_ref(company);
	else
		e = company_cache_by_id(
		    g->companies, who->company, &o->company);
	if (e == OK)
		return o;
	visitor_op_free(o);
	return NULL;
}

struct visitor_op *
visitor_op_handoff(struct gateway *g, struct store_reader *reader,
    const struct token *who, struct company *company, uint64_t seller)
{
	enum trigger trigger = seller == 0 ? TRIGGER_ASKED : TRIGGER_SELLER;
	struct visitor_op *o = begin_act(g, who, company);

	if (o == NULL)
		return NULL;
	o->seller = seller;
	set_handoff(o, who, trigger);
	if (gather(o, reader, trigger) == OK)
		return o;
	visitor_op_free(o);
	return NULL;
}

struct visitor_op *
visitor_op_leave(struct gateway *g, const struct token *who)
{
	struct visitor_op *o = begin_act(g, who, NULL);

	if (o == NULL)
		return NULL;
	o->policy = channel_policy(o->company, channel_of_visitors());
	o->op.act = (struct store_act){.conversation = who->conversation,
	    .company = who->company,
	    .arena = &o->arena,
	    .act = {.kind = ACT_GONE,
		.now = clock_wall(g->clock),
		.policy = &o->policy}};
	return o;
}

struct visitor_op *
visitor_op_open(struct gateway *g, int64_t company)
{
	struct packing p = {0};
	unsigned char bytes[ADDRESS_BYTES];
	char hex[2 * ADDRESS_BYTES + 1];
	struct visitor_op *o;

	randombytes_buf(bytes, sizeof(bytes));
	sodium_bin2hex(hex, sizeof(hex), bytes, sizeof(bytes));
	pack_str(&p, PART(op.open.address.address), str_from(hex));
	o = unpack(&p, g, STORE_OPEN);
	if (o == NULL)
		return NULL;
	o->op.open.address.company = company;
	o->op.open.address.channel = str_from(channel_of_visitors()->name);
	o->op.open.at = clock_wall(g->clock);
	return o;
}

void
visitor_op_free(struct visitor_op *o)
{
	if (o == NULL)
		return;
	company_unref(o->company);
	arena_free(&o->arena);
	free(o);
}

/* ---- done -------------------------------------------------------------- */

static void
publish_inbound(struct visitor_op *o)
{
	const struct store_inbound *in = &o->op.inbound;
	struct gateway *g = o->gateway;
	struct event e = in->event;

	if (in->duplicate) {
		metric_add(g->metrics, METRIC_MESSAGES_DUPLICATE, 1);
		return;
	}
	metric_add(g->metrics, METRIC_MESSAGES_IN, e.kind == EVENT_MESSAGE);
	e.seq = in->seq;
	e.at = in->at;
	publish_event(g->publisher, &in->state, &e, o->origin);
	if (conversation_pending(&in->state))
		bus_add_work(g->publisher, in->conversation);
}

static void
publish_seen(struct visitor_op *o)
{
	const struct store_seen *s = &o->op.seen;
	struct news n = {.kind = NEWS_SEEN,
	    .conversation = s->conversation,
	    .seq = s->seen.customer,
	    .origin = o->origin,
	    .body = str_from(author_name(AUTHOR_CUSTOMER))};

	if (s->changed)
		bus_add_news(o->gateway->publisher, &n);
}

static void
publish_act(struct visitor_op *o)
{
	const struct store_act *in = &o->op.act;
	unsigned i;

	for (i = 0; i < in->acted.decision.event_count; i++)
		publish_event(o->gateway->publisher, &in->state,
		    &in->acted.decision.events[i], o->origin);
	if (conversation_pending(&in->state))
		bus_add_work(o->gateway->publisher, in->state.id);
}

static void (*const publish[STORE_VERBS])(struct visitor_op *) = {
    [STORE_INBOUND] = publish_inbound,
    [STORE_SEEN] = publish_seen,
    [STORE_ACT] = publish_act,
};

/* What has ended cannot be left; all else is as they want it already. */
static enum err
refused_err(const struct store_act *in)
{
	return in->act.kind == ACT_GONE && in->acted.refusal == ACT_IS_RESOLVED
		   ? E_STALE
		   : OK;
}

static void
done(struct store_op *op)
{
	struct visitor_op *o = CONTAINER_OF(op, struct visitor_op, op);

	if (op->err == OK && publish[op->verb] != NULL)
		publish[op->verb](o);
	/* With people already, or ended: they are told by events. */
	if (op->err == E_DENIED && op->verb == STORE_ACT)
		op->err = refused_err(&op->act);
	if (op->err != OK && op->verb == STORE_INBOUND)
		metric_add(o->gateway->metrics, METRIC_MESSAGES_REFUSED, 1);
	o->finish(o);
}

enum err
visitor_op_submit(struct visitor_op *o)
{
	enum err e;

	o->op.done = done;
	e = store_submit(o->gateway->store, &o->op);
	if (e != OK && o->op.verb == STORE_INBOUND)
		metric_add(o->gateway->metrics, METRIC_MESSAGES_REFUSED, 1);
	return e;
}

void
visitor_types(struct gateway *g, int64_t conversation, bool on, uint64_t origin)
{
	bus_add_news(
	    g->publisher, &(struct news){.kind = NEWS_TYPING,
			      .conversation = conversation,
			      .seq = on,
			      .origin = origin,
			      .body = str_from(author_name(AUTHOR_CUSTOMER))});
}

struct frame_error
visitor_store_error(enum err e, struct str id)
{
	if (e == E_DENIED) /* only an identity can be refused there */
		return (struct frame_error){.code = FAULT_BAD_IDENTITY,
		    .detail = STR("this conversation is somebody else's; "
				  "begin a new one, without a token"),
		    .id = id};
	if (e == E_STALE) /* only leaving can come too late */
		return (struct frame_error){.code = FAULT_ENDED,
		    .detail = STR("there is nothing to leave; "
				  "writing opens it again"),
		    .id = id};
	return (struct frame_error){.code = fault_of_err(e),
	    .detail = STR("it was not stored; send it again"),
	    .id = id};
}
