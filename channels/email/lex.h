/*
 * lex: small words about bytes, for mail's many little grammars. ASCII only:
 * no locale has a say in what a header means.
 */
#ifndef CHANNELS_EMAIL_LEX_H
#define CHANNELS_EMAIL_LEX_H

#include "core/arena.h"

char lex_lower(char c);
bool lex_digit(char c);
bool lex_alnum(char c);
int lex_hex(char c); /* -1: no hexadecimal digit */
/* A space, a tab, or what ends a line. */
bool lex_space(char c);

/* The same but for the case of letters. */
bool lex_same(struct str a, struct str b);
bool lex_begins(struct str s, struct str with);
bool lex_ends(struct str s, struct str with);
/* Where `what` begins in s, or s.n; the case of letters does not count. */
size_t lex_find(struct str s, struct str what);

/* What is left of s from there on; all of it gone where there is less. */
struct str lex_from(struct str s, size_t at);
struct str lex_upto(struct str s, size_t n);

/* Without lex_space() at both ends. */
struct str lex_trim(struct str s);
/* Nothing but lex_space(). */
bool lex_blank(struct str s);

/* The next line, without what ends it: CR LF, LF, or CR alone. It is taken off
 * *rest. */
struct str lex_line(struct str *rest);

/* Up to `stop`, which goes, too; all of it where there is none. */
struct str lex_cut(struct str *rest, char stop);

/* A copy in small letters; .p is NULL when memory is out. */
struct str lex_lowered(struct str s, struct arena *a);

#endif
