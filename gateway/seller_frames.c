/*
 * seller_frames: the tables of frames, deeds and bodies. Whether somebody may
 * do what they say is not decided here.
 */
#include "gateway/seller_frames.h"
#include "core/json.h"

#define AT(member) offsetof(struct seller_frame, member)
#define NAME_MAX 200u
#define KEY_MAX 200u
#define NOTE_MAX 5000u
#define COLOUR_MAX 20u
#define EMAIL_MAX 254u

/* ---- members -------------------------------------------------------------- */

#define NUMBER(word, member, may_lack) \
	{ \
		.name = word, .read = field_number, .at = AT(member), \
		.optional = may_lack, .right = FIELD_A_NUMBER \
	}
#define SWITCH(word, member, may_lack) \
	{ \
		.name = word, .read = field_bool, .at = AT(member), \
		.optional = may_lack, .right = "true or false" \
	}
#define WORD(word, member, is) \
	{ \
		.name = word, .read = field_line, .at = AT(member), \
		.max = NAME_MAX, .optional = true, .right = is \
	}
#define WORDS(word, member) \
	{ \
		.name = word, .read = field_words, .at = AT(member), \
		.max = SELLER_LABELS_MAX, .optional = true, \
		.right = "a list of at most 20 labels, each of 1 to 40 " \
			 "characters" \
	}
#define ID(may_lack) \
	{ \
		.name = "id", .read = field_id, .at = AT(id), \
		.max = FIELD_ID_MAX, .optional = may_lack, \
		.right = FIELD_AN_ID \
	}
#define TEXT \
	{ \
		.name = "text", .read = field_text, .at = AT(text), \
		.max = SELLER_TEXT_MAX, \
		.right = "what they wrote, as a string" \
	}
/* One that may be blank. */
#define NOTE(word, member, most) \
	{ \
		.name = word, .read = read_note, .at = AT(member), \
		.max = most, .optional = true, .right = "a string" \
	}
#define CONVERSATION NUMBER("conversation", conversation, false)
#define SEEN_SEQ NUMBER("seen_seq", seen_seq, false)
#define TEAM WORD("team", team, "the key of a team")

/* Empty or blank is as if it were not there. */
static bool
read_note(struct reading *r, const struct field *f, const json_t *value)
{
	struct str s = json_text_of(value);

	if (json_is_string(value) && strspn(s.p, " \t\r\n") == s.n)
		return true;
	return field_text(r, f, value);
}

static bool
read_away(struct reading *r, const struct field *f, const json_t *value)
{
	struct seller_frame *out = r->out;

	if (!json_is_boolean(value))
		return field_refuse_type(r, f, value);
	out->away = json_is_true(value) ? SAID_YES : SAID_NO;
	return true;
}

#define AWAY(may_lack) \
	{ \
		.name = "away", .read = read_away, .optional = may_lack, \
		.right = "true or false" \
	}

/* None at all is another thing than 0. */
static bool
read_priority(struct reading *r, const struct field *f, const json_t *value)
{
	struct seller_frame *out = r->out;

	out->has_priority = field_number(r, f, value);
	return out->has_priority;
}

#define PRIORITY(may_lack) \
	{ \
		.name = "priority", .read = read_priority, .at = AT(priority), \
		.optional = may_lack, .right = FIELD_A_NUMBER \
	}

/* ---- deeds ---------------------------------------------------------------- */

static const struct field nothing[] = {{0}};
static const struct field to_say[] = {ID(false), TEXT, SEEN_SEQ, {0}};
static const struct field to_note[] = {ID(false), TEXT, {0}};
static const struct field to_transfer[] = {
    NUMBER("agent", agent, true), TEAM, NOTE("note", note, NOTE_MAX), {0}};
static const struct field to_queue[] = {
    TEAM, NUMBER("wanted", wanted, true), PRIORITY(true), {0}};
static const struct field to_snooze[] = {NUMBER("until", until, false), {0}};
static const struct field to_label[] = {
    WORDS("add", add), WORDS("remove", remove), {0}};
static const struct field to_priority[] = {PRIORITY(false), {0}};
static const struct field to_contact[] = {{.name = "email",
					      .read = field_line,
					      .at = AT(email),
					      .max = EMAIL_MAX,
					      .right = "a mail address"},
    {0}};

const struct seller_deed seller_deeds[] = {
    {"messages", "send", ACT_SAY, MAY_ANSWER, to_say},
    {"notes", "note", ACT_NOTE, MAY_ANSWER, to_note},
    {"whisper", "whisper", ACT_WHISPER, MAY_SUPERVISE, to_note},
    {"barge", "barge", ACT_BARGE, MAY_SUPERVISE, to_say},
    {"accept", NULL, ACT_ACCEPT, MAY_ANSWER, nothing},
    {"decline", NULL, ACT_DECLINE, MAY_ANSWER, nothing},
    {"pull", NULL, ACT_PULL, MAY_TAKE, nothing},
    {"take_over", NULL, ACT_TAKE_OVER, MAY_ANSWER, nothing},
    {"transfer", NULL, ACT_TRANSFER, MAY_ANSWER, to_transfer},
    {"give_back", NULL, ACT_GIVE_BACK, MAY_ANSWER, nothing},
    {"queue", NULL, ACT_QUEUE, MAY_ANSWER, to_queue},
    {"snooze", NULL, ACT_SNOOZE, MAY_ANSWER, to_snooze},
    {"wake", NULL, ACT_WAKE, MAY_ANSWER, nothing},
    {"resolve", NULL, ACT_RESOLVE, MAY_ANSWER, nothing},
    {"reopen", NULL, ACT_REOPEN, MAY_ANSWER, nothing},
    {"block", NULL, ACT_BLOCK, MAY_ANSWER, nothing},
    {"label", NULL, ACT_LABEL, MAY_ANSWER, to_label},
    {"priority", NULL, ACT_PRIORITY, MAY_ANSWER, to_priority},
    {"contact", NULL, ACT_NOTE, MAY_ANSWER, to_contact},
    {.path = NULL},
};

