/* Which addresses may be talked to, and that none other is. */
#include "tests/net/rig.h"

#include <arpa/inet.h>
#include <stdio.h>

static bool
is_public(const char *ip)
{
	struct sockaddr_in v4 = {.sin_family = AF_INET};
	struct sockaddr_in6 v6 = {.sin6_family = AF_INET6};

	if (inet_pton(AF_INET, ip, &v4.sin_addr) == 1)
		return fetch_address_public((struct sockaddr *)&v4);
	assert_int_equal(inet_pton(AF_INET6, ip, &v6.sin6_addr), 1);
	return fetch_address_public((struct sockaddr *)&v6);
}

static void
knows_private_addresses(void **state)
{
	static const char *const list[] = {"0.0.0.0", "0.1.2.3", "10.0.0.1",
	    "10.255.255.255", "100.64.0.1", "100.127.255.255", "127.0.0.1",
	    "127.1.2.3", "169.254.169.254", "172.16.0.1", "172.31.255.255",
	    "192.0.0.1", "192.0.2.1", "192.168.1.1", "198.18.0.1",
	    "198.19.255.255", "198.51.100.7", "203.0.113.9", "224.0.0.1",
	    "239.1.1.1", "240.0.0.1", "255.255.255.255", "::", "::1",
	    "::127.0.0.1", "::ffff:127.0.0.1", "::ffff:10.0.0.1",
	    "64:ff9b::7f00:1", "64:ff9b::a00:1", "64:ff9b:1::1", "100::1",
	    "2001::1", "2001:1::1", "2001:db8::1",
	    "2002:7f00:1::", "2002:c0a8:101::1", "3fff::1", "fc00::1",
	    "fd12:3456::1", "fe80::1", "fec0::1", "ff02::1", "4000::1"};
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_LEN(list); i++)
		if (is_public(list[i]))
			fail_msg("%s is not public", list[i]);
}

static void
knows_public_addresses(void **state)
{
	static const char *const list[] = {"1.1.1.1", "8.8.8.8",
	    "9.255.255.255", "11.0.0.0", "100.63.255.255", "100.128.0.0",
	    "126.255.255.255", "128.0.0.1", "169.253.255.255", "172.15.255.255",
	    "172.32.0.0", "192.0.1.1", "192.167.1.1", "198.17.255.255",
	    "198.20.0.0", "223.255.255.255", "2606:4700::1111", "2a00:1450::1",
	    "2001:4860:4860::8888", "::ffff:8.8.8.8", "64:ff9b::808:808",
	    "2002:808:808::1"};
	const struct sockaddr local = {.sa_family = AF_UNIX};
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_LEN(list); i++)
		if (!is_public(list[i]))
			fail_msg("%s is public", list[i]);
	assert_false(fetch_address_public(&local));
}

static void
refuses_private_addresses(void **state)
{
	char mapped[100], named[100], shorter[100];
	struct fetch r = get("/ok");
	struct str urls[4];
	size_t i;

	(void)state;
	snprintf(mapped, sizeof(mapped), "http://[::ffff:127.0.0.1]:%u/ok",
	    stub_port(rig.stub));
	snprintf(named, sizeof(named), "http://localhost:%u/ok",
	    stub_port(rig.stub));
	snprintf(shorter, sizeof(shorter), "http://0x7f.1:%u/ok",
	    stub_port(rig.stub));
	urls[0] = r.url;
	urls[1] = str_from(mapped);
	urls[2] = str_from(named);
	urls[3] = str_from(shorter);
	r.public_only = true;
	for (i = 0; i < ARRAY_LEN(urls); i++) {
		r.url = urls[i];
		assert_ends(&r, FETCH_FORBIDDEN);
		assert_true(strlen(r.why) > 0);
	}
	assert_int_equal(stub_connections(rig.stub), 0);
	fetch_clear(&r);
}

/* Also over a connection that another request has made. */
static void
refuses_a_kept_connection(void **state)
{
	struct fetch r = get("/ok");

	(void)state;
	assert_ends(&r, FETCH_ANSWERED);
	r.public_only = true;
	assert_ends(&r, FETCH_FORBIDDEN);
	assert_int_equal(stub_requests(rig.stub), 1);
	fetch_clear(&r);
}

static void
exempts_what_is_our_own(void **state)
{
	struct fetch r = get("/ok");
	char with_user[100], longer[100];

	(void)state;
	r.public_only = true;
	r.own = str_from(stub_url(rig.stub));
	assert_ends(&r, FETCH_ANSWERED);
	snprintf(longer, sizeof(longer), "%s0/ok", stub_url(rig.stub));
	r.url = str_from(longer);
	assert_ends(&r, FETCH_FORBIDDEN);
	snprintf(with_user, sizeof(with_user), "http://a:b@127.0.0.1:%u/ok",
	    stub_port(rig.stub));
	r.url = str_from(with_user);
	assert_ends(&r, FETCH_FORBIDDEN);
	assert_int_equal(stub_requests(rig.stub), 1);
	fetch_clear(&r);
}

static void
is_sent_on_to_its_own_once(void **state)
{
	const struct str secret = STR("Authorization: Bearer secret");
	struct fetch r = get("/to//ok");

	(void)state;
	r.headers = &secret;
	r.header_count = 1;
	r.own = str_from(stub_url(rig.stub));
	assert_ends(&r, FETCH_ANSWERED);
	assert_int_equal(r.status, 302); /* did not ask to be sent on */
	r.follow = true;
	assert_ends(&r, FETCH_ANSWERED);
	assert_int_equal(r.status, 200);
	assert_str(r.body_in, "hello");
	assert_null(strstr(rig.head, "secret"));
	r.url = get("/to//to//ok").url;
	assert_ends(&r, FETCH_ANSWERED);
	assert_int_equal(r.status, 302);
	fetch_clear(&r);
}

static void
is_sent_on_to_nothing_private(void **state)
{
	static const char *const to[] = {"/to/http://127.0.0.1:1/",
	    "/to/http://localhost:1/", "/to/http://[::1]:1/",
	    "/to/http://169.254.169.254/latest/meta-data",
	    "/to/file:///etc/passwd", "/to/ftp://127.0.0.1/",
	    "/to/gopher://127.0.0.1:1/_x", "/to//ok"};
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_LEN(to); i++) {
		struct fetch r = get(to[i]);

		r.follow = true;
		assert_ends(&r, FETCH_FORBIDDEN);
		assert_int_equal(stub_requests(rig.stub), i + 1);
		fetch_clear(&r);
	}
}

static void
a_post_is_not_sent_on(void **state)
{
	struct fetch r = get("/to//ok");

	(void)state;
	r.method = "POST";
	r.follow = true;
	r.own = str_from(stub_url(rig.stub));
	assert_ends(&r, FETCH_ANSWERED);
	assert_int_equal(r.status, 302);
	assert_int_equal(stub_requests(rig.stub), 1);
	fetch_clear(&r);
}

#define A_TEST(fn) cmocka_unit_test_setup_teardown(fn, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(knows_private_addresses),
	    cmocka_unit_test(knows_public_addresses),
	    A_TEST(refuses_private_addresses),
	    A_TEST(refuses_a_kept_connection),
	    A_TEST(exempts_what_is_our_own),
	    A_TEST(is_sent_on_to_its_own_once),
	    A_TEST(is_sent_on_to_nothing_private),
	    A_TEST(a_post_is_not_sent_on),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
