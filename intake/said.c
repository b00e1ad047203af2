/* said: see said.h. Which words make an address theirs: core/theirs.h. */
#include "intake/said.h"
#include "core/theirs.h"

#include <strings.h>

static bool
same(struct str a, struct str b)
{
	return a.n == b.n && strncasecmp(a.p, b.p, a.n) == 0;
}

/* Of two addresses nobody knows whose they are. */
struct str
said_email(const struct company *c, struct str text)
{
	struct str rest = text, next, found = {0};

	while ((next = theirs_next(&rest)).n > 0) {
		if (company_is_address(c, next))
			continue;
		if (found.n > 0 && !same(next, found))
			return (struct str){0};
		if (found.n == 0 || theirs_given(text, next))
			found = next;
	}
	return found.n > 0 && theirs_given(text, found) ? found
							: (struct str){0};
}
