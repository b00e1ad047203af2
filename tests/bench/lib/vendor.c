/* vendor: see vendor.h. Users are those the sandbox generates. */
#include "tests/bench/lib/vendor.h"
#include "tests/bench/lib/client.h"
#include "tests/bench/lib/figures.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <time.h>

#define QUESTION "Can I return a bicycle"

struct vendor {
	const char *name;
	void (*message)(
	    const struct vendor_of *of, unsigned user, struct buf *out);
	const char *recipient; /* what comes before the user's number */
	const char *ledger;
};

static void
add_request(struct buf *out, const struct vendor_of *of, const char *type,
    struct str headers, struct str body)
{
	buf_addf(out,
	    "POST %s HTTP/1.1\r\nHost: 127.0.0.1:%u\r\nContent-Type: %s\r\n"
	    "Content-Length: %zu\r\n%.*s\r\n",
	    of->path, of->port, type, body.n, STR_FMT(headers));
	buf_add(out, body.p, body.n);
}

/* ---- Slack: HMAC-SHA256 over "v0:time:body" ----------------------------- */

static void
slack_sign(
    const struct vendor_of *of, long now, struct str body, struct buf *headers)
{
	unsigned char mac[32];
	struct buf text = {0};
	unsigned n = sizeof(mac), i;

	buf_addf(&text, "v0:%ld:", now);
	buf_add(&text, body.p, body.n);
	HMAC(EVP_sha256(), of->secret, (int)strlen(of->secret),
	    (const unsigned char *)text.data, text.len, mac, &n);
	buf_addf(headers,
	    "X-Slack-Request-Timestamp: %ld\r\nX-Slack-Signature: v0=", now);
	for (i = 0; i < n; i++)
		buf_addf(headers, "%02x", mac[i]);
	buf_str(headers, "\r\n");
	buf_free(&text);
}

static void
slack_message(const struct vendor_of *of, unsigned user, struct buf *out)
{
	static unsigned serial;
	struct buf body = {0}, headers = {0};
	long now = (long)time(NULL);
	uint64_t id = fresh_id();

	serial = serial % 999999 + 1;
	buf_addf(&body,
	    "{\"token\":\"x\",\"team_id\":\"T0BENCH\",\"api_app_id\":"
	    "\"A0BENCH\",\"event\":{\"type\":\"message\",\"channel\":"
	    "\"DG%06u\",\"channel_type\":\"im\",\"user\":\"UG%06u\","
	    "\"team\":\"T0BENCH\",\"text\":\"" QUESTION
	    " (%llu)?\",\"ts\":\"%ld.%06u\",\"event_ts\":\"%ld.%06u\","
	    "\"client_msg_id\":\"%020llu\"},\"type\":\"event_callback\","
	    "\"event_id\":\"Ev%020llu\",\"event_time\":%ld,"
	    "\"authorizations\":[{\"enterprise_id\":null,\"team_id\":"
	    "\"T0BENCH\",\"user_id\":\"U0BOT\",\"is_bot\":true,"
	    "\"is_enterprise_install\":false}],"
	    "\"is_ext_shared_channel\":false}",
	    user, user, (unsigned long long)id % 1000, now, serial, now, serial,
	    (unsigned long long)id, (unsigned long long)id, now);
	slack_sign(of, now, buf_view(&body), &headers);
	add_request(
	    out, of, "application/json", buf_view(&headers), buf_view(&body));
	buf_free(&body);
	buf_free(&headers);
}

/* ---- Twilio: HMAC-SHA1 over the URL and the fields in order ------------- */

static void
escape(struct buf *out, const char *value)
{
	const char *p;

	for (p = value; *p != '\0'; p++) {
		if ((*p >= '0' && *p <= '9') || (*p >= 'a' && *p <= 'z') ||
		    (*p >= 'A' && *p <= 'Z'))
			buf_char(out, *p);
		else
			buf_addf(out, "%%%02X", (unsigned char)*p);
	}
}

static void
whatsapp_message(const struct vendor_of *of, unsigned user, struct buf *out)
{
	char from[40], number[20], sid[40];
	/* In the order they are signed in. */
	const char *const fields[][2] = {
	    {"AccountSid", "AC0000000000000000000000000000be9c"},
	    {"ApiVersion", "2010-04-01"}, {"Body", QUESTION "?"},
	    {"From", from}, {"MessageSid", sid}, {"MessageType", "text"},
	    {"NumMedia", "0"}, {"NumSegments", "1"}, {"ProfileName", "Ann"},
	    {"SmsMessageSid", sid}, {"SmsSid", sid}, {"SmsStatus", "received"},
	    {"To", "whatsapp:+15550000000"}, {"WaId", number}};
	unsigned char mac[20], text[32];
	struct buf body = {0}, signed_text = {0}, headers = {0};
	unsigned n = sizeof(mac);
	size_t i;

	(void)snprintf(number, sizeof(number), "1555%07u", user);
	(void)snprintf(from, sizeof(from), "whatsapp:+%s", number);
	(void)snprintf(
	    sid, sizeof(sid), "SM%032llx", (unsigned long long)fresh_id());
	buf_addf(&signed_text, "http://127.0.0.1:%u%s", of->port, of->path);
	for (i = 0; i < ARRAY_LEN(fields); i++) {
		buf_str(&signed_text, fields[i][0]);
		buf_str(&signed_text, fields[i][1]);
		buf_addf(&body, "%s%s=", i > 0 ? "&" : "", fields[i][0]);
		escape(&body, fields[i][1]);
	}
	HMAC(EVP_sha1(), of->secret, (int)strlen(of->secret),
	    (const unsigned char *)signed_text.data, signed_text.len, mac, &n);
	EVP_EncodeBlock(text, mac, (int)n);
	buf_addf(&headers, "X-Twilio-Signature: %s\r\n", (const char *)text);
	add_request(out, of, "application/x-www-form-urlencoded",
	    buf_view(&headers), buf_view(&body));
	buf_free(&body);
	buf_free(&signed_text);
	buf_free(&headers);
}

/* ---- which ------------------------------------------------------------- */

static const struct vendor vendors[] = {
    {"slack", slack_message, "DG", "slack"},
    {"whatsapp", whatsapp_message, "whatsapp:+1555", "twilio"},
};

const struct vendor *
vendor_find(const char *name)
{
	size_t i;

	for (i = 0; i < ARRAY_LEN(vendors); i++)
		if (strcmp(vendors[i].name, name) == 0)
			return &vendors[i];
	return NULL;
}

void
vendor_message(const struct vendor *v, const struct vendor_of *of,
    unsigned user, struct buf *out)
{
	v->message(of, user, out);
}

const char *
vendor_ledger(const struct vendor *v)
{
	return v->ledger;
}

unsigned
vendor_user(const struct vendor *v, struct str recipient)
{
	size_t n = strlen(v->recipient);
	uint64_t user = 0;

	if (recipient.n <= n || memcmp(recipient.p, v->recipient, n) != 0)
		return 0;
	recipient.p += n;
	recipient.n -= n;
	return str_to_u64(recipient, UINT32_MAX, &user) ? (unsigned)user : 0;
}
