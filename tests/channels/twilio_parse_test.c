/*
 * What a verified request brings: one table of messages, one of statuses, and
 * what is refused.
 */
#include "store/store.h"
#include "tests/channels/twilio_rig.h"

#define ONE "AccountSid=" TW_SID "&MessageSid=" TW_MESSAGE
#define TO "&To=whatsapp%3A%2B15005550006"
#define FROM "&From=whatsapp%3A%2B15551234567"
#define HIDDEN "&From=whatsapp%3AUS.13491208655302741918"
#define USER "&ExternalUserId=whatsapp%3AUS.13491208655302741918"
#define MEDIA \
	"&NumMedia=1&MediaContentType0=image%2Fjpeg" \
	"&MediaUrl0=https%3A%2F%2Fapi.twilio.com%2FME1"
#define U(n) "&MediaUrl" #n "=https%3A%2F%2Fapi.twilio.com%2FME" #n
#define MANY \
	"&NumMedia=99" U(0) U(1) U(2) U(3) U(4) U(5) U(6) U(7) U(8) U(9) U(10)

struct said {
	const char *what, *form;
	const char *address, *alias, *name;
	const char *body;
	unsigned files;
};

static const struct said messages[] = {
    {"text, number only", ONE FROM TO "&Body=Hello+%E2%98%83&NumMedia=0",
	TW_PHONE, "", "", "{\"text\":\"Hello \xe2\x98\x83\"}", 0},
    {"number and user id", ONE FROM USER "&Body=Hi&WaId=15551234567", TW_USER,
	TW_PHONE, "", "{\"text\":\"Hi\"}", 0},
    {"hidden number, no WaId", ONE HIDDEN USER "&Body=Hi", TW_USER, "", "",
	"{\"text\":\"Hi\"}", 0},
    {"hidden number, empty WaId", ONE HIDDEN USER "&Body=Hi&WaId=", TW_USER, "",
	"", "{\"text\":\"Hi\"}", 0},
    {"hidden number, no ExternalUserId", ONE HIDDEN "&Body=Hi", TW_USER, "", "",
	"{\"text\":\"Hi\"}", 0},
    {"hidden in From, but WaId tells", ONE HIDDEN "&Body=Hi&WaId=15551234567",
	TW_USER, TW_PHONE, "", "{\"text\":\"Hi\"}", 0},
    {"WaId that is none", ONE HIDDEN "&Body=Hi&WaId=abc", TW_USER, "", "",
	"{\"text\":\"Hi\"}", 0},
    {"a parent's user id",
	ONE "&From=whatsapp%3AUS.ENT.1349&ExternalUserId=whatsapp%3AUS.ENT."
	    "1349&Body=Hi",
	"US.ENT.1349", "", "", "{\"text\":\"Hi\"}", 0},
    {"a user id that is none", ONE FROM "&ExternalUserId=whatsapp%3Ax&Body=Hi",
	TW_PHONE, "", "", "{\"text\":\"Hi\"}", 0},
    {"a name with tricks in it",
	ONE FROM "&Body=Hi&ProfileName=+J%C3%B6rg%0A%1B%5B31m+%FF%3Cb%3E+",
	TW_PHONE, "", "J\xc3\xb6rg[31m <b>", "{\"text\":\"Hi\"}", 0},
    {"a picture alone", ONE FROM "&Body=" MEDIA, TW_PHONE, "", "",
	"{\"text\":\"\",\"files\":[{\"type\":\"image/jpeg\"}]}", 1},
    {"a picture with words", ONE FROM "&Body=See" MEDIA, TW_PHONE, "", "",
	"{\"text\":\"See\",\"files\":[{\"type\":\"image/jpeg\"}]}", 1},
    {"a file of no type",
	ONE FROM "&NumMedia=1&MediaUrl0=https%3A%2F%2Fapi.twilio.com%2FME1",
	TW_PHONE, "", "", "{\"text\":\"\",\"files\":[{}]}", 1},
    {"an address that is no URL",
	ONE FROM
	"&Body=x&NumMedia=2&MediaUrl0=file%3A%2F%2F%2Fetc&MediaUrl1=https%3A%"
	"2F%2Fa%0D%0Ab",
	TW_PHONE, "", "", "{\"text\":\"x\"}", 0},
    {"more files than there are", ONE FROM "&NumMedia=9&Body=x" MEDIA, TW_PHONE,
	"", "", "{\"text\":\"x\",\"files\":[{\"type\":\"image/jpeg\"}]}", 1},
    {"more files than anybody has", ONE FROM "&Body=" MANY, TW_PHONE, "", "",
	"{\"text\":\"\",\"files\":[{},{},{},{},{},{},{},{},{},{}]}", 10},
    {"a place",
	ONE FROM "&MessageType=location&Latitude=37.7876&Longitude=-"
		 "122.4194&Label=Shop&Address=1+Main+St",
	TW_PHONE, "", "",
	"{\"text\":\"\",\"location\":{\"latitude\":37.7876,\"longitude\":"
	"-122.4194,\"label\":\"Shop\",\"address\":\"1 Main St\"}}",
	0},
    {"a place nowhere", ONE FROM "&Body=x&Latitude=91&Longitude=0", TW_PHONE,
	"", "", "{\"text\":\"x\"}", 0},
    {"a place that is no number", ONE FROM "&Body=x&Latitude=nan&Longitude=0",
	TW_PHONE, "", "", "{\"text\":\"x\"}", 0},
    {"a button", ONE FROM "&Body=Yes&ButtonText=Yes&ButtonPayload=y%3A1",
	TW_PHONE, "", "", "{\"text\":\"Yes\",\"button\":\"y:1\"}", 0},
    {"a button without Body", ONE FROM "&ButtonText=Yes&ButtonPayload=y",
	TW_PHONE, "", "", "{\"text\":\"Yes\",\"button\":\"y\"}", 0},
    {"a list", ONE FROM "&ListId=2&ListTitle=Two", TW_PHONE, "", "",
	"{\"text\":\"Two\",\"button\":\"2\"}", 0},
    {"a reply", ONE FROM "&Body=Yes&OriginalRepliedMessageSid=" TW_MESSAGE,
	TW_PHONE, "", "", "{\"text\":\"Yes\",\"reply_to\":\"" TW_MESSAGE "\"}",
	0},
    {"a reply to nothing", ONE FROM "&Body=Yes&OriginalRepliedMessageSid=x",
	TW_PHONE, "", "", "{\"text\":\"Yes\"}", 0},
    {"STOP", ONE FROM "&Body=+sToP+", TW_PHONE, "", "",
	"{\"text\":\" sToP \",\"opt_out\":true}", 0},
    {"not STOP", ONE FROM "&Body=Stop+it", TW_PHONE, "", "",
	"{\"text\":\"Stop it\"}", 0},
    {"a type of tomorrow", ONE FROM "&Body=Hm&MessageType=hologram&New=1",
	TW_PHONE, "", "", "{\"text\":\"Hm\"}", 0},
    {"bytes that are no text", ONE FROM "&Body=a%00b%FFc", TW_PHONE, "", "",
	"{\"text\":\"ab\xef\xbf\xbd"
	"c\"}",
	0},
};

