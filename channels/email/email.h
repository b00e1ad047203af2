/*
 * email: the row. Customers write to the company's address and are answered in
 * the same thread; people of the company get escalations (escalation.h) and
 * answer them from their own mail program (letter_in.h).
 *
 * The account's members:
 *	sender	the address that customers see, support@shop.example. What
 *		comes to support+ANYTHING@shop.example must arrive there, too
 *	smtp	"smtp://host:587" (STARTTLS required), "smtps://host:465"
 *	imap	"imaps://host[:993][/FOLDER]", "imap://host:143" (STARTTLS
 *		required): where answers are fetched; or mails are brought by
 *		`frontdesk mail-in` or by POST
 *	user	of the login; empty: none
 *	token	its password, or its OAuth2 token
 *	auth	"password" or "oauth2"
 *	signing	secrets that sign mails which are brought by POST
 *
 * In: letter_in.h says what a mail is. `parse` is that for a mail which was
 * posted to the account's hook as message/rfc822, signed by X-Frontdesk-
 * Signature: sha256=<hex HMAC-SHA256 of the body under a secret of signing>. It
 * brings what a customer wrote, and receipts of mails that bounced. It has no
 * list of the desk, so it never believes an answer of the desk; that one is
 * answered with 422, and belongs to `frontdesk mail-in`.
 *
 * Out: `call` makes the mail of a payload; order.h says how it is sent.
 *
 * What is kept between calls, as JSON:
 *	reply	 {"to","name","subject","id","references"}: how to answer in
 *		 the customer's thread
 *	payload  payload.h; of a file {"type","base64"}: the file itself
 */
#ifndef CHANNELS_EMAIL_EMAIL_H
#define CHANNELS_EMAIL_EMAIL_H

#include "channels/channel.h"

#define EMAIL_SIGNATURE "X-Frontdesk-Signature"

extern const struct channel channel_email;

#endif
