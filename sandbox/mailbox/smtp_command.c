/*
 * smtp_command: the table of commands, what each needs before it, and all of
 * them but AUTH and the text of a mail.
 */
#include "sandbox/mailbox/address.h"
#include "sandbox/mailbox/smtp.h"

#include <stdio.h>
#include <strings.h>

enum need {
	NEED_GREETING = 1,
	NEED_LOGIN = 2, /* and TLS, where the setup asks for them */
	NEED_ARGS = 4,
	NEED_NONE = 8, /* takes no arguments */
};

/* ---- who is there ------------------------------------------------------- */

static bool
is_name(struct str s)
{
	size_t i;

	for (i = 0; i < s.n; i++)
		if (s.p[i] <= ' ' || s.p[i] > '~')
			return false;
	return s.n > 0 && s.n <= SMTP_HELO_MAX;
}

static bool
meet(struct smtp *s, struct str name, bool extended)
{
	if (!is_name(name)) {
		sb_smtp_say(
		    s, 501, "5.5.4 say who you are: a name or [address]");
		return false;
	}
	sb_smtp_forget(s);
	memcpy(s->helo, name.p, name.n);
	s->helo[name.n] = '\0';
	s->extended = extended;
	s->code = 250;
	return true;
}

static void
on_helo(struct smtp *s, struct str name)
{
	if (meet(s, name, false))
		sb_smtp_say(s, 250, "localhost");
}

static void
on_ehlo(struct smtp *s, struct str name)
{
	struct buf *out = &s->talk->out;

	if (!meet(s, name, true))
		return;
	buf_str(out, "250-localhost\r\n250-PIPELINING\r\n250-8BITMIME\r\n"
		     "250-SMTPUTF8\r\n");
	buf_addf(out, "250-SIZE %u\r\n", LETTER_BYTES);
	if (!s->talk->secure)
		buf_str(out, "250-STARTTLS\r\n");
	if (s->talk->secure || !s->world->setup->require_tls)
		buf_str(out, "250-AUTH PLAIN LOGIN\r\n");
	buf_str(out, "250 ENHANCEDSTATUSCODES\r\n");
}

static void
on_starttls(struct smtp *s, struct str args)
{
	(void)args;
	if (s->talk->secure) {
		sb_smtp_say(s, 503, "5.5.1 TLS is on already");
		return;
	}
	/* What came in clear must not be taken for what came encrypted. */
	if (s->behind > 0) {
		sb_smtp_say(s, 503, "5.5.1 nothing may follow STARTTLS yet");
		s->talk->then = TALK_CLOSE;
		return;
	}
	sb_smtp_say(s, 220, "2.0.0 go ahead");
	sb_smtp_forget(s);
	s->helo[0] = s->user[0] = '\0';
	s->talk->then = TALK_TLS;
}

/* ---- the envelope ------------------------------------------------------- */

static void
on_size(struct smtp *s, struct str value)
{
	uint64_t n;

	if (!str_to_u64(value, UINT64_MAX, &n))
		sb_smtp_say(s, 501, "5.5.4 SIZE wants a number");
	else if (n > LETTER_BYTES)
		sb_smtp_say(s, 552, "5.3.4 the mail is too large");
}

static void
on_body(struct smtp *s, struct str value)
{
	s->eight_bit = sb_talk_same(value, STR("8BITMIME"));
	if (!s->eight_bit && !sb_talk_same(value, STR("7BIT")))
		sb_smtp_say(s, 501, "5.5.4 BODY is 7BIT or 8BITMIME");
}

static void
on_utf8(struct smtp *s, struct str value)
{
	s->utf8 = value.p == NULL;
	if (!s->utf8)
		sb_smtp_say(s, 501, "5.5.4 SMTPUTF8 takes no value");
}

/* Who the first server knew as its sender (RFC 4954, 5): of no matter. */
static void
on_auth_of(struct smtp *s, struct str value)
{
	if (value.n == 0)
		sb_smtp_say(s, 501, "5.5.4 AUTH wants an address or <>");
}

static const struct {
	const char *name;
	void (*take)(struct smtp *s, struct str value);
} mail_parameters[] = {
    {"SIZE", on_size},
    {"BODY", on_body},
    {"SMTPUTF8", on_utf8},
    {"AUTH", on_auth_of},
};

static void
take_parameter(struct smtp *s, struct str word)
{
	const char *eq = memchr(word.p, '=', word.n);
	struct str value = {0};
	size_t i;

	if (eq != NULL) {
		value = (struct str){
		    eq + 1, word.n - (size_t)(eq + 1 - word.p)};
		word.n = (size_t)(eq - word.p);
	}
	for (i = 0; i < ARRAY_LEN(mail_parameters); i++)
		if (sb_talk_same(word, str_from(mail_parameters[i].name))) {
			mail_parameters[i].take(s, value);
			return;
		}
	sb_smtp_say(s, 555, "5.5.4 no such parameter");
}

