/* battery: a row with its fixture made ready, and what tests ask of it. */
#include "tests/channels/battery.h"
#include "core/token.h"

#include <jansson.h>
#include <strings.h>

static const struct battery_fixture *
fixture_of(const struct channel *c)
{
	size_t i = 0;

	while (battery_fixtures[i] != NULL &&
	       strcmp(battery_fixtures[i]->channel, c->name) != 0)
		i++;
	if (battery_fixtures[i] == NULL)
		fail_msg("battery_fixtures.c has no row for %s", c->name);
	return battery_fixtures[i];
}

static struct company *
company_of(const struct battery_fixture *f)
{
	struct faults faults = {0};
	struct company *c = NULL;
	struct buf doc = {0}, lines = {0};
	enum err e;

	buf_addf(&doc,
	    "{\"name\":\"x\",\"accounts\":[{\"channel\":\"%s\",\"name\":"
	    "\"one\",\"api\":\"" BATTERY_API "\",%s}]}",
	    f->channel, f->account);
	e = company_parse(buf_view(&doc), &faults, &c);
	if (e == OK)
		channels_check(c, &faults);
	faults_write(&faults, &lines);
	if (faults.count > 0)
		fail_msg("%.*s", STR_FMT(buf_view(&lines)));
	assert_int_equal(e, OK);
	assert_int_equal(company_set_key(c, STR("shop")), OK);
	faults_free(&faults);
	buf_free(&lines);
	buf_free(&doc);
	return c;
}

static void
battery_open(struct battery *b, const struct channel *c)
{
	const struct token_keys keys = {.key = {{1}}, .count = 1};
	struct arrival arrival;

	*b = (struct battery){.channel = c, .fixture = fixture_of(c)};
	b->company = company_of(b->fixture);
	assert_int_equal(account_open(&keys,
			     &(struct account_of){b->company,
				 b->company->accounts, STR(BATTERY_URL)},
			     &b->arena, &b->account),
	    OK);
	battery_parse(b, &b->fixture->message, &arrival);
	assert_int_equal(arrival.envelope_count, 1);
	b->message = arrival.envelopes[0];
}

void
battery_each(void (*test)(struct battery *b))
{
	struct battery b;
	size_t i;

	for (i = 0; channels[i] != NULL; i++) {
		if (!channel_has_vendor(channels[i]))
			continue;
		print_message("  %s\n", channels[i]->name);
		battery_open(&b, channels[i]);
		test(&b);
		company_unref(b.company);
		arena_free(&b.arena);
	}
}

static struct str
header(const struct hook *h, const char *name)
{
	const struct battery_request *r = h->arg;
	size_t i;

	for (i = 0; i < ARRAY_LEN(r->headers); i++)
		if (r->headers[i].name != NULL &&
		    strcasecmp(r->headers[i].name, name) == 0)
			return str_from(r->headers[i].value);
	return (struct str){NULL, 0};
}

static const char *
or_empty(const char *text)
{
	return text == NULL ? "" : text;
}

struct hook
battery_hook(struct battery *b, const struct battery_request *r)
{
	return (struct hook){
	    .account = &b->account,
	    .method = str_from(r->method == NULL ? "POST" : r->method),
	    .tail = str_from(or_empty(r->tail)),
	    .url = arena_printf(&b->arena, "%.*s%s%s%s",
		STR_FMT(b->account.hook_url), or_empty(r->tail),
		r->query == NULL ? "" : "?", or_empty(r->query)),
	    .query = str_from(or_empty(r->query)),
	    .type = str_from(or_empty(r->type)),
	    .body = str_from(or_empty(r->body)),
	    .now = BATTERY_NOW,
	    .header = header,
	    .arg = r,
	};
}

void
battery_parse(
    struct battery *b, const struct battery_request *r, struct arrival *out)
{
	struct hook h = battery_hook(b, r);
	const char *why = NULL;

	memset(out, 0, sizeof(*out));
	if (b->channel->verify(&h, &b->arena, &why) != OK)
		fail_msg("the example is not signed: %s", why);
	if (b->channel->parse(&h, &b->arena, out, &why) != OK)
		fail_msg("the example is not right: %s", why);
}

struct outgoing
battery_answer(struct battery *b, const char *text)
{
	return (struct outgoing){
	    .text = str_from(text),
	    .address = b->message.address,
	    .reply = b->message.reply,
	    .customer_at = BATTERY_NOW - 60000,
	    .now = BATTERY_NOW,
	};
}

static struct payload
payload_of(struct battery *b)
{
	struct outgoing m = battery_answer(b, "Hello");
	struct faults faults = {0};
	struct payloads out = {.count = 0};

	assert_int_equal(
	    b->channel->render(b->account.doc, &m, &b->arena, &out, &faults),
	    OK);
	assert_int_equal(out.count, 1);
	return out.list[0];
}

/* Only what the kind of job is given: see struct job. */
struct job
battery_job(struct battery *b, enum job_kind kind)
{
	struct payload p = payload_of(b);
	struct arrival arrival;
	struct job job = {.kind = kind,
	    .account = &b->account,
	    .recipient = p.recipient,
	    .address = b->message.address,
	    .row = 77,
	    .at = BATTERY_NOW - 1000,
	    .attempted_at = BATTERY_NOW - 500,
	    .customer_at = BATTERY_NOW - 60000,
	    .now = BATTERY_NOW,
	    .since = BATTERY_NOW - 600000,
	    .text = STR("The answer so far")};

	if (kind == JOB_SEND || kind == JOB_LOOKUP)
		job.payload = p.text;
	if (kind == JOB_TYPING || kind == JOB_DRAFT)
		job.payload = b->message.reply;
	if (kind == JOB_BACKFILL &&
	    b->channel->can.backfill == BACKFILL_CONVERSATIONS)
		job.payload = b->message.address;
	if (kind == JOB_FETCH) {
		battery_parse(b, &b->fixture->file, &arrival);
		assert_int_equal(arrival.envelopes[0].file_count, 1);
		job.payload = arrival.envelopes[0].files[0].payload;
	}
	return job;
}

static bool
within(struct str text, struct str secret)
{
	return secret.n > 0 && text.n >= secret.n &&
	       memmem(text.p, text.n, secret.p, secret.n) != NULL;
}

bool
battery_leaks(const struct battery *b, struct str text)
{
	size_t i;

	for (i = 0; i < b->account.signing_count; i++)
		if (within(text, b->account.signing[i]))
			return true;
	return within(text, b->account.token);
}

bool
battery_said(const struct faults *faults, const char *where, const char *words)
{
	size_t i;

	for (i = 0; i < faults->count && i < FAULTS_MAX; i++)
		if (str_eq(faults->list[i].where, str_from(where)) &&
		    within(faults->list[i].what, str_from(words)))
			return true;
	return false;
}
