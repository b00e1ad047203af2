/*
 * company: apply, export and list companies' documents. Secrets are sealed
 * before they reach the store and stay sealed in what is exported; an
 * exported document can be applied again on the same installation.
 */
#include "cmd/command.h"
#include "cmd/verbs.h"
#include "channels/channel.h"
#include "core/company.h"
#include "workers/brain.h"

#include <errno.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>

#define DOCUMENT_BYTES_MAX (16u << 20)
#define LIST_PAGE 100u

/* A secret that is sealed already must be one that we can open. */
static enum err
seal(void *arg, struct str secret, struct buf *out)
{
	const struct process *p = arg;
	struct buf plain = {0};
	enum err e = secret_open(&p->keys, secret, &plain);

	if (plain.data != NULL)
		sodium_memzero(plain.data, plain.len);
	buf_free(&plain);
	if (e == OK)
		return secret_seal(&p->keys, secret, out);
	complain("a secret was sealed by another installation; write it in "
		 "plain text, it is sealed here");
	return e;
}

/* The whole file, or standard input for "-". */
static enum err
read_document(const char *path, struct buf *out)
{
	FILE *f = strcmp(path, "-") == 0 ? stdin : fopen(path, "rb");
	char *room;
	size_t n;

	if (f == NULL) {
		complain("%s: %s", path, strerror(errno));
		return E_IO;
	}
	out->limit = DOCUMENT_BYTES_MAX;
	do {
		room = buf_room(out, 65536);
		n = room == NULL ? 0 : fread(room, 1, 65536, f);
		out->len += n;
	} while (n > 0);
	if (f != stdin)
		fclose(f);
	if (!out->failed)
		return OK;
	complain("%s: is larger than 16 megabytes", path);
	return E_LIMIT;
}

static void
brain_fault(struct faults *faults, struct str name)
{
	struct buf known = {0};

	brain_write_names(&known);
	faults_add(faults, "bot.brain",
	    "is \"%.*s\", which is no brain; write one of: %.*s", STR_FMT(name),
	    STR_FMT(buf_view(&known)));
	buf_free(&known);
}

/* What the document's own table cannot know. */
static void
look(const struct company *company, struct faults *faults)
{
	if (company->brain.n > 0 && brain_find(company->brain) == NULL)
		brain_fault(faults, company->brain);
	company_people_check(company, faults);
	channels_check(company, faults);
}

/* Checks; says every fault. */
static enum err
check(const char *path, struct str document)
{
	struct faults faults = {0};
	struct buf lines = {0};
	enum err e = company_check(document, &faults, look);

	if (e != OK) {
		faults_write(&faults, &lines);
		complain("%s is not applied:\n%.*s", path,
		    STR_FMT(buf_view(&lines)));
	}
	buf_free(&lines);
	faults_free(&faults);
	return e;
}

/*
 * "demo=path" or "folder/demo.json": the company's key, and in *path the
 * file's.
 */
static struct str
key_of(const char *word, const char **path)
{
	const char *equals = strchr(word, '='), *slash, *end;

	*path = word;
	if (equals != NULL) {
		*path = equals + 1;
		return (struct str){word, (size_t)(equals - word)};
	}
	slash = strrchr(word, '/');
	word = slash == NULL ? word : slash + 1;
	end = strrchr(word, '.');
	return (struct str){
	    word, end == NULL ? strlen(word) : (size_t)(end - word)};
}

static enum err
put(struct process *p, const char *path, struct str key, struct str sealed)
{
	struct store_op op = {.verb = STORE_COMPANY_PUT,
	    .company_put = {
		.key = key, .document = sealed, .at = clock_wall(&p->clock)}};
	enum err e = store_submit_wait(p->store, &op);

	if (e != OK)
		complain("%s is not applied: %s", path, err_name(e));
	else
		printf("%.*s version %llu%s\n", STR_FMT(key),
		    (unsigned long long)op.company_put.version,
		    op.company_put.changed ? "" : " (unchanged)");
	return e;
}

/*
 * Sealing the same secret gives the same text, so an unchanged document stays
 * the version it is.
 */
static enum err
apply(struct process *p, const char *word)
{
	struct buf text = {0}, sealed = {0};
	const char *path;
	struct str key = key_of(word, &path);
	enum err e = E_BADINPUT;

	if (!company_key_valid(key)) {
		complain("%s: \"%.*s\" cannot be a company's key; name the "
			 "file KEY.json or write KEY=FILE, with 1 to 40 of "
			 "a-z, 0-9 and \"-\"",
		    word, STR_FMT(key));
		goto done;
	}
	if ((e = read_document(path, &text)) != OK)
		goto done;
	if ((e = check(path, buf_view(&text))) != OK)
		goto done;
	e = company_rewrite_secrets(buf_view(&text), seal, p, &sealed);
	if (e == OK)
		e = put(p, path, key, buf_view(&sealed));
done:
	buf_free(&text);
	buf_free(&sealed);
	return e;
}

static int
apply_all(struct process *p, const char *const *paths, size_t n)
{
	int status = EXIT_OK;
	size_t i;

	if (n == 0) {
		complain("usage: frontdesk company apply [KEY=]FILE...");
		return EXIT_USAGE;
	}
	for (i = 0; i < n; i++)
		if (apply(p, paths[i]) != OK)
			status = EXIT_FAILED;
	return status;
}

static int export(struct process *p, const char *const *words, size_t n)
{
	struct store_reader *r = NULL;
	struct company_row row;
	struct arena a = {0};
	enum err e;

	if (n != 1) {
		complain("usage: frontdesk company export KEY");
		return EXIT_USAGE;
	}
	e = store_reader_open(p->store, &r);
	if (e == OK)
		e = store_find_company(r, str_from(words[0]), &a, &row);
	if (e == OK)
		printf("%.*s\n", STR_FMT(row.document));
	else if (e == E_NOTFOUND)
		complain("there is no company \"%s\"; \"frontdesk company "
			 "list\" lists them",
		    words[0]);
	else
		complain("company %s: %s", words[0], err_name(e));
	if (r != NULL)
		store_reader_close(r);
	arena_free(&a);
	return e == OK ? EXIT_OK : EXIT_FAILED;
}

static int
list(struct process *p, const char *const *words, size_t n)
{
	struct company_row rows[LIST_PAGE];
	struct store_reader *r = NULL;
	struct arena a = {0};
	int64_t after = 0;
	size_t count = 1, i;
	enum err e;

	if (n != 0) {
		complain("usage: frontdesk company list, not \"%s\"", words[0]);
		return EXIT_USAGE;
	}
	e = store_reader_open(p->store, &r);
	while (e == OK && count > 0) {
		count = LIST_PAGE;
		e = store_list_companies(r, after, &a, rows, &count);
		for (i = 0; e == OK && i < count; i++) {
			printf("%.*s\tversion %llu\n", STR_FMT(rows[i].key),
			    (unsigned long long)rows[i].version);
			after = rows[i].id;
		}
		arena_reset(&a);
	}
	if (e != OK)
		complain("%s", err_name(e));
	if (r != NULL)
		store_reader_close(r);
	arena_free(&a);
	return e == OK ? EXIT_OK : EXIT_FAILED;
}

int
command_company(const struct settings *s, const char *const *words, size_t n)
{
	static const struct verb verbs[] = {{"apply", apply_all},
	    {"export", export}, {"list", list}, {NULL, NULL}};

	return verbs_run("company", verbs, s, words, n);
}
