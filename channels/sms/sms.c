/*
 * sms: the row. Where its figures come from: Twilio's limits (1,600 characters,
 * one message a second for an ordinary number, 10 requests at once). Files are
 * taken in some countries only, so none are sent.
 */
#include "channels/sms/sms.h"
#include "channels/twilio/twilio.h"

static const struct twilio self = {.channel = &channel_sms, .prefix = ""};

static const struct account_need needs[] = {
    {"id", true, "the AccountSid, AC..., from the console's first page"},
    {"sender", true,
	"the number that customers write to, \"+15551230001\", or a short "
	"code; or a Messaging Service, MG..."},
    {"token", true, "the account's auth token; or an API key's secret"},
    {"user", false, "the API key's sid, SK..., when token is its secret"},
    {"signing", false,
	"auth tokens that sign webhooks, the new and the old one; needed with "
	"an API key, which signs none"},
    {NULL, false, NULL},
};

static void
check(const struct company_account *a, const char *path, struct faults *faults)
{
	twilio_check(&self, a, path, faults);
}

static enum err
parse(const struct hook *h, struct arena *a, struct arrival *out,
    const char **why)
{
	return twilio_parse(&self, h, a, out, why);
}

static enum err
render(const struct company_account *account, const struct outgoing *m,
    struct arena *a, struct payloads *out, struct faults *faults)
{
	struct twilio_answer answer = {account, m};

	return twilio_render(&self, &answer, a, out, faults);
}

static enum err
call(const struct job *job, struct arena *a, struct call *out,
    struct outcome *instead)
{
	return twilio_call(&self, job, a, out, instead);
}

static void
result(const struct job *job, const struct reply *r, struct arena *a,
    struct outcome *out)
{
	twilio_result(&self, job, r, a, out);
}

const struct channel channel_sms = {
    .name = "sms",
    .title = "SMS",
    .can = {.text_max = 6000,
	.part_max = 1500,
	.parts_max = 5,
	.unit = TEXT_UTF16,
	.markup = MARKUP_NONE,
	.buttons_max = 10,
	.button_text_max = 100,
	.receipts = true,
	.lookup = true,
	.backfill = BACKFILL_ACCOUNT,
	.per_second = 1,
	.per_recipient_ms = 1000,
	.recipient_burst = 5,
	.in_flight = 10,
	.retry_hours = 24},
    .needs = needs,
    .check = check,
    .verify = twilio_verify,
    .parse = parse,
    .render = render,
    .call = call,
    .result = result,
};
