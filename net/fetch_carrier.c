/*
 * fetch_carrier: a handle of libcurl and what it is told.
 *
 * What holds for every request is set once, when the handle is made. Two
 * callbacks keep promises that libcurl by itself does not:
 *
 *	on_open     an address that may not be talked to gets no socket
 *	on_request  comes each time before a request is sent. libcurl sends
 *	            a request again when a kept connection ends before the
 *	            first byte of an answer; where the bytes had left already,
 *	            that would be twice, and is refused here. Kept connections
 *	            are held against the addresses here, too.
 */
#include "net/fetch_inner.h"
#include "core/utf8.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

/* A vendor that closes kept connections does so later than that. */
#define IDLE_SECONDS 30L
#define DNS_SECONDS 60L

bool
carrier_sent(const struct carrier *c)
{
	long sent = 0;

	if (!c->reached)
		return false;
	curl_easy_getinfo(c->easy, CURLINFO_REQUEST_SIZE, &sent);
	return sent > c->sent_before;
}

/* ---- what libcurl asks -------------------------------------------------- */

static size_t
on_bytes(char *bytes, size_t one, size_t n, void *carrier)
{
	struct carrier *c = carrier;
	struct buf *b = &c->answer->body;

	(void)one;
	if (n > b->limit - b->len) {
		c->too_big = true;
		return 0;
	}
	buf_add(b, bytes, n);
	c->no_memory = b->failed;
	return b->failed ? 0 : n;
}

static curl_socket_t
on_open(void *carrier, curlsocktype purpose, struct curl_sockaddr *a)
{
	struct carrier *c = carrier;
	int fd;

	(void)purpose;
	if (c->guarded && !fetch_address_public(&a->addr)) {
		c->forbidden = true;
		return CURL_SOCKET_BAD;
	}
	fd = socket(
	    a->family, a->socktype | SOCK_CLOEXEC | SOCK_NONBLOCK, a->protocol);
	return fd < 0 ? CURL_SOCKET_BAD : fetch_socket_made(c->fetcher, fd);
}

static bool
text_public(const char *ip)
{
	struct sockaddr_in v4 = {.sin_family = AF_INET};
	struct sockaddr_in6 v6 = {.sin6_family = AF_INET6};

	if (inet_pton(AF_INET, ip, &v4.sin_addr) == 1)
		return fetch_address_public((struct sockaddr *)&v4);
	if (inet_pton(AF_INET6, ip, &v6.sin6_addr) == 1)
		return fetch_address_public((struct sockaddr *)&v6);
	return false;
}

static int
on_request(void *carrier, char *ip, char *local, int port, int local_port)
{
	struct carrier *c = carrier;

	(void)local;
	(void)port;
	(void)local_port;
	if (c->guarded && !text_public(ip))
		c->forbidden = true;
	if (carrier_sent(c))
		c->cut = true;
	if (!c->reached)
		curl_easy_getinfo(
		    c->easy, CURLINFO_REQUEST_SIZE, &c->sent_before);
	c->reached = true;
	return c->forbidden || c->cut ? CURL_PREREQFUNC_ABORT
				      : CURL_PREREQFUNC_OK;
}

/* ---- once --------------------------------------------------------------- */

static void
set_numbers(CURL *easy, const struct fetch_conf *conf)
{
	static const struct {
		CURLoption option;
		long value;
	} always[] = {
	    {CURLOPT_NOSIGNAL, 1},
	    {CURLOPT_FOLLOWLOCATION, 0},
	    {CURLOPT_HTTP_VERSION, CURL_HTTP_VERSION_1_1},
	    {CURLOPT_SSLVERSION, CURL_SSLVERSION_TLSv1_2},
	    {CURLOPT_SSL_VERIFYPEER, 1},
	    {CURLOPT_SSL_VERIFYHOST, 2},
	    {CURLOPT_DISALLOW_USERNAME_IN_URL, 1},
	    {CURLOPT_MAXAGE_CONN, IDLE_SECONDS},
	    {CURLOPT_DNS_CACHE_TIMEOUT, DNS_SECONDS},
	    /* An end does not wait for the name that is being looked up. */
	    {CURLOPT_QUICK_EXIT, 1},
	};
	size_t i;

	for (i = 0; i < ARRAY_LEN(always); i++)
		curl_easy_setopt(easy, always[i].option, always[i].value);
	curl_easy_setopt(
	    easy, CURLOPT_CONNECTTIMEOUT_MS, (long)conf->connect_ms);
}

