/* said: see said.h. The rules of what is an address are those of the pack. */
#include "intake/said.h"
#include "core/pack.h"

struct str
said_email(const struct company *c, struct str text)
{
	struct str found = pack_email(text);

	while (found.n > 0 && company_is_address(c, found))
		found = pack_email(
		    (struct str){text.p, (size_t)(found.p - text.p)});
	return found;
}
