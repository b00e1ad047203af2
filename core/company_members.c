/*
 * company_members: the table, how to walk it, and how it reads as Markdown.
 * What is done with a document stands in company.c.
 */
#include "core/company.h"
#include "core/company_people.h"

#include <ctype.h>

#define FIELD(name) .offset = offsetof(struct company, name)
#define ENTRY(name) .offset = offsetof(struct faq_entry, name)
#define ACCOUNT(name) .offset = offsetof(struct company_account, name)

static bool
url_host(struct str s, size_t *at)
{
	size_t from = *at;

	while (*at < s.n && (islower((unsigned char)s.p[*at]) ||
				isdigit((unsigned char)s.p[*at]) ||
				s.p[*at] == '-' || s.p[*at] == '.'))
		(*at)++;
	return *at > from;
}

static bool
url_port(struct str s, size_t *at)
{
	size_t from;

	if (*at == s.n || s.p[*at] != ':')
		return true;
	from = ++*at;
	while (*at < s.n && isdigit((unsigned char)s.p[*at]))
		(*at)++;
	return *at > from && *at - from <= 5;
}

/* One of the schemes, host and port; *at: where they end. */
static bool
url_of(struct str s, const char *const schemes[2], size_t *at)
{
	size_t i;

	for (i = 0; i < 2; i++) {
		*at = strlen(schemes[i]);
		if (s.n > *at && memcmp(s.p, schemes[i], *at) == 0)
			return url_host(s, at) && url_port(s, at);
	}
	return false;
}

static bool
url_begins(struct str s, size_t *at)
{
	static const char *const schemes[2] = {"https://", "http://"};

	return url_of(s, schemes, at);
}

static const char *
origin_wrong(struct str s)
{
	size_t at;

	if (str_eq(s, STR("*")) || (url_begins(s, &at) && at == s.n))
		return NULL;
	return "an origin in lower case without a path, such as "
	       "\"https://shop.example\", or \"*\" alone";
}

static bool
path_character(char c)
{
	return isalnum((unsigned char)c) ||
	       (c != '\0' && strchr("/._~-", c) != NULL);
}

/* A path from `at` on that does not end with "/", or none. */
static bool
url_ends(struct str s, size_t at)
{
	if (at < s.n && s.p[at] != '/')
		return false;
	while (at < s.n && path_character(s.p[at]))
		at++;
	return at == s.n && s.p[at - 1] != '/';
}

static const char *
api_wrong(struct str s)
{
	size_t at;

	if (url_begins(s, &at) && url_ends(s, at))
		return NULL;
	return "the address of an API without \"/\" at its end, such as "
	       "\"http://localhost:8090/api\"";
}

static const char *
smtp_wrong(struct str s)
{
	static const char *const schemes[2] = {"smtps://", "smtp://"};
	size_t at;

	if (url_of(s, schemes, &at) && at == s.n)
		return NULL;
	return "a server such as \"smtp://mail.shop.example:587\" or "
	       "\"smtps://mail.shop.example:465\"";
}

static const char *
imap_wrong(struct str s)
{
	static const char *const schemes[2] = {"imaps://", "imap://"};
	size_t at;

	if (url_of(s, schemes, &at) && url_ends(s, at))
		return NULL;
	return "a server, with a folder behind it if that is not INBOX, such "
	       "as \"imaps://mail.shop.example/Support\"";
}

static const char *
auth_wrong(struct str s)
{
	if (str_eq(s, STR("password")) || str_eq(s, STR("oauth2")))
		return NULL;
	return "\"password\" or \"oauth2\"";
}

const char *
member_key_wrong(struct str s)
{
	return company_key_valid(s) ? NULL
				    : "a word of a-z, 0-9 and \"-\", with "
				      "\"-\" neither first nor last";
}

/* As names of brains and of channels are written. */
static bool
is_name(struct str s)
{
	size_t i = 0;

	while (i < s.n && (islower((unsigned char)s.p[i]) ||
			      isdigit((unsigned char)s.p[i]) || s.p[i] == '_'))
		i++;
	return i == s.n;
}

const char *
member_channel_wrong(struct str s)
{
	return is_name(s) ? NULL : "the name of a channel, in small letters";
}

