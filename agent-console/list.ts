// The left side: what is looked for, views with their counts, and rows.

import { button, h, type Item, list, say, since } from "./dom.ts";
import { customer, nameOf, shown, type State, VIEWS, wish } from "./state.ts";
import type { Found, Offer, Row } from "./types.ts";
import { channel, whose } from "./words.ts";
import type { Actions } from "./actions.ts";

function tab(s: State, to: Actions, name: string, label: string): Item {
  const n = name === "mine" ? s.lists.mine.length : s.counts[name] ?? 0;
  const many = n >= 1000 ? "999+" : String(n);
  const current = s.view === name && !s.found;
  return { key: name, is: `${many} ${current}`, make: () =>
    h("button", { type: "button", class: "tab",
      "aria-current": current ? "true" : undefined,
      click: () => to.view(name) },
    label, n > 0 && h("span", { class: "count" }, many)) };
}

/** What was said last, and by whom, where it was not the customer. */
function newest(s: State, { message: m }: Row): string {
  if (!m) return "";
  const who = m.author === "bot" ? "Bot: " : m.author !== "agent" ? ""
    : m.agent === undefined ? "Support desk: "
    : m.agent === s.account?.agent?.id ? "You: " : `${nameOf(s, m.agent)}: `;
  return who + (m.text || "a file");
}

function row(s: State, to: Actions, r: Row): Item {
  const now = since(r.last_at), where = whose(s, r, since(r.queued_at));
  const current = r.id === s.open;
  const shows = [customer(r), r.unread, newest(s, r), r.channel, now, where,
    r.priority, r.labels, current];
  return { key: `r${r.id}`, is: JSON.stringify(shows), make: () =>
    h("li", {}, h("button", { type: "button", class: "row",
      "aria-current": current ? "true" : undefined,
      click: () => to.open(r.id) },
    h("span", { class: "row-name" }, r.unread && h("span",
      { class: "dot", role: "img", "aria-label": "unread" }), customer(r)),
    h("time", { class: "row-at" }, now),
    h("span", { class: "row-text" }, newest(s, r)),
    h("span", { class: "row-where" }, channel(r), " · ", where,
      !!r.priority && h("b", { class: "urgent" }, " urgent"),
      ...r.labels.map((l) => h("span", { class: "label" }, l))))) };
}

function hit(to: Actions, f: Found): Item {
  return { key: `${f.conversation}/${f.seq}`, is: "", make: () =>
    h("li", {}, h("button", { type: "button", class: "row",
      click: () => to.open(f.conversation, f.seq) },
    h("span", { class: "row-name" }, customer(f.row) ||
      `Conversation ${f.conversation}`),
    h("time", { class: "row-at" }, since(f.row?.last_at)),
    h("span", { class: "row-text row-hit" }, f.text))) };
}

const EMPTY: Record<string, string> = {
  mine: "Nothing is yours. What is offered to you comes up here.",
  queue: "Nobody waits.", open: "Nobody waits, and nobody is with people.",
  mail: "Nothing is with the support desk.", snoozed: "Nothing is put off.",
  resolved: "Nothing has ended yet.", bot: "Nobody is with the bot.",
};

const none = (words: string): Item => ({ key: "none", is: words,
  make: () => h("li", { class: "empty" }, words) });

function found(to: Actions, f: NonNullable<State["found"]>): Item[] {
  if (!f.list) return [none("Looking …")];
  return f.list.length > 0 ? f.list.map((x) => hit(to, x))
    : [none(`Nobody wrote “${f.words}”.`)];
}

const more = (to: Actions): Item => ({ key: "more", is: "", make: () =>
  h("li", { class: "empty" }, button("Show more", () => to.more())) });

export class Side {
  readonly element: HTMLElement;
  readonly #tabs = h("nav", { class: "tabs", "aria-label": "Lists" });
  readonly #rows = h("ul", { class: "rows", "aria-label": "Conversations" });
  readonly #search = h("input", { type: "search", name: "q", maxlength: 200,
    placeholder: "Search messages", "aria-label": "Search messages",
    autocomplete: "off" });
  readonly #heard = h("p", { class: "visually-hidden", role: "status" });

  constructor(private readonly to: Actions) {
    const form = h("form", { role: "search", class: "search", submit: (e) => {
      e.preventDefault();
      to.find(this.#search.value.trim());
    } }, this.#search);
    this.#search.addEventListener("input", () => {
      if (this.#search.value === "") to.find("");
    });
    this.element = h("aside", { class: "side" }, form, this.#tabs, this.#rows,
      this.#heard);
  }

  draw(s: State) {
    list(this.#tabs, VIEWS.map(([name, label]) =>
      tab(s, this.to, name, label)));
    if (!s.found && document.activeElement !== this.#search)
      this.#search.value = "";
    const rows = shown(s);
    list(this.#rows, s.found ? found(this.to, s.found)
      : rows.length > 0 ? [...rows.map((r) => row(s, this.to, r)),
        ...(s.more ? [more(this.to)] : [])]
        : [none(s.loaded ? EMPTY[s.view] ?? "" : "Loading …")]);
    say(this.#heard, s.found?.list
      ? `${s.found.list.length} found for ${s.found.words}` : "");
  }
}

// ---- offers ----------------------------------------------------------------

export const about = (s: State, o: Offer) => wish(o) ?? newest(s, o.row);

const offer = (to: Actions, id: number): Item => ({ key: String(id), is: "",
  make: () => h("li", { class: "offer" },
    h("div", { class: "offer-words" }, h("strong"), h("span"),
      h("b", { class: "urgent" }, " urgent"), h("p")),
    h("span", { class: "left" }),
    button("Accept", () => void to.act(id, "accept"), "main"),
    button("Decline", () => void to.act(id, "decline"))) });

/**
 * What is offered, and how long; who listens hears of it once (work.ts). Its
 * words change where they stand: the keyboard, or a press, is on a button.
 */
export function drawOffers(s: State, to: Actions, offers: Element) {
  list(offers, s.offers.map((o) => offer(to, o.conversation)));
  for (const [i, o] of s.offers.entries()) {
    const e = offers.children[i];
    const part = (name: string) => e?.querySelector<HTMLElement>(name);
    const put = (name: string, text: string) => {
      const at = part(name);
      if (at) say(at, text);
    };
    put("strong", customer(o.row));
    put(".offer-words span", ` · ${channel(o.row)}`);
    put("p", about(s, o));
    part("b")?.toggleAttribute("hidden", !o.row.priority);
    part(".left")?.setAttribute("data-until", String(o.until));
  }
  tick(offers);
}

/** The time runs without anything's being made anew. */
export function tick(offers: Element) {
  for (const e of offers.querySelectorAll<HTMLElement>(".left")) {
    const left = Number(e.dataset["until"]) - Date.now();
    say(e, `${Math.max(0, Math.ceil(left / 1000))} s`);
    e.classList.toggle("urgent", left < 10000);
  }
}
