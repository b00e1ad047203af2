/* chat_read: what the members of a request have to do with each other. */
#include "sandbox/llm/chat.h"

#include <stdio.h>

/* ---- what members have to do with each other ---------------------------- */

struct reader {
	const json_t *body;
	struct arena *arena;
	struct chat *chat;
	struct llm_wrong *wrong;
};

static struct str
text_of(const json_t *v)
{
	if (!json_is_string(v))
		return (struct str){0};
	return (struct str){json_string_value(v), json_string_length(v)};
}

static const json_t *
get(const struct reader *r, const char *name)
{
	return json_object_get(r->body, name);
}

static bool
is_given(const struct reader *r, const char *name)
{
	return get(r, name) != NULL && !json_is_null(get(r, name));
}

static bool
read_tokens(struct reader *r)
{
	static const char *const names[] = {
	    "max_completion_tokens", "max_tokens"};
	json_int_t n;
	size_t i;

	r->chat->most = LLM_COMPLETION_MOST;
	if (is_given(r, names[0]) && is_given(r, names[1]))
		return sb_llm_wrong(r->wrong, "invalid_parameter_combination",
		    "max_tokens",
		    "Setting 'max_tokens' and 'max_completion_tokens' at the "
		    "same time is not supported.");
	for (i = 0; i < ARRAY_LEN(names); i++) {
		if (!is_given(r, names[i]))
			continue;
		n = json_integer_value(get(r, names[i]));
		if (n > LLM_COMPLETION_MOST)
			return sb_llm_wrong(r->wrong, "invalid_value", names[i],
			    "%s is too large: %lld. This model supports at "
			    "most %u completion tokens.",
			    names[i], (long long)n, LLM_COMPLETION_MOST);
		r->chat->most = (unsigned)n;
	}
	return true;
}

static bool
read_stream(struct reader *r)
{
	const json_t *options = get(r, "stream_options"), *padding;

	r->chat->stream = json_is_true(get(r, "stream"));
	if (is_given(r, "stream_options") && !r->chat->stream)
		return sb_llm_wrong(r->wrong, NULL, "stream_options",
		    "The 'stream_options' parameter is only allowed when "
		    "'stream' is enabled.");
	r->chat->usage = json_is_true(
	    json_object_get(options, "include_usage"));
	padding = json_object_get(options, "include_obfuscation");
	r->chat->padding = padding == NULL || json_is_true(padding);
	return true;
}

static bool
read_stop(struct reader *r)
{
	const json_t *stop = get(r, "stop");
	size_t i;

	if (json_is_string(stop))
		r->chat->stop[r->chat->stop_count++] = text_of(stop);
	for (i = 0; i < json_array_size(stop); i++)
		r->chat->stop[r->chat->stop_count++] = text_of(
		    json_array_get(stop, i));
	return true;
}

/* What the model cannot do. */
static bool
read_unsupported(struct reader *r)
{
	if (is_given(r, "n") && json_integer_value(get(r, "n")) != 1)
		return sb_llm_wrong(r->wrong, "unsupported_value", "n",
		    "Unsupported value: 'n' must be 1 with this model.");
	if (json_is_true(get(r, "logprobs")))
		return sb_llm_wrong(r->wrong, "unsupported_parameter",
		    "logprobs",
		    "Unsupported parameter: 'logprobs' is not supported with "
		    "this model.");
	return true;
}

/* ---- tools -------------------------------------------------------------- */

static bool
is_function_name(const char *name)
{
	return name[strspn(name, "abcdefghijklmnopqrstuvwxyz"
				 "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-")] ==
	       '\0';
}

static bool
check_tool(struct reader *r, size_t i)
{
	const json_t *f = json_object_get(
	    json_array_get(r->chat->tools, i), "function");
	const char *name = json_string_value(json_object_get(f, "name"));
	const json_t *parameters = json_object_get(f, "parameters");
	const char *type = json_string_value(
	    json_object_get(parameters, "type"));
	char path[64];

	(void)snprintf(path, sizeof(path), "tools[%zu].function.name", i);
	if (!is_function_name(name))
		return sb_llm_wrong(r->wrong, "invalid_value", path,
		    "Invalid '%s': string does not match pattern. Expected a "
		    "string that matches the pattern '^[a-zA-Z0-9_-]+$'.",
		    path);
	(void)snprintf(path, sizeof(path), "tools[%zu].function.parameters", i);
	if (parameters != NULL && (type == NULL || strcmp(type, "object") != 0))
		return sb_llm_wrong(r->wrong, "invalid_function_parameters",
		    path,
		    "Invalid schema for function '%s': schema must be a JSON "
		    "Schema of 'type: \"object\"', got 'type: \"%.50s\"'.",
		    name, type == NULL ? "None" : type);
	return true;
}

bool
sb_chat_has_tool(const struct chat *c, struct str name)
{
	size_t i;

	for (i = 0; i < json_array_size(c->tools); i++)
		if (str_eq(
			name, text_of(json_object_get(
				  json_object_get(
				      json_array_get(c->tools, i), "function"),
				  "name"))))
			return true;
	return false;
}

static bool
read_choice(struct reader *r)
{
	const json_t *choice_given = get(r, "tool_choice");
	struct str word = text_of(choice_given);
	struct chat *c = r->chat;

	if (choice_given == NULL)
		return true;
	if (c->tools == NULL)
		return sb_llm_wrong(r->wrong, NULL, "tool_choice",
		    "Invalid value for 'tool_choice': 'tool_choice' is only "
		    "allowed when 'tools' are specified.");
	c->no_tool = str_eq(word, STR("none"));
	c->must_call = json_is_object(choice_given) ||
		       str_eq(word, STR("required"));
	c->tool = text_of(
	    json_object_get(json_object_get(choice_given, "function"), "name"));
	if (c->tool.p != NULL && !sb_chat_has_tool(c, c->tool))
		return sb_llm_wrong(r->wrong, NULL, "tool_choice",
		    "Tool choice '%.64s' not found in 'tools' parameter.",
		    c->tool.p);
	return true;
}