static void
set_callbacks(struct carrier *c)
{
	curl_easy_setopt(c->easy, CURLOPT_PRIVATE, c);
	curl_easy_setopt(c->easy, CURLOPT_WRITEFUNCTION, on_bytes);
	curl_easy_setopt(c->easy, CURLOPT_WRITEDATA, c);
	curl_easy_setopt(c->easy, CURLOPT_OPENSOCKETFUNCTION, on_open);
	curl_easy_setopt(c->easy, CURLOPT_OPENSOCKETDATA, c);
	curl_easy_setopt(
	    c->easy, CURLOPT_CLOSESOCKETFUNCTION, fetch_socket_closed);
	curl_easy_setopt(c->easy, CURLOPT_CLOSESOCKETDATA, c->fetcher);
	curl_easy_setopt(c->easy, CURLOPT_PREREQFUNCTION, on_request);
	curl_easy_setopt(c->easy, CURLOPT_PREREQDATA, c);
}

struct carrier *
carrier_new(struct fetcher *f)
{
	struct carrier *c = calloc(1, sizeof(*c));

	if (c == NULL)
		return NULL;
	c->fetcher = f;
	c->easy = curl_easy_init();
	if (c->easy == NULL)
		goto fail;
	set_numbers(c->easy, &f->conf);
	set_callbacks(c);
	if (curl_easy_setopt(c->easy, CURLOPT_PROTOCOLS_STR, "http,https") ==
		CURLE_OK &&
	    curl_easy_setopt(c->easy, CURLOPT_PROXY, "") == CURLE_OK &&
	    curl_easy_setopt(c->easy, CURLOPT_USERAGENT, f->agent) == CURLE_OK)
		return c;
fail:
	carrier_free(c);
	return NULL;
}

void
carrier_free(struct carrier *c)
{
	curl_easy_cleanup(c->easy);
	buf_free(&c->text);
	free(c);
}

/* ---- each request ------------------------------------------------------- */

/* How long "http://" or "https://" is; 0: it is neither. */
static size_t
scheme_length(struct str url)
{
	static const char *const schemes[] = {"http://", "https://"};
	size_t i, n;

	for (i = 0; i < ARRAY_LEN(schemes); i++) {
		n = strlen(schemes[i]);
		if (url.n > n && strncasecmp(url.p, schemes[i], n) == 0)
			return n;
	}
	return 0;
}

static bool
url_fine(struct str url)
{
	return scheme_length(url) > 0 && utf8_one_line(url) &&
	       memchr(url.p, ' ', url.n) == NULL;
}

/* "http://host:port" of a URL. */
static struct str
origin(struct str url)
{
	size_t n = scheme_length(url);

	while (n < url.n && memchr("/?#", url.p[n], 3) == NULL)
		n++;
	return (struct str){url.p, n};
}

static bool
is_own(const struct fetch *r, struct str url)
{
	struct str a = origin(r->own), b = origin(url);

	return a.n > 0 && a.n == b.n && strncasecmp(a.p, b.p, a.n) == 0;
}

/* Puts s and a NUL behind the text; there is room. */
static char *
keep(struct buf *text, struct str s)
{
	char *at = text->data + text->len;

	memcpy(at, s.p, s.n);
	at[s.n] = '\0';
	text->len += s.n + 1;
	return at;
}

/* A body beyond a megabyte would otherwise ask for leave first and wait. */
static char no_expect[] = "Expect:";

