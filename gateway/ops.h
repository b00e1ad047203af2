/*
 * ops: how people and machines see whether it runs: GET /health and
 * GET /metrics, on the front and once more on a listener of their own, with
 * its own thread, which answers however full the front is.
 *
 * /health is 200 or, when a part fails, 503. The status is "ok", "failing" or
 * "degraded": all is well here, but a vendor does not do its part.
 *	{"status":"ok","checks":{"store":{"ok":true,"state":"ok",
 *	 "waiting":0},"http":{...},...},"at":1790000000000}
 * Nothing here asks the disk or waits for a lock that is held during I/O.
 */
#ifndef GATEWAY_OPS_H
#define GATEWAY_OPS_H

#include "gateway/gateway.h"
#include "gateway/http.h"

/*
 * All want the struct gateway as request_context(). In full: with the vendors'
 * accounts that are not well, by name, and why.
 */
void ops_health(struct request *r);
void ops_health_in_full(struct request *r);
void ops_metrics(struct request *r);

/* The two of them, for the second listener; ends with path == NULL. */
extern const struct route ops_routes[];

/*
 * Starts the second listener into g->ops, unless conf.listen_ops is empty.
 * http_stop() ends it. Errors as http_start().
 */
enum err ops_start(struct gateway *g, char *why, size_t why_size) MUST_USE;

#endif
