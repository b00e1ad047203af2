/*
 * bare_server THREADS BYTES
 *
 * What libmicrohttpd alone can do: reads each request with its body and
 * answers 200 with a prepared body of so many bytes, from as many epoll
 * threads as the real front has. Prints "listening on <url>"; ends when its
 * stdin does.
 */
#include "tests/bench/lib/figures.h"

#include <microhttpd.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static enum MHD_Result
answer(void *arg, struct MHD_Connection *wire, const char *url,
    const char *method, const char *version, const char *body, size_t *size,
    void **state)
{
	static char begun;

	(void)url;
	(void)method;
	(void)version;
	(void)body;
	if (*state == NULL) {
		*state = &begun;
		return MHD_YES;
	}
	if (*size > 0) {
		*size = 0;
		return MHD_YES;
	}
	return MHD_queue_response(wire, MHD_HTTP_OK, arg);
}

int
main(int argc, char **argv)
{
	struct MHD_Response *response;
	struct MHD_Daemon *d;
	char *body, byte;
	size_t size;

	if (argc != 3)
		die("usage: bare_server threads bytes");
	size = number_from(argv[2], 65536);
	body = malloc(size);
	if (body == NULL)
		die("no memory");
	memset(body, 'x', size);
	response = MHD_create_response_from_buffer(
	    size, body, MHD_RESPMEM_MUST_FREE);
	MHD_add_response_header(
	    response, MHD_HTTP_HEADER_CONTENT_TYPE, "application/json");
	d = MHD_start_daemon(MHD_USE_EPOLL_INTERNAL_THREAD, 0, NULL, NULL,
	    answer, response, MHD_OPTION_THREAD_POOL_SIZE,
	    (unsigned)number_from(argv[1], 64), MHD_OPTION_CONNECTION_LIMIT,
	    1000u, MHD_OPTION_LISTEN_BACKLOG_SIZE, 1024u, MHD_OPTION_END);
	if (d == NULL)
		die("libmicrohttpd does not start");
	printf("listening on http://127.0.0.1:%u\n",
	    (unsigned)MHD_get_daemon_info(d, MHD_DAEMON_INFO_BIND_PORT)->port);
	fflush(stdout);
	while (read(STDIN_FILENO, &byte, 1) > 0)
		;
	MHD_stop_daemon(d);
	MHD_destroy_response(response);
	return 0;
}
