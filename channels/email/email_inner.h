/*
 * email_inner: what the files of the row share.
 */
#ifndef CHANNELS_EMAIL_EMAIL_INNER_H
#define CHANNELS_EMAIL_EMAIL_INNER_H

#include "channels/email/email.h"

void email_check(
    const struct company_account *a, const char *path, struct faults *faults);
enum err email_verify(
    const struct hook *h, struct arena *a, const char **why) MUST_USE;
enum err email_parse(const struct hook *h, struct arena *a, struct arrival *out,
    const char **why) MUST_USE;
enum err email_render(const struct company_account *account,
    const struct outgoing *m, struct arena *a, struct payloads *out,
    struct faults *faults) MUST_USE;
enum err email_call(const struct job *job, struct arena *a, struct call *out,
    struct outcome *instead) MUST_USE;
void email_result(const struct job *job, const struct reply *r, struct arena *a,
    struct outcome *out);

#endif
