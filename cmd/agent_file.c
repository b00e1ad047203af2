/* agent_file: see agent_file.h. */
#include "cmd/agent_file.h"
#include "cmd/command.h"
#include "core/json.h"
#include "core/role.h"
#include "core/utf8.h"
#include "gateway/staff.h"

#define MAIL_MAX 254u

static bool
is_mail(struct str s)
{
	const char *at = s.n == 0 ? NULL : memchr(s.p, '@', s.n);
	size_t i;

	if (at == NULL || at == s.p || at == s.p + s.n - 1 || s.n > MAIL_MAX)
		return false;
	for (i = 0; i < s.n; i++)
		if ((unsigned char)s.p[i] <= ' ' || s.p[i] == 0x7f ||
		    (s.p[i] >= 'A' && s.p[i] <= 'Z'))
			return false;
	return true;
}

enum err
agent_file_check(const struct agent_row *row)
{
	if (!is_mail(row->email)) {
		complain("\"%.*s\" is no e-mail address in lower case",
		    STR_FMT(row->email));
		return E_BADINPUT;
	}
	if (!utf8_valid(row->name) || row->name.n == 0 ||
	    utf8_count(row->name) > STAFF_NAME_MAX) {
		complain("a name has 1 to %u characters", STAFF_NAME_MAX);
		return E_BADINPUT;
	}
	if (role_name_valid(row->role))
		return OK;
	complain("\"%.*s\" is no name of a role", STR_FMT(row->role));
	return E_BADINPUT;
}

static struct str
text_or(struct arena *a, const json_t *of, const char *name, struct str other)
{
	const json_t *value = json_object_get(of, name);

	if (!json_is_string(value))
		return other;
	return json_text_copy_of(value, a);
}

/* An array as its text; anything else is none. */
static struct str
words_of(struct arena *a, const json_t *of, const char *name)
{
	const json_t *value = json_object_get(of, name);
	char *text = json_is_array(value) ? json_dumps(value, JSON_COMPACT)
					  : NULL;
	struct str copy = STR("[]");

	if (text != NULL)
		copy = arena_copy(a, str_from(text));
	free(text);
	return copy;
}

static enum err
read_one(struct arena *a, const json_t *value, struct agent_entry *out)
{
	struct agent_row *row = &out->row;
	const json_t *capacity = json_object_get(value, "capacity");

	row->email = text_or(a, value, "email", STR(""));
	row->name = text_or(a, value, "name", row->email);
	row->role = text_or(a, value, "role", STR("seller"));
	row->skills = words_of(a, value, "skills");
	row->languages = words_of(a, value, "languages");
	row->teams = words_of(a, value, "teams");
	row->capacity = json_is_integer(capacity) ? json_integer_value(capacity)
						  : STAFF_CAPACITY;
	out->password = text_or(a, value, "password", STR(""));
	if (row->email.p == NULL || row->name.p == NULL ||
	    row->role.p == NULL || row->skills.p == NULL ||
	    row->languages.p == NULL || row->teams.p == NULL ||
	    out->password.p == NULL)
		return E_NOMEM;
	return agent_file_check(row);
}

static enum err
read_all(const json_t *list, struct arena *a, struct agent_entry **out,
    size_t *count)
{
	struct agent_entry *entries;
	const json_t *value;
	enum err e = OK;
	size_t i;

	*count = json_array_size(list);
	entries = arena_alloc(a, (*count + 1) * sizeof(*entries));
	if (entries == NULL)
		return E_NOMEM;
	json_array_foreach(list, i,
	    value) if ((e = read_one(a, value, &entries[i])) != OK) return e;
	*out = entries;
	return OK;
}

enum err
agent_file_read(
    const char *path, struct arena *a, struct agent_entry **out, size_t *count)
{
	json_error_t why;
	json_t *root = json_load_file(path, JSON_REJECT_DUPLICATES, &why);
	json_t *list = json_object_get(root, "sellers");
	enum err e = E_BADINPUT;

	if (root == NULL)
		complain("%s: %s", path, why.text);
	else if (!json_is_array(list))
		complain("%s: write {\"sellers\":[...]}", path);
	else
		e = read_all(list, a, out, count);
	json_decref(root);
	return e;
}
