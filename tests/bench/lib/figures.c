/*
 * Time and statistics.
 */
#include "tests/bench/lib/figures.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#define SAMPLES_MAX (4u * 1024 * 1024)

int64_t
now_us(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

void
die(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	fputc('\n', stderr);
	exit(1);
}

uint64_t
number_from(const char *word, uint64_t max)
{
	char *end;
	unsigned long long n = strtoull(word, &end, 10);

	if (*word == '\0' || *end != '\0' || n == 0 || n > max)
		die("'%s' is not a number from 1 to %llu", word,
		    (unsigned long long)max);
	return n;
}

void
samples_add(struct samples *s, int64_t us)
{
	size_t cap = s->cap == 0 ? 4096 : s->cap * 2;

	if (s->n == SAMPLES_MAX)
		return;
	if (s->n == s->cap) {
		s->us = realloc(s->us, cap * sizeof(*s->us));
		if (s->us == NULL)
			die("no memory");
		s->cap = cap;
	}
	s->us[s->n++] = us;
}

static int
compare_times(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return (x > y) - (x < y);
}

int64_t
samples_at(struct samples *s, double q)
{
	if (s->n == 0)
		return 0;
	qsort(s->us, s->n, sizeof(*s->us), compare_times);
	return s->us[(size_t)((double)(s->n - 1) * q)];
}

void
samples_free(struct samples *s)
{
	free(s->us);
	*s = (struct samples){0};
}

static int
compare_values(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

double
median(double *values, size_t n)
{
	qsort(values, n, sizeof(*values), compare_values);
	return n == 0 ? 0 : values[n / 2];
}
