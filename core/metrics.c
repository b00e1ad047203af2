/* metrics: the table, and how it is printed. */
#include "core/metrics.h"

static const struct {
	const char *name, *type, *help;
} rows[METRICS] = {
    [METRIC_HTTP_REQUESTS] = {"http_requests_total", "counter",
	"HTTP requests that reached a route"},
    [METRIC_HTTP_REFUSED] = {"http_refused_total", "counter",
	"HTTP requests answered with 4xx or 5xx"},
    [METRIC_HTTP_MALFORMED] = {"http_malformed_total", "counter",
	"HTTP requests refused by the header guard"},
    [METRIC_HTTP_REAPED] = {"http_reaped_total", "counter",
	"connections ended because a request trickled"},
    [METRIC_HTTP_CONNECTIONS] = {"http_connections", "gauge",
	"open HTTP connections, WebSockets not included"},
    [METRIC_WS_OPENED] = {"websockets_opened_total", "counter",
	"WebSockets accepted"},
    [METRIC_WS_CLOSED] = {"websockets_closed_total", "counter",
	"WebSockets ended"},
    [METRIC_WS_OPEN] = {"websockets", "gauge", "open WebSockets"},
    [METRIC_WS_SLOW] = {"websockets_slow_total", "counter",
	"WebSockets cut off because they did not read"},
    [METRIC_WATCHERS] = {"watchers", "gauge",
	"clients that follow a conversation, by any transport"},
    [METRIC_MESSAGES_IN] = {"messages_in_total", "counter",
	"customer messages stored"},
    [METRIC_MESSAGES_DUPLICATE] = {"messages_duplicate_total", "counter",
	"customer messages that were stored already"},
    [METRIC_MESSAGES_REFUSED] = {"messages_refused_total", "counter",
	"customer messages refused: wrong, too long, too many, no room"},
    [METRIC_RECEIPTS] = {"receipts_total", "counter",
	"what vendors told of messages of ours"},
    [METRIC_ARRIVALS_IGNORED] = {"arrivals_ignored_total", "counter",
	"receipts and changes of messages that are not known here"},
    [METRIC_EVENTS_OUT] = {"events_out_total", "counter",
	"events handed to clients"},
    [METRIC_GAPS_FILLED] = {"gaps_filled_total", "counter",
	"times news was missing and the store was asked instead"},
    [METRIC_TURNS] = {"turns_total", "counter", "turns of the bot committed"},
    [METRIC_TURNS_STALE] = {"turns_stale_total", "counter",
	"turns refused because the conversation had moved on"},
    [METRIC_ANSWERS_FOUND] = {"answers_found_total", "counter",
	"turns in which the bot knew an answer"},
    [METRIC_ANSWERS_UNKNOWN] = {"answers_unknown_total", "counter",
	"turns in which the bot said that it does not know"},
    [METRIC_TIMERS_FIRED] = {"timers_fired_total", "counter",
	"timers that fired"},
    [METRIC_SWEPT] = {"swept_total", "counter",
	"turns begun by the sweeper, their notice being late or lost"},
    [METRIC_WAITING] = {"questions_waiting", "gauge",
	"conversations that wait for an answer, 1000 at most"},
    [METRIC_WAITING_OLDEST_MS] = {"question_oldest_milliseconds", "gauge",
	"how long the oldest of them has waited"},
    [METRIC_WORK_DROPPED] = {"work_dropped_total", "counter",
	"work notices not sent because no worker took them in time"},
    [METRIC_NEWS_DROPPED] = {"news_dropped_total", "counter",
	"news frames not sent"},
    [METRIC_NEWS_LOST] = {"news_lost_total", "counter",
	"news frames that a publisher sent and this hub never saw"},
};

void
metrics_write_one(struct buf *out, const char *name, const char *type,
    const char *help, uint64_t value)
{
	buf_addf(out, "# HELP frontdesk_%s %s\n# TYPE frontdesk_%s %s\n", name,
	    help, name, type);
	buf_addf(out, "frontdesk_%s %llu\n", name, (unsigned long long)value);
}

void
metrics_write(const struct metrics *m, struct buf *out)
{
	size_t i;

	for (i = 0; i < METRICS; i++)
		metrics_write_one(out, rows[i].name, rows[i].type, rows[i].help,
		    metric_get(m, (enum metric)i));
}
