/*
 * staff: who of a company's people is let in, and what they may do about
 * themselves and each other: the accounts' part of the sellers' API. What they
 * do with conversations stands in gateway/seller.h and asks here who calls.
 *
 * schemas/staff.schema.json has every shape; tests hold real traffic against
 * it. All bodies are JSON objects; all times wall milliseconds; faults come as
 * application/problem+json, with the codes in the table of staff_fault.c and
 * those of every route (channels/web/fault.c).
 *
 * ---- how one is let in ---------------------------------------------------
 *
 * Browsers have a session: a random token of 256 bits in a cookie (HttpOnly,
 * SameSite=Strict, Path=/; where browsers see us by https also Secure, and its
 * name is "__Host-frontdesk", else "frontdesk"). Programs have a key of the
 * API, in "Authorization: Bearer fdk_...". The store has only SHA-256 of
 * either. A request with both goes by its key.
 *
 * A session ends when it was not used for session_idle, or is older than
 * session_life, or by logout, another's deed, a new password, or when the
 * account is disabled; WebSockets that came in by it end with it. A key ends
 * when it expires or is ended, and can never do what its maker could not.
 *
 * Whatever comes by cookie and changes something, or opens a WebSocket, must
 * come from our own pages: the header Origin must be exactly our origin.
 *
 * ---- routes --------------------------------------------------------------
 *
 * Without being let in:
 *
 *	POST /v1/staff/login {"company":"demo","email":"anna@shop.example",
 *	 "password":"...","code":"123456"} -> ACCOUNT, and the cookie. `code`,
 *	 of the authenticator or a backup code, only where it is asked for:
 *	 401 code_needed says so. 401 bad_login: no such e-mail, or the
 *	 password is wrong, or the account is disabled; which one shows neither
 *	 in the answer nor in the time it takes. 429: wait as Retry-After says;
 *	 each failure makes the next wait longer, for the account and for the
 *	 address.
 *	POST /v1/staff/accept {"token":"fdi_...","password":"...",
 *	 "name":"Anna"} -> ACCOUNT, and the cookie: an invitation or a reset is
 *	 used, once. 422 weak_password says what is wrong with it.
 *
 * ACCOUNT is {"agent":AGENT,"permissions":["answer",...],
 * "company":{"key":"demo","name":"..."},"session":{"id":7,"kind":"session",
 * "expires_at":...}}.
 *
 * About oneself; those with * take a session, not a key (403 session_needed):
 *
 *	GET  /v1/staff/me -> ACCOUNT; by a company's own key "agent" is null
 *	POST /v1/staff/logout {} * -> 204, and the cookie is gone
 *	POST /v1/staff/password {"old":"...","new":"..."} * -> ACCOUNT, and a
 *	 new cookie; all other sessions end
 *	POST /v1/staff/totp/begin {"password":"..."} * -> {"secret":"BASE32",
 *	 "url":"otpauth://...","ticket":"..."}; nothing has changed yet
 *	POST /v1/staff/totp/confirm {"ticket":"...","code":"123456"} * ->
 *	 {"codes":["xxxx-xxxx-xxxx", ... ten]}: the authenticator is asked for
 *	 from now on; the backup codes are shown this once
 *	POST /v1/staff/totp/codes {"password":"..."} * -> ten new codes; the old
 *	 ones are void
 *	POST /v1/staff/totp/remove {"password":"..."} * -> 204
 *	GET  /v1/staff/sessions * -> {"sessions":[{"id","name","created_at",
 *	 "seen_at","expires_at","current"}]}
 *	DELETE /v1/staff/sessions * -> 204: all but this one end
 *	DELETE /v1/staff/sessions/ID * -> 204
 *
 * About others. AGENT is {"id","version","email","name","role","state",
 * "capacity" (hundredths of a chat),"skills","languages","teams","online",
 * "away","chats","totp","created_at"}; "email", "totp" and "created_at" only
 * to oneself and to who may manage_staff. Nobody changes who may do something
 * that they may not do themselves (403 forbidden), nor their own role or state
 * (409 yourself).
 *
 *	GET  /v1/staff/agents?after=ID -> {"agents":[AGENT, ... 100],
 *	 "next":ID}; next is there where there may be more: after=next
 *	GET  /v1/staff/agents/ID -> AGENT
 *	PATCH /v1/staff/agents/ID {"version":3, what is to change of: "email",
 *	 "name","role","state" ("active"|"disabled"),"capacity","skills",
 *	 "languages","teams"} -> AGENT; 409 changed: it is another version now;
 *	 409 taken: that e-mail. manage_staff; one's own name and languages
 *	 anybody
 *	POST /v1/staff/invitations {"email","name","role", may be: "capacity",
 *	 "skills","languages","teams"} -> {"agent":AGENT,"link":"...",
 *	 "expires_at"}; manage_staff. For one who is invited already: a new
 *	 link, and the old one is void
 *	POST /v1/staff/agents/ID/reset {"totp":false} -> {"link","expires_at"}:
 *	 sets a new password when used; totp: the authenticator is forgotten at
 *	 once. manage_staff
 *	DELETE /v1/staff/agents/ID/sessions -> 204; manage_staff
 *
 * A link is our origin and "/console/#invitation=TOKEN" or "#reset=TOKEN": what
 * stands behind "#" is not sent to any server.
 *
 *	GET  /v1/staff/roles -> {"roles":[{"name","permissions","builtin",
 *	 "version"}]}
 *	PUT  /v1/staff/roles/NAME {"permissions":[...],"version":2} -> the role;
 *	 `version` only of one that is there already; manage_staff
 *	DELETE /v1/staff/roles/NAME -> 204; 409 in_use; manage_staff
 *	GET  /v1/staff/keys -> {"keys":[{"id","name","role","agent" (0: the
 *	 company's own),"created_at","seen_at","expires_at" (0: never)}]};
 *	 manage_keys
 *	POST /v1/staff/keys {"name","role", may be: "days","personal"} -> the
 *	 same with "key":"fdk_...", which is shown this once. personal: what is
 *	 done with it is done by its maker, and ends with them; manage_keys.
 *	 What a key makes does not outlive it: it ends no later, and is ended
 *	 with it; a personal one makes only personal ones
 *	DELETE /v1/staff/keys/ID -> 204; manage_keys
 *
 * What is not one's company's is not there: 404.
 */
