/*
 * events: what Slack sends: envelopes around events, signed, with the vendor's
 * retries; forms of commands and actions, which have none.
 */
#include "sandbox/courier.h"
#include "sandbox/sign.h"
#include "sandbox/slack/inner.h"

#include <stdio.h>

#define ANSWER_MS 3000u
#define MINUTE_MS 60000

/* ---- one try ------------------------------------------------------------ */

static void
sign(const struct parcel *p, struct arena *a,
    struct str headers[COURIER_HEADERS], unsigned *count)
{
	const struct workspace *w = p->account;
	int64_t seconds = p->now / 1000;
	char mac[SIGN_V0_TEXT + 1];

	sb_sign_v0(w->signing_secret, seconds, p->body, mac);
	headers[(*count)++] = arena_printf(
	    a, "X-Slack-Request-Timestamp: %lld", (long long)seconds);
	headers[(*count)++] = arena_printf(a, "X-Slack-Signature: %s", mac);
}

static const char *
reason_of(const struct parcel *p)
{
	if (p->timed_out)
		return "http_timeout";
	return p->end == FETCH_ANSWERED ? "http_error" : "connection_failed";
}

static void
sign_event(const struct parcel *p, struct arena *a,
    struct str headers[COURIER_HEADERS], unsigned *count)
{
	sign(p, a, headers, count);
	if (p->tries == 1)
		return;
	headers[(*count)++] = arena_printf(
	    a, "X-Slack-Retry-Num: %u", p->tries - 1);
	headers[(*count)++] = arena_printf(
	    a, "X-Slack-Retry-Reason: %s", reason_of(p));
}

static int64_t
event_again(const struct parcel *p)
{
	static const int64_t waits[] = {0, MINUTE_MS, 5 * MINUTE_MS};

	if (p->stopped || p->tries > ARRAY_LEN(waits))
		return -1;
	return waits[p->tries - 1];
}

static int64_t
never_again(const struct parcel *p)
{
	(void)p;
	return -1;
}

#define AGENT "User-Agent: Slackbot 1.0 (+https://api.slack.com/robots)"

static const struct parcel_kind event_kind = {.vendor = "slack",
    .method = "POST",
    .type = "application/json",
    .agent = AGENT,
    .timeout_ms = ANSWER_MS,
    .sign = sign_event,
    .again = event_again};

static const struct parcel_kind form_kind = {.vendor = "slack",
    .method = "POST",
    .type = "application/x-www-form-urlencoded",
    .agent = AGENT,
    .timeout_ms = ANSWER_MS,
    .sign = sign,
    .again = never_again};

/* ---- envelopes ---------------------------------------------------------- */

static void
make_id(struct sandbox *s, char id[EVENT_ID_TEXT + 1])
{
	size_t i;

	sandbox_hex(s, id, EVENT_ID_TEXT);
	id[0] = 'E';
	id[1] = 'v';
	for (i = 2; i < EVENT_ID_TEXT; i++)
		if (id[i] >= 'a')
			id[i] = (char)(id[i] - 32);
}

static void
put_envelope(
    struct buf *b, struct workspace *w, struct str event, const char *id)
{
	struct sandbox *s = w->slack->sandbox;

	buf_char(b, '{');
	sb_put_text(b, "token", STR("deprecated-verification-token"));
	sb_put_text(b, "team_id", w->team);
	sb_put_text(b, "context_team_id", w->team);
	sb_put_raw(b, "context_enterprise_id", STR("null"));
	sb_put_text(b, "api_app_id", w->app);
	sb_put_raw(b, "event", event);
	sb_put_text(b, "type", STR("event_callback"));
	sb_put_text(b, "event_id", str_from(id));
	sb_put_number(b, "event_time", clock_wall(s->conf.clock) / 1000);
	buf_str(b, ",\"authorizations\":[{\"enterprise_id\":null");
	sb_put_text(b, "team_id", w->team);
	sb_put_text(b, "user_id", w->bot_user);
	buf_str(b, ",\"is_bot\":true,\"is_enterprise_install\":false}],"
		   "\"is_ext_shared_channel\":false");
	buf_addf(b, ",\"event_context\":\"4-%s\"}", id);
}

static enum err
post(struct workspace *w, struct str body, const char *id)
{
	const struct parcel_order order = {.kind = &event_kind,
	    .what = "event",
	    .url = w->hook,
	    .id = str_from(id),
	    .body = body,
	    .account = w};

	return sb_courier_post(w->slack->sandbox->courier, &order);
}

