/* fake: see fake.h. */
#include "tests/mail/fake.h"
#include "tests/lib/cmocka.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

struct fake {
	struct fake_plan plan;
	int listener;
	unsigned port;
	pthread_t thread;
	SSL_CTX *tls;
	char ca[64];

	/* Of the connection, the thread's. */
	int fd;
	SSL *ssl;
	char in[4096];
	size_t in_length;
	bool text;
	unsigned recipients;

	pthread_mutex_t lock;
	bool closing;
	int now; /* fd, for whoever closes */
	unsigned mails;
	struct buf lines;
	char host[100];
};

/* ---- a certificate for localhost ------------------------------------------ */

static void
extend(X509 *x, int what, const char *value)
{
	X509V3_CTX context;
	X509_EXTENSION *e;

	X509V3_set_ctx(&context, x, x, NULL, NULL, 0);
	e = X509V3_EXT_conf_nid(NULL, &context, what, value);
	assert_non_null(e);
	assert_int_equal(X509_add_ext(x, e, -1), 1);
	X509_EXTENSION_free(e);
}

static void
write_ca(struct fake *f, X509 *x)
{
	FILE *out;

	snprintf(f->ca, sizeof(f->ca), "/tmp/frontdesk-test-ca-XXXXXX");
	out = fdopen(mkstemp(f->ca), "w");
	assert_non_null(out);
	assert_int_equal(PEM_write_X509(out, x), 1);
	fclose(out);
}

static int
on_name(SSL *ssl, int *alert, void *fake)
{
	const char *name = SSL_get_servername(ssl, TLSEXT_NAMETYPE_host_name);
	struct fake *f = fake;

	(void)alert;
	pthread_mutex_lock(&f->lock);
	snprintf(f->host, sizeof(f->host), "%s", name == NULL ? "" : name);
	pthread_mutex_unlock(&f->lock);
	return SSL_TLSEXT_ERR_OK;
}

static void
make_tls(struct fake *f)
{
	EVP_PKEY *key = EVP_EC_gen("P-256");
	X509 *x = X509_new();
	X509_NAME *name = X509_get_subject_name(x);

	X509_set_version(x, 2);
	ASN1_INTEGER_set(X509_get_serialNumber(x), 1);
	X509_gmtime_adj(X509_getm_notBefore(x), -86400);
	X509_gmtime_adj(X509_getm_notAfter(x), 86400);
	X509_set_pubkey(x, key);
	X509_NAME_add_entry_by_txt(
	    name, "CN", MBSTRING_ASC, (const unsigned char *)"fake", -1, -1, 0);
	X509_set_issuer_name(x, name);
	extend(x, NID_basic_constraints, "critical,CA:TRUE");
	extend(x, NID_subject_alt_name, "DNS:localhost");
	assert_true(X509_sign(x, key, EVP_sha256()) > 0);
	f->tls = SSL_CTX_new(TLS_server_method());
	assert_int_equal(SSL_CTX_use_certificate(f->tls, x), 1);
	assert_int_equal(SSL_CTX_use_PrivateKey(f->tls, key), 1);
	if (f->plan.only_tls13)
		SSL_CTX_set_min_proto_version(f->tls, TLS1_3_VERSION);
	SSL_CTX_set_tlsext_servername_callback(f->tls, on_name);
	SSL_CTX_set_tlsext_servername_arg(f->tls, f);
	write_ca(f, x);
	X509_free(x);
	EVP_PKEY_free(key);
}

/* ---- bytes ---------------------------------------------------------------- */

static bool
put(struct fake *f, const char *bytes, size_t n)
{
	if (n == 0)
		return true;
	if (f->ssl != NULL)
		return SSL_write(f->ssl, bytes, (int)n) == (int)n;
	return send(f->fd, bytes, n, MSG_NOSIGNAL) == (ssize_t)n;
}

/* A line without its end; false: the peer is gone. */
static bool
get_line(struct fake *f, char out[4096])
{
	char *end;
	ssize_t n;

	while ((end = memchr(f->in, '\n', f->in_length)) == NULL) {
		size_t room = sizeof(f->in) - f->in_length;

		n = f->ssl != NULL
			? SSL_read(f->ssl, f->in + f->in_length, (int)room)
			: recv(f->fd, f->in + f->in_length, room, 0);
		if (n <= 0)
			return false;
		f->in_length += (size_t)n;
	}
	n = end - f->in;
	snprintf(out, 4096, "%.*s", (int)(n > 0 && end[-1] == '\r' ? n - 1 : n),
	    f->in);
	f->in_length -= (size_t)n + 1;
	memmove(f->in, end + 1, f->in_length);
	return true;
}

