/*
 * main: finds the command, gathers the settings from their three faces, and
 * says everything that is wrong with them before anything starts.
 */
#include "channels/channel.h"
#include "cmd/command.h"
#include "core/company.h"
#include "core/role.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sysexits.h>

#define PREFIX "FRONTDESK_"
#define CONFIG_BYTES_MAX (1u << 20)
#define WORDS_MAX 16u

extern char **environ;

static int command_version(
    const struct settings *s, const char *const *words, size_t n);
static int command_help(
    const struct settings *s, const char *const *words, size_t n);

static const struct command commands[] = {
    {"serve", "", "everything in one process: the usual way", 0, 0,
	command_serve},
    {"gateway", "", "the front half: HTTP, WebSockets", 0, 0, command_gateway},
    {"worker", "", "the back half: answers; as many as you like", 0, 0,
	command_worker},
    {"company", "apply [KEY=]FILE... | export KEY | list",
	"companies and their documents", 1, WORDS_MAX, command_company},
    {"agent", "invite | add | load | list | reset ...", "sellers", 1, WORDS_MAX,
	command_agent},
    {"outbox", "list | replay ROW... | drop ROW...",
	"messages that did not arrive", 1, WORDS_MAX, command_outbox},
    {"routing", "simulate [NAME=VALUE...] POLICY [POLICY]",
	"tries a policy on made up or recorded days", 1, WORDS_MAX,
	command_routing},
    {"sandbox", "", "stand-ins for the vendors, for demo and tests", 0, 0,
	command_sandbox},
    {"mail-in", "COMPANY [ACCOUNT]", "takes one mail from a mail server", 1, 2,
	command_mail_in},
    {"mailer", "", NULL, 0, 0, command_mailer},
    {"version", "", "which one this is", 0, 0, command_version},
    {"help", "[settings | company | channels | roles]",
	"this; every setting; a document; each channel", 0, 2, command_help},
};

void
complain(const char *fmt, ...)
{
	va_list ap;

	fputs("frontdesk: ", stderr);
	va_start(ap, fmt);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	fputc('\n', stderr);
}

/* ---- help -------------------------------------------------------------- */

static void
print(struct buf *b)
{
	if (!b->failed)
		fwrite(b->data, 1, b->len, stdout);
	buf_free(b);
}

static void
help_commands(void)
{
	struct buf b = {0};
	size_t i;

	buf_str(&b,
	    "frontdesk: a messaging gateway that never loses a message\n\n"
	    "usage: frontdesk COMMAND [words] [--setting value ...]\n\n");
	for (i = 0; i < ARRAY_LEN(commands); i++)
		if (commands[i].help != NULL)
			buf_addf(&b, "  %-8s %-41s %s\n", commands[i].name,
			    commands[i].arguments, commands[i].help);
	buf_str(&b,
	    "\nEvery setting is a flag (--data-dir x), a variable "
	    "(" PREFIX "DATA_DIR=x) or\na member of the JSON file that "
	    "--config names ({\"data_dir\":\"x\"}); the first of\nthese "
	    "wins. \"frontdesk help settings\" lists them.\n");
	print(&b);
}

static void
help_settings(bool markdown)
{
	struct buf b = {0};

	if (markdown)
		buf_str(&b,
		    "# Settings\n\nPrinted by `frontdesk help settings "
		    "markdown`. Each is a flag (`--data-dir x`), a variable "
		    "(`" PREFIX "DATA_DIR=x`)\nor a member of the JSON file "
		    "that `--config` names (`{\"data_dir\": \"x\"}`); the "
		    "first of these wins.\n\n");
	conf_describe(settings_table, markdown, &b);
	print(&b);
}

static void
help_company(bool markdown)
{
	struct buf b = {0};

	(void)markdown;
	company_describe(&b);
	print(&b);
}

static void
help_channels(bool markdown)
{
	struct buf b = {0};

	(void)markdown;
	channels_describe(&b);
	print(&b);
}

static void
help_roles(bool markdown)
{
	struct buf b = {0};

	(void)markdown;
	roles_describe(&b);
	print(&b);
}

static const struct {
	const char *name;
	void (*print)(bool markdown);
} pages[] = {
    {"settings", help_settings},
    {"company", help_company},
    {"channels", help_channels},
    {"roles", help_roles},
};

