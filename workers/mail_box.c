/*
 * mail_box: one mailbox: how far it was looked through, and one look into it,
 * which ends after a few mails or seconds. Whatever it costs, it costs the
 * others no more than that.
 */
#include "channels/email/mime.h"
#include "workers/mail_inner.h"

#include <sodium.h>

#define LOOK_MAILS 20u
#define PATIENCE_MS 10000
#define BACKOFF_MAX_MS (10 * 60 * 1000)
/* So much longer than a slow look nobody looks again. */
#define REST 9

_Static_assert(IMAP_MAIL_MAX <= MIME_MAIL_MAX, "what is fetched can be read");

/* ---- which mailbox it is --------------------------------------------------- */

static void
hash_text(crypto_generichash_state *h, struct str s)
{
	(void)crypto_generichash_update(
	    h, (const unsigned char *)&s.n, sizeof(s.n));
	(void)crypto_generichash_update(h, (const unsigned char *)s.p, s.n);
}

static uint64_t
hash_of(const struct str *texts, size_t n)
{
	unsigned char out[crypto_generichash_BYTES];
	crypto_generichash_state h;
	uint64_t hash;
	size_t i;

	(void)crypto_generichash_init(&h, NULL, 0, sizeof(out));
	for (i = 0; i < n; i++)
		hash_text(&h, texts[i]);
	(void)crypto_generichash_final(&h, out, sizeof(out));
	memcpy(&hash, out, sizeof(hash));
	return hash;
}

static uint64_t
login_of(const struct company_account *doc)
{
	const struct str texts[] = {
	    doc->imap, doc->user, doc->id, doc->token, doc->auth};

	return hash_of(texts, ARRAY_LEN(texts));
}

/* Another server may count its folders' validities as the old one did. */
static uint32_t
mark_of(const struct company_account *doc, uint32_t validity)
{
	const struct str texts[] = {doc->imap, doc->user, doc->id,
	    {(const char *)&validity, sizeof(validity)}};

	return (uint32_t)hash_of(texts, ARRAY_LEN(texts));
}

static void
box_close(struct mail_box *b)
{
	imap_close(b->imap);
	b->imap = NULL;
}

void
mail_box_follow(struct mail_thread *m, struct mail_box *b,
    const struct company_account *doc)
{
	uint64_t login = login_of(doc);

	b->fetched = doc->imap.n > 0;
	if (login == b->login)
		return;
	box_close(b);
	b->login = login;
	b->failures = 0;
	b->imap_at = b->through_at = m->steady;
	b->patience = PATIENCE_MS;
}

/* ---- how far ---------------------------------------------------------------- */

static struct str
place_name(struct mail_thread *m, const struct mail_box *b)
{
	return arena_printf(&m->arena, "mailbox/%lld/%.*s",
	    (long long)b->company, STR_FMT(b->account));
}

/* Once, and then only if the folder is not the one that it is of. */
static enum imap_end
find_position(
    struct mail_thread *m, struct mail_box *b, const struct mail_place_of *of)
{
	uint32_t mark = mark_of(of->doc, imap_validity(b->imap));
	struct str name = place_name(m, b);

	if (!b->read) {
		if (name.p == NULL ||
		    store_read_place(m->reader, name, &b->stored) != OK)
			return IMAP_STOPPED;
		b->read = true;
		b->at = (struct mail_position){
		    .mark = (uint32_t)(b->stored >> 32),
		    .passed = (uint32_t)b->stored,
		    .begun = b->stored != 0};
	}
	if (b->at.mark != mark)
		b->at = (struct mail_position){.mark = mark};
	return IMAP_DONE;
}

static void
keep_position(struct mail_thread *m, struct mail_box *b)
{
	struct store_op op = {.verb = STORE_PLACE,
	    .place = {.follower = place_name(m, b),
		.place = (uint64_t)b->at.mark << 32 | b->at.passed}};

	if (!b->at.begun || op.place.place == b->stored)
		return;
	if (op.place.follower.p != NULL &&
	    store_submit_wait(m->conf.store, &op) == OK)
		b->stored = op.place.place;
}

/* ---- one mail --------------------------------------------------------------- */

/* Its header is enough to tell people of it; they find it unread. */
static enum imap_end
take_big(struct mail_thread *m, struct mail_box *b,
    const struct mail_place_of *of, uint32_t uid, struct imap_fault *fault)
{
	enum imap_end end;

	if (uid <= b->at.passed)
		return IMAP_DONE; /* they were told */
	buf_clear(&m->raw);
	end = imap_fetch_header(b->imap, uid, MAIL_HEADER_MAX, &m->raw, fault);
	if (end == IMAP_GONE)
		return IMAP_DONE;
	if (end != IMAP_DONE && end != IMAP_TOO_BIG && end != IMAP_REFUSED)
		return end;
	return mail_take_header(m, of, buf_view(&m->raw)) == TAKEN_NOT
		   ? IMAP_STOPPED
		   : IMAP_DONE;
}

