// What is sent over the line and has an answer: acts, and what is said.

import { type Mode, seenSeq, type State, type Unsent } from "./state.ts";
import type { Fault } from "./types.ts";

/** Also where the page came by plain http, which has no randomUUID(). */
const newId = () => Array.from(crypto.getRandomValues(new Uint8Array(16)),
  (b) => b.toString(16).padStart(2, "0")).join("");

export class Post {
  readonly #acts = new Map<string, (f: Fault | null) => void>(); // under way

  constructor(private readonly s: State,
    private readonly put: (frame: object) => boolean) {}

  /** Why it was not done, or null. */
  async act(conversation: number, act: string, more: object) {
    const id = newId();
    const fault = await new Promise<Fault | null>((done) => {
      this.#acts.set(id, done);
      if (!this.put({ type: "act", id, conversation, act, ...more }))
        done({ code: "line" });
    });
    this.#acts.delete(id);
    return fault;
  }

  /** The answer to one of ours, or of nobody's. */
  answered(id: string | undefined, fault: Fault | null): boolean {
    const done = this.#acts.get(id ?? "");
    done?.(fault);
    return done !== undefined || this.find(id) !== undefined;
  }

  say(text: string, mode: Mode) {
    const id = newId();
    this.s.unsent.push({ id, conversation: this.s.open, text, mode,
      seen: seenSeq(this.s), fault: null });
    this.#send(id);
  }

  find(id?: string): Unsent | undefined {
    return this.s.unsent.find((u) => u.id === id);
  }

  #send(id: string) {
    const u = this.find(id);
    if (!u) return;
    u.fault = null;
    const tells = u.mode === "send" || u.mode === "barge";
    this.put({ type: u.mode, id, conversation: u.conversation, text: u.text,
      ...(tells && { seen_seq: u.seen }) });
  }

  /** All that was said meanwhile has been seen. */
  again(id: string) {
    const u = this.find(id);
    if (u) u.seen = seenSeq(this.s);
    this.#send(id);
  }

  drop(id: string) {
    this.s.unsent = this.s.unsent.filter((u) => u.id !== id);
  }

  /** Nobody knows what became of acts; what was said waits. */
  lost() {
    for (const done of [...this.#acts.values()]) done({ code: "unsure" });
  }

  /** The same id again changes nothing: what arrived is not said twice. */
  back() {
    for (const u of this.s.unsent) if (!u.fault) this.#send(u.id);
  }
}
