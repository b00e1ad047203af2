/* conf: one loop over one table, for each face of a setting. */
#include "core/conf.h"

#include <errno.h>
#include <jansson.h>
#include <stdlib.h>

/* ---- values ------------------------------------------------------------ */

struct unit {
	const char *suffix;
	unsigned long factor;
};

static const struct unit no_units[] = {{"", 1}, {NULL, 0}};
static const struct unit ms_units[] = {
    {"", 1}, {"ms", 1}, {"s", 1000}, {"m", 60000}, {"h", 3600000}, {NULL, 0}};
static const struct unit byte_units[] = {
    {"", 1}, {"k", 1024}, {"m", 1024 * 1024}, {NULL, 0}};

static const struct {
	const char *word;
	const struct unit *units; /* NULL: not a number */
} types[SETTING_TYPES] = {
    [SETTING_TEXT] = {"text", NULL},
    [SETTING_COUNT] = {"number", no_units},
    [SETTING_MS] = {"time (250ms, 10s, 5m, 1h)", ms_units},
    [SETTING_BYTES] = {"size (65536, 64k, 1m)", byte_units},
    [SETTING_FLAG] = {"true or false", NULL},
};

static void *
target(const struct conf *cf, const struct setting *s)
{
	return (char *)cf->values + s->offset;
}

static bool
parse_number(const struct setting *s, const char *text, unsigned *out)
{
	const struct unit *u;
	unsigned long n;
	char *end;

	if (text[0] < '0' || text[0] > '9')
		return false;
	errno = 0;
	n = strtoul(text, &end, 10);
	for (u = types[s->type].units; u->suffix != NULL; u++)
		if (strcmp(end, u->suffix) == 0)
			break;
	if (u->suffix == NULL || errno != 0 || n > s->most / u->factor)
		return false;
	n *= u->factor;
	if (n < s->least || n > s->most)
		return false;
	*out = (unsigned)n;
	return true;
}

static bool
parse_flag(const char *text, bool *out)
{
	*out = strcmp(text, "true") == 0;
	return *out || strcmp(text, "false") == 0;
}

static void
set_text(const struct conf *cf, const struct setting *s, const char *where,
    const char *text)
{
	const char *right = s->wrong == NULL ? NULL : s->wrong(text);
	struct str copy;

	if (right != NULL) {
		faults_add(cf->faults, where, "is \"%.60s\"; write %s",
		    s->secret ? "(not shown)" : text, right);
		return;
	}
	copy = arena_copy(cf->arena, str_from(text));
	if (copy.p != NULL)
		*(const char **)target(cf, s) = copy.p;
}

static void
set(const struct conf *cf, const struct setting *s, const char *where,
    const char *text)
{
	const char *shown = s->secret ? "(not shown)" : text;

	if (s->type == SETTING_TEXT) {
		set_text(cf, s, where, text);
		return;
	}
	if (s->type == SETTING_FLAG) {
		if (!parse_flag(text, target(cf, s)))
			faults_add(cf->faults, where,
			    "is \"%.60s\"; write true or false", shown);
		return;
	}
	if (!parse_number(s, text, target(cf, s)))
		faults_add(cf->faults, where,
		    "is \"%.60s\"; write a %s from %u to %u", shown,
		    types[s->type].word, s->least, s->most);
}

void
conf_presets(const struct conf *cf)
{
	const struct setting *s;

	for (s = cf->table; s->name != NULL; s++)
		set(cf, s, s->name, s->preset);
}

/* ---- names ------------------------------------------------------------- */

/* Is `name`, with '-' for '_' and either case, the setting's? */
static bool
same_name(const char *setting, struct str name)
{
	size_t i;

	for (i = 0; i < name.n && setting[i] != '\0'; i++) {
		char c = name.p[i];
		if (c == '-')
			c = '_';
		if (c >= 'A' && c <= 'Z')
			c = (char)(c - 'A' + 'a');
		if (c != setting[i])
			return false;
	}
	return i == name.n && setting[i] == '\0';
}

static const struct setting *
find(const struct conf *cf, const char *where, struct str name)
{
	const struct setting *s;

	for (s = cf->table; s->name != NULL; s++)
		if (same_name(s->name, name))
			return s;
	faults_add(cf->faults, where,
	    "there is no such setting; \"frontdesk help settings\" lists all");
	return NULL;
}

/* ---- the three faces --------------------------------------------------- */

