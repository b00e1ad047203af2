/*
 * mail_session: the child's side of mailer.h: sends what it is given, a mail
 * at a time, until its socket ends.
 *
 * It is a process of its own, may block anywhere and be killed at any
 * instruction. It opens no file but certificates, gets no variable but theirs,
 * ignores what a terminal or a service manager sends to all of a group (the
 * mailer decides when it ends), and dies with the thread that started it.
 */
#ifndef NET_MAIL_SESSION_H
#define NET_MAIL_SESSION_H

/* fd: the socket to the mailer. Returns the exit status. */
int mail_session_run(int fd);

#endif
