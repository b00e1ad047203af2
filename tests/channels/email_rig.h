/*
 * email_rig: an account, its desk, and mails for the tests of mail.
 */
#ifndef TESTS_CHANNELS_EMAIL_RIG_H
#define TESTS_CHANNELS_EMAIL_RIG_H

#include "channels/email/letter_in.h"
#include "channels/email/payload.h"
#include "tests/lib/cmocka.h"
#include "tests/lib/random.h"

#define RIG_NOW ((int64_t)1795255200000) /* 21 Nov 2026, 10:00 UTC */
/* What the desk is believed by. */
#define RIG_PROVEN "Authentication-Results: mx.shop.example; dmarc=pass\n"

/* support@shop.example of the company "shop", and its two people. */
struct email_rig {
	struct company_account doc;
	struct account account;
	struct company_desk desk[2];
	struct arena arena;
};

void email_rig_open(struct email_rig *r);
void email_rig_close(struct email_rig *r);

/* A NUL-terminated text with "\n" for line ends, into the arena. */
struct str email_rig_text(struct email_rig *r, const char *fmt, ...)
    PRINTF_LIKE(2, 3);

/* Reads a mail, which must be possible. */
void email_rig_read(
    struct email_rig *r, struct str mail, struct letter_in *out);

/* The mail of a payload at RIG_NOW, row 77; must be possible. */
struct mail_made email_rig_make(
    struct email_rig *r, const struct mail_payload *p);

/* An address of ours with a token: "support+...@shop.example". */
struct str email_rig_token(struct email_rig *r, const struct stamp *s);
/* A message id of ours, without < and >. */
struct str email_rig_id(struct email_rig *r, const struct stamp *s);

/* A file of tests/channels, whole. */
struct str email_rig_file(struct email_rig *r, const char *name);

bool email_rig_has(struct str text, const char *words);

/* Says both where they differ. */
#define assert_text(got, want) assert_text_at((got), (want), __FILE__, __LINE__)
void assert_text_at(
    struct str got, const char *want, const char *file, int line);

/* Some text: words, line ends, other scripts, signs that mean something. */
struct str email_rig_noise(
    struct email_rig *r, struct test_random *random, size_t pieces);

#endif
