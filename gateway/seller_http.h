/*
 * seller_http: the routes of seller.h. Each parses its path and query on the
 * HTTP thread; the rest runs on one of the staff's threads, which may wait.
 */
#ifndef GATEWAY_SELLER_HTTP_H
#define GATEWAY_SELLER_HTTP_H

#include "gateway/seller_op.h"

/* ---- routes: on HTTP threads ------------------------------------------- */

void seller_conversations(struct request *r); /* GET, the list */
void seller_get(struct request *r);	      /* GET conversations/7... */
void seller_post(struct request *r);	      /* POST conversations/7/... */
void seller_put(struct request *r);	      /* PUT conversations/7/draft */
void seller_counts(struct request *r);
void seller_search(struct request *r);
void seller_canned(struct request *r);
void seller_canned_put(struct request *r);
void seller_canned_end(struct request *r);
void seller_labels(struct request *r);
void seller_label_put(struct request *r);
void seller_label_end(struct request *r);
void seller_audit(struct request *r);
void seller_lanes(struct request *r);	  /* GET, all */
void seller_lane_get(struct request *r);  /* GET lanes/2/outbox */
void seller_lane_post(struct request *r); /* POST lanes/2/replay */
void seller_row_post(struct request *r);  /* POST outbox/4/replay */

/* ---- what its files share ------------------------------------------------ */

/* A request, parsed; in its arena. */
struct seller_request {
	int64_t number; /* .../conversations/NUMBER */
	struct str key; /* .../canned/KEY, decoded */
	/* Of the query; .p NULL and 0: not said. */
	struct str view, team, label, before, words;
	uint64_t after, limit, seq, agent, conversation;
	bool shared, given_up;
	const struct seller_deed *deed;
};

/*
 * What stands behind `prefix` in the path, as a number, "/" and the rest; and
 * the query. NULL: r was answered.
 */
struct seller_request *seller_request_read(
    struct request *r, const char *prefix, struct str *rest);
/* The same where a key stands behind the prefix. */
struct seller_request *seller_request_key(
    struct request *r, const char *prefix);

/* There is nothing at this address. */
void seller_nothing(struct request *r);

/* What there is to read with, while the work runs. */
struct seller_ask seller_ask_of(struct staff_work *w);
/* Answers with the problem. */
void seller_refuse(struct request *r, const struct seller_refusal *no);
/* The body, or r is answered. */
bool seller_body(struct staff_work *w, const struct field *fields,
    struct seller_frame *out) MUST_USE;
/* How many of a list; w->arg is the request. False: too many, w is answered. */
struct seller_span {
	size_t usual, most; /* where nothing is said */
};
bool seller_limit(
    struct staff_work *w, const struct seller_span *span, size_t *out) MUST_USE;

/* seller_item.c */
void seller_draft_run(struct staff_work *w);
void seller_draft_put_run(struct staff_work *w);
/* seller_rows.c */
void seller_outbox_run(struct staff_work *w);

#endif
