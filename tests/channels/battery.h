/*
 * battery: what every channel with a vendor is put through. What it must be
 * told of a channel stands in one struct battery_fixture, in a file of its own
 * beside this one; battery_fixtures.c lists them.
 *
 * The account of the examples is the company "shop", the account "one", its
 * api BATTERY_API, and we are BATTERY_URL: the vendor calls
 * https://chat.example/hooks/<channel>/shop/one.
 */
#ifndef TESTS_CHANNELS_BATTERY_H
#define TESTS_CHANNELS_BATTERY_H

#include "channels/channel.h"
#include "tests/lib/cmocka.h"

#define BATTERY_URL "https://chat.example"
#define BATTERY_API "http://127.0.0.1:8090/api"
#define BATTERY_NOW ((int64_t)1795255200000) /* in November 2026 */

/* A request as the vendor would send it at BATTERY_NOW, signed. */
struct battery_request {
	const char *method; /* NULL: "POST" */
	const char *tail;   /* "/events"; NULL: none */
	const char *query;  /* NULL: none */
	const char *type;   /* of the body */
	const char *body;
	struct {
		const char *name, *value;
	} headers[4];
};

struct battery_fixture {
	const char *channel;
	/* An account's members, but for channel, name and api:
	 * "\"id\":\"A1\",\"token\":\"secret\"" */
	const char *account;
	/* One message by a customer; and one with a file (body NULL: files are
	 * not taken). */
	struct battery_request message, file;
	/* Where its requests go, as they begin; NULL: BATTERY_API and "/". */
	const char *api;
	/* The signature holds for minutes only. */
	bool timed;
	/* The member of a payload where its text is. */
	const char *text;
	/* The vendor's answer that a message went out. */
	struct {
		unsigned status;
		const char *body;
	} sent;
};

/* Ends with NULL. */
extern const struct battery_fixture *const battery_fixtures[];

/* A row under test, with its account opened. */
struct battery {
	const struct channel *channel;
	const struct battery_fixture *fixture;
	struct company *company;
	struct account account;
	struct arena arena;
	/* Of the example message; where answers go. */
	struct envelope message;
};

/* Does it for each row with a vendor. */
void battery_each(void (*test)(struct battery *b));

/* An example as a hook. It borrows `r`, which may be changed until used. */
struct hook battery_hook(struct battery *b, const struct battery_request *r);

/* Parses the example, which must be right. */
void battery_parse(
    struct battery *b, const struct battery_request *r, struct arrival *out);

/* An answer to the example message, with this text. */
struct outgoing battery_answer(struct battery *b, const char *text);

/* A payload of an answer, for a job; must be possible. */
struct job battery_job(struct battery *b, enum job_kind kind);

/* Does one of the account's secrets stand in it? */
bool battery_leaks(const struct battery *b, struct str text);

/* Is there a fault on `where` that has `words` in it? */
bool battery_said(
    const struct faults *faults, const char *where, const char *words);

/* The tests: battery_in.c, battery_render.c, battery_call.c. */
void battery_verify_refuses(void **state);
void battery_parse_survives(void **state);
void battery_parse_brings(void **state);
void battery_render_splits(void **state);
void battery_render_refuses(void **state);
void battery_render_survives(void **state);
void battery_call_is_sound(void **state);
void battery_result_is_sensible(void **state);
void battery_result_survives(void **state);

#endif
