/*
 * staff_proof: somebody shows a password, and then the second thing. Whether
 * there is such an account shows neither in the answer nor in the time: for
 * nobody, too, a hash is made. Each try counts against the account before its
 * outcome is known; who is right gets it back.
 */
#include "gateway/staff_inside.h"

#include <sodium.h>

/* ---- counting ---------------------------------------------------------- */

static void
wait_first(struct request *r, int64_t ms)
{
	const struct frame_error error = {.code = FAULT_TOO_MANY,
	    .detail = STR("too many failures; wait as Retry-After says")};

	request_add_header(r, "Retry-After",
	    arena_printf(
		request_arena(r), "%lld", (long long)((ms + 999) / 1000)));
	request_fault(r, &error);
}

static struct str
account_key(const struct staff_proof *p)
{
	return (struct str){p->account_key, p->account_key_size};
}

/* Company and e-mail, whether there is such an account or not. */
static void
set_account_key(struct staff_proof *p)
{
	size_t n = sizeof(p->company), room = sizeof(p->account_key) - n;
	size_t mail = p->mail.n < room ? p->mail.n : room;

	memcpy(p->account_key, &p->company, n);
	if (mail > 0)
		memcpy(p->account_key + n, p->mail.p, mail);
	p->account_key_size = n + mail;
}

static bool
try(struct staff_proof *p, enum guess guess, struct str key)
{
	const struct gateway *g = p->work.gateway;
	int64_t wait = 0;

	if (throttle_try(p->work.staff->throttle, guess, key,
		clock_steady(g->clock), &wait))
		return true;
	metric_add(g->metrics, METRIC_LOGINS_THROTTLED, 1);
	wait_first(p->work.request, wait);
	return false;
}

/* The password was right, or nobody has looked: no failure of anybody's. */
static void
undo(struct staff_proof *p)
{
	struct throttle *t = p->work.staff->throttle;

	if (p->counted)
		throttle_undo(t, GUESS_ACCOUNT, account_key(p));
	if (p->address.n > 0)
		throttle_undo(t, GUESS_ADDRESS, p->address);
	p->counted = false;
	p->address = STR("");
}

void
staff_proof_good(struct staff_proof *p)
{
	struct throttle *t = p->work.staff->throttle;

	throttle_forgive(t, GUESS_ACCOUNT, account_key(p));
	throttle_forgive(t, GUESS_CODE, account_key(p));
	if (p->address.n > 0)
		throttle_undo(t, GUESS_ADDRESS, p->address);
}

/* ---- what is told of failures ------------------------------------------ */

static void
note(struct staff_proof *p, const char *outcome)
{
	const struct audit_row row = {.at = clock_wall(p->work.gateway->clock),
	    .company = p->company,
	    .agent = p->known ? p->agent.id : 0,
	    .what = str_from(p->what),
	    .outcome = str_from(outcome)};

	struct log_line l;

	metric_add(p->work.gateway->metrics, METRIC_LOGINS_REFUSED, 1);
	if (log_begin(p->work.gateway->log, LOG_INFO, "staff.refused", &l)) {
		log_str(&l, "what", row.what);
		log_str(&l, "why", row.outcome);
		log_str(&l, "address", p->from);
		log_num(&l, "agent", row.agent);
		log_end(&l);
	}
	if (p->company != 0)
		staff_write_line(p->work.staff, &row);
}

/* ---- the password ------------------------------------------------------ */

static void
password_decide(struct staff_work *w)
{
	struct staff_proof *p = CONTAINER_OF(w, struct staff_proof, work);

	if (p->hashing.op.matches && p->known) {
		p->proven(p);
		return;
	}
	note(p, "bad_login");
	staff_fault(w->request, STAFF_BAD_LOGIN,
	    "there is no account with this e-mail and password");
}

static enum err
find(struct staff_proof *p)
{
	struct arena *a = request_arena(p->work.request);
	const struct agent_ask ask = {p->company, p->mail};
	enum err e;

	if (p->work.who.agent != 0)
		e = store_read_agent(
		    p->work.reader, p->work.who.agent, a, &p->agent);
	else
		e = store_find_agent(p->work.reader, &ask, a, &p->agent);
	p->known = e == OK && p->agent.state == AGENT_ACTIVE &&
		   p->agent.password.n > 0;
	if (p->work.who.agent != 0)
		p->mail = p->agent.email;
	return e == E_NOTFOUND ? OK : e;
}

