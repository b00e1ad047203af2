/*
 * table: things by a name of bytes. A node is a member of the thing it names,
 * and its key lives in that thing too, so nothing is allocated but the slots.
 *
 *	struct table t = {0};
 *	sb_table_add(&t, &user->node);       node.key was set
 *	user = CONTAINER_OF(sb_table_find(&t, id), struct user, node);
 *
 * Not for more than one thread at a time.
 */
#ifndef SANDBOX_TABLE_H
#define SANDBOX_TABLE_H

#include "core/base.h"

struct node {
	struct node *next;
	uint64_t hash;
	struct str key;
};

struct table {
	struct node **slots;
	size_t size, count;
};

/* NULL: there is none. */
struct node *sb_table_find(const struct table *t, struct str key);
/* E_NOMEM. Of two with one key the newer is found. */
enum err sb_table_add(struct table *t, struct node *n) MUST_USE;
void sb_table_remove(struct table *t, struct node *n);
/* Calls drop (NULL: nothing) of each, which frees it; frees the slots. */
void sb_table_end(struct table *t, void (*drop)(struct node *n));

#endif
