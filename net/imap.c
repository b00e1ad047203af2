/*
 * imap: see imap.h. The commands, and what of the answers counts; how they
 * travel is in imap_wire.c.
 */
#include "net/imap_inner.h"

#include "core/utf8.h"

#include <stdio.h>
#include <stdlib.h>

const char *
imap_end_name(enum imap_end end)
{
	static const char *const names[IMAP_ENDS] = {
	    [IMAP_DONE] = "done",
	    [IMAP_LOGIN] = "login",
	    [IMAP_UNTRUSTED] = "untrusted",
	    [IMAP_NO_FOLDER] = "no_folder",
	    [IMAP_GONE] = "gone",
	    [IMAP_TOO_BIG] = "too_big",
	    [IMAP_REFUSED] = "refused",
	    [IMAP_NO_SERVER] = "no_server",
	    [IMAP_SLOW] = "slow",
	    [IMAP_CUT] = "cut",
	    [IMAP_STOPPED] = "stopped",
	    [IMAP_MALFORMED] = "malformed",
	    [IMAP_NO_MEMORY] = "no_memory",
	};

	return end < IMAP_ENDS ? names[end] : "?";
}

/* ---- words of answers ------------------------------------------------------ */

/* The number behind the first " name " of a text; false: there is none. */
static bool
number_behind(struct str text, const char *name, uint64_t *out)
{
	size_t n = strlen(name), digits = 0;
	const char *at = memmem(text.p, text.n, name, n);

	if (at == NULL)
		return false;
	at += n;
	while (at + digits < text.p + text.n && at[digits] >= '0' &&
	       at[digits] <= '9')
		digits++;
	return str_to_u64((struct str){at, digits}, UINT32_MAX, out);
}

static bool
has_word(struct str text, const char *word)
{
	size_t n = strlen(word);
	const char *at = text.p, *end = text.p + text.n;

	while ((at = memmem(at, (size_t)(end - at), word, n)) != NULL) {
		if (at > text.p && at[-1] == ' ' &&
		    (at + n == end || at[n] == ' '))
			return true;
		at += n;
	}
	return false;
}

/* ---- names of folders ------------------------------------------------------- */

static uint32_t
code_point(const char *p, size_t n)
{
	const unsigned char *u = (const unsigned char *)p;
	uint32_t c = n == 1 ? u[0] : u[0] & (0xffu >> (n + 1));
	size_t i;

	for (i = 1; i < n; i++)
		c = c << 6 | (u[i] & 0x3fu);
	return c;
}

/* Sixteen bits at a time become base64 with "," for "/". */
struct base64 {
	struct buf *out;
	uint32_t bits;
	unsigned count;
};

static void
base64_digit(struct base64 *b, uint32_t six)
{
	static const char digits[] =
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
	    "0123456789+,";

	buf_char(b->out, digits[six & 63]);
}

static void
base64_add(struct base64 *b, uint32_t unit)
{
	b->bits = b->bits << 16 | unit;
	for (b->count += 16; b->count >= 6; b->count -= 6)
		base64_digit(b, b->bits >> (b->count - 6));
	b->bits &= (1u << b->count) - 1;
}

/* All from the start that is beyond printable ASCII; returns how much. */
static size_t
put_shifted(struct buf *out, struct str s)
{
	struct base64 b = {.out = out};
	size_t at = 0, step;
	uint32_t c;

	buf_char(out, '&');
	while (at < s.n && (unsigned char)s.p[at] > 0x7e) {
		step = utf8_step(s.p + at, s.n - at);
		c = code_point(s.p + at, step);
		if (c > 0xffff) {
			base64_add(&b, 0xd800 + ((c - 0x10000) >> 10));
			c = 0xdc00 + ((c - 0x10000) & 0x3ff);
		}
		base64_add(&b, c);
		at += step;
	}
	if (b.count > 0)
		base64_digit(&b, b.bits << (6 - b.count));
	buf_char(out, '-');
	return at;
}

/*
 * As IMAP writes it: quoted, in its own UTF-7 (RFC 3501, section 5.1.3). False:
 * it is empty or no text of one line.
 */
static bool
put_folder(struct buf *out, struct str name)
{
	size_t i = 0;

	if (name.n == 0 || name.n > MAIL_FOLDER_MAX || !utf8_valid(name))
		return false;
	buf_char(out, '"');
	while (i < name.n) {
		if ((unsigned char)name.p[i] < 0x20 || name.p[i] == 0x7f)
			return false;
		if ((unsigned char)name.p[i] > 0x7e) {
			i += put_shifted(
			    out, (struct str){name.p + i, name.n - i});
			continue;
		}
		if (name.p[i] == '"' || name.p[i] == '\\')
			buf_char(out, '\\');
		buf_char(out, name.p[i]);
		if (name.p[i] == '&')
			buf_char(out, '-');
		i++;
	}
	buf_char(out, '"');
	return true;
}