const struct seller_deed *
seller_deed_find(struct str path)
{
	const struct seller_deed *d = seller_deeds;

	while (d->path != NULL && !str_eq(path, str_from(d->path)))
		d++;
	return d->path == NULL ? NULL : d;
}

/* ---- bodies --------------------------------------------------------------- */

const struct field seller_typing_fields[] = {SWITCH("on", on, false), {0}};
const struct field seller_seen_fields[] = {NUMBER("seq", seq, false), {0}};
const struct field seller_draft_fields[] = {
    NOTE("text", text, SELLER_TEXT_MAX), NUMBER("version", version, true), {0}};
const struct field seller_canned_fields[] = {TEXT,
    SWITCH("shared", shared, true), NUMBER("version", version, true), {0}};
const struct field seller_label_fields[] = {NOTE("text", text, NAME_MAX),
    NOTE("colour", colour, COLOUR_MAX), NUMBER("version", version, true), {0}};
const struct field seller_replay_fields[] = {SWITCH("drop", drop, true), {0}};

bool
seller_body_read(struct str text, const struct field *fields, struct arena *a,
    struct seller_frame *out, struct frame_error *error)
{
	struct reading r = {.arena = a, .out = out, .error = error};
	json_t *root;
	bool good;

	*out = (struct seller_frame){0};
	*error = (struct frame_error){.code = FAULT_NONE};
	root = reading_begin(&r, text.n == 0 ? STR("{}") : text);
	if (root == NULL)
		return false;
	good = fields_read(&r, root, fields);
	json_decref(root);
	return good;
}

/* ---- frames --------------------------------------------------------------- */

static const struct field to_hello[] = {{.name = "key",
					    .read = field_line,
					    .at = AT(key),
					    .max = KEY_MAX,
					    .optional = true,
					    .right = "a key of the API"},
    AWAY(true), {0}};
static const struct field to_watch[] = {
    CONVERSATION, NUMBER("after", after, true), {0}};
static const struct field to_unwatch[] = {CONVERSATION, {0}};
static const struct field to_view[] = {WORD("view", view, "a list's name"),
    TEAM, WORD("label", label, "a label"), NUMBER("limit", limit, true), {0}};
static const struct field to_type[] = {
    CONVERSATION, SWITCH("on", on, false), {0}};
static const struct field to_see[] = {
    CONVERSATION, NUMBER("seq", seq, false), {0}};
static const struct field to_do[] = {CONVERSATION, ID(true), {0}};
static const struct field to_be[] = {AWAY(false), {0}};

/* `deed`: by which word of seller_deeds it goes; NULL: by the member "act". */
static const struct type_row {
	const char *name;
	enum seller_type type;
	const struct field *fields;
	const char *deed;
} types[] = {
    {"hello", SELLER_HELLO, to_hello, NULL},
    {"watch", SELLER_WATCH, to_watch, NULL},
    {"unwatch", SELLER_UNWATCH, to_unwatch, NULL},
    {"view", SELLER_VIEW, to_view, NULL},
    {"send", SELLER_DEED, to_do, "messages"},
    {"note", SELLER_DEED, to_do, "notes"},
    {"whisper", SELLER_DEED, to_do, "whisper"},
    {"barge", SELLER_DEED, to_do, "barge"},
    {"act", SELLER_DEED, to_do, NULL},
    {"typing", SELLER_TYPING, to_type, NULL},
    {"seen", SELLER_SEEN, to_see, NULL},
    {"presence", SELLER_PRESENCE, to_be, NULL},
    {"ping", SELLER_PING, nothing, NULL},
};

static const char *
type_name(size_t i)
{
	return i < ARRAY_LEN(types) ? types[i].name : NULL;
}

/* Those that have no type of their own stand behind those that have. */
#define ACTS_FROM 4u

static const char *
act_name(size_t i)
{
	return seller_deeds[ACTS_FROM + i].path;
}

static bool
find_deed(struct reading *r, const json_t *root, const struct type_row *row)
{
	static const struct field act = {
	    .name = "act", .right = "what is to be done, as a string"};
	struct seller_frame *out = r->out;
	size_t i;

	if (row->deed != NULL) {
		out->deed = seller_deed_find(str_from(row->deed));
		return true;
	}
	if (!field_choice(r, &act, json_object_get(root, "act"), act_name, &i))
		return false;
	out->deed = &seller_deeds[ACTS_FROM + i];
	return true;
}

static bool
read_frame(struct reading *r, const json_t *root)
{
	static const struct field type = {
	    .name = "type", .right = "the frame's type, as a string"};
	struct seller_frame *out = r->out;
	size_t i;

	if (!field_choice(
		r, &type, json_object_get(root, "type"), type_name, &i))
		return false;
	out->type = types[i].type;
	if (!fields_read(r, root, types[i].fields))
		return false;
	return out->type != SELLER_DEED ||
	       (find_deed(r, root, &types[i]) &&
		   fields_read(r, root, out->deed->fields));
}

bool
seller_frame_read(struct str text, struct arena *a, struct seller_frame *out,
    struct frame_error *error)
{
	struct reading r = {.arena = a, .out = out, .error = error};
	json_t *root;
	bool good;

	*out = (struct seller_frame){0};
	*error = (struct frame_error){.code = FAULT_NONE};
	root = reading_begin(&r, text);
	if (root == NULL)
		return false;
	good = read_frame(&r, root);
	json_decref(root);
	return good;
}
