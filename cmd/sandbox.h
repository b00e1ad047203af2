/*
 * sandbox: the vendors' stand-ins, as a command of their own or inside serve.
 */
#ifndef CMD_SANDBOX_H
#define CMD_SANDBOX_H

#include "cmd/process.h"
#include "sandbox/sandbox.h"

/* Room for every mistake in the set-up. */
#define SANDBOX_WHY 4096u

/*
 * Reads the set-up that the settings name and starts; says where on stdout.
 * hooks_at: "http://127.0.0.1:8080", where webhooks go whose address in the
 * set-up is a path.
 */
enum err stand_ins_start(struct process *p, const char *hooks_at,
    struct sandbox **out, char why[SANDBOX_WHY]) MUST_USE;

#endif
