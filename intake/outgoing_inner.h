/*
 * outgoing_inner: what the files of outgoing share.
 */
#ifndef INTAKE_OUTGOING_INNER_H
#define INTAKE_OUTGOING_INNER_H

#include "intake/outgoing.h"

/*
 * The files of `of`, each as m->files, as a link in m->text, or as words there;
 * `faults` name those that are words. Before the text is signed. E_NOMEM.
 */
enum err outgoing_files(const struct outgoing_of *of,
    const struct company_account *account, struct outgoing *m, struct arena *a,
    struct faults *faults) MUST_USE;

#endif
