/* rules: read by table, struck in order. */
#include "sandbox/rules.h"
#include "core/json.h"
#include "sandbox/shape.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>

#define RETRY_AFTER_MOST 1000000u
#define VENDOR_MAX 16u
#define PATH_MAX_BYTES 200u
#define BODY_MAX 4096u

struct rule {
	char vendor[VENDOR_MAX]; /* empty: any */
	char path[PATH_MAX_BYTES];
	enum rule_side side;
	enum rule_kind kind;
	double percent;
	uint64_t count; /* so often at most */
	unsigned status, ms;
	long retry_after;
	char body[BODY_MAX];
	bool has_body;
	uint64_t seen, struck;
};

static const struct {
	const char *name;
	bool api, webhook;
} kinds[RULE_KINDS] = {
    [RULE_NONE] = {"", false, false},
    [RULE_STATUS] = {"status", true, false},
    [RULE_CUT_BEFORE] = {"cut_before", true, false},
    [RULE_CUT_AFTER] = {"cut_after", true, false},
    [RULE_DELAY] = {"delay", true, true},
    [RULE_GARBAGE] = {"garbage", true, false},
    [RULE_DUPLICATE] = {"duplicate", false, true},
    [RULE_REORDER] = {"reorder", false, true},
    [RULE_LOSE] = {"lose", false, true},
    [RULE_DROP] = {"drop", false, true},
    [RULE_TAMPER] = {"tamper", false, true},
};

/* ---- reading ----------------------------------------------------------- */

static const struct shape rule_shape[] = {
    {"vendor", SHAPE_TEXT, false},
    {"side", SHAPE_TEXT, false},
    {"path", SHAPE_TEXT, false},
    {"percent", SHAPE_NUMBER, false},
    {"count", SHAPE_NUMBER, false},
    {"kind", SHAPE_TEXT, true},
    {"status", SHAPE_NUMBER, false},
    {"retry_after", SHAPE_NUMBER, false},
    {"body", SHAPE_TEXT, false},
    {"ms", SHAPE_NUMBER, false},
    {NULL, SHAPE_ANY, false},
};

static enum rule_kind
kind_of(struct str name)
{
	enum rule_kind k;

	for (k = RULE_NONE + 1; k < RULE_KINDS; k++)
		if (str_eq(name, str_from(kinds[k].name)))
			return k;
	return RULE_NONE;
}

static bool
copy_text(char *out, size_t room, struct str s)
{
	if (s.n >= room)
		return false;
	memcpy(out, s.p, s.n);
	out[s.n] = '\0';
	return true;
}

static void
check_rule(
    const struct rule *r, struct str side, const char *where, struct faults *f)
{
	bool webhook = r->side == SIDE_WEBHOOK;

	if (side.n > 0 && !webhook && !str_eq(side, STR("api")))
		faults_add(f, where, "side is \"api\" or \"webhook\"");
	if (r->kind == RULE_NONE ||
	    !(webhook ? kinds[r->kind].webhook : kinds[r->kind].api))
		faults_add(f, where, "there is no such kind on that side");
	if (r->kind == RULE_STATUS && (r->status < 200 || r->status > 599))
		faults_add(f, where, "needs a status of 200 to 599");
	if (r->kind == RULE_DELAY && (r->ms == 0 || r->ms > 600000))
		faults_add(f, where, "needs ms, 1 to 600000");
	if (r->percent > 100)
		faults_add(f, where, "percent is 0 to 100");
}

static void
fill_rule(struct rule *r, const json_t *o, const char *where, struct faults *f)
{
	struct str side = json_text(o, "side");

	r->side = str_eq(side, STR("webhook")) ? SIDE_WEBHOOK : SIDE_API;
	r->kind = kind_of(json_text(o, "kind"));
	r->percent = sb_shape_number(o, "percent", 100);
	r->count = sb_shape_whole(o, "count", UINT64_MAX / 4, UINT64_MAX / 4);
	r->status = (unsigned)sb_shape_whole(o, "status", 0, UINT_MAX);
	r->ms = (unsigned)sb_shape_whole(o, "ms", 0, UINT_MAX);
	r->retry_after = -1;
	if (json_object_get(o, "retry_after") != NULL)
		r->retry_after = (long)sb_shape_whole(
		    o, "retry_after", 0, RETRY_AFTER_MOST);
	r->has_body = json_object_get(o, "body") != NULL;
	if (!copy_text(r->vendor, VENDOR_MAX, json_text(o, "vendor")) ||
	    !copy_text(r->path, PATH_MAX_BYTES, json_text(o, "path")) ||
	    !copy_text(r->body, BODY_MAX, json_text(o, "body")))
		faults_add(f, where, "vendor, path or body is too long");
	check_rule(r, side, where, f);
}

