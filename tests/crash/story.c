/*
 * The story: what went wrong, counted, and the first of it told with what was
 * going on.
 */
#include "tests/crash/story.h"

#include <stdarg.h>
#include <stdio.h>

#define TOLD_MAX 20u

static const char *const words[WRONGS] = {
    [WRONG_LOST] = "lost",
    [WRONG_DOUBLED] = "doubled",
    [WRONG_ORDER] = "out of order",
    [WRONG_UNANSWERED] = "unanswered",
    [WRONG_BEHAVIOUR] = "misbehaved",
};

static size_t counts[WRONGS];
static char scene[128]; /* empty: told */

size_t
story_count(enum wrong what)
{
	return counts[what];
}

size_t
story_total(void)
{
	size_t i, n = 0;

	for (i = 0; i < WRONGS; i++)
		n += counts[i];
	return n;
}

void
story_scene(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(scene, sizeof(scene), fmt, ap);
	va_end(ap);
}

static void
tell_scene(void)
{
	if (scene[0] != '\0')
		fprintf(stderr, "crash: -- %s\n", scene);
	scene[0] = '\0';
}

void
story_wrong(enum wrong what, unsigned who, const char *fmt, ...)
{
	va_list ap;

	counts[what]++;
	if (story_total() > TOLD_MAX)
		return;
	tell_scene();
	fprintf(stderr, "crash: %s: ", words[what]);
	if (who != ~0u)
		fprintf(stderr,
		    "%s %u: ", who >= SELLERS ? "seller" : "visitor",
		    who % SELLERS);
	va_start(ap, fmt);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	fputc('\n', stderr);
	if (story_total() == TOLD_MAX)
		fputs("crash: further faults are only counted\n", stderr);
}