#ifndef GATEWAY_STAFF_H
#define GATEWAY_STAFF_H

#include "core/role.h"
#include "gateway/gateway.h"
#include "gateway/http.h"
#include "gateway/pool.h"

struct staff;

/* ---- faults: staff_fault.c --------------------------------------------- */

enum staff_fault {
	STAFF_NOT_LOGGED_IN, /* nothing shown, or forged, expired, ended */
	STAFF_BAD_LOGIN,
	STAFF_CODE_NEEDED,
	STAFF_BAD_CODE,
	STAFF_BAD_LINK, /* of an invitation or reset: void, used or expired */
	STAFF_FORBIDDEN,
	STAFF_SESSION_NEEDED, /* a key does not do */
	STAFF_WEAK_PASSWORD,
	STAFF_CHANGED, /* it is another version now */
	STAFF_TAKEN,
	STAFF_YOURSELF,
	STAFF_IN_USE,
	STAFF_FULL, /* as many as there may be */
	STAFF_FAULTS
};

/* For struct frame_error's `row`. */
const struct fault_row *staff_fault_row(enum staff_fault f);
/* Sets *error; gives false back. detail is a literal, or the arena's. */
bool staff_refuse(
    struct frame_error *error, enum staff_fault f, const char *detail);
/* What the store says of what is asked of it here: not found is 404. */
struct frame_error staff_store_error(enum err e);

/* ---- who is calling: staff_who.c --------------------------------------- */

#define STAFF_NAME_MAX 80u /* characters */
#define STAFF_NAME_BYTES (4 * STAFF_NAME_MAX)

struct caller {
	int64_t company;
	int64_t agent;	     /* 0: a key of the company's own */
	int64_t pass;	     /* the session or key */
	enum pass_kind kind; /* PASS_SESSION or PASS_KEY */
	unsigned permissions;
	int64_t expires_at; /* wall ms; 0: never */
	unsigned char hash[PASS_HASH];
	char name[STAFF_NAME_BYTES + 1]; /* the agent's; if 0, the key's */
	char role[ROLE_NAME_MAX + 1];
};

/*
 * Who sent this request, and may they do this (a bit of enum permission; 0:
 * whatever they may)? On false *error says why not; where it is known who it
 * is, that is in the audit. On an HTTP thread while the handler runs. A caller
 * who was not seen for STAFF_FRESH_MS costs a few point reads of the store.
 */
bool staff_caller(struct request *r, unsigned permission, struct caller *out,
    struct frame_error *error) MUST_USE;
#define STAFF_FRESH_MS 1000

/*
 * The same by a key alone, as it stands in the first frame of a WebSocket that
 * has no cookie. Any thread; may block for a few point reads.
 */
bool staff_by_key(struct staff *s, struct str key, struct caller *out,
    struct frame_error *error) MUST_USE;

/* Has it this permission? Else *error and the audit say so. Any thread. */
bool staff_may(struct staff *s, const struct caller *who, unsigned permission,
    struct frame_error *error) MUST_USE;

/*
 * Is a caller of before still let in? For WebSockets: ask every
 * STAFF_LOOK_MS, and more often than session_idle; it counts as use. Sets
 * permissions and expires_at anew. E_DENIED: no longer; E_IO, E_NOMEM,
 * E_LIMIT: not known now, ask again. May block for a few point reads. Any
 * thread.
 */
