/*
 * chat_serve: a chat completion as an answer: whole, or as a stream of
 * events, which are all written first and then sent one by one.
 */
#include "sandbox/courier.h"
#include "sandbox/llm/chat.h"
#include "sandbox/llm/llm_inside.h"

#include <stdlib.h>

#define EVENTS_MOST (LLM_COMPLETION_MOST + 8u)
#define PADDING_MOST 12u

static const char content_type[] = "application/json";

struct answer {
	struct visit *visit;
	struct chat chat;
	struct saying said;
	char id[LLM_ID_TEXT];
};

/* ---- parts of both ------------------------------------------------------ */

static void
put_head(struct buf *b, const struct answer *a, const char *object)
{
	buf_char(b, '{');
	sb_put_text(b, "id", str_from(a->id));
	sb_put_text(b, "object", str_from(object));
	sb_put_number(b, "created", a->visit->now / 1000);
	sb_put_text(b, "model", a->chat.model);
	sb_put_text(b, "service_tier", STR("default"));
	sb_put_text(b, "system_fingerprint", STR("fp_sandbox"));
}

static void
put_usage(struct buf *b, const struct saying *s)
{
	buf_addf(b,
	    ",\"usage\":{\"prompt_tokens\":%u,\"completion_tokens\":%u,"
	    "\"total_tokens\":%u,\"prompt_tokens_details\":{"
	    "\"cached_tokens\":0,\"audio_tokens\":0},"
	    "\"completion_tokens_details\":{\"reasoning_tokens\":0,"
	    "\"audio_tokens\":0,\"accepted_prediction_tokens\":0,"
	    "\"rejected_prediction_tokens\":0}}",
	    s->prompt_tokens, s->completion_tokens,
	    s->prompt_tokens + s->completion_tokens);
}

static void
put_call(struct buf *b, const struct answer *a)
{
	/* The id is the answer's own, by another name. */
	buf_addf(b, "\"id\":\"call_%s\",\"type\":\"function\",\"function\":{",
	    a->id + sizeof("chatcmpl-") - 1);
	sb_put_text(b, "name", a->said.tool);
}

/* ---- whole -------------------------------------------------------------- */

static void
put_message(struct buf *b, const struct answer *a)
{
	buf_str(b, "{\"role\":\"assistant\"");
	if (a->said.tool.p == NULL) {
		sb_put_text(b, "content", a->said.text);
	} else {
		buf_str(b, ",\"content\":null,\"tool_calls\":[{");
		put_call(b, a);
		sb_put_text(b, "arguments", a->said.arguments);
		buf_str(b, "}}]");
	}
	buf_str(b, ",\"refusal\":null,\"annotations\":[]}");
}

static void
reply_whole(struct answer *a)
{
	struct visit *v = a->visit;
	struct buf b = {0};

	put_head(&b, a, "chat.completion");
	buf_str(&b, ",\"choices\":[{\"index\":0,\"message\":");
	put_message(&b, a);
	buf_addf(&b, ",\"logprobs\":null,\"finish_reason\":\"%s\"}]",
	    a->said.finish);
	put_usage(&b, &a->said);
	buf_char(&b, '}');
	if (b.failed)
		sb_llm_give_up(v);
	else
		sb_visit_reply(v, 200, content_type, buf_view(&b));
	buf_free(&b);
}

/* ---- a stream, written -------------------------------------------------- */

struct stream {
	struct visit *visit;
	struct buf bytes;
	size_t ends[EVENTS_MOST]; /* of each event, in the bytes */
	unsigned count, sent;
	unsigned ms; /* between two events */
};

static void
end_event(struct stream *s)
{
	buf_str(&s->bytes, "\n\n");
	if (s->count < EVENTS_MOST)
		s->ends[s->count++] = s->bytes.len;
}

/* Random in the vendor's; here as long as the content makes it. */
static void
put_padding(struct stream *s, const struct answer *a, size_t size)
{
	if (a->chat.padding)
		buf_addf(&s->bytes, ",\"obfuscation\":\"%.*s\"",
		    (int)(PADDING_MOST - size % PADDING_MOST), "abcdefghijkl");
}

