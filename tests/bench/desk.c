/*
 * desk staff DATABASE COMPANY TEAM SELLERS CAPACITY KEYS
 *	Adds sellers of a team to the store of a stopped Frontdesk, each with a
 *	key of the API; the keys are added to the file KEYS, one a line.
 * desk offer PORT COMPANY KEYS QUEUED SAMPLES FILE
 *	All sellers of KEYS on WebSockets, QUEUED customers who wait in a line
 *	where nobody has room; then one customer after the other asks for
 *	a person: the time until the offer is on a seller's socket, as a
 *	multiple of one 4 KB write + fsync to FILE.
 * desk live PORT COMPANY KEYS CHATS SECONDS
 *	So many customers with a seller each; everybody answers at once.
 *	Messages a second, both ways.
 */
#include "tests/bench/lib/figures.h"
#include "tests/bench/lib/records.h"
#include "tests/bench/lib/sessions.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define STALL_US 30000000
#define HUMAN "Human, please."
#define LINE "I want to speak to a human about my line."

/* ---- staff ----------------------------------------------------------------- */

static int64_t
add_seller(struct records *r, char **argv)
{
	struct buf email = {0}, teams = {0};
	int64_t id;

	buf_addf(&email, "s%llu@bench.example", (unsigned long long)fresh_id());
	buf_char(&email, '\0');
	buf_addf(&teams, "[\"%s\"]", argv[4]);
	id = records_seller(
	    r, &(struct agent_row){.name = STR("Seller"),
		   .email = str_from(email.data),
		   .role = STR("seller"),
		   .capacity = (int64_t)number_from(argv[6], 100000),
		   .teams = buf_view(&teams)});
	buf_free(&email);
	buf_free(&teams);
	return id;
}

static void
staff(char **argv)
{
	FILE *keys = fopen(argv[7], "a");
	struct records r;
	uint64_t n;

	if (keys == NULL)
		die("%s cannot be opened", argv[7]);
	records_open(&r, argv[2], argv[3], 100);
	for (n = number_from(argv[5], 100000); n > 0; n--) {
		struct records_key key = {.word = "bench",
		    .role = "seller",
		    .agent = add_seller(&r, argv)};

		records_key(&r, &key);
		fprintf(keys, "%s\n", key.token);
	}
	fclose(keys);
	records_close(&r);
}

/* ---- people on sockets ------------------------------------------------------- */

struct customer {
	struct wire wire;
	const char *asks; /* what for a person */
	bool welcome, told, held;
	uint64_t last_agent;
};

struct seller {
	struct wire wire;
	struct str key;
	bool welcome;
};

static struct {
	struct client client;
	unsigned port;
	struct str company;
	bool live; /* customers and sellers talk */
	size_t customers_ready, sellers_ready, told, held;
	uint64_t messages;
	int64_t heard_us;
	int64_t offered_us; /* of the newest offer */
	struct sessions keys;
} all;

static void
say(struct wire *w, struct buf *b)
{
	wire_send_frame(w, buf_view(b));
	buf_free(b);
}

static void
customer_says(struct customer *c, const char *text)
{
	struct buf b = {0};

	buf_addf(&b, "{\"type\":\"send\",\"id\":\"%llu\",\"text\":\"%s\"}",
	    (unsigned long long)fresh_id(), text);
	say(&c->wire, &b);
}

static void
customer_opened(struct wire *w)
{
	struct buf b = {0};

	buf_addf(&b, "{\"type\":\"hello\",\"company\":\"%.*s\"}",
	    STR_FMT(all.company));
	say(w, &b);
}

static void
customer_event(struct customer *c, struct str text)
{
	if (text_has(text, STR("\"author\":\"system\",")) &&
	    text_has(text, STR("\"kind\":\"message\"")) && !c->told) {
		c->told = true;
		all.told++;
	} else if (text_has(text, STR("\"holder\":\"agent\"")) && !c->held) {
		c->held = true;
		all.held++;
	} else if (text_has(text,
		       STR("\"kind\":\"message\",\"author\":\"agent\""))) {
		all.messages++;
		if (all.live)
			customer_says(c, "And another question.");
	}
}

