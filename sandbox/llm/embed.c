/*
 * embed: embeddings: each word of a text adds 1 or -1 to one of the vector's
 * numbers, which its hash names. Texts that share words are near each other.
 */
#include "sandbox/llm/chat.h"
#include "core/json.h"
#include "sandbox/llm/llm_inside.h"

#include <math.h>
#include <sodium.h>
#include <stdlib.h>

#define INPUTS_MOST 2048u
#define INPUT_TOKENS_MOST 8192u
#define ALL_TOKENS_MOST 300000u

/* ---- a text as a vector ------------------------------------------------- */

static uint64_t
hash(const char *word, size_t n)
{
	uint64_t h = 0xcbf29ce484222325u;
	size_t i;

	for (i = 0; i < n; i++)
		h = (h ^ (unsigned char)word[i]) * 0x100000001b3u;
	h = (h ^ h >> 30) * 0xbf58476d1ce4e5b9u;
	return h ^ h >> 31;
}

/* Words may cancel each other out; then the text as a whole is one. */
static double
squares(double *v, unsigned dimensions, struct str text)
{
	double sum = 0;
	unsigned i;

	for (i = 0; i < dimensions; i++)
		sum += v[i] * v[i];
	if (sum > 0)
		return sum;
	v[hash(text.p, text.n) % dimensions] = 1;
	return 1;
}

void
sb_embed_text(struct str text, double *out, unsigned dimensions)
{
	char word[LLM_WORD_MOST];
	struct str rest = text;
	double length;
	uint64_t h;
	size_t n;
	unsigned i;

	for (i = 0; i < dimensions; i++)
		out[i] = 0;
	while ((n = sb_word_take(&rest, word)) > 0) {
		h = hash(word, n);
		out[h % dimensions] += (h >> 63) != 0 ? 1 : -1;
	}
	length = sqrt(squares(out, dimensions, text));
	for (i = 0; i < dimensions; i++)
		out[i] /= length;
}

/* ---- the request -------------------------------------------------------- */

static const char *const encodings[] = {"float", "base64", NULL};
static const struct llm_member members[] = {
    {.name = "model", .types = LLM_TEXT, .required = true},
    {.name = "input",
	.types = LLM_TEXT | LLM_LIST,
	.required = true,
	.elements = LLM_TEXT | LLM_WHOLE | LLM_LIST,
	.elements_most = INPUTS_MOST},
    {.name = "encoding_format", .types = LLM_TEXT, .words = encodings},
    {.name = "dimensions",
	.types = LLM_WHOLE,
	.bounded = true,
	.least = 1,
	.most = EMBED_MOST},
    {.name = "user", .types = LLM_TEXT},
    {.name = NULL},
};
static const struct llm_object schema = {.members = members};

struct embedding {
	struct visit *visit;
	struct llm_wrong wrong;
	unsigned dimensions, tokens, count;
	bool base64;
	double *vector;
	struct buf out;
};

static void
put_base64(struct embedding *e)
{
	size_t n = e->dimensions * sizeof(float), i,
	       room = sodium_base64_ENCODED_LEN(
		   n, sodium_base64_VARIANT_ORIGINAL);
	float *values = arena_alloc(e->visit->arena, n);
	char *text = buf_room(&e->out, room + 2);

	if (values == NULL || text == NULL) {
		e->out.failed = true;
		return;
	}
	/* Little-endian, as all machines are that this is built for. */
	for (i = 0; i < e->dimensions; i++)
		values[i] = (float)e->vector[i];
	text[0] = '"';
	sodium_bin2base64(text + 1, room, (const unsigned char *)values, n,
	    sodium_base64_VARIANT_ORIGINAL);
	text[room] = '"'; /* where its NUL was */
	e->out.len += room + 1;
}

static void
put_numbers(struct embedding *e)
{
	unsigned i;

	buf_char(&e->out, '[');
	for (i = 0; i < e->dimensions; i++)
		buf_addf(&e->out, "%s%.9g", i == 0 ? "" : ",", e->vector[i]);
	buf_char(&e->out, ']');
}

