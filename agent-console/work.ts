// At work: what people do, and what comes.

import { announce } from "./dom.ts";
import { build } from "./page.ts";
import { customer, initial, isMine, type Mode, MOST, rowOf, seenSeq, show,
  type State, take, takeOpenRow } from "./state.ts";
import type { Account, Channel, Entry, Fault, Found, Frame, Row } from
  "./types.ts";
import { call, complaint, Wire } from "./wire.ts";
import { refusal } from "./words.ts";

const TAIL = 200; // events of a conversation, at first and each time more
const FOUND = 50;
const TYPING = 10000; // ms; then nobody writes any more
const BEFORE = 20; // above what was looked for

export type Actions = {
  view(name: string): void;
  more(): void;
  find(words: string): void;
  open(id: number, seq?: number): void;
  earlier(): void;
  /** Why it was not done, in words; or nothing. */
  act(conversation: number, act: string, more?: object): Promise<string>;
  say(text: string, mode: Mode): void;
  again(id: string): void;
  change(id: string): void;
  drop(id: string): void;
  typing(on: boolean): void;
  away(on: boolean): void;
  logout(): void;
};

/** Also where the page came by plain http, which has no randomUUID(). */
const newId = () => Array.from(crypto.getRandomValues(new Uint8Array(16)),
  (b) => b.toString(16).padStart(2, "0")).join("");
const ENDED = "Your session has ended. Log in to go on where you were.";

