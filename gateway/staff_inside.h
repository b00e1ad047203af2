/*
 * staff_inside: what the files staff*.c share with each other and nobody else.
 *
 * staff.c		start and stop
 * staff_fault.c	what can be wrong, in one table
 * staff_body.c		bodies, read by table
 * staff_write.c	what is answered
 * staff_who.c		who is calling: cookie or key, origin, permission
 * staff_cache.c	callers of a moment ago
 * staff_work.c		the rest of a request on a thread that may wait
 * staff_note.c		the audit's lines
 * staff_proof.c	a password, and the second thing, are shown
 * staff_session.c	sessions: begun, listed, ended
 * staff_login.c	login, logout, me
 * staff_accept.c	links: invitations and resets
 * staff_secret.c	one's own password and authenticator
 * staff_reach.c	whom one may change, and which roles give
 * staff_agents.c	colleagues
 * staff_roles.c	roles of the company's own
 * staff_keys.c		keys of the API
 */
#ifndef GATEWAY_STAFF_INSIDE_H
#define GATEWAY_STAFF_INSIDE_H

#include "core/company.h"
#include "core/totp.h"
#include "gateway/hasher.h"
#include "gateway/staff.h"
#include "gateway/throttle.h"

/* How many sessions one has at once; the oldest ends for a new one. */
#define SESSIONS_MAX 20u
#define KEYS_MAX 200u
#define ROLES_MAX 50u
#define LINK_LIFE_MS ((int64_t)7 * 24 * 3600 * 1000) /* invitation */
#define RESET_LIFE_MS ((int64_t)24 * 3600 * 1000)
#define WORDS_MAX 50
/* A slow machine may take so long for all that wait for a hash. */
#define HASH_WAIT_MS 20000
#define PASSWORD_READ_MAX 1024
#define CODE_READ_MAX 40

/* What is guessed at, in the order of the rules in staff.c. */
enum guess {
	GUESS_ACCOUNT, /* one's password, by company and e-mail */
	GUESS_ADDRESS, /* anybody's password, from one address */
	GUESS_CODE,    /* one's second thing, by who has the password */
	GUESSES
};

struct staff_cache;

struct staff {
	struct gateway *gateway;
	struct pool *pool;
	struct hasher *hasher;
	struct staff_cache *cache;
	struct throttle *throttle; /* by enum guess */
	struct limits *notes;	   /* lines of the audit on refusals */
	struct token_keys keys;	   /* that seal authenticators' secrets */
	_Atomic int64_t swept_at;  /* steady ms */
	void (*ended)(void *arg, const struct staff_ended *e);
	void *ended_arg;
};

/* ---- staff_cache.c: any thread ----------------------------------------- */

enum err staff_cache_open(struct staff *s, struct staff_cache **out) MUST_USE;
void staff_cache_close(struct staff_cache *c); /* NULL is fine */
/*
 * Whose hash this is. E_DENIED: nobody's, or no longer. Counts as use. May
 * block for a few point reads.
 */
enum err staff_cache_get(struct staff_cache *c,
    const unsigned char hash[PASS_HASH], struct caller *out) MUST_USE;
/* What is known of these is looked up anew. pass 0: all of the agent's. */
void staff_cache_drop(struct staff_cache *c, int64_t agent, int64_t pass);
/* All of a company. */
void staff_cache_forget(struct staff_cache *c, int64_t company);

/* Which key made this key; 0: none did. */
int64_t staff_key_from(const struct pass_row *row);

/* What a role may do in this company; none that there is not. */
enum err staff_role(struct store_reader *r, int64_t company, struct str role,
    struct arena *a, unsigned *permissions) MUST_USE;

/* ---- staff_who.c ------------------------------------------------------- */

#define STAFF_TOKEN_BYTES 32u
#define STAFF_TOKEN_TEXT 64u /* "fdk_" and base64url, with its NUL */

/* A fresh one, "PREFIX" and random text; its hash goes to the store. */
void staff_token_new(const char *prefix, char text[STAFF_TOKEN_TEXT],
    unsigned char hash[PASS_HASH]);
/* False: it does not begin so. */
bool staff_token_hash(
    struct str text, const char *prefix, unsigned char hash[PASS_HASH]);

/* Do browsers see us by https? While the handler runs. */
bool staff_is_secure(struct request *r);
/* The header, or none for a page of ours; else *error. */
bool staff_origin(struct request *r, bool needed, struct frame_error *error);
/* Of "a=1; b=2": 2 for b. .p NULL: there is none. */
struct str staff_cookie_value(struct str all, struct str name);
/* Adds Set-Cookie. token NULL: it goes. */
void staff_cookie(
    struct request *r, bool secure, const char *token, int64_t life_ms);

/* ---- staff_work.c ------------------------------------------------------ */

/*
 * Has op done, and then `then` called as w->run was: the last thing that run()
 * does. On an error nothing is under way, and staff_hash_fault() answers; when
 * the hash fails later, the request is answered.
 */
struct staff_hashing {
	struct hash_op op;
	struct staff_work *work;
	void (*then)(struct staff_work *w);
};
enum err staff_hash(struct staff_hashing *h) MUST_USE;
void staff_hash_fault(struct request *r, enum err e);

