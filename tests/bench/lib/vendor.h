/*
 * vendor: signed webhooks of made-up customers, as fast as they can be made.
 *
 * Each message is another one (its own id and time), and short. What a vendor
 * signs with stands here, so that a program needs not know the vendors.
 */
#ifndef TESTS_BENCH_VENDOR_H
#define TESTS_BENCH_VENDOR_H

#include "core/buf.h"

struct vendor;

struct vendor_of {
	const char *path;   /* of the webhook */
	const char *secret; /* that it is signed with */
	unsigned port;	    /* of the webhook: part of what some sign */
};

/* "slack" or "whatsapp"; NULL: neither. */
const struct vendor *vendor_find(const char *name);

/* Adds the whole request of a new message of user number 1, 2, 3 ... */
void vendor_message(const struct vendor *v, const struct vendor_of *of,
    unsigned user, struct buf *out);

/* What the stand-in's ledger calls the vendor. */
const char *vendor_ledger(const struct vendor *v);

/*
 * Which user a recipient in the stand-in's ledger is; 0: none of ours.
 */
unsigned vendor_user(const struct vendor *v, struct str recipient);

#endif