static void
customer_text(struct wire *w, struct str text)
{
	struct customer *c = CONTAINER_OF(w, struct customer, wire);

	all.heard_us = now_us();
	if (text_has(text, STR("{\"type\":\"event\"")))
		customer_event(c, text);
	else if (text_has(text, STR("{\"type\":\"welcome\"")) && !c->welcome) {
		c->welcome = true;
		all.customers_ready++;
	} else if (text_has(text, STR("{\"type\":\"error\"")) || !w->upgraded)
		die("a customer is told: %.*s", STR_FMT(text));
}

static void
ended(struct wire *w)
{
	(void)w;
	die("the server closed a WebSocket");
}

static const struct wire_calls customer_calls = {
    .opened = customer_opened, .text = customer_text, .closed = ended};

static void
seller_opened(struct wire *w)
{
	const struct seller *s = CONTAINER_OF(w, struct seller, wire);
	struct buf b = {0};

	buf_addf(&b, "{\"type\":\"hello\",\"key\":\"%.*s\",\"away\":false}",
	    STR_FMT(s->key));
	say(w, &b);
}

static void
seller_accepts(struct seller *s, uint64_t conversation)
{
	struct buf b = {0};

	buf_addf(&b,
	    "{\"type\":\"act\",\"conversation\":%llu,\"act\":\"accept\"}",
	    (unsigned long long)conversation);
	say(&s->wire, &b);
	if (!all.live)
		return;
	buf_addf(&b, "{\"type\":\"watch\",\"conversation\":%llu,\"after\":0}",
	    (unsigned long long)conversation);
	say(&s->wire, &b);
}

/* What a customer says while they are ours is answered at once. */
static void
seller_event(struct seller *s, struct str text)
{
	struct buf b = {0};

	if (!text_has(
		text, STR("\"kind\":\"message\",\"author\":\"customer\"")) ||
	    !text_has(text, STR("question")))
		return;
	all.messages++;
	buf_addf(&b,
	    "{\"type\":\"send\",\"conversation\":%llu,\"id\":\"%llu\","
	    "\"text\":\"Here is the answer.\",\"seen_seq\":%llu}",
	    (unsigned long long)text_number(text, STR("\"conversation\":")),
	    (unsigned long long)fresh_id(),
	    (unsigned long long)text_number(text, STR("\"seq\":")));
	say(&s->wire, &b);
}

static void
seller_text(struct wire *w, struct str text)
{
	struct seller *s = CONTAINER_OF(w, struct seller, wire);

	all.heard_us = now_us();
	if (text_has(text, STR("{\"type\":\"offer\","))) {
		all.offered_us = all.heard_us;
		seller_accepts(s, text_number(text, STR("\"conversation\":")));
	} else if (text_has(text, STR("{\"type\":\"event\""))) {
		seller_event(s, text);
	} else if (text_has(text, STR("{\"type\":\"welcome\"")) &&
		   !s->welcome) {
		s->welcome = true;
		all.sellers_ready++;
	} else if (text_has(text, STR("{\"type\":\"error\"")) || !w->upgraded) {
		die("a seller is told: %.*s", STR_FMT(text));
	}
}

static const struct wire_calls seller_calls = {
    .opened = seller_opened, .text = seller_text, .closed = ended};

/* ---- waiting ------------------------------------------------------------------ */

static void
wait_until(const size_t *count, size_t wanted, const char *what)
{
	all.heard_us = now_us();
	while (*count < wanted) {
		client_poll(&all.client, 100);
		if (now_us() - all.heard_us > STALL_US)
			die("%zu of %zu %s", *count, wanted, what);
	}
}

static void
open_sellers(void)
{
	struct seller *list = calloc(all.keys.n, sizeof(*list));
	size_t i;

	if (list == NULL)
		die("no memory");
	for (i = 0; i < all.keys.n; i++) {
		list[i].key = all.keys.tokens[i];
		list[i].wire.calls = &seller_calls;
		if (!wire_open(&list[i].wire, &all.client, all.port, 0))
			die("a seller is refused");
		wire_upgrade(&list[i].wire, "/v1/staff/socket");
	}
	wait_until(&all.sellers_ready, all.keys.n, "sellers are there");
}

