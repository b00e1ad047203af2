/*
 * address: which addresses are the public Internet's. What is not on the
 * lists of special purposes of RFC 6890 and its successors is; of IPv6 only
 * 2000::/3 is handed out at all. Addresses that carry an IPv4 address within
 * them are as public as that one.
 */
#include "net/fetch.h"

#include <netinet/in.h>
#include <sys/socket.h>

static const struct {
	uint32_t net;
	unsigned bits;
} special4[] = {
    {0x00000000, 8},  /* this network */
    {0x0a000000, 8},  /* private */
    {0x64400000, 10}, /* shared behind carriers' NAT */
    {0x7f000000, 8},  /* loopback */
    {0xa9fe0000, 16}, /* link-local; clouds' metadata */
    {0xac100000, 12}, /* private */
    {0xc0000000, 24}, /* protocols' own */
    {0xc0000200, 24}, /* for documents */
    {0xc0586300, 24}, /* relays, given up */
    {0xc0a80000, 16}, /* private */
    {0xc6120000, 15}, /* for benchmarks */
    {0xc6336400, 24}, /* for documents */
    {0xcb007100, 24}, /* for documents */
    {0xe0000000, 4},  /* multicast */
    {0xf0000000, 4},  /* reserved, broadcast */
};

static bool
public4(uint32_t a)
{
	size_t i;

	for (i = 0; i < ARRAY_LEN(special4); i++)
		if ((a ^ special4[i].net) >> (32 - special4[i].bits) == 0)
			return false;
	return true;
}

static uint32_t
word(const uint8_t *p)
{
	return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 |
	       (uint32_t)p[2] << 8 | p[3];
}

/* Begins with the first `n` bytes of `with`. */
static bool
begins(const uint8_t *a, const char *with, size_t n)
{
	return memcmp(a, with, n) == 0;
}

static bool
public6(const uint8_t *a)
{
	if (begins(a, "\0\0\0\0\0\0\0\0\0\0\xff\xff", 12) ||
	    begins(a, "\0\x64\xff\x9b\0\0\0\0\0\0\0\0", 12))
		return public4(word(a + 12)); /* mapped; NAT64 */
	if ((a[0] & 0xe0) != 0x20)
		return false;
	if (begins(a, "\x20\x02", 2))
		return public4(word(a + 2));		   /* 6to4 */
	return !begins(a, "\x20\x01\x0d\xb8", 4) &&	   /* for documents */
	       !(begins(a, "\x20\x01", 2) && a[2] < 2) &&  /* Teredo and such */
	       !(begins(a, "\x3f\xff", 2) && a[2] < 0x10); /* for documents */
}

bool
fetch_address_public(const struct sockaddr *a)
{
	struct sockaddr_in v4;
	struct sockaddr_in6 v6;

	if (a->sa_family == AF_INET) {
		memcpy(&v4, a, sizeof(v4));
		return public4(ntohl(v4.sin_addr.s_addr));
	}
	if (a->sa_family == AF_INET6) {
		memcpy(&v6, a, sizeof(v6));
		return public6(v6.sin6_addr.s6_addr);
	}
	return false;
}
