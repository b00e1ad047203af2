/*
 * http_client: a front to test and a raw client. Reads wait with a deadline;
 * what is sent goes out as it is given, right or wrong.
 */
#ifndef TESTS_GATEWAY_HTTP_CLIENT_H
#define TESTS_GATEWAY_HTTP_CLIENT_H

#include "gateway/http.h"

#define CLIENT_WAIT_MS 5000

extern const struct clock client_clock;

/* A conf with short, sane values; the caller changes what it likes. */
struct http_conf client_conf(const struct route *routes, void *context);
/* Started, or the test fails. */
struct http *client_front(const struct http_conf *conf);
/* What the front's log has said, as one text; the test's own copy. */
bool client_logged(const char *word);

int client_connect(const struct http *h);
void client_connect_with(const struct http *h, int fd);
void client_send(int fd, const char *text);
void client_send_bytes(int fd, struct str bytes);
/*
 * Reads until `end` is in what came, or the connection closes, or time is
 * up. What came, NUL-terminated, in one static buffer; *closed, if not NULL,
 * says whether it ended.
 */
const char *client_read(int fd, const char *end, bool *closed);
/* One request on a connection of its own; until it is closed. */
const char *client_ask(const struct http *h, const char *text);
const char *client_ask_bytes(const struct http *h, struct str bytes);
uint64_t client_metric(enum metric which);
/* Polls until *value is at least `least`; false after the deadline. */
bool client_until(_Atomic unsigned *value, unsigned least);
int64_t client_now(void);

#endif
