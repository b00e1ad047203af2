/*
 * staff: what the store keeps of the company's people and their work: sellers,
 * their sessions and keys, small things of theirs, and who did what. Part of
 * the contract in store.h; the ops are submitted as all others.
 *
 * Nothing here is a secret in the clear: passwords are hashes, tokens are
 * looked up by their hash, TOTP secrets come sealed.
 */
#ifndef STORE_STAFF_H
#define STORE_STAFF_H

#include "core/arena.h"
#include "core/base.h"

struct store_reader;

/* ---- sellers ----------------------------------------------------------- */

enum agent_state {
	AGENT_INVITED, /* has no password yet */
	AGENT_ACTIVE,
	AGENT_DISABLED, /* may not log in, gets nothing; kept for the log */
	AGENT_STATES
};

const char *agent_state_name(enum agent_state s);

struct agent_row {
	int64_t id, company;
	uint64_t version; /* raised by each change but of presence, and of
			   * what a login uses up (step, code) */
	struct str email; /* lower case; unique in the company */
	struct str name;  /* what customers and colleagues see */
	struct str role;  /* a word: core/role.h */
	enum agent_state state;
	struct str password; /* Argon2id, as crypto_pwhash_str writes it; empty:
			      * none */
	struct str totp;     /* sealed; empty: none */
	struct str backup;   /* JSON array of the hashes of unused codes */
	uint64_t totp_step;  /* newest time step that was used: none twice */
	int64_t capacity;    /* hundredths of a chat */
	struct str skills, languages, teams; /* JSON arrays of words */
	int64_t created_at;
	/* Presence. */
	bool online; /* has a socket, or had one when the process died */
	bool away;   /* has said so, or ignored too much */
	int64_t presence_at; /* wall ms of its newest change; of who has chats
			      * and is not online, of what they did last */
	/* The store's: conversations held by or offered to them. */
	uint64_t chats;
};

enum agent_member {
	AGENT_EMAIL = 1 << 0,
	AGENT_NAME = 1 << 1,
	AGENT_ROLE = 1 << 2,
	AGENT_STATE = 1 << 3,
	AGENT_PASSWORD = 1 << 4,
	AGENT_TOTP = 1 << 5, /* with backup and totp_step */
	AGENT_CAPACITY = 1 << 6,
	AGENT_SKILLS = 1 << 7,
	AGENT_LANGUAGES = 1 << 8,
	AGENT_TEAMS = 1 << 9,
	AGENT_BACKUP = 1 << 10, /* alone: a code was used */
	AGENT_STEP = 1 << 11,	/* alone: a step was used; it must rise */
};

struct audit_row;

/*
 * In: row.id 0: a new one (company, email; all members count), else `set` says
 * which are changed. row.company: whose it must be; 0: anybody's. version: not
 * 0: it must be that one still (E_STALE). audit (may be NULL): a line of the
 * audit that is stored with it. Lists that are empty text are "[]".
 * Out: row.id, row.version.
 * E_NOTFOUND: no such agent or company. E_CLAIMED: another of the company has
 * that e-mail. E_BADINPUT: a new one without e-mail, or a state that cannot
 * be. E_STALE also: AGENT_STEP that is not higher, AGENT_BACKUP while
 * backup_was is not what is stored.
 * Disabling ends their passes in the same transaction; a new password does,
 * too, but for keys.
 */
struct store_agent {
	struct agent_row row;
	unsigned set; /* bits of enum agent_member */
	uint64_t version;
	struct str backup_was;
	const struct audit_row *audit;
};

/*
 * In: agent; what is set; at; acted: they did something, online or not. Out:
 * changed (online or away), company; online and away as they are then, whether
 * they were set or not. E_NOTFOUND. Only a change moves presence_at; and, of
 * who is not online but has chats, `acted`, and each act of theirs that is
 * stored (STORE_ACT).
 */
struct store_presence {
	int64_t agent;
	bool set_online, online, set_away, away, acted;
	int64_t at;
	bool changed;
	int64_t company;
};

enum err store_read_agent(struct store_reader *r, int64_t id, struct arena *a,
    struct agent_row *out) MUST_USE;
struct agent_ask {
	int64_t company;
	struct str email; /* lower case */
};
enum err store_find_agent(struct store_reader *r, const struct agent_ask *ask,
    struct arena *a, struct agent_row *out) MUST_USE;
/* Of a company (0: of all), id > after, in order. */
struct agents_ask {
	int64_t company, after;
};
enum err store_list_agents(struct store_reader *r, const struct agents_ask *ask,
    struct arena *a, struct agent_row *out, size_t *n) MUST_USE;

/* ---- passes: what one shows to be let in ------------------------------- */

enum pass_kind {
	PASS_SESSION,
	PASS_KEY,	 /* of the API; agent 0: the company's own */
	PASS_INVITATION, /* sets the first password */
	PASS_RESET,	 /* sets a new one */
	PASSES
};

#define PASS_HASH 32u /* bytes: SHA-256 of the random token */

