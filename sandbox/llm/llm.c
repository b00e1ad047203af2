/* llm: the setup, the key, the paths, and how it refuses. */
#include "sandbox/llm/llm.h"
#include "core/json.h"
#include "sandbox/llm/llm_inside.h"
#include "sandbox/shape.h"

#include <stdio.h>
#include <stdlib.h>

#define CONTEXT_PRESET 32768u
#define CONTEXT_MOST 10000000u
#define CHUNK_MS_MOST 60000u

static const char content_type[] = "application/json";

/* ---- the setup ---------------------------------------------------------- */

static const struct shape shape[] = {
    {"key", SHAPE_TEXT, true},
    {"models", SHAPE_LIST, true},
    {"context", SHAPE_NUMBER, false},
    {"chunk_ms", SHAPE_NUMBER, false},
    {NULL, SHAPE_ANY, false},
};

static enum err
read_models(struct llm *l, const json_t *list, struct faults *faults)
{
	size_t i, n = json_array_size(list);

	if (n == 0 || n > LLM_MODELS_MOST)
		faults_add(faults, "llm.models", "holds 1 to %u names",
		    LLM_MODELS_MOST);
	for (i = 0; i < n && i < LLM_MODELS_MOST; i++) {
		const char *name = json_string_value(json_array_get(list, i));

		if (name == NULL || name[0] == '\0') {
			faults_add(faults, "llm.models", "holds no string");
			continue;
		}
		l->models[l->model_count] = arena_copy(
		    &l->arena, str_from(name));
		if (l->models[l->model_count++].p == NULL)
			return E_NOMEM;
	}
	return OK;
}

enum err
sb_llm_open(
    struct sandbox *s, const json_t *part, struct faults *faults, void **state)
{
	struct llm *l;
	enum err e;

	if (part == NULL)
		return OK;
	if (!sb_shape_check(part, "llm", shape, faults))
		return E_BADINPUT;
	if ((l = calloc(1, sizeof(*l))) == NULL)
		return E_NOMEM;
	*state = l;
	l->since = clock_wall(s->conf.clock);
	l->context = (unsigned)sb_shape_whole(
	    part, "context", CONTEXT_PRESET, CONTEXT_MOST);
	l->chunk_ms = (unsigned)sb_shape_whole(
	    part, "chunk_ms", 0, CHUNK_MS_MOST);
	l->key = json_text_copy(part, "key", &l->arena);
	e = read_models(l, json_object_get(part, "models"), faults);
	return l->key.p == NULL ? E_NOMEM : e;
}

void
sb_llm_close(void *state)
{
	struct llm *l = state;

	arena_free(&l->arena);
	free(l);
}

void
sb_llm_describe(void *state, struct buf *out)
{
	const struct llm *l = state;
	size_t i;

	if (l == NULL)
		return;
	sb_put_raw(out, "llm", STR("{\"models\":["));
	for (i = 0; i < l->model_count; i++) {
		buf_str(out, i == 0 ? "" : ",");
		buf_json(out, l->models[i]);
	}
	buf_str(out, "]}");
}

/* ---- refusing ----------------------------------------------------------- */

static void
put_error(struct buf *b, const struct llm_wrong *w)
{
	buf_str(b, "{\"error\":{");
	sb_put_text(b, "message", w->message);
	sb_put_text(b, "type", str_from(w->type));
	if (w->param.p != NULL)
		sb_put_text(b, "param", w->param);
	else
		sb_put_raw(b, "param", STR("null"));
	if (w->code != NULL)
		sb_put_text(b, "code", str_from(w->code));
	else
		sb_put_raw(b, "code", STR("null"));
	buf_str(b, "}}");
}

void
sb_llm_refuse(struct visit *v, const struct llm_wrong *wrong)
{
	struct buf b = {0};

	put_error(&b, wrong);
	v->error = wrong->type;
	sb_visit_reply(v, wrong->status, content_type, buf_view(&b));
	buf_free(&b);
}

void
sb_llm_give_up(struct visit *v)
{
	const struct llm_wrong w = {.status = 503,
	    .type = "server_error",
	    .message = STR("The engine is currently overloaded, please try "
			   "again later")};

	sb_llm_refuse(v, &w);
}

const char *
sb_llm_failure(unsigned status, struct buf *out)
{
	static const struct {
		unsigned status;
		const char *type, *code, *message;
	} failures[] = {
	    {429, "requests", "rate_limit_exceeded",
		"Rate limit reached for requests"},
	    {401, "invalid_request_error", "invalid_api_key",
		"Incorrect API key provided."},
	    {503, "server_error", NULL,
		"The engine is currently overloaded, please try again later"},
	    {0, "server_error", NULL,
		"The server had an error while processing your request."},
	};
	struct llm_wrong w = {.status = status};
	size_t i = 0;

	while (failures[i].status != status && failures[i].status != 0)
		i++;
	w.type = failures[i].type;
	w.code = failures[i].code;
	w.message = str_from(failures[i].message);
	put_error(out, &w);
	return content_type;
}

/* ---- small answers ------------------------------------------------------ */

bool
sb_llm_has_model(const struct llm *l, struct str model)
{
	size_t i;

	for (i = 0; i < l->model_count; i++)
		if (str_eq(l->models[i], model))
			return true;
	return false;
}

