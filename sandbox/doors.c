/* sb_doors: the table of vendors. */
#include "sandbox/llm/llm.h"
#include "sandbox/mailbox/mailbox.h"
#include "sandbox/slack/slack.h"
#include "sandbox/twilio/twilio.h"

#define SLACK_BODY_MAX (12u << 20) /* uploads */
#define TWILIO_BODY_MAX (256u << 10)
#define LLM_BODY_MAX (1u << 20)

const struct door sb_doors[] = {
    {.name = "slack",
	.prefix = "/slack/",
	.body_max = SLACK_BODY_MAX,
	.open = sb_slack_open,
	.close = sb_slack_close,
	.handle = sb_slack_serve,
	.failure = sb_slack_failure,
	.describe = sb_slack_describe,
	.controls = sb_slack_controls},
    {.name = "twilio",
	.prefix = "/twilio/",
	.body_max = TWILIO_BODY_MAX,
	.open = sb_twilio_open,
	.close = sb_twilio_close,
	.handle = sb_twilio_serve,
	.failure = sb_twilio_failure,
	.describe = sb_twilio_describe,
	.controls = sb_twilio_controls},
    {.name = "llm",
	.prefix = "/llm/",
	.body_max = LLM_BODY_MAX,
	.open = sb_llm_open,
	.close = sb_llm_close,
	.handle = sb_llm_serve,
	.failure = sb_llm_failure,
	.describe = sb_llm_describe},
    {.name = "mail", /* on ports of its own */
	.open = sb_mail_door_open,
	.close = sb_mail_door_close,
	.describe = sb_mail_door_describe,
	.controls = sb_mail_door_controls},
};

const unsigned sb_door_count = ARRAY_LEN(sb_doors);

_Static_assert(ARRAY_LEN(sb_doors) <= DOORS_MOST, "raise DOORS_MOST");