/* Anything but IMAP_DONE ends this look. */
static enum imap_end
take_mailed(struct mail_thread *m, struct mail_box *b,
    const struct mail_place_of *of, uint32_t uid, struct imap_fault *fault)
{
	enum imap_end end;

	buf_clear(&m->raw);
	end = imap_fetch(b->imap, uid, IMAP_MAIL_MAX, &m->raw, fault);
	if (end == IMAP_GONE)
		return IMAP_DONE;
	if (end == IMAP_TOO_BIG)
		return take_big(m, b, of, uid, fault);
	if (end != IMAP_DONE)
		return end;
	if (mail_take(m, of, buf_view(&m->raw)) == TAKEN_NOT)
		return IMAP_STOPPED;
	return imap_mark_seen(b->imap, uid, fault);
}

/* ---- one look --------------------------------------------------------------- */

/* One look into one mailbox. */
struct look {
	struct mail_thread *m;
	struct mail_box *b;
	const struct mail_place_of *of;
	int64_t from; /* steady ms */
	struct imap_list list;
	struct imap_fault fault;
	bool through; /* nothing was left */
};

static enum imap_end
connect_box(struct look *l)
{
	struct mail_thread *m = l->m;
	const struct company_account *doc = l->of->doc;
	const struct account_of account = {.company = l->of->company,
	    .doc = doc,
	    .public_url = str_from(m->conf.public_url)};
	struct account opened;
	struct imap_conf conf = {.timeout_ms = m->conf.timeout_ms,
	    .most_ms = (unsigned)l->b->patience,
	    .stop = &m->stop};

	if (l->b->imap != NULL) {
		imap_hurry(l->b->imap, l->b->patience);
		return IMAP_DONE;
	}
	if (account_open(m->conf.keys, &account, &m->arena, &opened) != OK)
		return IMAP_LOGIN;
	conf.server = (struct mail_server){.url = doc->imap,
	    .auth = str_eq(doc->auth, STR("oauth2")) ? MAIL_AUTH_OAUTH2
						     : MAIL_AUTH_PASSWORD,
	    .user = doc->user,
	    .secret = opened.token,
	    .ca_file = m->conf.ca_file,
	    .plain = m->conf.plain};
	return imap_open(&conf, &l->b->imap, &l->fault);
}

/* The first look takes what is unread; later ones also what others read. */
static enum imap_end
list_new(struct look *l)
{
	struct mail_position *at = &l->b->at;
	enum imap_end end = find_position(l->m, l->b, l->of);

	if (end == IMAP_DONE)
		end = imap_list(l->b->imap, at->begun ? at->passed : UINT32_MAX,
		    at->passed, &l->list, &l->fault);
	if (end == IMAP_DONE && !at->begun && at->since == 0 &&
	    l->list.next > 0)
		at->since = l->list.next - 1;
	return end;
}

static enum imap_end
take_list(struct look *l)
{
	struct mail_thread *m = l->m;
	struct mail_position *at = &l->b->at;
	const struct imap_list *list = &l->list;
	enum imap_end end = IMAP_DONE;
	unsigned i;

	for (i = 0; i < list->count && i < LOOK_MAILS; i++) {
		mail_look_at_clock(m);
		if (m->steady - l->from > LOOK_MS || atomic_load(&m->stopping))
			break;
		end = take_mailed(m, l->b, l->of, list->uids[i], &l->fault);
		arena_reset(&m->arena);
		if (end != IMAP_DONE)
			return end;
		if (list->uids[i] > at->passed)
			at->passed = list->uids[i];
	}
	l->through = i == list->count && !list->more;
	return end;
}

/* All that was there is looked at. A server that gives no hint where new uids
 * begin gives one by the first mail. */
static void
begin_position(struct look *l)
{
	struct mail_position *at = &l->b->at;

	if (at->begun || !l->through || (l->list.next == 0 && at->passed == 0))
		return;
	at->begun = true;
	if (at->since > at->passed)
		at->passed = at->since;
}

static int64_t
longer(const struct mail_thread *m, int64_t patience)
{
	int64_t most = m->conf.timeout_ms < PATIENCE_MS ? PATIENCE_MS
							: m->conf.timeout_ms;

	return patience * 2 < most ? patience * 2 : most;
}

