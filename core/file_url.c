/* file_url: spelling and signing the address of a stored file. */
#include "core/file_url.h"
#include "core/utf8.h"

/* ---- the signature ----------------------------------------------------- */

static void
add_part(struct buf *out, struct str s)
{
	buf_char(out, ' ');
	buf_u64(out, s.n);
	buf_char(out, ':');
	buf_add(out, s.p, s.n);
}

/* It begins with a word no token begins with. */
static void
write_signed(const struct file_url *f, struct buf *out)
{
	buf_str(out, "file ");
	buf_i64(out, f->expires_s);
	add_part(out, f->hash);
	add_part(out, f->name);
	add_part(out, f->type);
}

static bool
hash_valid(struct str s)
{
	size_t i;

	for (i = 0; i < s.n; i++)
		if (!(s.p[i] >= '0' && s.p[i] <= '9') &&
		    !(s.p[i] >= 'a' && s.p[i] <= 'f'))
			return false;
	return s.n == FILE_URL_HASH;
}

enum err
file_url_check(const struct token_keys *keys, const struct file_url *f,
    struct str signature, int64_t now_s)
{
	struct buf text = {0};
	bool good;

	if (!hash_valid(f->hash) || f->name.n > FILE_URL_NAME ||
	    f->type.n > FILE_URL_TYPE || f->expires_s <= 0)
		return E_BADINPUT;
	write_signed(f, &text);
	good = !text.failed && key_signed(keys, buf_view(&text), signature);
	buf_free(&text);
	return good && f->expires_s > now_s ? OK : E_DENIED;
}

/* ---- spelling ---------------------------------------------------------- */

/* The longest beginning, of whole characters, that has room. */
static struct str
cut(struct str s, size_t max)
{
	size_t n = 0, step;

	if (!utf8_valid(s) || memchr(s.p, '\0', s.n) != NULL)
		return STR("");
	while (n < s.n && n + (step = utf8_step(s.p + n, s.n - n)) <= max)
		n += step;
	return (struct str){s.p, n};
}

void
file_url_write(const struct token_keys *keys, struct str base,
    const struct file_url *f, struct buf *out)
{
	struct file_url g = *f;
	char signature[SIGNATURE_TEXT + 1] = "";
	struct buf text = {0};

	g.name = f->name.n == 0 ? STR("") : cut(f->name, FILE_URL_NAME);
	g.type = f->type.n > FILE_URL_TYPE ? STR("") : f->type;
	write_signed(&g, &text);
	if (text.failed || !key_sign(keys, buf_view(&text), signature))
		out->failed = true;
	buf_free(&text);
	buf_add(out, base.p, base.n);
	buf_str(out, FILE_URL_PATH);
	buf_url(out, g.hash);
	buf_str(out, "?name=");
	buf_url(out, g.name);
	buf_str(out, "&type=");
	buf_url(out, g.type);
	buf_str(out, "&expires=");
	buf_i64(out, g.expires_s);
	buf_str(out, "&signature=");
	buf_str(out, signature);
}
