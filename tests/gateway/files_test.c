/*
 * files: what customers attached is there for whoever has an address that was
 * given out, and does nothing in their browser but be seen or saved.
 */
#include "gateway/files.h"
#include "core/file_url.h"
#include "tests/gateway/http_client.h"
#include "tests/gateway/rig.h"
#include "tests/lib/cmocka.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BYTES "<script>alert(1)</script>"

static char hash[BLOB_HASH + 1];

static int
set_up(void **state)
{
	(void)rig_set_up(state);
	assert_int_equal(
	    store_blob_put(rig.gateway.store, STR(BYTES), hash), OK);
	return 0;
}

/* ---- names ------------------------------------------------------------- */

static const struct {
	const char *name;
	const char *value;
} names[] = {
    {"", "inline"},
    {"cat.png", "inline; filename=\"cat.png\"; filename*=UTF-8''cat.png"},
    {"my cat.png",
	"inline; filename=\"my cat.png\"; filename*=UTF-8''my%20cat.png"},
    {"K\xc3\xa4tzchen",
	"inline; filename=\"K_tzchen\"; filename*=UTF-8''K%C3%A4tzchen"},
    {"a\"; b=\"c;%41\\", "inline; filename=\"a__ b=_c__41_\"; "
			 "filename*=UTF-8''a%22%3B%20b%3D%22c%3B%2541_"},
    {"../../etc/passwd", "inline; filename=\"_._.._etc_passwd\"; "
			 "filename*=UTF-8''_._.._etc_passwd"},
    {"C:\\x", "inline; filename=\"C__x\"; filename*=UTF-8''C__x"},
    {".profile", "inline; filename=\"_profile\"; filename*=UTF-8''_profile"},
    {"a\r\nSet-Cookie: b", "inline; filename=\"aSet-Cookie_ b\"; "
			   "filename*=UTF-8''aSet-Cookie_%20b"},
    {"\x01\x7f\xc2\x85", "inline"},
    {"\xff\xfe", "inline"},
    /* What would read "exe.cod" the other way round. */
    {"doc\xe2\x80\xae"
     "cod.exe",
	"inline; filename=\"doccod.exe\"; filename*=UTF-8''doccod.exe"},
    {"\xe2\x80\x8f.profile",
	"inline; filename=\"_profile\"; filename*=UTF-8''_profile"},
};

static void
test_names(void **state)
{
	struct buf b = {0};
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_LEN(names); i++) {
		buf_clear(&b);
		files_disposition(&b, true, str_from(names[i].name));
		buf_char(&b, '\0');
		assert_false(b.failed);
		assert_string_equal(b.data, names[i].value);
	}
	buf_free(&b);
}

/* ---- requests ---------------------------------------------------------- */

static struct file_url
url(const char *type)
{
	return (struct file_url){.hash = str_from(hash),
	    .name = STR("cat.png"),
	    .type = str_from(type),
	    .expires_s = clock_wall(&rig.clock) / 1000 + 60};
}

/* The answer to a request for what file_url_write() gives, or a part of it. */
static const char *
ask_for(const char *method, const struct file_url *f, const char *cut_at)
{
	struct buf request = {0}, target = {0};
	const char *got, *cut;

	file_url_write(&rig.keys, STR(""), f, &target);
	buf_char(&target, '\0');
	cut = cut_at == NULL ? NULL : strstr(target.data, cut_at);
	buf_addf(&request,
	    "%s %.*s HTTP/1.1\r\nHost: t\r\nConnection: close\r\n\r\n", method,
	    cut == NULL ? (int)strlen(target.data) : (int)(cut - target.data),
	    target.data);
	got = client_ask_bytes(rig.gateway.front, buf_view(&request));
	buf_free(&request);
	buf_free(&target);
	return got;
}

static void
answers(const char *got, const char *const *parts)
{
	for (; *parts != NULL; parts++)
		if (strstr(got, *parts) == NULL)
			fail_msg("no \"%s\" in %s", *parts, got);
}

static void
test_served(void **state)
{
	static const char *const all[] = {"HTTP/1.1 200",
	    "\r\nContent-Type: image/png\r\n",
	    "\r\nContent-Disposition: inline; filename=\"cat.png\"",
	    "\r\nX-Content-Type-Options: nosniff\r\n",
	    "\r\nContent-Security-Policy: sandbox; default-src 'none'",
	    "\r\nCache-Control: private\r\n",
	    "\r\nReferrer-Policy: no-referrer\r\n",
	    "\r\nContent-Length: 25\r\n", "\r\n\r\n" BYTES, NULL};
	struct file_url f = url("image/png");
	const char *got;

	(void)state;
	answers(ask_for("GET", &f, NULL), all);
	got = ask_for("HEAD", &f, NULL);
	assert_non_null(strstr(got, "\r\nContent-Length: 25\r\n"));
	assert_null(strstr(got, BYTES));
}

static const struct {
	const char *type, *served;
	bool shown;
} types[] = {
    {"image/png", "image/png", true},
    {"IMAGE/JPEG", "image/jpeg", true},
    {"audio/ogg; codecs=opus", "audio/ogg", true},
    {"video/mp4", "video/mp4", true},
    {"application/pdf", "application/pdf", false},
    {"application/msword", "application/msword", false},
    {"text/html", "application/octet-stream", false},
    {"image/svg+xml", "application/octet-stream", false},
    {"application/xhtml+xml", "application/octet-stream", false},
    {"image/", "application/octet-stream", false},
    {"image/png\r\nX: y", "application/octet-stream", false},
    {"", "application/octet-stream", false},
};

