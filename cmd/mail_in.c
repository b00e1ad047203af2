/*
 * mail-in: takes one mail from a mail server (MTA), which pipes it in. It
 * answers for it only when it is on disk, whether or not the server runs, and
 * tells the MTA by sysexits what to do: keep it and try later (75), or send it
 * back, because it is none (65) or for nobody (67, 78).
 */
#include "cmd/command.h"
#include "cmd/process.h"
#include "store/spool.h"

#include <errno.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <sysexits.h>
#include <unistd.h>

struct asked {
	const char *company, *account; /* account NULL: the only one */
	struct buf mail;
};

/* What the MTA is told, and people in its log. */
struct verdict {
	int status;
	char why[600];
};

static int PRINTF_LIKE(3, 4)
    say(struct verdict *a, int status, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(a->why, sizeof(a->why), fmt, ap);
	va_end(ap);
	a->status = status;
	return status;
}

/* ---- the mail -------------------------------------------------------------- */

/* "From a@b Sat Nov 21 ..." is of mailbox files; some MTAs put it in front. */
static void
drop_separator(struct buf *mail)
{
	static const char word[] = "From ";
	const char *end;
	size_t n;

	if (mail->len < sizeof(word) - 1 ||
	    memcmp(mail->data, word, sizeof(word) - 1) != 0)
		return;
	end = memchr(mail->data, '\n', mail->len);
	n = end == NULL ? mail->len : (size_t)(end + 1 - mail->data);
	memmove(mail->data, mail->data + n, mail->len - n);
	mail->len -= n;
}

static int
read_mail(struct asked *asked, struct verdict *a)
{
	struct buf *mail = &asked->mail;
	ssize_t n = 1;
	char *room;

	while (n != 0 && mail->len <= SPOOL_MAIL_MAX) {
		room = buf_room(mail, 65536);
		if (room == NULL)
			return say(a, EX_TEMPFAIL, "no memory");
		n = read(STDIN_FILENO, room, 65536);
		if (n < 0 && errno != EINTR)
			return say(a, EX_TEMPFAIL,
			    "the mail cannot be read: "
			    "%s",
			    strerror(errno));
		mail->len += n > 0 ? (size_t)n : 0;
	}
	drop_separator(mail);
	if (mail->len == 0)
		return say(a, EX_DATAERR, "there is no mail on standard input");
	if (mail->len > SPOOL_MAIL_MAX)
		return say(a, EX_DATAERR, "the mail is larger than %u MB",
		    SPOOL_MAIL_MAX >> 20);
	return EX_OK;
}

/* ---- whose it is ----------------------------------------------------------- */

static bool
takes_mail(const struct company_account *account)
{
	return account->smtp.n > 0 || account->imap.n > 0;
}

static int
find_account(const struct company *c, const struct asked *asked,
    struct str *name, struct verdict *a)
{
	size_t found = 0, i;

	for (i = 0; i < c->account_count; i++) {
		if (!takes_mail(&c->accounts[i]) ||
		    (asked->account != NULL &&
			!str_eq(c->accounts[i].name, str_from(asked->account))))
			continue;
		*name = c->accounts[i].name;
		found++;
	}
	if (found == 1)
		return EX_OK;
	if (found > 1)
		return say(a, EX_USAGE,
		    "the company \"%s\" has several mail "
		    "accounts; write which behind it",
		    asked->company);
	if (asked->account != NULL)
		return say(a, EX_NOUSER,
		    "the company \"%s\" has no mail "
		    "account \"%s\"",
		    asked->company, asked->account);
	return say(a, EX_CONFIG,
	    "the company \"%s\" has no mail account; its "
	    "document needs one",
	    asked->company);
}

static int
put(struct process *p, const struct company *c, struct asked *asked,
    struct verdict *a)
{
	struct spool_box box = {
	    .data_dir = p->settings->data_dir, .company = c->key};
	enum err e;

	if (find_account(c, asked, &box.account, a) != EX_OK)
		return a->status;
	e = spool_put(&box, buf_view(&asked->mail), clock_wall(&p->clock));
	if (e == OK)
		return say(a, EX_OK, "taken");
	return say(a, EX_TEMPFAIL, "%s",
	    e == E_LIMIT  ? "too many mails wait to be taken in"
	    : e == E_FULL ? "the disk is full"
			  : "the mail cannot be written");
}

static int
hand_over(struct process *p, struct asked *asked, struct verdict *a)
{
	struct company *c = NULL;
	enum err e = company_cache_by_key(
	    p->companies, str_from(asked->company), &c);

	if (e == E_NOTFOUND)
		return say(
		    a, EX_NOUSER, "there is no company \"%s\"", asked->company);
	if (e != OK)
		return say(a, EX_TEMPFAIL, "the companies cannot be read: %s",
		    err_name(e));
	(void)put(p, c, asked, a);
	company_unref(c);
	return a->status;
}

/* ---- the command ------------------------------------------------------------ */

/* A wrong folder would become a new and empty store. */
static bool
has_store(const struct settings *s)
{
	char path[PATH_MAX];

	(void)snprintf(path, sizeof(path), "%s/frontdesk.db", s->data_dir);
	return access(path, F_OK) == 0;
}

static int
take(const struct settings *s, struct asked *asked, struct verdict *a)
{
	struct process p;

	if (!has_store(s))
		return say(a, EX_CONFIG,
		    "there is no data in \"%s\"; is "
		    "--data-dir right?",
		    s->data_dir);
	if (read_mail(asked, a) != EX_OK)
		return a->status;
	process_signals();
	if (process_open(&p, s, PROCESS_STORE, a->why, sizeof(a->why)) != OK)
		return a->status = EX_TEMPFAIL;
	(void)hand_over(&p, asked, a);
	process_close(&p);
	return a->status;
}

int
command_mail_in(const struct settings *s, const char *const *words, size_t n)
{
	struct asked asked = {
	    .company = words[0], .account = n > 1 ? words[1] : NULL};
	struct verdict a = {0};

	if (take(s, &asked, &a) != EX_OK)
		complain("%s", a.why);
	buf_free(&asked.mail);
	return a.status;
}
