/*
 * mail_dialog: see mail_dialog.h. First the lines become commands and replies,
 * each reply that of the oldest command without one (we may say several at
 * once); then a table says what a refusal at each of them means.
 */
#include "net/mail_dialog.h"

#include <stdarg.h>
#include <stdio.h>
#include <strings.h>

/* ---- what we say --------------------------------------------------------- */

static enum dialog_verb
verb_of(const struct dialog *d, struct str line)
{
	static const struct {
		const char *word;
		enum dialog_verb verb;
	} words[] = {
	    {"EHLO ", VERB_EHLO},
	    {"HELO ", VERB_EHLO},
	    {"STARTTLS", VERB_STARTTLS},
	    {"AUTH ", VERB_AUTH},
	    {"MAIL ", VERB_MAIL},
	    {"RCPT ", VERB_RCPT},
	    {"DATA", VERB_DATA},
	};
	size_t i, n;

	if (d->auth_goes_on)
		return VERB_AUTH;
	for (i = 0; i < ARRAY_LEN(words); i++) {
		n = strlen(words[i].word);
		if (line.n >= n && strncasecmp(line.p, words[i].word, n) == 0)
			return words[i].verb;
	}
	return VERB_OTHER;
}

static void
wait_for(struct dialog *d, enum dialog_verb verb)
{
	unsigned at = (d->first + d->count) % DIALOG_WAITING_MAX;

	if (d->count == DIALOG_WAITING_MAX) {
		d->garbled = true; /* whose answer is whose? */
		return;
	}
	d->waiting[at] = verb;
	d->count++;
}

static void
said_line(struct dialog *d, struct str line)
{
	enum dialog_verb verb = verb_of(d, line);

	d->auth_goes_on = false;
	wait_for(d, verb);
	if (d->said != NULL)
		d->said(d, verb);
}

void
dialog_said(struct dialog *d, struct str bytes)
{
	size_t i;

	for (i = 0; i < bytes.n && !d->texting; i++) {
		if (d->out_length < sizeof(d->out))
			d->out[d->out_length++] = bytes.p[i];
		if (bytes.p[i] != '\n')
			continue;
		said_line(d, (struct str){d->out, d->out_length});
		d->out_length = 0;
	}
}

/* ---- what the server says ------------------------------------------------ */

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* "5.1.1 " at the front is taken off; of several lines the first counts. */
static struct str
take_status(struct str s, char out[12])
{
	size_t n = 0, dots = 0;

	while (n < s.n && n < 11 && (is_digit(s.p[n]) || s.p[n] == '.'))
		dots += s.p[n++] == '.';
	if (dots != 2 || n < 5 || !is_digit(s.p[0]) || s.p[1] != '.' ||
	    (n < s.n && s.p[n] != ' '))
		return s;
	if (out[0] == '\0') {
		memcpy(out, s.p, n);
		out[n] = '\0';
	}
	return (struct str){s.p + n, s.n - n};
}

static void
add_words(struct mail_reply *r, struct str words)
{
	char joined[MAIL_WORDS_MAX + DIALOG_LINE_MAX + 2];

	(void)snprintf(
	    joined, sizeof(joined), "%s %.*s", r->words, (int)words.n, words.p);
	mail_words_clean(str_from(joined), r->words, sizeof(r->words));
}

bool
dialog_awaits(const struct dialog *d, enum dialog_verb verb)
{
	return d->count > 0 && d->waiting[d->first] == verb;
}

/* Whose answer this is. */
static enum dialog_verb
answered(struct dialog *d)
{
	enum dialog_verb verb = d->waiting[d->first];

	if (d->count == 0)
		return VERB_OTHER;
	d->first = (d->first + 1) % DIALOG_WAITING_MAX;
	d->count--;
	return verb;
}

static void
keep_recipient(struct dialog *d, const struct mail_reply *r)
{
	if (d->rcpt_next >= d->posting->to_count)
		return;
	d->posting->to[d->rcpt_next++].reply = *r;
	d->taken += r->code / 100 == 2;
}

