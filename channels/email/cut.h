/*
 * cut: the new words of a reply, without what it quotes and its signature.
 *
 * Going down the lines, the first of these ends what was written:
 *
 *	our own marker (LETTER_MARKER), quoted or wrapped
 *	"On ... wrote:" in the languages of a table, over 1 to 3 lines
 *	"-----Original Message-----" and its like, a long line of "_", a block
 *	of From:, Sent:, To:, Subject: of at least three lines
 *	lines that begin with ">" up to the end
 *	"-- " alone, "Sent from my ...", "Get Outlook for ..."
 *
 * Who answers between the lines of a quote is understood: where lines without
 * ">" stand among those with it, the former are kept. Below our marker only
 * where nothing was written above it.
 *
 * A strict cut is for mails whose quote must not get through in any case, such
 * as an answer to an escalation, which tells what is not for the customer:
 * nothing below the marker is kept, and where nothing is left, it is nothing.
 *
 * Who answers below such a quote, or between its lines, has written nothing
 * above the marker. What they wrote is told from what they quote in two ways,
 * and both must agree: it has no ">" where the marker has one, and it is not
 * what we wrote ourselves: no line of ours, and not the rest of a quoted line
 * that their program broke in two.
 */
#ifndef CHANNELS_EMAIL_CUT_H
#define CHANNELS_EMAIL_CUT_H

#include "core/arena.h"

/* Words for why it was cut; of the first rule that did it. */
enum cut_rule {
	CUT_NOTHING,
	CUT_MARKER,
	CUT_WROTE,
	CUT_OLD_MAIL,
	CUT_QUOTE,
	CUT_SIGNATURE,
	CUT_RULES
};

struct cut {
	struct str said; /* without blank lines at both ends */
	enum cut_rule rule;
	/* Nothing was left, so `said` is all of it. */
	bool unstripped;
};

const char *cut_rule_name(enum cut_rule rule);

/* text is UTF-8 with "\n" between lines. E_NOMEM. */
enum err cut_reply(struct str text, struct arena *a, struct cut *out) MUST_USE;
enum err cut_strictly(
    struct str text, struct arena *a, struct cut *out) MUST_USE;

/*
 * Below the marker and between the lines. ours: the text of our mail that it
 * answers; empty: it is not known, then what follows a long quoted line at once
 * counts as its rest. Where the marker is not quoted, all below may be ours:
 * nothing is left. E_NOMEM.
 */
enum err cut_below(struct str text, struct str ours, struct arena *a,
    struct cut *out) MUST_USE;

#endif
