/*
 * staff_secret: one's own password and authenticator. Each takes the password,
 * so that who finds an open browser cannot keep the account.
 */
#include "core/password.h"
#include "gateway/staff_body.h"
#include "gateway/staff_inside.h"

#include <sodium.h>
#include <stdio.h>

#define SECRET_HEX (2 * TOTP_SECRET_BYTES)
#define TICKET_LIFE_MS 900000
#define ABOUT_MAX 24u

struct change {
	struct staff_proof proof;
	struct staff_door door;
	struct staff_hashing hashing; /* of the new password */
	struct str fresh, ticket;
};

#define AT(member) offsetof(struct change, member)
#define PASSWORD(word) \
	{ \
		.name = word, .read = body_secret, .at = AT(proof.password), \
		.max = PASSWORD_READ_MAX, \
		.right = "your password now, as a string" \
	}

/* Who shows a password: themselves, by a session. */
static void
begin(struct request *r, const struct body_member *members, const char *what,
    void (*proven)(struct staff_proof *p))
{
	struct frame_error error = {.code = FAULT_NONE};
	struct change *c = staff_alloc(r, sizeof(*c));

	if (c == NULL || !staff_enter(r, 0, true, &c->proof.work.who))
		return;
	if (!body_read(r, members, c, NULL, &error)) {
		request_fault(r, &error);
		return;
	}
	if (!staff_door(r, &c->door))
		return;
	c->proof.work.request = r;
	c->proof.company = c->proof.work.who.company;
	c->proof.what = what;
	c->proof.proven = proven;
	(void)staff_prove(&c->proof);
}

/* ---- what must not be in a password ------------------------------------ */

static bool
is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	       (unsigned char)c >= 0x80;
}

/* The words of a text; also, of an address, those before and behind "@". */
static void
add_words(struct str text, struct str *out, size_t *n)
{
	size_t i = 0, begun;

	while (i < text.n && *n < ABOUT_MAX) {
		while (i < text.n && !is_letter(text.p[i]))
			i++;
		for (begun = i; i < text.n && is_letter(text.p[i]);)
			i++;
		if (i > begun)
			out[(*n)++] = (struct str){text.p + begun, i - begun};
	}
}

const char *
staff_password_fault(
    struct staff_work *w, const struct agent_row *agent, struct str password)
{
	struct company *company = NULL;
	struct str about[ABOUT_MAX];
	const char *fault;
	size_t n = 0;

	add_words(agent->email, about, &n);
	add_words(agent->name, about, &n);
	if (company_cache_by_id(
		w->gateway->companies, agent->company, &company) == OK) {
		add_words(company->key, about, &n);
		add_words(company->name, about, &n);
	}
	fault = password_fault(password, about, n);
	company_unref(company);
	return fault;
}

/* ---- password ---------------------------------------------------------- */

static const struct body_member password_members[] = {
    PASSWORD("old"),
    {.name = "new",
	.read = body_secret,
	.at = AT(fresh),
	.max = PASSWORD_READ_MAX,
	.right = "the new password, as a string"},
    {.name = NULL},
};

/* The store ends all sessions with it; this one begins anew. */
static void
store_password(struct staff_work *w)
{
	struct change *c = CONTAINER_OF(w, struct change, proof.work);
	struct agent_row *agent = &c->proof.agent;
	struct audit_row line = staff_line(w, "password.change", STR(""));
	struct store_op op = {.verb = STORE_AGENT};
	struct staff_ended ended = {
	    .company = agent->company, .agent = agent->id};

	op.agent.row.id = agent->id;
	op.agent.row.password = str_from(c->hashing.op.made);
	op.agent.set = AGENT_PASSWORD;
	op.agent.version = agent->version;
	op.agent.audit = &line;
	if (!staff_done(w, &op))
		return;
	agent->version = op.agent.row.version;
	staff_tell_ended(w->staff, &ended);
	staff_session_begin(w, agent, &c->door, "login");
}

static void
password_proven(struct staff_proof *p)
{
	struct change *c = CONTAINER_OF(p, struct change, proof);
	struct request *r = p->work.request;
	const char *fault;
	enum err e;

	staff_proof_good(p);
	fault = staff_password_fault(&p->work, &p->agent, c->fresh);
	if (fault != NULL) {
		staff_fault(r, STAFF_WEAK_PASSWORD, fault);
		return;
	}
	c->hashing = (struct staff_hashing){
	    .op = {.deed = HASH_MAKE, .password = c->fresh},
	    .work = &p->work,
	    .then = store_password};
	if ((e = staff_hash(&c->hashing)) != OK)
		staff_hash_fault(r, e);
}

void
staff_password(struct request *r)
{
	begin(r, password_members, "password.change", password_proven);
}

/* ---- the authenticator's secret ---------------------------------------- */

