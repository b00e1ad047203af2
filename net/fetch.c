/*
 * fetch: the life of requests. A carrier (fetch_carrier.c) takes each to
 * libcurl; sockets and timers are in fetch_socket.c. What a request's end
 * means is decided here, in one place.
 */
#include "net/fetch_inner.h"

#include <stdlib.h>

/* A handle that waits for its next request keeps its buffers. */
#define IDLE_MAX 256u

const char *
fetch_end_name(enum fetch_end end)
{
	static const char *const names[FETCH_ENDS] = {
	    [FETCH_ANSWERED] = "answered",
	    [FETCH_UNSENT] = "unsent",
	    [FETCH_CUT] = "cut",
	    [FETCH_TOO_BIG] = "too_big",
	    [FETCH_FORBIDDEN] = "forbidden",
	};

	return end < FETCH_ENDS ? names[end] : "?";
}

/* ---- carriers, busy and idle -------------------------------------------- */

static struct carrier *
carrier_take(struct fetcher *f)
{
	struct carrier *c = f->idle;

	if (c == NULL)
		return carrier_new(f);
	f->idle = c->next;
	f->idle_count--;
	return c;
}

static void
carrier_put(struct carrier *c)
{
	struct fetcher *f = c->fetcher;

	if (f->idle_count >= IDLE_MAX) {
		carrier_free(c);
		return;
	}
	c->prev = NULL;
	c->next = f->idle;
	f->idle = c;
	f->idle_count++;
}

static void
busy_add(struct carrier *c)
{
	struct fetcher *f = c->fetcher;

	c->prev = NULL;
	c->next = f->busy;
	if (f->busy != NULL)
		f->busy->prev = c;
	f->busy = c;
	f->busy_count++;
}

static void
busy_remove(struct carrier *c)
{
	struct fetcher *f = c->fetcher;

	if (c->prev != NULL)
		c->prev->next = c->next;
	else
		f->busy = c->next;
	if (c->next != NULL)
		c->next->prev = c->prev;
	f->busy_count--;
}

/* ---- the end of a request ----------------------------------------------- */

static enum fetch_end
end_of(const struct carrier *c, CURLcode code)
{
	if (c->forbidden || code == CURLE_UNSUPPORTED_PROTOCOL ||
	    code == CURLE_URL_MALFORMAT || code == CURLE_LOGIN_DENIED)
		return carrier_sent(c) ? FETCH_CUT : FETCH_FORBIDDEN;
	if (c->too_big)
		return FETCH_TOO_BIG;
	if (code == CURLE_OK)
		return FETCH_ANSWERED;
	return carrier_sent(c) || c->cut ? FETCH_CUT : FETCH_UNSENT;
}

static const char *
why_of(const struct carrier *c, CURLcode code)
{
	if (c->forbidden)
		return "its address is not a public one";
	if (c->too_big)
		return "the answer is longer than allowed";
	if (c->no_memory)
		return "no memory";
	if (c->cut)
		return "the connection was closed without an answer";
	return code == CURLE_OK ? "" : curl_easy_strerror(code);
}

static void
keep_header(struct carrier *c)
{
	struct fetch *r = c->request;
	struct curl_header *h;

	if (r->keep_header == NULL || curl_easy_header(c->easy, r->keep_header,
					  0, CURLH_HEADER, -1, &h) != CURLHE_OK)
		return;
	strncpy(c->answer->header, h->value, sizeof(c->answer->header) - 1);
	r->header_in = str_from(c->answer->header);
}

static void
read_head(struct carrier *c)
{
	struct fetch *r = c->request;
	const char *type = NULL;
	curl_off_t after = 0;
	long status = 0;

	curl_easy_getinfo(c->easy, CURLINFO_RESPONSE_CODE, &status);
	curl_easy_getinfo(c->easy, CURLINFO_CONTENT_TYPE, &type);
	curl_easy_getinfo(c->easy, CURLINFO_RETRY_AFTER, &after);
	r->status = (unsigned)status;
	keep_header(c);
	if (after > 0)
		r->retry_after_ms = after < INT32_MAX
					? after * 1000
					: INT64_C(1000) * INT32_MAX;
	if (type == NULL)
		return;
	strncpy(c->answer->type, type, sizeof(c->answer->type) - 1);
	r->type = str_from(c->answer->type);
}

/* What went before is over; the caller may start another from within. */
static void
finish(struct carrier *c, enum fetch_end end, const char *why)
{
	struct fetch *r = c->request;

	r->end = end;
	r->why = why;
	r->took_ms = (unsigned)(steady_ms() - c->started);
	if (end == FETCH_ANSWERED)
		r->body_in = buf_view(&c->answer->body);
	if (end == FETCH_ANSWERED || end == FETCH_TOO_BIG)
		read_head(c);
	c->answer->carrier = NULL;
	c->request = NULL;
	busy_remove(c);
	carrier_put(c);
	r->done(r);
}

/* Sent on: the address to ask next, or NULL. */
static const char *
next_url(const struct carrier *c, CURLcode code)
{
	const struct fetch *r = c->request;
	const char *url = NULL;

	if (code != CURLE_OK || !r->follow || c->second ||
	    strcmp(r->method, "GET") != 0)
		return NULL;
	curl_easy_getinfo(c->easy, CURLINFO_REDIRECT_URL, &url);
	return url;
}

