/*
 * sandbox: runs the vendors' stand-ins, for developers, the demo and tests.
 */
#include "cmd/sandbox.h"
#include "cmd/command.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#define SETUP_BYTES_MAX (4u << 20)

static enum err
read_setup(const char *path, char *text, size_t *n, char *why)
{
	FILE *f = fopen(path, "rb");

	if (f == NULL) {
		(void)snprintf(why, SANDBOX_WHY,
		    "%s: %s; --sandbox-file names the stand-ins' set-up", path,
		    strerror(errno));
		return E_IO;
	}
	*n = fread(text, 1, SETUP_BYTES_MAX, f);
	fclose(f);
	if (*n < SETUP_BYTES_MAX)
		return OK;
	(void)snprintf(why, SANDBOX_WHY, "%s: is larger than 4 MB", path);
	return E_BADINPUT;
}

static enum err
start_with(struct process *p, struct str setup, const char *hooks_at,
    struct sandbox **out, char *why)
{
	const struct sandbox_conf conf = {.listen = p->settings->sandbox_listen,
	    .setup = setup,
	    .hooks_at = hooks_at,
	    .smtp = p->settings->sandbox_smtp,
	    .imap = p->settings->sandbox_imap,
	    .clock = &p->clock,
	    .log = p->log,
	    .metrics = &p->metrics};
	const char *colon = strrchr(conf.listen, ':');
	enum err e = sandbox_start(&conf, out, why, SANDBOX_WHY);

	if (e != OK)
		return e;
	printf("sandbox on http://%.*s:%u\n", (int)(colon - conf.listen),
	    conf.listen, sandbox_port(*out));
	fflush(stdout);
	return OK;
}

enum err
stand_ins_start(struct process *p, const char *hooks_at, struct sandbox **out,
    char why[SANDBOX_WHY])
{
	char *text = malloc(SETUP_BYTES_MAX);
	enum err e = E_NOMEM;
	size_t n;

	(void)snprintf(why, SANDBOX_WHY, "no memory");
	if (text == NULL)
		return e;
	e = read_setup(p->settings->sandbox_file, text, &n, why);
	if (e == OK)
		e = start_with(p, (struct str){text, n}, hooks_at, out, why);
	free(text);
	return e;
}

/* ---- the command ------------------------------------------------------- */

static void
rest(void *arg)
{
	(void)arg;
}

static enum err
run(struct process *p, char *why)
{
	const struct settings *s = p->settings;
	struct sandbox *sandbox;
	char hooks_at[512];
	enum err e;

	(void)snprintf(hooks_at, sizeof(hooks_at), "%s%s",
	    s->public_url[0] != '\0' ? "" : "http://",
	    s->public_url[0] != '\0' ? s->public_url : s->listen);
	e = stand_ins_start(p, hooks_at, &sandbox, why);
	if (e != OK)
		return e;
	process_wait(rest, NULL);
	sandbox_stop(sandbox);
	return OK;
}

int
command_sandbox(const struct settings *s, const char *const *words, size_t n)
{
	char why[SANDBOX_WHY];
	struct process p;
	enum err e;

	(void)words;
	(void)n;
	process_signals();
	e = process_open(&p, s, PROCESS_BARE, why, sizeof(why));
	if (e == OK) {
		e = run(&p, why);
		process_close(&p);
	}
	if (e != OK)
		complain("%s", why);
	return e == OK ? EXIT_OK : EXIT_FAILED;
}
