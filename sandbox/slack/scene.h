/*
 * scene: what a request to /control/slack/ is about, and what both of its
 * files use.
 */
#ifndef SANDBOX_SLACK_SCENE_H
#define SANDBOX_SLACK_SCENE_H

#include "sandbox/slack/inner.h"

struct scene {
	struct workspace *w;
	struct channel *channel;
	struct user *user;
	struct message *message;
	const char *wrong; /* NULL: nothing */
};

/*
 * By "team", "user", "channel" and "ts" of the body, as far as they are there.
 * With the lock.
 */
void sb_scene_find(struct ask *a, struct scene *out);
/* The answer when something was posted, or could not be. */
void sb_scene_posted(struct ask *a, const struct scene *sc,
    const struct posted *posted, uint64_t ts);
/* As Slack keeps what people type, after a mention of somebody. */
struct str sb_scene_escaped(struct ask *a, struct str text, struct str mention);

void sb_slack_on_command(struct ask *a);
void sb_slack_on_action(struct ask *a);
void sb_slack_on_raw(struct ask *a);
void sb_slack_on_stop(struct ask *a);

#endif
