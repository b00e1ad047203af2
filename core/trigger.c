/* trigger: what the customer says comes before what the bot found. */
#include "core/trigger.h"
#include "core/asked.h"
#include "core/json.h"
#include "core/mood.h"
#include "core/said.h"

static const struct {
	const char *name, *body;
} triggers[TRIGGERS] = {
    [TRIGGER_NONE] = {"none", "{}"},
    [TRIGGER_ASKED] = {"asked", "{\"why\":\"asked\"}"},
    [TRIGGER_SELLER] = {"seller", "{\"why\":\"seller\"}"},
    [TRIGGER_RULE] = {"rule", "{\"why\":\"rule\"}"},
    [TRIGGER_MOOD] = {"mood", "{\"why\":\"mood\"}"},
    [TRIGGER_UNSURE] = {"unsure", "{\"why\":\"unsure\"}"},
    [TRIGGER_UNKNOWN] = {"unknown", "{\"why\":\"unknown\"}"},
    [TRIGGER_FAILED] = {"failed", "{\"why\":\"failed\"}"},
};

const char *
trigger_name(enum trigger t)
{
	return (unsigned)t < TRIGGERS ? triggers[t].name : "unknown";
}

struct str
trigger_body(enum trigger t)
{
	return str_from((unsigned)t < TRIGGERS ? triggers[t].body : "{}");
}

/* ---- what went before ---------------------------------------------------- */

static void
follow_bot(struct trigger_runs *runs, const json_t *body)
{
	struct str word = json_text(body, "answer");

	if (str_eq(word, str_from(answer_kind_name(ANSWER_FAILED)))) {
		runs->failed++;
		return;
	}
	runs->failed = 0;
	if (str_eq(word, str_from(answer_kind_name(ANSWER_UNKNOWN))))
		runs->unknown++;
	else
		runs->unknown = 0;
}

static void
follow_message(struct trigger_runs *runs, const struct trigger_spots *spots,
    const struct event *e)
{
	json_t *body;

	if (e->author != AUTHOR_BOT && e->author != AUTHOR_CUSTOMER)
		return;
	body = json_read(e->body);
	if (e->author == AUTHOR_BOT)
		follow_bot(runs, body);
	else
		runs->angry += mood_angry(json_text(body, "text"),
		    spots == NULL ? NULL : &spots->angry);
	json_decref(body);
}

void
trigger_follow(struct trigger_runs *runs, const struct trigger_spots *spots,
    const struct event *e)
{
	if (e->kind == EVENT_MESSAGE)
		follow_message(runs, spots, e);
	else if (e->kind == EVENT_HOLDER || e->kind == EVENT_RESOLVED)
		*runs = (struct trigger_runs){0};
}

void
trigger_spots_make(struct trigger_spots *out)
{
	asked_spots(&out->asked);
	mood_spots(&out->angry);
}

/* ---- what the customer says ---------------------------------------------- */

/* What the texts of a turn come to. */
struct heard {
	const struct trigger_case *t;
	const struct company_rule *rule;   /* the first that fits */
	const struct company_rule *always; /* the first that hands over */
	bool asked;
	unsigned angry;
};

/* "/human" */
static bool
is_command(struct str text)
{
	return text.n > 1 && text.p[0] == '/' &&
	       asked_by_button((struct str){text.p + 1, text.n - 1});
}

static bool
asks(const struct trigger_case *t, const struct trigger_text *text,
    const struct phrase *p)
{
	const struct company *c = t->company;

	if ((t->spots == NULL || phrase_spots_any(&t->spots->asked, p)) &&
	    asked_for_person(p))
		return true;
	return is_command(text->text) ||
	       (text->button.n > 0 && asked_by_button(text->button)) ||
	       asked_in_words(p, c->handoff_words, c->handoff_word_count);
}

static bool
channel_fits(const struct company_rule *rule, struct str channel)
{
	return rule->channel.n == 0 || str_eq(rule->channel, channel);
}

static bool
rule_fits(const struct company_rule *rule, const struct phrase *p)
{
	struct phrase word;
	size_t i;

	for (i = 0; p->n > 0 && i < rule->word_count; i++) {
		phrase_read(rule->words[i], &word);
		if (phrase_find(p, &word) < p->n)
			return true;
	}
	return rule->word_count == 0;
}

static void
hear_rules(struct heard *h, const struct phrase *p)
{
	const struct company *c = h->t->company;
	size_t i;

	for (i = 0; i < c->rule_count; i++) {
		if (!channel_fits(&c->rules[i], h->t->channel) ||
		    !rule_fits(&c->rules[i], p))
			continue;
		if (h->rule == NULL || &c->rules[i] < h->rule)
			h->rule = &c->rules[i];
		if (str_eq(c->rules[i].when, STR("always")) &&
		    (h->always == NULL || &c->rules[i] < h->always))
			h->always = &c->rules[i];
	}
}

