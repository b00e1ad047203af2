/* knowledge: few companies are active in one worker; a scan is enough. */
#include "workers/knowledge.h"

static void
slot_forget(struct knowledge *s)
{
	if (s->company == NULL)
		return;
	s->brain->forget(s->learnt);
	company_unref(s->company);
	*s = (struct knowledge){0};
}

static bool
slot_fits(const struct knowledge *s, const struct brain_kind *brain,
    const struct company *company)
{
	return s->company != NULL && s->brain == brain &&
	       s->company->id == company->id &&
	       s->company->version == company->version;
}

/* The slot of that company and version, or the best one to overwrite. */
static struct knowledge *
slot_find(struct knowledge_cache *k, const struct brain_kind *brain,
    const struct company *company)
{
	struct knowledge *s, *victim = NULL;
	size_t i;

	for (i = 0; i < KNOWLEDGE_MAX; i++) {
		s = &k->slot[i];
		if (slot_fits(s, brain, company))
			return s;
		if (s->users > 0)
			continue;
		if (victim == NULL || s->used < victim->used)
			victim = s;
	}
	return victim;
}

enum err
knowledge_get(struct knowledge_cache *k, const struct brain_kind *brain,
    struct company *company, void **learnt)
{
	struct knowledge *s = slot_find(k, brain, company);
	enum err e;

	if (s == NULL)
		return E_LIMIT;
	if (!slot_fits(s, brain, company)) {
		slot_forget(s);
		if ((e = brain->learn(company, &s->learnt)) != OK)
			return e;
		s->company = company_ref(company);
		s->brain = brain;
	}
	s->users++;
	s->used = ++k->clock;
	*learnt = s->learnt;
	return OK;
}

void
knowledge_put(struct knowledge_cache *k, const void *learnt)
{
	size_t i;

	for (i = 0; i < KNOWLEDGE_MAX; i++)
		if (k->slot[i].users > 0 && k->slot[i].learnt == learnt)
			k->slot[i].users--;
}

void
knowledge_free(struct knowledge_cache *k)
{
	size_t i;

	for (i = 0; i < KNOWLEDGE_MAX; i++)
		slot_forget(&k->slot[i]);
}
