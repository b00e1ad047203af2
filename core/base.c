/* base: names of the errors. */
#include "core/base.h"

static const char *const names[ERRS] = {
    [OK] = "ok",
    [E_BADINPUT] = "badinput",
    [E_NOTFOUND] = "notfound",
    [E_DENIED] = "denied",
    [E_STALE] = "stale",
    [E_CLAIMED] = "claimed",
    [E_LIMIT] = "limit",
    [E_FULL] = "full",
    [E_IO] = "io",
    [E_NOMEM] = "nomem",
    [E_CLOSED] = "closed",
    [E_VERSION] = "version",
};

const char *
err_name(enum err e)
{
	return (unsigned)e < ERRS ? names[e] : "unknown";
}
