/*
 * agent_file: sellers in a JSON file, for the demo and for tests:
 *
 *	{"sellers":[{"email":"anna@shop.example","name":"Anna","role":"admin",
 *	 "capacity":300,"skills":["returns"],"languages":["de"],
 *	 "teams":["sales"],"password":"..."}]}
 *
 * Only e-mail is required; without a password one is made.
 */
#ifndef CMD_AGENT_FILE_H
#define CMD_AGENT_FILE_H

#include "core/arena.h"
#include "store/staff.h"

struct agent_entry {
	struct agent_row row;
	struct str password; /* may be empty */
};

/* Into the arena. Says what is wrong. E_BADINPUT, E_IO, E_NOMEM. */
enum err agent_file_read(const char *path, struct arena *a,
    struct agent_entry **out, size_t *count) MUST_USE;

/* Are e-mail, name and role what they may be? Says what is wrong. */
enum err agent_file_check(const struct agent_row *row) MUST_USE;

#endif
