/*
 * drive: the mailer and the reader of mailboxes, for tests that are written in
 * another language. A line of JSON in, a line of JSON out; "id" comes back.
 *
 *	{"id","do":"send","server":{...},"hello","from","to":[...],"text",
 *	 "timeout_ms"?} -> {"id","end","code","status","why","ms","to":[{
 *	 "end","code"}]}, as each ends
 *	{"id","do":"open","server":{...},"timeout_ms"?}
 *	{"id","do":"list","last"} -> {...,"uids":[...],"validity","next"}
 *	{"id","do":"fetch","uid","max"?} -> {...,"raw"}
 *	{"id","do":"seen","uid"}, {"id","do":"move","uid","folder"}
 *	 -> {"id","end","words"}
 * server: {"url","auth":"none"|"password"|"oauth2","user","secret","ca"}.
 *
 * The word behind its name is the program that sends: `frontdesk`.
 */
#include "net/imap.h"
#include "net/mailer.h"

#include <jansson.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define CHILDREN 4u
#define TIMEOUT_MS 20000

struct mail {
	struct posting posting;
	struct posting_recipient to[MAIL_RECIPIENTS_MAX];
	json_t *in;
	struct mail *next;
};

static struct mailer *mailer;
static struct mail *waiting, **behind = &waiting;
static struct imap_box *box;
static bool over;

static struct str
text_of(const json_t *in, const char *name)
{
	const json_t *s = json_object_get(in, name);

	return (struct str){json_is_string(s) ? json_string_value(s) : "",
	    json_string_length(s)};
}

static unsigned
number_of(const json_t *in, const char *name, unsigned otherwise)
{
	const json_t *n = json_object_get(in, name);

	return json_is_integer(n) ? (unsigned)json_integer_value(n) : otherwise;
}

static struct mail_server
server_of(const json_t *in)
{
	static const char *const auths[MAIL_AUTHS] = {
	    "none", "password", "oauth2"};
	const json_t *s = json_object_get(in, "server");
	const json_t *ca = json_object_get(s, "ca");
	struct mail_server server = {.url = text_of(s, "url"),
	    .user = text_of(s, "user"),
	    .secret = text_of(s, "secret"),
	    .ca_file = json_string_value(ca)};

	while (server.auth < MAIL_AUTHS &&
	       !str_eq(text_of(s, "auth"), str_from(auths[server.auth])))
		server.auth++;
	return server;
}

static void
print(const json_t *in, json_t *out)
{
	char *line;

	json_object_set(out, "id", json_object_get(in, "id"));
	line = json_dumps(out, JSON_COMPACT);
	puts(line == NULL ? "{}" : line);
	fflush(stdout);
	free(line);
	json_decref(out);
}

/* ---- sending --------------------------------------------------------------- */

static void
report(struct mail *m)
{
	const struct posting *p = &m->posting;
	json_t *to = json_array();
	unsigned i;

	for (i = 0; i < p->to_count; i++)
		json_array_append_new(
		    to, json_pack("{s:s,s:i}", "end",
			    posting_end_name(p->to[i].end), "code",
			    (int)p->to[i].reply.code));
	print(m->in, json_pack("{s:s,s:i,s:s,s:s,s:o}", "end",
			 posting_end_name(p->end), "code", (int)p->reply.code,
			 "status", p->reply.status, "why", p->why, "to", to));
	json_decref(m->in);
	free(m);
}

static void
on_done(struct posting *p)
{
	report(p->arg);
}

static void
queue_mail(json_t *in)
{
	struct mail *m = calloc(1, sizeof(*m));
	const json_t *to = json_object_get(in, "to"), *one;
	size_t i;

	m->in = json_incref(in);
	m->posting = (struct posting){.server = server_of(in),
	    .hello = text_of(in, "hello"),
	    .from = text_of(in, "from"),
	    .to = m->to,
	    .text = text_of(in, "text"),
	    .timeout_ms = number_of(in, "timeout_ms", TIMEOUT_MS),
	    .done = on_done,
	    .arg = m};
	json_array_foreach(to, i, one)
	{
		if (i < MAIL_RECIPIENTS_MAX)
			m->to[m->posting.to_count++].address = (struct str){
			    json_string_value(one), json_string_length(one)};
	}
	*behind = m;
	behind = &m->next;
}

static void
send_waiting(void)
{
	struct mail *m;

	while (waiting != NULL && mailer_room(mailer) > 0) {
		m = waiting;
		waiting = m->next;
		if (waiting == NULL)
			behind = &waiting;
		if (mailer_start(mailer, &m->posting) != OK) {
			m->posting.end = POSTING_ENDS;
			report(m);
		}
	}
}

