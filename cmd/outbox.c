/*
 * outbox: what did not arrive, for people: the messages that were given up or
 * of which nobody knows, lane by lane, and what to do about them.
 */
#include "channels/channel.h"
#include "cmd/command.h"
#include "cmd/verbs.h"
#include "core/utf8.h"

#include <stdio.h>

#define PAGE 100u

struct listing {
	struct store_reader *reader;
	struct arena arena;
};

/* A vendor's words: what would command the terminal is a "?". */
static void
print_theirs(struct str s)
{
	while (s.n > 0) {
		size_t n = utf8_step_shown(s);

		if (n == 0)
			putchar('?');
		else
			fwrite(s.p, 1, n, stdout);
		n += n == 0;
		s = (struct str){s.p + n, s.n - n};
	}
}

/* ---- list -------------------------------------------------------------- */

/* What was to be told: of a channel without customers, the event's name. */
static void
print_what(const struct outbox_row *row)
{
	const struct channel *c = channel_find(row->channel);
	bool event = c != NULL && c->can.events_only;

	printf("conversation %lld, %s %llu", (long long)row->conversation,
	    event ? "event" : "message", (unsigned long long)row->seq);
	if (event) {
		printf(", ");
		print_theirs(row->recipient);
	}
}

static void
print_row(const struct outbox_row *row)
{
	printf(
	    "  %lld\t%s\t", (long long)row->id, outbox_state_name(row->state));
	print_what(row);
	printf(", %u attempts", row->attempts);
	if (row->code.n > 0) {
		putchar('\t');
		print_theirs(row->code);
	}
	if (row->reason.n > 0) {
		printf(": ");
		print_theirs(row->reason);
	}
	putchar('\n');
}

static enum err
list_rows(struct listing *l, int64_t lane)
{
	struct outbox_row rows[PAGE];
	struct arena a = {0};
	size_t n = PAGE, i;
	int64_t after = 0;
	enum err e = OK;

	while (e == OK && n == PAGE) {
		e = store_list_outbox(l->reader,
		    &(struct outbox_ask){lane, true, after}, &a, rows, &n);
		for (i = 0; e == OK && i < n; i++) {
			print_row(&rows[i]);
			after = rows[i].id;
		}
		arena_reset(&a);
	}
	arena_free(&a);
	return e;
}

static enum err
print_lane(struct listing *l, const struct lane *lane)
{
	struct company_row company = {.key = STR("?")};
	enum err e = store_read_company(
	    l->reader, lane->company, &l->arena, &company);

	if (e != OK && e != E_NOTFOUND)
		return e;
	printf("%.*s/%.*s/%.*s\tlane %lld %s\t%llu to go out, %llu unknown, "
	       "%llu dead",
	    STR_FMT(company.key), STR_FMT(lane->channel),
	    STR_FMT(lane->account), (long long)lane->id,
	    lane_state_name(lane->state), (unsigned long long)lane->open,
	    (unsigned long long)lane->unknown, (unsigned long long)lane->dead);
	if (lane->detail.n > 0 && lane->state != LANE_FLOWS) {
		putchar('\t');
		print_theirs(lane->detail);
	}
	putchar('\n');
	return list_rows(l, lane->id);
}

static enum err
list_lanes(struct listing *l)
{
	struct lane lanes[PAGE];
	size_t n = PAGE, i;
	int64_t after = 0;
	enum err e = OK;

	while (e == OK && n == PAGE) {
		e = store_list_lanes(l->reader, after, &l->arena, lanes, &n);
		for (i = 0; e == OK && i < n; i++) {
			e = print_lane(l, &lanes[i]);
			after = lanes[i].id;
		}
		arena_reset(&l->arena);
	}
	return e;
}

static int
list(struct process *p, const char *const *words, size_t n)
{
	struct listing l = {0};
	enum err e;

	if (n != 0) {
		complain("usage: frontdesk outbox list, not \"%s\"", words[0]);
		return EXIT_USAGE;
	}
	e = store_reader_open(p->store, &l.reader);
	if (e == OK)
		e = list_lanes(&l);
	if (e != OK)
		complain("the outbox cannot be read: %s", err_name(e));
	if (l.reader != NULL)
		store_reader_close(l.reader);
	arena_free(&l.arena);
	return e == OK ? EXIT_OK : EXIT_FAILED;
}

/* ---- replay, drop ------------------------------------------------------ */

/* "17" is a row, "lane:3" all of a lane. */
static bool
which_rows(const char *word, struct store_replay *out)
{
	bool lane = strncmp(word, "lane:", 5) == 0;
	uint64_t id;

	if (!str_to_u64(str_from(lane ? word + 5 : word), INT64_MAX, &id) ||
	    id == 0)
		return false;
	*(lane ? &out->lane : &out->row) = (int64_t)id;
	return true;
}

static void
complain_of(const char *word, enum err e)
{
	if (e == E_NOTFOUND)
		complain("%s: there is no such message; \"frontdesk outbox "
			 "list\" lists them",
		    word);
	else if (e == E_STALE)
		complain("%s: is neither dead nor unknown", word);
	else
		complain("%s: %s", word, err_name(e));
}

/* A lane is done in steps, so that nobody waits for all of a long one. */
static enum err
replay_in_steps(struct process *p, struct store_op *op, uint64_t *rows)
{
	enum err e;

	*rows = 0;
	do {
		e = store_submit_wait(p->store, op);
		if (e == OK)
			*rows += op->replay.rows;
	} while (e == OK && op->replay.rows == STORE_REPLAY_MAX);
	return e;
}

static enum err
replay_one(struct process *p, const char *word, bool drop)
{
	struct store_op op = {.verb = STORE_REPLAY,
	    .replay = {.drop = drop, .at = clock_wall(&p->clock)}};
	uint64_t rows;
	enum err e;

	if (!which_rows(word, &op.replay)) {
		complain("\"%s\" is no message; write its number or lane:N, as "
			 "\"frontdesk outbox list\" shows them",
		    word);
		return E_BADINPUT;
	}
	e = replay_in_steps(p, &op, &rows);
	if (e != OK)
		complain_of(word, e);
	else
		printf("%s: %llu %s\n", word, (unsigned long long)rows,
		    drop ? "dropped" : "to be sent again");
	return e;
}

static int
replay_all(struct process *p, const char *const *words, size_t n, bool drop)
{
	int status = EXIT_OK;
	size_t i;

	if (n == 0) {
		complain("usage: frontdesk outbox %s NUMBER | lane:N ...",
		    drop ? "drop" : "replay");
		return EXIT_USAGE;
	}
	for (i = 0; i < n; i++)
		if (replay_one(p, words[i], drop) != OK)
			status = EXIT_FAILED;
	return status;
}

static int
replay(struct process *p, const char *const *words, size_t n)
{
	return replay_all(p, words, n, false);
}

static int
drop(struct process *p, const char *const *words, size_t n)
{
	return replay_all(p, words, n, true);
}

/* ---- the command ------------------------------------------------------- */

int
command_outbox(const struct settings *s, const char *const *words, size_t n)
{
	static const struct verb verbs[] = {
	    {"list", list}, {"replay", replay}, {"drop", drop}, {NULL, NULL}};

	return verbs_run("outbox", verbs, s, words, n);
}