/** leave: nothing is left to be done here; why, for who comes next. */
export function work(root: Element, account: Account,
  leave: (why: string) => void) {
  const s: State = initial(account);
  let writes = 0; // the timer of who writes
  let newest = 0; // of what is open, when it was opened
  let told = 0; // the newest that was said to be seen
  let leaves = false; // by their own hand
  let passed = false; // an offer, since they last did something
  const under = new Map<string, (f: Fault | null) => void>(); // acts

  // ---- what people do ------------------------------------------------------
  function send(id: string) {
    const u = s.unsent.find((x) => x.id === id);
    if (!u) return;
    u.fault = null;
    const tells = u.mode === "send" || u.mode === "barge";
    wire.send({ type: u.mode, id, conversation: u.conversation, text: u.text,
      ...(tells ? { seen_seq: u.seen } : {}) });
  }

  function turnTo(row: Row, seq = 0) {
    const from = Math.max(0, Math.min(row.seq - TAIL,
      seq ? seq - BEFORE : row.seq));
    newest = row.seq;
    told = row.seen.company;
    show(s, row.id, row, from);
    if (seq) log.lookFor(seq);
    wire.send({ type: "watch", conversation: row.id, after: from });
    if (seq) draw();
    else write();
  }

  const details = (id: number, then: (c: { row: Row; channel: Channel }) =>
    void) => call<{ row: Row; channel: Channel }>("GET",
    `conversations/${id}`).then(then).catch((e) => complain(complaint(e)));

  const to: Actions = {
    view(name) {
      s.found = null;
      s.view = name;
      s.lists.view = [];
      s.more = false;
      s.loaded = name === "mine";
      wire.send(name === "mine" ? { type: "view" }
        : { type: "view", view: name });
      draw();
    },
    more() {
      wire.send({ type: "view", view: s.view, limit: MOST });
    },
    find(words) {
      s.found = words ? { words, list: null } : null;
      draw();
      if (words) call<{ found: Found[] }>("GET",
        `search?q=${encodeURIComponent(words)}&limit=${FOUND}`).then((f) => {
        if (s.found?.words !== words) return;
        s.found.list = f.found;
        draw();
      }).catch((e) => { s.found = null; complain(complaint(e)); draw(); });
    },
    open(id, seq) {
      if (id === s.open && !seq) return write();
      if (s.open) wire.send({ type: "unwatch", conversation: s.open });
      complain("");
      history.replaceState(null, "", id ? `#/${id}` : "./");
      show(s, id, null, 0);
      const row = rowOf(s, id);
      if (row) turnTo(row, seq);
      draw();
      if (id) details(id, (c) => {
        if (s.open !== id) return;
        if (!s.row) turnTo(c.row, seq);
        takeOpenRow(s, c.row);
        s.channel = c.channel;
        draw();
      });
    },
    earlier() {
      const id = s.open, end = s.entries[0]?.seq ?? 0;
      const from = Math.max(0, end - 1 - TAIL);
      call<{ events: Entry[] }>("GET",
        `conversations/${id}/events?after=${from}&limit=${end - 1 - from}`)
        .then((more) => {
          if (s.open !== id || s.entries[0]?.seq !== end) return;
          s.entries.unshift(...more.events);
          s.from = from;
          draw();
        }).catch((e) => complain(complaint(e)));
    },
    act(conversation, act, more = {}) {
      complain("");
      passed = false;
      const id = newId();
      return new Promise<Fault | null>((done) => {
        if (wire.send({ type: "act", id, conversation, act, ...more })) {
          under.set(id, done);
          if (act === "accept") to.open(conversation);
        } else done({ code: "line" });
      }).then((f) => {
        under.delete(id);
        if (f) complain(refusal(f));
        draw();
        return f ? refusal(f) : "";
      });
    },
    say(text, mode) {
      const id = newId();
      s.unsent.push({ id, conversation: s.open, text, mode, seen: seenSeq(s),
        fault: null });
      send(id);
      draw();
    },
    again(id) {
      const u = s.unsent.find((x) => x.id === id);
      if (u) u.seen = seenSeq(s);
      send(id);
      draw();
    },
    change(id) {
      const u = s.unsent.find((x) => x.id === id);
      to.drop(id);
      if (u) field.change(u.text, u.mode);
    },
    drop(id) {
      s.unsent = s.unsent.filter((u) => u.id !== id);
      draw();
    },
    typing(on) {
      wire.send({ type: "typing", conversation: s.open, on });
    },
    away(on) {
      leaves = on;
      passed = s.set = false;
      if (!wire.send({ type: "presence", away: on }))
        complain(refusal({ code: "line" }));
      draw();
    },
    logout() {
      wire.end();
      call("POST", "logout", {}).catch(() => undefined).then(() => leave(""));
    },
  };

  const { log, field, draw, write, complain } = build(root, s, to, see);

  // ---- what comes ------------------------------------------------------------
  const wire = new Wire(heard, (line) => {
    s.line = line;
    if (line === "lost") {
      for (const done of [...under.values()]) done({ code: "unsure" });
      s.typing = s.draft = "";
    }
    draw();
  }, () => leave(ENDED));

  function begin() {
    if (s.view !== "mine") wire.send({ type: "view", view: s.view });
    if (s.open) wire.send({ type: "watch", conversation: s.open,
      after: seenSeq(s) });
    // The same id again changes nothing: what arrived is not said twice.
    for (const u of s.unsent) if (!u.fault) send(u.id);
  }

  function hear(e: Entry) {
    if (e.seq <= newest || e.author !== "customer" || e.kind !== "message")
      return;
    announce(`${customer(s.row)}: ${String(e.body?.["text"] || "a file")}`);
  }

  function heard(f: Frame) {
    take(s, f);
    if (f.type === "welcome") begin();
    if (f.type === "ack" && f.id) under.get(f.id)?.(null);
    if (f.type === "error") refused(f);
    if (f.type === "offer")
      announce(`Offered to you: ${customer(f.row)}. ${
        f.row.message?.text ?? ""}`);
    if (f.type === "offer_end" && f.end === "expired") passed = true;
    s.set = s.away && !leaves && passed;
    if (f.type === "event" && f.conversation === s.open) hear(f.event);
    if (f.type === "typing" && f.on) {
      clearTimeout(writes);
      writes = setTimeout(() => { s.typing = ""; draw(); }, TYPING);
    }
    if (f.type === "unwatched" && f.conversation === s.open)
      wire.send({ type: "watch", conversation: s.open, after: seenSeq(s) });
    draw();
  }

  function refused(f: Fault) {
    const done = f.id ? under.get(f.id) : undefined;
    if (done) done(f);
    else if (!s.unsent.some((u) => u.id === f.id)) complain(refusal(f));
  }

  /** What is read, once, while somebody looks whose business it is. */
  function see() {
    if (s.row?.holder === "agent" && !isMine(s)) return;
    const last = s.entries.findLast((e) => e.author === "customer")?.seq ?? 0;
    if (last <= told || document.hidden || !document.hasFocus()) return;
    if (wire.send({ type: "seen", conversation: s.open, seq: last }))
      told = last;
  }

  const linked = Number(/^#\/(\d+)$/.exec(location.hash)?.[1] ?? 0);
  if (linked) to.open(linked);
  draw();
}
