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

static bool
is_proven(const char *dmarc)
{
	return strcmp(dmarc, "pass") == 0 || strcmp(dmarc, "none") == 0 ||
	       strcmp(dmarc, "bestguesspass") == 0;
}

static void
check(struct letter_in *in)
{
	struct mime_part *p = NULL;
	struct str bytes;

	must(in->kind < LETTER_KINDS && in->rule < AUTOMATICS);
	must((in->kind == LETTER_REFUSED) <= (in->refused != NULL));
	must((in->kind == LETTER_ANSWER) <= (in->desk != NULL));
	must(in->kind != LETTER_ANSWER || is_proven(in->dmarc));
	must(utf8_valid(in->text) && utf8_valid(in->subject));
	must(utf8_valid(in->reply.said) && utf8_valid(in->source));
	must(in->reply.said.n <= LETTER_IN_SAID_MAX);
	if (in->kind == LETTER_CUSTOMER)
		check_customer(in);
	while ((p = mime_next(&in->mime, p)) != NULL)
		must(mime_bytes(&in->mime, p, &bytes) == OK);
}

static const struct company_desk desk[] = {
    {{"anna@desk.example", 17}, {"Anna", 4}}};

static bool
judge(struct str mail, struct arena *a, struct letter_in *in)
{
	static const struct company_account doc = {.channel = {"m", 1},
	    .name = {"main", 4},
	    .sender = {"support@shop.example", 20}};
	static const struct account account = {
	    .doc = &doc, .keys = {.key = {{1}}, .count = 1}};
	const struct letter_ask ask = {.account = &account,
	    .mail = mail,
	    .desk = desk,
	    .desk_count = 1,
	    .authserv = {"mx.shop.example", 15},
	    .now = 1795255200000};

	return letter_in_read(&ask, a, in) == OK;
}

/*
 * Our server says that it is forged, and on its way there passes on words of
 * whoever wrote it, quoted or as a comment: they change nothing.
 */
static void
check_forged(struct str words, struct arena *a, struct letter_in *in)
{
	static const char *const edges[] = {"\"\"", "()"};
	struct buf b = {0};
	size_t i, k;

	for (k = 0; k < ARRAY_LEN(edges); k++) {
		buf_clear(&b);
		buf_str(&b, "Authentication-Results: mx.shop.example;spf=pass");
		buf_addf(&b, " %c", edges[k][0]);
		for (i = 0; i < words.n && i < 100; i++) {
			char c = words.p[i];

			buf_addf(&b, "\\%c", c < ' ' && c != '\t' ? 'x' : c);
		}
		buf_addf(&b, "%c;dmarc=fail\nFrom: anna@desk.example\n\nx\n",
		    edges[k][1]);
		must(!judge(buf_view(&b), a, in) ||
		     (in->kind == LETTER_REFUSED &&
			 strcmp(in->refused, "dmarc") == 0));
	}
	buf_free(&b);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct str mail = {(const char *)data, size};
	struct letter_in *in = calloc(1, sizeof(*in));
	struct arena a = {0};

	if (in != NULL && judge(mail, &a, in))
		check(in);
	if (in != NULL)
		check_forged(mail, &a, in);
	arena_free(&a);
	free(in);
	return 0;
}
