/*
 * words: what customers are told while they wait. The texts are the company's;
 * what stands in braces is filled in here.
 */
#include "desk/inner.h"

#include <stdio.h>

#define MINUTE 60000

/* ---- filling in ---------------------------------------------------------- */

#define FIGURE_MAX 80u

struct blank {
	const char *name;
	struct str text;
};

static void
fill(struct buf *out, struct str text, const struct blank *blanks, size_t n)
{
	size_t i, at = 0, len;

	while (at < text.n) {
		for (i = 0; i < n; i++) {
			len = strlen(blanks[i].name);
			if (text.n - at >= len &&
			    memcmp(text.p + at, blanks[i].name, len) == 0)
				break;
		}
		if (i < n) {
			buf_add(out, blanks[i].text.p, blanks[i].text.n);
			at += strlen(blanks[i].name);
		} else {
			buf_char(out, text.p[at++]);
		}
	}
}

/* "about 4 minutes", or "a moment"; "a while" where nobody knows. */
static void
write_wait(char *out, size_t size, int64_t ms)
{
	int64_t minutes = (ms + MINUTE - 1) / MINUTE;

	if (ms < 0)
		(void)snprintf(out, size, "a while");
	else if (minutes <= 1)
		(void)snprintf(out, size, "a moment");
	else if (minutes > 90)
		(void)snprintf(out, size, "about %lld hours",
		    (long long)((minutes + 30) / 60));
	else
		(void)snprintf(
		    out, size, "about %lld minutes", (long long)minutes);
}

static const struct company_hours *
hours_text_of(const struct chat *c)
{
	const struct company *company = c->bureau->company;
	const struct company_team *t = company_team_of(company, c->c.team);

	return t == NULL ? NULL : company_hours(company, t->hours);
}

static struct hours *
hours_of(const struct company_hours *h, struct arena *a)
{
	struct faults faults = {0};
	struct hours *out = NULL;

	if (h == NULL)
		return NULL;
	if (hours_parse(&(struct hours_text){.zone = h->zone,
			    .week = h->week,
			    .week_count = h->week_count,
			    .holidays = h->holidays,
			    .holiday_count = h->holiday_count},
		"hours", &faults, a, &out) != OK)
		out = NULL;
	faults_free(&faults);
	return out;
}

/* "on Monday at 09:00", by the team's own clock. */
static void
write_open(struct desk *d, const struct chat *c, char *out, size_t size)
{
	static const char *const days[] = {"Monday", "Tuesday", "Wednesday",
	    "Thursday", "Friday", "Saturday", "Sunday"};
	const struct company_hours *text = hours_text_of(c);
	const struct hours *h = hours_of(text, &d->arena);
	int64_t open = h == NULL ? 0 : hours_next_open(h, d->wall);
	struct zone_time t;
	struct zone zone;

	(void)snprintf(out, size, "soon");
	if (open == 0 || !zone_find(text->zone, &zone))
		return;
	zone_local(&zone, open, &t);
	(void)snprintf(out, size, "on %s at %02d:%02d", days[t.weekday % 7],
	    t.minute / 60, t.minute % 60);
}

/* ---- notices ------------------------------------------------------------- */

enum notice
words_first(const struct conversation *c)
{
	if (c->notice_seq > c->holder_seq)
		return NOTICE_NONE;
	return c->front ? NOTICE_PASSED : NOTICE_WAITING;
}

/* Without a support desk nothing was passed on: it stays in line. */
static struct str
text_of(const struct chat *c, enum notice notice)
{
	const struct company *company = c->bureau->company;
	const struct company_texts *t = &company->texts;
	bool desk = handoff_has_desk(&c->c, &company->policy);
	const struct str texts[NOTICES] = {
	    [NOTICE_WAITING] = t->waiting,
	    [NOTICE_CLOSED] = desk ? t->closed : t->closed_waits,
	    [NOTICE_NOBODY] = desk ? t->nobody : t->nobody_waits,
	    [NOTICE_MAILED] = t->mailed,
	    [NOTICE_PASSED] = t->passed,
	    [NOTICE_BACK] = t->back,
	    [NOTICE_ENDED] = t->ended,
	};

	return texts[notice];
}

/* Who leaves the website without having left an address hears nothing more. */
static bool
asks_address(struct desk *d, const struct chat *c, enum notice notice)
{
	struct list_row row;

	return c->visitors &&
	       (notice == NOTICE_CLOSED || notice == NOTICE_NOBODY ||
		   notice == NOTICE_MAILED) &&
	       store_read_row(
		   d->reader, c->c.company, c->id, &d->arena, &row) == OK &&
	       row.contact.email.n == 0;
}

static void
write_text(
    struct desk *d, const struct chat *c, enum notice notice, struct buf *out)
{
	const struct company *company = c->bureau->company;
	const struct company_team *team = company_team_of(company, c->c.team);
	char position[FIGURE_MAX], wait[FIGURE_MAX], open[FIGURE_MAX] = "";
	struct blank blanks[] = {{.name = "{position}"}, {.name = "{wait}"},
	    {.name = "{open}"},
	    {"{team}", team != NULL ? team->name : STR("a colleague")}};
	struct routing_spot spot;

	routing_spot(c->bureau->routing, c->id, &spot);
	(void)snprintf(position, sizeof(position), "%llu",
	    (unsigned long long)(spot.position == 0 ? 1 : spot.position));
	write_wait(wait, sizeof(wait), spot.wait_ms);
	if (notice == NOTICE_CLOSED)
		write_open(d, c, open, sizeof(open));
	blanks[0].text = str_from(position);
	blanks[1].text = str_from(wait);
	blanks[2].text = str_from(open);
	fill(out, text_of(c, notice), blanks, ARRAY_LEN(blanks));
	if (!asks_address(d, c, notice))
		return;
	buf_char(out, ' ');
	fill(out, company->texts.address, blanks, ARRAY_LEN(blanks));
}

