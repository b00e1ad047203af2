/*
 * staff DATABASE COMPANY FILE
 *
 * Puts the sellers of the crash test into the store of a stopped server, each
 * with a key of the API, and writes them to FILE: AGENT NAME ROLE KEY.
 */
#include "tests/bench/lib/figures.h"
#include "tests/bench/lib/records.h"

#include <inttypes.h>
#include <stdio.h>

/* In all there is room for every customer; Miller has it for one. */
static const struct person {
	const char *name, *role, *teams;
	int64_t capacity; /* hundredths of a chat */
} people[] = {
    {"Sam", "seller", "[\"sales\"]", 200},
    {"Ann", "seller", "[\"sales\"]", 200},
    {"Ben", "seller", "[\"sales\"]", 1500},
    {"Eve", "admin", "[\"sales\"]", 100},
    {"Miller", "seller", "[\"workshop\"]", 100},
};

static void
add_person(struct records *r, const struct person *p, FILE *out)
{
	struct buf email = {0};
	struct records_key key = {.word = "crash", .role = p->role};

	buf_addf(&email, "%s@shop.example", p->name);
	email.data[0] |= 0x20; /* addresses are in small letters */
	buf_char(&email, '\0');
	key.agent = records_seller(
	    r, &(struct agent_row){.name = str_from(p->name),
		   .email = str_from(email.data),
		   .role = str_from(p->role),
		   .capacity = p->capacity,
		   .teams = str_from(p->teams)});
	records_key(r, &key);
	fprintf(out, "%" PRId64 " %s %s %s\n", key.agent, p->name, p->role,
	    key.token);
	buf_free(&email);
}

int
main(int argc, char **argv)
{
	FILE *out = argc == 4 ? fopen(argv[3], "w") : NULL;
	struct records r;
	size_t i;

	if (out == NULL)
		die("usage: staff database company file");
	records_open(&r, argv[1], argv[2], 100);
	for (i = 0; i < ARRAY_LEN(people); i++)
		add_person(&r, &people[i], out);
	fclose(out);
	records_close(&r);
	return 0;
}
