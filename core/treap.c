/*
 * treap: a search tree in which a node's children have lower priorities than
 * it has. Priorities are as good as random, so the tree is about as deep as if
 * its members had come in any order; a node's priority is made of its number,
 * which costs no room. Node 0 is no node: its size is 0.
 */
#include "core/treap.h"

#include <assert.h>
#include <stdlib.h>

#define NODES_FIRST 64u

struct treap_node {
	int64_t key;
	int64_t id;
	uint32_t left, right; /* left: also the next spare one */
	uint32_t size;	      /* with all below */
	uint32_t value;
};

enum err
treap_reserve(struct treap *t, uint32_t members)
{
	uint32_t cap = t->cap == 0 ? NODES_FIRST : t->cap;
	struct treap_node *nodes;

	if (members < t->cap)
		return OK;
	while (cap <= members && cap <= UINT32_MAX / 2)
		cap *= 2;
	if (cap <= members)
		return E_NOMEM;
	nodes = realloc(t->nodes, cap * sizeof(*nodes));
	if (nodes == NULL)
		return E_NOMEM;
	if (t->nodes == NULL) {
		nodes[0] = (struct treap_node){0};
		t->made = 1;
	}
	t->nodes = nodes;
	t->cap = cap;
	return OK;
}

void
treap_free(struct treap *t)
{
	free(t->nodes);
	*t = (struct treap){0};
}

static uint32_t
priority(uint32_t n)
{
	n = (n ^ (n >> 16)) * 0x7feb352du;
	n = (n ^ (n >> 15)) * 0x846ca68bu;
	return n ^ (n >> 16);
}

static bool
is_before(const struct treap_node *n, const struct treap_item *item)
{
	return n->key < item->key || (n->key == item->key && n->id < item->id);
}

static void
resize(struct treap *t, uint32_t n)
{
	struct treap_node *node = &t->nodes[n];

	node->size = t->nodes[node->left].size + t->nodes[node->right].size + 1;
}

static uint32_t
node_take(struct treap *t, const struct treap_item *item)
{
	uint32_t n = t->spare;

	if (n != 0)
		t->spare = t->nodes[n].left;
	else {
		assert(t->made < t->cap);
		n = t->made++;
	}
	t->used++;
	t->nodes[n] = (struct treap_node){
	    .key = item->key, .id = item->id, .size = 1, .value = item->value};
	return n;
}

static void
node_give(struct treap *t, uint32_t n)
{
	t->nodes[n].left = t->spare;
	t->spare = n;
	t->used--;
}

struct halves {
	uint32_t before, after;
};

static struct halves
split(struct treap *t, uint32_t n, const struct treap_item *at)
{
	struct halves h;

	if (n == 0)
		return (struct halves){0, 0};
	if (is_before(&t->nodes[n], at)) {
		h = split(t, t->nodes[n].right, at);
		t->nodes[n].right = h.before;
		h.before = n;
	} else {
		h = split(t, t->nodes[n].left, at);
		t->nodes[n].left = h.after;
		h.after = n;
	}
	resize(t, n);
	return h;
}

/* All of a come before all of b. */
static uint32_t
join(struct treap *t, uint32_t a, uint32_t b)
{
	if (a == 0 || b == 0)
		return a == 0 ? b : a;
	if (priority(a) > priority(b)) {
		t->nodes[a].right = join(t, t->nodes[a].right, b);
		resize(t, a);
		return a;
	}
	t->nodes[b].left = join(t, a, t->nodes[b].left);
	resize(t, b);
	return b;
}

static uint32_t *
child(struct treap *t, uint32_t n, const struct treap_item *item)
{
	struct treap_node *node = &t->nodes[n];

	return is_before(node, item) ? &node->right : &node->left;
}

void
treap_add(struct treap *t, uint32_t *set, struct treap_item item)
{
	uint32_t n = node_take(t, &item), *link = set;
	struct halves h;

	while (*link != 0 && priority(*link) > priority(n)) {
		t->nodes[*link].size++;
		link = child(t, *link, &item);
	}
	h = split(t, *link, &item);
	t->nodes[n].left = h.before;
	t->nodes[n].right = h.after;
	resize(t, n);
	*link = n;
}

void
treap_remove(struct treap *t, uint32_t *set, struct treap_item item)
{
	uint32_t *link = set, n;

	for (n = *link;
	     t->nodes[n].key != item.key || t->nodes[n].id != item.id;
	     n = *link) {
		assert(n != 0);
		t->nodes[n].size--;
		link = child(t, n, &item);
	}
	assert(n != 0);
	*link = join(t, t->nodes[n].left, t->nodes[n].right);
	node_give(t, n);
}

bool
treap_first(const struct treap *t, uint32_t set, struct treap_item *out)
{
	const struct treap_node *n;

	if (set == 0)
		return false;
	for (n = &t->nodes[set]; n->left != 0; n = &t->nodes[n->left])
		;
	*out = (struct treap_item){n->key, n->id, n->value};
	return true;
}

uint32_t
treap_count(const struct treap *t, uint32_t set)
{
	return set == 0 ? 0 : t->nodes[set].size;
}

uint32_t
treap_before(const struct treap *t, uint32_t set, struct treap_item item)
{
	uint32_t count = 0;

	while (set != 0) {
		const struct treap_node *n = &t->nodes[set];

		if (is_before(n, &item)) {
			count += t->nodes[n->left].size + 1;
			set = n->right;
		} else
			set = n->left;
	}
	return count;
}