/* ---- one command ------------------------------------------------------------ */

void
imap_begin(struct imap_box *b, struct imap_fault *fault)
{
	fault->words[0] = '\0';
	b->fault = fault;
	b->until = steady_ms() + b->timeout_ms;
	if (b->limit != 0 && b->limit < b->until)
		b->until = b->limit;
}

void
imap_hurry(struct imap_box *b, int64_t ms)
{
	b->limit = steady_ms() + ms;
}

enum imap_end
imap_ask(struct imap_box *b, struct imap_command *c, enum imap_end no)
{
	enum imap_end end = imap_perform(b, c);

	return end == IMAP_DONE && c->no ? no : end;
}

/* "<verb> <uid> <rest>", of which only the end counts. */
static enum imap_end
perform_on(struct imap_box *b, const char *verb, uint32_t uid, const char *rest)
{
	struct imap_command c = {0};
	struct buf words = {0};
	enum imap_end end = IMAP_NO_MEMORY;

	buf_addf(&words, "UID %s %u%s%s", verb, uid, rest[0] == '\0' ? "" : " ",
	    rest);
	buf_char(&words, '\0');
	c.words = words.data;
	if (!words.failed)
		end = imap_ask(b, &c, IMAP_REFUSED);
	buf_free(&words);
	return end;
}

/* ---- opening ---------------------------------------------------------------- */

static void
on_capability(struct imap_command *c, const struct imap_said *s)
{
	if (!has_word(s->text, "CAPABILITY"))
		return;
	c->box->can_move = has_word(s->text, "MOVE");
	c->box->can_expunge_one = has_word(s->text, "UIDPLUS");
}

static void
on_select(struct imap_command *c, const struct imap_said *s)
{
	uint64_t n;

	if (number_behind(s->text, "[UIDVALIDITY ", &n))
		c->box->validity = (uint32_t)n;
	if (number_behind(s->text, "[UIDNEXT ", &n))
		c->box->next = (uint32_t)n;
}

static enum imap_end
select_folder(struct imap_box *b)
{
	struct imap_command c = {.said = on_select};
	struct buf words = {0};
	enum imap_end end = IMAP_MALFORMED;

	buf_str(&words, "SELECT ");
	if (put_folder(&words, str_from(b->place.folder))) {
		buf_char(&words, '\0');
		c.words = words.data;
		end = words.failed ? IMAP_NO_MEMORY
				   : imap_ask(b, &c, IMAP_NO_FOLDER);
	}
	buf_free(&words);
	if (end == IMAP_DONE && b->validity == 0) {
		imap_blame(b, STR("the server gives its mails no lasting ids"));
		end = IMAP_REFUSED;
	}
	return end;
}

static enum imap_end
open_box(struct imap_box *b, const struct imap_conf *conf)
{
	struct imap_command ask = {
	    .words = "CAPABILITY", .said = on_capability};
	enum imap_end end = imap_connect(b, conf);

	if (end == IMAP_DONE)
		end = imap_ask(b, &ask, IMAP_REFUSED);
	return end == IMAP_DONE ? select_folder(b) : end;
}

enum imap_end
imap_open(const struct imap_conf *conf, struct imap_box **out,
    struct imap_fault *fault)
{
	struct imap_box *b = calloc(1, sizeof(*b));
	const char *why = "no memory";
	enum imap_end end = IMAP_NO_MEMORY;

	if (b == NULL)
		return end;
	b->stop = conf->stop;
	b->timeout_ms = conf->timeout_ms;
	b->dead = true;
	if (conf->most_ms > 0)
		imap_hurry(b, conf->most_ms);
	imap_begin(b, fault);
	if (mail_server_read(&conf->server, MAIL_IMAP, &b->place, &why) != OK) {
		imap_blame(b, str_from(why));
		end = IMAP_MALFORMED;
	} else if (curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK) {
		b->dead = false;
		end = open_box(b, conf);
		if (end == IMAP_DONE) {
			*out = b;
			return end;
		}
		imap_close(b);
		return end;
	}
	free(b);
	return end;
}

void
imap_close(struct imap_box *b)
{
	if (b == NULL)
		return;
	if (!b->dead && b->easy != NULL)
		imap_mention(b, "LOGOUT");
	curl_easy_cleanup(b->easy);
	curl_global_cleanup();
	buf_free(&b->in);
	free(b);
}

uint32_t
imap_validity(const struct imap_box *b)
{
	return b->validity;
}

/* ---- one mail --------------------------------------------------------------- */

struct fetched {
	uint32_t uid;
	bool there;
	uint64_t size;
	size_t literal_from, literal_to;
};

