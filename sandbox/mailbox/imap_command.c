/*
 * imap_command: the table of commands, when each may come and what rules do to
 * it; and those that are about no folder, or about leaving one.
 */
#include "sandbox/mailbox/imap.h"

#include <stdio.h>

#define ANY (IMAP_FRESH | IMAP_KNOWN | IMAP_CHOSEN)
#define INSIDE (IMAP_KNOWN | IMAP_CHOSEN)

static bool
may_log_in(const struct imap *s)
{
	return s->talk->secure || !s->world->setup->require_tls;
}

enum imap_result
sb_imap_say(struct imap *s, enum imap_result result, const char *words)
{
	s->words = words;
	return result;
}

enum imap_result
sb_imap_malformed(struct imap *s)
{
	return sb_imap_say(s, IMAP_BAD, "its arguments are wrong");
}

/* ---- carrying out ------------------------------------------------------- */

typedef enum imap_result imap_act(struct imap *s, struct scan *args);

static enum imap_result
fail_as_asked(struct imap *s, const struct strike *strike)
{
	static const char preset[] = "[UNAVAILABLE] a rule says so";

	s->words = strike->body.p != NULL ? strike->body.p : preset;
	return strike->status >= 500 ? IMAP_BAD : IMAP_NO;
}

static void
note(struct imap *s, const struct strike *strike, const char *path,
    enum imap_result result)
{
	static const char *const errors[] = {[IMAP_OK] = NULL,
	    [IMAP_NO] = "no",
	    [IMAP_BAD] = "bad",
	    [IMAP_LATER] = NULL};
	struct mail_deed deed = {.kind = "IMAP",
	    .error = errors[result],
	    .path = str_from(path),
	    .status = errors[result] == NULL ? 200 : 400};

	if (s->talk->then == TALK_CUT) {
		deed.error = "cut";
		deed.status = 0;
	} else if (strike->kind == RULE_STATUS) {
		deed.error = "rule";
		deed.status = strike->status;
	} else if (strike->kind == RULE_GARBAGE) {
		deed.error = "garbage";
	}
	s->world->note(s->world->arg, &deed);
}

static void
perform(struct imap *s, const char *path, imap_act *act, struct scan *args)
{
	enum imap_result result = IMAP_LATER;
	size_t mark = s->talk->out.len;
	struct strike strike = {0};

	s->world->strike(s->world->arg, str_from(path), &s->arena, &strike);
	if (strike.kind == RULE_STATUS)
		result = fail_as_asked(s, &strike);
	if (!sb_talk_struck(s->talk, &strike))
		result = act(s, args);
	if (result != IMAP_LATER)
		sb_imap_finish(s, result);
	sb_talk_spoil(s->talk, mark, &strike);
	if (strike.kind == RULE_GARBAGE)
		sb_imap_fetch_drop(s);
	note(s, &strike, path, result);
}

/* ---- in any state ------------------------------------------------------- */

static enum imap_result
on_capability(struct imap *s, struct scan *args)
{
	struct buf *out = &s->talk->out;

	(void)args;
	buf_str(
	    out, "* CAPABILITY IMAP4rev1 LITERAL+ SASL-IR ID IDLE UNSELECT");
	if (!s->talk->secure)
		buf_str(out, " STARTTLS");
	buf_str(out, may_log_in(s) ? " AUTH=PLAIN\r\n" : " LOGINDISABLED\r\n");
	return IMAP_OK;
}

static enum imap_result
on_noop(struct imap *s, struct scan *args)
{
	(void)args;
	if (s->state == IMAP_CHOSEN)
		sb_imap_sync(s);
	return IMAP_OK;
}

static enum imap_result
on_id(struct imap *s, struct scan *args)
{
	(void)args;
	buf_str(&s->talk->out, "* ID (\"name\" \"sandbox\")\r\n");
	return IMAP_OK;
}

static enum imap_result
on_logout(struct imap *s, struct scan *args)
{
	(void)args;
	buf_str(&s->talk->out, "* BYE goodbye\r\n");
	s->talk->then = TALK_CLOSE;
	return IMAP_OK;
}

/* ---- who is there ------------------------------------------------------- */

static enum imap_result
on_starttls(struct imap *s, struct scan *args)
{
	(void)args;
	if (s->talk->secure)
		return sb_imap_say(s, IMAP_BAD, "TLS is on already");
	/* What came in clear must not be taken for what came encrypted. */
	s->talk->then = s->behind > 0 ? TALK_CLOSE : TALK_TLS;
	if (s->behind > 0)
		return sb_imap_say(
		    s, IMAP_BAD, "nothing may follow STARTTLS yet");
	return sb_imap_say(s, IMAP_OK, "go ahead");
}

