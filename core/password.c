/*
 * password: how few pieces is it made of? From left to right, the least
 * number that covers each beginning: a shortest path. A character that is part
 * of nothing known is a piece of its own, so what is random has as many as
 * characters.
 *
 *	P @ s s w 0 r d 2 0 2 4 !	3 pieces: a word, a year, a sign
 *	|--------------|------|-|
 */
#include "core/password.h"
#include "core/password_words.h"
#include "core/utf8.h"

#define PIECES_MIN 4u  /* fewer than these are guessed */
#define PIECE_LEAST 3u /* letters of a word, keys of a walk */
#define ABOUT_LEAST 3u

struct covering {
	char text[PASSWORD_BYTES];
	size_t n;
	const struct str *about;
	size_t about_count;
	unsigned least[PASSWORD_BYTES + 1]; /* pieces of each beginning */
};

/* ---- letters ----------------------------------------------------------- */

static char
lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

/* May c stand for this letter? "p4$$w0rd" */
static bool
stands_for(char c, char letter)
{
	static const char *const signs[] = {
	    "a4@", "b8", "e3", "g69", "i1!", "l1!", "o0", "s5$", "t7+", "z2"};
	size_t i;

	if (c == letter)
		return true;
	for (i = 0; i < ARRAY_LEN(signs); i++)
		if (signs[i][0] == letter)
			return strchr(signs[i] + 1, c) != NULL && c != '\0';
	return false;
}

/* ---- pieces that begin at `at` ----------------------------------------- */

/* To the place behind it by one piece more. */
static void
piece(struct covering *c, size_t at, size_t size)
{
	unsigned n = c->least[at] + 1;

	if (n < c->least[at + size])
		c->least[at + size] = n;
}

static void
try_word(struct covering *c, size_t at, struct str word)
{
	size_t i;

	if (word.n > c->n - at)
		return;
	for (i = 0; i < word.n; i++)
		if (!stands_for(c->text[at + i], lower(word.p[i])))
			return;
	piece(c, at, word.n);
}

static void
try_words(struct covering *c, size_t at)
{
	size_t i;

	for (i = 0; password_words[i] != NULL; i++)
		try_word(c, at, str_from(password_words[i]));
	for (i = 0; i < c->about_count; i++)
		if (c->about[i].n >= ABOUT_LEAST)
			try_word(c, at, c->about[i]);
}

/* How far the text goes along the walk from its key k, in this direction. */
static size_t
along(const struct covering *c, size_t at, const char *walk, size_t k, int step)
{
	size_t size = strlen(walk), n = 0;

	while (at + n < c->n && k < size && c->text[at + n] == walk[k]) {
		n++;
		k += (size_t)step; /* below 0 is beyond the end */
	}
	return n;
}

static void
try_walk(struct covering *c, size_t at, const char *walk)
{
	size_t k, n, back;

	for (k = 0; walk[k] != '\0'; k++) {
		n = along(c, at, walk, k, 1);
		back = along(c, at, walk, k, -1);
		if (back > n)
			n = back;
		for (; n >= PIECE_LEAST; n--)
			piece(c, at, n);
	}
}

static void
try_walks(struct covering *c, size_t at)
{
	size_t i;

	for (i = 0; password_walks[i] != NULL; i++)
		try_walk(c, at, password_walks[i]);
}

/* "aaaa", "!!"; and what comes again: "abcabcabc". */
static void
try_repeats(struct covering *c, size_t at)
{
	size_t n = 1, size;

	while (at + n < c->n && c->text[at + n] == c->text[at])
		n++;
	piece(c, at, n);
	for (size = 2; size <= at; size++) {
		if (size > c->n - at)
			break;
		if (memcmp(c->text + at - size, c->text + at, size) == 0)
			piece(c, at, size);
	}
}

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* Up to four digits: a year, a PIN; eight: a date. */
static void
try_digits(struct covering *c, size_t at)
{
	size_t n = 0;

	while (at + n < c->n && n < 8 && is_digit(c->text[at + n])) {
		n++;
		if (n <= 4)
			piece(c, at, n);
	}
	if (n == 8 && (memcmp(c->text + at, "19", 2) == 0 ||
			  memcmp(c->text + at, "20", 2) == 0 ||
			  memcmp(c->text + at + 4, "19", 2) == 0 ||
			  memcmp(c->text + at + 4, "20", 2) == 0))
		piece(c, at, n);
}

static unsigned
pieces(struct covering *c)
{
	size_t at;

	for (at = 0; at <= c->n; at++)
		c->least[at] = at == 0 ? 0 : PASSWORD_BYTES;
	for (at = 0; at < c->n; at++) {
		piece(c, at, 1);
		try_words(c, at);
		try_walks(c, at);
		try_repeats(c, at);
		try_digits(c, at);
	}
	return c->least[c->n];
}

/* Spaces and the like between pieces make nothing harder to guess. */
static void
take_text(struct covering *c, struct str password)
{
	size_t i;

	for (i = 0; i < password.n; i++)
		if (strchr(" .-_", password.p[i]) == NULL)
			c->text[c->n++] = lower(password.p[i]);
}

/* ---- the rules --------------------------------------------------------- */

const char *
password_fault(struct str password, const struct str *about, size_t count)
{
	struct covering c = {.about = about, .about_count = count};
	size_t characters;

	if (password.n > PASSWORD_BYTES || !utf8_valid(password) ||
	    memchr(password.p, '\0', password.n) != NULL)
		return "is not a text of at most 1024 bytes";
	characters = utf8_count(password);
	if (characters < PASSWORD_MIN)
		return "is too short; take 12 characters or more, such as a "
		       "few words";
	if (characters > PASSWORD_MAX)
		return "is too long; 256 characters are enough";
	take_text(&c, password);
	if (pieces(&c) < PIECES_MIN)
		return "is easily guessed: it is made of few well-known "
		       "pieces; take more words, or stranger ones";
	return NULL;
}
