/*
 * rig: a started sandbox, a host for its webhooks that keeps all it gets, and
 * a client that asks it one thing on a connection of its own.
 */
#ifndef TESTS_SANDBOX_RIG_H
#define TESTS_SANDBOX_RIG_H

#include "sandbox/sandbox.h"
#include "tests/lib/cmocka.h"
#include "tests/lib/stub.h"

#include <jansson.h>

#define RIG_HOOKS 64u
#define RIG_TOKEN "xoxb-test-token"
#define RIG_SECRET "a signing secret"
#define RIG_AC "AC0123456789abcdef0123456789abcdef"
#define RIG_AUTH "an auth token"
#define RIG_WA "whatsapp:+15557650100"
#define RIG_SMS "+15557650100"
#define RIG_PERSON "whatsapp:+15551230001"
#define RIG_MESSAGES "/twilio/2010-04-01/Accounts/" RIG_AC "/Messages.json"

/* A webhook as it came. */
struct hook {
	char path[200];
	struct str head, body; /* until the rig closes */
};

struct answer {
	unsigned status; /* 0: the connection ended without an answer */
	char head[4096];
	struct str body; /* until the next question */
	json_t *json;	 /* of the body, or NULL; the rig's */
};

/*
 * The usual setup, or with other members of the workspace, the account or at
 * the top: JSON members with a comma before them, or "".
 */
struct rig_setup {
	const char *slack, *twilio, *top;
};

/* Fixtures; the second has strict rates. */
int rig_open(void **state);
int rig_open_strict(void **state);
int rig_close(void **state);
void rig_open_with(const struct rig_setup *setup);
/* The next one that is opened has SMTP and IMAP, too. */
void rig_with_mail(void);

struct sandbox *rig_sandbox(void);
const char *rig_url(void); /* of the host of the webhooks */

/* The clock of the sandbox goes ahead, both kinds of time. */
void rig_ahead(int64_t ms);

/* ---- asking -------------------------------------------------------------- */

struct question {
	const char *method, *path, *auth, *type;
	struct str body;
};

/* One at a time: what it returns is good until the next one. */
const struct answer *rig_ask(const struct question *q);
/* POST of JSON to a method of Slack, with the token; charset is sent. */
const struct answer *slack_call(const char *method, const char *json);
/* POST of a form to Twilio, logged in; NULL: to create a message. */
const struct answer *twilio_post(const char *path, const char *form);
const struct answer *twilio_get(const char *path);
/* POST or (json NULL) GET of /control/...; must be 200. */
const struct answer *control(const char *path, const char *json);

/* Members of the last answer's JSON by path: "message.ts"; "" if absent. */
const char *said(const char *path);
int64_t said_number(const char *path);
/* Fails the test unless the last answer to a method of Slack was that. */
void assert_error(const char *what, const char *error);
void assert_code(const char *what, unsigned status, unsigned code);

/* ---- webhooks ------------------------------------------------------------ */

/* What the host answers to the next ones, then 200 again. 0: it hangs up; 1:
 * it says nothing. */
void rig_answers(const unsigned *statuses, unsigned n);
/* A header line that it adds, "X: y\r\n", and the body and its type. */
void rig_answers_with(const char *header, const char *type, const char *body);
/* Waits until so many came in all, and for no more; the i-th. */
const struct hook *rig_hook(unsigned i);
unsigned rig_hooks(void);
/* Waits until no webhook is pending. */
void rig_settle(void);
/* A header's value; "" when it is not there. */
const char *hook_header(const struct hook *h, const char *name);
/* A field of a form, decoded; "" when it is not there. */
const char *hook_field(const struct hook *h, const char *name);
/* The body's JSON, or of the form's field of that name; the caller's. */
json_t *hook_json(const struct hook *h, const char *field);
/* By path; "" when it is not there or no string. */
const char *json_path(const json_t *o, const char *path);

/* ---- signatures, computed another way ------------------------------------ */

/* Fails unless the webhook is signed as each vendor does it. */
void assert_signed_slack(const struct hook *h);
bool signed_twilio(const struct hook *h, const char *url);

#endif
