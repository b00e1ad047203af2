/*
 * stamp: numbers and a MAC, in base32 of small letters (RFC 4648's alphabet,
 * without padding). What is stamped begins with a word for the form, so that a
 * token is never taken for a message id.
 */
#include "channels/email/stamp.h"
#include "channels/email/lex.h"

#define VERSION 1u
#define MAC_BYTES STAMP_BYTES_MIN
#define ID_BYTES 8u
#define HOURS_BYTES 3u
#define HOUR_S 3600
#define TOKEN_BYTES (1 + ID_BYTES + HOURS_BYTES + MAC_BYTES)
#define MAC_TEXT 16u	/* of 10 */
#define NUMBER_TEXT 20u /* decimal digits */

static const char roles[STAMP_ROLES] = {
    [STAMP_DESK] = 'd',
    [STAMP_CUSTOMER] = 'c',
    [STAMP_THREAD] = 't',
    [STAMP_BOUNCE] = 'b',
};

/* For these whoever reads it must know who may use it. */
static bool
is_for_all(enum stamp_role role)
{
	return role == STAMP_DESK || role == STAMP_BOUNCE;
}

/* ---- base32 ------------------------------------------------------------- */

static const char digits[] = "abcdefghijklmnopqrstuvwxyz234567";

static void
put_base32(struct buf *out, const unsigned char *bytes, size_t n)
{
	unsigned held = 0, bits = 0;
	size_t i;

	for (i = 0; i < n; i++) {
		held = (held << 8 | bytes[i]) & 0xffffu;
		for (bits += 8; bits >= 5; bits -= 5)
			buf_char(out, digits[held >> (bits - 5) & 31]);
	}
	if (bits > 0)
		buf_char(out, digits[held << (5 - bits) & 31]);
}

static int
digit_value(char c)
{
	const char *at = memchr(digits, lex_lower(c), sizeof(digits) - 1);

	return at == NULL ? -1 : (int)(at - digits);
}

/* Of exactly n bytes; the bits that are left over must be 0. */
static bool
get_base32(struct str text, unsigned char *bytes, size_t n)
{
	unsigned held = 0, bits = 0;
	size_t i, got = 0;

	if (text.n != (n * 8 + 4) / 5)
		return false;
	for (i = 0; i < text.n; i++) {
		int value = digit_value(text.p[i]);

		if (value < 0)
			return false;
		held = (held << 5 | (unsigned)value) & 0xffffu;
		bits += 5;
		if (bits >= 8) {
			bits -= 8;
			bytes[got++] = (unsigned char)(held >> bits);
		}
	}
	return got == n && (held & ((1u << bits) - 1)) == 0;
}

/* ---- what is stamped ---------------------------------------------------- */

static void
put_number(unsigned char *to, uint64_t value, size_t n)
{
	while (n > 0) {
		to[--n] = (unsigned char)value;
		value >>= 8;
	}
}

static uint64_t
get_number(const unsigned char *from, size_t n)
{
	uint64_t value = 0;
	size_t i;

	for (i = 0; i < n; i++)
		value = value << 8 | from[i];
	return value;
}

static uint64_t
hours_of(const struct stamp *s)
{
	int64_t seconds = s->expires_s < 0 ? 0 : s->expires_s;
	uint64_t hours = ((uint64_t)seconds + HOUR_S - 1) / HOUR_S;

	return hours < 1u << 24 ? hours : (1u << 24) - 1;
}

static void
write_stamped(const char *form, const struct stamp *s, struct buf *out)
{
	struct str address = is_for_all(s->role) ? STR("") : s->address;
	size_t i;

	buf_addf(out, "%s %u %c %llu %llu %llu ", form, VERSION, roles[s->role],
	    (unsigned long long)s->id, (unsigned long long)s->number,
	    (unsigned long long)hours_of(s));
	for (i = 0; i < address.n; i++)
		buf_char(out, lex_lower(address.p[i]));
}

static bool
make_mac(const struct token_keys *keys, const char *form, const struct stamp *s,
    unsigned char mac[MAC_BYTES])
{
	struct buf text = {0};
	bool made;

	write_stamped(form, s, &text);
	made = !text.failed && key_stamp(keys, buf_view(&text), mac, MAC_BYTES);
	buf_free(&text);
	return made;
}

