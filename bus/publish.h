/*
 * publish: from what the store committed to what the bus tells.
 */
#ifndef BUS_PUBLISH_H
#define BUS_PUBLISH_H

#include "bus/bus.h"
#include "core/conversation.h"

/*
 * News of one stored event, in the shape clients see; origin as in struct
 * news. For use in an op's `done`. The object's text is made by `write`
 * (the visitor channel's frame_write_event_object), so that the bus knows no
 * channel.
 */
void publish_event(struct bus_publisher *p,
    void (*write)(struct buf *out, const struct event *e), int64_t conversation,
    const struct event *e, uint64_t origin);

#endif
