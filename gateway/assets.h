/*
 * assets: the files of the web parts, built into the program.
 *
 * `npm run build` writes them to build/web/; cmake/assets.cmake turns that
 * folder into a table. index.html stands under its folder's path: "/". The
 * bytes are constant and live as long as the process; any thread.
 */
#ifndef GATEWAY_ASSETS_H
#define GATEWAY_ASSETS_H

#include "core/base.h"

struct asset {
	const char *path; /* "/", "/page.js" */
	const char *type; /* for Content-Type, with its charset */
	const char *etag; /* quoted, as the header has it; of the bytes */
	const unsigned char *bytes;
	size_t size;
};

/* Ends with path == NULL. */
extern const struct asset assets[];

/* By exact path; NULL when there is none. */
const struct asset *asset_find(struct str path);

#endif
