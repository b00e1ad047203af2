/*
 * letter_in: the order in which a mail is judged. Each step may say what it is;
 * the first that does has the last word.
 */
#include "channels/email/letter_in.h"
#include "channels/email/letter_in_inner.h"
#include "core/utf8.h"

#define NAME_CHARACTERS 100u

static void
refuse(struct judging *j, const char *word)
{
	j->out->kind = LETTER_REFUSED;
	j->out->refused = word;
}

/* ---- who wrote it ------------------------------------------------------- */

/* Empty where it is nobody, or more than one. In small letters, for it is the
 * name of a person and of a conversation. */
static enum err
read_from(struct judging *j)
{
	struct letter_in *in = j->out;
	struct mail_addresses list;
	enum err e = addresses_read(judge_field(j, "From"), j->arena, &list);

	in->from = in->from_name = STR("");
	if (e != OK || list.count != 1)
		return e;
	if (mime_field_nth(&in->mime, in->mime.root, "From", 1).p != NULL)
		return OK; /* two fields: two programs would read two names */
	in->from = lex_lowered(list.list[0].address, j->arena);
	in->from_name = utf8_prefix(list.list[0].name, NAME_CHARACTERS);
	return in->from.p == NULL ? E_NOMEM : OK;
}

/* ---- steps: true, it is decided ----------------------------------------- */

static bool
is_bounce(struct judging *j, enum err *e)
{
	if (!bounce_read(j, e))
		return false;
	j->out->kind = LETTER_BOUNCE;
	return true;
}

static bool
is_machine(struct judging *j, enum err *e)
{
	const struct automatic_ask ask = {&j->out->mime, j->out->from,
	    j->ask->account->doc->sender, &j->ask->account->keys};

	(void)e;
	j->out->rule = automatic_rule(&ask);
	if (j->out->rule == AUTOMATIC_NOT ||
	    automatic_is_doubtful(j->out->rule))
		return false;
	j->out->kind = LETTER_MACHINE;
	return true;
}

static bool
is_forged(struct judging *j, enum err *e)
{
	static const char *const bad[] = {"fail", "reject", "quarantine"};
	size_t i;

	(void)e;
	if (j->out->from.n == 0) {
		refuse(j, "from");
		return true;
	}
	j->out->dmarc = claims_dmarc(j);
	for (i = 0; i < ARRAY_LEN(bad); i++)
		if (strcmp(j->out->dmarc, bad[i]) == 0)
			refuse(j, "dmarc");
	return j->out->refused != NULL;
}

/* Whoever has seen a mail to the desk can forge its addresses: where the
 * receiving server is asked, it must have said something. "none": the domain
 * itself leaves it open. */
static bool
is_proven(const struct judging *j)
{
	static const char *const good[] = {"pass", "bestguesspass", "none"};
	size_t i;

	if (j->ask->authserv.n == 0)
		return true;
	for (i = 0; i < ARRAY_LEN(good); i++)
		if (strcmp(j->out->dmarc, good[i]) == 0)
			return true;
	return false;
}

/* An answer to a mail that went to the desk. */
static bool
is_answer(struct judging *j, enum err *e)
{
	const struct company_desk *desk = claims_desk(j->ask, j->out->from);

	claims_match(j);
	if (j->match.role != STAMP_DESK)
		return false;
	j->out->conversation = j->match.id;
	j->out->number = j->match.number;
	j->out->desk = desk;
	j->out->kind = LETTER_ANSWER;
	if (desk == NULL)
		refuse(j, "sender");
	else if (!is_proven(j))
		refuse(j, "dmarc_missing");
	else
		*e = told_strictly(j);
	return true;
}

/* "Ann: Where is it? (#42)": 42; 0: no subject of ours, as far as it goes. */
static uint64_t
named_in(struct str subject)
{
	struct str s = lex_trim(subject);
	uint64_t n = 0;
	size_t at = s.n;

	while (at > 0 && s.p[at - 1] != '#')
		at--;
	if (at < 2 || s.p[at - 2] != '(' || s.p[s.n - 1] != ')' ||
	    !str_to_u64(lex_upto(lex_from(s, at), s.n - at - 1), INT64_MAX, &n))
		return 0;
	return n;
}

/* What nothing was found for that is good. */
static bool
is_unproven(struct judging *j, enum err *e)
{
	const struct company_desk *desk = claims_desk(j->ask, j->out->from);
	const struct claims *c = &j->claims;

	(void)e;
	if (j->match.role != STAMP_ROLES)
		return false;
	if (desk != NULL || c->denied.role == STAMP_DESK) {
		refuse(j, c->denied.role == STAMP_ROLES ? "unmatched" : c->why);
		j->out->desk = desk;
		j->out->conversation = named_in(j->out->subject);
		return true;
	}
	j->out->refused = c->denied.role == STAMP_ROLES ? NULL : c->why;
	return false;
}

/* News and the like, which answer nothing: no person wrote them to us. */
static bool
is_bulk(struct judging *j, enum err *e)
{
	enum automatic rule = j->out->rule;

	(void)e;
	if (j->match.role != STAMP_ROLES ||
	    (rule != AUTOMATIC_LIST && rule != AUTOMATIC_PRECEDENCE))
		return false;
	refuse(j, automatic_name(rule));
	return true;
}

static bool
is_customers(struct judging *j, enum err *e)
{
	struct letter_in *in = j->out;

	in->kind = LETTER_CUSTOMER;
	in->number = j->match.role == STAMP_ROLES ? 0 : j->match.number;
	if (j->match.role == STAMP_CUSTOMER)
		in->conversation = j->match.id;
	if (in->how == NULL)
		in->how = j->ref_count > 0 ? "thread" : "new";
	*e = told_envelope(j);
	return true;
}

static bool (*const steps[])(struct judging *j, enum err *e) = {is_bounce,
    is_machine, is_forged, is_answer, is_unproven, is_bulk, is_customers};

enum err
letter_in_read(
    const struct letter_ask *ask, struct arena *a, struct letter_in *out)
{
	struct judging j = {
	    .ask = ask, .arena = a, .out = out, .match = {.role = STAMP_ROLES}};
	bool decided = false;
	enum err e;
	size_t i;

	*out = (struct letter_in){.dmarc = ""};
	e = mime_read(ask->mail, a, &out->mime);
	if (e == OK)
		e = read_from(&j);
	if (e == OK)
		e = claims_read(&j);
	if (e == OK)
		e = told_read(&j);
	for (i = 0; e == OK && !decided && i < ARRAY_LEN(steps); i++)
		decided = steps[i](&j, &e);
	return e;
}

static const char *const names[LETTER_KINDS] = {
    "bounce", "machine", "refused", "answer", "customer"};

const char *
letter_kind_name(enum letter_kind kind)
{
	return names[kind];
}
