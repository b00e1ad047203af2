/*
 * imap_view: the letters as one client knows them, and their flags. A number
 * is a place in that list, and the list changes only when the client is told.
 */
#include "sandbox/mailbox/imap.h"

static const struct {
	const char *name;
	unsigned flag;
} flag_names[] = {
    {"Answered", FLAG_ANSWERED},
    {"Flagged", FLAG_FLAGGED},
    {"Deleted", FLAG_DELETED},
    {"Seen", FLAG_SEEN},
    {"Draft", FLAG_DRAFT},
};

void
sb_imap_put_flags(struct buf *out, unsigned flags)
{
	const char *between = "";
	size_t i;

	buf_char(out, '(');
	for (i = 0; i < ARRAY_LEN(flag_names); i++)
		if ((flags & flag_names[i].flag) != 0) {
			buf_addf(out, "%s\\%s", between, flag_names[i].name);
			between = " ";
		}
	buf_char(out, ')');
}

static unsigned
flag_of(struct str name)
{
	size_t i;

	for (i = 0; i < ARRAY_LEN(flag_names); i++)
		if (sb_talk_same(name, str_from(flag_names[i].name)))
			return flag_names[i].flag;
	return 0;
}

bool
sb_imap_take_flags(struct scan *args, unsigned *flags)
{
	bool bracket = sb_scan_is(args, '(');
	struct str name;

	*flags = 0;
	if (bracket && sb_scan_is(args, ')'))
		return sb_scan_end(args);
	do {
		if (!sb_scan_flag(args, &name) || flag_of(name) == 0)
			return false;
		*flags |= flag_of(name);
	} while (sb_scan_is(args, ' '));
	return (!bracket || sb_scan_is(args, ')')) && sb_scan_end(args);
}

bool
sb_imap_in_set(
    const struct imap *s, const struct set *set, bool by_uid, size_t place)
{
	if (by_uid)
		return sb_set_has(
		    set, s->view[place].uid, s->view[s->seen - 1].uid);
	return sb_set_has(set, (uint32_t)place + 1, (uint32_t)s->seen);
}

/* Both lists rise; from the end, so that lower numbers stay as they are. */
static void
tell_gone(struct imap *s, const struct slot *now, size_t n)
{
	size_t i;

	for (i = s->seen; i-- > 0;) {
		while (n > 0 && now[n - 1].uid > s->view[i].uid)
			n--;
		if (n > 0 && now[n - 1].uid == s->view[i].uid)
			continue;
		buf_addf(&s->talk->out, "* %zu EXPUNGE\r\n", i + 1);
		s->seen--;
		memmove(&s->view[i], &s->view[i + 1],
		    (s->seen - i) * sizeof(s->view[0]));
	}
}

void
sb_imap_sync(struct imap *s)
{
	struct buf *out = &s->talk->out;
	struct slot now[BOX_LETTERS];
	size_t n = sb_box_read(s->world->box, now), i;

	tell_gone(s, now, n);
	for (i = 0; i < s->seen; i++) {
		if (now[i].flags == s->view[i].flags)
			continue;
		buf_addf(out, "* %zu FETCH (UID %u FLAGS ", i + 1, now[i].uid);
		sb_imap_put_flags(out, now[i].flags);
		buf_str(out, ")\r\n");
	}
	if (n > s->seen)
		buf_addf(out, "* %zu EXISTS\r\n* 0 RECENT\r\n", n);
	memcpy(s->view, now, n * sizeof(now[0]));
	s->seen = n;
}

struct str
sb_letter_header(struct str text)
{
	const char *end = memmem(text.p, text.n, "\r\n\r\n", 4);

	if (end != NULL)
		text.n = (size_t)(end - text.p) + 4;
	return text;
}

/* ---- STORE -------------------------------------------------------------- */

struct change {
	enum mark how;
	unsigned flags;
	bool silent;
};

static bool
take_how(struct scan *args, struct change *c)
{
	static const struct {
		const char *name;
		enum mark how;
		bool silent;
	} names[] = {
	    {"FLAGS", MARK_SET, false},
	    {"FLAGS.SILENT", MARK_SET, true},
	    {"+FLAGS", MARK_ADD, false},
	    {"+FLAGS.SILENT", MARK_ADD, true},
	    {"-FLAGS", MARK_REMOVE, false},
	    {"-FLAGS.SILENT", MARK_REMOVE, true},
	};
	size_t i;

	for (i = 0; i < ARRAY_LEN(names); i++)
		if (sb_scan_word(args, names[i].name)) {
			c->how = names[i].how;
			c->silent = names[i].silent;
			return true;
		}
	return false;
}

static void
change_one(struct imap *s, size_t place, const struct change *c)
{
	struct slot *slot = &s->view[place];
	struct buf *out = &s->talk->out;

	if (!sb_box_mark(
		s->world->box, slot->uid, c->how, c->flags, &slot->flags) ||
	    c->silent)
		return;
	buf_addf(out, "* %zu FETCH (", place + 1);
	if (s->by_uid)
		buf_addf(out, "UID %u ", slot->uid);
	buf_str(out, "FLAGS ");
	sb_imap_put_flags(out, slot->flags);
	buf_str(out, ")\r\n");
}

enum imap_result
sb_imap_store(struct imap *s, struct scan *args)
{
	struct change c = {0};
	struct set set;
	size_t i;

	s->words = "its arguments are wrong, or it names an unknown flag";
	if (!sb_scan_set(args, &s->arena, &set) || !sb_scan_is(args, ' ') ||
	    !take_how(args, &c) || !sb_scan_is(args, ' ') ||
	    !sb_imap_take_flags(args, &c.flags))
		return IMAP_BAD;
	s->words = "the folder is open for reading only";
	if (s->read_only)
		return IMAP_NO;
	for (i = 0; i < s->seen; i++)
		if (sb_imap_in_set(s, &set, s->by_uid, i))
			change_one(s, i, &c);
	s->words = "done";
	return IMAP_OK;
}
