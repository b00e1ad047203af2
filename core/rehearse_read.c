/*
 * rehearse_read: recorded days, a JSON object a line. Tables say what a chat
 * and a seller may have; a line that is wrong is named, the others are read
 * all the same.
 */
#include "core/rehearse_inner.h"
#include "core/json.h"

#include <stdio.h>

#define IDS_MAX 16u
#define WORD_MAX 100u
#define DAY_SECONDS 86400
#define CAPACITY_ONE 100u

/* ---- what a line may have ---------------------------------------------- */

/* As it was read, of a chat or of a seller. */
struct line {
	struct str channel;
	int64_t name, team, language, wanted, last;
	int64_t handling_s, patience_s, priority, capacity;
	bool online, away;
	struct routing_ids skills, prefer, teams, languages;
};

enum kind { KIND_NUMBER, KIND_FLAG, KIND_WORD, KIND_NAME, KIND_NAMES };

struct field {
	const char *name;
	enum kind kind;
	bool required;
	size_t offset;
	int64_t most; /* numbers: from 0 to it */
};

#define FIELD(name, kind, required, member, most) \
	{ \
		name, kind, required, offsetof(struct line, member), most \
	}

static const struct field chat_fields[] = {
    FIELD("team", KIND_NAME, false, team, 0),
    FIELD("channel", KIND_WORD, false, channel, 0),
    FIELD("language", KIND_NAME, false, language, 0),
    FIELD("wanted", KIND_NAME, false, wanted, 0),
    FIELD("last", KIND_NAME, false, last, 0),
    FIELD("priority", KIND_NUMBER, false, priority, PRIORITY_MAX),
    FIELD("skills", KIND_NAMES, false, skills, 0),
    FIELD("prefer", KIND_NAMES, false, prefer, 0),
    FIELD("handling_seconds", KIND_NUMBER, true, handling_s, DAY_SECONDS),
    FIELD("patience_seconds", KIND_NUMBER, false, patience_s, DAY_SECONDS),
    {NULL, KIND_NUMBER, false, 0, 0}};

static const struct field seller_fields[] = {
    FIELD("name", KIND_NAME, true, name, 0),
    FIELD("online", KIND_FLAG, true, online, 0),
    FIELD("away", KIND_FLAG, false, away, 0),
    FIELD("capacity", KIND_NUMBER, true, capacity, 100),
    FIELD("teams", KIND_NAMES, false, teams, 0),
    FIELD("skills", KIND_NAMES, false, skills, 0),
    FIELD("languages", KIND_NAMES, false, languages, 0),
    {NULL, KIND_NUMBER, false, 0, 0}};

/* ---- one value --------------------------------------------------------- */

struct reading {
	struct faults *faults;
	struct arena *arena;
	struct rehearse_days *days;
	char where[40]; /* "line 12" */
	enum err err;
};

static void
fault(struct reading *r, const char *name, const char *right)
{

	faults_add(
	    r->faults, r->where, "\"%s\" is not right; write %s", name, right);
}

static bool
word_of(const json_t *v, struct str *out)
{
	*out = json_text_of(v);
	return out->n > 0 && out->n <= WORD_MAX;
}

static void
read_number(
    struct reading *r, const struct field *f, const json_t *v, int64_t *out)
{
	char right[60];

	*out = json_integer_value(v);
	if (json_is_integer(v) && *out >= 0 && *out <= f->most)
		return;
	(void)snprintf(right, sizeof(right), "a whole number from 0 to %lld",
	    (long long)f->most);
	fault(r, f->name, right);
}

/* Copied: the line is gone afterwards. */
static void
read_word(
    struct reading *r, const struct field *f, const json_t *v, struct str *out)
{
	if (!word_of(v, out)) {
		fault(r, f->name, "1 to 100 characters");
		return;
	}
	*out = arena_copy(r->arena, *out);
	if (out->p == NULL)
		r->err = E_NOMEM;
}

static void
read_name(
    struct reading *r, const struct field *f, const json_t *v, int64_t *out)
{
	struct str word;

	if (word_of(v, &word))
		*out = team_id(word);
	else
		fault(r, f->name, "1 to 100 characters");
}

static void
read_names(struct reading *r, const struct field *f, const json_t *v,
    struct routing_ids *out)
{
	size_t n = json_array_size(v), i;
	int64_t *ids = arena_alloc(r->arena, (n + 1) * sizeof(*ids));
	struct str word;

	if (ids == NULL) {
		r->err = E_NOMEM;
		return;
	}
	for (i = 0; i < n && i < IDS_MAX; i++) {
		if (!word_of(json_array_get(v, i), &word))
			break;
		ids[i] = team_id(word);
	}
	if (!json_is_array(v) || i < n)
		fault(r, f->name, "a list of at most 16 words");
	*out = (struct routing_ids){ids, i};
}

static void
read_value(struct reading *r, const struct field *f, const json_t *v,
    struct line *line)
{
	void *to = (char *)line + f->offset;

	switch (f->kind) {
	case KIND_NUMBER:
		read_number(r, f, v, to);
		break;
	case KIND_FLAG:
		*(bool *)to = json_is_true(v);
		if (!json_is_boolean(v))
			fault(r, f->name, "true or false");
		break;
	case KIND_WORD:
		read_word(r, f, v, to);
		break;
	case KIND_NAME:
		read_name(r, f, v, to);
		break;
	case KIND_NAMES:
		read_names(r, f, v, to);
		break;
	}
}

static const struct field *
field_find(const struct field *fields, const char *name)
{
	while (fields->name != NULL && strcmp(fields->name, name) != 0)
		fields++;
	return fields->name == NULL ? NULL : fields;
}

