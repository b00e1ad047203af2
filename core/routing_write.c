/* routing_write: words, and a decision as the body of an event. */
#include "core/routing.h"

static const char *const orders[ROUTING_ORDERS] = {
    [ROUTING_LONGEST_IDLE] = "longest_idle",
    [ROUTING_LEAST_LOADED] = "least_loaded",
    [ROUTING_ROUND_ROBIN] = "round_robin"};

static const char *const acts[ROUTING_ACTS] = {[ROUTING_NONE] = "none",
    [ROUTING_EXPIRE] = "expire",
    [ROUTING_AWAY] = "away",
    [ROUTING_DROP] = "drop",
    [ROUTING_OVERFLOW] = "overflow",
    [ROUTING_TO_EMAIL] = "to_email",
    [ROUTING_OFFER] = "offer"};

static const char *const whys[ROUTING_WHYS] = {[ROUTING_WHY_NONE] = "",
    [ROUTING_RAN_OUT] = "ran_out",
    [ROUTING_SELLER_GONE] = "seller_gone",
    [ROUTING_TOO_LONG] = "too_long",
    [ROUTING_CLOSED] = "closed",
    [ROUTING_NOBODY] = "nobody",
    [ROUTING_WANTED] = "wanted",
    [ROUTING_LAST] = "last",
    [ROUTING_ONLY] = "only",
    [ROUTING_BEST] = "best",
    [ROUTING_RETURNED] = "returned"};

static const char *const causes[ROUTING_CAUSES] = {
    [ROUTING_OTHER_TEAM] = "other_team",
    [ROUTING_OTHER_LANGUAGE] = "other_language",
    [ROUTING_LACKS_SKILL] = "lacks_skill",
    [ROUTING_OFFLINE] = "offline",
    [ROUTING_SELLER_AWAY] = "away",
    [ROUTING_DECLINED] = "declined",
    [ROUTING_GAVE_AWAY] = "gave_away",
    [ROUTING_WAITS_FOR] = "waits_for_another",
    [ROUTING_WRAPPING_UP] = "wrapping_up",
    [ROUTING_FULL] = "full",
    [ROUTING_IGNORED] = "ignored",
    [ROUTING_RANKED_LOWER] = "ranked_lower"};

const char *
routing_order_name(enum routing_order order)
{
	return (unsigned)order < ROUTING_ORDERS ? orders[order] : "?";
}

enum routing_order
routing_order_find(struct str word)
{
	enum routing_order order;

	for (order = 0; order < ROUTING_ORDERS; order++)
		if (str_eq(word, str_from(orders[order])))
			break;
	return order;
}

const char *
routing_act_name(enum routing_act act)
{
	return (unsigned)act < ROUTING_ACTS ? acts[act] : "?";
}

const char *
routing_why_name(enum routing_why why)
{
	return (unsigned)why < ROUTING_WHYS ? whys[why] : "?";
}

const char *
routing_cause_name(enum routing_cause cause)
{
	return (unsigned)cause < ROUTING_CAUSES ? causes[cause] : "?";
}

/* ---- the body ---------------------------------------------------------- */

static void
add_figure(struct buf *out, const char *name, int64_t value)
{
	if (value != 0)
		buf_addf(out, ",\"%s\":%lld", name, (long long)value);
}

/* The load as it is; what else only where it says something. */
static void
add_figures(struct buf *out, const struct routing_reason *reason,
    const struct routing_figures *f)
{
	buf_addf(out, ",\"taken\":%u,\"capacity\":%u", f->taken, f->capacity);
	add_figure(out, "idle_since", f->idle_since);
	add_figure(out, "turn", (int64_t)f->turn);
	if (reason->preferred_of > 0)
		buf_addf(out, ",\"preferred\":%u", f->preferred);
}

static void
add_counts(struct buf *out, const struct routing_reason *reason)
{
	const char *between = "";
	size_t i;

	buf_str(out, ",\"not\":{");
	for (i = 0; i < ROUTING_CAUSES; i++) {
		if (reason->counts[i] == 0)
			continue;
		buf_addf(
		    out, "%s\"%s\":%u", between, causes[i], reason->counts[i]);
		between = ",";
	}
	buf_char(out, '}');
}

static void
add_nearest(struct buf *out, const struct routing_reason *reason)
{
	size_t i;

	buf_str(out, ",\"nearest\":[");
	for (i = 0; i < reason->near_count; i++) {
		const struct routing_near *near = &reason->near[i];

		buf_addf(out, "%s{\"agent\":%lld,\"why\":\"%s\"",
		    i == 0 ? "" : ",", (long long)near->seller,
		    routing_cause_name(near->cause));
		add_figure(out, "skill", near->skill);
		add_figures(out, reason, &near->figures);
		buf_char(out, '}');
	}
	buf_char(out, ']');
}

static void
add_reason(struct buf *out, const struct routing_decision *d)
{
	const struct routing_reason *reason = &d->reason;

	buf_addf(out, ",\"policy\":\"%s\",\"waited_ms\":%lld",
	    routing_order_name(reason->order), (long long)reason->waited_ms);
	add_figure(out, "before", (int64_t)reason->before);
	if (reason->preferred_of > 0)
		buf_addf(out, ",\"preferred_of\":%u,\"relaxed\":%s",
		    reason->preferred_of, reason->relaxed ? "true" : "false");
	buf_addf(out, ",\"seller\":{\"agent\":%lld", (long long)d->seller);
	add_figures(out, reason, &reason->figures);
	buf_addf(out, "},\"sellers\":%u", reason->sellers);
	add_counts(out, reason);
	add_nearest(out, reason);
}

void
routing_write_reason(const struct routing_decision *d, struct buf *out)
{
	buf_addf(out, "{\"why\":\"%s\"", routing_why_name(d->why));
	if (d->act == ROUTING_OFFER)
		add_reason(out, d);
	buf_char(out, '}');
}
