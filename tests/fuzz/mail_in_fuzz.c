/* mail_in: any bytes as a mail; the verdict on it holds together. */
#include "channels/email/letter_in.h"
#include "core/utf8.h"

#include <jansson.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
must(bool good)
{
	if (!good)
		abort();
}

static void
check_object(struct str s)
{
	json_t *j = json_loadb(s.p, s.n, JSON_REJECT_DUPLICATES, NULL);

	must(json_is_object(j));
	json_decref(j);
}

static void
check_customer(const struct letter_in *in)
{
	const struct envelope *v = &in->envelope;

	must(v->address.n > 0 && v->person.n > 0 && utf8_valid(v->name));
	check_object(v->body);
	check_object(v->reply);
}

static void
check(struct letter_in *in)
{
	struct mime_part *p = NULL;
	struct str bytes;

	must(in->kind < LETTER_KINDS && in->rule < AUTOMATICS);
	must((in->kind == LETTER_REFUSED) <= (in->refused != NULL));
	must((in->kind == LETTER_ANSWER) <= (in->desk != NULL));
	must(utf8_valid(in->text) && utf8_valid(in->subject));
	must(utf8_valid(in->reply.said) && utf8_valid(in->source));
	must(in->reply.said.n <= LETTER_IN_SAID_MAX);
	if (in->kind == LETTER_CUSTOMER)
		check_customer(in);
	while ((p = mime_next(&in->mime, p)) != NULL)
		must(mime_bytes(&in->mime, p, &bytes) == OK);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct company_desk desk[] = {
	    {{"anna@desk.example", 17}, {"Anna", 4}}};
	static const struct company_account doc = {.channel = {"m", 1},
	    .name = {"main", 4},
	    .sender = {"support@shop.example", 20}};
	static const struct account account = {
	    .doc = &doc, .keys = {.key = {{1}}, .count = 1}};
	const struct letter_ask ask = {.account = &account,
	    .mail = {(const char *)data, size},
	    .desk = desk,
	    .desk_count = 1,
	    .authserv = {"mx.shop.example", 15},
	    .now = 1795255200000};
	struct letter_in *in = calloc(1, sizeof(*in));
	struct arena a = {0};

	if (in != NULL && letter_in_read(&ask, &a, in) == OK)
		check(in);
	arena_free(&a);
	free(in);
	return 0;
}
