/*
 * account: a company's accounts against the rows of their channels, and one
 * account made ready for use. How a member must look, a row's `check` says;
 * which are needed is the same for the faults here and for the documentation.
 */
#include "channels/channel.h"
#include "core/token.h"

#include <sodium.h>
#include <stdio.h>

#define PATH_MAX_BYTES 40u /* "accounts[99]" */
#define PLACE_MAX (PATH_MAX_BYTES + 20u)

/* What a row may ask for. */
static const struct {
	const char *name;
	size_t offset; /* of a string, or of a list's length */
	bool list;
} members[] = {
    {"id", offsetof(struct company_account, id), false},
    {"sender", offsetof(struct company_account, sender), false},
    {"user", offsetof(struct company_account, user), false},
    {"token", offsetof(struct company_account, token), false},
    {"signing", offsetof(struct company_account, signing_count), true},
    {"template", offsetof(struct company_account, template), false},
    {"smtp", offsetof(struct company_account, smtp), false},
    {"imap", offsetof(struct company_account, imap), false},
};

static bool
present(const struct company_account *a, size_t member)
{
	const void *at = (const char *)a + members[member].offset;
	size_t count;
	struct str s;

	if (members[member].list) {
		memcpy(&count, at, sizeof(count));
		return count > 0;
	}
	memcpy(&s, at, sizeof(s));
	return s.n > 0;
}

static const struct account_need *
need_of(const struct channel *c, const char *member)
{
	const struct account_need *n;

	for (n = c->needs; n != NULL && n->member != NULL; n++)
		if (strcmp(n->member, member) == 0)
			return n;
	return NULL;
}

/* Was it there, and refused? */
static bool
named(const struct faults *faults, const char *where)
{
	size_t i;

	for (i = 0; i < faults->count && i < FAULTS_MAX; i++)
		if (str_eq(faults->list[i].where, str_from(where)))
			return true;
	return false;
}

static void
check_member(const struct channel *c, const struct company_account *a,
    size_t member, const char *path, struct faults *faults)
{
	const struct account_need *need = need_of(c, members[member].name);
	bool there = present(a, member);
	char where[PLACE_MAX];

	snprintf(where, sizeof(where), "%s.%s", path, members[member].name);
	if (need == NULL && there)
		faults_add(
		    faults, where, "is not read by %s; leave it out", c->title);
	if (need != NULL && need->required && !there && !named(faults, where))
		faults_add(faults, where, "is missing; write %s", need->what);
}

static void
fault_channel(struct str name, const char *path, struct faults *faults)
{
	char where[PLACE_MAX];
	struct buf known = {0};
	size_t i;

	for (i = 0; channels[i] != NULL; i++)
		if (channel_has_vendor(channels[i]))
			buf_addf(&known, " %s", channels[i]->name);
	snprintf(where, sizeof(where), "%s.channel", path);
	faults_add(faults, where,
	    "is \"%.*s\", which is none with accounts; write one of:%.*s",
	    STR_FMT(name), STR_FMT(buf_view(&known)));
	buf_free(&known);
}

static void
check_name(
    const struct company *c, size_t i, const char *path, struct faults *faults)
{
	const struct company_account *first = company_account(
	    c, c->accounts[i].channel, c->accounts[i].name);
	char where[PLACE_MAX];

	if (first == &c->accounts[i] || first->name.n == 0)
		return;
	snprintf(where, sizeof(where), "%s.name", path);
	faults_add(faults, where,
	    "is that of accounts[%zu], on the same channel; write another",
	    (size_t)(first - c->accounts));
}

/*
 * The same account of the vendor under two names would be heard twice, and
 * each message stored twice.
 */
static void
check_twin(
    const struct company *c, size_t i, const char *path, struct faults *faults)
{
	const struct company_account *a = &c->accounts[i];
	char where[PLACE_MAX];
	size_t k;

	for (k = 0; k < i; k++) {
		const struct company_account *b = &c->accounts[k];

		if (a->id.n == 0 || !str_eq(a->channel, b->channel) ||
		    !str_eq(a->id, b->id) || !str_eq(a->sender, b->sender))
			continue;
		snprintf(where, sizeof(where), "%s.id", path);
		faults_add(faults, where,
		    "and its sender are those of accounts[%zu]; leave one out",
		    k);
		return;
	}
}

