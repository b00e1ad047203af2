/*
 * handshake: a table of checks, in the order in which they are answered.
 */
#include "gateway/handshake.h"

#include <openssl/evp.h>
#include <openssl/sha.h>
#include <sodium.h>
#include <strings.h>

#define KEY_BYTES 16u
#define KEY_TEXT 24u

static const char guid[] = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

/* ---- lists of words ---------------------------------------------------- */

/* Takes the next element of a comma list off; false at the end. */
static bool
next_word(struct str *list, struct str *word)
{
	const char *comma;

	if (list->n == 0)
		return false;
	comma = memchr(list->p, ',', list->n);
	*word = *list;
	if (comma != NULL)
		word->n = (size_t)(comma - list->p);
	list->p += word->n;
	list->n -= word->n;
	if (comma != NULL) {
		list->p++;
		list->n--;
	}
	*word = str_trim(*word);
	return true;
}

bool
header_has_word(struct str list, struct str word)
{
	struct str w;

	while (next_word(&list, &w))
		if (w.n == word.n && strncasecmp(w.p, word.p, w.n) == 0)
			return true;
	return false;
}

/* Subprotocols are words with case (RFC 6455 section 11.5). */
static struct str
known_protocol(struct str offered)
{
	struct str known = STR(VISITOR_PROTOCOL), w;

	while (next_word(&offered, &w))
		if (str_eq(w, known))
			return known;
	return (struct str){0};
}

/* ---- checks ------------------------------------------------------------ */

static bool
asks_upgrade(const struct handshake_ask *ask)
{
	return header_has_word(ask->upgrade, STR("websocket"));
}

static bool
asks_connection(const struct handshake_ask *ask)
{
	return header_has_word(ask->connection, STR("upgrade"));
}

static bool
asks_version(const struct handshake_ask *ask)
{
	return str_eq(str_trim(ask->version), STR("13"));
}

static bool
has_key(const struct handshake_ask *ask)
{
	struct str key = str_trim(ask->key);
	unsigned char bytes[KEY_BYTES];
	const char *end;
	size_t n;

	/* libsodium takes some bytes above 0x7f for digits. */
	for (n = 0; n < key.n; n++)
		if ((unsigned char)key.p[n] > 0x7f)
			return false;
	return key.n == KEY_TEXT &&
	       sodium_base642bin(bytes, sizeof(bytes), key.p, key.n, NULL, &n,
		   &end, sodium_base64_VARIANT_ORIGINAL) == 0 &&
	       n == KEY_BYTES && end == key.p + key.n;
}

static const struct check {
	bool (*holds)(const struct handshake_ask *ask);
	enum fault_code fault;
	const char *detail;
} checks[] = {
    {asks_upgrade, FAULT_NO_UPGRADE, "the header Upgrade must say websocket"},
    {asks_connection, FAULT_BAD_REQUEST,
	"the header Connection must hold the word Upgrade"},
    {asks_version, FAULT_NO_UPGRADE,
	"the header Sec-WebSocket-Version must be 13"},
    {has_key, FAULT_BAD_REQUEST,
	"the header Sec-WebSocket-Key must be base64 of 16 bytes"},
};

static bool
write_accept(struct str key, char out[ACCEPT_SIZE + 1])
{
	unsigned char text[KEY_TEXT + sizeof(guid) - 1];
	unsigned char digest[SHA_DIGEST_LENGTH];

	memcpy(text, key.p, KEY_TEXT);
	memcpy(text + KEY_TEXT, guid, sizeof(guid) - 1);
	if (SHA1(text, sizeof(text), digest) == NULL)
		return false;
	EVP_EncodeBlock((unsigned char *)out, digest, sizeof(digest));
	return true;
}

struct handshake
handshake_check(const struct handshake_ask *ask)
{
	struct handshake h = {.fault = FAULT_NONE};
	size_t i;

	for (i = 0; i < ARRAY_LEN(checks); i++) {
		if (checks[i].holds(ask))
			continue;
		h.fault = checks[i].fault;
		h.detail = str_from(checks[i].detail);
		return h;
	}
	if (!write_accept(str_trim(ask->key), h.accept))
		h.fault = FAULT_BUSY;
	h.protocol = known_protocol(ask->protocols);
	return h;
}

/* ---- origins ----------------------------------------------------------- */

/* "https://shop.example/x" without what follows the host. */
static struct str
origin_of(struct str url)
{
	size_t i = 0;

	while (i + 3 <= url.n && memcmp(url.p + i, "://", 3) != 0)
		i++;
	if (i + 3 > url.n)
		return url;
	for (i += 3; i < url.n && url.p[i] != '/'; i++)
		;
	return (struct str){url.p, i};
}

bool
origin_allowed(struct str origin, const struct origin_rule *rule)
{
	size_t i;

	if (origin.p == NULL)
		return true;
	if (origin.n > 0 && (str_eq(origin, rule->own) ||
				str_eq(origin, origin_of(rule->public_url))))
		return true;
	for (i = 0; i < rule->allowed_count; i++)
		if (str_eq(rule->allowed[i], STR("*")) ||
		    (origin.n > 0 && str_eq(rule->allowed[i], origin)))
			return true;
	return false;
}
