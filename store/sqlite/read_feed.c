/* read_feed: the log of all conversations, and the words in it. */
#include "core/buf.h"
#include "store/sqlite/read.h"
#include "store/sqlite/sqlite.h"

/* ---- the log ------------------------------------------------------------- */

static enum err
feed_row_read(sqlite3_stmt *q, struct arena *a, struct feed_row *out)
{
	out->position = (uint64_t)sqlite3_column_int64(q, 0);
	out->conversation = sqlite3_column_int64(q, 1);
	out->company = sqlite3_column_int64(q, 2);
	return event_read(q, 3, a, &out->event);
}

enum err
sqlite_read_feed(void *reader, uint64_t after, struct arena *a,
    struct feed_row *out, size_t *n)
{
	struct reader *r = reader;
	sqlite3_stmt *q;
	size_t max = *n;
	enum err e = reader_enter(r);

	*n = 0;
	if (e != OK)
		return e;
	e = CONN_QUERY(&r->conn, SQL_FEED_LIST, &q, NUM(after), NUM(max));
	while (e == OK && *n < max && (e = conn_row(&r->conn, q)) == OK)
		e = feed_row_read(q, a, &out[(*n)++]);
	return list_end(r, q, e);
}

/* The number that a query gives; 0 where it gives none. */
static enum err
number(struct reader *r, enum err asked, sqlite3_stmt *q, uint64_t *out)
{
	enum err e = asked;

	*out = 0;
	if (e == OK && (e = conn_row(&r->conn, q)) == OK)
		*out = (uint64_t)sqlite3_column_int64(q, 0);
	return list_end(r, q, e);
}

enum err
sqlite_read_place(void *reader, struct str follower, uint64_t *out)
{
	struct reader *r = reader;
	sqlite3_stmt *q;
	enum err e = reader_enter(r);

	if (e != OK)
		return e;
	e = CONN_QUERY(&r->conn, SQL_FOLLOWER_READ, &q, TEXT(follower));
	return number(r, e, q, out);
}

enum err
sqlite_read_end_of_feed(void *reader, uint64_t *out)
{
	struct reader *r = reader;
	sqlite3_stmt *q;
	enum err e = reader_enter(r);

	if (e != OK)
		return e;
	e = conn_query(&r->conn, SQL_FEED_END, &q, NULL, 0);
	return number(r, e, q, out);
}

/* ---- words --------------------------------------------------------------- */

static bool
is_space(char c)
{
	return (unsigned char)c <= ' ' || c == 0x7f;
}

/* The next word; empty: there is none. */
static struct str
next_word(struct str *rest)
{
	struct str word;

	while (rest->n > 0 && is_space(rest->p[0])) {
		rest->p++;
		rest->n--;
	}
	word = (struct str){rest->p, 0};
	while (word.n < rest->n && !is_space(word.p[word.n]))
		word.n++;
	rest->p += word.n;
	rest->n -= word.n;
	return word;
}

/* As the index of beginnings has them; shorter ones are half of everything. */
#define BEGINNING 3u

static bool
is_short(struct str word)
{
	unsigned letters = 0;

	for (size_t i = 0; i < word.n; i++)
		letters += ((unsigned char)word.p[i] & 0xc0) != 0x80;
	return letters < BEGINNING;
}

/* As a string of the query's language, in which nothing has a meaning. */
static void
add_word(struct buf *b, struct str word)
{
	buf_char(b, '"');
	for (size_t i = 0; i < word.n; i++) {
		if (word.p[i] == '"')
			buf_char(b, '"');
		buf_char(b, word.p[i]);
	}
	buf_str(b, is_short(word) ? "\" " : "\" * ");
}

/* *any: there are words at all. */
static enum err
write_query(struct buf *b, const struct search_ask *ask, bool *any)
{
	struct str rest = ask->words, word;
	unsigned words = 0;

	if (rest.n > SEARCH_BYTES_MAX)
		return E_BADINPUT;
	buf_addf(b, "company : \"%lld\" AND text : (", (long long)ask->company);
	while ((word = next_word(&rest)).n > 0) {
		if (++words > SEARCH_WORDS_MAX)
			return E_BADINPUT;
		add_word(b, word);
	}
	buf_char(b, ')');
	*any = words > 0;
	return OK;
}

static enum err
found_read(sqlite3_stmt *q, struct arena *a, struct found *out)
{
	out->conversation = sqlite3_column_int64(q, 0);
	out->seq = (uint64_t)sqlite3_column_int64(q, 1);
	out->position = (uint64_t)sqlite3_column_int64(q, 2);
	return column_copy(a, q, 3, &out->text) ? OK : E_NOMEM;
}

/* ask->words: in the query's language. */
static enum err
search(struct reader *r, const struct search_ask *ask, struct arena *a,
    struct found *out, size_t *n)
{
	sqlite3_stmt *q;
	int64_t before = ask->before > 0 ? (int64_t)ask->before : INT64_MAX;
	size_t max = *n;
	enum err e = reader_enter(r);

	*n = 0;
	if (e != OK)
		return e;
	e = CONN_QUERY(&r->conn, SQL_SEARCH, &q, TEXT(ask->words), NUM(before),
	    NUM(ask->company), NUM(max));
	while (e == OK && *n < max && (e = conn_row(&r->conn, q)) == OK)
		e = found_read(q, a, &out[(*n)++]);
	return list_end(r, q, e);
}

enum err
sqlite_search(void *reader, const struct search_ask *ask, struct arena *a,
    struct found *out, size_t *n)
{
	struct search_ask written = *ask;
	struct buf query = {0};
	bool any = false;
	enum err e = write_query(&query, ask, &any);

	written.words = buf_view(&query);
	if (e == OK && any)
		e = search(reader, &written, a, out, n);
	else
		*n = 0;
	buf_free(&query);
	return e;
}
