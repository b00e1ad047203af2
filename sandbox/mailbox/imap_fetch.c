/*
 * imap_fetch: FETCH, written a piece at a time: the next piece when the one
 * before has been sent, so that a whole inbox needs no memory of its size.
 */
#include "sandbox/mailbox/imap.h"

#include <stdlib.h>
#include <strings.h>

#define ITEMS_MOST 16u
#define FIELDS_MOST 32u
#define PIECE_BYTES 65536u

enum item_kind {
	ITEM_FLAGS,
	ITEM_UID,
	ITEM_DATE,
	ITEM_SIZE,
	ITEM_TEXT /* a part of the letter */
};

enum section {
	SECTION_ALL,
	SECTION_HEADER,
	SECTION_BODY,
	SECTION_FIELDS,
	SECTION_OTHER_FIELDS
};

struct item {
	enum item_kind kind;
	enum section section;
	bool peek;
	struct str name; /* as the answer has it */
	struct str fields[FIELDS_MOST];
	size_t field_count;
	bool partial;
	uint32_t from, most;
};

struct fetch {
	struct set set;
	struct item items[ITEMS_MOST];
	size_t item_count;
	bool touches; /* some item marks letters as seen */

	size_t place; /* the next letter's in the view */
	struct letter *letter;
	size_t item;	 /* the next one's */
	struct str rest; /* of a literal, in the letter or the scratch */
};

/* ---- what is asked for -------------------------------------------------- */

static const struct {
	const char *name;
	enum item_kind kind;
	enum section section;
	bool peek;
} simple[] = {
    {"FLAGS", ITEM_FLAGS, SECTION_ALL, true},
    {"UID", ITEM_UID, SECTION_ALL, true},
    {"INTERNALDATE", ITEM_DATE, SECTION_ALL, true},
    {"RFC822.SIZE", ITEM_SIZE, SECTION_ALL, true},
    {"RFC822", ITEM_TEXT, SECTION_ALL, false},
    {"RFC822.HEADER", ITEM_TEXT, SECTION_HEADER, true},
    {"RFC822.TEXT", ITEM_TEXT, SECTION_BODY, false},
};

/* "BODY" and so on, up to the bracket. */
static struct str
peek_word(const struct scan *s)
{
	struct scan try = *s;
	struct str atom = {s->p, 0};
	const char *bracket;

	if (!sb_scan_atom(&try, &atom))
		return atom;
	bracket = memchr(atom.p, '[', atom.n);
	if (bracket != NULL)
		atom.n = (size_t)(bracket - atom.p);
	return atom;
}

static bool
take_simple(struct scan *s, struct item *it)
{
	struct str word = peek_word(s);
	size_t i;

	for (i = 0; i < ARRAY_LEN(simple); i++) {
		if (!sb_talk_same(word, str_from(simple[i].name)))
			continue;
		*it = (struct item){.kind = simple[i].kind,
		    .section = simple[i].section,
		    .peek = simple[i].peek,
		    .name = str_from(simple[i].name)};
		s->p += word.n;
		return true;
	}
	return false;
}

static bool
take_fields(struct scan *s, struct arena *a, struct item *it)
{
	if (!sb_scan_is(s, ' ') || !sb_scan_is(s, '('))
		return false;
	do {
		if (it->field_count == FIELDS_MOST ||
		    !sb_scan_astring(s, a, &it->fields[it->field_count++]))
			return false;
	} while (sb_scan_is(s, ' '));
	return sb_scan_is(s, ')');
}

/* What is an atom ends before "]" here. */
static bool
take_section_word(struct scan *s, const char *word)
{
	size_t n = strlen(word);

	if ((size_t)(s->end - s->p) <= n || strncasecmp(s->p, word, n) != 0 ||
	    strchr("] ", s->p[n]) == NULL)
		return false;
	s->p += n;
	return true;
}

static bool
take_section(struct scan *s, struct arena *a, struct item *it)
{
	static const struct {
		const char *name;
		enum section section;
	} names[] = {
	    {"", SECTION_ALL},
	    {"HEADER", SECTION_HEADER},
	    {"TEXT", SECTION_BODY},
	    {"HEADER.FIELDS", SECTION_FIELDS},
	    {"HEADER.FIELDS.NOT", SECTION_OTHER_FIELDS},
	};
	size_t i = 0;

	while (i < ARRAY_LEN(names) && !take_section_word(s, names[i].name))
		i++;
	if (i == ARRAY_LEN(names))
		return false;
	it->section = names[i].section;
	return it->section < SECTION_FIELDS || take_fields(s, a, it);
}