static void
check_message(const struct said *said)
{
	struct tw_rig rig;
	struct hook h;
	struct arrival got;

	tw_open(&rig, &channel_whatsapp);
	h = tw_hook(&rig, "", said->form);
	print_message("  %s\n", said->what);
	assert_int_equal(OK, tw_parse(&rig, &h, &got));
	assert_int_equal(1, got.envelope_count);
	assert_int_equal(EVENT_MESSAGE, got.envelopes[0].kind);
	tw_assert_str(got.envelopes[0].address, said->address);
	tw_assert_str(got.envelopes[0].person, said->address);
	tw_assert_str(got.envelopes[0].alias, said->alias);
	tw_assert_str(got.envelopes[0].name, said->name);
	tw_assert_str(got.envelopes[0].source, "whatsapp:main:" TW_MESSAGE);
	tw_assert_json(got.envelopes[0].body, said->body);
	assert_int_equal(said->files, got.envelopes[0].file_count);
	assert_true(got.envelopes[0].at == TW_NOW);
	assert_int_equal(200, got.status);
	assert_string_equal("text/xml", got.type);
	tw_assert_str(got.answer, "<Response/>");
	tw_close(&rig);
}

static void
messages_become_envelopes(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_LEN(messages); i++)
		check_message(&messages[i]);
}