static enum err
load_headers(struct carrier *c, const struct str *headers, unsigned n)
{
	unsigned i;

	if (n > FETCH_HEADERS_MAX)
		return E_BADINPUT;
	for (i = 0; i < n; i++) {
		if (!utf8_one_line(headers[i]))
			return E_BADINPUT;
		c->headers[i].data = keep(&c->text, headers[i]);
		c->headers[i].next = &c->headers[i + 1];
	}
	c->headers[n] = (struct curl_slist){.data = no_expect};
	return curl_easy_setopt(c->easy, CURLOPT_HTTPHEADER, c->headers) ==
		       CURLE_OK
		   ? OK
		   : E_NOMEM;
}

static enum err
load_url(struct carrier *c, struct str url)
{
	if (!url_fine(url))
		return E_BADINPUT;
	return curl_easy_setopt(c->easy, CURLOPT_URL, keep(&c->text, url)) ==
		       CURLE_OK
		   ? OK
		   : E_NOMEM;
}

/* Room for the URL and the headers, each with its NUL. */
static bool
text_room(struct carrier *c, struct str url, const struct fetch *r)
{
	size_t n = url.n + 1;
	unsigned i;

	for (i = 0; r != NULL && i < r->header_count; i++)
		n += r->headers[i].n + 1;
	buf_clear(&c->text);
	return buf_room(&c->text, n) != NULL;
}

static enum err
load_method(struct carrier *c, const char *method, struct str body)
{
	static const struct {
		const char *name;
		bool body;	/* goes with one, be it empty */
		const char *as; /* NULL: libcurl's own word for it */
	} methods[] = {
	    {"GET", false, NULL},
	    {"POST", true, NULL},
	    {"PUT", true, "PUT"},
	    {"PATCH", true, "PATCH"},
	    {"DELETE", false, "DELETE"},
	};
	size_t i = 0;

	while (i < ARRAY_LEN(methods) && strcmp(methods[i].name, method) != 0)
		i++;
	if (i == ARRAY_LEN(methods) || (body.n > 0 && !methods[i].body))
		return E_BADINPUT;
	if (methods[i].body) {
		curl_easy_setopt(
		    c->easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)body.n);
		curl_easy_setopt(
		    c->easy, CURLOPT_POSTFIELDS, body.n == 0 ? "" : body.p);
	} else {
		curl_easy_setopt(c->easy, CURLOPT_HTTPGET, 1L);
	}
	return curl_easy_setopt(
		   c->easy, CURLOPT_CUSTOMREQUEST, methods[i].as) == CURLE_OK
		   ? OK
		   : E_NOMEM;
}

/* The time left, of all there is for the request. */
static void
load_time(struct carrier *c)
{
	int64_t left = c->started + c->request->timeout_ms - steady_ms();

	curl_easy_setopt(
	    c->easy, CURLOPT_TIMEOUT_MS, left > 0 ? (long)left : 1L);
}

enum err
carrier_load(struct carrier *c, struct fetch *r)
{
	enum err e;

	c->request = r;
	c->guarded = r->public_only && !is_own(r, r->url);
	c->second = c->reached = false;
	c->forbidden = c->too_big = c->no_memory = c->cut = false;
	c->sent_before = 0;
	if (!text_room(c, r->url, r))
		return E_NOMEM;
	if ((e = load_url(c, r->url)) != OK ||
	    (e = load_headers(c, r->headers, r->header_count)) != OK ||
	    (e = load_method(c, r->method, r->body)) != OK)
		return e;
	load_time(c);
	return OK;
}

enum err
carrier_load_second(struct carrier *c, struct str url)
{
	struct arena a = {0};
	struct str copy = arena_copy(&a, url); /* libcurl's, and it lets go */
	enum err e = E_NOMEM;

	c->second = true;
	c->reached = false;
	c->guarded = !is_own(c->request, url);
	buf_clear(&c->answer->body);
	if (copy.p != NULL && text_room(c, copy, NULL) &&
	    (e = load_url(c, copy)) == OK)
		e = load_headers(c, NULL, 0);
	load_time(c);
	arena_free(&a);
	return e;
}
