// At work: what people do, and what comes.

import type { Actions } from "./actions.ts";
import { announce } from "./dom.ts";
import { build } from "./page.ts";
import { Post } from "./post.ts";
import { customer, initial, isMine, type Mode, MOST, rowOf, seenSeq, show,
  type State, take, takeOpenRow } from "./state.ts";
import type { Account, Entry, Frame, Row } from "./types.ts";
import { call, complaint, conversation, events, Refused, search, Wire } from
  "./wire.ts";
import { refusal } from "./words.ts";

const TAIL = 200; // events of a conversation, at first and each time more
const TYPING = 10000; // ms; then nobody writes any more
const BEFORE = 20; // above what was looked for
const ENDED = "Your session has ended. Log in to go on where you were.";

export class Work implements Actions {
  readonly #s: State;
  readonly #page: ReturnType<typeof build>;
  readonly #wire: Wire;
  readonly #post: Post;
  #typing = 0; // the timer of who writes
  #followed = 0; // what is open, once it is known how far it goes
  #newest = 0; // of what is open, when it was opened
  #told = 0; // the newest that was said to be seen
  #leaves = false; // by their own hand
  #passed = false; // an offer, since they last did something

  /** leave: nothing is left to be done here; why, for who comes next. */
  constructor(root: Element, account: Account,
    private readonly leave: (why: string) => void) {
    this.#s = initial(account);
    this.#page = build(root, this.#s, this, () => this.#see());
    this.#post = new Post(this.#s, (frame) => this.#wire.send(frame));
    this.#wire = new Wire((f) => this.#hear(f), (line) => this.#line(line),
      () => leave(ENDED));
    const linked = Number(/^#\/(\d+)$/.exec(location.hash)?.[1] ?? 0);
    if (linked) this.open(linked);
    this.#page.draw();
  }

