/*
 * rig: a fetcher, and a server that does what the path of a request says.
 *
 *	/ok            200 "hello"          /echo       200, what was sent
 *	/chunked       "hello" in chunks    /length     200 and n bytes: /length/n
 *	/status/429    that status          /after/x    429, Retry-After: x
 *	/cut           closes, no answer    /reset      the same with a reset
 *	/half          half an answer       /garbage    no HTTP
 *	/hold          no answer until stub_release(), then as /ok
 *	/to/x          302 to the address x
 *	/second/cut    /ok as a connection's first request; then as /cut
 *	/second/reset  the like
 *	/last          /ok, and the connection is closed
 */
#ifndef TESTS_NET_RIG_H
#define TESTS_NET_RIG_H

#include "net/fetch.h"
#include "tests/lib/cmocka.h"
#include "tests/lib/stub.h"

struct rig {
	struct fetcher *f;
	struct stub *stub;
	unsigned done;	 /* how many requests have ended */
	char head[2048]; /* of the last request the server read */
};

extern struct rig rig;

int set_up(void **state);
int tear_down(void **state);

/* A GET of the stub's path, not started; the rig counts its end. */
struct fetch get(const char *path);
/* Starts it and waits until it has ended. */
void fetch_now(struct fetch *r);
/* Runs the fetcher until `done` requests have ended in all. */
void run_until(unsigned done);
/* Runs it until the stub holds n requests. */
void run_until_held(unsigned n);

/* fetch_now(), and how it ended. */
#define assert_ends(r, as) \
	do { \
		fetch_now(r); \
		assert_string_equal( \
		    fetch_end_name((r)->end), fetch_end_name(as)); \
	} while (0)

/* Compares a struct str with a text. */
void assert_str(struct str is, const char *should);

#endif
