/*
 * fork, exec, a pipe for stdout, and waiting with a deadline.
 */
#include "tests/bench/lib/process.h"
#include "tests/bench/lib/client.h"
#include "tests/bench/lib/figures.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

void
process_start(struct process *p, char *const argv[])
{
	int fds[2];

	*p = (struct process){0};
	if (pipe2(fds, O_CLOEXEC) != 0)
		die("pipe: %s", strerror(errno));
	p->began_us = now_us();
	p->pid = fork();
	if (p->pid < 0)
		die("fork: %s", strerror(errno));
	if (p->pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		dup2(fds[1], STDOUT_FILENO);
		execv(argv[0], argv);
		_exit(127);
	}
	close(fds[1]);
	p->out = fds[0];
	fcntl(p->out, F_SETFL, O_NONBLOCK);
}

static unsigned
port_after(struct str said, struct str word)
{
	return (unsigned)text_number(said, word);
}

/* All that it says at start comes in one piece. */
static void
understand(struct process *p)
{
	struct str said = buf_view(&p->said);

	if (p->ready || said.n == 0 || said.p[said.n - 1] != '\n')
		return;
	p->port = port_after(said, STR("listening on http://127.0.0.1:"));
	p->ops_port = port_after(said, STR("operations on http://127.0.0.1:"));
	p->ready = p->port != 0 || text_has(said, STR("working\n"));
}

void
process_look(struct process *p, int timeout_ms)
{
	struct pollfd wait = {.fd = p->out, .events = POLLIN};
	char bytes[512];
	ssize_t n;

	if (timeout_ms > 0)
		poll(&wait, 1, timeout_ms);
	n = read(p->out, bytes, sizeof(bytes));
	if (n > 0)
		buf_add(&p->said, bytes, (size_t)n);
	understand(p);
}

bool
process_wait_ready(struct process *p, int timeout_ms)
{
	int64_t end = now_us() + timeout_ms * INT64_C(1000);
	siginfo_t info = {0};

	while (!p->ready && now_us() < end && info.si_pid == 0) {
		process_look(p, 10);
		waitid(P_PID, (id_t)p->pid, &info, WEXITED | WNOHANG | WNOWAIT);
	}
	return p->ready;
}

bool
process_ended(struct process *p, int *status)
{
	int how = 0;

	if (waitpid(p->pid, &how, WNOHANG) != p->pid)
		return false;
	close(p->out);
	buf_free(&p->said);
	*p = (struct process){0};
	*status = WIFEXITED(how) ? WEXITSTATUS(how) : 128 + WTERMSIG(how);
	return true;
}

int
process_end(struct process *p, int signal, int timeout_ms)
{
	int64_t end = now_us() + timeout_ms * INT64_C(1000);
	int status;

	kill(p->pid, signal);
	while (!process_ended(p, &status)) {
		if (now_us() > end) {
			kill(p->pid, SIGKILL);
			signal = SIGKILL;
			end = INT64_MAX;
		}
		usleep(500);
	}
	return end == INT64_MAX ? -1 : status;
}
