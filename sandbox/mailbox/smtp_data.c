/*
 * smtp_data: the text of a mail. A line ends with CR LF and nowhere else; the
 * dot that ends the mail counts only on a line of its own between two such
 * ends, so that nobody can hide a second mail in a first. Whatever is wrong,
 * all is read up to that dot, and then refused.
 */
#include "sandbox/mailbox/smtp.h"

static const struct {
	unsigned code;
	const char *words;
} refusals[WRONGS] = {
    [WRONG_SIZE] = {552, "5.3.4 the mail is too large"},
    [WRONG_MEMORY] = {452, "4.3.1 too much mail is on its way"},
    [WRONG_BARE] = {550, "5.5.2 a CR or LF stands alone in it"},
    [WRONG_LINE] = {550, "5.6.0 a line has more than 998 octets"},
    [WRONG_NUL] = {550, "5.6.0 a NUL is in it"},
    [WRONG_8BIT] = {554, "5.6.3 it has 8-bit text that was not announced"},
};

/* ---- what a piece is like ----------------------------------------------- */

static bool
has_8bit(struct str s)
{
	size_t i;

	for (i = 0; i < s.n; i++)
		if ((unsigned char)s.p[i] >= 128)
			return true;
	return false;
}

/* A piece has at most one LF, at its end. */
static bool
has_bare_cr(struct str s)
{
	const char *cr = memchr(s.p, '\r', s.n);

	return cr != NULL && (cr + 2 != s.p + s.n || cr[1] != '\n');
}

/* ---- gathering ---------------------------------------------------------- */

static void
look_at(struct smtp *s, struct str piece)
{
	bool ends = piece.p[piece.n - 1] == '\n';

	if (has_bare_cr(piece) ||
	    (ends && (piece.n < 2 || piece.p[piece.n - 2] != '\r')))
		s->wrong[WRONG_BARE] = true;
	if (s->line + piece.n > TALK_LINE_MOST)
		s->wrong[WRONG_LINE] = true;
	if (memchr(piece.p, '\0', piece.n) != NULL)
		s->wrong[WRONG_NUL] = true;
	if (!s->eight_bit && !s->utf8 && has_8bit(piece))
		s->wrong[WRONG_8BIT] = true;
}

static void
gather(struct smtp *s, struct str piece)
{
	if (s->wrong[WRONG_SIZE] || s->wrong[WRONG_MEMORY])
		return;
	s->wrong[WRONG_SIZE] = s->raw.len + piece.n > LETTER_BYTES;
	if (s->wrong[WRONG_SIZE]) {
		buf_free(&s->raw);
		return;
	}
	if (!s->world->spend(s->world->arg, piece.n)) {
		s->wrong[WRONG_MEMORY] = true;
		return;
	}
	s->spent += piece.n;
	buf_add(&s->raw, piece.p, piece.n);
	s->wrong[WRONG_MEMORY] = s->raw.failed;
}

/* ---- the end ------------------------------------------------------------ */

static void
say_accepted(struct smtp *s, enum err e)
{
	static const struct {
		enum err e;
		unsigned code;
		const char *words;
	} replies[] = {
	    {OK, 250, "2.0.0 accepted"},
	    {E_LIMIT, 452, "4.2.2 the mailbox is full"},
	    {E_NOMEM, 451, "4.3.0 no memory"},
	};
	size_t i = 0;

	while (i + 1 < ARRAY_LEN(replies) && replies[i].e != e)
		i++;
	sb_smtp_say(s, replies[i].code, replies[i].words);
}

static void
accept(struct smtp *s)
{
	const struct smtp_mail m = {.from = s->from,
	    .helo = str_from(s->helo),
	    .user = str_from(s->user),
	    .to = s->to,
	    .to_count = s->to_count,
	    .tls = s->talk->secure,
	    .told = s->told,
	    .raw = buf_view(&s->raw)};

	say_accepted(s, s->world->accept(s->world->arg, &m, &s->talk->effect));
}

static void
on_message(struct smtp *s, struct str args)
{
	unsigned w = 0;

	(void)args;
	while (w < WRONGS && !s->wrong[w])
		w++;
	if (w < WRONGS)
		sb_smtp_say(s, refusals[w].code, refusals[w].words);
	else
		accept(s);
}

/* How much of the bytes is to be looked at now; 0: more must come. */
static size_t
piece_of(struct str bytes)
{
	const char *end = memchr(bytes.p, '\n', bytes.n);

	if (end != NULL)
		return (size_t)(end - bytes.p) + 1;
	if (bytes.n <= 2 * TALK_LINE_MOST)
		return 0;
	/* It is too long. The LF of a last CR is still to come. */
	return bytes.p[bytes.n - 1] == '\r' ? bytes.n - 1 : bytes.n;
}

size_t
sb_smtp_data(struct smtp *s, struct str bytes)
{
	size_t n = piece_of(bytes);
	struct str piece = {bytes.p, n};

	if (n == 0)
		return 0;
	if (s->line == 0 && str_eq(piece, STR(".\r\n"))) {
		s->step = SMTP_COMMAND;
		sb_smtp_perform(s, "/smtp/message", on_message, STR(""));
		sb_smtp_forget(s);
		arena_reset(&s->scratch);
		return n;
	}
	if (s->line == 0 && piece.p[0] == '.')
		piece = (struct str){piece.p + 1, n - 1};
	if (piece.n > 0) {
		look_at(s, piece);
		gather(s, piece);
	}
	s->line += n;
	/* Only CR LF begins a new line. */
	if (n >= 2 && memcmp(bytes.p + n - 2, "\r\n", 2) == 0)
		s->line = 0;
	return n;
}
