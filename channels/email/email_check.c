/* email_check: does an account look as mail wants it; and is a hook signed? */
#include "channels/email/address.h"
#include "channels/email/email_inner.h"
#include "channels/email/lex.h"
#include "channels/email/stamp.h"
#include "core/token.h"

#include <stdio.h>

#define PLACE_MAX 64u

struct checked {
	const char *path;
	struct faults *faults;
};

static void
fault(const struct checked *c, const char *member, const char *what)
{
	char where[PLACE_MAX];

	snprintf(where, sizeof(where), "%s.%s", c->path, member);
	faults_add(c->faults, where, "%s", what);
}

static void
check_sender(const struct checked *c, struct str sender)
{
	char what[120];

	if (sender.n == 0)
		return;
	if (!address_valid(sender)) {
		fault(c, "sender",
		    "is no address that can be written from; write one like "
		    "\"support@shop.example\"");
		return;
	}
	if (address_local(sender).n <= STAMP_LOCAL_MAX)
		return;
	snprintf(what, sizeof(what),
	    "has more than %u characters before the \"@\"; a token must fit "
	    "behind them",
	    STAMP_LOCAL_MAX);
	fault(c, "sender", what);
}

void
email_check(
    const struct company_account *a, const char *path, struct faults *faults)
{
	const struct checked c = {path, faults};

	check_sender(&c, a->sender);
	if (a->user.n > 0 && a->token.n == 0)
		fault(&c, "token",
		    "is missing; write the password of user, or its OAuth2 "
		    "access token");
	if (a->user.n == 0 && a->token.n > 0)
		fault(&c, "user",
		    "is missing; write whose password or token that is");
	if (a->user.n == 0 && a->imap.n > 0)
		fault(&c, "user",
		    "is missing; nobody reads a mailbox without a login");
	if (a->token.n == 0 && a->signing_count == 0)
		fault(&c, "signing",
		    "is missing; without a token write a secret of your own");
}

enum err
email_verify(const struct hook *h, struct arena *a, const char **why)
{
	struct str given = h->header(h, EMAIL_SIGNATURE);
	bool good = false;
	size_t i;

	(void)a;
	if (h->account->doc->signing_count == 0) {
		*why = "this account takes no mails by POST: it has no signing "
		       "secret of its own";
		return E_DENIED;
	}
	if (!lex_begins(given, STR("sha256="))) {
		*why = "there is no " EMAIL_SIGNATURE
		       " that begins with sha256=";
		return E_DENIED;
	}
	for (i = 0; i < h->account->signing_count; i++)
		good |= hmac_hex_matches(
		    h->account->signing[i], h->body, lex_from(given, 7));
	if (good)
		return OK;
	*why = EMAIL_SIGNATURE
	    " does not fit the body: whoever posts must sign with a secret of "
	    "the account's signing";
	return E_DENIED;
}
