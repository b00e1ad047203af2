/* setup: "twilio" of the setup file becomes accounts, numbers, templates. */
#include "sandbox/shape.h"
#include "core/json.h"
#include "sandbox/twilio/inner.h"

#include <stdio.h>
#include <stdlib.h>

#define CONCURRENT_USUAL 100u

static const struct shape account_shape[] = {
    {"sid", SHAPE_TEXT, true},
    {"token", SHAPE_TEXT, true},
    {"keys", SHAPE_LIST, false},
    {"numbers", SHAPE_LIST, true},
    {"templates", SHAPE_LIST, false},
    {"services", SHAPE_LIST, false},
    {"statuses", SHAPE_LIST, false},
    {"concurrent_max", SHAPE_NUMBER, false},
    {NULL, SHAPE_ANY, false},
};

static const struct shape key_shape[] = {
    {"sid", SHAPE_TEXT, true},
    {"secret", SHAPE_TEXT, true},
    {NULL, SHAPE_ANY, false},
};

static const struct shape number_shape[] = {
    {"address", SHAPE_TEXT, true},
    {"hook", SHAPE_TEXT, false},
    {"open_windows", SHAPE_FLAG, false},
    {NULL, SHAPE_ANY, false},
};

static const struct shape template_shape[] = {
    {"sid", SHAPE_TEXT, true},
    {"text", SHAPE_TEXT, true},
    {NULL, SHAPE_ANY, false},
};

struct reading {
	struct twilio *t;
	struct account *a;
	struct faults *faults;
	char where[64];
	enum err err;
};

static void *
room(struct reading *r, size_t n, size_t size)
{
	void *p = arena_alloc(&r->t->arena, (n + 1) * size);

	if (p == NULL)
		r->err = E_NOMEM;
	return p;
}

static struct str
text(struct reading *r, const json_t *o, const char *name)
{
	struct str copy = json_text_copy(o, name, &r->t->arena);

	if (copy.p == NULL)
		r->err = E_NOMEM;
	return copy;
}

static void
add(struct reading *r, struct table *t, struct node *n)
{
	if (sb_table_find(t, n->key) != NULL)
		faults_add(r->faults, r->where, "%.*s is there twice",
		    STR_FMT(n->key));
	if (sb_table_add(t, n) != OK)
		r->err = E_NOMEM;
}

static void
add_login(struct reading *r, struct str user, struct str secret)
{
	struct login *l = room(r, 0, sizeof(*l));

	if (l == NULL)
		return;
	*l = (struct login){.account = r->a, .secret = secret};
	l->node.key = user;
	add(r, &r->t->logins, &l->node);
}

static void
read_key(struct reading *r, const json_t *o)
{
	if (sb_shape_check(o, r->where, key_shape, r->faults))
		add_login(r, text(r, o, "sid"), text(r, o, "secret"));
}

static void
read_number(struct reading *r, const json_t *o)
{
	struct number *n = &r->a->numbers[r->a->number_count];

	if (!sb_shape_check(o, r->where, number_shape, r->faults))
		return;
	*n = (struct number){.account = r->a,
	    .hook = text(r, o, "hook"),
	    .open_windows = sb_shape_flag(o, "open_windows", false)};
	n->node.key = text(r, o, "address");
	if (!sb_address_valid(n->node.key, &n->whatsapp))
		faults_add(r->faults, r->where,
		    "a number is +15551234567 or whatsapp:+15551234567");
	add(r, &r->t->numbers, &n->node);
	r->a->number_count++;
}

/* {{1}} to {{n}}: the highest n. */
static unsigned
count_variables(struct str s)
{
	unsigned most = 0, n = 0;
	size_t i;

	for (i = 0; i + 4 < s.n; i++) {
		if (memcmp(s.p + i, "{{", 2) != 0)
			continue;
		n = (unsigned)strtoul(s.p + i + 2, NULL, 10);
		most = n > most ? n : most;
	}
	return most;
}

static void
read_template(struct reading *r, const json_t *o)
{
	struct template *t = &r->a->templates[r->a->template_count];

	if (!sb_shape_check(o, r->where, template_shape, r->faults))
		return;
	t->sid = text(r, o, "sid");
	t->text = text(r, o, "text");
	t->variables = count_variables(t->text);
	r->a->template_count++;
}

static void
read_service(struct reading *r, const json_t *o)
{
	struct str sid = json_text_of(o);

	if (sid.n == 0)
		faults_add(r->faults, r->where, "services are sids, MG...");
	else
		r->a->services[r->a->service_count++] = arena_copy(
		    &r->t->arena, sid);
}

