/* publish: one stored event becomes one piece of news. */
#include "bus/publish.h"

void
publish_event(struct bus_publisher *p, const struct conversation *c,
    const struct event *e, uint64_t origin)
{
	struct buf body = {0};

	event_write(&body, e);
	if (!body.failed)
		bus_add_news(p, &(struct news){.kind = NEWS_EVENT,
				    .company = c->company,
				    .conversation = c->id,
				    .event = e->kind,
				    .author = e->author,
				    .hidden = !event_is_public(e->kind),
				    .holder = c->holder,
				    .status = c->status,
				    .agent = c->agent,
				    .offered = c->offered,
				    .seq = e->seq,
				    .origin = origin,
				    .body = buf_view(&body)});
	buf_free(&body);
}