/* Of " A=b C", each. False: something was wrong and was said. */
static bool
take_parameters(struct smtp *s, struct str rest)
{
	const char *space;
	struct str word;

	while (rest.n > 0 && s->code == 0) {
		if (rest.p[0] != ' ' || rest.n == 1 || !s->extended) {
			sb_smtp_say(s, 555, "5.5.4 these parameters are wrong");
			break;
		}
		word = (struct str){rest.p + 1, rest.n - 1};
		space = memchr(word.p, ' ', word.n);
		if (space != NULL)
			word.n = (size_t)(space - word.p);
		rest = (struct str){word.p + word.n, rest.n - 1 - word.n};
		take_parameter(s, word);
	}
	return s->code == 0;
}

/* Of "FROM:<a@b> ...": what is behind the colon; .p NULL: it is not that. */
static struct str
behind(struct str args, const char *word)
{
	size_t n = strlen(word);

	if (args.n < n || strncasecmp(args.p, word, n) != 0)
		return (struct str){0};
	return (struct str){args.p + n, args.n - n};
}

static bool
is_ascii(struct str s)
{
	size_t i;

	for (i = 0; i < s.n; i++)
		if ((unsigned char)s.p[i] >= 128)
			return false;
	return true;
}

static void
on_mail(struct smtp *s, struct str args)
{
	struct str rest = behind(args, "FROM:");
	struct mail_address from;

	if (s->has_from) {
		sb_smtp_say(s, 503, "5.5.1 there is a sender already");
		return;
	}
	if (rest.p == NULL || !sb_address_take(&rest, true, &from)) {
		sb_smtp_say(s, 501, "5.1.7 say MAIL FROM:<name@domain>");
		return;
	}
	if (!take_parameters(s, rest)) {
		sb_smtp_forget(s);
		return;
	}
	if (!s->utf8 && !is_ascii(from.whole)) {
		sb_smtp_say(s, 553, "5.6.7 that address needs SMTPUTF8");
		return;
	}
	s->from = arena_copy(&s->mail, from.whole);
	s->has_from = s->from.p != NULL;
	sb_smtp_say(s, s->has_from ? 250 : 451,
	    s->has_from ? "2.1.0 the sender is fine" : "4.3.0 no memory");
}

/* ---- recipients --------------------------------------------------------- */

static bool
is_among(const struct str *list, size_t n, struct str word)
{
	size_t i;

	for (i = 0; i < n && n != SIZE_MAX; i++)
		if (sb_talk_same(list[i], word))
			return true;
	return n == SIZE_MAX;
}

/* Without "+detail". */
static struct str
user_of(struct str local)
{
	const char *plus = memchr(local.p, '+', local.n);

	if (plus != NULL && plus != local.p)
		local.n = (size_t)(plus - local.p);
	return local;
}

/* NULL: it is taken. */
static const char *
refusal(const struct mail_setup *setup, const struct mail_address *to)
{
	if (!is_among(setup->domains, setup->domain_count, to->domain))
		return "5.7.1 mail for that domain is not taken here";
	if (!is_among(setup->users, setup->user_count, user_of(to->local)))
		return "5.1.1 there is no such user";
	return NULL;
}

static void
add_recipient(struct smtp *s, const struct mail_address *to)
{
	const char *words = refusal(s->world->setup, to);
	struct str copy;

	if (words != NULL) {
		sb_smtp_say(s, 550, words);
		return;
	}
	if (s->to_count == SMTP_RECIPIENTS) {
		sb_smtp_say(s, 452, "4.5.3 too many recipients");
		return;
	}
	copy = arena_copy(&s->mail, to->whole);
	if (copy.p != NULL)
		s->to[s->to_count++] = copy;
	sb_smtp_say(s, copy.p != NULL ? 250 : 451,
	    copy.p != NULL ? "2.1.5 the recipient is fine" : "4.3.0 no memory");
}

static void
on_rcpt(struct smtp *s, struct str args)
{
	struct str rest = behind(args, "TO:");
	struct mail_address to;

	if (!s->has_from)
		sb_smtp_say(s, 503, "5.5.1 say MAIL first");
	else if (rest.p == NULL || !sb_address_take(&rest, s->utf8, &to) ||
		 to.whole.n == 0)
		sb_smtp_say(s, 501, "5.1.3 say RCPT TO:<name@domain>");
	else if (rest.n > 0)
		sb_smtp_say(s, 555, "5.5.4 RCPT takes no parameters here");
	else
		add_recipient(s, &to);
}

static void
on_data(struct smtp *s, struct str args)
{
	(void)args;
	if (!s->has_from) {
		sb_smtp_say(s, 503, "5.5.1 say MAIL first");
	} else if (s->to_count == 0) {
		sb_smtp_say(s, 554, "5.5.1 there are no valid recipients");
	} else if (s->behind > 0) {
		/* The text may only come once it was asked for. */
		sb_smtp_say(s, 503, "5.5.1 wait for 354 before the text");
		s->talk->then = TALK_CLOSE;
	} else {
		sb_smtp_say(s, 354, "end with CR LF . CR LF");
		s->step = SMTP_DATA;
	}
}

