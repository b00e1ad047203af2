/*
 * kept: the mails that SMTP brought, as they came, numbered 1, 2, 3 ... The
 * newest BOX_LETTERS are kept, and no more than BOX_BYTES of them; older ones
 * are forgotten. Any thread.
 */
#ifndef SANDBOX_MAILBOX_KEPT_H
#define SANDBOX_MAILBOX_KEPT_H

#include "core/buf.h"
#include "sandbox/mailbox/box.h"

#define KEPT_PAGE_BYTES (8u << 20) /* of mail in one answer, or one mail */

struct kept;

struct kept *sb_kept_new(void); /* NULL: no memory */
void sb_kept_free(struct kept *k);

/* A reference of its own, and JSON members, "a":1,"b":2. E_NOMEM. */
enum err sb_kept_add(
    struct kept *k, struct letter *l, struct str members) MUST_USE;
/* {"messages":[...],"next":N,"first":F}, raw bytes in base64. */
void sb_kept_write(struct kept *k, uint64_t after, struct buf *out);

#endif
