/*
 * describe: the table of channels as a page for people. One table of the page
 * for each group of capabilities; a column is a title and who writes its cell.
 */
#include "channels/channel.h"
#include "channels/split.h"

#define MIB (1024u * 1024)
#define MB (1000u * 1000)
#define NONE "–"

static void
add_count(struct buf *out, unsigned n, const char *one)
{
	buf_addf(out, "%u %s%s", n, one, n == 1 ? "" : "s");
}

static void
add_bool(struct buf *out, bool yes)
{
	buf_str(out, yes ? "yes" : NONE);
}

static void
add_size(struct buf *out, size_t bytes)
{
	if (bytes % MIB == 0)
		buf_addf(out, "%zu MiB", bytes / MIB);
	else if (bytes % MB == 0)
		buf_addf(out, "%zu MB", bytes / MB);
	else
		buf_addf(out, "%zu bytes", bytes);
}

/* ---- text --------------------------------------------------------------- */

static void
cell_text(const struct capabilities *can, struct buf *out)
{
	buf_addf(out, "%u %s", can->text_max, text_unit_name(can->unit));
}

static void
cell_parts(const struct capabilities *can, struct buf *out)
{
	if (can->parts_max == 1)
		buf_str(out, "one message");
	else
		buf_addf(out, "up to %u of %u", can->parts_max, can->part_max);
}

static void
cell_markup(const struct capabilities *can, struct buf *out)
{
	static const char *const words[MARKUPS] = {
	    [MARKUP_MARKDOWN] = "Markdown",
	    [MARKUP_MRKDWN] = "`*bold*`, `<url\\|label>`",
	    [MARKUP_SIMPLE] = "`*bold*`, `_italic_`, links as they are",
	    [MARKUP_NONE] = NONE,
	};

	buf_str(out, words[can->markup]);
}

static void
cell_buttons(const struct capabilities *can, struct buf *out)
{
	if (can->buttons_max == 0)
		buf_str(out, NONE);
	else
		buf_addf(out, "up to %u, of %u each", can->buttons_max,
		    can->button_text_max);
}

/* ---- files -------------------------------------------------------------- */

static void
add_kind(struct buf *out, const struct media_kind *k)
{
	size_t n = strlen(k->type);

	if (n == 0)
		buf_str(out, "everything");
	else if (k->type[n - 1] == '/')
		buf_addf(out, "any %.*s", (int)n - 1, k->type);
	else
		buf_str(out, k->type);
}

/* Types of one size stand together: "a, b: 5 MiB; c: 16 MiB". */
static void
cell_media(const struct capabilities *can, struct buf *out)
{
	const struct media_kind *k = can->media;

	if (k == NULL)
		buf_str(out, NONE);
	for (; k != NULL && k->type != NULL; k++) {
		add_kind(out, k);
		if (k[1].type != NULL && k[1].size_max == k->size_max) {
			buf_str(out, ", ");
			continue;
		}
		buf_str(out, ": ");
		add_size(out, k->size_max);
		buf_str(out, k[1].type != NULL ? "; " : "");
	}
}

static void
cell_media_max(const struct capabilities *can, struct buf *out)
{
	if (can->media == NULL)
		buf_str(out, NONE);
	else
		buf_addf(out, "%u", can->media_max);
}

/* ---- signs of life ------------------------------------------------------ */

static void
cell_typing(const struct capabilities *can, struct buf *out)
{
	add_bool(out, can->typing);
}

static void
cell_drafts(const struct capabilities *can, struct buf *out)
{
	add_bool(out, can->drafts);
}

static void
cell_receipts(const struct capabilities *can, struct buf *out)
{
	add_bool(out, can->receipts);
}

static void
cell_threads(const struct capabilities *can, struct buf *out)
{
	add_bool(out, can->threads);
}

/* ---- when and how fast -------------------------------------------------- */

static void
cell_window(const struct capabilities *can, struct buf *out)
{
	if (can->window_hours == 0) {
		buf_str(out, "always");
		return;
	}
	add_count(out, can->window_hours, "hour");
	buf_addf(out, " after the customer's last message%s",
	    can->templates ? "; then a template" : "");
}

static void
cell_rate(const struct capabilities *can, struct buf *out)
{
	if (can->per_second == 0)
		buf_str(out, NONE);
	else
		buf_addf(out, "%u a second", can->per_second);
}

static void
cell_recipient(const struct capabilities *can, struct buf *out)
{
	if (can->per_recipient_ms == 0)
		buf_str(out, NONE);
	else
		buf_addf(out, "one in %g s, up to %u at once",
		    can->per_recipient_ms / 1000.0, can->recipient_burst);
	if (can->automatic_per_hour > 0)
		buf_addf(out, "; of what no person says %u an hour",
		    can->automatic_per_hour);
}

static void
cell_retry(const struct capabilities *can, struct buf *out)
{
	if (can->retry_hours == 0)
		buf_str(out, NONE);
	else
		add_count(out, can->retry_hours, "hour");
}

/* ---- after a failure ---------------------------------------------------- */

static void
cell_lookup(const struct capabilities *can, struct buf *out)
{
	if (can->lookup)
		buf_str(out, "the vendor is asked");
	else if (can->repeats == 1)
		buf_str(out, "it goes out once more, with the same id; then "
			     "people decide");
	else
		buf_str(out, "people decide");
}

