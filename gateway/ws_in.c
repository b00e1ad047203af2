/*
 * ws_in: one frame at a time through a few checks, each with its close code.
 *
 * wslay reads into 4 KB of its own. It tells of a frame when the first bytes
 * of payload are there, and not how many bytes of the next header it holds;
 * so the bytes given to it are counted against those of the frames seen.
 */
#include "gateway/ws_in.h"
#include "core/buf.h"

#include <stdlib.h>
#include <wslay/wslay.h>

#define CONTROL_MAX 125u
#define NO_MESSAGE 0xffu

/* Where in a character the text is, and what its next byte may be. */
struct utf8_place {
	uint8_t left, low, high;
};

struct ws_in {
	wslay_frame_context_ptr frames;
	struct str bytes; /* fed and not yet taken by wslay */
	char *kept;	  /* the copy that `bytes` points into, if any */
	size_t held;	  /* taken by wslay and not yet seen in a frame */
	uint64_t left;	  /* payload still to come of the frame begun */

	uint8_t opcode; /* of the message begun, or NO_MESSAGE */
	unsigned fragments;
	struct utf8_place place;
	struct buf message;

	uint8_t control_size;
	char control[CONTROL_MAX];
};

/* ---- in and out -------------------------------------------------------- */

static ssize_t
take_bytes(uint8_t *room, size_t size, int flags, void *arg)
{
	struct ws_in *in = arg;
	size_t n = in->bytes.n < size ? in->bytes.n : size;

	(void)flags;
	if (n == 0)
		return -1; /* wslay: wait for more */
	memcpy(room, in->bytes.p, n);
	in->bytes.p += n;
	in->bytes.n -= n;
	in->held += n;
	return (ssize_t)n;
}

struct ws_in *
ws_in_new(void)
{
	const struct wslay_frame_callbacks calls = {
	    .recv_callback = take_bytes};
	struct ws_in *in = calloc(1, sizeof(*in));

	if (in == NULL)
		return NULL;
	in->opcode = NO_MESSAGE;
	if (wslay_frame_context_init(&in->frames, &calls, in) != 0) {
		free(in);
		return NULL;
	}
	return in;
}

void
ws_in_free(struct ws_in *in)
{
	if (in == NULL)
		return;
	wslay_frame_context_free(in->frames);
	buf_free(&in->message);
	free(in->kept);
	free(in);
}

void
ws_in_feed(struct ws_in *in, struct str bytes)
{
	free(in->kept);
	in->kept = NULL;
	in->bytes = bytes;
}

enum err
ws_in_keep(struct ws_in *in)
{
	char *copy;

	if (in->bytes.n == 0 || in->kept != NULL)
		return OK;
	copy = malloc(in->bytes.n);
	if (copy == NULL)
		return E_NOMEM;
	memcpy(copy, in->bytes.p, in->bytes.n);
	in->kept = copy;
	in->bytes.p = copy;
	return OK;
}

bool
ws_in_idle(const struct ws_in *in)
{
	return in->bytes.n == 0 && in->held == 0 && in->left == 0 &&
	       in->opcode == NO_MESSAGE;
}

/* ---- UTF-8 as it arrives ----------------------------------------------- */

/* The first byte of a character, and the range of its second one. */
static bool
utf8_begin(struct utf8_place *at, uint8_t b)
{
	static const struct {
		uint8_t from, to, left, low, high;
	} rows[] = {
	    {0xc2, 0xdf, 1, 0x80, 0xbf},
	    {0xe0, 0xe0, 2, 0xa0, 0xbf}, /* no overlong forms */
	    {0xe1, 0xec, 2, 0x80, 0xbf},
	    {0xed, 0xed, 2, 0x80, 0x9f}, /* no surrogates */
	    {0xee, 0xef, 2, 0x80, 0xbf}, {0xf0, 0xf0, 3, 0x90, 0xbf},
	    {0xf1, 0xf3, 3, 0x80, 0xbf},
	    {0xf4, 0xf4, 3, 0x80, 0x8f}, /* up to U+10FFFF */
	};
	size_t i;

	for (i = 0; i < ARRAY_LEN(rows); i++) {
		if (b < rows[i].from || b > rows[i].to)
			continue;
		*at = (struct utf8_place){
		    rows[i].left, rows[i].low, rows[i].high};
		return true;
	}
	return false;
}