/* delta: without its braces; finish NULL: not yet. */
static void
put_event(struct stream *s, const struct answer *a, struct str delta,
    const char *finish)
{
	struct buf *b = &s->bytes;

	buf_str(b, "data: ");
	put_head(b, a, "chat.completion.chunk");
	buf_str(b, ",\"choices\":[{\"index\":0,\"delta\":{");
	buf_add(b, delta.p, delta.n);
	buf_str(b, "},\"logprobs\":null,\"finish_reason\":");
	buf_addf(b, finish == NULL ? "null}]" : "\"%s\"}]", finish);
	if (a->chat.usage)
		buf_str(b, ",\"usage\":null");
	put_padding(s, a, delta.n);
	buf_char(b, '}');
	end_event(s);
}

static void
put_text_events(struct stream *s, const struct answer *a)
{
	struct str rest = a->said.text, token;
	struct buf delta = {0};

	put_event(s, a,
	    STR("\"role\":\"assistant\",\"content\":\"\",\"refusal\":null"),
	    NULL);
	while ((token = sb_token_take(&rest)).n > 0) {
		buf_clear(&delta);
		sb_put_text(&delta, "content", token);
		put_event(s, a, buf_view(&delta), NULL);
	}
	buf_free(&delta);
}

static void
put_call_events(struct stream *s, const struct answer *a)
{
	struct str rest = a->said.arguments, token;
	struct buf delta = {0};

	buf_str(&delta, "\"role\":\"assistant\",\"content\":null,"
			"\"tool_calls\":[{\"index\":0,");
	put_call(&delta, a);
	buf_str(&delta, ",\"arguments\":\"\"}}],\"refusal\":null");
	put_event(s, a, buf_view(&delta), NULL);
	while ((token = sb_token_take(&rest)).n > 0 &&
	       s->count < LLM_COMPLETION_MOST) {
		buf_clear(&delta);
		buf_str(&delta, "\"tool_calls\":[{\"index\":0,\"function\":{");
		sb_put_text(&delta, "arguments", token);
		buf_str(&delta, "}}]");
		put_event(s, a, buf_view(&delta), NULL);
	}
	buf_free(&delta);
}

static void
put_last_events(struct stream *s, const struct answer *a)
{
	put_event(s, a, STR(""), a->said.finish);
	if (a->chat.usage) {
		buf_str(&s->bytes, "data: ");
		put_head(&s->bytes, a, "chat.completion.chunk");
		buf_str(&s->bytes, ",\"choices\":[]");
		put_usage(&s->bytes, &a->said);
		put_padding(s, a, 0);
		buf_char(&s->bytes, '}');
		end_event(s);
	}
	buf_str(&s->bytes, "data: [DONE]");
	end_event(s);
}

/* ---- a stream, sent ----------------------------------------------------- */

static void
free_stream(struct stream *s)
{
	buf_free(&s->bytes);
	free(s);
}

static void
end_stream(struct stream *s, bool told)
{
	struct request *r = s->visit->request;

	if (!told)
		sb_visit_untold(s->visit);
	free_stream(s);
	request_stream_end(r);
}

static enum err
push_next(struct stream *s)
{
	size_t from = s->sent == 0 ? 0 : s->ends[s->sent - 1];
	struct str event = {s->bytes.data + from, s->ends[s->sent] - from};

	/* Half of it is no JSON. */
	if (s->visit->strike.kind == RULE_GARBAGE && s->sent == s->count / 2)
		event = STR("data: {\"id\":tr\xff\xfe\n\n");
	s->sent++;
	return request_stream_push(s->visit->request, event);
}

/* With a cut, only the first half is sent. */
static unsigned
how_many(const struct stream *s)
{
	return s->visit->strike.kind == RULE_CUT_AFTER ? s->count / 2
						       : s->count;
}

