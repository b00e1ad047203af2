/*
 * mail_stamp: any bytes as a token, an id, an order's report, a payload: nobody
 * makes one of ours, and what is read can be written.
 */
#include "channels/email/order.h"
#include "channels/email/payload.h"
#include "channels/email/stamp.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
try_payload(struct str text, struct arena *a)
{
	static const struct company_account doc = {
	    .sender = {"support@shop.example", 20}};
	static const struct account account = {
	    .doc = &doc, .keys = {.key = {{1}}, .count = 1}};
	const struct mail_of of = {
	    .account = &account, .row = 7, .at = 1795255200000};
	struct mail_payload p;
	struct mail_made made;
	struct faults faults = {0};

	if (mail_payload_read(text, a, &p) == OK &&
	    mail_make(&p, &of, a, &faults, &made) == OK &&
	    (made.text.n == 0 || made.id.n == 0))
		abort();
	faults_free(&faults);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct token_keys keys = {.key = {{1}}, .count = 1};
	struct str text = {(const char *)data, size};
	struct stamp s = {.address = text};
	struct order_report r;
	struct arena a = {0};
	struct buf b = {0};

	if (stamp_read_token(&keys, text, 0, &s) == OK ||
	    stamp_read_id(&keys, text, &s) == OK)
		abort();
	if (order_report_read(text, &a, &r) == OK)
		order_report_write(&r, &b);
	try_payload(text, &a);
	if (b.failed)
		abort();
	buf_free(&b);
	arena_free(&a);
	return 0;
}