static void
test_types(void **state)
{
	char type[64];
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_LEN(types); i++) {
		struct file_url f = url(types[i].type);
		const char *const parts[] = {"HTTP/1.1 200", type,
		    types[i].shown ? "\r\nContent-Disposition: inline; "
				   : "\r\nContent-Disposition: attachment; ",
		    NULL};

		snprintf(type, sizeof(type), "\r\nContent-Type: %s\r\n",
		    types[i].served);
		answers(ask_for("GET", &f, NULL), parts);
	}
}

static void
test_refused(void **state)
{
	static const char *const cuts[] = {
	    "?name", "&type", "&expires", "&signature"};
	struct file_url f = url("image/png"), other;
	const char *got;
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_LEN(cuts); i++) {
		got = ask_for("GET", &f, cuts[i]);
		assert_null(strstr(got, BYTES));
		if (strstr(got, "HTTP/1.1 40") == NULL)
			fail_msg("without %s: %s", cuts[i], got);
	}
	rig_ahead(&rig, 61000);
	got = ask_for("GET", &f, NULL);
	assert_non_null(strstr(got, "HTTP/1.1 403"));
	assert_non_null(strstr(got, "bad_link"));
	/* Signed, but there is no such file. */
	other = url("image/png");
	other.hash = STR("0123456789abcdef0123456789abcdef"
			 "0123456789abcdef0123456789abcdef");
	assert_non_null(strstr(ask_for("GET", &other, NULL), "HTTP/1.1 404"));
	other.hash = STR("../data.db");
	assert_non_null(strstr(ask_for("GET", &other, NULL), "HTTP/1.1 404"));
}

/* Another installation's signature. */
static void
test_other_keys(void **state)
{
	struct file_url f = url("image/png");
	unsigned char kept = rig.keys.key[0][0];
	struct token_keys live = rig.keys;

	(void)state;
	rig.gateway.keys = &live;
	rig.keys.key[0][0] ^= 1;
	assert_non_null(strstr(ask_for("GET", &f, NULL), "HTTP/1.1 403"));
	rig.keys.key[0][0] = kept;
	assert_non_null(strstr(ask_for("GET", &f, NULL), "HTTP/1.1 200"));
	rig.gateway.keys = &rig.keys;
}

/* ---- addresses --------------------------------------------------------- */

#define EVENT(url) \
	"{\"seq\":7,\"kind\":\"file\",\"author\":\"system\",\"at\":1,\"ref\":" \
	"6," \
	"\"body\":{\"index\":0,\"name\":\"K\xc3\xa4tzchen.png\"," \
	"\"type\":\"image/png\",\"size\":25,\"hash\":\"%s\"" url "}}"

static void
write_event(struct buf *out, const char *format)
{
	buf_clear(out);
	buf_str(out, "[");
	buf_addf(out, format, hash);
}

/* Of what is told: its address; an empty one if there is none. */
static void
address_of(const struct buf *b, char *out, size_t size)
{
	const char *at = memmem(b->data, b->len, "\"url\":\"", 7), *end;
	size_t n = 0;

	if (at != NULL) {
		at += 7;
		end = memchr(at, '"', (size_t)(b->data + b->len - at));
		assert_non_null(end);
		n = (size_t)(end - at);
		assert_true(n < size);
		memcpy(out, at, n);
	}
	out[n] = '\0';
}

static bool
is_served(const char *address)
{
	struct buf request = {0};
	const char *got;
	bool served;

	buf_addf(&request,
	    "GET %s HTTP/1.1\r\nHost: t\r\nConnection: close\r\n\r\n", address);
	got = client_ask_bytes(rig.gateway.front, buf_view(&request));
	served = strncmp(got, "HTTP/1.1 200", 12) == 0;
	buf_free(&request);
	return served;
}

/* Whatever was stored, or nothing: it is good from now on. */
static void
test_events_have_addresses(void **state)
{
	static const char *const events[] = {
	    EVENT(""), EVENT(",\"url\":\"/v1/files/old\"")};
	char address[1024], again[1024];
	struct buf b = {0};
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_LEN(events); i++) {
		write_event(&b, events[i]);
		files_address(&rig.gateway, EVENT_FILE, &b, 1);
		assert_memory_equal(b.data, "[{\"seq\":7,", 10);
		address_of(&b, address, sizeof(address));
		assert_true(is_served(address));
		assert_null(strstr(address, "old"));
	}
	write_event(&b, events[0]);
	files_address(&rig.gateway, EVENT_FILE, &b, 1);
	address_of(&b, again, sizeof(again));
	assert_string_equal(address, again);
	rig_ahead(&rig, 24 * 3600 * 1000 - 1000);
	assert_true(is_served(address));
	rig_ahead(&rig, 24 * 3600 * 1000 + 2000);
	assert_false(is_served(address));
	buf_free(&b);
}

static void
test_other_events_have_none(void **state)
{
	static const char refused[] = "{\"seq\":7,\"body\":{\"index\":0,"
				      "\"name\":\"\",\"refused\":\"no\"}}";
	struct buf b = {0};

	(void)state;
	buf_str(&b, refused);
	files_address(&rig.gateway, EVENT_FILE, &b, 0);
	assert_true(str_eq(buf_view(&b), STR(refused)));
	/* What stands in a message is its author's. */
	write_event(&b, EVENT(""));
	files_address(&rig.gateway, EVENT_MESSAGE, &b, 1);
	assert_null(memmem(b.data, b.len, "url", 3));
	buf_free(&b);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_names),
	    cmocka_unit_test(test_served),
	    cmocka_unit_test(test_types),
	    cmocka_unit_test(test_other_keys),
	    cmocka_unit_test(test_refused),
	    cmocka_unit_test(test_events_have_addresses),
	    cmocka_unit_test(test_other_events_have_none),
	};

	return cmocka_run_group_tests(tests, set_up, rig_tear_down);
}
