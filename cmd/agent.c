/*
 * agent: sellers from the command line: for the first one of a company, who
 * has nobody to invite them, and for whoever has locked themselves out. What
 * is done here stands in the audit as done by nobody who was let in.
 */
#include "cmd/agent_file.h"
#include "cmd/command.h"
#include "cmd/verbs.h"
#include "core/password.h"
#include "gateway/hasher.h"
#include "gateway/staff.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>

#define PAGE 100u
#define FILE_BYTES_MAX (1u << 20)
#define MADE_BYTES 12u /* of a password that is made: 96 bits */

/* What a verb works on. */
struct task {
	struct process *process;
	struct store_reader *reader;
	struct arena arena;
	int64_t company;
	struct agent_row agent; /* as it is, or as it shall be */
};

/* ---- beginning and end ------------------------------------------------- */

static enum err
say(enum err e, const char *what)
{
	if (e != OK)
		complain("%s: %s", what, err_name(e));
	return e;
}

static enum err
open_task(struct task *t, struct process *p, const char *company)
{
	struct company_row row;
	enum err e;

	*t = (struct task){.process = p};
	e = store_reader_open(p->store, &t->reader);
	if (e == OK)
		e = store_find_company(
		    t->reader, str_from(company), &t->arena, &row);
	if (e == OK)
		t->company = row.id;
	if (e == E_NOTFOUND)
		complain("there is no company \"%s\"; \"frontdesk company "
			 "list\" lists them",
		    company);
	else
		(void)say(e, company);
	return e;
}

static int
close_task(struct task *t, enum err e)
{
	store_reader_close(t->reader);
	arena_free(&t->arena);
	return e == OK ? EXIT_OK : EXIT_FAILED;
}

static enum err
find(struct task *t, const char *email)
{
	const struct agent_ask ask = {t->company, str_from(email)};
	enum err e = store_find_agent(t->reader, &ask, &t->arena, &t->agent);

	if (e == E_NOTFOUND)
		complain("nobody has the e-mail %s there", email);
	else
		(void)say(e, email);
	return e;
}

/* A gateway that runs follows these lines: see gateway/seller_over.c. */
static struct audit_row
line_of(struct task *t, const char *what)
{
	struct str detail = STR("{\"by\":\"command\"}"), named = {0};

	if (t->agent.id != 0)
		named = arena_printf(&t->arena,
		    "{\"by\":\"command\",\"agent\":%lld}",
		    (long long)t->agent.id);
	return (struct audit_row){.at = clock_wall(&t->process->clock),
	    .company = t->company,
	    .what = str_from(what),
	    .outcome = STR("ok"),
	    .detail = named.p != NULL ? named : detail};
}

/* ---- what words say ---------------------------------------------------- */

/* "role=admin": the value, if the word begins so. */
static bool
has_value(const char *word, const char *name, struct str *out)
{
	size_t n = strlen(name);

	if (strncmp(word, name, n) != 0 || word[n] != '=')
		return false;
	*out = str_from(word + n + 1);
	return true;
}

/* E-mail, then role= and name=, into t->agent. */
static enum err
read_words(struct task *t, const char *const *words, size_t n)
{
	struct agent_row *row = &t->agent;
	size_t i;

	*row = (struct agent_row){.email = str_from(words[0]),
	    .role = STR("seller"),
	    .capacity = STAFF_CAPACITY};
	row->name = row->email;
	for (i = 1; i < n; i++)
		if (!has_value(words[i], "role", &row->role) &&
		    !has_value(words[i], "name", &row->name)) {
			complain("\"%s\" is neither role=ROLE nor name=NAME",
			    words[i]);
			return E_BADINPUT;
		}
	return agent_file_check(row);
}

static enum err
role_exists(struct task *t, struct str role)
{
	const struct item which = {
	    .company = t->company, .kind = ITEM_ROLE, .key = role};
	struct item item;
	unsigned may;
	enum err e = OK;

	if (!role_builtin(role, &may))
		e = store_read_item(t->reader, &which, &t->arena, &item);
	if (e != OK)
		complain("there is no role \"%.*s\"", STR_FMT(role));
	return e;
}

/* ---- making ------------------------------------------------------------ */

static enum err
create(struct task *t, enum agent_state state, const char *what)
{
	struct audit_row line = line_of(t, what);
	struct store_op op = {.verb = STORE_AGENT};
	enum err e = role_exists(t, t->agent.role);

	if (e != OK)
		return e;
	t->agent.company = t->company;
	t->agent.state = state;
	t->agent.created_at = clock_wall(&t->process->clock);
	op.agent.row = t->agent;
	op.agent.audit = &line;
	e = store_submit_wait(t->process->store, &op);
	t->agent.id = op.agent.row.id;
	return e;
}

