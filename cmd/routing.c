/*
 * routing: simulate: plays days under one policy or two and prints what came
 * of it. Files and the store are read here; the rest is core/rehearse.h.
 */
#include "cmd/command.h"
#include "cmd/process.h"
#include "core/json.h"
#include "core/rehearse.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#define FILE_BYTES_MAX (256u << 20)
#define POLICIES_MAX 2u
#define MONDAY "2026-03-02" /* always the same, so that runs compare */
#define STORED "company:"

struct simulation {
	const struct settings *settings;
	struct arena arena;
	uint64_t seed, days, chats, sellers, capacity, handling, patience;
	const char *first, *recorded;
	const char *names[POLICIES_MAX]; /* as they were written */
	struct company *companies[POLICIES_MAX];
	size_t n;
};

/* ---- words ------------------------------------------------------------- */

static const struct option {
	const char *name;
	size_t offset;
	uint64_t least, most, preset; /* most 0: text */
	const char *help;
} options[] = {
#define NUMBER(name, least, most, preset, help) \
	{ \
#name, offsetof(struct simulation, name), least, most, preset, \
		    help \
	}
#define TEXT(name, help) \
	{ \
#name, offsetof(struct simulation, name), 0, 0, 0, help \
	}
    NUMBER(seed, 0, UINT64_MAX, 1, "the same seed gives the same days"),
    NUMBER(days, 1, 366, 28, "how many"),
    NUMBER(chats, 1, 100000, 800, "that come on a working day"),
    NUMBER(sellers, 1, 1000, 8, "who work five days of seven"),
    NUMBER(capacity, 1, 100, 3, "chats that a seller may have at a time"),
    NUMBER(handling, 1, 86400, 480, "seconds that a chat takes, on average"),
    NUMBER(patience, 1, 86400, 600, "seconds until a customer gives up"),
    TEXT(first, "the first day, YYYY-MM-DD; else " MONDAY),
    TEXT(recorded, "a file of recorded days, instead of made up ones"),
#undef NUMBER
#undef TEXT
};

static void
usage(void)
{
	size_t i;

	fputs("usage: frontdesk routing simulate [NAME=VALUE ...] POLICY "
	      "[POLICY]\n\nPlays days under one policy, or the same days under "
	      "two, and compares.\nPOLICY is a company's document, or only its "
	      "members routing, teams and hours,\nin a file; or " STORED "KEY, "
	      "the stored one. docs/rehearse.md says more.\n\n",
	    stderr);
	for (i = 0; i < ARRAY_LEN(options); i++) {
		const struct option *o = &options[i];

		fprintf(stderr, "  %-9s %s", o->name, o->help);
		if (o->most != 0)
			fprintf(
			    stderr, "; %llu", (unsigned long long)o->preset);
		fputc('\n', stderr);
	}
}

static const struct option *
option_find(struct str name)
{
	size_t i;

	for (i = 0; i < ARRAY_LEN(options); i++)
		if (str_eq(name, str_from(options[i].name)))
			return &options[i];
	return NULL;
}

static bool
set_option(struct simulation *s, const struct option *o, const char *value)
{
	void *to = (char *)s + o->offset;
	uint64_t *number = to;

	if (o->most == 0) {
		*(const char **)to = value;
		return true;
	}
	if (str_to_u64(str_from(value), o->most, number) && *number >= o->least)
		return true;
	complain("%s=%s: write a whole number from %llu to %llu", o->name,
	    value, (unsigned long long)o->least, (unsigned long long)o->most);
	return false;
}

static bool
read_word(struct simulation *s, const char *word)
{
	const char *equals = strchr(word, '=');
	const struct option *o;

	if (equals == NULL && s->n < POLICIES_MAX) {
		s->names[s->n++] = word;
		return true;
	}
	if (equals == NULL) {
		complain(
		    "compares two policies at most; \"%s\" is one more", word);
		return false;
	}
	o = option_find((struct str){word, (size_t)(equals - word)});
	if (o != NULL)
		return set_option(s, o, equals + 1);
	complain("there is no option \"%.*s\"", (int)(equals - word), word);
	usage();
	return false;
}

static bool
read_words(struct simulation *s, const char *const *words, size_t n)
{
	size_t i;

	s->first = MONDAY;
	for (i = 0; i < ARRAY_LEN(options); i++)
		if (options[i].most != 0)
			memcpy((char *)s + options[i].offset,
			    &options[i].preset, sizeof(options[i].preset));
	for (i = 0; i < n; i++)
		if (!read_word(s, words[i]))
			return false;
	if (s->n == 0)
		usage();
	return s->n > 0;
}

/* ---- policies ---------------------------------------------------------- */

static enum err
read_file(const char *path, struct buf *out)
{
	FILE *f = fopen(path, "rb");
	char *room;
	size_t n;

	if (f == NULL) {
		complain("%s: %s", path, strerror(errno));
		return E_IO;
	}
	out->limit = FILE_BYTES_MAX;
	do {
		room = buf_room(out, 65536);
		n = room == NULL ? 0 : fread(room, 1, 65536, f);
		out->len += n;
	} while (n > 0);
	n = (size_t)ferror(f);
	fclose(f);
	if (!out->failed && n == 0)
		return OK;
	complain("%s: cannot be read, or is larger than 256 megabytes", path);
	return E_LIMIT;
}

static enum err
read_stored(struct simulation *s, const char *key, struct buf *out)
{
	struct store_reader *r = NULL;
	struct company_row row;
	struct process p;
	char why[512];
	enum err e = process_open(
	    &p, s->settings, PROCESS_STORE, why, sizeof(why));

	if (e != OK) {
		complain("%s", why);
		return e;
	}
	e = store_reader_open(p.store, &r);
	if (e == OK)
		e = store_find_company(r, str_from(key), &s->arena, &row);
	if (e == OK)
		buf_add(out, row.document.p, row.document.n);
	else
		complain("company %s: %s", key, err_name(e));
	if (r != NULL)
		store_reader_close(r);
	process_close(&p);
	return e;
}

