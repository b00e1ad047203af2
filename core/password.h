/*
 * password: is it good enough? Pure.
 *
 * Length is what makes a password hard to guess, so that is asked for, and
 * nothing else that people answer with "Password1!": at least PASSWORD_MIN
 * characters of any kind, up to PASSWORD_MAX. What is long and common all the
 * same is refused: passwords that are put together from few pieces which
 * everybody uses. Pieces are the commonest words of leaked lists, runs on the
 * keyboard, dates, sequences, repetitions, and what is known of the account;
 * as they are or with digits for letters. So "Password2024!", "qwerty123456"
 * and "iloveyou iloveyou" are refused, and "seven green bottles" is not. That
 * holds against more than any list of the commonest 3,000 of this length.
 */
#ifndef CORE_PASSWORD_H
#define CORE_PASSWORD_H

#include "core/base.h"

#define PASSWORD_MIN 12u     /* characters */
#define PASSWORD_MAX 256u    /* characters */
#define PASSWORD_BYTES 1024u /* whatever the characters are */

/*
 * NULL: it may be used. Else a sentence on what is wrong, for whoever chose
 * it. about: words known of the account (e-mail, names); they count as common.
 */
const char *password_fault(
    struct str password, const struct str *about, size_t count);

#endif
