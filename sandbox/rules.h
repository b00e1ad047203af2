/*
 * rules: the faults that were asked for (POST /control/faults). A rule looks
 * at every request or webhook of its vendor and path and strikes in so many of
 * a hundred, at most `count` times. The first rule that strikes is the one.
 *
 * Whether it strikes the n-th thing it looks at depends on the seed, the
 * rule's place and n alone, so a run can be repeated as far as what comes is
 * the same. Under the sandbox's lock.
 */
#ifndef SANDBOX_RULES_H
#define SANDBOX_RULES_H

#include "core/arena.h"
#include "core/buf.h"
#include "core/faults.h"

#include <jansson.h>

enum rule_kind {
	RULE_NONE,
	RULE_STATUS,
	RULE_CUT_BEFORE,
	RULE_CUT_AFTER,
	RULE_DELAY,
	RULE_GARBAGE,
	RULE_DUPLICATE,
	RULE_REORDER,
	RULE_LOSE,
	RULE_DROP,
	RULE_TAMPER,
	RULE_KINDS
};

enum rule_side { SIDE_API, SIDE_WEBHOOK };

#define RULES_MOST 100u

struct rule;

struct rules {
	struct rule *list;
	unsigned count;
	uint64_t seed;
};

/* What a rule does to one request or webhook. */
struct strike {
	enum rule_kind kind;
	unsigned status, ms;
	long retry_after; /* seconds; -1: not said */
	struct str body;  /* of RULE_STATUS; .p NULL: the vendor's own */
};

/* Replaces all. On E_BADINPUT `faults` names what is wrong; nothing changes. */
enum err sb_rules_read(
    struct rules *rules, const json_t *body, struct faults *faults) MUST_USE;
void sb_rules_forget(struct rules *rules);

struct suspect {
	enum rule_side side;
	const char *vendor;
	struct str path; /* of the request, or of the webhook's URL */
};

/* The strike's text goes into the arena. */
void sb_rules_strike(struct rules *rules, const struct suspect *s,
    struct arena *a, struct strike *out);

/* {"rules":[{... "seen":n,"struck":n}]} */
void sb_rules_write(const struct rules *rules, struct buf *out);

#endif