static enum err
write_body(struct desk *d, const struct chat *c, enum notice notice,
    struct arena *a, struct str *out)
{
	struct routing_spot spot;
	struct buf text = {0}, body = {0};

	routing_spot(c->bureau->routing, c->id, &spot);
	write_text(d, c, notice, &text);
	buf_str(&body, "{\"text\":");
	buf_json(&body, buf_view(&text));
	buf_addf(&body, ",\"notice\":\"%s\"", notice_name(notice));
	if (notice == NOTICE_WAITING && spot.position > 0)
		buf_addf(&body, ",\"position\":%llu",
		    (unsigned long long)spot.position);
	buf_char(&body, '}');
	if (!text.failed && !body.failed)
		*out = arena_copy(a, buf_view(&body));
	buf_free(&text);
	buf_free(&body);
	return out->p == NULL ? E_NOMEM : OK;
}

/* Rows where a vendor carries it. What the channel refuses is not told. */
static enum err
write_rows(
    struct desk *d, const struct chat *c, struct arena *a, struct words *out)
{
	struct reach reach;
	struct faults faults = {0};
	struct outgoing_of of = {
	    .company = c->bureau->company, .reach = &reach, .now = d->wall};
	enum err e = store_read_reach(d->reader, c->id, a, &reach);

	if (e != OK)
		return e;
	of.channel = outgoing_channel(&reach);
	if (of.channel == NULL)
		return OK;
	e = outgoing_message(&of, out->body, a, &out->rows, &faults);
	faults_free(&faults);
	return e;
}

enum err
words_make(struct desk *d, const struct chat *c, enum notice notice,
    struct arena *a, struct words *out)
{
	enum err e;

	*out = (struct words){0};
	e = write_body(d, c, notice, a, &out->body);
	return e == OK ? write_rows(d, c, a, out) : e;
}

/* ---- the line as it moves ------------------------------------------------ */

static void
tell_visitor(struct desk *d, struct chat *c, const struct routing_spot *spot)
{
	struct buf body = {0};

	buf_addf(&body, "{\"type\":\"queue\",\"position\":%llu",
	    (unsigned long long)spot->position);
	if (spot->wait_ms >= 0)
		buf_addf(&body, ",\"wait_s\":%lld",
		    (long long)((spot->wait_ms + 999) / 1000));
	buf_char(&body, '}');
	if (!body.failed)
		bus_add_news(
		    d->conf.publisher, &(struct news){.kind = NEWS_QUEUE,
					   .company = c->c.company,
					   .conversation = c->id,
					   .body = buf_view(&body)});
	buf_free(&body);
	c->told_place = spot->position;
}

/* What is offered to somebody stands in no line. */
static void
tell_place(struct desk *d, struct chat *c, const struct routing_spot *spot)
{
	if (spot->position == 0)
		return;
	if (c->visitors && spot->position != c->told_place)
		tell_visitor(d, c, spot);
	if (c->told_place == 0) /* what they were told last is not known */
		c->told_place = spot->position;
}

/* They come nearer: on the website that is seen anyway. */
static bool
is_nearer(const struct chat *c, const struct routing_spot *spot)
{
	return !c->visitors && spot->position > 0 &&
	       spot->position < c->told_place;
}

/*
 * Who waits and was not told yet is told now; who is on the website sees the
 * line move; the others hear of it as often as the company wants. Where nobody
 * is who could take it a place in line means nothing: what comes of that is
 * told with the act (deeds.c).
 */
static void
tell(struct desk *d, struct chat *c)
{
	struct routing_spot spot;
	enum notice notice;

	if (c->c.holder != HOLDER_QUEUE)
		c->told_place = 0;
	if (c->c.holder != HOLDER_QUEUE || c->busy > 0)
		return;
	routing_spot(c->bureau->routing, c->id, &spot);
	if (spot.leaves || (spot.position == 0 && c->c.offered == 0))
		return;
	notice = words_first(&c->c);
	if (notice == NOTICE_NONE && is_nearer(c, &spot))
		notice = NOTICE_WAITING;
	tell_place(d, c, &spot);
	if (notice == NOTICE_NONE || !handoff_notice_due(&c->c, notice,
					 &c->bureau->company->policy, d->wall))
		return;
	c->told_place = spot.position;
	deed_notify(d, c, notice);
}

void
words_of_new(struct desk *d)
{
	struct chat *c;

	if (d->new_count == 0)
		return;
	while (d->new_count > 0) {
		c = chat_find(d, d->news[--d->new_count]);
		if (c != NULL && c->bureau != NULL)
			tell(d, c);
	}
	bus_flush(d->conf.publisher);
	arena_reset(&d->arena);
}

void
words_of_line(struct desk *d)
{
	unsigned n;

	if (d->line_next == NULL && d->steady >= d->line_at) {
		d->line_next = d->all;
		d->line_at = d->steady + NEWS_OF_LINE_MS;
	}
	for (n = 0; d->line_next != NULL && n < NEWS_OF_LINE_STEP; n++) {
		struct chat *c = d->line_next;

		d->line_next = c->next;
		if (c->bureau != NULL)
			tell(d, c);
	}
	if (n > 0)
		bus_flush(d->conf.publisher);
	if (d->line_next != NULL)
		d->wake_at = d->steady;
	arena_reset(&d->arena);
}
