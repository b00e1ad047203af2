/* mail_wire: see mail_wire.h. Numbers, texts, and their order in each kind. */
#include "net/mail_wire.h"

const char *
mail_phase_words(enum mail_phase phase)
{
	static const char *const words[PHASES] = {
	    [PHASE_START] = "before it began",
	    [PHASE_CONNECT] = "while connecting",
	    [PHASE_GREETING] = "while greeting the server",
	    [PHASE_TLS] = "while beginning TLS",
	    [PHASE_LOGIN] = "while logging in",
	    [PHASE_ENVELOPE] = "while naming sender and recipients",
	    [PHASE_TEXT] = "while sending the text",
	    [PHASE_HANDED] = "before the server said whether it took it",
	};

	return phase < PHASES ? words[phase] : "?";
}

/* ---- writing ------------------------------------------------------------- */

static void
put_number(struct buf *b, size_t n, unsigned bytes)
{
	unsigned i;

	for (i = 0; i < bytes; i++)
		buf_char(b, (char)(n >> (8 * i) & 0xff));
}

static void
put_text(struct buf *b, struct str s)
{
	put_number(b, s.n, 4);
	buf_add(b, s.p, s.n);
}

/* The length is not known yet: end() writes it. */
static size_t
begin(struct buf *b, enum wire_kind kind)
{
	size_t at = b->len;

	put_number(b, 0, 4);
	put_number(b, kind, 1);
	return at;
}

/* more: bytes that will follow. */
static void
end(struct buf *b, size_t at, size_t more)
{
	size_t n = b->len - at - 4 + more;
	unsigned i;

	for (i = 0; i < 4 && !b->failed; i++)
		b->data[at + i] = (char)(n >> (8 * i) & 0xff);
}

static void
put_server(struct buf *b, const struct mail_server *s)
{
	put_text(b, s->url);
	put_number(b, s->auth, 1);
	put_text(b, s->auth == MAIL_AUTH_NONE ? STR("") : s->user);
	put_text(b, s->auth == MAIL_AUTH_NONE ? STR("") : s->secret);
	put_text(b, str_from(s->ca_file));
	put_number(b, s->plain, 1);
}

void
wire_put_job(struct buf *b, const struct posting *p)
{
	size_t at = begin(b, WIRE_JOB);
	unsigned i;

	put_server(b, &p->server);
	put_text(b, p->hello);
	put_text(b, p->from);
	put_number(b, p->timeout_ms, 4);
	put_number(b, p->to_count, 2);
	for (i = 0; i < p->to_count; i++)
		put_text(b, p->to[i].address);
	end(b, at, p->text.n);
}

void
wire_put_phase(struct buf *b, enum mail_phase phase)
{
	size_t at = begin(b, WIRE_PHASE);

	put_number(b, phase, 1);
	end(b, at, 0);
}

static void
put_reply(struct buf *b, const struct mail_reply *r)
{
	put_number(b, r->code, 2);
	put_text(b, str_from(r->status));
	put_text(b, str_from(r->words));
}

void
wire_put_result(struct buf *b, const struct posting *p)
{
	size_t at = begin(b, WIRE_RESULT);
	unsigned i;

	put_number(b, p->end, 1);
	put_reply(b, &p->reply);
	put_text(b, str_from(p->why));
	put_number(b, p->to_count, 2);
	for (i = 0; i < p->to_count; i++) {
		put_number(b, p->to[i].end, 1);
		put_reply(b, &p->to[i].reply);
	}
	end(b, at, 0);
}

void
wire_put_ready(struct buf *b)
{
	end(b, begin(b, WIRE_READY), 0);
}

/* ---- reading ------------------------------------------------------------- */

struct reader {
	struct str left;
	bool bad;
};

static struct str
get_bytes(struct reader *r, size_t n)
{
	struct str taken = {r->left.p, n};

	if (n > r->left.n) {
		r->bad = true;
		r->left.n = 0;
		return STR("");
	}
	r->left = (struct str){r->left.p + n, r->left.n - n};
	return taken;
}

static size_t
get_number(struct reader *r, unsigned bytes)
{
	struct str s = get_bytes(r, bytes);
	size_t n = 0, i;

	for (i = s.n; i > 0; i--)
		n = n << 8 | (unsigned char)s.p[i - 1];
	return n;
}

static struct str
get_text(struct reader *r)
{
	return get_bytes(r, get_number(r, 4));
}

static struct str
get_copy(struct reader *r, struct arena *a)
{
	struct str copy = arena_copy(a, get_text(r));

	if (copy.p == NULL)
		r->bad = true;
	return copy;
}

/* Words, as mail_words_clean() makes them. */
static void
get_words(struct reader *r, char *out, size_t size)
{
	struct str s = get_text(r);

	mail_words_clean(s, out, size);
	r->bad = r->bad || !str_eq(s, str_from(out));
}

bool
wire_head(struct str bytes, size_t *length, enum wire_kind *kind)
{
	struct reader r = {.left = bytes};

	*length = get_number(&r, 4);
	*kind = (enum wire_kind)get_number(&r, 1);
	return !r.bad;
}

static void
get_server(struct reader *r, struct arena *a, struct mail_server *s)
{
	struct str ca;

	s->url = get_copy(r, a);
	s->auth = (enum mail_auth)get_number(r, 1);
	s->user = get_copy(r, a);
	s->secret = get_copy(r, a);
	ca = get_copy(r, a);
	s->ca_file = ca.n == 0 ? NULL : ca.p;
	s->plain = get_number(r, 1) != 0;
}

bool
wire_get_job(struct str rest, struct arena *a, struct posting_recipient *to,
    struct posting *p)
{
	struct reader r = {.left = rest};
	unsigned i;

	*p = (struct posting){.to = to};
	get_server(&r, a, &p->server);
	p->hello = get_copy(&r, a);
	p->from = get_copy(&r, a);
	p->timeout_ms = (unsigned)get_number(&r, 4);
	p->to_count = (unsigned)get_number(&r, 2);
	if (p->to_count > MAIL_RECIPIENTS_MAX)
		return false;
	for (i = 0; i < p->to_count; i++)
		to[i] = (struct posting_recipient){.address = get_copy(&r, a)};
	p->text = r.left;
	return !r.bad;
}

bool
wire_get_phase(struct str rest, enum mail_phase *phase)
{
	struct reader r = {.left = rest};
	size_t n = get_number(&r, 1);

	*phase = n < PHASES ? (enum mail_phase)n : PHASES;
	return !r.bad && r.left.n == 0 && *phase != PHASES;
}

static enum posting_end
get_end(struct reader *r)
{
	size_t n = get_number(r, 1);

	r->bad = r->bad || n >= POSTING_ENDS;
	return (enum posting_end)n;
}

static void
get_reply(struct reader *r, struct mail_reply *reply)
{
	*reply = (struct mail_reply){.code = (unsigned)get_number(r, 2)};
	get_words(r, reply->status, sizeof(reply->status));
	get_words(r, reply->words, sizeof(reply->words));
}

bool
wire_get_result(struct str rest, struct posting *p)
{
	struct reader r = {.left = rest};
	unsigned i;

	p->end = get_end(&r);
	get_reply(&r, &p->reply);
	get_words(&r, p->why, sizeof(p->why));
	if (get_number(&r, 2) != p->to_count)
		return false;
	for (i = 0; i < p->to_count; i++) {
		p->to[i].end = get_end(&r);
		get_reply(&r, &p->to[i].reply);
	}
	return !r.bad && r.left.n == 0;
}
