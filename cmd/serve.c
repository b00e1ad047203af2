/*
 * serve: the commands that stay: serve, gateway, worker. The three differ
 * only in which parts they start.
 */
#include "cmd/command.h"
#include "cmd/process.h"
#include "cmd/sandbox.h"
#include "cmd/watch.h"
#include "desk/desk.h"
#include "gateway/gateway.h"
#include "gateway/http.h"
#include "gateway/presence.h"
#include "workers/deliver.h"
#include "workers/mail.h"
#include "workers/feed.h"
#include "workers/worker.h"

#include <sodium.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>

/* A worker whose loop has not come round for this long is ill. */
#define WORKER_SILENT_MS 10000
/* What a mail server may keep the thread with at once: to connect, to log in,
 * a list, a mail. */
#define MAIL_STEPS 4
/* Descriptors that are not connections: database, bus, log, threads. */
#define SPARE_FILES 200u

struct server {
	struct process process;
	struct gateway gateway;
	struct watch watch;
	struct sandbox *sandbox; /* the demo's */
	char sandbox_url[128];
	char gateway_url[256]; /* a worker's guess */
	struct desk *desk;
	struct mail_thread *mail;
	struct feed *feed;
	struct deliver *_Atomic deliver; /* other threads poke it */
	struct worker *workers[64];
	_Atomic unsigned worker_count; /* /health looks meanwhile */
};

/* How many connections fit into the descriptors we may have. */
static unsigned
connections_allowed(unsigned wanted)
{
	struct rlimit files;
	unsigned long most = 1024;

	if (getrlimit(RLIMIT_NOFILE, &files) == 0)
		most = (unsigned long)files.rlim_cur;
	if (most > 2000000)
		most = 2000000;
	most = most > 2 * SPARE_FILES ? most - SPARE_FILES : most / 2;
	most = most / 10 * 9;
	return wanted == 0 || wanted > most ? (unsigned)most : wanted;
}

static struct gateway_conf
gateway_conf(const struct settings *s)
{
	return (struct gateway_conf){
	    .listen = s->listen,
	    .listen_ops = s->listen_ops,
	    .http_threads = s->http_threads,
	    .hub_threads = s->hub_threads,
	    .connections_max = connections_allowed(s->connections_max),
	    .connections_per_address = s->connections_per_address,
	    .session_idle_ms = s->session_idle,
	    .session_life_ms = s->session_life,
	    .visitor_burst = s->visitor_burst,
	    .visitor_per_minute = s->visitor_per_minute,
	    .sessions_per_minute = s->sessions_per_minute,
	    .staff_burst = s->staff_burst,
	    .staff_per_minute = s->staff_per_minute,
	    .request_ms = s->request_ms,
	    .reply_ms = s->reply_ms,
	    .idle_ms = s->idle_ms,
	    .ping_ms = s->ping_ms,
	    .pong_ms = s->pong_ms,
	    .hello_ms = s->hello_ms,
	    .socket_queue_bytes = s->socket_queue,
	    .trusted_proxies = s->trusted_proxies,
	    .public_url = s->public_url,
	    .echo = s->test_echo,
	    .demo = s->demo,
	};
}

static bool
is_silent(struct buf *detail, const char *who, int64_t silent, int64_t most)
{
	if (silent < most)
		return false;
	buf_addf(detail, "%s is silent for %lld ms", who, (long long)silent);
	return true;
}

/* The threads beside the workers; those start last. */
static bool
others_silent(struct server *v, int64_t now, struct buf *detail)
{
	const int64_t mail_ms = (int64_t)v->process.settings->mail_timeout_ms *
				MAIL_STEPS;

	return is_silent(detail, "the deliverer",
		   now - deliver_alive_at(v->deliver), WORKER_SILENT_MS) ||
	       is_silent(detail, "the feed", now - feed_alive_at(v->feed),
		   WORKER_SILENT_MS) ||
	       is_silent(detail, "the thread that fetches mail",
		   now - mail_thread_alive_at(v->mail),
		   WORKER_SILENT_MS + mail_ms);
}

