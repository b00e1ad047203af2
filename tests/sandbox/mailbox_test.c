/*
 * The mailbox on its ports: by hand, and with libcurl as a client that knows
 * SMTP, IMAP and TLS from elsewhere.
 */
#include "core/arena.h"
#include "tests/sandbox/rig.h"

#include <curl/curl.h>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define WAIT_MS 5000
#define MAIL(more) \
	",\"mail\":{\"user\":\"desk\",\"password\":\"pass word\",\"domains\":" \
	"[\"support.example\"]" more "},\"strict_rates\":false"
#define TEXT \
	"From: Gateway <gw@gw.example>\r\nTo: desk@support.example\r\n" \
	"Subject: =?UTF-8?Q?Gr=C3=BC=C3=9Fe_?=\r\n =?UTF-8?B?YXVzIEvDtmxu?=" \
	"\r\nMessage-ID: <esc.1.2@gw.example>\r\nX-Frontdesk-Row: 42\r\n" \
	"MIME-Version: 1.0\r\nContent-Type: multipart/alternative;\r\n" \
	" boundary=\"=_b\"\r\n\r\n--=_b\r\nContent-Type: text/html\r\n\r\n" \
	"<p>no</p>\r\n--=_b\r\nContent-Type: text/plain; charset=utf-8\r\n" \
	"Content-Transfer-Encoding: quoted-printable\r\n\r\nEs " \
	"l=C3=A4uft=\r\n" \
	" nicht.\r\n.\r\n..\r\n--=_b--\r\n"

/* ---- fixtures ------------------------------------------------------------ */

static void
open_with(const char *top)
{
	const struct rig_setup setup = {"", "", top};

	rig_with_mail();
	rig_open_with(&setup);
}

static int
open_usual(void **state)
{
	(void)state;
	open_with(MAIL(""));
	return 0;
}

static int
open_strict(void **state)
{
	(void)state;
	open_with(MAIL(",\"require_tls\":true,\"require_auth\":true,\"users\":"
		       "[\"desk\",\"reply\"],\"inbox\":[\"reply\"]"));
	return 0;
}

static void
rule(const char *members)
{
	char json[300];

	(void)snprintf(json, sizeof(json),
	    "{\"rules\":[{\"vendor\":\"mail\",%s}]}", members);
	control("/control/faults", json);
}

/* ---- by hand ------------------------------------------------------------- */

/* "127.0.0.1:4711" */
static void
address_of(const char *which, char out[40])
{
	char path[20];

	(void)snprintf(path, sizeof(path), "mail.%s", which);
	control("/control/accounts", NULL);
	(void)snprintf(out, 40, "%s", said(path));
	assert_non_null(strchr(out, ':'));
}

