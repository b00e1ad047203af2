/*
 * fault: the table of what can be wrong: the word a program goes by, the
 * title a person reads, the HTTP status, and the code a WebSocket closes
 * with where it cannot go on. Faults of one frame leave the WebSocket open.
 */
#include "channels/web/frames.h"

static const struct fault_row faults[FAULTS] = {
    [FAULT_NONE] = {"none", "No fault", 200, 0},
    [FAULT_BAD_JSON] = {"bad_json", "Not a JSON object", 400, 0},
    [FAULT_BAD_FRAME] = {"bad_frame", "A member is wrong or missing", 400, 0},
    [FAULT_BAD_TEXT] = {"bad_text", "Not valid text", 400, 0},
    [FAULT_TOO_LONG] = {"too_long", "The text is too long", 422, 0},
    [FAULT_TOO_BIG] = {"too_big", "Too many bytes", 413, 1009},
    [FAULT_NOT_BINARY] = {"not_binary", "Only text is spoken here", 415, 1003},
    [FAULT_NO_HELLO] = {"no_hello", "Say hello first", 401, 1008},
    [FAULT_HELLO_AGAIN] = {"hello_again", "Hello was said already", 400, 1008},
    [FAULT_UNKNOWN_COMPANY] = {"unknown_company", "No such company", 404, 1008},
    [FAULT_BAD_TOKEN] = {"bad_token", "The token is not valid", 401, 1008},
    [FAULT_BAD_ORIGIN] = {"bad_origin", "This site may not do that", 403, 1008},
    [FAULT_BAD_IDENTITY] = {"bad_identity", "The identity is not proven", 403,
	0},
    [FAULT_TOO_MANY] = {"too_many", "Too many, too fast", 429, 0},
    [FAULT_BUSY] = {"busy", "Too busy right now", 503, 0},
    [FAULT_NO_ROOM] = {"no_room", "Cannot be stored right now", 503, 0},
    [FAULT_TOO_SLOW] = {"too_slow", "Too slow", 408, 1008},
    [FAULT_GOING_AWAY] = {"going_away", "The server is stopping", 503, 1012},
    [FAULT_NOT_FOUND] = {"not_found", "There is nothing here", 404, 0},
    [FAULT_BAD_METHOD] = {"bad_method", "Not with this method", 405, 0},
    [FAULT_BAD_REQUEST] = {"bad_request", "The request is wrong", 400, 0},
    [FAULT_BAD_TYPE] = {"bad_type", "The body must be JSON", 415, 0},
    [FAULT_NO_UPGRADE] = {"no_upgrade", "Only for WebSockets", 426, 0},
    [FAULT_BAD_LINK] = {"bad_link", "The link is not good", 403, 0},
    [FAULT_ENDED] = {"ended", "The conversation has ended", 409, 0},
};

static const enum fault_code of_err[ERRS] = {
    [OK] = FAULT_NONE,
    [E_BADINPUT] = FAULT_BAD_REQUEST,
    /* The visitor's token is of a conversation that the store has not. */
    [E_NOTFOUND] = FAULT_BAD_TOKEN,
    [E_DENIED] = FAULT_BAD_TOKEN,
    [E_STALE] = FAULT_BUSY,
    [E_CLAIMED] = FAULT_BUSY,
    [E_LIMIT] = FAULT_BUSY,
    [E_FULL] = FAULT_NO_ROOM,
    [E_IO] = FAULT_NO_ROOM,
    [E_NOMEM] = FAULT_BUSY,
    [E_CLOSED] = FAULT_GOING_AWAY,
    [E_VERSION] = FAULT_NO_ROOM,
};

const struct fault_row *
fault_row(enum fault_code f)
{
	return &faults[(unsigned)f < FAULTS ? f : FAULT_BAD_REQUEST];
}

const struct fault_row *
fault_row_of(const struct frame_error *error)
{
	return error->row != NULL ? error->row : fault_row(error->code);
}

enum fault_code
fault_of_err(enum err e)
{
	return (unsigned)e < ERRS ? of_err[e] : FAULT_NO_ROOM;
}
