/* mail_client: see mail_client.h. */
#include "tests/sandbox/mail_client.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <time.h>

void
mail_open_with(const char *top)
{
	const struct rig_setup setup = {"", "", top};

	rig_with_mail();
	rig_open_with(&setup);
}

void
mail_rule(const char *members)
{
	char json[300];

	(void)snprintf(json, sizeof(json),
	    "{\"rules\":[{\"vendor\":\"mail\",%s}]}", members);
	control("/control/faults", json);
}

int64_t
mail_now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
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

int
mail_dial(const char *which)
{
	const struct timeval patience = {.tv_sec = MAIL_WAIT_MS / 1000};
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

void
mail_tell(int fd, const char *text)
{
	size_t n = strlen(text);

	assert_int_equal(send(fd, text, n, MSG_NOSIGNAL), (ssize_t)n);
}

const char *
mail_hear(int fd, const char *until)
{
	static char heard[65536];
	size_t n = 0;
	ssize_t got;

	do {
		got = recv(fd, heard + n, sizeof(heard) - n - 1, 0);
		n += got > 0 ? (size_t)got : 0;
		heard[n] = '\0';
	} while (got > 0 && (until[0] == '\0' || strstr(heard, until) == NULL));
	if (got < 0 && errno == EAGAIN)
		fail_msg("heard %s, and no more", heard);
	if (strstr(heard, until) == NULL)
		fail_msg("heard %s, not %s", heard, until);
	return heard;
}

int
mail_begin(void)
{
	int fd = mail_dial("smtp");

	mail_tell(fd, "EHLO me\r\nMAIL FROM:<gw@gw.example>\r\n"
		      "RCPT TO:<desk@support.example>\r\nDATA\r\n");
	mail_hear(fd, "354 ");
	mail_tell(fd, "Subject: x\r\n\r\nhi\r\n");
	return fd;
}

/* ---- with libcurl -------------------------------------------------------- */

static size_t
give(char *to, size_t size, size_t n, void *arg)
{
	struct mail_job *j = arg;
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
set_up(CURL *c, struct mail_job *j)
{
	curl_easy_setopt(c, CURLOPT_TIMEOUT_MS, (long)MAIL_WAIT_MS);
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

CURLcode
mail_run(struct mail_job *j)
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

void
mail_done(struct mail_job *j)
{
	buf_free(&j->in);
	buf_free(&j->heads);
	j->sent = 0;
}

CURLcode
mail_send(const char *text)
{
	struct mail_job j = {
	    .url = "me.example", .text = text, .to = "desk@support.example"};
	CURLcode code = mail_run(&j);

	mail_done(&j);
	return code;
}
