/* sandbox: start and stop: the setup, the sb_doors, the courier, the front. */
#include "sandbox/courier.h"
#include "sandbox/inside.h"
#include "sandbox/front.h"
#include "sandbox/shape.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/random.h>

/* Keys of which somebody counts how often they call. */
#define RATE_KEYS 20000u

static const struct limit_rule rates[RATES] = {
    [RATE_TIER_1] = {1, 1},
    [RATE_TIER_2] = {20, 20},
    [RATE_TIER_3] = {50, 50},
    [RATE_TIER_4] = {100, 100},
    [RATE_OFTEN] = {600, 600},
    [RATE_POSTS] = {100, 300},
    [RATE_CHANNEL] = {5, 60},
    [RATE_PAIR] = {45, 10},
};

/* ---- small things for all ----------------------------------------------- */

uint64_t
sandbox_random(struct sandbox *s)
{
	uint64_t z = s->random += 0x9e3779b97f4a7c15u;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
	z = (z ^ z >> 27) * 0x94d049bb133111ebu;
	return z ^ z >> 31;
}

void
sandbox_hex(struct sandbox *s, char *out, size_t n)
{
	uint64_t bits = 0;
	size_t i;

	for (i = 0; i < n; i++, bits >>= 4) {
		if (i % 16 == 0)
			bits = sandbox_random(s);
		out[i] = "0123456789abcdef"[bits & 15];
	}
	out[n] = '\0';
}

bool
sandbox_rate(
    struct sandbox *s, enum rate rate, struct str key, unsigned *wait_s)
{
	int64_t ms = 0;

	if (!s->strict_rates ||
	    limits_take(s->limits, rate, key, clock_steady(s->conf.clock), &ms))
		return true;
	*wait_s = (unsigned)((ms + 999) / 1000);
	if (*wait_s == 0)
		*wait_s = 1;
	return false;
}

/* ---- the setup ---------------------------------------------------------- */

/* The members that are no door's. */
static const struct shape own_shape[] = {
    {"strict_rates", SHAPE_FLAG, false},
    {"retry_scale", SHAPE_NUMBER, false},
    {"timeout_scale", SHAPE_NUMBER, false},
    {NULL, SHAPE_ANY, false},
};

static void
check_members(const json_t *setup, struct faults *faults)
{
	struct shape all[ARRAY_LEN(own_shape) + DOORS_MOST] = {{0}};
	size_t n = 0, i;

	for (i = 0; own_shape[i].name != NULL; i++)
		all[n++] = own_shape[i];
	for (i = 0; i < sb_door_count; i++)
		all[n++] = (struct shape){sb_doors[i].name, SHAPE_ANY, false};
	(void)sb_shape_check(setup, "", all, faults);
}

/* Every member "hook..." that is a path, wherever it stands. */
static void
place_hooks(json_t *in, const char *at)
{
	const char *name;
	json_t *v;
	size_t i;

	json_array_foreach(in, i, v) place_hooks(v, at);
	json_object_foreach(in, name, v)
	{
		if (strncmp(name, "hook", 4) == 0 && json_is_string(v) &&
		    json_string_value(v)[0] == '/')
			json_object_set_new(in, name,
			    json_sprintf("%s%s", at, json_string_value(v)));
		else
			place_hooks(v, at);
	}
}

static enum err
open_doors(struct sandbox *s, const json_t *setup, struct faults *faults)
{
	enum err e = OK;
	unsigned i;

	for (i = 0; i < sb_door_count && e == OK; i++)
		e = sb_doors[i].open(s,
		    json_object_get(setup, sb_doors[i].name), faults,
		    &s->states[i]);
	return e;
}

