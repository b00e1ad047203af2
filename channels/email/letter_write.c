/*
 * letter_write: header and body, in the order that mail programs write them.
 * What is written was checked before: see letter_check.c.
 */
#include "channels/email/html.h"
#include "channels/email/letter_inner.h"
#include "core/utf8.h"

#include <time.h>

#define FOLD_AT 76u
#define NAME_MAX_CHARS 100u
#define NAME_PLAIN_MAX 50u
#define WORD_PLAIN_MAX 60u

/* ---- header ------------------------------------------------------------- */

static void
put_date(int64_t at, struct buf *out)
{
	static const char *const days[] = {
	    "Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
	static const char *const months[] = {"Jan", "Feb", "Mar", "Apr", "May",
	    "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
	time_t seconds = (time_t)(at / 1000);
	struct tm t = {0};

	(void)gmtime_r(&seconds, &t);
	buf_addf(out, "Date: %s, %02d %s %d %02d:%02d:%02d +0000\r\n",
	    days[t.tm_wday], t.tm_mday, months[t.tm_mon], t.tm_year + 1900,
	    t.tm_hour, t.tm_min, t.tm_sec);
}

/* May it stand as it is, where encoded words are looked for? */
static bool
needs_no_words(struct str s)
{
	return letter_is_plain(s) && memmem(s.p, s.n, "=?", 2) == NULL;
}

static bool
is_short(struct str name)
{
	return needs_no_words(name) && name.n <= NAME_PLAIN_MAX;
}

static void
put_name(struct str name, struct buf *out)
{
	size_t i;

	if (!is_short(name)) {
		encode_words(name, out);
		return;
	}
	buf_char(out, '"');
	for (i = 0; i < name.n; i++) {
		if (name.p[i] == '"' || name.p[i] == '\\')
			buf_char(out, '\\');
		buf_char(out, name.p[i]);
	}
	buf_char(out, '"');
}

static void
put_mailbox(const struct mail_address *m, struct buf *out)
{
	struct str name = lex_trim(utf8_prefix(m->name, NAME_MAX_CHARS));
	bool fits = is_short(name) && name.n + m->address.n <= NAME_PLAIN_MAX;

	if (name.n == 0) {
		buf_add(out, m->address.p, m->address.n);
		return;
	}
	put_name(name, out);
	buf_str(out, fits ? " <" : "\r\n <");
	buf_add(out, m->address.p, m->address.n);
	buf_char(out, '>');
}

static void
put_mailboxes(const char *field, const struct mail_address *list, size_t n,
    struct buf *out)
{
	size_t i;

	buf_addf(out, "%s: ", field);
	for (i = 0; i < n; i++) {
		buf_str(out, i == 0 ? "" : ",\r\n ");
		put_mailbox(&list[i], out);
	}
	buf_str(out, "\r\n");
}

/* Folded at spaces: what unfolds it gets the same spaces back. */
static void
put_folded(struct str s, size_t column, struct buf *out)
{
	while (s.n > 0) {
		size_t n = 1;

		while (n < s.n && s.p[n] != ' ')
			n++;
		if (column + n > FOLD_AT && s.p[0] == ' ') {
			buf_str(out, "\r\n");
			column = 0;
		}
		buf_add(out, s.p, n);
		column += n;
		s = lex_from(s, n);
	}
}

/* A longer one could not be folded. */
static bool
has_long_word(struct str s)
{
	while (s.n > 0)
		if (lex_cut(&s, ' ').n > WORD_PLAIN_MAX)
			return true;
	return false;
}

static void
put_subject(struct str subject, struct buf *out)
{
	subject = lex_trim(utf8_prefix(subject, LETTER_SUBJECT_MAX));
	buf_str(out, "Subject: ");
	if (needs_no_words(subject) && !has_long_word(subject))
		put_folded(subject, 9, out);
	else
		encode_words(subject, out);
	buf_str(out, "\r\n");
}

static void
put_id(const char *field, struct str id, struct buf *out)
{
	if (id.n > 0)
		buf_addf(out, "%s: <%.*s>\r\n", field, STR_FMT(id));
}

static void
put_references(const struct letter *l, struct buf *out)
{
	const size_t half = LETTER_REFERENCES_SHOWN / 2;
	size_t n = l->reference_count, i;

	for (i = 0; i < n; i++) {
		if (i >= half && i + half < n)
			continue;
		buf_addf(out, "%s <%.*s>\r\n", i == 0 ? "References:" : "",
		    STR_FMT(l->references[i]));
	}
}

static const char *const origins[LETTER_ORIGINS] = {
    [LETTER_BY_HAND] = NULL,
    [LETTER_NOTICE] = "auto-generated",
    [LETTER_AUTOMATIC] = "auto-replied",
};

void
letter_put_header(const struct letter *l, struct buf *out)
{
	put_date(l->at, out);
	put_mailboxes("From", &l->from, 1, out);
	put_mailboxes("To", l->to, l->to_count, out);
	if (l->reply_to.address.n > 0)
		put_mailboxes("Reply-To", &l->reply_to, 1, out);
	put_subject(l->subject, out);
	put_id("Message-ID", l->id, out);
	put_id("In-Reply-To", l->in_reply_to, out);
	put_references(l, out);
	if (origins[l->origin] != NULL)
		buf_addf(out,
		    "Auto-Submitted: %s\r\n"
		    "X-Auto-Response-Suppress: All\r\n",
		    origins[l->origin]);
	if (l->row != 0)
		buf_addf(out, LETTER_ROW_FIELD ": %llu\r\n",
		    (unsigned long long)l->row);
	buf_str(out, "MIME-Version: 1.0\r\n");
}

/* ---- all of it ---------------------------------------------------------- */

enum err
letter_write(const struct letter *l, struct faults *faults, struct buf *out)
{
	size_t had = out->len;
	enum err e;

	if (!letter_check(l, faults))
		return E_BADINPUT;
	letter_put_header(l, out);
	e = letter_put_body(l, out);
	if (e != OK || out->failed) {
		out->len = had;
		e = E_NOMEM;
	}
	return e;
}
