/* mail_html: any bytes as HTML, and as Markdown that becomes HTML. */
#include "channels/email/html.h"
#include "channels/email/markup.h"
#include "core/utf8.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
check(const struct buf *b)
{
	if (b->failed || (b->len > 0 && !utf8_valid(buf_view(b))))
		abort();
}

/* What is written has no tag but those that we write. */
static void
check_tags(const struct buf *b)
{
	static const char *const tags[] = {"a href=\"", "/a>", "b>", "/b>",
	    "i>", "/i>", "s>", "/s>", "code>", "/code>", "p style", "/p>",
	    "br>", "ul style", "/ul>", "ol style", "/ol>", "li>", "/li>",
	    "pre style", "/pre>", "blockquote style", "/blockquote>"};
	const char *at = b->data, *end = b->data + b->len;
	size_t i;

	while (at < end && (at = memchr(at, '<', (size_t)(end - at))) != NULL) {
		at++;
		for (i = 0; i < ARRAY_LEN(tags); i++)
			if ((size_t)(end - at) >= strlen(tags[i]) &&
			    memcmp(at, tags[i], strlen(tags[i])) == 0)
				break;
		if (i == ARRAY_LEN(tags))
			abort();
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str text = {(const char *)data, size};
	struct buf one = {0}, two = {0}, three = {0}, four = {0};

	if (!utf8_valid(text))
		return 0;
	html_text(text, false, &one);
	html_text(text, true, &two);
	markup_html(text, &three);
	markup_plain(text, &four);
	check(&one);
	check(&two);
	check(&three);
	check(&four);
	if (three.len > 0)
		check_tags(&three);
	buf_free(&one);
	buf_free(&two);
	buf_free(&three);
	buf_free(&four);
	return 0;
}
