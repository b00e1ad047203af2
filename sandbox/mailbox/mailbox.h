/*
 * mailbox: the door of mail: an SMTP server and an IMAP server over one inbox
 * in memory, on ports of their own (sandbox_conf.smtp and .imap; GET
 * /control/accounts says which they became).
 *
 * ---- its part of the setup --------------------------------------------------
 *	"mail":{"user":"desk","password":"...","domains":["support.example"],
 *	   "require_tls":false,"require_auth":false,
 *	   "users":["desk","reply"],"inbox":["reply"]}
 * The one account logs in to both servers. SMTP takes mail for the domains;
 * `users`, if given, are the only names there are in them, "+detail" aside:
 * others get 550. `inbox`, if given, are those whose mail is put into the
 * inbox; other mail is accepted and only listed. With require_tls, nobody logs
 * in or sends before STARTTLS; with require_auth, nobody sends before AUTH.
 * The certificate is for localhost, 127.0.0.1, ::1 and the domains.
 *
 * ---- /control ---------------------------------------------------------------
 *	POST /control/mail/message {"from","to","subject"?,"text"?,
 *	     "in_reply_to"?,"references"?} -> {"uid","message_id"}: a person's
 *	     plain mail, put into the inbox. Or {"raw":"..."}: all of it, a line
 *	     may end in LF; or {"base64":"..."}: its very bytes -> {"uid"}
 *	GET  /control/mail/messages?after=N -> {"messages":[{"n","from","to":
 *	     [...],"helo","user","tls","size","at","uid"?,"raw":"base64"}],
 *	     "next":N,"first":F}: what SMTP accepted, envelope and bytes as they
 *	     came; uid: if it is in the inbox. About 8 MB in one answer; ask on
 *	     with after=next until there is none
 *	GET  /control/mail/inbox -> {"messages":[{"uid","seen","answered",
 *	     "flagged","deleted","size"}],"uidvalidity","uidnext"}
 *	GET  /control/mail/ca -> the certificate, PEM
 *
 * ---- ledgers and rules ------------------------------------------------------
 * An accepted mail is an effect of kind "mail": account: who logged in; from;
 * to: all recipients; text: the first plain text in it, up to 16 KB; id: its
 * Message-ID; subject; n: its number in the list above; row: of a field
 * X-Frontdesk-Row. Each command is a request: method SMTP with the reply's
 * code, or IMAP with 200 for OK and 400 for NO and BAD; path: see smtp.h and
 * imap.h.
 *
 * Rules (vendor "mail") look at each command by that path; without a path they
 * look at all of them. "status": that reply instead (SMTP: of 400 to 599), with
 * "body" for its words; nothing is done. "cut_before", "cut_after": the
 * connection ends before or after the command is carried out, without its
 * reply; at /smtp/message that is before or after the mail is accepted.
 * "delay": the reply comes so late. "garbage": it is done, and the reply is no
 * SMTP or IMAP.
 */
#ifndef SANDBOX_MAILBOX_MAILBOX_H
#define SANDBOX_MAILBOX_MAILBOX_H

#include "sandbox/inside.h"

enum err sb_mail_door_open(struct sandbox *s, const json_t *part,
    struct faults *faults, void **state) MUST_USE;
void sb_mail_door_close(void *state);
void sb_mail_door_describe(void *state, struct buf *out);
extern const struct control sb_mail_door_controls[];

#endif
