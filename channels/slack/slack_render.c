/*
 * slack_render: an answer as payloads. They hold the Markdown; what Slack is
 * sent is made of it when it goes out, for a draft may have shown the first of
 * it already. Here is only made sure that each part will fit.
 */
#include "channels/slack/slack.h"
#include "channels/slack/slack_inner.h"
#include "channels/split.h"

#include <stdio.h>

/* Parts beside buttons, in units of Markdown. */
#define SECTION_PART 2800u

/* ---- a payload as JSON -------------------------------------------------- */

static void
write_buttons(const struct slack_payload *p, struct buf *b)
{
	size_t i;

	for (i = 0; i < p->button_count; i++) {
		buf_str(b, i == 0 ? ",\"buttons\":[{" : ",{");
		buf_member(b, "text", p->buttons[i].text);
		buf_member(b, "value", p->buttons[i].value);
		buf_char(b, '}');
	}
	if (i > 0)
		buf_char(b, ']');
}

struct str
slack_payload_write(const struct slack_payload *p, struct arena *a)
{
	struct buf b = {0};

	buf_str(&b, "{\"to\":");
	slack_place_write(&p->to, &b);
	buf_member(&b, "text", p->text);
	write_buttons(p, &b);
	buf_char(&b, '}');
	return buf_take(&b, a);
}

static enum err
read_buttons(const json_t *list, struct arena *a, struct slack_payload *out)
{
	size_t n = json_array_size(list), i;

	out->button_count = n;
	out->buttons = n == 0 ? NULL
			      : arena_alloc(a, n * sizeof(*out->buttons));
	if (n > 0 && out->buttons == NULL)
		return E_NOMEM;
	for (i = 0; i < n; i++) {
		const json_t *button = json_array_get(list, i);
		struct button *b = &out->buttons[i];

		b->text = json_text_copy(button, "text", a);
		b->value = json_text_copy(button, "value", a);
		if (b->text.p == NULL || b->value.p == NULL)
			return E_NOMEM;
	}
	return OK;
}

enum err
slack_payload_read(struct str json, struct arena *a, struct slack_payload *out)
{
	json_t *root = json_read(json);
	enum err e = slack_place_read(json_object_get(root, "to"), a, &out->to);

	if (e == OK)
		e = read_buttons(json_object_get(root, "buttons"), a, out);
	if (e == OK) {
		out->text = json_text_copy(root, "text", a);
		e = out->text.p == NULL ? E_NOMEM : OK;
	}
	json_decref(root);
	return e;
}

/* ---- the text with its files -------------------------------------------- */

static void
add_name(struct buf *b, struct str name)
{
	static const char from[] = "[]\\\r\n\t", to[] = "()/   ";
	const char *found;
	size_t i;

	for (i = 0; i < name.n; i++) {
		found = memchr(from, name.p[i], sizeof(from) - 1);
		buf_char(b, found == NULL ? name.p[i] : to[found - from]);
	}
}

static void
add_link(struct buf *b, const struct outgoing_file *f)
{
	size_t i;

	buf_char(b, '[');
	add_name(b, f->name.n > 0 ? f->name : f->type);
	buf_str(b, "](");
	for (i = 0; i < f->url.n; i++)
		if (memchr("() \r\n\t", f->url.p[i], 6) != NULL)
			buf_addf(b, "%%%02X", (unsigned char)f->url.p[i]);
		else
			buf_char(b, f->url.p[i]);
	buf_char(b, ')');
}

/* Files are shown as links to where they are kept. */
static struct str
whole_text(const struct outgoing *m, struct arena *a)
{
	struct buf b = {0};
	size_t i;

	if (m->file_count == 0)
		return m->text;
	buf_add(&b, m->text.p, m->text.n);
	for (i = 0; i < m->file_count; i++) {
		if (b.len > 0)
			buf_str(&b, i == 0 ? "\n\n" : "\n");
		add_link(&b, &m->files[i]);
	}
	return buf_take(&b, a);
}

/* ---- parts -------------------------------------------------------------- */

static bool
fits(struct str part, unsigned max)
{
	struct buf b = {0};
	bool ok;

	slack_mrkdwn(part, &b);
	ok = !b.failed && text_length(buf_view(&b), SLACK_UNIT) <= max;
	buf_free(&b);
	return ok;
}