static bool
utf8_byte(struct utf8_place *at, uint8_t b)
{
	if (at->left == 0)
		return b < 0x80 || utf8_begin(at, b);
	if (b < at->low || b > at->high)
		return false;
	at->left--;
	at->low = 0x80;
	at->high = 0xbf;
	return true;
}

/* False at the first byte that no valid text can have there. */
static bool
utf8_goes_on(struct utf8_place *at, const uint8_t *p, size_t n)
{
	const uint64_t high_bits = 0x8080808080808080u;
	uint64_t eight;
	size_t i = 0;

	while (i < n) {
		if (at->left == 0 && n - i >= sizeof(eight)) {
			memcpy(&eight, p + i, sizeof(eight));
			if ((eight & high_bits) == 0) {
				i += sizeof(eight);
				continue;
			}
		}
		if (!utf8_byte(at, p[i++]))
			return false;
	}
	return true;
}

/* ---- checks ------------------------------------------------------------ */

static struct ws_message
fail(uint16_t code, struct str why)
{
	return (struct ws_message){WS_FAIL, code, why};
}

static struct ws_message
more(void)
{
	return (struct ws_message){.what = WS_NEED_BYTES};
}

bool
ws_close_code_valid(unsigned code)
{
	/* 1004 to 1006 and 1015 are never sent; 2999 and below are not given
	 * out. */
	return (code >= 1000 && code <= 1003) ||
	       (code >= 1007 && code <= 1014) || (code >= 3000 && code <= 4999);
}

static struct ws_message
read_close(struct str payload)
{
	const uint8_t *p = (const uint8_t *)payload.p;
	struct utf8_place at = {0};
	unsigned code;

	if (payload.n == 0)
		return (struct ws_message){.what = WS_CLOSE};
	if (payload.n == 1)
		return fail(1002, STR("a close of one byte"));
	code = (unsigned)p[0] << 8 | p[1];
	if (!ws_close_code_valid(code))
		return fail(1002, STR("a close code that may not be sent"));
	if (!utf8_goes_on(&at, p + 2, payload.n - 2) || at.left != 0)
		return fail(1007, STR("a close reason that is not UTF-8"));
	return (struct ws_message){WS_CLOSE, (uint16_t)code,
	    (struct str){payload.p + 2, payload.n - 2}};
}

static bool
opcode_known(uint8_t opcode)
{
	return opcode <= WSLAY_BINARY_FRAME ||
	       (opcode >= WSLAY_CONNECTION_CLOSE && opcode <= WSLAY_PONG);
}

/* A frame has begun: is it one that may come now? */
static struct ws_message
check_begin(struct ws_in *in, const struct wslay_frame_iocb *f,
    const struct ws_limits *limits)
{
	bool goes_on = f->opcode == WSLAY_CONTINUATION_FRAME;

	if (!f->mask)
		return fail(1002, STR("a frame without a mask"));
	if (f->rsv != 0)
		return fail(1002, STR("a reserved bit is set"));
	if (!opcode_known(f->opcode))
		return fail(1002, STR("a reserved opcode"));
	if (wslay_is_ctrl_frame(f->opcode))
		return more();
	if (goes_on && in->opcode == NO_MESSAGE)
		return fail(1002, STR("a continuation of nothing"));
	if (!goes_on && in->opcode != NO_MESSAGE)
		return fail(1002, STR("a new message inside another one"));
	if (f->payload_length > limits->message_max - in->message.len)
		return fail(1009, STR("the message is too big"));
	if (limits->fragments_max > 0 && in->fragments >= limits->fragments_max)
		return fail(1008, STR("the message has too many fragments"));
	return more();
}

