/*
 * A mailbox of the sandbox's server, read as the mail thread does: what is
 * new, whole mails however they look, and each way in which it can fail.
 */
#include "net/imap.h"
#include "tests/sandbox/mail_client.h"

#include <openssl/evp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static struct {
	struct imap_box *box;
	struct imap_fault fault;
	char url[100], ca[64];
	atomic_bool stop;
	struct buf raw;
} my;

static struct imap_conf
conf(void)
{
	return (struct imap_conf){.server = {.url = str_from(my.url),
				      .auth = MAIL_AUTH_PASSWORD,
				      .user = STR("desk"),
				      .secret = STR("pass word"),
				      .ca_file = my.ca},
	    .timeout_ms = 20000,
	    .stop = &my.stop};
}

static enum imap_end
open_with(const struct imap_conf *c)
{
	imap_close(my.box);
	my.box = NULL;
	return imap_open(c, &my.box, &my.fault);
}

#define assert_end(call, as) \
	do { \
		enum imap_end is = (call); \
		if (is != (as)) \
			fail_msg("%s, not %s: %s", imap_end_name(is), \
			    imap_end_name(as), my.fault.words); \
	} while (0)

static void
write_ca(void)
{
	const struct question q = {.method = "GET", .path = "/control/mail/ca"};
	struct str pem = rig_ask(&q)->body;
	FILE *f;

	(void)snprintf(my.ca, sizeof(my.ca), "/tmp/frontdesk-test-ca-XXXXXX");
	f = fdopen(mkstemp(my.ca), "w");
	assert_non_null(f);
	assert_int_equal(fwrite(pem.p, 1, pem.n, f), pem.n);
	fclose(f);
}

static int
set_up(void **state)
{
	struct imap_conf c;

	(void)state;
	memset(&my, 0, sizeof(my));
	signal(SIGPIPE, SIG_IGN);
	mail_open_with(MAIL(",\"require_tls\":true"));
	control("/control/accounts", NULL);
	(void)snprintf(my.url, sizeof(my.url), "imap://localhost%s",
	    strrchr(said("mail.imap"), ':'));
	write_ca();
	c = conf();
	assert_end(open_with(&c), IMAP_DONE);
	return 0;
}

static int
tear_down(void **state)
{
	imap_close(my.box);
	my.box = NULL;
	buf_free(&my.raw);
	unlink(my.ca);
	return rig_close(state);
}

/* Into the box, its very bytes; its uid. */
static uint32_t
put(const char *raw)
{
	size_t n = strlen(raw);
	unsigned char *coded = malloc(n / 3 * 4 + 5);
	struct buf b = {0};
	uint32_t uid;

	assert_non_null(coded);
	EVP_EncodeBlock(coded, (const unsigned char *)raw, (int)n);
	buf_addf(&b, "{\"base64\":\"%s\"}", (char *)coded);
	control("/control/mail/message", b.data);
	uid = (uint32_t)said_number("uid");
	buf_free(&b);
	free(coded);
	assert_true(uid > 0);
	return uid;
}

static struct imap_list
list(uint32_t last)
{
	struct imap_list l;

	assert_end(imap_list(my.box, last, 0, &l, &my.fault), IMAP_DONE);
	return l;
}

static void
assert_fetched(uint32_t uid, const char *raw)
{
	buf_clear(&my.raw);
	assert_end(imap_fetch(my.box, uid, IMAP_MAIL_MAX, &my.raw, &my.fault),
	    IMAP_DONE);
	if (!str_eq(buf_view(&my.raw), str_from(raw)))
		fail_msg("fetched %.*s", STR_FMT(buf_view(&my.raw)));
}

static bool
is_seen(void)
{
	control("/control/mail/inbox", NULL);
	return said_number("messages.0.seen") == 1;
}

/* ---- as it should go -------------------------------------------------------- */

