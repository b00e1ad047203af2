/*
 * company_members: the table, how to walk it, and how it reads as Markdown.
 * What is done with a document stands in company.c.
 */
#include "core/company_members.h"
#include "core/company.h"

#include <ctype.h>

#define FIELD(name) .offset = offsetof(struct company, name)
#define ENTRY(name) .offset = offsetof(struct faq_entry, name)

static bool
origin_host(struct str s, size_t *at)
{
	size_t from = *at;

	while (*at < s.n && (islower((unsigned char)s.p[*at]) ||
				isdigit((unsigned char)s.p[*at]) ||
				s.p[*at] == '-' || s.p[*at] == '.'))
		(*at)++;
	return *at > from;
}

static bool
origin_port(struct str s, size_t *at)
{
	size_t from;

	if (*at == s.n)
		return true;
	if (s.p[(*at)++] != ':')
		return false;
	from = *at;
	while (*at < s.n && isdigit((unsigned char)s.p[*at]))
		(*at)++;
	return *at > from && *at - from <= 5;
}

static const char *
origin_wrong(struct str s)
{
	static const char *const schemes[] = {"https://", "http://"};
	size_t i, at;

	if (str_eq(s, STR("*")))
		return NULL;
	for (i = 0; i < ARRAY_LEN(schemes); i++) {
		at = strlen(schemes[i]);
		if (s.n > at && memcmp(s.p, schemes[i], at) == 0 &&
		    origin_host(s, &at) && origin_port(s, &at) && at == s.n)
			return NULL;
	}
	return "an origin in lower case without a path, such as "
	       "\"https://shop.example\", or \"*\" alone";
}

static const char *
brain_wrong(struct str s)
{
	size_t i;

	for (i = 0; i < s.n; i++)
		if (!islower((unsigned char)s.p[i]) &&
		    !isdigit((unsigned char)s.p[i]) && s.p[i] != '_')
			return "the name of a brain, such as \"faq\"";
	return NULL;
}

static const struct member members[] = {
    {.path = "", .type = MEMBER_OBJECT},
    {.path = "name",
	.type = MEMBER_STRING,
	.min = 1,
	.max = 200,
	.required = true,
	.help = "What customers see.",
	FIELD(name)},
    {.path = "description",
	.type = MEMBER_STRING,
	.max = 2000,
	.help = "A few words on what the company is and does.",
	FIELD(description)},
    {.path = "faq",
	.type = MEMBER_LIST,
	.max = 5000,
	.help = "Questions with the answers the bot gives.",
	.size = sizeof(struct faq_entry),
	.count_offset = offsetof(struct company, faq_count),
	FIELD(faq)},
    {.path = "faq[]", .type = MEMBER_OBJECT},
    {.path = "faq[].question",
	.type = MEMBER_STRING,
	.min = 1,
	.max = 500,
	.required = true,
	.help = "As a customer would ask it.",
	ENTRY(question)},
    {.path = "faq[].answer",
	.type = MEMBER_STRING,
	.min = 1,
	.max = 4000,
	.required = true,
	.help = "What the bot says, word for word.",
	ENTRY(answer)},
    {.path = "bot", .type = MEMBER_OBJECT, .help = "How the bot behaves."},
    {.path = "bot.brain",
	.type = MEMBER_STRING,
	.min = 1,
	.max = 40,
	.fallback = "faq",
	.help = "What finds the answers.",
	.wrong = brain_wrong,
	.pattern = "^[a-z0-9_]+$",
	FIELD(brain)},
    {.path = "bot.welcome",
	.type = MEMBER_STRING,
	.max = 1000,
	.help = "Shown before the first message, and the answer to a bare "
		"greeting.",
	FIELD(welcome)},
    {.path = "bot.unknown",
	.type = MEMBER_STRING,
	.min = 1,
	.max = 1000,
	.fallback = "I am sorry, I do not know the answer to that.",
	.help = "What the bot says when it does not know.",
	FIELD(unknown)},
    {.path = "bot.failed",
	.type = MEMBER_STRING,
	.min = 1,
	.max = 1000,
	.fallback = "Sorry, something went wrong on our side. Please try "
		    "again in a moment.",
	.help = "What the bot says when something is broken.",
	FIELD(failed)},
    {.path = "bot.words_per_second",
	.type = MEMBER_INTEGER,
	.max = 100,
	.fallback = "0",
	.help = "How fast the bot types; 0: the answer appears at once.",
	FIELD(words_per_second)},
    {.path = "bot.idle_minutes",
	.type = MEMBER_INTEGER,
	.max = 525600,
	.fallback = "1440",
	.help = "A conversation ends after this long without a word; 0: "
		"never.",
	.scale = 60000,
	FIELD(policy.idle_ms)},
    {.path = "web", .type = MEMBER_OBJECT, .help = "The website widget."},
    {.path = "web.origins",
	.type = MEMBER_LIST,
	.max = 100,
	.help = "Which sites may embed the widget; none listed: only the "
		"gateway's own pages.",
	.size = sizeof(struct str),
	.count_offset = offsetof(struct company, origin_count),
	FIELD(origins)},
    {.path = "web.origins[]",
	.type = MEMBER_STRING,
	.min = 1,
	.max = 300,
	.help = "An exact origin, such as `https://shop.example`, or `*` "
		"alone: any site.",
	.wrong = origin_wrong,
	.pattern = "^(\\*|https?://[a-z0-9.-]+(:[0-9]{1,5})?)$"},
    {.path = "web.identity_secret",
	.type = MEMBER_STRING,
	.min = 16,
	.max = 200,
	.secret = true,
	.help = "Signs who a visitor is; known to the site's server only. "
		"Kept sealed.",
	FIELD(identity_secret)},
};

