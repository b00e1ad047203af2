/* mailbox: start and stop, and the world that the talks ask. */
#include "sandbox/mailbox/mailbox.h"
#include "sandbox/mailbox/mailbox_inside.h"

#include <stdio.h>
#include <stdlib.h>

#define WHY_BYTES 256u
#define UNDER_WAY_MOST (256u << 20)

/* ---- the world ---------------------------------------------------------- */

static int64_t
now(void *door)
{
	const struct mail_door *d = door;

	return clock_wall(d->sandbox->conf.clock);
}

static void
strike(void *door, struct str path, struct arena *a, struct strike *out)
{
	const struct suspect suspect = {SIDE_API, "mail", path};
	struct mail_door *d = door;
	struct sandbox *s = d->sandbox;

	sandbox_lock(s);
	if (s->rules.count > 0)
		sb_rules_strike(&s->rules, &suspect, a, out);
	sandbox_unlock(s);
}

static void
note(void *door, const struct mail_deed *deed)
{
	struct mail_door *d = door;
	struct sandbox *s = d->sandbox;
	struct record r = {.at = now(door),
	    .vendor = "mail",
	    .kind = deed->kind,
	    .word = deed->error,
	    .statuses = {deed->status}};
	struct buf b = {0};

	sb_put_text(&b, "path", deed->path);
	sandbox_lock(s);
	(void)sb_ledger_add(&s->requests, &r, buf_view(&b));
	sandbox_unlock(s);
	buf_free(&b);
}

static void
untold(void *door, uint64_t effect)
{
	struct mail_door *d = door;
	struct record *r;

	sandbox_lock(d->sandbox);
	r = sb_ledger_get(&d->sandbox->effects, effect);
	if (r != NULL)
		r->told = false;
	sandbox_unlock(d->sandbox);
}

static bool
spend(void *door, size_t bytes)
{
	struct mail_door *d = door;
	size_t before = atomic_fetch_add(&d->under_way, bytes);

	if (before + bytes <= UNDER_WAY_MOST)
		return true;
	atomic_fetch_sub(&d->under_way, bytes);
	return false;
}

static void
give_back(void *door, size_t bytes)
{
	struct mail_door *d = door;

	atomic_fetch_sub(&d->under_way, bytes);
}

static void
changed(void *door)
{
	struct mail_door *d = door;

	if (d->wire != NULL)
		sb_wire_news(d->wire);
}

static void
make_world(struct mail_door *d)
{
	d->world = (struct mail_world){.setup = &d->setup,
	    .box = d->box,
	    .arg = d,
	    .now = now,
	    .strike = strike,
	    .note = note,
	    .accept = sb_mail_accept,
	    .untold = untold,
	    .spend = spend,
	    .give_back = give_back};
}

/* ---- start and stop ----------------------------------------------------- */

static bool
is_loopback(const char *listen)
{
	static const char *const hosts[] = {"127.", "localhost:", "[::1]:"};
	size_t i;

	for (i = 0; i < ARRAY_LEN(hosts); i++)
		if (strncmp(listen, hosts[i], strlen(hosts[i])) == 0)
			return true;
	return listen[0] == '\0';
}

static enum err
open_wire(struct mail_door *d, struct faults *faults)
{
	const struct sandbox_conf *conf = &d->sandbox->conf;
	const struct wire_conf wire = {.listen = {conf->smtp, conf->imap},
	    .world = &d->world,
	    .tls = d->tls,
	    .clock = conf->clock};
	char why[WHY_BYTES] = "no memory";
	enum err e;

	if (!is_loopback(conf->smtp) || !is_loopback(conf->imap)) {
		faults_add(faults, "mail",
		    "listens on 127.0.0.1 or [::1] only, not on \"%s\", "
		    "\"%s\"",
		    conf->smtp, conf->imap);
		return E_DENIED;
	}
	if (conf->smtp[0] == '\0' && conf->imap[0] == '\0')
		return OK;
	e = sb_wire_start(&wire, &d->wire, why, sizeof(why));
	if (e != OK)
		faults_add(faults, "mail", "%s", why);
	return e;
}

static enum err
open_parts(struct mail_door *d)
{
	uint32_t validity = (uint32_t)(clock_wall(d->sandbox->conf.clock) /
				       1000);

	d->kept = sb_kept_new();
	d->box = sb_box_new(validity == 0 ? 1 : validity, changed, d);
	if (d->kept == NULL || d->box == NULL)
		return E_NOMEM;
	make_world(d);
	return sb_tls_new(d->setup.domains, d->setup.domain_count, &d->tls);
}

static bool
must_listen(const struct sandbox_conf *conf)
{
	return conf->smtp[0] != '\0' || conf->imap[0] != '\0';
}

enum err
sb_mail_door_open(
    struct sandbox *s, const json_t *part, struct faults *faults, void **state)
{
	struct mail_door *d;
	enum err e;

	if (part == NULL && must_listen(&s->conf)) {
		faults_add(faults, "mail",
		    "is missing; SMTP and IMAP know no user without it");
		return E_BADINPUT;
	}
	if (part == NULL)
		return OK;
	if ((d = calloc(1, sizeof(*d))) == NULL)
		return E_NOMEM;
	*state = d;
	d->sandbox = s;
	e = sb_mail_setup_read(&d->setup, part, faults);
	if (e == OK)
		e = open_parts(d);
	if (e == OK)
		e = open_wire(d, faults);
	return e;
}

void
sb_mail_door_close(void *state)
{
	struct mail_door *d = state;

	sb_wire_stop(d->wire);
	sb_tls_free(d->tls);
	sb_box_free(d->box);
	sb_kept_free(d->kept);
	arena_free(&d->setup.arena);
	free(d);
}

static void
put_address(struct buf *out, const struct mail_door *d, enum wire_port which,
    const char *name)
{
	const char *listen = which == WIRE_SMTP ? d->sandbox->conf.smtp
						: d->sandbox->conf.imap;
	const char *colon = strrchr(listen, ':');
	char text[WHY_BYTES];

	if (colon == NULL || d->wire == NULL)
		return;
	(void)snprintf(text, sizeof(text), "%.*s:%u", (int)(colon - listen),
	    listen, sb_wire_port(d->wire, which));
	sb_put_text(out, name, str_from(text));
}

void
sb_mail_door_describe(void *state, struct buf *out)
{
	const struct mail_door *d = state;

	if (d == NULL)
		return;
	sb_put_raw(out, "mail", STR("{"));
	sb_put_text(out, "user", d->setup.user);
	put_address(out, d, WIRE_SMTP, "smtp");
	put_address(out, d, WIRE_IMAP, "imap");
	buf_char(out, '}');
}