static void
reads_what_is_new(void **state)
{
	uint32_t first = put("Subject: a\r\n\r\none\r\n"), second;
	struct imap_list l = list(0);

	(void)state;
	assert_int_equal(l.count, 1);
	assert_int_equal(l.uids[0], first);
	assert_true(l.validity > 0);
	assert_fetched(first, "Subject: a\r\n\r\none\r\n");
	assert_false(is_seen());
	assert_int_equal(list(first).count, 1); /* not seen yet */
	assert_end(imap_mark_seen(my.box, first, &my.fault), IMAP_DONE);
	assert_true(is_seen());
	assert_int_equal(list(first).count, 0);
	assert_int_equal(list(first - 1).count, 1); /* seen by others */
	assert_int_equal(list(UINT32_MAX).count, 0);
	second = put("Subject: b\r\n\r\ntwo\r\n");
	l = list(first);
	assert_int_equal(l.count, 1);
	assert_int_equal(l.uids[0], second);
	assert_false(l.more);
	/* "3:*" names the last mail: it is not new for that. */
	assert_end(imap_mark_seen(my.box, second, &my.fault), IMAP_DONE);
	assert_int_equal(list(second).count, 0);
	assert_int_equal(list(second + 100).count, 0);
}

/* A mail may look like the server's answers, and has any bytes. */
static void
takes_no_mail_for_an_answer(void **state)
{
	static const char *const mails[] = {
	    "Subject: x\r\n\r\nF3 OK done\r\nF4 OK done\r\nF5 NO\r\nF6 BAD\r\n",
	    "Subject: x\r\n\r\n* BYE\r\n* SEARCH 1 2 3\r\n+ \r\n)\r\n",
	    "Subject: x\r\n\r\nends in a number {37}\r\n",
	    "Subject: x\r\n\r\n{5}\r\n",
	    "Subject: \xff\xfe\r\n\r\n\x01\x7f\x80 8 bits\r\n",
	    "no header at all",
	};
	uint32_t uid;
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_LEN(mails); i++) {
		uid = put(mails[i]);
		assert_fetched(uid, mails[i]);
		assert_end(imap_mark_seen(my.box, uid, &my.fault), IMAP_DONE);
	}
	assert_int_equal(list(UINT32_MAX).count, 0);
}

static void
a_long_list_comes_in_parts(void **state)
{
	struct imap_list l;
	uint32_t uid = 0;
	unsigned i;

	(void)state;
	for (i = 0; i < IMAP_LIST_MAX + 10; i++)
		uid = put("Subject: x\r\n\r\n");
	l = list(0);
	assert_int_equal(l.count, IMAP_LIST_MAX);
	assert_true(l.more);
	for (i = 1; i < l.count; i++)
		assert_true(l.uids[i] > l.uids[i - 1]);
	assert_end(imap_mark_seen(my.box, uid, &my.fault), IMAP_DONE);
	assert_int_equal(list(uid).count, IMAP_LIST_MAX);
}

static void
a_mail_may_be_large_or_too_large(void **state)
{
	size_t n = 3u << 20, i;
	char *mail = malloc(n + 1);
	uint32_t uid;

	(void)state;
	assert_non_null(mail);
	memset(mail, 'x', n);
	mail[n] = '\0';
	memcpy(mail, "Subject: x\r\n\r\n", 14);
	for (i = 70; i < n; i += 70)
		memcpy(mail + i, "\r\n", 2);
	uid = put(mail);
	assert_fetched(uid, mail);
	buf_clear(&my.raw);
	buf_str(&my.raw, "before");
	assert_end(
	    imap_fetch(my.box, uid, n - 1, &my.raw, &my.fault), IMAP_TOO_BIG);
	assert_true(str_eq(buf_view(&my.raw), STR("before")));
	assert_end(imap_fetch(my.box, uid, n, &my.raw, &my.fault), IMAP_DONE);
	assert_int_equal(my.raw.len, n + 6);
	free(mail);
}

/* Those up to a uid are asked for by their size, too. */
static void
what_was_passed_is_listed_where_it_is_small(void **state)
{
	uint32_t first = put("Subject: a\r\n\r\none"), second;
	struct imap_list l;

	(void)state;
	second = put("Subject: b\r\n\r\ntwo");
	assert_end(
	    imap_list(my.box, UINT32_MAX, first, &l, &my.fault), IMAP_DONE);
	assert_int_equal(l.count, 2);
	assert_end(imap_list(my.box, second, second, &l, &my.fault), IMAP_DONE);
	assert_int_equal(l.count, 2);
}

