/* The account, the hook, and comparing. */
#include "tests/channels/twilio_rig.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <stdio.h>
#include <stdlib.h>
#include <strings.h>

void
tw_open(struct tw_rig *rig, const struct channel *channel)
{
	*rig = (struct tw_rig){.channel = channel,
	    .doc = {.channel = str_from(channel->name),
		.name = STR("main"),
		.id = STR(TW_SID),
		.sender = STR(TW_SENDER),
		.token = STR(TW_TOKEN)}};
	rig->account = (struct account){.company = STR("shop"),
	    .doc = &rig->doc,
	    .token = STR(TW_TOKEN),
	    .signing = {STR(TW_TOKEN)},
	    .signing_count = 1,
	    .hook_url = STR(TW_HOOK)};
}

void
tw_close(struct tw_rig *rig)
{
	arena_free(&rig->arena);
}

static struct str
tw_header(const struct hook *h, const char *name)
{
	const struct tw_rig *rig = h->arg;

	if (strcasecmp(name, "X-Twilio-Signature") != 0)
		return (struct str){0};
	return str_from(rig->signature);
}

struct hook
tw_hook(struct tw_rig *rig, const char *tail, const char *body)
{
	const char *query = strchr(tail, '?');
	size_t n = query == NULL ? strlen(tail) : (size_t)(query - tail);

	return (struct hook){.account = &rig->account,
	    .method = STR("POST"),
	    .tail = {tail, n},
	    .url = arena_printf(
		&rig->arena, "%.*s%s", STR_FMT(rig->account.hook_url), tail),
	    .query = str_from(query == NULL ? "" : query + 1),
	    .type = STR("application/x-www-form-urlencoded"),
	    .body = str_from(body),
	    .now = TW_NOW,
	    .header = tw_header,
	    .arg = rig};
}

const char *
tw_sign(struct tw_rig *rig, const char *token, const char *text)
{
	unsigned char mac[20];
	unsigned char *base64 = arena_alloc(&rig->arena, 32);
	unsigned n = sizeof(mac);

	assert_non_null(base64);
	assert_non_null(HMAC(EVP_sha1(), token, (int)strlen(token),
	    (const unsigned char *)text, strlen(text), mac, &n));
	EVP_EncodeBlock(base64, mac, 20);
	return (const char *)base64;
}

enum err
tw_parse(struct tw_rig *rig, const struct hook *h, struct arrival *out)
{
	rig->why = NULL;
	return rig->channel->parse(h, &rig->arena, out, &rig->why);
}

void
tw_assert_str(struct str s, const char *expected)
{
	if (str_eq(s, str_from(expected)))
		return;
	print_error("got \"%.*s\", not \"%s\"\n", STR_FMT(s), expected);
	fail();
}

void
tw_assert_json(struct str s, const char *expected)
{
	json_t *is = json_loadb(s.p, s.n, JSON_REJECT_DUPLICATES, NULL);
	json_t *should = json_loads(expected, JSON_REJECT_DUPLICATES, NULL);
	bool same = is != NULL && json_equal(is, should);

	json_decref(is);
	json_decref(should);
	if (same)
		return;
	print_error("got %.*s, not %s\n", STR_FMT(s), expected);
	fail();
}

void
tw_assert_holds(struct str s, const char *what)
{
	if (what[0] == '\0' || memmem(s.p, s.n, what, strlen(what)) != NULL)
		return;
	print_error("\"%.*s\" does not hold \"%s\"\n", STR_FMT(s), what);
	fail();
}

json_t *
tw_shared(const char *path)
{
	char full[4096];
	json_t *root;

	snprintf(full, sizeof(full), "%s/../shared/%s", SOURCE_DIR, path);
	root = json_load_file(full, JSON_REJECT_DUPLICATES, NULL);
	if (root == NULL)
		print_message("skipped: %s is not there\n", path);
	return root;
}