static size_t
header_size(uint64_t payload)
{
	const size_t least = 2 + 4; /* the mask is always there */

	return payload < 126 ? least : payload < 65536 ? least + 2 : least + 8;
}

static struct ws_message
frame_begin(struct ws_in *in, const struct wslay_frame_iocb *f,
    const struct ws_limits *limits)
{
	struct ws_message bad = check_begin(in, f, limits);

	if (bad.what == WS_FAIL)
		return bad;
	in->held -= header_size(f->payload_length);
	in->left = f->payload_length;
	if (wslay_is_ctrl_frame(f->opcode)) {
		in->control_size = 0;
	} else {
		if (f->opcode != WSLAY_CONTINUATION_FRAME)
			in->opcode = f->opcode;
		in->fragments++;
	}
	return more();
}

/* ---- payload ----------------------------------------------------------- */

static struct ws_message
control_end(const struct ws_in *in, uint8_t opcode)
{
	struct str payload = {in->control, in->control_size};

	if (opcode == WSLAY_CONNECTION_CLOSE)
		return read_close(payload);
	return (struct ws_message){
	    opcode == WSLAY_PING ? WS_PING : WS_PONG, 0, payload};
}

static struct ws_message
control_bytes(struct ws_in *in, const struct wslay_frame_iocb *f)
{
	memcpy(in->control + in->control_size, f->data, f->data_length);
	in->control_size = (uint8_t)(in->control_size + f->data_length);
	return in->left == 0 ? control_end(in, f->opcode) : more();
}

static struct ws_message
data_end(struct ws_in *in, struct str payload)
{
	enum ws_what what = in->opcode == WSLAY_TEXT_FRAME ? WS_TEXT
							   : WS_BINARY;

	if (what == WS_TEXT && in->place.left != 0)
		return fail(1007, STR("the text ends inside a character"));
	in->opcode = NO_MESSAGE;
	in->fragments = 0;
	return (struct ws_message){what, 0, payload};
}

static struct ws_message
data_bytes(struct ws_in *in, const struct wslay_frame_iocb *f)
{
	struct str part = {(const char *)f->data, f->data_length};
	bool ended = in->left == 0 && f->fin;

	if (in->opcode == WSLAY_TEXT_FRAME &&
	    !utf8_goes_on(&in->place, f->data, f->data_length))
		return fail(1007, STR("the text is not UTF-8"));
	/* Most messages come in one piece and need no copy. */
	if (ended && in->message.len == 0)
		return data_end(in, part);
	buf_add(&in->message, part.p, part.n);
	if (in->message.failed)
		return fail(1011, STR("no memory"));
	return ended ? data_end(in, buf_view(&in->message)) : more();
}

/* The message handed out last is no longer needed. */
static void
forget_message(struct ws_in *in)
{
	if (in->opcode == NO_MESSAGE && in->message.data != NULL)
		buf_free(&in->message);
}

struct ws_message
ws_in_next(struct ws_in *in, const struct ws_limits *limits)
{
	struct ws_message m = {.what = WS_NEED_BYTES};
	struct wslay_frame_iocb f;
	ssize_t n;

	forget_message(in);
	while (m.what == WS_NEED_BYTES) {
		memset(&f, 0, sizeof(f));
		n = wslay_frame_recv(in->frames, &f);
		if (n == WSLAY_ERR_WANT_READ)
			break;
		if (n < 0)
			return fail(1002, STR("a wrong frame header"));
		if (in->left == 0)
			m = frame_begin(in, &f, limits);
		if (m.what == WS_FAIL)
			return m;
		in->left -= f.data_length;
		in->held -= f.data_length;
		m = wslay_is_ctrl_frame(f.opcode) ? control_bytes(in, &f)
						  : data_bytes(in, &f);
	}
	return m;
}