static bool
start_tls(struct fake *f)
{
	f->ssl = SSL_new(f->tls);
	SSL_set_fd(f->ssl, f->fd);
	f->in_length = 0;
	return SSL_accept(f->ssl) == 1;
}

/* ---- the talk ------------------------------------------------------------- */

static struct fake_answer *
planned(struct fake *f, const char *line)
{
	struct fake_answer *a;

	for (a = f->plan.answers; a < f->plan.answers + FAKE_ANSWERS_MAX; a++)
		if (a->word != NULL &&
		    strncasecmp(line, a->word, strlen(a->word)) == 0)
			return a;
	return NULL;
}

static void
hang(struct fake *f)
{
	char line[4096];

	while (get_line(f, line))
		;
}

static void
drip(struct fake *f, const char *reply)
{
	const struct timespec step = {.tv_nsec = 1000000};
	size_t i;

	for (i = 0; put(f, &reply[i], 1); i = reply[i + 1] == '\0' ? 0 : i + 1)
		nanosleep(&step, NULL);
}

/* False: the connection is over. */
static bool
as_planned(struct fake *f, struct fake_answer *a)
{
	bool on = put(f, a->reply, strlen(a->reply)) && a->then == FAKE_GO_ON;

	if (a->then == FAKE_HANG)
		hang(f);
	if (a->then == FAKE_DRIP)
		drip(f, a->reply);
	if (a->times > 0 && --a->times == 0)
		a->word = NULL;
	return on;
}

static bool
offer(struct fake *f)
{
	const char *offers = f->plan.offers != NULL ? f->plan.offers
			     : f->ssl != NULL	    ? "AUTH PLAIN"
						    : "STARTTLS";
	char all[600] = "250-fake\r\n";
	size_t n = strlen(all), length;

	while (*offers != '\0') {
		length = strcspn(offers, "|");
		n += (size_t)snprintf(all + n, sizeof(all) - n, "250-%.*s\r\n",
		    (int)length, offers);
		offers += length + (offers[length] == '|');
	}
	n += (size_t)snprintf(all + n, sizeof(all) - n, "250 HELP\r\n");
	for (length = 0; f->plan.dribbles && length + 1 < n; length++)
		if (!put(f, &all[length], 1))
			return false;
	return f->plan.dribbles ? put(f, "\n", 1) : put(f, all, n);
}

static bool
well(struct fake *f, const char *line)
{
	static const struct {
		const char *word, *reply;
	} replies[] = {
	    {"STARTTLS", "220 2.0.0 go\r\n"},
	    {"BDAT", "500 5.5.1 not here\r\n"},
	    {"AUTH NTLM", "334 \r\n"},
	    {"*", "501 5.7.0 you broke off\r\n"},
	    {"AUTH", "235 2.7.0 you are you\r\n"},
	    {"DATA", "354 go\r\n"},
	    {".", "250 2.0.0 taken\r\n"},
	    {"QUIT", "221 2.0.0 bye\r\n"},
	};
	size_t i;

	if (strncasecmp(line, "EHLO", 4) == 0)
		return offer(f);
	for (i = 0; i < ARRAY_LEN(replies); i++)
		if (strncasecmp(
			line, replies[i].word, strlen(replies[i].word)) == 0)
			return put(
			    f, replies[i].reply, strlen(replies[i].reply));
	return put(f, "250 2.1.0 ok\r\n", 14);
}

static void
note(struct fake *f, const char *line)
{
	pthread_mutex_lock(&f->lock);
	buf_str(&f->lines, "\n");
	buf_str(&f->lines, line);
	pthread_mutex_unlock(&f->lock);
}

static void
note_mail(struct fake *f, bool good)
{
	f->text = false;
	pthread_mutex_lock(&f->lock);
	f->mails += good;
	pthread_mutex_unlock(&f->lock);
}

static bool
answer(struct fake *f, const char *line)
{
	struct fake_answer *a = planned(f, line);
	bool good = a == NULL || a->reply[0] == '2' || a->reply[0] == '3';

	if (strcmp(line, ".") == 0 && f->recipients == 0)
		return put(f, "554 5.5.1 for nobody\r\n", 22);
	if (strcmp(line, ".") == 0)
		note_mail(f, a == NULL || a->reply[0] == '2');
	if (a != NULL ? !as_planned(f, a) : !well(f, line))
		return false;
	f->recipients += good && strncasecmp(line, "RCPT", 4) == 0;
	if (strcasecmp(line, "DATA") == 0)
		f->text = good;
	if (strcasecmp(line, "STARTTLS") == 0 && good)
		return start_tls(f);
	return strcasecmp(line, "QUIT") != 0;
}

