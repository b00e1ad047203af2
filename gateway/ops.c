/* ops: health from figures that are there anyway, metrics from all of them. */
#include "gateway/ops.h"
#include "gateway/hooks.h"

#include <dirent.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#define OPS_CONNECTIONS 64u
#define STORE_GROUP_MS_MAX 2000u
#define SPOOLED_MS_MAX 600000u

const struct route ops_routes[] = {
    {.method = "GET", .path = "/health", .handle = ops_health_in_full},
    {.method = "GET", .path = "/metrics", .handle = ops_metrics},
    {.path = NULL},
};

/* ---- health ------------------------------------------------------------ */

/* Begins a check; the caller adds members and the closing brace. */
static void
check_begin(struct buf *out, const char *name, bool ok)
{
	if (out->data[out->len - 1] != '{')
		buf_char(out, ',');
	buf_addf(out, "\"%s\":{\"ok\":%s", name, ok ? "true" : "false");
}

/* A group that takes longer hangs: nothing can be written. */
static bool
store_ok(const struct store_stats *s)
{
	return s->state == OK && s->group_running_ms < STORE_GROUP_MS_MAX;
}

static bool
check_store(const struct gateway *g, struct buf *out)
{
	struct store_stats s = {.state = OK};
	bool ok;

	store_stats(g->store, &s);
	ok = store_ok(&s);
	check_begin(out, "store", ok);
	buf_addf(out, ",\"state\":\"%s\",\"waiting\":%llu,\"running_ms\":%llu}",
	    err_name(s.state), (unsigned long long)s.queued,
	    (unsigned long long)s.group_running_ms);
	return ok;
}

static bool
check_http(const struct gateway *g, struct buf *out)
{
	uint64_t open = metric_get(g->metrics, METRIC_HTTP_CONNECTIONS);
	uint64_t sockets = metric_get(g->metrics, METRIC_WS_OPEN);

	check_begin(out, "http", true);
	buf_addf(out, ",\"connections\":%llu,\"websockets\":%llu,\"most\":%u}",
	    (unsigned long long)open, (unsigned long long)sockets,
	    g->conf.connections_max);
	return true;
}

static bool
check_bus(const struct gateway *g, struct buf *out)
{
	check_begin(out, "bus", true);
	buf_addf(out, ",\"news_dropped\":%llu,\"news_lost\":%llu}",
	    (unsigned long long)metric_get(g->metrics, METRIC_NEWS_DROPPED),
	    (unsigned long long)metric_get(g->metrics, METRIC_NEWS_LOST));
	return true;
}

/* A check that says more in words. */
static bool
check_words(struct buf *out, const char *name, bool ok, struct buf *detail)
{
	check_begin(out, name, ok);
	buf_str(out, ",\"detail\":");
	buf_json(out, buf_view(detail));
	buf_char(out, '}');
	buf_free(detail);
	return ok;
}

static bool
check_hubs(const struct gateway *g, struct buf *out)
{
	struct buf detail = {0};
	bool ok = gateway_hubs_alive(g, &detail);

	return check_words(out, "hubs", ok, &detail);
}

static bool
check_rest(const struct gateway *g, struct buf *out)
{
	struct buf detail = {0};
	bool ok;

	if (g->health == NULL)
		return true;
	ok = g->health(g->health_arg, &detail);
	return check_words(out, "service", ok, &detail);
}

static bool (*const checks[])(const struct gateway *g, struct buf *out) = {
    check_store,
    check_http,
    check_bus,
    check_hubs,
    check_rest,
};

/*
 * Vendors' accounts. That one of them is down is no illness of this process,
 * and no restart would mend it: the status says "degraded", with 200. Which
 * one it is, and why, is for operators' eyes.
 */
static bool
check_channels(const struct gateway *g, struct buf *out, bool in_full)
{
	struct buf list = {0};
	bool well;

	if (g->channels == NULL)
		return true;
	well = g->channels(g->health_arg, &list);
	check_begin(out, "channels", well);
	if (in_full) {
		buf_str(out, ",\"accounts\":");
		buf_add(out, list.data, list.len);
	}
	buf_char(out, '}');
	buf_free(&list);
	return well;
}

/*
 * Mails that a mail server handed over and that nobody takes in, or soon has no
 * room to, and mailboxes that are not read to their end: as little an illness
 * of this process.
 */
static bool
check_mail(const struct gateway *g, struct buf *out)
{
	uint64_t full = metric_get(g->metrics, METRIC_MAIL_SPOOLS_FULL);
	uint64_t oldest = metric_get(g->metrics, METRIC_MAIL_SPOOLED_OLDEST_MS);
	uint64_t behind = metric_get(g->metrics, METRIC_MAILBOXES_BEHIND);
	bool well = full == 0 && oldest < SPOOLED_MS_MAX && behind == 0;

	check_begin(out, "mail", well);
	buf_addf(out,
	    ",\"waiting\":%llu,\"oldest_ms\":%llu,\"nearly_full\":%llu,"
	    "\"aside\":%llu,\"behind\":%llu}",
	    (unsigned long long)metric_get(g->metrics, METRIC_MAIL_SPOOLED),
	    (unsigned long long)oldest, (unsigned long long)full,
	    (unsigned long long)metric_get(g->metrics, METRIC_MAIL_ASIDE),
	    (unsigned long long)behind);
	return well;
}

