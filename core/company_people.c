/*
 * company_people: the rows of the company's document that are about people:
 * support desk, hours, teams, when the bot hands over, and who gets whom. What
 * is told by itself, and whom we tell, is in company_told.c.
 */
#include "core/company_people.h"
#include "core/company.h"

#include <ctype.h>

/* ---- what a string must look like ---------------------------------------- */

static bool
address_character(char c)
{
	return isalnum((unsigned char)c) ||
	       (c != '\0' && strchr(".!#$%&'*+/=?^_{|}~-", c) != NULL);
}

static bool
host_right(struct str s)
{
	size_t i, label = 0;

	for (i = 0; i < s.n; i++) {
		if (s.p[i] == '.' && label == 0)
			return false;
		if (s.p[i] != '.' && s.p[i] != '-' &&
		    !isalnum((unsigned char)s.p[i]))
			return false;
		label = s.p[i] == '.' ? 0 : label + 1;
	}
	return label > 0;
}

static const char *
address_wrong(struct str s)
{
	size_t at = 0;

	while (at < s.n && address_character(s.p[at]))
		at++;
	if (at > 0 && at <= 64 && at < s.n && s.p[at] == '@' &&
	    host_right((struct str){s.p + at + 1, s.n - at - 1}))
		return NULL;
	return "a mail address, such as \"desk@shop.example\"";
}

/* One of the words, which end with NULL. */
bool
member_one_of(struct str s, const char *const *words)
{
	while (*words != NULL && !str_eq(s, str_from(*words)))
		words++;
	return *words != NULL;
}

static const char *
when_wrong(struct str s)
{
	static const char *const words[] = {"always", "handed", NULL};

	return member_one_of(s, words) ? NULL : "\"always\" or \"handed\"";
}

static const char *
policy_wrong(struct str s)
{
	static const char *const words[] = {
	    "longest_idle", "least_loaded", "round_robin", NULL};

	return member_one_of(s, words)
		   ? NULL
		   : "\"longest_idle\", \"least_loaded\" or "
		     "\"round_robin\"";
}

/* ---- the rows ------------------------------------------------------------ */

