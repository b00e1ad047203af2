/*
 * check DATABASE LEDGER
 *
 * Looks into the database of a stopped server with SQL of its own, beside
 * what visitors wrote down: every check is one question whose answer must be
 * no row. Then folds every conversation's log anew and compares it with the
 * state that the store keeps. Exit status 1 when anything is wrong.
 */
#include "tests/crash/check.h"
#include "store/store.h"
#include "tests/bench/lib/figures.h"

#include <errno.h>
#include <inttypes.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>

#define TOLD_MAX 5

/* Kinds and authors as the schema numbers them. */
static const char prepare_sql[] =
    "CREATE TABLE acked (conversation, seq, id);"
    "CREATE TABLE heard (conversation, seq, kind, author, ref, id, text);"
    "CREATE TABLE kinds (number PRIMARY KEY, word);"
    "INSERT INTO kinds VALUES (0,'opened'),(1,'message'),(2,'identified'),"
    "(3,'holder'),(6,'resolved'),(7,'edited'),(8,'deleted'),(9,'file');"
    "CREATE TABLE authors (number PRIMARY KEY, word);"
    "INSERT INTO authors VALUES (0,'system'),(1,'customer'),(2,'bot'),"
    "(3,'agent');";

static const char derive_sql[] =
    "CREATE INDEX heard_seq ON heard (conversation, seq);"
    "CREATE TEMP VIEW log AS SELECT conversation, seq, kind, author, "
    "iif(kind = 3, 0, ref) AS ref, coalesce(iif(kind = 3, (SELECT word FROM "
    "holder_words WHERE number = ref), "
    "json_extract(nullif(body, ''), '$.id')), '') AS id, "
    "coalesce(json_extract(nullif(body, ''), '$.text'), '') AS text "
    "FROM data.event;"
    "CREATE TEMP VIEW asked AS SELECT * FROM log "
    "WHERE kind = 1 AND author = 1;"
    /* What speaks for the company: the bot's messages, and its silence. */
    "CREATE TEMP TABLE answers AS SELECT conversation, seq, ref, "
    "coalesce(max(ref) OVER (PARTITION BY conversation ORDER BY seq ROWS "
    "BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0) AS before "
    "FROM data.event WHERE (kind = 1 AND author = 2) OR kind = 4;";

