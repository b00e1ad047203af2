/*
 * mail_spool: one look into what `frontdesk mail-in` wrote for an account: the
 * oldest mails, as many as the time allows.
 */
#include "workers/mail_inner.h"

#define SPOOL_PAGE 32u

static enum err
set_aside(struct mail_thread *m, const struct spool_box *box, struct str name,
    enum taken taken)
{
	enum spool_aside where = taken == TAKEN_MACHINE ? SPOOL_AUTOMATIC
							: SPOOL_REFUSED;
	unsigned gone;
	enum err e = spool_set_aside(box, name, where, &gone);
	struct log_line l;

	metric_add(m->conf.metrics, METRIC_MAIL_GONE, gone);
	if (gone == 0 || !log_begin(m->conf.log, LOG_WARN, "mail.gone", &l))
		return e;
	log_str(&l, "company", box->company);
	log_str(&l, "account", box->account);
	log_str(&l, "why", STR("too many were set aside: the oldest went"));
	log_num(&l, "mails", gone);
	log_end(&l);
	return e;
}

static enum taken
take_spooled(struct mail_thread *m, const struct mail_place_of *of,
    const struct spool_box *box, struct str name)
{
	enum taken taken;
	enum err e;

	buf_clear(&m->raw);
	if (spool_read(box, name, &m->raw) != OK)
		return TAKEN_NOT;
	taken = mail_take(m, of, buf_view(&m->raw));
	if (taken == TAKEN_NOT)
		return taken;
	e = taken == TAKEN ? spool_remove(box, name)
			   : set_aside(m, box, name, taken);
	return e == OK ? taken : TAKEN_NOT;
}

void
mail_look_into_spool(
    struct mail_thread *m, struct mail_box *b, const struct mail_place_of *of)
{
	const struct spool_box box = {.data_dir = m->conf.data_dir,
	    .company = b->company_key,
	    .account = b->account};
	struct spool_entry entries[SPOOL_PAGE];
	size_t n = ARRAY_LEN(entries), i;
	struct arena names = {0};
	int64_t until;

	mail_look_at_clock(m);
	until = m->steady + LOOK_MS;
	if (spool_list(&box, m->wall, &names, entries, &n) != OK)
		n = 0;
	for (i = 0; i < n && m->steady < until && !atomic_load(&m->stopping);
	     i++) {
		if (take_spooled(m, of, &box, entries[i].name) == TAKEN_NOT)
			break; /* the same again with the next look */
		arena_reset(&m->arena);
		mail_look_at_clock(m);
	}
	arena_free(&names);
}