static void
hear(struct heard *h, const struct trigger_text *text)
{
	struct phrase p;

	phrase_read(text->text, &p);
	h->asked |= asks(h->t, text, &p);
	h->angry += mood_score(text->text, &p,
			h->t->spots == NULL ? NULL : &h->t->spots->angry) >=
		    MOOD_ANGRY;
	hear_rules(h, &p);
}

/* ---- what they said earlier ---------------------------------------------- */

static bool
was_said(const struct said *said, struct str text)
{
	struct phrase word;

	phrase_read(text, &word);
	return said_has(said, &word);
}

static bool
rule_fits_earlier(const struct trigger_case *t, const struct said *said,
    const struct company_rule *rule)
{
	if (!channel_fits(rule, t->channel))
		return false;
	for (size_t i = 0; said != NULL && i < rule->word_count; i++)
		if (was_said(said, rule->words[i]))
			return true;
	return rule->word_count == 0;
}

/*
 * There may be much of it, and many rules. So each is read once. Where there is
 * no memory for that, only rules without words fit.
 */
static void
hear_earlier(struct heard *h)
{
	const struct company_rule *rules = h->t->company->rules;
	size_t i = 0, n = h->t->company->rule_count;
	struct said *said;

	if (h->rule != NULL)
		n = (size_t)(h->rule - rules);
	if (h->t->earlier_count == 0 || n == 0)
		return;
	said = said_new(h->t->earlier, h->t->earlier_count);
	while (i < n && !rule_fits_earlier(h->t, said, &rules[i]))
		i++;
	if (i < n)
		h->rule = &rules[i];
	said_free(said);
}

/* ---- what it comes to ---------------------------------------------------- */

static bool
reached(uint64_t count, int64_t bound)
{
	return bound > 0 && count >= (uint64_t)bound;
}

static enum trigger
trigger_of_texts(const struct heard *h)
{
	const struct policy *policy = &h->t->company->policy;

	if (h->asked)
		return TRIGGER_ASKED;
	if (h->t->wanted != 0)
		return TRIGGER_SELLER;
	if (h->always != NULL)
		return TRIGGER_RULE;
	if (h->angry > 0 && reached((uint64_t)h->t->before.angry + h->angry,
				policy->mood_after))
		return TRIGGER_MOOD;
	return TRIGGER_NONE;
}

/* ---- what the bot found -------------------------------------------------- */

static enum trigger
trigger_of_answer(const struct trigger_case *t)
{
	const struct policy *policy = &t->company->policy;
	const struct answer *answer = t->answer;

	if (answer->kind == ANSWER_FAILED &&
	    reached((uint64_t)t->before.failed + 1, policy->failed_after))
		return TRIGGER_FAILED;
	if (answer->kind == ANSWER_UNKNOWN &&
	    reached((uint64_t)t->before.unknown + 1, policy->unknown_after))
		return TRIGGER_UNKNOWN;
	if (answer->kind == ANSWER_FOUND &&
	    answer->confidence < policy->confidence)
		return TRIGGER_UNSURE;
	return TRIGGER_NONE;
}

void
trigger_look(const struct trigger_case *t, struct triggered *out)
{
	struct heard h = {.t = t};

	for (size_t i = 0; i < t->count; i++)
		hear(&h, &t->texts[i]);
	hear_earlier(&h);
	*out = (struct triggered){
	    .trigger = trigger_of_texts(&h), .rule = h.rule};
	if (t->answer == NULL)
		return;
	/* Who asks for a person has not asked anything else. */
	out->answers = (out->trigger == TRIGGER_RULE ||
			   out->trigger == TRIGGER_MOOD) &&
		       t->answer->kind == ANSWER_FOUND &&
		       trigger_of_answer(t) == TRIGGER_NONE;
	if (out->trigger == TRIGGER_NONE)
		out->trigger = trigger_of_answer(t);
}

/* ---- who shall have it --------------------------------------------------- */

static void
add_list(struct buf *out, const char *name, const struct str *list, size_t n)
{
	size_t i;

	if (n == 0)
		return;
	buf_addf(out, "%s\"%s\":[", out->len > 1 ? "," : "", name);
	for (i = 0; i < n; i++) {
		if (i > 0)
			buf_char(out, ',');
		buf_json(out, list[i]);
	}
	buf_char(out, ']');
}

enum err
trigger_route(const struct company_rule *rule, struct str language,
    struct arena *a, struct str *out)
{
	struct buf b = {0};

	buf_char(&b, '{');
	if (rule != NULL) {
		add_list(&b, "skills", rule->skills, rule->skill_count);
		add_list(&b, "prefer", rule->prefer, rule->prefer_count);
	}
	if (language.n > 0) {
		buf_str(&b, b.len > 1 ? ",\"language\":" : "\"language\":");
		buf_json(&b, language);
	}
	buf_char(&b, '}');
	*out = buf_take(&b, a);
	return out->p == NULL ? E_NOMEM : OK;
}
