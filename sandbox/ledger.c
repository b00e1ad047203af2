/* ledger: a ring of pointers, each record one block. */
#include "sandbox/ledger.h"

#include <stdlib.h>

enum err
sb_ledger_open(struct ledger *l)
{
	l->first = l->next = 1;
	l->ring = calloc(LEDGER_MOST, sizeof(struct record *));
	return l->ring == NULL ? E_NOMEM : OK;
}

static struct record **
place(const struct ledger *l, uint64_t n)
{
	return &l->ring[n % LEDGER_MOST];
}

void
sb_ledger_forget(struct ledger *l)
{
	for (; l->ring != NULL && l->first < l->next; l->first++) {
		free(*place(l, l->first));
		*place(l, l->first) = NULL;
	}
}

void
sb_ledger_close(struct ledger *l)
{
	sb_ledger_forget(l);
	free(l->ring);
	l->ring = NULL;
}

uint64_t
sb_ledger_add(struct ledger *l, const struct record *r, struct str members)
{
	struct record *copy = malloc(sizeof(*copy) + members.n);

	if (copy == NULL)
		return 0;
	if (l->next - l->first == LEDGER_MOST)
		free(*place(l, l->first++));
	*copy = *r;
	copy->n = l->next++;
	copy->size = members.n;
	if (members.n > 0)
		memcpy(copy->members, members.p, members.n);
	*place(l, copy->n) = copy;
	return copy->n;
}

struct record *
sb_ledger_get(struct ledger *l, uint64_t n)
{
	return n >= l->first && n < l->next ? *place(l, n) : NULL;
}

void
sb_ledger_write(struct ledger *l, const char *name,
    const struct ledger_page *page, struct buf *out)
{
	uint64_t n = page->after + 1 > l->first ? page->after + 1 : l->first;
	unsigned count = 0;

	buf_addf(out, "{\"%s\":[", name);
	for (; n < l->next && count < LEDGER_PAGE; n++) {
		const struct record *r = *place(l, n);

		if (page->vendor.n > 0 &&
		    !str_eq(page->vendor, str_from(r->vendor)))
			continue;
		buf_str(out, count++ == 0 ? "{\"n\":" : ",{\"n\":");
		buf_u64(out, r->n);
		buf_addf(out, ",\"vendor\":\"%s\"", r->vendor);
		page->write(r, out);
		buf_str(out, ",\"at\":");
		buf_i64(out, r->at);
		buf_char(out, '}');
	}
	buf_addf(out, "],\"next\":%llu,\"first\":%llu,\"most\":%u",
	    (unsigned long long)(n - 1), (unsigned long long)l->first,
	    LEDGER_MOST);
}

static void
write_members(const struct record *r, struct buf *out)
{
	if (r->size == 0)
		return;
	buf_char(out, ',');
	buf_add(out, r->members, r->size);
}

void
sb_record_write_effect(const struct record *r, struct buf *out)
{
	buf_addf(out, ",\"kind\":\"%s\"", r->kind);
	write_members(r, out);
	buf_str(out, r->told ? ",\"told\":true" : ",\"told\":false");
}

void
sb_record_write_request(const struct record *r, struct buf *out)
{
	buf_addf(
	    out, ",\"method\":\"%s\",\"status\":%u", r->kind, r->statuses[0]);
	if (r->word != NULL)
		buf_addf(out, ",\"error\":\"%s\"", r->word);
	if (r->code != 0)
		buf_addf(out, ",\"code\":%u", r->code);
	write_members(r, out);
}

void
sb_record_write_webhook(const struct record *r, struct buf *out)
{
	unsigned i, most = r->tries < RECORD_TRIES ? r->tries : RECORD_TRIES;

	buf_addf(out, ",\"kind\":\"%s\",\"state\":\"%s\",\"tries\":%u", r->kind,
	    r->word, r->tries);
	buf_str(out, ",\"statuses\":[");
	for (i = 0; i < most; i++)
		buf_addf(out, "%s%u", i == 0 ? "" : ",", r->statuses[i]);
	buf_char(out, ']');
	if (r->code != 0)
		buf_addf(out, ",\"code\":%u", r->code);
	write_members(r, out);
}
