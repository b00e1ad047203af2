/* rig: see rig.h. Its own readers of forms and HTTP, so that none is shared
 * with what is tested. */
#include "tests/sandbox/rig.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <strings.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "core/arena.h"

#define WAIT_MS 5000

static struct {
	struct sandbox *s;
	struct stub *stub;
	struct log *log;
	struct metrics metrics;
	_Atomic int64_t ahead;
	bool mail;
	struct arena arena;

	pthread_mutex_t lock;
	struct hook hooks[RIG_HOOKS];
	unsigned count;
	unsigned statuses[16], status_count, status_next;
	char header[200], type[80], body[400];

	struct answer answer;
	struct buf bytes;
} rig = {.lock = PTHREAD_MUTEX_INITIALIZER};

/* ---- time ---------------------------------------------------------------- */

static int64_t
ms_of(clockid_t id)
{
	struct timespec t;

	clock_gettime(id, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static int64_t
wall(const struct clock *c)
{
	(void)c;
	return ms_of(CLOCK_REALTIME) + atomic_load(&rig.ahead);
}

static int64_t
steady(const struct clock *c)
{
	(void)c;
	return ms_of(CLOCK_MONOTONIC) + atomic_load(&rig.ahead);
}

static const struct clock rig_clock = {.wall_ms = wall, .steady_ms = steady};

void
rig_ahead(int64_t ms)
{
	atomic_fetch_add(&rig.ahead, ms);
}

static void
rest(void)
{
	const struct timespec step = {.tv_nsec = 1000000};

	nanosleep(&step, NULL);
}

/* ---- the host of the webhooks -------------------------------------------- */

static void
answer_hook(struct stub_reply *reply)
{
	unsigned status = 200;

	if (rig.status_next < rig.status_count)
		status = rig.statuses[rig.status_next++];
	if (status <= 1) {
		reply->then = status == 0 ? STUB_CLOSE : STUB_HOLD;
		return;
	}
	buf_addf(&reply->bytes,
	    "HTTP/1.1 %u X\r\nContent-Type: %s\r\n%sContent-Length: %zu\r\n"
	    "\r\n%s",
	    status, rig.type, rig.header, strlen(rig.body), rig.body);
}

static void
on_hook(void *arg, const struct stub_request *r, struct stub_reply *reply)
{
	struct hook *h;

	(void)arg;
	pthread_mutex_lock(&rig.lock);
	if (rig.count < RIG_HOOKS) {
		h = &rig.hooks[rig.count++];
		(void)snprintf(
		    h->path, sizeof(h->path), "%.*s", STR_FMT(r->path));
		h->head = arena_copy(&rig.arena, r->head);
		h->body = arena_copy(&rig.arena, r->body);
	}
	answer_hook(reply);
	pthread_mutex_unlock(&rig.lock);
}

void
rig_answers(const unsigned *statuses, unsigned n)
{
	pthread_mutex_lock(&rig.lock);
	memcpy(rig.statuses, statuses, n * sizeof(*statuses));
	rig.status_count = n;
	rig.status_next = 0;
	pthread_mutex_unlock(&rig.lock);
}

void
rig_answers_with(const char *header, const char *type, const char *body)
{
	pthread_mutex_lock(&rig.lock);
	(void)snprintf(rig.header, sizeof(rig.header), "%s", header);
	(void)snprintf(rig.type, sizeof(rig.type), "%s", type);
	(void)snprintf(rig.body, sizeof(rig.body), "%s", body);
	pthread_mutex_unlock(&rig.lock);
}

unsigned
rig_hooks(void)
{
	unsigned n;

	pthread_mutex_lock(&rig.lock);
	n = rig.count;
	pthread_mutex_unlock(&rig.lock);
	return n;
}

const struct hook *
rig_hook(unsigned i)
{
	int64_t until = ms_of(CLOCK_MONOTONIC) + WAIT_MS;

	while (rig_hooks() <= i) {
		if (ms_of(CLOCK_MONOTONIC) > until)
			fail_msg("only %u webhooks came", rig_hooks());
		rest();
	}
	return &rig.hooks[i];
}

void
rig_settle(void)
{
	int64_t until = ms_of(CLOCK_MONOTONIC) + WAIT_MS;

	for (;;) {
		control("/control/webhooks", NULL);
		if (said_number("pending") == 0)
			return;
		if (ms_of(CLOCK_MONOTONIC) > until)
			fail_msg("%d webhooks are still pending",
			    (int)said_number("pending"));
		rest();
	}
}

/* ---- start and stop ------------------------------------------------------ */

static const char setup_text[] =
    "{\"slack\":[{\"team\":\"T0TEST\",\"app\":\"A0TEST\",\"bot_user\":"
    "\"U0BOT\",\"bot_id\":\"B0BOT\",\"token\":\"" RIG_TOKEN
    "\",\"signing_secret\":\"" RIG_SECRET "\",\"hook\":\"%s/slack\","
    "\"users\":[{\"id\":\"U0ANN\",\"name\":\"Ann\",\"email\":"
    "\"ann@example.org\"},{\"id\":\"U0BEN\",\"name\":\"Ben\"}],"
    "\"channels\":[\"C0HELP\",{\"id\":\"C0OUT\",\"member\":false},"
    "{\"id\":\"C0OLD\",\"archived\":true},"
    "{\"id\":\"C0QUIET\",\"subscribed\":false}],\"generate_users\":2%s}],"
    "\"twilio\":[{\"sid\":\"" RIG_AC "\",\"token\":\"" RIG_AUTH
    "\",\"keys\":[{\"sid\":\"SKkey\",\"secret\":\"key secret\"}],"
    "\"numbers\":[{\"address\":\"" RIG_WA "\",\"hook\":\"%s/wa?a=1#rc=1\"},"
    "{\"address\":\"" RIG_SMS "\",\"hook\":\"%s/sms\"}],"
    "\"services\":[\"MG1\"],\"templates\":[{\"sid\":\"HX1\",\"text\":"
    "\"Hello {{1}}, {{2}}\"}]%s},"
    "{\"sid\":\"ACffffffffffffffffffffffffffffffff\",\"token\":\"other\","
    "\"numbers\":[{\"address\":\"+15557650200\"}]}]%s}";

static void
write_log(void *arg, struct str line)
{
	(void)arg;
	(void)line;
}

static void
reset_hooks(void)
{
	rig.count = rig.status_count = rig.status_next = 0;
	rig_answers_with("", "text/xml", "");
	atomic_store(&rig.ahead, 0);
}

void
rig_with_mail(void)
{
	rig.mail = true;
}

void
rig_open_with(const struct rig_setup *with)
{
	struct sandbox_conf conf = {.listen = "127.0.0.1:0",
	    .smtp = rig.mail ? "127.0.0.1:0" : "",
	    .imap = rig.mail ? "127.0.0.1:0" : "",
	    .clock = &rig_clock,
	    .metrics = &rig.metrics};
	struct buf setup = {0};
	char why[1000] = "";
	const char *url;

	reset_hooks();
	rig.log = conf.log = log_new(&rig_clock, LOG_ERROR, write_log, NULL);
	rig.stub = stub_open(on_hook, NULL);
	url = stub_url(rig.stub);
	buf_addf(&setup, setup_text, url, with->slack, url, url, with->twilio,
	    with->top);
	conf.setup = buf_view(&setup);
	if (sandbox_start(&conf, &rig.s, why, sizeof(why)) != OK)
		fail_msg("%s", why);
	buf_free(&setup);
}

int
rig_open(void **state)
{
	const struct rig_setup usual = {
	    "", "", ",\"strict_rates\":false,\"retry_scale\":0.0001"};

	(void)state;
	rig_open_with(&usual);
	return 0;
}

int
rig_open_strict(void **state)
{
	const struct rig_setup strict = {"", ",\"concurrent_max\":1", ""};

	(void)state;
	rig_open_with(&strict);
	return 0;
}

int
rig_close(void **state)
{
	(void)state;
	sandbox_stop(rig.s);
	stub_close(rig.stub);
	rig.mail = false;
	log_free(rig.log);
	arena_free(&rig.arena);
	json_decref(rig.answer.json);
	rig.answer.json = NULL;
	buf_free(&rig.bytes);
	return 0;
}

struct sandbox *
rig_sandbox(void)
{
	return rig.s;
}

const char *
rig_url(void)
{
	return stub_url(rig.stub);
}

/* ---- asking -------------------------------------------------------------- */

static int
dial(void)
{
	struct sockaddr_in to = {.sin_family = AF_INET,
	    .sin_port = htons((uint16_t)sandbox_port(rig.s)),
	    .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	const struct timeval patience = {.tv_sec = WAIT_MS / 1000};
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	assert_true(fd >= 0);
	(void)setsockopt(
	    fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
	assert_int_equal(connect(fd, (struct sockaddr *)&to, sizeof(to)), 0);
	return fd;
}

static void
send_all(int fd, struct str bytes)
{
	while (bytes.n > 0) {
		ssize_t n = send(fd, bytes.p, bytes.n, MSG_NOSIGNAL);

		if (n <= 0)
			return;
		bytes.p += n;
		bytes.n -= (size_t)n;
	}
}

static void
read_all(int fd)
{
	ssize_t n;
	char *room;

	buf_clear(&rig.bytes);
	while ((room = buf_room(&rig.bytes, 65536)) != NULL &&
	       (n = recv(fd, room, 65536, 0)) > 0)
		rig.bytes.len += (size_t)n;
	buf_char(&rig.bytes, '\0');
}

static void
read_answer(void)
{
	struct answer *a = &rig.answer;
	const char *text = rig.bytes.data, *end = strstr(text, "\r\n\r\n");

	json_decref(a->json);
	*a = (struct answer){.body = STR("")};
	if (end == NULL)
		return;
	a->status = (unsigned)strtoul(text + 9, NULL, 10);
	(void)snprintf(
	    a->head, sizeof(a->head), "%.*s", (int)(end + 2 - text), text);
	a->body = (struct str){
	    end + 4, rig.bytes.len - 1 - (size_t)(end + 4 - text)};
	a->json = json_loadb(
	    a->body.p, a->body.n, JSON_REJECT_DUPLICATES, NULL);
}

const struct answer *
rig_ask(const struct question *q)
{
	struct buf b = {0};
	int fd = dial();

	buf_addf(&b, "%s %s HTTP/1.1\r\nHost: x\r\nConnection: close\r\n",
	    q->method, q->path);
	if (q->auth != NULL)
		buf_addf(&b, "Authorization: %s\r\n", q->auth);
	if (q->type != NULL)
		buf_addf(&b, "Content-Type: %s\r\n", q->type);
	if (strcmp(q->method, "GET") != 0)
		buf_addf(&b, "Content-Length: %zu\r\n", q->body.n);
	buf_str(&b, "\r\n");
	buf_add(&b, q->body.p, q->body.n);
	send_all(fd, buf_view(&b));
	buf_free(&b);
	read_all(fd);
	close(fd);
	read_answer();
	return &rig.answer;
}

const struct answer *
slack_call(const char *method, const char *json)
{
	char path[200];
	const struct question q = {.method = "POST",
	    .path = path,
	    .auth = "Bearer " RIG_TOKEN,
	    .type = "application/json; charset=utf-8",
	    .body = str_from(json)};

	(void)snprintf(path, sizeof(path), "/slack/api/%s", method);
	return rig_ask(&q);
}

/* AC0123...:an auth token */
#define BASIC \
	"Basic " \
	"QUMwMTIzNDU2Nzg5YWJjZGVmMDEyMzQ1Njc4OWFiY2RlZjphbiBhdXRoIHRva2Vu"

const struct answer *
twilio_post(const char *path, const char *form)
{
	const struct question q = {.method = "POST",
	    .path = path == NULL ? RIG_MESSAGES : path,
	    .auth = BASIC,
	    .type = "application/x-www-form-urlencoded",
	    .body = str_from(form)};

	return rig_ask(&q);
}

const struct answer *
twilio_get(const char *path)
{
	const struct question q = {
	    .method = "GET", .path = path, .auth = BASIC};

	return rig_ask(&q);
}

const struct answer *
control(const char *path, const char *json)
{
	const struct question q = {.method = json == NULL ? "GET" : "POST",
	    .path = path,
	    .type = json == NULL ? NULL : "application/json",
	    .body = json == NULL ? STR("") : str_from(json)};
	const struct answer *a = rig_ask(&q);

	if (a->status != 200)
		fail_msg("%s %s: %u %.*s", path, json == NULL ? "" : json,
		    a->status, STR_FMT(a->body));
	return a;
}

/* ---- reading answers ----------------------------------------------------- */

static const json_t *
find(const json_t *o, const char *path)
{
	char name[80];
	size_t n;

	while (o != NULL && *path != '\0') {
		n = strcspn(path, ".");
		(void)snprintf(name, sizeof(name), "%.*s", (int)n, path);
		o = json_is_array(o)
			? json_array_get(o, strtoul(name, NULL, 10))
			: json_object_get(o, name);
		path += n + (path[n] == '.');
	}
	return o;
}

const char *
json_path(const json_t *o, const char *path)
{
	const char *s = json_string_value(find(o, path));

	return s == NULL ? "" : s;
}

const char *
said(const char *path)
{
	return json_path(rig.answer.json, path);
}

int64_t
said_number(const char *path)
{
	const json_t *v = find(rig.answer.json, path);

	return json_is_boolean(v) ? json_boolean_value(v)
				  : json_integer_value(v);
}

void
assert_error(const char *what, const char *error)
{
	const char *is = said("error");

	if (rig.answer.status != 200 || strcmp(is, error) != 0 ||
	    (said_number("ok") == 1) != (error[0] == '\0'))
		fail_msg("%s: %u \"%s\", not \"%s\": %.*s", what,
		    rig.answer.status, is, error, STR_FMT(rig.answer.body));
}

void
assert_code(const char *what, unsigned status, unsigned code)
{
	if (rig.answer.status != status || said_number("code") != code)
		fail_msg("%s: %u %d, not %u %u: %.*s", what, rig.answer.status,
		    (int)said_number("code"), status, code,
		    STR_FMT(rig.answer.body));
}