static void
whom_to_answer_is_kept(void **state)
{
	struct arrival got;
	struct tw_rig rig;
	struct hook h;

	(void)state;
	tw_open(&rig, &channel_whatsapp);
	h = tw_hook(&rig, "", ONE FROM USER MEDIA);
	assert_int_equal(OK, tw_parse(&rig, &h, &got));
	tw_assert_json(got.envelopes[0].reply,
	    "{\"to\":\"whatsapp:" TW_PHONE "\",\"sid\":\"" TW_MESSAGE "\"}");
	tw_assert_json(got.envelopes[0].files[0].payload,
	    "{\"url\":\"https://api.twilio.com/ME1\"}");
	h = tw_hook(&rig, "", ONE HIDDEN USER "&Body=Hi");
	assert_int_equal(OK, tw_parse(&rig, &h, &got));
	tw_assert_json(got.envelopes[0].reply,
	    "{\"to\":\"whatsapp:" TW_USER "\",\"sid\":\"" TW_MESSAGE "\"}");
	tw_close(&rig);
}

static void
a_get_is_read_from_its_query(void **state)
{
	struct arrival got;
	struct tw_rig rig;
	struct hook h;

	(void)state;
	tw_open(&rig, &channel_whatsapp);
	h = tw_hook(&rig, "?" ONE FROM "&Body=Hi", "");
	h.method = STR("GET");
	assert_int_equal(OK, tw_parse(&rig, &h, &got));
	tw_assert_json(got.envelopes[0].body, "{\"text\":\"Hi\"}");
	tw_close(&rig);
}

static void
what_is_empty_is_ignored(void **state)
{
	static const char *const forms[] = {ONE FROM,
	    ONE FROM "&Body=", ONE FROM "&Body=++&NumMedia=0",
	    ONE FROM "&OriginalRepliedMessageSid=" TW_MESSAGE};
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_LEN(forms); i++) {
		struct arrival got;
		struct tw_rig rig;
		struct hook h;

		tw_open(&rig, &channel_whatsapp);
		h = tw_hook(&rig, "", forms[i]);
		assert_int_equal(OK, tw_parse(&rig, &h, &got));
		assert_int_equal(0, got.envelope_count);
		assert_string_equal("empty", got.ignored);
		assert_int_equal(200, got.status);
		tw_close(&rig);
	}
}

/* ---- what is refused ---------------------------------------------------- */

static const struct {
	const struct channel *channel;
	const char *tail, *form, *why;
} refusals[] = {
    {&channel_whatsapp, "", "", "AccountSid"},
    {&channel_whatsapp, "", "MessageSid=" TW_MESSAGE FROM "&Body=x",
	"AccountSid"},
    {&channel_whatsapp, "",
	"AccountSid=AC00000000000000000000000000000002&Body=x", "AccountSid"},
    {&channel_whatsapp, "", "AccountSid=" TW_SID FROM "&Body=x", "MessageSid"},
    {&channel_whatsapp, "",
	"AccountSid=" TW_SID "&MessageSid=SM0" FROM "&Body=x", "MessageSid"},
    {&channel_whatsapp, "",
	"AccountSid=" TW_SID
	"&MessageSid=XX00000000000000000000000000000001" FROM "&Body=x",
	"MessageSid"},
    {&channel_whatsapp, "", ONE "&Body=x", "From"},
    {&channel_whatsapp, "", ONE "&Body=x&From=%2B15551234567", "From"},
    {&channel_whatsapp, "", ONE "&Body=x&From=whatsapp%3A15551234567", "From"},
    {&channel_whatsapp, "", ONE "&Body=x&From=whatsapp%3A%2B05551234567",
	"From"},
    {&channel_whatsapp, "", ONE "&Body=x&From=whatsapp%3A%2B155512", "From"},
    {&channel_whatsapp, "", ONE "&Body=x&From=whatsapp%3A%2B1555123456789012",
	"From"},
    {&channel_whatsapp, "", ONE "&Body=x&From=whatsapp%3A%2B1555123456a",
	"From"},
    {&channel_whatsapp, "", ONE "&Body=x&From=whatsapp%3Aus.1349", "From"},
    {&channel_whatsapp, "", ONE "&Body=x&From=whatsapp%3AUS.", "From"},
    {&channel_whatsapp, "", ONE "&Body=x&From=whatsapp%3AUS.ENT.", "From"},
    {&channel_whatsapp, "", ONE "&Body=x&From=whatsapp%3AUS.1.2", "From"},
    {&channel_whatsapp, "", ONE "&Body=x&From=messenger%3A12345", "From"},
    {&channel_sms, "", ONE FROM "&Body=x", "From"},
    {&channel_sms, "", ONE "&Body=x&From=US%2C1349", "From"},
    {&channel_sms, "", ONE "&Body=x&From=12", "From"},
    {&channel_sms, "", ONE "&Body=x&From=A-NAME-TOO-LONG", "From"},
    {&channel_sms, "", ONE "&Body=x&From=%3Cb%3E", "From"},
    {&channel_whatsapp, "/nowhere", ONE FROM "&Body=x", "nothing at this"},
    {&channel_whatsapp, "/status?row=x", ONE "&MessageStatus=sent", "row"},
    {&channel_whatsapp, "/status?row=-1", ONE "&MessageStatus=sent", "row"},
    {&channel_whatsapp, "/status?row=9007199254740992",
	ONE "&MessageStatus=sent", "row"},
    {&channel_whatsapp, "/status?%", ONE "&MessageStatus=sent", "query"},
    {&channel_whatsapp, "/status?row=1",
	"AccountSid=" TW_SID "&MessageStatus=sent", "MessageSid"},
    {&channel_whatsapp, "", "a=%", "form"},
};

