/*
 * address: who a mail is from and to.
 *
 * Written: only what the narrow grammar allows, so that no address can carry a
 * line end, a second recipient or an SMTP command; anything else is refused,
 * never mended. Letters, digits and .!#$%&'*+/=?^_{|}~- before the "@", at most
 * 64; names of hosts behind it, in ASCII.
 *
 * Read: as tolerantly as people's programs write, and then held against the
 * same grammar.
 */
#ifndef CHANNELS_EMAIL_ADDRESS_H
#define CHANNELS_EMAIL_ADDRESS_H

#include "core/arena.h"

#define ADDRESS_MAX 254u
#define ADDRESS_LOCAL_MAX 64u
#define ADDRESSES_MAX 100u /* read of one field; what follows is left */

struct mail_address {
	struct str name; /* UTF-8; may be empty */
	struct str address;
};

struct mail_addresses {
	struct mail_address *list;
	size_t count;
};

bool address_valid(struct str s);

/* Before and behind the "@". Of an address that is valid. */
struct str address_local(struct str s);
struct str address_domain(struct str s);

/* Does a person mean the same by both? The case of letters does not count. */
bool mail_address_same(struct str a, struct str b);

/*
 * The addresses of a field such as To, unfolded: display names with their
 * encoded words read, comments and groups understood. Addresses that are not
 * valid are left out. E_NOMEM.
 */
enum err addresses_read(
    struct str field, struct arena *a, struct mail_addresses *out) MUST_USE;

#endif