struct pass_row {
	int64_t id;
	enum pass_kind kind;
	int64_t company, agent;
	unsigned char hash[PASS_HASH];
	struct str name; /* for people: which key, which browser */
	struct str data; /* JSON: of a key, its role */
	int64_t created_at, seen_at, expires_at; /* wall ms; expires 0: never */
};

enum pass_deed {
	PASS_BEGIN,   /* row; out: row.id */
	PASS_SEEN,    /* row.id; row.seen_at, row.expires_at rise */
	PASS_END,     /* row.id, if it is as said; out: whose */
	PASS_END_ALL, /* of row.agent, but row.id */
	PASS_SWEEP,   /* those that expired at `at` or before, a few at once */
	PASS_DEEDS
};

/*
 * PASS_BEGIN: version: not 0: the agent's must be that one still (E_STALE).
 * most: not 0: so many of the kind and agent stay, and the oldest end.
 * E_CLAIMED: that hash is known; E_NOTFOUND: no such company, or the agent is
 * not its; E_DENIED: the agent is disabled, or, for a session or key, not
 * active.
 * PASS_END, PASS_END_ALL: of row.company and row.kind; PASS_END: and of
 * row.agent, unless that is 0. E_NOTFOUND: there is none such (PASS_SEEN,
 * PASS_END).
 * audit (may be NULL): a line of the audit that is stored with it.
 */
struct store_pass {
	enum pass_deed deed;
	struct pass_row row;
	uint64_t version;
	unsigned most;
	int64_t at;
	const struct audit_row *audit;
	uint64_t ended; /* out: how many */
	int64_t whose;	/* out: the agent */
};

/* Also those that have expired: the caller looks. E_NOTFOUND. */
enum err store_find_pass(struct store_reader *r,
    const unsigned char hash[PASS_HASH], struct arena *a,
    struct pass_row *out) MUST_USE;
/* Of a company and kind, of agent (0: of all), id > after, in order. */
struct pass_ask {
	int64_t company, agent, after;
	enum pass_kind kind;
};
enum err store_list_passes(struct store_reader *r, const struct pass_ask *ask,
    struct arena *a, struct pass_row *out, size_t *n) MUST_USE;

/* ---- items: small documents by name ------------------------------------ */

enum item_kind {
	ITEM_CANNED, /* owner 0: everybody's; key: the shortcut */
	ITEM_DRAFT,  /* owner: the agent; key: the conversation's number */
	ITEM_LABEL,  /* key: the label; value: colour, text */
	ITEM_ROLE,   /* key: a role of the company's own; value: permissions */
	ITEMS
};

struct item {
	int64_t company;
	enum item_kind kind;
	int64_t owner; /* an agent, or 0 */
	struct str key;
	struct str value; /* JSON; empty: it is removed */
	int64_t at;	  /* wall ms; when it was last set */
	uint64_t version;
};

/*
 * In: item; version: not 0: it must be that one still, E_STALE. most: there
 * may be so many of the kind and owner (E_DENIED); 0: no limit. audit (may be
 * NULL): a line of the audit that is stored with it. Out: item.version.
 * Removing what is not there is OK. E_NOTFOUND: no such company, or the owner
 * is not its agent. E_BADINPUT: no key, or no such kind.
 */
struct store_item {
	struct item item;
	uint64_t version;
	unsigned most;
	const struct audit_row *audit;
};

struct item_ask {
	int64_t company;
	enum item_kind kind;
	int64_t owner;
	struct str after; /* keys after this one */
};
enum err store_list_items(struct store_reader *r, const struct item_ask *ask,
    struct arena *a, struct item *out, size_t *n) MUST_USE;
/* By company, kind, owner and key of `which`. E_NOTFOUND. */
enum err store_read_item(struct store_reader *r, const struct item *which,
    struct arena *a, struct item *out) MUST_USE;

/* ---- the audit --------------------------------------------------------- */

struct audit_row {
	int64_t id; /* rises */
	int64_t at, company, agent, conversation;
	struct str what;    /* "accept", "login", "agent.change" ... */
	struct str outcome; /* "ok", or the refusal's word */
	struct str detail;  /* JSON object; nothing secret */
};

/* In: row but its id. E_NOTFOUND: no such company. */
struct store_audit {
	struct audit_row row;
};

/* Of a company, id < before (0: the newest), the newest first; conversation
 * and agent: only theirs; 0: all. */
struct audit_ask {
	int64_t company, agent, conversation, before;
};
enum err store_list_audit(struct store_reader *r, const struct audit_ask *ask,
    struct arena *a, struct audit_row *out, size_t *n) MUST_USE;

/*
 * Lines about no conversation, of all companies, id > *after, in order: for
 * who must hear of what other processes do to accounts. *after becomes the
 * newest line's id, or, where there may be more, the last one's given. *after
 * < 0: none is given, and it becomes the newest line's.
 */
enum err store_follow_audit(struct store_reader *r, int64_t *after,
    struct arena *a, struct audit_row *out, size_t *n) MUST_USE;

#endif
