/*
 * inner: what the files of Twilio's door share: accounts with their numbers,
 * messages in both directions, and when who last wrote to which number. Under
 * the sandbox's lock, but for what is set once at the start.
 *
 * At most MAILS_MOST messages are kept, the newest.
 */
#ifndef SANDBOX_TWILIO_INNER_H
#define SANDBOX_TWILIO_INNER_H

#include "sandbox/files.h"
#include "sandbox/form.h"
#include "sandbox/twilio/twilio.h"

#define MAILS_MOST 200000u
#define PAIRS_MOST 200000u
#define SID_TEXT 34u
#define MEDIA_MOST 10u
#define STATUSES_MOST 6u
#define BODY_MOST 1600u

struct account;

struct number {
	struct node node; /* "whatsapp:+1555...", "+1555..." */
	struct account *account;
	struct str hook;
	bool whatsapp;
	bool open_windows; /* as if everybody had just written */
};

struct template
{
	struct str sid, text;
	unsigned variables; /* {{1}} ... */
};

/* A way to log in: the account's own token, or a key of it. */
struct login {
	struct node node; /* the account's sid, or the key's */
	struct account *account;
	struct str secret;
};

struct account {
	struct node node; /* its sid */
	struct twilio *twilio;
	struct str token;
	struct number *numbers;
	struct template *templates;
	struct str *services; /* sids of messaging services */
	size_t number_count, template_count, service_count;
	/* What becomes of each message, in order: "sent", "delivered". */
	const char *statuses[STATUSES_MOST];
	unsigned status_count;
	unsigned concurrent_max;
	_Atomic unsigned busy;
	struct mail *newest;
	uint64_t version;
};

/* A message, in or out. */
struct mail {
	struct node node; /* its sid */
	char sid[SID_TEXT + 1];
	struct account *account;
	const struct number *number; /* ours */
	struct mail *older, *newer;  /* of its account */
	struct mail *aged_next, *aged_before;
	bool inbound, read, media_fails;
	const char *status;		/* a literal */
	unsigned fails;			/* the error it will end with; 0 */
	unsigned error;			/* the error it has ended with; 0 */
	unsigned step;			/* in the account's statuses */
	int64_t created, sent, updated; /* wall ms; sent: 0: not yet */
	struct str person, body, callback, service, content;
	struct str media_urls[MEDIA_MOST];
	unsigned media_url_count;
	struct file *media[MEDIA_MOST];
	unsigned media_count;
	char bytes[]; /* of all those texts */
};

/* One person and one number of ours. */
struct pair {
	struct node node;     /* "number person" */
	int64_t last_in;      /* wall ms */
	int64_t typing_until; /* steady ms; somebody of ours types */
	bool opted_out;
	char key[];
};

struct twilio {
	struct sandbox *sandbox;
	struct account *list;
	size_t count;
	struct table accounts, logins, numbers, mails, pairs;
	struct mail *oldest, *newest; /* by age */
	size_t mail_count;
	struct files media;
	struct arena arena; /* of the setup */
};

/* ---- mail.c -------------------------------------------------------------- */

/* What a new one is made of; texts are copied. */
struct mail_texts {
	struct str person, body, callback, service, content;
	const struct str *media_urls;
	unsigned media_url_count;
};

/* NULL: no memory. MM with media, else SM. */
struct mail *sb_mail_new(
    const struct number *number, const struct mail_texts *texts, bool media);
struct mail *sb_mail_find(const struct account *a, struct str sid);
void sb_mail_delete(struct mail *m);
void sb_mail_set_status(struct mail *m, const char *status);
void sb_mail_write(const struct mail *m, struct buf *out);

/* NULL: never wrote, or (make) there are too many. */
struct pair *sb_pair_find(const struct number *n, struct str person, bool make);
/* May free text go out to that person now? */
bool sb_pair_is_open(const struct number *n, struct str person, int64_t now);

struct file *sb_media_new(struct mail *m, struct str type, struct str bytes);
void sb_media_write(
    const struct mail *m, const struct file *f, struct buf *out);

/* "Sat, 21 Nov 2026 10:00:00 +0000" */
#define DATE_TEXT 40u
struct str sb_date_write(int64_t ms, char out[DATE_TEXT]);

struct number *sb_number_find(const struct twilio *t, struct str address);
/* Is it +E.164, or with whatsapp: such a one or a business-scoped id? */
bool sb_address_valid(struct str address, bool *whatsapp);

/* ---- errors.c ------------------------------------------------------------ */

/* Answers with the vendor's error of that number. */
void sb_twilio_refuse(struct visit *v, unsigned code);
void sb_twilio_reply(struct visit *v, unsigned status, const struct buf *json);
/* The vendor's words for it. */
const char *sb_twilio_words(unsigned code);

/* ---- api.c and what it calls ---------------------------------------------- */

#define SEGMENTS_MOST 6u

struct twilio_call {
	struct visit *visit;
	struct twilio *twilio;
	struct account *account;
	struct mail *mail;
	struct str segments[SEGMENTS_MOST]; /* behind the account's sid */
	unsigned segment_count;
	struct form query, form;
};

void sb_mails_create(struct twilio_call *c);
void sb_mails_list(struct twilio_call *c);
void sb_mail_show(struct twilio_call *c);
void sb_mail_update(struct twilio_call *c);
void sb_mail_remove(struct twilio_call *c);
void sb_media_list(struct twilio_call *c);
void sb_media_show(struct twilio_call *c);
void sb_media_remove(struct twilio_call *c);
void sb_media_redirect(struct twilio_call *c);
void sb_media_serve(struct visit *v, struct str id);
void sb_typing_serve(struct visit *v, bool json);
/* Who calls; NULL: refused already. */
struct account *sb_twilio_login(struct visit *v);

/* ---- hooks.c ------------------------------------------------------------- */

/* What came in goes to the number's hook. With the lock. */
enum err sb_hook_inbound(
    const struct number *n, struct str form, struct str sid) MUST_USE;
/* The message goes its way, as far as to its last status. With the lock. */
void sb_mail_progress(struct mail *m);
/* A callback with that status now. With the lock. */
enum err sb_hook_status(struct mail *m) MUST_USE;
/* Its media are fetched; then it goes its way. With the lock. */
void sb_mail_fetch_media(struct mail *m);

#endif
