/*
 * seller_item: small things: replies that are at hand, what labels look like,
 * what somebody was about to say.
 */
#include "gateway/seller_http.h"

#include <stdio.h>

#define CANNED "/v1/staff/canned"
#define LABELS "/v1/staff/labels"
/* So many of a kind and owner. */
#define CANNED_MAX 500u
#define LABELS_MAX 500u
#define DRAFTS_MAX 1000u
#define PAGE 100u

/* ---- what is stored ------------------------------------------------------ */

/* Its object without the last brace: {"key":"hi","text":"...",... */
static void
write_item(struct buf *out, const struct item *item)
{
	struct str value = item->value;

	buf_str(out, "{\"key\":");
	buf_json(out, item->key);
	/* The members of the stored object. */
	if (value.n > 2) {
		buf_char(out, ',');
		buf_add(out, value.p + 1, value.n - 2);
	}
	buf_addf(out, ",\"at\":%lld,\"version\":%llu", (long long)item->at,
	    (unsigned long long)item->version);
}

static void
add_member(struct buf *out, const char *before, struct str s)
{
	buf_str(out, before);
	buf_json(out, s);
}

static void
fault(struct staff_work *w, enum err e)
{
	if (e == E_STALE)
		staff_fault(w->request, STAFF_CHANGED,
		    "read it again: somebody has changed it");
	else if (e == E_DENIED)
		staff_fault(w->request, STAFF_FULL, "remove some first");
	else
		staff_store_fault(w->request, e);
}

/* Stores what op says. True: it is there; else w is answered. */
static bool
put(struct staff_work *w, struct store_op *op)
{
	enum err e;

	op->verb = STORE_ITEM;
	op->item.item.company = w->who.company;
	op->item.item.at = clock_wall(w->gateway->clock);
	e = store_submit_wait(w->gateway->store, op);
	if (e != OK)
		fault(w, e);
	return e == OK;
}

static void
answer_item(struct staff_work *w, const struct item *item, bool shared)
{
	struct buf text = {0};

	write_item(&text, item);
	buf_str(&text, shared ? ",\"shared\":true}" : "}");
	staff_answer(w->request, 200, &text);
}

/* What is everybody's is changed by few, and one can read who did. */
static struct audit_row
audit_line(struct staff_work *w, const char *what, struct str key)
{
	struct buf b = {0};
	struct audit_row row = {.at = clock_wall(w->gateway->clock),
	    .company = w->who.company,
	    .agent = w->who.agent,
	    .what = str_from(what),
	    .outcome = STR("ok")};

	buf_str(&b, "{\"key\":");
	buf_json(&b, key);
	buf_char(&b, '}');
	row.detail = buf_take(&b, request_arena(w->request));
	return row;
}

static bool
may_share(struct staff_work *w)
{
	struct frame_error error = {0};

	if (staff_may(w->gateway->staff, &w->who, MAY_MANAGE_COMPANY, &error))
		return true;
	request_fault(w->request, &error);
	return false;
}

/* ---- lists --------------------------------------------------------------- */

/* All of that kind and owner, behind what was written already. */
static enum err
write_items(struct staff_work *w, const struct item_ask *of, struct buf *out)
{
	struct arena *a = request_arena(w->request);
	struct item_ask ask = *of;
	struct item *page = arena_alloc(a, PAGE * sizeof(*page));
	size_t n = PAGE, i;
	enum err e = page == NULL ? E_NOMEM : OK;

	while (e == OK && n == PAGE) {
		e = store_list_items(w->reader, &ask, a, page, &n);
		for (i = 0; e == OK && i < n; i++) {
			buf_str(out, out->data[out->len - 1] == '[' ? "" : ",");
			write_item(out, &page[i]);
			buf_str(out, of->kind == ITEM_CANNED && of->owner == 0
					 ? ",\"shared\":true}"
					 : "}");
		}
		if (e == OK && n > 0)
			ask.after = page[n - 1].key;
	}
	return e;
}

static void
list_run(struct staff_work *w, enum item_kind kind, bool own)
{
	struct item_ask ask = {.company = w->who.company, .kind = kind};
	struct buf text = {0};
	enum err e;

	buf_str(&text, "{\"items\":[");
	e = text.failed ? E_NOMEM : write_items(w, &ask, &text);
	ask.owner = w->who.agent;
	if (e == OK && own && ask.owner != 0)
		e = write_items(w, &ask, &text);
	buf_str(&text, "]}");
	if (e == OK) {
		staff_answer(w->request, 200, &text);
		return;
	}
	buf_free(&text);
	fault(w, e);
}

static void
canned_run(struct staff_work *w)
{
	list_run(w, ITEM_CANNED, true);
}

void
seller_canned(struct request *r)
{
	staff_begin(r, MAY_ANSWER, canned_run, NULL);
}

static void
labels_run(struct staff_work *w)
{
	list_run(w, ITEM_LABEL, false);
}

void
seller_labels(struct request *r)
{
	staff_begin(r, MAY_ANSWER, labels_run, NULL);
}

/* ---- replies at hand ----------------------------------------------------- */

/* Shared ones are the company's; a key of its own has no others. */
static int64_t
owner_of(const struct staff_work *w, bool shared)
{
	return shared ? 0 : w->who.agent;
}

