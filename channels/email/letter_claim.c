/*
 * letter_claim: what a mail says it is an answer to, and whether that is so. A
 * token or an id that fits is not enough: it must come from whom it is for.
 */
#include "channels/email/letter_in_inner.h"

#define TOKEN_ADDRESSES_MAX 300u
#define IDS_MAX 200u
#define FIELD_REPEATS_MAX 10u

/* ---- tokens ------------------------------------------------------------- */

static void
take_token(struct judging *j, struct str token)
{
	struct claims *c = &j->claims;
	struct stamp s = {.address = j->out->from};
	enum err e = stamp_read_token(
	    &j->ask->account->keys, token, j->ask->now / 1000, &s);

	if (e == E_NOTFOUND)
		return;
	if (s.role == STAMP_BOUNCE) { /* a report may be late */
		if (e != E_DENIED && c->bounce.role == STAMP_ROLES)
			c->bounce = s;
		return;
	}
	if (e == OK && c->token.role == STAMP_ROLES)
		c->token = s;
	if (e == OK || c->denied.role != STAMP_ROLES)
		return;
	c->denied = s;
	c->why = e == E_STALE ? "expired" : "token";
}

/* Behind the last "+". */
static void
take_address(struct judging *j, struct str address)
{
	struct str local = address_local(address);
	size_t at = local.n;

	while (at > 0 && local.p[at - 1] != '+')
		at--;
	if (at > 0)
		take_token(j, lex_from(local, at));
}

static enum err
take_field(struct judging *j, const char *name, size_t *left)
{
	struct mail_addresses list;
	enum err e = OK;
	unsigned nth;
	size_t i;

	for (nth = 0; e == OK && nth < FIELD_REPEATS_MAX; nth++) {
		struct str field = mime_field_nth(
		    &j->out->mime, j->out->mime.root, name, nth);

		if (field.p == NULL)
			break;
		e = addresses_read(field, j->arena, &list);
		for (i = 0; e == OK && i<list.count && * left> 0; i++) {
			take_address(j, list.list[i].address);
			(*left)--;
		}
	}
	return e;
}

static enum err
take_tokens(struct judging *j)
{
	static const char *const fields[] = {"To", "Cc", "Delivered-To",
	    "X-Original-To", "Envelope-To", "X-Envelope-To"};
	size_t left = TOKEN_ADDRESSES_MAX, i;
	enum err e = OK;

	j->claims = (struct claims){.token = {.role = STAMP_ROLES},
	    .denied = {.role = STAMP_ROLES},
	    .bounce = {.role = STAMP_ROLES}};
	for (i = 0; e == OK && i < ARRAY_LEN(fields); i++)
		e = take_field(j, fields[i], &left);
	return e;
}

/* ---- ids ---------------------------------------------------------------- */

/* Each "<...>" of a field; of many the last. */
static size_t
take_ids(struct str field, struct str *list)
{
	size_t n = 0;

	while (field.n > 0) {
		struct str rest = field, id;

		(void)lex_cut(&rest, '<');
		id = lex_cut(&rest, '>');
		field = rest;
		if (!letter_id_valid(id))
			continue;
		if (n == IDS_MAX)
			memmove(list + 1, list + 2,
			    (--n - 1) * sizeof(*list)); /* the first stays */
		list[n++] = id;
	}
	return n;
}

struct str
judge_field(struct judging *j, const char *name)
{
	struct str value = mime_field(&j->out->mime, j->out->mime.root, name);

	return value.p == NULL ? STR("") : value;
}

static enum err
take_names(struct judging *j)
{
	struct str own[IDS_MAX];

	j->refs = arena_alloc(j->arena, 2 * IDS_MAX * sizeof(*j->refs));
	if (j->refs == NULL)
		return E_NOMEM;
	j->id = STR("");
	if (take_ids(judge_field(j, "Message-ID"), own) > 0)
		j->id = own[0];
	j->ref_count = take_ids(judge_field(j, "References"), j->refs);
	j->reply_count = take_ids(
	    judge_field(j, "In-Reply-To"), j->refs + j->ref_count);
	j->ref_count += j->reply_count;
	return OK;
}

enum err
claims_read(struct judging *j)
{
	enum err e = take_tokens(j);

	return e == OK ? take_names(j) : e;
}

/* ---- the match ---------------------------------------------------------- */

static bool
match_id(struct judging *j, struct str id)
{
	struct stamp s = {.address = j->out->from};

	if (stamp_read_id(&j->ask->account->keys, id, &s) != OK)
		return false;
	j->match = s;
	return true;
}

/* In-Reply-To, which stands last, and then each reference from the last. */
static void
match_ids(struct judging *j)
{
	size_t i;

	for (i = j->ref_count; i > 0; i--) {
		if (!match_id(j, j->refs[i - 1]))
			continue;
		j->out->how = i > j->ref_count - j->reply_count ? "in_reply_to"
								: "references";
		return;
	}
}

/* A token says which conversation, and not which mail of it. */
static void
number_by_ids(struct judging *j)
{
	size_t i;

	for (i = j->ref_count; i > 0 && j->match.number == 0; i--) {
		struct stamp s = {.address = j->out->from};

		if (stamp_read_id(&j->ask->account->keys, j->refs[i - 1], &s) ==
			OK &&
		    s.role == j->match.role && s.id == j->match.id)
			j->match.number = s.number;
	}
}

void
claims_match(struct judging *j)
{
	j->match = j->claims.token;
	if (j->match.role != STAMP_ROLES) {
		j->out->how = "token";
		number_by_ids(j);
	} else {
		match_ids(j);
	}
}

const struct company_desk *
claims_desk(const struct letter_ask *ask, struct str address)
{
	size_t i;

	for (i = 0; i < ask->desk_count; i++)
		if (mail_address_same(ask->desk[i].address, address))
			return &ask->desk[i];
	return NULL;
}