static enum err
print_link(struct task *t, enum pass_kind kind)
{
	const struct settings *s = t->process->settings;
	struct staff_link link = {
	    .agent = t->agent.id, .kind = kind, .line = line_of(t, "")};
	struct buf base = {0}, text = {0};
	enum err e;

	if (s->public_url[0] != '\0')
		buf_str(&base, s->public_url);
	else
		buf_addf(&base, "http://%s", s->listen);
	buf_char(&base, '\0');
	link.base = base.failed ? "" : base.data;
	e = staff_link_make(t->process->store, &link, &text);
	if (e == OK && !text.failed)
		printf("%.*s\n", STR_FMT(buf_view(&text)));
	buf_free(&base);
	buf_free(&text);
	return say(e, "the link");
}

static int
invite(struct process *p, const char *const *words, size_t n)
{
	struct task t;
	enum err e;

	if (n < 2) {
		complain("usage: frontdesk agent invite COMPANY EMAIL "
			 "[role=ROLE] [name=NAME]");
		return EXIT_USAGE;
	}
	e = open_task(&t, p, words[0]);
	if (e == OK)
		e = read_words(&t, words + 1, n - 1);
	if (e == OK && (e = create(&t, AGENT_INVITED, "agent.new")) != OK) {
		/* Who was invited before gets a new link. */
		if (e == E_CLAIMED && find(&t, words[1]) == OK &&
		    t.agent.state == AGENT_INVITED)
			e = OK;
		else
			(void)say(e, words[1]);
	}
	if (e == OK)
		e = print_link(&t, PASS_INVITATION);
	return close_task(&t, e);
}

/* The first line of standard input. */
static enum err
read_password(char *out, size_t size, struct str *password)
{
	*password = STR("");
	if (fgets(out, (int)size, stdin) == NULL) {
		complain("write the password to standard input");
		return E_BADINPUT;
	}
	*password = (struct str){out, strcspn(out, "\r\n")};
	return OK;
}

static enum err
set_password(struct task *t, struct str password, char hash[HASHER_TEXT])
{
	const struct str about[] = {t->agent.email, t->agent.name};
	const char *fault = password_fault(password, about, ARRAY_LEN(about));
	enum err e = E_BADINPUT;

	if (fault != NULL)
		complain("the password %s", fault);
	else
		e = say(hasher_make(password, hash), "the password");
	t->agent.password = str_from(hash);
	return e;
}

static int
add(struct process *p, const char *const *words, size_t n)
{
	char line[PASSWORD_BYTES + 2], hash[HASHER_TEXT] = "";
	struct str password;
	struct task t;
	enum err e;

	if (n < 2) {
		complain("usage: frontdesk agent add COMPANY EMAIL "
			 "[role=ROLE] [name=NAME], with the password on "
			 "standard input");
		return EXIT_USAGE;
	}
	e = open_task(&t, p, words[0]);
	if (e == OK)
		e = read_words(&t, words + 1, n - 1);
	if (e == OK)
		e = read_password(line, sizeof(line), &password);
	if (e == OK)
		e = set_password(&t, password, hash);
	if (e == OK)
		e = say(create(&t, AGENT_ACTIVE, "agent.new"), words[1]);
	sodium_memzero(line, sizeof(line));
	return close_task(&t, e);
}

/* ---- several from a file ----------------------------------------------- */

/* Sixteen letters, as of base64; no list has them. */
static void
make_password(char out[32])
{
	unsigned char random[MADE_BYTES];

	randombytes_buf(random, sizeof(random));
	sodium_bin2base64(out, 32, random, sizeof(random),
	    sodium_base64_VARIANT_URLSAFE_NO_PADDING);
}

static bool
is_there(struct task *t, struct str email)
{
	const struct agent_ask ask = {t->company, email};

	return store_find_agent(t->reader, &ask, &t->arena, &t->agent) == OK;
}

/* One who is there already stays as they are. */
static enum err
load_one(struct task *t, const struct agent_entry *entry)
{
	char made[32] = "", hash[HASHER_TEXT] = "";
	struct str password = entry->password;
	enum err e;

	if (is_there(t, entry->row.email))
		return OK;
	t->agent = entry->row;
	if (password.n == 0) {
		make_password(made);
		password = str_from(made);
	}
	e = say(hasher_make(password, hash), "the password");
	t->agent.password = str_from(hash);
	if (e == OK)
		e = create(t, AGENT_ACTIVE, "agent.new");
	/* What stands in the file they have; what was made is said once. */
	if (e == OK)
		printf("%.*s\t%.*s%s%s\n", STR_FMT(t->agent.email),
		    STR_FMT(t->agent.role), made[0] == '\0' ? "" : "\t", made);
	sodium_memzero(made, sizeof(made));
	return e == E_CLAIMED ? OK : e;
}

