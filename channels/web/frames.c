/*
 * frames: bytes of a visitor in, a struct or a fault out.
 *
 * Everything is tables: a row for each type of frame with its members. What the
 * gateway does with a frame, and whether a token or a company is real, is not
 * decided here.
 */
#include "channels/web/fields.h"
#include "channels/channel.h"

#define TOKEN_MAX 1000u
#define COMPANY_MAX 100u
#define NAME_MAX 200u
#define EMAIL_MAX 254u
#define HMAC_DIGITS 64u

/* As long as the channel allows. */
static bool
read_text(struct reading *r, const struct field *f, const json_t *value)
{
	struct field own = *f;

	own.max = channel_of_visitors()->can.text_max;
	return field_text(r, &own, value);
}

/* ---- types of frames --------------------------------------------------- */

#define AT(member) offsetof(struct frame, member)
#define FIELDS_MAX 5 /* and the end */
#define A_SELLER \
	{ \
		.name = "seller", .read = field_number, .at = AT(seller), \
		.optional = true, \
		.right = \
		    "the number of the seller to talk to, or leave it out" \
	}

static const struct type_row {
	const char *name;
	struct field fields[FIELDS_MAX];
} types[FRAME_TYPES] = {
    [FRAME_HELLO] = {"hello",
	{{.name = "company",
	     .read = field_line,
	     .at = AT(company),
	     .max = COMPANY_MAX,
	     .right = "the company's key"},
	    {.name = "token",
		.read = field_line,
		.at = AT(token),
		.max = TOKEN_MAX,
		.optional = true,
		.right = "the token of an earlier welcome, or leave it out"},
	    {.name = "after",
		.read = field_number,
		.at = AT(after),
		.optional = true,
		.right = FIELD_A_NUMBER},
	    A_SELLER}},
    [FRAME_SEND] = {"send",
	{{.name = "id",
	     .read = field_id,
	     .at = AT(id),
	     .max = FIELD_ID_MAX,
	     .right = FIELD_AN_ID},
	    {.name = "text",
		.read = read_text,
		.at = AT(text),
		.right = "what the visitor wrote, as a string"}}},
    [FRAME_TYPING] = {"typing", {{.name = "on",
				    .read = field_bool,
				    .at = AT(on),
				    .right = "true or false"}}},
    [FRAME_SEEN] = {"seen", {{.name = "seq",
				.read = field_number,
				.at = AT(seq),
				.right = FIELD_A_NUMBER}}},
    [FRAME_IDENTIFY] = {"identify",
	{{.name = "user",
	     .read = field_line,
	     .at = AT(user),
	     .max = NAME_MAX,
	     .right = "your own id of the user, as a string"},
	    {.name = "hmac",
		.read = field_hex,
		.at = AT(hmac),
		.max = HMAC_DIGITS,
		.right = "64 hex digits"},
	    {.name = "name",
		.read = field_line,
		.at = AT(name),
		.max = NAME_MAX,
		.optional = true,
		.right = "a name, or leave it out"},
	    {.name = "email",
		.read = field_email,
		.at = AT(email),
		.max = EMAIL_MAX,
		.optional = true,
		.right = "an address like ann@example.org, or leave it out"}}},
    [FRAME_HANDOFF] = {"handoff", {A_SELLER}},
    [FRAME_LEAVE] = {"leave", {{0}}},
    [FRAME_PING] = {"ping", {{0}}},
};

static const char *
type_name(size_t i)
{
	return i < FRAME_TYPES ? types[i].name : NULL;
}

static bool
find_type(struct reading *r, const json_t *root, enum frame_type *out)
{
	static const struct field type = {
	    .name = "type", .right = "the frame's type, as a string"};
	size_t i;

	if (!field_choice(
		r, &type, json_object_get(root, "type"), type_name, &i))
		return false;
	*out = (enum frame_type)i;
	return true;
}

bool
frame_read(struct str text, enum frame_type expect, struct arena *a,
    struct frame *out, struct frame_error *error)
{
	struct reading r = {.arena = a, .out = out, .error = error};
	json_t *root;
	bool good;

	*out = (struct frame){.type = expect};
	*error = (struct frame_error){.code = FAULT_NONE};
	root = reading_begin(&r, text);
	if (root == NULL)
		return false;
	good = (expect != FRAME_TYPES || find_type(&r, root, &out->type)) &&
	       fields_read(&r, root, types[out->type].fields);
	json_decref(root);
	return good;
}
