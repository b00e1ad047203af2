/* chat_schema: what a request for a chat completion may hold. */
#include "sandbox/llm/chat.h"

#define PARTS_MOST 2048u

#define MEMBER(word, kinds) \
	{ \
		.name = word, .types = kinds \
	}
#define NEEDED(word, kinds) \
	{ \
		.name = word, .types = kinds, .required = true \
	}
#define BOUNDED(word, kinds, low, high) \
	{ \
		.name = word, .types = kinds, .bounded = true, .least = low, \
		.most = high \
	}
#define ONE_OF(word, list) \
	{ \
		.name = word, .types = LLM_TEXT | LLM_NULL, .words = list \
	}
/* A list has at least one element. */
#define LIST(word, kinds, needed, number, what) \
	{ \
		.name = word, .types = kinds, .required = needed, \
		.elements = LLM_OBJECT, .elements_most = number, \
		.object = what \
	}
#define PART(word, what) \
	{ \
		.name = word, .types = LLM_OBJECT, .required = true, \
		.object = what \
	}
#define CONTENT(kinds, needed, parts) \
	LIST("content", kinds, needed, PARTS_MOST, parts)

static const struct llm_member text_part[] = {
    NEEDED("type", LLM_TEXT), NEEDED("text", LLM_TEXT), {.name = NULL}};
static const struct llm_member refusal_part[] = {
    NEEDED("type", LLM_TEXT), NEEDED("refusal", LLM_TEXT), {.name = NULL}};

static const char *const details[] = {"auto", "low", "high", NULL};
static const struct llm_member image_members[] = {
    NEEDED("url", LLM_TEXT), ONE_OF("detail", details), {.name = NULL}};
static const struct llm_object image = {.members = image_members};
static const struct llm_member image_part[] = {
    NEEDED("type", LLM_TEXT), PART("image_url", &image), {.name = NULL}};

static const struct llm_variant text_variants[] = {
    {"text", text_part}, {NULL, NULL}};
static const struct llm_variant user_variants[] = {
    {"text", text_part}, {"image_url", image_part}, {NULL, NULL}};
static const struct llm_variant own_variants[] = {
    {"text", text_part}, {"refusal", refusal_part}, {NULL, NULL}};
static const struct llm_object text_parts = {
    .tag = "type", .variants = text_variants};
static const struct llm_object user_parts = {
    .tag = "type", .variants = user_variants};
static const struct llm_object own_parts = {
    .tag = "type", .variants = own_variants};

static const struct llm_member system_message[] = {NEEDED("role", LLM_TEXT),
    MEMBER("name", LLM_TEXT), CONTENT(LLM_TEXT | LLM_LIST, true, &text_parts),
    {.name = NULL}};
static const struct llm_member user_message[] = {NEEDED("role", LLM_TEXT),
    MEMBER("name", LLM_TEXT), CONTENT(LLM_TEXT | LLM_LIST, true, &user_parts),
    {.name = NULL}};
static const struct llm_member tool_message[] = {NEEDED("role", LLM_TEXT),
    NEEDED("tool_call_id", LLM_TEXT),
    CONTENT(LLM_TEXT | LLM_LIST, true, &text_parts), {.name = NULL}};

static const struct llm_member called_members[] = {
    NEEDED("name", LLM_TEXT), NEEDED("arguments", LLM_TEXT), {.name = NULL}};
static const struct llm_object called = {.members = called_members};
static const char *const function_word[] = {"function", NULL};
#define TYPE_FUNCTION \
	{ \
		.name = "type", .types = LLM_TEXT, .required = true, \
		.words = function_word \
	}
static const struct llm_member call_members[] = {NEEDED("id", LLM_TEXT),
    TYPE_FUNCTION, PART("function", &called), {.name = NULL}};
static const struct llm_object call = {.members = call_members};
static const struct llm_member own_message[] = {NEEDED("role", LLM_TEXT),
    MEMBER("name", LLM_TEXT),
    CONTENT(LLM_TEXT | LLM_LIST | LLM_NULL, false, &own_parts),
    MEMBER("refusal", LLM_TEXT | LLM_NULL), MEMBER("annotations", LLM_LIST),
    MEMBER("audio", LLM_NULL), LIST("tool_calls", LLM_LIST, false, 128, &call),
    {.name = NULL}};

static const struct llm_variant roles[] = {{"system", system_message},
    {"assistant", own_message}, {"user", user_message}, {"tool", tool_message},
    {"developer", system_message}, {NULL, NULL}};
static const struct llm_object message = {.tag = "role", .variants = roles};