static void
look(struct staff_work *w)
{
	struct staff_proof *p = CONTAINER_OF(w, struct staff_proof, work);
	enum err e = find(p);

	if (e != OK) {
		staff_store_fault(w->request, e);
		return;
	}
	set_account_key(p);
	if (!try(p, GUESS_ACCOUNT, account_key(p)))
		return;
	p->counted = true;
	p->hashing = (struct staff_hashing){
	    .op = {.deed = HASH_CHECK,
		.password = p->password,
		.hash = p->known ? p->agent.password : STR("")},
	    .work = w,
	    .then = password_decide};
	if ((e = staff_hash(&p->hashing)) == OK)
		return;
	/* A full queue is nobody's failure. */
	undo(p);
	staff_hash_fault(w->request, e);
}

void
staff_proof_of(struct staff_proof *p, const struct agent_row *agent)
{
	p->agent = *agent;
	p->company = agent->company;
	p->mail = agent->email;
	p->known = true;
	set_account_key(p);
}

bool
staff_prove(struct staff_proof *p)
{
	p->work.run = look;
	request_wait_longer(p->work.request, HASH_WAIT_MS);
	if (p->address.n > 0) {
		p->work.gateway = request_context(p->work.request);
		p->work.staff = p->work.gateway->staff;
		if (!try(p, GUESS_ADDRESS, p->address))
			return false;
	}
	return staff_run(&p->work);
}

/* ---- the second thing -------------------------------------------------- */

static enum err
use_step(struct staff_proof *p, uint64_t step)
{
	struct store_op op = {.verb = STORE_AGENT};

	op.agent.row.id = p->agent.id;
	op.agent.row.totp_step = step;
	op.agent.set = AGENT_STEP;
	return store_submit_wait(p->work.gateway->store, &op);
}

static enum err
use_backup(struct staff_proof *p)
{
	struct store_op op = {.verb = STORE_AGENT};
	struct buf rest = {0};
	enum err e = E_STALE;

	op.agent.row.id = p->agent.id;
	op.agent.set = AGENT_BACKUP;
	op.agent.backup_was = p->agent.backup;
	if (backup_use(p->agent.backup, p->code, &rest) && !rest.failed) {
		op.agent.row.backup = buf_view(&rest);
		e = store_submit_wait(p->work.gateway->store, &op);
	}
	buf_free(&rest);
	return e;
}

/* E_STALE: it is wrong, or was used already. */
static enum err
use_code(struct staff_proof *p)
{
	struct totp_ask ask = {.code = p->code,
	    .now_s = clock_wall(p->work.gateway->clock) / 1000,
	    .used = p->agent.totp_step};
	unsigned char secret[TOTP_SECRET_BYTES];
	uint64_t step;
	bool good;

	ask.secret = (struct str){(const char *)secret, sizeof(secret)};
	if (!staff_totp_open(p->work.staff, p->agent.totp, secret))
		return E_IO;
	good = totp_check(&ask, &step);
	sodium_memzero(secret, sizeof(secret));
	return good ? use_step(p, step) : use_backup(p);
}

bool
staff_prove_code(struct staff_proof *p)
{
	enum err e;

	if (p->agent.totp.n == 0)
		return true;
	undo(p);
	if (p->code.n == 0) {
		staff_fault(p->work.request, STAFF_CODE_NEEDED,
		    "send the authenticator's code, or a backup code, as "
		    "code");
		return false;
	}
	if (!try(p, GUESS_CODE, account_key(p)))
		return false;
	e = use_code(p);
	if (e == OK)
		return true;
	if (e == E_STALE) {
		note(p, "bad_code");
		staff_fault(p->work.request, STAFF_BAD_CODE,
		    "it is wrong, or was used already; wait for the next one");
	} else {
		staff_store_fault(p->work.request, e);
	}
	return false;
}
