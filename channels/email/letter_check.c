/*
 * letter_check: is everything in a letter fit to be written? Each place that
 * ends up in the header is looked at, whoever filled it in.
 */
#include "channels/email/letter_inner.h"
#include "core/utf8.h"

#include <stdio.h>

#define PLACE_MAX 48u

struct checking {
	struct faults *faults;
	bool good;
};

static void
fault(struct checking *c, const char *where, const char *what)
{
	faults_add(c->faults, where, "%s", what);
	c->good = false;
}

static void
check_words(struct checking *c, const char *where, struct str s)
{
	if (!utf8_one_line(s))
		fault(c, where, "has a control character");
	else if (!utf8_valid(s))
		fault(c, where, "is not UTF-8");
}

static void
check_text(struct checking *c, const char *where, struct str s)
{
	if (!utf8_valid(s))
		fault(c, where, "is not UTF-8");
}

static void
check_mailbox(
    struct checking *c, const char *what, const struct mail_address *m)
{
	char where[PLACE_MAX];

	snprintf(where, sizeof(where), "%s.name", what);
	check_words(c, where, m->name);
	snprintf(where, sizeof(where), "%s.address", what);
	if (!address_valid(m->address))
		fault(c, where, "is no address that can be written to");
}

static void
check_mailboxes(struct checking *c, const struct letter *l)
{
	char what[PLACE_MAX];
	size_t i;

	check_mailbox(c, "from", &l->from);
	if (l->reply_to.address.n > 0)
		check_mailbox(c, "reply_to", &l->reply_to);
	if (l->to_count == 0 || l->to_count > LETTER_TO_MAX)
		fault(c, "to", "is nobody, or too many");
	for (i = 0; i < l->to_count && i < LETTER_TO_MAX; i++) {
		snprintf(what, sizeof(what), "to[%zu]", i);
		check_mailbox(c, what, &l->to[i]);
	}
}

bool
letter_id_valid(struct str id)
{
	size_t i;

	for (i = 0; i < id.n; i++)
		if (id.p[i] <= ' ' || id.p[i] > '~' || id.p[i] == '<' ||
		    id.p[i] == '>')
			return false;
	return id.n > 2 && id.n <= LETTER_ID_MAX &&
	       memchr(id.p, '@', id.n) != NULL;
}

static void
check_id(struct checking *c, const char *where, struct str id)
{
	if (!letter_id_valid(id))
		fault(c, where, "is no message id");
}

static void
check_ids(struct checking *c, const struct letter *l)
{
	char where[PLACE_MAX];
	size_t i;

	check_id(c, "id", l->id);
	if (l->in_reply_to.n > 0)
		check_id(c, "in_reply_to", l->in_reply_to);
	for (i = 0; i < l->reference_count; i++) {
		snprintf(where, sizeof(where), "references[%zu]", i);
		check_id(c, where, l->references[i]);
	}
}

/* "image/png" (RFC 6838) */
static bool
type_valid(struct str type)
{
	size_t i, slashes = 0;

	for (i = 0; i < type.n; i++) {
		slashes += type.p[i] == '/';
		if (!lex_alnum(type.p[i]) &&
		    memchr("!#$&^_.+-/", type.p[i], 10) == NULL)
			return false;
	}
	return slashes == 1 && type.n <= 127 && type.p[0] != '/' &&
	       type.p[type.n - 1] != '/';
}

/* Without a byte that could end a line or an attribute. */
static bool
url_valid(struct str url)
{
	size_t i;

	for (i = 0; i < url.n; i++)
		if (url.p[i] <= ' ' || url.p[i] > '~' || url.p[i] == '"' ||
		    url.p[i] == '<' || url.p[i] == '>')
			return false;
	return lex_begins(url, STR("https://")) ||
	       lex_begins(url, STR("http://"));
}

static void
check_file(struct checking *c, const struct letter_file *f, size_t i)
{
	char where[PLACE_MAX];

	snprintf(where, sizeof(where), "files[%zu].name", i);
	check_words(c, where, f->name);
	if (f->url.n > 0) {
		snprintf(where, sizeof(where), "files[%zu].url", i);
		if (!url_valid(f->url))
			fault(c, where, "is no address of the web");
		return;
	}
	snprintf(where, sizeof(where), "files[%zu].type", i);
	if (f->bytes.p != NULL && !type_valid(f->type))
		fault(c, where, "is no content type");
}

bool
letter_check(const struct letter *l, struct faults *faults)
{
	struct checking c = {faults, true};
	size_t i;

	check_mailboxes(&c, l);
	check_words(&c, "subject", l->subject);
	check_ids(&c, l);
	check_text(&c, "text", l->text);
	check_text(&c, "html", l->html);
	if (l->file_count > LETTER_FILES_MAX)
		fault(&c, "files", "are too many");
	for (i = 0; i < l->file_count && i < LETTER_FILES_MAX; i++)
		check_file(&c, &l->files[i], i);
	return c.good;
}