static bool
read_tools(struct reader *r)
{
	size_t i;

	r->chat->tools = get(r, "tools");
	for (i = 0; i < json_array_size(r->chat->tools); i++)
		if (!check_tool(r, i))
			return false;
	return read_choice(r);
}

/* ---- messages ----------------------------------------------------------- */

/* The tool's answers that stand from `at` on: is this call among them? */
static bool
is_answered(const json_t *messages, size_t at, struct str id)
{
	for (; at < json_array_size(messages); at++) {
		const json_t *m = json_array_get(messages, at);

		if (!str_eq(text_of(json_object_get(m, "role")), STR("tool")))
			return false;
		if (str_eq(text_of(json_object_get(m, "tool_call_id")), id))
			return true;
	}
	return false;
}

static bool
check_calls(struct reader *r, size_t at, const json_t *calls)
{
	char path[64];
	size_t i;

	for (i = 0; i < json_array_size(calls); i++) {
		struct str id = text_of(
		    json_object_get(json_array_get(calls, i), "id"));

		if (is_answered(r->chat->messages, at + 1, id))
			continue;
		(void)snprintf(path, sizeof(path), "messages.[%zu].role", at);
		return sb_llm_wrong(r->wrong, NULL, path,
		    "An assistant message with 'tool_calls' must be followed "
		    "by tool messages responding to each 'tool_call_id'. The "
		    "following tool_call_ids did not have response messages: "
		    "%.64s",
		    id.p);
	}
	return true;
}

static bool
is_asked_for(const json_t *calls, struct str id)
{
	size_t i;

	for (i = 0; i < json_array_size(calls); i++)
		if (str_eq(text_of(
			       json_object_get(json_array_get(calls, i), "id")),
			id))
			return true;
	return false;
}

static bool
read_messages(struct reader *r)
{
	const json_t *calls = NULL;
	char path[64];
	size_t i;

	r->chat->messages = get(r, "messages");
	for (i = 0; i < json_array_size(r->chat->messages); i++) {
		const json_t *m = json_array_get(r->chat->messages, i);
		bool answer = json_object_get(m, "tool_call_id") != NULL;

		(void)snprintf(path, sizeof(path), "messages.[%zu].role", i);
		if (answer && !is_asked_for(calls,
				  text_of(json_object_get(m, "tool_call_id"))))
			return sb_llm_wrong(r->wrong, NULL, path,
			    "Invalid parameter: messages with role 'tool' must "
			    "be a response to a preceeding message with "
			    "'tool_calls'.");
		if (!answer)
			calls = json_object_get(m, "tool_calls");
		if (!answer && !check_calls(r, i, calls))
			return false;
	}
	return true;
}

/* An assistant's message needs something in it. */
static bool
read_contents(struct reader *r)
{
	char path[64];
	size_t i;

	for (i = 0; i < json_array_size(r->chat->messages); i++) {
		const json_t *m = json_array_get(r->chat->messages, i);
		const json_t *content = json_object_get(m, "content");

		if ((content != NULL && !json_is_null(content)) ||
		    json_object_get(m, "tool_calls") != NULL ||
		    json_is_string(json_object_get(m, "refusal")))
			continue;
		(void)snprintf(path, sizeof(path), "messages.[%zu].content", i);
		return sb_llm_wrong(r->wrong, NULL, path,
		    "Invalid value for 'content': expected a string, got "
		    "null.");
	}
	return true;
}

static bool
has_word_json(struct reader *r)
{
	size_t i;

	for (i = 0; i < json_array_size(r->chat->messages); i++) {
		struct str text = sb_chat_content(
		    json_array_get(r->chat->messages, i), r->arena);

		if (strcasestr(text.p, "json") != NULL)
			return true;
	}
	return false;
}

static bool
read_format(struct reader *r)
{
	const json_t *f = get(r, "response_format");
	struct str type = text_of(json_object_get(f, "type"));

	if (str_eq(type, STR("json_object")) && !has_word_json(r))
		return sb_llm_wrong(r->wrong, NULL, "messages",
		    "'messages' must contain the word 'json' in some form, to "
		    "use 'response_format' of type 'json_object'.");
	r->chat->format = str_eq(type, STR("text")) ? NULL : f;
	return true;
}

/* ---- all of it ---------------------------------------------------------- */

bool
sb_chat_read(const json_t *body, struct arena *a, struct chat *out,
    struct llm_wrong *wrong)
{
	static bool (*const readers[])(struct reader * r) = {read_tokens,
	    read_stream, read_stop, read_unsupported, read_tools, read_messages,
	    read_contents, read_format};
	struct reader r = {body, a, out, wrong};
	size_t i;

	*out = (struct chat){0};
	wrong->arena = a;
	if (!sb_llm_check(body, &sb_chat_schema, "", wrong))
		return false;
	out->model = text_of(get(&r, "model"));
	out->user = text_of(get(&r, "user"));
	if (out->user.p == NULL)
		out->user = text_of(get(&r, "safety_identifier"));
	for (i = 0; i < ARRAY_LEN(readers); i++)
		if (!readers[i](&r))
			return false;
	return true;
}