static void
a_header_comes_alone(void **state)
{
	uint32_t uid = put("Subject: a\r\n\r\none\r\n");

	(void)state;
	assert_end(
	    imap_fetch_header(my.box, uid, 14, &my.raw, &my.fault), IMAP_DONE);
	assert_true(str_eq(buf_view(&my.raw), STR("Subject: a\r\n\r\n")));
	assert_end(imap_fetch_header(my.box, uid, 13, &my.raw, &my.fault),
	    IMAP_TOO_BIG);
	assert_int_equal(my.raw.len, 14);
	assert_end(
	    imap_fetch_header(my.box, 4711, 13, &my.raw, &my.fault), IMAP_GONE);
	assert_false(is_seen());
}

static void
what_is_gone_is_told(void **state)
{
	(void)state;
	assert_end(
	    imap_fetch(my.box, 4711, 1000, &my.raw, &my.fault), IMAP_GONE);
	assert_end(imap_mark_seen(my.box, 4711, &my.fault), IMAP_DONE);
}

/* ---- failing to open -------------------------------------------------------- */

static void
logins_and_folders_are_told_apart(void **state)
{
	struct imap_conf c = conf();
	char url[120];

	(void)state;
	c.server.secret = STR("wrong");
	assert_end(open_with(&c), IMAP_LOGIN);
	assert_true(my.fault.words[0] != '\0');
	c = conf();
	(void)snprintf(url, sizeof(url), "%s/Nowhere", my.url);
	c.server.url = str_from(url);
	assert_end(open_with(&c), IMAP_NO_FOLDER);
	c = conf();
	c.server.ca_file = NULL;
	assert_end(open_with(&c), IMAP_UNTRUSTED);
	c.server.ca_file = "/nowhere";
	assert_end(open_with(&c), IMAP_UNTRUSTED);
	c = conf();
	c.server.url = STR("imap://localhost:1");
	assert_end(open_with(&c), IMAP_NO_SERVER);
	c.server.url = STR("imap://nowhere.invalid");
	assert_end(open_with(&c), IMAP_NO_SERVER);
	c.server.url = STR("smtp://localhost:1");
	assert_end(open_with(&c), IMAP_MALFORMED);
	c.server.url = STR("imap://mail.example");
	c.server.plain = true;
	assert_end(open_with(&c), IMAP_MALFORMED);
	assert_true(my.fault.words[0] != '\0');
	c = conf();
	assert_end(open_with(&c), IMAP_DONE);
}

static void
no_login_goes_out_in_clear(void **state)
{
	struct imap_conf c = conf();

	(void)state;
	/* The server demands TLS; a client that did without is refused. */
	c.server.plain = true;
	assert_end(open_with(&c), IMAP_LOGIN);
	c.server.plain = false;
	mail_rule("\"path\":\"/imap/starttls\",\"kind\":\"status\","
		  "\"status\":400");
	assert_end(open_with(&c), IMAP_UNTRUSTED);
}

/* ---- failing later ---------------------------------------------------------- */

static void
a_no_leaves_the_connection_alone(void **state)
{
	struct imap_list l;

	(void)state;
	put("Subject: x\r\n\r\n");
	mail_rule("\"path\":\"/imap/search\",\"kind\":\"status\",\"status\":"
		  "400,\"body\":\"not now\",\"count\":1");
	assert_end(imap_list(my.box, 0, 0, &l, &my.fault), IMAP_REFUSED);
	assert_non_null(strstr(my.fault.words, "not now"));
	assert_int_equal(list(0).count, 1);
	assert_end(imap_move(my.box, 1, STR("Done"), &my.fault), IMAP_REFUSED);
	assert_end(
	    imap_move(my.box, 1, STR("\r\n"), &my.fault), IMAP_MALFORMED);
	assert_end(imap_move(my.box, 1, STR(""), &my.fault), IMAP_MALFORMED);
	assert_int_equal(list(0).count, 1);
}