static void
health(struct request *r, bool in_full)
{
	struct gateway *g = request_context(r);
	struct buf b = {0}, all = {0};
	bool ok = true, well;
	size_t i;

	buf_char(&b, '{');
	for (i = 0; i < ARRAY_LEN(checks); i++)
		ok = checks[i](g, &b) && ok;
	well = check_channels(g, &b, in_full);
	well = check_mail(g, &b) && well;
	buf_addf(&all, "{\"status\":\"%s\",\"checks\":",
	    !ok	   ? "failing"
	    : well ? "ok"
		   : "degraded");
	buf_add(&all, b.data, b.len);
	buf_addf(&all, "},\"at\":%lld}\n", (long long)clock_wall(g->clock));
	request_reply(r, ok ? 200 : 503, "application/json", buf_view(&all));
	buf_free(&b);
	buf_free(&all);
}

void
ops_health(struct request *r)
{
	health(r, false);
}

void
ops_health_in_full(struct request *r)
{
	health(r, true);
}

/* ---- metrics ----------------------------------------------------------- */

static uint64_t
resident_bytes(void)
{
	unsigned long long size, resident = 0;
	FILE *f = fopen("/proc/self/statm", "re");

	if (f == NULL)
		return 0;
	if (fscanf(f, "%llu %llu", &size, &resident) != 2)
		resident = 0;
	fclose(f);
	return resident * (uint64_t)sysconf(_SC_PAGESIZE);
}

/* Newer kernels tell it as the folder's size; else the folder is read. */
static uint64_t
open_files(void)
{
	struct stat st = {.st_size = 0};
	uint64_t n = 0;
	DIR *d;

	if (stat("/proc/self/fd", &st) == 0 && st.st_size > 0)
		return (uint64_t)st.st_size;
	d = opendir("/proc/self/fd");
	if (d == NULL)
		return 0;
	while (readdir(d) != NULL)
		n++;
	closedir(d);
	/* Not ".", "..", nor the folder itself. */
	return n > 3 ? n - 3 : 0;
}

static void
write_store(struct gateway *g, struct buf *b)
{
	struct store_stats s = {.state = OK};

	store_stats(g->store, &s);
	metrics_write_one(b, "store_ok", "gauge",
	    "1 while the store can write, 0 when its last group failed or "
	    "one hangs",
	    store_ok(&s));
	metrics_write_one(b, "store_group_running_milliseconds", "gauge",
	    "how long the transaction under way has been running",
	    s.group_running_ms);
	metrics_write_one(b, "store_groups_total", "counter",
	    "transactions of the store", s.groups);
	metrics_write_one(b, "store_groups_failed_total", "counter",
	    "transactions that failed", s.failed_groups);
	metrics_write_one(b, "store_ops_total", "counter",
	    "writes in those transactions", s.ops);
	metrics_write_one(b, "store_ops_failed_total", "counter",
	    "writes that ended with an error: stale, claimed, a bad disk",
	    s.failed_ops);
	metrics_write_one(b, "store_refused_total", "counter",
	    "writes refused because too many waited", s.refused);
	metrics_write_one(
	    b, "store_waiting", "gauge", "writes that wait", s.queued);
	metrics_write_one(b, "store_wal_bytes", "gauge",
	    "size of the write-ahead log", s.wal_bytes);
	metrics_write_one(b, "store_checkpoints_total", "counter",
	    "checkpoints of the write-ahead log", s.checkpoints);
	metrics_write_one(b, "store_commit_microseconds_total", "counter",
	    "time spent in transactions", s.commit_us_sum);
}

void
ops_metrics(struct request *r)
{
	struct gateway *g = request_context(r);
	struct buf b = {0};

	metrics_write(g->metrics, &b);
	hooks_write_metrics(g->hooks, &b);
	write_store(g, &b);
	metrics_write_one(&b, "process_resident_memory_bytes", "gauge",
	    "memory of this process", resident_bytes());
	metrics_write_one(&b, "process_open_fds", "gauge",
	    "open descriptors of this process", open_files());
	request_reply(
	    r, 200, "text/plain; version=0.0.4; charset=utf-8", buf_view(&b));
	buf_free(&b);
}

/* ---- the second listener ----------------------------------------------- */

enum err
ops_start(struct gateway *g, char *why, size_t why_size)
{
	struct http_conf conf = {.listen = g->conf.listen_ops,
	    .routes = ops_routes,
	    .threads = 1,
	    .connections_max = OPS_CONNECTIONS,
	    .request_ms = g->conf.request_ms,
	    .reply_ms = g->conf.reply_ms,
	    .idle_ms = g->conf.idle_ms,
	    .trusted_proxies = "",
	    .context = g,
	    .log = g->log,
	    .metrics = g->metrics,
	    .clock = g->clock};

	if (conf.listen == NULL || conf.listen[0] == '\0')
		return OK;
	return http_start(&conf, &g->ops, why, why_size);
}
