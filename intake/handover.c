/*
 * handover: reads what was said since the bot began, page by page, and makes
 * of it what people get with the chat. What is read lives as long as the
 * struct that it is read into; only two bodies go with the act.
 */
#include "intake/handover.h"
#include "core/json.h"

#include <stdlib.h>

#define EVENTS_PAGE 64u

/* ---- the past -------------------------------------------------------------- */

static enum err
take_said(struct handover_past *p, const struct event *e)
{
	struct str text;
	json_t *body;

	if (e->kind != EVENT_MESSAGE || e->author != AUTHOR_CUSTOMER)
		return OK;
	body = json_read(e->body);
	text = json_text_copy(body, "text", &p->arena);
	json_decref(body);
	if (text.n > 0)
		p->said[p->said_count++] = text;
	return text.p == NULL ? E_NOMEM : OK;
}

/* What the turn answers is no part of what was before; all answers are. */
static enum err
take_past(const struct handover_of *of, uint64_t until, struct handover_past *p,
    const struct event *e)
{
	if (p->count == PACK_EVENTS_MAX)
		return OK;
	p->events[p->count++] = *e;
	if (e->author == AUTHOR_CUSTOMER && e->seq > until)
		return OK;
	if (of->spots != NULL)
		trigger_follow(&p->runs, of->spots, e);
	return take_said(p, e);
}

uint64_t
handover_begins(const struct conversation *c)
{
	uint64_t from = c->resolved_seq;

	if (c->holder_seq > from)
		from = c->holder_seq;
	if (c->seq > PACK_EVENTS_MAX && from < c->seq - PACK_EVENTS_MAX)
		from = c->seq - PACK_EVENTS_MAX;
	return from;
}

enum err
handover_read(
    const struct handover_of *of, uint64_t until, struct handover_past *out)
{
	uint64_t after = handover_begins(&of->c);
	struct event events[EVENTS_PAGE];
	size_t n = 1, i;
	enum err e = OK;

	while (e == OK && n > 0 && after < of->c.seq) {
		n = ARRAY_LEN(events);
		e = store_read_events(
		    of->reader, of->c.id, after, &out->arena, events, &n);
		for (i = 0; e == OK && i < n; i++) {
			after = events[i].seq;
			e = take_past(of, until, out, &events[i]);
		}
	}
	return e;
}

void
handover_past_free(struct handover_past *p)
{
	arena_free(&p->arena);
}

/* ---- what goes with it ------------------------------------------------------ */

/* Who they are; without it the pack is as good as can be. */
static void
find_contact(
    const struct handover_of *of, struct arena *a, struct pack_source *src)
{
	struct list_row row;

	if (of->reader == NULL)
		return;
	if (store_read_row(of->reader, of->c.company, of->c.id, a, &row) != OK)
		return;
	src->name = row.contact.name;
	src->email = row.contact.email;
}

static enum err
write_bodies(const struct handover_of *of, const struct pack *pack,
    const struct company_rule *rule, struct act *act)
{
	struct buf b = {0};

	pack_write(pack, &b);
	act->pack = buf_take(&b, of->arena);
	return act->pack.p == NULL ? E_NOMEM
				   : trigger_route(rule, pack->language,
					 of->arena, &act->route);
}

static void
set_place(
    const struct company *c, const struct company_rule *rule, struct act *act)
{
	act->to_team = team_id(
	    rule != NULL && rule->team.n > 0 ? rule->team : c->handoff_team);
	act->priority = rule == NULL ? 0 : (uint64_t)rule->priority;
}

enum err
handover_fill(const struct handover_of *of, const struct handover_past *past,
    const struct handover_why *why, struct act *act)
{
	struct arena scratch = {0};
	struct pack *pack = arena_alloc(&scratch, sizeof(*pack));
	struct pack_source src = {.events = past->events,
	    .count = past->count,
	    .answer = why->answer,
	    .why = why->word};
	enum err e = pack == NULL ? E_NOMEM : OK;

	set_place(of->company, why->rule, act);
	find_contact(of, &scratch, &src);
	if (e == OK)
		e = pack_make(&src, &scratch, pack);
	if (e == OK)
		e = write_bodies(of, pack, why->rule, act);
	arena_free(&scratch);
	return e;
}

/* ---- in the bot's stead ------------------------------------------------------ */

/* A button has no words; a rule that asks for none fits all the same. */
static const struct company_rule *
find_rule(const struct handover_of *of, const struct handover_past *p)
{
	static const struct trigger_text press;
	const struct trigger_case now = {.company = of->company,
	    .channel = of->channel,
	    .texts = &press,
	    .count = 1,
	    .earlier = p->said,
	    .earlier_count = p->said_count};
	struct triggered out;

	trigger_look(&now, &out);
	return out.rule;
}

static enum err
fill_by_rule(const struct handover_of *of, const struct handover_past *p,
    struct str word, struct act *act)
{
	const struct handover_why why = {
	    .word = word, .rule = find_rule(of, p)};

	return handover_fill(of, p, &why, act);
}

static enum err
gather(const struct handover_of *of, struct str word, struct act *act)
{
	struct handover_past *p = calloc(1, sizeof(*p));
	enum err e = p == NULL ? E_NOMEM : OK;

	if (e == OK && of->reader != NULL)
		e = handover_read(of, of->c.seq, p);
	if (e == OK)
		e = fill_by_rule(of, p, word, act);
	if (p != NULL)
		handover_past_free(p);
	free(p);
	return e;
}

enum err
handover_unspoken(
    const struct handover_of *of, struct str word, struct act *act)
{
	struct handover_of silent = *of;

	silent.reader = NULL;
	return gather(&silent, word, act);
}

static void
go_without(const struct handover_of *of, enum err e)
{
	metric_add(of->metrics, METRIC_HANDED_OVER_BARE, 1);
	log_note(
	    of->log, LOG_WARN, "handover.unread", "why", str_from(err_name(e)));
}

enum err
handover_gather(struct handover_of *of, int64_t conversation, struct str word,
    struct act *act)
{
	enum err e = store_read_conversation(of->reader, conversation, &of->c);

	set_place(of->company, NULL, act);
	if (e == OK && of->c.holder == HOLDER_BOT &&
	    of->c.status != STATUS_RESOLVED)
		e = gather(of, word, act);
	if (e != OK && e != E_NOMEM) {
		go_without(of, e);
		e = OK;
	}
	return e;
}
