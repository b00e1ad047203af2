/*
 * staff_reach: whom somebody may change. Nobody touches who may do something
 * that they may not do themselves, nor gives a role that may, so no right can
 * be had by way of another account.
 */
#include "gateway/staff_inside.h"

bool
staff_refuse_deed(struct staff_work *w, const char *what, enum staff_fault f,
    const char *detail)
{
	const struct staff_refused refused = {
	    .what = what, .outcome = staff_fault_row(f)->code};

	staff_note(w->staff, &w->who, &refused);
	staff_fault(w->request, f, detail);
	return false;
}

/* *within: the role may nothing that the caller may not. */
static bool
role_within(struct staff_work *w, struct str role, bool *within)
{
	unsigned may = 0;
	enum err e = staff_role(
	    w->reader, w->who.company, role, request_arena(w->request), &may);

	if (e != OK)
		staff_store_fault(w->request, e);
	*within = (may & ~w->who.permissions) == 0;
	return e == OK;
}

bool
staff_read_agent(struct staff_work *w, int64_t id, struct agent_row *out)
{
	enum err e = store_read_agent(
	    w->reader, id, request_arena(w->request), out);

	if (e == OK && out->company != w->who.company)
		e = E_NOTFOUND;
	if (e == E_NOTFOUND)
		staff_missing(w, "agent", id);
	else if (e != OK)
		staff_store_fault(w->request, e);
	return e == OK;
}

bool
staff_may_manage(
    struct staff_work *w, const struct agent_row *row, const char *what)
{
	bool within;

	if (row->id == w->who.agent)
		return staff_refuse_deed(w, what, STAFF_YOURSELF,
		    "somebody else must do this to your account");
	if (!role_within(w, row->role, &within))
		return false;
	return within || staff_refuse_deed(w, what, STAFF_FORBIDDEN,
			     "they may do something that you may not");
}

bool
staff_may_give(struct staff_work *w, struct str role, const char *what)
{
	const struct frame_error none = {.code = FAULT_BAD_FRAME,
	    .detail = STR("role is none that there is; see "
			  "/v1/staff/roles")};
	const struct item which = {
	    .company = w->who.company, .kind = ITEM_ROLE, .key = role};
	struct item item;
	unsigned may;
	bool within;
	enum err e = OK;

	if (!role_builtin(role, &may))
		e = store_read_item(
		    w->reader, &which, request_arena(w->request), &item);
	if (e == E_NOTFOUND)
		staff_error(w->request, &none);
	else if (e != OK)
		staff_store_fault(w->request, e);
	if (e != OK || !role_within(w, role, &within))
		return false;
	return within || staff_refuse_deed(w, what, STAFF_FORBIDDEN,
			     "this role may do something that you may not");
}