static bool
follow(struct carrier *c, const char *url)
{
	enum err e = carrier_load_second(c, str_from(url));

	c->forbidden = e == E_BADINPUT;
	c->no_memory = e == E_NOMEM;
	return e == OK &&
	       curl_multi_add_handle(c->fetcher->multi, c->easy) == CURLM_OK;
}

static void
ended(struct carrier *c, CURLcode code)
{
	const char *url = next_url(c, code);

	curl_multi_remove_handle(c->fetcher->multi, c->easy);
	if (url != NULL && follow(c, url))
		return;
	if (url != NULL)
		code = CURLE_OUT_OF_MEMORY;
	finish(c, end_of(c, code), why_of(c, code));
}

static void
collect(struct fetcher *f)
{
	CURLMsg *m;
	int left;

	while ((m = curl_multi_info_read(f->multi, &left)) != NULL) {
		struct carrier *c = NULL;

		if (m->msg != CURLMSG_DONE)
			continue;
		curl_easy_getinfo(m->easy_handle, CURLINFO_PRIVATE, &c);
		ended(c, m->data.result);
	}
}

/* ---- the caller's side -------------------------------------------------- */

void
fetch_clear(struct fetch *r)
{
	struct answer *a = r->inner;

	if (a == NULL || a->carrier != NULL)
		return;
	buf_free(&a->body);
	free(a);
	r->inner = NULL;
	r->body_in = r->type = r->header_in = (struct str){0};
}

/* An empty answer; the memory of the one before is used again. */
static struct answer *
answer_of(struct fetch *r)
{
	struct answer *a = r->inner;

	if (a == NULL)
		a = calloc(1, sizeof(*a));
	if (a == NULL)
		return NULL;
	buf_clear(&a->body);
	a->type[0] = a->header[0] = '\0';
	a->body.limit = r->answer_max;
	r->inner = a;
	r->status = 0;
	r->body_in = r->type = r->header_in = (struct str){0};
	r->retry_after_ms = -1;
	return a;
}

enum err
fetch_start(struct fetcher *f, struct fetch *r)
{
	struct answer *answer;
	struct carrier *c;
	enum err e;

	if (f->busy_count >= f->conf.in_flight_max)
		return E_LIMIT;
	answer = answer_of(r);
	c = answer == NULL ? NULL : carrier_take(f);
	if (c == NULL)
		return E_NOMEM;
	c->answer = answer;
	c->started = steady_ms();
	e = carrier_load(c, r);
	if (e == OK && curl_multi_add_handle(f->multi, c->easy) != CURLM_OK)
		e = E_NOMEM;
	if (e != OK) {
		carrier_put(c);
		return e;
	}
	answer->carrier = c;
	busy_add(c);
	return OK;
}

void
fetch_cancel(struct fetcher *f, struct fetch *r)
{
	struct answer *a = r->inner;
	struct carrier *c = a == NULL ? NULL : a->carrier;

	if (c == NULL)
		return;
	curl_multi_remove_handle(f->multi, c->easy);
	finish(
	    c, carrier_sent(c) ? FETCH_CUT : FETCH_UNSENT, "it was given up");
}

int
fetch_fd(const struct fetcher *f)
{
	return f->epoll;
}

int
fetch_wait_ms(const struct fetcher *f)
{
	int64_t left = f->timer_at - steady_ms();

	if (f->timer_at < 0)
		return -1;
	return left <= 0 ? 0 : left > INT32_MAX ? INT32_MAX : (int)left;
}

void
fetch_run(struct fetcher *f)
{
	fetch_socket_run(f);
	collect(f);
}

unsigned
fetch_under_way(const struct fetcher *f)
{
	return f->busy_count;
}

/* ---- life --------------------------------------------------------------- */

static enum err
fetcher_open(struct fetcher *f)
{
	const struct fetch_conf *conf = &f->conf;

	f->agent = strdup(conf->agent == NULL ? "" : conf->agent);
	f->multi = curl_multi_init();
	if (f->agent == NULL || f->multi == NULL)
		return E_NOMEM;
	curl_multi_setopt(
	    f->multi, CURLMOPT_MAXCONNECTS, (long)conf->connections_max);
	curl_multi_setopt(f->multi, CURLMOPT_MAX_TOTAL_CONNECTIONS,
	    (long)conf->connections_max);
	curl_multi_setopt(
	    f->multi, CURLMOPT_MAX_HOST_CONNECTIONS, (long)conf->per_host_max);
	curl_multi_setopt(f->multi, CURLMOPT_PIPELINING, CURLPIPE_NOTHING);
	return fetch_socket_open(f);
}

enum err
fetch_open(const struct fetch_conf *conf, struct fetcher **out)
{
	struct fetcher *f = calloc(1, sizeof(*f));
	enum err e;

	if (f == NULL)
		return E_NOMEM;
	f->conf = *conf;
	f->epoll = -1;
	f->timer_at = -1;
	e = curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK ? fetcher_open(f)
							      : E_NOMEM;
	if (e != OK) {
		fetch_close(f);
		return e;
	}
	*out = f;
	return OK;
}

void
fetch_close(struct fetcher *f)
{
	struct carrier *c;

	if (f == NULL)
		return;
	while (f->busy != NULL)
		fetch_cancel(f, f->busy->request);
	while ((c = f->idle) != NULL) {
		f->idle = c->next;
		carrier_free(c);
	}
	if (f->multi != NULL)
		curl_multi_cleanup(f->multi);
	fetch_socket_close(f);
	curl_global_cleanup();
	free(f->agent);
	free(f);
}
