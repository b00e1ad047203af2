/*
 * imap_search: SEARCH. The criteria become a tree in the command's arena, and
 * each letter of the view is held against it.
 */
#include "sandbox/mailbox/imap.h"

#include <strings.h>

#define DEPTH_MOST 20u
#define NODES_MOST 1000u
#define DAY_MS 86400000

struct node;
struct subject {
	const struct imap *imap;
	size_t place;
	const struct slot *slot;
	struct letter *letter;
};

typedef bool node_test(const struct node *n, const struct subject *s);

struct node {
	node_test *test;
	struct node *next;	     /* all of a list must be so */
	struct node *first, *second; /* lists of their own */
	unsigned flag;
	int64_t number;
	struct set set;
	struct str name, text;
};

/* ---- tests -------------------------------------------------------------- */

static bool
all_are(const struct node *n, const struct subject *s)
{
	for (; n != NULL; n = n->next)
		if (!n->test(n, s))
			return false;
	return true;
}

static bool
is_any(const struct node *n, const struct subject *s)
{
	(void)n;
	(void)s;
	return true;
}

static bool
is_none(const struct node *n, const struct subject *s)
{
	(void)n;
	(void)s;
	return false;
}

static bool
has_flag(const struct node *n, const struct subject *s)
{
	return (s->slot->flags & n->flag) != 0;
}

static bool
has_not_flag(const struct node *n, const struct subject *s)
{
	return (s->slot->flags & n->flag) == 0;
}

static bool
is_not(const struct node *n, const struct subject *s)
{
	return !all_are(n->first, s);
}

static bool
is_either(const struct node *n, const struct subject *s)
{
	return all_are(n->first, s) || all_are(n->second, s);
}

static bool
is_all(const struct node *n, const struct subject *s)
{
	return all_are(n->first, s);
}

static bool
is_numbered(const struct node *n, const struct subject *s)
{
	return sb_imap_in_set(s->imap, &n->set, false, s->place);
}

static bool
is_uid(const struct node *n, const struct subject *s)
{
	return sb_imap_in_set(s->imap, &n->set, true, s->place);
}

static bool
is_since(const struct node *n, const struct subject *s)
{
	return s->letter->at / DAY_MS >= n->number;
}

static bool
is_before(const struct node *n, const struct subject *s)
{
	return s->letter->at / DAY_MS < n->number;
}

static bool
is_on(const struct node *n, const struct subject *s)
{
	return s->letter->at / DAY_MS == n->number;
}

static bool
is_larger(const struct node *n, const struct subject *s)
{
	return (int64_t)s->letter->size > n->number;
}

static bool
is_smaller(const struct node *n, const struct subject *s)
{
	return (int64_t)s->letter->size < n->number;
}

static bool
holds(struct str where, struct str text)
{
	size_t i;

	for (i = 0; i + text.n <= where.n; i++)
		if (strncasecmp(where.p + i, text.p, text.n) == 0)
			return true;
	return false;
}

/* Its field of that name, as it stands there; folded lines are not joined. */
static bool
has_in_header(const struct node *n, const struct subject *s)
{
	struct str rest = sb_letter_header(sb_letter_whole(s->letter));
	const char *end;

	for (; rest.n > 0;
	     rest = (struct str){end, (size_t)(rest.p + rest.n - end)}) {
		end = memchr(rest.p, '\n', rest.n);
		end = end == NULL ? rest.p + rest.n : end + 1;
		if (rest.n > n->name.n && rest.p[n->name.n] == ':' &&
		    strncasecmp(rest.p, n->name.p, n->name.n) == 0 &&
		    holds(
			(struct str){rest.p, (size_t)(end - rest.p)}, n->text))
			return true;
	}
	return false;
}

static bool
has_in_text(const struct node *n, const struct subject *s)
{
	return holds(sb_letter_whole(s->letter), n->text);
}

/* ---- criteria ----------------------------------------------------------- */

struct reader {
	struct scan *args;
	struct arena *arena;
	unsigned depth, nodes;
};

static struct node *take_key(struct reader *r);

static bool
take_nothing(struct reader *r, struct node *n)
{
	(void)r;
	(void)n;
	return true;
}

static bool
take_uids(struct reader *r, struct node *n)
{
	return sb_scan_is(r->args, ' ') &&
	       sb_scan_set(r->args, r->arena, &n->set);
}

static bool
take_day(struct reader *r, struct node *n)
{
	return sb_scan_is(r->args, ' ') &&
	       sb_scan_date(r->args, r->arena, &n->number);
}

static bool
take_size(struct reader *r, struct node *n)
{
	uint32_t size;

	if (!sb_scan_is(r->args, ' ') || !sb_scan_number(r->args, &size))
		return false;
	n->number = size;
	return true;
}

static bool
take_text(struct reader *r, struct node *n)
{
	return sb_scan_is(r->args, ' ') &&
	       sb_scan_astring(r->args, r->arena, &n->text);
}

static bool
take_header(struct reader *r, struct node *n)
{
	return sb_scan_is(r->args, ' ') &&
	       sb_scan_astring(r->args, r->arena, &n->name) && take_text(r, n);
}

static bool
take_one(struct reader *r, struct node *n)
{
	return sb_scan_is(r->args, ' ') && (n->first = take_key(r)) != NULL;
}

