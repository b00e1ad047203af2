// A conversation, as it is read.

import { button, clock, day, h, type Item, linked, list } from "./dom.ts";
import { attached, show } from "./files.ts";
import { customer, type State, type Unsent } from "./state.ts";
import type { Entry, Row } from "./types.ts";
import { line, refusal, speaker } from "./words.ts";
import type { Actions } from "./actions.ts";

const SOON = 180000; // then the speaker's name need not stand there again
const NEAR_END = 80; // pixels

/** What other events say of a message. */
type About = { files: Entry[]; text?: string | null };

function gather(entries: Entry[]): Map<number, About> {
  const all = new Map<number, About>();
  const of = (seq = 0) => {
    const about = all.get(seq) ?? { files: [] };
    all.set(seq, about);
    return about;
  };
  for (const e of entries) {
    if (e.kind === "file") of(e.ref).files.push(e);
    if (e.kind === "edited") of(e.ref).text = String(e.body?.["text"] ?? "");
    if (e.kind === "deleted") of(e.ref).text = null;
  }
  return all;
}

function place(e: Entry) {
  const at = e.body?.["location"] as { latitude: number; longitude: number;
    label?: string; address?: string } | undefined;
  if (!at) return null;
  const words = [at.label, at.address].filter(Boolean).join(", ");
  return h("p", {}, `Place: ${words} (${at.latitude}, ${at.longitude})`);
}

function cards(e: Entry) {
  const all = (e.body?.["contacts"] as string[] | undefined) ?? [];
  return all.map((card) => h("p", { class: "card" }, `Contact: ${card}`));
}

type Shown = { side: string; who: string; follows: boolean; seen: boolean;
  about: About | undefined };

function bubble(s: State, e: Entry, how: Shown) {
  const { about, who } = how;
  const text = about?.text === undefined ? String(e.body?.["text"] ?? "")
    : about.text;
  return h("li", { class: `bubble ${how.side}${
    how.follows ? " follows" : ""}` },
  h("p", { class: how.follows ? "by visually-hidden" : "by" }, who, " ",
    h("time", {}, clock(e.at)),
    about?.text !== undefined && text !== null && " · changed"),
  text === null ? h("p", { class: "soft" }, "Taken back by the customer.")
    : text !== "" && h("p", { class: "said" }, linked(text)),
  place(e), ...cards(e),
  ...attached(e, about?.files ?? []).map((f) =>
    show(f, who || customer(s.row))),
  how.seen && h("p", { class: "by" }, "Seen"));
}

function side(e: Entry): string {
  if (e.kind === "note") return e.note === "whisper" ? "note whisper" : "note";
  return { customer: "theirs", system: "told" }[e.author ?? ""] ?? "ours";
}

/** Those that nobody has said are the customer's; a press says it. */
function mentioned(to: Actions, r: Row | null, all: string[]) {
  return h("div", { class: "soft mentioned" }, "Addresses they mention:",
    ...all.map((email) => h("span", {}, email, " ", r &&
      (email === r.contact.email ? "✓ in use"
        : button("Use this address", () =>
          void to.act(r.id, "contact", { email }))))));
}

const TRIED: Record<string, string> = { found: "answered",
  unknown: "did not know", failed: "was out of order" };

/** What people should know: said once, above what comes after it. */
function pack(s: State, to: Actions, e: Entry) {
  const b = e.body ?? {};
  const all = (name: string) => (b[name] as unknown[] | undefined) ?? [];
  const tried = all("tried") as { question: string; answer: string }[];
  return h("li", { class: "pack" },
    h("h3", {}, "Handed over"),
    h("ul", {}, ...all("summary").map((t) => h("li", {}, String(t)))),
    tried.length > 0 && h("p", { class: "soft" }, "The bot tried: ",
      tried.map((t) => `${t.question} (${TRIED[t.answer] ?? t.answer})`)
        .join("; ")),
    all("numbers").length > 0 && h("p", { class: "soft" }, "Numbers: ",
      all("numbers").join(", ")),
    all("mentioned").length > 0 &&
      mentioned(to, s.row, all("mentioned").map(String)),
    b["angry"] === true && h("p", { class: "urgent" }, "Upset."));
}

const isSaid = (e: Entry) => e.kind === "message" ||
  (e.kind === "note" && Boolean(e.body?.["text"]));

function item(s: State, to: Actions, e: Entry, how: Shown): Item | null {
  const key = `${s.open}/${e.seq}`;
  if (isSaid(e)) return { key, is: JSON.stringify(how),
    make: () => bubble(s, e, how) };
  if (e.kind === "pack") return { key, is: s.row?.contact.email ?? "",
    make: () => pack(s, to, e) };
  const words = e.kind === "note" ? speaker(s, e) : line(s, e);
  return words === "" ? null : { key, is: words, make: () =>
    h("li", { class: "line" }, words, " ", h("time", {}, clock(e.at))) };
}