static const char *
brain_wrong(struct str s)
{
	return is_name(s) ? NULL : "the name of a brain, such as \"faq\"";
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
    {.path = "accounts",
	.type = MEMBER_LIST,
	.max = 100,
	.help = "The company's accounts at the vendors whose channels it "
		"uses. `docs/channels.md` says which members each needs.",
	.size = sizeof(struct company_account),
	.count_offset = offsetof(struct company, account_count),
	FIELD(accounts)},
    {.path = "accounts[]", .type = MEMBER_OBJECT},
    {.path = "accounts[].channel",
	.type = MEMBER_STRING,
	.min = 1,
	.max = 40,
	.required = true,
	.help = "The channel's name.",
	.wrong = member_channel_wrong,
	.pattern = "^[a-z0-9_]+$",
	ACCOUNT(channel)},
    {.path = "accounts[].name",
	.type = MEMBER_STRING,
	.min = 1,
	.max = 40,
	.required = true,
	.help = "Your word for the account; it stands in the address that "
		"the vendor calls.",
	.wrong = member_key_wrong,
	.pattern = "^[a-z0-9]([a-z0-9-]*[a-z0-9])?$",
	ACCOUNT(name)},
    {.path = "accounts[].id",
	.type = MEMBER_STRING,
	.min = 1,
	.max = 200,
	.help = "The vendor's name for the account.",
	ACCOUNT(id)},
    {.path = "accounts[].sender",
	.type = MEMBER_STRING,
	.min = 1,
	.max = 200,
	.help = "Whom customers see: a telephone number, a service.",
	ACCOUNT(sender)},
    {.path = "accounts[].user",
	.type = MEMBER_STRING,
	.min = 1,
	.max = 200,
	.help = "Who logs in to the API, if that is not `id`.",
	ACCOUNT(user)},
    {.path = "accounts[].token",
	.type = MEMBER_STRING,
	.min = 1,
	.max = 500,
	.secret = true,
	.help = "Opens the API. Kept sealed.",
	ACCOUNT(token)},
    {.path = "accounts[].signing",
	.type = MEMBER_LIST,
	.max = COMPANY_SIGNING_MAX,
	.help = "What the vendor signs its requests with; several while one "
		"takes the place of another. None: the token.",
	.size = sizeof(struct str),
	.count_offset = offsetof(struct company_account, signing_count),
	ACCOUNT(signing)},
    {.path = "accounts[].signing[]",
	.type = MEMBER_STRING,
	.min = 8,
	.max = 200,
	.secret = true,
	.help = "One secret. Kept sealed."},
    {.path = "accounts[].api",
	.type = MEMBER_STRING,
	.min = 1,
	.max = 300,
	.help = "Where the API is, if not at the vendor's own address.",
	.wrong = api_wrong,
	.pattern = "^https?://[a-z0-9.-]+(:[0-9]{1,5})?"
		   "(/[A-Za-z0-9/._~-]*[A-Za-z0-9._~-])?$",
	ACCOUNT(api)},
    {.path = "accounts[].template",
	.type = MEMBER_STRING,
	.min = 1,
	.max = 100,
	.help = "The approved text that goes out when free text may not.",
	ACCOUNT(template)},
    {.path = "accounts[].sends_per_second",
	.type = MEMBER_INTEGER,
	.max = 100000,
	.fallback = "0",
	.help = "Messages that the account may send; 0: what the channel "
		"allows.",
	ACCOUNT(per_second)},
    {.path = "accounts[].sends_per_recipient_minute",
	.type = MEMBER_INTEGER,
	.max = 100000,
	.fallback = "0",
	.help = "Messages to one customer; 0: what the channel allows.",
	ACCOUNT(per_recipient_minute)},
    {.path = "accounts[].smtp",
	.type = MEMBER_STRING,
	.min = 1,
	.max = 300,
	.help = "The server that sends mail: `smtp://host:587` (with STARTTLS) "
		"or `smtps://host:465`.",
	.wrong = smtp_wrong,
	.pattern = "^smtps?://[a-z0-9.-]+(:[0-9]{1,5})?$",
	ACCOUNT(smtp)},
    {.path = "accounts[].imap",
	.type = MEMBER_STRING,
	.min = 1,
	.max = 300,
	.help = "The server that mail is fetched from: `imaps://host`, with a "
		"folder behind it if that is not INBOX.",
	.wrong = imap_wrong,
	.pattern = "^imaps?://[a-z0-9.-]+(:[0-9]{1,5})?"
		   "(/[A-Za-z0-9/._~-]*[A-Za-z0-9._~-])?$",
	ACCOUNT(imap)},
    {.path = "accounts[].auth",
	.type = MEMBER_STRING,
	.min = 1,
	.max = 20,
	.fallback = "password",
	.help = "How to log in to them: `password` or `oauth2`.",
	.wrong = auth_wrong,
	.pattern = "^(password|oauth2)$",
	ACCOUNT(auth)},
};

const struct member *
company_member(size_t i)
{
	return i < ARRAY_LEN(members)
		   ? &members[i]
		   : company_people_member(i - ARRAY_LEN(members));
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
	const char *outer = company_member(parent)->path;
	const struct member *m;
	size_t i;

	for (i = (last == 0 ? parent : last) + 1;
	     (m = company_member(i)) != NULL; i++)
		if (inside(outer, m->path))
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
	const struct member *m;
	size_t i;

	buf_str(out,
	    "# The company's document\n\n"
	    "What a company is, knows and says stands in one JSON document.\n"
	    "`frontdesk company apply` checks it and names every mistake at\n"
	    "once; `deploy/demo/company.json` is one to begin with. The same\n"
	    "as a JSON Schema: `schemas/company.schema.json`.\n\n"
	    "| member | is | default | |\n"
	    "| --- | --- | --- | --- |\n");
	for (i = 1; (m = company_member(i)) != NULL; i++)
		if (m->help != NULL)
			describe_row(m, out);
	buf_str(out,
	    "\nA secret is sealed with the installation's key before it is\n"
	    "stored, and left out of every log. Members that are not in this\n"
	    "table are refused, so that a slip of the pen does not pass as\n"
	    "a setting.\n");
}
