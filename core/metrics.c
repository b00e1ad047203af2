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
    [METRIC_DELIVER_REQUESTS] = {"deliver_requests", "gauge",
	"requests to vendors that are under way"},
    [METRIC_DELIVER_SENT] = {"deliver_sent_total", "counter",
	"messages that a vendor took"},
    [METRIC_DELIVER_LATER] = {"deliver_later_total", "counter",
	"attempts put off: the vendor was busy or did not answer"},
    [METRIC_DELIVER_FAILED] = {"deliver_failed_total", "counter",
	"messages and files given up"},
    [METRIC_DELIVER_DOUBT] = {"deliver_doubt_total", "counter",
	"requests that went out and got no answer"},
    [METRIC_DELIVER_FOUND] = {"deliver_found_total", "counter",
	"of those, messages that the vendor turned out to have"},
    [METRIC_DELIVER_ABSENT] = {"deliver_absent_total", "counter",
	"of those, messages that it did not have, and that were sent then"},
    [METRIC_DELIVER_UNKNOWN] = {"deliver_unknown_total", "counter",
	"of those, messages of which it could not be learnt"},
    [METRIC_DELIVER_FILES] = {"deliver_files_total", "counter",
	"files of customers that were fetched and kept"},
    [METRIC_DELIVER_FILES_REFUSED] = {"deliver_files_refused_total", "counter",
	"files of customers that may not be kept: kind, size, address"},
    [METRIC_DELIVER_BACKFILLED] = {"deliver_backfilled_total", "counter",
	"messages that came in while nobody listened, found afterwards"},
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
    [METRIC_LANES_DOWN] = {"channel_accounts_down", "gauge",
	"accounts whose vendor does not answer; tried again by itself"},
    [METRIC_LANES_BLOCKED] = {"channel_accounts_blocked", "gauge",
	"accounts that the vendor refuses: somebody must act"},
    [METRIC_OUTBOX_OPEN] = {"outbox_open", "gauge",
	"messages that are to go out through a vendor"},
    [METRIC_OUTBOX_UNKNOWN] = {"outbox_unknown", "gauge",
	"messages of which nobody knows whether they arrived"},
    [METRIC_OUTBOX_DEAD] = {"outbox_dead", "gauge",
	"messages that could not be delivered"},
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
