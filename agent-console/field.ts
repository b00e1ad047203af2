// The field below a conversation: what is said there, to whom, and how much
// may be said.

import { button, clock, fill, h, say } from "./dom.ts";
import { Drafts, pick } from "./replies.ts";
import { customer, isMine, may, type Mode, modes, nameOf, type State } from
  "./state.ts";
import { refusal } from "./words.ts";
import type { Actions } from "./actions.ts";

const TYPING_MS = 4000;
const NOTE_MAX = 20000;
const SOON_MS = 2 * 3600000;
const NEAR = 0.8; // of the limit; from then on it is said

type How = { label: (s: State) => string; name: string;
  hint: (s: State) => string };

const HOW: Record<Mode, How> = {
  send: { label: () => "Answer", name: "Your answer",
    hint: (s) => `Write to ${customer(s.row)}` },
  note: { label: () => "Note", name: "Your note",
    hint: () => "Only colleagues see this" },
  whisper: { label: (s) => `Whisper to ${nameOf(s, s.row?.agent)}`,
    name: "Your whisper",
    hint: (s) => `For ${nameOf(s, s.row?.agent)}; customers never see it` },
  barge: { label: () => "Speak in", name: "What you say",
    hint: (s) => `${customer(s.row)} sees this, though ${
      nameOf(s, s.row?.agent)} has it` },
};

/** As a person counts, and as the server does. */
const length = (text: string) => [...text.trim()].length;
const number = (n: number) => n.toLocaleString();

export class Field {
  readonly element: HTMLFormElement;
  readonly #text = h("textarea", { class: "text", rows: 2 });
  readonly #modes = h("div", { class: "modes" });
  readonly #count = h("span", { class: "chars" });
  readonly #heard = h("span", { class: "visually-hidden", role: "status" });
  readonly #send = h("button", { type: "submit", class: "main" }, "Send");
  readonly #begun = new Map<number, { text: string; mode: Mode }>();
  readonly #drafts = new Drafts();
  #open = 0;
  #mode: Mode = "send";
  #chosen = false; // by hand
  #typed = 0;
  #state: State | null = null;

  constructor(private readonly to: Actions) {
    const replies = button("Replies …", () => void pick(
      this.#text.value.trim(), this.#state !== null &&
      may(this.#state, "manage_company"), (text) => this.insert(text)));
    this.element = h("form", { class: "field-form", submit: (e) => {
      e.preventDefault();
      this.#submit();
    } }, this.#modes, this.#text, h("div", { class: "field-foot" },
      this.#count, this.#heard, replies, this.#send));
    this.#text.addEventListener("input", () => this.#changed());
    this.#text.addEventListener("keydown", (e) => {
      // On glass, Enter is how one gets a new line.
      if (e.key !== "Enter" || e.shiftKey || e.isComposing ||
        matchMedia("(pointer: coarse)").matches) return;
      e.preventDefault();
      this.element.requestSubmit();
    });
    addEventListener("pagehide", () => this.#drafts.flush());
  }

  focus() {
    this.#text.focus();
  }

  /** Where the caret is, or instead of what is selected. */
  insert(text: string) {
    this.#text.focus();
    this.#text.setRangeText(text, this.#text.selectionStart,
      this.#text.selectionEnd, "end");
    this.#changed();
  }

  /** What was not sent comes back, to whom it was meant for. */
  change(text: string, mode: Mode) {
    this.#mode = mode;
    this.#chosen = true;
    this.insert(text);
  }

  #submit() {
    const words = this.#text.value.trim();
    if (words === "" || this.#send.disabled) return;
    this.#text.value = "";
    this.#typed = 0;
    this.to.say(words, this.#mode);
    this.#changed();
    this.#drafts.flush();
  }

  #changed() {
    if (this.#mode === "send") {
      if (this.#text.value !== "" && Date.now() - this.#typed > TYPING_MS) {
        this.#typed = Date.now();
        this.to.typing(true);
      }
      this.#drafts.put(this.#open, this.#text.value);
    }
    if (this.#state) this.draw(this.#state);
  }

  // Another conversation: what was begun there comes back.
  #turn(s: State) {
    if (this.#open)
      this.#begun.set(this.#open, { text: this.#text.value,
        mode: this.#mode });
    this.#drafts.flush();
    const begun = this.#begun.get(s.open), id = s.open;
    this.#open = id;
    this.#text.value = begun?.text ?? "";
    this.#chosen = Boolean(begun?.text);
    if (begun?.text) this.#mode = begun.mode;
    if (begun || !id) return;
    void this.#drafts.get(id).then((text) => {
      if (text === "" || this.#open !== id || this.#text.value !== "") return;
      this.#text.value = text;
      this.#mode = "send";
      if (this.#state) this.draw(this.#state);
    });
  }

  #most(s: State) {
    return this.#mode === "note" || this.#mode === "whisper" ? NOTE_MAX
      : s.channel?.text ?? NOTE_MAX;
  }

  // Some channels take free text only so long after the customer's last.
  #window(s: State) {
    const until = s.channel?.window_until;
    if (!until || this.#most(s) !== s.channel?.text) return "";
    if (until > Date.now() + SOON_MS) return "";
    if (until > Date.now()) return `Free text only until ${clock(until)}`;
    return "The customer wrote too long ago for free text" +
      (s.channel.template ? "; the approved template goes out instead" : "");
  }

  #drawCount(s: State) {
    const n = length(this.#text.value), most = this.#most(s);
    const over = n > most, near = n > NEAR * most;
    say(this.#count, over ? `${number(n - most)} characters too many; ${
      number(most)} fit` : near ? `${number(n)} of ${number(most)} characters`
      : this.#window(s));
    this.#count.classList.toggle("fault", over);
    say(this.#heard, over ? `Too long: at most ${number(most)} characters.`
      : near ? `Almost ${number(most)} characters, which is the most.` : "");
    return over;
  }

  draw(s: State) {
    this.#state = s;
    if (this.#open !== s.open) this.#turn(s);
    const all = modes(s), empty = this.#text.value === "";
    if (empty && !(this.#chosen && all.includes(this.#mode)))
      this.#mode = all[0] ?? "note";
    const allowed = all.includes(this.#mode);
    const shown = allowed ? all : [this.#mode, ...all];
    fill(this.#modes, [shown.map((m) => HOW[m].label(s)), this.#mode], () =>
      h("fieldset", {}, h("legend", { class: "visually-hidden" }, "As"),
        ...shown.map((m) => h("label", { class: `mode as-${m}` },
          h("input", { type: "radio", name: "mode", value: m,
            checked: m === this.#mode, change: () => {
              this.#mode = m;
              this.#chosen = true;
              this.draw(s);
            } }), HOW[m].label(s)))));
    const how = HOW[this.#mode];
    this.element.dataset["mode"] = this.#mode;
    this.#text.setAttribute("aria-label", how.name);
    this.#text.placeholder = how.hint(s);
    const over = this.#drawCount(s);
    if (!allowed && s.row)
      say(this.#count, s.row.holder === "agent" && !isMine(s)
        ? `${refusal({ code: "held", holder: "agent",
          name: nameOf(s, s.row.agent) })} What you wrote is kept.`
        : "You do not have it. What you wrote is kept.");
    this.#send.disabled = over || !allowed;
  }
}
