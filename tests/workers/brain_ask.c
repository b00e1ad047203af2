/* brain_ask: see the header. */
#include "tests/workers/brain_ask.h"

#include <stdarg.h>
#include <stdlib.h>
#include <setjmp.h>
#include <cmocka.h>

struct company *
company_of(struct str document)
{
	struct faults faults = {0};
	struct company *c = NULL;
	struct buf b = {0};

	if (company_parse(document, &faults, &c) != OK) {
		faults_write(&faults, &b);
		buf_char(&b, '\0');
		fail_msg("%s", b.data);
	}
	faults_free(&faults);
	return c;
}

static void
on_draft(struct brain_question *q, struct str text)
{
	(void)text;
	CONTAINER_OF(q, struct asked, question)->drafts++;
}

static void
on_answer(struct brain_question *q, const struct answer *answer)
{
	struct asked *a = CONTAINER_OF(q, struct asked, question);

	a->answer = *answer;
	a->answers++;
}

void
brain_ask(const struct brain_kind *kind, void *knowledge,
    const struct company *company, const struct str *messages, size_t count,
    struct asked *out)
{
	*out = (struct asked){.question = {.company = company,
				  .messages = messages,
				  .count = count,
				  .draft = on_draft,
				  .answer = on_answer}};
	out->question.arena = &out->arena;
	kind->ask(knowledge, &out->question);
	assert_int_equal(out->answers, 1);
}

void
asked_free(struct asked *a)
{
	arena_free(&a->arena);
}
