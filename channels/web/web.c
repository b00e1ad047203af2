/* web: the capability row. */
#include "channels/web/web.h"

const struct channel channel_web = {
    .name = "web",
    .title = "Website",
    .can = {.text_max = 4000,
	.part_max = 4000,
	.parts_max = 1,
	.typing = true,
	.receipts = true,
	.drafts = true},
};