/* For /health: do our worker threads go round, and does anybody answer? */
static bool
workers_healthy(void *arg, struct buf *detail)
{
	struct server *v = arg;
	int64_t now = clock_steady(&v->process.clock);
	unsigned i, n = atomic_load(&v->worker_count);

	for (i = 0; i < n; i++)
		if (is_silent(detail, "a worker",
			now - worker_alive_at(v->workers[i]), WORKER_SILENT_MS))
			return false;
	if (n > 0 && others_silent(v, now, detail))
		return false;
	if (v->desk != NULL &&
	    is_silent(detail, "the desk", now - desk_alive_at(v->desk),
		WORKER_SILENT_MS))
		return false;
	return watch_healthy(&v->watch, detail);
}

static bool
channels_healthy(void *arg, struct buf *out)
{
	struct server *v = arg;

	return watch_lanes_write(&v->watch.lanes, out);
}

/*
 * Where vendors reach us. A gateway without a public URL knows its port; a
 * worker on its own takes it to listen where it was told that it would.
 */
static const char *
public_url(struct server *v)
{
	const struct settings *s = v->process.settings;
	const char *port = strrchr(s->listen, ':');

	if (v->gateway.front != NULL)
		return atomic_load(&v->gateway.public_url);
	if (s->public_url[0] != '\0' || port == NULL || strcmp(port, ":0") == 0)
		return s->public_url;
	(void)snprintf(v->gateway_url, sizeof(v->gateway_url), "http://%s%s",
	    port == s->listen ? "localhost" : "", s->listen);
	return v->gateway_url;
}

/* Rows were written: they may go out. */
static void
poke_deliverer(void *arg)
{
	struct server *v = arg;
	struct deliver *d = atomic_load(&v->deliver);

	if (d != NULL)
		deliver_poke(d);
}

static void
show_desk(void *arg, struct str frame)
{
	struct server *v = arg;

	desk_news(v->desk, frame);
}

static bool
seller_online(void *arg, int64_t agent)
{
	struct server *v = arg;

	return v->gateway.presence != NULL &&
	       presence_has(v->gateway.presence, agent);
}

static int64_t
seller_acted_at(void *arg, int64_t agent)
{
	struct server *v = arg;

	return v->gateway.presence == NULL
		   ? 0
		   : presence_acted_at(v->gateway.presence, agent);
}

static void
seller_absent(void *arg, int64_t agent)
{
	struct server *v = arg;

	if (v->gateway.presence != NULL)
		presence_absent(v->gateway.presence, agent);
}

static enum err
start_desk(struct server *v, char *why, size_t why_size)
{
	struct process *p = &v->process;
	struct desk_conf conf = {.clock = &p->clock,
	    .log = p->log,
	    .metrics = &p->metrics,
	    .store = p->store,
	    .companies = p->companies,
	    .publisher = p->publisher,
	    .online = seller_online,
	    .acted_at = seller_acted_at,
	    .absent = seller_absent,
	    .online_arg = v,
	    .poke = poke_deliverer,
	    .poke_arg = v,
	    .reread_ms = p->settings->desk_reread_ms};
	enum err e;

	randombytes_buf(&conf.seed, sizeof(conf.seed));
	e = desk_start(&conf, &v->desk);
	if (e != OK)
		(void)snprintf(
		    why, why_size, "the desk cannot start: %s", err_name(e));
	return e;
}

static enum err
start_mail(struct server *v, char *why, size_t why_size)
{
	struct process *p = &v->process;
	const struct settings *s = p->settings;
	const struct mail_conf conf = {.data_dir = s->data_dir,
	    .ca_file = *s->mail_ca == '\0' ? NULL : s->mail_ca,
	    .plain = s->mail_plain,
	    .authserv = s->mail_authserv,
	    .timeout_ms = s->mail_timeout_ms,
	    .poll_ms = s->mail_poll_ms,
	    .behind_ms = s->mail_behind_ms,
	    .per_hour = s->mail_per_hour,
	    .public_url = public_url(v),
	    .keys = &p->keys,
	    .clock = &p->clock,
	    .log = p->log,
	    .metrics = &p->metrics,
	    .store = p->store,
	    .companies = p->companies,
	    .publisher = p->publisher,
	    .poke = poke_deliverer,
	    .poke_arg = v};
	enum err e = mail_thread_start(&conf, &v->mail);

	if (e != OK)
		(void)snprintf(why, why_size,
		    "the thread that fetches mail cannot start: %s",
		    err_name(e));
	return e;
}

