/*
 * file_url: the address of one stored file, for whoever is given it, for a
 * while: a vendor that is to fetch it, a browser that is to show it.
 *
 *	<base>/v1/files/<hash>?name=N&type=T&expires=S&signature=...
 *
 * The signature is the installation's, over all of it but the base, each part
 * with its length, so that nothing can be moved from one to the next. Two keys
 * may be live, as for tokens. What is signed are the parts themselves and not
 * their spelling: a proxy may encode them in another way.
 */
#ifndef CORE_FILE_URL_H
#define CORE_FILE_URL_H

#include "core/token.h"

#define FILE_URL_PATH "/v1/files/"
#define FILE_URL_HASH 64u  /* hex digits of SHA-256 */
#define FILE_URL_NAME 200u /* bytes; longer names are cut */
#define FILE_URL_TYPE 100u

struct file_url {
	struct str hash;       /* FILE_URL_HASH of 0-9, a-f */
	struct str name, type; /* as a browser is to be told; may be empty */
	int64_t expires_s;     /* since 1970 */
};

/*
 * base: "https://chat.example", without "/" at the end; empty: a path alone.
 * A name that is no text is left out, a type that is too long likewise.
 */
void file_url_write(const struct token_keys *keys, struct str base,
    const struct file_url *f, struct buf *out);

/*
 * Was this given out by us, and is it still good? E_BADINPUT: there is no such
 * address; E_DENIED: forged, changed or expired.
 */
enum err file_url_check(const struct token_keys *keys, const struct file_url *f,
    struct str signature, int64_t now_s) MUST_USE;

#endif