void
sb_llm_make_id(struct visit *v, char out[LLM_ID_TEXT])
{
	char digits[25];

	sandbox_lock(v->sandbox);
	sandbox_hex(v->sandbox, digits, sizeof(digits) - 1);
	sandbox_unlock(v->sandbox);
	(void)snprintf(out, LLM_ID_TEXT, "chatcmpl-%s", digits);
}

static void
put_model(struct buf *b, const struct llm *l, struct str model)
{
	buf_char(b, '{');
	sb_put_text(b, "id", model);
	sb_put_text(b, "object", STR("model"));
	sb_put_number(b, "created", l->since / 1000);
	sb_put_text(b, "owned_by", STR("sandbox"));
	buf_char(b, '}');
}

static void
unknown_model(struct visit *v, struct str model)
{
	struct llm_wrong w = {.status = 404,
	    .type = "invalid_request_error",
	    .code = "model_not_found",
	    .message = arena_printf(v->arena,
		"The model `%.*s` does not exist or you do not have access to "
		"it.",
		(int)(model.n < 200 ? model.n : 200), model.p)};

	sb_llm_refuse(v, &w);
}

static void
on_models(struct visit *v)
{
	const struct llm *l = v->state;
	struct buf b = {0};
	size_t i;

	buf_str(&b, "{\"object\":\"list\",\"data\":[");
	for (i = 0; i < l->model_count; i++) {
		buf_str(&b, i == 0 ? "" : ",");
		put_model(&b, l, l->models[i]);
	}
	buf_str(&b, "]}");
	sb_visit_reply(v, 200, content_type, buf_view(&b));
	buf_free(&b);
}

static void
on_model(struct visit *v)
{
	struct str model = {
	    v->tail.p + sizeof("v1/models"), v->tail.n - sizeof("v1/models")};
	struct buf b = {0};

	if (!sb_llm_has_model(v->state, model)) {
		unknown_model(v, model);
		return;
	}
	put_model(&b, v->state, model);
	sb_visit_reply(v, 200, content_type, buf_view(&b));
	buf_free(&b);
}

/* ---- who asks what ------------------------------------------------------ */

static void
with_body(struct visit *v, void (*serve)(struct visit *v, const json_t *body))
{
	struct str text = request_body(v->request);
	json_t *body = json_read(text);
	struct str model;
	struct llm_wrong w = {.arena = v->arena};

	if (!json_is_object(body)) {
		(void)sb_llm_wrong(&w, NULL, NULL,
		    "We could not parse the JSON body of your request. (HINT: "
		    "This likely means you aren't using your HTTP library "
		    "correctly. The OpenAI API expects a JSON payload.)");
		sb_llm_refuse(v, &w);
		json_decref(body);
		return;
	}
	model = json_text(body, "model");
	if (model.n > 0 && !sb_llm_has_model(v->state, model))
		unknown_model(v, model);
	else
		serve(v, body);
	json_decref(body);
}

static void
on_chat(struct visit *v)
{
	with_body(v, sb_llm_chat);
}

static void
on_embed(struct visit *v)
{
	with_body(v, sb_llm_embed);
}

static const struct {
	const char *path, *method;
	bool begins; /* the path is the begin of it */
	void (*serve)(struct visit *v);
} paths[] = {
    {"v1/chat/completions", "POST", false, on_chat},
    {"v1/embeddings", "POST", false, on_embed},
    {"v1/models", "GET", false, on_models},
    {"v1/models/", "GET", true, on_model},
};

static bool
is_path(struct str tail, size_t i)
{
	size_t n = strlen(paths[i].path);

	if (paths[i].begins && tail.n > n)
		tail.n = n;
	return str_eq(tail, str_from(paths[i].path));
}

static void
refuse_path(struct visit *v, bool known)
{
	struct llm_wrong w = {.arena = v->arena};

	(void)sb_llm_wrong(&w, known ? NULL : "unknown_url", NULL,
	    known ? "Not allowed to %s on /%.*s" : "Invalid URL (%s /%.*s)",
	    v->method, (int)(v->tail.n < 200 ? v->tail.n : 200), v->tail.p);
	w.status = known ? 405 : 404;
	sb_llm_refuse(v, &w);
}

/* False: the key is missing or wrong, and that was answered. */
static bool
may_ask(struct visit *v)
{
	const struct llm *l = v->state;
	struct str key = request_bearer(v->request);
	struct llm_wrong w = {.arena = v->arena};

	if (l != NULL && key.p != NULL && str_eq(key, l->key))
		return true;
	if (key.p == NULL)
		(void)sb_llm_wrong(&w, NULL, NULL,
		    "You didn't provide an API key. You need to provide your "
		    "API key in an Authorization header using Bearer auth "
		    "(i.e. Authorization: Bearer YOUR_KEY).");
	else
		(void)sb_llm_wrong(
		    &w, "invalid_api_key", NULL, "Incorrect API key provided.");
	w.status = 401;
	sb_llm_refuse(v, &w);
	return false;
}

void
sb_llm_serve(struct visit *v)
{
	bool known = false;
	size_t i;

	if (!may_ask(v))
		return;
	for (i = 0; i < ARRAY_LEN(paths); i++) {
		if (!is_path(v->tail, i))
			continue;
		known = true;
		if (strcmp(paths[i].method, v->method) == 0) {
			paths[i].serve(v);
			return;
		}
	}
	refuse_path(v, known);
}