static void
check_account(const struct company *company, size_t i, struct faults *faults)
{
	const struct company_account *a = &company->accounts[i];
	const struct channel *c = channel_find(a->channel);
	char path[PATH_MAX_BYTES];
	size_t k;

	if (a->channel.n == 0) /* which was a fault already */
		return;
	snprintf(path, sizeof(path), "accounts[%zu]", i);
	check_name(company, i, path, faults);
	check_twin(company, i, path, faults);
	if (c == NULL || !channel_has_vendor(c)) {
		fault_channel(a->channel, path, faults);
		return;
	}
	for (k = 0; k < ARRAY_LEN(members); k++)
		check_member(c, a, k, path, faults);
	if (c->check != NULL)
		c->check(a, path, faults);
}

void
channels_check(const struct company *c, struct faults *faults)
{
	size_t i;

	for (i = 0; i < c->account_count; i++)
		check_account(c, i, faults);
}

/* ---- opened ------------------------------------------------------------- */

static enum err
open_secret(const struct token_keys *keys, struct str sealed, struct arena *a,
    struct str *out)
{
	struct buf plain = {0};
	enum err e = secret_open(keys, sealed, &plain);

	if (e == OK) {
		*out = arena_copy(a, buf_view(&plain));
		e = out->p == NULL ? E_NOMEM : OK;
	}
	if (plain.data != NULL)
		sodium_memzero(plain.data, plain.len);
	buf_free(&plain);
	return e;
}

static enum err
open_secrets(
    const struct token_keys *keys, struct arena *a, struct account *out)
{
	const struct company_account *doc = out->doc;
	enum err e = OK;

	out->token = (struct str){"", 0};
	if (doc->token.n > 0)
		e = open_secret(keys, doc->token, a, &out->token);
	for (; e == OK && out->signing_count < doc->signing_count;
	     out->signing_count++)
		e = open_secret(keys, doc->signing[out->signing_count], a,
		    &out->signing[out->signing_count]);
	if (e != OK || out->signing_count > 0)
		return e;
	if (out->token.n == 0) /* everybody knows the empty secret */
		return E_DENIED;
	out->signing[out->signing_count++] = out->token;
	return OK;
}

static enum err
derive_keys(const struct token_keys *keys, struct arena *a, struct account *out)
{
	struct str purpose = arena_printf(a, "account %.*s/%.*s/%.*s",
	    STR_FMT(out->doc->channel), STR_FMT(out->company),
	    STR_FMT(out->doc->name));

	if (purpose.p == NULL)
		return E_NOMEM;
	key_derive(keys, purpose, &out->keys);
	return OK;
}

/* `api` is what private addresses are allowed at. */
static enum err
dress_webhook(const struct account_wanted *w,
    const struct company_webhook *hook, struct arena *a,
    const struct company_account **out)
{
	struct company_account *doc = arena_alloc(a, sizeof(*doc));

	if (doc == NULL)
		return E_NOMEM;
	doc->channel = str_from(w->channel->name);
	doc->name = hook->name;
	doc->id = hook->url;
	doc->token = hook->secret;
	if (w->private_too)
		doc->api = hook->url;
	*out = doc;
	return OK;
}

enum err
account_find(const struct account_wanted *w, struct arena *a,
    const struct company_account **out)
{
	const struct company *c = w->company;
	size_t i;

	*out = NULL;
	if (!w->channel->can.events_only) {
		*out = company_account(c, str_from(w->channel->name), w->name);
		return *out == NULL ? E_NOTFOUND : OK;
	}
	for (i = 0; i < c->webhook_count; i++)
		if (str_eq(c->webhooks[i].name, w->name))
			return dress_webhook(w, &c->webhooks[i], a, out);
	return E_NOTFOUND;
}

enum err
account_open(const struct token_keys *keys, const struct account_of *of,
    struct arena *a, struct account *out)
{
	const struct company_account *doc = of->doc;
	struct str public_url = of->public_url;

	while (public_url.n > 0 && public_url.p[public_url.n - 1] == '/')
		public_url.n--;
	*out = (struct account){.company = of->company->key,
	    .title = of->company->name,
	    .doc = doc};
	out->hook_url = arena_printf(a, "%.*s/hooks/%.*s/%.*s/%.*s",
	    STR_FMT(public_url), STR_FMT(doc->channel), STR_FMT(out->company),
	    STR_FMT(doc->name));
	if (out->hook_url.p == NULL || derive_keys(keys, a, out) != OK)
		return E_NOMEM;
	return open_secrets(keys, a, out);
}
