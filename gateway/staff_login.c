/* staff_login: the way in with e-mail and password, and who one is. */
#include "gateway/staff_body.h"
#include "gateway/staff_inside.h"
#include "gateway/visitor.h"

/* ---- login ------------------------------------------------------------- */

struct login {
	struct staff_proof proof;
	struct staff_door door;
};

#define AT(member) offsetof(struct login, member)

static const struct body_member members[] = {
    {.name = "company",
	.read = body_line,
	.at = AT(proof.company_key),
	.max = 40,
	.right = "the company's key"},
    {.name = "email",
	.read = body_mail,
	.at = AT(proof.mail),
	.right = "the account's e-mail address"},
    {.name = "password",
	.read = body_secret,
	.at = AT(proof.password),
	.max = PASSWORD_READ_MAX,
	.right = "the password, as a string"},
    {.name = "code",
	.read = body_secret,
	.at = AT(proof.code),
	.optional = true,
	.max = CODE_READ_MAX,
	.right = "the authenticator's code or a backup code, as a string"},
    {.name = NULL},
};

static void
proven(struct staff_proof *p)
{
	struct login *l = CONTAINER_OF(p, struct login, proof);

	if (!staff_prove_code(p))
		return;
	staff_proof_good(p);
	staff_session_begin(&p->work, &p->agent, &l->door, "login");
}

/* Who stands behind the address; what failures are counted by. */
static struct str
address_key(struct request *r)
{
	struct address from = visitor_address(r), holder;

	holder = address_holder(&from);
	return arena_copy(request_arena(r),
	    (struct str){(const char *)holder.bytes, sizeof(holder.bytes)});
}

/* Nobody is told which companies there are: 0 has no accounts. */
static enum err
find_company(struct login *l)
{
	const struct gateway *g = request_context(l->proof.work.request);
	struct company *c = NULL;
	enum err e = E_NOTFOUND;

	if (company_key_valid(l->proof.company_key))
		e = company_cache_by_key(
		    g->companies, l->proof.company_key, &c);
	if (e == OK)
		l->proof.company = c->id;
	company_unref(c);
	return e == E_NOTFOUND ? OK : e;
}

void
staff_login(struct request *r)
{
	struct frame_error error = {.code = FAULT_NONE};
	struct login *l = staff_alloc(r, sizeof(*l));
	enum err e;

	if (l == NULL)
		return;
	if (!staff_origin(r, false, &error) ||
	    !body_read(r, members, l, NULL, &error)) {
		request_fault(r, &error);
		return;
	}
	if (!staff_door(r, &l->door))
		return;
	l->proof.work.request = r;
	l->proof.what = "login";
	l->proof.proven = proven;
	l->proof.address = address_key(r);
	l->proof.from = request_address(r);
	e = l->proof.address.p == NULL ? E_NOMEM : find_company(l);
	if (e != OK)
		staff_store_fault(r, e);
	else
		(void)staff_prove(&l->proof);
}

/* ---- me ---------------------------------------------------------------- */

static void
answer_me(struct staff_work *w)
{
	struct company *company = NULL;
	struct agent_row agent;
	struct buf text = {0};
	enum err e = OK;

	if (w->who.agent != 0)
		e = store_read_agent(
		    w->reader, w->who.agent, request_arena(w->request), &agent);
	if (e == OK)
		e = company_cache_by_id(
		    w->gateway->companies, w->who.company, &company);
	if (e != OK) {
		staff_store_fault(w->request, e);
		return;
	}
	staff_write_account(
	    &text, company, w->who.agent != 0 ? &agent : NULL, &w->who);
	company_unref(company);
	staff_answer(w->request, 200, &text);
}

void
staff_me(struct request *r)
{
	staff_begin(r, 0, answer_me, NULL);
}
