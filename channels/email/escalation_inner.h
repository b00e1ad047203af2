/*
 * escalation_inner: what the files of the mails to people share. A mail is
 * built once, as a list of sections, and written in two dresses.
 */
#ifndef CHANNELS_EMAIL_ESCALATION_INNER_H
#define CHANNELS_EMAIL_ESCALATION_INNER_H

#include "channels/email/escalation.h"
#include "core/buf.h"

/* Both bodies of a mail while they are written. */
struct pages {
	struct buf text, html;
};

/* ---- escalation_page.c: sections, in both ---------------------------------- */

void page_title(struct pages *p, struct str words);
void page_small(struct pages *p, struct str words);
void page_words(struct pages *p, struct str words);
void page_heading(struct pages *p, struct str words);
void page_list(struct pages *p, const struct str *list, size_t n);
/* A line of a table; nothing where the value is empty. */
void page_begin_table(struct pages *p);
void page_row(struct pages *p, const char *name, struct str value);
void page_end_table(struct pages *p);
void page_link(struct pages *p, const char *label, struct str url);
/* `when` is ready to be read. */
void page_said(
    struct pages *p, const struct escalation_line *line, struct str when);
/* Markdown. */
void page_markdown(struct pages *p, struct str markdown);

/* ---- escalation_words.c: what others wrote, as it may stand here ------------ */

/* UTF-8 whatever came, and not longer than that; cut between words. */
struct str words_bounded(struct str s, size_t most, struct arena *a);
/*
 * The same as one line: without what ends a line or turns its direction, and
 * spaces but one by one. Empty where nothing is left.
 */
struct str words_line(struct str s, size_t most, struct arena *a);

/* ---- escalation_write.c ----------------------------------------------------- */

/* What they are called: a name, an address, "A customer on Slack". */
struct str escalation_customer(const struct escalation *e, struct arena *a);
void escalation_put(
    const struct escalation *e, struct pages *pages, struct arena *a);

#endif
