/* totp: codes of authenticators, and backup codes. */
#include "core/totp.h"
#include "core/json.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <sodium.h>
#include <stdio.h>

#define SHA1_BYTES 20u
#define MODULUS 1000000u /* ten to the power of TOTP_DIGITS */
#define HASH_HEX (2 * crypto_hash_sha256_BYTES)

/* ---- codes of a step --------------------------------------------------- */

uint64_t
totp_step(int64_t now_s)
{
	return now_s < 0 ? 0 : (uint64_t)now_s / TOTP_STEP_S;
}

/* RFC 4226, section 5.3: four bytes from a place that the last byte names. */
static unsigned
truncated(const unsigned char mac[SHA1_BYTES])
{
	const unsigned char *p = mac + (mac[SHA1_BYTES - 1] & 0x0f);
	uint32_t n = (uint32_t)(p[0] & 0x7f) << 24 | (uint32_t)p[1] << 16 |
		     (uint32_t)p[2] << 8 | p[3];

	return n % MODULUS;
}

unsigned
totp_code(struct str secret, uint64_t step)
{
	unsigned char counter[8], mac[SHA1_BYTES] = {0};
	unsigned size = sizeof(mac);

	for (size_t i = 0; i < sizeof(counter); i++)
		counter[i] = (unsigned char)(step >> (56 - 8 * i));
	if (HMAC(EVP_sha1(), secret.p, (int)secret.n, counter, sizeof(counter),
		mac, &size) == NULL)
		return MODULUS; /* no code is like that */
	return truncated(mac);
}

/* False: it is not six digits. */
static bool
digits_of(struct str code, char out[TOTP_DIGITS + 1])
{
	size_t n = 0;

	for (size_t i = 0; i < code.n; i++) {
		if (code.p[i] == ' ')
			continue;
		if (code.p[i] < '0' || code.p[i] > '9' || n == TOTP_DIGITS)
			return false;
		out[n++] = code.p[i];
	}
	out[n] = '\0';
	return n == TOTP_DIGITS;
}

bool
totp_check(const struct totp_ask *ask, uint64_t *step)
{
	uint64_t now = totp_step(ask->now_s);
	char given[TOTP_DIGITS + 1], right[16];
	bool good = false;

	if (!digits_of(ask->code, given))
		return false;
	for (uint64_t s = now > 0 ? now - 1 : 0; s <= now + 1; s++) {
		(void)snprintf(
		    right, sizeof(right), "%06u", totp_code(ask->secret, s));
		if (sodium_memcmp(given, right, TOTP_DIGITS + 1) != 0 ||
		    s <= ask->used)
			continue;
		*step = s;
		good = true;
	}
	return good;
}

/* ---- what authenticators are told -------------------------------------- */

void
base32_write(struct buf *out, struct str bytes)
{
	static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
	unsigned held = 0, bits = 0;

	for (size_t i = 0; i < bytes.n; i++) {
		held = (held << 8 | (unsigned char)bytes.p[i]) & 0xffff;
		for (bits += 8; bits >= 5; bits -= 5)
			buf_char(out, digits[held >> (bits - 5) & 31]);
	}
	if (bits > 0)
		buf_char(out, digits[held << (5 - bits) & 31]);
}

void
totp_url(
    struct buf *out, struct str issuer, struct str account, struct str secret)
{
	buf_str(out, "otpauth://totp/");
	buf_url(out, issuer);
	buf_char(out, ':');
	buf_url(out, account);
	buf_str(out, "?secret=");
	base32_write(out, secret);
	buf_str(out, "&issuer=");
	buf_url(out, issuer);
	buf_addf(out, "&algorithm=SHA1&digits=%u&period=%d", TOTP_DIGITS,
	    TOTP_STEP_S);
}

/* ---- backup codes ------------------------------------------------------ */

void
backup_code(
    const unsigned char random[BACKUP_RANDOM], char out[BACKUP_TEXT + 1])
{
	/* Crockford's: no I, L, O, U. */
	static const char digits[] = "0123456789abcdefghjkmnpqrstvwxyz";
	uint64_t n = 0;
	size_t i;

	for (i = 0; i < BACKUP_RANDOM; i++)
		n = n << 8 | random[i];
	for (i = 0; i < BACKUP_TEXT; i++) {
		out[i] = i % 5 == 4 ? '-' : digits[n & 31];
		n >>= i % 5 == 4 ? 0 : 5;
	}
	out[i] = '\0';
}

/* What people read wrong, as it was meant. */
static char
meant(char c)
{
	if (c >= 'A' && c <= 'Z')
		c = (char)(c - 'A' + 'a');
	if (c == 'o')
		return '0';
	return c == 'i' || c == 'l' ? '1' : c;
}

static void
hash_code(struct str code, char hex[HASH_HEX + 1])
{
	unsigned char hash[crypto_hash_sha256_BYTES];
	crypto_hash_sha256_state state;
	size_t i;

	crypto_hash_sha256_init(&state);
	for (i = 0; i < code.n; i++) {
		unsigned char c = (unsigned char)meant(code.p[i]);

		if (c != ' ' && c != '-')
			crypto_hash_sha256_update(&state, &c, 1);
	}
	crypto_hash_sha256_final(&state, hash);
	sodium_bin2hex(hex, HASH_HEX + 1, hash, sizeof(hash));
}

void
backup_write(struct buf *out, char (*codes)[BACKUP_TEXT + 1], size_t count)
{
	char hex[HASH_HEX + 1];

	buf_char(out, '[');
	for (size_t i = 0; i < count; i++) {
		hash_code(str_from(codes[i]), hex);
		buf_addf(out, "%s\"%s\"", i == 0 ? "" : ",", hex);
	}
	buf_char(out, ']');
}

bool
backup_use(struct str stored, struct str code, struct buf *rest)
{
	json_t *list = json_read(stored), *item;
	char hex[HASH_HEX + 1];
	bool found = false;
	size_t i, kept = 0;

	hash_code(code, hex);
	buf_char(rest, '[');
	json_array_foreach(list, i, item)
	{
		const char *one = json_string_value(item);

		if (one == NULL || strlen(one) != HASH_HEX)
			continue;
		if (sodium_memcmp(one, hex, HASH_HEX) == 0)
			found = true;
		else
			buf_addf(rest, "%s\"%s\"", kept++ == 0 ? "" : ",", one);
	}
	buf_char(rest, ']');
	json_decref(list);
	return found;
}

size_t
backup_count(struct str stored)
{
	json_t *list = json_read(stored);
	size_t n = json_array_size(list);

	json_decref(list);
	return n;
}
