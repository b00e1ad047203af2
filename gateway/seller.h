/*
 * seller: what the people of a company may do, over WebSocket and over HTTP
 * alike. This is the protocol that consoles are built against;
 * schemas/seller.schema.json has every frame and body, and tests hold real
 * traffic against it. Who they are, how they log in and their accounts:
 * gateway/staff.h.
 *
 * All of a company's conversations are open to all of its people; what they
 * may do with one, core/handoff.h says. What belongs to another company is not
 * there: 404, or the error "not_found", the same as for what never was.
 * Members that are empty, 0 or false are left out unless said otherwise.
 *
 * ---- a row ---------------------------------------------------------------
 *
 * A line of a list, and all that a list shows of a conversation:
 *	{"id":7,"seq":15,"status":"open","holder":"agent","agent":3,
 *	 "offered":4,"wanted":4,"team":"sales","priority":1,"front":true,
 *	 "gone":true,"breached":["first_response"],
 *	 "opened_at":...,"last_at":...,"queued_at":...,"waiting_at":...,
 *	 "snoozed_until":...,
 *	 "contact":{"id":5,"user":"u42","name":"Ann","email":"a@x.example"},
 *	 "channel":"web","account":"main",
 *	 "message":{"seq":14,"author":"customer","agent":3,"at":...,
 *	  "text":"the first 200 characters"},
 *	 "seen":{"customer":12,"company":13},"unread":true,
 *	 "labels":["vip"]}
 * id, seq, status, holder, opened_at, last_at, contact, channel, seen and
 * labels are always there. seq is the newest event that the row knows of: of
 * two rows the one with the higher seq is the newer; with the same seq the
 * one that came later. team is the key of the team whose queue it is or was
 * in; none: everybody's. unread: the customer has said something that nobody
 * of the company has seen or answered. Times are wall ms.
 *
 * ---- being there -----------------------------------------------------------
 *
 * Online is who has a WebSocket, and only they are offered customers. Without
 * one, a seller may pull, take over, reopen and answer
 * as anybody; each request of theirs, reading too, is a sign of life. Who holds
 * conversations and has given none for the company's routing.grace_seconds,
 * with no WebSocket, loses them to the front of the line. A key of the
 * company's own is nobody, and holds nothing.
 *
 * ---- reading -------------------------------------------------------------
 *
 *	GET /v1/staff/conversations?view=open&team=sales&label=vip&limit=50
 *	    &before=CURSOR
 *	    view: mine, queue, open, mail, snoozed, resolved, bot; default mine.
 *	    limit 1..200, default 50; another is refused, as in all lists. ->
 *	    {"view":"open","rows":[...],"next":"CURSOR"}; next is there where
 *	    there may be more. A cursor is opaque, and of its view. Order:
 *	    newest last_at first; queue: who waits longest first; bot: newest
 *	    conversation first
 *	GET /v1/staff/counts -> {"mine":2,"queue":5,"open":9,"mail":0,
 *	    "snoozed":1,"resolved":1000,"bot":30}; 1000 means at least so many
 *	GET /v1/staff/conversations/7 -> {"row":{...},"channel":{"name":"...",
 *	    "title":"...","text":1600,"window_until":...,"template":true,
 *	    "typing":true,"receipts":true}}: what may be said there. text:
 *	    characters; window_until: until when free text may go out, where
 *	    the channel has such a window
 *	GET /v1/staff/conversations/7/events?after=12&limit=100 ->
 *	    {"events":[...],"seq":15}: whole events, hidden ones too
 *	    (schemas/event.schema.json), dense; an offer's body says why this
 *	    seller and why not the others. limit 1..500, default 100. seq: of
 *	    the last of them, else `after`. A file that came is told by an event
 *	    "file" with its name, type, size and "url": the address, signed, that
 *	    it can be had at until the end of the next day; read again, it is
 *	    a fresh one. So over the WebSocket, and to visitors
 *	GET /v1/staff/search?q=words&before=CURSOR&limit=20 ->
 *	    {"found":[{"conversation":7,"seq":3,"text":"...","row":{...}}],
 *	    "next":"CURSOR"}
 *
 * ---- acts ----------------------------------------------------------------
 *
 * POST /v1/staff/conversations/7/WHAT with a JSON body (none: {}):
 *	messages   {"id":"...","text":"...","seen_seq":15}
 *	notes      {"id":"...","text":"..."}   among colleagues
 *	whisper    {"id":"...","text":"..."}   to the colleague who holds
 *	barge      {"id":"...","text":"...","seen_seq":15} says it to the
 *	           customer while another holds
 *	accept, decline                        what is offered to them
 *	pull                                   from the queue, or the mail
 *	take_over                              from whoever holds it
 *	transfer   {"agent":4,"note":"..."} or {"team":"sales","note":"..."}
 *	give_back                              to the bot
 *	queue      {"team":"sales","wanted":4,"priority":1}
 *	           from the bot to people; what is left out the company's
 *	           rules say, by what the customer has said
 *	snooze     {"until":1790000000000}
 *	wake, resolve, reopen, block
 *	label      {"add":["vip"],"remove":["new"]}
 *	priority   {"priority":2}
 *	contact    {"email":"ann@x.example"}   theirs, in all their
 *	           conversations: who has left the website is written to there;
 *	           chats on other channels go on where they are. One that they
 *	           say later replaces it. A note says so to colleagues. 403 where
 *	           they have proven who they are with another address
 *	typing     {"on":true}    -> 204
 *	seen       {"seq":15}     -> 204
 * id: 1 to 64 of A-Za-z0-9._~-, chosen by the client, unique for the seller in
 * the conversation; the same again, even much later, changes nothing and gives
 * the first one's numbers. seen_seq: the newest event that the writer has
 * seen. The answer, when it is on disk:
 *	{"id":"...","conversation":7,"seq":16,"at":...,"duplicate":true,
 *	 "status":"open","holder":"agent","agent":3}
 * seq is the event of what was said, else the newest; status, holder and
 * agent are what came of it. For what is said on a channel that a vendor
 * carries, rows of the outbox are stored with it.
 *
 * Refused: application/problem+json (with conversation, and id where one was
 * sent), nothing has changed, and a line of the audit says so:
 *	404 not_found    no such conversation, or nobody of that number
 *	403 forbidden    it takes a right that they lack
 *	400 malformed    a parameter that cannot be
 *	409 over         the offer is gone
 *	409 held         another holds it
 *	409 not_yours    they do not hold it
 *	409 spoken       others have said more since seen_seq: "events" has the
 *	                 messages, to be read before it is sent again with
 *	                 their seq
 *	409 resolved, full, not_waiting, nobody, no_change: see core/handoff.h
 *	422 channel      the channel does not take it: "faults":[{"where":
 *	                 "text","what":"is 1700 characters; ..."}]
 * Every 409 says who has it: "holder", "agent" and that agent's "name". Other
 * faults have the codes of visitor.schema.json (bad_json,
 * bad_frame, too_many, busy, ...).
 *
 * ---- small things --------------------------------------------------------
 *
 *	GET    /v1/staff/canned -> {"items":[{"key":"hi","text":"...",
 *	       "shared":true,"at":...,"version":3}]}: their own and everybody's
 *	PUT    /v1/staff/canned/hi {"text":"...","shared":true,"version":3}
 *	       -> the item; version (optional): 409 "changed" if it is not that
 *	       one. shared takes the right to change shared things
 *	DELETE /v1/staff/canned/hi?shared=true -> 204
 *	GET    /v1/staff/labels, PUT, DELETE /v1/staff/labels/vip
 *	       {"colour":"#aa0000","text":"..."}: what labels look like
 *	GET, PUT /v1/staff/conversations/7/draft {"text":"...","version":2}:
 *	       what they were about to say; an empty text removes it
 *	GET    /v1/staff/audit?agent=&conversation=&before=&limit= ->
 *	       {"lines":[{"id":9,"at":...,"agent":3,"conversation":7,
 *	       "what":"accept","outcome":"held","detail":{...}}],"next":9}
 *	GET    /v1/staff/conversations/7/outbox?seq=16 -> {"rows":[...]}: what
 *	       goes out for that event: {"row":4,"channel":"...","account":
 *	       "...","state":"dead","attempts":3,"at":...,"due":...,
 *	       "receipt":"delivered","vendor_id":"...","code":"...",
 *	       "reason":"..."}
 *	GET    /v1/staff/lanes -> {"lanes":[{"lane":2,"channel":"webhook",
 *	       "account":"crm","state":"flows","detail":"...","since":...,
 *	       "open":0,"unknown":0,"dead":1}]}: how accounts, and webhooks, do
 *	GET    /v1/staff/lanes/2/outbox?given_up=true&after=0&limit=50 ->
 *	       {"rows":[...],"next":17}
 *	POST   /v1/staff/outbox/4/replay {"drop":false} and
 *	       /v1/staff/lanes/2/replay: given up rows go out after all, or are
 *	       deleted -> {"rows":1}
 *
 * ---- the WebSocket -------------------------------------------------------
 *
 * GET /v1/staff/socket. A browser brings its session's cookie, and its Origin
 * must be exactly ours; or the first frame brings a key of the API:
 *	{"type":"hello","key":"fdk_...","away":false}
 * key: only where there is no cookie. away: absent: as it was. The answer:
 *	{"type":"welcome","agent":{"id":3,"name":"Ben","away":false},
 *	 "company":{"key":"acme","name":"Acme"},"role":"seller",
 *	 "permissions":[...],"counts":{...},
 *	 "teams":[{"key":"sales","name":"Sales"}],
 *	 "staff":[{"agent":4,"name":"Ann","online":true,"away":false}],
 *	 "limits":{"frame":65536,"watch":64}}
 * then a "view" frame of mine, and an "offer" frame for each open offer.
 *
 * From the seller:
 *	{"type":"watch","conversation":7,"after":12}  follow it; again: from
 *	    there. At most 64 at a time
 *	{"type":"unwatch","conversation":7}
 *	{"type":"view","view":"open","team":"sales","label":"vip","limit":50}
 *	    follow a list; it replaces the one before. Without view: none
 *	{"type":"send","conversation":7,"id":"...","text":"...","seen_seq":15}
 *	{"type":"note" and "whisper" and "barge", ...}  as their bodies above
 *	{"type":"typing","conversation":7,"on":true}
 *	{"type":"seen","conversation":7,"seq":15}
 *	{"type":"act","id":"...","conversation":7,"act":"transfer","agent":4}
 *	    every other act, with its members; id (optional) comes back
 *	{"type":"presence","away":true}
 *	{"type":"ping"}
 *
 * To the seller:
 *	{"type":"ack", ...}    the answer to an act, as above. An ack does not
 *	    stand in for its event: that comes too, before it or after it
 *	{"type":"error","code":"held","title":"...","detail":"...","id":"...",
 *	 "conversation":7, ...}  as the problem above
 *	{"type":"event","conversation":7,"event":{...}}  of what is watched:
 *	    every event after `after`, whole, in order, without a gap
 *	{"type":"unwatched","conversation":7,"reason":"..."}  the server gave
 *	    it up; watch again from where you are
 *	{"type":"typing","conversation":7,"author":"customer","on":true}; of a
 *	    colleague "author":"agent","agent":4
 *	{"type":"seen","conversation":7,"author":"customer","seq":14}
 *	{"type":"draft","conversation":7,"turn":"7-16","text":"..."}  the bot's
 *	{"type":"view","list":"mine" or "view","view":"open","rows":[...],
 *	 "next":"CURSOR"}  a whole list anew: in answer to "view", and whenever
 *	    something may have been missed. It replaces what was there; the
 *	    members of the "view" frame that it answers come back
 *	{"type":"row","row":{...},"mine":true,"view":true}  it changed; and
 *	    which of the two lists it is in now. What is watched comes also
 *	    when it is in none
 *	{"type":"row_gone","id":7}  it was in one of them, and is in none now
 *	{"type":"counts","queue":5, ...}  of the company, but without mine
 *	{"type":"offer","conversation":7,"seq":12,"row":{...},"reason":{...},
 *	 "until":...}  to accept or decline until then; comes at once
 *	{"type":"offer_end","conversation":7,"end":"accepted"}  accepted,
 *	    declined, expired, withdrawn: in another tab, or by itself
 *	{"type":"staff","agent":4,"name":"Ann","online":true,"away":false}  a
 *	    colleague came, went, is away, was changed; oneself, too
 *	{"type":"pong"}
 * Rows of one conversation come at most every SELLER_COALESCE_MS, counts every
 * 500 ms: the newest state; what was lost or left out leaves nothing wrong, for
 * each says how it is.
 *
 * What goes in is bounded: a rate for what is said and one for other frames,
 * SELLER_UNDER_WAY acts not yet answered (then no more is read); one for
 * requests, reading included; and somebody has PRESENCE_SOCKETS at most, the
 * next one is told "too_many" and closed with 1013. Who does not
 * read is cut off (1008 too_slow) and resumes with after=N. A session that has
 * ended, or whose rights were changed, is closed with 1008 "session_over".
 *
 * ---- files ---------------------------------------------------------------
 *
 *	seller_frames.c  frames and bodies, read by table
 *	seller_write.c   rows, lists, acks and errors, written
 *	seller_op.c      acts become ops of the store, and their news
 *	seller_http.c    one request a frame; what is read
 *	seller_room.c    who of a company is on this hub: rows, offers, counts
 *	seller_socket.c  frames on a WebSocket
 *	presence.c       how many sockets each seller has
 */
#ifndef GATEWAY_SELLER_H
#define GATEWAY_SELLER_H

#include "gateway/gateway.h"
#include "gateway/http.h"

#define SELLER_WATCH_MAX 64u
#define SELLER_UNDER_WAY 64u
#define SELLER_COALESCE_MS 200

#endif
