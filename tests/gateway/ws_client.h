/*
 * ws_client: a WebSocket client by hand. Reads wait with a deadline; nothing
 * is answered by itself.
 */
#ifndef TESTS_GATEWAY_WS_CLIENT_H
#define TESTS_GATEWAY_WS_CLIENT_H

#include "core/buf.h"

#define CLIENT_TEXT 0x81u
#define CLIENT_CLOSE 0x88u
#define CLIENT_PING 0x89u
#define CLIENT_PONG 0x8au

struct ws_client {
	int fd;
	struct buf in;
	size_t used; /* of in */
};

/* One frame of the server; valid until the next call. */
struct ws_reply {
	unsigned first;	 /* FIN and opcode; 0: the connection ended */
	unsigned code;	 /* of a close; 0: none */
	struct str text; /* payload; of a close, the reason */
};

/* Through the handshake, or the test fails. */
void ws_client_open(struct ws_client *c, unsigned port, const char *path);
/* A descriptor that is a WebSocket already. */
void ws_client_take(struct ws_client *c, int fd);
void ws_client_close(struct ws_client *c);

void ws_client_send(struct ws_client *c, unsigned first, struct str payload);
void ws_client_say(struct ws_client *c, const char *fmt, ...) PRINTF_LIKE(2, 3);

/* The next frame; fails the test when none comes. */
struct ws_reply ws_client_next(struct ws_client *c);
/* Skips frames until one holds the word; fails when it ends before. */
struct ws_reply ws_client_until(struct ws_client *c, const char *word);
/* Skips frames until the close; its code. */
struct ws_reply ws_client_closed(struct ws_client *c);
/* Nothing is there and nothing comes for so long. */
bool ws_client_quiet(struct ws_client *c, int ms);
/* The string of a member of a JSON text, copied into out. */
void json_word(struct str json, const char *name, char *out, size_t size);

#endif
