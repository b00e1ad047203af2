/* slack_rig: an account at Slack and requests to it, for the tests. */
#ifndef TESTS_CHANNELS_SLACK_RIG_H
#define TESTS_CHANNELS_SLACK_RIG_H

#include "channels/slack/slack.h"
#include "channels/slack/slack_inner.h"
#include "tests/lib/cmocka.h"

#define RIG_NOW INT64_C(1700000100000)
#define RIG_JSON "application/json; charset=utf-8"
#define RIG_FORM "application/x-www-form-urlencoded"

struct slack_rig {
	struct arena arena;
	struct company_account doc;
	struct account account;
	struct hook hook;
	struct str time, signature; /* headers; .p NULL: absent */
	struct arrival out;
	const char *why;
	struct outcome outcome;
	struct call call;
};

/* Workspace T1, bot U0BOT, app A1, account "main", one signing secret. */
void slack_rig_open(struct slack_rig *r);
void slack_rig_close(struct slack_rig *r);

/* Parses a body; why and out are set. */
enum err slack_rig_parse(
    struct slack_rig *r, const char *type, const char *body);
/* Parses an event in the envelope that Slack puts around it. */
enum err slack_rig_event(struct slack_rig *r, const char *event);
/* The one envelope that came; fails the test if there is none. */
const struct envelope *slack_rig_one(struct slack_rig *r);

/* A job of that kind for the rig's account; the rest is zero. */
struct job slack_rig_job(const struct slack_rig *r, enum job_kind kind);
/* Its request, into r->call; or why there is none, into r->outcome. */
enum err slack_rig_call(struct slack_rig *r, const struct job *job);
/* What an answer to it means, into r->outcome. */
const struct outcome *slack_rig_result(struct slack_rig *r,
    const struct job *job, unsigned status, const char *body);
/* How Slack refuses; the rig's, until it is closed. */
const char *slack_rig_failure(struct slack_rig *r, const char *code);

void expect_text(struct str got, const char *want);
void expect_holds(struct str got, const char *part);
void expect_lacks(struct str got, const char *part);

#endif
