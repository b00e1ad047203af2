/*
 * rig_hooks: what came by webhook, read and its signatures computed in
 * another way than the sandbox does: libsodium's HMAC-SHA256; HMAC-SHA1 by
 * its definition out of plain SHA-1.
 */
#include "tests/sandbox/rig.h"

#include <openssl/sha.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <strings.h>

#define TEXT 4096u
#define SHA1_BLOCK 64u

const char *
hook_header(const struct hook *h, const char *name)
{
	static char values[8][400];
	static unsigned next;
	char *value = values[next++ % 8];
	size_t n = strlen(name);
	const char *line = h->head.p;

	value[0] = '\0';
	while (line != NULL && (line = strstr(line, "\r\n")) != NULL) {
		line += 2;
		if (strncasecmp(line, name, n) != 0 || line[n] != ':')
			continue;
		(void)snprintf(value, sizeof(values[0]), "%.*s",
		    (int)strcspn(line + n + 2, "\r"), line + n + 2);
		break;
	}
	return value;
}

/* Percent-decoding, of n bytes. */
static void
decode(const char *in, size_t n, char *out)
{
	size_t i, at = 0;

	for (i = 0; i < n && at < TEXT - 1; i++) {
		char hex[3] = {0};

		if (in[i] == '%') {
			memcpy(hex, in + i + 1, 2);
			out[at++] = (char)strtoul(hex, NULL, 16);
			i += 2;
		} else {
			out[at++] = in[i] == '+' ? ' ' : in[i];
		}
	}
	out[at] = '\0';
}

const char *
hook_field(const struct hook *h, const char *name)
{
	static char values[8][TEXT];
	static unsigned next;
	char *value = values[next++ % 8];
	const char *at = h->body.p;
	size_t n = strlen(name);

	value[0] = '\0';
	for (; at != NULL && *at != '\0'; at = strchr(at, '&')) {
		at += *at == '&';
		if (strncmp(at, name, n) == 0 && at[n] == '=') {
			decode(at + n + 1, strcspn(at + n + 1, "&"), value);
			break;
		}
	}
	return value;
}

json_t *
hook_json(const struct hook *h, const char *field)
{
	struct str text = field == NULL ? h->body
					: str_from(hook_field(h, field));

	return json_loadb(text.p, text.n, JSON_REJECT_DUPLICATES, NULL);
}

/* ---- Slack --------------------------------------------------------------- */

void
assert_signed_slack(const struct hook *h)
{
	const char *timestamp = hook_header(h, "X-Slack-Request-Timestamp");
	unsigned char mac[crypto_auth_hmacsha256_BYTES];
	crypto_auth_hmacsha256_state state;
	char hex[2 * sizeof(mac) + 1], expected[80];
	char base[64];
	size_t n;

	(void)snprintf(base, sizeof(base), "v0:%s:", timestamp);
	n = strlen(base);
	(void)crypto_auth_hmacsha256_init(
	    &state, (const unsigned char *)RIG_SECRET, strlen(RIG_SECRET));
	(void)crypto_auth_hmacsha256_update(&state, (unsigned char *)base, n);
	(void)crypto_auth_hmacsha256_update(
	    &state, (const unsigned char *)h->body.p, h->body.n);
	(void)crypto_auth_hmacsha256_final(&state, mac);
	sodium_bin2hex(hex, sizeof(hex), mac, sizeof(mac));
	(void)snprintf(expected, sizeof(expected), "v0=%s", hex);
	assert_string_equal(hook_header(h, "X-Slack-Signature"), expected);
}

/* ---- Twilio -------------------------------------------------------------- */

static void
hmac_sha1(const char *key, struct str text, unsigned char out[20])
{
	unsigned char inner[SHA1_BLOCK + TEXT], outer[SHA1_BLOCK + 20];
	size_t i, n = strlen(key);

	assert_true(n <= SHA1_BLOCK && text.n <= TEXT);
	for (i = 0; i < SHA1_BLOCK; i++) {
		unsigned char c = i < n ? (unsigned char)key[i] : 0;

		inner[i] = c ^ 0x36;
		outer[i] = c ^ 0x5c;
	}
	memcpy(inner + SHA1_BLOCK, text.p, text.n);
	SHA1(inner, SHA1_BLOCK + text.n, outer + SHA1_BLOCK);
	SHA1(outer, sizeof(outer), out);
}

static int
by_text(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* "name=value" of all fields, sorted; then name and value of each. */
static struct str
signed_text(const struct hook *h, const char *url, char out[TEXT])
{
	char body[TEXT], one[TEXT], *fields[64], *at, *save = NULL;
	size_t count = 0, i, n;

	(void)snprintf(body, sizeof(body), "%s", h->body.p);
	for (at = strtok_r(body, "&", &save); at != NULL;
	     at = strtok_r(NULL, "&", &save))
		fields[count++] = at;
	qsort(fields, count, sizeof(*fields), by_text);
	n = (size_t)snprintf(out, TEXT, "%s", url);
	for (i = 0; i < count; i++) {
		char *equals = strchr(fields[i], '=');

		*equals = '\0';
		decode(fields[i], strlen(fields[i]), one);
		n += (size_t)snprintf(out + n, TEXT - n, "%s", one);
		decode(equals + 1, strlen(equals + 1), one);
		n += (size_t)snprintf(out + n, TEXT - n, "%s", one);
	}
	return (struct str){out, n};
}

bool
signed_twilio(const struct hook *h, const char *url)
{
	unsigned char mac[20];
	char text[TEXT], expected[40];

	hmac_sha1(RIG_AUTH, signed_text(h, url, text), mac);
	sodium_bin2base64(expected, sizeof(expected), mac, sizeof(mac),
	    sodium_base64_VARIANT_ORIGINAL);
	return strcmp(hook_header(h, "X-Twilio-Signature"), expected) == 0;
}
