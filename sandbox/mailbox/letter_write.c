/* letter_write: one plain text, in base64 as soon as it is not plain ASCII. */
#include "sandbox/mailbox/letter.h"
#include "core/utf8.h"

#include <sodium.h>
#include <stdlib.h>
#include <time.h>

#define WORD_BYTES 45u /* 60 characters in base64: RFC 2047 allows 75 */
#define LINE_BYTES 57u /* 76 characters in base64 */
#define PLAIN_LINE 78u

static bool
is_ascii(struct str s)
{
	size_t i;

	for (i = 0; i < s.n; i++)
		if ((unsigned char)s.p[i] >= 127 ||
		    ((unsigned char)s.p[i] < 32 &&
			strchr("\t\r\n", s.p[i]) == NULL))
			return false;
	return true;
}

static bool
has_short_lines(struct str s)
{
	size_t i, line = 0;

	for (i = 0; i < s.n; i++) {
		line = s.p[i] == '\n' ? 0 : line + 1;
		if (line > PLAIN_LINE)
			return false;
	}
	return true;
}

static void
put_base64(struct buf *out, struct str bytes)
{
	char text[sodium_base64_ENCODED_LEN(
	    LINE_BYTES, sodium_base64_VARIANT_ORIGINAL)];

	sodium_bin2base64(text, sizeof(text), (const unsigned char *)bytes.p,
	    bytes.n, sodium_base64_VARIANT_ORIGINAL);
	buf_str(out, text);
}

/* No more than most bytes from the front, whole characters. */
static struct str
cut(struct str s, size_t most)
{
	struct str part = {s.p, 0};
	size_t n;

	while (part.n < s.n) {
		n = utf8_step(s.p + part.n, s.n - part.n);
		n = n == 0 ? 1 : n;
		if (part.n + n > most)
			break;
		part.n += n;
	}
	return part;
}

static void
put_words(struct buf *out, struct str s)
{
	struct str part;

	if (is_ascii(s) && s.n <= PLAIN_LINE) {
		buf_add(out, s.p, s.n);
		return;
	}
	for (; s.n > 0; s = (struct str){s.p + part.n, s.n - part.n}) {
		part = cut(s, WORD_BYTES);
		buf_str(out, "=?UTF-8?B?");
		put_base64(out, part);
		buf_str(out, part.n < s.n ? "?=\r\n " : "?=");
	}
}

static void
put_date(struct buf *out, int64_t at)
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

static void
put_field(struct buf *out, const char *name, struct str value)
{
	if (value.n == 0)
		return;
	buf_addf(out, "%s: ", name);
	buf_add(out, value.p, value.n);
	buf_str(out, "\r\n");
}

/* Each line ends with CR LF, the last one, too. */
static void
put_canonical(struct buf *out, struct str text)
{
	size_t i;

	for (i = 0; i < text.n; i++) {
		if (text.p[i] == '\n')
			buf_char(out, '\r');
		if (text.p[i] != '\r')
			buf_char(out, text.p[i]);
	}
	buf_str(out, "\r\n");
}

static void
put_lines(struct buf *out, struct str text)
{
	size_t n;

	for (; text.n > 0; text = (struct str){text.p + n, text.n - n}) {
		n = text.n < LINE_BYTES ? text.n : LINE_BYTES;
		put_base64(out, (struct str){text.p, n});
		buf_str(out, "\r\n");
	}
}

void
sb_letter_write(const struct letter_draft *d, struct buf *out)
{
	bool plain = is_ascii(d->text) && has_short_lines(d->text);
	struct buf text = {0};

	put_date(out, d->at);
	put_field(out, "From", d->from);
	put_field(out, "To", d->to);
	buf_str(out, "Subject: ");
	put_words(out, d->subject);
	buf_addf(out, "\r\nMessage-ID: <%.*s>\r\n", STR_FMT(d->id));
	put_field(out, "In-Reply-To", d->in_reply_to);
	put_field(out, "References", d->references);
	buf_str(out, "MIME-Version: 1.0\r\n"
		     "Content-Type: text/plain; charset=utf-8\r\n"
		     "Content-Transfer-Encoding: ");
	buf_str(out, plain ? "7bit\r\n\r\n" : "base64\r\n\r\n");
	put_canonical(&text, d->text);
	if (plain)
		buf_add(out, text.data, text.len);
	else
		put_lines(out, buf_view(&text));
	out->failed = out->failed || text.failed;
	buf_free(&text);
}