static void
a_cut_is_told_and_stays(void **state)
{
	struct imap_conf c = conf();
	struct imap_list l;

	(void)state;
	put("Subject: x\r\n\r\n");
	mail_rule("\"path\":\"/imap/fetch\",\"kind\":\"cut_before\","
		  "\"count\":1");
	assert_end(imap_fetch(my.box, 1, 1000, &my.raw, &my.fault), IMAP_CUT);
	assert_int_equal(my.raw.len, 0);
	assert_end(imap_list(my.box, 0, 0, &l, &my.fault), IMAP_CUT);
	assert_end(open_with(&c), IMAP_DONE);
	assert_int_equal(list(0).count, 1);
	mail_rule("\"path\":\"/imap/select\",\"kind\":\"cut_after\"");
	assert_end(open_with(&c), IMAP_CUT);
	mail_rule("\"path\":\"/imap/connect\",\"kind\":\"cut_before\"");
	assert_end(open_with(&c), IMAP_CUT);
}

static void
what_is_slow_or_stopped_ends(void **state)
{
	struct imap_conf c = conf();
	struct imap_list l;
	int64_t began;

	(void)state;
	mail_rule("\"path\":\"/imap/search\",\"kind\":\"delay\",\"ms\":60000");
	atomic_store(&my.stop, true);
	began = mail_now_ms();
	assert_end(imap_list(my.box, 0, 0, &l, &my.fault), IMAP_STOPPED);
	assert_true(mail_now_ms() - began < 2000);
	assert_end(open_with(&c), IMAP_STOPPED);
	atomic_store(&my.stop, false);
	c.timeout_ms = 150;
	mail_rule("\"path\":\"/imap/connect\",\"kind\":\"delay\",\"ms\":60000");
	began = mail_now_ms();
	assert_end(open_with(&c), IMAP_SLOW);
	assert_true(mail_now_ms() - began < 2000);
}

/* However long each call may take. */
static void
all_calls_together_have_a_bound(void **state)
{
	struct imap_conf c = conf();
	struct imap_list l;
	int64_t began = mail_now_ms();

	(void)state;
	c.timeout_ms = 60000;
	c.most_ms = 60000;
	assert_end(open_with(&c), IMAP_DONE);
	assert_int_equal(list(0).count, 0);
	mail_rule("\"path\":\"/imap/noop\",\"kind\":\"delay\",\"ms\":100");
	mail_rule("\"path\":\"/imap/search\",\"kind\":\"delay\",\"ms\":60000");
	imap_hurry(my.box, 250);
	assert_end(imap_list(my.box, 0, 0, &l, &my.fault), IMAP_SLOW);
	mail_rule("\"path\":\"/imap/connect\",\"kind\":\"delay\",\"ms\":60000");
	c.most_ms = 150;
	assert_end(open_with(&c), IMAP_SLOW);
	assert_true(mail_now_ms() - began < 5000);
}

/* It may be something that we do not know; the end never comes. */
static void
garbage_is_no_answer(void **state)
{
	struct imap_conf c = conf();
	struct imap_list l;

	(void)state;
	mail_rule("\"path\":\"/imap/search\",\"kind\":\"garbage\"");
	c.timeout_ms = 150;
	assert_end(open_with(&c), IMAP_DONE);
	assert_end(imap_list(my.box, 0, 0, &l, &my.fault), IMAP_SLOW);
}

#define A_TEST(fn) cmocka_unit_test_setup_teardown(fn, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    A_TEST(reads_what_is_new),
	    A_TEST(takes_no_mail_for_an_answer),
	    A_TEST(a_long_list_comes_in_parts),
	    A_TEST(a_mail_may_be_large_or_too_large),
	    A_TEST(what_was_passed_is_listed_where_it_is_small),
	    A_TEST(a_header_comes_alone),
	    A_TEST(all_calls_together_have_a_bound),
	    A_TEST(what_is_gone_is_told),
	    A_TEST(logins_and_folders_are_told_apart),
	    A_TEST(no_login_goes_out_in_clear),
	    A_TEST(a_no_leaves_the_connection_alone),
	    A_TEST(a_cut_is_told_and_stays),
	    A_TEST(what_is_slow_or_stopped_ends),
	    A_TEST(garbage_is_no_answer),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