const struct member *
company_member(size_t i)
{
	return i < ARRAY_LEN(members) ? &members[i] : NULL;
}

struct str
member_name(const struct member *m)
{
	const char *dot = strrchr(m->path, '.');

	return str_from(dot == NULL ? m->path : dot + 1);
}

/* Is path one step below parent: "bot.brain" below "bot"? */
static bool
inside(const char *parent, const char *path)
{
	size_t n = strlen(parent);

	if (strncmp(path, parent, n) != 0 || path[n] == '\0')
		return false;
	if (strcmp(path + n, "[]") == 0)
		return true;
	if (n > 0 && path[n++] != '.')
		return false;
	return path[n + strcspn(path + n, ".[")] == '\0';
}

size_t
company_member_inside(size_t parent, size_t last)
{
	size_t i;

	for (i = (last == 0 ? parent : last) + 1; i < ARRAY_LEN(members); i++)
		if (inside(members[parent].path, members[i].path))
			return i;
	return 0;
}

/* ---- in words ---------------------------------------------------------- */

static const struct {
	const char *one, *unit;
} words[MEMBER_TYPES] = {
    [MEMBER_OBJECT] = {"an object", ""},
    [MEMBER_LIST] = {"a list", " elements"},
    [MEMBER_STRING] = {"a string", " characters"},
    [MEMBER_INTEGER] = {"a whole number", ""},
};

void
member_expects(const struct member *m, struct buf *out)
{
	buf_str(out, words[m->type].one);
	if (m->type == MEMBER_OBJECT)
		return;
	buf_str(out, m->type == MEMBER_INTEGER ? " from " : " of ");
	if (m->min == 0 && m->type != MEMBER_INTEGER)
		buf_str(out, "at most ");
	else
		buf_addf(out, "%lld to ", (long long)m->min);
	buf_addf(out, "%lld%s", (long long)m->max, words[m->type].unit);
}

static void
describe_row(const struct member *m, struct buf *out)
{
	buf_addf(out, "| `%s` | ", m->path);
	member_expects(m, out);
	buf_addf(out, "%s%s | ", m->required ? ", required" : "",
	    m->secret ? ", secret" : "");
	if (m->fallback != NULL)
		buf_addf(out, m->type == MEMBER_INTEGER ? "%s" : "\"%s\"",
		    m->fallback);
	buf_addf(out, " | %s |\n", m->help);
}

void
company_describe(struct buf *out)
{
	size_t i;

	buf_str(out,
	    "# The company's document\n\n"
	    "What a company is, knows and says stands in one JSON document.\n"
	    "`frontdesk company apply` checks it and names every mistake at\n"
	    "once; `deploy/demo/company.json` is one to begin with. The same\n"
	    "as a JSON Schema: `schemas/company.schema.json`.\n\n"
	    "| member | is | default | |\n"
	    "| --- | --- | --- | --- |\n");
	for (i = 1; i < ARRAY_LEN(members); i++)
		if (members[i].help != NULL)
			describe_row(&members[i], out);
	buf_str(out,
	    "\nA secret is sealed with the installation's key before it is\n"
	    "stored, and left out of every log. Members that are not in this\n"
	    "table are refused, so that a slip of the pen does not pass as\n"
	    "a setting.\n");
}
