/*
 * sandbox: the command that runs the vendors' stand-ins, for developers and
 * tests.
 */
#include "cmd/command.h"
#include "cmd/process.h"
#include "sandbox/sandbox.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#define SETUP_BYTES_MAX (4u << 20)
#define WHY_BYTES 4096u

static enum err
read_setup(const char *path, char *text, size_t *n, char *why)
{
	FILE *f = fopen(path, "rb");

	if (f == NULL) {
		(void)snprintf(why, WHY_BYTES, "%s: %s", path, strerror(errno));
		return E_IO;
	}
	*n = fread(text, 1, SETUP_BYTES_MAX, f);
	fclose(f);
	if (*n < SETUP_BYTES_MAX)
		return OK;
	(void)snprintf(why, WHY_BYTES, "%s: is larger than 4 MB", path);
	return E_BADINPUT;
}

static void
rest(void *arg)
{
	(void)arg;
}

static enum err
run(struct process *p, struct str setup, char *why)
{
	const struct sandbox_conf conf = {.listen = p->settings->sandbox_listen,
	    .setup = setup,
	    .smtp = "",
	    .imap = "",
	    .clock = &p->clock,
	    .log = p->log,
	    .metrics = &p->metrics};
	const char *colon = strrchr(conf.listen, ':');
	struct sandbox *s;
	enum err e;

	if ((e = sandbox_start(&conf, &s, why, WHY_BYTES)) != OK)
		return e;
	printf("sandbox on http://%.*s:%u\n", (int)(colon - conf.listen),
	    conf.listen, sandbox_port(s));
	fflush(stdout);
	process_wait(rest, NULL);
	sandbox_stop(s);
	return OK;
}

int
command_sandbox(const struct settings *s, const char *const *words, size_t n)
{
	char why[WHY_BYTES] = "no memory";
	char *text = malloc(SETUP_BYTES_MAX);
	struct process p;
	enum err e = E_NOMEM;

	(void)words;
	(void)n;
	process_signals();
	if (text == NULL)
		goto done;
	if ((e = process_open(&p, s, PROCESS_BARE, why, sizeof(why))) != OK)
		goto done;
	if ((e = read_setup(s->sandbox_file, text, &n, why)) == OK)
		e = run(&p, (struct str){text, n}, why);
	process_close(&p);
done:
	if (e != OK)
		complain("%s", why);
	free(text);
	return e == OK ? EXIT_OK : EXIT_FAILED;
}
