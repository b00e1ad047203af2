/*
 * company_told: the rows of the company's document that say what customers are
 * told by itself, and which systems of the company's own are told what happens.
 */
#include "core/company.h"
#include "core/company_people.h"

/* ---- webhooks ------------------------------------------------------------ */

static const char *
hook_url_wrong(struct str s)
{
	static const char *const begins[] = {"https://", "http://"};
	size_t i, n;

	for (i = 0; i < s.n; i++)
		if ((unsigned char)s.p[i] <= ' ' || s.p[i] == 0x7f)
			return "an address without spaces";
	for (i = 0; i < ARRAY_LEN(begins); i++) {
		n = strlen(begins[i]);
		if (s.n > n && memcmp(s.p, begins[i], n) == 0)
			return NULL;
	}
	return "an address such as \"https://crm.shop.example/frontdesk\"";
}

static const char *
hook_event_wrong(struct str s)
{
	return member_one_of(s, company_webhook_events)
		   ? NULL
		   : "one of the events in docs/webhooks.md, such as "
		     "\"message_created\"";
}

const char *const company_webhook_events[] = {
    "conversation_created",
    "conversation_status_changed",
    "conversation_updated",
    "message_created",
    "message_updated",
    "handoff_requested",
    "assignee_changed",
    "contact_identified",
    "delivery_failed",
    NULL,
};

/* ---- the rows ------------------------------------------------------------ */

#define TEXT(word, text, is) \
	{ \
		.path = "texts." #word, .type = MEMBER_STRING, .min = 1, \
		.max = 1000, .fallback = text, .help = is, \
		.offset = offsetof(struct company, texts.word) \
	}

static const struct member members[] = {
    {.path = "texts",
	.type = MEMBER_OBJECT,
	.help = "What customers are told by itself."},
    TEXT(waiting,
	"A person will be with you. You are number {position} in line.",
	"When they are handed over; `{position}`, `{wait}` are filled in."),
    TEXT(closed,
	"Our team is back {open}. We have passed your message on and will "
	"answer you here or by e-mail.",
	"Outside business hours; `{open}`: when we are back."),
    TEXT(nobody,
	"Nobody of our team is free right now. We have passed your message on "
	"by e-mail; the answer will come here.",
	"Where no seller is there."),
    TEXT(mailed,
	"Thank you for waiting. It takes longer than it should, so we have "
	"passed your message on by e-mail; the answer will come here.",
	"When the wait was too long."),
    TEXT(closed_waits,
	"Our team is back {open}. Your message stays here, and we will answer "
	"it then.",
	"As `closed`, where there is no support desk to write to."),
    TEXT(nobody_waits,
	"Nobody of our team is here right now. Your message stays here, and "
	"we will answer it as soon as somebody is.",
	"As `nobody`, where there is no support desk to write to."),
    TEXT(address,
	"If you leave your e-mail address, we can also answer you there.",
	"Added to these on the website, where no address is known."),
    TEXT(ended,
	"We are sorry: nobody could answer you in time. Please write to us "
	"again.",
	"When nobody came for `routing.keep_hours`."),
    TEXT(passed, "One moment, please: I am passing you on to {team}.",
	"When they are handed on; `{team}`: to whom."),
    TEXT(back, "Our assistant is here for you again.",
	"When a seller gives them back to the bot."),
    TEXT(wait_moment, "a moment", "What `{wait}` is, up to a minute."),
    TEXT(wait_minutes, "about {n} minutes", "Up to 90 minutes."),
    TEXT(wait_hours, "about {n} hours", "When it is longer."),
    TEXT(wait_unknown, "a while", "Where nobody knows."),
    TEXT(open_at, "on {day} at {time}", "What `{open}` is."),
    TEXT(open_unknown, "soon", "Where nobody knows."),
    TEXT(colleague, "a colleague", "What `{team}` is where it has no name."),
    {.path = "texts.days",
	.type = MEMBER_LIST,
	.min = 7,
	.max = 7,
	.help =
	    "The days of the week for `{day}`, Monday first; none: in English.",
	.size = sizeof(struct str),
	.count_offset = offsetof(struct company, texts.day_count),
	.offset = offsetof(struct company, texts.days)},
    {.path = "texts.days[]",
	.type = MEMBER_STRING,
	.min = 1,
	.max = 60,
	.help = "Such as `Montag`."},
    TEXT(mail_subject, "Your chat with {company}",
	"The subject of an answer that goes by mail to who left the website."),
    TEXT(mail_you, "You wrote", "There, above their own words."),
    TEXT(mail_where, "on our website", "There, where they wrote them."),
    TEXT(mail_why,
	"You left the chat before this answer came. You can answer this mail.",
	"There, at the end."),
    TEXT(mail_file, "A file for you is attached.",
	"There, in place of an answer without words."),
    {.path = "webhooks",
	.type = MEMBER_LIST,
	.max = 20,
	.help = "Addresses of your own systems that are told what happens.",
	.size = sizeof(struct company_webhook),
	.count_offset = offsetof(struct company, webhook_count),
	.offset = offsetof(struct company, webhooks)},
    {.path = "webhooks[]", .type = MEMBER_OBJECT},
    {.path = "webhooks[].name",
	.type = MEMBER_STRING,
	.min = 1,
	.max = 40,
	.required = true,
	.help = "Your word for it.",
	.wrong = member_key_wrong,
	.pattern = "^[a-z0-9]([a-z0-9-]*[a-z0-9])?$",
	.offset = offsetof(struct company_webhook, name)},
    {.path = "webhooks[].url",
	.type = MEMBER_STRING,
	.min = 1,
	.max = 300,
	.required = true,
	.help = "Where to send it.",
	.wrong = hook_url_wrong,
	.pattern = "^https?://[^ ]+$",
	.offset = offsetof(struct company_webhook, url)},
    {.path = "webhooks[].secret",
	.type = MEMBER_STRING,
	.min = 16,
	.max = 200,
	.required = true,
	.secret = true,
	.help = "Signs what is sent. Kept sealed.",
	.offset = offsetof(struct company_webhook, secret)},
    {.path = "webhooks[].events",
	.type = MEMBER_LIST,
	.max = 20,
	.help = "Which events; none: all.",
	.size = sizeof(struct str),
	.count_offset = offsetof(struct company_webhook, event_count),
	.offset = offsetof(struct company_webhook, events)},
    {.path = "webhooks[].events[]",
	.type = MEMBER_STRING,
	.min = 1,
	.max = 60,
	.help = "Such as `message_created`; docs/webhooks.md has them all.",
	.wrong = hook_event_wrong,
	.pattern = "^[a-z_]+$"},
};

const struct member *
company_told_member(size_t i)
{
	return i < ARRAY_LEN(members) ? &members[i] : NULL;
}
