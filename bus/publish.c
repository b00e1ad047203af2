/* publish: one stored event becomes one piece of news. */
#include "bus/publish.h"

void
publish_event(struct bus_publisher *p,
    void (*write)(struct buf *out, const struct event *e), int64_t conversation,
    const struct event *e, uint64_t origin)
{
	struct buf body = {0};

	write(&body, e);
	if (!body.failed)
		bus_add_news(p, &(struct news){.kind = NEWS_EVENT,
				    .conversation = conversation,
				    .seq = e->seq,
				    .origin = origin,
				    .body = buf_view(&body)});
	buf_free(&body);
}