static struct customer *
open_customers(size_t n, const char *asks)
{
	struct customer *list = calloc(n, sizeof(*list));
	size_t before = all.customers_ready, i;
	struct buf path = {0};

	if (list == NULL)
		die("no memory");
	buf_addf(
	    &path, "/v1/visitor/socket?company=%.*s", STR_FMT(all.company));
	for (i = 0; i < n; i++) {
		list[i].asks = asks;
		list[i].wire.calls = &customer_calls;
		if (!wire_open(&list[i].wire, &all.client, all.port, 0))
			die("a customer is refused");
		wire_upgrade(&list[i].wire, path.data);
	}
	buf_free(&path);
	wait_until(&all.customers_ready, before + n, "customers are there");
	return list;
}

static void
begin(char **argv)
{
	client_init(&all.client);
	all.port = (unsigned)number_from(argv[2], 65535);
	all.company = str_from(argv[3]);
	sessions_load(&all.keys, argv[4]);
	open_sellers();
}

/* ---- offer ---------------------------------------------------------------------- */

static int64_t
write_and_sync(int fd)
{
	static const char page[4096] = {1};
	int64_t from = now_us();

	if (write(fd, page, sizeof(page)) != (ssize_t)sizeof(page) ||
	    fsync(fd) != 0)
		die("write or fsync: %s", strerror(errno));
	return now_us() - from;
}

static void
offer(char **argv)
{
	size_t queued = number_from(argv[5], 100000), i;
	size_t n = number_from(argv[6], 100000);
	int fd = open(argv[7], O_CREAT | O_TRUNC | O_WRONLY, 0600);
	struct samples offers = {0}, syncs = {0};
	struct customer *line, *ask;
	double sync;

	if (fd < 0)
		die("%s: %s", argv[7], strerror(errno));
	begin(argv);
	line = open_customers(queued, LINE);
	for (i = 0; i < queued; i++)
		customer_says(&line[i], line[i].asks);
	wait_until(&all.told, queued, "customers in line were told so");
	ask = open_customers(n, HUMAN);
	for (i = 0; i < n; i++) {
		int64_t from;

		samples_add(&syncs, write_and_sync(fd));
		all.offered_us = 0;
		all.heard_us = from = now_us();
		customer_says(&ask[i], ask[i].asks);
		while (all.offered_us == 0) {
			client_poll(&all.client, 100);
			if (now_us() - from > STALL_US)
				die("no offer for customer %zu", i);
		}
		samples_add(&offers, all.offered_us - from);
		wait_until(&all.held, i + 2, "customers are with a seller");
	}
	sync = (double)samples_at(&syncs, 0.5);
	printf("ratio_p99 %.2f\n", (double)samples_at(&offers, 0.99) / sync);
	printf("ratio_p50 %.2f\n", (double)samples_at(&offers, 0.5) / sync);
	printf("offer_p99_us %lld\n", (long long)samples_at(&offers, 0.99));
	printf("sync_p50_us %.0f\n", sync);
}

/* ---- live ------------------------------------------------------------------------ */

static void
run_for(int64_t us)
{
	int64_t end = now_us() + us;

	while (now_us() < end) {
		client_poll(&all.client, 100);
		if (now_us() - all.heard_us > STALL_US)
			die("nobody says a word any more");
	}
}

static void
live(char **argv)
{
	size_t n = number_from(argv[5], 100000), i;
	int64_t us = (int64_t)number_from(argv[6], 3600) * 1000000, from;
	struct customer *list;
	uint64_t before;

	all.live = true;
	begin(argv);
	list = open_customers(n, HUMAN);
	for (i = 0; i < n; i++)
		customer_says(&list[i], list[i].asks);
	wait_until(&all.held, n, "customers are with a seller");
	for (i = 0; i < n; i++)
		customer_says(&list[i], "A first question.");
	run_for(us / 5);
	before = all.messages;
	from = now_us();
	run_for(us);
	printf("messages_per_s %.0f\n",
	    (double)(all.messages - before) * 1e6 / (double)(now_us() - from));
}

int
main(int argc, char **argv)
{
	if (argc == 8 && strcmp(argv[1], "staff") == 0)
		staff(argv);
	else if (argc == 8 && strcmp(argv[1], "offer") == 0)
		offer(argv);
	else if (argc == 7 && strcmp(argv[1], "live") == 0)
		live(argv);
	else
		die("usage: desk staff | offer | live ...");
	return 0;
}