static void
talk(struct fake *f)
{
	struct fake_answer *hello = planned(f, "hello");
	char line[4096];
	int on = 1;

	setsockopt(f->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	f->in_length = 0;
	f->text = false;
	f->recipients = 0;
	if (f->plan.tls_first && !start_tls(f))
		return;
	if (hello != NULL ? !as_planned(f, hello) : !put(f, "220 fake\r\n", 10))
		return;
	while (get_line(f, line)) {
		note(f, line);
		if (f->text && strcmp(line, ".") != 0)
			continue;
		if (!answer(f, line))
			return;
	}
}

static bool
accept_one(struct fake *f)
{
	int fd = accept(f->listener, NULL, NULL);
	bool closing;

	pthread_mutex_lock(&f->lock);
	closing = f->closing;
	f->fd = f->now = fd;
	pthread_mutex_unlock(&f->lock);
	return fd >= 0 && !closing;
}

static void
hang_up(struct fake *f)
{
	if (f->ssl != NULL && SSL_is_init_finished(f->ssl))
		SSL_shutdown(f->ssl);
	SSL_free(f->ssl);
	f->ssl = NULL;
	pthread_mutex_lock(&f->lock);
	f->now = -1;
	pthread_mutex_unlock(&f->lock);
	if (f->fd >= 0)
		close(f->fd);
}

static void *
serve(void *fake)
{
	struct fake *f = fake;
	sigset_t pipe;

	sigemptyset(&pipe);
	sigaddset(&pipe, SIGPIPE);
	pthread_sigmask(SIG_BLOCK, &pipe, NULL);
	while (accept_one(f)) {
		talk(f);
		hang_up(f);
	}
	hang_up(f);
	return NULL;
}

/* ---- the test's side ------------------------------------------------------ */

struct fake *
fake_open(const struct fake_plan *plan)
{
	struct sockaddr_in at = {
	    .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	struct fake *f = calloc(1, sizeof(*f));
	socklen_t n = sizeof(at);

	assert_non_null(f);
	f->plan = *plan;
	f->fd = f->now = -1;
	pthread_mutex_init(&f->lock, NULL);
	make_tls(f);
	f->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	assert_int_equal(
	    bind(f->listener, (struct sockaddr *)&at, sizeof(at)), 0);
	assert_int_equal(listen(f->listener, 16), 0);
	assert_int_equal(
	    getsockname(f->listener, (struct sockaddr *)&at, &n), 0);
	f->port = ntohs(at.sin_port);
	assert_int_equal(pthread_create(&f->thread, NULL, serve, f), 0);
	return f;
}

void
fake_close(struct fake *f)
{
	if (f == NULL)
		return;
	pthread_mutex_lock(&f->lock);
	f->closing = true;
	shutdown(f->listener, SHUT_RDWR);
	if (f->now >= 0)
		shutdown(f->now, SHUT_RDWR);
	pthread_mutex_unlock(&f->lock);
	pthread_join(f->thread, NULL);
	close(f->listener);
	unlink(f->ca);
	SSL_CTX_free(f->tls);
	buf_free(&f->lines);
	pthread_mutex_destroy(&f->lock);
	free(f);
}

unsigned
fake_port(const struct fake *f)
{
	return f->port;
}

const char *
fake_ca(const struct fake *f)
{
	return f->ca;
}

unsigned
fake_mails(struct fake *f)
{
	unsigned n;

	pthread_mutex_lock(&f->lock);
	n = f->mails;
	pthread_mutex_unlock(&f->lock);
	return n;
}

bool
fake_said(struct fake *f, const char *line)
{
	char begin[300];
	bool said;

	snprintf(begin, sizeof(begin), "\n%s", line);
	pthread_mutex_lock(&f->lock);
	said = f->lines.len > 0 && memmem(f->lines.data, f->lines.len, begin,
				       strlen(begin)) != NULL;
	pthread_mutex_unlock(&f->lock);
	return said;
}

const char *
fake_host(struct fake *f)
{
	static char host[100];

	pthread_mutex_lock(&f->lock);
	snprintf(host, sizeof(host), "%s", f->host);
	pthread_mutex_unlock(&f->lock);
	return host;
}