static void
keep(struct dialog *d, enum dialog_verb verb)
{
	const struct mail_reply *r = &d->reply;

	if (verb == VERB_TEXT || (verb == VERB_DATA && r->code / 100 == 3))
		d->texting = verb == VERB_DATA;
	if (verb == VERB_DATA && d->texting)
		wait_for(d, VERB_TEXT);
	if (verb == VERB_AUTH && r->code == 334)
		d->auth_goes_on = true;
	if (verb == VERB_AUTH && r->code == 235)
		d->logged_in = true;
	if (verb == VERB_RCPT)
		keep_recipient(d, r);
	d->replies[verb] = *r;
}

/* Of EHLO's answer, which has a line for each thing that is offered. */
static void
look_for_login(struct dialog *d, struct str words)
{
	if (dialog_awaits(d, VERB_EHLO) && words.n > 4 &&
	    strncasecmp(words.p, "AUTH", 4) == 0 &&
	    (words.p[4] == ' ' || words.p[4] == '='))
		d->login_offered = true;
}

static bool
is_reply(struct str line)
{
	return line.n >= 3 && line.p[0] >= '2' && line.p[0] <= '5' &&
	       is_digit(line.p[1]) && is_digit(line.p[2]) &&
	       (line.n == 3 || line.p[3] == ' ' || line.p[3] == '-');
}

/* True: it was the last one of a reply. */
static bool
heard_line(struct dialog *d, struct str line)
{
	struct mail_reply *r = &d->reply;
	bool more = line.n > 3 && line.p[3] == '-';
	enum dialog_verb verb;
	struct str words;

	if (!is_reply(line)) {
		d->garbled = true;
		return false;
	}
	words = line.n > 4 ? (struct str){line.p + 4, line.n - 4} : STR("");
	r->code = (unsigned)((line.p[0] - '0') * 100 + (line.p[1] - '0') * 10 +
			     (line.p[2] - '0'));
	look_for_login(d, words);
	add_words(r, take_status(words, r->status));
	if (more)
		return false;
	verb = answered(d);
	keep(d, verb);
	*r = (struct mail_reply){0};
	if (d->heard != NULL)
		d->heard(d, verb);
	return true;
}

void
dialog_heard(struct dialog *d, struct str bytes)
{
	unsigned tls = d->replies[VERB_STARTTLS].code;
	size_t i, n;

	for (i = 0; i < bytes.n && !d->garbled; i++) {
		if (bytes.p[i] != '\n') {
			if (d->line_length < sizeof(d->line))
				d->line[d->line_length++] = bytes.p[i];
			continue;
		}
		n = d->line_length;
		d->line_length = 0;
		n -= n > 0 && d->line[n - 1] == '\r';
		(void)heard_line(d, (struct str){d->line, n});
		if (tls == 0 && d->replies[VERB_STARTTLS].code / 100 == 2 &&
		    i + 1 < bytes.n) {
			d->injected = true;
			return;
		}
	}
}

void
dialog_begin(struct dialog *d)
{
	struct dialog fresh = {.posting = d->posting,
	    .said = d->said,
	    .heard = d->heard,
	    .handed = d->handed};

	*d = fresh;
	wait_for(d, VERB_GREETING);
}

/* ---- what it means ------------------------------------------------------- */

/* What a 5xx there says of the mail; 4xx is LATER everywhere. */
static const struct {
	const char *name;
	enum posting_end refused;
} verbs[VERBS] = {
    [VERB_GREETING] = {"the greeting", POSTING_BLOCKED},
    [VERB_EHLO] = {"our greeting", POSTING_BLOCKED},
    [VERB_STARTTLS] = {"STARTTLS", POSTING_BLOCKED},
    [VERB_AUTH] = {"the login", POSTING_BLOCKED},
    [VERB_MAIL] = {"the sender", POSTING_REFUSED},
    [VERB_RCPT] = {"the recipients", POSTING_REFUSED},
    [VERB_DATA] = {"the mail", POSTING_REFUSED},
    [VERB_TEXT] = {"the mail", POSTING_REFUSED},
    [VERB_OTHER] = {"the session", POSTING_UNSENT},
};

