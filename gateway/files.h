/*
 * files: GET /v1/files/<hash>, what customers attached, for whoever has an
 * address that we signed (core/file_url.h).
 *
 * The bytes are a stranger's. So a browser is told a type only from a short
 * list of types that cannot run anything, and never guesses another; what is
 * not on the list is saved and not shown; and whatever is shown may load
 * nothing and run nothing.
 */
#ifndef GATEWAY_FILES_H
#define GATEWAY_FILES_H

#include "core/buf.h"
#include "core/event.h"
#include "gateway/gateway.h"
#include "gateway/http.h"

/* On an HTTP thread. */
void files_serve(struct request *r);

/*
 * An event's object stands in out from `at` on. If it tells of a file that is
 * kept, it is told with an address that is good from now: until the end of the
 * day after tomorrow, so that all who read it in one day get the same. What was
 * stored may be too old, or signed by a key that is gone. Any thread.
 */
void files_address(
    const struct gateway *g, enum event_kind kind, struct buf *out, size_t at);

/*
 * The value of Content-Disposition (RFC 6266): shown or saved, and under which
 * name; in ASCII, and as it is (RFC 8187). Of the name nothing is left that
 * could be a folder, a hidden file, an end of the header, or turn the
 * direction of what stands beside it. It should be UTF-8; if not, or if it is
 * empty, no name is given.
 */
void files_disposition(struct buf *out, bool shown, struct str name);

#endif
