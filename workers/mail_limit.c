/*
 * mail_limit: how many mails one sender may write in an hour. It ends the talk
 * of two machines that answer each other, where neither says that it is one.
 *
 * Who writes to the company counts as an address; who answers for it, as an
 * address in one conversation, for several people may share a desk's mailbox.
 */
#include "workers/mail_inner.h"

/* How many it makes with this one; 0: nobody counts. */
static unsigned
count(struct taking *t)
{
	struct str who = arena_printf(t->arena, "%lld %.*s %llu %.*s",
	    (long long)t->of->company->id, STR_FMT(t->of->doc->name),
	    t->in.kind == LETTER_ANSWER ? (unsigned long long)t->in.conversation
					: 0,
	    STR_FMT(t->in.from));

	if (who.p == NULL || t->m->senders == NULL || t->in.from.n == 0)
		return 0;
	return hourly_count(t->m->senders, who, t->m->steady);
}

bool
mail_too_many(struct taking *t)
{
	if (t->m->conf.per_hour == 0 || t->in.kind == LETTER_BOUNCE ||
	    t->in.kind == LETTER_MACHINE)
		return false;
	t->counted = count(t);
	return t->counted > t->m->conf.per_hour;
}

/* The first one tells people; each of a thousand would drown what matters. */
enum taken
mail_refuse_many(struct taking *t)
{
	if (t->counted > t->m->conf.per_hour + 1) {
		mail_note(t, "mail.refused", "too_many");
		return TAKEN_ASIDE;
	}
	faults_add(&t->faults, "from",
	    "has sent more than %u mails within an hour; this one and those "
	    "after it are kept, and not taken. Is it a machine that answers?",
	    t->m->conf.per_hour);
	mail_leave_note(t, "too_many");
	return mail_refuse(t, "too_many");
}
