/* mail: see mail.h. Reads what stands in URLs, addresses and texts. */
#include "net/mail.h"

#include "core/utf8.h"

#include <stdio.h>
#include <strings.h>

#define LOCAL_PART_MAX 64u
#define LABEL_MAX 63u
#define LINE_MAX_BYTES 998u

static bool
is_letter_or_digit(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	       (c >= '0' && c <= '9');
}

/* ---- names and addresses ------------------------------------------------ */

bool
mail_host_valid(struct str host)
{
	size_t label = 0, i;

	if (host.n == 0 || host.n > MAIL_HOST_MAX)
		return false;
	for (i = 0; i <= host.n; i++) {
		if (i < host.n && is_letter_or_digit(host.p[i])) {
			label++;
		} else if (i < host.n && host.p[i] == '-' && label > 0) {
			label++;
		} else {
			if (label == 0 || label > LABEL_MAX ||
			    host.p[i - 1] == '-' ||
			    (i < host.n && host.p[i] != '.'))
				return false;
			label = 0;
		}
	}
	return true;
}

bool
mail_address_valid(struct str a)
{
	const char *at = a.n == 0 ? NULL : memchr(a.p, '@', a.n);
	size_t local = at == NULL ? 0 : (size_t)(at - a.p), i;

	if (a.n > MAIL_ADDRESS_MAX || local == 0 || local > LOCAL_PART_MAX)
		return false;
	for (i = 0; i < local; i++)
		if (!is_letter_or_digit(a.p[i]) &&
		    memchr(".!#$%&'*+/=?^_{|}~-", a.p[i], 19) == NULL)
			return false;
	return mail_host_valid((struct str){at + 1, a.n - local - 1});
}

/* ---- servers ------------------------------------------------------------- */

struct url {
	struct str scheme, host, port, path;
};

static struct str
take_until(struct str *s, const char *stop)
{
	struct str taken = {s->p, 0};

	while (
	    taken.n < s->n && memchr(stop, s->p[taken.n], strlen(stop)) == NULL)
		taken.n++;
	*s = (struct str){s->p + taken.n, s->n - taken.n};
	return taken;
}

static bool
cut_url(struct str s, struct url *out)
{
	*out = (struct url){.scheme = take_until(&s, ":")};
	if (s.n < 3 || memcmp(s.p, "://", 3) != 0)
		return false;
	s = (struct str){s.p + 3, s.n - 3};
	out->host = take_until(&s, ":/");
	if (s.n > 0 && s.p[0] == ':') {
		s = (struct str){s.p + 1, s.n - 1};
		out->port = take_until(&s, "/");
		if (out->port.n == 0)
			return false;
	}
	if (s.n > 0)
		s = (struct str){s.p + 1, s.n - 1};
	out->path = s;
	return true;
}

static const struct scheme {
	const char *name;
	enum mail_protocol protocol;
	bool tls;
	uint16_t port;
} schemes[] = {
    {"smtp", MAIL_SMTP, false, 587},
    {"smtps", MAIL_SMTP, true, 465},
    {"imap", MAIL_IMAP, false, 143},
    {"imaps", MAIL_IMAP, true, 993},
};

static const struct scheme *
scheme_find(struct str name, enum mail_protocol protocol)
{
	size_t i;

	for (i = 0; i < ARRAY_LEN(schemes); i++)
		if (schemes[i].protocol == protocol &&
		    name.n == strlen(schemes[i].name) &&
		    strncasecmp(name.p, schemes[i].name, name.n) == 0)
			return &schemes[i];
	return NULL;
}

static int
hex(char c)
{
	const char *digits = "0123456789abcdef", *at;

	at = c == '\0' ? NULL : strchr(digits, c | 0x20);
	return at == NULL ? -1 : (int)(at - digits);
}

/* Percent-decoded; false: it is too long, or no text of one line. */
static bool
read_folder(struct str path, char out[MAIL_FOLDER_MAX + 1])
{
	size_t i, n = 0;

	for (i = 0; i < path.n && n < MAIL_FOLDER_MAX; i++) {
		int high = -1, low = -1;

		if (path.p[i] == '%' && i + 2 < path.n) {
			high = hex(path.p[i + 1]);
			low = hex(path.p[i + 2]);
		}
		if (path.p[i] == '%' && (high < 0 || low < 0))
			return false;
		out[n++] = high < 0 ? path.p[i] : (char)(high * 16 + low);
		i += high < 0 ? 0 : 2;
	}
	out[n] = '\0';
	return i == path.n && utf8_one_line((struct str){out, n}) &&
	       utf8_valid((struct str){out, n});
}

static bool
read_path(struct str path, struct mail_place *out)
{
	if (out->protocol == MAIL_SMTP)
		return path.n == 0;
	return read_folder(path.n == 0 ? STR("INBOX") : path, out->folder);
}

