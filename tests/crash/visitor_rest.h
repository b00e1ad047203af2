/*
 * visitor_rest: the same visitor where WebSockets are blocked: messages by
 * POST, one at a time, events by long poll on a second connection.
 */
#ifndef TESTS_CRASH_VISITOR_REST_H
#define TESTS_CRASH_VISITOR_REST_H

#include "tests/crash/visitor.h"

void rest_start(struct visitor *v);
/* Connects, posts the next unacknowledged message, asks for events. */
void rest_tick(struct visitor *v);

/* Does an error's code ask to try again later? */
bool code_means_later(const char *code);

#endif
