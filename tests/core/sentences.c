/* sentences: see sentences.h. */
#include "tests/core/sentences.h"
#include "tests/lib/cmocka.h"

#include <stdio.h>

struct judging {
	struct sentences_score score;
	bool (*judge)(struct str text);
};

static void
judge_one(void *arg, bool is, struct str text)
{
	struct judging *j = arg;
	bool judged = j->judge(text);

	j->score.found += is && judged;
	j->score.missed += is && !judged;
	j->score.mistaken += !is && judged;
	j->score.passed += !is && !judged;
	if (is != judged)
		printf(
		    "  %s: %.*s\n", is ? "missed" : "mistaken", STR_FMT(text));
}

void
sentences_each(const char *name,
    void (*each)(void *arg, bool is, struct str text), void *arg)
{
	char path[300], line[500];
	FILE *f;

	(void)snprintf(path, sizeof(path), "%s/tests/core/sentences/%s.txt",
	    SOURCE_DIR, name);
	f = fopen(path, "r");
	if (f == NULL)
		fail_msg("%s is missing", path);
	while (fgets(line, sizeof(line), f) != NULL) {
		line[strcspn(line, "\n")] = '\0';
		if ((line[0] == '+' || line[0] == '-') && strlen(line) > 5)
			each(arg, line[0] == '+', str_from(line + 5));
	}
	(void)fclose(f);
}

struct sentences_score
sentences_judge(const char *name, bool (*judge)(struct str text))
{
	struct judging j = {.judge = judge};
	struct sentences_score s;

	sentences_each(name, judge_one, &j);
	s = j.score;
	s.precision = s.found == 0
			  ? 0.0
			  : (double)s.found / (double)(s.found + s.mistaken);
	s.recall = s.found == 0
		       ? 0.0
		       : (double)s.found / (double)(s.found + s.missed);
	printf("%s: %u sentences, precision %.3f, recall %.3f\n", name,
	    s.found + s.missed + s.mistaken + s.passed, s.precision, s.recall);
	return s;
}
