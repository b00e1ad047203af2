/*
 * visitor_talk: a visitor of the rig's company on a WebSocket. Whatever does
 * not go as it should fails the test.
 */
#ifndef TESTS_GATEWAY_VISITOR_TALK_H
#define TESTS_GATEWAY_VISITOR_TALK_H

#include "tests/gateway/rig.h"
#include "tests/gateway/ws_client.h"

#define TALK_TOKEN 200u /* room for a token */

/* A WebSocket on which nothing was said yet. */
void connect_to(struct rig *r, struct ws_client *c);
/* A new visitor; token, if not NULL, has room for TALK_TOKEN. */
void greet(struct rig *r, struct ws_client *c, char *token);
/* One who was here; the welcome is still to be read. */
void greet_again(
    struct rig *r, struct ws_client *c, const char *token, unsigned after);
/* The conversation a token is for. */
int64_t conversation_of(const char *token);
/* Reads up to the close and ends the connection. */
void closes_with(struct ws_client *c, unsigned code, const char *reason);

#endif
