/*
 * html_mark: the names that mail programs give to what is not new in a reply.
 */
#include "channels/email/html_inner.h"

static const struct {
	const char *word; /* of class or id */
	enum html_mark mark;
} marks[] = {
    {"gmail_attr", HTML_DROP},
    {"gmail_signature", HTML_DROP},
    {"gmail_signature_prefix", HTML_DROP},
    {"moz-cite-prefix", HTML_DROP},
    {"moz-signature", HTML_DROP},
    {"reply-intro", HTML_DROP},
    {"protonmail_signature_block", HTML_DROP},
    {"AppleMailSignature", HTML_DROP},
    {"ms-outlook-mobile-signature", HTML_DROP},
    {"Signature", HTML_DROP},
    {"divRplyFwdMsg", HTML_OLD},
    {"appendonsend", HTML_OLD},
    {"mail-editor-reference-message-container", HTML_OLD},
    {"OLK_SRC_BODY_SECTION", HTML_OLD},
    {"OutlookMessageHeader", HTML_OLD},
    {"yahoo_quoted", HTML_OLD},
    {"zmail_extra", HTML_OLD},
};

static enum html_mark
named_mark(const struct html_tag *t)
{
	struct str class = html_attribute(t, "class");
	struct str id = html_attribute(t, "id");
	size_t i;

	for (i = 0; i < ARRAY_LEN(marks) && class.n + id.n > 0; i++) {
		struct str word = str_from(marks[i].word);

		if (html_has_word(class, word) || lex_same(id, word))
			return marks[i].mark;
	}
	return HTML_NONE;
}

static bool
is_hidden(const struct html_tag *t)
{
	struct str style = lex_upto(html_attribute(t, "style"), 300);
	size_t at = lex_find(style, STR("display:"));

	return at < style.n &&
	       lex_begins(lex_trim(lex_from(style, at + 8)), STR("none"));
}

static const char *const containers[] = {
    "div", "span", "p", "td", "table", "blockquote", "section"};

static bool
is_container(struct str name)
{
	size_t i;

	for (i = 0; i < ARRAY_LEN(containers); i++)
		if (lex_same(name, str_from(containers[i])))
			return true;
	return false;
}

enum html_mark
html_mark(const struct html_tag *t)
{
	if (t->closes || t->attributes.n == 0 || !is_container(t->name))
		return HTML_NONE;
	return is_hidden(t) ? HTML_HIDDEN : named_mark(t);
}
