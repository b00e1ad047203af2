/*
 * The store of a stopped server, and sellers in it.
 */
#include "tests/bench/lib/records.h"
#include "tests/bench/lib/client.h"
#include "tests/bench/lib/figures.h"

#include <sodium.h>
#include <stdio.h>
#include <time.h>

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

const struct clock real_clock = {.wall_ms = wall_ms, .steady_ms = steady_ms};

void
records_open(
    struct records *r, const char *path, const char *company, unsigned ops)
{
	const struct store_conf conf = {.path = path,
	    .queue_max = ops * 2,
	    .group_max = ops,
	    .clock = &real_clock};
	struct store_reader *reader;
	struct company_row row;
	struct arena a = {0};
	char why[256] = "no reader";

	if (store_open(&conf, &r->store, why, sizeof(why)) != OK ||
	    store_reader_open(r->store, &reader) != OK)
		die("%s: %s", path, why);
	if (store_find_company(reader, str_from(company), &a, &row) != OK)
		die("no company '%s'", company);
	r->company = row.id;
	store_reader_close(reader);
	arena_free(&a);
}

void
records_close(struct records *r)
{
	store_close(r->store);
}

int64_t
records_seller(struct records *r, const struct agent_row *as)
{
	struct store_op op = {.verb = STORE_AGENT, .agent = {.row = *as}};

	op.agent.row.company = r->company;
	op.agent.row.state = AGENT_ACTIVE;
	op.agent.row.skills = STR("[]");
	op.agent.row.languages = STR("[]");
	op.agent.row.backup = STR("[]");
	op.agent.row.created_at = 1;
	if (store_submit_wait(r->store, &op) != OK)
		die("no %s: %s", as->email.p, err_name(op.err));
	return op.agent.row.id;
}

void
records_key(struct records *r, struct records_key *key)
{
	char data[48];
	struct store_op op = {.verb = STORE_PASS,
	    .pass = {.deed = PASS_BEGIN,
		.row = {.kind = PASS_KEY,
		    .company = r->company,
		    .agent = key->agent,
		    .name = str_from(key->word),
		    .created_at = 1}}};

	(void)snprintf(key->token, sizeof(key->token), "fdk_%s%020llu",
	    key->word, (unsigned long long)fresh_id());
	(void)snprintf(data, sizeof(data), "{\"role\":\"%s\"}", key->role);
	op.pass.row.data = str_from(data);
	crypto_hash_sha256(op.pass.row.hash, (const unsigned char *)key->token,
	    strlen(key->token));
	if (store_submit_wait(r->store, &op) != OK)
		die("no key: %s", err_name(op.err));
}
