/* shape: one walk over the table, one over the object. */
#include "sandbox/shape.h"

#include <stdio.h>

#define WHERE_MAX 200u

static const char *const words[SHAPE_TYPES] = {
    [SHAPE_TEXT] = "a string",
    [SHAPE_NUMBER] = "a number, not negative",
    [SHAPE_FLAG] = "true or false",
    [SHAPE_LIST] = "an array",
    [SHAPE_OBJECT] = "an object",
    [SHAPE_ANY] = "a value",
};

static bool
is_amount(const json_t *v)
{
	return json_is_number(v) && json_number_value(v) >= 0;
}

static bool
fits(const json_t *v, const struct shape *s)
{
	const bool fit[SHAPE_TYPES] = {
	    [SHAPE_TEXT] = json_is_string(v) &&
			   !(s->required && json_string_length(v) == 0),
	    [SHAPE_NUMBER] = is_amount(v),
	    [SHAPE_FLAG] = json_is_boolean(v),
	    [SHAPE_LIST] = json_is_array(v),
	    [SHAPE_OBJECT] = json_is_object(v),
	    [SHAPE_ANY] = true,
	};

	return fit[s->type];
}

static void
complain_of(struct faults *f, const char *where, const char *name,
    const char *what, const char *right)
{
	char path[WHERE_MAX];

	(void)snprintf(path, sizeof(path), "%s%s%.100s", where,
	    where[0] == '\0' ? "" : ".", name);
	faults_add(f, path, "%s%s", what, right);
}

static bool
is_known(const struct shape *shapes, const char *name)
{
	for (; shapes->name != NULL; shapes++)
		if (strcmp(shapes->name, name) == 0)
			return true;
	return false;
}

bool
sb_shape_check(const json_t *object, const char *where,
    const struct shape *shapes, struct faults *faults)
{
	size_t before = faults->count;
	const struct shape *s;
	const char *name;
	json_t *v;

	if (!json_is_object(object)) {
		faults_add(faults, where[0] == '\0' ? "the document" : where,
		    "is no JSON object");
		return false;
	}
	for (s = shapes; s->name != NULL; s++) {
		v = json_object_get(object, s->name);
		if (v == NULL && s->required)
			complain_of(faults, where, s->name,
			    "is missing; write ", words[s->type]);
		else if (v != NULL && !fits(v, s))
			complain_of(faults, where, s->name, "is wrong; write ",
			    words[s->type]);
	}
	json_object_foreach(
	    (json_t *)(uintptr_t)object, name, v) if (!is_known(shapes, name))
	    complain_of(faults, where, name, "is unknown", "");
	return faults->count == before;
}

double
sb_shape_number(const json_t *object, const char *name, double preset)
{
	const json_t *v = json_object_get(object, name);

	return json_is_number(v) ? json_number_value(v) : preset;
}

uint64_t
sb_shape_whole(
    const json_t *object, const char *name, uint64_t preset, uint64_t most)
{
	double n = sb_shape_number(object, name, (double)preset);

	return n < (double)most ? (uint64_t)n : most;
}

bool
sb_shape_flag(const json_t *object, const char *name, bool preset)
{
	const json_t *v = json_object_get(object, name);

	return json_is_boolean(v) ? json_boolean_value(v) : preset;
}
