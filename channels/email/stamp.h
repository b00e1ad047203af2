/*
 * stamp: what we put into mails so that we know them when they come back.
 *
 * A token is the plus part of an address of ours: support+TOKEN@shop.example.
 * Local parts are often lower-cased on their way, so it is base32, and whoever
 * reads it ignores case. 22 bytes, 36 characters:
 *
 *	1  version and role
 *	8  id
 *	3  when it expires, in hours since 1970
 *	10 HMAC-SHA256, cut off, over all of that and who it is for
 *
 * A message id is <ROLE ID "." NUMBER "." MAC "@" our domain>. It does not
 * expire, for people answer old mails.
 *
 * Both are stamped with the keys of one account of one company (struct account)
 * and so mean nothing to any other. Whom it is for decides who may use it:
 *
 *	DESK	  an escalation. id: the conversation. For no address: the
 *		  reader must hold From against the company's list
 *	CUSTOMER  an answer by mail to who wrote elsewhere. id: the
 *		  conversation. For the customer's address only
 *	THREAD	  an answer to who writes by mail. id: the thread's key, see
 *		  letter_in.h. For the customer's address only
 *	BOUNCE	  the envelope sender of any of these. id: the outbox row.
 *		  For no address
 *
 * Whoever has seen a mail to the desk has its token: it proves that, no more.
 */
#ifndef CHANNELS_EMAIL_STAMP_H
#define CHANNELS_EMAIL_STAMP_H

#include "core/buf.h"
#include "core/token.h"

enum stamp_role {
	STAMP_DESK,
	STAMP_CUSTOMER,
	STAMP_THREAD,
	STAMP_BOUNCE,
	STAMP_ROLES
};

struct stamp {
	enum stamp_role role;
	uint64_t id;
	uint64_t number;   /* of a message id: which mail; of a token: 0 */
	int64_t expires_s; /* of a token; rounded up to the hour */
	struct str
	    address; /* whom it is for; of DESK and BOUNCE not looked at */
};

#define STAMP_TOKEN_TEXT 36u

/* An id alone, as base32 of 13 characters; unstamped, for names. */
#define STAMP_ID_TEXT 13u
void stamp_put_id(uint64_t id, struct buf *out);
bool stamp_get_id(struct str text, uint64_t *id) MUST_USE;

/* How long the local part of an account's address may be, for a token to have
 * room behind it. */
#define STAMP_LOCAL_MAX 27u

/* False: there is no key or no memory, and nothing of use was written. */
bool stamp_write_token(const struct token_keys *keys, const struct stamp *s,
    struct buf *out) MUST_USE;

/* Without < and >. */
bool stamp_write_id(const struct token_keys *keys, const struct stamp *s,
    struct str domain, struct buf *out) MUST_USE;

/*
 * out->address is who is thought to use it, on entry: the mail's From.
 * E_NOTFOUND: it does not look like one of ours. E_DENIED: it does, and was
 * not made by us, or for somebody else: then role and id are what it claims.
 * E_STALE: it is good, and expired. Every check takes the same time.
 */
enum err stamp_read_token(const struct token_keys *keys, struct str text,
    int64_t now_s, struct stamp *out) MUST_USE;

/* The same of a message id, without < and >; whatever its domain. */
enum err stamp_read_id(
    const struct token_keys *keys, struct str text, struct stamp *out) MUST_USE;

#endif
