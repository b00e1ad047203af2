/* sentences: see sentences.h. */
#include "tests/core/sentences.h"
#include "tests/lib/cmocka.h"

#include <stdio.h>

static void
take(struct sentences_score *s, char *line, bool (*judge)(struct str text))
{
	bool is = line[0] == '+', judged = judge(str_from(line + 5));

	s->found += is && judged;
	s->missed += is && !judged;
	s->mistaken += !is && judged;
	s->passed += !is && !judged;
	if (is != judged)
		printf("  %s: %s\n", is ? "missed" : "mistaken", line + 2);
}

struct sentences_score
sentences_judge(const char *name, bool (*judge)(struct str text))
{
	struct sentences_score s = {0};
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
			take(&s, line, judge);
	}
	(void)fclose(f);
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
