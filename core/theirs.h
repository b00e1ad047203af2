/*
 * theirs: is a mail address in a text the writer's own? People also name those
 * of others ("I have written to press@paper.example three times"), and what is
 * private must not go there.
 *
 * So an address counts as theirs only where the words say so, in ten languages:
 * "my e-mail is", "you reach me at", "eve@x.example is mine"; and where there
 * are no words, or none that mean anything ("eve@x.example, thanks"). What is
 * not sure is not theirs: to ask again is better than to tell a stranger.
 */
#ifndef CORE_THEIRS_H
#define CORE_THEIRS_H

#include "core/base.h"

/* The next address in a text, which moves on behind it; empty: there is none. */
struct str theirs_next(struct str *text);

/* `address` points into the text. */
bool theirs_given(struct str text, struct str address);

#endif
