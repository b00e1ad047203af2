/* mailbox_setup: the setup's part for mail. */
#include "sandbox/mailbox/mailbox_inside.h"
#include "core/json.h"
#include "sandbox/shape.h"

#define DOMAIN_MOST 253u

static const struct shape shape[] = {
    {"user", SHAPE_TEXT, true},
    {"password", SHAPE_TEXT, true},
    {"domains", SHAPE_LIST, true},
    {"users", SHAPE_LIST, false},
    {"inbox", SHAPE_LIST, false},
    {"require_tls", SHAPE_FLAG, false},
    {"require_auth", SHAPE_FLAG, false},
    {NULL, SHAPE_ANY, false},
};

/* It stands in a certificate, too. */
static bool
is_domain(struct str s)
{
	size_t i;

	for (i = 0; i < s.n; i++)
		if (s.p[i] == '\0' ||
		    strchr("abcdefghijklmnopqrstuvwxyz0123456789-.", s.p[i]) ==
			NULL)
			return false;
	return s.n > 0 && s.n <= DOMAIN_MOST;
}

static bool
is_user(struct str s)
{
	return s.n > 0 && s.n <= 64 && memchr(s.p, '@', s.n) == NULL;
}

struct wanted {
	const char *name; /* of the member */
	bool (*fits)(struct str s);
	const char *words;
};

/* Without the list, any. */
static enum err
read_list(const json_t *part, const struct wanted *w, struct arena *a,
    struct str **out, struct faults *faults)
{
	const json_t *list = json_object_get(part, w->name);
	size_t n = json_array_size(list), i;

	*out = arena_alloc(a, (n + 1) * sizeof(**out));
	for (i = 0; i < n && *out != NULL; i++) {
		const json_t *v = json_array_get(list, i);
		struct str s = {"", 0};

		if (json_is_string(v))
			s = json_text_of(v);
		if (!w->fits(s))
			faults_add(faults, w->name, "%s", w->words);
		(*out)[i] = arena_copy(a, s);
		if ((*out)[i].p == NULL)
			return E_NOMEM;
	}
	return *out == NULL ? E_NOMEM : OK;
}

static size_t
count_of(const json_t *part, const char *name)
{
	const json_t *list = json_object_get(part, name);

	return list == NULL ? SIZE_MAX : json_array_size(list);
}

static enum err
read_lists(struct mail_setup *m, const json_t *part, struct faults *faults)
{
	static const struct wanted domains = {
	    "domains", is_domain, "holds what is no domain in small letters"};
	static const struct wanted users = {
	    "users", is_user, "holds what is no name before an @"};
	static const struct wanted inbox = {
	    "inbox", is_user, "holds what is no name before an @"};
	enum err e;

	m->domain_count = count_of(part, "domains");
	m->user_count = count_of(part, "users");
	m->inbox_count = count_of(part, "inbox");
	if (m->domain_count == 0)
		faults_add(faults, "mail.domains", "is empty");
	e = read_list(part, &domains, &m->arena, &m->domains, faults);
	if (e == OK)
		e = read_list(part, &users, &m->arena, &m->users, faults);
	if (e == OK)
		e = read_list(part, &inbox, &m->arena, &m->inbox, faults);
	return e;
}

enum err
sb_mail_setup_read(
    struct mail_setup *m, const json_t *part, struct faults *faults)
{
	enum err e;

	if (!sb_shape_check(part, "mail", shape, faults))
		return E_BADINPUT;
	m->user = json_text_copy(part, "user", &m->arena);
	m->password = json_text_copy(part, "password", &m->arena);
	m->require_tls = sb_shape_flag(part, "require_tls", false);
	m->require_auth = sb_shape_flag(part, "require_auth", false);
	if (m->user.p == NULL || m->password.p == NULL)
		return E_NOMEM;
	if (m->user.n > 255)
		faults_add(faults, "mail.user", "is longer than 255 bytes");
	e = read_lists(m, part, faults);
	return e == OK && faults->count > 0 ? E_BADINPUT : e;
}