/* "<0.1024>" */
static bool
take_partial(struct scan *s, struct item *it)
{
	if (!sb_scan_is(s, '<'))
		return true;
	it->partial = true;
	return sb_scan_number(s, &it->from) && sb_scan_is(s, '.') &&
	       sb_scan_number(s, &it->most) && it->most > 0 &&
	       sb_scan_is(s, '>');
}

static bool
take_body(struct scan *s, struct arena *a, struct item *it)
{
	struct str word = peek_word(s);
	const char *from;

	*it = (struct item){.kind = ITEM_TEXT};
	it->peek = sb_talk_same(word, STR("BODY.PEEK"));
	if (!it->peek && !sb_talk_same(word, STR("BODY")))
		return false;
	s->p += word.n;
	from = s->p;
	if (!sb_scan_is(s, '[') || !take_section(s, a, it) ||
	    !sb_scan_is(s, ']'))
		return false;
	it->name = arena_printf(a, "BODY%.*s", (int)(s->p - from), from);
	return it->name.p != NULL && take_partial(s, it);
}

static bool
add_item(struct scan *s, struct arena *a, struct fetch *f)
{
	struct item *it = &f->items[f->item_count];

	if (f->item_count == ITEMS_MOST ||
	    (!take_simple(s, it) && !take_body(s, a, it)))
		return false;
	f->item_count++;
	f->touches = f->touches || !it->peek;
	return true;
}

static bool
has_item(const struct fetch *f, enum item_kind kind)
{
	size_t i;

	for (i = 0; i < f->item_count; i++)
		if (f->items[i].kind == kind)
			return true;
	return false;
}

static bool
take_items(struct scan *s, struct arena *a, struct fetch *f)
{
	struct scan fast = {"FLAGS INTERNALDATE RFC822.SIZE", NULL};
	bool bracket = sb_scan_is(s, '(');

	if (!bracket && sb_scan_word(s, "FAST")) {
		fast.end = fast.p + strlen(fast.p);
		while (add_item(&fast, a, f) && sb_scan_is(&fast, ' '))
			;
		return sb_scan_end(s);
	}
	do {
		if (!add_item(s, a, f))
			return false;
	} while (bracket && sb_scan_is(s, ' '));
	return (!bracket || sb_scan_is(s, ')')) && sb_scan_end(s);
}

enum imap_result
sb_imap_fetch(struct imap *s, struct scan *args)
{
	struct fetch *f = arena_alloc(&s->arena, sizeof(*f));

	s->words = "its arguments are wrong, or it names an unknown item";
	if (f == NULL || !sb_scan_set(args, &s->arena, &f->set) ||
	    !sb_scan_is(args, ' ') || !take_items(args, &s->arena, f))
		return IMAP_BAD;
	s->words = "done";
	s->fetch = f;
	return IMAP_LATER;
}

/* ---- what is answered --------------------------------------------------- */

static bool
is_named(const struct item *it, struct str line)
{
	const char *colon = memchr(line.p, ':', line.n);
	size_t i;

	if (colon == NULL)
		return false;
	line.n = (size_t)(colon - line.p);
	for (i = 0; i < it->field_count; i++)
		if (sb_talk_same(str_trim(line), it->fields[i]))
			return true;
	return false;
}

/* The fields that were named, or those that were not, and the empty line. */
static struct str
pick_fields(struct imap *s, const struct item *it, struct str header)
{
	char *out = arena_alloc(&s->scratch, header.n + 2);
	bool wanted = false, others = it->section == SECTION_OTHER_FIELDS;
	size_t n = 0, size = 0;

	if (out == NULL)
		return (struct str){0};
	for (; header.n > 0;
	     header = (struct str){header.p + size, header.n - size}) {
		const char *end = memchr(header.p, '\n', header.n);

		size = end == NULL ? header.n : (size_t)(end - header.p) + 1;
		if (size <= 2 && header.p[0] == '\r')
			break;
		if (header.p[0] != ' ' && header.p[0] != '\t')
			wanted = is_named(it, (struct str){header.p, size}) !=
				 others;
		if (wanted) {
			memcpy(out + n, header.p, size);
			n += size;
		}
	}
	memcpy(out + n, "\r\n", 2);
	return (struct str){out, n + 2};
}

