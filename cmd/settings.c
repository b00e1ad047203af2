/* settings: the table. docs/settings.md is printed from it. */
#include "cmd/settings.h"

#include "core/log.h"
#include "core/token.h"
#include "gateway/address.h"

#include <ctype.h>
#include <limits.h>
#include <stdlib.h>

/* ---- what a text must be ----------------------------------------------- */

/* The end of a host's name or address in front of a port or a path. */
static bool
is_host(const char *text, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (!isalnum((unsigned char)text[i]) &&
		    strchr(".-[]:_%*", text[i]) == NULL)
			return false;
	return true;
}

static const char *
wrong_listen(const char *text)
{
	const char *colon = strrchr(text, ':');
	char *end;
	long port;

	if (colon != NULL && isdigit((unsigned char)colon[1])) {
		port = strtol(colon + 1, &end, 10);
		if (*end == '\0' && port <= 65535 &&
		    is_host(text, (size_t)(colon - text)))
			return NULL;
	}
	return "an address and a port, such as 127.0.0.1:8080 or [::1]:0";
}

static const char *
wrong_listen_ops(const char *text)
{
	return text[0] == '\0' ? NULL : wrong_listen(text);
}

static const char *
wrong_url(const char *text)
{
	const char *host = strncmp(text, "https://", 8) == 0  ? text + 8
			   : strncmp(text, "http://", 7) == 0 ? text + 7
							      : NULL;

	if (text[0] == '\0' ||
	    (host != NULL && host[0] != '\0' && is_host(host, strlen(host))))
		return NULL;
	return "a scheme and a host without a path, such as "
	       "https://chat.example";
}

static const char *
wrong_proxies(const char *text)
{
	struct networks networks;
	char why[256];

	return networks_read(text, &networks, why, sizeof(why)) == OK
		   ? NULL
		   : "addresses and networks with commas, such as "
		     "127.0.0.1, 10.0.0.0/8";
}

static const char *
wrong_level(const char *text)
{
	unsigned level;

	for (level = 0; level < LOG_LEVELS; level++)
		if (strcmp(log_level_name(level), text) == 0)
			return NULL;
	return "debug, info, warn or error";
}

static const char *
wrong_key(const char *text)
{
	size_t n = strspn(text, "0123456789abcdefABCDEF");

	if (text[n] == '\0' && (n == 0 || n == 2 * TOKEN_KEY_BYTES))
		return NULL;
	return "64 hex digits";
}

static const char *
wrong_endpoint(const char *text)
{
	static const char *const kinds[] = {"inproc://", "ipc://", "tcp://"};
	size_t i;

	for (i = 0; i < ARRAY_LEN(kinds); i++)
		if (strncmp(text, kinds[i], strlen(kinds[i])) == 0)
			return NULL;
	return text[0] == '\0'
		   ? NULL
		   : "an endpoint that begins with inproc://, ipc:// or tcp://";
}

/* ---- the table --------------------------------------------------------- */

#define TEXT(member, value, words) \
	{ \
		.name = #member, .type = SETTING_TEXT, \
		.offset = offsetof(struct settings, member), .preset = value, \
		.help = words \
	}
#define CHECKED(member, value, check, words) \
	{ \
		.name = #member, .type = SETTING_TEXT, \
		.offset = offsetof(struct settings, member), .preset = value, \
		.help = words, .wrong = check \
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
		.help = words, .secret = true, .wrong = wrong_key \
	}

