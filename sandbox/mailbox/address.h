/*
 * address: "<local@domain>" as it stands in MAIL and RCPT (RFC 5321, 4.1.2),
 * read narrowly: no source routes, no spaces around.
 */
#ifndef SANDBOX_MAILBOX_ADDRESS_H
#define SANDBOX_MAILBOX_ADDRESS_H

#include "core/base.h"

struct mail_address {
	struct str whole; /* without < and >; empty: "<>" */
	struct str local, domain;
};

/*
 * From the front of *text, which is moved behind it. utf8: SMTPUTF8 was asked
 * for, else all must be ASCII. Borrows.
 */
bool sb_address_take(
    struct str *text, bool utf8, struct mail_address *out) MUST_USE;

/* "local@domain" and nothing else. */
bool sb_address_read_bare(struct str text, struct mail_address *out) MUST_USE;

#endif
