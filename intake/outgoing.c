/*
 * outgoing: reads a message event's body back, has the channel split and dress
 * it, and makes rows of the parts.
 */
#include "intake/outgoing_inner.h"
#include "core/json.h"

#define BUTTONS_READ 25u

const struct channel *
outgoing_channel(const struct reach *reach)
{
	const struct channel *c = channel_find(reach->channel);

	return c != NULL && channel_has_vendor(c) ? c : NULL;
}

/* ---- the message ------------------------------------------------------- */

/* Buttons: [{"text":"Yes","value":"yes"}]. */
static void
read_buttons(const json_t *list, struct outgoing *m, struct arena *a)
{
	size_t n = json_array_size(list), i;
	struct button *buttons;

	n = n > BUTTONS_READ ? BUTTONS_READ : n;
	buttons = n == 0 ? NULL : arena_alloc(a, n * sizeof(*buttons));
	if (buttons == NULL)
		return;
	for (i = 0; i < n; i++) {
		const json_t *b = json_array_get(list, i);

		buttons[i].text = json_text_copy(b, "text", a);
		buttons[i].value = json_text_copy(b, "value", a);
	}
	m->buttons = buttons;
	m->button_count = n;
}

static void
read_body(struct str body, struct outgoing *m, struct arena *a)
{
	json_t *root = json_read(body);

	m->text = json_text_copy(root, "text", a);
	m->by = json_text_copy(root, "name", a);
	read_buttons(json_object_get(root, "buttons"), m, a);
	json_decref(root);
}

/* Where the channel does not say who speaks, the text does. */
static enum err
sign(const struct channel *c, struct outgoing *m, struct arena *a)
{
	if (m->by.n == 0 || m->text.n == 0 || c->can.signs)
		return OK;
	m->text = arena_printf(
	    a, "**%.*s:** %.*s", STR_FMT(m->by), STR_FMT(m->text));
	return m->text.p == NULL ? E_NOMEM : OK;
}

/* ---- refused ----------------------------------------------------------- */

static enum err
refuse(const struct outgoing_of *of, struct decision *d, unsigned which,
    const struct faults *faults, struct arena *a)
{
	struct event *e = &d->events[d->event_count];
	struct buf b = {0}, why = {0};
	enum err err = E_NOMEM;

	if (d->event_count == DECISION_EVENTS_MAX)
		return E_LIMIT;
	faults_write(faults, &why);
	buf_str(&b, "{\"state\":\"failed\",\"channel\":");
	buf_json(&b, str_from(of->channel->name));
	buf_str(&b, ",\"code\":\"refused\",\"reason\":");
	buf_json(&b, str_trim(buf_view(&why)));
	buf_char(&b, '}');
	*e = (struct event){.kind = EVENT_DELIVERY,
	    .author = AUTHOR_SYSTEM,
	    .ref = d->seq + 1 + which,
	    .at = of->now};
	if (!b.failed && !why.failed)
		e->body = arena_copy(a, buf_view(&b));
	if (e->body.p != NULL) {
		d->event_count++;
		err = OK;
	}
	buf_free(&b);
	buf_free(&why);
	return err;
}

/* ---- rows -------------------------------------------------------------- */

static enum err
add_rows(const struct outgoing_of *of, const struct payloads *p,
    struct arena *a, struct outgoing_list *out)
{
	size_t total = out->count + p->count;
	struct outbox_row *list;
	unsigned i;

	if (p->count == 0)
		return OK;
	list = arena_alloc(a, total * sizeof(*list));
	if (list == NULL)
		return E_NOMEM;
	if (out->count > 0)
		memcpy(list, out->rows, out->count * sizeof(*list));
	for (i = 0; i < p->count; i++)
		list[out->count + i] = (struct outbox_row){.kind = OUTBOX_SEND,
		    .channel = of->reach->channel,
		    .account = of->reach->account,
		    .recipient = p->list[i].recipient,
		    .payload = p->list[i].text,
		    .at = of->now,
		    .due = of->now};
	out->rows = list;
	out->count = (unsigned)total;
	return OK;
}

enum err
outgoing_message(const struct outgoing_of *of, struct str body, struct arena *a,
    struct outgoing_list *out, struct faults *faults)
{
	static const struct company_account gone;
	const struct company_account *account = company_account(
	    of->company, of->reach->channel, of->reach->account);
	struct outgoing m = {.address = of->reach->address,
	    .reply = of->reach->reply,
	    .customer_at = of->reach->customer_at,
	    .now = of->now};
	struct payloads p = {.count = 0};
	enum err e;

	if (account == NULL)
		account = &gone;
	read_body(body, &m, a);
	e = of->file_count == 0 ? OK
				: outgoing_files(of, account, &m, a, faults);
	if (e == OK)
		e = sign(of->channel, &m, a);
	if (e == OK)
		e = of->channel->render(account, &m, a, &p, faults);
	return e == OK ? add_rows(of, &p, a, out) : e;
}

/* ---- how often -------------------------------------------------------- */

/* E_BADINPUT: they have had enough of what nobody said. */
static enum err
bound(const struct outgoing_of *of, const struct event *said,
    const struct outbox_row *row, struct arena *a, struct faults *faults)
{
	unsigned most = of->channel->can.automatic_per_hour;
	struct str who;

	if (most == 0 || of->sent == NULL || said->author == AUTHOR_AGENT)
		return OK;
	who = arena_printf(a, "%lld %s %.*s", (long long)of->company->id,
	    of->channel->name, STR_FMT(row->recipient));
	if (who.p == NULL)
		return E_NOMEM;
	if (hourly_count(of->sent, who, of->now) <= most)
		return OK;
	faults_add(faults, "address",
	    "has had %u automatic answers within an hour; perhaps a machine "
	    "answers them",
	    most);
	return E_BADINPUT;
}

/* One message of the decision. What is not sent is told instead. */
static enum err
say(const struct outgoing_of *of, struct decision *d, unsigned which,
    struct arena *a, struct outgoing_list *out)
{
	const struct event *said = &d->events[which];
	struct outgoing_list list = *out;
	struct faults faults = {0};
	enum err e = outgoing_message(of, said->body, a, &list, &faults);

	if (e == OK && list.count > out->count) {
		e = bound(of, said, &list.rows[out->count], a, &faults);
		out->bounded |= e == E_BADINPUT;
	}
	if (e == OK) {
		list.bounded = out->bounded;
		*out = list;
	} else if (e == E_BADINPUT) {
		e = refuse(of, d, which, &faults, a);
	}
	faults_free(&faults);
	return e;
}

enum err
outgoing_rows(const struct outgoing_of *of, struct decision *d, struct arena *a,
    struct outgoing_list *out)
{
	unsigned n = d->event_count, i;
	enum err e = OK;

	*out = (struct outgoing_list){0};
	for (i = 0; i < n && e == OK; i++)
		if (d->events[i].kind == EVENT_MESSAGE)
			e = say(of, d, i, a, out);
	return e;
}
