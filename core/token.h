/*
 * token: what a visitor shows to be let into their own conversation again.
 *
 *	f1.<company>.<conversation>.<contact>.<expires>.<signature>
 *
 * Numbers in decimal, expires in seconds since 1970, the signature
 * HMAC-SHA256 over everything before its dot, base64url, under the
 * installation's key. Two keys may be live, so that keys can be changed:
 * the first signs, both verify. Checked before anything is looked up.
 *
 * Also here: the other uses of the installation's key (sealing secrets of
 * the company document), and constant-time checks of customers' HMACs.
 */
#ifndef CORE_TOKEN_H
#define CORE_TOKEN_H

#include "core/arena.h"
#include "core/buf.h"

#define TOKEN_KEY_BYTES 32u
#define TOKEN_TEXT_MAX 200u
#define TOKEN_LIFE_S (90 * 24 * 3600)

struct token_keys {
	unsigned char key[2][TOKEN_KEY_BYTES];
	unsigned count; /* 1 or 2 */
};

struct token {
	int64_t company, conversation, contact;
	int64_t expires_s;
};

void token_write(
    const struct token_keys *keys, const struct token *t, struct buf *out);
/* E_BADINPUT: not a token; E_DENIED: forged or expired. */
enum err token_read(const struct token_keys *keys, struct str text,
    int64_t now_s, struct token *out) MUST_USE;

/*
 * A signature of the installation over any text that cannot be taken for the
 * beginning of a token. Two keys as for tokens. False: no memory, and out is
 * empty. `signed`: in constant time.
 */
#define SIGNATURE_TEXT 43u
bool key_sign(const struct token_keys *keys, struct str text,
    char out[SIGNATURE_TEXT + 1]) MUST_USE;
bool key_signed(const struct token_keys *keys, struct str text,
    struct str signature) MUST_USE;

/*
 * Keys for one purpose, made from the installation's: what is made with them
 * proves nothing under any others. The purpose is the caller's words.
 */
void key_derive(
    const struct token_keys *keys, struct str purpose, struct token_keys *out);

/*
 * A short signature, for places that have no room for a whole one: the first n
 * bytes of HMAC-SHA256, 10 to 32. Two keys as for tokens, and keys of their own
 * (key_derive), so that it can be taken for nothing else. False: there is no
 * key, or no memory. `stamped`: in constant time.
 */
#define STAMP_BYTES_MIN 10u
bool key_stamp(const struct token_keys *keys, struct str text,
    unsigned char *out, size_t n) MUST_USE;
bool key_stamped(const struct token_keys *keys, struct str text,
    const unsigned char *stamp, size_t n) MUST_USE;

/* Is hex == hex(HMAC-SHA256(secret, message))? In constant time. */
bool hmac_hex_matches(struct str secret, struct str message, struct str hex);

/* hex(HMAC-SHA256(secret, message)). False: no memory. */
#define HMAC_HEX 64u
bool hmac_hex(
    struct str secret, struct str message, char out[HMAC_HEX + 1]) MUST_USE;

/*
 * "sealed:<base64url>" of a secret, and back; a sealed one stays as it is.
 * Opening a plain one gives it unchanged. E_DENIED: sealed under other keys.
 */
enum err secret_seal(
    const struct token_keys *keys, struct str secret, struct buf *out) MUST_USE;
enum err secret_open(
    const struct token_keys *keys, struct str sealed, struct buf *out) MUST_USE;

#endif
