/* role: the table of permissions, and the sets of them that are built in. */
#include "core/role.h"
#include "core/json.h"

const struct permission_row permission_rows[] = {
    {MAY_ANSWER, "answer",
	"see conversations; accept, answer, note, hand on, put off and end "
	"those they hold"},
    {MAY_TAKE, "take", "take one from the queue or from the support desk"},
    {MAY_SUPERVISE, "supervise",
	"observe, whisper, speak in and take over what others hold, and hand "
	"it on"},
    {MAY_READ_AUDIT, "read_audit", "read who did what"},
    {MAY_EXPORT, "export", "take conversations and figures out in bulk"},
    {MAY_MANAGE_STAFF, "manage_staff",
	"invite, change and disable sellers who may no more than they do; "
	"make such roles"},
    {MAY_MANAGE_COMPANY, "manage_company",
	"change the company's document, and replies and labels that all "
	"share"},
    {MAY_MANAGE_KEYS, "manage_keys",
	"make and end keys of the API that may no more than they do"},
    {0, NULL, NULL},
};

static const struct {
	const char *name;
	unsigned set;
} roles[] = {
    {"admin", MAY_ALL},
    {"supervisor",
	MAY_ANSWER | MAY_TAKE | MAY_SUPERVISE | MAY_READ_AUDIT | MAY_EXPORT},
    {"seller", MAY_ANSWER | MAY_TAKE},
};

/* ---- sets -------------------------------------------------------------- */

void
permissions_write(struct buf *out, unsigned set)
{
	const struct permission_row *p;
	bool first = true;

	buf_char(out, '[');
	for (p = permission_rows; p->word != NULL; p++) {
		if (!(set & p->bit))
			continue;
		buf_addf(out, "%s\"%s\"", first ? "" : ",", p->word);
		first = false;
	}
	buf_char(out, ']');
}

unsigned
permission_find(struct str word)
{
	const struct permission_row *p = permission_rows;

	while (p->word != NULL && !str_eq(word, str_from(p->word)))
		p++;
	return p->word == NULL ? 0 : p->bit;
}

bool
permissions_read(struct str json, unsigned *out)
{
	json_t *list = json_read(json);
	bool good = json_is_array(list);
	unsigned bit, set = 0;
	json_t *word;
	size_t i;

	json_array_foreach(list, i, word)
	{
		bit = permission_find(json_text_of(word));
		good = good && bit != 0 && !(set & bit);
		set |= bit;
	}
	json_decref(list);
	if (good)
		*out = set;
	return good;
}

/* ---- roles ------------------------------------------------------------- */

bool
role_builtin(struct str name, unsigned *out)
{
	size_t i = 0;

	while (i < ARRAY_LEN(roles) && !str_eq(name, str_from(roles[i].name)))
		i++;
	if (i == ARRAY_LEN(roles))
		return false;
	*out = roles[i].set;
	return true;
}

const char *
role_builtin_name(size_t i)
{
	return i < ARRAY_LEN(roles) ? roles[i].name : NULL;
}

bool
role_name_valid(struct str name)
{
	size_t i;

	if (name.n == 0 || name.n > ROLE_NAME_MAX || name.p[0] < 'a' ||
	    name.p[0] > 'z')
		return false;
	for (i = 0; i < name.n; i++)
		if (memchr("abcdefghijklmnopqrstuvwxyz0123456789_-", name.p[i],
			38) == NULL)
			return false;
	return true;
}

/* ---- help -------------------------------------------------------------- */

void
roles_describe(struct buf *out)
{
	const struct permission_row *p;
	size_t i;

	buf_str(out, "# Roles\n\nA seller has one role, and a role is a set of "
		     "permissions. These are built in; a company may make more "
		     "from the same permissions.\n\n| permission | lets "
		     "somebody |");
	for (i = 0; i < ARRAY_LEN(roles); i++)
		buf_addf(out, " %s |", roles[i].name);
	buf_str(out, "\n|---|---|");
	for (i = 0; i < ARRAY_LEN(roles); i++)
		buf_str(out, "---|");
	for (p = permission_rows; p->word != NULL; p++) {
		buf_addf(out, "\n| `%s` | %s |", p->word, p->help);
		for (i = 0; i < ARRAY_LEN(roles); i++)
			buf_str(out, roles[i].set & p->bit ? " yes |" : " |");
	}
	buf_str(out, "\n");
}
