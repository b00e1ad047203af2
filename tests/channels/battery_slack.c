/* battery_slack: a workspace, and two direct messages in it. */
#include "tests/channels/battery.h"

const struct battery_fixture battery_slack = {
    .channel = "slack",
    .account = "\"id\":\"T1\",\"sender\":\"U0BOT\",\"user\":\"A1\","
	       "\"token\":\"xoxb-1-secret\",\"signing\":["
	       "\"8f742231b10e8888abcd99yyyzzz85a5\"]",
    .message = {.tail = "/events",
	.type = "application/json",
	.body =
	    "{\"token\":\"x\",\"team_id\":\"T1\",\"api_app_id\":\"A1\","
	    "\"event\":{\"type"
	    "\":\"message\",\"channel\":\"D1\",\"channel_type\":\"im\","
	    "\"user\":\"U2\",\""
	    "team\":\"T1\",\"text\":\"Hello\",\"ts\":\"1795255199.000100\","
	    "\"event_ts"
	    "\":\"1795255199.000100\"},\"type\":\"event_callback\",\"event_"
	    "id\":\"E"
	    "v1\",\"event_time\":1795255199,\"authorizations\":[{\"enterprise_i"
	    "d\":null,\"team_id\":\"T1\",\"user_id\":\"U0BOT\",\"is_bot\":true}"
	    "]}",
	.headers = {{"X-Slack-Request-Timestamp", "1795255200"},
	    {"X-Slack-Signature",
		"v0=8d1bfaa9816347d88e1443d8b4826f03245615b915b1d3699e5ea860b"
		"fb909f6"}}},
    .file = {.tail = "/events",
	.type = "application/json",
	.body =
	    "{\"token\":\"x\",\"team_id\":\"T1\",\"api_app_id\":\"A1\","
	    "\"event\":{\"type"
	    "\":\"message\",\"subtype\":\"file_share\",\"channel\":\"D1\","
	    "\"channel_t"
	    "ype\":\"im\",\"user\":\"U2\",\"team\":\"T1\",\"text\":\"\",\"ts\":"
	    "\"1795255199"
	    ".000200\",\"event_ts\":\"1795255199.000200\",\"files\":[{\"id\":"
	    "\"F1\","
	    "\"name\":\"a.png\",\"mimetype\":\"image/"
	    "png\",\"size\":1000,\"mode\":\"ho"
	    "sted\",\"url_private\":\"https://files.slack.com/files-pri/T1-F1"
	    "/a.png\",\"url_private_download\":\"https://files.slack.com/file"
	    "s-pri/T1-F1/download/a.png\"}]},\"type\":\"event_callback\",\"even"
	    "t_id\":\"Ev2\",\"event_time\":1795255199,\"authorizations\":[{"
	    "\"ente"
	    "rprise_id\":null,\"team_id\":\"T1\",\"user_id\":\"U0BOT\",\"is_"
	    "bot\":tr"
	    "ue}]}",
	.headers = {{"X-Slack-Request-Timestamp", "1795255200"},
	    {"X-Slack-Signature",
		"v0=c226505eda0b2e5aadbe184165fd5bc2992a30fbbf8ff54398de73b1c"
		"198fb49"}}},
    .timed = true,
    .text = "text",
    .sent = {200, "{\"ok\":true,\"channel\":\"D1\","
		  "\"ts\":\"1795255201.000300\"}"},
};
