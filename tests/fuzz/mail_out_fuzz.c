/*
 * mail_out: any bytes, cut at each 0x1e, in each place of a letter. It is
 * refused, or written; and then it is sound, has the fields that it should, and
 * reads as it was meant.
 */
#include "channels/email/letter.h"
#include "channels/email/lex.h"
#include "channels/email/mime.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define LINE_MOST 998u

static void
must(bool good)
{
	if (!good)
		abort();
}

static void
check_bytes(struct str mail)
{
	size_t i, line = 0;

	for (i = 0; i < mail.n; i++) {
		unsigned char c = (unsigned char)mail.p[i];

		must((c >= ' ' && c < 0x7f) || c == '\r' || c == '\n');
		must((c == '\n') == (i > 0 && mail.p[i - 1] == '\r'));
		line = c == '\n' ? 0 : line + 1;
		must(line <= LINE_MOST + 1);
	}
}

static void
check(struct str mail, const struct letter *l)
{
	static const char *const names[] = {"Date", "From", "To", "Reply-To",
	    "Subject", "Message-ID", "In-Reply-To", "References",
	    "Auto-Submitted", "X-Auto-Response-Suppress", "X-Frontdesk-Row",
	    "MIME-Version", "Content-Type", "Content-Transfer-Encoding"};
	/* The last is of a part, where there is only one. */
	size_t n = ARRAY_LEN(names) - (l->html.n > 0 || l->file_count > 0);
	struct arena a = {0};
	struct mail_addresses to;
	struct mime m;
	size_t i;

	check_bytes(mail);
	must(mime_read(mail, &a, &m) == OK && m.odd == 0);
	must(m.root->field_count == n);
	for (i = 0; i < n; i++)
		must(str_eq(m.root->fields[i].name, str_from(names[i])));
	must(addresses_read(mime_field(&m, m.root, "To"), &a, &to) == OK);
	must(to.count == 1 && str_eq(to.list[0].address, l->to[0].address));
	arena_free(&a);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str rest = {(const char *)data, size}, piece[11];
	struct mail_address to;
	struct letter_file file;
	struct letter l;
	struct faults faults = {0};
	struct buf b = {0};
	size_t i;

	for (i = 0; i < ARRAY_LEN(piece); i++)
		piece[i] = lex_cut(&rest, '\x1e');
	to = (struct mail_address){piece[0], piece[1]};
	file = (struct letter_file){
	    .name = piece[8], .type = piece[9], .bytes = rest};
	l = (struct letter){.to = &to,
	    .to_count = 1,
	    .from = {piece[2], piece[3]},
	    .reply_to = {piece[4], STR("a@b.c")},
	    .subject = piece[5],
	    .id = piece[6],
	    .in_reply_to = STR("a@b"),
	    .references = &piece[10],
	    .reference_count = 1,
	    .origin = LETTER_NOTICE,
	    .row = 1,
	    .text = piece[7],
	    .html = rest,
	    .files = &file,
	    .file_count = size % 2};
	if (letter_write(&l, &faults, &b) == OK)
		check(buf_view(&b), &l);
	else
		must(b.len == 0 && faults.count > 0);
	faults_free(&faults);
	buf_free(&b);
	return 0;
}
