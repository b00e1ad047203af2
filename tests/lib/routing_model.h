/*
 * routing_model: routing once more, the slow and plain way, to compare with.
 *
 * It keeps facts in arrays and looks at all of them for every question, so it
 * has no sets, groups, timers or anything else that could be stale. It shares
 * with core/routing.c only the facts' structs, hours_open() and the hash that
 * decides between equals. Time must not go back.
 */
#ifndef TESTS_LIB_ROUTING_MODEL_H
#define TESTS_LIB_ROUTING_MODEL_H

#include "core/routing.h"

#define MODEL_SELLERS 32u
#define MODEL_CHATS 96u
#define MODEL_IDS 8u
#define MODEL_WRAPS 64u

struct model_seller {
	struct routing_seller fact; /* its lists point to the arrays below */
	int64_t teams[MODEL_IDS], skills[MODEL_IDS], languages[MODEL_IDS];
	bool known, was_duty;
	int64_t idle_since, away_lost_at;
	uint64_t turn, away_number;
	unsigned ignored;
	struct {
		int64_t until;
		unsigned room;
	} wraps[MODEL_WRAPS];
	size_t wrap_count;
};

struct model_chat {
	struct routing_chat fact;
	int64_t required[MODEL_IDS], preferred[MODEL_IDS];
	struct routing_not nots[MODEL_IDS];
	bool known;
	enum routing_act pending;
	uint64_t number;
	int64_t to, lost_at, quiet_until, stays_until;
	unsigned stays;
	bool ran_out;
	uint64_t was_turn;
	int64_t was_idle_since;
	bool named;
};

struct model {
	uint64_t seed, number;
	struct routing_policy policy;
	struct routing_team teams[MODEL_IDS];
	struct model_seller sellers[MODEL_SELLERS];
	struct model_chat chats[MODEL_CHATS];
	size_t seller_count, chat_count; /* entries used, known or not */
};

void model_set_policy(
    struct model *m, const struct routing_policy *policy, int64_t now);
void model_put_seller(
    struct model *m, const struct routing_seller *s, int64_t now);
void model_seller_gone(struct model *m, int64_t id, int64_t now);
void model_put_chat(struct model *m, const struct routing_chat *c, int64_t now);
void model_forget_chat(struct model *m, int64_t id);
/* Fills act, why, number, chat, seller, team, seq, until of an offer, and of
 * the reason counts, before and what stands with them. */
void model_next(struct model *m, int64_t now, struct routing_decision *out);
void model_refused(
    struct model *m, const struct routing_decision *d, int64_t now);
/* What model_next() would decide, without deciding. */
enum routing_act model_peek(const struct model *m, int64_t now);
uint64_t model_position(const struct model *m, int64_t chat, int64_t now);
/* Does it wait where nobody is who could take it? */
bool model_leaves(const struct model *m, int64_t chat, int64_t now);

#endif
