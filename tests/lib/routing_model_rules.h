/* routing_model_rules: what is so at a moment, for routing_model.c. */
#ifndef TESTS_LIB_ROUTING_MODEL_RULES_H
#define TESTS_LIB_ROUTING_MODEL_RULES_H

#include "tests/lib/routing_model.h"

/* NULL: there is none. */
struct model_seller *model_seller_find(const struct model *m, int64_t id);
struct model_chat *model_chat_find(const struct model *m, int64_t id);

/* Of a seller, who may be NULL. */
bool model_duty(const struct model_seller *s, int64_t now);
/* Is a decision on it under way? */
bool model_pending(const struct model_chat *c, int64_t now);
bool model_relaxed(
    const struct model *m, const struct model_chat *c, int64_t now);
unsigned model_weight(const struct model_chat *c);

enum routing_cause model_cause(const struct model *m,
    const struct model_chat *c, const struct model_seller *s, int64_t now);
struct model_seller *model_best(const struct model *m,
    const struct model_chat *c, int64_t now, unsigned *candidates);

bool model_open(const struct model *m, int64_t team, int64_t now);
/* Where it goes; 0: by mail. */
int64_t model_exit(
    const struct model *m, const struct model_chat *c, int64_t now);
/* Did this one give it away? */
bool model_is_from(const struct model_chat *c, int64_t seller);

enum model_due {
	MODEL_EXPIRE,
	MODEL_DROP,
	MODEL_LATE,
	MODEL_SHUT,
	MODEL_OFFER,
	MODEL_DUES
};

/* The first chat about which that is to be decided; NULL. */
struct model_chat *model_first(
    const struct model *m, enum model_due what, int64_t now);
struct model_seller *model_first_away(const struct model *m, int64_t now);

#endif