static void
look_failed(struct look *l, enum imap_end end)
{
	struct mail_thread *m = l->m;
	struct mail_box *b = l->b;
	int64_t wait = (int64_t)m->conf.poll_ms
		       << (b->failures > 6 ? 6 : b->failures);
	struct log_line line;

	box_close(b);
	b->failures++;
	if (end == IMAP_SLOW)
		b->patience = longer(m, b->patience);
	b->imap_at = m->steady +
		     (wait > BACKOFF_MAX_MS ? BACKOFF_MAX_MS : wait);
	if (end == IMAP_STOPPED ||
	    !log_begin(m->conf.log, LOG_WARN, "mail.mailbox", &line))
		return;
	log_str(&line, "company", b->company_key);
	log_str(&line, "account", b->account);
	log_str(&line, "end", str_from(imap_end_name(end)));
	log_str(&line, "why", str_from(l->fault.words));
	log_end(&line);
}

static void
look_ended(struct look *l)
{
	struct mail_thread *m = l->m;
	struct mail_box *b = l->b;

	b->failures = 0;
	b->patience = PATIENCE_MS;
	b->imap_at = m->steady + (l->through ? m->conf.poll_ms : 0);
	begin_position(l);
	if (l->through)
		b->through_at = m->steady;
}

/* When the next one may be. */
static void
rest(struct look *l, enum imap_end end)
{
	struct mail_thread *m = l->m;
	struct mail_box *b = l->b, *other;
	int64_t took, pause;

	mail_look_at_clock(m);
	if (end == IMAP_DONE)
		look_ended(l);
	else
		look_failed(l, end);
	keep_position(m, b);
	took = m->steady - l->from;
	pause = took > 2 * LOOK_MS ? took * REST : 0;
	if (pause > BACKOFF_MAX_MS)
		pause = BACKOFF_MAX_MS;
	if (b->imap_at < m->steady + pause)
		b->imap_at = m->steady + pause;
	b->look = ++m->looks;
	for (other = m->boxes; other != NULL; other = other->next)
		if (other->company == b->company)
			other->turn = m->looks;
}

void
mail_look_into_box(
    struct mail_thread *m, struct mail_box *b, const struct mail_place_of *of)
{
	struct look l = {.m = m, .b = b, .of = of};
	enum imap_end end;

	mail_look_at_clock(m);
	l.from = m->steady;
	mail_box_follow(m, b, of->doc);
	if (!b->fetched)
		return;
	end = connect_box(&l);
	if (end == IMAP_DONE)
		end = list_new(&l);
	if (end == IMAP_DONE)
		end = take_list(&l);
	rest(&l, end);
}

/* ---- all of them ------------------------------------------------------------ */

static bool
comes_before(const struct mail_box *a, const struct mail_box *b)
{
	return a->turn != b->turn ? a->turn < b->turn : a->look < b->look;
}

struct mail_box *
mail_next_box(const struct mail_thread *m)
{
	struct mail_box *b, *next = NULL;

	for (b = m->boxes; b != NULL; b = b->next)
		if (b->fetched && m->steady >= b->imap_at &&
		    (next == NULL || comes_before(b, next)))
			next = b;
	return next;
}

static void
tell_behind(struct mail_thread *m, const struct mail_box *b, int64_t ms)
{
	struct log_line l;

	if (!log_begin(m->conf.log, b->behind ? LOG_WARN : LOG_INFO,
		b->behind ? "mail.behind" : "mail.caught_up", &l))
		return;
	log_str(&l, "company", b->company_key);
	log_str(&l, "account", b->account);
	log_num(&l, "ms", ms);
	log_end(&l);
}

void
mail_watch_boxes(struct mail_thread *m)
{
	int64_t furthest = 0, ms;
	struct mail_box *b;
	uint64_t n = 0;
	bool behind;

	for (b = m->boxes; b != NULL; b = b->next) {
		ms = m->steady - b->through_at - (int64_t)m->conf.poll_ms;
		behind = b->fetched && ms > (int64_t)m->conf.behind_ms;
		if (behind != b->behind) {
			b->behind = behind;
			tell_behind(m, b, ms > 0 ? ms : 0);
		}
		n += behind;
		if (b->fetched && ms > furthest)
			furthest = ms;
	}
	metric_set(m->conf.metrics, METRIC_MAILBOXES_BEHIND, n);
	metric_set(
	    m->conf.metrics, METRIC_MAILBOX_BEHIND_MS, (uint64_t)furthest);
}
