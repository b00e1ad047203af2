/* sign: HMAC-SHA256 over a base string, HMAC-SHA1 over sorted fields. */
#include "sandbox/sign.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <sodium.h>
#include <stdlib.h>

#define SHA1_BYTES 20u
#define SHA256_BYTES 32u

static void
hmac(const EVP_MD *digest, struct str key, struct str text, unsigned char *out)
{
	unsigned n = 0;

	(void)HMAC(digest, key.p, (int)key.n, (const unsigned char *)text.p,
	    text.n, out, &n);
}

void
sb_sign_v0(struct str secret, int64_t seconds, struct str body,
    char out[SIGN_V0_TEXT + 1])
{
	unsigned char mac[SHA256_BYTES] = {0};
	struct buf base = {0};

	buf_addf(&base, "v0:%lld:", (long long)seconds);
	buf_add(&base, body.p, body.n);
	if (!base.failed)
		hmac(EVP_sha256(), secret, buf_view(&base), mac);
	buf_free(&base);
	memcpy(out, "v0=", 3);
	(void)sodium_bin2hex(out + 3, SIGN_V0_TEXT - 2, mac, sizeof(mac));
}

static int
compare(struct str a, struct str b)
{
	size_t n = a.n < b.n ? a.n : b.n;
	int c = n == 0 ? 0 : memcmp(a.p, b.p, n);

	return c != 0 ? c : (a.n > b.n) - (a.n < b.n);
}

static int
by_name(const void *a, const void *b)
{
	const struct field *x = a, *y = b;
	int c = compare(x->name, y->name);

	return c != 0 ? c : compare(x->value, y->value);
}

static bool
is_again(const struct form *f, size_t i)
{
	return i > 0 && by_name(&f->list[i - 1], &f->list[i]) == 0;
}

enum err
sb_sign_form(struct str token, struct str url, struct form *form,
    char out[SIGN_FORM_TEXT + 1])
{
	unsigned char mac[SHA1_BYTES];
	struct buf base = {0};
	bool failed;
	size_t i;

	if (form->count > 0)
		qsort(form->list, form->count, sizeof(*form->list), by_name);
	buf_add(&base, url.p, url.n);
	for (i = 0; i < form->count; i++) {
		if (is_again(form, i))
			continue;
		buf_add(&base, form->list[i].name.p, form->list[i].name.n);
		buf_add(&base, form->list[i].value.p, form->list[i].value.n);
	}
	failed = base.failed;
	if (!failed)
		hmac(EVP_sha1(), token, buf_view(&base), mac);
	buf_free(&base);
	if (failed)
		return E_NOMEM;
	(void)sodium_bin2base64(out, SIGN_FORM_TEXT + 1, mac, sizeof(mac),
	    sodium_base64_VARIANT_ORIGINAL);
	return OK;
}
