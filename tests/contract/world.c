/* world: JSON as what the channels are given. */
#include "tests/contract/world.h"
#include "core/token.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <strings.h>

void
give_up(const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	fputs("contract_calls: ", stderr);
	vfprintf(stderr, fmt, args);
	fputc('\n', stderr);
	va_end(args);
	exit(1);
}

struct str
world_text(const json_t *object, const char *name)
{
	const json_t *s = json_object_get(object, name);

	return (struct str){json_is_string(s) ? json_string_value(s) : "",
	    json_string_length(s)};
}

static void
read_company(struct world *w)
{
	char *text = json_dumps(json_object_get(w->root, "document"), 0);
	struct faults faults = {0};
	struct buf lines = {0};

	if (text == NULL)
		give_up("the world has no document");
	if (company_parse(str_from(text), &faults, &w->company) == OK)
		channels_check(w->company, &faults);
	faults_write(&faults, &lines);
	if (faults.count > 0 || w->company == NULL)
		give_up("document: %.*s", STR_FMT(buf_view(&lines)));
	if (company_set_key(w->company, STR("shop")) != OK)
		give_up("no memory");
	buf_free(&lines);
	faults_free(&faults);
	free(text);
}

void
world_read(struct world *w, struct str json)
{
	*w = (struct world){
	    .root = json_loadb(json.p, json.n, JSON_REJECT_DUPLICATES, NULL)};
	if (w->root == NULL)
		give_up("the first line is no JSON");
	w->url = world_text(w->root, "url");
	w->now = json_integer_value(json_object_get(w->root, "now"));
	read_company(w);
}

void
world_free(struct world *w)
{
	company_unref(w->company);
	json_decref(w->root);
	arena_free(&w->arena);
}

/* ---- what came in ------------------------------------------------------- */

static struct str
header_of(const struct hook *h, const char *name)
{
	const json_t *headers = json_object_get(h->arg, "headers");
	const char *key;
	json_t *value;

	json_object_foreach((json_t *)(uintptr_t)headers, key, value)
	{
		if (strcasecmp(key, name) == 0)
			return (struct str){json_string_value(value),
			    json_string_length(value)};
	}
	return (struct str){NULL, 0};
}

static void
open_account(struct world *w, const json_t *hook, struct talk *out)
{
	const struct token_keys keys = {.key = {{1}}, .count = 1};
	struct str channel = world_text(hook, "channel");
	struct str name = world_text(hook, "account");
	const struct company_account *doc = company_account(
	    w->company, channel, name);

	*out = (struct talk){.world = w, .channel = channel_find(channel)};
	if (out->channel == NULL || doc == NULL ||
	    account_open(&keys, &(struct account_of){w->company, doc, w->url},
		&w->arena, &out->account) != OK)
		give_up(
		    "%.*s/%.*s is no account", STR_FMT(channel), STR_FMT(name));
}

bool
world_hear(struct world *w, const json_t *hook, struct talk *out)
{
	struct str tail = world_text(hook, "tail");
	struct arrival arrival = {0};
	const char *why = "";
	struct hook h = {.account = &out->account,
	    .method = STR("POST"),
	    .tail = tail,
	    .type = world_text(hook, "type"),
	    .body = world_text(hook, "body"),
	    .query = STR(""),
	    .now = w->now,
	    .header = header_of,
	    .arg = hook};

	open_account(w, hook, out);
	h.url = arena_printf(&w->arena, "%.*s%.*s",
	    STR_FMT(out->account.hook_url), STR_FMT(tail));
	if (out->channel->verify(&h, &w->arena, &why) != OK)
		give_up("not believed: %s: %.*s", why, STR_FMT(h.body));
	if (out->channel->parse(&h, &w->arena, &arrival, &why) != OK)
		give_up("not understood: %s: %.*s", why, STR_FMT(h.body));
	if (arrival.envelope_count == 0 ||
	    arrival.envelopes[0].kind != EVENT_MESSAGE)
		return false;
	out->said = arrival.envelopes[0];
	return true;
}
