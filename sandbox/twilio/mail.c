/* mail: messages and pairs in their tables, and the oldest forgotten. */
#include "sandbox/twilio/inner.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#define WINDOW_MS (24LL * 3600 * 1000)

/* ---- addresses ---------------------------------------------------------- */

static bool
is_phone(struct str s)
{
	size_t i;

	if (s.n < 8 || s.n > 16 || s.p[0] != '+' || s.p[1] == '0')
		return false;
	for (i = 1; i < s.n; i++)
		if (s.p[i] < '0' || s.p[i] > '9')
			return false;
	return true;
}

static bool
is_upper(char c)
{
	return c >= 'A' && c <= 'Z';
}

/* "US.13491208655302741918", "US.ENT.134..." */
static bool
is_scoped_id(struct str s)
{
	size_t i;

	if (s.n < 4 || !is_upper(s.p[0]) || !is_upper(s.p[1]) || s.p[2] != '.')
		return false;
	s = (struct str){s.p + 3, s.n - 3};
	if (s.n > 4 && memcmp(s.p, "ENT.", 4) == 0)
		s = (struct str){s.p + 4, s.n - 4};
	for (i = 0; i < s.n; i++)
		if (!((s.p[i] | 0x20) >= 'a' && (s.p[i] | 0x20) <= 'z') &&
		    !(s.p[i] >= '0' && s.p[i] <= '9'))
			return false;
	return s.n > 0 && s.n <= 128;
}

bool
sb_address_valid(struct str address, bool *whatsapp)
{
	static const struct str prefix = {"whatsapp:", 9};

	*whatsapp = address.n > prefix.n &&
		    memcmp(address.p, prefix.p, prefix.n) == 0;
	if (!*whatsapp)
		return is_phone(address);
	address = (struct str){address.p + prefix.n, address.n - prefix.n};
	return is_phone(address) || is_scoped_id(address);
}

struct number *
sb_number_find(const struct twilio *t, struct str address)
{
	struct node *n = sb_table_find(&t->numbers, address);

	return n == NULL ? NULL : CONTAINER_OF(n, struct number, node);
}

/* ---- pairs -------------------------------------------------------------- */

struct pair *
sb_pair_find(const struct number *n, struct str person, bool make)
{
	struct twilio *t = n->account->twilio;
	size_t size = n->node.key.n + 1 + person.n;
	struct pair *p = malloc(sizeof(*p) + size + 1);
	struct node *found;

	if (p == NULL)
		return NULL;
	*p = (struct pair){.last_in = 0};
	(void)snprintf(p->key, size + 1, "%.*s %.*s", STR_FMT(n->node.key),
	    STR_FMT(person));
	p->node.key = (struct str){p->key, size};
	found = sb_table_find(&t->pairs, p->node.key);
	if (found == NULL && make && t->pairs.count < PAIRS_MOST &&
	    sb_table_add(&t->pairs, &p->node) == OK)
		return p;
	free(p);
	return found == NULL ? NULL : CONTAINER_OF(found, struct pair, node);
}

bool
sb_pair_is_open(const struct number *n, struct str person, int64_t now)
{
	const struct pair *p = sb_pair_find(n, person, false);

	if (n->open_windows)
		return true;
	return p != NULL && p->last_in != 0 && now - p->last_in < WINDOW_MS;
}

/* ---- lists -------------------------------------------------------------- */

static void
link_in(struct mail *m)
{
	struct account *a = m->account;
	struct twilio *t = a->twilio;

	m->older = a->newest;
	if (m->older != NULL)
		m->older->newer = m;
	a->newest = m;
	a->version++;
	m->aged_before = t->newest;
	if (t->newest != NULL)
		t->newest->aged_next = m;
	else
		t->oldest = m;
	t->newest = m;
	t->mail_count++;
}

static void
unlink_from(struct mail *m)
{
	struct account *a = m->account;
	struct twilio *t = a->twilio;

	if (m->newer != NULL)
		m->newer->older = m->older;
	else
		a->newest = m->older;
	if (m->older != NULL)
		m->older->newer = m->newer;
	if (m->aged_before != NULL)
		m->aged_before->aged_next = m->aged_next;
	else
		t->oldest = m->aged_next;
	if (m->aged_next != NULL)
		m->aged_next->aged_before = m->aged_before;
	else
		t->newest = m->aged_before;
	t->mail_count--;
	a->version++;
}

void
sb_mail_delete(struct mail *m)
{
	unlink_from(m);
	sb_table_remove(&m->account->twilio->mails, &m->node);
	free(m);
}

/* ---- one of them -------------------------------------------------------- */

static struct str
keep(char **at, struct str s)
{
	struct str copy = {*at, s.n};

	if (s.n > 0)
		memcpy(*at, s.p, s.n);
	*at += s.n;
	return copy;
}

static size_t
size_of(const struct mail_texts *t)
{
	size_t n = t->person.n + t->body.n + t->callback.n + t->service.n +
		   t->content.n;
	unsigned i;

	for (i = 0; i < t->media_url_count; i++)
		n += t->media_urls[i].n;
	return n;
}

static void
copy_texts(struct mail *m, const struct mail_texts *t)
{
	char *at = m->bytes;
	unsigned i;

	m->person = keep(&at, t->person);
	m->body = keep(&at, t->body);
	m->callback = keep(&at, t->callback);
	m->service = keep(&at, t->service);
	m->content = keep(&at, t->content);
	m->media_url_count = t->media_url_count;
	for (i = 0; i < t->media_url_count; i++)
		m->media_urls[i] = keep(&at, t->media_urls[i]);
}