static void
file_member(const struct conf *cf, const char *where, const char *key,
    const json_t *value)
{
	struct str place = arena_printf(cf->arena, "%s: %s", where, key);
	const struct setting *s;
	struct str number;

	if (place.p == NULL)
		return;
	s = find(cf, place.p, str_from(key));
	if (s == NULL)
		return;
	if (json_is_string(value)) {
		set(cf, s, place.p, json_string_value(value));
	} else if (json_is_boolean(value) && s->type == SETTING_FLAG) {
		set(cf, s, place.p, json_is_true(value) ? "true" : "false");
	} else if (json_is_integer(value) && types[s->type].units != NULL) {
		number = arena_printf(
		    cf->arena, "%lld", (long long)json_integer_value(value));
		if (number.p != NULL)
			set(cf, s, place.p, number.p);
	} else {
		faults_add(
		    cf->faults, place.p, "write a %s", types[s->type].word);
	}
}

void
conf_file(const struct conf *cf, const char *where, struct str text)
{
	json_error_t error;
	json_t *root = json_loadb(
	    text.p, text.n, JSON_REJECT_DUPLICATES, &error);
	const char *key;
	json_t *value;

	if (root == NULL)
		faults_add(
		    cf->faults, where, "line %d: %s", error.line, error.text);
	else if (!json_is_object(root))
		faults_add(cf->faults, where, "write a JSON object");
	json_object_foreach(root, key, value)
	    file_member(cf, where, key, value);
	json_decref(root);
}

void
conf_environment(
    const struct conf *cf, const char *prefix, char *const *environment)
{
	size_t skip = strlen(prefix);

	for (; *environment != NULL; environment++) {
		const char *line = *environment;
		const char *equals = strchr(line, '=');
		const struct setting *s;
		struct str whole;

		if (equals == NULL || strncmp(line, prefix, skip) != 0)
			continue;
		whole = arena_copy(
		    cf->arena, (struct str){line, (size_t)(equals - line)});
		if (whole.p == NULL)
			return;
		s = find(
		    cf, whole.p, (struct str){whole.p + skip, whole.n - skip});
		if (s != NULL)
			set(cf, s, whole.p, equals + 1);
	}
}

/* Takes one flag; how many words of argv it used. */
static int
flag_one(const struct conf *cf, const char *word, const char *next)
{
	const char *equals = strchr(word, '=');
	size_t n = equals == NULL ? strlen(word) : (size_t)(equals - word);
	struct str flag = arena_copy(cf->arena, (struct str){word, n});
	const struct setting *s;
	bool alone;

	if (flag.p == NULL)
		return 1;
	s = find(cf, flag.p, (struct str){flag.p + 2, flag.n - 2});
	alone = next == NULL || strncmp(next, "--", 2) == 0;
	if (s != NULL && s->secret) {
		faults_add(cf->faults, flag.p,
		    "is a secret, and flags show in the list of processes; "
		    "set the variable instead");
		return equals != NULL || alone ? 1 : 2;
	}
	if (equals != NULL || (alone && s != NULL && s->type == SETTING_FLAG)) {
		if (s != NULL)
			set(cf, s, flag.p, equals ? equals + 1 : "true");
		return 1;
	}
	if (alone) {
		if (s != NULL)
			faults_add(cf->faults, flag.p, "needs a %s",
			    types[s->type].word);
		return 1;
	}
	if (s != NULL)
		set(cf, s, flag.p, next);
	return 2;
}

void
conf_flags(const struct conf *cf, int argc, char *const *argv,
    const char **rest, size_t *n)
{
	size_t room = *n;
	int i = 0;

	*n = 0;
	while (i < argc) {
		if (strncmp(argv[i], "--", 2) == 0) {
			i += flag_one(
			    cf, argv[i], i + 1 < argc ? argv[i + 1] : NULL);
			continue;
		}
		if (*n < room)
			rest[(*n)++] = argv[i];
		else
			faults_add(cf->faults, argv[i], "is one word too many");
		i++;
	}
}

const char *
conf_flag_peek(int argc, char *const *argv, const char *flag)
{
	size_t n = strlen(flag);
	int i;

	for (i = 0; i < argc; i++) {
		if (strncmp(argv[i], flag, n) != 0)
			continue;
		if (argv[i][n] == '=')
			return argv[i] + n + 1;
		if (argv[i][n] == '\0' && i + 1 < argc)
			return argv[i + 1];
	}
	return NULL;
}

/* ---- for people -------------------------------------------------------- */

static void
describe_flag(struct buf *out, const char *name)
{
	buf_str(out, "--");
	for (; *name != '\0'; name++)
		buf_char(out, *name == '_' ? '-' : *name);
}

void
conf_describe(const struct setting *table, bool markdown, struct buf *out)
{
	const struct setting *s;

	if (markdown)
		buf_str(out, "| setting | value | default | what it does |\n"
			     "| --- | --- | --- | --- |\n");
	for (s = table; s->name != NULL; s++) {
		buf_str(out, markdown ? "| `" : "  ");
		describe_flag(out, s->name);
		buf_addf(out,
		    markdown ? "` | %s | `%s` | %s |\n"
			     : "  %s, default \"%s\"\n      %s\n",
		    types[s->type].word, s->preset, s->help);
	}
}
