/*
 * cut_words: the tables of languages. A line counts by its words, a digit and
 * where its colon stands, so that a sentence of a person is not taken for what
 * a program wrote.
 */
#include "channels/email/cut_inner.h"
#include "channels/email/letter.h"

#define LOOK_MAX 1200u /* bytes */
#define WROTE_LINES 3u
#define WROTE_MIN 12u
#define WROTE_MAX 400u
#define BLOCK_LINES 8u
#define BLOCK_LEAST 3u
#define ADVERT_MAX 90u

/* ---- the tables --------------------------------------------------------- */

/* How it begins ("": anyhow) and a word that must be in it. */
static const struct {
	const char *begins, *has;
} wrote[] = {
    {"On ", "wrote"},
    {"Am ", "schrieb"},
    {"Am ", "hat geschrieben"},
    {"Le ", "a écrit"},
    {"El ", "escribió"},
    {"Il ", "ha scritto"},
    {"Op ", "schreef"},
    {"W dniu ", "pisze"},
    {"W dniu ", "napisał"},
    {"", "napisał(a)"},
    {"Em ", "escreveu"},
    {"A ", "escreveu"},
    {"Den ", "skrev"},
    {"", "skrev:"},
    {"", "kirjoitti"},
    {"", "napsal"},
    {"", "napísal"},
    {"", "написал"},
    {"", "пишет"},
    {"", "пише"},
    {"", "yazdı"},
    {"", "a scris"},
    {"", "ezt írta"},
    {"", "έγραψε"},
    {"", "写道"},
    {"", "のメール"},
    {"", "님이 작성"},
    {"", "đã viết"},
    {"", " wrote:"},
    {"", " schrieb:"},
};

static const char *const old_mails[] = {"Original Message",
    "Original-Nachricht", "Ursprüngliche Nachricht", "Ursprüngliche E-Mail",
    "Message d'origine", "Message d’origine", "Message original",
    "Mensaje original", "Messaggio originale", "Oorspronkelijk bericht",
    "Mensagem original", "Ursprungligt meddelande", "Oprindelig meddelelse",
    "Opprinnelig melding", "Alkuperäinen viesti", "Wiadomość oryginalna",
    "Oryginalna wiadomość", "Původní zpráva", "Исходное сообщение",
    "Пересылаемое сообщение", "Orijinal Mesaj", "原始邮件", "元のメッセージ"};

/* Of the block that Outlook puts above; the first group begins it. */
static const char *const senders[] = {"From", "Von", "De", "Da", "Van", "Od",
    "Från", "Fra", "Lähettäjä", "От", "Gönderen", "发件人", "差出人"};
static const char *const others[] = {"Sent", "To", "Cc", "Subject", "Date",
    "Gesendet", "Datum", "An", "Betreff", "Envoyé", "À", "Objet", "Date",
    "Enviado", "Enviado el", "Para", "Asunto", "Fecha", "Inviato", "A",
    "Oggetto", "Data", "Verzonden", "Aan", "Onderwerp", "Wysłano", "Wysłane",
    "Do", "DW", "Temat", "Assunto", "Enviada em", "Skickat", "Till", "Ämne",
    "Sendt", "Til", "Emne", "Lähetetty", "Vastaanottaja", "Aihe", "Odesláno",
    "Komu", "Předmět", "Отправлено", "Кому", "Тема", "Дата", "Tarih", "Kime",
    "Konu", "发送时间", "收件人", "主题", "送信日時", "宛先", "件名"};

static const char *const adverts[] = {"Sent from my ", "Sent from Mail for ",
    "Sent from Outlook", "Sent from Yahoo", "Sent via ", "Get Outlook for ",
    "Sent with Proton Mail", "Von meinem ", "Gesendet von ", "Gesendet mit ",
    "Diese Nachricht wurde von meinem ", "Envoyé de mon ", "Envoyé depuis ",
    "Enviado desde mi ", "Enviado do meu ", "Inviato da ", "Verstuurd vanaf ",
    "Verzonden vanaf ", "Wysłane z ", "Skickat från min ", "Sendt fra min ",
    "Lähetetty ", "Отправлено с ", "Obtener Outlook para ",
    "Holen Sie sich Outlook für ", "Télécharger Outlook pour ", "发自我的"};

/* ---- looking ------------------------------------------------------------ */

static bool
has(struct str s, const char *word)
{
	return memmem(s.p, s.n, word, strlen(word)) != NULL;
}

static bool
is_in(struct str s, const char *const *list, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (lex_same(s, str_from(list[i])))
			return true;
	return false;
}

static bool
has_digit(struct str s)
{
	size_t i;

	for (i = 0; i < s.n; i++)
		if (lex_digit(s.p[i]))
			return true;
	return false;
}

static bool
ends_with_colon(struct str s)
{
	return lex_ends(s, STR(":")) || lex_ends(s, STR("："));
}

bool
cut_is_quoted(struct str line)
{
	line = lex_trim(lex_upto(line, 8));
	return line.n > 0 && line.p[0] == '>';
}

/* Without what programs put in front of a line that they quote. */
static struct str
bare(struct str line)
{
	while (line.n > 0 &&
	       (lex_space(line.p[0]) || strchr(">|*_-", line.p[0]) != NULL))
		line = lex_from(line, 1);
	return lex_trim(line);
}

/* ---- the marker --------------------------------------------------------- */