static bool
refuse(struct embedding *e, const char *words)
{
	return sb_llm_wrong(&e->wrong, NULL, "input", "%s", words);
}

static bool
add_text(struct embedding *e, struct str text, unsigned tokens)
{
	if (tokens == 0)
		return refuse(e, "'input' cannot be an empty string.");
	if (tokens > INPUT_TOKENS_MOST)
		return refuse(e, "This model's maximum context length is 8192 "
				 "tokens. Please reduce your prompt.");
	e->tokens += tokens;
	if (e->tokens > ALL_TOKENS_MOST)
		return refuse(e, "Requested too many tokens: max 300000 "
				 "tokens per request.");
	sb_embed_text(text, e->vector, e->dimensions);
	buf_addf(&e->out,
	    "%s{\"object\":\"embedding\",\"index\":%u,\"embedding\":",
	    e->count == 0 ? "" : ",", e->count);
	e->count++;
	if (e->base64)
		put_base64(e);
	else
		put_numbers(e);
	buf_char(&e->out, '}');
	return true;
}

/* Tokens stand for words: their numbers. */
static bool
add_tokens(struct embedding *e, const json_t *list)
{
	struct buf text = {0};
	size_t i;
	bool right;

	for (i = 0; i < json_array_size(list); i++) {
		const json_t *token = json_array_get(list, i);

		if (!json_is_integer(token)) {
			buf_free(&text);
			return refuse(e, "Invalid 'input': tokens are "
					 "integers.");
		}
		buf_addf(&text, "%lld ", (long long)json_integer_value(token));
	}
	right = add_text(e, buf_view(&text), (unsigned)json_array_size(list));
	buf_free(&text);
	return right;
}

static bool
add_one(struct embedding *e, const json_t *v)
{
	struct str text = json_text_of(v);

	if (json_is_string(v))
		return add_text(e, text, sb_token_count(text));
	return json_is_array(v)
		   ? add_tokens(e, v)
		   : refuse(e, "Invalid 'input': strings and tokens do not "
			       "mix.");
}

static bool
add_all(struct embedding *e, const json_t *input)
{
	size_t i;

	if (json_is_string(input))
		return add_one(e, input);
	if (json_is_integer(json_array_get(input, 0)))
		return add_tokens(e, input);
	for (i = 0; i < json_array_size(input); i++)
		if (!add_one(e, json_array_get(input, i)))
			return false;
	return true;
}

static bool
embed(struct embedding *e, const json_t *body)
{
	const json_t *dimensions = json_object_get(body, "dimensions");
	const char *encoding = json_string_value(
	    json_object_get(body, "encoding_format"));

	if (!sb_llm_check(body, &schema, "", &e->wrong))
		return false;
	e->dimensions = dimensions == NULL
			    ? EMBED_PRESET
			    : (unsigned)json_integer_value(dimensions);
	e->base64 = encoding != NULL && strcmp(encoding, "base64") == 0;
	e->vector = arena_alloc(
	    e->visit->arena, e->dimensions * sizeof(*e->vector));
	e->out.failed = e->vector == NULL;
	buf_str(&e->out, "{\"object\":\"list\",\"data\":[");
	if (e->vector != NULL && !add_all(e, json_object_get(body, "input")))
		return false;
	buf_char(&e->out, ']');
	sb_put_text(&e->out, "model",
	    str_from(json_string_value(json_object_get(body, "model"))));
	buf_addf(&e->out,
	    ",\"usage\":{\"prompt_tokens\":%u,\"total_tokens\":%u}}", e->tokens,
	    e->tokens);
	return true;
}

void
sb_llm_embed(struct visit *v, const json_t *body)
{
	struct embedding e = {.visit = v, .wrong = {.arena = v->arena}};
	bool right = embed(&e, body);

	if (!right)
		sb_llm_refuse(v, &e.wrong);
	else if (e.out.failed)
		sb_llm_give_up(v);
	else
		sb_visit_reply(v, 200, "application/json", buf_view(&e.out));
	buf_free(&e.out);
}