static const struct member members[] = {
    {.path = "support",
	.type = MEMBER_OBJECT,
	.help = "The support desk: people who are written to by mail where no "
		"seller is there, and who answer by mail."},
    {.path = "support.account",
	.type = MEMBER_STRING,
	.min = 1,
	.max = 40,
	.help =
	    "Which account of the mail channel writes; none: the first one.",
	.wrong = member_key_wrong,
	.pattern = "^[a-z0-9]([a-z0-9-]*[a-z0-9])?$",
	.offset = offsetof(struct company, support_account)},
    {.path = "support.to",
	.type = MEMBER_LIST,
	.max = COMPANY_DESK_MAX,
	.help = "Who gets the mail, and whose answers count.",
	.size = sizeof(struct company_desk),
	.count_offset = offsetof(struct company, desk_count),
	.offset = offsetof(struct company, desk)},
    {.path = "support.to[]", .type = MEMBER_OBJECT},
    {.path = "support.to[].address",
	.type = MEMBER_STRING,
	.min = 3,
	.max = 254,
	.required = true,
	.help = "Their mail address.",
	.wrong = address_wrong,
	.pattern = "^[A-Za-z0-9.!#$%&'*+/"
		   "=?^_{|}~-]{1,64}@[A-Za-z0-9-]+(\\.[A-Za-z0-9-]+)*$",
	.offset = offsetof(struct company_desk, address)},
    {.path = "support.to[].name",
	.type = MEMBER_STRING,
	.min = 1,
	.max = 100,
	.required = true,
	.help = "What customers call them.",
	.offset = offsetof(struct company_desk, name)},
    {.path = "support.pause_seconds",
	.type = MEMBER_INTEGER,
	.max = 3600,
	.fallback = "300",
	.help = "After a mail about a conversation the next one waits so long, "
		"and tells all that came meanwhile; 0: each message is a mail.",
	.scale = 1000,
	.offset = offsetof(struct company, policy.mail_pause_ms)},
    {.path = "hours",
	.type = MEMBER_LIST,
	.max = 20,
	.help = "Business hours, by name.",
	.size = sizeof(struct company_hours),
	.count_offset = offsetof(struct company, hours_count),
	.offset = offsetof(struct company, hours)},
    {.path = "hours[]", .type = MEMBER_OBJECT},
    {.path = "hours[].key",
	.type = MEMBER_STRING,
	.min = 1,
	.max = 40,
	.required = true,
	.help = "Your word for these hours.",
	.wrong = member_key_wrong,
	.pattern = "^[a-z0-9]([a-z0-9-]*[a-z0-9])?$",
	.offset = offsetof(struct company_hours, key)},
    {.path = "hours[].zone",
	.type = MEMBER_STRING,
	.min = 1,
	.max = 60,
	.required = true,
	.help = "The time zone by its name, such as Europe/Berlin.",
	.offset = offsetof(struct company_hours, zone)},
    {.path = "hours[].week",
	.type = MEMBER_LIST,
	.min = 1,
	.max = 50,
	.required = true,
	.help = "When it is open.",
	.size = sizeof(struct str),
	.count_offset = offsetof(struct company_hours, week_count),
	.offset = offsetof(struct company_hours, week)},
    {.path = "hours[].week[]",
	.type = MEMBER_STRING,
	.min = 1,
	.max = 60,
	.help = "Such as `mon-fri 09:00-17:30`."},
    {.path = "hours[].holidays",
	.type = MEMBER_LIST,
	.max = 200,
	.help = "Days that are different.",
	.size = sizeof(struct str),
	.count_offset = offsetof(struct company_hours, holiday_count),
	.offset = offsetof(struct company_hours, holidays)},
    {.path = "hours[].holidays[]",
	.type = MEMBER_STRING,
	.min = 1,
	.max = 60,
	.help = "A date, `2026-12-25` or each year `12-25`; with times it is "
		"open then: `12-24 09:00-12:00`."},
    {.path = "teams",
	.type = MEMBER_LIST,
	.max = 100,
	.help = "Groups of sellers that customers are handed to.",
	.size = sizeof(struct company_team),
	.count_offset = offsetof(struct company, team_count),
	.offset = offsetof(struct company, teams)},
    {.path = "teams[]", .type = MEMBER_OBJECT},
    {.path = "teams[].key",
	.type = MEMBER_STRING,
	.min = 1,
	.max = 40,
	.required = true,
	.help = "Your word for the team.",
	.wrong = member_key_wrong,
	.pattern = "^[a-z0-9]([a-z0-9-]*[a-z0-9])?$",
	.offset = offsetof(struct company_team, key)},
    {.path = "teams[].name",
	.type = MEMBER_STRING,
	.min = 1,
	.max = 100,
	.required = true,
	.help = "What sellers see.",
	.offset = offsetof(struct company_team, name)},
    {.path = "teams[].hours",
	.type = MEMBER_STRING,
	.min = 1,
	.max = 40,
	.help = "When the team is there: a key of `hours`; none: always.",
	.wrong = member_key_wrong,
	.pattern = "^[a-z0-9]([a-z0-9-]*[a-z0-9])?$",
	.offset = offsetof(struct company_team, hours)},
    {.path = "teams[].overflow",
	.type = MEMBER_STRING,
	.min = 1,
	.max = 40,
	.help = "The team that helps out when a customer has waited too long; "
		"none: the support desk.",
	.wrong = member_key_wrong,
	.pattern = "^[a-z0-9]([a-z0-9-]*[a-z0-9])?$",
	.offset = offsetof(struct company_team, overflow)},
    {.path = "handoff",
	.type = MEMBER_OBJECT,
	.help = "When the bot hands over to people."},
    {.path = "handoff.team",
	.type = MEMBER_STRING,
	.min = 1,
	.max = 40,
	.help = "Who gets what no rule names a team for.",
	.wrong = member_key_wrong,
	.pattern = "^[a-z0-9]([a-z0-9-]*[a-z0-9])?$",
	.offset = offsetof(struct company, handoff_team)},
    {.path = "handoff.words",
	.type = MEMBER_LIST,
	.max = 100,
	.help = "Words by which customers ask for a person, beside the usual "
		"ones of ten languages.",
	.size = sizeof(struct str),
	.count_offset = offsetof(struct company, handoff_word_count),
	.offset = offsetof(struct company, handoff_words)},
    {.path = "handoff.words[]",
	.type = MEMBER_STRING,
	.min = 2,
	.max = 100,
	.help = "A word or a phrase."},
    {.path = "handoff.confidence",
	.type = MEMBER_INTEGER,
	.max = 100,
	.fallback = "0",
	.help = "An answer less sure than this is not given but handed over.",
	.offset = offsetof(struct company, policy.confidence)},
    {.path = "handoff.unknown_after",
	.type = MEMBER_INTEGER,
	.max = 20,
	.fallback = "2",
	.help = "Hand over at so many questions in a row without an answer; 0: "
		"never.",
	.offset = offsetof(struct company, policy.unknown_after)},
    {.path = "handoff.failed_after",
	.type = MEMBER_INTEGER,
	.max = 20,
	.fallback = "1",
	.help =
	    "Hand over when the bot was broken so often in a row; 0: never.",
	.offset = offsetof(struct company, policy.failed_after)},
    {.path = "handoff.mood_after",
	.type = MEMBER_INTEGER,
	.max = 20,
	.fallback = "2",
	.help = "Hand over at so many angry messages; 0: never.",
	.offset = offsetof(struct company, policy.mood_after)},
    {.path = "handoff.first_response_minutes",
	.type = MEMBER_INTEGER,
	.max = 10080,
	.fallback = "5",
	.help = "A person should have answered by then; 0: no matter.",
	.scale = 60000,
	.offset = offsetof(struct company, policy.first_response_ms)},
    {.path = "handoff.next_response_minutes",
	.type = MEMBER_INTEGER,
	.max = 10080,
	.fallback = "15",
	.help = "And each later message; 0: no matter.",
	.scale = 60000,
	.offset = offsetof(struct company, policy.next_response_ms)},
    {.path = "handoff.unread_minutes",
	.type = MEMBER_INTEGER,
	.max = 10080,
	.fallback = "3",
	.help = "An answer on the website that nobody has read by then goes by "
		"mail, too; 0: never.",
	.scale = 60000,
	.offset = offsetof(struct company, policy.unread_ms)},
    {.path = "handoff.rules",
	.type = MEMBER_LIST,
	.max = 200,
	.help = "Which messages are handed over at once, and to whom.",
	.size = sizeof(struct company_rule),
	.count_offset = offsetof(struct company, rule_count),
	.offset = offsetof(struct company, rules)},
    {.path = "handoff.rules[]", .type = MEMBER_OBJECT},
    {.path = "handoff.rules[].words",
	.type = MEMBER_LIST,
	.max = 100,
	.help = "Any of them in the message; none: every message.",
	.size = sizeof(struct str),
	.count_offset = offsetof(struct company_rule, word_count),
	.offset = offsetof(struct company_rule, words)},
    {.path = "handoff.rules[].words[]",
	.type = MEMBER_STRING,
	.min = 1,
	.max = 100,
	.help = "A word or a phrase."},
    {.path = "handoff.rules[].channel",
	.type = MEMBER_STRING,
	.min = 1,
	.max = 40,
	.help = "Only on this channel.",
	.wrong = member_channel_wrong,
	.pattern = "^[a-z0-9_]+$",
	.offset = offsetof(struct company_rule, channel)},
    {.path = "handoff.rules[].team",
	.type = MEMBER_STRING,
	.min = 1,
	.max = 40,
	.help = "Who shall have it.",
	.wrong = member_key_wrong,
	.pattern = "^[a-z0-9]([a-z0-9-]*[a-z0-9])?$",
	.offset = offsetof(struct company_rule, team)},
    {.path = "handoff.rules[].skills",
	.type = MEMBER_LIST,
	.max = 16,
	.help = "What a seller must know.",
	.size = sizeof(struct str),
	.count_offset = offsetof(struct company_rule, skill_count),
	.offset = offsetof(struct company_rule, skills)},
    {.path = "handoff.rules[].skills[]",
	.type = MEMBER_STRING,
	.min = 1,
	.max = 40,
	.help = "A word that stands with sellers, too.",
	.wrong = member_key_wrong,
	.pattern = "^[a-z0-9]([a-z0-9-]*[a-z0-9])?$"},
    {.path = "handoff.rules[].prefer",
	.type = MEMBER_LIST,
	.max = 16,
	.help = "What a seller should know; after a while others may have it.",
	.size = sizeof(struct str),
	.count_offset = offsetof(struct company_rule, prefer_count),
	.offset = offsetof(struct company_rule, prefer)},
    {.path = "handoff.rules[].prefer[]",
	.type = MEMBER_STRING,
	.min = 1,
	.max = 40,
	.help = "A word that stands with sellers, too.",
	.wrong = member_key_wrong,
	.pattern = "^[a-z0-9]([a-z0-9-]*[a-z0-9])?$"},
    {.path = "handoff.rules[].priority",
	.type = MEMBER_INTEGER,
	.max = 3,
	.fallback = "0",
	.help = "0: as all others; 3: before all others.",
	.offset = offsetof(struct company_rule, priority)},
    {.path = "handoff.rules[].when",
	.type = MEMBER_STRING,
	.min = 1,
	.max = 10,
	.fallback = "always",
	.help = "`always`: hand over at once; `handed`: only say who shall "
		"have it once it is handed over.",
	.wrong = when_wrong,
	.pattern = "^(always|handed)$",
	.offset = offsetof(struct company_rule, when)},
    {.path = "routing",
	.type = MEMBER_OBJECT,
	.help = "Which seller gets which customer."},
    {.path = "routing.policy",
	.type = MEMBER_STRING,
	.min = 1,
	.max = 40,
	.fallback = "longest_idle",
	.help = "Of those who can: `longest_idle`, `least_loaded` or "
		"`round_robin`.",
	.wrong = policy_wrong,
	.pattern = "^(longest_idle|least_loaded|round_robin)$",
	.offset = offsetof(struct company, routing.policy)},
    {.path = "routing.offer_seconds",
	.type = MEMBER_INTEGER,
	.min = 5,
	.max = 3600,
	.fallback = "30",
	.help = "A seller may take so long to accept; then the next is asked.",
	.scale = 1000,
	.offset = offsetof(struct company, policy.offer_ms)},
    {.path = "routing.grace_seconds",
	.type = MEMBER_INTEGER,
	.max = 3600,
	.fallback = "45",
	.help =
	    "A seller whose connection drops keeps their customers so long.",
	.scale = 1000,
	.offset = offsetof(struct company, routing.grace_ms)},
    {.path = "routing.wrap_up_seconds",
	.type = MEMBER_INTEGER,
	.max = 3600,
	.fallback = "0",
	.help = "After a customer a seller gets no new one for so long.",
	.scale = 1000,
	.offset = offsetof(struct company, routing.wrap_ms)},
    {.path = "routing.ignore_max",
	.type = MEMBER_INTEGER,
	.max = 100,
	.fallback = "2",
	.help = "Who lets so many offers in a row pass is set away; 0: never.",
	.offset = offsetof(struct company, routing.ignore_max)},
    {.path = "routing.relax_seconds",
	.type = MEMBER_INTEGER,
	.max = 86400,
	.fallback = "60",
	.help = "After so long a customer also goes to who lacks a preferred "
		"skill or language, and to who gave them away.",
	.scale = 1000,
	.offset = offsetof(struct company, routing.relax_ms)},
    {.path = "routing.sticky_seconds",
	.type = MEMBER_INTEGER,
	.max = 86400,
	.fallback = "20",
	.help = "So long a customer waits for the seller they had before, or "
		"asked for.",
	.scale = 1000,
	.offset = offsetof(struct company, routing.sticky_ms)},
    {.path = "routing.queue_minutes",
	.type = MEMBER_INTEGER,
	.min = 1,
	.max = 10080,
	.fallback = "10",
	.help = "After so long in line it goes to the overflow team, and then "
		"to the support desk.",
	.scale = 60000,
	.offset = offsetof(struct company, policy.queue_ms)},
    {.path = "routing.keep_hours",
	.type = MEMBER_INTEGER,
	.min = 1,
	.max = 8760,
	.fallback = "96",
	.help = "Where there is no support desk: so long a customer stays in "
		"line for somebody to come; then the conversation ends.",
	.scale = 3600000,
	.offset = offsetof(struct company, policy.keep_ms)},
    {.path = "routing.notice_minutes",
	.type = MEMBER_INTEGER,
	.min = 1,
	.max = 1440,
	.fallback = "3",
	.help = "News of the line are told no more often than this.",
	.scale = 60000,
	.offset = offsetof(struct company, policy.notice_ms)},
    {.path = "routing.priority_minutes",
	.type = MEMBER_INTEGER,
	.max = 1440,
	.fallback = "10",
	.help =
	    "Each level of priority counts like so many minutes of waiting.",
	.scale = 60000,
	.offset = offsetof(struct company, routing.priority_ms)},
    {.path = "routing.silent_minutes",
	.type = MEMBER_INTEGER,
	.max = 1440,
	.fallback = "5",
	.help =
	    "A customer who has been silent for so long counts less; 0: never.",
	.scale = 60000,
	.offset = offsetof(struct company, routing.silent_ms)},
    {.path = "routing.silent_percent",
	.type = MEMBER_INTEGER,
	.max = 100,
	.fallback = "50",
	.help = "How much of a chat such a one counts.",
	.offset = offsetof(struct company, routing.silent_percent)},
    {.path = "routing.weights",
	.type = MEMBER_LIST,
	.max = 20,
	.help = "How much a chat of a channel counts against what a seller can "
		"carry.",
	.size = sizeof(struct company_weight),
	.count_offset = offsetof(struct company, routing.weight_count),
	.offset = offsetof(struct company, routing.weights)},
    {.path = "routing.weights[]", .type = MEMBER_OBJECT},
    {.path = "routing.weights[].channel",
	.type = MEMBER_STRING,
	.min = 1,
	.max = 40,
	.required = true,
	.help = "The channel's name.",
	.wrong = member_channel_wrong,
	.pattern = "^[a-z0-9_]+$",
	.offset = offsetof(struct company_weight, channel)},
    {.path = "routing.weights[].percent",
	.type = MEMBER_INTEGER,
	.min = 1,
	.max = 1000,
	.fallback = "100",
	.help = "Of a chat; 100: one.",
	.offset = offsetof(struct company_weight, percent)},
};

const struct member *
company_people_member(size_t i)
{
	return i < ARRAY_LEN(members)
		   ? &members[i]
		   : company_told_member(i - ARRAY_LEN(members));
}
