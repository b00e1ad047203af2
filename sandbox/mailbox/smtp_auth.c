/* smtp_auth: AUTH PLAIN and LOGIN (RFC 4954), one account. */
#include "sandbox/mailbox/smtp.h"

#include <stdio.h>

static void
let_in(struct smtp *s, bool right)
{
	if (!right) {
		sb_smtp_say(s, 535, "5.7.8 the user or the password is wrong");
		return;
	}
	(void)snprintf(
	    s->user, sizeof(s->user), "%.*s", STR_FMT(s->world->setup->user));
	sb_smtp_say(s, 235, "2.7.0 welcome");
}

static void
on_plain(struct smtp *s, struct str base64)
{
	let_in(s, sb_talk_plain_ok(s->world->setup, base64, &s->scratch));
}

static void
on_pass(struct smtp *s, struct str base64)
{
	struct str pass = sb_talk_decode(base64, &s->scratch);

	let_in(s, s->asked_user_ok && pass.p != NULL &&
		      str_eq(pass, s->world->setup->password));
}

static void
take_user(struct smtp *s, struct str base64)
{
	struct str user = sb_talk_decode(base64, &s->scratch);

	s->asked_user_ok = user.p != NULL &&
			   str_eq(user, s->world->setup->user);
	s->step = SMTP_PASS;
	sb_smtp_say(s, 334, "UGFzc3dvcmQ6");
}

static void
finish(struct smtp *s, struct str base64)
{
	bool plain = s->step == SMTP_PLAIN;

	s->step = SMTP_COMMAND;
	sb_smtp_perform(s, "/smtp/auth", plain ? on_plain : on_pass, base64);
}

/* The first answer may come with the command, "=" being an empty one. */
static void
begin_with(struct smtp *s, enum smtp_step step, struct str first)
{
	s->step = step;
	if (first.n > 0)
		sb_smtp_auth_line(s, first);
	else
		sb_smtp_say(s, 334, step == SMTP_USER ? "VXNlcm5hbWU6" : "");
}

/* NULL: it may begin. */
static const char *
obstacle(const struct smtp *s)
{
	if (s->user[0] != '\0')
		return "5.5.1 you are logged in already";
	if (s->has_from)
		return "5.5.1 not in the middle of a mail";
	if (!s->extended)
		return "5.5.1 say EHLO first";
	return NULL;
}

void
sb_smtp_auth(struct smtp *s, struct str args)
{
	const char *space = memchr(args.p, ' ', args.n);
	const char *why = obstacle(s);
	struct str first = {"", 0};

	if (space != NULL) {
		first = (struct str){
		    space + 1, args.n - (size_t)(space + 1 - args.p)};
		args.n = (size_t)(space - args.p);
	}
	if (why != NULL)
		sb_smtp_say(s, 503, why);
	else if (s->world->setup->require_tls && !s->talk->secure)
		sb_smtp_say(s, 530, "5.7.0 say STARTTLS first");
	else if (sb_talk_same(args, STR("PLAIN")))
		begin_with(s, SMTP_PLAIN, first);
	else if (sb_talk_same(args, STR("LOGIN")))
		begin_with(s, SMTP_USER, first);
	else
		sb_smtp_say(s, 504, "5.5.4 there are PLAIN and LOGIN");
}

void
sb_smtp_auth_line(struct smtp *s, struct str line)
{
	bool empty = str_eq(line, STR("="));

	if (str_eq(line, STR("*"))) {
		s->step = SMTP_COMMAND;
		sb_smtp_say(s, 501, "5.7.0 as you like");
	} else if (!empty && sb_talk_decode(line, &s->scratch).p == NULL) {
		s->step = SMTP_COMMAND;
		sb_smtp_say(s, 501, "5.5.2 that is no base64");
	} else if (s->step == SMTP_USER) {
		take_user(s, empty ? STR("") : line);
	} else {
		finish(s, empty ? STR("") : line);
	}
}
