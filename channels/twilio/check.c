/* check: do an account's members look as Twilio writes them? */
#include "channels/twilio/names.h"

#include <stdio.h>

#define PLACE_MAX 64u

struct checked {
	const char *path;
	struct faults *faults;
};

static void
fault(const struct checked *c, const char *member, struct str is,
    const char *write)
{
	char where[PLACE_MAX];

	snprintf(where, sizeof(where), "%s.%s", c->path, member);
	faults_add(
	    c->faults, where, "is \"%.*s\"; write %s", STR_FMT(is), write);
}

static void
check_sid(const struct checked *c, const char *member, struct str is,
    const char *kind)
{
	char write[PLACE_MAX];

	if (is.n == 0 || twilio_sid(is, kind))
		return;
	snprintf(write, sizeof(write), "%s and 32 hexadecimal digits", kind);
	fault(c, member, is, write);
}

static void
check_sender(const struct checked *c, const struct twilio *t, struct str is)
{
	if (is.n == 0 || twilio_sender(t, is))
		return;
	fault(c, "sender", is,
	    "a number like \"+15551230001\", or a Messaging Service: MG and 32 "
	    "hexadecimal digits");
}

void
twilio_check(const struct twilio *t, const struct company_account *a,
    const char *path, struct faults *faults)
{
	struct checked c = {path, faults};
	char where[PLACE_MAX];

	check_sid(&c, "id", a->id, "AC");
	check_sender(&c, t, a->sender);
	check_sid(&c, "template", a->template, "HX");
	if (str_eq(a->user, a->id))
		return;
	check_sid(&c, "user", a->user, "SK");
	if (a->user.n == 0 || a->signing_count > 0)
		return;
	snprintf(where, sizeof(where), "%s.signing", path);
	faults_add(faults, where,
	    "is missing; an API key does not sign webhooks: write the "
	    "account's auth token there, too");
}