static void
canned_put_run(struct staff_work *w)
{
	const struct seller_request *q = w->arg;
	struct audit_row audit = audit_line(w, "canned.put", q->key);
	struct store_op op = {0};
	struct seller_frame f;
	struct buf value = {0};
	bool shared;

	if (!seller_body(w, seller_canned_fields, &f))
		return;
	shared = owner_of(w, f.shared) == 0;
	if (shared && !may_share(w))
		return;
	add_member(&value, "{\"text\":", f.text);
	buf_char(&value, '}');
	op.item = (struct store_item){.item = {.kind = ITEM_CANNED,
					  .owner = owner_of(w, f.shared),
					  .key = q->key,
					  .value = buf_view(&value)},
	    .version = f.version,
	    .most = CANNED_MAX,
	    .audit = shared ? &audit : NULL};
	if (value.failed)
		fault(w, E_NOMEM);
	else if (put(w, &op)) {
		op.item.item.version = op.item.item.version;
		answer_item(w, &op.item.item, shared);
	}
	buf_free(&value);
}

void
seller_canned_put(struct request *r)
{
	struct seller_request *q = seller_request_key(r, CANNED "/");

	if (q != NULL)
		staff_begin(r, MAY_ANSWER, canned_put_run, q);
}

static void
canned_end_run(struct staff_work *w)
{
	const struct seller_request *q = w->arg;
	bool shared = owner_of(w, q->shared) == 0;
	struct audit_row audit = audit_line(w, "canned.remove", q->key);
	struct store_op op = {.item = {.item = {.kind = ITEM_CANNED,
					   .owner = owner_of(w, q->shared),
					   .key = q->key},
				  .audit = shared ? &audit : NULL}};

	if ((!shared || may_share(w)) && put(w, &op))
		request_reply(w->request, 204, NULL, STR(""));
}

void
seller_canned_end(struct request *r)
{
	struct seller_request *q = seller_request_key(r, CANNED "/");

	if (q != NULL)
		staff_begin(r, MAY_ANSWER, canned_end_run, q);
}

/* ---- labels -------------------------------------------------------------- */

static void
label_put_run(struct staff_work *w)
{
	const struct seller_request *q = w->arg;
	struct audit_row audit = audit_line(w, "label.put", q->key);
	struct store_op op = {0};
	struct seller_frame f;
	struct buf value = {0};

	if (!seller_body(w, seller_label_fields, &f))
		return;
	add_member(&value, "{\"colour\":", f.colour);
	add_member(&value, ",\"text\":", f.text);
	buf_char(&value, '}');
	op.item = (struct store_item){.item = {.kind = ITEM_LABEL,
					  .key = q->key,
					  .value = buf_view(&value)},
	    .version = f.version,
	    .most = LABELS_MAX,
	    .audit = &audit};
	if (value.failed)
		fault(w, E_NOMEM);
	else if (put(w, &op))
		answer_item(w, &op.item.item, false);
	buf_free(&value);
}

void
seller_label_put(struct request *r)
{
	struct seller_request *q = seller_request_key(r, LABELS "/");

	if (q != NULL)
		staff_begin(r, MAY_MANAGE_COMPANY, label_put_run, q);
}

static void
label_end_run(struct staff_work *w)
{
	const struct seller_request *q = w->arg;
	struct audit_row audit = audit_line(w, "label.remove", q->key);
	struct store_op op = {
	    .item = {
		.item = {.kind = ITEM_LABEL, .key = q->key}, .audit = &audit}};

	if (put(w, &op))
		request_reply(w->request, 204, NULL, STR(""));
}

void
seller_label_end(struct request *r)
{
	struct seller_request *q = seller_request_key(r, LABELS "/");

	if (q != NULL)
		staff_begin(r, MAY_MANAGE_COMPANY, label_end_run, q);
}

/* ---- drafts -------------------------------------------------------------- */

/* Theirs in that conversation; NULL: w was answered. */
static bool
draft_of(struct staff_work *w, char key[24], struct item *out)
{
	const struct seller_request *q = w->arg;
	struct seller_ask ask = seller_ask_of(w);
	struct seller_refusal no = {0};
	struct conversation c;

	if (!seller_conversation(&ask, q->number, &c, &no)) {
		seller_refuse(w->request, &no);
		return false;
	}
	(void)snprintf(key, 24, "%lld", (long long)c.id);
	*out = (struct item){.company = w->who.company,
	    .kind = ITEM_DRAFT,
	    .owner = w->who.agent,
	    .key = str_from(key)};
	return true;
}

static void
answer_draft(struct staff_work *w, const struct item *item)
{
	struct buf text = {0};

	/* The stored object, and what it is. */
	if (item->value.n > 2)
		buf_add(&text, item->value.p, item->value.n - 1);
	else
		buf_str(&text, "{\"text\":\"\"");
	buf_addf(&text, ",\"at\":%lld,\"version\":%llu}", (long long)item->at,
	    (unsigned long long)item->version);
	staff_answer(w->request, 200, &text);
}

void
seller_draft_run(struct staff_work *w)
{
	char key[24];
	struct item which, found = {0};
	enum err e;

	if (!draft_of(w, key, &which))
		return;
	e = store_read_item(
	    w->reader, &which, request_arena(w->request), &found);
	if (e == OK || e == E_NOTFOUND)
		answer_draft(w, &found);
	else
		fault(w, e);
}

void
seller_draft_put_run(struct staff_work *w)
{
	char key[24];
	struct store_op op = {0};
	struct buf value = {0};
	struct seller_frame f;

	if (!seller_body(w, seller_draft_fields, &f) ||
	    !draft_of(w, key, &op.item.item))
		return;
	if (f.text.n > 0) {
		add_member(&value, "{\"text\":", f.text);
		buf_char(&value, '}');
	}
	op.item.item.value = buf_view(&value);
	op.item.version = f.version;
	op.item.most = DRAFTS_MAX;
	if (value.failed)
		fault(w, E_NOMEM);
	else if (put(w, &op))
		answer_draft(w, &op.item.item);
	buf_free(&value);
}
