/* vendor: see vendor.h. */
#include "tests/gateway/vendor.h"
#include "tests/lib/cmocka.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <pthread.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>

static const char document[] =
    "{\"name\":\"Acme\",\"accounts\":["
    "{\"channel\":\"slack\",\"name\":\"main\",\"id\":\"T0001\","
    "\"token\":\"xoxb-main\",\"signing\":[\"" VENDOR_SECRET_NEXT
    "\",\"" VENDOR_SECRET "\"]},"
    "{\"channel\":\"slack\",\"name\":\"other\",\"id\":\"T0002\","
    "\"token\":\"xoxb-other\",\"signing\":[\"" VENDOR_SECRET_OTHER "\"]},"
    "{\"channel\":\"sms\",\"name\":\"line\",\"id\":\"" VENDOR_SID "\","
    "\"sender\":\"+15550001111\",\"token\":\"" VENDOR_TOKEN "\"}]}";

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct buf logged = {.limit = 1u << 20};
static struct log *rigs_log;

static void
keep(void *arg, struct str line)
{
	(void)arg;
	pthread_mutex_lock(&lock);
	buf_add(&logged, line.p, line.n);
	pthread_mutex_unlock(&lock);
}

bool
vendor_logged(const char *word)
{
	bool found;

	pthread_mutex_lock(&lock);
	found = logged.len > 0 &&
		memmem(logged.data, logged.len, word, strlen(word)) != NULL;
	pthread_mutex_unlock(&lock);
	return found;
}

void
vendor_forget_log(void)
{
	pthread_mutex_lock(&lock);
	buf_clear(&logged);
	pthread_mutex_unlock(&lock);
}

void
vendor_open(struct rig *r)
{
	struct store_op op = {.verb = STORE_COMPANY_PUT,
	    .company_put = {.key = STR("acme"), .document = STR(document)}};

	rig_new(r);
	r->gateway.conf.public_url = VENDOR_URL;
	rig_open(r);
	assert_int_equal(store_submit_wait(r->gateway.store, &op), OK);
	rigs_log = r->gateway.log;
	r->gateway.log = log_new(&r->clock, LOG_INFO, keep, NULL);
	assert_non_null(r->gateway.log);
	vendor_forget_log();
	rig_start(r);
}

void
vendor_close(struct rig *r)
{
	struct log *own = r->gateway.log;

	rig_stop(r);
	r->gateway.log = rigs_log;
	rig_close(r);
	log_free(own);
	buf_free(&logged);
}

static void
write_request(struct buf *out, const char *head, struct str body)
{
	buf_addf(out,
	    "%sHost: 127.0.0.1\r\nConnection: close\r\n"
	    "Content-Length: %zu\r\n\r\n",
	    head, body.n);
	buf_add(out, body.p, body.n);
	assert_false(out->failed);
}

/* ---- Slack ------------------------------------------------------------- */

static void
slack_sign(const char *secret, long long at, struct str body, char hex[65])
{
	unsigned char mac[32];
	unsigned n = sizeof(mac);
	struct buf text = {0};

	buf_addf(&text, "v0:%lld:", at);
	buf_add(&text, body.p, body.n);
	assert_non_null(HMAC(EVP_sha256(), secret, (int)strlen(secret),
	    (const unsigned char *)text.data, text.len, mac, &n));
	sodium_bin2hex(hex, 65, mac, sizeof(mac));
	buf_free(&text);
}

void
vendor_slack(const struct rig *r, const struct slack_post *p, struct buf *out)
{
	long long at = clock_wall(&r->clock) / 1000 + p->skew_s;
	char head[512], hex[65];

	slack_sign(p->secret == NULL ? VENDOR_SECRET : p->secret, at,
	    p->signed_body.p == NULL ? p->body : p->signed_body, hex);
	snprintf(head, sizeof(head),
	    "POST %s HTTP/1.1\r\nContent-Type: %s\r\n"
	    "X-Slack-Request-Timestamp: %lld\r\n"
	    "X-Slack-Signature: v0=%s\r\n",
	    p->path == NULL ? "/hooks/slack/acme/main/events" : p->path,
	    p->type == NULL ? "application/json" : p->type, at, hex);
	write_request(out, head, p->body);
}

void
vendor_slack_message(
    struct buf *out, const char *channel, const char *ts, const char *text)
{
	buf_addf(out,
	    "{\"token\":\"legacy\",\"team_id\":\"T0001\",\"api_app_id\":"
	    "\"A1\",\"type\":\"event_callback\",\"event_id\":\"Ev%s\","
	    "\"event_time\":1790000000,\"authorizations\":[{\"team_id\":"
	    "\"T0001\",\"user_id\":\"UBOT\",\"is_bot\":true}],"
	    "\"event\":{\"type\":\"message\",\"channel_type\":\"im\","
	    "\"channel\":\"%s\",\"user\":\"U1\",\"ts\":\"%s\","
	    "\"event_ts\":\"%s\",\"text\":\"%s\"}}",
	    ts, channel, ts, ts, text);
}

/* ---- Twilio ------------------------------------------------------------ */

static void
twilio_sign(const char *token, struct str text, char base64[32])
{
	unsigned char mac[20];
	unsigned n = sizeof(mac);

	assert_non_null(HMAC(EVP_sha1(), token, (int)strlen(token),
	    (const unsigned char *)text.p, text.n, mac, &n));
	EVP_EncodeBlock((unsigned char *)base64, mac, sizeof(mac));
}

void
vendor_twilio(const struct twilio_post *p, struct buf *out)
{
	struct buf text = {0}, body = {0};
	char path[256], head[512], signature[32];
	size_t i;

	snprintf(path, sizeof(path), "/hooks/sms/acme/line%s%s%s",
	    p->tail == NULL ? "" : p->tail, p->query == NULL ? "" : "?",
	    p->query == NULL ? "" : p->query);
	if (p->signed_url == NULL)
		buf_addf(&text, VENDOR_URL "%s", path);
	else
		buf_str(&text, p->signed_url);
	for (i = 0; p->fields[i] != NULL; i += 2) {
		buf_addf(&text, "%s%s", p->fields[i], p->fields[i + 1]);
		buf_str(&body, i == 0 ? "" : "&");
		buf_url(&body, str_from(p->fields[i]));
		buf_char(&body, '=');
		buf_url(&body, str_from(p->fields[i + 1]));
	}
	buf_str(&body, p->extra == NULL ? "" : p->extra);
	twilio_sign(p->token == NULL ? VENDOR_TOKEN : p->token, buf_view(&text),
	    signature);
	snprintf(head, sizeof(head),
	    "POST %s HTTP/1.1\r\n"
	    "Content-Type: application/x-www-form-urlencoded; charset=utf-8\r\n"
	    "X-Twilio-Signature: %s\r\n",
	    path, signature);
	write_request(out, head, buf_view(&body));
	buf_free(&text);
	buf_free(&body);
}
