/*
 * limits: one message against the limits of a channel's row. Every channel
 * refuses here, so that all of them name the limit in the same words. How a
 * text within the limits is cut into parts is split.c's.
 */
#include "channels/channel.h"
#include "channels/split.h"
#include "core/utf8.h"

#include <stdio.h>
#include <strings.h>

#define HOUR_MS (3600 * (int64_t)1000)
#define PLACE_MAX 48u

struct refusal {
	const struct channel *c;
	const struct capabilities *can;
	struct faults *faults;
};

/* ---- text and buttons --------------------------------------------------- */

static bool
blank(struct str s)
{
	size_t i = 0;

	while (i < s.n && memchr(" \t\r\n", s.p[i], 4) != NULL)
		i++;
	return i == s.n;
}

static bool
words_right(const struct refusal *r, const char *where, struct str s)
{
	if (blank(s))
		faults_add(r->faults, where, "is empty");
	else if (!utf8_valid(s))
		faults_add(r->faults, where, "is not UTF-8");
	else
		return true;
	return false;
}

static void
check_length(
    const struct refusal *r, const char *where, struct str s, unsigned max)
{
	size_t n;

	if (!words_right(r, where, s))
		return;
	n = text_length(s, r->can->unit);
	if (n > max)
		faults_add(r->faults, where, "has %zu %s; %s takes at most %u",
		    n, text_unit_name(r->can->unit), r->c->title, max);
}

/* False: there are too many for the list to be looked at. */
static bool
check_count(const struct refusal *r, const char *where, size_t n, unsigned max)
{
	if (n <= max)
		return true;
	if (max == 0)
		faults_add(
		    r->faults, where, "are not possible on %s", r->c->title);
	else
		faults_add(r->faults, where, "are %zu; %s takes at most %u", n,
		    r->c->title, max);
	return false;
}

static void
check_buttons(const struct refusal *r, const struct outgoing *m)
{
	char where[PLACE_MAX];
	size_t i;

	if (!check_count(r, "buttons", m->button_count, r->can->buttons_max))
		return;
	for (i = 0; i < m->button_count; i++) {
		snprintf(where, sizeof(where), "buttons[%zu].text", i);
		check_length(
		    r, where, m->buttons[i].text, r->can->button_text_max);
	}
}

/* ---- files -------------------------------------------------------------- */

/* "audio/ogg; codecs=opus" is "audio/ogg". */
static struct str
bare_type(struct str type)
{
	const char *end = type.n == 0 ? NULL : memchr(type.p, ';', type.n);

	if (end != NULL)
		type.n = (size_t)(end - type.p);
	return str_trim(type);
}

static bool
kind_fits(const struct media_kind *k, struct str type)
{
	size_t n = strlen(k->type);
	bool prefix = n == 0 || k->type[n - 1] == '/';

	return type.n >= n && (prefix || type.n == n) &&
	       (n == 0 || strncasecmp(k->type, type.p, n) == 0);
}

static const struct media_kind *
kind_of(const struct capabilities *can, struct str type)
{
	const struct media_kind *k;

	type = bare_type(type);
	for (k = can->media; k->type != NULL; k++)
		if (kind_fits(k, type))
			return k;
	return NULL;
}

bool
channel_takes_file(const struct channel *c, struct str type, uint64_t size)
{
	const struct media_kind *k = c->can.media == NULL
					 ? NULL
					 : kind_of(&c->can, type);

	return k != NULL && size <= k->size_max;
}

static void
fault_type(const struct refusal *r, const char *where)
{
	const struct media_kind *k;
	struct buf list = {0};

	for (k = r->can->media; k->type != NULL; k++)
		buf_addf(&list, " %s", k->type);
	faults_add(r->faults, where, "is none that %s takes; it takes:%.*s",
	    r->c->title, STR_FMT(buf_view(&list)));
	buf_free(&list);
}

static void
check_file(const struct refusal *r, const struct outgoing_file *f, size_t i)
{
	const struct media_kind *k = kind_of(r->can, f->type);
	char where[PLACE_MAX];

	if (k == NULL) {
		snprintf(where, sizeof(where), "files[%zu].type", i);
		fault_type(r, where);
	} else if (f->size > k->size_max) {
		snprintf(where, sizeof(where), "files[%zu].size", i);
		faults_add(r->faults, where,
		    "is %llu bytes; %s takes at most %zu",
		    (unsigned long long)f->size, r->c->title, k->size_max);
	}
}

static void
check_files(const struct refusal *r, const struct outgoing *m)
{
	unsigned max = r->can->media == NULL ? 0 : r->can->media_max;
	size_t i;

	if (!check_count(r, "files", m->file_count, max))
		return;
	for (i = 0; i < m->file_count; i++)
		check_file(r, &m->files[i], i);
}

/* ---- the window --------------------------------------------------------- */

struct policy
channel_policy(const struct company *company, const struct channel *c)
{
	struct policy p = company->policy;

	if (c != NULL)
		p.window_ms = (int64_t)c->can.window_hours * 3600000;
	if (c != NULL && channel_has_vendor(c))
		p.unread_ms = 0; /* it reaches them anyway */
	return p;
}

bool
channel_window_open(const struct channel *c, int64_t customer_at, int64_t now)
{
	int64_t window = c->can.window_hours * HOUR_MS;

	if (window == 0)
		return true;
	return customer_at > 0 && now - customer_at < window;
}

static void
check_window(const struct refusal *r, const struct company_account *account,
    const struct outgoing *m)
{
	if (channel_window_open(r->c, m->customer_at, m->now))
		return;
	if (r->can->templates && account->template.n > 0)
		return;
	faults_add(r->faults, "window",
	    "is closed; %s takes free text only within %u hours of the "
	    "customer's last message%s",
	    r->c->title, r->can->window_hours,
	    r->can->templates ? ", and the account names no template" : "");
}

bool
channel_refuses(const struct channel *c, const struct company_account *account,
    const struct outgoing *m, struct faults *faults)
{
	struct refusal r = {c, &c->can, faults};
	size_t had = faults->count;

	if (m->text.n > 0 || m->file_count == 0)
		check_length(&r, "text", m->text, c->can.text_max);
	check_buttons(&r, m);
	check_files(&r, m);
	check_window(&r, account, m);
	return faults->count > had;
}
