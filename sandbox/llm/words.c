/*
 * words: texts as words, tokens and sentences, and the passage that answers a
 * question best: by how many of its words a sentence has.
 */
#include "core/utf8.h"
#include "sandbox/llm/chat.h"

#define QUESTION_WORDS 64u
#define LABEL_MOST 40u

/* ---- tokens ------------------------------------------------------------- */

static bool
is_space(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

struct str
sb_token_take(struct str *text)
{
	struct str token = {text->p, 0};
	size_t n;

	while (token.n < text->n && is_space(text->p[token.n]) &&
	       token.n < LLM_TOKEN_MOST)
		token.n++;
	while (token.n < text->n && !is_space(text->p[token.n])) {
		n = utf8_step(text->p + token.n, text->n - token.n);
		n = n == 0 ? 1 : n;
		if (token.n + n > LLM_TOKEN_MOST)
			break;
		token.n += n;
	}
	*text = (struct str){text->p + token.n, text->n - token.n};
	return token;
}

unsigned
sb_token_count(struct str text)
{
	unsigned n = 0;

	while (sb_token_take(&text).n > 0)
		n++;
	return n;
}

/* ---- words -------------------------------------------------------------- */

/* What is not ASCII counts as a letter. */
static bool
is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	       (c >= '0' && c <= '9') || (unsigned char)c >= 128;
}

static char
small(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c + 32) : c;
}

size_t
sb_word_take(struct str *text, char out[LLM_WORD_MOST])
{
	size_t i = 0, n = 0;

	while (i < text->n && !is_letter(text->p[i]))
		i++;
	for (; i < text->n && is_letter(text->p[i]); i++)
		if (n < LLM_WORD_MOST)
			out[n++] = small(text->p[i]);
	*text = (struct str){text->p + i, text->n - i};
	return n;
}

struct words {
	char text[QUESTION_WORDS][LLM_WORD_MOST];
	size_t length[QUESTION_WORDS];
	size_t count;
};

/* Says nothing of what is asked. */
static bool
is_filler(const char *word, size_t n)
{
	static const struct str fillers[] = {STR("the"), STR("and"), STR("you"),
	    STR("your"), STR("are"), STR("can"), STR("how"), STR("what"),
	    STR("when"), STR("where"), STR("who"), STR("why"), STR("does"),
	    STR("did"), STR("for"), STR("with"), STR("this"), STR("that"),
	    STR("have"), STR("has"), STR("was"), STR("will"), STR("please"),
	    STR("which"), STR("from"), STR("there"), STR("much"), STR("many"),
	    STR("about"), STR("any")};
	size_t i;

	for (i = 0; i < ARRAY_LEN(fillers); i++)
		if (str_eq((struct str){word, n}, fillers[i]))
			return true;
	return n < 3;
}

/* "returns" and "return" are one word. */
static size_t
stem(const char *word, size_t n)
{
	return n > 3 && word[n - 1] == 's' ? n - 1 : n;
}

static bool
has_word(const struct words *w, const char *word, size_t n, size_t *which)
{
	for (*which = 0; *which < w->count; ++*which)
		if (w->length[*which] == n &&
		    memcmp(w->text[*which], word, n) == 0)
			return true;
	return false;
}

static void
read_words(struct words *w, struct str text)
{
	char word[LLM_WORD_MOST];
	size_t n, at;

	w->count = 0;
	while (
	    w->count < QUESTION_WORDS && (n = sb_word_take(&text, word)) > 0) {
		if (is_filler(word, n))
			continue;
		n = stem(word, n);
		if (has_word(w, word, n, &at))
			continue;
		memcpy(w->text[w->count], word, n);
		w->length[w->count++] = n;
	}
}

/* How many of the words the sentence has, each counted once. */
static size_t
score(const struct words *w, struct str sentence)
{
	bool seen[QUESTION_WORDS] = {false};
	char word[LLM_WORD_MOST];
	size_t n, at, count = 0;

	while ((n = sb_word_take(&sentence, word)) > 0) {
		if (!has_word(w, word, stem(word, n), &at) || seen[at])
			continue;
		seen[at] = true;
		count++;
	}
	return count;
}

/* ---- passages ----------------------------------------------------------- */

static struct str
line_take(struct str *rest)
{
	const char *end = memchr(rest->p, '\n', rest->n);
	struct str line = *rest;

	if (end != NULL)
		line.n = (size_t)(end - rest->p);
	*rest = (struct str){rest->p + line.n, rest->n - line.n};
	if (end != NULL)
		*rest = (struct str){rest->p + 1, rest->n - 1};
	return line;
}

/* "[3] ...": 3. .n 0: the line has no label. */
static struct str
label_of(struct str line)
{
	struct str label = {"", 0};
	size_t i;

	if (line.n < 3 || line.p[0] != '[')
		return label;
	for (i = 1; i < line.n && i <= LABEL_MOST + 1; i++)
		if (line.p[i] == ']')
			return (struct str){line.p + 1, i - 1};
		else if (is_space(line.p[i]) || line.p[i] == '[')
			break;
	return label;
}

static bool
ends_passages(struct str line)
{
	static const struct str marks[] = {STR("#"), STR("---"), STR("</")};
	size_t i;

	for (i = 0; i < ARRAY_LEN(marks); i++)
		if (line.n >= marks[i].n &&
		    memcmp(line.p, marks[i].p, marks[i].n) == 0)
			return true;
	return false;
}

/* Up to the mark that ends it, with the mark. */
static struct str
sentence_take(struct str *line)
{
	struct str sentence = *line;
	size_t i;

	for (i = 0; i < line->n; i++)
		if (strchr(".!?", line->p[i]) != NULL && line->p[i] != '\0' &&
		    (i + 1 == line->n || is_space(line->p[i + 1])))
			break;
	sentence.n = i < line->n ? i + 1 : i;
	*line = (struct str){line->p + sentence.n, line->n - sentence.n};
	return str_trim(sentence);
}

struct best {
	struct str sentence, label;
	size_t score;
};

static void
judge_line(
    struct best *b, const struct words *w, struct str label, struct str line)
{
	struct str sentence;
	size_t points;

	while (line.n > 0) {
		sentence = sentence_take(&line);
		points = score(w, sentence);
		if (points <= b->score)
			continue;
		*b = (struct best){sentence, label, points};
	}
}

struct str
sb_passage_answer(struct str text, struct str question, struct arena *a)
{
	struct str line, label = {"", 0}, next;
	struct best best = {0};
	bool found = false;
	struct words w;

	read_words(&w, question);
	while (text.n > 0) {
		line = line_take(&text);
		next = label_of(line);
		if (next.n > 0 || ends_passages(line))
			label = next;
		if (next.n > 0)
			line = (struct str){
			    line.p + next.n + 2, line.n - next.n - 2};
		found = found || next.n > 0;
		if (label.n > 0)
			judge_line(&best, &w, label, line);
	}
	if (best.score == 0)
		return (struct str){found ? "" : NULL, 0};
	return arena_printf(
	    a, "%.*s [%.*s]", STR_FMT(best.sentence), STR_FMT(best.label));
}
