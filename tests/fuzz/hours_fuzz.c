/* Business hours: zone, a week and holidays, one a line. */
#include "core/hours.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str rest = {(const char *)data, size}, lines[9] = {{0}};
	struct hours_text text = {.week = lines + 1,
	    .week_count = 4,
	    .holidays = lines + 5,
	    .holiday_count = 4};
	struct faults faults = {0};
	struct arena a = {0};
	struct hours *h;
	size_t i, n;

	for (i = 0; i < ARRAY_LEN(lines) && rest.n > 0; i++) {
		for (n = 0; n < rest.n && rest.p[n] != '\n'; n++)
			;
		lines[i] = (struct str){rest.p, n};
		n += n < rest.n;
		rest = (struct str){rest.p + n, rest.n - n};
	}
	text.zone = lines[0];
	if (hours_parse(&text, "hours[0]", &faults, &a, &h) == OK &&
	    hours_open(h, INT64_C(1800000000000)) ==
		hours_open(h, hours_next_change(h, INT64_C(1800000000000))) &&
	    hours_next_change(h, INT64_C(1800000000000)) != 0)
		__builtin_trap();
	faults_free(&faults);
	arena_free(&a);
	return 0;
}
