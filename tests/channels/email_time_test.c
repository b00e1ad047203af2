/*
 * email_time: no mail takes long. Each input is given once and then six times
 * as long: where something is looked at again and again, that takes 36
 * times as long, and this test fails. Time of this thread alone is counted.
 */
#include "channels/email/markup.h"
#include "tests/channels/email_rig.h"

#include <time.h>

#define MAIL_BYTES (8u * 1024)
#define TEXT_BYTES (4u * 1024)
#define FACTOR 6u
#ifdef __SANITIZE_THREAD__
#define GROWTH_MOST 30.0 /* what it keeps of each byte grows, too */
#else
#define GROWTH_MOST 14.0
#endif
#define NOISE_S 0.004 /* below that nothing is learnt */
#define TRIES 2u
#define ROUNDS 5u /* on a machine that is busy with something else */

#define HTML "From: a@b.c\nContent-Type: text/html\n\n"
#define TEXT "From: a@b.c\n\n"

/* What comes first, and then again and again. */
static const struct {
	const char *head, *again;
} mails[] = {
    {"", "a:\n"},
    {"", "a\n"},
    {"", "\r"},
    {"X: ", " \n y"},
    {"From: ", "("},
    {"From: ", "()"},
    {"From: ", "\"\\\""},
    {"From: ", "<"},
    {"From: ", "a@b.c,"},
    {"From: ", ":;"},
    {"Subject: ", "=?a?q?"},
    {"Subject: ", "=?a?q?b "},
    {"Subject: ", "=?a?q?b?= "},
    {"Subject: ", "=?"},
    {"Subject: ", "=?utf-8?B?4oKs?= x"},
    {"References: ", "<a@b>"},
    {"References: ", "<"},
    {"To: ", "a+b@c.d,"},
    {"Content-Type: a/b", "; name*1*=x"},
    {"Content-Type: a/b", ";;"},
    {"Content-Type: a/b; name=\"", "\\\""},
    {"Content-Type: multipart/mixed; boundary=b\n\n", "--b\n"},
    {"Content-Type: multipart/mixed; boundary=b\n\n--b\n", "--bb\n-"},
    {"Content-Type: multipart/mixed; boundary=b\n\n",
	"--b\nContent-Type: multipart/mixed; boundary=b\n\n"},
    {"Content-Type: multipart/report; boundary=b\n\n--b\n"
     "Content-Type: message/delivery-status\n\n",
	"Action: failed\n\n"},
    {"Content-Transfer-Encoding: quoted-printable\n\n", "=\n"},
    {"Content-Transfer-Encoding: quoted-printable\n\n", " =3D"},
    {"Content-Transfer-Encoding: base64\n\n", "="},
    {"Content-Type: text/plain; charset=iso-2022-jp\n\n", "\x1b$B"},
    {"Content-Type: text/plain; charset=utf-7\n\n", "+\xff"},
    {"Content-Type: text/plain; format=flowed\n\n", "> \n"},
    {TEXT, "\n"},
    {TEXT, " "},
    {TEXT, ">\n"},
    {TEXT, ">\n\n"},
    {TEXT, "1:\n"},
    {TEXT, "On 1 a@b\nwrote\n"},
    {TEXT, "On 21 Nov 2026 a@b wrote:\n>\n"},
    {TEXT, "From: x\n"},
    {TEXT, "From: x\nTo: y\n\n"},
    {TEXT, "Please reply above this\n"},
    {TEXT, "--\n"},
    {TEXT, "---- Original 1:\n"},
    {HTML, "<"},
    {HTML, "<a "},
    {HTML, "<a href=\""},
    {HTML, "<a href=\"x\">"},
    {HTML, "<a href=https://x>y"},
    {HTML, "<p title='"},
    {HTML, "<!--"},
    {HTML, "<!--x>"},
    {HTML, "<!-- -->"},
    {HTML, "<a x=\"y>z"},
    {HTML, "<a x='>"},
    {HTML, "</"},
    {HTML, "&"},
    {HTML, "&amp;"},
    {HTML, "<br>"},
    {HTML, "<blockquote>"},
    {HTML, "<blockquote>x</blockquote>"},
    {HTML, "<div class=gmail_attr>"},
    {HTML, "<div class=\"a b c d e f\">x"},
    {HTML, "<script>x</script>"},
    {HTML, "<style>"},
    {HTML, "<pre>\n"},
    {HTML, "<div style=\"display: x\">"},
    {HTML, "<div id=divRplyFwdMsg>"},
};

static const char *const texts[] = {"*a ", "**", "_", "`", "`` ` ", "[", "[a](",
    "![", "<", "<https://", "https://a", "\\", "- ", "> ", "# ", "```\n",
    "*a* ", "***a** ", "~~", "\n"};

static struct str
repeated(struct arena *a, const char *head, const char *again, size_t bytes)
{
	struct buf b = {0};
	struct str s;

	buf_str(&b, head);
	while (b.len < bytes)
		buf_str(&b, again);
	s = arena_copy(a, buf_view(&b));
	buf_free(&b);
	return s;
}

static double
now_s(void)
{
	struct timespec t;

	assert_int_equal(clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t), 0);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static double
time_of(struct str s, void (*work)(struct str s))
{
	double best = 1e9, took;
	unsigned i;

	for (i = 0; i < TRIES; i++) {
		double begin = now_s();

		work(s);
		took = now_s() - begin;
		best = took < best ? took : best;
		if (took > 0.2) /* then once is enough */
			break;
	}
	return best;
}

static double
less(double a, double b)
{
	return a < b ? a : b;
}

static void
grows_evenly(const char *head, const char *again, size_t bytes,
    void (*work)(struct str s))
{
	struct arena a = {0};
	struct str short_one = repeated(&a, head, again, bytes);
	struct str long_one = repeated(&a, head, again, FACTOR * bytes);
	double one = 0, six = 1e9;
	unsigned i;

	for (i = 0; i < ROUNDS && six > NOISE_S && six > GROWTH_MOST * one;
	     i++) {
		one = time_of(short_one, work);
		six = less(six, time_of(long_one, work));
	}
	if (six > NOISE_S && six > GROWTH_MOST * one)
		fail_msg("%s%s: %.1f ms, and then %.1f ms", head, again,
		    one * 1000, six * 1000);
	arena_free(&a);
}

static void
judge(struct str mail)
{
	struct email_rig r;
	struct letter_in in;

	email_rig_open(&r);
	email_rig_read(&r, mail, &in);
	email_rig_close(&r);
}

static void
dress(struct str text)
{
	struct buf b = {0};

	markup_html(text, &b);
	markup_plain(text, &b);
	assert_false(b.failed);
	buf_free(&b);
}

static void
mails_take_linear_time(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_LEN(mails); i++)
		grows_evenly(mails[i].head, mails[i].again, MAIL_BYTES, judge);
}

static void
texts_take_linear_time(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_LEN(texts); i++)
		grows_evenly("", texts[i], TEXT_BYTES, dress);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(mails_take_linear_time),
	    cmocka_unit_test(texts_take_linear_time),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
