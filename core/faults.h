/*
 * faults: everything that is wrong with an input, named at once.
 *
 *	struct faults f = {0};
 *	faults_add(&f, "bot.idle_minutes", "is \"soon\"; write a whole number");
 *	if (f.count > 0) ... faults_write(&f, &buf);
 *	faults_free(&f);
 *
 * At most FAULTS_MAX are kept; the rest are counted.
 */
#ifndef CORE_FAULTS_H
#define CORE_FAULTS_H

#include "core/arena.h"
#include "core/buf.h"

#define FAULTS_MAX 100u

struct fault {
	struct str where, what;
};

struct faults {
	struct arena arena;
	struct fault *list;
	size_t count; /* may exceed FAULTS_MAX: so many were seen */
};

void faults_add(struct faults *f, const char *where, const char *fmt, ...)
    PRINTF_LIKE(3, 4);

/* One line each: "where: what". */
void faults_write(const struct faults *f, struct buf *out);

/* A JSON array of {"where":..., "what":...}. */
void faults_write_json(const struct faults *f, struct buf *out);

void faults_free(struct faults *f);

#endif
