/*
 * mailer: the process that sends mail. It is started by frontdesk itself
 * (net/mailer.h), with a socket as its standard input, and by nobody else.
 */
#include "cmd/command.h"
#include "net/mail_session.h"

#include <sys/stat.h>
#include <unistd.h>

int
command_mailer(const struct settings *s, const char *const *words, size_t n)
{
	struct stat in;

	(void)s;
	(void)words;
	(void)n;
	if (fstat(STDIN_FILENO, &in) == 0 && S_ISSOCK(in.st_mode))
		return mail_session_run(STDIN_FILENO);
	complain("mailer is started by frontdesk itself, to send mail");
	return EXIT_USAGE;
}
