/*
 * listing: in which lists a conversation stands, and where in each.
 *
 * It follows from the folded state and the labels, so a change of state is a
 * difference of lists. One B-tree has them all, in the order in which they are
 * asked for: a page of any list is a walk along it, whatever else there is.
 * The bot's conversations stand in one list, at a place that no message moves,
 * and so do those of each agent, who has few: their page is put in order when
 * it is read.
 */
#ifndef STORE_SQLITE_LISTING_H
#define STORE_SQLITE_LISTING_H

#include "store/sqlite/rows.h"

/* Lists beyond the views, of all companies. */
#define LIST_HANDED 100	  /* in a queue, or with an agent */
#define LIST_MAIL_DUE 101 /* the support desk is to be written to */

/* labels: NULL: it has none. */
enum err listing_create(
    struct conn *c, const struct conversation *row) MUST_USE;

enum err listing_save(struct conn *c, const struct change *change) MUST_USE;

#endif
