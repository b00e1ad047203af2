/*
 * mail_session_curl: sends by libcurl: TLS from the first byte, and OAuth 2.
 *
 * libcurl shows what is said only to its debug function. The end of the text
 * leaves after on_text() has returned 0, which session_text() tells before.
 */
#include "net/mail_session_inner.h"

#include <curl/curl.h>
#include <stdio.h>

#define CONNECT_MS 15000L

static int
on_debug(CURL *easy, curl_infotype what, char *bytes, size_t n, void *session)
{
	(void)easy;
	if (what == CURLINFO_HEADER_OUT)
		session_said(session, (struct str){bytes, n});
	else if (what == CURLINFO_HEADER_IN)
		session_heard(session, (struct str){bytes, n});
	return 0;
}

static size_t
on_text(char *to, size_t one, size_t n, void *session)
{
	struct str piece = session_text(session, one * n);

	memcpy(to, piece.p, piece.n);
	return piece.n;
}

/* Nothing of it is kept: on_debug() heard it. */
static size_t
on_answer(char *bytes, size_t one, size_t n, void *unused)
{
	(void)bytes;
	(void)unused;
	return one * n;
}

/* ---- what it is told ----------------------------------------------------- */

static bool
set_numbers(CURL *c, const struct session *s)
{
	const struct {
		CURLoption option;
		long value;
	} numbers[] = {
	    {CURLOPT_NOSIGNAL, 1},
	    {CURLOPT_VERBOSE, 1},
	    {CURLOPT_UPLOAD, 1},
	    {CURLOPT_FRESH_CONNECT, 1},
	    {CURLOPT_FORBID_REUSE, 1},
	    {CURLOPT_CONNECTTIMEOUT_MS, CONNECT_MS},
	    {CURLOPT_TIMEOUT_MS, (long)s->posting.timeout_ms},
	    {CURLOPT_SERVER_RESPONSE_TIMEOUT,
		(long)(s->posting.timeout_ms / 1000 + 1)},
	    {CURLOPT_USE_SSL,
		s->posting.server.plain ? CURLUSESSL_NONE : CURLUSESSL_ALL},
	    {CURLOPT_SSLVERSION, CURL_SSLVERSION_TLSv1_2},
	    {CURLOPT_SSL_VERIFYPEER, 1},
	    {CURLOPT_SSL_VERIFYHOST, 2},
	    {CURLOPT_SASL_IR, 1},
	    /* A refused recipient is one, not all. */
	    {CURLOPT_MAIL_RCPT_ALLLOWFAILS, 1},
	};
	size_t i;

	for (i = 0; i < ARRAY_LEN(numbers); i++)
		if (curl_easy_setopt(c, numbers[i].option, numbers[i].value) !=
		    CURLE_OK)
			return false;
	return true;
}

static bool
set_functions(CURL *c, struct session *s)
{
	return curl_easy_setopt(c, CURLOPT_DEBUGFUNCTION, on_debug) ==
		   CURLE_OK &&
	       curl_easy_setopt(c, CURLOPT_DEBUGDATA, s) == CURLE_OK &&
	       curl_easy_setopt(c, CURLOPT_READFUNCTION, on_text) == CURLE_OK &&
	       curl_easy_setopt(c, CURLOPT_READDATA, s) == CURLE_OK &&
	       curl_easy_setopt(c, CURLOPT_WRITEFUNCTION, on_answer) ==
		   CURLE_OK;
}

