/*
 * staff DATABASE COMPANY FILE
 *
 * Puts the sellers of the crash test into the store of a stopped server, each
 * with a key of the API, and writes them to FILE: AGENT NAME ROLE KEY.
 */
#include "store/store.h"
#include "tests/bench/lib/client.h"
#include "tests/bench/lib/figures.h"

#include <inttypes.h>
#include <sodium.h>
#include <stdio.h>
#include <time.h>

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

static int64_t
wall_ms(const struct clock *c)
{
	struct timespec t;

	(void)c;
	clock_gettime(CLOCK_REALTIME, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static int64_t
steady_ms(const struct clock *c)
{
	(void)c;
	return now_us() / 1000;
}

static int64_t
add_person(struct store *s, int64_t company, const struct person *p)
{
	struct buf email = {0};
	struct store_op op = {.verb = STORE_AGENT,
	    .agent = {.row = {.company = company,
			  .name = str_from(p->name),
			  .role = str_from(p->role),
			  .state = AGENT_ACTIVE,
			  .capacity = p->capacity,
			  .skills = STR("[]"),
			  .languages = STR("[]"),
			  .teams = str_from(p->teams),
			  .backup = STR("[]"),
			  .created_at = 1}}};

	buf_addf(&email, "%s@shop.example", p->name);
	email.data[0] |= 0x20; /* addresses are in small letters */
	op.agent.row.email = buf_view(&email);
	if (store_submit_wait(s, &op) != OK)
		die("no %s: %s", p->name, err_name(op.err));
	buf_free(&email);
	return op.agent.row.id;
}

static void
add_key(struct store *s, int64_t company, int64_t agent, const struct person *p,
    FILE *out)
{
	char token[64], data[48];
	struct store_op op = {.verb = STORE_PASS,
	    .pass = {.deed = PASS_BEGIN,
		.row = {.kind = PASS_KEY,
		    .company = company,
		    .agent = agent,
		    .name = STR("crash"),
		    .created_at = 1}}};

	(void)snprintf(token, sizeof(token), "fdk_crash%020llu",
	    (unsigned long long)fresh_id());
	(void)snprintf(data, sizeof(data), "{\"role\":\"%s\"}", p->role);
	op.pass.row.data = str_from(data);
	crypto_hash_sha256(
	    op.pass.row.hash, (const unsigned char *)token, strlen(token));
	if (store_submit_wait(s, &op) != OK)
		die("no key: %s", err_name(op.err));
	fprintf(out, "%" PRId64 " %s %s %s\n", agent, p->name, p->role, token);
}

int
main(int argc, char **argv)
{
	const struct clock clock = {.wall_ms = wall_ms, .steady_ms = steady_ms};
	struct store_conf conf = {
	    .queue_max = 1000, .group_max = 100, .clock = &clock};
	struct store_reader *reader;
	struct company_row company;
	struct arena a = {0};
	struct store *s;
	FILE *out = argc == 4 ? fopen(argv[3], "w") : NULL;
	char why[256] = "";
	size_t i;

	if (out == NULL)
		die("usage: staff database company file");
	conf.path = argv[1];
	if (store_open(&conf, &s, why, sizeof(why)) != OK ||
	    store_reader_open(s, &reader) != OK ||
	    store_find_company(reader, str_from(argv[2]), &a, &company) != OK)
		die("%s or company %s: %s", argv[1], argv[2], why);
	for (i = 0; i < ARRAY_LEN(people); i++)
		add_key(s, company.id, add_person(s, company.id, &people[i]),
		    &people[i], out);
	fclose(out);
	store_reader_close(reader);
	store_close(s);
	arena_free(&a);
	return 0;
}
