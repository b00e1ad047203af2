/*
 * report: message/delivery-status is blocks of fields; the first is about the
 * mail, each other about one recipient.
 */
#include "channels/email/report.h"
#include "channels/email/address.h"
#include "channels/email/mime_inner.h"

#define STATUS_MAX 11u /* "5.123.123" */
#define BLOCKS_MAX 100u

/* ---- words -------------------------------------------------------------- */

static const char *const actions[REPORT_ACTIONS] = {
    "", "failed", "delayed", "delivered", "relayed", "expanded"};

const char *
report_action_name(enum report_action action)
{
	return actions[action];
}

static enum report_action
action_of(struct str word)
{
	unsigned i;

	for (i = 1; i < REPORT_ACTIONS; i++)
		if (lex_same(word, str_from(actions[i])))
			return (enum report_action)i;
	return REPORT_UNKNOWN;
}

/* By the second and third figure (RFC 3463); the longest that fits. */
static const struct {
	const char *status, *words;
} reasons[] = {
    {"1.1", "There is no such address."},
    {"1.2", "There is no such domain."},
    {"1.3", "The address is not well written."},
    {"1.6", "The address has moved and says not where to."},
    {"1.10", "The domain takes no mail."},
    {"1", "The address does not work."},
    {"2.1", "The mailbox is closed."},
    {"2.2", "The mailbox is full."},
    {"2.3", "The mail is too big for the mailbox."},
    {"2", "The mailbox takes nothing now."},
    {"3.4", "The mail is too big."},
    {"3", "The receiving mail server has trouble of its own."},
    {"4.4", "The domain has no mail server."},
    {"4.7", "The mail could not be delivered in time."},
    {"4", "The receiving mail server could not be reached."},
    {"5", "The mail servers did not understand each other."},
    {"6", "The receiving mail server cannot read the mail."},
    {"7.1", "The receiving mail server does not want this mail."},
    {"7.23", "The receiving mail server doubts who sent it (SPF)."},
    {"7.26", "The receiving mail server doubts who sent it (SPF, DKIM)."},
    {"7", "The receiving mail server refuses it, by its rules."},
};

struct str
report_reason(struct str status)
{
	struct str rest = status, detail;
	size_t i, n;

	(void)lex_cut(&rest, '.');
	detail = rest;
	for (i = 0; i < ARRAY_LEN(reasons); i++) {
		n = strlen(reasons[i].status);
		if (lex_begins(detail, str_from(reasons[i].status)) &&
		    (detail.n == n || detail.p[n] == '.'))
			return str_from(reasons[i].words);
	}
	return STR("The mail could not be delivered.");
}

/* ---- blocks ------------------------------------------------------------- */

/* "rfc822; ann@example.com", "smtp; 550 5.1.1 no such user" */
static struct str
behind_type(struct str value)
{
	struct str rest = value, type = lex_cut(&rest, ';');

	return lex_trim(type.n < value.n ? rest : value);
}

static struct str
status_of(struct str value)
{
	size_t n = 0;

	while (n < value.n && n < STATUS_MAX &&
	       (lex_digit(value.p[n]) || value.p[n] == '.'))
		n++;
	return lex_upto(value, n);
}

static struct str
address_of(struct mime *m, const struct mime_part *block)
{
	struct str value = mime_field(m, block, "Final-Recipient");
	size_t n;

	if (value.p == NULL)
		value = mime_field(m, block, "Original-Recipient");
	value = behind_type(value.p == NULL ? STR("") : value);
	n = value.n;
	if (n > 2 && value.p[0] == '<' && value.p[n - 1] == '>')
		value = lex_from(lex_upto(value, n - 1), 1);
	return address_valid(value) ? value : STR("");
}

static void
read_recipient(struct mime *m, const struct mime_part *block, struct report *r)
{
	struct report_recipient *one = &r->list[r->count];
	struct str action = mime_field(m, block, "Action");
	struct str status = mime_field(m, block, "Status");
	struct str said = STR("");

	if (action.p == NULL || r->count == REPORT_RECIPIENTS_MAX)
		return;
	if (mime_field(m, block, "Diagnostic-Code").p != NULL)
		said = mime_field_text(m, block, "Diagnostic-Code");
	*one = (struct report_recipient){.address = address_of(m, block),
	    .action = action_of(action),
	    .status = status_of(status.p == NULL ? STR("") : status),
	    .said = said.p == NULL ? STR("") : behind_type(said)};
	r->count++;
}

static enum err
read_blocks(struct mime *m, const struct mime_part *part, struct report *r)
{
	struct str rest;
	enum err e = mime_bytes(m, part, &rest);
	unsigned i;

	for (i = 0; e == OK && rest.n > 0 && i < BLOCKS_MAX; i++) {
		struct mime_part block = {.parent = NULL};
		size_t had = rest.n;

		e = mime_header_read(m, &rest, &block);
		if (e == OK)
			read_recipient(m, &block, r);
		if (rest.n == had) /* a line that is no field */
			(void)lex_line(&rest);
	}
	return e;
}

/* ---- the mail it is about ----------------------------------------------- */

static enum err
read_returned(struct mime *m, const struct mime_part *part, struct report *r)
{
	struct mime_part head = {.parent = NULL};
	struct str bytes, id;
	enum err e = mime_bytes(m, part, &bytes);

	if (e == OK)
		e = mime_header_read(m, &bytes, &head);
	if (e != OK)
		return e;
	id = mime_field(m, &head, "Message-ID");
	if (id.n > 2 && id.p[0] == '<' && id.p[id.n - 1] == '>')
		r->id = lex_from(lex_upto(id, id.n - 1), 1);
	return OK;
}

static const struct {
	const char *type;
	enum err (*read)(
	    struct mime *m, const struct mime_part *part, struct report *r);
	bool status;
} kinds[] = {
    {"message/delivery-status", read_blocks, true},
    {"message/global-delivery-status", read_blocks, true},
    {"message/rfc822", read_returned, false},
    {"text/rfc822-headers", read_returned, false},
    {"message/rfc822-headers", read_returned, false},
};

enum err
report_read(struct mime *m, struct report *out)
{
	struct mime_part *p = NULL;
	bool found = false;
	enum err e = OK;
	size_t i;

	*out = (struct report){.id = STR("")};
	while (e == OK && (p = mime_next(m, p)) != NULL)
		for (i = 0; e == OK && i < ARRAY_LEN(kinds); i++) {
			if (!str_eq(p->type, str_from(kinds[i].type)))
				continue;
			found |= kinds[i].status;
			e = kinds[i].read(m, p, out);
		}
	return e == OK && !found ? E_NOTFOUND : e;
}