  #fail(e: unknown) {
    this.#page.complain(e instanceof Refused ? refusal(e.fault)
      : complaint(e));
  }

  #watch(after: number) {
    this.#wire.send({ type: "watch", conversation: this.#s.open, after });
  }

  // ---- lists ---------------------------------------------------------------

  view(name: string) {
    const s = this.#s;
    this.#page.complain("");
    s.found = null;
    s.view = name;
    s.lists.view = [];
    s.more = false;
    s.loaded = name === "mine";
    this.#wire.send({ type: "view", ...(name !== "mine" && { view: name }) });
    this.#page.draw();
  }

  more() {
    this.#wire.send({ type: "view", view: this.#s.view, limit: MOST });
  }

  async find(words: string) {
    const s = this.#s, found: State["found"] = { words, list: null };
    s.found = words ? found : null;
    this.#page.draw();
    if (!words) return;
    try {
      found.list = (await search(words)).found;
    } catch (e) {
      if (s.found === found) s.found = null;
      this.#fail(e);
    }
    this.#page.draw();
  }

  // ---- a conversation ------------------------------------------------------

  open(id: number, seq?: number) {
    const s = this.#s;
    if (id === s.open && !seq) return this.#page.write();
    if (s.open)
      this.#wire.send({ type: "unwatch", conversation: s.open });
    this.#page.complain("");
    history.replaceState(null, "", id ? `#/${id}` : "./");
    show(s, id, null, 0);
    this.#followed = 0;
    const row = rowOf(s, id);
    if (row) this.#turnTo(row, seq);
    if (id) void this.#details(id, seq);
    this.#page.draw();
  }

  #turnTo(row: Row, seq = 0) {
    const from = Math.max(0, Math.min(row.seq - TAIL,
      seq ? seq - BEFORE : row.seq));
    this.#followed = row.id;
    this.#newest = row.seq;
    this.#told = row.seen.company;
    show(this.#s, row.id, row, from);
    this.#watch(from);
    if (seq) this.#page.log.lookFor(seq);
    else this.#page.write();
  }

  async #details(id: number, seq?: number) {
    const s = this.#s;
    try {
      const { row, channel } = await conversation(id);
      if (s.open !== id) return;
      if (this.#followed !== id) this.#turnTo(row, seq);
      takeOpenRow(s, row);
      s.channel = channel;
    } catch (e) {
      if (s.open !== id) return;
      if (this.#followed !== id) this.open(0);
      this.#fail(e);
    }
    this.#page.draw();
  }

  async earlier() {
    const s = this.#s, id = s.open, end = s.entries[0]?.seq ?? 0;
    const from = Math.max(0, end - 1 - TAIL);
    try {
      const before = await events(id, from, end - 1 - from);
      if (s.open !== id || s.entries[0]?.seq !== end) return;
      s.entries.unshift(...before.events);
      s.from = from;
    } catch (e) {
      this.#fail(e);
    }
    this.#page.draw();
  }

  async act(conversation: number, act: string, more = {}) {
    this.#page.complain("");
    this.#passed = false;
    const under = this.#post.act(conversation, act, more);
    if (act === "accept") this.open(conversation);
    const fault = await under;
    const why = fault ? refusal(fault) : "";
    if (fault) this.#page.complain(why);
    this.#page.draw();
    return why;
  }

  // ---- what is said --------------------------------------------------------

  say(text: string, mode: Mode) {
    this.#post.say(text, mode);
    this.#page.draw();
  }

  again(id: string) {
    this.#post.again(id);
    this.#page.draw();
  }

  change(id: string) {
    const u = this.#post.find(id);
    this.drop(id);
    if (u) this.#page.field.change(u.text, u.mode);
  }

  drop(id: string) {
    this.#post.drop(id);
    this.#page.draw();
  }

  typing(on: boolean) {
    this.#wire.send({ type: "typing", conversation: this.#s.open, on });
  }

  /** What is read, once, while somebody looks whose business it is. */
  #see() {
    const s = this.#s;
    const last = s.entries.findLast((e) => e.author === "customer")?.seq ?? 0;
    if (last <= this.#told || document.hidden || !document.hasFocus() ||
      (s.row?.holder === "agent" && !isMine(s))) return;
    if (this.#wire.send({ type: "seen", conversation: s.open, seq: last }))
      this.#told = last;
  }

  // ---- oneself -------------------------------------------------------------

  away(on: boolean) {
    this.#leaves = on;
    this.#passed = this.#s.set = false;
    if (!this.#wire.send({ type: "presence", away: on }))
      this.#page.complain(refusal({ code: "line" }));
    this.#page.draw();
  }

  async logout() {
    this.#wire.end();
    await call("POST", "logout", {}).catch(() => undefined);
    this.leave("");
  }

  // ---- what comes ----------------------------------------------------------

  #line(line: State["line"]) {
    const s = this.#s;
    s.line = line;
    if (line === "lost") {
      this.#post.lost();
      s.typing = s.draft = "";
    }
    this.#page.draw();
  }

  #hear(f: Frame) {
    const s = this.#s;
    take(s, f);
    if (f.type === "welcome") this.#begin();
    if (f.type === "ack") this.#post.answered(f.id, null);
    if (f.type === "error" && !this.#post.answered(f.id, f))
      this.#page.complain(refusal(f));
    if (f.type === "offer")
      announce(`Offered to you: ${customer(f.row)}. ${
        f.row.message?.text ?? ""}`);
    if (f.type === "offer_end" && f.end === "expired") this.#passed = true;
    s.set = s.away && !this.#leaves && this.#passed;
    if (f.type === "event" && f.conversation === s.open) this.#tell(f.event);
    if (f.type === "typing" && f.on) {
      clearTimeout(this.#typing);
      this.#typing = setTimeout(() => {
        s.typing = "";
        this.#page.draw();
      }, TYPING);
    }
    if (f.type === "unwatched" && f.conversation === s.open)
      this.#watch(seenSeq(s));
    this.#page.draw();
  }

  #begin() {
    const s = this.#s;
    if (s.view !== "mine") this.#wire.send({ type: "view", view: s.view });
    if (this.#followed) this.#watch(seenSeq(s));
    this.#post.back();
  }

  /** What is new is said; what was there before is not. */
  #tell(e: Entry) {
    const { row, channel, open } = this.#s;
    if (e.seq <= this.#newest || e.author !== "customer" ||
      e.kind !== "message") return;
    announce(`${customer(row)}: ${String(e.body?.["text"] || "a file")}`);
    if (channel?.window_until) void this.#details(open); // it is later now
  }
}
