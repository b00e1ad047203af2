/*
 * vendor: requests as vendors send them to a gateway's hooks, signed by hand,
 * right or wrong.
 */
#ifndef TESTS_GATEWAY_VENDOR_H
#define TESTS_GATEWAY_VENDOR_H

#include "tests/gateway/rig.h"

#define VENDOR_URL "https://gw.example" /* the gateway's public one */
#define VENDOR_SECRET "8f742231b10e8888abcd99yyyzzz85a5"
#define VENDOR_SECRET_NEXT "1111111111111111aaaaaaaaaaaaaaaa"
#define VENDOR_SECRET_OTHER "2222222222222222bbbbbbbbbbbbbbbb"
#define VENDOR_TOKEN "0123456789abcdef0123456789abcdef"
#define VENDOR_SID "AC0123456789abcdef0123456789abcdef"

/*
 * A rig whose company "acme" has the accounts slack/main (two secrets),
 * slack/other and sms/line. The gateway runs; what it logs is kept.
 */
void vendor_open(struct rig *r);
void vendor_close(struct rig *r);
bool vendor_logged(const char *word);
void vendor_forget_log(void);

struct slack_post {
	const char *path;	      /* NULL: /hooks/slack/acme/main/events */
	const char *type;	      /* NULL: application/json */
	const char *secret;	      /* NULL: VENDOR_SECRET */
	struct str body, signed_body; /* signed .p NULL: the body */
	int skew_s;
};

/* The request, with "Connection: close". */
void vendor_slack(
    const struct rig *r, const struct slack_post *p, struct buf *out);
/* A message in a direct channel. */
void vendor_slack_message(
    struct buf *out, const char *channel, const char *ts, const char *text);

struct twilio_post {
	const char *tail, *query; /* "/status"; "row=1"; NULL: none */
	const char *signed_url;	  /* NULL: the right one */
	const char *token;	  /* NULL: VENDOR_TOKEN */
	/* name, value, name, value, ... NULL; the names in order. */
	const char *const *fields;
	const char *extra; /* of the body, but not signed; or NULL */
};

void vendor_twilio(const struct twilio_post *p, struct buf *out);

#endif
