/* sb_doors: the table of vendors. */
#include "sandbox/slack/slack.h"
#include "sandbox/twilio/twilio.h"

#define SLACK_BODY_MAX (12u << 20) /* uploads */
#define TWILIO_BODY_MAX (256u << 10)

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
};

const unsigned sb_door_count = ARRAY_LEN(sb_doors);

_Static_assert(ARRAY_LEN(sb_doors) <= DOORS_MOST, "raise DOORS_MOST");
