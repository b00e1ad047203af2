/*
 * company_routing: what a company's document says about routing, as
 * core/routing.h wants it. Whoever routes for a company, or only tries how it
 * would be, asks here, so that both mean the same.
 */
#ifndef CORE_COMPANY_ROUTING_H
#define CORE_COMPANY_ROUTING_H

#include "core/company.h"
#include "core/routing.h"

/*
 * Teams and hours live in the arena. Hours that cannot be read, which an
 * applied document has none of, are taken to be always. E_NOMEM.
 */
enum err company_routing_policy(const struct company *c, struct arena *a,
    struct routing_policy *out) MUST_USE;

/* What a chat of that channel counts, in hundredths. */
unsigned company_chat_weight(const struct company *c, struct str channel);

#endif