const struct setting settings_table[] = {
    TEXT(data_dir, "data", "folder of the database, its key and its sockets"),
    TEXT(config, "", "a JSON file with settings"),
    CHECKED(listen, "127.0.0.1:8080", wrong_listen,
	"where browsers and webhooks come in; port 0 takes a free one"),
    CHECKED(listen_ops, "127.0.0.1:0", wrong_listen_ops,
	"a second door for /health and /metrics; empty: none"),
    CHECKED(public_url, "", wrong_url,
	"how browsers see this server, https://chat.example; empty: as the "
	"request says"),
    CHECKED(trusted_proxies, "", wrong_proxies,
	"whose X-Forwarded-* are believed: addresses and networks, with "
	"commas"),
    FLAG(demo, "false", "serve the page to try it at /"),
    FLAG(sandbox, "false",
	"run stand-ins of the vendors in this process, for the demo"),
    NUMBER(http_threads, SETTING_COUNT, "2", 1, 64, "threads of the front"),
    NUMBER(
	hub_threads, SETTING_COUNT, "1", 1, 64, "threads that own WebSockets"),
    NUMBER(worker_threads, SETTING_COUNT, "1", 1, 64, "threads that answer"),
    NUMBER(connections_max, SETTING_COUNT, "0", 0, 1000000,
	"open WebSockets, and again open HTTP connections; 0: as many as the "
	"descriptors allow"),
    NUMBER(connections_per_address, SETTING_COUNT, "50", 0, 1000000,
	"of these from one address, an IPv6 network of 64 bits being one; "
	"0: no limit"),
    NUMBER(request_ms, SETTING_MS, "15s", 100, 3600000,
	"from the first byte of a request to its last"),
    NUMBER(reply_ms, SETTING_MS, "10s", 100, 3600000,
	"for a request to be carried out, before it gets 503"),
    NUMBER(idle_ms, SETTING_MS, "30s", 1000, 3600000,
	"an HTTP connection without a request"),
    NUMBER(session_idle, SETTING_MS, "8h", 60000, 2592000000u,
	"after which a seller who did nothing must log in again"),
    NUMBER(session_life, SETTING_MS, "168h", 60000, 2592000000u,
	"after which a seller must log in again, whatever they did"),
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
    NUMBER(staff_burst, SETTING_COUNT, "60", 0, 1000000,
	"messages a seller may send at once; 0: no limit"),
    NUMBER(staff_per_minute, SETTING_COUNT, "300", 0, 1000000,
	"messages a minute after that; 0: no limit"),
    NUMBER(turns_max, SETTING_COUNT, "4096", 1024, 1000000,
	"conversations a worker thread has under way at once"),
    NUMBER(sweep_ms, SETTING_MS, "1s", 10, 3600000,
	"how often a worker looks for work that nobody announced"),
    NUMBER(lease_ms, SETTING_MS, "5s", 100, 3600000,
	"how long a silent worker keeps what it has claimed"),
    NUMBER(deliver_in_flight, SETTING_COUNT, "1000", 1, 100000,
	"requests to vendors at once"),
    NUMBER(deliver_window, SETTING_COUNT, "4000", 16, 1000000,
	"messages of one account that wait in memory; more wait on disk"),
    NUMBER(deliver_timeout_ms, SETTING_MS, "20s", 100, 600000,
	"for a vendor to answer"),
    NUMBER(doubt_ms, SETTING_MS, "30s", 100, 3600000,
	"before a message that got no answer, and that the vendor does not "
	"know, is sent again"),
    NUMBER(backfill_minutes, SETTING_COUNT, "60", 0, 100000,
	"how often vendors are asked whether we missed a message, after the "
	"start; 0: never"),
    FLAG(webhooks_private, "false",
	"let companies' webhooks be at private addresses, too"),
    NUMBER(desk_reread_ms, SETTING_MS, "5s", 100, 600000,
	"how often the desk reads all who wait anew, beside the news"),
    TEXT(mail_ca, "",
	"authorities that mail servers' certificates may be of, as a PEM file; "
	"empty: the system's"),
    FLAG(mail_plain, "false",
	"speak to mail servers on this machine without TLS; for stand-ins"),
    TEXT(mail_authserv, "",
	"name under which your mail server writes Authentication-Results; "
	"empty: they are not looked at"),
    NUMBER(mail_timeout_ms, SETTING_MS, "60s", 1000, 600000,
	"for one mail to be sent, and for each answer of a mailbox"),
    NUMBER(mail_poll_ms, SETTING_MS, "20s", 100, 3600000,
	"how often mailboxes are looked into"),
    NUMBER(mail_behind_ms, SETTING_MS, "5m", 1000, 86400000,
	"a mailbox in which something was left for so long, or that could not "
	"be read, is told by /health"),
    NUMBER(mail_per_hour, SETTING_COUNT, "60", 0, 1000000,
	"mails of one sender that are taken within an hour; more are kept, "
	"noted and not answered; 0: any number"),
    NUMBER(store_queue, SETTING_COUNT, "20000", 16, 10000000,
	"writes that wait, before new ones are refused"),
    NUMBER(store_group, SETTING_COUNT, "1000", 1, 100000,
	"writes in one transaction"),
    CHECKED(bus_work, "", wrong_endpoint,
	"ZeroMQ endpoint of work notices; empty: inside the process, or a "
	"socket in data_dir when gateway and worker run apart"),
    CHECKED(bus_news, "", wrong_endpoint,
	"ZeroMQ endpoint of news; empty: likewise"),
    NUMBER(bus_high_water, SETTING_COUNT, "1000", 1, 1000000,
	"frames that wait for a slow peer, before they are dropped"),
    CHECKED(sandbox_listen, "127.0.0.1:8090", wrong_listen,
	"where the sandbox listens; this machine's own addresses only"),
    CHECKED(sandbox_smtp, "", wrong_listen_ops,
	"where the sandbox takes mail, 127.0.0.1:2525; empty: nowhere"),
    CHECKED(sandbox_imap, "", wrong_listen_ops,
	"where the sandbox shows its inbox, 127.0.0.1:1143; empty: nowhere"),
    TEXT(sandbox_file, "deploy/demo/sandbox.json",
	"what the sandbox knows: workspaces, numbers, people"),
    CHECKED(log_level, "info", wrong_level, "debug, info, warn or error"),
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