static int
command_help(const struct settings *s, const char *const *words, size_t n)
{
	bool markdown = n == 2 && strcmp(words[1], "markdown") == 0;
	size_t i = 0;

	(void)s;
	if (n == 0) {
		help_commands();
		return EXIT_OK;
	}
	while (i < ARRAY_LEN(pages) && strcmp(words[0], pages[i].name) != 0)
		i++;
	if (i == ARRAY_LEN(pages)) {
		complain("there is help on \"settings\", \"company\", "
			 "\"channels\" and \"roles\"");
		return EXIT_USAGE;
	}
	pages[i].print(markdown);
	return EXIT_OK;
}

static int
command_version(const struct settings *s, const char *const *words, size_t n)
{
	(void)s;
	(void)words;
	(void)n;
	puts("frontdesk " FRONTDESK_VERSION);
	return EXIT_OK;
}

/* ---- settings ---------------------------------------------------------- */

static void
read_config(const struct conf *cf, const char *path)
{
	char *text = malloc(CONFIG_BYTES_MAX);
	FILE *f = fopen(path, "rb");
	size_t n;

	if (text != NULL && f != NULL) {
		n = fread(text, 1, CONFIG_BYTES_MAX, f);
		if (n < CONFIG_BYTES_MAX && !ferror(f))
			conf_file(cf, path, (struct str){text, n});
		else
			faults_add(cf->faults, path,
			    "cannot be read, or is larger than a megabyte");
	} else {
		faults_add(cf->faults, path, "%s", strerror(errno));
	}
	if (f != NULL)
		fclose(f);
	free(text);
}

/* From the weakest face to the strongest. */
static void
gather(
    const struct conf *cf, int argc, char **argv, const char **words, size_t *n)
{
	const char *config = conf_flag_peek(argc, argv, "--config");

	conf_presets(cf);
	if (config == NULL)
		config = getenv(PREFIX "CONFIG");
	if (config != NULL && config[0] != '\0')
		read_config(cf, config);
	conf_environment(cf, PREFIX, environ);
	conf_flags(cf, argc, argv, words, n);
}

static const struct command *
command_find(const char *name)
{
	size_t i;

	if (strcmp(name, "-h") == 0)
		name = "help";
	if (strcmp(name, "--version") == 0)
		name = "version";
	for (i = 0; i < ARRAY_LEN(commands); i++)
		if (strcmp(commands[i].name, name) == 0)
			return &commands[i];
	return NULL;
}

static bool
check_words(const struct command *c, size_t n, struct faults *faults)
{
	if (n < c->least || n > c->most)
		faults_add(faults, c->name, "takes %s; see \"frontdesk help\"",
		    c->most == 0 ? "no words, only --settings" : c->arguments);
	return faults->count == 0;
}

static void
complain_all(const struct faults *faults)
{
	struct buf b = {0};

	faults_write(faults, &b);
	if (!b.failed)
		fwrite(b.data, 1, b.len, stderr);
	buf_free(&b);
}

/* Who pipes mail in knows the numbers of sysexits only. */
static int
usage_status(const struct command *c)
{
	return c->run == command_mail_in ? EX_USAGE : EXIT_USAGE;
}

/* "frontdesk serve --help" asks for help, whatever else stands there. */
static bool
asks_for_help(int argc, char **argv)
{
	int i;

	for (i = 1; i < argc; i++)
		if (strcmp(argv[i], "--help") == 0)
			return true;
	return false;
}

int
main(int argc, char **argv)
{
	const struct command *command = argc < 2 ? NULL : command_find(argv[1]);
	struct settings settings = {0};
	struct arena arena = {0};
	struct faults faults = {0};
	const struct conf cf = {.table = settings_table,
	    .values = &settings,
	    .arena = &arena,
	    .faults = &faults};
	const char *words[WORDS_MAX] = {NULL};
	size_t n = ARRAY_LEN(words);
	int status = EXIT_USAGE;

	if (asks_for_help(argc, argv)) {
		help_commands();
		return EXIT_OK;
	}
	if (command == NULL && argc >= 2)
		complain("there is no command \"%s\"; \"frontdesk help\" "
			 "lists them",
		    argv[1]);
	else if (command == NULL)
		help_commands();
	if (command == NULL)
		return EXIT_USAGE;
	status = usage_status(command);
	gather(&cf, argc - 2, argv + 2, words, &n);
	if (check_words(command, n, &faults))
		status = command->run(&settings, words, n);
	else
		complain_all(&faults);
	faults_free(&faults);
	arena_free(&arena);
	return status;
}
