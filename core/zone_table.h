/*
 * zone_table: what the time zone database says of every zone, in rows of those
 * that have the same rule. Made by cmake/zones.mjs; see there.
 */
#ifndef CORE_ZONE_TABLE_H
#define CORE_ZONE_TABLE_H

#include "core/zone.h"

struct zone_row {
	const char *rule;  /* for zone_parse() */
	const char *names; /* one space after each */
	const struct zone_shift *shifts;
	size_t shift_count;
};

extern const struct zone_row zone_table[]; /* ends with rule NULL */

/* Of the database: "2025b". */
extern const char zone_table_version[];

#endif
