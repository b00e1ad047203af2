/*
 * sorted: B+ trees. A leaf's entries are members; those of a node above are
 * its children, each with a lower bound of what is in it and how many:
 *
 *	level 1    | -9 | 40 | 71 |	each bound is at most the child's first
 *	             |    |    |	and more than all of the child before
 *	level 0	   -9 3  40  71 88
 *
 * On the way down to a place where one is added, full nodes are cut in two; to
 * one where one is removed, poor nodes are filled from a neighbour. So there
 * is one way down and none back. All nodes but roots have NODE_LEAST entries.
 */
#include "core/sorted.h"

#include <assert.h>
#include <stdlib.h>

#define NODE_MOST 20u
#define NODE_LEAST 6u
#define NODES_FIRST 16u

struct entry {
	int64_t key, id;
	uint32_t slot;	/* value, or child */
	uint32_t count; /* of members */
};

struct sorted_node {
	uint32_t n, level; /* level 0 is a leaf; of a spare one n is the next */
	struct entry entries[NODE_MOST];
};

/* ---- memory ------------------------------------------------------------ */

enum err
sorted_reserve(struct sorted *s, uint32_t members, uint32_t sets)
{
	/* Those above the leaves are fewer than a fifth of them. */
	uint64_t need = sets + (uint64_t)members / (NODE_LEAST - 1) + 2;
	uint64_t cap = s->cap == 0 ? NODES_FIRST : s->cap;
	struct sorted_node *nodes;

	if (need <= s->cap)
		return OK;
	while (cap < need)
		cap *= 2;
	if (cap > UINT32_MAX)
		return E_NOMEM;
	nodes = realloc(s->nodes, cap * sizeof(*nodes));
	if (nodes == NULL)
		return E_NOMEM;
	s->nodes = nodes;
	s->cap = (uint32_t)cap;
	if (s->made == 0)
		s->made = 1; /* 0 is no node */
	return OK;
}

void
sorted_free(struct sorted *s)
{
	free(s->nodes);
	*s = (struct sorted){0};
}

static uint32_t
node_take(struct sorted *s, uint32_t level)
{
	uint32_t n = s->spare;

	if (n != 0)
		s->spare = s->nodes[n].n;
	else {
		assert(s->made < s->cap);
		n = s->made++;
	}
	s->nodes[n].n = 0;
	s->nodes[n].level = level;
	return n;
}

static void
node_give(struct sorted *s, uint32_t n)
{
	s->nodes[n].n = s->spare;
	s->spare = n;
}

/* ---- in one node ------------------------------------------------------- */

static bool
is_before(const struct entry *e, const struct sorted_item *item)
{
	return e->key < item->key || (e->key == item->key && e->id < item->id);
}