/* ---- small ones --------------------------------------------------------- */

static void
on_rset(struct smtp *s, struct str args)
{
	(void)args;
	sb_smtp_forget(s);
	sb_smtp_say(s, 250, "2.0.0 forgotten");
}

static void
on_noop(struct smtp *s, struct str args)
{
	(void)args;
	sb_smtp_say(s, 250, "2.0.0 fine");
}

static void
on_vrfy(struct smtp *s, struct str args)
{
	(void)args;
	sb_smtp_say(s, 252, "2.1.5 send some mail and see");
}

static void
on_quit(struct smtp *s, struct str args)
{
	(void)args;
	sb_smtp_say(s, 221, "2.0.0 goodbye");
}

static void
on_missing(struct smtp *s, struct str args)
{
	(void)args;
	sb_smtp_say(s, 502, "5.5.1 that is not done here");
}

/* ---- the table ---------------------------------------------------------- */

static const struct verb {
	const char *name, *path; /* path NULL: it notes what it does itself */
	void (*act)(struct smtp *s, struct str args);
	unsigned needs;
} verbs[] = {
    {"HELO", "/smtp/ehlo", on_helo, NEED_ARGS},
    {"EHLO", "/smtp/ehlo", on_ehlo, NEED_ARGS},
    {"STARTTLS", "/smtp/starttls", on_starttls, NEED_GREETING | NEED_NONE},
    {"AUTH", NULL, sb_smtp_auth, NEED_GREETING | NEED_ARGS},
    {"MAIL", "/smtp/mail", on_mail, NEED_GREETING | NEED_LOGIN | NEED_ARGS},
    {"RCPT", "/smtp/rcpt", on_rcpt, NEED_GREETING | NEED_LOGIN | NEED_ARGS},
    {"DATA", "/smtp/data", on_data, NEED_GREETING | NEED_LOGIN | NEED_NONE},
    {"RSET", "/smtp/rset", on_rset, NEED_NONE},
    {"NOOP", "/smtp/noop", on_noop, 0},
    {"VRFY", "/smtp/vrfy", on_vrfy, NEED_ARGS},
    {"QUIT", "/smtp/quit", on_quit, NEED_NONE},
    {"EXPN", "/smtp/expn", on_missing, 0},
    {"HELP", "/smtp/help", on_missing, 0},
    {"ETRN", "/smtp/etrn", on_missing, 0},
    {"BDAT", "/smtp/bdat", on_missing, 0},
};

static const struct verb *
find(struct str word)
{
	size_t i;

	for (i = 0; i < ARRAY_LEN(verbs); i++)
		if (sb_talk_same(word, str_from(verbs[i].name)))
			return &verbs[i];
	return NULL;
}

/* False: something has to come first, and was said. */
static bool
may_come(struct smtp *s, const struct verb *v, struct str args)
{
	const struct mail_setup *setup = s->world->setup;

	if ((v->needs & NEED_GREETING) != 0 && s->helo[0] == '\0')
		sb_smtp_say(s, 503, "5.5.1 say EHLO first");
	else if ((v->needs & NEED_LOGIN) != 0 && setup->require_tls &&
		 !s->talk->secure)
		sb_smtp_say(s, 530, "5.7.0 say STARTTLS first");
	else if ((v->needs & NEED_LOGIN) != 0 && setup->require_auth &&
		 s->user[0] == '\0')
		sb_smtp_say(s, 530, "5.7.0 say AUTH first");
	else if ((v->needs & NEED_ARGS) != 0 && args.n == 0)
		sb_smtp_say(s, 501, "5.5.4 something is missing behind it");
	else if ((v->needs & NEED_NONE) != 0 && args.n > 0)
		sb_smtp_say(s, 501, "5.5.4 it takes nothing behind it");
	else
		return true;
	return false;
}

static void
note_refusal(struct smtp *s, const char *path)
{
	const struct mail_deed deed = {.kind = "SMTP",
	    .error = "refused",
	    .path = str_from(path),
	    .status = s->code};

	s->world->note(s->world->arg, &deed);
}

void
sb_smtp_command(struct smtp *s, struct str line)
{
	const char *space = line.n > 0 ? memchr(line.p, ' ', line.n) : NULL;
	struct str word = line, args = {"", 0};
	const struct verb *v;

	if (space != NULL) {
		word.n = (size_t)(space - line.p);
		args = (struct str){space + 1, line.n - word.n - 1};
	}
	v = find(word);
	if (v == NULL)
		sb_smtp_say(s, 500, "5.5.2 there is no such command");
	if (v == NULL || !may_come(s, v, args))
		note_refusal(
		    s, v == NULL || v->path == NULL ? "/smtp" : v->path);
	else if (v->path == NULL)
		v->act(s, args);
	else
		sb_smtp_perform(s, v->path, v->act, args);
}
