/*
 * publish: from what the store committed to what the bus tells.
 */
#ifndef BUS_PUBLISH_H
#define BUS_PUBLISH_H

#include "bus/bus.h"
#include "core/conversation.h"

/*
 * News of one stored event of conversation c (its id and company are looked
 * at, and who has it); origin as in struct news. For use in an op's `done`.
 */
void publish_event(struct bus_publisher *p, const struct conversation *c,
    const struct event *e, uint64_t origin);

#endif
