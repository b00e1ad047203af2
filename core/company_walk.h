/*
 * company_walk: checks and fills in one pass; used by company.c only.
 */
#ifndef CORE_COMPANY_WALK_H
#define CORE_COMPANY_WALK_H

#include "core/company.h"

#include <jansson.h>

/*
 * Fills *out from the document, copying every string into `arena`. What is
 * wrong goes to `faults`, and *out is then only partly filled. E_BADINPUT:
 * there are new faults; E_NOMEM.
 */
enum err company_walk(json_t *root, struct faults *faults, struct arena *arena,
    struct company *out) MUST_USE;

#endif
