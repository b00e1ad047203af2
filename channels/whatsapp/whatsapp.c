/*
 * whatsapp: the row. Where its figures come from: Twilio's limits for WhatsApp
 * (1,600 characters, 16 MB, images 5 MB, 80 messages a second for a sender,
 * 10 requests at once) and WhatsApp's own (free text for 24 hours, about one
 * message in 6 seconds to one person, with short bursts).
 */
#include "channels/whatsapp/whatsapp.h"
#include "channels/twilio/twilio.h"

#define MB ((size_t)1000 * 1000)
#define IMAGE_MAX (5 * MB)
#define FILE_MAX (16 * MB)

static const struct twilio self = {
    .channel = &channel_whatsapp, .prefix = "whatsapp:", .typing = "WHATSAPP"};

static const struct account_need needs[] = {
    {"id", true, "the AccountSid, AC..., from the console's first page"},
    {"sender", true,
	"the number that customers write to, \"+15551230001\"; or a Messaging "
	"Service, MG..."},
    {"token", true, "the account's auth token; or an API key's secret"},
    {"user", false, "the API key's sid, SK..., when token is its secret"},
    {"signing", false,
	"auth tokens that sign webhooks, the new and the old one; needed with "
	"an API key, which signs none"},
    {"template", false,
	"HX...: an approved template with the one variable {{1}}; it carries "
	"what is said after the 24 hours"},
    {NULL, false, NULL},
};

static const struct media_kind media[] = {
    {"image/jpeg", IMAGE_MAX},
    {"image/png", IMAGE_MAX},
    {"image/webp", IMAGE_MAX},
    {"audio/ogg", FILE_MAX},
    {"audio/amr", FILE_MAX},
    {"audio/3gpp", FILE_MAX},
    {"audio/aac", FILE_MAX},
    {"audio/mpeg", FILE_MAX},
    {"video/mp4", FILE_MAX},
    {"application/pdf", FILE_MAX},
    {"application/msword", FILE_MAX},
    {"application/vnd.ms-powerpoint", FILE_MAX},
    {"application/vnd.ms-excel", FILE_MAX},
    {"application/vnd.openxmlformats-officedocument."
     "wordprocessingml.document",
	FILE_MAX},
    {"application/vnd.openxmlformats-officedocument."
     "presentationml.presentation",
	FILE_MAX},
    {"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
	FILE_MAX},
    {"text/vcard", FILE_MAX},
    {NULL, 0},
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

const struct channel channel_whatsapp = {
    .name = "whatsapp",
    .title = "WhatsApp",
    .can = {.text_max = 12000,
	.part_max = 1500,
	.parts_max = 10,
	.unit = TEXT_UTF16,
	.markup = MARKUP_SIMPLE,
	.buttons_max = 10,
	.button_text_max = 100,
	.media = media,
	.media_max = 6, /* each goes as a message of its own */
	.typing = true,
	.receipts = true,
	.lookup = true,
	.backfill = BACKFILL_ACCOUNT,
	.window_hours = 24,
	.templates = true,
	.per_second = 80,
	.per_recipient_ms = 6000,
	.recipient_burst = 10,
	.in_flight = 10,
	.retry_hours = 24}, /* then the window is closed */
    .needs = needs,
    .check = check,
    .verify = twilio_verify,
    .parse = parse,
    .render = render,
    .call = call,
    .result = result,
};
