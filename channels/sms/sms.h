/*
 * sms: text messages, through Twilio. All it does is in channels/twilio; what
 * is its own is the row.
 */
#ifndef CHANNELS_SMS_SMS_H
#define CHANNELS_SMS_SMS_H

#include "channels/channel.h"

extern const struct channel channel_sms;

#endif
