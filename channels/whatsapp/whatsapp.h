/*
 * whatsapp: WhatsApp Business, through Twilio. All it does is in
 * channels/twilio; what is its own is the row.
 */
#ifndef CHANNELS_WHATSAPP_WHATSAPP_H
#define CHANNELS_WHATSAPP_WHATSAPP_H

#include "channels/channel.h"

extern const struct channel channel_whatsapp;

#endif
