/* errors: the vendor's numbers, statuses and words. */
#include "sandbox/twilio/inner.h"

static const struct {
	unsigned code, status;
	const char *words;
} errors[] = {
    {20001, 400, "Bad request"},
    {20003, 401, "Authenticate"},
    {20004, 405, "Method not allowed"},
    {20404, 404, "The requested resource was not found"},
    {20429, 429, "Too Many Requests"},
    {20500, 500, "An internal server error has occurred"},
    {20503, 503, "Service unavailable"},
    {21211, 400, "Invalid 'To' Phone Number"},
    {21212, 400, "Invalid From Number"},
    {21602, 400, "Message body is required"},
    {21603, 400, "A 'From' phone number is required"},
    {21604, 400, "A 'To' phone number is required"},
    {21606, 400,
	"The 'From' phone number is not a valid, SMS-capable "
	"inbound phone number for your account"},
    {21609, 400, "The 'StatusCallback' URL is not a valid URL"},
    {21610, 400, "Attempt to send to unsubscribed recipient"},
    {21617, 400,
	"The concatenated message body exceeds the 1600 character "
	"limit"},
    {21620, 400, "Invalid media URL(s)"},
    {21623, 400, "Number of media files exceeds allowed limit"},
    {21655, 400, "The ContentSid is Invalid"},
    {21656, 400, "The ContentVariables Parameter is invalid"},
    {21701, 404, "The Messaging Service does not exist"},
    {21910, 400,
	"Invalid From and To pair. From and To should be of the "
	"same channel"},
    {30409, 409, "The message cannot be canceled in its status"},
    {35111, 400, "SendAt cannot be missing for scheduling a message"},
    {35114, 400, "SendAt time must be 15 minutes to 35 days ahead"},
    {35118, 400, "MessagingServiceSid is required to schedule a message"},
    {63007, 400,
	"Twilio could not find a Channel with the specified From "
	"address"},
    /* Of callbacks. */
    {63013, 0,
	"This message send failed because it violates Channel "
	"provider's policy"},
    {63016, 0,
	"Failed to send freeform message because you are outside the "
	"allowed window"},
    {63018, 0, "Rate limit exceeded for Channel"},
    {63019, 0, "Media failed to download"},
    {63021, 0, "Channel invalid content error"},
    {63028, 0,
	"Number of parameters provided does not match the expected "
	"number of parameters"},
    {63034, 0, "Media exceeds the size limit"},
    {63043, 0, "Media may not be downloaded: forbidden"},
    {63044, 0, "Media may not be downloaded: not found"},
    {63047, 0, "Media type is not the one announced"},
};

static const char type_json[] = "application/json";

static size_t
find(unsigned code)
{
	size_t i;

	for (i = 0; i < ARRAY_LEN(errors); i++)
		if (errors[i].code == code)
			return i;
	return 0;
}

const char *
sb_twilio_words(unsigned code)
{
	return errors[find(code)].words;
}

static void
write_error(unsigned code, unsigned status, struct buf *b)
{
	buf_addf(b, "{\"code\":%u", code);
	sb_put_text(b, "message", str_from(sb_twilio_words(code)));
	buf_addf(b,
	    ",\"more_info\":\"https://www.twilio.com/docs/errors/%u\","
	    "\"status\":%u}",
	    code, status);
}

void
sb_twilio_refuse(struct visit *v, unsigned code)
{
	unsigned status = errors[find(code)].status;
	struct buf b = {0};

	if (status == 401)
		request_add_header(v->request, "WWW-Authenticate",
		    STR("Basic realm=\"Twilio API\""));
	write_error(code, status, &b);
	v->code = code;
	sb_visit_reply(v, status, type_json, buf_view(&b));
	buf_free(&b);
}

void
sb_twilio_reply(struct visit *v, unsigned status, const struct buf *json)
{
	if (json->failed)
		sb_twilio_refuse(v, 20500);
	else
		sb_visit_reply(v, status, json->len == 0 ? NULL : type_json,
		    buf_view(json));
}

const char *
sb_twilio_failure(unsigned status, struct buf *out)
{
	write_error(status == 429   ? 20429
		    : status == 503 ? 20503
		    : status == 401 ? 20003
				    : 20500,
	    status, out);
	return type_json;
}