static const struct check checks[] = {
    {"an acknowledged message is in the log, under its number",
	"SELECT a.conversation, a.seq, a.id FROM acked a "
	"LEFT JOIN asked e USING (conversation, seq) WHERE e.id IS NOT a.id"},
    {"a message is in the log once",
	"SELECT conversation, id, count(*) FROM asked "
	"GROUP BY conversation, id HAVING count(*) > 1"},
    {"a conversation's numbers are dense",
	"SELECT conversation, min(seq), max(seq), count(*) FROM data.event "
	"GROUP BY conversation HAVING min(seq) <> 1 OR max(seq) <> count(*)"},
    {"a conversation is as long as its log",
	"SELECT c.id, c.seq, count(e.seq) FROM data.conversation c "
	"LEFT JOIN data.event e ON e.conversation = c.id "
	"GROUP BY c.id HAVING c.seq <> count(e.seq)"},
    {"a log belongs to a conversation",
	"SELECT DISTINCT conversation FROM data.event "
	"WHERE conversation NOT IN (SELECT id FROM data.conversation)"},
    {"a conversation belongs to an address",
	"SELECT id FROM data.conversation WHERE id NOT IN "
	"(SELECT conversation FROM data.contact_address)"},
    {"a question is answered once",
	"SELECT * FROM answers WHERE ref <= before"},
    {"an answer answers what was asked before it",
	"SELECT a.conversation, a.seq, a.ref FROM answers a "
	"LEFT JOIN asked e ON e.conversation = a.conversation "
	"AND e.seq = a.ref WHERE a.ref >= a.seq OR e.seq IS NULL"},
    {"every question to the bot alone is answered",
	"SELECT conversation, max(seq) AS newest, (SELECT max(ref) FROM "
	"answers a WHERE a.conversation = asked.conversation) AS answered "
	"FROM asked WHERE conversation NOT IN (SELECT conversation FROM "
	"data.event WHERE kind = 3) GROUP BY conversation "
	"HAVING answered IS NULL OR answered < newest"},
    {"the bot has nothing left to answer",
	"SELECT id, handled_seq, last_customer_seq FROM data.conversation "
	"WHERE holder = 0 AND handled_seq < last_customer_seq"},
    {"visitors heard every event",
	"SELECT h.conversation, h.n, c.seq FROM (SELECT conversation, "
	"count(*) AS n FROM heard GROUP BY conversation) h "
	"LEFT JOIN data.conversation c ON c.id = h.conversation "
	"WHERE c.seq IS NOT h.n"},
    {"visitors heard what is in the log",
	"SELECT h.conversation, h.seq, h.kind, h.text FROM heard h "
	"LEFT JOIN log e USING (conversation, seq) "
	"LEFT JOIN kinds ON kinds.number = e.kind "
	"LEFT JOIN authors ON authors.number = e.author "
	"WHERE coalesce(kinds.word, iif(e.seq > 0, 'hidden', NULL)) IS NOT "
	"h.kind OR (h.kind <> 'hidden' AND "
	"(authors.word IS NOT h.author OR e.text <> h.text "
	/* What of them a visitor sees (core/event_show.c). */
	"OR iif(kinds.word = 'message' AND authors.word IN ('customer', "
	"'system'), 0, e.ref) <> h.ref "
	"OR iif(kinds.word = 'message' AND authors.word <> 'customer', "
	"'', e.id) <> h.id))"},
};

static size_t faults, asked;

static void
run(sqlite3 *db, const char *sql)
{
	char *why = NULL;

	if (sqlite3_exec(db, sql, NULL, NULL, &why) != SQLITE_OK)
		die("check: %s", why);
}

static sqlite3_stmt *
prepared(sqlite3 *db, const char *sql)
{
	sqlite3_stmt *s;

	if (sqlite3_prepare_v2(db, sql, -1, &s, NULL) != SQLITE_OK)
		die("check: %s: %s", sql, sqlite3_errmsg(db));
	return s;
}

/* ---- the ledger -------------------------------------------------------- */

#define FIELDS 8
#define LINE_KINDS 16

static const struct line_kind lines[] = {
    {"acked", "INSERT INTO acked VALUES (?1 + 0, ?2 + 0, ?3)"},
    {"heard", "INSERT INTO heard VALUES (?1 + 0, ?2 + 0, ?3, ?4, ?5 + 0, ?6, "
	      "json_extract(?7, '$'))"},
    {NULL, NULL},
};

struct inserting {
	const char *words[LINE_KINDS];
	sqlite3_stmt *statements[LINE_KINDS];
	size_t n;
};

static void
add_kinds(struct inserting *in, sqlite3 *db, const struct line_kind *kinds)
{
	for (; kinds->word != NULL; kinds++) {
		if (in->n == LINE_KINDS)
			die("check: too many kinds of lines");
		in->words[in->n] = kinds->word;
		in->statements[in->n++] = prepared(db, kinds->insert);
	}
}

/* Fields of a line, in place; what is missing is empty. */
static void
split(char *line, char *fields[FIELDS])
{
	size_t i;

	line[strcspn(line, "\n")] = '\0';
	for (i = 0; i < FIELDS; i++)
		fields[i] = line == NULL ? NULL : strsep(&line, "\t");
}

