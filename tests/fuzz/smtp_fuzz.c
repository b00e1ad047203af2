/*
 * What a server says in an SMTP session, and what our side of it may look
 * like: the first byte says how it is cut; a line that begins with ">" is ours,
 * one with "!" hands over the text. Nothing is SENT that was not handed over,
 * and nothing CUT that was not. Then the same bytes as what a child says.
 */
#include "net/mail_dialog.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct posting_recipient to[3];

static void
check(const struct posting *p, const struct dialog *d)
{
	char again[MAIL_WORDS_MAX + 1];
	unsigned i;

	if (p->end >= POSTING_ENDS || (!d->handed && p->end == POSTING_SENT) ||
	    (!d->handed && p->end == POSTING_CUT) ||
	    (p->end == POSTING_SENT && d->taken == 0))
		abort();
	for (i = 0; i < p->to_count; i++)
		if (p->to[i].end >= POSTING_ENDS ||
		    (p->end != POSTING_SENT && p->to[i].end == POSTING_SENT))
			abort();
	mail_words_clean(str_from(p->why), again, sizeof(again));
	if (strcmp(again, p->why) != 0)
		abort();
}

/* As the mailer reads what a child told of it. */
static void
pass_on(const struct posting *p)
{
	static struct posting_recipient copies[3];
	struct posting copy = {.to = copies, .to_count = p->to_count};
	struct buf b = {0};
	enum wire_kind kind;
	size_t n;

	wire_put_result(&b, p);
	if (!b.failed &&
	    (!wire_head(buf_view(&b), &n, &kind) || kind != WIRE_RESULT ||
		n != b.len - 4 ||
		!wire_get_result(
		    (struct str){b.data + WIRE_HEAD, b.len - WIRE_HEAD},
		    &copy) ||
		copy.end != p->end || strcmp(copy.why, p->why) != 0))
		abort();
	buf_free(&b);
}

static void
play(struct dialog *d, struct str script, size_t piece)
{
	while (script.n > 0) {
		const char *eol = memchr(script.p, '\n', script.n);
		size_t n = eol == NULL ? script.n
				       : (size_t)(eol - script.p) + 1,
		       at, step;
		bool ours = script.p[0] == '>';

		if (script.p[0] == '!')
			d->handed = true;
		for (at = ours; at < n && script.p[0] != '!'; at += step) {
			step = n - at < piece ? n - at : piece;
			(ours ? dialog_said : dialog_heard)(
			    d, (struct str){script.p + at, step});
		}
		script = (struct str){script.p + n, script.n - n};
	}
}

static void
read_as_child(struct str bytes)
{
	static struct posting_recipient all[MAIL_RECIPIENTS_MAX];
	struct posting p = {.to = to, .to_count = 3};
	struct arena a = {0};
	enum mail_phase phase;
	struct posting job;

	(void)!wire_get_result(bytes, &p);
	(void)!wire_get_phase(bytes, &phase);
	if (wire_get_job(bytes, &a, all, &job) &&
	    job.to_count > MAIL_RECIPIENTS_MAX)
		abort();
	arena_free(&a);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct posting p = {.to = to, .to_count = 3};
	struct dialog d = {.posting = &p};

	if (size == 0)
		return 0;
	memset(to, 0, sizeof(to));
	dialog_begin(&d);
	play(&d, (struct str){(const char *)data + 1, size - 1},
	    data[0] % 64u + 1);
	dialog_judge(&d, "trouble");
	check(&p, &d);
	pass_on(&p);
	read_as_child((struct str){(const char *)data + 1, size - 1});
	return 0;
}
