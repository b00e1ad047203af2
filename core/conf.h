/*
 * conf: settings come from one table.
 *
 * A setting is one row: name, type, bounds, default, one line of help, and
 * where its value goes. Three faces of the row: the flag --data-dir, the
 * variable FRONTDESK_DATA_DIR, the member "data_dir" of a JSON file. A flag
 * beats a variable, a variable beats the file. Unknown names and wrong values
 * are all gathered in `faults`; nothing is guessed.
 *
 * Pure: the caller reads the file and the environment.
 */
#ifndef CORE_CONF_H
#define CORE_CONF_H

#include "core/faults.h"

enum setting_type {
	SETTING_TEXT,  /* const char *; from the arena */
	SETTING_COUNT, /* unsigned */
	SETTING_MS,    /* unsigned, milliseconds; "10s", "250ms", "5m" too */
	SETTING_BYTES, /* unsigned; "64k", "1m" too */
	SETTING_FLAG,  /* bool: true or false; a bare flag is true */
	SETTING_TYPES
};

struct setting {
	const char *name; /* data_dir */
	enum setting_type type;
	size_t offset;	      /* into the caller's struct */
	const char *preset;   /* the default, as text */
	unsigned least, most; /* for numbers */
	const char *help;
	bool secret; /* not shown, and not taken from a flag */
	/* For text: NULL if it will do, else what to write instead. */
	const char *(*wrong)(const char *text);
};

/* The table and where its values go. */
struct conf {
	const struct setting *table; /* ends with name == NULL */
	void *values;
	struct arena *arena;
	struct faults *faults;
};

void conf_presets(const struct conf *cf);

/* The text of a JSON file; `where` names it in faults. */
void conf_file(const struct conf *cf, const char *where, struct str json);

/*
 * Each NAME=value of an environment that begins with `prefix`; other
 * variables are not looked at. A variable with the prefix that no row knows
 * is a fault.
 */
void conf_environment(
    const struct conf *cf, const char *prefix, char *const *environment);

/*
 * argv[from..argc): --name value, --name=value, --flag. What does not begin
 * with "--" is put in rest (at most *n, which is set).
 */
void conf_flags(const struct conf *cf, int argc, char *const *argv,
    const char **rest, size_t *n);

/* The value that a flag gives, if argv has it; for what must be known first. */
const char *conf_flag_peek(int argc, char *const *argv, const char *flag);

/* The table for people: plain text, or Markdown. */
void conf_describe(const struct setting *table, bool markdown, struct buf *out);

#endif
