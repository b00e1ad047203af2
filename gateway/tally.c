/* tally: a short table, read without a lock, since rows are only appended. */
#include "gateway/tally.h"

void
tally_open(struct tally *t)
{
	*t = (struct tally){.count = 0};
	pthread_mutex_init(&t->lock, NULL);
}

void
tally_close(struct tally *t)
{
	pthread_mutex_destroy(&t->lock);
}

/* Literals of one place are the same pointer: that is looked at first. */
static struct tally_row *
find_same(struct tally *t, const char *channel, const char *word)
{
	unsigned n = atomic_load_explicit(&t->count, memory_order_acquire), i;

	for (i = 0; i < n; i++)
		if (t->rows[i].word == word && t->rows[i].channel == channel)
			return &t->rows[i];
	return NULL;
}

static struct tally_row *
find_equal(struct tally *t, const char *channel, const char *word)
{
	unsigned n = atomic_load_explicit(&t->count, memory_order_acquire), i;

	for (i = 0; i < n; i++)
		if (strcmp(t->rows[i].word, word) == 0 &&
		    strcmp(t->rows[i].channel, channel) == 0)
			return &t->rows[i];
	return NULL;
}

static struct tally_row *
append(struct tally *t, const char *channel, const char *word)
{
	struct tally_row *row;
	unsigned n;

	pthread_mutex_lock(&t->lock);
	row = find_equal(t, channel, word);
	n = atomic_load(&t->count);
	if (row == NULL && n < TALLY_ROWS) {
		row = &t->rows[n];
		row->channel = n + 1 < TALLY_ROWS ? channel : "";
		row->word = n + 1 < TALLY_ROWS ? word : "other";
		atomic_store_explicit(&t->count, n + 1, memory_order_release);
	}
	pthread_mutex_unlock(&t->lock);
	return row == NULL ? &t->rows[TALLY_ROWS - 1] : row;
}

void
tally_add(struct tally *t, const char *channel, const char *word)
{
	struct tally_row *row = find_same(t, channel, word);

	if (row == NULL)
		row = find_equal(t, channel, word);
	if (row == NULL)
		row = append(t, channel, word);
	atomic_fetch_add_explicit(&row->count, 1, memory_order_relaxed);
}

void
tally_write(struct tally *t, const struct tally_title *title, struct buf *out)
{
	unsigned n = atomic_load_explicit(&t->count, memory_order_acquire), i;

	if (n == 0)
		return;
	buf_addf(out, "# HELP frontdesk_%s %s\n# TYPE frontdesk_%s counter\n",
	    title->name, title->help, title->name);
	for (i = 0; i < n; i++)
		buf_addf(out, "frontdesk_%s{channel=\"%s\",%s=\"%s\"} %llu\n",
		    title->name, t->rows[i].channel, title->label,
		    t->rows[i].word,
		    (unsigned long long)atomic_load(&t->rows[i].count));
}
