/*
 * settings: every setting of every subcommand, in one struct and one table.
 */
#ifndef CMD_SETTINGS_H
#define CMD_SETTINGS_H

#include "core/conf.h"

struct settings {
	const char *data_dir, *config;
	const char *listen, *listen_ops, *public_url, *trusted_proxies;
	bool demo, sandbox, test_echo;
	unsigned http_threads, hub_threads, worker_threads;
	unsigned connections_max, connections_per_address;
	unsigned request_ms, reply_ms, idle_ms;
	unsigned ping_ms, pong_ms, hello_ms, socket_queue;
	unsigned session_idle, session_life;
	unsigned visitor_burst, visitor_per_minute, sessions_per_minute;
	unsigned staff_burst, staff_per_minute;
	unsigned turns_max, sweep_ms, lease_ms;
	unsigned deliver_in_flight, deliver_window, deliver_timeout_ms,
	    doubt_ms;
	unsigned backfill_minutes;
	bool webhooks_private;
	const char *mail_ca, *mail_authserv;
	bool mail_plain;
	unsigned mail_timeout_ms, mail_poll_ms, mail_per_hour, desk_reread_ms;
	unsigned mail_behind_ms;
	unsigned store_queue, store_group;
	const char *bus_work, *bus_news;
	unsigned bus_high_water, test_lose_work, test_lose_news;
	const char *sandbox_listen, *sandbox_file, *sandbox_smtp, *sandbox_imap;
	const char *log_level;
	const char *secret_key, *secret_key_old;
};

extern const struct setting settings_table[];

#endif
