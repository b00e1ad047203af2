/* A time zone's rule, and what is near to a name that does not exist. */
#include "core/zone.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str text = {(const char *)data, size};
	struct zone_time t;
	struct zone z;
	int64_t day;

	(void)zone_near(text);
	if (!zone_parse(text, &z))
		return 0;
	for (day = 20000; day < 21000; day += 30) {
		zone_local(&z, zone_wall(&z, day, 90), &t);
		if (t.day < day - 8 || t.day > day + 8)
			__builtin_trap();
	}
	return 0;
}
