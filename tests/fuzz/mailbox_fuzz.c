/*
 * A session of SMTP or IMAP (the first byte says which, and how the rest is
 * cut into pieces) over a box with one letter; what SMTP accepts is read as a
 * mail. Whatever is said, it says something or waits, and frees all.
 */
#include "sandbox/mailbox/letter.h"
#include "sandbox/mailbox/talk.h"

#include <stdlib.h>

#define OUT_MOST (64u << 20)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int64_t
now(void *arg)
{
	(void)arg;
	return 1795259527000;
}

static void
strike(void *arg, struct str path, struct arena *a, struct strike *out)
{
	(void)arg;
	(void)path;
	(void)a;
	(void)out;
}

static void
note(void *arg, const struct mail_deed *deed)
{
	(void)arg;
	if (deed->path.n == 0)
		__builtin_trap();
}

static enum err
accept(void *arg, const struct smtp_mail *m, uint64_t *effect)
{
	struct arena a = {0};

	(void)arg;
	if (m->to_count == 0)
		__builtin_trap();
	(void)sb_letter_text(m->raw, &a);
	(void)sb_letter_words(m->raw, "Subject", &a);
	arena_free(&a);
	*effect = 1;
	return OK;
}

static void
ignore(void *arg, uint64_t effect)
{
	(void)arg;
	(void)effect;
}

static bool
spend(void *arg, size_t bytes)
{
	*(size_t *)arg += bytes;
	return true;
}

static void
give_back(void *arg, size_t bytes)
{
	*(size_t *)arg -= bytes;
}

static void
changed(void *arg)
{
	(void)arg;
}

/* As wire_line.c does it, without the line. */
static void
carry(const struct talk_kind *kind, void *session, struct talk *t,
    const uint8_t *data, size_t size)
{
	size_t step = 1 + data[0] / 2, at = 1, end, n;

	for (end = 1; end < size && t->then < TALK_CLOSE;) {
		end = size - end < step ? size : end + step;
		n = kind->feed(
		    session, (struct str){(const char *)data + at, end - at});
		if (n > end - at || t->out.failed)
			__builtin_trap();
		at += n;
		t->secure = t->secure || t->then == TALK_TLS;
		t->then = t->then == TALK_TLS ? TALK_ON : t->then;
		do
			buf_clear(&t->out);
		while (kind->more(session));
		kind->news(session);
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct talk_kind *kind = size > 0 && data[0] % 2 == 0
					   ? &sb_smtp_kind
					   : &sb_imap_kind;
	static struct str domain = {"x.example", 9};
	const struct mail_setup setup = {.user = STR("u"),
	    .password = STR("p"),
	    .domains = &domain,
	    .domain_count = 1,
	    .user_count = SIZE_MAX};
	size_t spent = 0;
	struct mail_world world = {.setup = &setup,
	    .box = sb_box_new(1, changed, NULL),
	    .arg = &spent,
	    .now = now,
	    .strike = strike,
	    .note = note,
	    .accept = accept,
	    .untold = ignore,
	    .spend = spend,
	    .give_back = give_back};
	struct talk t = {.out = {.limit = OUT_MOST}};
	struct letter *l = sb_letter_new(
	    STR(""), STR("From: a@x.example\r\nSubject: b\r\n\r\nc\r\n"), 1);
	void *session = calloc(1, kind->size);
	uint32_t uid;

	if (size == 0 || sb_box_add(world.box, l, &uid) != OK)
		goto done;
	kind->begin(session, &t, &world);
	carry(kind, session, &t, data, size);
	kind->end(session);
	if (spent != 0)
		__builtin_trap();
done:
	buf_free(&t.out);
	sb_letter_unref(l);
	sb_box_free(world.box);
	free(session);
	return 0;
}
