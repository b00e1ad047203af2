/* cell: see cell.h. */
#include "tests/model/cell.h"

#include <stdio.h>

/* Where in the log of a made-up chat things stand. */
enum place {
	AT_CUSTOMER = 10,
	AT_AGENT_BEFORE = 15,
	AT_HOLDER = 20,
	AT_AGENT_SINCE = 25,
	AT_CUSTOMER_NEWER = 30,
	AT_OFFER = 35,
	AT_MAILED = 40,
	AT_END = 50,
};
#define EPOCH 5

const struct policy cell_policy = {.idle_ms = 3600000,
    .offer_ms = 30000,
    .queue_ms = 600000,
    .keep_ms = 36000000,
    .first_response_ms = 300000,
    .next_response_ms = 900000,
    .unread_ms = 180000,
    .mail_pause_ms = 300000,
    .window_ms = 86400000,
    .has_desk = true};

struct conversation
cell_chat(const struct cell *cell)
{
	static const uint64_t spoke[] = {0, AT_AGENT_BEFORE, AT_AGENT_SINCE};
	uint64_t customer = cell->newer ? AT_CUSTOMER_NEWER : AT_CUSTOMER;
	uint64_t handled = cell->asked ? customer - 1 : customer;

	return (struct conversation){
	    .id = 1,
	    .seq = AT_END,
	    .epoch = EPOCH,
	    .last_customer_seq = customer,
	    .handled_seq = handled,
	    .resolved_seq = cell->early ? handled : 1,
	    .holder = cell->holder,
	    .agent = cell->agent,
	    .status = cell->status,
	    .opened_at = CELL_THEN,
	    .last_at = CELL_THEN,
	    .customer_at = CELL_THEN,
	    .offered = cell->offered,
	    .offer_seq = cell->offered != 0 ? AT_OFFER : 0,
	    .offered_at = CELL_THEN,
	    .breached = cell->breached,
	    .gone = cell->gone,
	    .unreached = cell->unreached,
	    .holder_seq = AT_HOLDER,
	    .mailed_seq = cell->to_mail ? 0 : AT_MAILED,
	    .agent_seq = spoke[cell->spoke],
	    .queued_at = CELL_THEN,
	    .waiting_at = cell->waiting ? CELL_THEN : 0,
	    .snoozed_until = cell->status == STATUS_SNOOZED ? CELL_SNOOZE : 0,
	    .spoken_by = AUTHOR_CUSTOMER,
	    .spoken_seq = customer,
	};
}

struct decision
cell_asked(const struct cell *cell)
{
	struct conversation c = cell_chat(cell);
	struct decision d;

	/* What had been asked then is dealt with by somebody else now. */
	if (cell->turn == TURN_STALE) {
		c.holder = HOLDER_BOT;
		c.handled_seq = c.last_customer_seq - 1;
	}
	d = decide(&c);
	if (cell->turn == TURN_STALE)
		d.epoch--;
	if (cell->turn != TURN_FRESH)
		d.seq--;
	return d;
}

static enum turn
turn_after(const struct cell *was, const struct conversation *c)
{
	if (was->turn == TURN_NONE || was->turn == TURN_STALE)
		return was->turn;
	if (c->epoch != EPOCH)
		return TURN_STALE;
	return c->seq != AT_END ? TURN_MOVED : was->turn;
}

static unsigned
timers_after(unsigned timers, const struct decision *d)
{
	unsigned i, bit;

	for (i = 0; d != NULL && i < d->timer_count; i++) {
		bit = 1u << d->timers[i].kind;
		timers = d->timers[i].due != 0 ? timers | bit : timers & ~bit;
	}
	return timers;
}

struct cell
cell_of(const struct cell *was, const struct conversation *c,
    const struct decision *d, const struct cell_view *view)
{
	struct cell out = {
	    .holder = c->holder,
	    .status = c->status,
	    .agent = c->agent,
	    .offered = c->offered,
	    .turn = turn_after(was, c),
	    .timers = timers_after(was->timers, d) & view->timers,
	    .breached = (unsigned)c->breached & view->breached,
	    .asked = c->handled_seq < c->last_customer_seq,
	    .to_mail = c->holder == HOLDER_EMAIL && conversation_pending(c),
	    .early = c->handled_seq <= c->resolved_seq,
	    .unreached = c->unreached,
	};

	if (!view->words)
		return out;
	out.waiting = c->waiting_at != 0;
	out.newer = c->last_customer_seq > c->agent_seq;
	out.gone = c->gone;
	out.spoke = c->agent_seq == 0		   ? 0
		    : c->agent_seq > c->holder_seq ? 2
						   : 1;
	return out;
}

uint64_t
cell_key(const struct cell *cell)
{
	const struct {
		unsigned bits;
		uint64_t value;
	} parts[] = {{3, cell->holder}, {2, cell->status},
	    {2, (uint64_t)cell->agent}, {2, (uint64_t)cell->offered},
	    {2, cell->turn}, {TIMER_KINDS, cell->timers},
	    {TIMER_KINDS, cell->breached}, {1, cell->asked}, {1, cell->to_mail},
	    {1, cell->early}, {1, cell->waiting}, {1, cell->newer},
	    {1, cell->gone}, {1, cell->unreached}, {2, cell->spoke}};
	uint64_t key = 0;

	for (unsigned i = 0; i < ARRAY_LEN(parts); i++)
		key = key << parts[i].bits | parts[i].value;
	return key;
}

void
cell_print(const struct cell *cell)
{
	static const char *const turns[] = {"", " fresh", " moved", " stale"};

	printf("%s %s", holder_name(cell->holder), status_name(cell->status));
	if (cell->agent != 0)
		printf(" agent=%lld", (long long)cell->agent);
	if (cell->offered != 0)
		printf(" offered=%lld", (long long)cell->offered);
	printf("%s%s%s%s%s%s%s%s spoke=%u [", cell->asked ? " asked" : "",
	    cell->to_mail ? " to_mail" : "", cell->early ? " early" : "",
	    cell->waiting ? " waiting" : "", cell->newer ? " newer" : "",
	    cell->gone ? " gone" : "", cell->unreached ? " unreached" : "",
	    turns[cell->turn], cell->spoke);
	for (unsigned k = 0; k < TIMER_KINDS; k++)
		if ((cell->timers & 1u << k) != 0)
			printf(" %s", timer_kind_name((enum timer_kind)k));
	printf(" ] %x\n", cell->breached);
}