static void
read_object(struct reading *r, const struct field *fields, json_t *object,
    struct line *line)
{
	const struct field *f;
	const char *name;
	json_t *v;

	json_object_foreach(object, name, v)
	{
		f = field_find(fields, name);
		if (f == NULL)
			fault(r, name, "none of that name");
		else
			read_value(r, f, v, line);
	}
	for (f = fields; f->name != NULL; f++)
		if (f->required && json_object_get(object, f->name) == NULL)
			faults_add(
			    r->faults, r->where, "has no \"%s\"", f->name);
	if (!json_is_object(object))
		fault(r, "chat or seller", "an object");
}

/* ---- when -------------------------------------------------------------- */

/* "2026-11-20T09:15:00Z", or milliseconds since 1970. */
static void
read_at(struct reading *r, const json_t *v, int64_t *out)
{
	int y, mo, d, h, mi, s, n = 0;
	const char *text = json_string_value(v);

	*out = json_integer_value(v);
	if (json_is_integer(v) && *out >= 0 && *out < INT64_C(1) << 52)
		return;
	if (json_string_length(v) == 20 &&
	    sscanf(text, "%4d-%2d-%2dT%2d:%2d:%2dZ%n", &y, &mo, &d, &h, &mi, &s,
		&n) == 6 &&
	    n == 20 && y >= 1970 && mo >= 1 && mo <= 12 && d >= 1 && d <= 31 &&
	    h >= 0 && h < 24 && mi >= 0 && mi < 60 && s >= 0 && s < 61)
		*out = zone_day_of(y, mo, d) * ZONE_DAY_MINUTES *
			   ZONE_MINUTE_MS +
		       (h * 60 + mi) * ZONE_MINUTE_MS + s * REHEARSE_SECOND;
	else
		fault(r, "at", "a time such as \"2026-11-20T09:15:00Z\"");
}

/* ---- lines ------------------------------------------------------------- */

static void
add_chat(struct reading *r, int64_t at, const struct line *l)
{
	struct rehearse_days *d = r->days;

	d->chats[d->chat_count] = (struct rehearse_chat){.at = at,
	    .handling_ms = l->handling_s * REHEARSE_SECOND,
	    .patience_ms = l->patience_s * REHEARSE_SECOND,
	    .channel = l->channel,
	    .team = l->team,
	    .language = l->language,
	    .wanted = l->wanted,
	    .last = l->last,
	    .priority = (unsigned)l->priority,
	    .required = l->skills,
	    .preferred = l->prefer,
	    .number = (uint32_t)d->chat_count};
	d->chat_count++;
}

static void
add_turn(struct reading *r, int64_t at, const struct line *l)
{
	struct rehearse_days *d = r->days;

	d->turns[d->turn_count] = (struct rehearse_turn){.at = at,
	    .seller = {.id = l->name,
		.online = l->online,
		.away = l->away,
		.capacity = (unsigned)l->capacity * CAPACITY_ONE,
		.teams = l->teams,
		.skills = l->skills,
		.languages = l->languages},
	    .number = (uint32_t)d->turn_count};
	d->turn_count++;
}

static void
read_members(struct reading *r, json_t *root)
{
	json_t *chat = json_object_get(root, "chat");
	json_t *seller = json_object_get(root, "seller");
	struct line line = {.name = 0};
	int64_t at = 0;
	size_t before = r->faults->count;

	if ((chat == NULL) == (seller == NULL) || json_object_size(root) != 2) {
		faults_add(r->faults, r->where,
		    "must be {\"at\":...,\"chat\":{...}} or "
		    "{\"at\":...,\"seller\":{...}}");
		return;
	}
	read_at(r, json_object_get(root, "at"), &at);
	if (chat != NULL)
		read_object(r, chat_fields, chat, &line);
	else
		read_object(r, seller_fields, seller, &line);
	if (r->faults->count > before || r->err != OK)
		return;
	if (chat != NULL)
		add_chat(r, at, &line);
	else
		add_turn(r, at, &line);
}

static void
read_line(struct reading *r, struct str text)
{
	json_error_t why;
	json_t *root = json_loadb(text.p, text.n, JSON_REJECT_DUPLICATES, &why);

	if (root == NULL)
		faults_add(r->faults, r->where, "is no JSON: %s", why.text);
	else
		read_members(r, root);
	json_decref(root);
}

static size_t
count_lines(struct str text)
{
	size_t n = 1, i;

	for (i = 0; i < text.n; i++)
		n += text.p[i] == '\n';
	return n;
}

static struct str
next_line(struct str *rest)
{
	size_t n = 0;
	struct str line;

	while (n < rest->n && rest->p[n] != '\n')
		n++;
	line = (struct str){rest->p, n};
	n += n < rest->n;
	*rest = (struct str){rest->p + n, rest->n - n};
	return str_trim(line);
}

enum err
rehearse_read(struct str text, struct faults *faults, struct arena *a,
    struct rehearse_days *out)
{
	struct reading r = {.faults = faults, .arena = a, .days = out};
	size_t lines = count_lines(text), number, before = faults->count;

	*out = (struct rehearse_days){0};
	if (lines > REHEARSE_CHATS_MAX)
		return E_LIMIT;
	out->chats = arena_alloc(a, lines * sizeof(*out->chats));
	out->turns = arena_alloc(a, lines * sizeof(*out->turns));
	if (out->chats == NULL || out->turns == NULL)
		return E_NOMEM;
	for (number = 1; text.n > 0 && r.err == OK; number++) {
		struct str line = next_line(&text);

		(void)snprintf(r.where, sizeof(r.where), "line %zu", number);
		if (line.n > 0)
			read_line(&r, line);
	}
	rehearse_sort(out);
	if (r.err != OK)
		return r.err;
	return faults->count > before ? E_BADINPUT : OK;
}