static void
read_list(struct rules *rules, const json_t *list, struct faults *f)
{
	char where[32];
	unsigned i;

	for (i = 0; i < rules->count; i++) {
		const json_t *o = json_array_get(list, i);

		(void)snprintf(where, sizeof(where), "rules[%u]", i);
		if (sb_shape_check(o, where, rule_shape, f))
			fill_rule(&rules->list[i], o, where, f);
	}
}

enum err
sb_rules_read(struct rules *rules, const json_t *body, struct faults *faults)
{
	static const struct shape shape[] = {
	    {"seed", SHAPE_NUMBER, false},
	    {"rules", SHAPE_LIST, true},
	    {NULL, SHAPE_ANY, false},
	};
	const json_t *list;
	struct rules fresh;

	if (!sb_shape_check(body, "", shape, faults))
		return E_BADINPUT;
	list = json_object_get(body, "rules");
	fresh = (struct rules){.count = (unsigned)json_array_size(list),
	    .seed = sb_shape_whole(body, "seed", 1, UINT64_MAX / 4)};
	if (json_array_size(list) > RULES_MOST) {
		faults_add(faults, "rules", "are more than %u", RULES_MOST);
		return E_BADINPUT;
	}
	fresh.list = calloc(fresh.count + 1, sizeof(*fresh.list));
	if (fresh.list == NULL)
		return E_NOMEM;
	read_list(&fresh, list, faults);
	if (faults->count > 0) {
		sb_rules_forget(&fresh);
		return E_BADINPUT;
	}
	sb_rules_forget(rules);
	*rules = fresh;
	return OK;
}

void
sb_rules_forget(struct rules *rules)
{
	free(rules->list);
	*rules = (struct rules){0};
}

/* ---- striking ---------------------------------------------------------- */

/* 0 <= x < 100, the same for the same seed, rule and n. */
static double
roll(const struct rules *rules, unsigned rule, uint64_t n)
{
	uint64_t z = rules->seed * 0x9e3779b97f4a7c15u +
		     (rule + 1) * 0xd1b54a32d192ed03u + n;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
	z = (z ^ z >> 27) * 0x94d049bb133111ebu;
	z ^= z >> 31;
	return (double)(z >> 11) * (100.0 / 9007199254740992.0);
}

static bool
looks_at(const struct rule *r, const struct suspect *s)
{
	size_t n = strlen(r->path);

	return r->side == s->side &&
	       (r->vendor[0] == '\0' || strcmp(r->vendor, s->vendor) == 0) &&
	       s->path.n >= n && memcmp(s->path.p, r->path, n) == 0;
}

void
sb_rules_strike(struct rules *rules, const struct suspect *s, struct arena *a,
    struct strike *out)
{
	unsigned i;

	*out = (struct strike){.kind = RULE_NONE};
	for (i = 0; i < rules->count; i++) {
		struct rule *r = &rules->list[i];

		if (!looks_at(r, s) || r->struck >= r->count ||
		    roll(rules, i, r->seen++) >= r->percent)
			continue;
		r->struck++;
		*out = (struct strike){.kind = r->kind,
		    .status = r->status,
		    .ms = r->ms,
		    .retry_after = r->retry_after};
		if (r->has_body)
			out->body = arena_copy(a, str_from(r->body));
		return;
	}
}

void
sb_rules_write(const struct rules *rules, struct buf *out)
{
	unsigned i;

	buf_addf(
	    out, "{\"seed\":%llu,\"rules\":[", (unsigned long long)rules->seed);
	for (i = 0; i < rules->count; i++) {
		const struct rule *r = &rules->list[i];

		buf_str(out, i == 0 ? "{\"vendor\":" : ",{\"vendor\":");
		buf_json(out, str_from(r->vendor));
		buf_str(out, ",\"path\":");
		buf_json(out, str_from(r->path));
		buf_addf(out,
		    ",\"side\":\"%s\",\"kind\":\"%s\",\"percent\":%g,"
		    "\"seen\":%llu,\"struck\":%llu}",
		    r->side == SIDE_WEBHOOK ? "webhook" : "api",
		    kinds[r->kind].name, r->percent,
		    (unsigned long long)r->seen, (unsigned long long)r->struck);
	}
	buf_str(out, "]}");
}
