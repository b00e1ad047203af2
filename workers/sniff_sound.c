/*
 * sniff_sound: MP3 and AAC, which are frames behind one another and nothing
 * else, but perhaps for a tag before them. The first two frames must fit: two
 * bytes alone would be found in anything.
 */
#include "workers/sniff_inner.h"

static unsigned
byte(struct str s, size_t at)
{
	return at < s.n ? (unsigned char)s.p[at] : 0;
}

/* How long the frame of layer III at `at` is; 0: there is none. */
static size_t
mp3_frame(struct str s, size_t at)
{
	/* By version: MPEG 2.5, none, MPEG 2, MPEG 1. */
	static const unsigned rates[4][3] = {{11025, 12000, 8000}, {0, 0, 0},
	    {22050, 24000, 16000}, {44100, 48000, 32000}};
	static const unsigned kilobits[2][15] = {
	    {0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160},
	    {0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320}};
	unsigned version = byte(s, at + 1) >> 3 & 3;
	unsigned speed = byte(s, at + 2) >> 4, rate = byte(s, at + 2) >> 2 & 3;
	unsigned first = version == 3, factor = first ? 144 : 72;

	if (byte(s, at) != 0xff || (byte(s, at + 1) & 0xe6) != 0xe2 ||
	    version == 1 || speed == 0 || speed == 15 || rate == 3)
		return 0;
	return factor * kilobits[first][speed] * 1000 / rates[version][rate] +
	       (byte(s, at + 2) >> 1 & 1);
}

static size_t
aac_frame(struct str s, size_t at)
{
	size_t n = (byte(s, at + 3) & 3) << 11 | byte(s, at + 4) << 3 |
		   byte(s, at + 5) >> 5;

	if (byte(s, at) != 0xff || (byte(s, at + 1) & 0xf6) != 0xf0 ||
	    (byte(s, at + 2) >> 2 & 15) > 12)
		return 0;
	return n < 7 ? 0 : n;
}

/* A frame, and another behind it or the end. */
static bool
frames(struct str s, size_t at, size_t (*frame)(struct str s, size_t at))
{
	size_t n = frame(s, at);

	return n > 0 && at + n <= s.n &&
	       (at + n == s.n || frame(s, at + n) > 0);
}

/* Where the sound begins, behind a tag. */
static size_t
behind_tag(struct str s)
{
	if (!sniff_at(s, 0, "ID3", 3))
		return 0;
	return 10 + ((size_t)(byte(s, 6) & 0x7f) << 21 |
			(byte(s, 7) & 0x7f) << 14 | (byte(s, 8) & 0x7f) << 7 |
			(byte(s, 9) & 0x7f));
}

const char *
sniff_sound(struct str s)
{
	size_t at = behind_tag(s);

	if (frames(s, at, mp3_frame))
		return "audio/mpeg";
	return frames(s, at, aac_frame) ? "audio/aac" : NULL;
}
