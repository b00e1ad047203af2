/*
 * figures: time, samples, and what a bench program prints.
 *
 * A bench program prints one line a figure on stdout, "<name> <value>", and
 * nothing else; what goes wrong is one line on stderr and exit status 1.
 */
#ifndef TESTS_BENCH_FIGURES_H
#define TESTS_BENCH_FIGURES_H

#include "core/base.h"

int64_t now_us(void); /* steady */

void die(const char *fmt, ...) PRINTF_LIKE(1, 2) __attribute__((noreturn));
/* Dies with what is wrong unless it is a number from 1 to max. */
uint64_t number_from(const char *word, uint64_t max);

struct samples {
	int64_t *us;
	size_t n, cap;
};

/* Beyond some millions further ones are left out. */
void samples_add(struct samples *s, int64_t us);
/* The q-th quantile, 0 to 1; sorts. 0 when there is none. */
int64_t samples_at(struct samples *s, double q);
void samples_free(struct samples *s);

double median(double *values, size_t n);

#endif
