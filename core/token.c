/*
 * token: signing, writing, checking, sealing.
 *
 * The HMAC is libcrypto's, for it uses the processor's own instructions, with
 * one prepared context for each thread: fetching the algorithm anew would cost
 * four times the hash itself. Sealing is libsodium's secretbox under a key
 * derived from the installation's, so the two uses cannot meet.
 */
#include "core/token.h"

#include <assert.h>
#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <pthread.h>
#include <sodium.h>

#define MAC_BYTES 32u
#define BASE64 sodium_base64_VARIANT_URLSAFE_NO_PADDING

static const struct str seal_mark = {"sealed:", 7};

/* ---- HMAC-SHA256 ------------------------------------------------------- */

static pthread_key_t mac_key;
static pthread_once_t mac_once = PTHREAD_ONCE_INIT;

static void
mac_free(void *ctx)
{
	EVP_MAC_CTX_free(ctx);
}

static void
mac_key_make(void)
{
	(void)pthread_key_create(&mac_key, mac_free);
}

static EVP_MAC_CTX *
mac_new(void)
{
	char digest[] = "SHA256";
	const OSSL_PARAM params[] = {
	    OSSL_PARAM_construct_utf8_string(
		OSSL_MAC_PARAM_DIGEST, digest, sizeof(digest) - 1),
	    OSSL_PARAM_construct_end(),
	};
	EVP_MAC *mac = EVP_MAC_fetch(NULL, "HMAC", NULL);
	EVP_MAC_CTX *ctx = EVP_MAC_CTX_new(mac);

	EVP_MAC_free(mac); /* the context has its own reference */
	if (ctx != NULL && EVP_MAC_CTX_set_params(ctx, params) != 1) {
		EVP_MAC_CTX_free(ctx);
		ctx = NULL;
	}
	return ctx;
}

/* This thread's context, made at its first use. */
static EVP_MAC_CTX *
mac_mine(void)
{
	EVP_MAC_CTX *ctx;

	pthread_once(&mac_once, mac_key_make);
	ctx = pthread_getspecific(mac_key);
	if (ctx == NULL) {
		ctx = mac_new();
		(void)pthread_setspecific(mac_key, ctx);
	}
	return ctx;
}

static bool
hmac(struct str key, struct str text, unsigned char out[MAC_BYTES])
{
	EVP_MAC_CTX *ctx = mac_mine();
	size_t n = 0;

	return ctx != NULL &&
	       EVP_MAC_init(ctx, (const unsigned char *)key.p, key.n, NULL) ==
		   1 &&
	       EVP_MAC_update(ctx, (const unsigned char *)text.p, text.n) ==
		   1 &&
	       EVP_MAC_final(ctx, out, &n, MAC_BYTES) == 1 && n == MAC_BYTES;
}

static struct str
key_view(const struct token_keys *keys, unsigned i)
{
	return (struct str){(const char *)keys->key[i], TOKEN_KEY_BYTES};
}

/* ---- signatures -------------------------------------------------------- */

bool
key_sign(const struct token_keys *keys, struct str text,
    char out[SIGNATURE_TEXT + 1])
{
	unsigned char mac[MAC_BYTES];

	out[0] = '\0';
	if (!hmac(key_view(keys, 0), text, mac))
		return false;
	sodium_bin2base64(out, SIGNATURE_TEXT + 1, mac, sizeof(mac), BASE64);
	return true;
}

static bool
decode(struct str text, unsigned char *out, size_t room, size_t *n)
{
	static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				     "abcdefghijklmnopqrstuvwxyz0123456789-_";
	const char *end;
	size_t i;

	/* libsodium takes some bytes above 0x7f for digits. */
	for (i = 0; i < text.n; i++)
		if (memchr(digits, text.p[i], sizeof(digits) - 1) == NULL)
			return false;
	return sodium_base642bin(
		   out, room, text.p, text.n, NULL, n, &end, BASE64) == 0 &&
	       end == text.p + text.n;
}

static bool
decode_mac(struct str text, unsigned char mac[MAC_BYTES])
{
	size_t n;

	return text.n == SIGNATURE_TEXT && decode(text, mac, MAC_BYTES, &n) &&
	       n == MAC_BYTES;
}

static bool
signed_by(
    const struct token_keys *keys, struct str text, const unsigned char *mac)
{
	unsigned char want[MAC_BYTES];
	unsigned i;

	for (i = 0; i < keys->count; i++)
		if (hmac(key_view(keys, i), text, want) &&
		    sodium_memcmp(want, mac, MAC_BYTES) == 0)
			return true;
	return false;
}

