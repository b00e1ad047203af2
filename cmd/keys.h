/*
 * keys: the installation's key, from a setting or from a file in data_dir
 * that is made at the first start and readable by its owner only.
 */
#ifndef CMD_KEYS_H
#define CMD_KEYS_H

#include "cmd/settings.h"
#include "core/token.h"

/* On failure `why` holds one line. */
enum err keys_load(const struct settings *s, struct token_keys *out, char *why,
    size_t why_size) MUST_USE;

#endif