bool
staff_totp_open(const struct staff *s, struct str sealed,
    unsigned char out[TOTP_SECRET_BYTES])
{
	struct buf hex = {0};
	bool good;

	good = secret_open(&s->keys, sealed, &hex) == OK &&
	       hex.len == SECRET_HEX &&
	       sodium_hex2bin(out, TOTP_SECRET_BYTES, hex.data, hex.len, NULL,
		   NULL, NULL) == 0;
	if (hex.len > 0)
		sodium_memzero(hex.data, hex.len);
	buf_free(&hex);
	return good;
}

static bool
seal(const struct staff *s, const unsigned char secret[TOTP_SECRET_BYTES],
    struct buf *out)
{
	char hex[SECRET_HEX + 1];
	bool good;

	sodium_bin2hex(hex, sizeof(hex), secret, TOTP_SECRET_BYTES);
	good = secret_seal(&s->keys, str_from(hex), out) == OK;
	sodium_memzero(hex, sizeof(hex));
	return good;
}

/*
 * Until it is confirmed, what was begun is in a ticket that the browser keeps:
 * for whom, until when, and the secret, sealed.
 */
static bool
write_ticket(struct staff_proof *p,
    const unsigned char secret[TOTP_SECRET_BYTES], struct buf *out)
{
	char hex[SECRET_HEX + 1], text[SECRET_HEX + 64];
	int64_t until = clock_wall(p->work.gateway->clock) + TICKET_LIFE_MS;
	bool good;

	sodium_bin2hex(hex, sizeof(hex), secret, TOTP_SECRET_BYTES);
	(void)snprintf(text, sizeof(text), "totp %lld %lld %s",
	    (long long)p->agent.id, (long long)until, hex);
	good = secret_seal(&p->work.staff->keys, str_from(text), out) == OK;
	sodium_memzero(text, sizeof(text));
	sodium_memzero(hex, sizeof(hex));
	return good;
}

static bool
read_ticket(struct staff_work *w, struct str ticket,
    unsigned char secret[TOTP_SECRET_BYTES])
{
	long long agent = 0, until = 0;
	char hex[SECRET_HEX + 1];
	struct buf text = {0};
	bool good = ticket.n > sizeof(COMPANY_SEALED) &&
		    memcmp(ticket.p, COMPANY_SEALED,
			sizeof(COMPANY_SEALED) - 1) == 0 &&
		    secret_open(&w->staff->keys, ticket, &text) == OK;

	buf_char(&text, '\0');
	good = good && !text.failed &&
	       sscanf(text.data, "totp %19lld %19lld %40[0-9a-f]", &agent,
		   &until, hex) == 3 &&
	       agent == w->who.agent && clock_wall(w->gateway->clock) < until &&
	       sodium_hex2bin(secret, TOTP_SECRET_BYTES, hex, SECRET_HEX, NULL,
		   NULL, NULL) == 0;
	buf_free(&text);
	return good;
}

static void
answer_secret(struct staff_proof *p, const struct company *company,
    const unsigned char secret[TOTP_SECRET_BYTES])
{
	struct str bytes = {(const char *)secret, TOTP_SECRET_BYTES};
	struct buf text = {0}, ticket = {0}, url = {0};

	totp_url(&url, company->name, p->agent.email, bytes);
	text.failed = !write_ticket(p, secret, &ticket) || url.failed;
	buf_str(&text, "{\"secret\":\"");
	base32_write(&text, bytes);
	buf_str(&text, "\",\"url\":");
	buf_json(&text, buf_view(&url));
	buf_str(&text, ",\"ticket\":");
	buf_json(&text, buf_view(&ticket));
	buf_char(&text, '}');
	buf_free(&url);
	buf_free(&ticket);
	staff_answer(p->work.request, 200, &text);
}

static void
begin_proven(struct staff_proof *p)
{
	unsigned char secret[TOTP_SECRET_BYTES];
	struct company *company = NULL;
	enum err e;

	staff_proof_good(p);
	if (p->agent.totp.n > 0) {
		staff_fault(p->work.request, STAFF_IN_USE,
		    "there is an authenticator already; remove it first");
		return;
	}
	e = company_cache_by_id(
	    p->work.gateway->companies, p->agent.company, &company);
	if (e != OK) {
		staff_store_fault(p->work.request, e);
		return;
	}
	randombytes_buf(secret, sizeof(secret));
	answer_secret(p, company, secret);
	sodium_memzero(secret, sizeof(secret));
	company_unref(company);
}

/* ---- backup codes ------------------------------------------------------ */

struct codes {
	char text[BACKUP_CODES][BACKUP_TEXT + 1];
	struct buf stored;
};

static void
make_codes(struct codes *c)
{
	unsigned char random[BACKUP_RANDOM];

	for (size_t i = 0; i < BACKUP_CODES; i++) {
		randombytes_buf(random, sizeof(random));
		backup_code(random, c->text[i]);
	}
	backup_write(&c->stored, c->text, BACKUP_CODES);
}

static void
answer_codes(struct staff_work *w, const struct codes *c)
{
	struct buf text = {0};

	buf_str(&text, "{\"codes\":[");
	for (size_t i = 0; i < BACKUP_CODES; i++)
		buf_addf(&text, "%s\"%s\"", i == 0 ? "" : ",", c->text[i]);
	buf_str(&text, "]}");
	staff_answer(w->request, 200, &text);
}

