/*
 * web: the website widget. Its frames are in frames.h; they travel over
 * WebSocket, over server-sent events with POST, and over long polling.
 */
#ifndef CHANNELS_WEB_WEB_H
#define CHANNELS_WEB_WEB_H

#include "channels/channel.h"

extern const struct channel channel_web;

#endif
