// At work: what people do, and what comes.

import type { Actions } from "./actions.ts";
import { announce } from "./dom.ts";
import { about } from "./list.ts";
import { build } from "./page.ts";
import { Post } from "./post.ts";
import { Reading } from "./reading.ts";
import { customer, initial, learn, type Mode, MOST, type State, take } from
  "./state.ts";
import type { Account, Frame, Offer } from "./types.ts";
import { call, complaint, events, Refused, search, Wire } from "./wire.ts";
import { refusal } from "./words.ts";

const RECENT = 30; // events; in them stands what is asked for
const TYPING = 10000; // ms; then nobody writes any more
const TAKES = new Set(["accept", "pull", "take_over", "reopen"]);
const ENDED = "Your session has ended. Log in to go on where you were.";

export class Work implements Actions {
  readonly #s: State;
  readonly #page: ReturnType<typeof build>;
  readonly #wire: Wire;
  readonly #post: Post;
  readonly #reading: Reading;
  #typing = 0; // the timer of who writes
  #leaves = false; // by their own hand
  #passed = false; // an offer, since they last did something

  /** leave: nothing is left to be done here; why, for who comes next. */
  constructor(root: Element, account: Account,
    private readonly leave: (why: string) => void) {
    this.#s = initial(account);
    this.#page = build(root, this.#s, this, () => this.#reading.see());
    this.#reading = new Reading(this.#s, this.#page,
      (frame) => this.#wire.send(frame), (e) => this.#fail(e));
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
    if (id === this.#s.open && !seq) return this.#page.write();
    this.#page.complain("");
    this.#reading.open(id, seq);
  }

  earlier() {
    return this.#reading.earlier();
  }

  async act(conversation: number, act: string, more = {}) {
    this.#page.complain("");
    this.#passed = false;
    const under = this.#post.act(conversation, act, more);
    if (act === "accept") this.open(conversation);
    if (TAKES.has(act)) this.#s.taking = conversation;
    const fault = await under;
    if (TAKES.has(act)) this.#s.taking = 0;
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
    if (f.type === "offer") void this.#offered(f);
    if (f.type === "offer_end" && f.end === "expired") this.#passed = true;
    s.set = s.away && !this.#leaves && this.#passed;
    if (f.type === "event" && f.conversation === s.open)
      this.#reading.tell(f.event);
    if (f.type === "typing" && f.on) {
      clearTimeout(this.#typing);
      this.#typing = setTimeout(() => {
        s.typing = "";
        this.#page.draw();
      }, TYPING);
    }
    if (f.type === "unwatched" && f.conversation === s.open)
      this.#reading.goOn();
    this.#page.draw();
  }

  /** Said at once; what it is about, where that must be asked for, shows. */
  async #offered({ conversation, row }: Offer) {
    const s = this.#s;
    const at = () => s.offers.findIndex((o) => o.conversation === conversation);
    const offer = s.offers[at()];
    if (!offer) return;
    announce(`Offered to you: ${customer(row)}. ${about(s, offer)}`);
    const all = await events(conversation, Math.max(0, row.seq - RECENT),
      RECENT).catch(() => null);
    const now = s.offers[at()];
    if (!all || !now) return;
    s.offers[at()] = learn(now, all.events);
    this.#page.draw();
  }

  #begin() {
    const s = this.#s;
    if (s.view !== "mine") this.#wire.send({ type: "view", view: s.view });
    this.#reading.goOn();
    this.#post.back();
  }
}