static void
send_on(void *stream)
{
	struct stream *s = stream;
	enum rule_kind rule = s->visit->strike.kind;
	enum err e = OK;

	while (e == OK && s->sent < how_many(s)) {
		e = push_next(s);
		if (e != OK || s->ms == 0 || s->sent == how_many(s))
			continue;
		e = sb_courier_later(
		    s->visit->sandbox->courier, s->ms, send_on, s);
		if (e == OK)
			return;
	}
	end_stream(
	    s, e == OK && rule != RULE_CUT_AFTER && rule != RULE_GARBAGE);
}

static void
on_closed(void *arg)
{
	(void)arg;
}

static void
begin_stream(struct stream *s, const struct answer *a)
{
	const struct llm *l = a->visit->state;
	struct visit *v = a->visit;
	bool delayed = v->strike.kind == RULE_DELAY;

	s->ms = delayed ? v->strike.ms : l->chunk_ms;
	sb_visit_stream(
	    v, "text/event-stream", s->bytes.len + 65536, on_closed, s);
	if (!delayed ||
	    sb_courier_later(v->sandbox->courier, s->ms, send_on, s) != OK)
		send_on(s);
}

static void
reply_stream(struct answer *a)
{
	struct stream *s = calloc(1, sizeof(*s));

	if (s == NULL) {
		sb_llm_give_up(a->visit);
		return;
	}
	s->visit = a->visit;
	if (a->said.tool.p != NULL)
		put_call_events(s, a);
	else
		put_text_events(s, a);
	put_last_events(s, a);
	if (!s->bytes.failed) {
		begin_stream(s, a);
		return;
	}
	free_stream(s);
	sb_llm_give_up(a->visit);
}

/* ---- the request -------------------------------------------------------- */

static void
note_effect(struct answer *a)
{
	struct visit *v = a->visit;
	const struct saying *s = &a->said;
	struct buf more = {0};
	struct effect e = {.vendor = "llm",
	    .kind = "chat",
	    .account = a->chat.model,
	    .to = a->chat.user,
	    .text = s->tool.p != NULL ? s->arguments : s->text,
	    .id = str_from(a->id)};

	sb_put_text(&more, "question", sb_chat_question(&a->chat, v->arena));
	if (s->tool.p != NULL)
		sb_put_text(&more, "tool", s->tool);
	sb_put_raw(
	    &more, "stream", a->chat.stream ? STR("true") : STR("false"));
	sb_put_number(&more, "prompt_tokens", s->prompt_tokens);
	sb_put_number(&more, "completion_tokens", s->completion_tokens);
	e.more = buf_view(&more);
	sandbox_lock(v->sandbox);
	sandbox_effect(v->sandbox, v, &e);
	sandbox_unlock(v->sandbox);
	buf_free(&more);
}

static bool
fits_context(struct answer *a, struct llm_wrong *w)
{
	const struct llm *l = a->visit->state;

	if (a->said.prompt_tokens <= l->context)
		return true;
	return sb_llm_wrong(w, "context_length_exceeded", "messages",
	    "This model's maximum context length is %u tokens. However, your "
	    "messages resulted in %u tokens. Please reduce the length of the "
	    "messages.",
	    l->context, a->said.prompt_tokens);
}

void
sb_llm_chat(struct visit *v, const json_t *body)
{
	struct answer *a = arena_alloc(v->arena, sizeof(*a));
	struct llm_wrong w = {.arena = v->arena};

	if (a == NULL) {
		sb_llm_give_up(v);
		return;
	}
	a->visit = v;
	if (!sb_chat_read(body, v->arena, &a->chat, &w)) {
		sb_llm_refuse(v, &w);
		return;
	}
	if (sb_chat_say(&a->chat, v->arena, &a->said) != OK) {
		sb_llm_give_up(v);
		return;
	}
	if (!fits_context(a, &w)) {
		sb_llm_refuse(v, &w);
		return;
	}
	sb_llm_make_id(v, a->id);
	note_effect(a);
	if (a->chat.stream)
		reply_stream(a);
	else
		reply_whole(a);
}