static enum err
start_gateway(struct server *v, char *why, size_t why_size)
{
	struct process *p = &v->process;
	enum err e;

	v->gateway = (struct gateway){.conf = gateway_conf(p->settings),
	    .clock = &p->clock,
	    .log = p->log,
	    .metrics = &p->metrics,
	    .store = p->store,
	    .companies = p->companies,
	    .bus = p->bus,
	    .publisher = p->publisher,
	    .keys = &p->keys,
	    .health = workers_healthy,
	    .channels = channels_healthy,
	    .health_arg = v,
	    .tap = show_desk,
	    .tap_arg = v};
	e = presence_open(
	    &(struct presence_conf){p->store, p->publisher, &p->clock},
	    &v->gateway.presence);
	if (e != OK)
		(void)snprintf(why, why_size, "no memory");
	return e == OK ? gateway_start(&v->gateway, why, why_size) : e;
}

static enum err
start_deliver(struct server *v, char *why, size_t why_size)
{
	struct process *p = &v->process;
	const struct settings *s = p->settings;
	const struct deliver_conf conf = {.in_flight_max = s->deliver_in_flight,
	    .lane_window = s->deliver_window,
	    .backfill_minutes = s->backfill_minutes,
	    .timeout_ms = s->deliver_timeout_ms,
	    .doubt_ms = s->doubt_ms,
	    .webhooks_private = s->webhooks_private || s->sandbox,
	    .mail_ca = *s->mail_ca == '\0' ? NULL : s->mail_ca,
	    .mail_plain = s->mail_plain,
	    .mail_hello = p->hostname,
	    .mail_timeout_ms = s->mail_timeout_ms,
	    .public_url = public_url(v),
	    .keys = &p->keys,
	    .clock = &p->clock,
	    .log = p->log,
	    .metrics = &p->metrics,
	    .store = p->store,
	    .companies = p->companies,
	    .publisher = p->publisher};
	struct deliver *d = NULL;
	enum err e = deliver_start(&conf, &d);

	atomic_store(&v->deliver, d);
	if (e != OK)
		(void)snprintf(why, why_size, "the deliverer cannot start: %s",
		    err_name(e));
	return e;
}

static enum err
start_feed(struct server *v, char *why, size_t why_size)
{
	struct process *p = &v->process;
	const struct feed_conf conf = {.backlog_max = FEED_BACKLOG_MAX,
	    .clock = &p->clock,
	    .log = p->log,
	    .metrics = &p->metrics,
	    .store = p->store,
	    .companies = p->companies,
	    .poke = poke_deliverer,
	    .poke_arg = v};
	enum err e = feed_start(&conf, &v->feed);

	if (e != OK)
		(void)snprintf(
		    why, why_size, "the feed cannot start: %s", err_name(e));
	return e;
}

static enum err
start_workers(struct server *v, char *why, size_t why_size)
{
	struct process *p = &v->process;
	struct worker_conf conf = {.turns_max = p->settings->turns_max,
	    .side = p->parts & PROCESS_GATEWAY ? BUS_GATEWAY : BUS_WORKER,
	    .sweep_ms = p->settings->sweep_ms,
	    .lease_ms = p->settings->lease_ms,
	    .clock = &p->clock,
	    .log = p->log,
	    .metrics = &p->metrics,
	    .store = p->store,
	    .companies = p->companies,
	    .bus = p->bus,
	    .publisher = p->publisher,
	    .public_url = public_url(v),
	    .keys = &p->keys,
	    .deliver = v->deliver};
	enum err e = OK;

	while (conf.index < p->settings->worker_threads && e == OK) {
		e = worker_start(&conf, &v->workers[conf.index]);
		if (e == OK)
			atomic_store(&v->worker_count, ++conf.index);
	}
	if (e != OK)
		snprintf(
		    why, why_size, "a worker cannot start: %s", err_name(e));
	return e;
}

/* The vendors' stand-ins, and the page tells where they are. */
static enum err
start_stand_ins(struct server *v, char why[SANDBOX_WHY])
{
	const struct settings *s = v->process.settings;
	const char *colon = strrchr(s->sandbox_listen, ':');
	enum err e = stand_ins_start(
	    &v->process, public_url(v), &v->sandbox, why);

	if (e != OK)
		return e;
	(void)snprintf(v->sandbox_url, sizeof(v->sandbox_url), "http://%.*s:%u",
	    (int)(colon - s->sandbox_listen), s->sandbox_listen,
	    sandbox_port(v->sandbox));
	atomic_store(&v->gateway.sandbox_url, v->sandbox_url);
	return OK;
}

