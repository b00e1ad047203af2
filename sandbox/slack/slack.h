/*
 * slack: the door of Slack: its Web API, uploads, private files, response
 * URLs; events, commands and actions that it sends. What the table of sb_doors
 * needs; the rest is in inner.h.
 */
#ifndef SANDBOX_SLACK_SLACK_H
#define SANDBOX_SLACK_SLACK_H

#include "sandbox/inside.h"

enum err sb_slack_open(struct sandbox *s, const json_t *part,
    struct faults *faults, void **state) MUST_USE;
void sb_slack_close(void *state);
void sb_slack_serve(struct visit *v);
const char *sb_slack_failure(unsigned status, struct buf *out);
void sb_slack_describe(void *state, struct buf *out);
extern const struct control sb_slack_controls[];

#endif