bool
key_signed(const struct token_keys *keys, struct str text, struct str signature)
{
	unsigned char mac[MAC_BYTES];

	return decode_mac(signature, mac) && signed_by(keys, text, mac);
}

/* ---- stamps ------------------------------------------------------------ */

/* By another hash than all signatures, so that none of them is a key. */
void
key_derive(
    const struct token_keys *keys, struct str purpose, struct token_keys *out)
{
	unsigned i;

	*out = (struct token_keys){.count = keys->count};
	for (i = 0; i < keys->count; i++)
		crypto_generichash(out->key[i], TOKEN_KEY_BYTES,
		    (const unsigned char *)purpose.p, purpose.n, keys->key[i],
		    TOKEN_KEY_BYTES);
}

bool
key_stamp(const struct token_keys *keys, struct str text, unsigned char *out,
    size_t n)
{
	unsigned char mac[MAC_BYTES];

	assert(n >= STAMP_BYTES_MIN && n <= MAC_BYTES);
	if (keys->count == 0 || !hmac(key_view(keys, 0), text, mac))
		return false;
	memcpy(out, mac, n);
	return true;
}

bool
key_stamped(const struct token_keys *keys, struct str text,
    const unsigned char *stamp, size_t n)
{
	unsigned char want[MAC_BYTES];
	unsigned i;

	assert(n >= STAMP_BYTES_MIN && n <= MAC_BYTES);
	for (i = 0; i < keys->count; i++)
		if (hmac(key_view(keys, i), text, want) &&
		    sodium_memcmp(want, stamp, n) == 0)
			return true;
	return false;
}

/* ---- tokens ------------------------------------------------------------ */

void
token_write(
    const struct token_keys *keys, const struct token *t, struct buf *out)
{
	const int64_t parts[] = {
	    t->company, t->conversation, t->contact, t->expires_s};
	char text[SIGNATURE_TEXT + 1];
	size_t from = out->len, i;

	buf_str(out, "f1");
	for (i = 0; i < ARRAY_LEN(parts); i++) {
		buf_char(out, '.');
		buf_i64(out, parts[i]);
	}
	if (out->failed ||
	    !key_sign(
		keys, (struct str){out->data + from, out->len - from}, text)) {
		out->failed = true;
		return;
	}
	buf_char(out, '.');
	buf_add(out, text, SIGNATURE_TEXT);
}

/* A positive decimal number without leading zero, and the dot after it. */
static bool
read_part(struct str *s, int64_t *out)
{
	int64_t n = 0;
	size_t i;

	for (i = 0; i < s->n && s->p[i] >= '0' && s->p[i] <= '9'; i++) {
		if (n > (INT64_MAX - 9) / 10)
			return false;
		n = n * 10 + (s->p[i] - '0');
	}
	if (i == 0 || s->p[0] == '0' || i == s->n || s->p[i] != '.')
		return false;
	s->p += i + 1;
	s->n -= i + 1;
	*out = n;
	return true;
}

static bool
read_parts(struct str text, struct token *out, struct str *signature)
{
	int64_t *const parts[] = {
	    &out->company, &out->conversation, &out->contact, &out->expires_s};
	size_t i;

	if (text.n > TOKEN_TEXT_MAX || text.n < 3 ||
	    memcmp(text.p, "f1.", 3) != 0)
		return false;
	text.p += 3;
	text.n -= 3;
	for (i = 0; i < ARRAY_LEN(parts); i++)
		if (!read_part(&text, parts[i]))
			return false;
	*signature = text;
	return text.n == SIGNATURE_TEXT;
}

enum err
token_read(const struct token_keys *keys, struct str text, int64_t now_s,
    struct token *out)
{
	unsigned char mac[MAC_BYTES];
	struct str signature;
	struct token t;

	if (!read_parts(text, &t, &signature) || !decode_mac(signature, mac))
		return E_BADINPUT;
	text.n -= SIGNATURE_TEXT + 1;
	if (!signed_by(keys, text, mac) || t.expires_s <= now_s)
		return E_DENIED;
	*out = t;
	return OK;
}

bool
hmac_hex(struct str secret, struct str message, char out[HMAC_HEX + 1])
{
	unsigned char mac[MAC_BYTES];

	if (!hmac(secret, message, mac))
		return false;
	sodium_bin2hex(out, HMAC_HEX + 1, mac, MAC_BYTES);
	return true;
}