/* The op, with its line; answers what goes wrong. */
static bool
store_totp(struct staff_work *w, struct store_op *op, const char *what)
{
	struct audit_row line = staff_line(w, what, STR(""));

	op->agent.row.id = w->who.agent;
	op->agent.audit = &line;
	return staff_done(w, op);
}

static void
codes_proven(struct staff_proof *p)
{
	struct codes codes = {.stored = {0}};
	struct store_op op = {.verb = STORE_AGENT};

	staff_proof_good(p);
	if (p->agent.totp.n == 0) {
		staff_fault(p->work.request, STAFF_CHANGED,
		    "there is no authenticator that they could stand in for");
		return;
	}
	make_codes(&codes);
	op.agent.set = AGENT_BACKUP;
	op.agent.backup_was = p->agent.backup;
	op.agent.row.backup = buf_view(&codes.stored);
	if (codes.stored.failed)
		staff_store_fault(p->work.request, E_NOMEM);
	else if (store_totp(&p->work, &op, "totp.codes"))
		answer_codes(&p->work, &codes);
	buf_free(&codes.stored);
	sodium_memzero(codes.text, sizeof(codes.text));
}

/* ---- confirm and remove ------------------------------------------------ */

static void
store_secret(struct staff_work *w, const struct agent_row *agent,
    const unsigned char secret[TOTP_SECRET_BYTES], uint64_t step)
{
	struct codes codes = {.stored = {0}};
	struct store_op op = {.verb = STORE_AGENT};
	struct buf sealed = {0};

	make_codes(&codes);
	if (!seal(w->staff, secret, &sealed) || codes.stored.failed) {
		staff_store_fault(w->request, E_NOMEM);
		goto done;
	}
	op.agent.set = AGENT_TOTP;
	op.agent.version = agent->version;
	op.agent.row.totp = buf_view(&sealed);
	op.agent.row.backup = buf_view(&codes.stored);
	op.agent.row.totp_step = step;
	if (store_totp(w, &op, "totp.on"))
		answer_codes(w, &codes);
done:
	buf_free(&sealed);
	buf_free(&codes.stored);
	sodium_memzero(codes.text, sizeof(codes.text));
}

static void
confirm(struct staff_work *w)
{
	const struct change *c = w->arg;
	unsigned char secret[TOTP_SECRET_BYTES];
	struct totp_ask ask = {.code = c->proof.code,
	    .now_s = clock_wall(w->gateway->clock) / 1000};
	struct agent_row agent;
	uint64_t step = 0;
	enum err e = store_read_agent(
	    w->reader, w->who.agent, request_arena(w->request), &agent);

	ask.secret = (struct str){(const char *)secret, sizeof(secret)};
	if (e != OK)
		staff_store_fault(w->request, e);
	else if (agent.totp.n > 0)
		staff_fault(w->request, STAFF_IN_USE,
		    "there is an authenticator already");
	else if (!read_ticket(w, c->ticket, secret))
		staff_fault(w->request, STAFF_BAD_CODE,
		    "the ticket is not yours, or is too old; begin again");
	else if (!totp_check(&ask, &step))
		staff_fault(w->request, STAFF_BAD_CODE,
		    "the authenticator shows another code; are its clock and "
		    "the secret right?");
	else
		store_secret(w, &agent, secret, step);
	sodium_memzero(secret, sizeof(secret));
}

static void
remove_proven(struct staff_proof *p)
{
	struct store_op op = {.verb = STORE_AGENT};

	staff_proof_good(p);
	op.agent.set = AGENT_TOTP;
	op.agent.version = p->agent.version;
	op.agent.row.totp_step = p->agent.totp_step;
	if (store_totp(&p->work, &op, "totp.off"))
		request_reply(p->work.request, 204, NULL, STR(""));
}

/* ---- routes ------------------------------------------------------------ */

static const struct body_member prove_members[] = {
    PASSWORD("password"),
    {.name = NULL},
};

static const struct body_member confirm_members[] = {
    {.name = "ticket",
	.read = body_secret,
	.at = AT(ticket),
	.max = 1000,
	.right = "the ticket of POST /v1/staff/totp/begin"},
    {.name = "code",
	.read = body_secret,
	.at = AT(proof.code),
	.max = CODE_READ_MAX,
	.right = "what the authenticator shows now, as a string"},
    {.name = NULL},
};

void
staff_totp_begin(struct request *r)
{
	begin(r, prove_members, "totp.on", begin_proven);
}

void
staff_totp_codes(struct request *r)
{
	begin(r, prove_members, "totp.codes", codes_proven);
}

void
staff_totp_remove(struct request *r)
{
	begin(r, prove_members, "totp.off", remove_proven);
}

void
staff_totp_confirm(struct request *r)
{
	struct change *c = staff_alloc(r, sizeof(*c));
	const struct staff_form form = {
	    .session = true, .members = confirm_members, .into = c};

	if (c != NULL)
		staff_begin_form(r, &form, confirm);
}
