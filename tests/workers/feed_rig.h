/*
 * feed_rig: a real store and a feed on it. Two webhooks listen: "all", and
 * "some", which wants little. Clocks are the fixture's; nobody delivers.
 */
#ifndef TESTS_WORKERS_FEED_RIG_H
#define TESTS_WORKERS_FEED_RIG_H

#include "channels/webhook/webhook.h"
#include "tests/lib/cmocka.h"
#include "tests/workers/fixture.h"
#include "workers/feed.h"

#define FEED_ROWS_MAX 20000u

#define HOOK(name, more) \
	"{\"name\":\"" name "\",\"url\":\"http://127.0.0.1/\"," \
	"\"secret\":\"a secret of sixteen\"" more "}"
#define SHOP(hooks) "{\"name\":\"Shop\",\"webhooks\":[" hooks "]}"
#define ALL HOOK("all", "")
#define SOME \
	HOOK("some", ",\"events\":[\"message_created\"," \
		     "\"handoff_requested\"]")
#define EVERYTHING ((1u << WEBHOOK_EVENTS) - 1)
#define FEW (1u << WEBHOOK_MESSAGE_CREATED | 1u << WEBHOOK_HANDOFF_REQUESTED)

struct feed_rig {
	struct fixture f;
	struct feed_conf conf;
	struct feed *feed;
	_Atomic unsigned pokes;
	struct arena arena;
};

extern struct feed_rig feed_rig;

/* Fixtures; a feed is not started. */
int feed_set_up(void **state);
int feed_tear_down(void **state);
/* The settings, from what is open. */
void feed_rig_conf(void);
void feed_begin(void);
void feed_end(void);
/* The company's document anew; it is seen at once. */
void feed_document(const char *document);
/* Both clocks go on. */
void feed_later(int64_t ms);
/* Fails the test when the deadline has passed; else waits a little. *began is
 * 0 at first. */
void feed_patience(int64_t *began, const char *what);

/* ---- what happens ---------------------------------------------------------- */

int64_t feed_visitor(unsigned c);
void feed_say(int64_t conversation, const char *text);
void feed_act(int64_t conversation, enum act_kind kind, const char *body);
/* By the bot. */
void feed_answer(int64_t conversation, const char *text);

/* ---- what became of it ----------------------------------------------------- */

/* All that is to go out to a webhook; valid until the next call. */
struct feed_rows {
	struct outbox_row *list;
	size_t n;
};
struct feed_rows feed_rows(const char *webhook);
/* Polls until the feed has come to the end. */
void feed_reads_all(void);
/*
 * The rows of a webhook are those of all events behind `from`, in the order of
 * the log, each once: worked out from the whole log.
 */
void feed_assert_told(const char *webhook, uint64_t from, unsigned wanted);
/* So it is of both, from the beginning. */
void feed_assert_all_told(void);
/* How many texts the words are found in; ten are counted. */
size_t feed_found(const char *words);

#endif
