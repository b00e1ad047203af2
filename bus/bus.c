/*
 * bus: the ZeroMQ sockets. High-water marks are small, sends never wait, and
 * what could not be sent is counted and forgotten: see bus.h for why that is
 * safe.
 */
#include "bus/bus.h"
#include "bus/frames.h"

#include <errno.h>
#include <pthread.h>
#include <sodium.h>
#include <stdlib.h>
#include <zmq.h>

#define LINGER_MS 200
#define HEARTBEAT_MS 5000
/* A frame is sent early when it has grown to this; groups rarely reach it. */
#define FRAME_SOFT_MAX (256u * 1024)
#define WORK_IDS_PER_FRAME 64u

struct bus {
	void *zmq;
	struct bus_conf conf;
	char *work, *news; /* what conf's endpoints point to */
};

struct bus_publisher {
	struct bus *bus;
	void *news_socket, *work_socket; /* work_socket: NULL without work */
	pthread_mutex_t lock;
	uint64_t id, count;
	unsigned work_frames, news_frames; /* for losing some on purpose */
	struct buf news, work;
};

struct bus_reader {
	void *socket;
	zmq_msg_t frame;
	int fd;
};

enum err
bus_open(const struct bus_conf *conf, struct bus **out)
{
	struct bus *b = calloc(1, sizeof(*b));

	if (b == NULL)
		return E_NOMEM;
	b->conf = *conf;
	b->conf.work = b->work = strdup(conf->work);
	b->conf.news = b->news = strdup(conf->news);
	b->zmq = zmq_ctx_new();
	if (b->work == NULL || b->news == NULL || b->zmq == NULL) {
		bus_close(b);
		return E_NOMEM;
	}
	*out = b;
	return OK;
}

void
bus_close(struct bus *b)
{
	if (b == NULL)
		return;
	if (b->zmq != NULL)
		zmq_ctx_term(b->zmq);
	free(b->work);
	free(b->news);
	free(b);
}

static bool
socket_tune(const struct bus *b, void *s)
{
	int hwm = (int)b->conf.high_water, linger = LINGER_MS;
	int beat = HEARTBEAT_MS, one = 1;
	const struct {
		int option;
		const int *value;
	} rows[] = {
	    {ZMQ_SNDHWM, &hwm},
	    {ZMQ_RCVHWM, &hwm},
	    {ZMQ_LINGER, &linger},
	    {ZMQ_HEARTBEAT_IVL, &beat},
	    {ZMQ_IMMEDIATE, &one},
	};
	size_t i;

	for (i = 0; i < ARRAY_LEN(rows); i++)
		if (zmq_setsockopt(s, rows[i].option, rows[i].value,
			sizeof(*rows[i].value)) != 0)
			return false;
	return true;
}

static void *
socket_new(
    const struct bus *b, int type, enum bus_side side, const char *endpoint)
{
	void *s = zmq_socket(b->zmq, type);
	int rc;

	if (s == NULL)
		return NULL;
	if (!socket_tune(b, s))
		goto fail;
	if (type == ZMQ_SUB && zmq_setsockopt(s, ZMQ_SUBSCRIBE, "", 0) != 0)
		goto fail;
	rc = side == BUS_GATEWAY ? zmq_bind(s, endpoint)
				 : zmq_connect(s, endpoint);
	if (rc == 0)
		return s;
fail:
	zmq_close(s);
	return NULL;
}

/* ---- publishing -------------------------------------------------------- */

/*
 * The news endpoint is bound by its reader and the work endpoint by its
 * publisher, both on the gateway's side; so a publisher of news connects,
 * whichever side it is on.
 */
enum err
bus_publisher_open(
    struct bus *b, enum bus_side side, bool work, struct bus_publisher **out)
{
	struct bus_publisher *p = calloc(1, sizeof(*p));

	if (p == NULL)
		return E_NOMEM;
	pthread_mutex_init(&p->lock, NULL);
	p->bus = b;
	randombytes_buf(&p->id, sizeof(p->id));
	p->news_socket = socket_new(b, ZMQ_PUB, BUS_WORKER, b->conf.news);
	if (p->news_socket == NULL)
		goto fail;
	if (work)
		p->work_socket = socket_new(b, ZMQ_PUSH, side, b->conf.work);
	if (work && p->work_socket == NULL)
		goto fail;
	*out = p;
	return OK;
fail:
	bus_publisher_close(p);
	return E_IO;
}