static int
dial(const char *which)
{
	const struct timeval patience = {.tv_sec = WAIT_MS / 1000};
	struct sockaddr_in to = {
	    .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	char address[40];

	address_of(which, address);
	to.sin_port = htons(
	    (uint16_t)strtoul(strchr(address, ':') + 1, NULL, 10));
	assert_true(fd >= 0);
	(void)setsockopt(
	    fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
	assert_int_equal(connect(fd, (struct sockaddr *)&to, sizeof(to)), 0);
	return fd;
}

static void
tell(int fd, const char *text)
{
	size_t n = strlen(text);

	assert_int_equal(send(fd, text, n, MSG_NOSIGNAL), (ssize_t)n);
}

/* Reads until that was heard, or the end; "" for that: until the end. */
static const char *
hear(int fd, const char *until)
{
	static char heard[65536];
	size_t n = 0;
	ssize_t got;

	do {
		got = recv(fd, heard + n, sizeof(heard) - n - 1, 0);
		n += got > 0 ? (size_t)got : 0;
		heard[n] = '\0';
	} while (got > 0 && (until[0] == '\0' || strstr(heard, until) == NULL));
	if (strstr(heard, until) == NULL)
		fail_msg("heard %s, not %s", heard, until);
	return heard;
}

/* A whole mail up to its final dot, which is not sent. */
static int
begin_mail(void)
{
	int fd = dial("smtp");

	tell(fd, "EHLO me\r\nMAIL FROM:<gw@gw.example>\r\n"
		 "RCPT TO:<desk@support.example>\r\nDATA\r\n");
	hear(fd, "354 ");
	tell(fd, "Subject: x\r\n\r\nhi\r\n");
	return fd;
}

/* ---- with libcurl -------------------------------------------------------- */

struct job {
	const char *url;  /* behind the address */
	const char *text; /* to send; NULL: receive */
	const char *custom, *user, *to;
	bool tls, trusted;
	struct buf in, heads;
	size_t sent;
};

static size_t
give(char *to, size_t size, size_t n, void *arg)
{
	struct job *j = arg;
	size_t left = strlen(j->text) - j->sent;

	n = n * size < left ? n * size : left;
	memcpy(to, j->text + j->sent, n);
	j->sent += n;
	return n;
}

static size_t
keep(char *from, size_t size, size_t n, void *arg)
{
	buf_add(arg, from, size * n);
	return size * n;
}

static void
trust(CURL *c, struct buf *pem)
{
	const struct question q = {.method = "GET", .path = "/control/mail/ca"};
	struct str body = rig_ask(&q)->body;
	struct curl_blob blob;

	buf_add(pem, body.p, body.n);
	blob = (struct curl_blob){pem->data, pem->len, CURL_BLOB_COPY};
	curl_easy_setopt(c, CURLOPT_CAINFO_BLOB, &blob);
}

static void
set_up(CURL *c, struct job *j)
{
	curl_easy_setopt(c, CURLOPT_TIMEOUT_MS, (long)WAIT_MS);
	curl_easy_setopt(c, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(c, CURLOPT_PROTOCOLS_STR, "smtp,imap");
	curl_easy_setopt(c, CURLOPT_USERNAME, j->user);
	if (j->user != NULL)
		curl_easy_setopt(c, CURLOPT_PASSWORD, "pass word");
	if (j->tls)
		curl_easy_setopt(c, CURLOPT_USE_SSL, (long)CURLUSESSL_ALL);
	curl_easy_setopt(c, CURLOPT_CUSTOMREQUEST, j->custom);
	curl_easy_setopt(c, CURLOPT_WRITEFUNCTION, keep);
	curl_easy_setopt(c, CURLOPT_WRITEDATA, &j->in);
	curl_easy_setopt(c, CURLOPT_HEADERFUNCTION, keep);
	curl_easy_setopt(c, CURLOPT_HEADERDATA, &j->heads);
	if (j->text == NULL)
		return;
	curl_easy_setopt(c, CURLOPT_MAIL_FROM, "<bounces+t@gw.example>");
	curl_easy_setopt(c, CURLOPT_UPLOAD, 1L);
	curl_easy_setopt(c, CURLOPT_READFUNCTION, give);
	curl_easy_setopt(c, CURLOPT_READDATA, j);
}

static CURLcode
run(struct job *j)
{
	struct curl_slist *to = j->to == NULL ? NULL
					      : curl_slist_append(NULL, j->to);
	const char *which = j->text != NULL ? "smtp" : "imap";
	CURL *c = curl_easy_init();
	char address[40], url[200];
	struct buf pem = {0};
	CURLcode code;

	assert_non_null(c);
	address_of(which, address);
	(void)snprintf(url, sizeof(url), "%s://%s/%s", which, address, j->url);
	curl_easy_setopt(c, CURLOPT_URL, url);
	set_up(c, j);
	if (to != NULL)
		curl_easy_setopt(c, CURLOPT_MAIL_RCPT, to);
	if (j->trusted)
		trust(c, &pem);
	code = curl_easy_perform(c);
	curl_easy_cleanup(c);
	curl_slist_free_all(to);
	buf_free(&pem);
	return code;
}

static void
done(struct job *j)
{
	buf_free(&j->in);
	buf_free(&j->heads);
	j->sent = 0;
}

static CURLcode
send_text(const char *text)
{
	struct job j = {
	    .url = "me.example", .text = text, .to = "desk@support.example"};
	CURLcode code = run(&j);

	done(&j);
	return code;
}

/* ---- the way of a mail --------------------------------------------------- */

static struct str
raw_of_first(struct arena *a)
{
	const char *base64 = said("messages.0.raw");
	size_t n = 0, room = strlen(base64);
	unsigned char *bytes = arena_alloc(a, room + 1);

	assert_non_null(bytes);
	assert_int_equal(sodium_base642bin(bytes, room, base64, room, NULL, &n,
			     NULL, sodium_base64_VARIANT_ORIGINAL),
	    0);
	return (struct str){(const char *)bytes, n};
}

static void
assert_listed(void)
{
	struct arena a = {0};

	control("/control/mail/messages?after=0", NULL);
	assert_int_equal(said_number("next"), 1);
	assert_string_equal(said("messages.0.from"), "bounces+t@gw.example");
	assert_string_equal(
	    said("messages.0.to.0"), "reply+T1@support.example");
	assert_string_equal(said("messages.0.user"), "desk");
	assert_int_equal(said_number("messages.0.tls"), 1);
	assert_int_equal(said_number("messages.0.uid"), 1);
	assert_int_equal(said_number("messages.0.size"), strlen(TEXT));
	assert_true(str_eq(raw_of_first(&a), str_from(TEXT)));
	arena_free(&a);
	control("/control/effects?vendor=mail", NULL);
	assert_string_equal(said("effects.0.kind"), "mail");
	assert_string_equal(said("effects.0.account"), "desk");
	assert_string_equal(said("effects.0.to"), "reply+T1@support.example");
	assert_string_equal(said("effects.0.id"), "<esc.1.2@gw.example>");
	assert_int_equal(said_number("effects.0.row"), 42);
	assert_string_equal(
	    said("effects.0.text"), "Es l\xc3\xa4uft nicht.\r\n.\r\n..");
	assert_string_equal(said("effects.0.subject"), "Gr\xc3\xbc\xc3\x9f"
						       "e aus K\xc3\xb6ln");
	assert_int_equal(said_number("effects.0.told"), 1);
}

static void
assert_in_inbox(void)
{
	struct job j = {
	    .url = "INBOX;UID=1", .user = "desk", .tls = true, .trusted = true};
	static const char trace[] =
	    "Return-Path: <bounces+t@gw.example>\r\n"
	    "Delivered-To: reply+T1@support.example\r\n"
	    "Received: from me.example by localhost with ESMTPS\r\n" TEXT;

	assert_int_equal(run(&j), CURLE_OK);
	assert_true(str_eq(buf_view(&j.in), str_from(trace)));
	done(&j);
	control("/control/mail/inbox", NULL);
	assert_int_equal(said_number("messages.0.seen"), 1);
}

/* TLS and a login asked for; only what is for "reply" is in the inbox. */
static void
a_mail_goes_all_the_way(void **state)
{
	struct job j = {.url = "me.example",
	    .text = TEXT,
	    .user = "desk",
	    .to = "reply+T1@support.example",
	    .tls = true,
	    .trusted = true};

	(void)state;
	assert_int_equal(run(&j), CURLE_OK);
	done(&j);
	assert_listed();
	assert_in_inbox();
	j.to = "desk@support.example";
	assert_int_equal(run(&j), CURLE_OK);
	done(&j);
	control("/control/mail/messages?after=1", NULL);
	assert_string_equal(said("messages.0.to.0"), "desk@support.example");
	assert_int_equal(said_number("messages.0.uid"), 0);
	control("/control/mail/inbox", NULL);
	assert_int_equal(said_number("uidnext"), 2);
}

static void
strangers_get_nowhere(void **state)
{
	struct job j = {.url = "me.example",
	    .text = TEXT,
	    .user = "desk",
	    .to = "reply@support.example",
	    .tls = true};
	int fd;

	(void)state;
	assert_int_equal(run(&j), CURLE_PEER_FAILED_VERIFICATION);
	done(&j);
	j.trusted = true;
	j.to = "nobody@support.example";
	assert_int_equal(run(&j), CURLE_SEND_ERROR); /* curl's word for 550 */
	done(&j);
	j.user = "other";
	assert_int_equal(run(&j), CURLE_LOGIN_DENIED);
	done(&j);
	j = (struct job){.url = "INBOX", .user = "other", .tls = true};
	j.trusted = true;
	assert_int_equal(run(&j), CURLE_LOGIN_DENIED);
	done(&j);
	fd = dial("smtp");
	tell(fd, "EHLO me\r\nMAIL FROM:<a@b.example>\r\nQUIT\r\n");
	hear(fd, "530 5.7.0 say STARTTLS");
	close(fd);
	control("/control/effects", NULL);
	assert_string_equal(said("effects.0.kind"), "");
	/* What was refused is among the requests. */
	control("/control/requests?vendor=mail", NULL);
	assert_string_equal(said("requests.0.path"), "/smtp/connect");
	assert_string_equal(said("requests.0.method"), "SMTP");
	assert_int_equal(said_number("requests.0.status"), 220);
}

static void
noise_is_no_handshake(void **state)
{
	int fd = dial("smtp");

	(void)state;
	tell(fd, "EHLO me\r\nSTARTTLS\r\n");
	hear(fd, "220 2.0.0");
	tell(fd, "MAIL FROM:<a@b.example>\r\n");
	assert_null(strstr(hear(fd, ""), "250 "));
	close(fd);
}

/* ---- /control ------------------------------------------------------------ */

static void
people_write(void **state)
{
	struct job j = {.url = "INBOX;UID=1", .user = "desk"};

	(void)state;
	control("/control/mail/message",
	    "{\"from\":\"Ann <ann@shop.example>\",\"to\":\"reply+T@support."
	    "example\",\"subject\":\"Re: Gr\xc3\xbc\xc3\x9f"
	    "e\",\"text\":\"Das\\nist sch\xc3\xb6n\",\"in_reply_to\":\"<a@b>\","
	    "\"references\":\"<c@d> <a@b>\"}");
	assert_int_equal(said_number("uid"), 1);
	assert_non_null(strchr(said("message_id"), '@'));
	assert_int_equal(run(&j), CURLE_OK);
	buf_char(&j.in, '\0');
	assert_non_null(strstr(j.in.data,
	    "\r\nSubject: =?UTF-8?B?UmU6IEdyw7zDn2U=?=\r\nMessage-ID: <"));
	assert_non_null(strstr(
	    j.in.data, "In-Reply-To: <a@b>\r\nReferences: <c@d> <a@b>\r\n"));
	assert_non_null(strstr(j.in.data, "\r\n\r\nRGFzCmlzdCBzY2jDtm4=\r\n"));
	done(&j);
	control("/control/mail/message", "{\"raw\":\"A: b\\n\\nhi\\r\\n\"}");
	control("/control/mail/message", "{\"base64\":\"QTogYgoK/w==\"}");
	assert_int_equal(said_number("uid"), 3);
	j.url = "INBOX;UID=2";
	assert_int_equal(run(&j), CURLE_OK);
	assert_int_equal(j.in.len, 12);
	assert_memory_equal(j.in.data, "A: b\r\n\r\nhi\r\n", 12);
	done(&j);
	j = (struct job){
	    .url = "INBOX", .user = "desk", .custom = "UID SEARCH UNSEEN"};
	assert_int_equal(run(&j), CURLE_OK);
	assert_memory_equal(j.in.data, "* SEARCH 3\r\n", 12);
	done(&j);
}

static void
people_write_nonsense(void **state)
{
	static const char *const bodies[] = {"{}", "{\"from\":\"a@b.example\"}",
	    "{\"from\":\"a b\",\"to\":\"c@d.example\"}",
	    "{\"from\":\"a@b.example\",\"to\":\"c@d.example\",\"subject\":"
	    "\"x\\r\\nBcc: e@f.example\"}",
	    "{\"from\":\"<a@b.example>\\n\",\"to\":\"c@d.example\"}",
	    "{\"base64\":\"!\"}", "{\"raw\":1}", "{\"fly\":1}"};
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_LEN(bodies); i++) {
		const struct question q = {.method = "POST",
		    .path = "/control/mail/message",
		    .type = "application/json",
		    .body = str_from(bodies[i])};

		if (rig_ask(&q)->status != 400)
			fail_msg("%s: was taken", bodies[i]);
	}
	control("/control/mail/inbox", NULL);
	assert_int_equal(said_number("uidnext"), 1);
}

static void
wakes_who_idles(void **state)
{
	int fd = dial("imap");

	(void)state;
	tell(fd, "a LOGIN desk \"pass word\"\r\nb SELECT INBOX\r\nc IDLE\r\n");
	hear(fd, "+ idling");
	control("/control/mail/message", "{\"raw\":\"A: b\\n\\nhi\\n\"}");
	hear(fd, "* 1 EXISTS\r\n");
	assert_int_equal(send_text(TEXT), CURLE_OK);
	hear(fd, "* 2 EXISTS\r\n");
	tell(fd, "DONE\r\nd LOGOUT\r\n");
	assert_non_null(strstr(hear(fd, ""), "c OK done\r\n* BYE"));
	close(fd);
}

/* ---- faults -------------------------------------------------------------- */

static const char *
first_effect(void)
{
	control("/control/effects?vendor=mail", NULL);
	return said("effects.0.kind");
}

static void
is_cut_before_and_after(void **state)
{
	(void)state;
	rule("\"path\":\"/smtp/message\",\"kind\":\"cut_before\",\"count\":1");
	assert_int_not_equal(send_text(TEXT), CURLE_OK);
	assert_string_equal(first_effect(), "");
	rule("\"path\":\"/smtp/message\",\"kind\":\"cut_after\",\"count\":1");
	assert_int_not_equal(send_text(TEXT), CURLE_OK);
	assert_string_equal(first_effect(), "mail");
	assert_int_equal(said_number("effects.0.told"), 0);
	control("/control/faults", NULL);
	assert_int_equal(said_number("rules.0.struck"), 1);
	assert_int_equal(send_text(TEXT), CURLE_OK);
	control("/control/effects?after=1&vendor=mail", NULL);
	assert_int_equal(said_number("effects.0.told"), 1);
}

static void
fails_with_a_status(void **state)
{
	int fd = begin_mail();

	(void)state;
	rule("\"path\":\"/smtp/message\",\"kind\":\"status\",\"status\":451");
	tell(fd, ".\r\n");
	hear(fd, "451 4.3.0 a rule says so\r\n");
	close(fd);
	assert_string_equal(first_effect(), "");
	rule("\"kind\":\"status\",\"status\":554,\"body\":\"5.7.1 go away\"");
	fd = dial("smtp");
	hear(fd, "554 5.7.1 go away\r\n");
	hear(fd, "");
	close(fd);
}

static void
spoils_a_reply(void **state)
{
	int fd = begin_mail();

	(void)state;
	rule("\"path\":\"/smtp/message\",\"kind\":\"garbage\"");
	tell(fd, ".\r\n");
	hear(fd, "<html>\r\n");
	close(fd);
	assert_string_equal(first_effect(), "mail");
	assert_int_equal(said_number("effects.0.told"), 0);
}

static int64_t
now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static void
holds_a_reply_back(void **state)
{
	int64_t began;
	int fd = begin_mail();

	(void)state;
	rule("\"path\":\"/smtp/message\",\"kind\":\"delay\",\"ms\":60");
	began = now_ms();
	tell(fd, ".\r\nQUIT\r\n");
	hear(fd, "250 2.0.0 accepted\r\n221");
	assert_true(now_ms() - began >= 59);
	close(fd);
	assert_string_equal(first_effect(), "mail");
	assert_int_equal(said_number("effects.0.told"), 1);
}

/* Who left before the reply did not learn what became of the mail. */
static void
knows_who_was_not_told(void **state)
{
	int64_t until = now_ms() + WAIT_MS;
	int fd = begin_mail();

	(void)state;
	rule("\"path\":\"/smtp/message\",\"kind\":\"delay\",\"ms\":60000");
	tell(fd, ".\r\n");
	while (first_effect()[0] == '\0' && now_ms() < until)
		;
	assert_int_equal(said_number("effects.0.told"), 1);
	close(fd);
	while (said_number("effects.0.told") == 1 && now_ms() < until)
		first_effect();
	assert_int_equal(said_number("effects.0.told"), 0);
}

/* ---- limits -------------------------------------------------------------- */

static void
takes_a_hundred_connections(void **state)
{
	int fds[101], i;

	(void)state;
	for (i = 0; i < 101; i++) {
		fds[i] = dial(i % 2 == 0 ? "smtp" : "imap");
		hear(fds[i], i < 100 ? "sandbox\r\n" : "421 4.3.2");
	}
	for (i = 0; i < 101; i++)
		close(fds[i]);
}

static void
is_bounded_in_what_it_lists(void **state)
{
	int fd = dial("smtp");
	unsigned i;

	(void)state;
	tell(fd, "EHLO me\r\n");
	hear(fd, "250 ENHANCED");
	for (i = 0; i < 2001; i++) {
		tell(fd, "MAIL FROM:<>\r\nRCPT TO:<a@support.example>\r\n"
			 "DATA\r\n");
		hear(fd, "354 ");
		tell(fd, "x\r\n.\r\n");
		hear(fd, i < 2000 ? "250 2.0.0" : "452 4.2.2");
	}
	close(fd);
	control("/control/mail/messages?after=0", NULL);
	assert_int_equal(said_number("next"), 2000);
	assert_string_equal(said("messages.1999.from"), "");
	control("/control/effects?vendor=mail", NULL);
	assert_int_equal(said_number("effects.1999.n"), 2000);
}

/* ---- the setup ----------------------------------------------------------- */

static int64_t
real_ms(const struct clock *c)
{
	(void)c;
	return now_ms();
}

static void
names_what_is_wrong_in_the_setup(void **state)
{
	static const struct clock clock = {real_ms, real_ms};
	static const char *const cases[][4] = {
	    {"{}", "127.0.0.1:0", "", "mail: is missing"},
	    {"{\"mail\":{}}", "", "", "mail.user"},
	    {"{\"mail\":{\"user\":\"a\",\"password\":\"b\",\"domains\":[]}}",
		"", "", "mail.domains: is empty"},
	    {"{\"mail\":{\"user\":\"a\",\"password\":\"b\",\"domains\":"
	     "[\"A,DNS:x\"]}}",
		"", "", "domains"},
	    {"{\"mail\":{\"user\":\"a\",\"password\":\"b\",\"domains\":"
	     "[\"x.example\"],\"users\":[\"a@b\"]}}",
		"", "", "users"},
	    {"{\"mail\":{\"user\":\"a\",\"password\":\"b\",\"domains\":"
	     "[\"x.example\"],\"fly\":1}}",
		"", "", "mail.fly"},
	    {"{\"mail\":{\"user\":\"a\",\"password\":\"b\",\"domains\":"
	     "[\"x.example\"]}}",
		"", "0.0.0.0:0", "127.0.0.1"},
	};
	struct metrics metrics = {0};
	struct sandbox *s;
	char why[1000];
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_LEN(cases); i++) {
		const struct sandbox_conf conf = {.listen = "127.0.0.1:0",
		    .setup = str_from(cases[i][0]),
		    .smtp = cases[i][1],
		    .imap = cases[i][2],
		    .clock = &clock,
		    .metrics = &metrics};

		assert_int_not_equal(
		    sandbox_start(&conf, &s, why, sizeof(why)), OK);
		if (strstr(why, cases[i][3]) == NULL)
			fail_msg("%s: %s", cases[i][0], why);
	}
}

#define A_TEST(fn) cmocka_unit_test_setup_teardown(fn, open_usual, rig_close)
#define STRICT(fn) cmocka_unit_test_setup_teardown(fn, open_strict, rig_close)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    STRICT(a_mail_goes_all_the_way),
	    STRICT(strangers_get_nowhere),
	    A_TEST(noise_is_no_handshake),
	    A_TEST(people_write),
	    A_TEST(people_write_nonsense),
	    A_TEST(wakes_who_idles),
	    A_TEST(is_cut_before_and_after),
	    A_TEST(fails_with_a_status),
	    A_TEST(spoils_a_reply),
	    A_TEST(holds_a_reply_back),
	    A_TEST(knows_who_was_not_told),
	    A_TEST(takes_a_hundred_connections),
	    A_TEST(is_bounded_in_what_it_lists),
	    cmocka_unit_test(names_what_is_wrong_in_the_setup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
