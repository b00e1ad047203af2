/* table: every channel there is. */
#include "channels/channel.h"
#include "channels/email/email.h"
#include "channels/slack/slack.h"
#include "channels/sms/sms.h"
#include "channels/web/web.h"
#include "channels/webhook/webhook.h"
#include "channels/whatsapp/whatsapp.h"

const struct channel *const channels[] = {&channel_web, &channel_slack,
    &channel_whatsapp, &channel_sms, &channel_email, &channel_webhook, NULL};

const struct channel *
channel_find(struct str name)
{
	size_t i;

	for (i = 0; channels[i] != NULL; i++)
		if (str_eq(name, str_from(channels[i]->name)))
			return channels[i];
	return NULL;
}

const struct channel *
channel_of_visitors(void)
{
	return &channel_web;
}
