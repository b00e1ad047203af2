/* labels: a small set; at most LABELS_MAX, so looking through it is cheap. */
#include "store/sqlite/labels.h"
#include "core/json.h"

#include <string.h>

/* ---- the set ------------------------------------------------------------ */

static size_t
label_index(const struct labels *l, struct str label)
{
	size_t i = 0;

	while (i < l->n && !str_eq(label_view(&l->all[i]), label))
		i++;
	return i;
}

bool
labels_have(const struct labels *l, struct str label)
{
	return label_index(l, label) < l->n;
}

bool
labels_same(const struct labels *a, const struct labels *b)
{
	size_t i = 0;

	while (i < a->n && labels_have(b, label_view(&a->all[i])))
		i++;
	return i == a->n && a->n == b->n;
}

static enum err
label_add(struct labels *l, struct str label)
{
	struct label *new;

	if (label.n > LABEL_BYTES_MAX)
		return E_BADINPUT;
	if (labels_have(l, label))
		return OK;
	if (l->n == LABELS_MAX)
		return E_BADINPUT;
	new = &l->all[l->n++];
	memcpy(new->bytes, label.p, label.n);
	new->n = label.n;
	return OK;
}

static enum err
label_remove(struct labels *l, struct str label)
{
	size_t i = label_index(l, label);

	if (i < l->n)
		l->all[i] = l->all[--l->n];
	return OK;
}

/* ---- what an event does to it ------------------------------------------- */

static enum err
apply_list(struct labels *l, const json_t *list,
    enum err (*change)(struct labels *, struct str))
{
	enum err e = OK;

	if (list != NULL && !json_is_array(list))
		return E_BADINPUT;
	for (size_t i = 0; i < json_array_size(list) && e == OK; i++) {
		struct str label = json_text_of(json_array_get(list, i));

		e = label.n > 0 ? change(l, label) : E_BADINPUT;
	}
	return e;
}

/* What goes makes room for what comes. */
enum err
labels_apply(struct labels *l, struct str body)
{
	json_error_t error;
	json_t *root = json_loadb(
	    body.p, body.n, JSON_REJECT_DUPLICATES, &error);
	enum err e = json_is_object(root) ? OK : E_BADINPUT;

	if (root == NULL && json_error_code(&error) == json_error_out_of_memory)
		e = E_NOMEM;
	if (e == OK)
		e = apply_list(
		    l, json_object_get(root, "remove"), label_remove);
	if (e == OK)
		e = apply_list(l, json_object_get(root, "add"), label_add);
	json_decref(root);
	return e;
}

/* ---- stored ------------------------------------------------------------- */

enum err
labels_load(struct conn *c, int64_t conversation, struct labels *out)
{
	sqlite3_stmt *q;
	enum err e = CONN_QUERY(c, SQL_LABEL_LIST, &q, NUM(conversation));

	out->n = 0;
	while (e == OK && (e = conn_row(c, q)) == OK)
		if (label_add(out, conn_text(q, 0)) != OK)
			e = conn_err(c, SQLITE_CORRUPT);
	conn_reset(q);
	return e == E_NOTFOUND ? OK : e;
}

enum err
labels_save(struct conn *c, int64_t conversation, const struct labels *were,
    const struct labels *are)
{
	enum err e = OK;
	size_t i;

	for (i = 0; i < were->n && e == OK; i++)
		if (!labels_have(are, label_view(&were->all[i])))
			e = CONN_CHANGE(c, SQL_LABEL_DELETE, NULL,
			    NUM(conversation), TEXT(label_view(&were->all[i])));
	for (i = 0; i < are->n && e == OK; i++)
		if (!labels_have(were, label_view(&are->all[i])))
			e = CONN_CHANGE(c, SQL_LABEL_INSERT, NULL,
			    NUM(conversation), TEXT(label_view(&are->all[i])));
	return e;
}