static void
read_status(struct reading *r, const json_t *o)
{
	static const char *const known[] = {
	    "sending", "sent", "delivered", "read", "failed", "undelivered"};
	const char *word = json_string_value(o);
	size_t i;

	for (i = 0; word != NULL && i < ARRAY_LEN(known); i++)
		if (strcmp(known[i], word) == 0 &&
		    r->a->status_count < STATUSES_MOST) {
			r->a->statuses[r->a->status_count++] = known[i];
			return;
		}
	faults_add(r->faults, r->where,
	    "statuses are up to 6 of sending, sent, delivered, read, failed, "
	    "undelivered");
}

static void
each(struct reading *r, const json_t *list,
    void (*read)(struct reading *r, const json_t *o))
{
	size_t i;

	for (i = 0; i < json_array_size(list) && r->err == OK; i++)
		read(r, json_array_get(list, i));
}

static void
read_account(struct reading *r, const json_t *o)
{
	const json_t *keys = json_object_get(o, "keys"),
		     *numbers = json_object_get(o, "numbers"),
		     *templates = json_object_get(o, "templates"),
		     *services = json_object_get(o, "services");
	struct account *a = r->a;

	a->twilio = r->t;
	a->node.key = text(r, o, "sid");
	a->token = text(r, o, "token");
	a->concurrent_max = (unsigned)sb_shape_whole(
	    o, "concurrent_max", CONCURRENT_USUAL, 1000000);
	a->numbers = room(r, json_array_size(numbers), sizeof(*a->numbers));
	a->templates = room(
	    r, json_array_size(templates), sizeof(*a->templates));
	a->services = room(r, json_array_size(services), sizeof(*a->services));
	if (r->err != OK)
		return;
	if (a->node.key.n != SID_TEXT || memcmp(a->node.key.p, "AC", 2) != 0)
		faults_add(
		    r->faults, r->where, "a sid is AC and 32 hex digits");
	add(r, &r->t->accounts, &a->node);
	add_login(r, a->node.key, a->token);
	each(r, keys, read_key);
	each(r, numbers, read_number);
	each(r, templates, read_template);
	each(r, services, read_service);
	if (json_object_get(o, "statuses") != NULL) {
		each(r, json_object_get(o, "statuses"), read_status);
		return;
	}
	a->statuses[a->status_count++] = "sent";
	a->statuses[a->status_count++] = "delivered";
}

enum err
sb_twilio_open(
    struct sandbox *s, const json_t *part, struct faults *faults, void **state)
{
	struct twilio *t = calloc(1, sizeof(*t));
	struct reading r = {.t = t, .faults = faults};
	size_t i;

	if (t == NULL)
		return E_NOMEM;
	*state = t;
	t->sandbox = s;
	if (part != NULL && !json_is_array(part))
		faults_add(faults, "twilio", "is no array of accounts");
	t->count = json_array_size(part);
	if ((t->list = room(&r, t->count, sizeof(*t->list))) == NULL)
		return E_NOMEM;
	for (i = 0; i < t->count && r.err == OK; i++) {
		const json_t *o = json_array_get(part, i);

		(void)snprintf(r.where, sizeof(r.where), "twilio[%zu]", i);
		r.a = &t->list[i];
		if (sb_shape_check(o, r.where, account_shape, faults))
			read_account(&r, o);
	}
	return r.err;
}

static void
drop_pair(struct node *n)
{
	free(CONTAINER_OF(n, struct pair, node));
}

void
sb_twilio_close(void *state)
{
	struct twilio *t = state;

	while (t->newest != NULL)
		sb_mail_delete(t->newest);
	sb_table_end(&t->accounts, NULL);
	sb_table_end(&t->logins, NULL);
	sb_table_end(&t->numbers, NULL);
	sb_table_end(&t->mails, NULL);
	sb_table_end(&t->pairs, drop_pair);
	sb_files_free(&t->media);
	arena_free(&t->arena);
	free(t);
}

void
sb_twilio_describe(void *state, struct buf *out)
{
	const struct twilio *t = state;
	size_t i, k;

	sb_put_raw(out, "twilio", STR("["));
	for (i = 0; i < t->count; i++) {
		buf_str(out, i == 0 ? "{" : ",{");
		sb_put_text(out, "sid", t->list[i].node.key);
		buf_str(out, ",\"numbers\":[");
		for (k = 0; k < t->list[i].number_count; k++) {
			buf_str(out, k == 0 ? "" : ",");
			buf_json(out, t->list[i].numbers[k].node.key);
		}
		buf_str(out, "]}");
	}
	buf_char(out, ']');
}
