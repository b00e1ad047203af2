/*
 * dump DATABASE: what the effect test compares, as lines of JSON:
 *	{"conversation":1,"channel":"web","last":7,"handled":7,"holder":"bot"}
 *	{"message":2,"conversation":1,"author":"customer","agent":0,"body":{}}
 *	{"note":9,"conversation":1,"what":"refused","body":{...}}
 *	{"mailed":8,"conversation":1,"upto":7}
 *	{"delivery":10,"conversation":1,"of":8,"body":{...}}
 *	{"row":3,"conversation":1,"seq":4,"kind":0,"state":3,"channel":"...",
 *	 "code":"..."}
 * It reads the tables themselves, so that it believes nothing of the program
 * under test but what is on disk.
 */
#include "core/buf.h"
#include "core/conversation.h"

#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>

static void
stop(sqlite3 *db)
{
	fprintf(stderr, "dump: %s\n", sqlite3_errmsg(db));
	exit(1);
}

static struct str
column(sqlite3_stmt *q, int i)
{
	const unsigned char *text = sqlite3_column_text(q, i);

	return (struct str){
	    (const char *)text, (size_t)sqlite3_column_bytes(q, i)};
}

static void
add(struct buf *b, const char *before, struct str text)
{
	buf_str(b, before);
	buf_json(b, text);
}

static void
conversation(sqlite3_stmt *q, struct buf *b)
{
	buf_addf(b, "{\"conversation\":%lld", sqlite3_column_int64(q, 0));
	add(b, ",\"channel\":", column(q, 1));
	add(b, ",\"address\":", column(q, 2));
	buf_addf(b, ",\"last\":%lld,\"handled\":%lld",
	    sqlite3_column_int64(q, 3), sqlite3_column_int64(q, 4));
	add(b, ",\"holder\":",
	    str_from(holder_name((enum holder)sqlite3_column_int(q, 5))));
	buf_char(b, '}');
}

/* What an event is, in its own words. */
static void
event(sqlite3_stmt *q, struct buf *b, const char *name)
{
	buf_addf(b, "{\"%s\":%lld,\"conversation\":%lld,\"author\":", name,
	    sqlite3_column_int64(q, 1), sqlite3_column_int64(q, 0));
	buf_json(
	    b, str_from(author_name((enum author)sqlite3_column_int(q, 2))));
	buf_addf(b, ",\"agent\":%lld", sqlite3_column_int64(q, 3));
}

static void
end_with_body(sqlite3_stmt *q, struct buf *b)
{
	struct str body = column(q, 5);

	buf_str(b, ",\"body\":");
	buf_add(b, body.p, body.n);
	buf_char(b, '}');
}

static void
message(sqlite3_stmt *q, struct buf *b)
{
	event(q, b, "message");
	end_with_body(q, b);
}

static void
note(sqlite3_stmt *q, struct buf *b)
{
	event(q, b, "note");
	add(b, ",\"what\":",
	    str_from(note_kind_name((enum note_kind)sqlite3_column_int(q, 4))));
	end_with_body(q, b);
}

static void
mailed(sqlite3_stmt *q, struct buf *b)
{
	event(q, b, "mailed");
	buf_addf(b, ",\"upto\":%lld}", sqlite3_column_int64(q, 4));
}

static void
row(sqlite3_stmt *q, struct buf *b)
{
	buf_addf(b,
	    "{\"row\":%lld,\"conversation\":%lld,\"seq\":%lld,\"kind\":%lld,"
	    "\"state\":%lld,\"attempts\":%lld",
	    sqlite3_column_int64(q, 0), sqlite3_column_int64(q, 1),
	    sqlite3_column_int64(q, 2), sqlite3_column_int64(q, 3),
	    sqlite3_column_int64(q, 4), sqlite3_column_int64(q, 5));
	add(b, ",\"channel\":", column(q, 6));
	add(b, ",\"code\":", column(q, 7));
	add(b, ",\"reason\":", column(q, 8));
	buf_char(b, '}');
}

#define EVENTS(kind) \
	"SELECT conversation, seq, author, author_id, ref, body FROM event " \
	"WHERE kind = " kind " ORDER BY conversation, seq"

/* Of which message it is known that it did not arrive, or not known. */
static void
delivery(sqlite3_stmt *q, struct buf *b)
{
	event(q, b, "delivery");
	buf_addf(b, ",\"of\":%lld", sqlite3_column_int64(q, 4));
	end_with_body(q, b);
}

static const struct {
	const char *sql;
	void (*write)(sqlite3_stmt *q, struct buf *b);
} parts[] = {
    {"SELECT id, channel, address, last_customer_seq, handled_seq, holder"
     " FROM conversation JOIN reach ON conversation = id ORDER BY id",
	conversation},
    {EVENTS("1"), message},
    {EVENTS("10"), delivery},
    {EVENTS("14"), note},
    {EVENTS("16"), mailed},
    {"SELECT o.id, conversation, seq, kind, o.state, attempts, channel,"
     " coalesce(code, ''), coalesce(reason, '') FROM outbox AS o"
     " JOIN lane ON lane.id = o.lane ORDER BY o.id",
	row},
};

static void
part(sqlite3 *db, size_t i)
{
	struct buf b = {0};
	sqlite3_stmt *q;

	if (sqlite3_prepare_v2(db, parts[i].sql, -1, &q, NULL) != SQLITE_OK)
		stop(db);
	while (sqlite3_step(q) == SQLITE_ROW) {
		buf_clear(&b);
		parts[i].write(q, &b);
		buf_char(&b, '\n');
		fwrite(b.data, 1, b.len, stdout);
	}
	if (sqlite3_finalize(q) != SQLITE_OK)
		stop(db);
	buf_free(&b);
}

int
main(int argc, char **argv)
{
	sqlite3 *db;
	size_t i;

	if (argc != 2) {
		fputs("usage: dump database\n", stderr);
		return 2;
	}
	if (sqlite3_open_v2(argv[1], &db, SQLITE_OPEN_READWRITE, NULL) !=
	    SQLITE_OK)
		stop(db);
	for (i = 0; i < ARRAY_LEN(parts); i++)
		part(db, i);
	sqlite3_close(db);
	return 0;
}