static void
what_is_not_twilios_is_refused(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_LEN(refusals); i++) {
		struct arrival got;
		struct tw_rig rig;
		struct hook h;

		tw_open(&rig, refusals[i].channel);
		h = tw_hook(&rig, refusals[i].tail, refusals[i].form);
		if (tw_parse(&rig, &h, &got) != E_BADINPUT)
			fail_msg("%s is accepted", refusals[i].form);
		tw_assert_holds(str_from(rig.why), refusals[i].why);
		assert_int_equal(0, got.envelope_count);
		assert_int_equal(0, got.receipt_count);
		tw_close(&rig);
	}
}

static void
a_text_message_comes_from_whom_it_may(void **state)
{
	static const char *const who[][2] = {{"%2B15551234567", TW_PHONE},
	    {"12345", "12345"}, {"My+Bank", "My Bank"}};
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_LEN(who); i++) {
		struct arrival got;
		struct tw_rig rig;
		struct hook h;

		tw_open(&rig, &channel_sms);
		h = tw_hook(&rig, "",
		    arena_printf(&rig.arena, ONE "&Body=x&From=%s", who[i][0])
			.p);
		assert_int_equal(OK, tw_parse(&rig, &h, &got));
		tw_assert_str(got.envelopes[0].address, who[i][1]);
		tw_assert_str(got.envelopes[0].source, "sms:main:" TW_MESSAGE);
		tw_close(&rig);
	}
}

static void
json_is_not_for_us(void **state)
{
	struct arrival got;
	struct tw_rig rig;
	struct hook h;

	(void)state;
	tw_open(&rig, &channel_whatsapp);
	h = tw_hook(&rig, "", "[{\"type\":\"com.twilio.messaging\"}]");
	h.type = STR("application/json");
	assert_int_equal(OK, tw_parse(&rig, &h, &got));
	assert_string_equal("json", got.ignored);
	assert_int_equal(204, got.status);
	tw_close(&rig);
}

/* ---- statuses ----------------------------------------------------------- */

static const struct {
	const char *form;
	unsigned rank; /* RECEIPT_NONE: ignored */
	const char *code, *reason;
} statuses[] = {
    {"&MessageStatus=accepted", RECEIPT_ACCEPTED, "", ""},
    {"&MessageStatus=scheduled", RECEIPT_ACCEPTED, "", ""},
    {"&MessageStatus=queued", RECEIPT_ACCEPTED, "", ""},
    {"&MessageStatus=sending", RECEIPT_ACCEPTED, "", ""},
    {"&MessageStatus=sent", RECEIPT_SENT, "", ""},
    {"&MessageStatus=delivered&EventType=DELIVERED", RECEIPT_DELIVERED, "", ""},
    {"&MessageStatus=read&EventType=READ", RECEIPT_READ, "", ""},
    {"&MessageStatus=failed", RECEIPT_FAILED, "failed", "could not be sent"},
    {"&MessageStatus=undelivered&ErrorCode=", RECEIPT_FAILED, "undelivered",
	"could not be delivered"},
    {"&MessageStatus=canceled", RECEIPT_FAILED, "canceled", "canceled"},
    {"&MessageStatus=undelivered&ErrorCode=63016", RECEIPT_FAILED, "63016",
	"24 hours"},
    {"&MessageStatus=failed&ErrorCode=21610&ErrorMessage=x", RECEIPT_FAILED,
	"21610", "STOP"},
    {"&MessageStatus=failed&ErrorCode=99999", RECEIPT_FAILED, "99999",
	"does not say why"},
    {"&MessageStatus=failed&ErrorCode=99999&ErrorMessage=Odd", RECEIPT_FAILED,
	"99999", "Twilio refuses it: Odd"},
    {"&MessageStatus=failed&ErrorCode=99999&ChannelStatusMessage=Meta+says",
	RECEIPT_FAILED, "99999", "Meta says"},
    {"&MessageStatus=received", RECEIPT_NONE, "", ""},
    {"&MessageStatus=partially_delivered", RECEIPT_NONE, "", ""},
    {"&MessageStatus=", RECEIPT_NONE, "", ""},
    {"", RECEIPT_NONE, "", ""},
};

