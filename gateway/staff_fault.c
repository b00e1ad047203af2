/*
 * staff_fault: what can be wrong with what the company's people ask: the word
 * a program goes by, a title, the HTTP status, and the code that their
 * WebSocket closes with where it cannot go on.
 */
#include "gateway/staff.h"

static const struct fault_row faults[STAFF_FAULTS] = {
    [STAFF_NOT_LOGGED_IN] = {"not_logged_in", "Log in first", 401, 1008},
    [STAFF_BAD_LOGIN] = {"bad_login", "E-mail or password is wrong", 401, 0},
    [STAFF_CODE_NEEDED] = {"code_needed", "The authenticator's code is missing",
	401, 0},
    [STAFF_BAD_CODE] = {"bad_code", "The code is wrong", 401, 0},
    [STAFF_BAD_LINK] = {"bad_invitation", "The link is not good", 401, 0},
    [STAFF_FORBIDDEN] = {"forbidden", "It takes a right that you lack", 403, 0},
    [STAFF_SESSION_NEEDED] = {"session_needed", "Not with a key", 403, 0},
    [STAFF_WEAK_PASSWORD] = {"weak_password", "The password will not do", 422,
	0},
    [STAFF_CHANGED] = {"changed", "It was changed meanwhile", 409, 0},
    [STAFF_TAKEN] = {"taken", "Somebody has it already", 409, 0},
    [STAFF_YOURSELF] = {"yourself", "Not to yourself", 409, 0},
    [STAFF_IN_USE] = {"in_use", "It is in use", 409, 0},
    [STAFF_FULL] = {"full", "There are as many as there may be", 409, 0},
};

const struct fault_row *
staff_fault_row(enum staff_fault f)
{
	return &faults[(unsigned)f < STAFF_FAULTS ? f : STAFF_FORBIDDEN];
}

bool
staff_refuse(struct frame_error *error, enum staff_fault f, const char *detail)
{
	error->row = staff_fault_row(f);
	error->detail = str_from(detail);
	return false;
}

struct frame_error
staff_store_error(enum err e)
{
	struct frame_error error = {.code = fault_of_err(e),
	    .detail = STR("nothing was changed; try again")};

	if (e == E_NOTFOUND) {
		error.code = FAULT_NOT_FOUND;
		error.detail = STR("there is none of that name or number");
	} else if (e == E_DENIED) {
		(void)staff_refuse(
		    &error, STAFF_FULL, "remove some before there can be more");
	} else if (e == E_STALE) {
		(void)staff_refuse(&error, STAFF_CHANGED,
		    "read it again, and then change that version");
	} else if (e == E_CLAIMED) {
		(void)staff_refuse(&error, STAFF_TAKEN, "take another");
	}
	return error;
}
