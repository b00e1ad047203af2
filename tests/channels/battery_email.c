/* battery_email: a mailbox of a shop, and two mails that were posted to it. */
#include "tests/channels/battery.h"

const struct battery_fixture battery_email = {
    .channel = "email",
    .account = "\"sender\":\"support@shop.example\","
	       "\"smtp\":\"smtp://mail.shop.example:587\","
	       "\"user\":\"support\",\"token\":\"pass-word\","
	       "\"signing\":[\"a-secret-that-signs\"]",
    .api = "smtp://mail.shop.example:587",
    .message = {.type = "message/rfc822",
	.body = "Date: Sat, 21 Nov 2026 09:59:00 +0000\n"
		"From: Ann Smith <ann@x.example>\n"
		"To: support@shop.example\n"
		"Subject: Hello\n"
		"Message-ID: <1@x.example>\n"
		"Content-Type: text/plain; charset=utf-8\n"
		"\n"
		"Where is it?\n",
	.headers = {{"X-Frontdesk-Signature",
	    "sha256="
	    "3b6e8e6867d65a5c58f58af99326ccfe7fe4fbe31f92d371c2921bdbbefb7ee"
	    "6"}}},
    .file = {.type = "message/rfc822",
	.body = "Date: Sat, 21 Nov 2026 09:59:30 +0000\n"
		"From: Ann Smith <ann@x.example>\n"
		"To: support@shop.example\n"
		"Subject: Hello\n"
		"Message-ID: <2@x.example>\n"
		"Content-Type: multipart/mixed; boundary=b\n"
		"\n"
		"--b\n"
		"Content-Type: text/plain; charset=utf-8\n"
		"\n"
		"See this.\n"
		"--b\n"
		"Content-Type: image/png; name=a.png\n"
		"Content-Disposition: attachment\n"
		"Content-Transfer-Encoding: base64\n"
		"\n"
		"iVBORw0KGgo=\n"
		"--b--\n",
	.headers = {{"X-Frontdesk-Signature",
	    "sha256="
	    "0ec05e32ba89f99f36517bdaf0892e349df488f114b08e3efaf884c538d3057"
	    "d"}}},
    .text = "text",
    .sent = {200, "{\"end\":\"sent\",\"code\":250,\"status\":\"2.0.0\","
		  "\"words\":\"queued\"}"},
};