static void
complain_all(const char *of, const struct faults *faults)
{
	struct buf lines = {0};

	faults_write(faults, &lines);
	complain("%s:\n%.*s", of, STR_FMT(buf_view(&lines)));
	buf_free(&lines);
}

/* A document needs a name; a policy alone has none. */
static char *
with_name(struct str text)
{
	json_t *root = json_read(text);
	char *whole = NULL;

	if (json_is_object(root) && json_object_get(root, "name") == NULL)
		json_object_set_new(root, "name", json_string("?"));
	if (json_is_object(root))
		whole = json_dumps(root, 0);
	json_decref(root);
	return whole;
}

static enum err
parse_policy(const char *name, struct str text, struct company **out)
{
	struct faults faults = {0};
	char *whole = with_name(text);
	enum err e = E_BADINPUT;

	if (whole == NULL)
		faults_add(&faults, name, "is no JSON object");
	else
		e = company_check(
		    str_from(whole), &faults, company_people_check);
	if (e == OK)
		e = company_parse(str_from(whole), &faults, out);
	if (e != OK)
		complain_all(name, &faults);
	faults_free(&faults);
	free(whole);
	return e;
}

static enum err
read_policy(struct simulation *s, size_t i)
{
	const char *name = s->names[i];
	size_t prefix = strlen(STORED);
	struct buf text = {0};
	enum err e;

	if (strncmp(name, STORED, prefix) == 0)
		e = read_stored(s, name + prefix, &text);
	else
		e = read_file(name, &text);
	if (e == OK)
		e = parse_policy(name, buf_view(&text), &s->companies[i]);
	buf_free(&text);
	return e;
}

/* ---- days -------------------------------------------------------------- */

static enum err
read_recorded(struct simulation *s, struct rehearse_days *out)
{
	struct faults faults = {0};
	struct buf text = {0};
	enum err e = read_file(s->recorded, &text);

	if (e == OK) {
		e = rehearse_read(buf_view(&text), &faults, &s->arena, out);
		if (e == E_BADINPUT)
			complain_all(s->recorded, &faults);
		else if (e != OK)
			complain("%s: %s", s->recorded, err_name(e));
	}
	if (e == OK)
		printf("%zu recorded chats, seed %llu\n\n", out->chat_count,
		    (unsigned long long)s->seed);
	faults_free(&faults);
	buf_free(&text);
	return e;
}

static enum err
make_days(struct simulation *s, struct rehearse_days *out)
{
	struct rehearse_plan plan = {.seed = s->seed,
	    .days = (unsigned)s->days,
	    .chats = (unsigned)s->chats,
	    .sellers = (unsigned)s->sellers,
	    .capacity = (unsigned)s->capacity,
	    .handling_ms = (int64_t)s->handling * 1000,
	    .patience_ms = (int64_t)s->patience * 1000};
	int year, month, mday;
	enum err e;

	if (sscanf(s->first, "%4d-%2d-%2d", &year, &month, &mday) != 3 ||
	    year < 1970 || month < 1 || month > 12 || mday < 1 || mday > 31) {
		complain("first=%s: write YYYY-MM-DD", s->first);
		return E_BADINPUT;
	}
	plan.first = zone_day_of(year, month, mday);
	e = rehearse_generate(&plan, s->companies[0], &s->arena, out);
	if (e != OK)
		complain("these are too many days, chats or sellers: %s",
		    err_name(e));
	else
		printf("%llu days from %s, %zu chats, %llu sellers, seed "
		       "%llu\n\n",
		    (unsigned long long)s->days, s->first, out->chat_count,
		    (unsigned long long)s->sellers,
		    (unsigned long long)s->seed);
	return e;
}

/* ---- the command ------------------------------------------------------- */

/* Without its folders. */
static const char *
base_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash == NULL ? path : slash + 1;
}

static enum err
play(struct simulation *s)
{
	struct rehearse_figures figures[POLICIES_MAX];
	const char *names[POLICIES_MAX];
	struct rehearse_days days;
	struct buf out = {0};
	enum err e = s->recorded != NULL ? read_recorded(s, &days)
					 : make_days(s, &days);
	size_t i;

	for (i = 0; e == OK && i < s->n; i++) {
		names[i] = base_name(s->names[i]);
		e = rehearse_run(&days, s->companies[i], s->seed, &figures[i]);
		if (e != OK)
			complain("%s cannot be played: %s", s->names[i],
			    err_name(e));
	}
	if (e == OK) {
		rehearse_write(figures, names, s->n, &out);
		fwrite(out.data, 1, out.len, stdout);
	}
	buf_free(&out);
	return e;
}

static int
simulate(struct simulation *s)
{
	enum err e = OK;
	size_t i;

	for (i = 0; e == OK && i < s->n; i++)
		e = read_policy(s, i);
	if (e == OK)
		e = play(s);
	for (i = 0; i < s->n; i++)
		company_unref(s->companies[i]);
	return e == OK ? EXIT_OK : EXIT_FAILED;
}

int
command_routing(const struct settings *s, const char *const *words, size_t n)
{
	struct simulation sim = {.settings = s};
	int status = EXIT_USAGE;

	if (strcmp(words[0], "simulate") != 0) {
		complain("routing can \"simulate\", not \"%s\"", words[0]);
		return EXIT_USAGE;
	}
	if (read_words(&sim, words + 1, n - 1))
		status = simulate(&sim);
	arena_free(&sim.arena);
	return status;
}
