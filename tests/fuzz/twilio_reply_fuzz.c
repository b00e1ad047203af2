/* twilio_reply: any bytes as the vendor's answer, or as a payload or state. */
#include "channels/sms/sms.h"
#include "channels/whatsapp/whatsapp.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct job
job_of(const struct account *account, struct str text, size_t size)
{
	struct job job = {.kind = (enum job_kind)(size % JOBS),
	    .account = account,
	    .payload = STR("{\"to\":\"whatsapp:+15551234567\",\"text\":\"x\"}"),
	    .customer_at = 1000,
	    .now = 2000};

	if (size % 3 == 1)
		job.payload = text;
	if (size % 3 == 2)
		job.state = text;
	return job;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct company_account doc = {.name = {"main", 4},
	    .id = {"AC00000000000000000000000000000001", 34},
	    .sender = {"+15005550006", 12}};
	static const struct account account = {
	    .doc = &doc, .token = {"0123456789abcdef", 16}};
	const struct channel *channel = size % 2 ? &channel_whatsapp
						 : &channel_sms;
	struct str text = {(const char *)data, size};
	struct job job = job_of(&account, text, size);
	struct reply r = {
	    .status = size % 4 ? 200 : 400, .body = text, .retry_after_ms = -1};
	struct arena a = {0};
	struct call call;
	struct outcome out;

	if (channel->call(&job, &a, &call, &out) == OK)
		channel->result(&job, &r, &a, &out);
	arena_free(&a);
	return 0;
}
