/*
 * slack: customers who write to a workspace's bot, in direct messages, in
 * channels and threads, by a slash command, by pressing a button.
 *
 * What concerns us: every direct message; in a channel what mentions the bot,
 * and every reply in a thread in which it was mentioned before. The webhook
 * does not say who takes part in a thread, so a reply is offered as one for a
 * conversation that is known (known_only), and dropped where there is none.
 *
 *	address  "<team>:<channel>:<thread>"  a thread; each mention outside a
 *	                                      thread begins one
 *	         "<team>:<channel>"           a direct message
 *	         "<team>:<channel>:/<user>"   a command: only the user sees it
 *	person   "<team>:<user>", the team being the user's own
 *	source   "slack:<account>:<channel>:<ts>", and with ":edit:<ts>" or
 *	         ":delete" behind it; "slack:<account>:cmd:<trigger>",
 *	         "...:act:<trigger>", "...:open:<channel>[:<thread>]"
 *
 * A message and the mention that Slack tells of the same message have one
 * source, so it is one message, whether it came twice, was repeated, or was
 * found in the history later.
 */
#ifndef CHANNELS_SLACK_SLACK_H
#define CHANNELS_SLACK_SLACK_H

#include "channels/channel.h"

extern const struct channel channel_slack;

#endif
