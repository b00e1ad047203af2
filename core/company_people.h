/*
 * company_people: the part of the table of the company's members that is about
 * people. core/company_members.c puts it behind its own.
 */
#ifndef CORE_COMPANY_PEOPLE_H
#define CORE_COMPANY_PEOPLE_H

#include "core/company_members.h"

/* The i-th row, or NULL past the last. */
const struct member *company_people_member(size_t i);

/* The last of them: what is told by itself, and whom we tell. */
const struct member *company_told_member(size_t i);

/* What webhooks can tell of; ends with NULL. */
extern const char *const company_webhook_events[];

/* Is it one of the words? They end with NULL. */
bool member_one_of(struct str s, const char *const *words);

/* Of company_members.c: what keys and names of channels look like. */
const char *member_key_wrong(struct str s);
const char *member_channel_wrong(struct str s);

#endif