static void
insert(const struct inserting *in, char *fields[FIELDS])
{
	sqlite3_stmt *s;
	size_t k = 0;
	int i;

	while (k < in->n && strcmp(in->words[k], fields[0]) != 0)
		k++;
	if (k == in->n)
		die("check: what is \"%s\"?", fields[0]);
	s = in->statements[k];
	for (i = 0; i < sqlite3_bind_parameter_count(s); i++) {
		char *f = fields[i + 1];

		if (f == NULL)
			die("check: a line of the ledger is too short");
		sqlite3_bind_text(s, i + 1, f, -1, SQLITE_TRANSIENT);
	}
	if (sqlite3_step(s) != SQLITE_DONE)
		die("check: the ledger cannot be kept");
	sqlite3_reset(s);
}

static void
load_ledger(sqlite3 *db, const char *path)
{
	struct inserting in = {.n = 0};
	FILE *f = fopen(path, "r");
	char *line = NULL, *fields[FIELDS];
	size_t room = 0;

	if (f == NULL)
		die("%s: %s", path, strerror(errno));
	add_kinds(&in, db, lines);
	add_kinds(&in, db, people_lines);
	run(db, "BEGIN");
	while (getline(&line, &room, f) > 0) {
		split(line, fields);
		insert(&in, fields);
	}
	run(db, "COMMIT");
	free(line);
	fclose(f);
	while (in.n > 0)
		sqlite3_finalize(in.statements[--in.n]);
}

/* ---- asking ------------------------------------------------------------ */

static void
tell(const char *promise, sqlite3_stmt *s)
{
	int i;

	fprintf(stderr, "check: not so: %s:", promise);
	for (i = 0; i < sqlite3_column_count(s); i++)
		fprintf(stderr, " %s=%s", sqlite3_column_name(s, i),
		    sqlite3_column_text(s, i) == NULL
			? "none"
			: (const char *)sqlite3_column_text(s, i));
	fputc('\n', stderr);
}

static void
ask(sqlite3 *db, const struct check *c)
{
	sqlite3_stmt *s = prepared(db, c->sql);
	size_t rows = 0;
	int step;

	asked++;
	while ((step = sqlite3_step(s)) == SQLITE_ROW)
		if (rows++ < TOLD_MAX)
			tell(c->promise, s);
	if (step != SQLITE_DONE)
		die("check: %s", sqlite3_errmsg(db));
	faults += rows;
	sqlite3_finalize(s);
}

static void
report_figure(sqlite3 *db, const struct check *c)
{
	sqlite3_stmt *s = prepared(db, c->sql);

	if (sqlite3_step(s) != SQLITE_ROW)
		die("check: %s", sqlite3_errmsg(db));
	printf("%lld %s, ", sqlite3_column_int64(s, 0), c->promise);
	sqlite3_finalize(s);
}

static void
check_integrity(sqlite3 *db)
{
	sqlite3_stmt *s = prepared(db, "PRAGMA data.integrity_check");

	if (sqlite3_step(s) != SQLITE_ROW ||
	    strcmp((const char *)sqlite3_column_text(s, 0), "ok") != 0) {
		tell("the database is whole", s);
		faults++;
	}
	sqlite3_finalize(s);
}

/* Ids of all conversations; the caller frees. */
static int64_t *
list_conversations(sqlite3 *db, size_t *n)
{
	sqlite3_stmt *s = prepared(db, "SELECT id FROM data.conversation");
	int64_t *ids = NULL;

	*n = 0;
	while (sqlite3_step(s) == SQLITE_ROW) {
		ids = realloc(ids, (*n + 1) * sizeof(*ids));
		if (ids == NULL)
			die("no memory");
		ids[(*n)++] = sqlite3_column_int64(s, 0);
	}
	sqlite3_finalize(s);
	return ids;
}

