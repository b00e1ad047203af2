/* tls: OpenSSL, with memory on both sides of it. */
#include "sandbox/mailbox/tls.h"

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <stdlib.h>

#define DAYS 30L
#define DAY_S 86400L
#define BLOCK_BYTES 16384

struct tls {
	SSL_CTX *context;
	EVP_PKEY *key;
	X509 *certificate;
	struct buf pem;
};

struct tls_line {
	SSL *ssl;
	BIO *in, *out; /* the ssl's */
};

/* ---- the certificate ---------------------------------------------------- */

static bool
add_extension(X509 *x, int what, const char *value)
{
	X509V3_CTX context;
	X509_EXTENSION *e;
	bool added;

	X509V3_set_ctx(&context, x, x, NULL, NULL, 0);
	e = X509V3_EXT_conf_nid(NULL, &context, what, value);
	added = e != NULL && X509_add_ext(x, e, -1) == 1;
	X509_EXTENSION_free(e);
	return added;
}

static bool
add_names(X509 *x, const struct str *names, size_t count)
{
	struct buf b = {0};
	bool added;
	size_t i;

	buf_str(&b, "DNS:localhost,IP:127.0.0.1,IP:::1");
	for (i = 0; i < count; i++)
		buf_addf(&b, ",DNS:%.*s", STR_FMT(names[i]));
	buf_char(&b, '\0');
	added = !b.failed && add_extension(x, NID_subject_alt_name, b.data);
	buf_free(&b);
	return added;
}

static bool
set_subject(X509 *x)
{
	static const unsigned char name[] = "Frontdesk sandbox";
	X509_NAME *subject = X509_get_subject_name(x);

	return X509_NAME_add_entry_by_txt(
		   subject, "CN", MBSTRING_ASC, name, -1, -1, 0) == 1 &&
	       X509_set_issuer_name(x, subject) == 1;
}

static bool
sign(struct tls *t, const struct str *names, size_t count)
{
	X509 *x = t->certificate;

	return X509_set_version(x, 2) == 1 &&
	       ASN1_INTEGER_set(X509_get_serialNumber(x), 1) == 1 &&
	       X509_gmtime_adj(X509_getm_notBefore(x), -DAY_S) != NULL &&
	       X509_gmtime_adj(X509_getm_notAfter(x), DAYS * DAY_S) != NULL &&
	       X509_set_pubkey(x, t->key) == 1 && set_subject(x) &&
	       add_extension(x, NID_basic_constraints, "critical,CA:TRUE") &&
	       add_names(x, names, count) &&
	       X509_sign(x, t->key, EVP_sha256()) > 0;
}

static bool
write_pem(struct tls *t)
{
	BIO *bio = BIO_new(BIO_s_mem());
	char *text = NULL;
	long n;

	if (bio != NULL && PEM_write_bio_X509(bio, t->certificate) == 1) {
		n = BIO_get_mem_data(bio, &text);
		buf_add(&t->pem, text, (size_t)n);
	}
	BIO_free(bio);
	return t->pem.len > 0;
}

static bool
set_up(struct tls *t, const struct str *names, size_t count)
{
	t->key = EVP_EC_gen("P-256");
	t->certificate = X509_new();
	t->context = SSL_CTX_new(TLS_server_method());
	return t->key != NULL && t->certificate != NULL && t->context != NULL &&
	       sign(t, names, count) && write_pem(t) &&
	       SSL_CTX_set_min_proto_version(t->context, TLS1_2_VERSION) == 1 &&
	       /* Nobody resumes; and a client may take them for an answer. */
	       SSL_CTX_set_num_tickets(t->context, 0) == 1 &&
	       SSL_CTX_use_certificate(t->context, t->certificate) == 1 &&
	       SSL_CTX_use_PrivateKey(t->context, t->key) == 1;
}

enum err
sb_tls_new(const struct str *names, size_t count, struct tls **out)
{
	struct tls *t = calloc(1, sizeof(*t));

	if (t == NULL)
		return E_NOMEM;
	if (!set_up(t, names, count)) {
		ERR_clear_error();
		sb_tls_free(t);
		return E_NOMEM;
	}
	*out = t;
	return OK;
}

void
sb_tls_free(struct tls *t)
{
	if (t == NULL)
		return;
	SSL_CTX_free(t->context);
	X509_free(t->certificate);
	EVP_PKEY_free(t->key);
	buf_free(&t->pem);
	free(t);
}

struct str
sb_tls_pem(const struct tls *t)
{
	return buf_view(&t->pem);
}

/* ---- a connection ------------------------------------------------------- */

struct tls_line *
sb_tls_begin(struct tls *t)
{
	struct tls_line *l = calloc(1, sizeof(*l));

	if (l == NULL)
		return NULL;
	l->ssl = SSL_new(t->context);
	l->in = BIO_new(BIO_s_mem());
	l->out = BIO_new(BIO_s_mem());
	if (l->ssl == NULL || l->in == NULL || l->out == NULL) {
		BIO_free(l->in);
		BIO_free(l->out);
		SSL_free(l->ssl);
		free(l);
		return NULL;
	}
	SSL_set_bio(l->ssl, l->in, l->out);
	SSL_set_accept_state(l->ssl);
	return l;
}

void
sb_tls_end(struct tls_line *l)
{
	if (l == NULL)
		return;
	SSL_free(l->ssl);
	free(l);
}

static enum err
read_all(struct tls_line *l, struct buf *plain)
{
	char *room;
	int n, why;

	do {
		room = buf_room(plain, BLOCK_BYTES);
		if (room == NULL)
			return E_IO;
		ERR_clear_error();
		n = SSL_read(l->ssl, room, BLOCK_BYTES);
		plain->len += n > 0 ? (size_t)n : 0;
	} while (n > 0);
	why = SSL_get_error(l->ssl, n);
	if (why == SSL_ERROR_WANT_READ)
		return OK;
	return why == SSL_ERROR_ZERO_RETURN ? E_CLOSED : E_IO;
}

enum err
sb_tls_receive(struct tls_line *l, struct str bytes, struct buf *plain)
{
	if (bytes.n > INT32_MAX ||
	    BIO_write(l->in, bytes.p, (int)bytes.n) != (int)bytes.n)
		return E_IO;
	return read_all(l, plain);
}

enum err
sb_tls_send(struct tls_line *l, struct str plain)
{
	if (plain.n == 0)
		return OK;
	ERR_clear_error();
	if (plain.n > INT32_MAX ||
	    SSL_write(l->ssl, plain.p, (int)plain.n) != (int)plain.n)
		return E_IO;
	return OK;
}

void
sb_tls_finish(struct tls_line *l)
{
	ERR_clear_error();
	if (sb_tls_is_up(l))
		(void)SSL_shutdown(l->ssl);
	ERR_clear_error();
}

void
sb_tls_collect(struct tls_line *l, struct buf *out)
{
	char *room;
	int n;

	do {
		room = buf_room(out, BLOCK_BYTES);
		n = room == NULL ? 0 : BIO_read(l->out, room, BLOCK_BYTES);
		out->len += n > 0 ? (size_t)n : 0;
	} while (n > 0);
}

bool
sb_tls_is_up(const struct tls_line *l)
{
	return SSL_is_init_finished(l->ssl) == 1;
}
