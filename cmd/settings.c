/* settings: the table. docs/settings.md is printed from it. */
#include "cmd/settings.h"

#include <limits.h>

#define TEXT(member, value, words) \
	{ \
		.name = #member, .type = SETTING_TEXT, \
		.offset = offsetof(struct settings, member), .preset = value, \
		.help = words \
	}
#define FLAG(member, value, words) \
	{ \
		.name = #member, .type = SETTING_FLAG, \
		.offset = offsetof(struct settings, member), .preset = value, \
		.help = words \
	}
#define NUMBER(member, kind, value, low, high, words) \
	{ \
		.name = #member, .type = kind, \
		.offset = offsetof(struct settings, member), .preset = value, \
		.least = low, .most = high, .help = words \
	}
#define HIDDEN(member, words) \
	{ \
		.name = #member, .type = SETTING_TEXT, \
		.offset = offsetof(struct settings, member), .preset = "", \
		.help = words, .secret = true \
	}

const struct setting settings_table[] = {
    TEXT(data_dir, "data", "folder of the database, its key and its sockets"),
    TEXT(config, "", "a JSON file with settings"),
    TEXT(listen, "127.0.0.1:8080",
	"where browsers and webhooks come in; port 0 takes a free one"),
    TEXT(listen_ops, "127.0.0.1:0",
	"a second door for /health and /metrics; empty: none"),
    TEXT(public_url, "",
	"how browsers see this server, https://chat.example; empty: as the "
	"request says"),
    TEXT(trusted_proxies, "",
	"whose X-Forwarded-* are believed: addresses and networks, with "
	"commas"),
    FLAG(demo, "false", "serve the page to try it at /"),
    NUMBER(http_threads, SETTING_COUNT, "2", 1, 64, "threads of the front"),
    NUMBER(
	hub_threads, SETTING_COUNT, "1", 1, 64, "threads that own WebSockets"),
    NUMBER(worker_threads, SETTING_COUNT, "1", 1, 64, "threads that answer"),
    NUMBER(connections_max, SETTING_COUNT, "0", 0, 1000000,
	"open WebSockets, and again open HTTP connections; 0: as many as the "
	"descriptors allow"),
    NUMBER(connections_per_address, SETTING_COUNT, "50", 0, 1000000,
	"of these from one address; 0: no limit"),
    NUMBER(request_ms, SETTING_MS, "15s", 100, 3600000,
	"from the first byte of a request to its last"),
    NUMBER(reply_ms, SETTING_MS, "10s", 100, 3600000,
	"for a request to be carried out, before it gets 503"),
    NUMBER(idle_ms, SETTING_MS, "30s", 1000, 3600000,
	"an HTTP connection without a request"),
    NUMBER(ping_ms, SETTING_MS, "25s", 100, 3600000,
	"between pings on a silent WebSocket"),
    NUMBER(
	pong_ms, SETTING_MS, "15s", 100, 3600000, "for the answer to a ping"),
    NUMBER(hello_ms, SETTING_MS, "10s", 100, 3600000,
	"for a new WebSocket to say hello"),
    NUMBER(socket_queue, SETTING_BYTES, "256k", 4096, 1 << 28,
	"bytes that wait for one WebSocket to read them"),
    NUMBER(visitor_burst, SETTING_COUNT, "20", 0, 1000000,
	"messages a visitor may send at once; 0: no limit"),
    NUMBER(visitor_per_minute, SETTING_COUNT, "100", 0, 1000000,
	"messages a minute after that; 0: no limit"),
    NUMBER(sessions_per_minute, SETTING_COUNT, "60", 0, 1000000,
	"new visitors a minute from one address; 0: no limit"),
    NUMBER(turns_max, SETTING_COUNT, "4096", 1024, 1000000,
	"conversations a worker thread has under way at once"),
    NUMBER(sweep_ms, SETTING_MS, "1s", 10, 3600000,
	"how often a worker looks for work that nobody announced"),
    NUMBER(lease_ms, SETTING_MS, "5s", 100, 3600000,
	"how long a silent worker keeps what it has claimed"),
    NUMBER(store_queue, SETTING_COUNT, "20000", 16, 10000000,
	"writes that wait, before new ones are refused"),
    NUMBER(store_group, SETTING_COUNT, "1000", 1, 100000,
	"writes in one transaction"),
    TEXT(bus_work, "",
	"ZeroMQ endpoint of work notices; empty: inside the process, or a "
	"socket in data_dir when gateway and worker run apart"),
    TEXT(bus_news, "", "ZeroMQ endpoint of news; empty: likewise"),
    NUMBER(bus_high_water, SETTING_COUNT, "1000", 1, 1000000,
	"frames that wait for a slow peer, before they are dropped"),
    TEXT(log_level, "info", "debug, info, warn or error"),
    HIDDEN(secret_key,
	"64 hex digits that sign tokens; empty: made once and kept in "
	"data_dir"),
    HIDDEN(secret_key_old,
	"the key before, still accepted while tokens change over"),
    FLAG(test_echo, "false",
	"a WebSocket at /test/echo that echoes, for test suites; loopback "
	"only"),
    NUMBER(test_lose_work, SETTING_COUNT, "0", 0, UINT_MAX,
	"tests: lose every n-th work notice"),
    NUMBER(test_lose_news, SETTING_COUNT, "0", 0, UINT_MAX,
	"tests: lose every n-th piece of news"),
    {.name = NULL},
};
