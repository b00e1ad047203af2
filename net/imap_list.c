/*
 * imap_list: which mails there are to look at: new ones by their numbers, and
 * older ones that nobody has read. SEARCH, and its answers sorted.
 */
#include "net/imap_inner.h"

#include <stdio.h>
#include <stdlib.h>

struct found {
	uint32_t *uids;
	size_t count, room;
	bool no_memory;
};

static void
add_uid(struct found *f, uint32_t uid)
{
	size_t room = f->room == 0 ? 1024 : f->room * 2;
	uint32_t *grown;

	if (f->count == f->room) {
		grown = realloc(f->uids, room * sizeof(*grown));
		if (grown == NULL) {
			f->no_memory = true;
			return;
		}
		f->uids = grown;
		f->room = room;
	}
	f->uids[f->count++] = uid;
}

/* "* SEARCH 5 8" */
static void
on_search(struct imap_command *c, const struct imap_said *s)
{
	static const char head[] = "* SEARCH";
	struct str left = s->text;
	uint64_t uid;
	size_t n;

	if (left.n < sizeof(head) - 1 ||
	    strncasecmp(left.p, head, sizeof(head) - 1) != 0)
		return;
	left = (struct str){
	    left.p + sizeof(head) - 1, left.n - sizeof(head) + 1};
	while (left.n > 0) {
		for (n = 0; n < left.n && left.p[n] != ' '; n++)
			;
		if (str_to_u64((struct str){left.p, n}, UINT32_MAX, &uid) &&
		    uid > 0)
			add_uid(c->arg, (uint32_t)uid);
		n += n < left.n;
		left = (struct str){left.p + n, left.n - n};
	}
}

static int
smaller(const void *a, const void *b)
{
	const uint32_t *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

static void
pick(const struct found *f, struct imap_list *out)
{
	size_t i;

	if (f->count > 0)
		qsort(f->uids, f->count, sizeof(*f->uids), smaller);
	for (i = 0; i < f->count; i++) {
		if (i > 0 && f->uids[i] == f->uids[i - 1])
			continue;
		out->more = out->count == IMAP_LIST_MAX;
		if (out->more)
			return;
		out->uids[out->count++] = f->uids[i];
	}
}

/* The range "9:*" names the last mail even if its uid is below 9: it is asked
 * together with what else makes a mail new. */
static enum imap_end
search(struct imap_box *b, const char *words, struct found *f)
{
	struct imap_command c = {.words = words, .said = on_search, .arg = f};
	enum imap_end end = imap_ask(b, &c, IMAP_REFUSED);

	return end == IMAP_DONE && f->no_memory ? IMAP_NO_MEMORY : end;
}

static void
drop_up_to(struct found *f, size_t from, uint32_t last)
{
	size_t i, kept = from;

	for (i = from; i < f->count; i++)
		if (f->uids[i] > last)
			f->uids[kept++] = f->uids[i];
	f->count = kept;
}

static enum imap_end
search_unseen(struct imap_box *b, uint32_t passed, struct found *f)
{
	char words[96] = "UID SEARCH UNSEEN UNDELETED";
	size_t n = strlen(words);

	if (passed > 0 && passed < UINT32_MAX)
		(void)snprintf(words + n, sizeof(words) - n,
		    " OR UID %u:* SMALLER %u", passed + 1, IMAP_MAIL_MAX + 1);
	return search(b, words, f);
}

enum imap_end
imap_list(struct imap_box *b, uint32_t last, uint32_t passed,
    struct imap_list *out, struct imap_fault *fault)
{
	struct found f = {0};
	enum imap_end end;
	char words[64];
	size_t unseen;

	*out = (struct imap_list){.validity = b->validity, .next = b->next};
	imap_begin(b, fault);
	/* A server may look for new mails only when nothing else is asked. */
	end = search(b, "NOOP", &f);
	if (end == IMAP_DONE)
		end = search_unseen(b, passed, &f);
	unseen = f.count;
	if (end == IMAP_DONE && last < UINT32_MAX) {
		(void)snprintf(words, sizeof(words),
		    "UID SEARCH UID %u:* UNDELETED", last + 1);
		end = search(b, words, &f);
		drop_up_to(&f, unseen, last);
	}
	if (end == IMAP_DONE)
		pick(&f, out);
	free(f.uids);
	return end;
}
