/* twilio: any bytes as a form or a query; what comes of it can be read. */
#include "channels/sms/sms.h"
#include "channels/whatsapp/whatsapp.h"

#include <jansson.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct str
header(const struct hook *h, const char *name)
{
	(void)h;
	(void)name;
	return STR("AAAAAAAAAAAAAAAAAAAAAAAAAAA=");
}

static void
check(const struct arrival *got)
{
	const struct envelope *e = got->envelopes;
	json_t *body;

	if (got->envelope_count == 0)
		return;
	body = json_loadb(e->body.p, e->body.n, JSON_REJECT_DUPLICATES, NULL);
	if (body == NULL || e->address.n == 0 || e->source.n == 0)
		abort();
	json_decref(body);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct company_account doc = {.name = {"main", 4},
	    .id = {"AC00000000000000000000000000000001", 34}};
	static const struct account account = {.doc = &doc,
	    .signing = {{"0123456789abcdef", 16}},
	    .signing_count = 1,
	    .hook_url = {"https://gw.example.com/h", 24}};
	const struct channel *channel = size % 2 ? &channel_whatsapp
						 : &channel_sms;
	struct str bytes = {(const char *)data, size};
	struct hook h = {.account = &account,
	    .method = size % 3 ? STR("POST") : STR("GET"),
	    .tail = size % 5 ? STR("") : STR("/status"),
	    .url = bytes,
	    .query = bytes,
	    .type = STR("application/x-www-form-urlencoded"),
	    .body = bytes,
	    .header = header};
	struct arena a = {0};
	struct arrival got;
	const char *why;

	if (channel->verify(&h, &a, &why) == OK)
		abort();
	if (channel->parse(&h, &a, &got, &why) == OK)
		check(&got);
	arena_free(&a);
	return 0;
}
