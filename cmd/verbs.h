/*
 * verbs: commands whose first word says what is done: company, outbox.
 */
#ifndef CMD_VERBS_H
#define CMD_VERBS_H

#include "cmd/process.h"

struct verb {
	const char *word;
	int (*run)(struct process *p, const char *const *words, size_t n);
};

/*
 * Runs the verb that words[0] names, with the store open. verbs ends with word
 * NULL. Says what is wrong, and which verbs there are.
 */
int verbs_run(const char *command, const struct verb *verbs,
    const struct settings *s, const char *const *words, size_t n);

#endif
