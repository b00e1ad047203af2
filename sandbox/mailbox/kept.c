/* kept: a ring; the bytes are written without the lock. */
#include "sandbox/mailbox/kept.h"

#include <pthread.h>
#include <sodium.h>
#include <stdlib.h>

struct mail_kept {
	struct letter *letter;
	struct buf members;
};

struct kept {
	pthread_mutex_t lock;
	struct mail_kept ring[BOX_LETTERS];
	uint64_t first, next; /* the oldest there is; the next one's number */
	size_t bytes;
};

struct kept *
sb_kept_new(void)
{
	struct kept *k = calloc(1, sizeof(*k));

	if (k == NULL)
		return NULL;
	pthread_mutex_init(&k->lock, NULL);
	k->first = k->next = 1;
	return k;
}

static void
forget_first(struct kept *k)
{
	struct mail_kept *m = &k->ring[k->first++ % BOX_LETTERS];

	k->bytes -= m->letter->size;
	sb_letter_unref(m->letter);
	buf_free(&m->members);
	*m = (struct mail_kept){0};
}

void
sb_kept_free(struct kept *k)
{
	if (k == NULL)
		return;
	while (k->first < k->next)
		forget_first(k);
	pthread_mutex_destroy(&k->lock);
	free(k);
}

enum err
sb_kept_add(struct kept *k, struct letter *l, struct str members)
{
	struct buf copy = {0};

	buf_add(&copy, members.p, members.n);
	if (copy.failed)
		return E_NOMEM;
	pthread_mutex_lock(&k->lock);
	while (k->first < k->next && (k->next - k->first == BOX_LETTERS ||
					 l->size > BOX_BYTES - k->bytes))
		forget_first(k);
	k->ring[k->next++ % BOX_LETTERS] = (struct mail_kept){
	    sb_letter_ref(l), copy};
	k->bytes += l->size;
	pthread_mutex_unlock(&k->lock);
	return OK;
}

/* The first there is from *n on, which is set to its number. NULL: none. */
static struct letter *
take(struct kept *k, uint64_t *n, struct buf *out)
{
	struct letter *l = NULL;

	pthread_mutex_lock(&k->lock);
	if (*n < k->first)
		*n = k->first;
	if (*n < k->next) {
		const struct mail_kept *m = &k->ring[*n % BOX_LETTERS];

		l = sb_letter_ref(m->letter);
		buf_addf(out, "{\"n\":%llu,", (unsigned long long)*n);
		buf_add(out, m->members.data, m->members.len);
	}
	pthread_mutex_unlock(&k->lock);
	return l;
}

static void
put_base64(struct buf *out, struct str bytes)
{
	size_t n = sodium_base64_ENCODED_LEN(
	    bytes.n, sodium_base64_VARIANT_ORIGINAL);
	char *room = buf_room(out, n);

	if (room == NULL)
		return;
	sodium_bin2base64(room, n, (const unsigned char *)bytes.p, bytes.n,
	    sodium_base64_VARIANT_ORIGINAL);
	out->len += n - 1; /* without its NUL */
}

void
sb_kept_write(struct kept *k, uint64_t after, struct buf *out)
{
	uint64_t n = after + 1, first;
	struct letter *l;
	size_t bytes = 0;
	bool one = true;

	buf_str(out, "{\"messages\":[");
	while (bytes < KEPT_PAGE_BYTES) {
		size_t mark = out->len;

		if (!one)
			buf_char(out, ',');
		if ((l = take(k, &n, out)) == NULL) {
			out->len = mark;
			break;
		}
		buf_str(out, ",\"raw\":\"");
		put_base64(out, sb_letter_sent(l));
		buf_str(out, "\"}");
		bytes += l->size;
		sb_letter_unref(l);
		one = false;
		n++;
	}
	pthread_mutex_lock(&k->lock);
	first = k->first;
	pthread_mutex_unlock(&k->lock);
	buf_addf(out, "],\"next\":%llu,\"first\":%llu}",
	    (unsigned long long)(n - 1), (unsigned long long)first);
}
