/*
 * email: the row. Its figures: mail has no limit of its own that a chat comes
 * near, so texts are bounded by what people read; providers let an account send
 * a few mails a second at most; a mail is tried for five days, as mail servers
 * do (RFC 5321, section 4.5.4.1). One of which nobody knows whether it went out
 * goes out once more, with the same message id: better twice than never. Of what
 * the bot says an address gets no more in an hour than a person would read:
 * where a machine answers us, both must come to an end.
 */
#include "channels/email/email_inner.h"

static const struct account_need needs[] = {
    {"sender", true,
	"the address that customers see, \"support@shop.example\"; what comes "
	"to \"support+ANYTHING@shop.example\" must arrive there, too"},
    {"smtp", true,
	"the server that sends, \"smtp://mail.shop.example:587\" (STARTTLS) or "
	"\"smtps://mail.shop.example:465\""},
    {"imap", false,
	"the mailbox that answers come to, \"imaps://mail.shop.example\"; "
	"without it they are brought by `frontdesk mail-in`"},
    {"user", false, "the name of the login; none: nobody logs in"},
    {"token", false, "its password, or its OAuth2 access token"},
    {"signing", false,
	"secrets that sign mails brought by POST; needed where there is no "
	"token"},
    {NULL, false, NULL},
};

static const struct media_kind media[] = {{"", 25u * 1024 * 1024}, {NULL, 0}};

const struct channel channel_email = {
    .name = "email",
    .title = "E-mail",
    .can = {.text_max = 100000,
	.part_max = 50000,
	.parts_max = 2,
	.unit = TEXT_CHARACTERS,
	.markup = MARKUP_MARKDOWN,
	.buttons_max = 10,
	.button_text_max = 100,
	.media = media,
	.media_max = 10,
	.attaches = true,
	.receipts = true,
	.threads = true,
	.signs = true,
	.repeats = 1,
	.per_second = 2,
	.per_recipient_ms = 2000,
	.recipient_burst = 5,
	.automatic_per_hour = 30,
	.in_flight = 4,
	.retry_hours = 5 * 24},
    .needs = needs,
    .check = email_check,
    .verify = email_verify,
    .parse = email_parse,
    .render = email_render,
    .call = email_call,
    .result = email_result,
};
