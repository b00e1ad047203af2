/* web: the capability row. */
#include "channels/web/web.h"

const struct channel channel_web = {
    .name = "web",
    .title = "Website",
    .text_max = 4000,
    .typing = true,
    .receipts = true,
    .drafts = true,
};
