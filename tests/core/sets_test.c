/*
 * sets: sorted, idmap and slab under random steps, each compared with an array
 * that is searched from one end to the other.
 */
#include "core/idmap.h"
#include "core/slab.h"
#include "core/sorted.h"
#include "tests/lib/random.h"

#include <stdarg.h>
#include <stdlib.h>
#include <setjmp.h>
#include <cmocka.h>

#define STEPS 20000u
#define KEYS 60u
#define SETS 3u

/* ---- sorted ------------------------------------------------------------ */

struct member {
	bool there;
	uint32_t value;
};

struct plain {
	struct member members[SETS][KEYS][KEYS]; /* by key and id */
	uint32_t count[SETS];
};

/* Keys below 0 too: the order is that of signed numbers. */
static struct sorted_item
item_of(uint64_t key, uint64_t id, uint32_t value)
{
	return (struct sorted_item){
	    (int64_t)key - (int64_t)KEYS / 2, (int64_t)id, value};
}

static void
compare_set(const struct sorted *t, uint32_t set, const struct plain *p,
    unsigned which, struct sorted_item at)
{
	struct sorted_item first;
	uint32_t before = 0;
	bool found = false;
	uint64_t k, i;

	assert_int_equal(sorted_count(t, set), p->count[which]);
	for (k = 0; k < KEYS; k++)
		for (i = 0; i < KEYS; i++) {
			struct sorted_item item = item_of(k, i, 0);

			if (!p->members[which][k][i].there)
				continue;
			if (!found) {
				found = true;
				assert_true(sorted_first(t, set, &first));
				assert_int_equal(first.key, item.key);
				assert_int_equal(first.id, item.id);
				assert_int_equal(
				    first.value, p->members[which][k][i].value);
			}
			before += item.key < at.key ||
				  (item.key == at.key && item.id < at.id);
		}
	assert_int_equal(sorted_before(t, set, at), before);
	if (!found)
		assert_false(sorted_first(t, set, &first));
}

static void
sets_are_ordered(void **state)
{
	struct test_random r = test_random_new("sets_test");
	struct plain *p = calloc(1, sizeof(*p));
	struct sorted t = {0};
	uint32_t sets[SETS] = {0}, used = 0;
	unsigned step;

	(void)state;
	assert_non_null(p);
	for (step = 0; step < STEPS; step++) {
		unsigned which = (unsigned)test_random_below(&r, SETS);
		uint64_t key = test_random_below(&r, KEYS);
		uint64_t id = test_random_below(&r, step % 2 ? 3 : KEYS);
		struct member *m = &p->members[which][key][id];
		struct sorted_item item = item_of(key, id, step);

		if (m->there) {
			sorted_remove(&t, &sets[which], item);
			p->count[which]--;
			used--;
		} else {
			assert_int_equal(
			    sorted_reserve(&t, used + 1, SETS), OK);
			sorted_add(&t, &sets[which], item);
			p->count[which]++;
			used++;
			m->value = step;
		}
		m->there = !m->there;
		if (step % 50 == 0)
			compare_set(&t, sets[which], p, which, item);
	}
	sorted_free(&t);
	free(p);
}

/* In order of time, as most come: it must not become a list. */
static void
sets_stay_shallow(void **state)
{
	struct sorted t = {0};
	struct sorted_item first;
	uint32_t set = 0, i;

	(void)state;
	assert_int_equal(sorted_reserve(&t, 100000, 1), OK);
	for (i = 0; i < 100000; i++)
		sorted_add(&t, &set, (struct sorted_item){i, i, i});
	for (i = 0; i < 100000; i++) {
		assert_true(sorted_first(&t, set, &first));
		assert_int_equal(first.value, i);
		sorted_remove(&t, &set, first);
	}
	sorted_free(&t);
}

/* ---- idmap ------------------------------------------------------------- */

static void
numbers_are_found(void **state)
{
	struct test_random r = test_random_new("sets_test");
	uint32_t values[2000];
	struct idmap m = {0};
	unsigned step, i;

	(void)state;
	for (i = 0; i < ARRAY_LEN(values); i++)
		values[i] = IDMAP_NONE;
	assert_int_equal(idmap_get(&m, 1), IDMAP_NONE);
	idmap_remove(&m, 1);
	for (step = 0; step < STEPS; step++) {
		uint64_t key = test_random_below(&r, ARRAY_LEN(values));

		if (values[key] == IDMAP_NONE) {
			values[key] = step;
			assert_int_equal(idmap_reserve(&m, m.count + 1), OK);
			idmap_put(&m, key, step);
		} else {
			values[key] = IDMAP_NONE;
			idmap_remove(&m, key);
			idmap_remove(&m, key);
		}
		if (step % 500 == 0)
			for (i = 0; i < ARRAY_LEN(values); i++)
				assert_int_equal(idmap_get(&m, i), values[i]);
	}
	idmap_free(&m);
}

/* ---- slab -------------------------------------------------------------- */

struct thing {
	uint32_t number, other[5];
};

static void
things_stay_where_they_are(void **state)
{
	struct test_random r = test_random_new("sets_test");
	struct slab s = {.size = sizeof(struct thing)};
	struct thing *things[1000] = {NULL};
	uint32_t slots[1000], step, i;

	(void)state;
	for (step = 0; step < STEPS; step++) {
		i = (uint32_t)test_random_below(&r, ARRAY_LEN(things));
		if (things[i] != NULL) {
			assert_int_equal(things[i]->number, i + 1);
			slab_give(&s, slots[i]);
			things[i] = NULL;
			continue;
		}
		slots[i] = slab_take(&s);
		assert_int_not_equal(slots[i], SLAB_NONE);
		things[i] = slab_at(&s, slots[i]);
		assert_int_equal(things[i]->number, 0);
		assert_int_equal(things[i]->other[4], 0);
		things[i]->number = i + 1;
		things[i]->other[4] = 1;
	}
	for (step = 0, i = 0; i < ARRAY_LEN(things); i++)
		if (things[i] != NULL) {
			assert_int_equal(things[i]->number, i + 1);
			step++;
		}
	assert_int_equal(s.count, step);
	assert_int_equal(slab_reserve(&s, 5000), OK);
	assert_true(s.room >= 5000);
	slab_free(&s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(sets_are_ordered),
	    cmocka_unit_test(sets_stay_shallow),
	    cmocka_unit_test(numbers_are_found),
	    cmocka_unit_test(things_stay_where_they_are),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
