// Replies at hand, and what was begun and not sent: both are kept by the
// server, for each seller.

import { ask, text } from "./ask.ts";
import { h, type Item, list } from "./dom.ts";
import type { Thing } from "./types.ts";
import { call, complaint } from "./wire.ts";

const address = (key: string) => `canned/${encodeURIComponent(key)}`;

/** Picks one; `words` is what is written now and could become one. */
export async function pick(words: string, mayShare: boolean,
  use: (text: string) => void) {
  let all: Thing[] = [], fault = "";
  try {
    all = (await call<{ items: Thing[] }>("GET", "canned")).items;
  } catch (e) {
    fault = complaint(e);
  }
  const rows = h("ul", { class: "replies" });
  const search = h("input", { name: "search", autocomplete: "off",
    input: () => draw(), keydown: (e) => {
      const first = fits()[0];
      if ((e as KeyboardEvent).key !== "Enter") return;
      e.preventDefault();
      if (first) choose(first);
    } });
  const fits = () => all.filter((r) => `${r.key} ${r.text}`.toLowerCase()
    .includes(search.value.trim().toLowerCase()));
  const choose = (r: Thing) => {
    form.closest("dialog")?.close();
    use(r.text);
  };
  const remove = async (r: Thing) => {
    await call("DELETE", `${address(r.key)}${r.shared ? "?shared=true" : ""}`)
      .catch(() => undefined);
    all = all.filter((x) => x !== r);
    draw();
  };
  const one = (r: Thing): Item => ({ key: `${r.key}/${r.shared}`, is: r.text,
    make: () => h("li", {}, h("button", { type: "button", class: "reply",
      click: () => choose(r) },
    h("b", {}, r.key), h("span", {}, r.text)),
    (mayShare || !r.shared) && h("button", { type: "button", class: "quiet",
      "aria-label": `Remove ${r.key}`, click: () => void remove(r) },
    "Remove")) });
  const draw = () => list(rows, fits().length > 0 ? fits().map(one) : [{
    key: "", is: fault, make: () => h("li", { class: "soft" }, fault ||
      "None yet. Write an answer, then keep it here.") }]);
  const form = ask("Replies", [
    h("label", { class: "field" }, h("span", {}, "Search"), search), rows,
    ...(words === "" ? [] : [h("label", { class: "field" },
      h("span", {}, "Keep what you have written, under the name"),
      h("input", { name: "key", maxlength: 40, autocomplete: "off" })),
    mayShare && h("label", { class: "check" }, h("input",
      { type: "checkbox", name: "shared" }), "For everybody")]),
  ], words === "" ? "" : "Keep it", async (f) => {
    const key = text(f, "key");
    if (key === "") return "It needs a name.";
    try {
      await call("PUT", address(key), { text: words,
        ...(text(f, "shared") && { shared: true }) });
      return "";
    } catch (e) {
      return complaint(e);
    }
  });
  draw();
  search.focus();
}

// ---- what was begun --------------------------------------------------------

const PAUSE = 1500;

export class Drafts {
  #kept = new Map<number, string>(); // as the server has it
  #timer = 0;
  #waits: [number, string] | null = null;

  /** What was begun there, here or on another machine. */
  async get(conversation: number): Promise<string> {
    const { text } = await call<{ text: string }>("GET",
      `conversations/${conversation}/draft`).catch(() => ({ text: "" }));
    this.#kept.set(conversation, text);
    return text;
  }

  /** After a pause; what waits of another conversation goes at once. */
  put(conversation: number, text: string) {
    if (this.#waits && this.#waits[0] !== conversation) this.flush();
    this.#waits = [conversation, text];
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.flush(), PAUSE);
  }

  flush() {
    clearTimeout(this.#timer);
    const [conversation, text] = this.#waits ?? [0, ""];
    this.#waits = null;
    if (!conversation || text === (this.#kept.get(conversation) ?? "")) return;
    this.#kept.set(conversation, text);
    call("PUT", `conversations/${conversation}/draft`, { text })
      .catch(() => this.#kept.delete(conversation));
  }
}