static int
load(struct process *p, const char *const *words, size_t n)
{
	struct agent_entry *entries = NULL;
	size_t count = 0, i;
	struct task t;
	enum err e;

	if (n != 2) {
		complain("usage: frontdesk agent load COMPANY FILE");
		return EXIT_USAGE;
	}
	e = open_task(&t, p, words[0]);
	if (e == OK)
		e = agent_file_read(words[1], &t.arena, &entries, &count);
	for (i = 0; e == OK && i < count; i++)
		e = load_one(&t, &entries[i]);
	return close_task(&t, e);
}

/* ---- those there are --------------------------------------------------- */

static void
print_agent(const struct agent_row *row)
{
	printf("%lld\t%s\t%.*s\t%.*s\t%.*s%s\n", (long long)row->id,
	    agent_state_name(row->state), STR_FMT(row->role),
	    STR_FMT(row->email), STR_FMT(row->name),
	    row->totp.n > 0 ? "\tauthenticator" : "");
}

static int
list(struct process *p, const char *const *words, size_t n)
{
	struct agent_row rows[PAGE];
	struct agents_ask ask = {0};
	size_t count = PAGE, i;
	struct task t;
	enum err e;

	if (n != 1) {
		complain("usage: frontdesk agent list COMPANY");
		return EXIT_USAGE;
	}
	e = open_task(&t, p, words[0]);
	ask.company = t.company;
	while (e == OK && count == PAGE) {
		e = store_list_agents(t.reader, &ask, &t.arena, rows, &count);
		for (i = 0; e == OK && i < count; i++) {
			print_agent(&rows[i]);
			ask.after = rows[i].id;
		}
		arena_reset(&t.arena);
	}
	return close_task(&t, e);
}

static enum err
set_state(struct task *t, enum agent_state state, const char *what)
{
	struct audit_row line = line_of(t, what);
	struct store_op op = {.verb = STORE_AGENT};

	op.agent.row.id = t->agent.id;
	op.agent.row.state = state;
	op.agent.set = AGENT_STATE;
	op.agent.audit = &line;
	return say(store_submit_wait(t->process->store, &op), what);
}

static enum err
forget_totp(struct task *t)
{
	struct audit_row line = line_of(t, "agent.totp_off");
	struct store_op op = {.verb = STORE_AGENT};

	op.agent.row.id = t->agent.id;
	op.agent.row.totp_step = t->agent.totp_step;
	op.agent.set = AGENT_TOTP;
	op.agent.audit = &line;
	return say(store_submit_wait(t->process->store, &op), "authenticator");
}

static enum err
disable_one(struct task *t)
{
	return set_state(t, AGENT_DISABLED, "agent.disable");
}

static enum err
enable_one(struct task *t)
{
	if (t->agent.state == AGENT_DISABLED)
		return set_state(t, AGENT_ACTIVE, "agent.enable");
	complain("they are not disabled");
	return E_BADINPUT;
}

static enum err
end_sessions(struct task *t)
{
	struct audit_row line = line_of(t, "agent.end");
	struct store_op op = {.verb = STORE_PASS};

	op.pass.deed = PASS_END_ALL;
	op.pass.row = (struct pass_row){
	    .kind = PASS_SESSION, .company = t->company, .agent = t->agent.id};
	op.pass.audit = &line;
	return say(store_submit_wait(t->process->store, &op), "sessions");
}

/*
 * Who lost their phone, too, gets in again; and whoever has got hold of the
 * account is out.
 */
static enum err
reset_one(struct task *t)
{
	enum err e = OK;

	if (t->agent.state != AGENT_ACTIVE) {
		complain("they are not active; invite or enable them");
		return E_BADINPUT;
	}
	if (t->agent.totp.n > 0)
		e = forget_totp(t);
	if (e == OK)
		e = end_sessions(t);
	return e == OK ? print_link(t, PASS_RESET) : e;
}

static int
with_one(struct process *p, const char *const *words, size_t n,
    enum err (*fn)(struct task *t))
{
	struct task t;
	enum err e;

	if (n != 2) {
		complain("usage: frontdesk agent disable | enable | reset "
			 "COMPANY EMAIL");
		return EXIT_USAGE;
	}
	e = open_task(&t, p, words[0]);
	if (e == OK && (e = find(&t, words[1])) == OK)
		e = fn(&t);
	return close_task(&t, e);
}

static int
disable(struct process *p, const char *const *words, size_t n)
{
	return with_one(p, words, n, disable_one);
}

static int
enable(struct process *p, const char *const *words, size_t n)
{
	return with_one(p, words, n, enable_one);
}

static int
reset(struct process *p, const char *const *words, size_t n)
{
	return with_one(p, words, n, reset_one);
}

int
command_agent(const struct settings *s, const char *const *words, size_t n)
{
	static const struct verb verbs[] = {{"invite", invite}, {"add", add},
	    {"load", load}, {"list", list}, {"disable", disable},
	    {"enable", enable}, {"reset", reset}, {NULL, NULL}};

	return verbs_run("agent", verbs, s, words, n);
}
