/*
 * echo: a WebSocket that says everything back, so that a test suite for the
 * protocol can be run against the real hub. Only with the setting test_echo,
 * only for clients on this host; nothing of the product uses it.
 */
#ifndef GATEWAY_ECHO_H
#define GATEWAY_ECHO_H

#include "gateway/http.h"

void echo_connect(struct request *r);

#endif
