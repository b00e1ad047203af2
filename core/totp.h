/*
 * totp: the second thing a seller shows when logging in: the code of an
 * authenticator (RFC 6238: HMAC-SHA1, 6 digits, 30 seconds), or one of ten
 * backup codes. Pure: time and random bytes come in.
 */
#ifndef CORE_TOTP_H
#define CORE_TOTP_H

#include "core/buf.h"

#define TOTP_SECRET_BYTES 20u /* RFC 4226, section 4: as long as the hash */
#define TOTP_STEP_S 30
#define TOTP_DIGITS 6u

/* The step of a moment, in seconds since 1970. */
uint64_t totp_step(int64_t now_s);
/* The code of a step. */
unsigned totp_code(struct str secret, uint64_t step);

/*
 * Is it the code of now's step or one beside it, as clocks go apart, and newer
 * than the step that was used last? *step is which: to be stored as used
 * (AGENT_STEP), so that it is good only once. Spaces in it do not matter. In
 * constant time.
 */
struct totp_ask {
	struct str secret, code;
	int64_t now_s;
	uint64_t used;
};
bool totp_check(const struct totp_ask *ask, uint64_t *step) MUST_USE;

/* RFC 4648, without padding: what people type into an authenticator. */
void base32_write(struct buf *out, struct str bytes);
/* otpauth://totp/...: what authenticators read as a picture. */
void totp_url(
    struct buf *out, struct str issuer, struct str account, struct str secret);

/* ---- backup codes ------------------------------------------------------ */

#define BACKUP_CODES 10u
#define BACKUP_RANDOM 8u /* bytes for each: 60 bits of them count */
#define BACKUP_TEXT 14u	 /* "xxxx-xxxx-xxxx" */

/* A code from random bytes; without letters that look like others. */
void backup_code(
    const unsigned char random[BACKUP_RANDOM], char out[BACKUP_TEXT + 1]);
/*
 * A JSON array of their hashes: what is stored. (Sixty random bits need no
 * slow hash.)
 */
void backup_write(
    struct buf *out, char (*codes)[BACKUP_TEXT + 1], size_t count);
/*
 * Is this code in that array? Then *rest is the array without it. Case, spaces
 * and dashes do not matter. A failed *rest: no memory.
 */
bool backup_use(struct str stored, struct str code, struct buf *rest) MUST_USE;
/* How many are left. */
size_t backup_count(struct str stored);

#endif
