/*
 * rig: all that a hub or a gateway stands on, real, in a folder of its own:
 * store, bus inside the process, company "acme" ("shop.example" may embed
 * it). The clock is the real one and may be set ahead.
 */
#ifndef TESTS_GATEWAY_RIG_H
#define TESTS_GATEWAY_RIG_H

#include "gateway/gateway.h"
#include "gateway/hub.h"

#define RIG_WAIT_MS 5000
#define RIG_SECRET "a secret that signs identities"

struct rig {
	struct clock clock;
	_Atomic int64_t ahead;
	char dir[64], path[96];
	struct metrics metrics;
	struct token_keys keys;
	struct gateway gateway;
	int64_t company;
	struct bus_conf bus;
	unsigned store_queue; /* ops that may wait */
};

/* Fields of r->gateway.conf, r->bus, r->store_queue may be set between the two. */
void rig_new(struct rig *r);
void rig_open(struct rig *r);
/* Whatever was started on r->gateway must be stopped. */
void rig_close(struct rig *r);

/* Fixtures of cmocka: this one with a gateway that runs. */
extern struct rig rig;
int rig_set_up(void **state);
int rig_tear_down(void **state);

/* gateway_start() and gateway_stop(). */
void rig_start(struct rig *r);
void rig_stop(struct rig *r);

/* Hubs alone, without HTTP. */
void rig_start_hubs(struct rig *r, unsigned count, size_t queue_total);
/* Harmless when they are stopped. */
void rig_stop_hubs(struct rig *r);

void rig_ahead(struct rig *r, int64_t ms);
uint64_t rig_metric(const struct rig *r, enum metric m);
/* Polls; false when it did not come to that in RIG_WAIT_MS. */
bool rig_metric_becomes(const struct rig *r, enum metric m, uint64_t n);

/* Runs fn(hub, arg) on the hub's thread and waits for it. */
void rig_on_hub(struct hub *h, void (*fn)(struct hub *h, void *arg), void *arg);

/* A seller of the rig's company, at work. */
int64_t rig_seller(struct rig *r, const char *name, const char *role);

/* ---- events ------------------------------------------------------------ */

enum rig_news { RIG_SILENT, RIG_TOLD };

int64_t rig_conversation(struct rig *r);
struct conversation rig_state(struct rig *r, int64_t conversation);
/*
 * The customer says text; seq of it. RIG_TOLD: it is published, and flushed;
 * RIG_SILENT: the news of it is lost. origin: of the news.
 */
uint64_t rig_say(struct rig *r, int64_t conversation, const char *text,
    enum rig_news news, uint64_t origin);
/* The same n times, in few commits. */
void rig_say_many(struct rig *r, int64_t conversation, const char *text,
    unsigned n, enum rig_news news);
/* An event the customer may not see. */
uint64_t rig_handle(struct rig *r, int64_t conversation, enum rig_news news);
/* Reads one event back; its text lives in a. */
struct event rig_event(
    struct rig *r, int64_t conversation, uint64_t seq, struct arena *a);

#endif