void
sb_event_raw(struct workspace *w, struct str event, struct posted *out)
{
	char *id = out->ids[out->count % 2];
	struct buf b = {0};

	make_id(w->slack->sandbox, id);
	if (w->hook.n == 0)
		return;
	put_envelope(&b, w, event, id);
	out->err = b.failed ? E_NOMEM : post(w, buf_view(&b), id);
	out->count += out->err == OK;
	if (out->err != OK)
		log_note(w->slack->sandbox->conf.log, LOG_WARN,
		    "sandbox.event_lost", "why", str_from(err_name(out->err)));
	buf_free(&b);
}

enum err
sb_event_body(struct workspace *w, struct str body)
{
	return w->hook.n == 0 ? OK : post(w, body, "");
}

enum err
sb_event_form(struct workspace *w, struct parcel_order *order)
{
	order->kind = &form_kind;
	order->account = w;
	return sb_courier_post(w->slack->sandbox->courier, order);
}

/* ---- what happened to messages ------------------------------------------ */

/* Are we told of this message at all? */
static bool
is_told(const struct message *m)
{
	return m->channel->member && (m->user != NULL || m->channel->w->echo);
}

static bool
mentions_us(const struct message *m)
{
	const struct str bot = m->channel->w->bot_user;
	const char *at = m->text;

	while (at != NULL && (at = strstr(at, "<@")) != NULL) {
		at += 2;
		if (strncmp(at, bot.p, bot.n) == 0 && at[bot.n] == '>')
			return true;
	}
	return false;
}

/* The same object, with another type. */
static void
put_mention(struct buf *b, struct str message)
{
	static const struct str was = {"{\"type\":\"message\"", 17};

	buf_str(b, "{\"type\":\"app_mention\"");
	buf_add(b, message.p + was.n, message.n - was.n);
}

void
sb_event_message(struct message *m, struct posted *out)
{
	const struct message_view view = {.as_event = true};
	struct workspace *w = m->channel->w;
	struct buf b = {0}, mention = {0};

	*out = (struct posted){.err = OK};
	if (!is_told(m))
		return;
	sb_message_write(m, &view, &b);
	if (m->channel->subscribed)
		sb_event_raw(w, buf_view(&b), out);
	if (out->err == OK && m->user != NULL && mentions_us(m) &&
	    m->channel->kind != CHANNEL_IM) {
		put_mention(&mention, buf_view(&b));
		sb_event_raw(w, buf_view(&mention), out);
	}
	buf_free(&b);
	buf_free(&mention);
}

static void
put_happening(struct buf *b, const struct channel *ch, const char *subtype)
{
	char ts[TS_TEXT + 1];

	(void)sb_ts_write(sb_ts_next(ch->w->slack), ts);
	buf_str(b, "{\"type\":\"message\",\"hidden\":true");
	sb_put_text(b, "subtype", str_from(subtype));
	sb_put_text(b, "channel", ch->node.key);
	sb_put_text(b, "channel_type", str_from(sb_channel_type(ch)));
	sb_put_text(b, "ts", str_from(ts));
	sb_put_text(b, "event_ts", str_from(ts));
}

static void
put_message(struct buf *b, const char *name, const struct message *m)
{
	const struct message_view view = {.as_event = false};
	struct buf object = {0};

	sb_message_write(m, &view, &object);
	sb_put_raw(b, name, buf_view(&object));
	buf_free(&object);
}

void
sb_event_changed(struct message *m, const char *before, struct posted *out)
{
	struct buf b = {0};
	char *now = m->text;

	*out = (struct posted){.err = OK};
	if (!is_told(m) || !m->channel->subscribed)
		return;
	put_happening(&b, m->channel, "message_changed");
	put_message(&b, "message", m);
	m->text = (char *)(uintptr_t)before;
	put_message(&b, "previous_message", m);
	m->text = now;
	buf_char(&b, '}');
	sb_event_raw(m->channel->w, buf_view(&b), out);
	buf_free(&b);
}

void
sb_event_deleted(const struct message *m, struct posted *out)
{
	char ts[TS_TEXT + 1];
	struct buf b = {0};

	*out = (struct posted){.err = OK};
	if (!is_told(m) || !m->channel->subscribed)
		return;
	put_happening(&b, m->channel, "message_deleted");
	sb_put_text(&b, "deleted_ts", sb_ts_write(m->key.ts, ts));
	put_message(&b, "previous_message", m);
	buf_char(&b, '}');
	sb_event_raw(m->channel->w, buf_view(&b), out);
	buf_free(&b);
}
