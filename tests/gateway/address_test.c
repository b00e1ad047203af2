/* address: texts and networks of both families, and listening. */
#include "gateway/address.h"
#include "tests/lib/cmocka.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <unistd.h>

static void
test_read_write(void **state)
{
	static const char *const rows[][2] = {
	    {"192.0.2.7", "192.0.2.7"},
	    {"192.0.2.7:80", "192.0.2.7"},
	    {"2001:DB8::1", "2001:db8::1"},
	    {"[2001:db8::1]", "2001:db8::1"},
	    {"[2001:db8::1]:443", "2001:db8::1"},
	    {"::ffff:192.0.2.7", "192.0.2.7"},
	    {"", NULL},
	    {"unknown", NULL},
	    {"192.0.2", NULL},
	    {"192.0.2.256", NULL},
	    {"[::1", NULL},
	    {"::1::", NULL},
	    {"1111:2222:3333:4444:5555:6666:7777:8888:9999:0000:1111", NULL},
	};
	char text[ADDRESS_TEXT];
	struct address a;
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_LEN(rows); i++) {
		bool good = address_read(str_from(rows[i][0]), &a);

		if (good != (rows[i][1] != NULL))
			fail_msg("\"%s\" was %staken", rows[i][0],
			    good ? "" : "not ");
		if (good)
			assert_string_equal(
			    address_write(&a, text).p, rows[i][1]);
	}
	assert_false(address_read((struct str){"1.2.3.4\0x", 9}, &a));
}

static void
test_of(void **state)
{
	struct sockaddr_storage from = {.ss_family = AF_INET};
	char text[ADDRESS_TEXT];
	struct address a, b;

	(void)state;
	((struct sockaddr_in *)&from)->sin_addr.s_addr = htonl(0xc0000207);
	a = address_of(&from);
	assert_string_equal(address_write(&a, text).p, "192.0.2.7");
	from = (struct sockaddr_storage){.ss_family = AF_INET6};
	inet_pton(AF_INET6, "::ffff:192.0.2.7",
	    &((struct sockaddr_in6 *)&from)->sin6_addr);
	b = address_of(&from);
	assert_true(address_same(&a, &b));
}

static bool
holds(const char *list, const char *address)
{
	struct networks n;
	struct address a;
	char why[256];

	assert_int_equal(networks_read(list, &n, why, sizeof(why)), OK);
	assert_true(address_read(str_from(address), &a));
	return networks_hold(&n, &a);
}

static void
test_networks(void **state)
{
	(void)state;
	assert_false(holds("", "127.0.0.1"));
	assert_true(holds("127.0.0.1", "127.0.0.1"));
	assert_false(holds("127.0.0.1", "127.0.0.2"));
	assert_true(holds(" 10.0.0.0/8 ,fd00::/8", "10.255.1.2"));
	assert_false(holds("10.0.0.0/8, fd00::/8", "11.0.0.0"));
	assert_true(holds("10.0.0.0/8, fd00::/8", "fdff::1"));
	assert_false(holds("10.0.0.0/8, fd00::/8", "fe00::1"));
	assert_true(holds("192.168.4.0/22", "192.168.7.255"));
	assert_false(holds("192.168.4.0/22", "192.168.8.0"));
	assert_true(holds("0.0.0.0/0", "8.8.8.8"));
	assert_false(holds("0.0.0.0/0", "2001:db8::1"));
	assert_true(holds("::/0", "8.8.8.8"));
	assert_false(holds("2001:db8::/127", "2001:db8::2"));
}

static void
test_networks_wrong(void **state)
{
	static const char *const rows[] = {"10.0.0.0/33", "10.0.0.0/",
	    "10.0.0.0/a", "localhost", "::/129", "10.0.0.0/8 127.0.0.1",
	    "10.0.0.0/-1"};
	struct networks n;
	char why[256];
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_LEN(rows); i++) {
		assert_int_equal(
		    networks_read(rows[i], &n, why, sizeof(why)), E_BADINPUT);
		assert_non_null(strstr(why, rows[i]));
	}
}

static void
test_listen(void **state)
{
	static const char *const rows[] = {
	    "127.0.0.1:0", "[::1]:0", "localhost:0", ":0"};
	char why[256] = "";
	unsigned port;
	size_t i;
	int fd;

	(void)state;
	for (i = 0; i < ARRAY_LEN(rows); i++) {
		if (address_listen(rows[i], &fd, &port, why, sizeof(why)) != OK)
			fail_msg("%s", why);
		assert_in_range(port, 1, 65535);
		close(fd);
	}
}

static void
expect_listen(const char *text, enum err err, const char *word)
{
	char why[256] = "";
	unsigned port;
	int fd;

	assert_int_equal(
	    address_listen(text, &fd, &port, why, sizeof(why)), err);
	if (strstr(why, word) == NULL || strchr(why, '\n') != NULL)
		fail_msg("%s: %s", text, why);
}

static void
test_listen_wrong(void **state)
{
	char why[256], taken[32];
	unsigned port;
	int fd;

	(void)state;
	expect_listen("", E_BADINPUT, "write");
	expect_listen("127.0.0.1", E_BADINPUT, "write");
	expect_listen("127.0.0.1:", E_BADINPUT, "write");
	expect_listen("127.0.0.1:65536", E_BADINPUT, "write");
	expect_listen("127.0.0.1:http", E_BADINPUT, "write");
	expect_listen("::1:80", E_BADINPUT, "write");
	expect_listen("[::1]80", E_BADINPUT, "write");
	expect_listen("192.0.2.1:0", E_BADINPUT, "does not have");
	assert_int_equal(
	    address_listen("127.0.0.1:0", &fd, &port, why, sizeof(why)), OK);
	snprintf(taken, sizeof(taken), "127.0.0.1:%u", port);
	expect_listen(taken, E_LIMIT, "in use");
	close(fd);
	if (geteuid() != 0)
		expect_listen("127.0.0.1:1", E_DENIED, "right");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_read_write),
	    cmocka_unit_test(test_of),
	    cmocka_unit_test(test_networks),
	    cmocka_unit_test(test_networks_wrong),
	    cmocka_unit_test(test_listen),
	    cmocka_unit_test(test_listen_wrong),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
