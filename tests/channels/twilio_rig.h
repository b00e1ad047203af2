/* An account at Twilio and requests to its hooks, for tests. */
#ifndef TESTS_CHANNELS_TWILIO_RIG_H
#define TESTS_CHANNELS_TWILIO_RIG_H

#include "channels/channel.h"
#include "channels/sms/sms.h"
#include "channels/twilio/twilio.h"
#include "channels/whatsapp/whatsapp.h"
#include "tests/lib/cmocka.h"

#include <jansson.h>

#define TW_SID "AC00000000000000000000000000000001"
#define TW_KEY "SK00000000000000000000000000000001"
#define TW_SERVICE "MG00000000000000000000000000000001"
#define TW_TEMPLATE "HX00000000000000000000000000000001"
#define TW_MESSAGE "SM00000000000000000000000000000001"
#define TW_TOKEN "0123456789abcdef0123456789abcdef"
#define TW_PHONE "+15551234567"
#define TW_SENDER "+15005550006"
#define TW_USER "US.13491208655302741918"
#define TW_HOOK "https://gw.example.com/hooks/c/shop/main"
#define TW_NOW 1795255200000 /* Sat, 21 Nov 2026 10:00:00 +0000 */
#define TW_HOUR_MS ((int64_t)3600 * 1000)

struct tw_rig {
	const struct channel *channel;
	struct company_account doc;
	struct account account;
	struct arena arena;
	const char *signature; /* the header's value; NULL: none */
	const char *why;
};

void tw_open(struct tw_rig *rig, const struct channel *channel);
void tw_close(struct tw_rig *rig);

/* A POST of a form to the account's address and `tail`, which may end with a
 * query: "/status?row=7". */
struct hook tw_hook(struct tw_rig *rig, const char *tail, const char *body);
/* base64(HMAC-SHA1(token, text)) in rig->arena. */
const char *tw_sign(struct tw_rig *rig, const char *token, const char *text);

enum err tw_parse(
    struct tw_rig *rig, const struct hook *h, struct arrival *out);

void tw_assert_str(struct str s, const char *expected);
/* Both parsed: the order of members does not matter. */
void tw_assert_json(struct str s, const char *expected);
/* what: a piece of it. */
void tw_assert_holds(struct str s, const char *what);

/* Loads a file under the folder beside the repository; NULL: not there, and
 * why is printed. */
json_t *tw_shared(const char *path);

#endif
