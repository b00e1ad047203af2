/*
 * command: the subcommands of frontdesk. Each is one function in one row of
 * the table in main.c; it gets the settings and the words after its name, and
 * returns the exit status.
 */
#ifndef CMD_COMMAND_H
#define CMD_COMMAND_H

#include "cmd/settings.h"

struct command {
	const char *name, *arguments, *help; /* help NULL: not for people */
	size_t least, most;		     /* words after the name */
	int (*run)(
	    const struct settings *s, const char *const *words, size_t n);
};

enum exit_status {
	EXIT_OK = 0,
	EXIT_FAILED = 1, /* it was tried and did not work */
	EXIT_USAGE = 2,	 /* what was asked makes no sense */
};

int command_serve(const struct settings *s, const char *const *words, size_t n);
int command_gateway(
    const struct settings *s, const char *const *words, size_t n);
int command_worker(
    const struct settings *s, const char *const *words, size_t n);
int command_company(
    const struct settings *s, const char *const *words, size_t n);

int command_agent(const struct settings *s, const char *const *words, size_t n);
int command_routing(
    const struct settings *s, const char *const *words, size_t n);
int command_outbox(
    const struct settings *s, const char *const *words, size_t n);
int command_sandbox(
    const struct settings *s, const char *const *words, size_t n);
int command_mail_in(
    const struct settings *s, const char *const *words, size_t n);
int command_mailer(
    const struct settings *s, const char *const *words, size_t n);

/* "frontdesk: <line>" on stderr. */
void complain(const char *fmt, ...) PRINTF_LIKE(1, 2);

#endif
