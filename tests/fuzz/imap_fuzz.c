/*
 * What an IMAP server says, in pieces (the first byte says how large) until
 * the connection ends, to a list, a fetch and a move. There is no connection:
 * sending and receiving are this program's. Each call ends, a list is in order,
 * and a mail that was fetched is within its limit.
 */
#include "net/imap_inner.h"

#include <stdlib.h>

#define MAIL_MOST 1000u

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct str left;
static size_t piece;

/* They stand before libcurl's. */
CURLcode
curl_easy_send(CURL *easy, const void *bytes, size_t n, size_t *sent)
{
	(void)easy;
	(void)bytes;
	*sent = n;
	return CURLE_OK;
}

CURLcode
curl_easy_recv(CURL *easy, void *to, size_t room, size_t *n)
{
	(void)easy;
	*n = left.n < piece ? left.n : piece;
	*n = *n < room ? *n : room;
	memcpy(to, left.p, *n);
	left = (struct str){left.p + *n, left.n - *n};
	return CURLE_OK;
}

static void
list(struct imap_box *b, struct imap_fault *fault)
{
	static struct imap_list l;
	unsigned i;

	if (imap_list(b, 3, 2, &l, fault) != IMAP_DONE)
		return;
	if (l.count > IMAP_LIST_MAX)
		abort();
	for (i = 1; i < l.count; i++)
		if (l.uids[i] <= l.uids[i - 1])
			abort();
}

static void
fetch(struct imap_box *b, struct imap_fault *fault)
{
	struct buf raw = {0};
	enum imap_end end;

	buf_str(&raw, "before");
	end = imap_fetch(b, 5, MAIL_MOST, &raw, fault);
	if (raw.len < 6 || raw.len > MAIL_MOST + 6 ||
	    (end != IMAP_DONE && raw.len != 6))
		abort();
	buf_free(&raw);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct imap_fault fault = {""};
	struct imap_box b = {.timeout_ms = 10000};
	enum imap_end end;

	if (size == 0)
		return 0;
	piece = data[0] % 64u + 1;
	left = (struct str){(const char *)data + 1, size - 1};
	list(&b, &fault);
	fetch(&b, &fault);
	end = imap_move(&b, 5,
	    STR("Gr\xc3\xbc\xc3\x9f"
		"e & \xf0\x9d\x84\x9e"),
	    &fault);
	if (end >= IMAP_ENDS)
		abort();
	buf_free(&b.in);
	return 0;
}