static bool
mac_fits(const struct token_keys *keys, const char *form, const struct stamp *s,
    const unsigned char mac[MAC_BYTES])
{
	struct buf text = {0};
	bool fits;

	write_stamped(form, s, &text);
	fits = !text.failed &&
	       key_stamped(keys, buf_view(&text), mac, MAC_BYTES);
	buf_free(&text);
	return fits;
}

/* ---- tokens ------------------------------------------------------------- */

bool
stamp_write_token(
    const struct token_keys *keys, const struct stamp *s, struct buf *out)
{
	unsigned char bytes[TOKEN_BYTES];
	struct stamp own = *s;

	own.number = 0;
	bytes[0] = (unsigned char)(VERSION << 4 | own.role);
	put_number(bytes + 1, own.id, ID_BYTES);
	put_number(bytes + 1 + ID_BYTES, hours_of(&own), HOURS_BYTES);
	if (!make_mac(keys, "token", &own, bytes + TOKEN_BYTES - MAC_BYTES))
		return false;
	put_base32(out, bytes, TOKEN_BYTES);
	return !out->failed;
}

enum err
stamp_read_token(const struct token_keys *keys, struct str text, int64_t now_s,
    struct stamp *out)
{
	unsigned char bytes[TOKEN_BYTES];

	if (!get_base32(text, bytes, TOKEN_BYTES) || bytes[0] >> 4 != VERSION ||
	    (bytes[0] & 15) >= STAMP_ROLES)
		return E_NOTFOUND;
	out->role = (enum stamp_role)(bytes[0] & 15);
	out->id = get_number(bytes + 1, ID_BYTES);
	out->number = 0;
	out->expires_s =
	    (int64_t)get_number(bytes + 1 + ID_BYTES, HOURS_BYTES) * HOUR_S;
	if (!mac_fits(keys, "token", out, bytes + TOKEN_BYTES - MAC_BYTES))
		return E_DENIED;
	return out->expires_s > now_s ? OK : E_STALE;
}

/* ---- ids alone ---------------------------------------------------------- */

void
stamp_put_id(uint64_t id, struct buf *out)
{
	unsigned char bytes[ID_BYTES];

	put_number(bytes, id, ID_BYTES);
	put_base32(out, bytes, ID_BYTES);
}

bool
stamp_get_id(struct str text, uint64_t *id)
{
	unsigned char bytes[ID_BYTES];

	if (!get_base32(text, bytes, ID_BYTES))
		return false;
	*id = get_number(bytes, ID_BYTES);
	return true;
}

/* ---- message ids -------------------------------------------------------- */

bool
stamp_write_id(const struct token_keys *keys, const struct stamp *s,
    struct str domain, struct buf *out)
{
	unsigned char mac[MAC_BYTES];
	struct stamp own = *s;

	own.expires_s = 0;
	if (!make_mac(keys, "id", &own, mac))
		return false;
	buf_char(out, roles[own.role]);
	stamp_put_id(own.id, out);
	buf_addf(out, ".%llu.", (unsigned long long)own.number);
	put_base32(out, mac, MAC_BYTES);
	buf_char(out, '@');
	buf_add(out, domain.p, domain.n);
	return !out->failed;
}

static bool
read_role(char c, enum stamp_role *out)
{
	size_t i;

	for (i = 0; i < STAMP_ROLES; i++)
		if (roles[i] == lex_lower(c))
			*out = (enum stamp_role)i;
	return memchr(roles, lex_lower(c), STAMP_ROLES) != NULL;
}

enum err
stamp_read_id(const struct token_keys *keys, struct str text, struct stamp *out)
{
	struct str local = lex_cut(&text, '@');
	struct str head = lex_cut(&local, '.'), number = lex_cut(&local, '.');
	unsigned char mac[MAC_BYTES];

	if (head.n != 1 + STAMP_ID_TEXT || local.n != MAC_TEXT ||
	    number.n > NUMBER_TEXT || !read_role(head.p[0], &out->role) ||
	    !stamp_get_id(lex_from(head, 1), &out->id) ||
	    !str_to_u64(number, UINT64_MAX, &out->number) ||
	    !get_base32(local, mac, MAC_BYTES))
		return E_NOTFOUND;
	out->expires_s = 0;
	return mac_fits(keys, "id", out, mac) ? OK : E_DENIED;
}