static struct str
part_of(struct imap *s, const struct item *it, struct str text)
{
	struct str header = sb_letter_header(text);

	if (it->section == SECTION_HEADER)
		text = header;
	else if (it->section == SECTION_BODY)
		text = (struct str){text.p + header.n, text.n - header.n};
	else if (it->section != SECTION_ALL)
		text = pick_fields(s, it, header);
	if (!it->partial)
		return text;
	if (it->from >= text.n)
		return (struct str){"", 0};
	text = (struct str){text.p + it->from, text.n - it->from};
	return (struct str){text.p, text.n < it->most ? text.n : it->most};
}

static void
write_text(struct imap *s, const struct item *it)
{
	struct fetch *f = s->fetch;
	struct buf *out = &s->talk->out;

	f->rest = part_of(s, it, sb_letter_whole(f->letter));
	if (it->partial)
		buf_addf(out, "<%u>", it->from);
	buf_addf(out, " {%zu}\r\n", f->rest.n);
}

static void
write_item(struct imap *s, const struct item *it)
{
	const struct slot *slot = &s->view[s->fetch->place];
	struct buf *out = &s->talk->out;
	char date[IMAP_DATE];

	buf_add(out, it->name.p, it->name.n);
	sb_imap_date(s->fetch->letter->at, date);
	if (it->kind == ITEM_TEXT) {
		write_text(s, it);
		return;
	}
	buf_char(out, ' ');
	if (it->kind == ITEM_FLAGS)
		sb_imap_put_flags(out, slot->flags);
	else if (it->kind == ITEM_DATE)
		buf_addf(out, "\"%s\"", date);
	else
		buf_u64(out,
		    it->kind == ITEM_UID ? slot->uid : s->fetch->letter->size);
}

static void
open_letter(struct imap *s)
{
	struct fetch *f = s->fetch;
	struct slot *slot = &s->view[f->place];
	struct buf *out = &s->talk->out;
	unsigned before = slot->flags;

	if (f->touches && !s->read_only)
		(void)sb_box_mark(s->world->box, slot->uid, MARK_ADD, FLAG_SEEN,
		    &slot->flags);
	f->item = 0;
	buf_addf(out, "* %zu FETCH (", f->place + 1);
	if (s->by_uid && !has_item(f, ITEM_UID))
		buf_addf(out, "UID %u ", slot->uid);
	if (slot->flags == before || has_item(f, ITEM_FLAGS))
		return;
	buf_str(out, "FLAGS ");
	sb_imap_put_flags(out, slot->flags);
	buf_char(out, ' ');
}

/* False: there is none left. Those that are gone meanwhile are left out. */
static bool
next_letter(struct imap *s)
{
	struct fetch *f = s->fetch;

	for (; f->place < s->seen; f->place++) {
		if (!sb_imap_in_set(s, &f->set, s->by_uid, f->place))
			continue;
		f->letter = sb_box_letter(s->world->box, s->view[f->place].uid);
		if (f->letter == NULL)
			continue;
		open_letter(s);
		return true;
	}
	return false;
}

static void
close_letter(struct imap *s)
{
	struct fetch *f = s->fetch;

	buf_str(&s->talk->out, ")\r\n");
	sb_letter_unref(f->letter);
	f->letter = NULL;
	f->place++;
	arena_reset(&s->scratch);
}

static void
write_rest(struct imap *s)
{
	struct fetch *f = s->fetch;
	size_t n = f->rest.n < PIECE_BYTES ? f->rest.n : PIECE_BYTES;

	buf_add(&s->talk->out, f->rest.p, n);
	f->rest = (struct str){f->rest.p + n, f->rest.n - n};
}

static void
step(struct imap *s)
{
	struct fetch *f = s->fetch;

	if (f->rest.n > 0) {
		write_rest(s);
	} else if (f->letter == NULL) {
		if (next_letter(s))
			return;
		sb_imap_finish(s, IMAP_OK);
		s->fetch = NULL;
	} else if (f->item == f->item_count) {
		close_letter(s);
	} else {
		if (f->item > 0)
			buf_char(&s->talk->out, ' ');
		write_item(s, &f->items[f->item++]);
	}
}

bool
sb_imap_fetch_more(struct imap *s)
{
	size_t before = s->talk->out.len;

	while (s->fetch != NULL && !s->talk->out.failed &&
	       s->talk->out.len - before < PIECE_BYTES)
		step(s);
	return s->talk->out.len > before;
}

void
sb_imap_fetch_drop(struct imap *s)
{
	if (s->fetch == NULL)
		return;
	sb_letter_unref(s->fetch->letter);
	s->fetch = NULL;
}