/* Over TLS a password goes as it is: what hides it is broken elsewhere. */
static bool
set_login(CURL *c, const struct mail_server *server)
{
	static const struct {
		const char *options;
		CURLoption secret;
	} logins[MAIL_AUTHS] = {
	    [MAIL_AUTH_PASSWORD] = {"AUTH=PLAIN;AUTH=LOGIN", CURLOPT_PASSWORD},
	    [MAIL_AUTH_OAUTH2] = {"AUTH=OAUTHBEARER;AUTH=XOAUTH2",
		CURLOPT_XOAUTH2_BEARER},
	};

	if (server->auth == MAIL_AUTH_NONE)
		return true;
	return curl_easy_setopt(c, CURLOPT_USERNAME, server->user.p) ==
		   CURLE_OK &&
	       curl_easy_setopt(c, logins[server->auth].secret,
		   server->secret.p) == CURLE_OK &&
	       curl_easy_setopt(c, CURLOPT_LOGIN_OPTIONS,
		   logins[server->auth].options) == CURLE_OK;
}

static bool
set_texts(CURL *c, const struct session *s)
{
	const struct posting *p = &s->posting;
	char url[MAIL_HOST_MAX * 2 + 32], from[MAIL_ADDRESS_MAX + 3];

	(void)snprintf(url, sizeof(url), "%s://%s:%u/%s",
	    s->place.tls ? "smtps" : "smtp", s->place.host, s->place.port,
	    p->hello.p);
	(void)snprintf(from, sizeof(from), "<%s>", p->from.p);
	return curl_easy_setopt(c, CURLOPT_URL, url) == CURLE_OK &&
	       curl_easy_setopt(c, CURLOPT_PROTOCOLS_STR, "smtp,smtps") ==
		   CURLE_OK &&
	       curl_easy_setopt(c, CURLOPT_PROXY, "") == CURLE_OK &&
	       curl_easy_setopt(c, CURLOPT_MAIL_FROM, from) == CURLE_OK &&
	       (p->server.ca_file == NULL ||
		   curl_easy_setopt(c, CURLOPT_CAINFO, p->server.ca_file) ==
		       CURLE_OK);
}

static bool
set_recipients(CURL *c, const struct posting *p, struct curl_slist **list)
{
	struct curl_slist *longer;
	char to[MAIL_ADDRESS_MAX + 3];
	unsigned i;

	for (i = 0; i < p->to_count; i++) {
		(void)snprintf(to, sizeof(to), "<%s>", p->to[i].address.p);
		longer = curl_slist_append(*list, to);
		if (longer == NULL)
			return false;
		*list = longer;
	}
	return curl_easy_setopt(c, CURLOPT_MAIL_RCPT, *list) == CURLE_OK;
}

/* ---- a session ----------------------------------------------------------- */

static void
note_error(struct session *s, CURLcode code, const char *words)
{
	static const CURLcode blocked[] = {CURLE_PEER_FAILED_VERIFICATION,
	    CURLE_USE_SSL_FAILED, CURLE_LOGIN_DENIED, CURLE_SSL_CACERT_BADFILE,
	    CURLE_SSL_ISSUER_ERROR, CURLE_SSL_CIPHER};
	bool must_act = false;
	size_t i;

	for (i = 0; i < ARRAY_LEN(blocked); i++)
		must_act = must_act || blocked[i] == code;
	if (code == CURLE_LOGIN_DENIED)
		session_no_login(s);
	if (code != CURLE_OK)
		session_fail(s, must_act, "%s",
		    words[0] != '\0' ? words : curl_easy_strerror(code));
}

void
mail_by_curl(struct session *s)
{
	char words[CURL_ERROR_SIZE] = "";
	struct curl_slist *to = NULL;
	CURL *c = NULL;

	dialog_begin(&s->dialog);
	if (curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK)
		c = curl_easy_init();
	if (c != NULL &&
	    curl_easy_setopt(c, CURLOPT_ERRORBUFFER, words) == CURLE_OK &&
	    set_numbers(c, s) && set_functions(c, s) && set_texts(c, s) &&
	    set_login(c, &s->posting.server) &&
	    set_recipients(c, &s->posting, &to))
		note_error(s, curl_easy_perform(c), words);
	else
		session_fail(s, false, "no memory");
	session_tell(s);
	curl_easy_cleanup(c);
	curl_slist_free_all(to);
	curl_global_cleanup();
}