static void
stop(struct server *v)
{
	unsigned i;

	if (v->gateway.front != NULL)
		gateway_stop(&v->gateway);
	if (v->desk != NULL)
		desk_stop(v->desk);
	mail_thread_stop(v->mail);
	presence_close(v->gateway.presence);
	for (i = 0; i < v->worker_count; i++)
		worker_stop(v->workers[i]);
	feed_stop(v->feed);
	if (v->deliver != NULL)
		deliver_stop(v->deliver);
	if (v->sandbox != NULL)
		sandbox_stop(v->sandbox);
	watch_close(&v->watch);
	process_close(&v->process);
}

/* "listening on http://127.0.0.1:8080": the port is the one it got. */
static void
announce_door(const char *word, const char *listen, const struct http *door)
{
	const char *colon = strrchr(listen, ':');
	int host = colon == NULL ? (int)strlen(listen) : (int)(colon - listen);

	printf("%s on http://%.*s:%u\n", word, host, listen, http_port(door));
}

static void
announce(const struct server *v)
{
	struct log_line l;
	const struct settings *s = v->process.settings;

	if (v->gateway.front != NULL)
		announce_door("listening", s->listen, v->gateway.front);
	if (v->gateway.ops != NULL)
		announce_door("operations", s->listen_ops, v->gateway.ops);
	if (v->gateway.front == NULL)
		puts("working");
	fflush(stdout);
	if (!log_begin(v->process.log, LOG_INFO, "server.started", &l))
		return;
	log_str(&l, "version", STR(FRONTDESK_VERSION));
	log_num(&l, "workers", v->worker_count);
	log_end(&l);
}

static void
beat(void *arg)
{
	struct server *v = arg;

	bus_beat(v->process.publisher);
	watch_look(&v->watch);
}

static int
run(const struct settings *s, unsigned parts)
{
	struct server *v = calloc(1, sizeof(*v));
	char why[SANDBOX_WHY];
	enum err e = E_NOMEM;

	if (v == NULL)
		return EXIT_FAILED;
	process_signals();
	if ((e = process_open(&v->process, s, parts, why, sizeof(why))) != OK)
		goto failed;
	e = watch_open(&v->watch, &v->process);
	if (e != OK)
		(void)snprintf(why, sizeof(why), "the store cannot be read");
	/* The desk first, for the gateway shows it the news; then the gateway:
	 * its port is known to others then. */
	if (e == OK && parts & PROCESS_GATEWAY)
		e = start_desk(v, why, sizeof(why));
	if (e == OK && parts & PROCESS_GATEWAY)
		e = start_gateway(v, why, sizeof(why));
	if (e == OK && parts & PROCESS_GATEWAY && s->sandbox)
		e = start_stand_ins(v, why);
	if (e == OK && parts & PROCESS_WORKER)
		e = start_deliver(v, why, sizeof(why));
	if (e == OK && parts & PROCESS_WORKER)
		e = start_feed(v, why, sizeof(why));
	if (e == OK && parts & PROCESS_WORKER)
		e = start_mail(v, why, sizeof(why));
	if (e == OK && parts & PROCESS_WORKER)
		e = start_workers(v, why, sizeof(why));
	if (e == OK) {
		announce(v);
		process_wait(beat, v);
		log_note(v->process.log, LOG_INFO, "server.stopping", "why",
		    STR("signal"));
	}
	stop(v);
failed:
	if (e != OK)
		complain("%s", why);
	free(v);
	return e == OK ? EXIT_OK : EXIT_FAILED;
}

int
command_serve(const struct settings *s, const char *const *words, size_t n)
{
	(void)words;
	(void)n;
	return run(s, PROCESS_GATEWAY | PROCESS_WORKER);
}

int
command_gateway(const struct settings *s, const char *const *words, size_t n)
{
	(void)words;
	(void)n;
	return run(s, PROCESS_GATEWAY);
}

int
command_worker(const struct settings *s, const char *const *words, size_t n)
{
	(void)words;
	(void)n;
	return run(s, PROCESS_WORKER);
}
