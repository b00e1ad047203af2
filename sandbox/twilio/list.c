/* list: messages found, shown, changed, removed. */
#include "sandbox/twilio/inner.h"

#include <stdio.h>
#include <time.h>

#define PAGE_USUAL 50u
#define PAGE_MOST 1000u
#define DAY_MS (24LL * 3600 * 1000)

/* ---- what is asked for -------------------------------------------------- */

struct filter {
	struct str to, from;
	int64_t since, until; /* wall ms of date_sent; since <= t < until */
	uint64_t size, page;
	struct str token; /* of the last one on the page before */
};

/* "2026-11-21" or "2026-11-21T10:00:00Z"; *whole: a day. */
static bool
read_date(struct str s, int64_t *ms, bool *whole)
{
	char text[32];
	struct tm tm = {0};
	const char *end;

	if (s.n >= sizeof(text))
		return false;
	memcpy(text, s.p, s.n);
	text[s.n] = '\0';
	end = strptime(text, "%Y-%m-%d", &tm);
	if (end == NULL)
		return false;
	*whole = *end == '\0';
	if (!*whole) {
		end = strptime(end, "T%H:%M:%S", &tm);
		if (end == NULL || (*end != '\0' && strcmp(end, "Z") != 0))
			return false;
	}
	*ms = (int64_t)timegm(&tm) * 1000;
	return true;
}

static bool
read_dates(const struct form *q, struct filter *f)
{
	struct str day = sb_form_get(q, "DateSent"),
		   after = sb_form_get(q, "DateSent>"),
		   before = sb_form_get(q, "DateSent<");
	bool whole;

	f->since = INT64_MIN;
	f->until = INT64_MAX;
	if (day.n > 0) {
		if (!read_date(day, &f->since, &whole))
			return false;
		f->until = f->since + (whole ? DAY_MS : 1000);
	}
	if (after.n > 0 && !read_date(after, &f->since, &whole))
		return false;
	if (before.n == 0)
		return true;
	if (!read_date(before, &f->until, &whole))
		return false;
	f->until += whole ? DAY_MS : 1000; /* that day too */
	return true;
}

static struct str
or_empty(struct str s)
{
	return s.p == NULL ? STR("") : s;
}

static bool
read_filter(const struct form *q, struct filter *f)
{
	static const char *const known[] = {"To", "From", "DateSent",
	    "DateSent<", "DateSent>", "PageSize", "Page", "PageToken"};
	struct str size = sb_form_get(q, "PageSize"),
		   page = sb_form_get(q, "Page");
	size_t i, n = 0;

	for (i = 0; i < ARRAY_LEN(known); i++)
		n += sb_form_count(q, known[i]);
	*f = (struct filter){.to = or_empty(sb_form_get(q, "To")),
	    .from = or_empty(sb_form_get(q, "From")),
	    .token = or_empty(sb_form_get(q, "PageToken")),
	    .size = PAGE_USUAL};
	if (n != q->count || !read_dates(q, f))
		return false;
	if (size.n > 0 && !str_to_u64(size, PAGE_MOST, &f->size))
		return false;
	return f->size > 0 &&
	       (page.n == 0 || str_to_u64(page, UINT32_MAX, &f->page));
}

static bool
fits(const struct mail *m, const struct filter *f)
{
	struct str ours = m->number->node.key;
	struct str from = m->inbound ? m->person : ours,
		   to = m->inbound ? ours : m->person;
	int64_t at = m->sent == 0 ? m->created : m->sent;

	return (f->to.n == 0 || str_eq(f->to, to)) &&
	       (f->from.n == 0 || str_eq(f->from, from)) && at >= f->since &&
	       at < f->until;
}

/* ---- the page ----------------------------------------------------------- */

/* This request's parameters with another page. NULL: last page or first. */
static void
put_uri(struct twilio_call *c, const char *name, const struct filter *f,
    const struct mail *last, struct buf *b)
{
	struct buf uri = {0}, query = {0};
	char page[24];
	size_t i;

	for (i = 0; i < c->query.count; i++)
		if (memcmp(c->query.list[i].name.p, "Page",
			c->query.list[i].name.n < 4 ? c->query.list[i].name.n
						    : 4) != 0)
			sb_form_put(&query, c->query.list[i].name,
			    c->query.list[i].value);
	(void)snprintf(page, sizeof(page), "%llu", (unsigned long long)f->size);
	sb_form_put(&query, STR("PageSize"), str_from(page));
	(void)snprintf(page, sizeof(page), "%llu",
	    last == NULL ? 0ULL : (unsigned long long)f->page + 1);
	sb_form_put(&query, STR("Page"), str_from(page));
	buf_addf(&uri, "/2010-04-01/Accounts/%s/Messages.json?%.*s",
	    c->account->node.key.p, (int)query.len, query.data);
	if (last != NULL)
		buf_addf(&uri, "&PageToken=PA%s", last->sid);
	sb_put_text(b, name, buf_view(&uri));
	buf_free(&query);
	buf_free(&uri);
}

