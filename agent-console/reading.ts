// The conversation that is open: what of it is fetched, followed, and seen.

import { announce } from "./dom.ts";
import type { build } from "./page.ts";
import { customer, isMine, rowOf, seenSeq, show, type State, takeOpenRow } from
  "./state.ts";
import type { Entry, Row } from "./types.ts";
import { conversation, events } from "./wire.ts";

const TAIL = 200; // events, at first and each time more
const BEFORE = 20; // above what was looked for

export class Reading {
  #followed = 0; // what is open, once it is known how far it goes
  #newest = 0; // when it was opened
  #told = 0; // the newest that was said to be seen

  constructor(private readonly s: State,
    private readonly page: ReturnType<typeof build>,
    private readonly put: (frame: object) => boolean,
    private readonly fail: (e: unknown) => void) {}

  open(id: number, seq?: number) {
    const { s } = this;
    if (s.open) this.put({ type: "unwatch", conversation: s.open });
    history.replaceState(null, "", id ? `#/${id}` : "./");
    show(s, id, null, 0);
    this.#followed = 0;
    const row = rowOf(s, id);
    if (row) this.#follow(row, seq);
    if (id) void this.#details(id, seq);
    this.page.draw();
  }

  #follow(row: Row, seq = 0) {
    const from = Math.max(0, Math.min(row.seq - TAIL,
      seq ? seq - BEFORE : row.seq));
    this.#followed = row.id;
    this.#newest = row.seq;
    this.#told = row.seen.company;
    show(this.s, row.id, row, from);
    this.goOn();
    if (seq) this.page.log.lookFor(seq);
    else this.page.write();
  }

  /** From where one is, on a new line too. */
  goOn() {
    if (this.#followed) this.put({ type: "watch",
      conversation: this.#followed, after: seenSeq(this.s) });
  }

  async #details(id: number, seq?: number) {
    const { s } = this;
    try {
      const { row, channel } = await conversation(id);
      if (s.open !== id) return;
      if (this.#followed !== id) this.#follow(row, seq);
      takeOpenRow(s, row);
      s.channel = channel;
    } catch (e) {
      if (s.open !== id) return;
      if (this.#followed !== id) this.open(0);
      this.fail(e);
    }
    this.page.draw();
  }

  async earlier() {
    const { s } = this, id = s.open, end = s.entries[0]?.seq ?? 0;
    const from = Math.max(0, end - 1 - TAIL);
    try {
      const before = await events(id, from, end - 1 - from);
      if (s.open !== id || s.entries[0]?.seq !== end) return;
      s.entries.unshift(...before.events);
      s.from = from;
    } catch (e) {
      this.fail(e);
    }
    this.page.draw();
  }

  /** What is read, once, while somebody looks whose business it is. */
  see() {
    const { s } = this;
    const last = s.entries.findLast((e) => e.author === "customer")?.seq ?? 0;
    if (last <= this.#told || document.hidden || !document.hasFocus() ||
      (s.row?.holder === "agent" && !isMine(s))) return;
    if (this.put({ type: "seen", conversation: s.open, seq: last }))
      this.#told = last;
  }

  /** What is new is said; what was there before is not. */
  tell(e: Entry) {
    const { row, channel, open } = this.s;
    if (e.seq <= this.#newest || e.author !== "customer" ||
      e.kind !== "message") return;
    announce(`${customer(row)}: ${String(e.body?.["text"] || "a file")}`);
    if (channel?.window_until) void this.#details(open); // it is later now
  }
}
