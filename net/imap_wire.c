/*
 * imap_wire: the connection. libcurl makes it and logs in (CONNECT_ONLY); from
 * then on it only carries bytes. A command is one line; what is said to it are
 * lines that may hold literals, whose bytes are counted and never looked at.
 */
#include "net/imap_inner.h"

#include <poll.h>
#include <stdio.h>

#define PIECE 16384u
#define STEP_MS 100
/* A list of four million mails; of each thing that is said. */
#define SAID_MAX (32u << 20)

bool
imap_told_to_stop(const struct imap_box *b)
{
	return b->stop != NULL && atomic_load(b->stop);
}

void
imap_blame(struct imap_box *b, struct str words)
{
	mail_words_clean(words, b->fault->words, sizeof(b->fault->words));
}

static enum imap_end
die(struct imap_box *b, enum imap_end end, const char *why)
{
	b->dead = true;
	if (b->fault->words[0] == '\0')
		imap_blame(b, str_from(why));
	return end;
}

/* ---- connecting ----------------------------------------------------------- */

static int
on_progress(void *box, curl_off_t a, curl_off_t b, curl_off_t c, curl_off_t d)
{
	(void)a;
	(void)b;
	(void)c;
	(void)d;
	return imap_told_to_stop(box);
}

/* Why a login or a greeting was refused, libcurl does not keep. */
static int
on_debug(CURL *easy, curl_infotype what, char *bytes, size_t n, void *box)
{
	struct str line = {bytes, n};

	(void)easy;
	if (what == CURLINFO_HEADER_IN &&
	    (memmem(bytes, n, " NO ", 4) != NULL ||
		memmem(bytes, n, " BAD ", 5) != NULL ||
		memmem(bytes, n, "* BYE ", 6) != NULL))
		imap_blame(box, line);
	return 0;
}

static bool
set_numbers(CURL *c, const struct imap_conf *conf)
{
	int64_t ms = conf->most_ms > 0 && conf->most_ms < conf->timeout_ms
			 ? conf->most_ms
			 : conf->timeout_ms;
	const struct {
		CURLoption option;
		long value;
	} numbers[] = {
	    {CURLOPT_NOSIGNAL, 1},
	    {CURLOPT_CONNECT_ONLY, 1},
	    {CURLOPT_VERBOSE, 1},
	    {CURLOPT_NOPROGRESS, 0},
	    {CURLOPT_QUICK_EXIT, 1},
	    {CURLOPT_CONNECTTIMEOUT_MS, (long)ms},
	    {CURLOPT_TIMEOUT_MS, (long)ms},
	    {CURLOPT_USE_SSL,
		conf->server.plain ? CURLUSESSL_NONE : CURLUSESSL_ALL},
	    {CURLOPT_SSLVERSION, CURL_SSLVERSION_TLSv1_2},
	    {CURLOPT_SSL_VERIFYPEER, 1},
	    {CURLOPT_SSL_VERIFYHOST, 2},
	    {CURLOPT_SASL_IR, 1},
	};
	size_t i;

	for (i = 0; i < ARRAY_LEN(numbers); i++)
		if (curl_easy_setopt(c, numbers[i].option, numbers[i].value) !=
		    CURLE_OK)
			return false;
	return true;
}

static bool
set_functions(struct imap_box *b)
{
	CURL *c = b->easy;

	return curl_easy_setopt(c, CURLOPT_XFERINFOFUNCTION, on_progress) ==
		   CURLE_OK &&
	       curl_easy_setopt(c, CURLOPT_XFERINFODATA, b) == CURLE_OK &&
	       curl_easy_setopt(c, CURLOPT_DEBUGFUNCTION, on_debug) ==
		   CURLE_OK &&
	       curl_easy_setopt(c, CURLOPT_DEBUGDATA, b) == CURLE_OK;
}

/* libcurl copies it. */
static bool
set_text(CURL *c, CURLoption option, struct str text)
{
	struct buf b = {0};
	bool set;

	buf_add(&b, text.p, text.n);
	buf_char(&b, '\0');
	set = !b.failed && curl_easy_setopt(c, option, b.data) == CURLE_OK;
	if (b.data != NULL)
		explicit_bzero(b.data, b.len);
	buf_free(&b);
	return set;
}