bool
hmac_hex_matches(struct str secret, struct str message, struct str hex)
{
	unsigned char want[MAC_BYTES], got[MAC_BYTES];
	const char *end;
	size_t n;

	return secret.n > 0 && hex.n == 2 * (size_t)MAC_BYTES &&
	       sodium_hex2bin(got, sizeof(got), hex.p, hex.n, NULL, &n, &end) ==
		   0 &&
	       n == MAC_BYTES && end == hex.p + hex.n &&
	       hmac(secret, message, want) &&
	       sodium_memcmp(want, got, MAC_BYTES) == 0;
}

/* ---- sealing ----------------------------------------------------------- */

#define SEAL_EXTRA (crypto_secretbox_NONCEBYTES + crypto_secretbox_MACBYTES)
#define SECRET_MAX 65536u

static void
seal_key(const struct token_keys *keys, unsigned i,
    unsigned char out[crypto_secretbox_KEYBYTES])
{
	crypto_kdf_derive_from_key(
	    out, crypto_secretbox_KEYBYTES, 1, "fd-seal", keys->key[i]);
}

static bool
is_sealed(struct str s)
{
	return s.n >= seal_mark.n && memcmp(s.p, seal_mark.p, seal_mark.n) == 0;
}

enum err
secret_seal(const struct token_keys *keys, struct str secret, struct buf *out)
{
	unsigned char key[crypto_secretbox_KEYBYTES];
	struct buf box = {0};
	unsigned char *room;
	size_t text_size;
	char *text;
	enum err e = E_NOMEM;

	if (is_sealed(secret)) {
		buf_add(out, secret.p, secret.n);
		return out->failed ? E_NOMEM : OK;
	}
	if (secret.n > SECRET_MAX)
		return E_LIMIT;
	room = (unsigned char *)buf_room(&box, secret.n + SEAL_EXTRA);
	if (room == NULL)
		goto done;
	seal_key(keys, 0, key);
	/* From key and text: the same secret gives the same sealed text. */
	crypto_generichash(room, crypto_secretbox_NONCEBYTES,
	    (const unsigned char *)secret.p, secret.n, key, sizeof(key));
	crypto_secretbox_easy(room + crypto_secretbox_NONCEBYTES,
	    (const unsigned char *)secret.p, secret.n, room, key);
	sodium_memzero(key, sizeof(key));
	buf_add(out, seal_mark.p, seal_mark.n);
	text_size = sodium_base64_encoded_len(secret.n + SEAL_EXTRA, BASE64);
	text = buf_room(out, text_size);
	if (text == NULL)
		goto done;
	sodium_bin2base64(text, text_size, room, secret.n + SEAL_EXTRA, BASE64);
	out->len += text_size - 1; /* without its NUL */
	e = OK;
done:
	buf_free(&box);
	return e;
}

/* Opens box into out with whichever key fits. */
static enum err
open_box(const struct token_keys *keys, const unsigned char *box, size_t n,
    struct buf *out)
{
	unsigned char key[crypto_secretbox_KEYBYTES];
	unsigned char *room;
	enum err e = E_DENIED;
	unsigned i;

	room = (unsigned char *)buf_room(out, n - SEAL_EXTRA + 1);
	if (room == NULL)
		return E_NOMEM;
	for (i = 0; i < keys->count && e == E_DENIED; i++) {
		seal_key(keys, i, key);
		if (crypto_secretbox_open_easy(room,
			box + crypto_secretbox_NONCEBYTES,
			n - crypto_secretbox_NONCEBYTES, box, key) == 0)
			e = OK;
	}
	sodium_memzero(key, sizeof(key));
	if (e == OK)
		out->len += n - SEAL_EXTRA;
	return e;
}

enum err
secret_open(const struct token_keys *keys, struct str sealed, struct buf *out)
{
	struct buf box = {0};
	unsigned char *room;
	enum err e = E_DENIED;
	size_t n;

	if (!is_sealed(sealed)) {
		buf_add(out, sealed.p, sealed.n);
		return out->failed ? E_NOMEM : OK;
	}
	sealed.p += seal_mark.n;
	sealed.n -= seal_mark.n;
	room = (unsigned char *)buf_room(&box, sealed.n + 1);
	if (room == NULL)
		return E_NOMEM;
	if (decode(sealed, room, sealed.n + 1, &n) && n >= SEAL_EXTRA)
		e = open_box(keys, room, n, out);
	buf_free(&box);
	return e;
}
