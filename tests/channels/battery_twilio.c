/* battery_twilio: a sender on WhatsApp and one of plain messages. */
#include "tests/channels/battery.h"

#define FORM "application/x-www-form-urlencoded; charset=utf-8"
#define ACCOUNT \
	"\"id\":\"AC00000000000000000000000000000001\"," \
	"\"sender\":\"+15005550006\"," \
	"\"token\":\"0123456789abcdef0123456789abcdef\""

const struct battery_fixture battery_whatsapp = {
    .channel = "whatsapp",
    .account = ACCOUNT,
    .message = {.type = FORM,
	.body = "MessageSid=SM00000000000000000000000000000001&SmsMessageSid="
		"SM00000000000000000000000000000001&AccountSid=AC000000000000"
		"00000000000000000001&From=whatsapp%3A%2B15551234567&To=whats"
		"app%3A%2B15005550006&Body=Hello&NumMedia=0&WaId=15551234567&"
		"ProfileName=Ann&MessageType=text",
	.headers = {{"X-Twilio-Signature", "9WEdxPOkqMBrZMBIq9t33cFSvW0="}}},
    .file = {.type = FORM,
	.body = "MessageSid=MM00000000000000000000000000000002&SmsMessageSid="
		"MM00000000000000000000000000000002&AccountSid=AC000000000000"
		"00000000000000000001&From=whatsapp%3A%2B15551234567&To=whats"
		"app%3A%2B15005550006&Body=&NumMedia=1&WaId=15551234567&Profi"
		"leName=Ann&MessageType=image&MediaContentType0=image%2Fpng&M"
		"ediaUrl0=https%3A%2F%2Fapi.twilio.com%2F2010-04-01%2FAccount"
		"s%2FAC00000000000000000000000000000001%2FMessages%2FMM000000"
		"00000000000000000000000002%2FMedia%2FME000000000000000000000"
		"00000000003",
	.headers = {{"X-Twilio-Signature", "BoZZUWmcBUrL29PUG33DaDZzT+8="}}},
    .text = "text",
    .sent = {201, "{\"sid\":\"SM00000000000000000000000000000009\","
		  "\"status\":\"queued\",\"error_code\":null}"},
};

const struct battery_fixture battery_sms = {
    .channel = "sms",
    .account = ACCOUNT,
    .message = {.type = FORM,
	.body = "MessageSid=SM00000000000000000000000000000001&SmsMessageSid="
		"SM00000000000000000000000000000001&AccountSid=AC000000000000"
		"00000000000000000001&From=%2B15551234567&To=%2B15005550006&B"
		"ody=Hello&NumMedia=0",
	.headers = {{"X-Twilio-Signature", "UAk3SqXFMnsR2jw/0oQGQ6yr2uo="}}},
    .file = {.type = FORM,
	.body = "MessageSid=MM00000000000000000000000000000002&SmsMessageSid="
		"MM00000000000000000000000000000002&AccountSid=AC000000000000"
		"00000000000000000001&From=%2B15551234567&To=%2B15005550006&B"
		"ody=&NumMedia=1&MediaContentType0=image%2Fpng&MediaUrl0=http"
		"s%3A%2F%2Fapi.twilio.com%2F2010-04-01%2FAccounts%2FAC0000000"
		"0000000000000000000000001%2FMessages%2FMM0000000000000000000"
		"0000000000002%2FMedia%2FME00000000000000000000000000000003",
	.headers = {{"X-Twilio-Signature", "xOfNPc0QTcw4lMOYRIFJwmTiRT4="}}},
    .text = "text",
    .sent = {201, "{\"sid\":\"SM00000000000000000000000000000009\","
		  "\"status\":\"queued\",\"error_code\":null}"},
};
