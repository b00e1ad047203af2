/* mail_pad: see mail_pad.h. */
#include "tests/sandbox/mail_pad.h"

#include <stdio.h>
#include <stdlib.h>

#define NOW_MS 1795259527000 /* 21 Nov 2026, 11:12:07 */

/* ---- the world ----------------------------------------------------------- */

static int64_t
now(void *arg)
{
	(void)arg;
	return NOW_MS;
}

static void
strike(void *arg, struct str path, struct arena *a, struct strike *out)
{
	struct mail_pad *p = arg;

	(void)a;
	if (p->rule_path != NULL && str_eq(path, str_from(p->rule_path)))
		*out = p->strike;
}

static void
note(void *arg, const struct mail_deed *deed)
{
	struct mail_pad *p = arg;

	buf_addf(&p->notes, "%.*s %u\n", STR_FMT(deed->path), deed->status);
}

static enum err
accept(void *arg, const struct smtp_mail *m, uint64_t *effect)
{
	struct mail_pad *p = arg;
	size_t i;

	if (p->accept_is != OK)
		return p->accept_is;
	p->accepted++;
	*effect = p->accepted;
	p->told = m->told;
	p->tls = m->tls;
	buf_clear(&p->from);
	buf_clear(&p->to);
	buf_clear(&p->raw);
	buf_add(&p->from, m->from.p, m->from.n);
	for (i = 0; i < m->to_count; i++)
		buf_addf(&p->to, "%.*s;", STR_FMT(m->to[i]));
	buf_add(&p->raw, m->raw.p, m->raw.n);
	return OK;
}

static void
untold(void *arg, uint64_t effect)
{
	(void)arg;
	(void)effect;
}

static bool
spend(void *arg, size_t bytes)
{
	struct mail_pad *p = arg;

	if (p->spent + bytes > p->spend_most)
		return false;
	p->spent += bytes;
	return true;
}

static void
give_back(void *arg, size_t bytes)
{
	struct mail_pad *p = arg;

	p->spent -= bytes;
}

static void
changed(void *arg)
{
	(void)arg;
}

/* ---- fixtures ------------------------------------------------------------ */

static struct str domains[] = {{"support.example", 15}};

int
mail_pad_open(void **state)
{
	struct mail_pad *p = calloc(1, sizeof(*p));

	assert_non_null(p);
	p->setup = (struct mail_setup){.user = STR("desk"),
	    .password = STR("pass word"),
	    .domains = domains,
	    .domain_count = 1,
	    .user_count = SIZE_MAX,
	    .inbox_count = SIZE_MAX};
	p->world = (struct mail_world){.setup = &p->setup,
	    .box = sb_box_new(77, changed, p),
	    .arg = p,
	    .now = now,
	    .strike = strike,
	    .note = note,
	    .accept = accept,
	    .untold = untold,
	    .spend = spend,
	    .give_back = give_back};
	assert_non_null(p->world.box);
	p->spend_most = SIZE_MAX / 2;
	*state = p;
	return 0;
}

static void
end_session(struct mail_pad *p)
{
	if (p->session == NULL)
		return;
	p->kind->end(p->session);
	free(p->session);
	p->session = NULL;
	buf_free(&p->talk.out);
	assert_int_equal(p->spent, 0);
}

int
mail_pad_close(void **state)
{
	struct mail_pad *p = *state;

	end_session(p);
	sb_box_free(p->world.box);
	buf_free(&p->in);
	buf_free(&p->heard);
	buf_free(&p->from);
	buf_free(&p->to);
	buf_free(&p->raw);
	buf_free(&p->notes);
	free(p);
	return 0;
}

/* ---- talking ------------------------------------------------------------- */

/* What the carrier does between two feeds. False: there is no more to do. */
static bool
carry(struct mail_pad *p)
{
	struct talk *t = &p->talk;

	assert_false(t->out.failed);
	buf_add(&p->heard, t->out.data, t->out.len);
	buf_clear(&t->out);
	p->held_ms += t->hold_ms;
	t->hold_ms = 0;
	p->cut = p->cut || t->then == TALK_CUT;
	p->closed = p->closed || t->then >= TALK_CLOSE;
	t->secure = t->secure || t->then == TALK_TLS;
	t->then = TALK_ON;
	return !p->closed && p->kind->more(p->session);
}

static void
feed(struct mail_pad *p)
{
	size_t n;

	do {
		n = p->kind->feed(p->session, buf_view(&p->in));
		assert_true(n <= p->in.len);
		p->in.len -= n;
		memmove(p->in.data, p->in.data + n, p->in.len);
		while (carry(p))
			;
	} while (n > 0 && p->in.len > 0 && !p->closed);
}

void
mail_pad_begin(struct mail_pad *p, const struct talk_kind *kind)
{
	end_session(p);
	buf_clear(&p->in);
	buf_clear(&p->heard);
	p->talk = (struct talk){.then = TALK_ON};
	p->kind = kind;
	p->closed = p->cut = false;
	p->session = calloc(1, kind->size);
	assert_non_null(p->session);
	kind->begin(p->session, &p->talk, &p->world);
	(void)carry(p);
}

const char *
mail_pad_bytes(struct mail_pad *p, struct str bytes)
{
	size_t n;

	buf_clear(&p->heard);
	while (bytes.n > 0 && !p->closed) {
		n = p->pieces == NULL ? bytes.n
				      : 1 + test_random_below(p->pieces, 40);
		n = n < bytes.n ? n : bytes.n;
		buf_add(&p->in, bytes.p, n);
		bytes = (struct str){bytes.p + n, bytes.n - n};
		feed(p);
	}
	buf_char(&p->heard, '\0');
	p->heard.len--;
	return p->heard.data;
}

const char *
mail_pad_say(struct mail_pad *p, const char *bytes)
{
	return mail_pad_bytes(p, str_from(bytes));
}

void
mail_pad_talk(struct mail_pad *p, const struct mail_line *lines)
{
	char line[4096];
	const char *reply;

	for (; lines->line != NULL; lines++) {
		(void)snprintf(line, sizeof(line), "%s\r\n", lines->line);
		reply = mail_pad_say(p, line);
		if (strncmp(reply, lines->reply, strlen(lines->reply)) != 0)
			fail_msg("%.200s: %.300s, not %s", lines->line, reply,
			    lines->reply);
	}
}

void
mail_pad_to_data(struct mail_pad *p, const char *parameters)
{
	char mail[200];
	const struct mail_line lines[] = {{"EHLO me.example", "250-"},
	    {mail, "250 2.1.0"}, {"RCPT TO:<desk@support.example>", "250 "},
	    {"DATA", "354 "}, {NULL, NULL}};

	(void)snprintf(
	    mail, sizeof(mail), "MAIL FROM:<a@b.example>%s", parameters);
	mail_pad_begin(p, &sb_smtp_kind);
	mail_pad_talk(p, lines);
}

uint32_t
mail_pad_letter(struct mail_pad *p, const char *text)
{
	struct letter *l = sb_letter_new(STR(""), str_from(text), NOW_MS);
	uint32_t uid = 0;

	assert_non_null(l);
	assert_int_equal(sb_box_add(p->world.box, l, &uid), OK);
	sb_letter_unref(l);
	return uid;
}
