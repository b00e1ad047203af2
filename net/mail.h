/*
 * mail: what sending mail (mailer.h) and fetching it (imap.h) share: a server
 * with a login, and what may stand in an address, a text, a reply.
 *
 * Everything here is pure and may be called from any thread.
 */
#ifndef NET_MAIL_H
#define NET_MAIL_H

#include "core/base.h"

enum mail_auth {
	MAIL_AUTH_NONE,	    /* nobody logs in */
	MAIL_AUTH_PASSWORD, /* secret: the password */
	MAIL_AUTH_OAUTH2,   /* secret: an access token, good for now */
	MAIL_AUTHS
};

/*
 * A server and who we are there. A login is never sent without TLS, and TLS is
 * never without a certificate that is checked: of a known authority, for that
 * host. "smtp:" and "imap:" begin plain and change to TLS by STARTTLS, or end;
 * "smtps:" and "imaps:" are TLS from the first byte.
 */
struct mail_server {
	/* "smtp://host:587", "smtps://host:465", "imap://host:143",
	 * "imaps://host:993/FOLDER"; the port may be left out. Only IMAP has
	 * a path: the folder, percent-encoded; left out, it is INBOX. */
	struct str url;
	enum mail_auth auth;
	struct str user, secret;
	const char *ca_file; /* PEM of authorities; NULL: the system's */
	/* Without TLS, whatever the server offers. Only for stand-ins: any
	 * other host than localhost or 127.x.x.x is refused then. */
	bool plain;
};

#define MAIL_HOST_MAX 253u
#define MAIL_FOLDER_MAX 255u
#define MAIL_USER_MAX 255u
#define MAIL_SECRET_MAX 8192u
#define MAIL_PASSWORD_MAX 500u
#define MAIL_ADDRESS_MAX 254u
#define MAIL_RECIPIENTS_MAX 100u
#define MAIL_TEXT_MAX (36u * 1024 * 1024) /* 25 MB of files, encoded */

enum mail_protocol { MAIL_SMTP, MAIL_IMAP };

/* Where a URL leads. */
struct mail_place {
	enum mail_protocol protocol;
	bool tls; /* from the first byte */
	char host[MAIL_HOST_MAX + 1];
	uint16_t port;
	char folder[MAIL_FOLDER_MAX + 1];
};

/*
 * E_BADINPUT: the URL, the login or `plain` cannot be; *why is a literal that
 * says which, for the operator.
 */
enum err mail_server_read(const struct mail_server *s,
    enum mail_protocol protocol, struct mail_place *out,
    const char **why) MUST_USE;

/*
 * Only what needs no quoting: letters, digits and .!#$%&'*+/=?^_{|}~- before
 * the "@", at most 64 of them, and a host's name behind it. No CR or LF can
 * stand there, nor "<", ">" or a space. Domains beyond ASCII must have been
 * made "xn--..." before.
 */
bool mail_address_valid(struct str address);

/* A host's name: labels of letters, digits and "-", 1 to 253 bytes. */
bool mail_host_valid(struct str host);

/*
 * Is it a whole mail as SMTP carries it? A header, an empty line, a body that
 * may be empty; lines end in CR LF, the last one too, and have at most 998
 * bytes before it; all bytes are ASCII and none is NUL; no CR or LF stands
 * alone. Dots at the start of lines are not doubled. E_BADINPUT: *why is a
 * literal that says what it is not.
 */
enum err mail_text_check(struct str text, const char **why) MUST_USE;

/*
 * A server's words, safe to log and to show: at most size - 1 bytes of UTF-8
 * without control characters; runs of spaces and line ends are one space.
 */
void mail_words_clean(struct str words, char *out, size_t size);

#endif