static const struct mail *
first_of(struct twilio_call *c, const struct filter *f, bool *ok)
{
	const struct mail *last;

	*ok = true;
	if (f->token.n == 0)
		return c->account->newest;
	last = f->token.n < 2
		   ? NULL
		   : sb_mail_find(c->account,
			 (struct str){f->token.p + 2, f->token.n - 2});
	*ok = last != NULL;
	return last == NULL ? NULL : last->older;
}

/* True: there are more; *last: the last that was written. */
static bool
put_page(const struct mail *m, const struct filter *f, const struct mail **last,
    uint64_t *n, struct buf *b)
{
	for (; m != NULL; m = m->older) {
		if (!fits(m, f))
			continue;
		if (*n == f->size)
			return true;
		buf_str(b, (*n)++ == 0 ? "" : ",");
		sb_mail_write(m, b);
		*last = m;
	}
	return false;
}

void
sb_mails_list(struct twilio_call *c)
{
	struct sandbox *s = c->visit->sandbox;
	const struct mail *first = NULL, *last = NULL;
	struct buf b = {0};
	struct filter f;
	uint64_t n = 0;
	bool ok = read_filter(&c->query, &f), more;

	if (ok)
		first = first_of(c, &f, &ok);
	buf_str(&b, "{\"messages\":[");
	more = ok && put_page(first, &f, &last, &n, &b);
	buf_char(&b, ']');
	sb_put_number(&b, "page", (int64_t)f.page);
	sb_put_number(&b, "page_size", (int64_t)f.size);
	sb_put_number(&b, "start", (int64_t)(f.page * f.size));
	sb_put_number(
	    &b, "end", (int64_t)(f.page * f.size + (n == 0 ? 0 : n - 1)));
	put_uri(c, "uri", &f, NULL, &b);
	put_uri(c, "first_page_uri", &f, NULL, &b);
	sb_put_raw(&b, "previous_page_uri", STR("null"));
	if (more)
		put_uri(c, "next_page_uri", &f, last, &b);
	else
		sb_put_raw(&b, "next_page_uri", STR("null"));
	buf_char(&b, '}');
	sandbox_unlock(s);
	if (ok)
		sb_twilio_reply(c->visit, 200, &b);
	else
		sb_twilio_refuse(c->visit, 20001);
	buf_free(&b);
}

/* ---- one of them -------------------------------------------------------- */

void
sb_mail_show(struct twilio_call *c)
{
	struct buf b = {0};

	sb_mail_write(c->mail, &b);
	sandbox_unlock(c->visit->sandbox);
	sb_twilio_reply(c->visit, 200, &b);
	buf_free(&b);
}

static unsigned
change(struct twilio_call *c)
{
	struct str body = sb_form_get(&c->form, "Body"),
		   status = sb_form_get(&c->form, "Status");

	if (body.p != NULL && body.n == 0) {
		c->mail->body.n = 0;
		return 0;
	}
	if (!str_eq(or_empty(status), STR("canceled")))
		return 20001;
	if (strcmp(c->mail->status, "scheduled") != 0)
		return 30409;
	sb_mail_set_status(c->mail, "canceled");
	return 0;
}

void
sb_mail_update(struct twilio_call *c)
{
	unsigned code = change(c);
	struct buf b = {0};

	sb_mail_write(c->mail, &b);
	sandbox_unlock(c->visit->sandbox);
	if (code == 0)
		sb_twilio_reply(c->visit, 200, &b);
	else
		sb_twilio_refuse(c->visit, code);
	buf_free(&b);
}

void
sb_mail_remove(struct twilio_call *c)
{
	const struct buf none = {0};

	sb_mail_delete(c->mail);
	sandbox_unlock(c->visit->sandbox);
	sb_twilio_reply(c->visit, 204, &none);
}
