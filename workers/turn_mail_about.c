/*
 * turn_mail_about: who the customer is, why people are asked, and what it is
 * about. Mostly it stands in the hand-over pack; where there is none of this
 * talk, as when a seller takes up again what had ended, one is made.
 */
#include "core/asked.h"
#include "core/json.h"
#include "workers/small_talk.h"
#include "workers/turn_mail_inner.h"

/* ---- the pack ---------------------------------------------------------------- */

/* How many of the events gathered count, from *first on: those of this talk, up
 * to when it was handed over, so that each mail of it is about the same. */
static size_t
stretch(const struct letter_of *l, uint64_t from, size_t *first)
{
	const struct conversation *c = &l->t->c;
	size_t i, n = 0;
	bool said = false;

	for (*first = 0; *first < l->event_count; ++*first)
		if (l->events[*first].seq > from)
			break;
	for (i = *first; i < l->event_count; i++) {
		if (l->events[i].seq > c->holder_seq)
			break;
		said |= l->events[i].kind == EVENT_MESSAGE &&
			l->events[i].author == AUTHOR_CUSTOMER;
		n++;
	}
	return said ? n : 0;
}

static enum err
make_pack(struct letter_of *l, uint64_t from)
{
	struct arena *a = &l->t->arena;
	struct pack *pack = arena_alloc(a, sizeof(*pack));
	struct pack_source src = {.why = STR("")};
	struct buf b = {0};
	size_t first;
	enum err e = pack == NULL ? E_NOMEM : OK;

	src.count = stretch(l, from, &first);
	src.events = l->events + first;
	if (e != OK || src.count == 0)
		return e;
	e = pack_make(&src, a, pack);
	if (e != OK)
		return e;
	pack_write(pack, &b);
	l->pack = buf_take(&b, a);
	return l->pack.p == NULL ? E_NOMEM : OK;
}

static enum err
find_pack(struct letter_of *l)
{
	uint64_t resolved = l->t->c.resolved_seq;
	struct str old = l->pack;
	enum err e;

	if (l->to_customer || (old.n > 0 && l->pack_seq > resolved))
		return OK;
	e = make_pack(l, resolved);
	if (e == OK && old.n == 0 && l->pack.n == 0)
		e = make_pack(l, 0);
	return e;
}

/* ---- its parts ------------------------------------------------------------------ */

static size_t
strings_of(const json_t *list, struct arena *a, struct str *out)
{
	size_t n = json_array_size(list), i, count = 0;

	for (i = 0; i < n && count < LETTER_PACK_LINES; i++) {
		struct str s = json_text_of(json_array_get(list, i));

		if (s.n > 0)
			out[count++] = arena_copy(a, s);
	}
	return count;
}

/* What the assistant found, in words. */
static const char *
found(const char *answer)
{
	static const char *const words[][2] = {
	    {"found", "it gave an answer"},
	    {"unknown", "it had no answer"},
	    {"failed", "it was out of order"},
	};
	size_t i;

	for (i = 0; i < ARRAY_LEN(words); i++)
		if (strcmp(answer, words[i][0]) == 0)
			return words[i][1];
	return answer;
}

static size_t
tries_of(const json_t *list, struct arena *a, struct str *out)
{
	size_t n = json_array_size(list), i, count = 0;

	for (i = 0; i < n && count < LETTER_PACK_LINES; i++) {
		const json_t *one = json_array_get(list, i);
		const char *question = json_string_value(
		    json_object_get(one, "question"));
		const char *answer = json_string_value(
		    json_object_get(one, "answer"));

		if (question != NULL && answer != NULL)
			out[count++] = arena_printf(
			    a, "%s: %s", question, found(answer));
	}
	return count;
}

static struct str
joined(const json_t *list, struct arena *a)
{
	struct str parts[LETTER_PACK_LINES];
	size_t n = strings_of(list, a, parts), i;
	struct buf b = {0};
	struct str out = {0};

	for (i = 0; i < n; i++)
		buf_addf(&b, "%s%.*s", i == 0 ? "" : ", ", STR_FMT(parts[i]));
	if (!b.failed && b.len > 0)
		out = arena_copy(a, buf_view(&b));
	buf_free(&b);
	return out;
}

/* ---- why ------------------------------------------------------------------------ */

struct why_words {
	const char *why, *words;
};

static const struct why_words by_bot[] = {
    {"asked", "The customer asked for a person."},
    {"seller", "The customer asked for a certain person."},
    {"rule", "A rule of yours hands such questions over."},
    {"mood", "The customer is upset."},
    {"unsure", "The assistant was not sure of its answer."},
    {"unknown", "The assistant did not know the answer."},
    {"failed", "The assistant was out of order."},
    {"colleague", "A colleague handed it over."},
    {NULL, ""},
};

static const struct why_words by_desk[] = {
    {"nobody", "Nobody of the team was online."},
    {"closed", "It is outside the team's hours."},
    {"too_long", "No seller took it in time."},
    {NULL, "No seller could take it."},
};

static const char *
in_words(const struct why_words *table, struct str why)
{
	while (table->why != NULL && !str_eq(why, str_from(table->why)))
		table++;
	return table->words;
}