static bool
set_login(CURL *c, const struct mail_server *s)
{
	static const struct {
		const char *options;
		CURLoption secret;
	} logins[MAIL_AUTHS] = {
	    [MAIL_AUTH_PASSWORD] = {"AUTH=PLAIN;AUTH=LOGIN", CURLOPT_PASSWORD},
	    [MAIL_AUTH_OAUTH2] = {"AUTH=OAUTHBEARER;AUTH=XOAUTH2",
		CURLOPT_XOAUTH2_BEARER},
	};

	if (s->auth == MAIL_AUTH_NONE)
		return true;
	return set_text(c, CURLOPT_USERNAME, s->user) &&
	       set_text(c, logins[s->auth].secret, s->secret) &&
	       set_text(
		   c, CURLOPT_LOGIN_OPTIONS, str_from(logins[s->auth].options));
}

static bool
set_server(struct imap_box *b, const struct imap_conf *conf)
{
	char url[MAIL_HOST_MAX + 32];

	(void)snprintf(url, sizeof(url), "%s://%s:%u/",
	    b->place.tls ? "imaps" : "imap", b->place.host, b->place.port);
	return set_text(b->easy, CURLOPT_URL, str_from(url)) &&
	       set_text(b->easy, CURLOPT_PROTOCOLS_STR, STR("imap,imaps")) &&
	       set_text(b->easy, CURLOPT_PROXY, STR("")) &&
	       (conf->server.ca_file == NULL ||
		   set_text(b->easy, CURLOPT_CAINFO,
		       str_from(conf->server.ca_file)));
}

/* A login that cannot be decided now is none that was refused. */
static enum imap_end
end_of(const struct imap_box *b, CURLcode code)
{
	static const struct {
		CURLcode code;
		enum imap_end end;
	} ends[] = {
	    {CURLE_OK, IMAP_DONE},
	    {CURLE_LOGIN_DENIED, IMAP_LOGIN},
	    {CURLE_PEER_FAILED_VERIFICATION, IMAP_UNTRUSTED},
	    {CURLE_USE_SSL_FAILED, IMAP_UNTRUSTED},
	    {CURLE_SSL_CACERT_BADFILE, IMAP_UNTRUSTED},
	    {CURLE_OPERATION_TIMEDOUT, IMAP_SLOW},
	    {CURLE_ABORTED_BY_CALLBACK, IMAP_STOPPED},
	    {CURLE_OUT_OF_MEMORY, IMAP_NO_MEMORY},
	    {CURLE_COULDNT_RESOLVE_HOST, IMAP_NO_SERVER},
	    {CURLE_COULDNT_CONNECT, IMAP_NO_SERVER},
	};
	size_t i;

	if (code == CURLE_LOGIN_DENIED &&
	    strstr(b->fault->words, "[UNAVAILABLE]") != NULL)
		return IMAP_REFUSED;
	for (i = 0; i < ARRAY_LEN(ends); i++)
		if (ends[i].code == code)
			return ends[i].end;
	return IMAP_CUT;
}

enum imap_end
imap_connect(struct imap_box *b, const struct imap_conf *conf)
{
	char words[CURL_ERROR_SIZE] = "";
	CURLcode code;

	b->easy = curl_easy_init();
	if (b->easy == NULL || !set_numbers(b->easy, conf) ||
	    !set_functions(b) || !set_server(b, conf) ||
	    !set_login(b->easy, &conf->server) ||
	    curl_easy_setopt(b->easy, CURLOPT_ERRORBUFFER, words) != CURLE_OK)
		return IMAP_NO_MEMORY;
	code = curl_easy_perform(b->easy);
	(void)curl_easy_setopt(b->easy, CURLOPT_ERRORBUFFER, NULL);
	(void)curl_easy_setopt(b->easy, CURLOPT_VERBOSE, 0L);
	if (code == CURLE_OK)
		return IMAP_DONE;
	return die(b, end_of(b, code),
	    words[0] != '\0' ? words : curl_easy_strerror(code));
}

