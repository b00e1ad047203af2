/*
 * static: the files that are built into the program, for browsers; so far
 * the demo's page, and only if the setting `demo` asks for it.
 *
 * One handler for all paths that are no route: the table's row of GET with a
 * slash and a star. What is no file either is 404. Files carry an ETag and are
 * asked for again each time (304 when they are the same), so a new version of
 * the program is seen at once. The page may load and run nothing but its own
 * files.
 */
#ifndef GATEWAY_STATIC_H
#define GATEWAY_STATIC_H

#include "gateway/http.h"

/* Wants the struct gateway as request_context(). */
void static_serve(struct request *r);
/* GET /console/...: the page of those who answer, always there. */
void static_console(struct request *r);
/* GET /console: there. */
void static_to_console(struct request *r);
/* What the page may show beside the chat: {"sandbox":"http://..."}. */
void static_demo(struct request *r);

#endif