static struct str
why_of(const struct letter_of *l, struct str why)
{
	const char *bot = in_words(by_bot, why);
	const char *desk = in_words(by_desk, l->by_mail);

	return arena_printf(
	    &l->t->arena, "%s%s%s", bot, *bot == '\0' ? "" : " ", desk);
}

/* ---- what it is about ------------------------------------------------------------ */

/* What is no more than a greeting, or asks for a person, says nothing of it. */
static bool
says_something(struct str text)
{
	struct phrase *p = malloc(sizeof(*p));
	struct str reply;
	bool asks = false;

	if (p != NULL) {
		phrase_read(text, p);
		asks = p->n == 0 || asked_for_person(p);
	}
	free(p);
	return !asks && small_talk_find(text, &reply) == TALK_NONE;
}

/* Of "My chain broke, can I talk to a human?" the first half. */
static struct str
clause_of(struct str text)
{
	size_t at = 0, n;

	while (at < text.n) {
		struct str rest = {text.p + at, text.n - at}, clause;

		n = 0;
		while (n < rest.n && strchr(",;:.!?\n", rest.p[n]) == NULL)
			n++;
		clause = str_trim((struct str){rest.p, n});
		if (says_something(clause))
			return clause;
		at += n + 1;
	}
	return (struct str){0};
}

static struct str
find_topic(const struct str *list, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (says_something(list[i]))
			return list[i];
	return (struct str){0};
}

/* What got no answer, or what says most; of sentences, or of parts of one. */
static struct str
topic_of(const struct letter_of *l, struct str why)
{
	struct str topic = find_topic(l->open, l->open_count);
	size_t i;

	if (topic.n == 0)
		topic = find_topic(l->summary, l->summary_count);
	for (i = 0; i < l->summary_count && topic.n == 0; i++)
		topic = clause_of(l->summary[i]);
	if (topic.n == 0 && str_eq(why, STR("asked")))
		topic = STR("asks for a person");
	return topic;
}

/* ---- who --------------------------------------------------------------------------- */

/* Where customers are reached by telephone, their address is the number. */
static bool
is_phone(struct str address)
{
	size_t i = 1;

	while (i < address.n && address.p[i] >= '0' && address.p[i] <= '9')
		i++;
	return address.n > 1 && address.p[0] == '+' && i == address.n;
}

/* How they are answered says how they are reached: by mail, or as whom. */
static void
read_reach(struct letter_of *l)
{
	struct arena *a = &l->t->arena;
	const struct reach *r = &l->row.reach;
	const struct channel *c = channel_find(r->channel);
	json_t *reply = json_read(r->reply);
	struct str to = json_text_copy(reply, "to", a);
	struct str user = json_text_copy(reply, "user", a);

	json_decref(reply);
	l->channel = str_from(c == NULL ? "" : c->title);
	if (l->email.n == 0 && address_valid(to))
		l->email = to;
	if (l->phone.n == 0 && is_phone(r->address))
		l->phone = r->address;
	if (user.n > 0)
		l->handle = arena_printf(a, "user %.*s", STR_FMT(user));
}

static void
read_pack(struct letter_of *l)
{
	struct arena *a = &l->t->arena;
	json_t *pack = json_read(l->pack);
	const json_t *contact = json_object_get(pack, "contact");
	struct str why = json_text_copy(pack, "why", a);

	l->summary_count = strings_of(
	    json_object_get(pack, "summary"), a, l->summary);
	l->open_count = strings_of(json_object_get(pack, "open"), a, l->open);
	l->tried_count = tries_of(json_object_get(pack, "tried"), a, l->tried);
	l->numbers = joined(json_object_get(pack, "numbers"), a);
	l->name = json_text_copy(contact, "name", a);
	l->phone = json_text_copy(contact, "phone", a);
	l->email = json_text_copy(contact, "email", a);
	json_decref(pack);
	l->why = why_of(l, why);
	l->topic = topic_of(l, why);
}

/* ---- where ------------------------------------------------------------------------- */

/* The clock of the team that has it; of any hours; or UTC. */
static void
read_place(struct letter_of *l)
{
	const struct company *c = l->t->company;
	const struct company_team *team = company_team_of(c, l->t->c.team);
	const struct company_hours *hours;

	if (team == NULL)
		team = company_team(c, c->handoff_team);
	if (team != NULL && team->name.n > 0)
		l->team = team->name;
	hours = team == NULL ? NULL : company_hours(c, team->hours);
	if (hours == NULL && c->hours_count > 0)
		hours = &c->hours[0];
	if (hours != NULL && zone_find(hours->zone, &l->zone))
		l->zone_name = hours->zone;
}

enum err
letter_about(struct letter_of *l)
{
	enum err e = find_pack(l);

	if (e != OK)
		return e;
	read_pack(l);
	if (l->row.contact.name.n > 0)
		l->name = l->row.contact.name;
	if (l->row.contact.email.n > 0)
		l->email = l->row.contact.email;
	read_reach(l);
	read_place(l);
	return OK;
}
