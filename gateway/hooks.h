/*
 * hooks: where vendors post to: /hooks/<channel>/<company>/<account><tail>.
 *
 * The order is what keeps us safe: find the account; verify, with nothing
 * believed before; parse; store; and only when all of it is on disk, answer.
 * The connection is suspended meanwhile. Until a request is verified it costs
 * one look into the companies' cache and one signature.
 *
 * What is answered:
 *	the channel's own answer, or 200   stored, known before, or ignored
 *	400  signed, but not what the vendor sends
 *	403  not signed as it must be; nothing says which check failed
 *	404  no such channel, company or account; nothing says which
 *	503  it could not be stored now: the vendor tries again
 *
 * What is wrong stands in the log (hook.refused, hook.malformed; hook.notice
 * for what a vendor tells and nobody said), with the
 * check that failed and how it is mended, never with anything of the request.
 */
#ifndef GATEWAY_HOOKS_H
#define GATEWAY_HOOKS_H

#include "gateway/gateway.h"
#include "gateway/http.h"

/*
 * A long message comes escaped and twice, and an edit holds the old one, too.
 * What is as large as this was signed before it is parsed.
 */
#define HOOK_BODY_MAX (1u << 20)

struct hooks;

/* Before the first request. E_NOMEM. */
enum err hooks_start(struct gateway *g, struct hooks **out) MUST_USE;
/* After the last handler has run. NULL is fine. */
void hooks_stop(struct hooks *h);

/* On an HTTP thread. Some vendors verify by GET. */
void hooks_get(struct request *r);
void hooks_post(struct request *r);

/* For /metrics: what became of requests, by channel. NULL is fine. */
void hooks_write_metrics(struct hooks *h, struct buf *out);

#endif