/* "* 3 FETCH (UID 5 RFC822.SIZE 37)"; others may be told of, too. */
static void
on_fetch(struct imap_command *c, const struct imap_said *s)
{
	struct fetched *f = c->arg;
	uint64_t uid = 0;
	bool ours = has_word(s->text, "FETCH") &&
		    (number_behind(s->text, "(UID ", &uid) ||
			number_behind(s->text, " UID ", &uid)) &&
		    uid == f->uid;

	if (!ours) {
		if (c->literal != NULL)
			c->literal->len = s->literal_from;
		return;
	}
	f->there = true;
	if (!number_behind(s->text, "RFC822.SIZE ", &f->size))
		f->size = 0;
	f->literal_from = s->literal_from;
	f->literal_to = c->literal == NULL ? 0 : c->literal->len;
}

static enum imap_end
fetch(struct imap_box *b, const char *what, struct imap_command *c)
{
	struct fetched *f = c->arg;
	enum imap_end end;
	char words[80];

	(void)snprintf(
	    words, sizeof(words), "UID FETCH %u (UID %s)", f->uid, what);
	c->words = words;
	c->said = on_fetch;
	end = imap_ask(b, c, IMAP_REFUSED);
	return end == IMAP_DONE && !f->there ? IMAP_GONE : end;
}

static enum imap_end
fetch_text(struct imap_box *b, const char *what, uint32_t uid, size_t max,
    struct buf *raw)
{
	struct fetched f = {.uid = uid};
	struct imap_command c = {.literal = raw, .literal_max = max, .arg = &f};
	enum imap_end end = fetch(b, what, &c);

	if (end != IMAP_DONE)
		return end;
	if (c.wide)
		return IMAP_TOO_BIG;
	if (f.literal_to > f.literal_from)
		return IMAP_DONE;
	imap_blame(b, STR("the server has no text of the mail"));
	return IMAP_REFUSED;
}

enum imap_end
imap_fetch(struct imap_box *b, uint32_t uid, size_t max, struct buf *raw,
    struct imap_fault *fault)
{
	struct fetched f = {.uid = uid};
	struct imap_command ask = {.arg = &f};
	size_t before = raw->len;
	enum imap_end end;

	imap_begin(b, fault);
	end = fetch(b, "RFC822.SIZE", &ask);
	if (end == IMAP_DONE && f.size > max)
		end = IMAP_TOO_BIG;
	if (end == IMAP_DONE)
		end = fetch_text(b, "BODY.PEEK[]", uid, max, raw);
	if (end != IMAP_DONE)
		raw->len = before;
	return end;
}

enum imap_end
imap_fetch_header(struct imap_box *b, uint32_t uid, size_t max, struct buf *raw,
    struct imap_fault *fault)
{
	size_t before = raw->len;
	enum imap_end end;

	imap_begin(b, fault);
	end = fetch_text(b, "BODY.PEEK[HEADER]", uid, max, raw);
	if (end != IMAP_DONE)
		raw->len = before;
	return end;
}

enum imap_end
imap_mark_seen(struct imap_box *b, uint32_t uid, struct imap_fault *fault)
{
	imap_begin(b, fault);
	return perform_on(b, "STORE", uid, "+FLAGS.SILENT (\\Seen)");
}

/* ---- moving ----------------------------------------------------------------- */

static enum imap_end
move_by_copy(struct imap_box *b, uint32_t uid, const char *folder)
{
	enum imap_end end = perform_on(b, "COPY", uid, folder);

	if (end == IMAP_DONE)
		end = perform_on(
		    b, "STORE", uid, "+FLAGS.SILENT (\\Seen \\Deleted)");
	if (end == IMAP_DONE && b->can_expunge_one)
		end = perform_on(b, "EXPUNGE", uid, "");
	return end;
}

static bool
no_such_folder(const struct imap_fault *fault)
{
	return strcasestr(fault->words, "[TRYCREATE]") != NULL ||
	       strcasestr(fault->words, "[NONEXISTENT]") != NULL;
}

enum imap_end
imap_move(struct imap_box *b, uint32_t uid, struct str folder,
    struct imap_fault *fault)
{
	struct buf name = {0};
	enum imap_end end = IMAP_MALFORMED;

	imap_begin(b, fault);
	if (put_folder(&name, folder)) {
		buf_char(&name, '\0');
		end = name.failed   ? IMAP_NO_MEMORY
		      : b->can_move ? perform_on(b, "MOVE", uid, name.data)
				    : move_by_copy(b, uid, name.data);
	}
	buf_free(&name);
	return end == IMAP_REFUSED && no_such_folder(fault) ? IMAP_NO_FOLDER
							    : end;
}
