/*
 * mail_client: a sandbox with a mailbox, and clients of it: a socket by hand,
 * and libcurl, which knows SMTP, IMAP and TLS from elsewhere.
 */
#ifndef TESTS_SANDBOX_MAIL_CLIENT_H
#define TESTS_SANDBOX_MAIL_CLIENT_H

#include "core/buf.h"
#include "tests/sandbox/rig.h"

#include <curl/curl.h>

#define MAIL_WAIT_MS 5000
/* The setup's part, with more members, for mail_open_with(). */
#define MAIL(more) \
	",\"mail\":{\"user\":\"desk\",\"password\":\"pass word\",\"domains\":" \
	"[\"support.example\"]" more "},\"strict_rates\":false"
/* A mail with an encoded subject and a text in its second part. */
#define MAIL_TEXT \
	"From: Gateway <gw@gw.example>\r\nTo: desk@support.example\r\n" \
	"Subject: =?UTF-8?Q?Gr=C3=BC=C3=9Fe_?=\r\n =?UTF-8?B?YXVzIEvDtmxu?=" \
	"\r\nMessage-ID: <esc.1.2@gw.example>\r\nX-Frontdesk-Row: 42\r\n" \
	"MIME-Version: 1.0\r\nContent-Type: multipart/alternative;\r\n" \
	" boundary=\"=_b\"\r\n\r\n--=_b\r\nContent-Type: text/html\r\n\r\n" \
	"<p>no</p>\r\n--=_b\r\nContent-Type: text/plain; charset=utf-8\r\n" \
	"Content-Transfer-Encoding: quoted-printable\r\n\r\nEs " \
	"l=C3=A4uft=\r\n" \
	" nicht.\r\n.\r\n..\r\n--=_b--\r\n"

/* rig_close() closes it. */
void mail_open_with(const char *top);
/* The one rule there is, of vendor "mail". */
void mail_rule(const char *members);
int64_t mail_now_ms(void);

/* ---- by hand ------------------------------------------------------------- */

int mail_dial(const char *which); /* "smtp", "imap" */
void mail_tell(int fd, const char *text);
/* Reads until that was heard, or the end; "" for that: until the end. */
const char *mail_hear(int fd, const char *until);
/* A whole mail up to its final dot, which is not sent. */
int mail_begin(void);

/* ---- with libcurl -------------------------------------------------------- */

struct mail_job {
	const char *url;  /* behind the address */
	const char *text; /* to send; NULL: receive */
	const char *custom, *user, *to;
	bool tls, trusted;
	struct buf in, heads;
	size_t sent;
};

CURLcode mail_run(struct mail_job *j);
void mail_done(struct mail_job *j);
/* One mail, as anybody sends it. */
CURLcode mail_send(const char *text);

#endif