/* "Log in first", wherever it comes, is nothing that a mail can mend. */
static bool
wants_login(unsigned code)
{
	return code == 530 || code == 534 || code == 535 || code == 538;
}

static enum posting_end
end_of(enum dialog_verb verb, unsigned code)
{
	if (code / 100 == 2)
		return POSTING_SENT;
	if (code / 100 == 4)
		return POSTING_LATER;
	if (code / 100 != 5)
		return POSTING_UNSENT;
	return wants_login(code) ? POSTING_BLOCKED : verbs[verb].refused;
}

static void PRINTF_LIKE(3, 4)
    conclude(struct posting *p, enum posting_end end, const char *fmt, ...)
{
	char why[2 * MAIL_WORDS_MAX];
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(why, sizeof(why), fmt, ap);
	va_end(ap);
	mail_words_clean(str_from(why), p->why, sizeof(p->why));
	p->end = end;
}

static void
decide(struct posting *p, enum dialog_verb verb, const struct mail_reply *r)
{
	p->reply = *r;
	conclude(p, end_of(verb, r->code), "%s: %u %s %s", verbs[verb].name,
	    r->code, r->status, r->words);
}

/*
 * Each recipient by what was said to it, or by what became of the mail. One
 * whose answer was neither yes nor no did not get it.
 */
static void
decide_recipients(struct posting *p)
{
	unsigned i;

	for (i = 0; i < p->to_count; i++) {
		unsigned class = p->to[i].reply.code / 100;

		if (class == 4 || class == 5)
			p->to[i].end = end_of(VERB_RCPT, p->to[i].reply.code);
		else if (p->end == POSTING_SENT && class != 2)
			p->to[i].end = POSTING_LATER;
		else
			p->to[i].end = p->end;
	}
}

/* All were refused: later if that may help one of them. */
static void
decide_by_recipients(struct posting *p)
{
	const struct mail_reply *worst = &p->to[0].reply;
	unsigned i;

	for (i = 0; i < p->to_count; i++)
		if (p->to[i].reply.code / 100 == 4) {
			worst = &p->to[i].reply;
			break;
		}
	decide(p, VERB_RCPT, worst);
}

static bool
all_refused(const struct dialog *d)
{
	return d->taken == 0 && d->rcpt_next == d->posting->to_count;
}

static void
decide_unanswered(const struct dialog *d, const char *trouble)
{
	const char *what = "the connection ended without an answer";

	if (d->garbled)
		what = "the server's answer is no SMTP";
	else if (trouble[0] != '\0')
		what = trouble;
	conclude(d->posting, d->handed ? POSTING_CUT : POSTING_UNSENT,
	    "%.200s%s", what,
	    d->handed ? "; the mail may have been taken" : "");
}

/* The first of the steps that was refused; VERBS: none. */
static enum dialog_verb
refused_step(const struct dialog *d)
{
	static const enum dialog_verb order[] = {VERB_OTHER, VERB_GREETING,
	    VERB_STARTTLS, VERB_EHLO, VERB_AUTH, VERB_MAIL, VERB_DATA};
	size_t i;

	for (i = 0; i < ARRAY_LEN(order); i++) {
		unsigned code = d->replies[order[i]].code;

		if (order[i] == VERB_AUTH && d->logged_in)
			continue;
		if (order[i] == VERB_OTHER ? code == 421
					   : code / 100 == 4 || code / 100 == 5)
			return order[i];
	}
	return VERBS;
}

void
dialog_judge(const struct dialog *d, const char *trouble)
{
	const struct mail_reply *text = &d->replies[VERB_TEXT];
	struct posting *p = d->posting;
	enum dialog_verb step = refused_step(d);
	bool answered_text = d->handed && text->code != 0;

	p->reply = (struct mail_reply){0};
	if (answered_text && d->taken > 0 && text->code / 100 != 3)
		decide(p, VERB_TEXT, text);
	else if (all_refused(d))
		decide_by_recipients(p);
	else if (!d->handed && step != VERBS)
		decide(p, step, &d->replies[step]);
	else
		decide_unanswered(d, trouble);
	decide_recipients(p);
}
