/*
 * said: who wrote, by which key; and the body of the event. Texts and names
 * are what a stranger typed: what cannot stand in a text is taken out here,
 * and nothing of it is believed.
 */
#include "channels/twilio/said.h"
#include "core/utf8.h"

#include <math.h>
#include <stdlib.h>
#include <strings.h>

#define NAME_CHARACTERS 200u

/* Which of the words that stop messages the vendor knows, too. */
static const char *const stop_words[] = {
    "STOP", "STOPALL", "UNSUBSCRIBE", "CANCEL", "END", "QUIT"};

/* ---- strangers' bytes --------------------------------------------------- */

/* Without NUL, which no JSON may hold. */
static struct str
clean_text(struct str s, struct arena *a)
{
	struct str copy = arena_copy(a, s);
	char *to = (char *)copy.p;
	size_t n = 0, i;

	if (to == NULL)
		return copy;
	for (i = 0; i < s.n; i++)
		if (s.p[i] != '\0')
			to[n++] = s.p[i];
	to[n] = '\0';
	return (struct str){to, n};
}

/* One line of characters, for lists and headings. */
static struct str
clean_name(struct str s, struct arena *a)
{
	struct str copy = arena_copy(a, s), name;
	char *to = (char *)copy.p;
	size_t n = 0, i = 0;

	if (to == NULL)
		return copy;
	while (i < s.n) {
		size_t step = utf8_step(s.p + i, s.n - i);

		if (step > 1 || (step == 1 && (unsigned char)s.p[i] >= ' ' &&
				    s.p[i] != 0x7f)) {
			memcpy(to + n, s.p + i, step);
			n += step;
		}
		i += step == 0 ? 1 : step;
	}
	name = str_trim((struct str){to, n});
	return utf8_prefix(name, NAME_CHARACTERS);
}

static bool
stops(struct str text)
{
	size_t i;

	text = str_trim(text);
	for (i = 0; i < ARRAY_LEN(stop_words); i++)
		if (text.n == strlen(stop_words[i]) &&
		    strncasecmp(text.p, stop_words[i], text.n) == 0)
			return true;
	return false;
}

/* ---- who ---------------------------------------------------------------- */

/*
 * A person's own id is the key and the number a second one: people may hide
 * the number, and lists of messages name nothing else.
 */
static enum err
name_person(const struct twilio_inbox *in, const struct twilio_said *said,
    struct envelope *out)
{
	struct str from, user, digits;
	enum twilio_who who = twilio_address(in->channel, said->from, &from);
	bool known = twilio_address(in->channel, said->user, &user) ==
		     TWILIO_USER;

	if (who == TWILIO_NOBODY)
		return E_BADINPUT;
	out->address = known ? user : from;
	if (known && who == TWILIO_PHONE)
		out->alias = from;
	if (who == TWILIO_USER && said->number.n > 0) {
		digits = arena_printf(in->arena, "%s+%.*s", in->channel->prefix,
		    STR_FMT(said->number));
		if (twilio_address(in->channel, digits, &digits) ==
		    TWILIO_PHONE)
			out->alias = digits;
	}
	out->person = out->address;
	out->name = clean_name(said->name, in->arena);
	return OK;
}

/* ---- JSON of our own ---------------------------------------------------- */

static struct str
write_reply(const struct twilio_said *said, struct arena *a)
{
	struct buf b = {0};

	buf_str(&b, "{\"to\":");
	buf_json(&b, said->from);
	buf_member(&b, "sid", said->sid);
	buf_char(&b, '}');
	return buf_take(&b, a);
}

static struct str
write_file(const struct twilio_said *said, unsigned i, struct arena *a)
{
	struct buf b = {0};

	if (said->files[i].url.n > 0) {
		buf_str(&b, "{\"url\":");
		buf_json(&b, said->files[i].url);
		buf_char(&b, '}');
	} else {
		buf_addf(&b, "{\"message\":\"%.*s\",\"n\":%u}",
		    STR_FMT(said->sid), i);
	}
	return buf_take(&b, a);
}

static enum err
name_files(const struct twilio_inbox *in, const struct twilio_said *said,
    struct envelope *out)
{
	unsigned i;

	for (i = 0; i < said->file_count; i++) {
		out->files[i] = (struct envelope_file){
		    .type = clean_name(said->files[i].type, in->arena),
		    .payload = write_file(said, i, in->arena)};
		if (out->files[i].payload.p == NULL)
			return E_NOMEM;
	}
	out->file_count = said->file_count;
	return OK;
}

/* ---- the body ----------------------------------------------------------- */

static void
add_files(struct buf *b, const struct envelope *e)
{
	unsigned i;

	for (i = 0; i < e->file_count; i++) {
		buf_str(b, i == 0 ? ",\"files\":[{" : ",{");
		if (e->files[i].type.n > 0) {
			buf_str(b, "\"type\":");
			buf_json(b, e->files[i].type);
		}
		buf_char(b, '}');
	}
	if (e->file_count > 0)
		buf_char(b, ']');
}

/* A number within +-max from text that ends with NUL; else NAN. */
static double
degrees(struct str s, double max)
{
	char *end;
	double value;

	if (s.n == 0)
		return NAN;
	value = strtod(s.p, &end);
	return end == s.p + s.n && fabs(value) <= max ? value : NAN;
}

static void
add_location(struct buf *b, const struct twilio_said *said, struct arena *a)
{
	double latitude = degrees(said->latitude, 90);
	double longitude = degrees(said->longitude, 180);

	if (isnan(latitude) || isnan(longitude))
		return;
	buf_addf(b, ",\"location\":{\"latitude\":%.10g,\"longitude\":%.10g",
	    latitude, longitude);
	buf_member(b, "label", clean_name(said->label, a));
	buf_member(b, "address", clean_name(said->place, a));
	buf_char(b, '}');
}

static enum err
write_body(const struct twilio_inbox *in, const struct twilio_said *said,
    struct envelope *out)
{
	struct str text = clean_text(said->text, in->arena);
	struct buf b = {0};
	size_t bare;

	buf_str(&b, "{\"text\":");
	buf_json(&b, text);
	bare = b.len;
	add_files(&b, out);
	add_location(&b, said, in->arena);
	buf_member(&b, "button", clean_text(said->button, in->arena));
	if (b.len == bare && str_trim(text).n == 0) {
		buf_free(&b);
		return E_NOTFOUND;
	}
	buf_member(&b, "reply_to", said->reply_to);
	if (stops(text))
		buf_str(&b, ",\"opt_out\":true");
	buf_char(&b, '}');
	out->body = buf_take(&b, in->arena);
	return out->body.p == NULL ? E_NOMEM : OK;
}

/* ---- all of it ---------------------------------------------------------- */

enum err
twilio_envelope(const struct twilio_inbox *in, const struct twilio_said *said,
    struct envelope *out)
{
	enum err e;

	*out = (struct envelope){.kind = EVENT_MESSAGE, .at = said->at};
	if ((e = name_person(in, said, out)) != OK ||
	    (e = name_files(in, said, out)) != OK ||
	    (e = write_body(in, said, out)) != OK)
		return e;
	out->reply = write_reply(said, in->arena);
	out->source = arena_printf(in->arena, "%s:%.*s:%.*s",
	    in->channel->channel->name, STR_FMT(in->account->name),
	    STR_FMT(said->sid));
	return out->reply.p == NULL || out->source.p == NULL ? E_NOMEM : OK;
}
