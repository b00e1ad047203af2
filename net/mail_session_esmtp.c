/*
 * mail_session_esmtp: sends by libesmtp 1.1.0: STARTTLS and a password.
 *
 * What it does by itself and must not, and what holds it back:
 *
 *	it goes on without a login when that was refused   on_said() ends it
 *	it reads on behind the answer to STARTTLS          session_heard() too
 *	it waits for ever when a TLS 1.3 ticket comes      TLS 1.2
 *	before our EHLO has left
 *	it names no host in its handshake                  on_handshake()
 *	it checks the host after the handshake             on_handshake()
 *	when one of its time-outs strikes while it sends,  they never strike;
 *	that piece is left out and the rest goes on        the mailer's clock does
 *	it says 250 where an answer broke off behind that  the dialog must agree
 *	an errno of a callback ends the mail               on_text() leaves 0
 *	with CHUNKING it lets nobody hear what is answered strike_chunking()
 */
#include "net/mail_session_inner.h"

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <auth-client.h>
#include <errno.h>
#include <libesmtp.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>

#ifdef __SANITIZE_ADDRESS__
/*
 * libesmtp 1.1.0 compares the names of our header's fields with longer ones
 * and looks a few bytes beyond their end. It does no harm here, in a process
 * that knows one mail; the sanitizer need not end it.
 */
const char *__asan_default_suppressions(void);

const char *
__asan_default_suppressions(void)
{
	return "interceptor_via_lib:libesmtp\n";
}
#endif

/* As long as poll() can wait. */
#define NEVER_MS ((long)INT_MAX)
#define PIECE 16384u

/* Of a line of EHLO's answer: where what is offered begins. */
#define OFFER_COLUMN 4u

struct esmtp {
	struct session *session;
	unsigned column; /* of the line that comes in */
	smtp_session_t smtp;
	smtp_message_t message;
	auth_context_t auth;
	SSL_CTX *tls;
};

/* ---- TLS ----------------------------------------------------------------- */

static struct session *
session_of(const SSL *ssl)
{
	return SSL_CTX_get_app_data(SSL_get_SSL_CTX(ssl));
}

/* The library made the connection's SSL by itself: this is the first time
 * that we see it, before it has said anything. */
static void
on_handshake(const SSL *ssl, int where, int unused)
{
	const char *host = session_of(ssl)->place.host;
	SSL *mine = (SSL *)(uintptr_t)ssl;

	(void)unused;
	if ((where & SSL_CB_HANDSHAKE_START) == 0)
		return;
	if (!SSL_set1_host(mine, host) || !SSL_set_tlsext_host_name(mine, host))
		session_fail(session_of(ssl), false, "no memory for TLS");
}

static int
on_certificate(int fine, X509_STORE_CTX *store)
{
	const SSL *ssl = X509_STORE_CTX_get_ex_data(
	    store, SSL_get_ex_data_X509_STORE_CTX_idx());

	if (!fine)
		session_fail(session_of(ssl), true,
		    "the server's certificate is refused: %s",
		    X509_verify_cert_error_string(
			X509_STORE_CTX_get_error(store)));
	return fine;
}

static SSL_CTX *
tls_new(struct session *s)
{
	SSL_CTX *c = SSL_CTX_new(TLS_client_method());
	const char *ca = s->posting.server.ca_file;

	if (c == NULL)
		return NULL;
	SSL_CTX_set_app_data(c, s);
	SSL_CTX_set_info_callback(c, on_handshake);
	SSL_CTX_set_verify(c, SSL_VERIFY_PEER, on_certificate);
	SSL_CTX_set_options(c, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION);
	if (SSL_CTX_set_min_proto_version(c, TLS1_2_VERSION) &&
	    SSL_CTX_set_max_proto_version(c, TLS1_2_VERSION) &&
	    (ca == NULL ? SSL_CTX_set_default_verify_paths(c)
			: SSL_CTX_load_verify_file(c, ca)))
		return c;
	session_fail(s, true, "the certificates of authorities cannot be read");
	SSL_CTX_free(c);
	return NULL;
}

/* ---- what the library asks ----------------------------------------------- */

/*
 * Of what is offered to EHLO only CHUNKING begins with a C and is of any
 * use. There is no way to forbid it; so it is written over before the library
 * reads it, in the buffer that is the library's own and not constant.
 */
static void
strike_chunking(struct esmtp *e, struct str bytes)
{
	char *p = (char *)(uintptr_t)bytes.p;
	bool offers = dialog_awaits(&e->session->dialog, VERB_EHLO);
	size_t i;

	for (i = 0; i < bytes.n; i++) {
		if (offers && e->column == OFFER_COLUMN &&
		    (p[i] == 'C' || p[i] == 'c'))
			p[i] = 'X';
		e->column = p[i] == '\n' ? 0 : e->column + 1;
	}
}

static void
on_line(const char *bytes, int n, int writing, void *arg)
{
	struct str s = {bytes, n > 0 ? (size_t)n : 0};
	struct esmtp *e = arg;

	if (writing == 1)
		session_said(e->session, s);
	if (writing != 0)
		return;
	strike_chunking(e, s);
	session_heard(e->session, s);
}

static const char *
on_text(void **unused, int *n, void *session)
{
	struct str piece;

	(void)unused;
	if (n == NULL) {
		session_rewind(session);
		errno = 0;
		return NULL;
	}
	piece = session_text(session, PIECE);
	*n = (int)piece.n;
	errno = 0; /* left behind, it would mean that the mail broke off */
	return piece.n == 0 ? NULL : piece.p;
}

