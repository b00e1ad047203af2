/*
 * escalation_write: what a mail to the support desk says, section by section,
 * in the order in which it is wanted: who needs what and why, what to do, what
 * was said, and who they are.
 */
#include "channels/email/escalation_inner.h"
#include "channels/email/lex.h"

#include <stdio.h>

#define LIST_MAX 20u
#define ITEM_MAX 500u /* characters */
#define NOTE_MAX 1000u
#define NAME_SHOWN 60u

struct writing {
	const struct escalation *e;
	struct arena *arena;
	struct pages *pages;
	struct zone zone;
	struct zone_time now;
};

/* ---- pieces ----------------------------------------------------------------- */

/* "12:14"; of another day "Fri 20 Nov, 12:14"; of another year with that. */
static struct str
time_words(const struct writing *w, int64_t at, bool in_full)
{
	static const char *const days[] = {
	    "Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"};
	static const char *const months[] = {"Jan", "Feb", "Mar", "Apr", "May",
	    "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
	struct zone_time t;
	char year[16] = "";

	zone_local(&w->zone, at, &t);
	if (!in_full && t.day == w->now.day)
		return arena_printf(
		    w->arena, "%02d:%02d", t.minute / 60, t.minute % 60);
	if (in_full || t.year != w->now.year)
		snprintf(year, sizeof(year), " %d", t.year);
	return arena_printf(w->arena, "%s %d %s%s, %02d:%02d", days[t.weekday],
	    t.mday, months[t.month - 1], year, t.minute / 60, t.minute % 60);
}

static struct str
zone_words(const struct writing *w)
{
	return w->e->zone == NULL || w->e->zone_name.n == 0 ? STR("UTC")
							    : w->e->zone_name;
}

struct str
escalation_customer(const struct escalation *e, struct arena *a)
{
	const struct str *const names[] = {
	    &e->customer_name, &e->customer_email, &e->customer_phone};
	size_t i;

	for (i = 0; i < ARRAY_LEN(names); i++) {
		struct str name = words_line(*names[i], NAME_SHOWN, a);

		if (name.n > 0)
			return name;
	}
	return e->channel.n == 0
		   ? STR("A customer")
		   : arena_printf(a, "A customer on %.*s", STR_FMT(e->channel));
}

static struct str
customer(const struct writing *w)
{
	return escalation_customer(w->e, w->arena);
}

static void
put_list(
    struct writing *w, const char *heading, const struct str *list, size_t n)
{
	struct str items[LIST_MAX];
	size_t i, count = 0;

	for (i = 0; i < n && count < LIST_MAX; i++)
		if (!lex_blank(list[i]))
			items[count++] = words_bounded(
			    lex_trim(list[i]), ITEM_MAX, w->arena);
	if (count == 0)
		return;
	page_heading(w->pages, str_from(heading));
	page_list(w->pages, items, count);
}

/* ---- the transcript ---------------------------------------------------------- */

static size_t
weight_of(const struct escalation_line *line)
{
	size_t n = line->text.n;

	return n > 4 * ESCALATION_TEXT_MAX ? 4 * ESCALATION_TEXT_MAX : n;
}

/* The newest that fit. */
static size_t
first_shown(const struct escalation *e)
{
	size_t i = e->transcript_count, bytes = 0;

	while (i > 0 && e->transcript_count - i < ESCALATION_LINES_MAX) {
		bytes += weight_of(&e->transcript[i - 1]);
		if (bytes > ESCALATION_BYTES_MAX && i < e->transcript_count)
			break;
		i--;
	}
	return i;
}

static void
put_line(struct writing *w, const struct escalation_line *said)
{
	struct escalation_line line = *said;

	line.text = words_bounded(said->text, ESCALATION_TEXT_MAX, w->arena);
	line.who = words_line(said->who, NAME_SHOWN, w->arena);
	page_said(w->pages, &line, time_words(w, line.at, false));
}

static void
put_times(struct writing *w, const char *heading)
{
	page_heading(w->pages, arena_printf(w->arena, "%s (times: %.*s)",
				   heading, STR_FMT(zone_words(w))));
}

/* What was before, and had ended, stands apart. */
static void
put_transcript(struct writing *w, const char *heading)
{
	const struct escalation *e = w->e;
	size_t i = first_shown(e);
	bool before = i < e->transcript_count && e->transcript[i].before;

	if (e->transcript_count == 0)
		return;
	put_times(w, before ? "Some time before" : heading);
	if (i > 0)
		page_words(w->pages,
		    arena_printf(w->arena,
			"(%zu earlier messages are not shown here.)", i));
	for (; i < e->transcript_count; i++) {
		if (before && !e->transcript[i].before)
			page_heading(w->pages, str_from(heading));
		before = e->transcript[i].before;
		put_line(w, &e->transcript[i]);
	}
}

/* One message says by itself what it is about. */
static bool
says_enough(const struct escalation *e)
{
	size_t i, said = 0;

	for (i = 0; i < e->transcript_count; i++)
		said += e->transcript[i].customer && !e->transcript[i].before;
	return said == 1 && first_shown(e) == 0;
}

/* ---- sections ----------------------------------------------------------------- */

static void
put_customer(struct writing *w)
{
	const struct escalation *e = w->e;

	page_heading(w->pages, STR("Customer"));
	page_begin_table(w->pages);
	page_row(w->pages, "Name", words_line(e->customer_name, 200, w->arena));
	page_row(
	    w->pages, "E-mail", words_line(e->customer_email, 300, w->arena));
	page_row(
	    w->pages, "Phone", words_line(e->customer_phone, 100, w->arena));
	page_row(w->pages, "Writes on",
	    e->handle.n == 0 ? e->channel
			     : arena_printf(w->arena, "%.*s (%.*s)",
				   STR_FMT(e->channel), STR_FMT(e->handle)));
	page_row(w->pages, "Numbers", words_line(e->numbers, 300, w->arena));
	page_row(w->pages, "Conversation",
	    arena_printf(w->arena, "#%llu%s%.*s",
		(unsigned long long)e->conversation, e->team.n > 0 ? ", " : "",
		STR_FMT(e->team)));
	page_row(w->pages, "Handed over", time_words(w, e->now, true));
	page_end_table(w->pages);
}

static void
put_notes(struct writing *w)
{
	struct str notes[LIST_MAX];
	size_t i, n = w->e->note_count;

	n = n > LIST_MAX ? LIST_MAX : n;
	for (i = 0; i < n; i++)
		notes[i] = words_bounded(w->e->notes[i], NOTE_MAX, w->arena);
	if (n == 0)
		return;
	page_heading(w->pages, STR("Notes of colleagues"));
	page_list(w->pages, notes, n);
}

/* "WhatsApp, +15550001": how they are reached, at one glance. */
static void
put_reach(struct writing *w)
{
	const struct escalation *e = w->e;
	struct str how = words_line(e->customer_phone.n > 0 ? e->customer_phone
				    : e->customer_email.n > 0
					? e->customer_email
					: e->handle,
	    100, w->arena);

	page_small(w->pages,
	    arena_printf(w->arena, "%.*s%s%.*s", STR_FMT(e->channel),
		e->channel.n > 0 && how.n > 0 ? ", " : "", STR_FMT(how)));
}

static void
put_head(struct writing *w, const char *does)
{
	const struct escalation *e = w->e;

	page_title(w->pages,
	    arena_printf(w->arena, "%.*s %s", STR_FMT(customer(w)), does));
	put_reach(w);
	if (e->whole && !lex_blank(e->why))
		page_words(w->pages, words_bounded(e->why, ITEM_MAX, w->arena));
	page_words(w->pages,
	    STR("Just reply to this mail: what you write above the line goes "
		"to the customer, under your name. Nothing else does."));
	put_notes(w);
}

static void
put_whole(struct writing *w)
{
	const struct escalation *e = w->e;

	put_head(w, "needs an answer");
	if (!says_enough(e))
		put_list(w, "Summary", e->summary, e->summary_count);
	put_transcript(w, "Conversation");
	if (first_shown(e) > 0) /* else it is read above */
		put_list(
		    w, "What the assistant tried", e->tried, e->tried_count);
	put_customer(w);
}

static void
put_follow_up(struct writing *w)
{
	put_head(w, "wrote again");
	put_transcript(w, "New messages");
}

void
escalation_put(const struct escalation *e, struct pages *pages, struct arena *a)
{
	struct writing w = {.e = e, .arena = a, .pages = pages};

	if (e->zone != NULL)
		w.zone = *e->zone;
	zone_local(&w.zone, e->now, &w.now);
	if (e->whole)
		put_whole(&w);
	else
		put_follow_up(&w);
	page_link(pages, "Open the conversation", e->link);
	page_small(
	    pages, STR("Only addresses on the company's list can answer. The "
		       "customer sees your name, not your address."));
}
