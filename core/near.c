/*
 * near: the optimal string alignment distance, row by row; three rows are
 * enough, and a row that is all above the limit ends it.
 */
#include "core/near.h"

static size_t
least(size_t a, size_t b)
{
	return a < b ? a : b;
}

struct rows {
	unsigned char row[3][NEAR_WORD_MAX + 1];
};

/* Fills the row of a's i-th byte from the two before it; its least value. */
static size_t
row_fill(struct rows *r, struct str a, struct str b, size_t i)
{
	unsigned char *now = r->row[i % 3];
	const unsigned char *last = r->row[(i + 2) % 3];
	const unsigned char *before = r->row[(i + 1) % 3];
	size_t j, best = i;

	now[0] = (unsigned char)i;
	for (j = 1; j <= b.n; j++) {
		size_t d = last[j - 1] + (size_t)(a.p[i - 1] != b.p[j - 1]);

		d = least(d, least(last[j], now[j - 1]) + 1u);
		if (i > 1 && j > 1 && a.p[i - 1] == b.p[j - 2] &&
		    a.p[i - 2] == b.p[j - 1])
			d = least(d, before[j - 2] + 1u);
		now[j] = (unsigned char)d;
		best = least(best, d);
	}
	return best;
}

size_t
near_distance(struct str a, struct str b, size_t limit)
{
	struct rows r;
	size_t i, j, best, last = 0;

	if (a.n > NEAR_WORD_MAX || b.n > NEAR_WORD_MAX)
		return limit + 1;
	if ((a.n > b.n ? a.n - b.n : b.n - a.n) > limit)
		return limit + 1;
	for (j = 0; j <= b.n; j++)
		r.row[0][j] = (unsigned char)j;
	for (i = 1; i <= a.n; i++) {
		best = row_fill(&r, a, b, i);
		/* A swap reaches over one row, so two must be above. */
		if (best > limit && last > limit)
			return limit + 1;
		last = best;
	}
	return least(r.row[a.n % 3][b.n], limit + 1);
}