static bool
take_two(struct reader *r, struct node *n)
{
	return take_one(r, n) && sb_scan_is(r->args, ' ') &&
	       (n->second = take_key(r)) != NULL;
}

#define KEY(word, what, tested) \
	{ \
		.name = word, .take = what, .test = tested \
	}
#define FLAG_KEYS(yes, no, bit) \
	{.name = yes, .take = take_nothing, .test = has_flag, .flag = bit}, \
	{ \
		.name = no, .take = take_nothing, .test = has_not_flag, \
		.flag = bit \
	}
#define FIELD_KEY(word) \
	{ \
		.name = word, .take = take_text, .test = has_in_header, \
		.field = true \
	}

static const struct key {
	const char *name;
	bool (*take)(struct reader *r, struct node *n);
	node_test *test;
	unsigned flag;
	bool field; /* the key is the field's name */
} keys[] = {
    KEY("ALL", take_nothing, is_any),
    FLAG_KEYS("SEEN", "UNSEEN", FLAG_SEEN),
    FLAG_KEYS("ANSWERED", "UNANSWERED", FLAG_ANSWERED),
    FLAG_KEYS("FLAGGED", "UNFLAGGED", FLAG_FLAGGED),
    FLAG_KEYS("DELETED", "UNDELETED", FLAG_DELETED),
    FLAG_KEYS("DRAFT", "UNDRAFT", FLAG_DRAFT),
    KEY("RECENT", take_nothing, is_none),
    KEY("NEW", take_nothing, is_none),
    KEY("OLD", take_nothing, is_any),
    KEY("UID", take_uids, is_uid),
    KEY("SINCE", take_day, is_since),
    KEY("BEFORE", take_day, is_before),
    KEY("ON", take_day, is_on),
    KEY("LARGER", take_size, is_larger),
    KEY("SMALLER", take_size, is_smaller),
    KEY("NOT", take_one, is_not),
    KEY("OR", take_two, is_either),
    KEY("HEADER", take_header, has_in_header),
    FIELD_KEY("FROM"),
    FIELD_KEY("TO"),
    FIELD_KEY("CC"),
    FIELD_KEY("SUBJECT"),
    KEY("TEXT", take_text, has_in_text),
    KEY("BODY", take_text, has_in_text),
};

static struct node *
take_list(struct reader *r)
{
	struct node *first = take_key(r), *last = first;

	while (last != NULL && sb_scan_is(r->args, ' ')) {
		last->next = take_key(r);
		last = last->next;
	}
	return last == NULL ? NULL : first;
}

static bool
take_named(struct reader *r, struct node *n)
{
	size_t i = 0;

	while (i < ARRAY_LEN(keys) && !sb_scan_word(r->args, keys[i].name))
		i++;
	if (i == ARRAY_LEN(keys))
		return false;
	n->test = keys[i].test;
	n->flag = keys[i].flag;
	if (keys[i].field)
		n->name = str_from(keys[i].name);
	return keys[i].take(r, n);
}

static bool
fill(struct reader *r, struct node *n)
{
	if (sb_scan_is(r->args, '(')) {
		n->test = is_all;
		n->first = take_list(r);
		return n->first != NULL && sb_scan_is(r->args, ')');
	}
	if (sb_scan_set(r->args, r->arena, &n->set)) {
		n->test = is_numbered;
		return true;
	}
	return take_named(r, n);
}

/* NULL: what stands there is no key, or there are too many. */
static struct node *
take_key(struct reader *r)
{
	struct node *n = NULL;

	if (r->depth < DEPTH_MOST && ++r->nodes <= NODES_MOST)
		n = arena_alloc(r->arena, sizeof(*n));
	r->depth++;
	if (n != NULL && !fill(r, n))
		n = NULL;
	r->depth--;
	return n;
}

/* ---- the command -------------------------------------------------------- */

static bool
take_charset(struct imap *s, struct scan *args)
{
	struct str charset;

	return !sb_scan_word(args, "CHARSET") ||
	       (sb_scan_is(args, ' ') &&
		   sb_scan_astring(args, &s->arena, &charset) &&
		   (sb_talk_same(charset, STR("UTF-8")) ||
		       sb_talk_same(charset, STR("US-ASCII"))) &&
		   sb_scan_is(args, ' '));
}

static void
test_one(struct imap *s, size_t place, const struct node *criteria)
{
	struct subject subject = {
	    .imap = s, .place = place, .slot = &s->view[place]};

	subject.letter = sb_box_letter(s->world->box, subject.slot->uid);
	if (subject.letter != NULL && all_are(criteria, &subject))
		buf_addf(&s->talk->out, " %zu",
		    s->by_uid ? (size_t)subject.slot->uid : place + 1);
	sb_letter_unref(subject.letter);
}

enum imap_result
sb_imap_search(struct imap *s, struct scan *args)
{
	struct reader r = {.args = args, .arena = &s->arena};
	struct node *criteria = NULL;
	size_t i;

	s->words = "its criteria are wrong, or not known here";
	if (take_charset(s, args))
		criteria = take_list(&r);
	if (criteria == NULL || !sb_scan_end(args))
		return IMAP_BAD;
	buf_str(&s->talk->out, "* SEARCH");
	for (i = 0; i < s->seen; i++)
		test_one(s, i, criteria);
	buf_str(&s->talk->out, "\r\n");
	s->words = "done";
	return IMAP_OK;
}
