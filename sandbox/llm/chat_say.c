/* chat_say: what is said: the first way that fits, then what limits it. */
#include "sandbox/llm/chat.h"

#define MESSAGE_TOKENS 4u /* what a message costs beside its text */
#define ANSWER_TOKENS 3u

static struct str
text_of(const json_t *v)
{
	if (!json_is_string(v))
		return (struct str){0};
	return (struct str){json_string_value(v), json_string_length(v)};
}

static struct str
role_of(const json_t *message)
{
	return text_of(json_object_get(message, "role"));
}

/* ---- what was asked ----------------------------------------------------- */

static struct str
join_parts(const json_t *parts, struct arena *a)
{
	size_t i, n = 0;
	struct str part;
	char *out;

	for (i = 0; i < json_array_size(parts); i++)
		n += json_string_length(
			 json_object_get(json_array_get(parts, i), "text")) +
		     1;
	out = arena_alloc(a, n + 1);
	for (i = n = 0; out != NULL && i < json_array_size(parts); i++) {
		part = text_of(
		    json_object_get(json_array_get(parts, i), "text"));
		if (part.n == 0)
			continue;
		memcpy(out + n, part.p, part.n);
		n += part.n;
		out[n++] = '\n';
	}
	return (struct str){out == NULL ? "" : out, n == 0 ? 0 : n - 1};
}

struct str
sb_chat_content(const json_t *message, struct arena *a)
{
	const json_t *content = json_object_get(message, "content");

	if (json_is_array(content))
		return join_parts(content, a);
	return json_is_string(content) ? text_of(content) : STR("");
}

struct str
sb_chat_question(const struct chat *c, struct arena *a)
{
	size_t i;

	for (i = json_array_size(c->messages); i-- > 0;) {
		const json_t *m = json_array_get(c->messages, i);

		if (str_eq(role_of(m), STR("user")))
			return sb_chat_content(m, a);
	}
	return (struct str){"", 0};
}

/* What is behind the mark; .p NULL: it is not there. */
static struct str
behind(struct str text, const char *mark)
{
	size_t n = strlen(mark);
	const char *at = text.n < n ? NULL : memmem(text.p, text.n, mark, n);

	if (at == NULL)
		return (struct str){0};
	return str_trim(
	    (struct str){at + n, text.n - (size_t)(at + n - text.p)});
}

/* ---- ways to answer ----------------------------------------------------- */

struct asked {
	const struct chat *chat;
	struct str question;
	struct arena *arena;
};

static bool
repeat_tool(const struct asked *q, struct saying *out)
{
	size_t n = json_array_size(q->chat->messages);
	const json_t *last = json_array_get(q->chat->messages, n - 1);
	struct str content;

	if (!str_eq(role_of(last), STR("tool")))
		return false;
	content = sb_chat_content(last, q->arena);
	out->text = arena_printf(
	    q->arena, "I found this: %.*s", STR_FMT(content));
	return true;
}

static struct str
first_tool(const struct chat *c)
{
	const json_t *f = json_object_get(
	    json_array_get(c->tools, 0), "function");

	return text_of(json_object_get(f, "name"));
}

/* Of "NAME arguments". */
static struct str
name_take(struct str *call)
{
	struct str name = {call->p, 0};

	while (name.n < call->n && strchr(" \t\r\n{", call->p[name.n]) == NULL)
		name.n++;
	*call = str_trim((struct str){call->p + name.n, call->n - name.n});
	return name;
}

static bool
call_tool(const struct asked *q, struct saying *out)
{
	struct str rest = behind(q->question, "call:"), name = {"", 0};
	const struct chat *c = q->chat;

	if (c->tools == NULL || c->no_tool)
		return false;
	if (rest.p != NULL)
		name = name_take(&rest);
	if (!sb_chat_has_tool(c, name) ||
	    (c->tool.p != NULL && !str_eq(name, c->tool))) {
		if (!c->must_call)
			return false;
		name = c->tool.p != NULL ? c->tool : first_tool(c);
		rest = (struct str){"", 0};
	}
	out->tool = name;
	out->arguments = rest.n > 0 ? rest : STR("{}");
	return true;
}

static bool
echo(const struct asked *q, struct saying *out)
{
	out->text = behind(q->question, "echo:");
	return out->text.p != NULL;
}

static bool
answer_from_passages(const struct asked *q, struct saying *out)
{
	const json_t *messages = q->chat->messages;
	bool found = false;
	struct str answer;
	size_t i;

	for (i = 0; i < json_array_size(messages); i++) {
		const json_t *m = json_array_get(messages, i);

		if (!str_eq(role_of(m), STR("system")) &&
		    !str_eq(role_of(m), STR("developer")))
			continue;
		answer = sb_passage_answer(
		    sb_chat_content(m, q->arena), q->question, q->arena);
		found = found || answer.p != NULL;
		if (answer.n > 0) {
			out->text = answer;
			return true;
		}
	}
	if (found)
		out->text = STR("I am sorry, I do not know that.");
	return found;
}

static bool
be_polite(const struct asked *q, struct saying *out)
{
	(void)q;
	out->text = STR("Thank you for your message. How can I help you?");
	return true;
}

static bool (*const ways[])(const struct asked *q, struct saying *out) = {
    repeat_tool, call_tool, echo, answer_from_passages, be_polite};

/* ---- what limits it ----------------------------------------------------- */

static void
cut_at_stops(const struct chat *c, struct saying *s)
{
	const char *at;
	size_t i;

	for (i = 0; i < c->stop_count; i++) {
		if (c->stop[i].n == 0 || s->text.n == 0)
			continue;
		at = memmem(s->text.p, s->text.n, c->stop[i].p, c->stop[i].n);
		if (at != NULL)
			s->text.n = (size_t)(at - s->text.p);
	}
}

static void
cut_at_most(const struct chat *c, struct saying *s)
{
	struct str rest = s->text;
	unsigned n = 0;

	while (n < c->most && sb_token_take(&rest).n > 0)
		n++;
	s->completion_tokens = n;
	if (rest.n == 0)
		return;
	s->text.n -= rest.n;
	s->finish = "length";
}

static unsigned
count_tool_tokens(const json_t *tools)
{
	size_t size = json_dumpb(tools, NULL, 0, JSON_COMPACT);

	return (unsigned)(size / 4);
}

static unsigned
count_prompt(const struct chat *c, struct arena *a)
{
	unsigned tokens = ANSWER_TOKENS + count_tool_tokens(c->tools);
	size_t i;

	for (i = 0; i < json_array_size(c->messages); i++)
		tokens += MESSAGE_TOKENS +
			  sb_token_count(sb_chat_content(
			      json_array_get(c->messages, i), a));
	return tokens;
}

enum err
sb_chat_say(const struct chat *c, struct arena *a, struct saying *out)
{
	const struct asked q = {c, sb_chat_question(c, a), a};
	size_t i = 0;

	*out = (struct saying){
	    .finish = "stop", .prompt_tokens = count_prompt(c, a)};
	while (!ways[i](&q, out))
		i++;
	if (out->tool.p != NULL) {
		out->finish = "tool_calls";
		out->completion_tokens = sb_token_count(out->arguments) +
					 sb_token_count(out->tool);
		return OK;
	}
	if (out->text.p != NULL)
		out->text = sb_format_write(c->format, out->text, a);
	if (out->text.p == NULL)
		return E_NOMEM;
	cut_at_stops(c, out);
	cut_at_most(c, out);
	return OK;
}
