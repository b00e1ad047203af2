/*
 * rank_confidence: a logistic regression. Its weights were fitted on public
 * lists of questions (StackFAQ; BANKING77 and CLINC150 cut down to one example
 * an intent) and a few small ones made for it, each question asked twice: of
 * all entries, and of all but the right one. What it then says has been
 * compared across these: fitted on some, it holds on the others.
 */
#include "workers/rank_internal.h"

#include <math.h>

static float
share(float part, float whole)
{
	return whole <= 0 ? 0 : part >= whole ? 1 : part / whole;
}

unsigned
rank_confidence(const struct rank_evidence *e)
{
	/* How far ahead of the second; how near to its own question. */
	float ahead = share(e->score - e->second, e->score);
	float itself = share(e->score, e->itself);
	/* How much of what was asked it has, and has in its question. */
	float covered = share(e->covered, e->mass);
	float covered_question = share(e->covered_question, e->mass);

	float z = -4.0f + 1.8f * ahead + 4.9f * itself +
		  1.3f * covered_question + 3.2f * covered * ahead;

	return (unsigned)lroundf(100 / (1 + expf(-z)));
}
