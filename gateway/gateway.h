/*
 * gateway: the front half of Frontdesk as one thing: HTTP, hubs, and how a
 * customer's message gets into the store and the news out.
 */
#ifndef GATEWAY_GATEWAY_H
#define GATEWAY_GATEWAY_H

#include "bus/bus.h"
#include "channels/channel.h"
#include "core/clock.h"
#include "core/log.h"
#include "core/metrics.h"
#include "core/token.h"
#include "store/company_cache.h"
#include "store/store.h"

struct hub;
struct hooks;
struct http;
struct limits;
struct crowd;
struct presence;
struct staff;

struct gateway_conf {
	const char *listen;	/* customers and sellers */
	const char *listen_ops; /* health and metrics once more; "": none */
	unsigned http_threads, hub_threads;
	unsigned connections_max;	  /* HTTP, and again WebSockets */
	unsigned connections_per_address; /* 0: no limit */
	unsigned visitor_burst, visitor_per_minute; /* messages; 0: no limit */
	unsigned sessions_per_minute; /* new ones per address; 0: no limit */
	unsigned staff_burst, staff_per_minute; /* messages of one seller's
						 * session; 0: no limit */
	unsigned request_ms, reply_ms, idle_ms;
	unsigned ping_ms, pong_ms, hello_ms;
	unsigned socket_queue_bytes; /* unread bytes per WebSocket */
	const char *trusted_proxies;
	const char *public_url; /* as browsers see us; "": derive */
	unsigned session_idle_ms, session_life_ms; /* of sellers */
	bool echo; /* the test-only /test/echo socket */
	bool demo; /* serve the page at / */
};

/*
 * Everything here is the process's, outlives the gateway, and is handed in
 * by cmd/, but for what stands below the line.
 */
struct gateway {
	struct gateway_conf conf;
	const struct clock *clock;
	struct log *log;
	struct metrics *metrics;
	struct store *store;
	struct company_cache *companies;
	struct bus *bus;
	struct bus_publisher *publisher; /* flushed by the store's on_group */
	const struct token_keys *keys;
	struct presence *presence; /* how many WebSockets each seller has */
	/* More checks for /health: true and a word, or false and why. */
	bool (*health)(void *arg, struct buf *detail);
	/* How vendors' accounts do: a JSON list; false: not all are well. */
	bool (*channels)(void *arg, struct buf *out);
	void *health_arg;
	/* Is shown each frame of news, on a hub's thread; must not block.
	 * NULL: nobody looks. */
	void (*tap)(void *arg, struct str frame);
	void *tap_arg;

	/* ---- the gateway's own ---- */
	struct http *front, *ops;
	struct hub **hubs;
	struct limits *limits; /* by enum visitor_limit */
	struct crowd *crowd;   /* WebSockets per address */
	struct hooks *hooks;
	struct staff *staff;
	/* As vendors and browsers see us, without "/" at the end; NULL while
	 * it is not known yet. */
	const char *_Atomic public_url;
	/* Of stand-ins that the page may show; set by whoever starts them. */
	const char *_Atomic sandbox_url;
	char own_url[256];
	_Atomic bool ending;
	_Atomic uint64_t next_origin;
	_Atomic unsigned sockets;
};

/* Opens the hubs, then the fronts. On failure `why` holds one line. */
enum err gateway_start(struct gateway *g, char *why, size_t why_size) MUST_USE;
/* The port that customers' requests come to. */
unsigned gateway_port(const struct gateway *g);
/* For /health: do all hubs go round? detail says which does not. */
bool gateway_hubs_alive(const struct gateway *g, struct buf *detail);
/* Order: no new requests; hubs close their sockets; what is suspended ends. */
void gateway_stop(struct gateway *g);

#endif
