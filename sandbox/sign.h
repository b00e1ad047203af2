/* sign: how the vendors sign what they send. */
#ifndef SANDBOX_SIGN_H
#define SANDBOX_SIGN_H

#include "sandbox/form.h"

#define SIGN_V0_TEXT 67u   /* "v0=" and 64 hex digits */
#define SIGN_FORM_TEXT 28u /* 20 bytes in base64 */

/* Of a timestamp in seconds and the body as it goes out. */
void sb_sign_v0(struct str secret, int64_t seconds, struct str body,
    char out[SIGN_V0_TEXT + 1]);

/*
 * Of the URL as configured (without a fragment) and the fields of a form body,
 * whose order is changed. E_NOMEM.
 */
enum err sb_sign_form(struct str token, struct str url, struct form *form,
    char out[SIGN_FORM_TEXT + 1]) MUST_USE;

#endif
