/* process: see process.h. */
#include "cmd/process.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <sodium.h>
#include <stdio.h>
#include <sys/file.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "cmd/keys.h"

#define LOCK_MS 2000

static int64_t
read_clock(clockid_t id)
{
	struct timespec t;

	clock_gettime(id, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static int64_t
wall_ms(const struct clock *c)
{
	(void)c;
	return read_clock(CLOCK_REALTIME);
}

static int64_t
steady_ms(const struct clock *c)
{
	(void)c;
	return read_clock(CLOCK_MONOTONIC);
}

static void
write_log(void *arg, struct str line)
{
	(void)arg;
	if (write(STDERR_FILENO, line.p, line.n) < 0)
		return; /* nowhere left to say it */
}

/* ---- opening ----------------------------------------------------------- */

static enum err
open_folder(struct process *p, char *why, size_t why_size)
{
	const char *dir = p->settings->data_dir;

	if (mkdir(dir, 0700) == 0 || errno == EEXIST) {
		if (access(dir, W_OK | X_OK) == 0)
			return OK;
	}
	snprintf(why, why_size, "the folder %s cannot be written: %s", dir,
	    strerror(errno));
	return E_IO;
}

static enum err
open_log(struct process *p, char *why, size_t why_size)
{
	enum log_level level = LOG_DEBUG;

	(void)why;
	(void)why_size;
	while (strcmp(log_level_name(level), p->settings->log_level) != 0)
		level++;
	p->log = log_new(&p->clock, level, write_log, NULL);
	return p->log == NULL ? E_NOMEM : OK;
}

static enum err
open_keys(struct process *p, char *why, size_t why_size)
{
	return keys_load(p->settings, &p->keys, why, why_size);
}

/*
 * A process that was killed while it started one of its own has left that one
 * the lock, until it is what it is to be.
 */
static bool
lock_soon(int file)
{
	const struct timespec nap = {0, 5000000};

	for (int ms = 0; flock(file, LOCK_EX | LOCK_NB) != 0; ms += 5) {
		if (errno != EWOULDBLOCK || ms >= LOCK_MS)
			return false;
		nanosleep(&nap, NULL);
	}
	return true;
}

/* One gateway a folder: two would take each other's sockets away. */
static enum err
open_lock(struct process *p, char *why, size_t why_size)
{
	char path[PATH_MAX];

	if (!(p->parts & PROCESS_GATEWAY))
		return OK;
	snprintf(path, sizeof(path), "%s/gateway.lock", p->settings->data_dir);
	p->lock = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (p->lock >= 0 && lock_soon(p->lock))
		return OK;
	if (p->lock >= 0 && errno == EWOULDBLOCK)
		snprintf(why, why_size,
		    "another gateway runs on the folder %s; stop it first, "
		    "or give another --data-dir",
		    p->settings->data_dir);
	else
		snprintf(why, why_size, "%s: %s", path, strerror(errno));
	return E_IO;
}

static enum err
open_store(struct process *p, char *why, size_t why_size)
{
	char path[PATH_MAX];
	struct store_conf conf = {.path = path,
	    .queue_max = p->settings->store_queue,
	    .group_max = p->settings->store_group,
	    .clock = &p->clock};
	enum err e;

	snprintf(path, sizeof(path), "%s/frontdesk.db", p->settings->data_dir);
	if ((e = store_open(&conf, &p->store, why, why_size)) != OK)
		return e;
	return company_cache_open(p->store, &p->clock, p->log, &p->companies);
}

#define ENDPOINT_MAX (PATH_MAX + 24)

/* The endpoint of `set` or, if that is empty, of this kind of process. */
static void
endpoint(const struct process *p, const char *set, const char *name,
    char text[ENDPOINT_MAX])
{
	const unsigned both = PROCESS_GATEWAY | PROCESS_WORKER;

	if (set[0] != '\0')
		snprintf(text, ENDPOINT_MAX, "%s", set);
	else if ((p->parts & both) == both)
		snprintf(text, ENDPOINT_MAX, "inproc://%s", name);
	else
		snprintf(text, ENDPOINT_MAX, "ipc://%s/%s.sock",
		    p->settings->data_dir, name);
}

/* The kernel cuts off longer paths of sockets without a word. */
static enum err
endpoint_check(const char *text, char *why, size_t why_size)
{
	static const struct sockaddr_un limit;

	if (strncmp(text, "ipc://", 6) != 0 ||
	    strlen(text + 6) < sizeof(limit.sun_path))
		return OK;
	snprintf(why, why_size,
	    "%s: the path of a socket may have at most %zu characters; give "
	    "a shorter --data-dir, or --bus-work and --bus-news",
	    text, sizeof(limit.sun_path) - 1);
	return E_BADINPUT;
}

static enum err
open_bus(struct process *p, char *why, size_t why_size)
{
	char work[ENDPOINT_MAX], news[ENDPOINT_MAX];
	const struct settings *s = p->settings;
	const struct bus_conf conf = {.work = work,
	    .news = news,
	    .high_water = s->bus_high_water,
	    .lose_work = s->test_lose_work,
	    .lose_news = s->test_lose_news,
	    .metrics = &p->metrics};
	enum err e;

	if (p->parts == PROCESS_STORE)
		return OK;
	endpoint(p, s->bus_work, "work", work);
	endpoint(p, s->bus_news, "news", news);
	if ((e = endpoint_check(work, why, why_size)) != OK ||
	    (e = endpoint_check(news, why, why_size)) != OK)
		return e;
	if ((e = bus_open(&conf, &p->bus)) == OK)
		e = bus_publisher_open(p->bus,
		    p->parts & PROCESS_GATEWAY ? BUS_GATEWAY : BUS_WORKER,
		    p->parts & PROCESS_GATEWAY, &p->publisher);
	if (e != OK)
		snprintf(
		    why, why_size, "the bus cannot use %s and %s", work, news);
	return e;
}

static void
flush(void *arg)
{
	bus_flush(arg);
}

enum err
process_open(struct process *p, const struct settings *s, unsigned parts,
    char *why, size_t why_size)
{
	static enum err (*const steps[])(struct process *, char *, size_t) = {
	    open_folder, open_log, open_keys, open_lock, open_store, open_bus};
	struct rlimit files;
	enum err e = OK;
	size_t i;

	*p = (struct process){.settings = s,
	    .parts = parts,
	    .clock = {.wall_ms = wall_ms, .steady_ms = steady_ms},
	    .lock = -1};
	if (gethostname(p->hostname, sizeof(p->hostname) - 1) != 0 ||
	    p->hostname[0] == '\0')
		snprintf(p->hostname, sizeof(p->hostname), "localhost");
	snprintf(why, why_size, "no memory");
	if (sodium_init() < 0)
		return E_IO;
	umask(077); /* what customers write is nobody else's to read */
	if (getrlimit(RLIMIT_NOFILE, &files) == 0) {
		files.rlim_cur = files.rlim_max;
		setrlimit(RLIMIT_NOFILE, &files);
	}
	if (parts & PROCESS_BARE)
		return open_log(p, why, why_size);
	for (i = 0; i < ARRAY_LEN(steps) && e == OK; i++)
		e = steps[i](p, why, why_size);
	if (e != OK) {
		process_close(p);
		return e;
	}
	if (p->publisher != NULL)
		store_on_group(p->store, flush, p->publisher);
	return OK;
}

void
process_close(struct process *p)
{
	if (p->companies != NULL)
		company_cache_close(p->companies);
	if (p->store != NULL)
		store_close(p->store);
	bus_publisher_close(p->publisher);
	bus_close(p->bus);
	if (p->lock >= 0)
		close(p->lock);
	log_free(p->log);
	sodium_memzero(&p->keys, sizeof(p->keys));
}

/* ---- signals ----------------------------------------------------------- */

void
process_signals(void)
{
	sigset_t set;

	signal(SIGPIPE, SIG_IGN);
	signal(SIGXFSZ, SIG_IGN); /* a full quota is an error, not an end */
	sigemptyset(&set);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGTERM);
	pthread_sigmask(SIG_BLOCK, &set, NULL);
}

void
process_wait(void (*beat)(void *arg), void *arg)
{
	const struct timespec second = {.tv_sec = 1};
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGTERM);
	while (sigtimedwait(&set, NULL, &second) < 0)
		beat(arg);
	/* A second signal, while stopping, ends at once. */
	signal(SIGINT, SIG_DFL);
	signal(SIGTERM, SIG_DFL);
	pthread_sigmask(SIG_UNBLOCK, &set, NULL);
}