static enum imap_result
let_in(struct imap *s, bool right)
{
	if (!right)
		return sb_imap_say(s, IMAP_NO,
		    "[AUTHENTICATIONFAILED] the user or the password is wrong");
	s->state = IMAP_KNOWN;
	return IMAP_OK;
}

static enum imap_result
on_login(struct imap *s, struct scan *args)
{
	const struct mail_setup *setup = s->world->setup;
	struct str user, pass;

	if (!may_log_in(s))
		return sb_imap_say(
		    s, IMAP_NO, "[PRIVACYREQUIRED] say STARTTLS first");
	if (!sb_scan_astring(args, &s->arena, &user) ||
	    !sb_scan_is(args, ' ') ||
	    !sb_scan_astring(args, &s->arena, &pass) || !sb_scan_end(args))
		return sb_imap_malformed(s);
	return let_in(
	    s, str_eq(user, setup->user) && str_eq(pass, setup->password));
}

static enum imap_result
check_plain(struct imap *s, struct scan *args)
{
	struct str answer = {args->p, (size_t)(args->end - args->p)};

	return let_in(s, sb_talk_plain_ok(s->world->setup, answer, &s->arena));
}

static enum imap_result
on_authenticate(struct imap *s, struct scan *args)
{
	if (!may_log_in(s))
		return sb_imap_say(
		    s, IMAP_NO, "[PRIVACYREQUIRED] say STARTTLS first");
	if (!sb_scan_word(args, "PLAIN"))
		return sb_imap_say(s, IMAP_NO, "there is PLAIN only");
	if (sb_scan_is(args, ' ')) {
		perform(s, "/imap/login", check_plain, args);
		return IMAP_LATER;
	}
	if (!sb_scan_end(args))
		return sb_imap_malformed(s);
	buf_str(&s->talk->out, "+ \r\n");
	s->step = IMAP_PLAIN;
	return IMAP_LATER;
}

void
sb_imap_plain(struct imap *s, struct str line)
{
	struct scan answer = {line.p, line.p + line.n};

	s->step = IMAP_COMMAND;
	s->words = "done";
	if (str_eq(line, STR("*")))
		sb_imap_finish(s, sb_imap_say(s, IMAP_BAD, "as you like"));
	else
		perform(s, "/imap/login", check_plain, &answer);
	arena_reset(&s->arena);
}

/* ---- the chosen one ----------------------------------------------------- */

static enum imap_result
leave(struct imap *s)
{
	s->state = IMAP_KNOWN;
	s->seen = 0;
	return IMAP_OK;
}

static enum imap_result
on_close(struct imap *s, struct scan *args)
{
	(void)args;
	if (!s->read_only)
		sb_box_expunge(s->world->box);
	return leave(s);
}

static enum imap_result
on_unselect(struct imap *s, struct scan *args)
{
	(void)args;
	return leave(s);
}

static enum imap_result
on_expunge(struct imap *s, struct scan *args)
{
	(void)args;
	if (s->read_only)
		return sb_imap_say(
		    s, IMAP_NO, "the folder is open for reading only");
	sb_box_expunge(s->world->box);
	sb_imap_sync(s);
	return IMAP_OK;
}

static enum imap_result
on_idle(struct imap *s, struct scan *args)
{
	(void)args;
	buf_str(&s->talk->out, "+ idling\r\n");
	sb_imap_sync(s);
	s->step = IMAP_IDLING;
	return IMAP_LATER;
}

static enum imap_result
on_missing(struct imap *s, struct scan *args)
{
	(void)args;
	return sb_imap_say(s, IMAP_NO, "[CANNOT] that is not done here");
}

/* ---- the table ---------------------------------------------------------- */

/* alone: it takes no arguments. where NULL: it notes what it does itself. */
#define VERB(word, where, when, nothing, does) \
	{ \
		.name = word, .path = where, .states = when, .alone = nothing, \
		.act = does \
	}