static int64_t *
ask_all(const char *database, const char *ledger, size_t *conversations)
{
	sqlite3_stmt *attach;
	int64_t *ids;
	sqlite3 *db;
	size_t i;

	if (sqlite3_open(":memory:", &db) != SQLITE_OK)
		die("check: no memory");
	attach = prepared(db, "ATTACH ?1 AS data");
	sqlite3_bind_text(attach, 1, database, -1, SQLITE_STATIC);
	if (sqlite3_step(attach) != SQLITE_DONE)
		die("check: %s: %s", database, sqlite3_errmsg(db));
	sqlite3_finalize(attach);
	run(db, prepare_sql);
	run(db, people_prepare_sql);
	load_ledger(db, ledger);
	run(db, derive_sql);
	run(db, people_derive_sql);
	check_integrity(db);
	for (i = 0; i < ARRAY_LEN(checks); i++)
		ask(db, &checks[i]);
	for (i = 0; people_checks[i].promise != NULL; i++)
		ask(db, &people_checks[i]);
	printf("check ");
	for (i = 0; people_figures[i].promise != NULL; i++)
		report_figure(db, &people_figures[i]);
	ids = list_conversations(db, conversations);
	sqlite3_close(db);
	return ids;
}

/* ---- folding ------------------------------------------------------------ */

#define PAGE 256

static bool
same_state(const struct conversation *a, const struct conversation *b)
{
	return a->seq == b->seq && a->epoch == b->epoch &&
	       a->last_customer_seq == b->last_customer_seq &&
	       a->handled_seq == b->handled_seq &&
	       a->resolved_seq == b->resolved_seq && a->holder == b->holder &&
	       a->agent == b->agent && a->status == b->status &&
	       a->opened_at == b->opened_at && a->last_at == b->last_at &&
	       a->team == b->team && a->offered == b->offered &&
	       a->priority == b->priority && a->front == b->front &&
	       a->last_agent == b->last_agent &&
	       a->holder_seq == b->holder_seq && a->mail_seq == b->mail_seq &&
	       a->unreached == b->unreached && a->mailed_seq == b->mailed_seq &&
	       a->agent_seq == b->agent_seq && a->queued_at == b->queued_at &&
	       a->waiting_at == b->waiting_at &&
	       a->snoozed_until == b->snoozed_until;
}

static bool
fold_all(struct store_reader *r, int64_t id, struct conversation *c)
{
	struct event page[PAGE];
	struct arena a = {0};
	size_t i, n = PAGE;
	bool good = true;

	while (good && n == PAGE) {
		good = store_read_events(r, id, c->seq, &a, page, &n) == OK;
		for (i = 0; good && i < n; i++)
			good = conversation_fold(c, &page[i]) == OK;
		arena_reset(&a);
	}
	arena_free(&a);
	return good;
}

static int64_t
no_time(const struct clock *c)
{
	(void)c;
	return 0;
}

static void
check_folds(const char *database, const int64_t *ids, size_t n)
{
	static const struct clock clock = {no_time, no_time};
	const struct store_conf conf = {.path = database,
	    .queue_max = 16,
	    .group_max = 16,
	    .clock = &clock};
	char why[256] = "no reader";
	struct store_reader *r;
	struct store *s;
	size_t i;

	if (store_open(&conf, &s, why, sizeof(why)) != OK ||
	    store_reader_open(s, &r) != OK)
		die("check: %s: %s", database, why);
	for (i = 0; i < n; i++) {
		struct conversation kept = {0}, folded = {0};

		if (store_read_conversation(r, ids[i], &kept) == OK &&
		    fold_all(r, ids[i], &folded) && same_state(&kept, &folded))
			continue;
		fprintf(stderr,
		    "check: not so: the state is the fold of the log: "
		    "conversation=%" PRId64 "\n",
		    ids[i]);
		faults++;
	}
	store_reader_close(r);
	store_close(s);
}

int
main(int argc, char **argv)
{
	int64_t *ids;
	size_t n;

	if (argc != 3)
		die("usage: check database ledger");
	ids = ask_all(argv[1], argv[2], &n);
	check_folds(argv[1], ids, n);
	free(ids);
	printf("%zu promises, %zu conversations, %zu faults\n", asked + 2, n,
	    faults);
	return faults == 0 ? 0 : 1;
}
