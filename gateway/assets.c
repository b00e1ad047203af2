/* assets: the search; the table itself is made by cmake/assets.cmake. */
#include "gateway/assets.h"

const struct asset *
asset_find(struct str path)
{
	const struct asset *a = assets;

	while (a->path != NULL && !str_eq(path, str_from(a->path)))
		a++;
	return a->path != NULL ? a : NULL;
}