/* ---- mailboxes ------------------------------------------------------------- */

static enum imap_end
do_open(const json_t *in, json_t *out, struct imap_fault *fault)
{
	const struct imap_conf conf = {.server = server_of(in),
	    .timeout_ms = number_of(in, "timeout_ms", TIMEOUT_MS)};
	enum imap_end end;

	(void)out;
	imap_close(box);
	box = NULL;
	end = imap_open(&conf, &box, fault);
	return end;
}

static enum imap_end
do_list(const json_t *in, json_t *out, struct imap_fault *fault)
{
	static struct imap_list list;
	enum imap_end end = imap_list(
	    box, number_of(in, "last", UINT32_MAX), 0, &list, fault);
	json_t *uids = json_array();
	unsigned i;

	for (i = 0; i < list.count; i++)
		json_array_append_new(uids, json_integer(list.uids[i]));
	json_object_set_new(out, "uids", uids);
	json_object_set_new(out, "validity", json_integer(list.validity));
	json_object_set_new(out, "next", json_integer(list.next));
	return end;
}

static enum imap_end
do_fetch(const json_t *in, json_t *out, struct imap_fault *fault)
{
	struct buf raw = {0};
	enum imap_end end = imap_fetch(box, number_of(in, "uid", 0),
	    number_of(in, "max", IMAP_MAIL_MAX), &raw, fault);

	if (end == IMAP_DONE)
		json_object_set_new(
		    out, "raw", json_stringn(raw.data, raw.len));
	buf_free(&raw);
	return end;
}

static enum imap_end
do_seen(const json_t *in, json_t *out, struct imap_fault *fault)
{
	(void)out;
	return imap_mark_seen(box, number_of(in, "uid", 0), fault);
}

static enum imap_end
do_move(const json_t *in, json_t *out, struct imap_fault *fault)
{
	(void)out;
	return imap_move(
	    box, number_of(in, "uid", 0), text_of(in, "folder"), fault);
}

static const struct {
	const char *word;
	enum imap_end (*act)(
	    const json_t *in, json_t *out, struct imap_fault *fault);
} acts[] = {
    {"open", do_open},
    {"list", do_list},
    {"fetch", do_fetch},
    {"seen", do_seen},
    {"move", do_move},
};

/* ---- lines ------------------------------------------------------------------ */

static void
obey(json_t *in)
{
	struct imap_fault fault = {""};
	json_t *out;
	size_t i;

	if (str_eq(text_of(in, "do"), STR("send"))) {
		queue_mail(in);
		return;
	}
	for (i = 0; i < ARRAY_LEN(acts); i++) {
		if (!str_eq(text_of(in, "do"), str_from(acts[i].word)) ||
		    (box == NULL && acts[i].act != do_open))
			continue;
		out = json_object();
		json_object_set_new(out, "end",
		    json_string(imap_end_name(acts[i].act(in, out, &fault))));
		json_object_set_new(out, "words", json_string(fault.words));
		print(in, out);
		return;
	}
	print(in, json_pack("{s:s}", "end", "?"));
}

static void
read_lines(struct buf *b)
{
	char *room = buf_room(b, 1u << 16), *end;
	ssize_t n = read(STDIN_FILENO, room, 1u << 16);
	size_t length;
	json_t *in;

	over = n <= 0;
	b->len += n > 0 ? (size_t)n : 0;
	while ((end = memchr(b->data, '\n', b->len)) != NULL) {
		length = (size_t)(end - b->data);
		in = json_loadb(b->data, length, JSON_REJECT_DUPLICATES, NULL);
		if (in != NULL)
			obey(in);
		json_decref(in);
		b->len -= length + 1;
		memmove(b->data, end + 1, b->len);
	}
}

int
main(int argc, char **argv)
{
	const struct mailer_conf conf = {.program = argc > 1 ? argv[1] : NULL,
	    .children_max = CHILDREN,
	    .idle_ms = 10000,
	    .postings_max = 100};
	struct buf b = {0};

	signal(SIGPIPE, SIG_IGN);
	if (mailer_open(&conf, &mailer) != OK)
		return 1;
	while (!over) {
		struct pollfd p[2] = {
		    {.fd = mailer_fd(mailer), .events = POLLIN},
		    {.fd = STDIN_FILENO, .events = POLLIN}};

		send_waiting();
		(void)poll(p, 2, mailer_wait_ms(mailer));
		if (p[1].revents != 0)
			read_lines(&b);
		mailer_run(mailer);
	}
	mailer_close(mailer);
	imap_close(box);
	buf_free(&b);
	return 0;
}
