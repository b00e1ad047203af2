/* What we saw of others' claims: by our own clock, and each for itself. */
#include "workers/claims.h"
#include "tests/lib/cmocka.h"

#define LEASE 1000

static bool
look(struct claims *c, int64_t conversation, uint64_t beat, int64_t now)
{
	struct claim_seen seen = {.conversation = conversation,
	    .worker = 7,
	    .beat = beat,
	    .seen_steady = now};

	return claims_expired(c, &seen, LEASE);
}

static void
test_still_beat_expires(void **state)
{
	struct claims c = {0};

	(void)state;
	assert_false(look(&c, 5, 1, 0));
	assert_false(look(&c, 5, 1, 999));
	assert_true(look(&c, 5, 1, 1000));
	assert_false(look(&c, 5, 2, 1001)); /* renewed: alive */
	assert_false(look(&c, 5, 2, 2000));
	assert_true(look(&c, 5, 2, 2001));
	claims_forget(&c, 5);
	assert_false(look(&c, 5, 2, 2002));
}

/* Neighbours of one place in the table do not push each other out. */
static void
test_neighbours(void **state)
{
	struct claims c = {0};
	int64_t now;
	unsigned i, expired = 0;

	(void)state;
	for (now = 0; now <= LEASE; now += 100)
		for (expired = 0, i = 0; i < 8; i++)
			expired += look(&c, 1 + i * CLAIMS_MAX, 1, now);
	assert_int_equal(expired, 8);
}

/* More than there are places for: some now, the others after them. */
static void
test_crowded(void **state)
{
	struct claims c = {0};
	bool done[20] = {false};
	unsigned i, left = 20;
	int64_t now;

	(void)state;
	for (now = 0; now < 10 * LEASE && left > 0; now += 100)
		for (i = 0; i < 20; i++) {
			if (done[i] || !look(&c, 1 + i * CLAIMS_MAX, 1, now))
				continue;
			done[i] = true;
			left--;
			claims_forget(&c, 1 + i * CLAIMS_MAX);
		}
	assert_int_equal(left, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_still_beat_expires),
	    cmocka_unit_test(test_neighbours),
	    cmocka_unit_test(test_crowded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
