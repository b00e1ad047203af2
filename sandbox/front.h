/* front: the one port: routes, visits, what rules do to their answers. */
#ifndef SANDBOX_FRONT_H
#define SANDBOX_FRONT_H

#include "sandbox/inside.h"

/* `why` as for http_start(). Sets s->front and s->base. */
enum err sb_front_start(struct sandbox *s, char *why, size_t why_size) MUST_USE;

#endif