static void
cell_backfill(const struct capabilities *can, struct buf *out)
{
	static const char *const words[] = {
	    [BACKFILL_NONE] = NONE,
	    [BACKFILL_ACCOUNT] = "the whole account",
	    [BACKFILL_CONVERSATIONS] = "each conversation we know",
	};

	buf_str(out, words[can->backfill]);
}

/* ---- the page ----------------------------------------------------------- */

#define COLUMNS_MAX 4u

static const struct group {
	const char *title, *prose;
	bool vendors; /* only channels that a vendor carries */
	struct {
		const char *title;
		void (*cell)(const struct capabilities *can, struct buf *out);
	} columns[COLUMNS_MAX];
} groups[] = {
    {.title = "Text",
	.prose = "A longer text is refused. What is longer than one message "
		 "is split, between\nparagraphs where there are some; never "
		 "inside a link or a character. UTF-16 units\nare "
		 "characters, of which an emoji counts as two or more.",
	.columns = {{"text at most", cell_text}, {"split into", cell_parts},
	    {"markup", cell_markup}, {"buttons", cell_buttons}}},
    {.title = "Files",
	.prose = "What we send. A file of another type, or a larger one, goes "
		 "as a link to where\nit is kept.",
	.columns = {{"types and sizes", cell_media},
	    {"in one message", cell_media_max}}},
    {.title = "Signs of life",
	.prose = "Whether customers see that somebody types and an answer "
		 "while it grows; whether\nwe are told how far a message came; "
		 "whether one place holds many conversations.",
	.columns = {{"typing", cell_typing}, {"drafts", cell_drafts},
	    {"receipts", cell_receipts}, {"threads", cell_threads}}},
    {.title = "When and how fast",
	.prose = "Messages wait rather than break these limits. An account "
		 "may set others:\n`sends_per_second` and "
		 "`sends_per_recipient_minute`.",
	.vendors = true,
	.columns = {{"free text", cell_window}, {"an account", cell_rate},
	    {"to one customer", cell_recipient},
	    {"given up after", cell_retry}}},
    {.title = "After a failure",
	.prose = "A message that went out without an answer is never sent "
		 "again blindly. After a\nlong outage the vendor is asked "
		 "what came in meanwhile.",
	.vendors = true,
	.columns = {{"did it arrive?", cell_lookup},
	    {"what was missed", cell_backfill}}},
};

static void
describe_head(const struct group *g, struct buf *out)
{
	size_t i;

	buf_addf(out, "## %s\n\n%s\n\n| channel |", g->title, g->prose);
	for (i = 0; i < COLUMNS_MAX && g->columns[i].title != NULL; i++)
		buf_addf(out, " %s |", g->columns[i].title);
	buf_str(out, "\n| --- |");
	for (i = 0; i < COLUMNS_MAX && g->columns[i].title != NULL; i++)
		buf_str(out, " --- |");
	buf_char(out, '\n');
}

static void
describe_row(const struct group *g, const struct channel *c, struct buf *out)
{
	size_t i;

	buf_addf(out, "| %s |", c->title);
	for (i = 0; i < COLUMNS_MAX && g->columns[i].title != NULL; i++) {
		buf_char(out, ' ');
		g->columns[i].cell(&c->can, out);
		buf_str(out, " |");
	}
	buf_char(out, '\n');
}

static void
describe_group(const struct group *g, struct buf *out)
{
	size_t i;

	describe_head(g, out);
	for (i = 0; channels[i] != NULL; i++)
		if (!channels[i]->can.events_only &&
		    (!g->vendors || channel_has_vendor(channels[i])))
			describe_row(g, channels[i], out);
	buf_char(out, '\n');
}

static void
describe_account(const struct channel *c, struct buf *out)
{
	const struct account_need *n;

	buf_addf(out,
	    "\n### %s\n\n`\"channel\": \"%s\"`. The vendor calls us below\n"
	    "`/hooks/%s/<company>/<account>`.\n\n"
	    "| member | | write |\n| --- | --- | --- |\n",
	    c->title, c->name, c->name);
	for (n = c->needs; n != NULL && n->member != NULL; n++)
		buf_addf(out, "| `%s` | %s | %s |\n", n->member,
		    n->required ? "needed" : "", n->what);
}

void
channels_describe(struct buf *out)
{
	size_t i;

	buf_str(out,
	    "# Channels\n\n"
	    "Where customers write from, what can be said there and how "
	    "fast, and what an\naccount at the vendor needs. Printed by "
	    "`frontdesk help channels markdown` from\nthe rows that the "
	    "program itself goes by.\n\n");
	for (i = 0; i < ARRAY_LEN(groups); i++)
		describe_group(&groups[i], out);
	buf_str(out,
	    "## Accounts\n\n"
	    "An element of `accounts` in the company's document "
	    "([company.md](company.md)).\nEach has a `channel`, a `name` of "
	    "your choice, an `api` if the vendor's own\naddress is not the "
	    "one to use, and the members named here. Others are refused.\n");
	for (i = 0; channels[i] != NULL; i++)
		if (channel_has_vendor(channels[i]))
			describe_account(channels[i], out);
}