static enum err
read_setup(struct sandbox *s, struct faults *faults)
{
	json_error_t error;
	json_t *setup = json_loadb(
	    s->conf.setup.p, s->conf.setup.n, JSON_REJECT_DUPLICATES, &error);
	enum err e = E_BADINPUT;

	if (setup == NULL) {
		faults_add(faults, "the setup", "is no JSON: line %d: %s",
		    error.line, error.text);
		return E_BADINPUT;
	}
	if (s->conf.hooks_at != NULL)
		place_hooks(setup, s->conf.hooks_at);
	check_members(setup, faults);
	s->strict_rates = sb_shape_flag(setup, "strict_rates", true);
	s->retry_scale = sb_shape_number(setup, "retry_scale", 1);
	s->timeout_scale = sb_shape_number(setup, "timeout_scale", 1);
	if (json_is_object(setup))
		e = open_doors(s, setup, faults);
	if (e == OK && faults->count > 0)
		e = E_BADINPUT;
	json_decref(setup);
	return e;
}

/* All in one line. */
static void
explain(const struct faults *faults, char *why, size_t why_size)
{
	struct buf b = {0};
	size_t i;

	faults_write(faults, &b);
	for (i = 0; i < b.len; i++)
		if (b.data[i] == '\n')
			b.data[i] = i + 1 < b.len ? ';' : ' ';
	if (b.len > 0)
		(void)snprintf(why, why_size, "%.*s", (int)b.len, b.data);
	buf_free(&b);
}

/* ---- start and stop ----------------------------------------------------- */

static bool
is_loopback(const char *listen)
{
	static const char *const hosts[] = {"127.", "localhost:", "[::1]:"};
	size_t i;

	for (i = 0; i < ARRAY_LEN(hosts); i++)
		if (strncmp(listen, hosts[i], strlen(hosts[i])) == 0)
			return true;
	return false;
}

static enum err
open_memory(struct sandbox *s)
{
	s->limits = limits_new(rates, RATES, RATE_KEYS);
	if (s->limits == NULL || sb_ledger_open(&s->effects) != OK ||
	    sb_ledger_open(&s->requests) != OK ||
	    sb_ledger_open(&s->webhooks) != OK)
		return E_NOMEM;
	if (getrandom(&s->random, sizeof(s->random), 0) !=
	    (ssize_t)sizeof(s->random))
		s->random = (uint64_t)clock_wall(s->conf.clock);
	return OK;
}

static enum err
start(struct sandbox *s, struct faults *faults, char *why, size_t why_size)
{
	enum err e = open_memory(s);

	if (e == OK)
		e = read_setup(s, faults);
	if (e == OK)
		e = sb_courier_start(s, &s->courier);
	if (e == OK)
		e = sb_front_start(s, why, why_size);
	return e;
}

enum err
sandbox_start(const struct sandbox_conf *conf, struct sandbox **out, char *why,
    size_t why_size)
{
	struct faults faults = {0};
	struct sandbox *s;
	enum err e;

	if (!is_loopback(conf->listen)) {
		(void)snprintf(why, why_size,
		    "the sandbox listens on 127.0.0.1 or [::1] only, not on %s",
		    conf->listen);
		return E_DENIED;
	}
	if ((s = calloc(1, sizeof(*s))) == NULL)
		return E_NOMEM;
	(void)snprintf(why, why_size, "the sandbox cannot start");
	s->conf = *conf;
	pthread_mutex_init(&s->lock, NULL);
	e = start(s, &faults, why, why_size);
	if (faults.count > 0)
		explain(&faults, why, why_size);
	faults_free(&faults);
	if (e != OK)
		sandbox_stop(s);
	else
		*out = s;
	return e;
}

unsigned
sandbox_port(const struct sandbox *s)
{
	return http_port(s->front);
}

void
sandbox_stop(struct sandbox *s)
{
	unsigned i;

	if (s == NULL)
		return;
	if (s->courier != NULL)
		sb_courier_stop(s->courier);
	http_stop(s->front);
	if (s->courier != NULL)
		sb_courier_free(s->courier);
	for (i = 0; i < sb_door_count; i++)
		if (s->states[i] != NULL)
			sb_doors[i].close(s->states[i]);
	sb_ledger_close(&s->effects);
	sb_ledger_close(&s->requests);
	sb_ledger_close(&s->webhooks);
	sb_rules_forget(&s->rules);
	limits_free(s->limits);
	pthread_mutex_destroy(&s->lock);
	free(s);
}
