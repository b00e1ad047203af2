/*
 * ws_due: what a WebSocket must do by when. One timer for each socket, set
 * to the earliest of its deadlines; one row for each in the table below.
 */
#include "gateway/hub_inner.h"

#include <sodium.h>

#define LIFE_MS (24 * 3600 * 1000)

void
ws_expect(struct ws *w, enum ws_due due, int64_t ms)
{
	w->due[due] = ms > 0 ? w->hub->now + ms : 0;
	/* A later or forgotten one is noticed when the timer fires. */
	if (ms > 0 && (w->timer.due == 0 || w->due[due] < w->timer.due))
		hub_timer_set(w->hub, &w->timer, w->due[due]);
}

static void
set_timer(struct ws *w)
{
	int64_t first = 0;
	unsigned i;

	for (i = 0; i < WS_DUES; i++)
		if (w->due[i] > 0 && (first == 0 || w->due[i] < first))
			first = w->due[i];
	if (first > 0)
		hub_timer_set(w->hub, &w->timer, first);
}

static void
no_hello(struct ws *w)
{
	w->kind->no_hello(w);
}

static void
no_message(struct ws *w)
{
	ws_close(w, 1008, STR("a message was begun and not ended"));
}

static void
no_progress(struct ws *w)
{
	ws_close_slow(w);
}

static void
ping(struct ws *w)
{
	const struct gateway_conf *conf = &w->hub->gateway->conf;

	ws_expect(w, WS_DUE_PING, conf->ping_ms);
	if (w->due[WS_DUE_PONG] == 0)
		ws_expect(w, WS_DUE_PONG, conf->pong_ms);
	ws_send(w, w->hub->ping);
	if (w->kind->pinged != NULL)
		w->kind->pinged(w);
}

static void
no_pong(struct ws *w)
{
	if (ws_has_room(w))
		ws_close(w, 1008, STR("no pong in time"));
	else
		ws_close_slow(w);
}

static void
old(struct ws *w)
{
	ws_close(w, 1012, STR("open for a day; come again"));
}

static void
no_end(struct ws *w)
{
	ws_gone(w, "did not end in time");
}

static void (*const overdue[WS_DUES])(struct ws *w) = {
    [WS_DUE_HELLO] = no_hello,
    [WS_DUE_MESSAGE] = no_message,
    [WS_DUE_PROGRESS] = no_progress,
    [WS_DUE_PING] = ping,
    [WS_DUE_PONG] = no_pong,
    [WS_DUE_LIFE] = old,
    [WS_DUE_CLOSE] = no_end,
};

static void
timer_fired(struct hub *h, struct hub_timer *t)
{
	struct ws *w = CONTAINER_OF(t, struct ws, timer);
	unsigned i;

	for (i = 0; i < WS_DUES && w->state != WS_GONE; i++) {
		if (w->due[i] == 0 || w->due[i] > h->now)
			continue;
		w->due[i] = 0;
		overdue[i](w);
	}
	if (w->state != WS_GONE)
		set_timer(w);
}

/* Spread, or all that reconnect at once would be pinged at once for ever. */
void
ws_keep_time(struct ws *w)
{
	uint32_t ping_ms = w->hub->gateway->conf.ping_ms;

	w->timer.fn = timer_fired;
	if (w->kind->no_hello != NULL)
		ws_expect(w, WS_DUE_HELLO, w->hub->gateway->conf.hello_ms);
	if (!w->kind->keeps_time)
		return;
	if (ping_ms > 0)
		ws_expect(w, WS_DUE_PING,
		    1 + ping_ms / 2 + randombytes_uniform(ping_ms / 2 + 1));
	ws_expect(w, WS_DUE_LIFE, LIFE_MS);
}
