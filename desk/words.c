/*
 * words: what customers are told while they wait. The texts are the company's;
 * what stands in braces is filled in here.
 */
#include "core/blank.h"
#include "desk/inner.h"

#define MINUTE 60000

/* ---- filling in ---------------------------------------------------------- */

#define HOURS_FROM_MINUTES 90

/* "about 4 minutes", or "a moment"; "a while" where nobody knows. */
static struct str
wait_text(const struct company_texts *t, int64_t ms, struct arena *a)
{
	int64_t minutes = (ms + MINUTE - 1) / MINUTE;
	bool hours = minutes > HOURS_FROM_MINUTES;
	const struct blank n = {
	    "{n}", arena_printf(a, "%lld",
		       (long long)(hours ? (minutes + 30) / 60 : minutes))};

	if (ms < 0)
		return t->wait_unknown;
	if (minutes <= 1)
		return t->wait_moment;
	return blanks_fill(hours ? t->wait_hours : t->wait_minutes, &n, 1, a);
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

static struct str
day_text(const struct company_texts *t, int weekday)
{
	static const char *const days[] = {"Monday", "Tuesday", "Wednesday",
	    "Thursday", "Friday", "Saturday", "Sunday"};
	size_t day = (size_t)weekday % ARRAY_LEN(days);

	return day < t->day_count ? t->days[day] : str_from(days[day]);
}

/* "on Monday at 09:00", by the team's own clock. */
static struct str
open_text(struct desk *d, const struct chat *c)
{
	const struct company_texts *t = &c->bureau->company->texts;
	const struct company_hours *text = hours_text_of(c);
	const struct hours *h = hours_of(text, &d->arena);
	int64_t open = h == NULL ? 0 : hours_next_open(h, d->wall);
	struct zone_time at;
	struct zone zone;

	if (open == 0 || !zone_find(text->zone, &zone))
		return t->open_unknown;
	zone_local(&zone, open, &at);
	const struct blank blanks[] = {{"{day}", day_text(t, at.weekday)},
	    {"{time}", arena_printf(&d->arena, "%02d:%02d", at.minute / 60,
			   at.minute % 60)}};
	return blanks_fill(t->open_at, blanks, ARRAY_LEN(blanks), &d->arena);
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
	struct blank blanks[] = {{.name = "{position}"}, {.name = "{wait}"},
	    {.name = "{open}"},
	    {"{team}", team != NULL ? team->name : company->texts.colleague}};
	struct routing_spot spot;

	routing_spot(c->bureau->routing, c->id, &spot);
	blanks[0].text = arena_printf(&d->arena, "%llu",
	    (unsigned long long)(spot.position == 0 ? 1 : spot.position));
	blanks[1].text = wait_text(&company->texts, spot.wait_ms, &d->arena);
	if (notice == NOTICE_CLOSED)
		blanks[2].text = open_text(d, c);
	blanks_write(out, text_of(c, notice), blanks, ARRAY_LEN(blanks));
	if (!asks_address(d, c, notice))
		return;
	buf_char(out, ' ');
	blanks_write(out, company->texts.address, blanks, ARRAY_LEN(blanks));
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
