/*
 * sandbox: stand-ins for the vendors, on one port of this machine.
 *
 * As strict as the real ones: a wrong token, a missing or wrong argument, a
 * text too long, an unknown channel, too many a second are refused with the
 * vendor's own status, code and words. They send signed webhooks and repeat
 * them as the vendor does. They keep what they received. They can be told to
 * fail. It serves the demo, and the tests compare what it received with what
 * was meant.
 *
 * For developers and tests only: it listens on loopback and refuses any other
 * address. All it knows is in memory, bounded, and gone when it ends.
 *
 * ---- where -----------------------------------------------------------------
 *	/slack/api/<method>	Slack's Web API; uploads at /slack/upload/<id>,
 *				private files at /slack/files/<id>/<name>,
 *				response URLs at /slack/respond/<id>
 *	/twilio/2010-04-01/...	Twilio's REST API; /twilio/v2|v3/Indicators/...
 *				media at /twilio/media/<id>
 *	/llm/v1/...		an OpenAI-compatible model: see llm/llm.h
 *	(SMTP and IMAP on ports of their own: see mailbox/mailbox.h)
 *	/control/...		see below
 *	/phone, /slack, /mailbox	pages to look at and type into: the demo
 *
 * ---- the file that sets it up (deploy/demo/sandbox.json) --------------------
 *	{"slack":[{"team":"T0DEMO","app":"A0DEMO","bot_user":"U0BOT",
 *	   "bot_id":"B0BOT","token":"xoxb-...","signing_secret":"...",
 *	   "hook":"http://127.0.0.1:8080/hooks/slack/demo/main",
 *	   "users":[{"id":"U0ANN","name":"Ann"}], "channels":["C0HELP"],
 *	   "generate_users":500}],
 *	 "twilio":[{"sid":"AC...","token":"...","keys":[{"sid":"SK..",
 *	   "secret":".."}],"numbers":[{"address":"whatsapp:+1555...",
 *	   "hook":"http://.../hooks/whatsapp/demo/main"}],
 *	   "templates":[{"sid":"HX...","text":"Hello {{1}}"}]}],
 *	 "llm":{"key":"...","models":["demo"]},
 *	 "mail":{"user":"desk","password":"...","domains":["support.example"]},
 *	 "strict_rates":true, "retry_scale":1.0}
 * A hook may be a path, "/hooks/slack/demo/main": see hooks_at. An empty one
 * sends no webhooks. "open_windows":true of a number: whoever
 * it writes to counts as having written within 24 hours (load programs send
 * the webhooks themselves).
 * Each user of Slack has a direct channel: user U0ANN has D0ANN. Generated
 * users are UG000001 ... with DG000001 .... retry_scale: the waits between the
 * tries of a webhook are multiplied by it; timeout_scale: how long answers,
 * streams and response URLs may take. schemas/sandbox.schema.json has every
 * member, among them, for what the usual does not show: of a workspace
 * "hook_commands", "hook_interactivity", "scopes", "echo" (false: our own
 * posts do not come back as events), "any_thread" (true: replies to messages
 * it never saw are taken); of a channel "member", "archived", "private",
 * "subscribed"; of an account "services", "statuses", "concurrent_max".
 *
 * ---- /control (JSON in, JSON out) -------------------------------------------
 *	POST /control/slack/message {"team"?,"user","channel"?,"text",
 *	     "thread_ts"?,"mention"?:true,"files"?:[{"name","type","base64"}]}
 *	     -> {"ts","channel","event_id","delivered":n}; channel: their
 *	     direct one; delivered: how many webhooks go out for it. The
 *	     message is in the history, whether or not they get through
 *	POST /control/slack/edit {"channel","ts","text"}, .../delete
 *	POST /control/slack/command {"user","channel","command","text"} -> what
 *	     was answered at once, {"status","type","body"}; later answers:
 *	     effects
 *	POST /control/slack/action {"user","channel","ts","action_id","value"}
 *	POST /control/slack/raw {"team"?,"event":{...}}: any event, signed; or
 *	     "body": what goes out instead of an envelope
 *	POST /control/slack/stop {"channel","ts"}: the person stops an answer
 *	     that grows
 *	POST /control/twilio/message {"from","to","body","media"?:[{"type",
 *	     "base64"}],"extra"?:{"ButtonPayload":"..."}} -> {"sid"}
 *	POST /control/twilio/status {"sid","status","code"?}: a callback now
 *	     (by itself each message gets sent and delivered, in that order)
 *	POST /control/mail/message {"from","to","subject","text"}; GET
 *	     /control/mail/messages?after=N, /control/mail/inbox,
 *	     /control/mail/ca: see mailbox/mailbox.h
 *	GET  /control/effects?after=N&vendor=V -> {"effects":[{"n","vendor",
 *	     "kind":"message|update|delete|ephemeral|respond|stream|reaction|
 *	     upload|status|typing|chat|mail","account","from"?,"to",
 *	     "thread"?,"text","id","row"?,"at","told":true}],"next":N,
 *	     "first":F,"most":M}
 *	     every call that had an effect, in order; a page at a time: ask on
 *	     with after=next until there are none. The newest M are kept; F is
 *	     the oldest that still is. told false: the caller was not told
 *	     (a rule cut or spoiled the answer, or the caller had left). row:
 *	     the id that the caller put into it: "row" of a message's metadata
 *	     at Slack; "row=7" in, or a number at the end of, Twilio's
 *	     StatusCallback. Of a stream text is all there is so far. As it
 *	     applies also "user", "blocks", "markdown", "template", "media",
 *	     and "fails": accepted, but its status will be that error
 *	GET  /control/requests?after=N -> every request to a vendor's door: its
 *	     method, path, status given (0: cut), error given
 *	GET  /control/webhooks?after=N -> every webhook sent: to, tries,
 *	     statuses (0: no answer), state; "pending": how many are still to be
 *	     delivered, or fetched
 *	POST /control/faults {"seed":1,"rules":[{"vendor","path"?,"percent"?:
 *	     100,"count"?:n,"kind":...}]} replaces all rules. path: how it
 *	     begins. The first rule that strikes is the one. Kinds:
 *	     "status" with "status", "retry_after"?, "body"?: no effect
 *	     "cut_before", "cut_after": the connection ends before or after
 *	     the effect, without an answer
 *	     "delay" with "ms": the effect is at once, the answer is late
 *	     "garbage": the effect, then 200 and bytes that are no JSON
 *	     and for webhooks ("side":"webhook"): "duplicate" (two at once),
 *	     "reorder" (held back until a later one went), "delay", "lose"
 *	     (the first try fails, the vendor's retries follow), "drop" (never
 *	     comes), "tamper" (signed before it was changed; retries are not)
 *	     -> {"rules":n}
 *	GET  /control/faults -> how often each rule struck
 *	POST /control/reset -> forgets effects, requests, webhooks, faults
 *	GET  /control/accounts -> who and what there is, nothing secret; GET
 *	     /control/slack/view, /control/twilio/view: a conversation, for pages
 *	GET  /control/ready -> {"ready":true}
 */
#ifndef SANDBOX_SANDBOX_H
#define SANDBOX_SANDBOX_H

#include "core/clock.h"
#include "core/log.h"
#include "core/metrics.h"

struct sandbox;

struct sandbox_conf {
	const char *listen; /* "127.0.0.1:8090" */
	struct str setup;   /* the file's text */
	/* "http://127.0.0.1:8080": before hooks of the setup that are a path;
	 * NULL: there are none. */
	const char *hooks_at;
	const char *smtp, *imap; /* "127.0.0.1:0"; "": none */
	unsigned threads;
	const struct clock *clock;
	struct log *log;
	struct metrics *metrics;
};

/* On failure `why` holds one line that names every mistake in the setup. */
enum err sandbox_start(const struct sandbox_conf *conf, struct sandbox **out,
    char *why, size_t why_size) MUST_USE;
unsigned sandbox_port(const struct sandbox *s);
void sandbox_stop(struct sandbox *s);

#endif