static const struct verb {
	const char *name, *path;
	unsigned states;
	bool alone;
	imap_act *act;
} verbs[] = {
    VERB("CAPABILITY", "/imap/capability", ANY, true, on_capability),
    VERB("NOOP", "/imap/noop", ANY, true, on_noop),
    VERB("ID", "/imap/id", ANY, false, on_id),
    VERB("LOGOUT", "/imap/logout", ANY, true, on_logout),
    VERB("STARTTLS", "/imap/starttls", IMAP_FRESH, true, on_starttls),
    VERB("LOGIN", "/imap/login", IMAP_FRESH, false, on_login),
    VERB("AUTHENTICATE", NULL, IMAP_FRESH, false, on_authenticate),
    VERB("SELECT", "/imap/select", INSIDE, false, sb_imap_select),
    VERB("EXAMINE", "/imap/select", INSIDE, false, sb_imap_examine),
    VERB("LIST", "/imap/list", INSIDE, false, sb_imap_list),
    VERB("LSUB", "/imap/list", INSIDE, false, sb_imap_lsub),
    VERB("STATUS", "/imap/status", INSIDE, false, sb_imap_status),
    VERB("CREATE", "/imap/create", INSIDE, false, on_missing),
    VERB("APPEND", "/imap/append", INSIDE, false, on_missing),
    VERB("CHECK", "/imap/check", IMAP_CHOSEN, true, on_noop),
    VERB("CLOSE", "/imap/close", IMAP_CHOSEN, true, on_close),
    VERB("UNSELECT", "/imap/close", IMAP_CHOSEN, true, on_unselect),
    VERB("EXPUNGE", "/imap/expunge", IMAP_CHOSEN, true, on_expunge),
    VERB("IDLE", "/imap/idle", IMAP_CHOSEN, true, on_idle),
    VERB("SEARCH", "/imap/search", IMAP_CHOSEN, false, sb_imap_search),
    VERB("FETCH", "/imap/fetch", IMAP_CHOSEN, false, sb_imap_fetch),
    VERB("STORE", "/imap/store", IMAP_CHOSEN, false, sb_imap_store),
    VERB("COPY", "/imap/copy", IMAP_CHOSEN, false, on_missing),
    VERB("MOVE", "/imap/copy", IMAP_CHOSEN, false, on_missing),
};

static const struct verb *
find(struct scan *text)
{
	size_t i;

	for (i = 0; i < ARRAY_LEN(verbs); i++)
		if (sb_scan_word(text, verbs[i].name))
			return &verbs[i];
	return NULL;
}

static bool
has_uid_form(const struct verb *v)
{
	return v->act == sb_imap_search || v->act == sb_imap_fetch ||
	       v->act == sb_imap_store;
}

/* Letters and digits and what else may be in one; RFC 3501: no "+". */
static bool
take_tag(struct imap *s, struct scan *text)
{
	struct str tag;

	if (!sb_scan_atom(text, &tag) || tag.n >= sizeof(s->tag) ||
	    memchr(tag.p, '+', tag.n) != NULL || !sb_scan_is(text, ' '))
		return false;
	(void)snprintf(s->tag, sizeof(s->tag), "%.*s", STR_FMT(tag));
	return true;
}

/* Words that say why it may not come, or NULL. */
static const char *
obstacle(const struct imap *s, const struct verb *v, struct scan *args)
{
	if (v == NULL || (s->by_uid && !has_uid_form(v)))
		return "there is no such command";
	if ((v->states & s->state) == 0)
		return "not now";
	if (v->alone ? !sb_scan_end(args) : !sb_scan_is(args, ' '))
		return "its arguments are wrong";
	return NULL;
}

static void
refuse(struct imap *s, const struct verb *v, const char *words)
{
	const struct strike none = {.kind = RULE_NONE};
	bool named = v != NULL && v->path != NULL;

	sb_imap_finish(s, sb_imap_say(s, IMAP_BAD, words));
	note(s, &none, named ? v->path : "/imap", IMAP_BAD);
}

static void
carry_out(struct imap *s, const struct verb *v, struct scan *args)
{
	enum imap_result result;

	/* By UID, the numbers of letters may change meanwhile. */
	if (s->by_uid)
		sb_imap_sync(s);
	if (v->path != NULL) {
		perform(s, v->path, v->act, args);
		return;
	}
	result = v->act(s, args);
	if (result != IMAP_LATER)
		sb_imap_finish(s, result);
}

void
sb_imap_command(struct imap *s, struct str command)
{
	struct scan text = {command.p, command.p + command.n};
	const char *words = "begin with a tag";
	const struct verb *v = NULL;

	(void)snprintf(s->tag, sizeof(s->tag), "*");
	s->words = "done";
	s->by_uid = false;
	if (take_tag(s, &text)) {
		s->by_uid = sb_scan_word(&text, "UID") &&
			    sb_scan_is(&text, ' ');
		v = find(&text);
		words = obstacle(s, v, &text);
	}
	if (words != NULL)
		refuse(s, v, words);
	else
		carry_out(s, v, &text);
}

void
sb_imap_idle_end(struct imap *s, struct str line)
{
	bool right = sb_talk_same(line, STR("DONE"));

	s->step = IMAP_COMMAND;
	s->words = right ? "done" : "DONE was expected";
	sb_imap_finish(s, right ? IMAP_OK : IMAP_BAD);
}
