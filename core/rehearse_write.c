/* rehearse_write: figures summed up, and as a table for people. */
#include "core/rehearse_inner.h"

#include <stdio.h>
#include <stdlib.h>

#define NAME_WIDTH 24
#define CELL_WIDTH 16
#define CELL_MAX 32u

/* ---- sums -------------------------------------------------------------- */

static int
compare_i64(const void *a, const void *b)
{
	const int64_t *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

static int64_t
quantile(const int64_t *sorted, size_t n, unsigned percent)
{
	return n == 0 ? 0 : sorted[(n - 1) * percent / 100];
}

void
rehearse_waits(int64_t *waits, size_t n, struct rehearse_figures *out)
{
	int64_t sum = 0;
	size_t i;

	qsort(waits, n, sizeof(*waits), compare_i64);
	for (i = 0; i < n; i++)
		sum += waits[i];
	out->wait_mean = n == 0 ? 0 : sum / (int64_t)n;
	out->wait_p50 = quantile(waits, n, 50);
	out->wait_p90 = quantile(waits, n, 90);
	out->wait_p99 = quantile(waits, n, 99);
}

void
rehearse_loads(int64_t *chats, size_t n, struct rehearse_figures *out)
{
	qsort(chats, n, sizeof(*chats), compare_i64);
	out->load_least = (uint64_t)quantile(chats, n, 0);
	out->load_middle = (uint64_t)quantile(chats, n, 50);
	out->load_most = (uint64_t)quantile(chats, n, 100);
}

/* ---- the table --------------------------------------------------------- */

enum unit { UNIT_COUNT, UNIT_TIME };

static const struct row {
	const char *name;
	enum unit unit;
	size_t offset;
} rows[] = {
#define ROW(name, unit, member) \
	{ \
		name, unit, offsetof(struct rehearse_figures, member) \
	}
    ROW("chats", UNIT_COUNT, chats),
    ROW("offers", UNIT_COUNT, offers),
    ROW("accepted", UNIT_COUNT, accepted),
    ROW("wait, mean", UNIT_TIME, wait_mean),
    ROW("wait, half", UNIT_TIME, wait_p50),
    ROW("wait, 90 in 100", UNIT_TIME, wait_p90),
    ROW("wait, 99 in 100", UNIT_TIME, wait_p99),
    ROW("wait, longest", UNIT_TIME, wait_most),
    ROW("gave up", UNIT_COUNT, gave_up),
    ROW("by mail", UNIT_COUNT, by_mail),
    ROW("overflowed", UNIT_COUNT, overflowed),
    ROW("offers ignored", UNIT_COUNT, ignored),
    ROW("sellers set away", UNIT_COUNT, set_away),
    ROW("dropped", UNIT_COUNT, dropped),
    ROW("left at the end", UNIT_COUNT, left),
    ROW("chats a seller, least", UNIT_COUNT, load_least),
    ROW("chats a seller, half", UNIT_COUNT, load_middle),
    ROW("chats a seller, most", UNIT_COUNT, load_most),
#undef ROW
};

static int64_t
value_of(const struct row *row, const struct rehearse_figures *f)
{
	int64_t value;

	memcpy(&value, (const char *)f + row->offset, sizeof(value));
	return value;
}

/* "1:05:09", "5:09" */
static void
write_time(int64_t ms, char out[CELL_MAX])
{
	long long s = (long long)((ms + 500) / 1000);

	if (s >= 3600)
		(void)snprintf(out, CELL_MAX, "%lld:%02lld:%02lld", s / 3600,
		    s / 60 % 60, s % 60);
	else
		(void)snprintf(out, CELL_MAX, "%lld:%02lld", s / 60, s % 60);
}

static void
write_value(const struct row *row, int64_t value, char out[CELL_MAX])
{
	if (row->unit == UNIT_TIME)
		write_time(value, out);
	else
		(void)snprintf(out, CELL_MAX, "%lld", (long long)value);
}

/* In whole percent of the first; what cannot be said so is left out. */
static void
write_change(int64_t from, int64_t to, char out[CELL_MAX])
{
	out[0] = '\0';
	if (from == to)
		(void)snprintf(out, CELL_MAX, "=");
	else if (from != 0)
		(void)snprintf(out, CELL_MAX, "%+lld %%",
		    (long long)((to - from) * 100 / from));
}

static void
add_cell(struct buf *out, const char *text)
{
	buf_addf(out, " %*.*s", CELL_WIDTH, CELL_WIDTH, text);
}

static void
add_row(struct buf *out, const struct row *row,
    const struct rehearse_figures *figures, size_t n)
{
	char cell[CELL_MAX];
	size_t i;

	buf_addf(out, "%-*s", NAME_WIDTH, row->name);
	for (i = 0; i < n; i++) {
		write_value(row, value_of(row, &figures[i]), cell);
		add_cell(out, cell);
	}
	if (n == 2) {
		write_change(value_of(row, &figures[0]),
		    value_of(row, &figures[1]), cell);
		if (cell[0] != '\0')
			add_cell(out, cell);
	}
	buf_char(out, '\n');
}

void
rehearse_write(const struct rehearse_figures *figures, const char *const *names,
    size_t n, struct buf *out)
{
	size_t i;

	buf_addf(out, "%-*s", NAME_WIDTH, "");
	for (i = 0; i < n; i++)
		add_cell(out, names[i]);
	if (n == 2)
		add_cell(out, "change");
	buf_char(out, '\n');
	for (i = 0; i < ARRAY_LEN(rows); i++)
		add_row(out, &rows[i], figures, n);
}
