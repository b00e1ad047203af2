/* write_commit: what was decided from a state that must still be the state. */
#include "store/sqlite/decided.h"
#include "store/sqlite/write.h"

/* For customers who left an address. */
static enum err
email_store(struct conn *c, const struct store_commit *in)
{
	if (in->email.n == 0)
		return OK;
	return CONN_CHANGE(c, SQL_CONTACT_EMAIL, NULL, NUM(in->state.contact),
	    TEXT(in->email));
}

enum err
write_commit(struct conn *c, struct store_commit *in)
{
	struct labels labels;
	struct decided d = {.decision = &in->decision,
	    .labels = &labels,
	    .caused = {{0, in->outbox, in->outbox_count}}};
	enum err e = conversation_load(c, in->conversation, &in->state);

	if (e != OK)
		return e;
	if (in->state.seq != in->decision.seq ||
	    in->state.epoch != in->decision.epoch)
		return E_STALE;
	d.was = in->state;
	if ((e = decided_check(c, &d)) != OK)
		return e;
	if ((e = decided_store(c, &d)) != OK)
		return e;
	in->state = d.is;
	return email_store(c, in);
}