/* ---- bytes ---------------------------------------------------------------- */

/* Until the socket can be read or written. */
static enum imap_end
await(struct imap_box *b, short events)
{
	curl_socket_t fd = CURL_SOCKET_BAD;
	struct pollfd p;

	if (curl_easy_getinfo(b->easy, CURLINFO_ACTIVESOCKET, &fd) !=
		CURLE_OK ||
	    fd == CURL_SOCKET_BAD)
		return die(b, IMAP_CUT, "the connection ended");
	p = (struct pollfd){.fd = fd, .events = events};
	do {
		if (imap_told_to_stop(b))
			return die(b, IMAP_STOPPED, "stopped");
		if (steady_ms() >= b->until)
			return die(b, IMAP_SLOW, "the time was over");
	} while (poll(&p, 1, STEP_MS) <= 0);
	return IMAP_DONE;
}

static enum imap_end
send_all(struct imap_box *b, struct str bytes)
{
	enum imap_end end = IMAP_DONE;
	CURLcode code;
	size_t n;

	while (bytes.n > 0 && end == IMAP_DONE) {
		n = 0;
		code = curl_easy_send(b->easy, bytes.p, bytes.n, &n);
		if (code != CURLE_OK && code != CURLE_AGAIN)
			return die(b, IMAP_CUT, "the connection ended");
		bytes = (struct str){bytes.p + n, bytes.n - n};
		if (code == CURLE_AGAIN)
			end = await(b, POLLOUT);
	}
	return end;
}

/* Some more bytes; what was read before is dropped first. */
static enum imap_end
receive(struct imap_box *b)
{
	enum imap_end end = IMAP_DONE;
	CURLcode code = CURLE_AGAIN;
	size_t n = 0;
	char *room;

	if (b->at > 0) {
		memmove(b->in.data, b->in.data + b->at, b->in.len - b->at);
		b->in.len -= b->at;
		b->at = 0;
	}
	room = buf_room(&b->in, PIECE);
	if (room == NULL)
		return die(b, IMAP_NO_MEMORY, "no memory");
	while (code == CURLE_AGAIN && end == IMAP_DONE) {
		code = curl_easy_recv(b->easy, room, PIECE, &n);
		if (code == CURLE_AGAIN)
			end = await(b, POLLIN);
	}
	if (end != IMAP_DONE)
		return end;
	if (code != CURLE_OK || n == 0)
		return die(b, IMAP_CUT, "the connection ended");
	b->in.len += n;
	/* One that always sends never makes us wait. */
	if (imap_told_to_stop(b) || steady_ms() >= b->until)
		return await(b, POLLIN);
	return IMAP_DONE;
}

/* ---- what is said ---------------------------------------------------------- */

/* A line without its end, behind what is in `out`. */
static enum imap_end
read_line(struct imap_box *b, struct buf *out)
{
	enum imap_end end = IMAP_DONE;
	size_t n, seen = 0;
	char *eol = NULL;

	while (eol == NULL && end == IMAP_DONE) {
		n = b->in.len - b->at;
		if (n > seen)
			eol = memchr(b->in.data + b->at + seen, '\n', n - seen);
		seen = n;
		if (eol == NULL && n + out->len > SAID_MAX)
			return die(b, IMAP_TOO_BIG, "the answer has no end");
		if (eol == NULL)
			end = receive(b);
	}
	if (end != IMAP_DONE)
		return end;
	n = (size_t)(eol - b->in.data) - b->at;
	buf_add(out, b->in.data + b->at, n);
	if (out->len > 0 && out->data[out->len - 1] == '\r')
		out->len--;
	b->at += n + 1;
	return out->failed ? die(b, IMAP_NO_MEMORY, "no memory") : IMAP_DONE;
}

/* "{37}" at the end of a line: so many bytes follow. */
static bool
announces(struct str line, uint64_t *n)
{
	size_t from = line.n;

	if (line.n < 3 || line.p[line.n - 1] != '}')
		return false;
	while (from > 0 && line.p[from - 1] != '{')
		from--;
	return from > 0 &&
	       str_to_u64((struct str){line.p + from, line.n - 1 - from},
		   UINT32_MAX, n);
}