static bool
on_loopback(const char *host)
{
	return strcasecmp(host, "localhost") == 0 ||
	       (strncmp(host, "127.", 4) == 0 &&
		   strspn(host, "0123456789.") == strlen(host));
}

static const char *
wrong_url(struct str text, enum mail_protocol protocol, struct mail_place *out)
{
	const struct scheme *scheme;
	uint64_t port;
	struct url url;

	if (!cut_url(text, &url) ||
	    (scheme = scheme_find(url.scheme, protocol)) == NULL)
		return protocol == MAIL_SMTP
			   ? "the server is no smtp://host:port or "
			     "smtps://host:port"
			   : "the server is no imap://host:port/folder or "
			     "imaps://host:port/folder";
	if (!mail_host_valid(url.host))
		return "the server's host is no name";
	port = scheme->port;
	if (url.port.n > 0 &&
	    (!str_to_u64(url.port, UINT16_MAX, &port) || port == 0))
		return "the server's port is no number from 1 to 65535";
	*out = (struct mail_place){
	    .protocol = protocol, .tls = scheme->tls, .port = (uint16_t)port};
	memcpy(out->host, url.host.p, url.host.n);
	return read_path(url.path, out)
		   ? NULL
		   : "the path of the server's URL cannot be";
}

static const char *
wrong_login(const struct mail_server *s)
{
	size_t most = s->auth == MAIL_AUTH_PASSWORD ? MAIL_PASSWORD_MAX
						    : MAIL_SECRET_MAX;

	if (s->auth == MAIL_AUTH_NONE)
		return NULL;
	if (s->auth >= MAIL_AUTHS)
		return "there is no such way to log in";
	if (s->user.n == 0 || s->user.n > MAIL_USER_MAX ||
	    !utf8_one_line(s->user))
		return "the login's user is missing, too long or no text";
	if (s->secret.n == 0 || s->secret.n > most || !utf8_one_line(s->secret))
		return "the login's secret is missing, too long or no text";
	return NULL;
}

enum err
mail_server_read(const struct mail_server *s, enum mail_protocol protocol,
    struct mail_place *out, const char **why)
{
	*why = wrong_url(s->url, protocol, out);
	if (*why == NULL)
		*why = wrong_login(s);
	if (*why == NULL && s->plain && !on_loopback(out->host))
		*why = "only a server on this machine may do without TLS";
	return *why == NULL ? OK : E_BADINPUT;
}

/* ---- texts --------------------------------------------------------------- */

/* What is wrong with the line that begins there; *n: with its line end. */
static const char *
wrong_line(struct str text, size_t *n)
{
	const char *end = memchr(text.p, '\n', text.n);
	size_t i, length = end == NULL ? text.n : (size_t)(end - text.p);

	*n = length + 1;
	for (i = 0; i < length; i++) {
		if (text.p[i] == '\0' || (unsigned char)text.p[i] > 0x7f)
			return "a byte of the mail is not ASCII";
		if (text.p[i] == '\r' && i + 1 < length)
			return "a CR stands alone in the mail";
	}
	if (end == NULL)
		return "the mail's last line has no end";
	if (length == 0 || text.p[length - 1] != '\r')
		return "an LF stands alone in the mail";
	if (length - 1 > LINE_MAX_BYTES)
		return "a line of the mail is longer than 998 bytes";
	return NULL;
}

enum err
mail_text_check(struct str text, const char **why)
{
	bool header = true;
	size_t n, first = 0;

	*why = NULL;
	if (text.n > MAIL_TEXT_MAX)
		*why = "the mail is longer than 36 MB";
	while (*why == NULL && text.n > 0) {
		*why = wrong_line(text, &n);
		if (n == 2)
			header = false;
		first += header;
		text = *why == NULL ? (struct str){text.p + n, text.n - n}
				    : text;
	}
	if (*why == NULL && (header || first == 0))
		*why = "the mail has no header, or no empty line behind it";
	return *why == NULL ? OK : E_BADINPUT;
}

void
mail_words_clean(struct str words, char *out, size_t size)
{
	size_t n = 0;

	while (words.n > 0) {
		size_t step = utf8_step_shown(words);
		const char *piece = words.p;
		size_t length = step;

		if (step == 0 || words.p[0] == ' ') {
			bool space = memchr(" \t\r\n", words.p[0], 4) != NULL;

			piece = space ? " " : "?";
			length = space && (n == 0 || out[n - 1] == ' ') ? 0 : 1;
			step = 1;
		}
		if (n + length >= size)
			break;
		memcpy(out + n, piece, length);
		n += length;
		words = (struct str){words.p + step, words.n - step};
	}
	while (n > 0 && out[n - 1] == ' ')
		n--;
	out[n] = '\0';
}
