/*
 * backfill: what customers wrote while we were away. Lists begin with the
 * newest, and the log must begin with the oldest: so pages are first passed by
 * until the last, and then given back from there, each from its end.
 */
#include "channels/twilio/list.h"
#include "channels/twilio/said.h"

/* So many are remembered; what is older is given on the way. */
#define PAGES_MAX 200u

struct missed {
	struct twilio_inbox in;
	const struct job *job;
	struct str to; /* the sender as an address; empty: a service */
};

static struct str
copied(const json_t *message, const char *name, struct arena *a)
{
	return json_text_copy(message, name, a);
}

static unsigned
media_count(const json_t *message)
{
	uint64_t n = 0;

	if (!str_to_u64(json_text(message, "num_media"), UINT32_MAX, &n))
		return 0;
	return n > ENVELOPE_FILES_MAX ? ENVELOPE_FILES_MAX : (unsigned)n;
}

static bool
is_ours(const struct missed *m, const json_t *message)
{
	if (!str_eq(json_text(message, "direction"), STR("inbound")) ||
	    !twilio_message_sid(json_text(message, "sid")))
		return false;
	if (m->to.n > 0)
		return str_eq(json_text(message, "to"), m->to);
	return str_eq(
	    json_text(message, "messaging_service_sid"), m->in.account->sender);
}

/* False: it does not concern us, or there is no memory (*e). */
static bool
read_missed(const struct missed *m, const json_t *message, struct envelope *out,
    enum err *e)
{
	struct arena *a = m->in.arena;
	struct twilio_said said = {.sid = copied(message, "sid", a),
	    .from = copied(message, "from", a),
	    .text = copied(message, "body", a),
	    .file_count = media_count(message),
	    .at = twilio_member_time(message, "date_sent", "date_created")};

	if (!is_ours(m, message) || said.at + 999 < m->job->since)
		return false;
	*e = twilio_envelope(&m->in, &said, out);
	if (*e == E_BADINPUT || *e == E_NOTFOUND) {
		*e = OK;
		return false;
	}
	return *e == OK;
}

/* The list begins with the newest; the log must not. */
static enum err
read_page(const struct missed *m, const json_t *messages, struct arrival *out)
{
	size_t n = json_array_size(messages);
	enum err e = OK;

	out->envelopes = arena_alloc(
	    m->in.arena, (n + 1) * sizeof(*out->envelopes));
	if (out->envelopes == NULL)
		return E_NOMEM;
	while (n > 0 && e == OK)
		if (read_missed(m, json_array_get(messages, --n),
			&out->envelopes[out->envelope_count], &e))
			out->envelope_count++;
	return e;
}

static struct str
oldest_of(const json_t *messages)
{
	size_t n = json_array_size(messages);

	return json_text(json_array_get(messages, n > 0 ? n - 1 : 0), "sid");
}

static bool
has_message(const json_t *messages, struct str sid)
{
	size_t i;

	for (i = 0; i < json_array_size(messages); i++)
		if (str_eq(json_text(json_array_get(messages, i), "sid"), sid))
			return true;
	return false;
}

/* Towards the oldest; false: this page is to be given now. */
static bool
pass_by(struct twilio_cursor *c, const json_t *messages, struct str next)
{
	if (c->back || next.n == 0 || json_array_size(c->pages) == PAGES_MAX)
		return false;
	if (json_array_size(c->pages) == 0)
		c->anchor = oldest_of(messages);
	json_array_append_new(c->pages,
	    json_stringn(c->page.p == NULL ? "" : c->page.p, c->page.n));
	c->page = next;
	return true;
}

/*
 * The first page is there again, with what came meanwhile: what that pushed
 * off it was on no page we gave. False: nothing was.
 */
static bool
catch_up(struct twilio_cursor *c, const json_t *messages, struct str next)
{
	if (!c->back || next.n == 0 || has_message(messages, c->anchor))
		return false;
	c->page = next;
	return true;
}

/* False: this was the newest. */
static bool
turn_back(struct twilio_cursor *c, const json_t *messages, struct str next)
{
	size_t n = json_array_size(c->pages);

	if (!c->back && next.n > 0) { /* too many to be gone through twice */
		c->page = next;
		return true;
	}
	if (n == 0)
		return catch_up(c, messages, next);
	json_object_set(c->state, "last", json_array_get(c->pages, n - 1));
	json_array_remove(c->pages, n - 1);
	c->page = json_text(c->state, "last");
	c->back = true;
	return true;
}

static enum err
take_page(struct twilio_cursor *c, const struct missed *m, const json_t *root,
    struct outcome *out)
{
	const json_t *messages = json_object_get(root, "messages");
	struct str next;
	bool more;
	enum err e = OK;

	if (!twilio_list_after(c, m->job, root, &next)) {
		twilio_list_lost(out);
		return OK;
	}
	more = pass_by(c, messages, next);
	if (!more) {
		e = read_page(m, messages, &out->arrival);
		more = turn_back(c, messages, next);
	}
	if (e == OK && more)
		twilio_cursor_next(c, m->in.arena, out);
	return e;
}

void
twilio_backfill_result(const struct twilio *t, const struct job *job,
    const struct reply *r, struct arena *a, struct outcome *out)
{
	const struct company_account *doc = job->account->doc;
	struct missed m = {.in = {t, doc, a}, .job = job};
	struct twilio_cursor c = {0};
	json_t *root = twilio_list_load(r, out);

	if (root == NULL)
		return;
	if (!twilio_service(doc->sender))
		m.to = arena_printf(
		    a, "%s%.*s", t->prefix, STR_FMT(doc->sender));
	out->kind = OUTCOME_OK;
	if (twilio_cursor_read(job->state, &c) != OK ||
	    take_page(&c, &m, root, out) != OK)
		*out = (struct outcome){.kind = OUTCOME_LATER};
	json_decref(root);
	twilio_cursor_free(&c);
}
