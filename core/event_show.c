/*
 * event_show: of an event as it is written for the company's side, what the
 * customer may see. Only what the table names is passed on, so that what an
 * event has to say to sellers, now or later, does not reach a browser because
 * nobody thought of it.
 */
#include "core/conversation.h"

/* ---- the table ----------------------------------------------------------- */

#define LIST(...) \
	(const char *const[]) \
	{ \
		__VA_ARGS__, NULL \
	}

struct view {
	enum event_kind kind;
	const char *by;	  /* of that author or holder alone; NULL: of all */
	const char *word; /* the member beside seq, kind, author, at; or NULL */
	const char *const *body; /* members; NULL: none */
};

/* Of several the first. */
static const struct view views[] = {
    {EVENT_MESSAGE, "customer", NULL,
	LIST("text", "id", "from", "files", "button", "location", "contacts",
	    "reply_to")},
    {EVENT_MESSAGE, "bot", "ref", LIST("text", "answer")},
    {EVENT_MESSAGE, "agent", "ref", LIST("text", "name", "files")},
    {EVENT_MESSAGE, "system", NULL, LIST("text", "notice", "position")},
    {EVENT_IDENTIFIED, NULL, NULL, LIST("user", "name", "email")},
    {EVENT_HOLDER, "agent", "holder", LIST("name")},
    {EVENT_HOLDER, NULL, "holder", NULL},
    {EVENT_EDITED, NULL, "ref", LIST("text")},
    {EVENT_DELETED, NULL, "ref", NULL},
    {EVENT_FILE, NULL, "ref",
	LIST("index", "name", "type", "size", "hash", "url", "refused")},
};

/* ---- JSON that was written by us ----------------------------------------- */

struct member {
	struct str name, value; /* as they are written */
};

static bool
is_one_of(char c, const char *set)
{
	return c != '\0' && strchr(set, c) != NULL;
}

static void
skip_space(struct str *rest)
{
	while (rest->n > 0 && is_one_of(*rest->p, " \t\r\n"))
		*rest = (struct str){rest->p + 1, rest->n - 1};
}

/* From its first quote on; its length with both, 0: it has no end. */
static size_t
string_length(struct str s)
{
	size_t i;

	for (i = 1; i < s.n && s.p[i] != '"'; i++)
		i += s.p[i] == '\\';
	return i < s.n ? i + 1 : 0;
}

/* Up to what ends it: a comma, or what was opened before it; 0: nothing. */
static size_t
value_length(struct str s)
{
	size_t i = 0, n, deep = 0;

	while (i < s.n && (deep > 0 || !is_one_of(s.p[i], ",]}"))) {
		n = 1;
		if (s.p[i] == '"')
			n = string_length((struct str){s.p + i, s.n - i});
		if (n == 0)
			return 0;
		deep += is_one_of(s.p[i], "[{");
		deep -= is_one_of(s.p[i], "]}");
		i += n;
	}
	return i < s.n ? i : 0;
}

static bool
take(struct str *rest, size_t n, struct str *out)
{
	*out = (struct str){rest->p, n};
	*rest = (struct str){rest->p + n, rest->n - n};
	return n > 0;
}

/* rest: the object, then what is behind its last member that was read. */
static bool
next_member(struct str *rest, struct member *out)
{
	struct str mark;

	skip_space(rest);
	if (rest->n == 0 || !is_one_of(*rest->p, "{,"))
		return false;
	(void)take(rest, 1, &mark);
	skip_space(rest);
	if (rest->n == 0 || *rest->p != '"' ||
	    !take(rest, string_length(*rest), &out->name))
		return false;
	out->name = (struct str){out->name.p + 1, out->name.n - 2};
	skip_space(rest);
	if (rest->n == 0 || *rest->p != ':')
		return false;
	(void)take(rest, 1, &mark);
	skip_space(rest);
	return take(rest, value_length(*rest), &out->value);
}

/* Empty: it is not there. */
static struct str
member_of(struct str object, const char *name)
{
	struct member m;

	while (next_member(&object, &m))
		if (str_eq(m.name, str_from(name)))
			return str_trim(m.value);
	return (struct str){0};
}

/* Without its quotes; our words need no escapes. */
static struct str
word_of(struct str object, const char *name)
{
	struct str s = member_of(object, name);

	if (s.n >= 2 && *s.p == '"')
		s = (struct str){s.p + 1, s.n - 2};
	return s;
}

/* ---- what is shown ------------------------------------------------------- */

static const struct view *
view_of(enum event_kind kind, struct str by)
{
	static const struct view plain = {EVENT_KINDS, NULL, NULL, NULL};
	size_t i;

	for (i = 0; i < ARRAY_LEN(views); i++)
		if (views[i].kind == kind &&
		    (views[i].by == NULL || str_eq(by, str_from(views[i].by))))
			return &views[i];
	return &plain;
}

static void
copy_member(
    struct buf *out, const char *before, struct str whole, const char *name)
{
	struct str value = member_of(whole, name);

	if (value.n == 0)
		return;
	buf_str(out, before);
	buf_char(out, '"');
	buf_str(out, name);
	buf_str(out, "\":");
	buf_add(out, value.p, value.n);
}

static bool
is_listed(const char *const *list, struct str name)
{
	while (list != NULL && *list != NULL)
		if (str_eq(name, str_from(*list++)))
			return true;
	return false;
}

static void
show_body(struct buf *out, struct str body, const char *const *list)
{
	struct member m;
	bool first = true;

	buf_char(out, '{');
	while (next_member(&body, &m)) {
		if (!is_listed(list, m.name))
			continue;
		buf_str(out, first ? "\"" : ",\"");
		buf_add(out, m.name.p, m.name.n);
		buf_str(out, "\":");
		buf_add(out, m.value.p, m.value.n);
		first = false;
	}
	buf_char(out, '}');
}

void
event_show(struct buf *out, struct str whole)
{
	enum event_kind kind = event_kind_find(word_of(whole, "kind"));
	const struct view *view;
	uint64_t seq;

	if (!str_to_u64(member_of(whole, "seq"), UINT64_MAX, &seq)) {
		out->failed = true;
		return;
	}
	if (!event_is_public(kind)) {
		event_write_hidden(out, seq);
		return;
	}
	view = view_of(
	    kind, word_of(whole, kind == EVENT_HOLDER ? "holder" : "author"));
	copy_member(out, "{", whole, "seq");
	copy_member(out, ",", whole, "kind");
	copy_member(out, ",", whole, "author");
	copy_member(out, ",", whole, "at");
	if (view->word != NULL)
		copy_member(out, ",", whole, view->word);
	buf_str(out, ",\"body\":");
	show_body(out, member_of(whole, "body"), view->body);
	buf_char(out, '}');
}
