/*
 * trouble: what each code asks for. LATER is for what passes by itself, NEVER
 * for what concerns this message or this person, BLOCKED for what stops all of
 * an account until somebody acts.
 */
#include "channels/twilio/trouble.h"
#include "core/utf8.h"

#define MINUTE_MS 60000

#define LATER(scope, ms) OUTCOME_LATER, scope, ms
#define NEVER OUTCOME_NEVER, SCOPE_ROW, 0
#define BLOCKED OUTCOME_BLOCKED, SCOPE_ACCOUNT, 0
#define NO_FILE OUTCOME_NEXT, SCOPE_ROW, 0

static const struct twilio_trouble troubles[] = {
    /* The API, and the account. */
    {20429, LATER(SCOPE_ACCOUNT, 0), "Twilio gets too many requests at once."},
    {20003, BLOCKED, "Twilio does not accept the account's credentials."},
    {20404, BLOCKED, "Twilio does not know this account or resource."},
    {20005, BLOCKED, "The account at Twilio is not active."},
    {30002, BLOCKED, "The account at Twilio is suspended."},
    {20500, LATER(SCOPE_ROW, 0), "Twilio has trouble of its own."},
    {20503, LATER(SCOPE_ACCOUNT, 0), "Twilio is not available now."},
    {30001, LATER(SCOPE_ACCOUNT, 5 * MINUTE_MS),
	"Too many messages of this sender wait at Twilio."},
    {21611, LATER(SCOPE_ACCOUNT, 5 * MINUTE_MS),
	"Too many messages of this sender wait at Twilio."},

    /* WhatsApp's own trouble, and its rates. */
    {63009, LATER(SCOPE_ROW, 0), "WhatsApp has trouble of its own."},
    {63010, LATER(SCOPE_ROW, 0), "WhatsApp has trouble of its own."},
    {63012, LATER(SCOPE_ROW, 0), "WhatsApp has trouble of its own."},
    {63017, LATER(SCOPE_RECIPIENT, 2 * MINUTE_MS),
	"Too many messages in a short time."},
    {63018, LATER(SCOPE_RECIPIENT, 2 * MINUTE_MS),
	"Too many messages in a short time."},
    {63038, BLOCKED, "The account has sent all it may send today."},

    /* The person. */
    {63016, NEVER,
	"More than 24 hours since the customer last wrote: only an approved "
	"template may be sent."},
    {63015, NEVER, "The customer has not joined the test number."},
    {63003, NEVER, "There is no such customer on WhatsApp."},
    {63024, NEVER, "There is no such customer on WhatsApp."},
    {21211, NEVER, "This is not a number that messages can be sent to."},
    {21614, NEVER, "This is not a number that messages can be sent to."},
    {21612, NEVER, "This number cannot be reached from our sender."},
    {21408, NEVER, "The account may not send to this country."},
    {63032, NEVER, "WhatsApp limits what this customer may receive."},
    {63049, NEVER, "WhatsApp chose not to deliver it."},
    {63033, NEVER, "The customer blocked us."},
    {63014, NEVER, "The customer blocked us."},
    {21610, NEVER, "The customer does not want messages: they wrote STOP."},
    {30003, NEVER, "The phone is off or out of reach."},
    {30004, NEVER, "The customer's carrier blocks our messages."},
    {30005, NEVER, "The number does not exist."},
    {30006, NEVER, "The number is a landline, or its carrier takes none."},
    {30007, NEVER, "A carrier took it for spam."},
    {30008, NEVER, "The carrier did not deliver it and does not say why."},
    {30036, NEVER, "It waited too long at Twilio and was not sent."},

    /* The sender, and what is set up. */
    {63007, BLOCKED, "The account's sender is not one of this channel."},
    {63002, BLOCKED, "The account's sender is not one of this channel."},
    {21606, BLOCKED, "The account's sender may not send this."},
    {21910, BLOCKED, "Sender and recipient are not of the same channel."},
    {30034, BLOCKED, "The sender is not registered with the carriers."},
    {63001, BLOCKED, "WhatsApp does not accept the business account."},
    {63020, BLOCKED, "The business account at Meta is not in order."},
    {63026, BLOCKED, "WhatsApp has restricted the sender."},
    {63051, BLOCKED, "WhatsApp has locked the business account."},
    {21609, BLOCKED,
	"Twilio does not accept our public address: it needs a name without "
	"underscores that can be reached."},

    /* The words. */
    {63005, NEVER, "WhatsApp does not accept what it says."},
    {63006, NEVER, "WhatsApp does not accept how it is formatted."},
    {63013, NEVER, "WhatsApp does not accept what it says."},
    {63021, NEVER, "WhatsApp does not accept what it says."},
    {63030, NEVER, "WhatsApp does not accept what it says."},
    {21602, NEVER, "The message is empty."},
    {21617, NEVER, "The message is too long."},
    {21658, NEVER, "The message holds what a template cannot."},

    /* The file. */
    {11751, NO_FILE, "The file is too big."},
    {21620, NO_FILE, "Twilio does not accept the file's address."},
    {21623, NO_FILE, "Twilio does not accept the file's address."},
    {63019, NO_FILE, "WhatsApp could not fetch the file."},
    {63034, NO_FILE, "The file is too big."},
    {63037, NO_FILE, "WhatsApp could not read the file."},
    {63043, NO_FILE, "Twilio may not fetch the file."},
    {63044, NO_FILE, "Twilio did not find the file."},
    {63045, NO_FILE, "Twilio could not fetch the file."},
    {63047, NO_FILE, "The file is not of the type that it claims."},

    /* The template: free text still goes. */
    {63027, NEVER, "The template does not exist in this language."},
    {63028, NEVER, "The template must have the one variable {{1}}."},
    {63040, NEVER, "WhatsApp rejected the template."},
    {63041, NEVER, "WhatsApp paused the template."},
    {63042, NEVER, "WhatsApp disabled the template."},
    {21655, NEVER, "The template's ContentSid is not valid."},
    {21656, NEVER, "The template's variables are not valid."},
};

const struct twilio_trouble *
twilio_trouble(unsigned code)
{
	size_t i;

	for (i = 0; i < ARRAY_LEN(troubles); i++)
		if (troubles[i].code == code)
			return &troubles[i];
	return NULL;
}

#define SAID_CHARACTERS 200u

struct str
twilio_reason(unsigned code, struct str said, struct arena *a)
{
	const struct twilio_trouble *t = twilio_trouble(code);

	if (t != NULL)
		return str_from(t->words);
	if (said.n == 0 || !utf8_valid(said))
		return STR("Twilio refuses it and does not say why.");
	said = utf8_prefix(said, SAID_CHARACTERS);
	return arena_printf(a, "Twilio refuses it: %.*s", STR_FMT(said));
}
