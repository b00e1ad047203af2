/*
 * drain send PORT COMPANY COUNT TOKENS    COUNT new visitors ask one question
 *                                         each; their tokens go to a file
 * drain check PORT TOKENS                 how many of them have their answer
 */
#include "tests/bench/lib/figures.h"
#include "tests/bench/lib/sessions.h"

#include <stdio.h>
#include <stdlib.h>

#define CONNECTIONS 32

struct work {
	struct sessions sessions;
	size_t answered;
};

static void
write_question(void *arg, size_t i, struct buf *request)
{
	const struct work *w = arg;

	request_add(request, "POST", "/v1/visitor/messages",
	    w->sessions.tokens[i],
	    STR("{\"id\":\"first\",\"text\":\"Where is your shop?\"}"));
}

static void
write_look(void *arg, size_t i, struct buf *request)
{
	const struct work *w = arg;

	request_add(request, "GET", "/v1/visitor/events?after=0",
	    w->sessions.tokens[i], STR(""));
}

static void
on_look(void *arg, size_t i, struct str body)
{
	struct work *w = arg;

	(void)i;
	w->answered += text_has(body, STR("\"author\":\"bot\""));
}

static int
send_all(char **argv)
{
	struct work w = {0};
	unsigned port = (unsigned)number_from(argv[0], 65535);

	sessions_open(&w.sessions, port, str_from(argv[1]),
	    number_from(argv[2], 1000000));
	sweep_run(&(struct sweep){.port = port,
	    .connections = CONNECTIONS,
	    .count = w.sessions.n,
	    .write = write_question,
	    .arg = &w});
	sessions_save(&w.sessions, argv[3]);
	printf("sent %zu\n", w.sessions.n);
	sessions_free(&w.sessions);
	return 0;
}

static int
check_all(char **argv)
{
	struct work w = {0};

	sessions_load(&w.sessions, argv[1]);
	sweep_run(&(struct sweep){.port = (unsigned)number_from(argv[0], 65535),
	    .connections = CONNECTIONS,
	    .count = w.sessions.n,
	    .write = write_look,
	    .answer = on_look,
	    .arg = &w});
	printf("answered %zu\n", w.answered);
	sessions_free(&w.sessions);
	return 0;
}

int
main(int argc, char **argv)
{
	if (argc == 6 && strcmp(argv[1], "send") == 0)
		return send_all(argv + 2);
	if (argc == 4 && strcmp(argv[1], "check") == 0)
		return check_all(argv + 2);
	die("usage: drain send port company count tokens | check port tokens");
}