static enum imap_end
read_literal(struct imap_box *b, struct imap_command *c, uint64_t left)
{
	bool kept = c->literal != NULL && left <= c->literal_max;
	enum imap_end end = IMAP_DONE;
	size_t n;

	c->wide = c->wide || (c->literal != NULL && !kept);
	while (left > 0 && end == IMAP_DONE) {
		n = b->in.len - b->at;
		if (n == 0) {
			end = receive(b);
			continue;
		}
		n = n > left ? (size_t)left : n;
		if (kept)
			buf_add(c->literal, b->in.data + b->at, n);
		b->at += n;
		left -= n;
	}
	if (end == IMAP_DONE && kept && c->literal->failed)
		return die(b, IMAP_NO_MEMORY, "no memory");
	return end;
}

/* One thing the server says, with its literals. */
static enum imap_end
read_said(struct imap_box *b, struct imap_command *c, struct buf *text,
    struct imap_said *said)
{
	enum imap_end end;
	uint64_t n;

	buf_clear(text);
	said->literal_from = c->literal == NULL ? 0 : c->literal->len;
	end = read_line(b, text);
	while (end == IMAP_DONE && announces(buf_view(text), &n)) {
		if (c->literal != NULL)
			said->literal_from = c->literal->len;
		end = read_literal(b, c, n);
		if (end == IMAP_DONE)
			end = read_line(b, text);
	}
	said->text = buf_view(text);
	return end;
}

/* ---- a command -------------------------------------------------------------- */

static bool
begins(struct str s, struct str with)
{
	return s.n >= with.n && strncasecmp(s.p, with.p, with.n) == 0;
}

/* "OK ..." behind the tag ends it well, all else does not. */
static void
conclude(struct imap_box *b, struct imap_command *c, struct str result)
{
	c->no = !begins(result, STR("OK"));
	if (c->no)
		imap_blame(b, result);
}

/* IMAP's words may come in any case; ours look for one. */
static void
raise_case(struct buf *b)
{
	size_t i;

	for (i = 0; i < b->len; i++)
		if (b->data[i] >= 'a' && b->data[i] <= 'z')
			b->data[i] = (char)(b->data[i] - 'a' + 'A');
}

static enum imap_end
hear_all(struct imap_box *b, struct imap_command *c, struct str tag)
{
	struct buf text = {0};
	struct imap_said said;
	enum imap_end end;
	bool over = false;

	while (!over && (end = read_said(b, c, &text, &said)) == IMAP_DONE) {
		if (begins(said.text, tag)) {
			conclude(b, c,
			    (struct str){
				said.text.p + tag.n, said.text.n - tag.n});
			over = true;
		} else if (begins(said.text, STR("* BYE"))) {
			imap_blame(b, said.text);
			end = die(b, IMAP_CUT, "");
			over = true;
		} else if (c->said != NULL) {
			raise_case(&text);
			c->said(c, &said);
		}
	}
	buf_free(&text);
	return end;
}

enum imap_end
imap_perform(struct imap_box *b, struct imap_command *c)
{
	struct buf line = {0};
	enum imap_end end;
	char tag[16];

	if (b->dead)
		return IMAP_CUT;
	c->box = b;
	c->no = c->wide = false;
	(void)snprintf(tag, sizeof(tag), "F%u ", ++b->tag);
	buf_addf(&line, "%s%s\r\n", tag, c->words);
	end = line.failed ? die(b, IMAP_NO_MEMORY, "no memory")
			  : send_all(b, buf_view(&line));
	buf_free(&line);
	return end == IMAP_DONE ? hear_all(b, c, str_from(tag)) : end;
}

void
imap_mention(struct imap_box *b, const char *words)
{
	char line[64];
	size_t n;
	int length;

	length = snprintf(line, sizeof(line), "F%u %s\r\n", ++b->tag, words);
	(void)curl_easy_send(b->easy, line, (size_t)length, &n);
}