void
bus_publisher_close(struct bus_publisher *p)
{
	if (p == NULL)
		return;
	if (p->news_socket != NULL)
		zmq_close(p->news_socket);
	if (p->work_socket != NULL)
		zmq_close(p->work_socket);
	buf_free(&p->news);
	buf_free(&p->work);
	pthread_mutex_destroy(&p->lock);
	free(p);
}

static bool
lose(unsigned every, unsigned *frames)
{
	return every > 0 && ++*frames % every == 0;
}

static void
send_news(struct bus_publisher *p)
{
	struct bus_conf *conf = &p->bus->conf;
	bool lost = lose(conf->lose_news, &p->news_frames);

	if (p->news.failed)
		lost = true;
	if (!lost && zmq_send(p->news_socket, p->news.data, p->news.len,
			 ZMQ_DONTWAIT) < 0)
		lost = true;
	if (lost)
		metric_add(conf->metrics, METRIC_NEWS_DROPPED, 1);
	buf_clear(&p->news);
}

static void
send_work(struct bus_publisher *p)
{
	struct bus_conf *conf = &p->bus->conf;
	bool lost = lose(conf->lose_work, &p->work_frames);

	if (p->work.failed || p->work_socket == NULL)
		lost = true;
	if (!lost && zmq_send(p->work_socket, p->work.data, p->work.len,
			 ZMQ_DONTWAIT) < 0)
		lost = true;
	if (lost)
		metric_add(conf->metrics, METRIC_WORK_DROPPED, 1);
	buf_clear(&p->work);
}

static void
news_frame_open(struct bus_publisher *p)
{
	if (p->news.len == 0)
		news_frame_begin(&p->news, p->id, ++p->count);
}

void
bus_add_news(struct bus_publisher *p, const struct news *n)
{
	pthread_mutex_lock(&p->lock);
	news_frame_open(p);
	news_write(&p->news, n);
	if (p->news.len >= FRAME_SOFT_MAX || p->news.failed)
		send_news(p);
	pthread_mutex_unlock(&p->lock);
}

void
bus_add_work(struct bus_publisher *p, int64_t conversation)
{
	pthread_mutex_lock(&p->lock);
	work_write(&p->work, conversation);
	if (p->work.len >= WORK_IDS_PER_FRAME * sizeof(conversation))
		send_work(p);
	pthread_mutex_unlock(&p->lock);
}

void
bus_flush(struct bus_publisher *p)
{
	pthread_mutex_lock(&p->lock);
	if (p->work.len > 0)
		send_work(p);
	if (p->news.len > 0)
		send_news(p);
	pthread_mutex_unlock(&p->lock);
}

void
bus_beat(struct bus_publisher *p)
{
	pthread_mutex_lock(&p->lock);
	news_frame_open(p);
	pthread_mutex_unlock(&p->lock);
	bus_flush(p);
}

/* ---- reading ----------------------------------------------------------- */

static enum err
reader_open(struct bus *b, int type, enum bus_side side, const char *endpoint,
    struct bus_reader **out)
{
	struct bus_reader *r = calloc(1, sizeof(*r));
	size_t size = sizeof(r->fd);

	if (r == NULL)
		return E_NOMEM;
	zmq_msg_init(&r->frame);
	r->socket = socket_new(b, type, side, endpoint);
	if (r->socket != NULL &&
	    zmq_getsockopt(r->socket, ZMQ_FD, &r->fd, &size) == 0) {
		*out = r;
		return OK;
	}
	bus_reader_close(r);
	return E_IO;
}

enum err
bus_news_open(struct bus *b, enum bus_side side, struct bus_reader **out)
{
	return reader_open(b, ZMQ_SUB, side, b->conf.news, out);
}

enum err
bus_work_open(struct bus *b, enum bus_side side, struct bus_reader **out)
{
	return reader_open(b, ZMQ_PULL, side, b->conf.work, out);
}

void
bus_reader_close(struct bus_reader *r)
{
	if (r == NULL)
		return;
	zmq_msg_close(&r->frame);
	if (r->socket != NULL)
		zmq_close(r->socket);
	free(r);
}

int
bus_reader_fd(struct bus_reader *r)
{
	return r->fd;
}

enum err
bus_read(struct bus_reader *r, struct str *out)
{
	while (zmq_msg_recv(&r->frame, r->socket, ZMQ_DONTWAIT) < 0)
		if (errno != EINTR)
			return errno == EAGAIN ? E_NOTFOUND : E_IO;
	out->p = zmq_msg_data(&r->frame);
	out->n = zmq_msg_size(&r->frame);
	return OK;
}