/* Who is calling, and if `session`, not by a key; else answers. */
bool staff_enter(
    struct request *r, unsigned permission, bool session, struct caller *out);
/* staff_begin() for what takes a session. */
void staff_begin_session(
    struct request *r, void (*run)(struct staff_work *w), void *arg);
/* As staff_begin(), with the body read into arg. */
struct body_member;
struct staff_form {
	unsigned permission;
	bool session;
	const struct body_member *members;
	void *into;
	unsigned *set; /* or NULL */
};
void staff_begin_form(struct request *r, const struct staff_form *form,
    void (*run)(struct staff_work *w));

/* arena_alloc() of zeros; on no memory the request is answered. */
void *staff_alloc(struct request *r, size_t size);
/* Submits and waits; on an error but those of `handled` answers. */
bool staff_done(struct staff_work *w, struct store_op *op);
/* Answers that there is no such thing; which may be another company's. */
void staff_missing(struct staff_work *w, const char *what, int64_t id);
/* Of "/v1/staff/agents/5/reset", after the first slashes: 5, and "reset".
 * False: no such path, and the request is answered. */
bool staff_path(
    struct request *r, const char *before, int64_t *id, const char *after);
/* The last part of a path. */
struct str staff_path_rest(struct request *r, const char *before);

/* ---- staff_note.c ------------------------------------------------------ */

/* A line on what w does, for an op of its own; detail in the arena. */
struct audit_row staff_line(
    const struct staff_work *w, const char *what, struct str detail);
/* Those passes have ended: out of the cache, and told. */
void staff_tell_ended(struct staff *s, const struct staff_ended *e);

/* ---- staff_proof.c ----------------------------------------------------- */

/*
 * Somebody shows a password. In: work.request, company, mail, password; on the
 * HTTP thread. Answers what is refused, counts what fails.
 */
struct staff_proof {
	struct staff_work work;
	struct staff_hashing hashing;
	struct str company_key; /* of a login; else company is set */
	int64_t company;
	struct str mail, password, code;
	struct str address; /* whose failures they are; empty: nobody's */
	struct str from;    /* the same as text, for the log */
	const char *what;   /* for the audit */
	bool known;	    /* there is such an account, and it is active */
	struct agent_row agent;
	char account_key[sizeof(int64_t) + 256];
	size_t account_key_size;
	bool counted; /* a try against the account */
	/* The password was right; agent is theirs. work.reader is set. */
	void (*proven)(struct staff_proof *p);
};

bool staff_prove(struct staff_proof *p);
/* Who it is was shown in another way. */
void staff_proof_of(struct staff_proof *p, const struct agent_row *agent);
/* The second thing, if the account has one; false: the request is answered. */
bool staff_prove_code(struct staff_proof *p);
/* Everything was right: its failures are forgotten. */
void staff_proof_good(struct staff_proof *p);

/* ---- staff_session.c --------------------------------------------------- */

/* What a session needs of its request, copied while the handler runs. */
struct staff_door {
	bool secure;
	struct str browser; /* for the list of sessions */
};
bool staff_door(struct request *r, struct staff_door *out);

/*
 * Begins a session of the agent (as read) and answers with ACCOUNT and the
 * cookie; or with what is wrong.
 */
void staff_session_begin(struct staff_work *w, const struct agent_row *agent,
    const struct staff_door *door, const char *what);

/* ---- staff_reach.c: each answers what it refuses ----------------------- */

/* What was asked for is refused, and a line of the audit says so. */
bool staff_refuse_deed(struct staff_work *w, const char *what,
    enum staff_fault f, const char *detail);
/* One of the caller's company. */
bool staff_read_agent(struct staff_work *w, int64_t id, struct agent_row *out);
/* Another, who may nothing that the caller may not. */
bool staff_may_manage(
    struct staff_work *w, const struct agent_row *row, const char *what);
/* Is there such a role, and may it nothing that the caller may not? */
bool staff_may_give(struct staff_work *w, struct str role, const char *what);

/* ---- staff_write.c ----------------------------------------------------- */

/* fully: with e-mail, totp, created_at. */
void staff_write_agent(
    struct buf *out, const struct agent_row *row, bool fully);
/* agent NULL: a key of the company's own. */
void staff_write_account(struct buf *out, const struct company *company,
    const struct agent_row *agent, const struct caller *who);

/* ---- staff_secret.c ---------------------------------------------------- */

/* Why the account may not have this password; NULL: it may. */
const char *staff_password_fault(
    struct staff_work *w, const struct agent_row *agent, struct str password);
/* The secret of an authenticator. False: it was sealed under other keys. */
bool staff_totp_open(const struct staff *s, struct str sealed,
    unsigned char out[TOTP_SECRET_BYTES]);

/* ---- staff_accept.c ---------------------------------------------------- */

/*
 * A link for the agent, answered together with `before` (a beginning of a JSON
 * object, open), which is freed. kind: PASS_INVITATION or PASS_RESET.
 */
void staff_link_answer(struct staff_work *w, int64_t agent, enum pass_kind kind,
    struct buf *before);

#endif
