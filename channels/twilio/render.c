/*
 * render: an answer becomes parts of text and then files, each a message of
 * its own, for a file may not carry a text with every kind. Buttons become
 * numbered lines: real ones would need a template for each set.
 */
#include "channels/split.h"
#include "channels/twilio/markup.h"
#include "channels/twilio/names.h"
#include "channels/twilio/payload.h"

struct rendering {
	const struct twilio *t;
	struct arena *arena;
	struct faults *faults;
	struct payloads *out;
	struct str to, recipient;
};

static enum err
name_recipient(struct rendering *r, const struct outgoing *m)
{
	struct twilio_reply reply = twilio_reply_read(m->reply, r->arena);

	r->to = reply.to;
	if (twilio_address(r->t, r->to, &r->recipient) != TWILIO_NOBODY)
		return OK;
	r->to = arena_printf(
	    r->arena, "%s%.*s", r->t->prefix, STR_FMT(m->address));
	if (r->to.p == NULL)
		return E_NOMEM;
	if (twilio_address(r->t, r->to, &r->recipient) != TWILIO_NOBODY)
		return OK;
	faults_add(r->faults, "address", "is none of this channel");
	return E_BADINPUT;
}

static enum err
add_payload(struct rendering *r, struct twilio_payload p)
{
	struct str text;

	if (r->out->count == PAYLOADS_MAX) {
		faults_add(r->faults, "files",
		    "do not fit beside this text; at most %u messages",
		    PAYLOADS_MAX);
		return E_BADINPUT;
	}
	p.to = r->to;
	text = twilio_payload_write(&p, r->arena);
	if (text.p == NULL)
		return E_NOMEM;
	r->out->list[r->out->count].recipient = r->recipient;
	r->out->list[r->out->count++].text = text;
	return OK;
}

static struct str
write_text(const struct rendering *r, const struct outgoing *m)
{
	struct buf b = {0};
	size_t i;

	twilio_markup(m->text, r->t->channel->can.markup, &b);
	for (i = 0; i < m->button_count; i++)
		buf_addf(&b, "%s%zu. %.*s", i == 0 ? "\n\n" : "\n", i + 1,
		    STR_FMT(m->buttons[i].text));
	return buf_take(&b, r->arena);
}

/*
 * When the window is closed each part will be a template's variable. When it
 * closes later, call.c sees to what still fits.
 */
static enum err
split(struct rendering *r, const struct outgoing *m, struct str text,
    struct text_parts *parts)
{
	const struct channel *c = r->t->channel;
	struct text_limits limits = {
	    c->can.unit, TWILIO_VARIABLE_MAX, c->can.parts_max};
	enum err e;

	if (channel_window_open(c, m->customer_at, m->now))
		return channel_split(c, text, r->arena, parts, r->faults);
	e = text_split(text, &limits, r->arena, parts);
	if (e != E_LIMIT)
		return e;
	faults_add(r->faults, "text",
	    "is too long outside the window; at most %u messages of %u %s",
	    limits.parts_max, limits.part_max, text_unit_name(limits.unit));
	return E_BADINPUT;
}

static enum err
add_text(struct rendering *r, const struct outgoing *m)
{
	struct str text = write_text(r, m);
	struct text_parts parts;
	enum err e;
	size_t i;

	if (text.p == NULL)
		return E_NOMEM;
	if (str_trim(text).n == 0) /* nothing but signs */
		text = m->text;
	if (text.n == 0)
		return OK;
	e = split(r, m, text, &parts);
	for (i = 0; e == OK && i < parts.count; i++)
		e = add_payload(
		    r, (struct twilio_payload){.text = parts.list[i]});
	return e;
}

enum err
twilio_render(const struct twilio *t, const struct twilio_answer *w,
    struct arena *a, struct payloads *out, struct faults *faults)
{
	struct rendering r = {.t = t, .arena = a, .faults = faults, .out = out};
	const struct outgoing *m = w->m;
	enum err e;
	size_t i;

	out->count = 0;
	if (channel_refuses(t->channel, w->account, m, faults))
		return E_BADINPUT;
	e = name_recipient(&r, m);
	if (e == OK)
		e = add_text(&r, m);
	for (i = 0; e == OK && i < m->file_count; i++)
		e = add_payload(
		    &r, (struct twilio_payload){
			    .url = m->files[i].url, .name = m->files[i].name});
	if (e != OK)
		out->count = 0;
	return e;
}
