/*
 * lookup: is one of the messages in a list the one that may have gone out?
 * Twilio keeps no id of ours with a message, so it is told by recipient, time
 * and words. That it is absent is only said after the whole list of its day,
 * and then the newest of any day.
 */
#include "channels/twilio/list.h"
#include "channels/twilio/payload.h"

/*
 * So far Twilio's clock and ours may be apart. Ample, for "absent" has it sent
 * again: an older message that says the same is told apart by its sid, which
 * is known, and the asker looks up whose it is that was found.
 */
#define CLOCKS_APART_MS ((int64_t)10 * 60 * 1000)

struct wanted {
	const struct job *job;
	struct twilio_payload payload;
	struct str link;     /* what stands for a file that was refused */
	struct str variable; /* what a template would have carried */
};

static enum err
wanted_read(const struct job *job, struct arena *a, struct wanted *w)
{
	struct twilio_payload unfiled;
	enum err e = twilio_payload_read(job->payload, a, &w->payload);

	w->job = job;
	if (e != OK)
		return e;
	unfiled = w->payload;
	if (unfiled.url.n > 0) {
		e = twilio_payload_unfile(&unfiled, a);
		w->link = unfiled.text;
	} else if (job->account->doc->template.n > 0) {
		w->variable = twilio_variable(w->payload.text, a);
	}
	return e;
}

static bool
is_space(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static struct str
trimmed(struct str s)
{
	while (s.n > 0 && is_space(s.p[0]))
		s = (struct str){s.p + 1, s.n - 1};
	while (s.n > 0 && is_space(s.p[s.n - 1]))
		s.n--;
	return s;
}

/* But for what a vendor may do to a text: trim it, end its lines with CRLF. */
static bool
same_text(struct str a, struct str b)
{
	size_t i = 0, j = 0;

	a = trimmed(a);
	b = trimmed(b);
	for (;;) {
		while (i < a.n && a.p[i] == '\r')
			i++;
		while (j < b.n && b.p[j] == '\r')
			j++;
		if (i == a.n || j == b.n)
			return i == a.n && j == b.n;
		if (a.p[i++] != b.p[j++])
			return false;
	}
}

static bool
holds(struct str text, struct str piece)
{
	return piece.n > 0 && text.n >= piece.n &&
	       memmem(text.p, text.n, piece.p, piece.n) != NULL;
}

static bool
is_known(const struct job *job, struct str sid)
{
	size_t i;

	for (i = 0; i < job->known_count; i++)
		if (str_eq(job->known[i], sid))
			return true;
	return false;
}

static bool
says_the_same(const struct wanted *w, const json_t *message)
{
	struct str body = json_text(message, "body");
	struct str media = json_text(message, "num_media");

	if (w->payload.url.n > 0 && media.n > 0 && media.p[0] != '0')
		return true;
	return same_text(
		   body, w->payload.url.n > 0 ? w->link : w->payload.text) ||
	       holds(body, w->variable);
}

static bool
is_it(const struct wanted *w, const json_t *message)
{
	struct str sid = json_text(message, "sid");
	struct str direction = json_text(message, "direction");
	int64_t at = twilio_member_time(message, "date_created", "date_sent");

	if (direction.n < 8 || memcmp(direction.p, "outbound", 8) != 0 ||
	    !str_eq(json_text(message, "to"), w->payload.to))
		return false;
	if (at != 0 && at < w->job->attempted_at - CLOCKS_APART_MS)
		return false;
	return twilio_message_sid(sid) && !is_known(w->job, sid) &&
	       says_the_same(w, message);
}

static void
look(const struct wanted *w, const json_t *messages, struct arena *a,
    struct outcome *out)
{
	size_t i;

	for (i = 0; i < json_array_size(messages); i++) {
		const json_t *m = json_array_get(messages, i);

		if (!is_it(w, m))
			continue;
		out->kind = OUTCOME_OK;
		out->vendor_id = json_text_copy(m, "sid", a);
		return;
	}
	out->kind = OUTCOME_ABSENT;
}

void
twilio_lookup_result(const struct job *job, const struct reply *r,
    struct arena *a, struct outcome *out)
{
	json_t *root = twilio_list_load(r, out);
	struct twilio_cursor c = {0};
	struct wanted w = {0};
	struct str next;

	if (root == NULL)
		return;
	if (twilio_cursor_read(job->state, &c) != OK ||
	    wanted_read(job, a, &w) != OK) {
		out->kind = OUTCOME_LATER;
		goto done;
	}
	look(&w, json_object_get(root, "messages"), a, out);
	if (out->kind != OUTCOME_ABSENT || c.wide)
		goto done;
	if (!twilio_list_after(&c, job, root, &next)) {
		twilio_list_lost(out);
		goto done;
	}
	c.page = next;
	c.wide = next.n == 0;
	twilio_cursor_next(&c, a, out);
done:
	json_decref(root);
	twilio_cursor_free(&c);
}