/* Not every mechanism: what wants a realm is NTLM. */
static int
on_login(auth_client_request_t asked, char **answers, int n, void *session)
{
	const struct mail_server *server =
	    &((struct session *)session)->posting.server;
	int i;

	for (i = 0; i < n; i++) {
		struct str s = asked[i].flags & AUTH_USER   ? server->user
			       : asked[i].flags & AUTH_PASS ? server->secret
							    : STR("");

		if (s.n == 0)
			return 0;
		answers[i] = (char *)(uintptr_t)s.p;
	}
	return 1;
}

/* ---- what the library tells ---------------------------------------------- */

static void
on_connect(struct session *s)
{
	dialog_begin(&s->dialog);
	session_reach(s, PHASE_GREETING);
}

static void
on_no_tls(struct session *s)
{
	session_fail(s, true, "the server offers no STARTTLS");
}

static void
on_wrong_certificate(struct session *s)
{
	session_fail(s, true,
	    "the server's certificate is for another host than %s",
	    s->place.host);
}

static const struct {
	int number;
	void (*happened)(struct session *s);
} events[] = {
    {SMTP_EV_CONNECT, on_connect},
    {SMTP_EV_EXTNA_STARTTLS, on_no_tls},
    {SMTP_EV_WRONG_PEER_CERTIFICATE, on_wrong_certificate},
};

/* Permissions (int *ok) are never given: they come as 0 and stay so. */
static void
on_event(smtp_session_t smtp, int number, void *arg, ...)
{
	struct esmtp *e = arg;
	const smtp_status_t *status;
	size_t i;

	(void)smtp;
	for (i = 0; i < ARRAY_LEN(events); i++)
		if (events[i].number == number)
			events[i].happened(e->session);
	if (number != SMTP_EV_MESSAGESENT)
		return;
	status = smtp_message_transfer_status(e->message);
	e->session->proven = status != NULL && status->code / 100 == 2;
	session_tell(e->session);
}

/* ---- a session ----------------------------------------------------------- */

static bool
set_times(smtp_session_t smtp)
{
	static const int which[] = {Timeout_GREETING, Timeout_ENVELOPE,
	    Timeout_DATA, Timeout_TRANSFER, Timeout_DATA2};
	size_t i;

	for (i = 0; i < ARRAY_LEN(which); i++)
		if (smtp_set_timeout(smtp,
			which[i] | Timeout_OVERRIDE_RFC2822_MINIMUM,
			NEVER_MS) != NEVER_MS)
			return false;
	return true;
}

static bool
set_server(struct esmtp *e)
{
	struct session *s = e->session;
	char at[MAIL_HOST_MAX + 8];

	(void)snprintf(at, sizeof(at), "%s:%u", s->place.host, s->place.port);
	return smtp_set_server(e->smtp, at) &&
	       smtp_set_hostname(e->smtp, s->posting.hello.p) &&
	       smtp_set_eventcb(e->smtp, on_event, e) &&
	       smtp_set_monitorcb(e->smtp, on_line, e, 0) && set_times(e->smtp);
}

static bool
set_tls(struct esmtp *e)
{
	if (e->session->posting.server.plain)
		return smtp_starttls_enable(e->smtp, Starttls_DISABLED);
	e->tls = tls_new(e->session);
	return e->tls != NULL && smtp_starttls_set_ctx(e->smtp, e->tls) &&
	       smtp_starttls_enable(e->smtp, Starttls_REQUIRED);
}

static bool
set_login(struct esmtp *e)
{
	if (e->session->posting.server.auth == MAIL_AUTH_NONE)
		return true;
	e->auth = auth_create_context();
	return e->auth != NULL &&
	       auth_set_mechanism_flags(e->auth, AUTH_PLUGIN_PLAIN, 0) &&
	       auth_set_interact_cb(e->auth, on_login, e->session) &&
	       smtp_auth_set_context(e->smtp, e->auth);
}

static bool
set_message(struct esmtp *e)
{
	struct posting *p = &e->session->posting;
	unsigned i;

	e->message = smtp_add_message(e->smtp);
	if (e->message == NULL ||
	    !smtp_set_reverse_path(
		e->message, p->from.n == 0 ? NULL : p->from.p) ||
	    !smtp_set_messagecb(e->message, on_text, e->session) ||
	    !smtp_size_set_estimate(e->message, p->text.n))
		return false;
	for (i = 0; i < p->to_count; i++)
		if (smtp_add_recipient(e->message, p->to[i].address.p) == NULL)
			return false;
	return true;
}

/* Why it ended, of the library's own knowledge. */
static void
note_error(struct session *s, bool started)
{
	int error = smtp_errno();
	char words[128] = "";

	if (error == 0 || error == SMTP_ERR_DROPPED_CONNECTION)
		return;
	if (smtp_strerror(error, words, sizeof(words)) == NULL)
		return;
	if (s->phase == PHASE_TLS)
		session_fail(s, false, "TLS failed: %s",
		    ERR_peek_error() == 0
			? "the connection ended"
			: ERR_reason_error_string(ERR_peek_error()));
	session_fail(s, false, "%s%s", started ? "" : "no connection: ", words);
}

void
mail_by_esmtp(struct session *s)
{
	struct esmtp e = {.session = s, .smtp = smtp_create_session()};
	bool started;

	s->wants_proof = true;
	ERR_clear_error();
	auth_client_init();
	if (e.smtp == NULL || !set_server(&e) || !set_tls(&e) ||
	    !set_login(&e) || !set_message(&e)) {
		session_fail(s, false, "no memory");
	} else {
		started = smtp_start_session(e.smtp);
		note_error(s, started);
	}
	session_tell(s);
	if (e.smtp != NULL)
		smtp_destroy_session(e.smtp);
	if (e.auth != NULL)
		auth_destroy_context(e.auth);
	SSL_CTX_free(e.tls);
	auth_client_exit();
}