static void
check_status(struct tw_rig *rig, size_t i, const char *tail, uint64_t row)
{
	struct arrival got;
	struct hook h = tw_hook(rig, tail,
	    arena_printf(&rig->arena, "%s%s", ONE HIDDEN, statuses[i].form).p);

	assert_int_equal(OK, tw_parse(rig, &h, &got));
	assert_int_equal(204, got.status);
	assert_null(got.type);
	assert_int_equal(0, got.envelope_count);
	if (statuses[i].rank == RECEIPT_NONE) {
		assert_int_equal(0, got.receipt_count);
		assert_string_equal("status", got.ignored);
		return;
	}
	assert_int_equal(1, got.receipt_count);
	assert_int_equal(row, got.receipts[0].row);
	tw_assert_str(got.receipts[0].vendor_id, TW_MESSAGE);
	assert_int_equal(statuses[i].rank, got.receipts[0].rank);
	tw_assert_str(got.receipts[0].code, statuses[i].code);
	tw_assert_holds(got.receipts[0].reason, statuses[i].reason);
}

static void
statuses_become_receipts(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_LEN(statuses); i++) {
		struct tw_rig rig;

		tw_open(&rig, &channel_whatsapp);
		check_status(&rig, i, "/status?row=77", 77);
		check_status(&rig, i, "/status?x=1&row=78", 78);
		check_status(&rig, i, "/status", 0);
		tw_close(&rig);
	}
}

/* A Messaging Service may have one address for all. */
static void
a_status_is_known_wherever_it_comes(void **state)
{
	struct arrival got;
	struct tw_rig rig;
	struct hook h;

	(void)state;
	tw_open(&rig, &channel_whatsapp);
	h = tw_hook(&rig, "", ONE FROM TO "&MessageStatus=read");
	assert_int_equal(OK, tw_parse(&rig, &h, &got));
	assert_int_equal(1, got.receipt_count);
	assert_int_equal(0, got.receipts[0].row);
	assert_int_equal(RECEIPT_READ, got.receipts[0].rank);
	tw_close(&rig);
}

/* The vectors' message, which has all the fields of a real one. */
static void
a_real_message_is_read(void **state)
{
	json_t *root = tw_shared("protocols/vectors.json"), *vector;
	struct arrival got;
	struct tw_rig rig;
	struct hook h;

	(void)state;
	if (root == NULL)
		skip();
	vector = json_array_get(
	    json_object_get(json_object_get(root, "twilio_form"), "vectors"),
	    1);
	tw_open(&rig, &channel_whatsapp);
	rig.doc.id = STR("AC00000000000000000000000000000000");
	h = tw_hook(
	    &rig, "", json_string_value(json_object_get(vector, "body")));
	assert_int_equal(OK, tw_parse(&rig, &h, &got));
	tw_assert_str(got.envelopes[0].address, TW_USER);
	tw_assert_str(got.envelopes[0].alias, TW_PHONE);
	tw_assert_str(got.envelopes[0].name, "J\xc3\xb6rg \xe2\x98\x83");
	tw_assert_json(got.envelopes[0].body,
	    "{\"text\":\"Hello & welcome = 50% + more\\nline two\"}");
	tw_close(&rig);
	json_decref(root);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(messages_become_envelopes),
	    cmocka_unit_test(whom_to_answer_is_kept),
	    cmocka_unit_test(a_get_is_read_from_its_query),
	    cmocka_unit_test(what_is_empty_is_ignored),
	    cmocka_unit_test(what_is_not_twilios_is_refused),
	    cmocka_unit_test(a_text_message_comes_from_whom_it_may),
	    cmocka_unit_test(json_is_not_for_us),
	    cmocka_unit_test(statuses_become_receipts),
	    cmocka_unit_test(a_status_is_known_wherever_it_comes),
	    cmocka_unit_test(a_real_message_is_read),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