unsigned
cut_marker(struct str rest)
{
	static const struct str words = {"Please reply above this line", 28};
	struct str one, two, joined;
	char room[80];
	size_t n = 0;

	rest = lex_upto(rest, LOOK_MAX);
	one = lex_upto(bare(lex_line(&rest)), 40);
	if (lex_begins(one, words))
		return 1;
	if (one.n == 0 || !lex_begins(words, one))
		return 0;
	two = lex_upto(bare(lex_line(&rest)), 30);
	memcpy(room, one.p, one.n);
	n = one.n;
	room[n++] = ' ';
	memcpy(room + n, two.p, two.n);
	joined = (struct str){room, n + two.n};
	return lex_begins(joined, words) ? 2 : 0;
}

/* ---- who wrote when ----------------------------------------------------- */

enum wrote { WROTE_NOT, WROTE_ANYHOW, WROTE_BEGINS };

static enum wrote
how_wrote(struct str s)
{
	size_t i;

	s = lex_trim(s);
	if (s.n < WROTE_MIN || s.n > WROTE_MAX || !ends_with_colon(s) ||
	    !has_digit(s))
		return WROTE_NOT;
	for (i = 0; i < ARRAY_LEN(wrote); i++)
		if (lex_begins(s, str_from(wrote[i].begins)) &&
		    has(s, wrote[i].has))
			return wrote[i].begins[0] == '\0' ? WROTE_ANYHOW
							  : WROTE_BEGINS;
	return WROTE_NOT;
}

/* The line above may be a person's: "Fine.", and then "On ... wrote:". */
static bool
begins_below(struct str all)
{
	struct str below = all, first = lex_line(&below);

	if (how_wrote(all) == WROTE_BEGINS && has_digit(first))
		return false;
	return how_wrote(below) != WROTE_NOT;
}

/* All the lines at once: what stands between them may be anywhere. */
unsigned
cut_wrote(struct str rest)
{
	struct str all, line;
	unsigned n;

	rest = lex_upto(rest, LOOK_MAX);
	all = lex_upto(rest, 0);
	for (n = 1; n <= WROTE_LINES && rest.n > 0; n++) {
		line = lex_line(&rest);
		if (lex_blank(line) || cut_is_quoted(line))
			return 0;
		all.n = (size_t)(line.p + line.n - all.p);
		if (how_wrote(all) != WROTE_NOT)
			return begins_below(all) ? 0 : n;
	}
	return 0;
}

bool
cut_may_introduce(struct str s)
{
	size_t i;

	s = lex_trim(s);
	if (s.n == 0 || s.n > WROTE_MAX || !ends_with_colon(s) || !has_digit(s))
		return false;
	for (i = 1; i + 1 < s.n; i++)
		if (s.p[i] == '@' || (s.p[i] == ':' && lex_digit(s.p[i - 1]) &&
					 lex_digit(s.p[i + 1])))
			return true;
	return false;
}

/* ---- old mails ---------------------------------------------------------- */

static bool
is_rule(struct str line)
{
	size_t i;

	for (i = 0; i < line.n && line.p[i] == '_'; i++)
		;
	return i == line.n && line.n >= 20;
}

static bool
is_dashed(struct str line)
{
	size_t i;

	if (line.n < 4 || line.n > 120 || line.p[0] != '-' || line.p[1] != '-')
		return false;
	for (i = 0; i < ARRAY_LEN(old_mails); i++)
		if (lex_find(line, str_from(old_mails[i])) < line.n)
			return true;
	return false;
}

/* "Subject" of "*Subject:* Re: my order"; empty: there is no such word. */
static struct str
label_of(struct str line)
{
	struct str label = bare(lex_upto(line, 60)), rest = label;

	label = lex_cut(&rest, ':');
	if (label.p + label.n == rest.p) /* there was none */
		label = lex_upto(label, lex_find(label, STR("：")));
	if (label.p + label.n == rest.p)
		return (struct str){"", 0};
	while (label.n > 0 &&
	       (label.p[label.n - 1] == '*' || lex_space(label.p[label.n - 1])))
		label.n--;
	return label;
}

/* It begins with one of them, and one says who sent it. */
static bool
is_block(struct str rest)
{
	unsigned n, labels = 0, from = 0;

	for (n = 0; n < BLOCK_LINES && rest.n > 0; n++) {
		struct str line = lex_line(&rest), label = label_of(line);

		if (lex_blank(line) && n > 1)
			break;
		if (is_in(label, senders, ARRAY_LEN(senders)))
			from++;
		else if (is_in(label, others, ARRAY_LEN(others)))
			labels++;
		else if (n == 0)
			return false;
	}
	return from == 1 && from + labels >= BLOCK_LEAST;
}

unsigned
cut_old_mail(struct str rest)
{
	struct str after = lex_upto(rest, LOOK_MAX), line;

	line = lex_trim(lex_line(&after));
	if (is_rule(line) || is_dashed(line))
		return 1;
	return is_block(lex_upto(rest, LOOK_MAX)) ? BLOCK_LEAST : 0;
}

/* ---- adverts ------------------------------------------------------------ */

bool
cut_is_advert(struct str line)
{
	size_t i;

	line = bare(line);
	for (i = 0; i < ARRAY_LEN(adverts) && line.n <= ADVERT_MAX; i++)
		if (lex_begins(line, str_from(adverts[i])))
			return true;
	return false;
}
