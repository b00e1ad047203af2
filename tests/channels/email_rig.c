/* email_rig: see email_rig.h. */
#include "tests/channels/email_rig.h"
#include "channels/email/stamp.h"

#include <stdio.h>

void
email_rig_open(struct email_rig *r)
{
	static const struct token_keys keys = {.key = {{1, 2, 3}}, .count = 1};

	*r = (struct email_rig){.doc = {.channel = STR("email"),
				    .name = STR("main"),
				    .sender = STR("support@shop.example"),
				    .smtp = STR("smtp://mail.shop.example:587"),
				    .user = STR("support"),
				    .auth = STR("password")},
	    .desk = {{STR("anna@desk.example"), STR("Anna")},
		{STR("Bob@Desk.Example"), STR("Bob")}}};
	r->account = (struct account){.company = STR("shop"),
	    .title = STR("Sh\xc3\xb6p"),
	    .doc = &r->doc,
	    .token = STR("pass word"),
	    .signing = {STR("pass word")},
	    .signing_count = 1};
	key_derive(&keys, STR("account"), &r->account.keys);
}

void
email_rig_close(struct email_rig *r)
{
	arena_free(&r->arena);
}

struct str
email_rig_text(struct email_rig *r, const char *fmt, ...)
{
	char room[8192];
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(room, sizeof(room), fmt, ap);
	va_end(ap);
	assert_in_range(n, 0, sizeof(room) - 1);
	return arena_copy(&r->arena, (struct str){room, (size_t)n});
}

void
email_rig_read(struct email_rig *r, struct str mail, struct letter_in *out)
{
	const struct letter_ask ask = {.account = &r->account,
	    .mail = mail,
	    .desk = r->desk,
	    .desk_count = ARRAY_LEN(r->desk),
	    .authserv = STR("mx.shop.example"),
	    .now = RIG_NOW};

	assert_int_equal(letter_in_read(&ask, &r->arena, out), OK);
}

struct mail_made
email_rig_make(struct email_rig *r, const struct mail_payload *p)
{
	const struct mail_of of = {
	    .account = &r->account, .row = 77, .at = RIG_NOW};
	struct faults faults = {0};
	struct mail_made made;
	struct buf lines = {0};
	enum err e = mail_make(p, &of, &r->arena, &faults, &made);

	faults_write(&faults, &lines);
	if (e != OK)
		fail_msg("%s: %.*s", err_name(e), STR_FMT(buf_view(&lines)));
	faults_free(&faults);
	buf_free(&lines);
	return made;
}

static struct str
taken(struct email_rig *r, struct buf *b)
{
	struct str s = arena_copy(&r->arena, buf_view(b));

	assert_false(b->failed);
	buf_free(b);
	return s;
}

struct str
email_rig_token(struct email_rig *r, const struct stamp *s)
{
	struct buf b = {0};

	buf_str(&b, "support+");
	assert_true(stamp_write_token(&r->account.keys, s, &b));
	buf_str(&b, "@shop.example");
	return taken(r, &b);
}

struct str
email_rig_id(struct email_rig *r, const struct stamp *s)
{
	struct buf b = {0};

	assert_true(
	    stamp_write_id(&r->account.keys, s, STR("shop.example"), &b));
	return taken(r, &b);
}

struct str
email_rig_file(struct email_rig *r, const char *name)
{
	char path[300], piece[4096];
	struct buf b = {0};
	FILE *f;
	size_t n;

	snprintf(path, sizeof(path), SOURCE_DIR "/tests/channels/%s", name);
	f = fopen(path, "rb");
	if (f == NULL)
		fail_msg("cannot open %s", path);
	while ((n = fread(piece, 1, sizeof(piece), f)) > 0)
		buf_add(&b, piece, n);
	fclose(f);
	return taken(r, &b);
}

bool
email_rig_has(struct str text, const char *words)
{
	return text.n > 0 &&
	       memmem(text.p, text.n, words, strlen(words)) != NULL;
}

void
assert_text_at(struct str got, const char *want, const char *file, int line)
{
	if (str_eq(got, str_from(want)))
		return;
	print_error("%s:%d\n--- got\n%.*s\n--- want\n%s\n---\n", file, line,
	    STR_FMT(got), want);
	_fail(file, line);
}

struct str
email_rig_noise(struct email_rig *r, struct test_random *random, size_t pieces)
{
	static const char *const list[] = {"a", "word ", "longer words here ",
	    "\n", "\n\n", "=", "=3D", "=?UTF-8?Q?x?=", ".", "\n.\n",
	    "\nFrom me\n", "From: x", " ", "  ", " \n", "\t", "\t\n",
	    "\xc3\xa4", "\xe2\x82\xac", "\xf0\x9f\x91\x8d",
	    "\xe6\x97\xa5\xe6\x9c\xac", "--", "\n-- \n", "\n--=_", "<b>", "&",
	    "&amp;", "\"", "'", "\\", "https://shop.example/a?b=c&d=e",
	    "0123456789012345678901234567890"
	    "12345678901234567890123456789012345678901234567890"};
	struct buf b = {0};

	for (; pieces > 0; pieces--)
		buf_str(&b, list[test_random_below(random, ARRAY_LEN(list))]);
	if (b.len == 0)
		buf_char(&b, 'x');
	return taken(r, &b);
}