struct mail *
sb_mail_new(
    const struct number *number, const struct mail_texts *texts, bool media)
{
	struct account *a = number->account;
	struct sandbox *s = a->twilio->sandbox;
	struct mail *m = calloc(1, sizeof(*m) + size_of(texts));

	if (m == NULL)
		return NULL;
	m->account = a;
	m->number = number;
	copy_texts(m, texts);
	memcpy(m->sid, media ? "MM" : "SM", 2);
	sandbox_hex(s, m->sid + 2, SID_TEXT - 2);
	m->node.key = str_from(m->sid);
	m->created = m->updated = clock_wall(s->conf.clock);
	if (sb_table_add(&a->twilio->mails, &m->node) != OK) {
		free(m);
		return NULL;
	}
	link_in(m);
	if (a->twilio->mail_count > MAILS_MOST)
		sb_mail_delete(a->twilio->oldest);
	return m;
}

struct mail *
sb_mail_find(const struct account *a, struct str sid)
{
	struct node *n = sb_table_find(&a->twilio->mails, sid);
	struct mail *m = n == NULL ? NULL : CONTAINER_OF(n, struct mail, node);

	return m != NULL && m->account == a ? m : NULL;
}

void
sb_mail_set_status(struct mail *m, const char *status)
{
	const struct clock *clock = m->account->twilio->sandbox->conf.clock;

	m->status = status;
	m->updated = clock_wall(clock);
	if (m->sent == 0)
		m->sent = m->updated;
	m->account->version++;
}

/* ---- JSON --------------------------------------------------------------- */

struct str
sb_date_write(int64_t ms, char out[DATE_TEXT])
{
	time_t seconds = (time_t)(ms / 1000);
	struct tm tm;

	return (struct str){
	    out, strftime(out, DATE_TEXT, "%a, %d %b %Y %H:%M:%S +0000",
		     gmtime_r(&seconds, &tm))};
}

static void
put_date(struct buf *b, const char *name, int64_t ms)
{
	char text[DATE_TEXT];

	if (ms == 0)
		sb_put_raw(b, name, STR("null"));
	else
		sb_put_text(b, name, sb_date_write(ms, text));
}

static void
put_error(struct buf *b, const struct mail *m)
{
	if (m->error == 0) {
		sb_put_raw(b, "error_code", STR("null"));
		sb_put_raw(b, "error_message", STR("null"));
		return;
	}
	sb_put_number(b, "error_code", m->error);
	sb_put_text(b, "error_message", str_from(sb_twilio_words(m->error)));
}

static void
put_uris(struct buf *b, const struct mail *m)
{
	const char *ac = m->account->node.key.p;

	buf_addf(b,
	    ",\"uri\":\"/2010-04-01/Accounts/%s/Messages/%s.json\","
	    "\"subresource_uris\":{\"media\":\"/2010-04-01/Accounts/%s/"
	    "Messages/%s/Media.json\"}",
	    ac, m->sid, ac, m->sid);
}

void
sb_mail_write(const struct mail *m, struct buf *b)
{
	unsigned media = m->inbound ? m->media_count : m->media_url_count;
	struct str ours = m->number->node.key;

	buf_char(b, '{');
	sb_put_text(b, "sid", m->node.key);
	sb_put_text(b, "account_sid", m->account->node.key);
	sb_put_text(b, "api_version", STR("2010-04-01"));
	sb_put_text(b, "body", m->body);
	sb_put_text(b, "from", m->inbound ? m->person : ours);
	sb_put_text(b, "to", m->inbound ? ours : m->person);
	sb_put_text(
	    b, "direction", m->inbound ? STR("inbound") : STR("outbound-api"));
	sb_put_text(b, "status", str_from(m->status));
	put_date(b, "date_created", m->created);
	put_date(b, "date_sent", m->sent);
	put_date(b, "date_updated", m->updated);
	put_error(b, m);
	if (m->service.n > 0)
		sb_put_text(b, "messaging_service_sid", m->service);
	else
		sb_put_raw(b, "messaging_service_sid", STR("null"));
	buf_addf(b,
	    ",\"num_media\":\"%u\",\"num_segments\":\"1\",\"price\":null,"
	    "\"price_unit\":null",
	    media);
	put_uris(b, m);
	buf_char(b, '}');
}

/* ---- media -------------------------------------------------------------- */

struct file *
sb_media_new(struct mail *m, struct str type, struct str bytes)
{
	struct twilio *t = m->account->twilio;
	char id[SID_TEXT + 1] = "ME";
	struct file *f;

	if (m->media_count == MEDIA_MOST)
		return NULL;
	sandbox_hex(t->sandbox, id + 2, SID_TEXT - 2);
	f = sb_file_new(&t->media, str_from(id), STR(""), type);
	if (f == NULL || sb_file_fill(&t->media, f, bytes) != OK)
		return NULL;
	f->owner = m->account;
	f->at = clock_wall(t->sandbox->conf.clock);
	m->media[m->media_count++] = f;
	return f;
}

void
sb_media_write(const struct mail *m, const struct file *f, struct buf *b)
{
	buf_char(b, '{');
	sb_put_text(b, "sid", f->node.key);
	sb_put_text(b, "account_sid", m->account->node.key);
	sb_put_text(b, "parent_sid", m->node.key);
	sb_put_text(b, "content_type", f->type);
	put_date(b, "date_created", f->at);
	put_date(b, "date_updated", f->at);
	buf_addf(b,
	    ",\"uri\":\"/2010-04-01/Accounts/%s/Messages/%s/Media/%s.json\"}",
	    m->account->node.key.p, m->sid, f->node.key.p);
}