function items(s: State, to: Actions): Item[] {
  const about = gather(s.entries), all: Item[] = [];
  const lastSeen = s.entries.findLast((e) => e.kind === "message" &&
    e.author === "agent" && e.seq <= s.seen)?.seq;
  let date = "", before: Entry | null = null;
  for (const e of s.entries) {
    const who = speaker(s, e) || customer(s.row), today = day(e.at ?? 0);
    const follows = before !== null && today === date &&
      side(before) === side(e) && before.agent === e.agent &&
      before.author === e.author && (e.at ?? 0) - (before.at ?? 0) < SOON;
    const one = item(s, to, e, { side: side(e), who, follows,
      seen: e.seq === lastSeen, about: about.get(e.seq) });
    if (!one) continue;
    if (today !== date) all.push({ key: today, is: "", make: () =>
      h("li", { class: "day" }, today) });
    before = isSaid(e) ? e : null;
    date = today;
    all.push(one);
  }
  return all;
}

const AGAIN: Record<string, string> = { spoken: "Send all the same",
  busy: "Try again", too_many: "Try again" };

function unsent(to: Actions, u: Unsent, open: boolean): Item {
  const words = u.fault ? refusal(u.fault) : open ? "Sending …"
    : "Goes out when the connection is back";
  const again = u.fault && AGAIN[u.fault.code];
  return { key: `u${u.id}`, is: words, make: () => h("li",
    { class: `bubble unsent ${u.mode === "send" || u.mode === "barge"
      ? "ours" : "note"}` },
    h("p", { class: u.fault ? "by fault" : "by" }, words),
    h("p", { class: "said" }, linked(u.text)),
    (u.fault || !open) && h("p", { class: "deeds" },
      again && button(again, () => to.again(u.id)),
      button("Change it", () => to.change(u.id)),
      button("Drop it", () => to.drop(u.id)))) };
}

function after(s: State, to: Actions): Item[] {
  const writes = s.typing === "" ? "" : s.typing === "customer"
    ? `${customer(s.row)} writes …` : "A colleague writes …";
  return [
    ...s.unsent.filter((u) => u.conversation === s.open)
      .map((u) => unsent(to, u, s.line === "open")),
    ...(s.draft === "" ? [] : [{ key: "draft", is: s.draft, make: () =>
      h("li", { class: "bubble ours growing" },
        h("p", { class: "by" }, "Bot writes"), h("p", {}, s.draft)) }]),
    ...(writes === "" ? [] : [{ key: "typing", is: writes, make: () =>
      h("li", { class: "line" }, writes) }]),
  ];
}

/** The log, which stays at its end while one is there. */
export class Log {
  readonly element = h("ol", { class: "log", role: "log", tabindex: 0,
    "aria-label": "Conversation", "aria-live": "off" });
  readonly newer: HTMLElement;
  #open = 0;
  #low = true;
  #newest = 0;
  #oldest = 0;
  #target = 0; // a message to be shown, and not the end

  constructor() {
    this.newer = h("button", { type: "button", class: "newer",
      click: () => { this.element.scrollTop = this.element.scrollHeight; } },
    "New messages ↓");
    this.element.addEventListener("scroll", () => {
      this.#low = this.#isLow();
      if (this.#low) this.newer.hidden = true;
    });
    // The field below grows with what is written.
    new ResizeObserver(() => {
      if (this.#low) this.element.scrollTop = this.element.scrollHeight;
    }).observe(this.element);
  }

  #isLow() {
    const e = this.element;
    return e.scrollHeight - e.scrollTop - e.clientHeight < NEAR_END;
  }

  lookFor(seq: number) {
    this.#target = seq;
  }

  draw(s: State, to: Actions) {
    const e = this.element, anew = this.#open !== s.open;
    const low = this.#low = anew || this.#isLow();
    const below = e.scrollHeight - e.scrollTop;
    const oldest = s.entries[0]?.seq ?? 0, newest = s.entries.at(-1)?.seq ?? 0;
    list(e, [
      ...(s.from > 0 && oldest > 0 ? [{ key: "earlier", is: "", make: () =>
        h("li", { class: "line" }, button("Show what was before",
          () => to.earlier())) }] : []),
      ...items(s, to), ...after(s, to)]);
    if (!anew && oldest < this.#oldest) e.scrollTop = e.scrollHeight - below;
    else if (low && this.#target === 0) e.scrollTop = e.scrollHeight;
    if (anew) this.newer.hidden = true;
    else if (!low && newest > this.#newest && this.#newest > 0)
      this.newer.hidden = false;
    this.#open = s.open;
    this.#newest = newest;
    this.#oldest = oldest;
    this.#show(s);
  }

  #show(s: State) {
    if (this.#target === 0 || (s.entries.at(-1)?.seq ?? 0) < this.#target)
      return;
    const shown = [...this.element.querySelectorAll(".bubble")];
    const at = s.entries.filter(isSaid)
      .findIndex((e) => e.seq === this.#target);
    shown[at]?.scrollIntoView({ block: "center" });
    shown[at]?.classList.add("looked-for");
    this.#target = 0;
  }
}