static bool
all_fit(const struct text_parts *parts, unsigned max)
{
	size_t i;

	for (i = 0; i < parts->count; i++)
		if (!fits(parts->list[i], max))
			return false;
	return true;
}

/*
 * The row's limit is of the text as it is written; "&" and "<" are longer when
 * they go out, so a text full of them is cut into smaller parts.
 */
static enum err
split(const struct outgoing *m, struct str text, struct arena *a,
    struct text_parts *out, struct faults *faults)
{
	unsigned max = m->button_count > 0 ? SLACK_SECTION_MAX
					   : SLACK_UPDATE_MAX;
	struct text_limits limits = {.unit = SLACK_UNIT,
	    .part_max = m->button_count > 0 ? 2 * SECTION_PART
					    : channel_slack.can.part_max,
	    .parts_max = channel_slack.can.parts_max};
	enum err e = channel_split(&channel_slack, text, a, out, faults);

	while (e == OK && !all_fit(out, max)) {
		limits.part_max /= 2;
		e = limits.part_max < SPLIT_LIMIT_MIN
			? E_LIMIT
			: text_split(text, &limits, a, out);
	}
	if (e != E_LIMIT)
		return e;
	faults_add(faults, "text",
	    "takes more than %u messages on %s, for so much of it must be "
	    "escaped; shorten it",
	    limits.parts_max, channel_slack.title);
	return E_BADINPUT;
}

/* ---- render ------------------------------------------------------------- */

static enum err
find_place(const struct outgoing *m, struct arena *a, struct slack_place *out)
{
	json_t *root = json_read(m->reply);
	enum err e = slack_place_read(root, a, out);

	json_decref(root);
	return e == E_BADINPUT ? slack_address_read(m->address, out) : e;
}

static bool
refuse_buttons(const struct outgoing *m, struct faults *faults)
{
	char where[48];
	size_t had = faults->count, i;

	for (i = 0; i < m->button_count; i++) {
		if (m->buttons[i].value.n <= SLACK_BUTTON_VALUE_MAX)
			continue;
		snprintf(where, sizeof(where), "buttons[%zu].value", i);
		faults_add(faults, where, "is longer than %u bytes",
		    SLACK_BUTTON_VALUE_MAX);
	}
	return faults->count > had;
}

static enum err
add_payload(
    struct payloads *out, const struct slack_payload *p, struct arena *a)
{
	struct payload *to = &out->list[out->count++];

	to->recipient = p->to.hidden
			    ? arena_printf(a, "%.*s:%.*s",
				  STR_FMT(p->to.channel), STR_FMT(p->to.user))
			    : arena_copy(a, p->to.channel);
	to->text = slack_payload_write(p, a);
	return to->recipient.p == NULL || to->text.p == NULL ? E_NOMEM : OK;
}

static enum err
add_parts(const struct outgoing *m, const struct text_parts *parts,
    struct slack_payload *p, struct payloads *out, struct arena *a)
{
	enum err e = OK;
	size_t i;

	for (i = 0; e == OK && i < parts->count; i++) {
		p->text = parts->list[i];
		if (i + 1 == parts->count) {
			p->buttons = (struct button *)m->buttons;
			p->button_count = m->button_count;
		}
		e = add_payload(out, p, a);
	}
	return e;
}

enum err
slack_render(const struct company_account *account, const struct outgoing *m,
    struct arena *a, struct payloads *out, struct faults *faults)
{
	struct slack_payload p = {0};
	struct text_parts parts;
	struct str text;
	enum err e;

	out->count = 0;
	if (channel_refuses(&channel_slack, account, m, faults) ||
	    refuse_buttons(m, faults))
		return E_BADINPUT;
	e = find_place(m, a, &p.to);
	if (e == E_BADINPUT)
		faults_add(faults, "address", "is none of Slack's");
	text = whole_text(m, a);
	if (e == OK && text.p == NULL && m->file_count > 0)
		e = E_NOMEM;
	if (e == OK)
		e = split(m, text, a, &parts, faults);
	return e == OK ? add_parts(m, &parts, &p, out, a) : e;
}