/* How many entries are before the item. */
static uint32_t
entries_before(const struct sorted_node *node, const struct sorted_item *item)
{
	uint32_t low = 0, high = node->n;

	while (low < high) {
		uint32_t mid = (low + high) / 2;

		if (is_before(&node->entries[mid], item))
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

/* Which child has the item, or would. */
static uint32_t
child_for(const struct sorted_node *node, const struct sorted_item *item)
{
	uint32_t i = entries_before(node, item);

	if (i < node->n && node->entries[i].key == item->key &&
	    node->entries[i].id == item->id)
		return i;
	return i == 0 ? 0 : i - 1;
}

static uint32_t
count_of(const struct sorted_node *node)
{
	uint32_t i, count = 0;

	for (i = 0; i < node->n; i++)
		count += node->entries[i].count;
	return count;
}

static void
insert(struct sorted_node *node, uint32_t at, struct entry e)
{
	memmove(&node->entries[at + 1], &node->entries[at],
	    (node->n - at) * sizeof(e));
	node->entries[at] = e;
	node->n++;
}

static void
erase(struct sorted_node *node, uint32_t at)
{
	node->n--;
	memmove(&node->entries[at], &node->entries[at + 1],
	    (node->n - at) * sizeof(node->entries[0]));
}

/* The entry for a node, in the one above it. */
static struct entry
entry_for(const struct sorted *s, uint32_t n)
{
	const struct sorted_node *node = &s->nodes[n];

	return (struct entry){
	    node->entries[0].key, node->entries[0].id, n, count_of(node)};
}

/* ---- adding ------------------------------------------------------------ */

/* The upper half of node n, as a new one. */
static uint32_t
cut(struct sorted *s, uint32_t n)
{
	uint32_t upper = node_take(s, s->nodes[n].level);
	struct sorted_node *a = &s->nodes[n], *b = &s->nodes[upper];

	b->n = a->n / 2;
	a->n -= b->n;
	memcpy(b->entries, &a->entries[a->n], b->n * sizeof(b->entries[0]));
	return upper;
}

static void
raise_root(struct sorted *s, uint32_t *set)
{
	uint32_t root = node_take(s, s->nodes[*set].level + 1);

	insert(&s->nodes[root], 0, entry_for(s, *set));
	*set = root;
}

/* Of the children of n the one for the item, which is not full then. */
static uint32_t
way_to_add(struct sorted *s, uint32_t n, const struct sorted_item *item)
{
	struct sorted_node *node = &s->nodes[n];
	uint32_t i = child_for(node, item), child = node->entries[i].slot;

	if (s->nodes[child].n == NODE_MOST) {
		insert(node, i + 1, entry_for(s, cut(s, child)));
		node->entries[i].count -= node->entries[i + 1].count;
		i = child_for(node, item);
	}
	node->entries[i].count++;
	if (!is_before(&node->entries[i], item)) {
		node->entries[i].key = item->key;
		node->entries[i].id = item->id;
	}
	return node->entries[i].slot;
}

void
sorted_add(struct sorted *s, uint32_t *set, struct sorted_item item)
{
	const struct entry e = {item.key, item.id, item.value, 1};
	uint32_t n;

	if (*set == 0)
		*set = node_take(s, 0);
	if (s->nodes[*set].n == NODE_MOST)
		raise_root(s, set);
	for (n = *set; s->nodes[n].level > 0;)
		n = way_to_add(s, n, &item);
	insert(&s->nodes[n], entries_before(&s->nodes[n], &item), e);
}

/* ---- removing ---------------------------------------------------------- */

/* Moves from b, which follows a, to the end of a; or, below 0, back. */
static void
shift(struct sorted_node *a, struct sorted_node *b, int count)
{
	const size_t size = sizeof(a->entries[0]);
	uint32_t n = (uint32_t)(count < 0 ? -count : count);

	if (count > 0) {
		memcpy(&a->entries[a->n], b->entries, n * size);
		memmove(b->entries, &b->entries[n], (b->n - n) * size);
		a->n += n;
		b->n -= n;
	} else {
		memmove(&b->entries[n], b->entries, b->n * size);
		memcpy(b->entries, &a->entries[a->n - n], n * size);
		a->n -= n;
		b->n += n;
	}
}

/* Children i and i + 1 of the node become one, or share evenly. */
static void
even_out(struct sorted *s, struct sorted_node *node, uint32_t i)
{
	struct entry *left = &node->entries[i], *right = left + 1;
	struct sorted_node *a = &s->nodes[left->slot];
	struct sorted_node *b = &s->nodes[right->slot];
	uint32_t both = a->n + b->n, members = left->count + right->count;

	if (both <= NODE_MOST) {
		shift(a, b, (int)b->n);
		left->count = members;
		node_give(s, right->slot);
		erase(node, i + 1);
		return;
	}
	shift(a, b, (int)(both / 2) - (int)a->n);
	*right = entry_for(s, right->slot);
	left->count = members - right->count;
}

/* Of the children of n the one with the item, which can spare an entry. */
static uint32_t
way_to_remove(struct sorted *s, uint32_t n, const struct sorted_item *item)
{
	struct sorted_node *node = &s->nodes[n];
	uint32_t i = child_for(node, item);

	if (s->nodes[node->entries[i].slot].n <= NODE_LEAST) {
		even_out(s, node, i > 0 ? i - 1 : i);
		i = child_for(node, item);
	}
	node->entries[i].count--;
	return node->entries[i].slot;
}

/* A root with one child is none; nor is a leaf without members. */
static void
lower_root(struct sorted *s, uint32_t *set)
{
	uint32_t root = *set;
	const struct sorted_node *node = &s->nodes[root];

	if (node->level > 0 && node->n == 1)
		*set = node->entries[0].slot;
	else if (node->n == 0)
		*set = 0;
	else
		return;
	node_give(s, root);
}

void
sorted_remove(struct sorted *s, uint32_t *set, struct sorted_item item)
{
	struct sorted_node *leaf;
	uint32_t n, at;

	assert(*set != 0);
	for (n = *set; s->nodes[n].level > 0;)
		n = way_to_remove(s, n, &item);
	leaf = &s->nodes[n];
	at = entries_before(leaf, &item);
	assert(at < leaf->n && leaf->entries[at].key == item.key &&
	       leaf->entries[at].id == item.id);
	erase(leaf, at);
	lower_root(s, set);
}

/* ---- asking ------------------------------------------------------------ */

bool
sorted_first(const struct sorted *s, uint32_t set, struct sorted_item *out)
{
	const struct entry *e;

	if (set == 0)
		return false;
	while (s->nodes[set].level > 0)
		set = s->nodes[set].entries[0].slot;
	e = &s->nodes[set].entries[0];
	*out = (struct sorted_item){e->key, e->id, e->slot};
	return true;
}

uint32_t
sorted_count(const struct sorted *s, uint32_t set)
{
	return set == 0 ? 0 : count_of(&s->nodes[set]);
}

uint32_t
sorted_before(const struct sorted *s, uint32_t set, struct sorted_item item)
{
	const struct sorted_node *node;
	uint32_t count = 0, i, k;

	if (set == 0)
		return 0;
	for (node = &s->nodes[set]; node->level > 0;
	     node = &s->nodes[node->entries[i].slot]) {
		i = child_for(node, &item);
		for (k = 0; k < i; k++)
			count += node->entries[k].count;
	}
	return count + entries_before(node, &item);
}
