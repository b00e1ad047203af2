/*
 * sniff: files that say at their beginning what they are. Sound without such
 * a word, zips and text have files of their own.
 */
#include "workers/sniff.h"
#include "workers/sniff_inner.h"

struct mark {
	const char *begin; /* at 0 */
	size_t begin_n;
	size_t at; /* and there, where `more` is set */
	const char *more;
	size_t more_n;
	const char *type;
};

#define BEGIN(text) .begin = (text), .begin_n = sizeof(text) - 1
#define MORE(where, text) \
	.at = (where), .more = (text), .more_n = sizeof(text) - 1

static const struct mark marks[] = {
    {BEGIN("\xff\xd8\xff"), .type = "image/jpeg"},
    {BEGIN("\x89PNG\r\n\x1a\n"), .type = "image/png"},
    {BEGIN("GIF87a"), .type = "image/gif"},
    {BEGIN("GIF89a"), .type = "image/gif"},
    {BEGIN("RIFF"), MORE(8, "WEBPVP8"), .type = "image/webp"},
    {BEGIN("%PDF-"), .type = "application/pdf"},
    {BEGIN("OggS\0"), MORE(28, "OpusHead"), .type = "audio/ogg"},
    {BEGIN("OggS\0"), MORE(28, "\x01vorbis"), .type = "audio/ogg"},
    {BEGIN("OggS\0"), MORE(28, "Speex   "), .type = "audio/ogg"},
    {BEGIN("#!AMR\n"), .type = "audio/amr"},
    {BEGIN("#!AMR-WB\n"), .type = "audio/amr-wb"},
};

/* After "ftyp": the first word of what it is fit for. */
static const struct {
	const char *brand; /* begins with */
	const char *type;
} brands[] = {
    {"M4A", "audio/mp4"},
    {"M4B", "audio/mp4"},
    {"3gp", "video/3gpp"},
    {"3g2", "video/3gpp2"},
    {"isom", "video/mp4"},
    {"iso2", "video/mp4"},
    {"iso4", "video/mp4"},
    {"iso5", "video/mp4"},
    {"iso6", "video/mp4"},
    {"mp41", "video/mp4"},
    {"mp42", "video/mp4"},
    {"avc1", "video/mp4"},
    {"dash", "video/mp4"},
    {"MSNV", "video/mp4"},
    {"M4V", "video/mp4"},
};

static const char *
sniff_film(struct str s)
{
	size_t i;

	if (!sniff_at(s, 4, "ftyp", 4))
		return NULL;
	for (i = 0; i < ARRAY_LEN(brands); i++)
		if (sniff_at(s, 8, brands[i].brand, strlen(brands[i].brand)))
			return brands[i].type;
	return NULL;
}

static const char *
sniff_mark(struct str s)
{
	size_t i;

	for (i = 0; i < ARRAY_LEN(marks); i++)
		if (sniff_at(s, 0, marks[i].begin, marks[i].begin_n) &&
		    sniff_at(s, marks[i].at, marks[i].more, marks[i].more_n))
			return marks[i].type;
	return NULL;
}

const char *
sniff(struct str s)
{
	const char *(*const ways[])(struct str) = {
	    sniff_mark, sniff_film, sniff_zip, sniff_sound, sniff_text};
	const char *type = NULL;
	size_t i;

	for (i = 0; i < ARRAY_LEN(ways) && type == NULL && s.n > 0; i++)
		type = ways[i](s);
	return type;
}
