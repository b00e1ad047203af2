/*
 * mailbox_inside: between mailbox.c, start and stop, mailbox_setup.c, and
 * mailbox_control.c, the paths of /control; and what arrives.
 */
#ifndef SANDBOX_MAILBOX_MAILBOX_INSIDE_H
#define SANDBOX_MAILBOX_MAILBOX_INSIDE_H

#include "sandbox/inside.h"
#include "sandbox/mailbox/kept.h"
#include "sandbox/mailbox/wire.h"

struct mail_door {
	struct sandbox *sandbox;
	struct mail_setup setup;
	struct mail_world world;
	struct box *box;
	struct kept *kept;
	struct tls *tls;
	struct wire *wire;	  /* NULL: nothing listens */
	_Atomic size_t under_way; /* bytes of mails that are coming in */
};

/* Names what is wrong with it. E_BADINPUT, E_NOMEM. */
enum err sb_mail_setup_read(
    struct mail_setup *m, const json_t *part, struct faults *faults) MUST_USE;

/* As struct mail_world wants it; arg: the door. */
enum err sb_mail_accept(
    void *door, const struct smtp_mail *m, uint64_t *effect) MUST_USE;

#endif