enum err staff_look(struct staff *s, struct caller *who) MUST_USE;
#define STAFF_LOOK_MS 30000

/*
 * fn is called when passes have ended here, so that WebSockets which came in
 * by them can be closed at once. pass: that one; 0: all sessions of the agent
 * save `but`, and, with `keys`, their keys. Any thread; must not block. What
 * was ended by another process is in the audit, and shows in staff_look()
 * behind staff_forget(). At most one fn, set before the front opens.
 */
struct staff_ended {
	int64_t company, agent, pass;
	int64_t but; /* this session goes on; 0: none */
	bool keys;
	bool changed; /* they are still good, but may do something else now */
};
void staff_on_ended(struct staff *s,
    void (*fn)(void *arg, const struct staff_ended *e), void *arg);

/*
 * Others may have changed who of this company is let in, or what they may:
 * what is known of it is asked anew. Any thread.
 */
void staff_forget(struct staff *s, int64_t company);

/*
 * A line of the audit on something refused: forgets it rather than block or
 * let one caller fill the disk. detail: a JSON object, or empty. Any thread.
 * (What is done has its line in its own op; see store/staff.h.)
 */
struct staff_refused {
	int64_t conversation; /* or 0 */
	const char *what, *outcome;
	struct str detail;
};
void staff_note(struct staff *s, const struct caller *who,
    const struct staff_refused *refused);

/*
 * A line by itself, later, of what an op does that takes none, or of nobody
 * who was let in. It is lost where the store takes no more. Any thread.
 */
void staff_write_line(struct staff *s, const struct audit_row *row);

/* ---- work that may block: staff_work.c --------------------------------- */

/*
 * Answering mostly takes reads and a commit. HTTP threads may not wait for
 * either, so the rest of a request runs on one of the staff's threads, which
 * may: run() reads by `reader`, calls store_submit_wait(), and answers.
 */
struct staff_work {
	struct staff *staff;
	struct gateway *gateway;
	struct request *request;
	struct store_reader *reader; /* set while run() runs */
	struct caller who;
	void (*run)(struct staff_work *w);
	void *arg; /* the caller's: in the request's arena */

	struct pool_job job; /* the staff's */
};

/*
 * Has w->run(w) called. w lives in the request's arena; request, who, run and
 * arg are set. On false the request was answered (too much waits).
 */
bool staff_run(struct staff_work *w);
/*
 * The usual beginning of a route: who is calling, and then the rest of it.
 * Answers what is refused. arg as in struct staff_work.
 */
void staff_begin(struct request *r, unsigned permission,
    void (*run)(struct staff_work *w), void *arg);

/* Answers; text is freed. Any thread. */
void staff_answer(struct request *r, unsigned status, struct buf *text);
void staff_fault(struct request *r, enum staff_fault f, const char *detail);
void staff_error(struct request *r, const struct frame_error *error);
void staff_store_fault(struct request *r, enum err e);

/* ---- for commands, without a gateway ----------------------------------- */

/* How many hundredths of a chat one has who was told nothing else. */
#define STAFF_CAPACITY 300

/*
 * Begins an invitation or a reset (PASS_INVITATION, PASS_RESET) of the agent,
 * in place of any before, and adds the link to out. line: when, by whom, of
 * which company; the rest of it is set here. Errors as of PASS_BEGIN. Blocks
 * for a commit.
 */
struct staff_link {
	int64_t agent;
	enum pass_kind kind;
	const char *base; /* our origin, without "/" at the end */
	struct audit_row line;
	int64_t expires_at; /* out */
};
enum err staff_link_make(
    struct store *s, struct staff_link *l, struct buf *out) MUST_USE;

/* ---- life -------------------------------------------------------------- */

/* E_IO, E_NOMEM. */
enum err staff_start(struct gateway *g, struct staff **out) MUST_USE;
/* After the front: what waits is answered first. NULL is fine. */
void staff_stop(struct staff *s);

/* ---- routes: on HTTP threads ------------------------------------------- */

void staff_login(struct request *r);
void staff_logout(struct request *r);
void staff_accept(struct request *r);
void staff_me(struct request *r);
void staff_password(struct request *r);
void staff_totp_begin(struct request *r);
void staff_totp_confirm(struct request *r);
void staff_totp_codes(struct request *r);
void staff_totp_remove(struct request *r);
void staff_sessions(struct request *r); /* GET */
void staff_sessions_end(struct request *r);
void staff_agents(struct request *r); /* GET, all or one */
void staff_agent_change(struct request *r);
void staff_agent_post(struct request *r); /* /ID/reset */
void staff_agent_end(struct request *r);  /* /ID/sessions */
void staff_invite(struct request *r);
void staff_roles(struct request *r);
void staff_role_put(struct request *r);
void staff_role_end(struct request *r);
void staff_keys(struct request *r);
void staff_key_new(struct request *r);
void staff_key_end(struct request *r);

#endif
