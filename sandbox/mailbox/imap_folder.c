/* imap_folder: INBOX, which is the only one: chosen, listed, counted. */
#include "sandbox/mailbox/imap.h"

static bool
take_inbox(struct imap *s, struct scan *args)
{
	struct str name;

	return sb_scan_astring(args, &s->arena, &name) &&
	       sb_talk_same(name, STR("INBOX"));
}

static enum imap_result
no_folder(struct imap *s)
{
	return sb_imap_say(s, IMAP_NO, "[NONEXISTENT] there is only INBOX");
}

/* 0: none. */
static size_t
first_unseen(const struct imap *s)
{
	size_t i, first = 0;

	for (i = s->seen; i-- > 0;)
		if ((s->view[i].flags & FLAG_SEEN) == 0)
			first = i + 1;
	return first;
}

static void
describe(struct imap *s)
{
	struct box *box = s->world->box;
	struct buf *out = &s->talk->out;
	size_t unseen;

	s->seen = sb_box_read(box, s->view);
	unseen = first_unseen(s);
	buf_str(out, "* FLAGS ");
	sb_imap_put_flags(out, UINT32_MAX);
	buf_addf(out, "\r\n* %zu EXISTS\r\n* 0 RECENT\r\n", s->seen);
	if (unseen > 0)
		buf_addf(out, "* OK [UNSEEN %zu] the first\r\n", unseen);
	buf_str(out, "* OK [PERMANENTFLAGS ");
	sb_imap_put_flags(out, s->read_only ? 0 : UINT32_MAX);
	buf_addf(out, "] these are kept\r\n* OK [UIDNEXT %u] expected\r\n",
	    sb_box_next(box));
	buf_addf(
	    out, "* OK [UIDVALIDITY %u] of all UIDs\r\n", sb_box_validity(box));
}

static enum imap_result
choose(struct imap *s, struct scan *args, bool read_only)
{
	s->state = IMAP_KNOWN;
	if (!take_inbox(s, args))
		return no_folder(s);
	if (!sb_scan_end(args))
		return sb_imap_malformed(s);
	s->read_only = read_only;
	s->state = IMAP_CHOSEN;
	describe(s);
	return sb_imap_say(
	    s, IMAP_OK, read_only ? "[READ-ONLY] done" : "[READ-WRITE] done");
}

enum imap_result
sb_imap_select(struct imap *s, struct scan *args)
{
	return choose(s, args, false);
}

enum imap_result
sb_imap_examine(struct imap *s, struct scan *args)
{
	return choose(s, args, true);
}

/* A pattern may have the % and * that an atom may not. */
static bool
take_pattern(struct imap *s, struct scan *args, struct str *out)
{
	const char *from = args->p;

	if (args->p < args->end && (*args->p == '"' || *args->p == '{'))
		return sb_scan_astring(args, &s->arena, out);
	args->p = args->end;
	*out = (struct str){from, (size_t)(args->end - from)};
	return out->n > 0;
}

static enum imap_result
list(struct imap *s, struct scan *args, const char *name)
{
	struct buf *out = &s->talk->out;
	struct str from, pattern;

	if (!sb_scan_astring(args, &s->arena, &from) ||
	    !sb_scan_is(args, ' ') || !take_pattern(s, args, &pattern))
		return sb_imap_malformed(s);
	if (pattern.n == 0)
		buf_addf(out, "* %s (\\Noselect) \"/\" \"\"\r\n", name);
	else if (from.n == 0 &&
		 (sb_talk_same(pattern, STR("INBOX")) ||
		     str_eq(pattern, STR("*")) || str_eq(pattern, STR("%"))))
		buf_addf(out, "* %s (\\HasNoChildren) \"/\" INBOX\r\n", name);
	return IMAP_OK;
}

enum imap_result
sb_imap_list(struct imap *s, struct scan *args)
{
	return list(s, args, "LIST");
}

enum imap_result
sb_imap_lsub(struct imap *s, struct scan *args)
{
	return list(s, args, "LSUB");
}

static size_t
count_unseen(const struct slot *slots, size_t n)
{
	size_t i, unseen = 0;

	for (i = 0; i < n; i++)
		unseen += (slots[i].flags & FLAG_SEEN) == 0 ? 1 : 0;
	return unseen;
}

static bool
write_status(struct imap *s, struct str item)
{
	struct box *box = s->world->box;
	struct slot now[BOX_LETTERS];
	size_t n = sb_box_read(box, now), i;
	const struct {
		struct str name;
		size_t value;
	} items[] = {
	    {STR("MESSAGES"), n},
	    {STR("RECENT"), 0},
	    {STR("UIDNEXT"), sb_box_next(box)},
	    {STR("UIDVALIDITY"), sb_box_validity(box)},
	    {STR("UNSEEN"), count_unseen(now, n)},
	};

	for (i = 0; i < ARRAY_LEN(items); i++)
		if (sb_talk_same(item, items[i].name)) {
			buf_addf(&s->talk->out, "%.*s %zu ",
			    STR_FMT(items[i].name), items[i].value);
			return true;
		}
	return false;
}

static bool
write_statuses(struct imap *s, struct scan *args)
{
	struct str item;

	buf_str(&s->talk->out, "* STATUS INBOX (");
	if (!sb_scan_is(args, ' ') || !sb_scan_is(args, '('))
		return false;
	do {
		if (!sb_scan_atom(args, &item) || !write_status(s, item))
			return false;
	} while (sb_scan_is(args, ' '));
	s->talk->out.len--;
	buf_str(&s->talk->out, ")\r\n");
	return sb_scan_is(args, ')') && sb_scan_end(args);
}

enum imap_result
sb_imap_status(struct imap *s, struct scan *args)
{
	size_t mark = s->talk->out.len;

	if (!take_inbox(s, args))
		return no_folder(s);
	if (write_statuses(s, args))
		return IMAP_OK;
	s->talk->out.len = mark;
	return sb_imap_malformed(s);
}