static const struct llm_member function_members[] = {{.name = "name",
							 .types = LLM_TEXT,
							 .required = true,
							 .bounded = true,
							 .least = 1,
							 .most = 64},
    MEMBER("description", LLM_TEXT), MEMBER("parameters", LLM_OBJECT),
    MEMBER("strict", LLM_FLAG | LLM_NULL), {.name = NULL}};
static const struct llm_object function = {.members = function_members};
static const struct llm_member tool_members[] = {
    TYPE_FUNCTION, PART("function", &function), {.name = NULL}};
static const struct llm_object tool = {.members = tool_members};

static const struct llm_member chosen_members[] = {
    NEEDED("name", LLM_TEXT), {.name = NULL}};
static const struct llm_object chosen = {.members = chosen_members};
static const struct llm_member choice_members[] = {
    TYPE_FUNCTION, PART("function", &chosen), {.name = NULL}};
static const struct llm_object choice = {.members = choice_members};
static const char *const choices[] = {"none", "auto", "required", NULL};

static const struct llm_member schema_members[] = {NEEDED("name", LLM_TEXT),
    MEMBER("description", LLM_TEXT), MEMBER("schema", LLM_OBJECT),
    MEMBER("strict", LLM_FLAG | LLM_NULL), {.name = NULL}};
static const struct llm_object schema = {.members = schema_members};
static const struct llm_member plain_format[] = {
    NEEDED("type", LLM_TEXT), {.name = NULL}};
static const struct llm_member schema_format[] = {
    NEEDED("type", LLM_TEXT), PART("json_schema", &schema), {.name = NULL}};
static const struct llm_variant formats[] = {{"json_object", plain_format},
    {"json_schema", schema_format}, {"text", plain_format}, {NULL, NULL}};
static const struct llm_object format = {.tag = "type", .variants = formats};

static const struct llm_member stream_members[] = {
    MEMBER("include_usage", LLM_FLAG), MEMBER("include_obfuscation", LLM_FLAG),
    {.name = NULL}};
static const struct llm_object stream_options = {.members = stream_members};

static const char *const efforts[] = {
    "none", "minimal", "low", "medium", "high", "xhigh", "max", NULL};
static const char *const verbosities[] = {"low", "medium", "high", NULL};
static const char *const tiers[] = {
    "auto", "default", "flex", "scale", "priority", "fast", NULL};

static const struct llm_member request_members[] = {NEEDED("model", LLM_TEXT),
    LIST("messages", LLM_LIST, true, 2048, &message),
    MEMBER("stream", LLM_FLAG | LLM_NULL),
    {.name = "stream_options",
	.types = LLM_OBJECT | LLM_NULL,
	.object = &stream_options},
    BOUNDED("max_completion_tokens", LLM_WHOLE | LLM_NULL, 1, 1e9),
    BOUNDED("max_tokens", LLM_WHOLE | LLM_NULL, 1, 1e9),
    BOUNDED("temperature", LLM_NUMBER | LLM_NULL, 0, 2),
    BOUNDED("top_p", LLM_NUMBER | LLM_NULL, 0, 1),
    BOUNDED("frequency_penalty", LLM_NUMBER | LLM_NULL, -2, 2),
    BOUNDED("presence_penalty", LLM_NUMBER | LLM_NULL, -2, 2),
    BOUNDED("n", LLM_WHOLE | LLM_NULL, 1, 128),
    MEMBER("seed", LLM_WHOLE | LLM_NULL),
    {.name = "stop",
	.types = LLM_TEXT | LLM_LIST | LLM_NULL,
	.elements = LLM_TEXT,
	.elements_most = 4},
    LIST("tools", LLM_LIST, false, 128, &tool),
    {.name = "tool_choice",
	.types = LLM_TEXT | LLM_OBJECT,
	.words = choices,
	.object = &choice},
    MEMBER("parallel_tool_calls", LLM_FLAG),
    {.name = "response_format", .types = LLM_OBJECT, .object = &format},
    ONE_OF("reasoning_effort", efforts), ONE_OF("verbosity", verbosities),
    ONE_OF("service_tier", tiers), MEMBER("user", LLM_TEXT),
    BOUNDED("safety_identifier", LLM_TEXT | LLM_NULL, 0, 64),
    MEMBER("prompt_cache_key", LLM_TEXT | LLM_NULL),
    MEMBER("prompt_cache_retention", LLM_TEXT | LLM_NULL),
    MEMBER("store", LLM_FLAG | LLM_NULL),
    MEMBER("metadata", LLM_OBJECT | LLM_NULL),
    MEMBER("logit_bias", LLM_OBJECT | LLM_NULL),
    MEMBER("logprobs", LLM_FLAG | LLM_NULL), {.name = NULL}};
const struct llm_object sb_chat_schema = {.members = request_members};
