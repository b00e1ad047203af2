/*
 * world: what calls are made of, as the test tells it on the first line that
 * is read, one JSON object:
 *
 *	document	of the company "shop", with its accounts
 *	url		ours, as vendors know it
 *	now		wall ms
 *	hooks		requests as vendors sent them: {"channel","account",
 *			"tail","type","headers":{},"body"}
 *	files		that answers may carry: {"name","type","url","size"}
 *	answers		by channel, what the vendor may answer beside what it
 *			does: {"status","body"}
 *
 * A world that cannot be used ends the program with a line that says why.
 */
#ifndef TESTS_CONTRACT_WORLD_H
#define TESTS_CONTRACT_WORLD_H

#include "channels/channel.h"

#include <jansson.h>

struct world {
	struct arena arena; /* of everything, until the end */
	json_t *root;
	struct company *company;
	struct str url;
	int64_t now;
};

/* A customer who wrote. */
struct talk {
	struct world *world;
	const struct channel *channel;
	struct account account;
	struct envelope said;
};

void world_read(struct world *w, struct str json);
void world_free(struct world *w);

/*
 * Verifies and parses the request, which must be signed and well-formed.
 * False: nobody wrote anything by it.
 */
bool world_hear(struct world *w, const json_t *hook, struct talk *out);

/* A member's string; empty when it is absent. */
struct str world_text(const json_t *object, const char *name);

_Noreturn void give_up(const char *fmt, ...) PRINTF_LIKE(1, 2);

#endif
