/* verbs: see verbs.h. */
#include "cmd/verbs.h"
#include "cmd/command.h"

static void
complain_of(const char *command, const struct verb *verbs, const char *word)
{
	struct buf known = {0};
	const struct verb *v;

	for (v = verbs; v->word != NULL; v++)
		buf_addf(&known, "%s\"%s\"",
		    v == verbs		? ""
		    : v[1].word == NULL ? " and "
					: ", ",
		    v->word);
	complain("%s can %.*s, not \"%s\"", command, STR_FMT(buf_view(&known)),
	    word);
	buf_free(&known);
}

int
verbs_run(const char *command, const struct verb *verbs,
    const struct settings *s, const char *const *words, size_t n)
{
	const struct verb *v = verbs;
	struct process p;
	char why[512];
	int status;

	while (v->word != NULL && strcmp(v->word, words[0]) != 0)
		v++;
	if (v->word == NULL) {
		complain_of(command, verbs, words[0]);
		return EXIT_USAGE;
	}
	if (process_open(&p, s, PROCESS_STORE, why, sizeof(why)) != OK) {
		complain("%s", why);
		return EXIT_FAILED;
	}
	status = v->run(&p, words + 1, n - 1);
	process_close(&p);
	return status;
}
