/*
 * hook_accounts: accounts with their secrets opened, kept for as long as the
 * company's document is the same. Opening costs more than checking a
 * signature does, so a flood of unsigned requests is cheaper with it.
 *
 * Any thread. An account that is held stays as it is, whatever becomes of its
 * place in the table; secrets are wiped when the last holder lets go.
 */
#ifndef GATEWAY_HOOK_ACCOUNTS_H
#define GATEWAY_HOOK_ACCOUNTS_H

#include "channels/channel.h"
#include "core/token.h"

struct hook_accounts;

struct hook_account {
	struct account account;
	const struct company *company; /* held with it */
	struct hook_accounts *table;
};

/* E_NOMEM. */
enum err hook_accounts_new(
    const struct token_keys *keys, struct hook_accounts **out) MUST_USE;
/* When nothing is held any more. */
void hook_accounts_free(struct hook_accounts *t);

/*
 * The account doc of company, whose hook URLs begin with public_url (the same
 * at every call). hook_account_drop() it. Errors as account_open().
 */
enum err hook_account_get(struct hook_accounts *t, struct company *company,
    const struct company_account *doc, struct str public_url,
    const struct hook_account **out) MUST_USE;
void hook_account_drop(const struct hook_account *a);

#endif
